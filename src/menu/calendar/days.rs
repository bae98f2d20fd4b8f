//! The layers, joined: which hours begin on a day, and what the local clock's time means.

use std::sync::OnceLock;

use jiff::ToSpan as _;
use jiff::civil::{Date, Weekday};

use super::hours::{DAY, Hours};
use super::moment::{Cause, Local};
use super::{Calendar, DayRule, Holiday, Observed};

/// The years whose holidays are worked out once for all: calls are asked about these.
const KNOWN: std::ops::RangeInclusive<i16> = 2020..=2099;

/// The holidays of those years, once somebody has asked. Not a part of what the operator wrote: all
/// are equal.
#[derive(Clone, Debug, Default)]
pub struct Worked(OnceLock<Holidays>);

impl PartialEq for Worked {
    fn eq(&self, _: &Worked) -> bool {
        true
    }
}

/// What begins on one day.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plan<'c> {
    pub hours: &'c Hours,
    pub cause: Cause<'c>,
}

/// A holiday on a day.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kept {
    date: Date,
    index: usize,
    observed: bool,
}

/// The holidays of some years.
#[derive(Clone, Debug)]
struct Holidays {
    /// The days for which `kept` is complete.
    from: Date,
    to: Date,
    /// By date, one for each.
    kept: Vec<Kept>,
}

/// A calendar, with the holidays of the year that was asked about last.
pub(super) struct Days<'c> {
    pub calendar: &'c Calendar,
    /// Of a year and some weeks before and after it, so that looking back and forth at New Year's
    /// Eve stays cheap.
    other: Option<Holidays>,
}

/// How far around the years the holidays are complete, in days: every rule gives its day within
/// 250 days of its year (`Easter` is held to 200 when loading).
const AROUND: i32 = 60;

impl<'c> Days<'c> {
    pub fn new(calendar: &'c Calendar) -> Days<'c> {
        Days {
            calendar,
            other: None,
        }
    }

    /// What begins on this day.
    pub fn plan(&mut self, date: Date) -> Plan<'c> {
        let calendar = self.calendar;
        if let Some(closure) = calendar.closures.iter().find(|c| c.covers(date)) {
            return Plan {
                hours: Hours::CLOSED,
                cause: Cause::Closure(closure),
            };
        }
        if let Some((holiday, observed)) = self.holiday(date) {
            return Plan {
                hours: &holiday.hours,
                cause: Cause::Holiday { holiday, observed },
            };
        }
        self.usual(date)
    }

    /// What would begin on this day without holidays and closures.
    pub fn usual(&self, date: Date) -> Plan<'c> {
        let calendar = self.calendar;
        match calendar.seasons.iter().find(|s| s.dates.contain(date)) {
            Some(season) => Plan {
                hours: season.week.on(date.weekday()),
                cause: Cause::Season(season),
            },
            None => Plan {
                hours: calendar.week.on(date.weekday()),
                cause: Cause::Week,
            },
        }
    }

    /// Whether it is open when the local clock shows this, why, and the day whose hours tell.
    pub fn at(&mut self, at: Local) -> (bool, Cause<'c>, Date) {
        let date = at.date();
        let closure = self.calendar.closures.iter().find(|c| c.contains(at));
        if let Some(closure) = closure {
            return (false, Cause::Closure(closure), date);
        }
        let today = self.plan(date);
        if today.hours.contains(at.minute()) {
            return (true, today.cause, date);
        }
        if let Ok(yesterday) = date.yesterday() {
            let plan = self.plan(yesterday);
            if plan.hours.contains(at.minute() + DAY) {
                return (true, plan.cause, yesterday);
            }
        }
        (false, today.cause, date)
    }

    /// The first time after `at`, before `end`, at which the local clock, running on without a
    /// change, shows the end of being open or closed.
    pub fn flip(&mut self, at: Local, end: Local) -> Option<Local> {
        let (open, _, _) = self.at(at);
        let mut next = at;
        loop {
            next = self.edge(next);
            if next >= end {
                return None;
            }
            if self.at(next).0 != open {
                return Some(next);
            }
        }
    }

    /// The first time after `at` at which anything may begin or end: the next midnight at the
    /// latest.
    fn edge(&mut self, at: Local) -> Local {
        let date = at.date();
        let midnight = at.midnight_before();
        let mut next = midnight.tomorrow();
        let mut consider = |edge: Local| {
            if at < edge && edge < next {
                next = edge;
            }
        };
        for span in self.plan(date).hours.spans() {
            consider(midnight.plus_minutes(span.start()));
            consider(midnight.plus_minutes(span.end()));
        }
        if let Ok(yesterday) = date.yesterday() {
            for span in self.plan(yesterday).hours.spans() {
                consider(midnight.plus_minutes(span.end().saturating_sub(DAY)));
            }
        }
        for closure in &self.calendar.closures {
            if let super::Period::Once { from, to } = closure.period {
                consider(from);
                consider(to);
            }
        }
        next
    }

    /// The holiday that holds on a day; true: the day on which it is observed instead.
    fn holiday(&mut self, date: Date) -> Option<(&'c Holiday, bool)> {
        let calendar = self.calendar;
        if calendar.holidays.is_empty() {
            return None;
        }
        let known = || Holidays::of(calendar, KNOWN);
        let kept = match calendar.worked.0.get_or_init(known) {
            known if known.tell(date) => known.on(date),
            _ => {
                if self.other.as_ref().is_none_or(|o| !o.tell(date)) {
                    let year = date.year();
                    self.other = Some(Holidays::of(calendar, year..=year));
                }
                self.other.as_ref()?.on(date)
            }
        }?;
        let holiday = calendar.holidays.get(kept.index)?;
        Some((holiday, kept.observed))
    }
}

