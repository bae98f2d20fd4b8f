//! What callers meet on days that are not like the others.

use super::*;

#[track_caller]
fn check(calendar: &Calendar, expected: &[(&str, &str)]) {
    for (at, what) in expected {
        assert_eq!(met(calendar, at), *what, "at {at}");
    }
}

#[test]
fn a_week_a_holiday_and_closures() {
    let c = calendar(OFFICE);
    check(
        &c,
        &[
            (
                "2026-03-02T07:59:59",
                "closed weekly hours until 03-02 08:00 opens 03-02 08:00",
            ),
            (
                "2026-03-02T08:00",
                "open weekly hours until 03-02 17:00 opens 03-03 08:00",
            ),
            (
                "2026-03-02T16:59:59.9",
                "open weekly hours until 03-02 17:00 opens 03-03 08:00",
            ),
            (
                "2026-03-02T17:00",
                "closed weekly hours until 03-03 08:00 opens 03-03 08:00",
            ),
            (
                "2026-03-06T12:30",
                "closed weekly hours until 03-06 13:00 opens 03-06 13:00",
            ),
            // Easter, with the change of the clock before it.
            (
                "2026-03-28T12:00",
                "closed weekly hours until 03-30 08:00 opens 03-30 08:00",
            ),
            (
                "2026-04-01T16:00",
                "open weekly hours until 04-01 17:00 opens 04-07 08:00",
            ),
            (
                "2026-04-03T10:00",
                "closed Good Friday until 04-07 08:00 opens 04-07 08:00",
            ),
            (
                "2026-05-15T10:00",
                "closed Bridge day until 05-18 08:00 opens 05-18 08:00",
            ),
            (
                "2027-05-14T10:00",
                "open weekly hours until 05-14 12:00 opens 05-14 13:00",
            ),
            (
                "2026-07-15T10:00",
                "closed Summer break until 07-20 08:00 opens 07-20 08:00",
            ),
            (
                "2026-09-01T13:00",
                "open weekly hours until 09-01 14:00 opens 09-02 08:00",
            ),
            (
                "2026-09-01T14:00",
                "closed Staff meeting until 09-02 08:00 opens 09-02 08:00",
            ),
            (
                "2026-12-24T10:00",
                "open Christmas Eve until 12-24 12:00 opens 12-28 08:00",
            ),
        ],
    );
}

#[test]
fn nights_belong_to_the_day_on_which_they_begin() {
    let c = calendar(
        "calendar: night\nzone: Europe/Berlin\nhours: { mon-sun: 22:00-06:00 }\nholidays:\n  \
         - { date: 12-25, label: Christmas }\n  - { date: 12-31, hours: 20:00-02:00, label: Party }\n\
         closures:\n  - { from: 2026-06-10, to: 2026-06-11, label: Works }\n  \
         - { from: 2026-06-20T23:00, to: 2026-06-21T01:00, label: Test }\n",
    );
    check(
        &c,
        &[
            (
                "2026-03-02T23:00",
                "open weekly hours until 03-03 06:00 opens 03-03 22:00",
            ),
            (
                "2026-03-03T05:59",
                "open weekly hours until 03-03 06:00 opens 03-03 22:00",
            ),
            // Into the holiday; the holiday's own night does not take place.
            (
                "2026-12-25T05:00",
                "open weekly hours until 12-25 06:00 opens 12-26 22:00",
            ),
            (
                "2026-12-25T23:00",
                "closed Christmas until 12-26 22:00 opens 12-26 22:00",
            ),
            (
                "2026-12-26T05:00",
                "closed weekly hours until 12-26 22:00 opens 12-26 22:00",
            ),
            // A night with hours of its own, into the next year.
            (
                "2027-01-01T01:00",
                "open Party until 01-01 02:00 opens 01-01 22:00",
            ),
            // A closure ends what has begun, and what begins in it does not take place.
            (
                "2026-06-09T23:00",
                "open weekly hours until 06-10 00:00 opens 06-12 22:00",
            ),
            (
                "2026-06-10T01:00",
                "closed Works until 06-12 22:00 opens 06-12 22:00",
            ),
            (
                "2026-06-12T01:00",
                "closed weekly hours until 06-12 22:00 opens 06-12 22:00",
            ),
            // A closure of some hours leaves the rest of the night.
            (
                "2026-06-20T22:30",
                "open weekly hours until 06-20 23:00 opens 06-21 01:00",
            ),
            (
                "2026-06-21T00:30",
                "closed Test until 06-21 01:00 opens 06-21 01:00",
            ),
        ],
    );
}

