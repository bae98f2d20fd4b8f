//! What operators get to read about wrong calendar files.

use crate::menu::load::{Known, load, load_all};

const HEAD: &str = "calendar: office\nzone: Europe/Copenhagen\nhours:\n  mon-fri: 08:00-17:00\n";

/// Everything told about a file, warnings included.
fn told(text: &str) -> String {
    let all = match load_all([("c.yaml", text)], &Known::default()) {
        Ok(lines) => lines.warnings,
        Err(mistakes) => mistakes,
    };
    let all: Vec<String> = all.iter().map(ToString::to_string).collect();
    all.join("\n")
}

fn with(more: &str) -> String {
    format!("{HEAD}{more}")
}

#[track_caller]
fn check(text: &str, expected: &str) {
    let told = told(text);
    let trim = |s: &str| s.lines().map(str::trim_end).collect::<Vec<_>>().join("\n");
    assert!(
        trim(&told) == trim(expected.trim_matches('\n')),
        "told:\n{told}\n\nexpected:\n{expected}"
    );
}

#[test]
fn what_is_missing_or_misspelled_at_the_top() {
    check(
        r"
calendar: my office
hors: {}
zone: Copenhagen
"
        .trim_start(),
        r"
c.yaml:1:11: `my office` does not fit `calendar`
    1 | calendar: my office
      |           ^^^^^^^^^ write it like `calendar: office`
c.yaml:2:1: the file has no key `hors`
    2 | hors: {}
      | ^^^^ did you mean `hours`?
c.yaml:3:7: `Copenhagen` is not a time zone
    3 | zone: Copenhagen
      |       ^^^^^^^^^^ did you mean `Europe/Copenhagen`?",
    );
}

#[test]
fn a_zone_and_hours_that_are_none() {
    check(
        r"
calendar: a
zone: Europe/Copenhagn
hours: 08:00-17:00
"
        .trim_start(),
        r"
c.yaml:2:7: `Europe/Copenhagn` is not a time zone
    2 | zone: Europe/Copenhagn
      |       ^^^^^^^^^^^^^^^^ did you mean `Europe/Copenhagen`?
c.yaml:3:8: `hours` must be a mapping, not text
    3 | hours: 08:00-17:00
      |        ^^^^^^^^^^^ write it like `hours: { mon-fri: 08:00-17:00 }`",
    );
}

#[test]
fn an_offset_is_no_zone() {
    check(
        r"
calendar: a
zone: UTC+1
hours: { mon: 08:00-17:00 }
"
        .trim_start(),
        r"
c.yaml:2:7: `UTC+1` is not a time zone
    2 | zone: UTC+1
      |       ^^^^^ write it as continent and city, like `Europe/Copenhagen`",
    );
}

#[test]
fn days_and_times_that_do_not_exist() {
    check(
        r"
calendar: a
zone: UTC
hours:
  mon-fir: 08:00-17:00
  funday: 8-17
  mon: 8.00-17.00
  tue: 25:00-26:00
  wed: 08:00-08:00
  thu:
  fri: []
  monday: closed
  sat: [08:00-12:00, closed]
  sun: from eight
"
        .trim_start(),
        r"
c.yaml:4:3: `fir` is not a day of the week
    4 |   mon-fir: 08:00-17:00
      |   ^^^^^^^ did you mean `fri`?
c.yaml:5:3: `funday` is not a day of the week
    5 |   funday: 8-17
      |   ^^^^^^ did you mean `sunday`?
c.yaml:5:11: `8-17` is not from one time of day to another
    5 |   funday: 8-17
      |           ^^^^ did you mean `08:00-17:00`?
c.yaml:6:8: `8.00-17.00` is not from one time of day to another
    6 |   mon: 8.00-17.00
      |        ^^^^^^^^^^ did you mean `08:00-17:00`?
c.yaml:7:8: `25:00-26:00` has a time that no clock shows
    7 |   tue: 25:00-26:00
      |        ^^^^^^^^^^^ write it like `08:00-17:00`, from `00:00` to `24:00`
c.yaml:8:8: `08:00-08:00` ends when it begins
    8 |   wed: 08:00-08:00
      |        ^^^^^^^^^^^ write `00:00-24:00` for the whole day, `closed` for none of it
c.yaml:9:6: `thu` must be text, not nothing
    9 |   thu:
      |      ^ write it like `thu: 08:00-17:00`
c.yaml:10:8: `fri` has no hours
   10 |   fri: []
      |        ^ write `closed`, or hours like `08:00-17:00`
c.yaml:12:22: `closed` is not from one time of day to another
   12 |   sat: [08:00-12:00, closed]
      |                      ^^^^^^ write it like `08:00-17:00`
c.yaml:13:8: `from eight` is not from one time of day to another
   13 |   sun: from eight
      |        ^^^^^^^^^^ write it like `08:00-17:00`",
    );
}

