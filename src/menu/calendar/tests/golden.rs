//! What `zeroline calendar` says.

use super::super::*;
use super::*;

const HOTLINE: &str = r#"
calendar: hotline
label: Night hotline
zone: America/Santiago
hours:
  mon-sun: 22:00-06:00
seasons:
  - { from: 12-15, to: 02-28, label: Summer, hours: { mon-fri: 23:00-05:00 } }
holidays:
  - { date: 02-29, label: Leap day }
  - { weekday: 5th mon of feb, label: Fifth Monday }
  - { date: 09-18, observed: next, label: Independence Day }
  - { date: 2027-09-18, hours: 20:00-22:00, label: Reception }
  - { easter: -2, hours: 22:00-02:00, label: Good Friday }
closures:
  - { from: 2027-05-03T23:00, to: 2027-05-04T01:00, label: New exchange }
  - { from: 12-29, to: 01-02, label: Between the years }
"#;

const SHUT: &str = r#"
calendar: shut
zone: UTC
hours: { mon-fri: 08:00-17:00 }
closures: { from: 2026-01-01, to: 2029-12-31, label: Rebuilding }
"#;

/// What is told about a moment of the local clock.
fn at(calendar: &Calendar, local: &str) -> String {
    let at = wall(calendar, local);
    status_text(calendar, at, &calendar.status(at))
}

#[track_caller]
fn check(told: &str, expected: &str) {
    let expected = expected.trim_start_matches('\n');
    assert!(told == expected, "told:\n{told}\nexpected:\n{expected}");
}

#[test]
fn moments_in_plain_words() {
    for (text, local, expected) in [
        (
            OFFICE,
            "2026-12-24T17:59",
            r"
office (Office hours, Europe/Copenhagen)
  at     Thu 2026-12-24 17:59 CET
  is     closed
  why    Christmas Eve: Thu 2026-12-24 09:00-12:00
  until  Mon 2026-12-28 08:00 CET, in 3 days 14 h 1 min
",
        ),
        (
            OFFICE,
            "2026-12-24T10:00",
            r"
office (Office hours, Europe/Copenhagen)
  at     Thu 2026-12-24 10:00 CET
  is     open
  why    Christmas Eve: Thu 2026-12-24 09:00-12:00
  until  Thu 2026-12-24 12:00 CET, in 2 h
  again  Mon 2026-12-28 08:00 CET, in 3 days 22 h
",
        ),
        (
            OFFICE,
            "2026-09-01T15:00",
            r"
office (Office hours, Europe/Copenhagen)
  at     Tue 2026-09-01 15:00 CEST
  is     closed
  why    Staff meeting: 2026-09-01 14:00 to 17:00
  until  Wed 2026-09-02 08:00 CEST, in 17 h
",
        ),
        (
            OFFICE,
            "2026-07-15T10:00",
            r"
office (Office hours, Europe/Copenhagen)
  at     Wed 2026-07-15 10:00 CEST
  is     closed
  why    Summer break: 2026-07-13 to 2026-07-17
  until  Mon 2026-07-20 08:00 CEST, in 4 days 22 h
",
        ),
        (
            OFFICE,
            "2026-03-28T23:30",
            r"
office (Office hours, Europe/Copenhagen)
  at     Sat 2026-03-28 23:30 CET
  is     closed
  why    weekly hours: Sat 2026-03-28 closed
  until  Mon 2026-03-30 08:00 CEST, in 1 day 7 h 30 min
",
        ),
        (
            HOTLINE,
            "2027-09-20T23:00",
            r"
hotline (Night hotline, America/Santiago)
  at     Mon 2027-09-20 23:00 -03
  is     open
  why    weekly hours: Mon 2027-09-20 22:00-06:00
  until  Tue 2027-09-21 06:00 -03, in 7 h
  again  Tue 2027-09-21 22:00 -03, in 23 h
",
        ),
        (
            HOTLINE,
            "2027-01-08T03:00",
            r"
hotline (Night hotline, America/Santiago)
  at     Fri 2027-01-08 03:00 -03
  is     open
  why    Summer: Thu 2027-01-07 23:00-05:00
  until  Fri 2027-01-08 05:00 -03, in 2 h
  again  Fri 2027-01-08 23:00 -03, in 20 h
",
        ),
        (
            HOTLINE,
            "2027-12-30T12:00",
            r"
hotline (Night hotline, America/Santiago)
  at     Thu 2027-12-30 12:00 -03
  is     closed
  why    Between the years: 12-29 to 01-02
  until  Mon 2028-01-03 23:00 -03, in 4 days 11 h
",
        ),
        (
            SHUT,
            "2027-03-01T09:00",
            r"
shut (UTC)
  at     Mon 2027-03-01 09:00 UTC
  is     closed
  why    Rebuilding: 2026-01-01 to 2029-12-31
  until  not within 400 days
",
        ),
        (
            SHUT,
            "2026-01-01T00:00",
            r"
shut (UTC)
  at     Thu 2026-01-01 00:00 UTC
  is     closed
  why    Rebuilding: 2026-01-01 to 2029-12-31
  until  not within 400 days
",
        ),
    ] {
        check(&at(&calendar(text), local), expected);
    }
}

