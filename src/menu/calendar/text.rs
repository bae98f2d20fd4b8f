//! Calendars in plain words, for the command line.

use std::fmt::{self, Write as _};
use std::time::Duration;

use jiff::civil::Date;

use super::hours::weekday;
use super::year::{Finding, Idle, Year};
use super::{Calendar, Cause, Dates, Local, Period, Status, Week, timestamp};
use crate::now::Wall;

impl fmt::Display for Dates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Dates::Once { from, to } if from == to => write!(f, "{from}"),
            Dates::Once { from, to } => write!(f, "{from} to {to}"),
            Dates::Yearly { from, to } if from == to => write!(f, "{from}"),
            Dates::Yearly { from, to } => write!(f, "{from} to {to}"),
        }
    }
}

impl fmt::Display for Local {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.datetime().strftime("%Y-%m-%d %H:%M"))
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Period::Yearly(dates) => write!(f, "{dates}"),
            Period::Once { from, to } => match whole_days(*from, *to) {
                Some(dates) => write!(f, "{dates}"),
                None if from.date() == to.date() => {
                    write!(f, "{from} to {}", to.datetime().strftime("%H:%M"))
                }
                None => write!(f, "{from} to {to}"),
            },
        }
    }
}

fn whole_days(from: Local, to: Local) -> Option<Dates> {
    let whole = from.midnight_before() == from && to.midnight_before() == to;
    let (from, to) = (from.date(), to.date().yesterday().ok()?);
    whole.then_some(Dates::Once { from, to })
}

impl Cause<'_> {
    /// What it is called, also where the operator gave no name.
    pub(super) fn name(&self) -> String {
        match self {
            Cause::Week => "weekly hours".to_owned(),
            Cause::Season(season) => season.label.clone(),
            Cause::Holiday {
                holiday,
                observed: false,
            } => holiday.label.clone(),
            Cause::Holiday {
                holiday,
                observed: true,
            } => format!("{} (observed)", holiday.label),
            Cause::Closure(closure) => closure.label.clone(),
        }
    }
}

/// `Thu 2026-12-24`.
fn day(date: Date) -> String {
    format!("{} {date}", weekday(date.weekday()))
}

fn head(calendar: &Calendar) -> String {
    let (name, label) = (&calendar.name, &calendar.label);
    let label = if label == name.as_str() {
        String::new()
    } else {
        format!("{label}, ")
    };
    format!("{name} ({label}{})", calendar.zone_name())
}

/// What the local clock shows, with the name of its time.
fn shown(calendar: &Calendar, at: Wall) -> String {
    let info = calendar.zone.to_offset_info(timestamp(at));
    let local = Local::from(calendar.local(at));
    let day = weekday(local.date().weekday());
    format!("{day} {local} {}", info.abbreviation())
}

/// `3 days 14 h 1 min`; what is less than a minute is one.
fn in_words(time: Duration) -> String {
    let minutes = time.as_secs().div_ceil(60);
    let (days, hours, minutes) = (minutes / 1440, minutes / 60 % 24, minutes % 60);
    let unit = if days == 1 { " day" } else { " days" };
    let parts = [(days, unit), (hours, " h"), (minutes, " min")];
    let parts = parts.iter().filter(|(n, _)| *n > 0);
    let words: Vec<String> = parts.map(|(n, unit)| format!("{n}{unit}")).collect();
    words.join(" ")
}

/// What a caller meets at a moment.
pub fn status_text(calendar: &Calendar, at: Wall, status: &Status<'_>) -> String {
    let when = |then: Wall| {
        let ms = then.unix_millis().saturating_sub(at.unix_millis());
        let time = Duration::from_millis(u64::try_from(ms).unwrap_or(0));
        format!("{}, in {}", shown(calendar, then), in_words(time))
    };
    let never = "not within 400 days";
    let state = if status.open { "open" } else { "closed" };
    let mut out = format!("{}\n", head(calendar));
    let mut row = |what: &str, text: String| {
        let _ = writeln!(out, "  {what:<6} {text}");
    };
    row("at", shown(calendar, at));
    row("is", state.to_owned());
    row("why", why(calendar, status));
    row("until", status.until.map_or(never.to_owned(), when));
    if status.open && status.until.is_some() {
        row("again", status.opens.map_or(never.to_owned(), when));
    }
    out
}