#[test]
fn hours_that_are_likely_not_meant() {
    check(
        r"
calendar: a
zone: UTC
hours:
  mon: 09:00-05:00
  tue: 11:00-10:00
  wed: 08:00-12:00, 11:00-14:00
  sun: 22:00-10:00
"
        .trim_start(),
        r"
c.yaml:4:8: warning: `09:00-05:00` lasts 20 hours, into the next day
    4 |   mon: 09:00-05:00
      |        ^^^^^^^^^^^ did you mean `09:00-17:00`? otherwise split it at midnight
c.yaml:5:3: warning: 11:00-10:00 of tue runs into 08:00-12:00 of wed
    5 |   tue: 11:00-10:00
      |   ^^^ end the one where the other begins
c.yaml:5:8: warning: `11:00-10:00` lasts 23 hours, into the next day
    5 |   tue: 11:00-10:00
      |        ^^^^^^^^^^^ did you mean `11:00-22:00`? otherwise split it at midnight
c.yaml:6:8: warning: 08:00-12:00 and 11:00-14:00 overlap
    6 |   wed: 08:00-12:00, 11:00-14:00
      |        ^^^^^^^^^^^^^^^^^^^^^^^^ write them as one
c.yaml:7:3: warning: 22:00-10:00 of sun runs into 09:00-05:00 of mon
    7 |   sun: 22:00-10:00
      |   ^^^ end the one where the other begins",
    );
}

#[test]
fn holidays_without_a_day_that_exists() {
    check(
        &with(
            r"
holidays:
  - { date: 24-12, label: x }
  - { date: 12/24 }
  - { date: 02-30 }
  - { date: 2026-13-32 }
  - { date: 12-24, easter: 1 }
  - { label: x }
  - { dat: 12-24 }
  - 12-24
"
            .trim_start(),
        ),
        r"
c.yaml:6:13: there is no day `24-12`
    6 |   - { date: 24-12, label: x }
      |             ^^^^^ the month comes first: `12-24`
c.yaml:7:13: `12/24` does not fit `date`
    7 |   - { date: 12/24 }
      |             ^^^^^ write month and day, like `date: 12-24`, or with its year `2026-12-24`
c.yaml:8:13: there is no day `02-30`
    8 |   - { date: 02-30 }
      |             ^^^^^ that month has fewer days
c.yaml:9:13: there is no day `2026-13-32`
    9 |   - { date: 2026-13-32 }
      |             ^^^^^^^^^^ months are `01` to `12`
c.yaml:10:20: a holiday has its day by `date` and by `easter`
   10 |   - { date: 12-24, easter: 1 }
      |                    ^^^^^^ make two holidays of it
c.yaml:11:5: a holiday without its day
   11 |   - { label: x }
      |     ^ add `date: 12-25`, `easter: 1` or `weekday: last mon of may`
c.yaml:12:7: a holiday has no key `dat`
   12 |   - { dat: 12-24 }
      |       ^^^ did you mean `date`?
c.yaml:13:5: a holiday must be a mapping, not text
   13 |   - 12-24
      |     ^^^^^ write it like `{ date: 12-25, label: Christmas Day }`",
    );
}

