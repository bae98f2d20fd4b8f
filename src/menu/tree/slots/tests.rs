//! Which times are free.

use super::*;
use crate::menu::load::{Known, load_all};

const OFFICE: &str = r#"
calendar: office
zone: Europe/Copenhagen
hours:
  mon-thu: 08:00-17:00
  fri: [08:15-12:00, 13:00-16:00]
  sun: 00:00-06:00
holidays:
  - { date: 12-24, label: Christmas Eve }
"#;

fn slots(every: u16, each: u32, days: u16) -> Slots {
    let lines = load_all([("office.yaml", OFFICE)], &Known::default()).unwrap();
    let nothing = || Speech { said: Vec::new() };
    Slots {
        hours: lines.calendars().values().next().unwrap().clone(),
        every,
        each,
        days,
        ask: nothing(),
        press: std::array::from_fn(|_| nothing()),
        taken: nothing(),
        stored: nothing(),
        goodbye: nothing(),
        longest: Vec::new(),
    }
}

fn wall(slots: &Slots, local: &str) -> Wall {
    match slots.hours.moments(local.parse().unwrap()) {
        Moments::Once(at) => at,
        other => panic!("{local}: {other:?}"),
    }
}

/// The times that are free at a local time, while callbacks are due at others.
#[track_caller]
fn check(slots: &Slots, now: &str, due: &[&str], expected: &[&str]) {
    let due: Vec<Wall> = due.iter().map(|at| wall(slots, at)).collect();
    let free = slots.free(wall(slots, now), &due);
    let shown = free.iter().map(|at| slots.hours.local(*at));
    let shown: Vec<String> = shown
        .map(|at| at.strftime("%m-%d %H:%M").to_string())
        .collect();
    assert_eq!(shown, expected, "{now}");
}

#[test]
fn the_next_times_within_opening_hours_are_offered() {
    let half = slots(30, 1, 5);
    // One slot ahead at the least; a slot ends when it closes at the latest.
    let noon = ["11-30 12:30", "11-30 13:00", "11-30 13:30"];
    check(&half, "2026-11-30T12:00", &[], &noon);
    check(
        &half,
        "2026-11-30T12:01",
        &[],
        &["11-30 13:00", "11-30 13:30", "11-30 14:00"],
    );
    check(
        &half,
        "2026-11-30T16:00",
        &[],
        &["11-30 16:30", "12-01 08:00", "12-01 08:30"],
    );
    check(
        &half,
        "2026-11-30T03:00",
        &[],
        &["11-30 08:00", "11-30 08:30", "11-30 09:00"],
    );
    // Slots begin with the day, whenever it opens; a pause at noon, a weekend, a holiday.
    check(
        &half,
        "2026-12-04T07:00",
        &[],
        &["12-04 08:30", "12-04 09:00", "12-04 09:30"],
    );
    check(
        &half,
        "2026-12-04T11:00",
        &[],
        &["12-04 11:30", "12-04 13:00", "12-04 13:30"],
    );
    check(
        &half,
        "2026-12-23T16:30",
        &[],
        &["12-25 08:30", "12-25 09:00", "12-25 09:30"],
    );
    check(&slots(50, 1, 1), "2026-11-30T14:30", &[], &["11-30 15:50"]);
}

#[test]
fn a_time_is_free_for_as_many_as_there_are_people() {
    let two = slots(30, 2, 5);
    // Who is due within a slot counts, also after a call in vain; the next slot is another one.
    let due = ["2026-11-30T12:30", "2026-11-30T12:59", "2026-11-30T13:30"];
    check(
        &two,
        "2026-11-30T12:00",
        &due,
        &["11-30 13:00", "11-30 13:30", "11-30 14:00"],
    );
}

#[test]
fn times_end_with_the_last_day() {
    check(&slots(30, 1, 1), "2026-11-30T15:59", &[], &["11-30 16:30"]);
    check(&slots(30, 1, 1), "2026-11-30T16:31", &[], &[]);
    check(
        &slots(30, 1, 2),
        "2026-11-30T16:31",
        &[],
        &["12-01 08:00", "12-01 08:30", "12-01 09:00"],
    );
    check(&slots(30, 1, 1), "2026-12-24T09:00", &[], &[]);
}

#[test]
fn a_time_that_the_clock_leaves_out_is_not_offered_and_one_that_comes_twice_is_once() {
    // 02:00 to 03:00 is left out on the last Sunday of March, and comes twice in October.
    let whole = slots(60, 1, 1);
    check(
        &whole,
        "2026-03-29T00:10",
        &[],
        &["03-29 03:00", "03-29 04:00", "03-29 05:00"],
    );
    check(
        &whole,
        "2026-10-25T00:10",
        &[],
        &["10-25 02:00", "10-25 03:00", "10-25 04:00"],
    );
    let taken = slots(60, 1, 14);
    let (from, to) = taken.reach(wall(&taken, "2026-03-20T12:00"));
    assert_eq!(taken.hours.local(from).to_string(), "2026-03-20T13:00:00");
    assert_eq!(taken.hours.local(to).to_string(), "2026-04-03T00:00:00");
}
