//! From moments to what the local clock shows, and back, through changes of the clock.

use jiff::civil::{Date, DateTime};
use jiff::tz::{AmbiguousOffset, Offset};
use jiff::{SignedDuration, Timestamp};

use super::days::Days;
use super::{Calendar, Closure, Holiday, Season, timestamp};
use crate::now::Wall;

/// How far ahead is looked, in seconds: 400 days, more than a year with a long closure at its
/// end.
const HORIZON: i64 = 400 * 86_400;

/// What a local clock shows, in seconds after 1970-01-01T00:00 on that clock. Without a zone it
/// is no moment: when the clock is put back, the same comes twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Local(i64);

const EPOCH: Date = Date::constant(1970, 1, 1);

impl Local {
    /// The beginning of a day.
    pub fn midnight(date: Date) -> Local {
        Local(date.duration_since(EPOCH).as_secs())
    }

    /// The day.
    pub fn date(self) -> Date {
        let days = SignedDuration::from_secs(self.0.div_euclid(86_400) * 86_400);
        EPOCH.saturating_add(days)
    }

    /// As date and time of day.
    pub fn datetime(self) -> DateTime {
        let epoch = EPOCH.to_datetime(jiff::civil::Time::midnight());
        epoch.saturating_add(SignedDuration::from_secs(self.0))
    }

    pub(super) fn minute(self) -> u16 {
        u16::try_from(self.0.rem_euclid(86_400) / 60).unwrap_or(0)
    }

    pub(super) fn midnight_before(self) -> Local {
        Local(self.0.div_euclid(86_400) * 86_400)
    }

    /// The same time of the next day.
    pub fn tomorrow(self) -> Local {
        Local(self.0 + 86_400)
    }

    pub(super) fn minutes_after(self, earlier: Local) -> i64 {
        (self.0 - earlier.0).div_euclid(60)
    }

    pub(super) fn plus_seconds(self, seconds: i64) -> Local {
        Local(self.0 + seconds)
    }

    pub(super) fn plus_minutes(self, minutes: u16) -> Local {
        Local(self.0 + i64::from(minutes) * 60)
    }
}

impl From<DateTime> for Local {
    /// Fractions of a second are left out.
    fn from(at: DateTime) -> Local {
        let time = at.time();
        let (h, m, s) = (time.hour(), time.minute(), time.second());
        let midnight = Local::midnight(at.date());
        Local(midnight.0 + i64::from(h) * 3600 + i64::from(m) * 60 + i64::from(s))
    }
}

/// When a local clock shows a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moments {
    /// Once.
    Once(Wall),
    /// Never: the clock is put forward over it, at this moment.
    Skipped(Wall),
    /// Twice: the clock is put back.
    Twice(Wall, Wall),
}

/// Why it is open or closed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cause<'c> {
    /// The usual hours of the week.
    Week,
    /// The usual hours of a season.
    Season(&'c Season),
    /// The hours of a holiday, or that it has none.
    Holiday {
        /// Which.
        holiday: &'c Holiday,
        /// It fell on a weekend; this is the day on which it is kept instead.
        observed: bool,
    },
    /// A closure.
    Closure(&'c Closure),
}

impl<'c> Cause<'c> {
    /// What the operator calls it; the week has no name.
    pub fn label(&self) -> Option<&'c str> {
        match self {
            Cause::Week => None,
            Cause::Season(s) => Some(&s.label),
            Cause::Holiday { holiday, .. } => Some(&holiday.label),
            Cause::Closure(c) => Some(&c.label),
        }
    }
}

/// What a caller meets at a moment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Status<'c> {
    /// Whether it is open.
    pub open: bool,
    /// Why.
    pub cause: Cause<'c>,
    /// The day whose hours tell: yesterday, when hours that began then have not ended.
    pub day: Date,
    /// When that ends: it closes, or opens. `None`: never, or not within 400 days.
    pub until: Option<Wall>,
    /// When it opens next: the same as `until` when it is closed.
    pub opens: Option<Wall>,
}

pub(super) fn is_open(calendar: &Calendar, at: Wall) -> bool {
    let mut days = Days::new(calendar);
    let at = seconds(at);
    days.at(local(calendar, at)).0
}

pub(super) fn status(calendar: &Calendar, at: Wall) -> Status<'_> {
    let mut days = Days::new(calendar);
    let at = seconds(at);
    let (open, cause, day) = days.at(local(calendar, at));
    let until = flip(&mut days, at);
    let opens = if open {
        until.and_then(|closes| flip(&mut days, closes))
    } else {
        until
    };
    let wall = |t: i64| Wall::from_unix_millis(t * 1000);
    Status {
        open,
        cause,
        day,
        until: until.map(wall),
        opens: opens.map(wall),
    }
}

pub(super) fn moments(calendar: &Calendar, local: DateTime) -> Moments {
    let shown = Local::from(local).0;
    let by = |offset: Offset| shown - i64::from(offset.seconds());
    let wall = |t: i64| Wall::from_unix_millis(t * 1000);
    match calendar.zone.to_ambiguous_timestamp(local).offset() {
        AmbiguousOffset::Unambiguous { offset } => Moments::Once(wall(by(offset))),
        AmbiguousOffset::Fold { before, after } => {
            Moments::Twice(wall(by(before)), wall(by(after)))
        }
        AmbiguousOffset::Gap { after, .. } => {
            // By the offset after it, the time would be before the change.
            let mut changes = calendar.zone.following(moment(by(after)));
            let change = changes.next().map(|t| t.timestamp().as_second());
            Moments::Skipped(wall(change.unwrap_or(by(after))))
        }
    }
}

/// Whole seconds since the Unix epoch.
fn seconds(at: Wall) -> i64 {
    timestamp(at).as_millisecond().div_euclid(1000)
}

fn moment(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).unwrap_or(if seconds < 0 {
        Timestamp::MIN
    } else {
        Timestamp::MAX
    })
}

fn offset(calendar: &Calendar, at: i64) -> i64 {
    i64::from(calendar.zone.to_offset(moment(at)).seconds())
}

pub(super) fn local(calendar: &Calendar, at: i64) -> Local {
    Local(at + offset(calendar, at))
}

/// The next moment at which it opens or closes. Between two changes of the clock the local time
/// runs as time does, so the days are looked at there without asking the zone; each change is a
/// place to look at by itself, since the clock jumps.
fn flip(days: &mut Days<'_>, from: i64) -> Option<i64> {
    let calendar = days.calendar;
    let limit = from.saturating_add(HORIZON);
    let open = days.at(local(calendar, from)).0;
    let mut at = from;
    loop {
        let offset = offset(calendar, at);
        let mut changes = calendar.zone.following(moment(at));
        let change = changes.next().map_or(limit, |t| t.timestamp().as_second());
        let end = change.min(limit);
        if let Some(Local(found)) = days.flip(Local(at + offset), Local(end + offset)) {
            return Some(found - offset);
        }
        if end == limit {
            return None;
        }
        if days.at(local(calendar, end)).0 != open {
            return Some(end);
        }
        at = end;
    }
}