#[test]
fn all_day_is_one_stretch_and_never_is_never() {
    let c = calendar(
        "calendar: always\nzone: Europe/Berlin\nhours: { mon-fri: 00:00-24:00, sat: 00:00-12:00 }\n",
    );
    check(
        &c,
        &[(
            "2026-03-03T03:00",
            "open weekly hours until 03-07 12:00 opens 03-09 00:00",
        )],
    );
    let c = calendar("calendar: always\nzone: UTC\nhours: { mon-sun: 00:00-24:00 }\n");
    check(
        &c,
        &[(
            "2026-03-03T03:00",
            "open weekly hours until never opens never",
        )],
    );
    let c = calendar(
        "calendar: once\nzone: UTC\nhours: {}\nholidays: { date: 2026-05-02, hours: 10:00-11:00 }\n",
    );
    check(
        &c,
        &[
            (
                "2025-03-01T03:00",
                "closed weekly hours until never opens never",
            ),
            (
                "2025-05-02T03:00",
                "closed weekly hours until 05-02 10:00 opens 05-02 10:00",
            ),
            (
                "2026-05-02T10:30",
                "open 2026-05-02 until 05-02 11:00 opens never",
            ),
            (
                "2026-05-02T11:00",
                "closed 2026-05-02 until never opens never",
            ),
        ],
    );
}

#[test]
fn the_clock_is_put_forward_and_back() {
    let c = calendar(
        "calendar: early\nzone: Europe/Copenhagen\nhours: { sat-sun: [01:30-02:30, 04:00-05:00] }\n",
    );
    check(
        &c,
        &[
            // 02:00 becomes 03:00: the half hour after it does not take place.
            (
                "2026-03-29T01:45",
                "open weekly hours until 03-29 03:00 opens 03-29 04:00",
            ),
            (
                "2026-03-29T03:00",
                "closed weekly hours until 03-29 04:00 opens 03-29 04:00",
            ),
        ],
    );
    // 03:00 becomes 02:00: the half hour before 02:30 comes twice.
    let Moments::Twice(first, second) = c.moments("2026-10-25T02:15".parse().unwrap()) else {
        panic!("02:15 comes twice");
    };
    assert_eq!(second.unix_millis() - first.unix_millis(), 3_600_000);
    assert_eq!(
        met_at(&c, first),
        "open weekly hours until 10-25 02:30 opens 10-25 02:00"
    );
    let status = c.status(first);
    let opens = status.opens.unwrap();
    assert_eq!(
        opens.unix_millis() - status.until.unwrap().unix_millis(),
        1_800_000
    );
    assert_eq!(
        met_at(&c, second),
        "open weekly hours until 10-25 02:30 opens 10-25 04:00"
    );
    let Moments::Skipped(at) = c.moments("2026-03-29T02:15".parse().unwrap()) else {
        panic!("02:15 is left out");
    };
    assert_eq!(c.local(at).to_string(), "2026-03-29T03:00:00");
}

#[test]
fn midnight_that_does_not_exist() {
    let c = calendar(
        "calendar: cairo\nzone: Africa/Cairo\nhours: { thu: 20:00-24:00, fri: 00:00-02:00 }\n",
    );
    // On 2026-04-24, 00:00 becomes 01:00: one stretch, an hour shorter.
    let at = wall(&c, "2026-04-23T20:00");
    let until = c.status(at).until.unwrap();
    assert_eq!(c.local(until).to_string(), "2026-04-24T02:00:00");
    assert_eq!(until.unix_millis() - at.unix_millis(), 5 * 3_600_000);
}