#[test]
fn the_office_in_2027() {
    check(
        &year_text(&calendar(OFFICE).year(2027)),
        r"
office (Office hours, Europe/Copenhagen) in 2027: open on 257 days
usual hours
  Mon-Thu  08:00-17:00
  Fri      08:00-12:00, 13:00-16:00
  Sat-Sun  closed
holidays and closures
  Fri 2027-01-01  closed             New Year's Day
  Thu 2027-03-25  closed             Maundy Thursday
  Fri 2027-03-26  closed             Good Friday
  Mon 2027-03-29  closed             Easter Monday
  Fri 2027-12-24  09:00-12:00        Christmas Eve
  Sat 2027-12-25  closed (as usual)  Christmas Day
  Sun 2027-12-26  closed (as usual)  Boxing Day
changes of the clock
  Sun 2027-03-28  02:00 becomes 03:00  outside opening hours
  Sun 2027-10-31  03:00 becomes 02:00  outside opening hours
look at
  closed for 5 days, Thu 2027-03-25 - Mon 2027-03-29: Maundy Thursday, Good Friday, Easter Monday
  never open on Sat, Sun
  Bridge day (2026-05-15) is not in this year
  Summer break (2026-07-13 to 2026-07-17) is not in this year
  Staff meeting (2026-09-01 14:00 to 17:00) is not in this year
",
    );
}

#[test]
fn the_office_in_2026() {
    check(
        &year_text(&calendar(OFFICE).year(2026)),
        r"
office (Office hours, Europe/Copenhagen) in 2026: open on 250 days
usual hours
  Mon-Thu  08:00-17:00
  Fri      08:00-12:00, 13:00-16:00
  Sat-Sun  closed
holidays and closures
  Thu 2026-01-01                   closed             New Year's Day
  Thu 2026-04-02                   closed             Maundy Thursday
  Fri 2026-04-03                   closed             Good Friday
  Mon 2026-04-06                   closed             Easter Monday
  Fri 2026-05-15                   closed             Bridge day
  Mon 2026-07-13 - Fri 2026-07-17  closed             Summer break
  Tue 2026-09-01                   08:00-14:00        Staff meeting
  Thu 2026-12-24                   09:00-12:00        Christmas Eve
  Fri 2026-12-25                   closed             Christmas Day
  Sat 2026-12-26                   closed (as usual)  Boxing Day
changes of the clock
  Sun 2026-03-29  02:00 becomes 03:00  outside opening hours
  Sun 2026-10-25  03:00 becomes 02:00  outside opening hours
look at
  closed for 5 days, Thu 2026-04-02 - Mon 2026-04-06: Maundy Thursday, Good Friday, Easter Monday
  closed for 9 days, Sat 2026-07-11 - Sun 2026-07-19: Summer break
  never open on Sat, Sun
",
    );
}

