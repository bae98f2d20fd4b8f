//! The calendars in use, as operators look at them: the usual hours, and what a caller meets on a day.

use std::sync::Arc;

use jiff::civil::{Date, DateTime, time};
use serde::Serialize;
use utoipa::ToSchema;

use crate::menu::calendar::{Calendar, Cause, Hours, Moments, Status};
use crate::now::Wall;

/// A day has not more changes than that.
const MOST: usize = 50;

/// The calendars in use.
#[derive(Clone, Debug, Default)]
pub struct Calendars(Vec<Arc<Calendar>>);

/// A calendar.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CalendarView {
    /// Its name, as lines and queues have it.
    pub calendar: String,
    /// What agents and reports show.
    pub label: String,
    /// Whose clock decides: `Europe/Copenhagen`.
    pub zone: String,
    /// The usual hours, days that are alike together.
    pub week: Vec<UsualView>,
    /// What a caller meets now.
    pub now: MetView,
    /// The day that is asked about.
    pub date: String,
    /// What a caller meets from its beginning on; each holds until the next.
    pub day: Vec<MetView>,
    /// Days of that year with hours of their own, or none.
    pub special: Vec<SpecialView>,
}

/// Usual hours.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct UsualView {
    /// `Mon-Thu`.
    pub days: String,
    /// `08:00-17:00`; empty: closed.
    pub hours: Vec<String>,
}

/// What a caller meets from a moment on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct MetView {
    /// From then on, by the clock of the place (RFC 3339 with its offset).
    pub at: String,
    /// Whether it is open.
    pub open: bool,
    /// Why: `week`, `season`, `holiday` or `closure`.
    pub cause: String,
    /// What that is called.
    pub label: Option<String>,
    /// Until then; none: not within 400 days.
    pub until: Option<String>,
}

/// A day with hours of its own, or several that follow each other.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SpecialView {
    /// The first.
    pub from: String,
    /// The last.
    pub to: String,
    /// What it is called.
    pub label: Option<String>,
    /// `09:00-12:00`; empty: closed.
    pub hours: Vec<String>,
}

impl Calendars {
    /// These are in use.
    pub fn new(calendars: impl IntoIterator<Item = Arc<Calendar>>) -> Calendars {
        Calendars(calendars.into_iter().collect())
    }

    /// All of them; of a day, or without one of today by each one's own clock.
    pub fn told(&self, date: Option<Date>, now: Wall) -> Vec<CalendarView> {
        let all = self.0.iter();
        let told = all.map(|c| {
            let date = date.unwrap_or_else(|| c.local(now).date());
            view(c, date, now)
        });
        told.collect()
    }
}

fn view(calendar: &Calendar, date: Date, now: Wall) -> CalendarView {
    let week = calendar.week.lines().into_iter();
    let year = calendar.year(date.year());
    let special = year.days.iter().filter(|d| !d.as_usual);
    CalendarView {
        calendar: calendar.name.to_string(),
        label: calendar.label.clone(),
        zone: calendar.zone_name().to_owned(),
        week: week
            .map(|(days, hours)| UsualView {
                days,
                hours: spans(hours),
            })
            .collect(),
        now: met(calendar, now, &calendar.status(now)),
        date: date.to_string(),
        day: day(calendar, date),
        special: special
            .map(|d| SpecialView {
                from: d.from.to_string(),
                to: d.to.to_string(),
                label: d.cause.label().map(str::to_owned),
                hours: spans(&d.hours),
            })
            .collect(),
    }
}

fn spans(hours: &Hours) -> Vec<String> {
    hours.spans().iter().map(ToString::to_string).collect()
}

/// From midnight to midnight by the clock of the place, however long that is.
fn day(calendar: &Calendar, date: Date) -> Vec<MetView> {
    let begin = midnight(calendar, date);
    let Some(end) = date.tomorrow().ok().map(|next| midnight(calendar, next)) else {
        return Vec::new();
    };
    let mut told: Vec<MetView> = Vec::new();
    let mut at = begin;
    while at < end && told.len() < MOST {
        let status = calendar.status(at);
        told.push(met(calendar, at, &status));
        match status.until {
            Some(until) if until > at => at = until,
            Some(_) | None => break,
        }
    }
    told
}

fn midnight(calendar: &Calendar, date: Date) -> Wall {
    let at = DateTime::from_parts(date, time(0, 0, 0, 0));
    match calendar.moments(at) {
        Moments::Once(at) | Moments::Skipped(at) | Moments::Twice(at, _) => at,
    }
}

fn met(calendar: &Calendar, at: Wall, status: &Status<'_>) -> MetView {
    let cause = match status.cause {
        Cause::Week => "week",
        Cause::Season(_) => "season",
        Cause::Holiday { .. } => "holiday",
        Cause::Closure(_) => "closure",
    };
    MetView {
        at: moment(calendar, at),
        open: status.open,
        cause: cause.to_owned(),
        label: status.cause.label().map(str::to_owned),
        until: status.until.map(|at| moment(calendar, at)),
    }
}

fn moment(calendar: &Calendar, at: Wall) -> String {
    let at = jiff::Timestamp::from_millisecond(at.unix_millis()).unwrap_or_default();
    let offset = calendar.zone.to_offset(at);
    at.display_with_offset(offset).to_string()
}
