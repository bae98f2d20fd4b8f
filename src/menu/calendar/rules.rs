//! Rules that name days: a date, a date of every year, days from Easter, a weekday of a month.

use std::fmt;

use jiff::ToSpan as _;
use jiff::civil::{Date, Weekday};

use super::hours::weekday;

/// A day of every year. 29 February is one; it comes in leap years only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct MonthDay {
    month: i8,
    day: i8,
}

impl MonthDay {
    /// `None` where no year has such a day.
    pub fn new(month: i8, day: i8) -> Option<MonthDay> {
        Date::new(2000, month, day).ok()?;
        Some(MonthDay { month, day })
    }

    /// The day of a date, in every year.
    pub fn of(date: Date) -> MonthDay {
        MonthDay {
            month: date.month(),
            day: date.day(),
        }
    }

    /// In this year; `None`: 29 February of a common year.
    pub fn on(self, year: i16) -> Option<Date> {
        Date::new(year, self.month, self.day).ok()
    }
}

impl fmt::Display for MonthDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}-{:02}", self.month, self.day)
    }
}

/// Which days a holiday falls on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DayRule {
    /// One date.
    Once(Date),
    /// The same date every year.
    Yearly(MonthDay),
    /// So many days after Easter Sunday of the Gregorian calendar; below zero: before.
    Easter(i16),
    /// The first to fifth such weekday of a month; −1: the last.
    Nth {
        /// 1 to 5, or −1.
        nth: i8,
        /// Which day of the week.
        weekday: Weekday,
        /// 1 to 12.
        month: i8,
    },
    /// The next such weekday after a date of every year, that date itself left out.
    After {
        /// Which day of the week.
        weekday: Weekday,
        /// The date.
        date: MonthDay,
    },
    /// The last such weekday before a date of every year, that date itself left out.
    Before {
        /// Which day of the week.
        weekday: Weekday,
        /// The date.
        date: MonthDay,
    },
}

impl DayRule {
    /// The day that the rule gives for a year, if it gives one. Days from Easter may lie in the
    /// year before or after.
    pub fn on(self, year: i16) -> Option<Date> {
        match self {
            DayRule::Once(date) => (date.year() == year).then_some(date),
            DayRule::Yearly(date) => date.on(year),
            DayRule::Easter(days) => easter(year)?.checked_add(i64::from(days).days()).ok(),
            DayRule::Nth {
                nth,
                weekday,
                month,
            } => Date::new(year, month, 1)
                .and_then(|first| first.nth_weekday_of_month(nth, weekday))
                .ok(),
            DayRule::After { weekday, date } => date.on(year)?.nth_weekday(1, weekday).ok(),
            DayRule::Before { weekday, date } => date.on(year)?.nth_weekday(-1, weekday).ok(),
        }
    }
}

impl fmt::Display for DayRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const NTH: [&str; 5] = ["1st", "2nd", "3rd", "4th", "5th"];
        const MONTHS: [&str; 12] = [
            "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
        ];
        let at = |i: i8| usize::try_from(i - 1).ok();
        match self {
            DayRule::Once(date) => write!(f, "{date}"),
            DayRule::Yearly(date) => write!(f, "{date}"),
            DayRule::Easter(0) => f.write_str("Easter"),
            DayRule::Easter(days) => write!(f, "Easter{days:+}"),
            DayRule::Nth {
                nth,
                weekday: day,
                month,
            } => {
                let nth = at(*nth).and_then(|i| NTH.get(i)).unwrap_or(&"last");
                let month = at(*month).and_then(|i| MONTHS.get(i)).unwrap_or(&"");
                write!(f, "{nth} {} of {month}", weekday(*day))
            }
            DayRule::After { weekday: day, date } => write!(f, "{} after {date}", weekday(*day)),
            DayRule::Before { weekday: day, date } => write!(f, "{} before {date}", weekday(*day)),
        }
    }
}

/// Easter Sunday of the Gregorian calendar: the Sunday after the first full moon (of the
/// church's own reckoning) on or after 21 March.
pub(super) fn easter(year: i16) -> Option<Date> {
    let year = i32::from(year);
    let century = year.div_euclid(100);
    // The moon: its age by the 19-year cycle, mended for centuries without leap day and for the
    // drift of the cycle itself.
    let golden = year.rem_euclid(19);
    let solar = century - century.div_euclid(4);
    let lunar = (8 * century + 13).div_euclid(25);
    let epact = (19 * golden + solar - lunar + 15).rem_euclid(30);
    // Days from 21 March to the full moon; two values are moved so that dates stay within a month.
    let late = epact == 29 || (epact == 28 && golden > 10);
    let moon = epact - i32::from(late);
    let year = i16::try_from(year).ok()?;
    let full = Date::new(year, 3, 21).ok()?.checked_add(moon.days()).ok()?;
    full.nth_weekday(1, Weekday::Sunday).ok()
}
