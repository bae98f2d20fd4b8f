//! The layers, joined: which hours begin on a day, and what the local clock's time means.

use jiff::ToSpan as _;
use jiff::civil::{Date, Weekday};

use super::hours::{DAY, Hours};
use super::moment::{Cause, Local};
use super::{Calendar, DayRule, Holiday, Observed};

/// What begins on one day.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plan<'c> {
    pub hours: &'c Hours,
    pub cause: Cause<'c>,
}

/// A holiday on a day.
#[derive(Clone, Copy, Debug)]
struct Kept {
    date: Date,
    index: usize,
    observed: bool,
}

/// A calendar, with the holidays of the year that was asked about last.
pub(super) struct Days<'c> {
    pub calendar: &'c Calendar,
    /// The days for which `kept` is complete: a year and some weeks before and after it, so that
    /// looking back and forth at New Year's Eve stays cheap.
    from: Date,
    to: Date,
    kept: Vec<Kept>,
}

/// How far around the year the holidays are complete, in days: every rule gives its day within
/// 250 days of its year (`Easter` is held to 200 when loading).
const AROUND: i32 = 60;

impl<'c> Days<'c> {
    pub fn new(calendar: &'c Calendar) -> Days<'c> {
        Days {
            calendar,
            from: Date::MAX,
            to: Date::MIN,
            kept: Vec::new(),
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
        if self.calendar.holidays.is_empty() {
            return None;
        }
        if !(self.from <= date && date <= self.to) {
            self.look_at(date.year());
        }
        let i = self.kept.binary_search_by_key(&date, |k| k.date).ok()?;
        let kept = self.kept.get(i)?;
        let holiday = self.calendar.holidays.get(kept.index)?;
        Some((holiday, kept.observed))
    }

    fn look_at(&mut self, year: i16) {
        let first = Date::new(year, 1, 1).unwrap_or(Date::MIN);
        let last = Date::new(year, 12, 31).unwrap_or(Date::MAX);
        self.from = first.saturating_sub(AROUND.days());
        self.to = last.saturating_add(AROUND.days());
        let holidays = &self.calendar.holidays;
        let once = |k: &Kept| {
            let rule = holidays.get(k.index).map(|h| h.rule);
            matches!(rule, Some(DayRule::Once(_)))
        };
        self.kept.clear();
        for year in [year - 1, year, year + 1] {
            for (index, holiday) in holidays.iter().enumerate() {
                let date = holiday.rule.on(year);
                self.kept.extend(date.map(|date| Kept {
                    date,
                    index,
                    observed: false,
                }));
            }
        }
        self.kept
            .sort_unstable_by_key(|k| (k.date, !once(k), k.index));
        self.kept.dedup_by_key(|k| k.date);
        self.observe();
    }

    /// Adds the days on which holidays of a weekend are observed, the earlier holiday first.
    fn observe(&mut self) {
        let holidays = &self.calendar.holidays;
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
                (Observed::Next, _) if weekend => self.next_free(kept.date),
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
                    let there = there.filter(|k| !self.calendar.stays(k.index));
                    if let (Some(there), true) = (there, holiday.hours.is_closed()) {
                        *there = moved;
                    }
                }
            }
        }
    }

    /// The next day from Monday to Friday that is no holiday, or only a short day.
    fn next_free(&self, from: Date) -> Option<Date> {
        let mut date = from;
        loop {
            date = date.tomorrow().ok()?;
            let weekend = matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday);
            let there = self.kept.binary_search_by_key(&date, |k| k.date);
            let there = there.ok().and_then(|i| self.kept.get(i));
            if !weekend && there.is_none_or(|k| !self.calendar.stays(k.index)) {
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
