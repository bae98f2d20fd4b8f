//! Which settings a running server takes over, and which hold from its next start on.

use super::deliver::MessagesTo;
use super::types::Config;

/// Settings for a server that runs.
#[derive(Debug)]
pub struct Renewed {
    /// What it goes by from now on.
    pub config: Config,
    /// Sections that are other ones in the file: they change at the next start.
    pub at_start: Vec<&'static str>,
    /// What needs such a section to be in use first; ready to print.
    pub mistakes: Vec<String>,
}

/// What a server that runs with `old` settings takes over of `new` ones: agents, queues, webhooks and
/// feature codes. All else it is built from.
pub fn renewed(old: &Config, new: Config) -> Renewed {
    let same = |what: bool, name: &'static str| (!what).then_some(name);
    let at_start = [
        same(old.sip == new.sip, "sip"),
        same(old.media == new.media, "media"),
        same(old.messages == new.messages, "messages"),
        same(old.callbacks == new.callbacks, "callbacks"),
        same(old.trunks == new.trunks, "trunks"),
        same(old.outside == new.outside, "outside"),
        same(old.lines == new.lines, "lines"),
        same(old.prompts == new.prompts, "prompts"),
        same(old.mail == new.mail, "mail"),
        same(old.crm == new.crm, "crm"),
        same(old.store == new.store, "store"),
        same(old.retention == new.retention, "retention"),
        same(old.statistics == new.statistics, "statistics"),
        same(old.http == new.http, "http"),
        same(old.api == new.api, "api"),
        same(old.stop == new.stop, "stop"),
        same(old.log == new.log, "log"),
        same(old.demo_service == new.demo_service, "demo"),
    ];
    let mails = |to: &MessagesTo| matches!(to, MessagesTo::Mail(_));
    let mistakes = new
        .queues
        .iter()
        .zip(0..)
        .filter(|(q, _)| old.mail.is_none() && q.messages_to.iter().any(mails));
    let mistakes = mistakes.map(|(_, i)| {
        format!(
            "queues[{i}].messages_to: an e-mail can not be sent yet; the section [mail] is new, start \
             the server again with it first"
        )
    });
    Renewed {
        mistakes: mistakes.collect(),
        at_start: at_start.into_iter().flatten().collect(),
        config: Config {
            agents: new.agents,
            queues: new.queues,
            webhooks: new.webhooks,
            features: new.features,
            demo: new.demo,
            source: new.source,
            ..old.clone()
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Layers, Secret, load};

    fn read(text: &str) -> Config {
        let layers = Layers {
            file: Some(("zeroline.toml".to_owned(), text.to_owned())),
            ..Layers::default()
        };
        load(&layers, Secret::new("demo")).unwrap_or_else(|m| panic!("{m:?}"))
    }

    #[test]
    fn people_change_while_the_server_runs_and_what_it_is_built_of_at_its_next_start() {
        let old = read("[sip]\nrealm = \"a\"\n[[queues]]\nname = \"x\"\n");
        let new = read(
            "[sip]\nrealm = \"b\"\n[log]\nfilter = \"warn\"\n[[queues]]\nname = \"x\"\nring_for = \"9s\"\n\
             [[queues]]\nname = \"y\"\n[[agents]]\nid = \"ann\"\npassword = \"p\"\n",
        );
        let renewed = renewed(&old, new.clone());
        assert_eq!(renewed.at_start, ["sip", "log"]);
        assert_eq!(renewed.config.queues, new.queues);
        assert_eq!(renewed.config.agents, new.agents);
        assert_eq!((renewed.config.sip, renewed.config.demo), (old.sip, false));
        assert!(renewed.mistakes.is_empty());
    }

    #[test]
    fn mail_that_can_not_be_sent_yet_is_a_mistake() {
        let new = "[mail]\nsmtp = \"mail.example\"\nfrom = \"line@example.org\"\n[[queues]]\n\
                   name = \"x\"\nmessages_to = [\"team@example.org\"]\n";
        let told = renewed(&read(""), read(new)).mistakes;
        assert!(told[0].starts_with("queues[0].messages_to:"), "{told:?}");
        assert!(renewed(&read(new), read(new)).mistakes.is_empty());
    }
}
