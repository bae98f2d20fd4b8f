//! `slots`: times at which people can call back.

use std::time::Duration;

use jiff::civil::{self, DateTime};

use super::compose::{self, ZeroForm};
use super::line::Context;
use super::source::{Fields, Source};
use super::words::system;
use super::yaml::Yaml;
use super::{choose, guide};
use crate::ids::Language;
use crate::menu::say;
use crate::menu::system as names;
use crate::menu::tree::{OFFERED, Slots};

/// How long a slot may be.
const SHORTEST: Duration = Duration::from_secs(5 * 60);
const LONGEST: Duration = Duration::from_secs(4 * 60 * 60);
/// And is, where nothing is said.
const USUAL: u16 = 30;
/// How many people may call in one.
const MOST: u32 = 1000;
/// How far ahead times may be offered.
const FAR: u16 = 14;
/// And are: over a weekend and a holiday.
const USUAL_DAYS: u16 = 5;

pub(super) fn slots(src: &mut Source<'_>, cx: &Context<'_>, yaml: &Yaml) -> Option<Slots> {
    let like = "slots: { hours: office, each: 3 }";
    let mut fields = Fields::new(src, yaml, "slots", like)?;
    let at = fields.at;
    let hours = fields.need(src, "hours", "office");
    let hours = hours.and_then(|y| {
        let hours = choose::hours(src, cx, y, "hours")?;
        if hours.never_open() {
            let what = format!("`{}` never opens: there is no time to offer", hours.name);
            src.error(y.at, what, "name a calendar with opening hours");
            return None;
        }
        Some(hours)
    });
    let each = fields.need(src, "each", "3");
    let each = each.and_then(|y| {
        let count = |t: &str| t.trim().parse::<u32>().ok();
        let each = src.value(y, "each", "3", count)?;
        if !(1..=MOST).contains(&each) {
            src.error(
                y.at,
                format!("`each` must be from 1 to {MOST}"),
                "write how many calls your people can make in one slot, like `each: 3`",
            );
            return None;
        }
        Some(each)
    });
    let every = fields.take("every").map_or(Some(USUAL), |y| {
        let length = guide::span(src, y, "every", "30m", SHORTEST, LONGEST)?;
        let minutes = u16::try_from(length.as_secs() / 60).ok();
        let whole = minutes.filter(|_| length.as_millis() % 60_000 == 0);
        if whole.is_none() {
            src.error(
                y.at,
                "`every` must be whole minutes",
                "write it like `every: 30m`",
            );
        }
        whole
    });
    let days = fields.take("days").map_or(Some(USUAL_DAYS), |y| {
        let count = |t: &str| t.trim().parse::<u16>().ok();
        let days = src.value(y, "days", "5", count)?;
        if !(1..=FAR).contains(&days) {
            src.error(
                y.at,
                format!("`days` must be from 1 to {FAR}"),
                "today is the first: `days: 2` is today and tomorrow",
            );
            return None;
        }
        Some(days)
    });
    fields.finish(src);
    let ask = system(src, cx, at, names::CALLBACK_TIMES)?;
    let ask = compose::with_zero(src, cx, at, ask, ZeroForm::Plain)?;
    let press: Option<Vec<_>> = (2..2 + OFFERED)
        .map(|key| Some(system(src, cx, at, &names::press(key))?.speech()))
        .collect();
    // Their recordings are there without an engine; of others times are not offered.
    for language in &cx.languages {
        let tag = language.as_str();
        if say::Language::from_tag(tag).is_some_and(|known| known.tag() == tag) {
            src.reads.insert(language.clone());
        }
    }
    let longest = cx.languages.iter().map(|l| longest(cx, l));
    Some(Slots {
        hours: hours?,
        every: every?,
        each: each?,
        days: days?,
        ask,
        press: press?.try_into().ok()?,
        taken: system(src, cx, at, names::CALLBACK_TAKEN)?.speech(),
        stored: system(src, cx, at, names::CALLBACK_AT)?.speech(),
        goodbye: system(src, cx, at, names::GOODBYE)?.speech(),
        longest: longest.collect(),
    })
}

/// The longest that a time takes to be read. Day, month, hour and minute are parts of their own: each
/// is changed by itself, and the longest of each is added up.
fn longest(cx: &Context<'_>, language: &Language) -> Option<Duration> {
    let reader = say::Language::from_tag(language.as_str())?;
    let length = |at: DateTime| -> Option<Duration> {
        let form = say::Form {
            year: false,
            ..say::Form::default()
        };
        let phrase = say::say(reader, &say::Value::DateTime(at), &form);
        let facts = |name| cx.known.facts(language, &name)?.length;
        phrase.prompts().into_iter().map(facts).sum()
    };
    let usual = civil::datetime(2024, 1, 1, 1, 10, 0, 0);
    let base = length(usual)?;
    let more = |at: Result<DateTime, jiff::Error>| {
        let length = at.ok().and_then(length).unwrap_or(base);
        length.saturating_sub(base)
    };
    // Each begins with what is read of the first of January, a Monday: other days have other weekdays.
    let day = (1..=31).map(|n| more(usual.with().day(n).build())).max();
    let month = (1..=12).map(|n| more(usual.with().month(n).build())).max();
    let hour = (0..=23).map(|n| more(usual.with().hour(n).build())).max();
    let minute = (0..=59).map(|n| more(usual.with().minute(n).build())).max();
    let parts = [day, month, hour, minute].into_iter().flatten();
    Some(base + parts.sum::<Duration>())
}