#[test]
fn rules_of_holidays() {
    check(
        &with(
            r"
holidays:
  - { easter: x }
  - { easter: 150 }
  - { easter: 250 }
  - { weekday: last mon }
  - { weekday: 6th mon of may }
  - { weekday: mon after 24-12 }
  - { weekday: mon after 2026-12-24 }
  - { date: 12-25, observed: monday }
  - { date: 12-25, hours: 9-12 }
"
            .trim_start(),
        ),
        r"
c.yaml:6:15: `x` does not fit `easter`
    6 |   - { easter: x }
      |               ^ write it like `easter: 1` for the day after Easter Sunday, or `easter: -2`
c.yaml:7:15: warning: 150 days from Easter is far for a feast that moves with it
    7 |   - { easter: 150 }
      |               ^^^ write `date` for a fixed one
c.yaml:8:15: `250` does not fit `easter`
    8 |   - { easter: 250 }
      |               ^^^ write it like `easter: 1` for the day after Easter Sunday, or `easter: -2`
c.yaml:9:16: `last mon` does not fit `weekday`
    9 |   - { weekday: last mon }
      |                ^^^^^^^^ write it like `weekday: last mon of may`, `2nd sun of 05` or `weekday: sat after 06-19`
c.yaml:10:16: `6th mon of may` does not fit `weekday`
   10 |   - { weekday: 6th mon of may }
      |                ^^^^^^^^^^^^^^ write it like `weekday: last mon of may`, `2nd sun of 05` or `weekday: sat after 06-19`
c.yaml:11:16: there is no day `24-12`
   11 |   - { weekday: mon after 24-12 }
      |                ^^^^^^^^^^^^^^^ the month comes first: `12-24`
c.yaml:12:16: the weekday after or before one certain date is one certain day
   12 |   - { weekday: mon after 2026-12-24 }
      |                ^^^^^^^^^^^^^^^^^^^^ write that day as `date`, or leave the year out
c.yaml:13:30: `monday` does not fit `observed`
   13 |   - { date: 12-25, observed: monday }
      |                              ^^^^^^ write it like `observed: next` or `observed: nearest`
c.yaml:14:27: `9-12` is not from one time of day to another
   14 |   - { date: 12-25, hours: 9-12 }
      |                           ^^^^ did you mean `09:00-12:00`?",
    );
}

#[test]
fn closures_without_a_period() {
    check(
        &with(
            r"
closures:
  - { from: 2026-07-13 }
  - { from: 2026-07-13, to: 2026-07-10 }
  - { from: 07-13, to: 2026-07-20 }
  - { from: 07-13T10:00, to: 07-13 }
  - { from: 2026-07-13T10:00, to: 2026-07-13T10:00 }
  - { from: 2026-07-13T1000, to: 2026-07-14 }
  - { date: 2026-07-13, to: 2026-07-14 }
  - { from: 2026-07-13T12:00, to: 07-20 }
"
            .trim_start(),
        ),
        r"
c.yaml:6:5: a closure has no `to`
    6 |   - { from: 2026-07-13 }
      |     ^ add `to: 2026-07-17`
c.yaml:7:29: it ends before it begins
    7 |   - { from: 2026-07-13, to: 2026-07-10 }
      |                             ^^^^^^^^^^ `to` must be after `from`
c.yaml:8:24: one of `from` and `to` has a year and the other has not
    8 |   - { from: 07-13, to: 2026-07-20 }
      |                        ^^^^^^^^^^ give the year to both, or to none: then it is every year
c.yaml:9:13: a closure of every year is of whole days
    9 |   - { from: 07-13T10:00, to: 07-13 }
      |             ^^^^^^^^^^^ leave the time out, or give the year
c.yaml:10:35: it ends before it begins
   10 |   - { from: 2026-07-13T10:00, to: 2026-07-13T10:00 }
      |                                   ^^^^^^^^^^^^^^^^ `to` must be after `from`
c.yaml:11:13: `1000` is not a time of day
   11 |   - { from: 2026-07-13T1000, to: 2026-07-14 }
      |             ^^^^^^^^^^^^^^^ write it like `from: 2026-07-13T14:00`
c.yaml:12:7: a closure has its days by `date` and by `from` and `to`
   12 |   - { date: 2026-07-13, to: 2026-07-14 }
      |       ^^^^ keep one of them
c.yaml:13:35: one of `from` and `to` has a year and the other has not
   13 |   - { from: 2026-07-13T12:00, to: 07-20 }
      |                                   ^^^^^ give the year to both",
    );
}

