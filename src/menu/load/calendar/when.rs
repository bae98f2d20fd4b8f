//! Days and moments as operators write them.

use jiff::civil::{Date, DateTime, Time, Weekday};

use super::super::source::Source;
use super::super::yaml::{At, Yaml};
use crate::menu::calendar::{Dates, DayRule, Local, MonthDay, Period, parse_minute, parse_weekday};

/// Above these many days from Easter Sunday a rule is doubted, and refused.
const EASTER_DOUBTED: i16 = 100;
const EASTER_REFUSED: i16 = 200;

/// A day as it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Written {
    /// `2026-12-24`.
    Once(Date),
    /// `12-24`.
    Yearly(MonthDay),
}

/// One end of a closure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// The whole day.
    Day(Written),
    /// A moment of the local clock.
    Time(DateTime),
}

impl From<Written> for End {
    fn from(day: Written) -> End {
        End::Day(day)
    }
}

/// A date, with or without its year.
pub(super) fn written(src: &mut Source<'_>, yaml: &Yaml, key: &str) -> Option<Written> {
    let text = src.text(yaml, key, "12-24` or `2026-12-24")?;
    day(src, yaml.at, key, text)
}

fn day(src: &mut Source<'_>, at: At, key: &str, text: &str) -> Option<Written> {
    let number = |t: &str, most: usize| -> Option<i16> {
        let good = (1..=most).contains(&t.len()) && t.bytes().all(|b| b.is_ascii_digit());
        good.then(|| t.parse().ok()).flatten()
    };
    let parts: Vec<&str> = text.trim().split('-').collect();
    let parsed = match parts.as_slice() {
        [m, d] => number(m, 2).zip(number(d, 2)).map(|(m, d)| (None, m, d)),
        [y, m, d] if y.len() == 4 => number(y, 4)
            .zip(number(m, 2).zip(number(d, 2)))
            .map(|(y, (m, d))| (Some(y), m, d)),
        _ => None,
    };
    let Some((year, month, day)) = parsed else {
        src.error(
            at,
            format!("`{text}` does not fit `{key}`"),
            format!("write month and day, like `{key}: 12-24`, or with its year `2026-12-24`"),
        );
        return None;
    };
    let make = |month: i16, day: i16| -> Option<Written> {
        let (month, day) = (i8::try_from(month).ok()?, i8::try_from(day).ok()?);
        match year {
            Some(year) => Date::new(year, month, day).ok().map(Written::Once),
            None => MonthDay::new(month, day).map(Written::Yearly),
        }
    };
    let made = make(month, day);
    if made.is_none() {
        let remedy = if make(day, month).is_some() {
            let year = year.map(|y| format!("{y:04}-")).unwrap_or_default();
            format!("the month comes first: `{year}{day:02}-{month:02}`")
        } else if (1..=12).contains(&month) {
            "that month has fewer days".to_owned()
        } else {
            "months are `01` to `12`".to_owned()
        };
        src.error(at, format!("there is no day `{text}`"), remedy);
    }
    made
}

/// One end of a closure: a day, or a day and a time.
pub(super) fn end(src: &mut Source<'_>, yaml: &Yaml, key: &str) -> Option<End> {
    let text = src.text(yaml, key, "2026-07-13` or `2026-07-13T14:00")?;
    let Some((date, time)) = text.trim().split_once(['T', 't', ' ']) else {
        return day(src, yaml.at, key, text).map(End::Day);
    };
    let Written::Once(date) = day(src, yaml.at, key, date)? else {
        src.error(
            yaml.at,
            "a closure of every year is of whole days",
            "leave the time out, or give the year",
        );
        return None;
    };
    let Ok(minute) = parse_minute(time) else {
        src.error(
            yaml.at,
            format!("`{time}` is not a time of day"),
            format!("write it like `{key}: {date}T14:00`"),
        );
        return None;
    };
    let midnight = date.to_datetime(Time::midnight());
    let time = jiff::SignedDuration::from_mins(i64::from(minute));
    Some(End::Time(midnight.saturating_add(time)))
}

/// Days from one to another; `at`: the place of the second.
pub(super) fn dates(src: &mut Source<'_>, at: At, from: Written, to: Written) -> Option<Dates> {
    match (from, to) {
        (Written::Yearly(from), Written::Yearly(to)) => Some(Dates::Yearly { from, to }),
        (Written::Once(from), Written::Once(to)) if from <= to => Some(Dates::Once { from, to }),
        (Written::Once(_), Written::Once(_)) => {
            ends_first(src, at);
            None
        }
        (Written::Once(_), Written::Yearly(_)) | (Written::Yearly(_), Written::Once(_)) => {
            src.error(
                at,
                "one of `from` and `to` has a year and the other has not",
                "give the year to both, or to none: then it is every year",
            );
            None
        }
    }
}

