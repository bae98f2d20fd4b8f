//! The transcripts: what a person would hear, one value a line.
//!
//! `kind value [| how] = words`, where `how` names what differs from the default form.

use std::time::Duration;

use zeroline::menu::say::{Case, Currency, Form, Gender, Grouping, Value, say};

use super::{all_right, file, language};

/// Reads a transcript and compares each row; gives how many rows there are of each kind.
fn compare(tag: &str) -> Vec<(String, usize)> {
    let text = file(&format!("{tag}.txt"));
    let mut kinds: Vec<(String, usize)> = Vec::new();
    let mut wrong = Vec::new();
    for (number, line) in text.lines().enumerate() {
        if line.is_empty() || line.starts_with("# ") {
            continue;
        }
        let place = format!("{tag}.txt:{}", number + 1);
        let (asked, expected) = line.split_once(" = ").expect(&place);
        let (asked, how) = asked.split_once(" | ").unwrap_or((asked, ""));
        let (kind, value) = asked.split_once(' ').expect(&place);
        let value = read(kind, value).unwrap_or_else(|| panic!("{place}: {asked}"));
        let form = form(how).unwrap_or_else(|| panic!("{place}: {how}"));
        let said = say(language(tag), &value, &form);
        if said.text() != expected || said.left_out() > 0 {
            wrong.push(format!("{place}: {asked} | {how} = {}", said.text()));
        }
        match kinds.iter_mut().find(|(k, _)| k == kind) {
            Some((_, count)) => *count += 1,
            None => kinds.push((kind.to_owned(), 1)),
        }
    }
    all_right(&wrong);
    kinds
}

fn read(kind: &str, text: &str) -> Option<Value> {
    Some(match kind {
        "integer" => Value::Integer(text.parse().ok()?),
        "decimal" => {
            let places = text.split_once('.').map_or(0, |(_, behind)| behind.len());
            Value::Decimal {
                unscaled: text.replace('.', "").parse().ok()?,
                places: u8::try_from(places).ok()?,
            }
        }
        "ordinal" => Value::Ordinal(text.parse().ok()?),
        "money" => {
            let (amount, code) = text.split_once(' ')?;
            Value::Money {
                minor: amount.replace('.', "").parse().ok()?,
                currency: Currency::from_code(code)?,
            }
        }
        "date" => Value::Date(text.parse().ok()?),
        "time" => Value::Time(text.parse().ok()?),
        "datetime" => Value::DateTime(text.parse().ok()?),
        "weekday" => {
            let day: jiff::civil::Date = text.parse().ok()?;
            Value::Weekday(day.weekday())
        }
        "duration" => {
            let mut seconds = 0;
            for part in text.split(' ') {
                let (count, unit) = part.split_at(part.len() - 1);
                let count: u64 = count.parse().ok()?;
                seconds += count
                    * match unit {
                        "d" => 86_400,
                        "h" => 3600,
                        "m" => 60,
                        "s" => 1,
                        _ => return None,
                    };
            }
            Value::Duration(Duration::from_secs(seconds))
        }
        "digits" => Value::Digits(text.to_owned()),
        "spelled" => Value::Spelled(text.to_owned()),
        _ => return None,
    })
}

fn form(how: &str) -> Option<Form> {
    let mut form = Form::default();
    for word in how.split(' ').filter(|w| !w.is_empty()) {
        match word {
            "masculine" => form.gender = Gender::Masculine,
            "feminine" => form.gender = Gender::Feminine,
            "neuter" => form.gender = Gender::Neuter,
            "accusative" => form.case = Case::Accusative,
            "dative" => form.case = Case::Dative,
            "no-weekday" => form.weekday = false,
            "no-year" => form.year = false,
            "unbroken" => form.grouping = Grouping::Unbroken,
            _ => {
                let size = word.strip_prefix("every-")?.parse().ok()?;
                form.grouping = Grouping::Every(size);
            }
        }
    }
    Some(form)
}

/// Every kind is there, and of money, dates and times together at least sixty.
fn enough(tag: &str) {
    let kinds = compare(tag);
    let of = |kind: &str| kinds.iter().find(|(k, _)| k == kind).map_or(0, |(_, n)| *n);
    let counted = of("money") + of("date") + of("time") + of("datetime") + of("duration");
    assert!(counted >= 60, "{kinds:?}");
    assert_eq!(kinds.len(), 11, "{kinds:?}");
}

#[test]
fn english_as_transcribed() {
    enough("en");
}

#[test]
fn german_as_transcribed() {
    enough("de");
}

#[test]
fn danish_as_transcribed() {
    enough("da");
}

#[test]
fn norwegian_as_transcribed() {
    enough("nb");
}