impl Holidays {
    /// Those of these years and some weeks before and after them.
    fn of(calendar: &Calendar, years: std::ops::RangeInclusive<i16>) -> Holidays {
        let (first, last) = years.into_inner();
        let from = Date::new(first, 1, 1).unwrap_or(Date::MIN);
        let to = Date::new(last, 12, 31).unwrap_or(Date::MAX);
        let once = |k: &Kept| {
            let rule = calendar.holidays.get(k.index).map(|h| h.rule);
            matches!(rule, Some(DayRule::Once(_)))
        };
        let mut kept = Vec::new();
        for year in first.saturating_sub(1)..=last.saturating_add(1) {
            for (index, holiday) in calendar.holidays.iter().enumerate() {
                let date = holiday.rule.on(year);
                kept.extend(date.map(|date| Kept {
                    date,
                    index,
                    observed: false,
                }));
            }
        }
        kept.sort_unstable_by_key(|k| (k.date, !once(k), k.index));
        kept.dedup_by_key(|k| k.date);
        let mut holidays = Holidays {
            from: from.saturating_sub(AROUND.days()),
            to: to.saturating_add(AROUND.days()),
            kept,
        };
        holidays.observe(calendar);
        holidays
    }

    /// Whether all is known about this day.
    fn tell(&self, date: Date) -> bool {
        self.from <= date && date <= self.to
    }

    fn on(&self, date: Date) -> Option<&Kept> {
        let i = self.kept.binary_search_by_key(&date, |k| k.date).ok()?;
        self.kept.get(i)
    }

    /// Adds the days on which holidays of a weekend are observed, the earlier holiday first.
    fn observe(&mut self, calendar: &Calendar) {
        let holidays = &calendar.holidays;
        if holidays.iter().all(|h| h.observed == Observed::No) {
            return;
        }
        for kept in self.kept.clone() {
            let Some(holiday) = holidays.get(kept.index) else {
                continue;
            };
            let day = kept.date.weekday();
            let weekend = matches!(day, Weekday::Saturday | Weekday::Sunday);
            let to = match (holiday.observed, day) {
                (Observed::Next, _) if weekend => self.next_free(calendar, kept.date),
                (Observed::Nearest, Weekday::Saturday) => kept.date.yesterday().ok(),
                (Observed::Nearest, Weekday::Sunday) => kept.date.tomorrow().ok(),
                (Observed::No | Observed::Next | Observed::Nearest, _) => None,
            };
            let Some(date) = to else { continue };
            let moved = Kept {
                date,
                index: kept.index,
                observed: true,
            };
            match self.kept.binary_search_by_key(&date, |k| k.date) {
                Err(i) => self.kept.insert(i, moved),
                Ok(i) => {
                    // A day off goes over a short day that returns every year: with nobody
                    // there, callers must not be told that it is open.
                    let there = self.kept.get_mut(i);
                    let there = there.filter(|k| !calendar.stays(k.index));
                    if let (Some(there), true) = (there, holiday.hours.is_closed()) {
                        *there = moved;
                    }
                }
            }
        }
    }

    /// The next day from Monday to Friday that is no holiday, or only a short day.
    fn next_free(&self, calendar: &Calendar, from: Date) -> Option<Date> {
        let mut date = from;
        loop {
            date = date.tomorrow().ok()?;
            let weekend = matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday);
            if !weekend && self.on(date).is_none_or(|k| !calendar.stays(k.index)) {
                return Some(date);
            }
        }
    }
}

impl Calendar {
    /// Whether a holiday keeps its day when another is to be observed on it.
    fn stays(&self, index: usize) -> bool {
        let holiday = self.holidays.get(index);
        holiday.is_some_and(|h| h.hours.is_closed() || matches!(h.rule, DayRule::Once(_)))
    }
}
