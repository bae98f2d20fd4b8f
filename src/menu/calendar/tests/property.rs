//! Random calendars around changes of the clock, against one minute after the other.

use std::collections::HashMap;

use jiff::civil::{Date, DateTime, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use proptest::prelude::*;

use super::super::*;

/// Half-hour daylight saving, changes at midnight, a negative one, one for Ramadan, a day left
/// out (Apia 2011), 45 minutes from everybody, and none at all.
const ZONES: [&str; 11] = [
    "Europe/Copenhagen",
    "Australia/Lord_Howe",
    "Africa/Cairo",
    "America/Santiago",
    "Europe/Dublin",
    "Africa/Casablanca",
    "Pacific/Apia",
    "Pacific/Chatham",
    "America/New_York",
    "Asia/Kathmandu",
    "UTC",
];

/// How far the minutes are walked.
const WALKED: i64 = 9 * 24 * 60;

fn spans() -> impl Strategy<Value = Hours> {
    let quarter = (0..96u16, 1..=96u16).prop_map(|(s, n)| Span::new(s * 15, (s + n) * 15));
    let any = (0..1440u16, 1..=1440u16).prop_map(|(s, n)| Span::new(s, s + n));
    let night = (60..300u16).prop_map(|end| Span::new(22 * 60, 1440 + end));
    let span = prop_oneof![4 => quarter, 1 => any, 2 => night];
    prop::collection::vec(span, 0..3).prop_map(|s| Hours::new(s.into_iter().flatten().collect()))
}

fn week() -> impl Strategy<Value = Week> {
    let sparse = prop_oneof![2 => Just(Hours::default()), 3 => spans()];
    prop::array::uniform7(sparse).prop_map(Week::new)
}

/// A rule near the day: which kind, how far, and a number for what it needs.
type RuleSeed = (u8, i64, i8);

fn rule((kind, days, n): RuleSeed, base: Date) -> DayRule {
    let date = base + days.days();
    let weekday = Weekday::from_monday_zero_offset(n.rem_euclid(7)).unwrap();
    match kind {
        0 => DayRule::Once(date),
        1 => DayRule::Yearly(MonthDay::of(date)),
        2 => {
            let easter = easter(date.year());
            let days = date.duration_since(easter).as_hours() / 24;
            DayRule::Easter(i16::try_from(days.clamp(-190, 190)).unwrap())
        }
        3 => DayRule::Nth {
            nth: if n < 0 { -1 } else { n % 5 + 1 },
            weekday: date.weekday(),
            month: date.month(),
        },
        4 => DayRule::After {
            weekday,
            date: MonthDay::of(date),
        },
        _ => DayRule::Before {
            weekday,
            date: MonthDay::of(date),
        },
    }
}

prop_compose! {
    /// A calendar, and a moment near a change of its clock.
    fn around_a_change()(
        zone in 0..ZONES.len(),
        year in prop_oneof![1 => Just(2011i16), 6 => 2000..2037i16],
        nth in 0..3usize,
        week in week(),
        seasons in prop::collection::vec((any::<bool>(), -6..6i64, 0..8i64, week()), 0..2),
        holidays in prop::collection::vec(((0..6u8, -6..6i64, -3..12i8), spans()), 0..5),
        closures in prop::collection::vec((any::<bool>(), -6..6i64, 0..1440i64, 1..4000i64), 0..3),
        from in -4 * 86_400..4 * 86_400i64,
    ) -> (Calendar, Timestamp) {
        let zone = TimeZone::get(ZONES[zone]).unwrap();
        let start = Date::new(year, 1, 1).unwrap().to_zoned(TimeZone::UTC).unwrap().timestamp();
        let change = zone.following(start).nth(nth).map_or(start, |t| t.timestamp());
        let base = zone.to_datetime(change).date();
        let seasons = seasons.into_iter().map(|(yearly, days, length, week)| {
            let (from, to) = (base + days.days(), base + (days + length).days());
            let dates = if yearly {
                Dates::Yearly { from: MonthDay::of(from), to: MonthDay::of(to) }
            } else {
                Dates::Once { from, to }
            };
            Season { dates, week, label: "season".to_owned() }
        });
        let holidays = holidays.into_iter().map(|(seed, hours)| Holiday {
            rule: rule(seed, base),
            observed: Observed::No,
            hours,
            label: "holiday".to_owned(),
        });
        let closures = closures.into_iter().map(|(yearly, days, minute, length)| {
            let date = base + days.days();
            let period = if yearly {
                let to = MonthDay::of(date + (length / 1440).days());
                Period::Yearly(Dates::Yearly { from: MonthDay::of(date), to })
            } else {
                // Whole days, often.
                let minute = if minute < 720 { 0 } else { minute };
                let length = if minute == 0 { length / 1440 * 1440 + 1440 } else { length };
                let from = date.to_datetime(jiff::civil::Time::midnight()) + minute.minutes();
                Period::Once { from: from.into(), to: (from + length.minutes()).into() }
            };
            Closure { period, label: "closure".to_owned() }
        });
        let calendar = Calendar {
            name: "random".into(),
            label: "random".to_owned(),
            zone,
            week,
            seasons: seasons.collect(),
            holidays: holidays.collect(),
            closures: closures.collect(),
            worked: Default::default(),
        };
        (calendar, Timestamp::from_second(change.as_second() + from).unwrap())
    }
}

/// Easter by another way than the calendar's own (Butcher, 1876).
fn easter(year: i16) -> Date {
    let y = i32::from(year);
    let (a, b, c) = (y % 19, y / 100, y % 100);
    let (d, e) = (b / 4, b % 4);
    let g = (8 * b + 13) / 25;
    let h = (19 * a + b - d - g + 15) % 30;
    let (i, k) = (c / 4, c % 4);
    let l = (32 + 2 * e + 2 * i - h - k) % 7;
    let m = (a + 11 * h + 19 * l) / 433;
    let month = (h + l - 7 * m + 90) / 25;
    let day = (h + l - 7 * m + 33 * month + 19) % 32;
    Date::new(year, month as i8, day as i8).unwrap()
}

/// Whether a rule means this day, told from the day.
fn means(rule: DayRule, date: Date) -> bool {
    // Whether one of the `n` days in that direction is the day of every year.
    let near =
        |from: MonthDay, step: i64| (1..=7).any(|n| MonthDay::of(date - (n * step).days()) == from);
    match rule {
        DayRule::Once(d) => d == date,
        DayRule::Yearly(d) => MonthDay::of(date) == d,
        DayRule::Easter(days) => {
            let sunday = date - i64::from(days).days();
            easter(sunday.year()) == sunday
        }
        DayRule::Nth {
            nth,
            weekday,
            month,
        } => {
            let last = (date + 7.days()).month() != month;
            let count = (date.day() - 1) / 7 + 1;
            let right = if nth == -1 { last } else { count == nth };
            date.month() == month && date.weekday() == weekday && right
        }
        DayRule::After { weekday, date: d } => date.weekday() == weekday && near(d, 1),
        DayRule::Before { weekday, date: d } => date.weekday() == weekday && near(d, -1),
    }
}

fn among(dates: Dates, date: Date) -> bool {
    match dates {
        Dates::Once { from, to } => from <= date && date <= to,
        Dates::Yearly { from, to } => {
            // Back to the first day, without passing the last on the way.
            let mut day = date;
            loop {
                if MonthDay::of(day) == from {
                    return true;
                }
                day = day.yesterday().unwrap();
                if MonthDay::of(day) == to || date.duration_since(day).as_hours() > 24 * 370 {
                    return false;
                }
            }
        }
    }
}

/// The hours that begin on a day, layer by layer.
fn begin(calendar: &Calendar, date: Date) -> Hours {
    let closed = calendar.closures.iter().any(|c| match c.period {
        Period::Yearly(dates) => among(dates, date),
        Period::Once { from, to } => (0..1440i64).step_by(15).chain([1439]).all(|m| {
            let at = date.to_datetime(jiff::civil::Time::midnight()) + m.minutes();
            from.datetime() <= at && at < to.datetime()
        }),
    });
    if closed {
        return Hours::default();
    }
    let once = |h: &&Holiday| matches!(h.rule, DayRule::Once(_));
    let mut those = calendar.holidays.iter().filter(|h| means(h.rule, date));
    let holiday = those.clone().find(once).or_else(|| those.next());
    let season = calendar.seasons.iter().find(|s| among(s.dates, date));
    match (holiday, season) {
        (Some(holiday), _) => holiday.hours.clone(),
        (None, Some(season)) => season.week.on(date.weekday()).clone(),
        (None, None) => calendar.week.on(date.weekday()).clone(),
    }
}

/// The naive way: what the local clock shows, looked up in the hours.
struct Naive<'c> {
    calendar: &'c Calendar,
    seen: HashMap<Date, Hours>,
}