#[test]
fn seasons_without_hours_or_days() {
    check(
        &with(
            r"
seasons:
  - { from: 06-01, hours: 08:00-12:00, label: s }
  - { from: 06-01, to: 2026-08-31, hours: { mon: 08:00-12:00 } }
  - { from: 06-01, to: 08-31 }
"
            .trim_start(),
        ),
        r"
c.yaml:6:5: a season has no `to`
    6 |   - { from: 06-01, hours: 08:00-12:00, label: s }
      |     ^ add `to: 08-15`
c.yaml:6:27: `hours` must be a mapping, not text
    6 |   - { from: 06-01, hours: 08:00-12:00, label: s }
      |                           ^^^^^^^^^^^ write it like `hours: { mon-fri: 08:00-17:00 }`
c.yaml:7:24: one of `from` and `to` has a year and the other has not
    7 |   - { from: 06-01, to: 2026-08-31, hours: { mon: 08:00-12:00 } }
      |                        ^^^^^^^^^^ give the year to both, or to none: then it is every year
c.yaml:8:5: a season has no `hours`
    8 |   - { from: 06-01, to: 08-31 }
      |     ^ add `hours: { mon-fri: 08:00-15:00 }`",
    );
}

#[test]
fn rules_without_effect() {
    check(
        &with(
            r"
seasons:
  - { from: 06-01, to: 08-31, hours: { mon: 08:00-09:00 } }
  - { from: 07-01, to: 07-31, hours: { mon: 08:00-10:00 } }
holidays:
  - { date: 12-24, label: A }
  - { date: 12-24, hours: 10:00-12:00, label: B }
  - { date: 2026-07-14, label: C }
closures:
  - { from: 2026-07-13, to: 2026-07-17, label: D }
  - { date: 2026-07-15, label: E }
  - { from: 2026-07-13, to: 2026-07-17, label: F }
"
            .trim_start(),
        ),
        r"
c.yaml:7:5: warning: `07-01 to 07-31` has no effect: `06-01 to 08-31` of line 6 holds then
    7 |   - { from: 07-01, to: 07-31, hours: { mon: 08:00-10:00 } }
      |     ^ remove one of them
c.yaml:10:5: warning: `B` has no effect: `A` of line 9 holds then
   10 |   - { date: 12-24, hours: 10:00-12:00, label: B }
      |     ^ remove one of them
c.yaml:11:5: warning: `C` has no effect: `D` of line 13 holds then
   11 |   - { date: 2026-07-14, label: C }
      |     ^ remove one of them
c.yaml:14:5: warning: `E` has no effect: `D` of line 13 holds then
   14 |   - { date: 2026-07-15, label: E }
      |     ^ remove one of them
c.yaml:15:5: warning: `F` has no effect: `D` of line 13 holds then
   15 |   - { from: 2026-07-13, to: 2026-07-17, label: F }
      |     ^ remove one of them",
    );
}

#[test]
fn a_calendar_that_is_never_open() {
    check(
        r"
calendar: a
zone: UTC
hours: {}
holidays: { date: 12-24 }
"
        .trim_start(),
        r"
c.yaml:1:1: warning: this calendar is never open
    1 | calendar: a
      | ^ give it `hours`",
    );
}