#[test]
fn holidays_of_a_weekend_are_observed() {
    let uk = calendar(
        "calendar: uk\nzone: Europe/London\nhours: { mon-fri: 09:00-17:00 }\nholidays:\n  \
         - { date: 12-25, observed: next, label: Christmas Day }\n  \
         - { date: 12-26, observed: next, label: Boxing Day }\n  \
         - { date: 01-01, observed: next, label: New Year }\n",
    );
    let day = |c: &Calendar, date: &str| {
        let status = met(c, &format!("{date}T12:00"));
        status.split(" until").next().unwrap_or_default().to_owned()
    };
    for (date, what) in [
        // 2022: a Sunday and a Monday; 2021: Saturday and Sunday; 2028: New Year on a Saturday.
        ("2022-12-26", "closed Boxing Day"),
        ("2022-12-27", "closed Christmas Day (observed)"),
        ("2022-12-28", "open weekly hours"),
        ("2021-12-27", "closed Christmas Day (observed)"),
        ("2021-12-28", "closed Boxing Day (observed)"),
        ("2021-12-29", "open weekly hours"),
        ("2022-01-03", "closed New Year (observed)"),
        ("2024-12-25", "closed Christmas Day"),
    ] {
        assert_eq!(day(&uk, date), what, "{date}");
    }
    let us = calendar(
        "calendar: us\nzone: America/New_York\nhours: { mon-fri: 09:00-17:00 }\nholidays:\n  \
         - { date: 01-01, observed: nearest, label: New Year }\n  \
         - { date: 12-24, hours: 09:00-12:00, label: Christmas Eve }\n  \
         - { date: 12-25, observed: nearest, label: Christmas Day }\n  \
         - { date: 07-04, observed: nearest, label: Independence Day }\n  \
         - { weekday: last mon of may, label: Memorial Day }\n  \
         - { weekday: 4th thu of november, label: Thanksgiving }\n  \
         - { weekday: fri after 11-22, label: Day after }\n",
    );
    for (date, what) in [
        // In the year before; over a short day; after a Sunday.
        ("2027-12-31", "closed New Year (observed)"),
        ("2027-12-24", "closed Christmas Day (observed)"),
        ("2026-12-24", "closed Christmas Eve"),
        ("2027-07-05", "closed Independence Day (observed)"),
        ("2026-07-03", "closed Independence Day (observed)"),
        ("2026-05-25", "closed Memorial Day"),
        ("2026-11-26", "closed Thanksgiving"),
        ("2026-11-27", "closed Day after"),
        ("2029-11-23", "closed Day after"),
    ] {
        assert_eq!(day(&us, date), what, "{date}");
    }
}

#[test]
fn seasons_and_days_that_return() {
    let c = calendar(
        "calendar: shop\nzone: Europe/Oslo\nhours: { mon-fri: 08:00-16:00 }\nseasons:\n  \
         - { from: 05-15, to: 09-14, label: Summer, hours: { mon-fri: 08:00-15:00 } }\n  \
         - { from: 11-01, to: 02-28, label: Winter, hours: { mon-fri: 09:00-15:00 } }\n\
         holidays:\n  - { date: 05-17, label: National Day }\n  \
         - { date: 2027-05-17, hours: 10:00-12:00, label: Jubilee }\n\
         closures:\n  - { from: 12-27, to: 01-02, label: Between the years }\n  \
         - { date: 06-23, label: Outing }\n",
    );
    check(
        &c,
        &[
            (
                "2026-05-14T14:30",
                "open weekly hours until 05-14 16:00 opens 05-15 08:00",
            ),
            (
                "2026-05-15T14:30",
                "open Summer until 05-15 15:00 opens 05-18 08:00",
            ),
            (
                "2026-09-14T15:30",
                "closed Summer until 09-15 08:00 opens 09-15 08:00",
            ),
            (
                "2026-01-05T08:30",
                "closed Winter until 01-05 09:00 opens 01-05 09:00",
            ),
            (
                "2027-05-17T09:00",
                "closed Jubilee until 05-17 10:00 opens 05-17 10:00",
            ),
            (
                "2028-05-17T09:00",
                "closed National Day until 05-18 08:00 opens 05-18 08:00",
            ),
            (
                "2026-12-29T12:00",
                "closed Between the years until 01-04 09:00 opens 01-04 09:00",
            ),
            (
                "2031-06-23T12:00",
                "closed Outing until 06-24 08:00 opens 06-24 08:00",
            ),
        ],
    );
}

#[test]
fn a_closure_from_a_moment_to_a_day() {
    let c = calendar(
        "calendar: c\nzone: UTC\nhours: { mon-sun: 08:00-16:00 }\n\
         closures: { from: 2026-12-23 12:00, to: 2027-01-03, label: Break }\n",
    );
    check(
        &c,
        &[
            (
                "2026-12-23T11:00",
                "open weekly hours until 12-23 12:00 opens 01-04 08:00",
            ),
            (
                "2027-01-03T11:00",
                "closed Break until 01-04 08:00 opens 01-04 08:00",
            ),
        ],
    );
}

#[test]
fn no_moment_is_too_far_away() {
    let c = calendar(OFFICE);
    for ms in [
        i64::MIN,
        -62_200_000_000_000,
        0,
        253_402_200_000_000,
        i64::MAX,
    ] {
        let status = c.status(Wall::from_unix_millis(ms));
        assert_eq!(status.open, c.is_open(Wall::from_unix_millis(ms)));
    }
    for year in [-9999, 0, 1582, 9999] {
        assert!(c.year(year).open_days > 200, "{year}");
    }
}

#[test]
fn a_machine_without_time_zones_has_the_built_in_ones() {
    let zones = jiff::tz::TimeZoneDatabase::bundled();
    for name in ["Europe/Copenhagen", "Australia/Lord_Howe", "Africa/Cairo"] {
        assert!(zones.get(name).is_ok(), "{name}");
    }
}
