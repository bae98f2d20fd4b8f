//! The checker held: by mutation it refuses what breaks the promise, with the right reason; by
//! random walks it leaves out nothing that the interpreter can do.

mod breaking;
mod figures;
mod honest;
mod mutate;
mod people;

use std::time::Duration;

use super::*;
use crate::menu::load::load_all;
use crate::menu::walk::tests::{OFFICE, known};

/// A line of these nodes that begins at `start`, loaded.
pub(super) fn lines(start: &str, nodes: &str) -> (Lines, crate::menu::load::Known) {
    let head = format!("line: test\nnumbers: [\"1\"]\nhuman: people\nstart: {start}\n");
    // What stands before `nodes:` belongs to the line.
    let text = match nodes.contains("\nnodes:\n") {
        true => format!("{head}{nodes}"),
        false => format!("{head}nodes:\n{nodes}"),
    };
    let known = known(&text);
    match load_all(
        [("test.yaml", text.as_str()), ("office.yaml", OFFICE)],
        &known,
    ) {
        Ok(lines) => (lines, known),
        Err(mistakes) => {
            let told: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
            panic!("{}\n{text}", told.join("\n"))
        }
    }
}

/// `people` overflows to `sales`, a number outside, a callback and a message; `sales` to a message.
pub(super) fn queues() -> Vec<Queue> {
    let queue = |name, overflow| Queue {
        name: QueueName::new(name),
        overflow,
        max_wait: Duration::from_secs(600),
    };
    let sales = Overflow::Queue(QueueName::new("sales"));
    vec![
        queue(
            "people",
            vec![
                sales,
                Overflow::Outside(PhoneNumber::new("+4570101155")),
                Overflow::Callback,
                Overflow::Message,
            ],
        ),
        queue("sales", vec![Overflow::Message]),
    ]
}

/// The kinds that a first line has.
pub(super) const FIRST_KINDS: &str = "
  root: { menu: { tries: 3, greeting: { prompt: p-hello }, options: { \
   1: { say: { prompt: p-one }, go: info }, 2: { say: { prompt: p-two }, go: account }, \
   3: { say: { prompt: p-three }, go: sub }, 4: { say: { prompt: p-four }, go: shop }, \
   5: { say: { prompt: p-five }, go: bye } } } }
  info: { say: { prompt: p-info, go: back } }
  account: { collect: { say: { prompt: p-number }, digits: 3-6, into: account, confirm: true, \
   leading_zero: true, go: noted } }
  noted: { say: { prompt: p-noted, interrupt: false, go: pin } }
  pin: { collect: { say: { prompt: p-pin }, digits: 4, into: pin, sensitive: true, go: sub } }
  sub: { menu: { options: { 1: { say: { prompt: p-sub }, go: human }, \
   2: { say: { prompt: p-main }, go: root }, 9: { say: { prompt: p-nine }, go: back } } } }
  shop: { queue: sales }
  bye: { goodbye: { prompt: p-bye } }
";

/// Each kind of node, in every shape that matters.
pub(super) const ALL_KINDS: &str = "languages: [en, de]
nodes:
  root: { menu: { tries: 3, greeting: { prompt: p-hello }, options: { \
   1: { say: { prompt: p-one }, go: info }, 2: { say: { prompt: p-two }, go: account }, \
   3: { say: { prompt: p-three }, go: sub }, 4: { say: { prompt: p-four }, go: shop }, \
   5: { say: { prompt: p-five }, go: bye }, 6: { say: { prompt: p-six }, go: tongue }, \
   7: { say: { prompt: p-seven }, go: lookup }, 8: { say: { prompt: p-eight }, go: leave } } } }
  tongue: { language: { options: { 1: { language: en, say: { prompt: p-en } }, \
   2: { language: de, say: { prompt: p-de } } }, go: router } }
  which: { choose: [{ when: { caller: \"+45*\" }, go: info }, { when: { language: de }, go: quick }, \
   { go: root }] }
  lookup: { ask: { get: \"http://x.example/1\", say: { prompt: p-wait }, take: { y: number }, \
   go: which, missing: quick } }
  abroad: { dial: { number: \"+4530901820\", say: { prompt: p-wait }, missing: shop } }
  hand: { send: { webhook: \"http://x.example/3\", body: { y: caller }, go: must } }
  must: { send: { mail: \"a@x.example\", subject: x, text: y, required: yes, go: abroad } }
  quick: { ask: { get: \"http://x.example/2\", take: { z: number }, go: sub, missing: hand } }
  leave: { message: people }
  router: { guide: { steps: { a: { say: { prompt: p-a }, yes: solved, no: b }, \
   b: { say: { prompt: p-b }, next: c }, c: { say: { prompt: p-c }, yes: b, no: human } }, \
   solved: rate, resume: 24h, time: 90s, remind: 30s } }
  rate: { survey: { questions: { x: { say: { prompt: p-x }, scale: 1-5 }, y: { say: { prompt: p-y } } }, \
   go: again } }
  again: { callback: { queue: people, slots: { hours: office, each: 2 } } }
  info: { say: { prompt: p-info, go: back } }
  account: { collect: { say: { prompt: p-number }, digits: 3-6, into: account, confirm: true, \
   leading_zero: true, go: noted } }
  noted: { say: { prompt: p-noted, interrupt: false, go: pin } }
  pin: { collect: { say: { prompt: p-pin }, digits: 4, into: pin, sensitive: true, go: sub } }
  sub: { menu: { options: { 1: { say: { prompt: p-sub }, go: human }, \
   2: { say: { prompt: p-main }, go: root }, 9: { say: { prompt: p-nine }, go: back } } } }
  shop: { queue: sales }
  bye: { goodbye: { prompt: p-bye } }
";

#[test]
fn a_good_line_is_proven() {
    let (lines, known) = lines("root", ALL_KINDS);
    let checked = check(&lines, &known.prompts, &queues());
    let told: Vec<String> = checked.findings.iter().map(ToString::to_string).collect();
    assert!(told.is_empty(), "{}", told.join("\n"));
}

#[test]
fn a_goodbye_that_nobody_chose_is_refused_at_its_place() {
    let nodes =
        "  root: { say: { prompt: p-closed, go: bye } }\n  bye: { goodbye: { prompt: p-bye } }\n";
    let (lines, known) = lines("root", nodes);
    let checked = check(&lines, &known.prompts, &queues());
    let told: Vec<String> = checked.findings.iter().map(ToString::to_string).collect();
    assert_eq!(
        told.join("\n"),
        "test.yaml:7:3: P6: the caller did not choose this good-bye at `bye`\n    \
         7 |   bye: { goodbye: { prompt: p-bye } }\n      \
         |   ^^^ lead to it from an option of a menu, or to `human` instead\n      \
         = the call: answer → the prompt ends → hang-up"
    );
}
