//! Spans of time, as people ask for them: by the clock of a place.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{Span as JiffSpan, Timestamp, Zoned};

use crate::now::Wall;

/// A span of time, its end not in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// From here on.
    pub since: Wall,
    /// To before here.
    pub until: Wall,
}

/// A unit of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// A quarter of an hour.
    Quarter,
    /// An hour.
    Hour,
    /// A day, however long it is.
    Day,
    /// Seven days.
    Week,
    /// A month.
    Month,
}

impl Unit {
    fn step(self) -> JiffSpan {
        match self {
            Unit::Quarter => JiffSpan::new().minutes(15),
            Unit::Hour => JiffSpan::new().hours(1),
            Unit::Day => JiffSpan::new().days(1),
            Unit::Week => JiffSpan::new().weeks(1),
            Unit::Month => JiffSpan::new().months(1),
        }
    }
}

/// Which spans.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Asked<'a> {
    /// From then on: `2026-11-02`, `2026-11-02T08:00`, or `7d` ago; `None`: today.
    pub since: Option<&'a str>,
    /// To before then, likewise; `None`: now.
    pub until: Option<&'a str>,
    /// One span for each of these; `None`: one for all.
    pub by: Option<Unit>,
}

/// The spans that are asked for, by the clock of this zone; at most so many.
///
/// # Errors
/// Which of the two is wrong, and what: a time that can not be read, an end before the start, or too
/// many spans.
pub fn spans(
    asked: &Asked<'_>,
    zone: &TimeZone,
    now: Wall,
    most: usize,
) -> Result<Vec<Span>, (&'static str, String)> {
    let of_since = |what: String| ("since", what);
    let now = Timestamp::from_millisecond(now.unix_millis())
        .unwrap_or(Timestamp::UNIX_EPOCH)
        .to_zoned(zone.clone());
    let since = match asked.since {
        Some(text) => point(text, &now).map_err(of_since)?,
        None => now.start_of_day().map_err(|e| of_since(e.to_string()))?,
    };
    let until = match asked.until {
        Some(text) => point(text, &now).map_err(|what| ("until", what))?,
        None => now.clone(),
    };
    if until < since {
        let what = format!(
            "{} is before {}; exchange them",
            shown(&until),
            shown(&since)
        );
        return Err(("until", what));
    }
    let Some(by) = asked.by else {
        return Ok(vec![span(&since, &until)]);
    };
    let mut spans = Vec::new();
    for n in 0.. {
        let at = |n: i64| {
            let far = by.step().checked_mul(n).map_err(|e| e.to_string())?;
            since.checked_add(far).map_err(|e| e.to_string())
        };
        let (from, to) = (at(n).map_err(of_since)?, at(n + 1).map_err(of_since)?);
        if from >= until {
            break;
        }
        if spans.len() >= most {
            let what =
                format!("that is more than {most} spans; choose a longer unit or a shorter time");
            return Err(("since", what));
        }
        spans.push(span(&from, &to.min(until.clone())));
    }
    Ok(spans)
}

fn span(since: &Zoned, until: &Zoned) -> Span {
    let wall = |z: &Zoned| Wall::from_unix_millis(z.timestamp().as_millisecond());
    Span {
        since: wall(since),
        until: wall(until),
    }
}

fn shown(at: &Zoned) -> String {
    at.strftime("%Y-%m-%d %H:%M").to_string()
}

fn point(text: &str, now: &Zoned) -> Result<Zoned, String> {
    let wrong = || {
        let text: String = text.chars().filter(|c| !c.is_control()).take(40).collect();
        format!("`{text}` is no time; write one like 2026-11-02, 2026-11-02T08:00 or 7d")
    };
    if let Ok(at) = text.parse::<DateTime>() {
        return at.to_zoned(now.time_zone().clone()).map_err(|_| wrong());
    }
    let ago = text.parse::<JiffSpan>().map_err(|_| wrong())?;
    let at = now.checked_sub(ago.abs()).map_err(|_| wrong())?;
    // A number of days ago means whole days.
    let of_the_clock = ago.get_hours() != 0 || ago.get_minutes() != 0 || ago.get_seconds() != 0;
    match of_the_clock {
        true => Ok(at),
        false => at.start_of_day().map_err(|_| wrong()),
    }
}