#[test]
fn each_calendar_has_a_name_of_its_own() {
    let other = HEAD.replace("Copenhagen", "Berlin");
    let files = [("a.yaml", HEAD), ("b.yaml", other.as_str())];
    let told = load_all(files, &Known::default()).unwrap_err();
    let told: Vec<String> = told.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "b.yaml:1:11: the calendar `office` is also in a.yaml\n    1 | calendar: office\n      \
             |           ^^^^^^ give each calendar a name of its own"
        ]
    );
    let other = other.replace("calendar: office", "label: Shop\ncalendar: shop");
    let lines = load_all([("a", HEAD), ("b", other.as_str())], &Known::default()).unwrap();
    let names: Vec<&str> = lines.calendars().keys().map(|n| n.as_str()).collect();
    assert_eq!(names, ["office", "shop"]);
    assert_eq!(lines.iter().count(), 0);
}

#[test]
fn a_line_that_refers_to_a_calendar_is_no_calendar() {
    let told = told("calendar: office\nline: test\n");
    assert!(told.contains("the file has no `numbers`"), "{told}");
    let mistakes = load("c.yaml", HEAD, &Known::default()).unwrap_err();
    assert_eq!(mistakes[0].what, "this is a calendar, not a line");
}

#[test]
fn what_operators_write_in_many_ways() {
    let text = "calendar: a\nzone: europe/copenhagen\nhours:\n  Mon-Wed, Fri: 8:00 – 12:00, \
                13:00-17:00\n  sat-sun: closed\n  thursday: [00:00-24:00]\nholidays:\n  \
                - { date: 1-1 }\n  - { weekday: First Monday in September }\n  \
                - { weekday: LAST fri of 11 }\n  - { easter: +39 }\nclosures:\n  \
                - { from: 2026-07-13 08:00, to: 2026-07-13T24:00 }\n  - { date: 06-05 }\n";
    assert_eq!(told(text), "");
    let lines = load_all([("c", text)], &Known::default()).unwrap();
    let calendar = lines.calendars().values().next().unwrap();
    let week: Vec<String> = calendar
        .week
        .lines()
        .iter()
        .map(|(days, hours)| format!("{days} {hours}"))
        .collect();
    assert_eq!(
        week,
        [
            "Mon-Wed 08:00-12:00, 13:00-17:00",
            "Thu 00:00-24:00",
            "Fri 08:00-12:00, 13:00-17:00",
            "Sat-Sun closed"
        ]
    );
    let rules: Vec<&str> = calendar.holidays.iter().map(|h| h.label.as_str()).collect();
    assert_eq!(
        rules,
        ["01-01", "1st Mon of Sep", "last Fri of Nov", "Easter+39"]
    );
}

#[test]
fn no_text_makes_the_loader_panic() {
    let good = format!(
        "{HEAD}seasons:\n  - {{ from: 06-15, to: 08-15, hours: {{ mon: 22:00-06:00 }} }}\nholidays:\n  \
         - {{ date: 2026-12-24, hours: 09:00-12:00, observed: next }}\n  - {{ easter: -2 }}\n  \
         - {{ weekday: last mon of may }}\nclosures:\n  - {{ from: 2026-07-13T12:00, to: \
         2026-07-17 }}\n  - {{ date: 02-29 }}\n"
    );
    assert_eq!(told(&good), "");
    bolero::check!()
        .with_iterations(500)
        .with_type::<Vec<(u16, u8)>>()
        .for_each(|changes| {
            let mut changed = good.clone().into_bytes();
            for (at, value) in changes {
                let at = usize::from(*at) % changed.len();
                changed[at] = *value;
            }
            let text = String::from_utf8_lossy(&changed).into_owned();
            if let Ok(lines) = load_all([("c.yaml", text.as_str())], &Known::default()) {
                for calendar in lines.calendars().values() {
                    let at = crate::now::Wall::from_unix_millis(1_800_000_000_000);
                    assert_eq!(calendar.status(at).open, calendar.is_open(at));
                    calendar.year(2027);
                }
            }
        });
}
