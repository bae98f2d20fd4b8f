//! How long it will probably take, in words.

use std::time::Duration;

use crate::ids::{Language, PromptName};
use crate::menu::system::people;
use crate::menu::{say, system as sys};
use crate::queue::estimate::Interval;

/// Longer ones are not told: who has to wait for hours is better served otherwise.
const LONGEST: u64 = 120;

/// The words for a wait in whole minutes, rounded away from each other; above ten in steps of
/// five. Nothing: the language can not read numbers, or it is too long.
pub(super) fn words(language: &Language, wait: Interval) -> Vec<PromptName> {
    let Some(reader) = say::Language::from_tag(language.as_str()) else {
        return Vec::new();
    };
    let low = match wait.low.as_secs() / 60 {
        few @ 0..10 => few,
        more => more / 5 * 5,
    };
    let high = match wait.high.as_millis().div_ceil(60_000) {
        few @ 0..=10 => few,
        more => more.div_ceil(5) * 5,
    };
    let high = u64::try_from(high).unwrap_or(u64::MAX);
    if high > LONGEST {
        return Vec::new();
    }
    let number = |n: u64| {
        let value = say::Value::Integer(i64::try_from(n).unwrap_or(i64::MAX));
        say::say(reader, &value, &say::Form::default()).prompts()
    };
    let word = |name: &str| vec![PromptName::new(name)];
    let said = match (low, high) {
        (_, 0 | 1) => vec![word(sys::WAIT_SHORT)],
        (0, high) => vec![word(sys::WAIT_UNTIL), number(high), word(sys::WAIT_MINUTES)],
        (low, high) => vec![
            word(sys::WAIT_BETWEEN),
            number(low),
            word(sys::WAIT_AND),
            number(high),
            word(sys::WAIT_MINUTES),
        ],
    };
    said.concat()
}

/// How long somebody has waited, in whole minutes; `None`: not worth a word, or without words.
pub(super) fn waited(language: &Language, waited: Duration) -> Option<Vec<PromptName>> {
    let reader = say::Language::from_tag(language.as_str())?;
    let minutes = waited.as_secs() / 60;
    // One of anything would need other words.
    if !(2..=LONGEST).contains(&minutes) {
        return None;
    }
    let value = say::Value::Integer(i64::try_from(minutes).unwrap_or(i64::MAX));
    let mut words = vec![PromptName::new(people::WHISPER_WAITED)];
    words.extend(say::say(reader, &value, &say::Form::default()).prompts());
    words.push(PromptName::new(sys::WAIT_MINUTES));
    Some(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(low: u64, high: u64) -> String {
        let wait = Interval {
            low: Duration::from_secs(low),
            high: Duration::from_secs(high),
        };
        let words = words(&Language::default(), wait);
        let words: Vec<&str> = words.iter().map(PromptName::as_str).collect();
        words.join(" ").replace("sys-wait-", "")
    }

    #[test]
    fn in_minutes_rounded_away_from_each_other() {
        assert_eq!(said(0, 40), "short");
        assert_eq!(said(10, 60), "short");
        assert_eq!(said(10, 61), "until say-2 minutes");
        assert_eq!(said(119, 270), "between say-1 and say-5 minutes");
        assert_eq!(said(599, 601), "between say-9 and say-15 minutes");
        assert_eq!(said(14 * 60, 42 * 60), "between say-10 and say-45 minutes");
        assert_eq!(said(0, 3 * 3600), "");
    }

    #[test]
    fn in_no_words_where_numbers_can_not_be_read() {
        let wait = Interval {
            low: Duration::ZERO,
            high: Duration::from_secs(300),
        };
        assert_eq!(words(&Language::new("fr"), wait), []);
    }
}