impl Naive<'_> {
    fn open(&mut self, at: Timestamp) -> bool {
        let local: DateTime = self.calendar.zone.to_datetime(at);
        let closed = self.calendar.closures.iter().any(|c| match c.period {
            Period::Yearly(dates) => among(dates, local.date()),
            Period::Once { from, to } => from.datetime() <= local && local < to.datetime(),
        });
        let minute = local.hour() as u16 * 60 + local.minute() as u16;
        let mut on = |date: Date, minute: u16| {
            let hours = self.seen.entry(date);
            let hours = hours.or_insert_with(|| begin(self.calendar, date));
            hours
                .spans()
                .iter()
                .any(|s| (s.start()..s.end()).contains(&minute))
        };
        let today = on(local.date(), minute);
        let night = on(local.date().yesterday().unwrap(), minute + 1440);
        !closed && (today || night)
    }

    /// The first minute after `from` that is as asked for.
    fn walk(&mut self, from: Timestamp, open: bool, end: Timestamp) -> Option<Timestamp> {
        let mut minute = from.as_second().div_euclid(60) * 60 + 60;
        while minute <= end.as_second() {
            let at = Timestamp::from_second(minute).unwrap();
            if self.open(at) == open {
                return Some(at);
            }
            minute += 60;
        }
        None
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 64,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn openings_and_closings_are_those_of_a_walk_through_the_minutes(
        (calendar, at) in around_a_change(),
    ) {
        let end = Timestamp::from_second(at.as_second() + WALKED * 60).unwrap();
        let mut naive = Naive { calendar: &calendar, seen: HashMap::new() };
        let status = calendar.status(Wall::from_unix_millis(at.as_millisecond()));
        prop_assert_eq!(status.open, naive.open(at), "{}", calendar.zone.to_datetime(at));
        let until = naive.walk(at, !status.open, end);
        let opens = match (status.open, until) {
            (true, Some(closes)) => naive.walk(closes, true, end),
            (true, None) => None,
            (false, until) => until,
        };
        let walked = |w: Option<Wall>| {
            w.map(|w| Timestamp::from_millisecond(w.unix_millis()).unwrap()).filter(|t| *t <= end)
        };
        prop_assert_eq!(walked(status.until), until, "until, from {}", at);
        prop_assert_eq!(walked(status.opens), opens, "opens, from {}", at);
    }
}

