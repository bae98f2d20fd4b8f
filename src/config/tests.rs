//! What operators get to read, and what the layers come to.

mod mistakes;
mod outside;

use super::*;
use crate::queue::action::OverflowStep;
use crate::sip::flow::Transport;

fn layers(file: &str, environment: &[(&str, &str)], flags: &[(&str, &str, &str)]) -> Layers {
    let own = |s: &&str| (*s).to_owned();
    Layers {
        file: Some(("zeroline.toml".to_owned(), file.to_owned())),
        environment: environment.iter().map(|(k, v)| (own(k), own(v))).collect(),
        flags: flags
            .iter()
            .map(|(flag, key, value)| Flag {
                flag: own(flag),
                key: own(key),
                value: own(value),
            })
            .collect(),
    }
}

fn good(file: &str) -> Config {
    load(&layers(file, &[], &[]), Secret::new("demo")).unwrap_or_else(|m| panic!("{m:#?}"))
}

#[track_caller]
fn told(file: &str, environment: &[(&str, &str)], flags: &[(&str, &str, &str)], expect: &[&str]) {
    let mistakes = load(&layers(file, environment, flags), Secret::new("demo"));
    let mistakes: Vec<String> = match mistakes {
        Ok(_) => Vec::new(),
        Err(m) => m.iter().map(Mistake::to_string).collect(),
    };
    assert_eq!(mistakes, expect);
}

#[test]
fn nothing_at_all_is_the_demo() {
    let c = load(&Layers::default(), Secret::new("demo")).unwrap();
    assert!(c.demo);
    assert_eq!(c.agents.len(), 2);
    assert_eq!(c.agents[0].id.as_str(), "agent1");
    assert_eq!(
        c.agents[1].secret,
        Some(AgentSecret::Password(Secret::new("demo")))
    );
    assert_eq!(c.queues[0].name.as_str(), "support");
    assert_eq!(c.queues[0].overflow, [OverflowStep::Message]);
    assert_eq!(c.sip.listen.len(), 4);
    assert!(c.sip.listen.iter().all(|l| l.addr.port() == 5060));
    assert!(c.sip.listen.iter().all(|l| l.optional == l.addr.is_ipv6()));
    assert_eq!(c.store.database(), std::path::Path::new("data/zeroline.db"));
}

#[test]
fn later_layers_win() {
    let layers = layers(
        "[media]\nports = \"20000-20100\"\nthreads = 1\nrealtime = false\n[stop]\ngrace = 5\n",
        &[
            ("ZEROLINE__MEDIA__THREADS", "2"),
            ("ZEROLINE__MEDIA__CODECS", "opus, pcmu"),
            ("OTHER", "x"),
        ],
        &[("--set", "media.threads", "3")],
    );
    let c = load(&layers, Secret::new("demo")).unwrap();
    assert_eq!(c.media.ports, (20_000, 20_100));
    assert_eq!(c.media.threads.map(|n| n.get()), Some(3));
    assert!(!c.media.realtime);
    assert_eq!(
        c.media.codecs,
        [crate::sdp::plan::Codec::Opus, crate::sdp::plan::Codec::Pcmu]
    );
    assert_eq!(c.stop.grace, std::time::Duration::from_secs(5));
}

#[test]
fn listeners_in_all_forms() {
    let c = good(
        "[sip]\nlisten = [\"127.0.0.1:5070\", \"tls:[::1]\", \"tcp:10.0.0.1\"]\n\
         tls = { cert = \"c.pem\", key = \"k.pem\" }\n",
    );
    let all: Vec<_> = c
        .sip
        .listen
        .iter()
        .map(|l| (l.transport, l.addr.to_string()))
        .collect();
    assert_eq!(
        all,
        [
            (Transport::Udp, "127.0.0.1:5070".to_owned()),
            (Transport::Tcp, "127.0.0.1:5070".to_owned()),
            (Transport::Tls, "[::1]:5061".to_owned()),
            (Transport::Tcp, "10.0.0.1:5060".to_owned()),
        ]
    );
}

