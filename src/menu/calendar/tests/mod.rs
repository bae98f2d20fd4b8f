//! Calendars as operators write them, and what callers meet.

mod days;
mod golden;
mod property;

use std::sync::Arc;

use jiff::civil::DateTime;

use super::{Calendar, Moments};
use crate::menu::load::{Known, load_all};
use crate::now::Wall;

/// The calendar of a file that loads without a word.
#[track_caller]
fn calendar(text: &str) -> Arc<Calendar> {
    let lines = load_all([("office.yaml", text)], &Known::default());
    let lines = lines.unwrap_or_else(|m| {
        let told: Vec<String> = m.iter().map(ToString::to_string).collect();
        panic!("{}", told.join("\n"))
    });
    let told: Vec<String> = lines.warnings.iter().map(ToString::to_string).collect();
    assert!(told.is_empty(), "{}", told.join("\n"));
    let calendar = lines.calendars().values().next();
    calendar.expect("it is a calendar").clone()
}

/// The one moment at which the local clock of a calendar shows this.
#[track_caller]
fn wall(calendar: &Calendar, local: &str) -> Wall {
    let local: DateTime = local.parse().unwrap();
    match calendar.moments(local) {
        Moments::Once(at) => at,
        other => panic!("{local}: {other:?}"),
    }
}

/// `open` or `closed`, why, until when, and when it opens next, all by the local clock.
#[track_caller]
fn met(calendar: &Calendar, local: &str) -> String {
    met_at(calendar, wall(calendar, local))
}

fn met_at(calendar: &Calendar, at: Wall) -> String {
    let status = calendar.status(at);
    assert_eq!(status.open, calendar.is_open(at));
    let shown = |w: Option<Wall>| {
        w.map_or("never".to_owned(), |w| {
            calendar.local(w).strftime("%m-%d %H:%M").to_string()
        })
    };
    format!(
        "{} {} until {} opens {}",
        if status.open { "open" } else { "closed" },
        status.cause.name(),
        shown(status.until),
        shown(status.opens)
    )
}

const OFFICE: &str = r#"
calendar: office
label: Office hours
zone: Europe/Copenhagen
hours:
  mon-thu: 08:00-17:00
  fri: [08:00-12:00, 13:00-16:00]
holidays:
  - { date: 01-01, label: "New Year's Day" }
  - { easter: -3, label: Maundy Thursday }
  - { easter: -2, label: Good Friday }
  - { easter: 1, label: Easter Monday }
  - { date: 12-24, hours: 09:00-12:00, label: Christmas Eve }
  - { date: 12-25, label: Christmas Day }
  - { date: 12-26, label: Boxing Day }
  - { date: 2026-05-15, label: Bridge day }
closures:
  - { from: 2026-07-13, to: 2026-07-17, label: Summer break }
  - { from: "2026-09-01T14:00", to: "2026-09-01T17:00", label: Staff meeting }
"#;
