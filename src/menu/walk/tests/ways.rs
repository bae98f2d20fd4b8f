//! Languages, ways by what is known, and web services, as transcripts.

use super::*;
use crate::menu::outcome::WebReply;

const LINE: &str = "languages: [en, de]
nodes:
  root:
    language: { options: { 1: { language: en, say: { prompt: p-en } }, 2: { language: de, say: { prompt: p-de } } }, go: account }
  account:
    collect: { say: { prompt: p-account }, digits: 4, into: account, go: lookup }
  lookup:
    ask:
      get: \"http://crm.local/a/{account}\"
      timeout: 2s
      say: { prompt: p-moment }
      take: { balance: { from: account.balance, as: number }, vip: { as: flag, optional: yes } }
      go: kinds
      missing: unknown
  kinds:
    choose:
      - { when: { vip: yes }, go: sales }
      - { when: { balance: { over: 10 }, language: de }, go: rich }
      - { go: poor }
  rich: { say: { prompt: p-rich, go: human } }
  poor: { say: { prompt: p-poor, go: human } }
  unknown: { message: people }
  sales: { queue: sales }
";

/// To the question about account 1234, in German.
fn asked() -> Walk {
    check(
        LINE,
        "0.0 > answer < play en+press-1+de+press-2+zero
         1.0 > key 2  < stop, speak de, play account+zero
         2.0 > key 1234 < stop, account=1234, play moment, ask http://crm.local/a/1234",
    )
}

fn reply(status: u16, body: &str) -> Result<WebReply, String> {
    Ok(WebReply {
        status,
        body: body.as_bytes().to_vec(),
    })
}

/// What is done about a reply 0.3 s later.
fn then(reply: Result<WebReply, String>) -> String {
    let mut walk = asked();
    walk.handle_reply(at(2300), AskId(1), reply);
    did(&mut walk)
}

#[test]
fn a_web_service_answers() {
    assert_eq!(
        then(reply(200, r#"{"account": {"balance": 42}}"#)),
        "stop, balance=42, play rich"
    );
    assert_eq!(
        then(reply(200, r#"{"account": {"balance": "7"}, "vip": false}"#)),
        "stop, balance=7, vip=no, play poor"
    );
    assert_eq!(
        then(reply(200, r#"{"vip": true, "account": {"balance": 42}}"#)),
        "stop, balance=42, vip=yes, queue sales (routed, at sales)"
    );
    for unknown in [
        reply(404, "<html>"),
        reply(200, "{}"),
        reply(200, r#"{"account": {"balance": null}}"#),
    ] {
        assert_eq!(then(unknown), "stop, message people");
    }
}

#[test]
fn a_web_service_that_answers_nonsense_ends_with_a_person() {
    for (bad, what) in [
        (Err("can not be reached".to_owned()), "can not be reached"),
        (reply(500, ""), "answered with status 500"),
        (reply(301, ""), "answered with status 301"),
        (reply(200, "<html>"), "did not answer in JSON"),
        (
            reply(200, r#"{"account": {"balance": "much"}}"#),
            "gave a `account.balance` that is no number",
        ),
        (
            reply(200, r#"{"account": {"balance": 1}, "vip": "so so"}"#),
            "gave a `vip` that is no flag",
        ),
        (
            reply(200, &" ".repeat(70_000)),
            "answered more than we read",
        ),
    ] {
        assert_eq!(
            then(bad),
            format!("stop, queue people (fault: the web service {what}, at lookup)")
        );
    }
    let mut walk = asked();
    walk.handle_timeout(at(3999));
    assert_eq!(did(&mut walk), "");
    walk.handle_timeout(at(4000));
    assert_eq!(
        did(&mut walk),
        "stop, queue people (fault: the web service gave no whole answer within 2s, at lookup)"
    );
    // It comes all the same, too late.
    walk.handle_reply(at(4100), AskId(1), reply(404, ""));
    assert_eq!(did(&mut walk), "");
}

#[test]
fn keys_while_a_web_service_is_asked() {
    let mut walk = asked();
    walk.handle_key(at(2100), Key::ZERO);
    assert_eq!(did(&mut walk), "stop, queue people (asked, at lookup)");
    // What is said meanwhile ends long before the answer.
    let mut walk = asked();
    walk.handle_played(at(2200));
    assert_eq!(did(&mut walk), "");
    assert_eq!(walk.poll_timeout(), Some(Mono::from_millis(4000)));
    // Back, and an answer to what is not asked any more.
    let mut walk = asked();
    walk.handle_key(at(2100), Key::STAR);
    assert_eq!(did(&mut walk), "stop, play en+press-1+de+press-2+zero");
    walk.handle_reply(at(2300), AskId(1), reply(404, ""));
    assert_eq!(did(&mut walk), "");
}

#[test]
fn a_language_that_is_known_is_spoken_from_the_start() {
    let line = line(LINE);
    for (known, spoken) in [("de", "de"), ("fr", "en")] {
        let caller = Caller {
            language: Some(Language::new(known)),
            ..Caller::default()
        };
        let walk = Walk::start(Arc::clone(&line), caller, at(0));
        assert_eq!(walk.language().map(Language::as_str), Some(spoken));
    }
}

#[test]
fn callers_by_number() {
    let line = line(
        "  root: { choose: [{ when: { caller: \"+45*\" }, go: danes }, { when: { caller: { known: yes } }, go: sales }] }
  danes: { say: { prompt: p-danes, go: human } }
  sales: { queue: sales }
",
    );
    for (number, what) in [
        (Some("+4530901820"), "play danes"),
        (Some("+4630901820"), "queue sales (routed, at sales)"),
        (None, "queue people (routed, at root)"),
    ] {
        let caller = Caller {
            number: number.map(PhoneNumber::new),
            ..Caller::default()
        };
        let mut walk = Walk::start(Arc::clone(&line), caller, at(0));
        assert_eq!(did(&mut walk), what, "{number:?}");
    }
}
