//! `messages_to`: to whom the messages of a queue's callers go.

use super::mail::address;
use super::reader::{Parsed, Told, name};
use super::types::{Queue, Webhook};

/// Who is sent the messages of a queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MessagesTo {
    /// This mail address, with the recording.
    Mail(String),
    /// The webhook of this name.
    Webhook(String),
}

const LIKE: &str = "write a mail address, or `webhook:NAME` with the name of one of [[webhooks]]";

pub(super) fn receiver(t: &str) -> Parsed<MessagesTo> {
    match t.strip_prefix("webhook:") {
        Some(hook) => name(hook).map(MessagesTo::Webhook),
        None => address(t).map(MessagesTo::Mail),
    }
    .map_err(|_| LIKE.to_owned())
}

/// What only all sections together show.
pub(super) fn check(told: &Told, queues: &[Queue], mail: bool, hooks: &[Webhook]) {
    for (i, queue) in queues.iter().enumerate() {
        for to in &queue.messages_to {
            let (what, remedy) = match to {
                MessagesTo::Mail(_) if !mail => (
                    "an e-mail can not be sent".to_owned(),
                    "write a section [mail]",
                ),
                MessagesTo::Webhook(hook) if !hooks.iter().any(|h| h.name == *hook) => (
                    format!("there is no webhook `{hook}`"),
                    "write it as one of [[webhooks]]",
                ),
                MessagesTo::Mail(_) | MessagesTo::Webhook(_) => continue,
            };
            let key = format!("queues[{i}].messages_to");
            told.tell(None, &key, what, remedy.to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Config, Layers, Secret, load};

    fn read(text: &str) -> Result<Config, Vec<String>> {
        let layers = Layers {
            file: Some(("zeroline.toml".to_owned(), text.to_owned())),
            ..Layers::default()
        };
        load(&layers, Secret::new("demo"))
            .map_err(|all| all.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn messages_go_where_something_can_be_sent() {
        let queue = "[[queues]]\nname = \"people\"\nmessages_to = ";
        let mail = "[mail]\nsmtp = \"mail.example\"\nfrom = \"line@example.org\"\n";
        let hook = "[[webhooks]]\nname = \"crm\"\nurl = \"https://crm.example/x\"\n\
                    secret = \"0123456789abcdef\"\n";
        let both = "[\"team@example.org\", \"webhook:crm\"]\n";
        let good = read(&format!("{queue}{both}{mail}{hook}")).unwrap();
        assert_eq!(
            good.queues[0].messages_to,
            [
                MessagesTo::Mail("team@example.org".to_owned()),
                MessagesTo::Webhook("crm".to_owned())
            ]
        );
        assert!(read("").unwrap().queues[0].messages_to.is_empty());
        let told = read(&format!("{queue}{both}")).unwrap_err();
        assert_eq!(told.len(), 2, "{told:#?}");
        assert!(told[0].contains("[mail]") && told[1].contains("`crm`"));
        let told = read(&format!("{queue}[\"team\"]")).unwrap_err();
        assert!(told[0].contains("write a mail address"), "{told:#?}");
    }
}