/// What callers meet on a day: see [`Calendar::day`].
pub fn day_text(calendar: &Calendar, date: Date) -> String {
    let mut out = format!("{}\n  day    {}\n", head(calendar), day(date));
    let stretches = calendar.day(date);
    for (i, (at, status)) in stretches.iter().enumerate() {
        let time = calendar.local(*at).strftime("%H:%M");
        let state = if status.open { "open" } else { "closed" };
        let _ = write!(out, "  {time}  {state:<6}  {}", why(calendar, status));
        let last = i + 1 == stretches.len();
        if let Some(until) = status.until.filter(|_| last) {
            let _ = write!(out, ", until {}", shown(calendar, until));
        }
        out.push('\n');
    }
    out
}

fn why(calendar: &Calendar, status: &Status<'_>) -> String {
    let weekday_of = day(status.day);
    let hours = match status.cause {
        Cause::Closure(closure) => {
            return format!("{}: {}", closure.label, closure.period);
        }
        Cause::Holiday { holiday, .. } => &holiday.hours,
        Cause::Season(season) => season.week.on(status.day.weekday()),
        Cause::Week => calendar.week.on(status.day.weekday()),
    };
    format!("{}: {weekday_of} {hours}", status.cause.name())
}

/// A year of a calendar.
pub fn year_text(year: &Year<'_>) -> String {
    let calendar = year.calendar;
    let mut out = format!(
        "{} in {}: open on {} days\n",
        head(calendar),
        year.year,
        year.open_days
    );
    section(&mut out, "usual hours", week_rows(&calendar.week));
    for season in &calendar.seasons {
        let title = format!("{}, {}", season.label, season.dates);
        section(&mut out, &title, week_rows(&season.week));
    }
    let days = year.days.iter().map(|d| {
        let to = if d.from == d.to {
            String::new()
        } else {
            format!(" - {}", day(d.to))
        };
        let usual = if d.as_usual { " (as usual)" } else { "" };
        let hours = format!("{}{usual}", d.hours);
        [format!("{}{to}", day(d.from)), hours, d.cause.name()]
    });
    section(&mut out, "holidays and closures", days.collect());
    let clocks = year.clocks.iter().map(|c| {
        let open = match (c.open_minutes, c.before < c.after) {
            (0, _) => "outside opening hours".to_owned(),
            (n, true) => format!("{n} min of opening hours are left out"),
            (n, false) => format!("{n} min of opening hours come twice"),
        };
        let time = |at: Local| at.datetime().strftime("%H:%M").to_string();
        let becomes = format!("{} becomes {}", time(c.before), time(c.after));
        [day(c.before.date()), becomes, open]
    });
    section(&mut out, "changes of the clock", clocks.collect());
    let findings = year.findings.iter().map(|f| [finding(f)]);
    section(&mut out, "look at", findings.collect());
    out
}

fn week_rows(week: &Week) -> Vec<[String; 2]> {
    let lines = week.lines().into_iter();
    lines
        .map(|(days, hours)| [days, hours.to_string()])
        .collect()
}

/// A title and its rows in columns; nothing without rows.
fn section<const N: usize>(out: &mut String, title: &str, rows: Vec<[String; N]>) {
    if rows.is_empty() {
        return;
    }
    let _ = writeln!(out, "{title}");
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|r| r.get(column));
        cells.map(|c| c.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..N).map(width).collect();
    for row in &rows {
        let cells = row.iter().zip(&widths);
        let line: Vec<String> = cells.map(|(c, w)| format!("{c:<w$}")).collect();
        let _ = writeln!(out, "  {}", line.join("  ").trim_end());
    }
}

/// One finding, as a sentence without its full stop.
pub(super) fn finding(finding: &Finding<'_>) -> String {
    match finding {
        Finding::NeverOpen => "it is never open".to_owned(),
        Finding::Closed {
            from,
            to,
            days,
            labels,
        } => {
            let labels = match labels.is_empty() {
                true => String::new(),
                false => format!(": {}", labels.join(", ")),
            };
            format!(
                "closed for {days} days, {} - {}{labels}",
                day(*from),
                day(*to)
            )
        }
        Finding::Weekdays(days) => {
            let days: Vec<String> = days.iter().map(|d| weekday(*d)).collect();
            format!("never open on {}", days.join(", "))
        }
        Finding::Idle { label, rule, idle } => match idle {
            Idle::NotThisYear => format!("{label} ({rule}) is not in this year"),
            Idle::Hidden { on, by } => {
                let by = by.name();
                format!("{label} ({rule}) has no effect: on {} {by} holds", day(*on))
            }
        },
    }
}