#[test]
fn easter_as_the_tables_have_it() {
    // Published dates, with the earliest and the latest that there can be.
    let known = "1818-03-22 1943-04-25 1961-04-02 2000-04-23 2001-04-15 2002-03-31 2003-04-20 \
                 2004-04-11 2005-03-27 2006-04-16 2007-04-08 2008-03-23 2009-04-12 2010-04-04 \
                 2011-04-24 2012-04-08 2013-03-31 2014-04-20 2015-04-05 2016-03-27 2017-04-16 \
                 2018-04-01 2019-04-21 2020-04-12 2021-04-04 2022-04-17 2023-04-09 2024-03-31 \
                 2025-04-20 2026-04-05 2027-03-28 2028-04-16 2029-04-01 2030-04-21 2031-04-13 \
                 2032-03-28 2033-04-17 2034-04-09 2035-03-25 2036-04-13 2037-04-05 2038-04-25 \
                 2039-04-10 2040-04-01 2049-04-18 2076-04-19 2285-03-22";
    for date in known.split_whitespace() {
        let date: Date = date.parse().unwrap();
        assert_eq!(super::super::rules::easter(date.year()), Some(date));
    }
    for year in 1583..=9999 {
        assert_eq!(
            super::super::rules::easter(year),
            Some(easter(year)),
            "{year}"
        );
    }
}
