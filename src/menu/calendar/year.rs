//! A year of a calendar: what differs from the usual, and what may not be meant.

use std::ptr;

use jiff::ToSpan as _;
use jiff::civil::{Date, Weekday};

use super::days::Days;
use super::hours::{DAY, Hours, Span};
use super::moment::{Cause, Local, local};
use super::{Calendar, Closure, Period};
use crate::now::Wall;

/// More closed days in a row are told.
const MANY_CLOSED: usize = 4;
/// How far into the years around it a row of closed days is followed.
const FAR: usize = 400;

/// A year of a calendar.
#[derive(Clone, Debug)]
pub struct Year<'c> {
    /// Of which calendar.
    pub calendar: &'c Calendar,
    /// Which year.
    pub year: i16,
    /// How many of its days are open for a minute at least.
    pub open_days: usize,
    /// Holidays and closures, by date.
    pub days: Vec<OddDays<'c>>,
    /// Days on which the clock is put forward or back.
    pub clocks: Vec<ClockChange>,
    /// What may not be meant.
    pub findings: Vec<Finding<'c>>,
}

/// One day, or several in a row, with the same hours for the same reason.
#[derive(Clone, Debug, PartialEq)]
pub struct OddDays<'c> {
    /// The first.
    pub from: Date,
    /// The last.
    pub to: Date,
    /// Why.
    pub cause: Cause<'c>,
    /// The hours that begin on each, as far as nothing closes them.
    pub hours: Hours,
    /// The week would have had the same hours.
    pub as_usual: bool,
}

/// The clock is put forward or back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClockChange {
    /// When.
    pub at: Wall,
    /// What it shows then.
    pub before: Local,
    /// What it shows instead.
    pub after: Local,
    /// Minutes of opening hours that are left out, or come twice.
    pub open_minutes: usize,
}

/// What may not be meant.
#[derive(Clone, Debug, PartialEq)]
pub enum Finding<'c> {
    /// No minute of the year is open.
    NeverOpen,
    /// Many closed days in a row.
    Closed {
        /// The first.
        from: Date,
        /// The last.
        to: Date,
        /// How many.
        days: usize,
        /// Why, as far as it is not the usual hours.
        labels: Vec<&'c str>,
    },
    /// Days of the week that are not open once.
    Weekdays(Vec<Weekday>),
    /// A rule that does nothing in this year.
    Idle {
        /// What it is called.
        label: &'c str,
        /// As it is written.
        rule: String,
        /// Why.
        idle: Idle<'c>,
    },
}

/// Why a rule does nothing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Idle<'c> {
    /// It is for other years, or its day does not come in this one.
    NotThisYear,
    /// Others hold on all of its days.
    Hidden {
        /// Its first day.
        on: Date,
        /// What holds then.
        by: Cause<'c>,
    },
}

/// What is known about one day.
struct Day<'c> {
    date: Date,
    /// Why it has these hours.
    cause: Cause<'c>,
    /// The hours that begin on it and that nothing closes.
    hours: Hours,
    /// Whether a minute of it is open.
    open: bool,
}

pub(super) fn look(calendar: &Calendar, year: i16) -> Year<'_> {
    let mut days = Days::new(calendar);
    let first = Date::new(year, 1, 1).unwrap_or(Date::MIN);
    let last = Date::new(year, 12, 31).unwrap_or(Date::MAX);
    let all: Vec<Day<'_>> = first
        .series(1.day())
        .take_while(|d| *d <= last)
        .map(|d| day(&mut days, d))
        .collect();
    let open_days = all.iter().filter(|d| d.open).count();
    let mut findings = Vec::new();
    if open_days == 0 {
        findings.push(Finding::NeverOpen);
    } else {
        findings.extend(closed_runs(&mut days, &all));
        findings.extend(closed_weekdays(&all));
    }
    findings.extend(idle(&mut days, year, &all));
    Year {
        calendar,
        year,
        open_days,
        days: odd_days(&mut days, &all),
        clocks: clocks(&mut days, first, last),
        findings,
    }
}