#[test]
fn ranges_of_agents() {
    let c = good(
        "[[agents]]\nid = \"agent008..agent011\"\nname = \"Desk {id}\"\n\
         contact = \"sip:{id}@127.0.0.2:16200\"\n",
    );
    assert!(!c.demo);
    let ids: Vec<&str> = c.agents.iter().map(|a| a.id.as_str()).collect();
    assert_eq!(ids, ["agent008", "agent009", "agent010", "agent011"]);
    let contact = c.agents[2].contact.as_ref().map(SipUri::as_str);
    assert_eq!(contact, Some("sip:agent010@127.0.0.2:16200"));
    assert_eq!(c.agents[0].name, "Desk agent008");
    assert_eq!(
        c.agents[0].queues,
        c.queues.iter().map(|q| q.name.clone()).collect::<Vec<_>>()
    );
}

#[test]
fn skills_of_agents() {
    let c = good(
        "[[queues]]\nname = \"a\"\nstrategy = \"round-robin\"\nlanguage_level = 0\n\
         relax_every = \"5s\"\n\
         [[agents]]\nid = \"a\"\npassword = \"p\"\nskills = [\"de\", \"cards:2\"]\n",
    );
    let skills: Vec<_> = c.agents[0]
        .skills
        .iter()
        .map(|(s, l)| (s.as_str(), *l))
        .collect();
    assert_eq!(skills, [("cards", 2), ("de", 5)]);
    assert_eq!(c.queues[0].language_level, 0);
    assert_eq!(c.queues[0].relax_every.as_secs(), 5);
    told(
        "[[queues]]\nname = \"a\"\nlanguage_level = 6\n\
         [[agents]]\nid = \"a\"\npassword = \"p\"\nskills = [\"cards:9\", \"b c\"]\n\
         [[agents]]\nid = \"b\"\npassword = \"p\"\nskills = [\"de\", \"de:2\"]\n",
        &[],
        &[],
        &[
            "zeroline.toml:3: queues[0].language_level: `6` does not fit; write a whole number from 0 \
             to 5",
            "zeroline.toml:7: agents[0].skills[0]: `cards:9` does not fit; write a skill, or one \
             with a level from 1 to 5, like `de:3`",
            "zeroline.toml:7: agents[0].skills[1]: `b c` does not fit; write a skill, or one with \
             a level from 1 to 5, like `de:3`",
            "zeroline.toml:11: agents[1].skills: `de` is there twice; keep one of them",
        ],
    );
}

#[test]
fn secrets_do_not_print() {
    let c = good("[[agents]]\nid = \"a\"\npassword = \"tellnobody\"\n");
    assert!(!format!("{c:?}").contains("tellnobody"));
    let wrong = layers(
        "[[agents]]\nid = \"a\"\nha1_md5 = \"tellnobody\"\n",
        &[],
        &[],
    );
    let mistakes = load(&wrong, Secret::new("demo")).unwrap_err();
    assert!(!format!("{mistakes:?}").contains("tellnobody"));
    assert_eq!(mistakes.len(), 1, "{mistakes:?}");
}

#[test]
fn networks() {
    let c = good("[sip]\ntrusted_peers = [\"192.0.2.0/24\", \"2001:db8::/32\", \"10.0.0.7\"]\n");
    let trusted = |ip: &str| {
        let ip = ip.parse().unwrap();
        c.sip.trusted_peers.iter().any(|n| n.contains(ip))
    };
    assert!(trusted("192.0.2.200") && trusted("::ffff:192.0.2.1") && trusted("2001:db8:1::1"));
    assert!(trusted("10.0.0.7") && !trusted("10.0.0.8") && !trusted("192.0.3.1"));
    let all = Network {
        addr: "0.0.0.0".parse().unwrap(),
        prefix: 0,
    };
    assert!(all.contains("203.0.113.9".parse().unwrap()));
}
