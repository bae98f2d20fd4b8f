//! Opening hours: when a line or a queue is open, why, and until when.
//!
//! Four layers, the upper over the lower: closures, holidays, seasons, the week. Every question is
//! asked about a [`Wall`], and one rule answers it: **the local clock decides**. It is open
//! whenever that clock shows a time within the hours. So hours that a clock change leaves out do
//! not take place, and those that come twice hold twice.
//!
//! Hours belong to the day on which they begin: 22:00-06:00 of a Thursday runs until Friday at
//! 06:00, also when Friday is a holiday, and a holiday's own hours take the place only of those
//! that would have begun on it. A closure alone ends what has begun.

mod day;
mod days;
mod hours;
mod json;
mod moment;
mod rules;
mod text;
mod year;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

pub use self::days::Worked;
pub use self::hours::{Hours, Span, SpanFault, Week};
pub(crate) use self::hours::{WEEKDAYS, parse_minute, parse_weekday, parse_weekdays};
pub use self::json::{status_json, year_json};
pub use self::moment::{Cause, Local, Moments, Status};
pub use self::rules::{DayRule, MonthDay};
pub use self::text::{day_text, status_text, year_text};
pub use self::year::{ClockChange, Finding, Idle, OddDays, Year};

use crate::ids::CalendarName;
use crate::now::Wall;

/// Opening hours by a name.
#[derive(Clone, Debug, PartialEq)]
pub struct Calendar {
    /// What lines and queues call it.
    pub name: CalendarName,
    /// What agents and reports show.
    pub label: String,
    /// Whose clock decides.
    pub zone: TimeZone,
    /// The usual hours.
    pub week: Week,
    /// Times of the year with other usual hours; where two meet, the first holds.
    pub seasons: Vec<Season>,
    /// Days with hours of their own, or none. Where two meet, one for that date alone goes
    /// before one that returns; then the first.
    pub holidays: Vec<Holiday>,
    /// Times that are closed whatever else is said; where two meet, the first is named.
    pub closures: Vec<Closure>,
    /// Worked out from these when it is asked for first.
    pub worked: Worked,
}

/// A time of the year with other usual hours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Season {
    /// Its days.
    pub dates: Dates,
    /// The usual hours then.
    pub week: Week,
    /// What it is called.
    pub label: String,
}

/// A day with hours of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holiday {
    /// Which day.
    pub rule: DayRule,
    /// What happens when that is a Saturday or a Sunday.
    pub observed: Observed,
    /// The hours of that day.
    pub hours: Hours,
    /// What it is called.
    pub label: String,
}

/// On which further day a holiday is kept that falls on a Saturday or a Sunday.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Observed {
    /// None.
    #[default]
    No,
    /// The next day from Monday to Friday that is no holiday itself (as in the United Kingdom).
    Next,
    /// The Friday before a Saturday, the Monday after a Sunday (as in the United States).
    Nearest,
}

/// A time that is closed whatever else is said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closure {
    /// When.
    pub period: Period,
    /// What it is called.
    pub label: String,
}

/// When a closure is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Period {
    /// Once, from one moment of the local clock until another, which is not closed any more.
    Once {
        /// The first that is closed.
        from: Local,
        /// The first that is not.
        to: Local,
    },
    /// Whole days of every year.
    Yearly(Dates),
}

/// Days from one to another, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dates {
    /// Of one year, or over a few.
    Once {
        /// The first day.
        from: Date,
        /// The last day.
        to: Date,
    },
    /// Of every year; over New Year when the first is the later in the year.
    Yearly {
        /// The first day.
        from: MonthDay,
        /// The last day.
        to: MonthDay,
    },
}

impl Dates {
    /// Whether this day is one of them.
    pub fn contain(self, date: Date) -> bool {
        match self {
            Dates::Once { from, to } => from <= date && date <= to,
            Dates::Yearly { from, to } => {
                let day = MonthDay::of(date);
                if from <= to {
                    from <= day && day <= to
                } else {
                    from <= day || day <= to
                }
            }
        }
    }
}

impl Closure {
    /// Whether it is closed by it when the local clock shows this.
    pub fn contains(&self, at: Local) -> bool {
        match self.period {
            Period::Once { from, to } => from <= at && at < to,
            Period::Yearly(dates) => dates.contain(at.date()),
        }
    }

    /// Whether the whole of this day is closed by it, and so the hours that begin on it do not
    /// take place.
    fn covers(&self, date: Date) -> bool {
        match self.period {
            Period::Once { from, to } => {
                let midnight = Local::midnight(date);
                from <= midnight && midnight.tomorrow() <= to
            }
            Period::Yearly(dates) => dates.contain(date),
        }
    }
}

impl Calendar {
    /// Everything about this moment. For a caller who wants to know one thing,
    /// [`Calendar::is_open`] is cheaper.
    pub fn status(&self, at: Wall) -> Status<'_> {
        moment::status(self, at)
    }

    /// Whether it is open at this moment.
    pub fn is_open(&self, at: Wall) -> bool {
        moment::is_open(self, at)
    }

    /// What the local clock shows at this moment.
    pub fn local(&self, at: Wall) -> DateTime {
        self.zone.to_datetime(timestamp(at))
    }

    /// When the local clock shows this.
    pub fn moments(&self, local: DateTime) -> Moments {
        moment::moments(self, local)
    }

    /// What holds on this day of the local clock, by the moment from which on it does.
    pub fn day(&self, date: Date) -> Vec<(Wall, Status<'_>)> {
        day::look(self, date)
    }

    /// What holds in this year, day by day, as far as it differs from the week.
    pub fn year(&self, year: i16) -> Year<'_> {
        year::look(self, year)
    }

    /// Whether nothing that is written here ever opens it.
    pub fn never_open(&self) -> bool {
        self.week.is_closed()
            && self.seasons.iter().all(|s| s.week.is_closed())
            && self.holidays.iter().all(|h| h.hours.is_closed())
    }

    /// The name of its time zone.
    pub fn zone_name(&self) -> &str {
        self.zone.iana_name().unwrap_or("UTC")
    }
}

/// As jiff has it: what it can not hold (beyond the year 9999) becomes the nearest that it can.
fn timestamp(at: Wall) -> Timestamp {
    let ms = at.unix_millis();
    Timestamp::from_millisecond(ms).unwrap_or(if ms < 0 {
        Timestamp::MIN
    } else {
        Timestamp::MAX
    })
}

#[cfg(test)]
mod tests;