fn ends_first(src: &mut Source<'_>, at: At) {
    let what = "it ends before it begins";
    src.error(at, what, "`to` must be after `from`");
}

/// The period of a closure; `at`: the place of its second end.
pub(super) fn period(src: &mut Source<'_>, at: At, from: End, to: End) -> Option<Period> {
    let (from, to) = match (from, to) {
        (End::Day(from), End::Day(to)) => match dates(src, at, from, to)? {
            dates @ Dates::Yearly { .. } => return Some(Period::Yearly(dates)),
            Dates::Once { from, to } => (Local::midnight(from), after(to)),
        },
        (End::Time(from), End::Time(to)) => (Local::from(from), Local::from(to)),
        (End::Time(from), End::Day(Written::Once(to))) => (Local::from(from), after(to)),
        (End::Day(Written::Once(from)), End::Time(to)) => (Local::midnight(from), Local::from(to)),
        (End::Time(_), End::Day(Written::Yearly(_)))
        | (End::Day(Written::Yearly(_)), End::Time(_)) => {
            src.error(
                at,
                "one of `from` and `to` has a year and the other has not",
                "give the year to both",
            );
            return None;
        }
    };
    if to <= from {
        ends_first(src, at);
        return None;
    }
    Some(Period::Once { from, to })
}

/// The end of a day.
fn after(date: Date) -> Local {
    Local::midnight(date).tomorrow()
}

/// Days from Easter Sunday.
pub(super) fn easter(src: &mut Source<'_>, yaml: &Yaml) -> Option<DayRule> {
    let range = -EASTER_REFUSED..=EASTER_REFUSED;
    let like = "1` for the day after Easter Sunday, or `easter: -2";
    let parse = |t: &str| t.parse::<i16>().ok().filter(|n| range.contains(n));
    let days = src.value(yaml, "easter", like, parse)?;
    if days.abs() > EASTER_DOUBTED {
        src.warn(
            yaml.at,
            format!("{days} days from Easter is far for a feast that moves with it"),
            "write `date` for a fixed one",
        );
    }
    Some(DayRule::Easter(days))
}

/// `last mon of may`, `sat after 06-19`, `wed before 11-23`.
pub(super) fn weekday(src: &mut Source<'_>, yaml: &Yaml) -> Option<DayRule> {
    let like = "last mon of may`, `2nd sun of 05` or `weekday: sat after 06-19";
    let text = src.text(yaml, "weekday", like)?.to_lowercase();
    let words: Vec<&str> = text.split_whitespace().collect();
    match words.as_slice() {
        [day, way @ ("after" | "before"), date] if parse_weekday(day).is_some() => {
            let weekday = weekday_of(day)?;
            let Written::Yearly(date) = self::day(src, yaml.at, "weekday", date)? else {
                src.error(
                    yaml.at,
                    "the weekday after or before one certain date is one certain day",
                    "write that day as `date`, or leave the year out",
                );
                return None;
            };
            Some(match *way {
                "after" => DayRule::After { weekday, date },
                _ => DayRule::Before { weekday, date },
            })
        }
        _ => src.value(yaml, "weekday", like, |_| nth(&words)),
    }
}

fn weekday_of(day: &str) -> Option<Weekday> {
    let i = i8::try_from(parse_weekday(day)?).ok()?;
    Weekday::from_monday_zero_offset(i).ok()
}

fn nth(words: &[&str]) -> Option<DayRule> {
    const MONTHS: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let [nth, day, "of" | "in", month] = words else {
        return None;
    };
    let nth = match *nth {
        "1st" | "first" => 1,
        "2nd" | "second" => 2,
        "3rd" | "third" => 3,
        "4th" | "fourth" => 4,
        "5th" | "fifth" => 5,
        "last" => -1,
        _ => return None,
    };
    let named = MONTHS
        .iter()
        .position(|m| m == month || (month.len() == 3 && m.starts_with(month)))
        .map(|i| i + 1);
    let number = || month.parse().ok().filter(|n| (1..=12).contains(n));
    let month = i8::try_from(named.or_else(number)?).ok()?;
    Some(DayRule::Nth {
        nth,
        weekday: weekday_of(day)?,
        month,
    })
}