#[test]
fn nights_in_2027() {
    check(
        &year_text(&calendar(HOTLINE).year(2027)),
        r"
hotline (Night hotline, America/Santiago) in 2027: open on 349 days
usual hours
  Mon-Sun  22:00-06:00
Summer, 12-15 to 02-28
  Mon-Fri  23:00-05:00
  Sat-Sun  closed
holidays and closures
  Fri 2027-01-01 - Sat 2027-01-02  closed                    Between the years
  Fri 2027-03-26                   22:00-02:00               Good Friday
  Mon 2027-05-03                   22:00-23:00, 01:00-06:00  New exchange
  Sat 2027-09-18                   20:00-22:00               Reception
  Tue 2027-12-28                   23:00-24:00               Between the years
  Wed 2027-12-29 - Fri 2027-12-31  closed                    Between the years
changes of the clock
  Sun 2027-04-04  00:00 becomes 23:00  60 min of opening hours come twice
  Sun 2027-09-05  00:00 becomes 01:00  60 min of opening hours are left out
look at
  closed for 6 days, Tue 2026-12-29 - Sun 2027-01-03: Between the years, Summer
  closed for 5 days, Wed 2027-12-29 - Sun 2028-01-02: Between the years
  Leap day (02-29) is not in this year
  Fifth Monday (5th Mon of Feb) is not in this year
  Independence Day (09-18) has no effect: on Sat 2027-09-18 Reception holds
",
    );
}

#[test]
fn a_year_without_an_open_minute() {
    check(
        &year_text(&calendar(SHUT).year(2027)),
        r"
shut (UTC) in 2027: open on 0 days
usual hours
  Mon-Fri  08:00-17:00
  Sat-Sun  closed
holidays and closures
  Fri 2027-01-01 - Fri 2027-12-31  closed  Rebuilding
look at
  it is never open
",
    );
}

#[test]
fn a_year_as_json() {
    let calendar = calendar(HOTLINE);
    let year = year_json(&calendar.year(2027));
    assert_eq!(year["calendar"], "hotline");
    assert_eq!(year["open_days"], 349);
    let exchange = &year["days"][2];
    assert_eq!(exchange["cause"]["label"], "New exchange");
    assert_eq!(
        exchange["hours"],
        serde_json::json!(["22:00-23:00", "01:00-06:00"])
    );
    let clock = &year["clocks"][0];
    assert_eq!(clock["at"], "2027-04-03T23:00:00-04:00");
    assert_eq!(
        (&clock["before"], &clock["after"]),
        (&"2027-04-04T00:00:00".into(), &"2027-04-03T23:00:00".into())
    );
    assert_eq!(clock["open_minutes"], 60);
    let hidden = year["findings"]
        .as_array()
        .unwrap()
        .iter()
        .find(|f| f["why"] == "hidden");
    assert_eq!(hidden.unwrap()["on"], "2027-09-18");
}

#[test]
fn the_examples_of_the_operators_page_are_true() {
    let page = include_str!("../../../../docs/calendar.md");
    let blocks = |kind: &str| -> Vec<&str> {
        let starts = page.split(kind).skip(1);
        starts.filter_map(|s| s.split("```").next()).collect()
    };
    let yaml = blocks("```yaml\n");
    let office = calendar(yaml[0]);
    let told = blocks("```text\n")[0];
    let (_, expected) = told.split_once('\n').unwrap();
    check(&at(&office, "2026-12-24T17:59"), expected);
    // The others are parts of a file.
    let head = "calendar: a\nzone: UTC\nhours: { mon-sun: 22:00-06:00 }\n";
    calendar(&format!("{head}holidays:\n{}", yaml[1]));
    calendar(&format!("{head}{}", yaml[2]));
    // The tables: `hours` by days, rules by their key.
    for row in page.lines().filter(|l| l.starts_with("| `")) {
        let written = row.split('`').nth(1).unwrap();
        let rules = ["date", "easter", "weekday"];
        let text = if rules.iter().any(|k| written.starts_with(k)) {
            format!("{head}holidays: {{ {written} }}\n")
        } else {
            let season = "seasons: { from: 01-02, to: 01-03, hours: { mon: 08:00-09:00 } }";
            format!("calendar: a\nzone: UTC\nhours:\n  {written}\n{season}\n")
        };
        calendar(&text);
    }
}
