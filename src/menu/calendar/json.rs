//! Calendars as JSON, for the command line. Moments are RFC 3339 with the offset of the place.

use jiff::civil::Weekday;
use serde_json::{Value, json};

use super::hours::weekday;
use super::text::finding;
use super::year::{Finding, Idle, Year};
use super::{Calendar, Cause, Hours, Status, timestamp};
use crate::now::Wall;

fn moment(calendar: &Calendar, at: Wall) -> String {
    let at = timestamp(at);
    let offset = calendar.zone.to_offset(at);
    at.display_with_offset(offset).to_string()
}

fn cause(cause: &Cause<'_>) -> Value {
    let kind = match cause {
        Cause::Week => "week",
        Cause::Season(_) => "season",
        Cause::Holiday { .. } => "holiday",
        Cause::Closure(_) => "closure",
    };
    let observed = matches!(cause, Cause::Holiday { observed: true, .. });
    json!({ "kind": kind, "label": cause.label(), "observed": observed })
}

fn hours(hours: &Hours) -> Value {
    hours.spans().iter().map(ToString::to_string).collect()
}

/// What a caller meets at a moment.
pub fn status_json(calendar: &Calendar, at: Wall, status: &Status<'_>) -> Value {
    json!({
        "calendar": calendar.name,
        "label": calendar.label,
        "zone": calendar.zone_name(),
        "at": moment(calendar, at),
        "open": status.open,
        "cause": cause(&status.cause),
        "day": status.day.to_string(),
        "until": status.until.map(|w| moment(calendar, w)),
        "opens": status.opens.map(|w| moment(calendar, w)),
    })
}

/// A year of a calendar.
pub fn year_json(year: &Year<'_>) -> Value {
    let calendar = year.calendar;
    let days = year.days.iter().map(|d| {
        json!({
            "from": d.from.to_string(),
            "to": d.to.to_string(),
            "cause": cause(&d.cause),
            "hours": hours(&d.hours),
            "as_usual": d.as_usual,
        })
    });
    let clocks = year.clocks.iter().map(|c| {
        json!({
            "at": moment(calendar, c.at),
            "before": c.before.datetime().to_string(),
            "after": c.after.datetime().to_string(),
            "open_minutes": c.open_minutes,
        })
    });
    let findings = year.findings.iter().map(|f| {
        let mut value = match f {
            Finding::NeverOpen => json!({ "kind": "never-open" }),
            Finding::Closed {
                from,
                to,
                days,
                labels,
            } => json!({
                "kind": "closed",
                "from": from.to_string(),
                "to": to.to_string(),
                "days": days,
                "labels": labels,
            }),
            Finding::Weekdays(days) => {
                let days: Vec<String> = days.iter().map(|d: &Weekday| weekday(*d)).collect();
                json!({ "kind": "weekdays-never-open", "weekdays": days })
            }
            Finding::Idle { label, rule, idle } => {
                let (why, on) = match idle {
                    Idle::NotThisYear => ("not-this-year", None),
                    Idle::Hidden { on, .. } => ("hidden", Some(on.to_string())),
                };
                json!({ "kind": "idle", "label": label, "rule": rule, "why": why, "on": on })
            }
        };
        if let Value::Object(map) = &mut value {
            map.insert("text".to_owned(), finding(f).into());
        }
        value
    });
    json!({
        "calendar": calendar.name,
        "label": calendar.label,
        "zone": calendar.zone_name(),
        "year": year.year,
        "open_days": year.open_days,
        "days": days.collect::<Value>(),
        "clocks": clocks.collect::<Value>(),
        "findings": findings.collect::<Value>(),
    })
}
