//! Whatever a web service answers: what was asked for, that it is not known, or a person.

use super::*;
use crate::menu::outcome::WebReply;

/// An answer is asked for values of every kind.
const LINE: &str = "
  root:
    ask:
      get: \"http://crm.local/a\"
      timeout: 2s
      take:
        digits: { from: a.digits, as: digits, optional: yes }
        word: { from: a.word, as: text }
        number: { from: a.number, as: number, optional: yes }
        money: { from: money, as: money EUR, optional: yes }
        day: { from: day, as: date, optional: yes }
        clock: { from: clock, as: time, optional: yes }
        flag: { from: flag, as: flag, optional: yes }
      go: known
      missing: unknown
  known: { say: { prompt: p-known, go: human } }
  unknown: { say: { prompt: p-unknown, go: human } }
";

const ANSWER: &str = r#"{"a": {"digits": "0049", "word": "gold", "number": -12}, "money": 12.50,
"day": "2026-11-30", "clock": "09:45", "flag": true}"#;

/// What is done about an answer.
fn then(line: &Arc<Line>, status: u16, body: Vec<u8>) -> String {
    let mut walk = Walk::start(Arc::clone(line), Caller::default(), at(0));
    did(&mut walk);
    walk.handle_reply(at(100), AskId(1), Ok(WebReply { status, body }));
    let done = did(&mut walk);
    assert_eq!(walk.poll_timeout().is_none(), walk.has_left(), "{done}");
    done
}

#[test]
fn every_answer_leads_somewhere() {
    let line = line(LINE);
    let told = then(&line, 200, ANSWER.as_bytes().to_vec());
    let all = "digits=0049, word=gold, number=-12, money=12.50 EUR, day=2026-11-30, \
               clock=09:45, flag=yes, play known";
    assert_eq!(told, all);
    bolero::check!()
        .with_iterations(2000)
        .with_type::<(u16, Vec<u8>, Vec<(u16, u8)>)>()
        .for_each(|(status, bytes, changes)| {
            let mut changed = ANSWER.as_bytes().to_vec();
            for (at, byte) in changes.iter().take(4) {
                let at = usize::from(*at) % changed.len();
                changed[at] = *byte;
            }
            for (status, body) in [
                (200, changed),
                (200, bytes.clone()),
                (*status, bytes.clone()),
            ] {
                let done = then(&line, status, body);
                let ends = done.ends_with("play known")
                    || done.ends_with("play unknown")
                    || done.contains("queue people (fault: the web service ");
                assert!(ends, "{done}");
            }
        });
}
