//! Where a queue sends those whom it can not keep: `overflow`.

use super::people::meant;
use super::reader::{Parsed, Table, name};
use super::types::Queue;
use crate::ids::{PhoneNumber, QueueName};
use crate::outside::Outside;
use crate::queue::action::OverflowStep;

/// `message`, `callback`, `queue:NAME` or `outside:NUMBER`.
pub(super) fn step(t: &str) -> Parsed<OverflowStep> {
    let like = || "write `message`, `callback`, `queue:NAME` or `outside:NUMBER`".to_owned();
    match t.split_once(':') {
        None if t == "message" => Ok(OverflowStep::Message),
        None if t == "callback" => Ok(OverflowStep::Callback),
        Some(("queue", queue)) => name(queue)
            .map(|queue| OverflowStep::Queue(QueueName::new(queue)))
            .map_err(|_| like()),
        Some(("outside", number)) => {
            let spaced = |c: &char| !" -/.()".contains(*c);
            let number = PhoneNumber::new(number.chars().filter(spaced).collect::<String>());
            match number.is_dialable() {
                true => Ok(OverflowStep::Outside(number)),
                false => {
                    Err("write the number as it is dialled, like `outside:+4930901820`".into())
                }
            }
        }
        Some(_) | None => Err(like()),
    }
}

/// P5: every chain ends with something that takes a promise. `None`: a step that does not fit, which is
/// told already.
pub(super) fn check(
    queue: &Queue,
    steps: &[Option<OverflowStep>],
    names: &[QueueName],
    outside: &Outside,
    t: &Table<'_>,
) {
    let tell = |what: String, remedy: &str| t.tell("overflow", what, remedy);
    let promises = |step: &Option<OverflowStep>| step.as_ref().is_none_or(|s| s.takes_promise());
    if !steps.last().is_some_and(promises) {
        let what = "callers would be left with nothing".to_owned();
        tell(what, "the last step must be `callback` or `message`");
    }
    for (at, one) in steps.iter().enumerate() {
        let Some(step) = one else { continue };
        match step {
            OverflowStep::Queue(to) if *to == queue.name => {
                tell(
                    "leads back to the same queue".to_owned(),
                    "name another one",
                );
            }
            OverflowStep::Queue(to) if !names.contains(to) => {
                tell(format!("`{to}` is not a queue"), &meant(to.as_str(), names));
            }
            OverflowStep::Outside(number) if !outside.calls_back(number) => {
                let number = number.reveal();
                tell(
                    format!("`{number}` is a number that may not be called"),
                    "name another one, or allow it under [outside]",
                );
            }
            OverflowStep::Outside(_) | OverflowStep::Callback if steps[..at].contains(one) => {
                tell(
                    "the same step is there twice".to_owned(),
                    "keep one of them",
                );
            }
            OverflowStep::Message if at + 1 < steps.len() => {
                let what = "steps after `message` are never reached".to_owned();
                tell(what, "remove them");
            }
            OverflowStep::Queue(_)
            | OverflowStep::Outside(_)
            | OverflowStep::Callback
            | OverflowStep::Message => {}
        }
    }
}