fn day<'c>(days: &mut Days<'c>, date: Date) -> Day<'c> {
    let plan = days.plan(date);
    let (hours, cut) = left(days.calendar, date, plan.hours);
    let night = date.yesterday().ok().is_some_and(|yesterday| {
        let plan = days.plan(yesterday);
        let (hours, _) = left(days.calendar, yesterday, plan.hours);
        hours.spans().iter().any(|s| s.overnight())
    });
    let open = night || hours.spans().iter().any(|s| s.start() < DAY);
    Day {
        date,
        cause: cut.map_or(plan.cause, Cause::Closure),
        hours,
        open,
    }
}

/// What closures leave of the hours that begin on a day, and the first that takes something.
fn left<'c>(calendar: &'c Calendar, date: Date, hours: &Hours) -> (Hours, Option<&'c Closure>) {
    let mut spans: Vec<(u16, u16)> = hours.spans().iter().map(|s| (s.start(), s.end())).collect();
    let mut cut = None;
    for closure in &calendar.closures {
        for (from, to) in closed_minutes(closure, date) {
            let before = spans.clone();
            spans = before
                .iter()
                .flat_map(|&(s, e)| [(s, e.min(from)), (s.max(to), e)])
                .filter(|(s, e)| s < e)
                .collect();
            if spans != before {
                cut = cut.or(Some(closure));
            }
        }
    }
    let spans = spans.into_iter().map(|(s, e)| Span::rest(s, e));
    (Hours::new(spans.collect()), cut)
}

/// Which minutes of a day and of the next a closure takes.
fn closed_minutes(closure: &Closure, date: Date) -> Vec<(u16, u16)> {
    match closure.period {
        Period::Once { from, to } => {
            let midnight = Local::midnight(date);
            let minute = |at: Local| at.minutes_after(midnight).clamp(0, i64::from(2 * DAY));
            let (from, to) = (minute(from), minute(to));
            let small = |m: i64| u16::try_from(m).unwrap_or(0);
            Vec::from_iter((from < to).then_some((small(from), small(to))))
        }
        Period::Yearly(dates) => {
            let today = dates.contain(date).then_some((0, DAY));
            let tomorrow = date.tomorrow().is_ok_and(|d| dates.contain(d));
            let tomorrow = tomorrow.then_some((DAY, 2 * DAY));
            today.into_iter().chain(tomorrow).collect()
        }
    }
}

fn odd_days<'c>(days: &mut Days<'c>, all: &[Day<'c>]) -> Vec<OddDays<'c>> {
    let mut odd: Vec<OddDays<'c>> = Vec::new();
    for day in all {
        if matches!(day.cause, Cause::Week | Cause::Season(_)) {
            continue;
        }
        let as_usual = *days.usual(day.date).hours == day.hours;
        match odd.last_mut() {
            Some(o)
                if o.to.tomorrow().ok() == Some(day.date)
                    && o.cause == day.cause
                    && o.hours == day.hours =>
            {
                o.to = day.date;
                o.as_usual &= as_usual;
            }
            Some(_) | None => odd.push(OddDays {
                from: day.date,
                to: day.date,
                cause: day.cause,
                hours: day.hours.clone(),
                as_usual,
            }),
        }
    }
    odd
}

fn closed_runs<'c>(days: &mut Days<'c>, all: &[Day<'c>]) -> Vec<Finding<'c>> {
    let mut runs = Vec::new();
    let mut closed: Vec<Day<'c>> = Vec::new();
    let before = all.first().and_then(|d| d.date.yesterday().ok());
    let mut next = before;
    // A row at New Year is told in both years, as long as it is.
    while let Some(date) = next.filter(|_| closed.len() < FAR) {
        let d = day(days, date);
        if d.open {
            break;
        }
        next = date.yesterday().ok();
        closed.push(d);
    }
    closed.reverse();
    let end = all.last().map(|d| d.date);
    let mut date = all.first().map(|d| d.date);
    while let Some(today) = date {
        let d = day(days, today);
        let over = end.is_none_or(|e| today > e);
        if d.open || closed.len() > FAR + 366 {
            runs.extend(run(&closed));
            closed.clear();
            if over {
                break;
            }
        } else {
            closed.push(d);
        }
        if over && closed.is_empty() {
            break;
        }
        date = today.tomorrow().ok();
    }
    runs
}

fn run<'c>(closed: &[Day<'c>]) -> Option<Finding<'c>> {
    if closed.len() <= MANY_CLOSED {
        return None;
    }
    let mut labels = Vec::new();
    for label in closed.iter().filter_map(|d| d.cause.label()) {
        if !labels.contains(&label) {
            labels.push(label);
        }
    }
    Some(Finding::Closed {
        from: closed.first()?.date,
        to: closed.last()?.date,
        days: closed.len(),
        labels,
    })
}

fn closed_weekdays<'c>(all: &[Day<'_>]) -> Option<Finding<'c>> {
    let never = |w: &Weekday| {
        let mut those = all.iter().filter(|d| d.date.weekday() == *w);
        those.all(|d| !d.open)
    };
    let monday = Weekday::Monday;
    let days: Vec<Weekday> = monday.cycle_forward().take(7).filter(never).collect();
    (!days.is_empty()).then_some(Finding::Weekdays(days))
}

fn idle<'c>(days: &mut Days<'c>, year: i16, all: &[Day<'c>]) -> Vec<Finding<'c>> {
    let calendar = days.calendar;
    let mut found = Vec::new();
    for season in &calendar.seasons {
        let mut its = all.iter().filter(|d| season.dates.contain(d.date));
        let first = its.clone().next();
        let holds = its.any(|d| matches!(d.cause, Cause::Season(s) if ptr::eq(s, season)));
        if !holds {
            found.push(Finding::Idle {
                label: &season.label,
                rule: season.dates.to_string(),
                idle: why_idle(first.map(|d| (d.date, d.cause))),
            });
        }
    }
    for holiday in &calendar.holidays {
        let is_it = |cause: &Cause<'_>| matches!(cause, Cause::Holiday { holiday: h, .. } if ptr::eq(*h, holiday));
        if all.iter().any(|d| is_it(&days.plan(d.date).cause)) {
            continue;
        }
        let mut dates = [year - 1, year, year + 1].into_iter();
        let date = dates.find_map(|y| holiday.rule.on(y).filter(|d| d.year() == year));
        found.push(Finding::Idle {
            label: &holiday.label,
            rule: holiday.rule.to_string(),
            idle: why_idle(date.map(|d| (d, days.plan(d).cause))),
        });
    }
    for closure in &calendar.closures {
        let holds = all.iter().any(|d| {
            closed_minutes(closure, d.date)
                .iter()
                .any(|(from, _)| *from < DAY)
        });
        if !holds {
            found.push(Finding::Idle {
                label: &closure.label,
                rule: closure.period.to_string(),
                idle: Idle::NotThisYear,
            });
        }
    }
    found
}

fn why_idle(hidden: Option<(Date, Cause<'_>)>) -> Idle<'_> {
    hidden.map_or(Idle::NotThisYear, |(on, by)| Idle::Hidden { on, by })
}

fn clocks(days: &mut Days<'_>, first: Date, last: Date) -> Vec<ClockChange> {
    let zone = &days.calendar.zone;
    let Ok(start) = zone.to_timestamp(first.to_datetime(jiff::civil::Time::midnight())) else {
        return Vec::new();
    };
    let changes: Vec<i64> = zone
        .following(start)
        .map(|t| t.timestamp().as_second())
        .take_while(|t| local(days.calendar, t - 1).date() <= last)
        .collect();
    let mut clocks = Vec::new();
    for at in changes {
        let after = local(days.calendar, at);
        let before = local(days.calendar, at - 1).plus_seconds(1);
        if before == after {
            continue; // only the name of the time changed
        }
        let (from, to) = (before.min(after), before.max(after));
        let minutes = std::iter::successors(Some(from), |at| Some(at.plus_minutes(1)));
        let open_minutes = minutes
            .take_while(|at| *at < to)
            .filter(|at| days.at(*at).0)
            .count();
        clocks.push(ClockChange {
            at: Wall::from_unix_millis(at * 1000),
            before,
            after,
            open_minutes,
        });
    }
    clocks
}
