//! What loads but is likely not meant.

use super::super::source::Source;
use super::super::yaml::At;
use crate::menu::calendar::{
    Closure, Dates, DayRule, Holiday, Local, Period, Season, Span, WEEKDAYS, Week,
};

/// Hours that begin before noon and end on the next day: most likely the end was meant on the
/// same day.
pub(super) fn span(src: &mut Source<'_>, at: At, span: Span) {
    const NOON: u16 = 12 * 60;
    // `…-00:00` is the end of the day.
    if !span.overnight() || span.start() >= NOON {
        return;
    }
    let hours = span.minutes() / 60;
    let meant = Span::new(span.start(), span.end() - NOON);
    let remedy = match meant.filter(|m| !m.overnight()) {
        Some(meant) => format!("did you mean `{meant}`? otherwise split it at midnight"),
        None => "if that is meant, split it at midnight".to_owned(),
    };
    let what = format!("`{span}` lasts {hours} hours, into the next day");
    src.warn(at, what, remedy);
}

/// Hours of a night that run into those of the day after.
pub(super) fn nights(src: &mut Source<'_>, week: &Week, places: &[Option<At>; 7]) {
    let days = week.days();
    let next = days.iter().cycle().skip(1);
    let names = WEEKDAYS.iter().cycle();
    let pairs = days
        .iter()
        .zip(next)
        .zip(places)
        .zip(names.zip(WEEKDAYS.iter().cycle().skip(1)));
    for (((hours, next), at), ((_, name), (_, next_name))) in pairs {
        let night = hours.spans().iter().find(|s| s.overnight());
        let first = next.spans().first();
        if let (Some(night), Some(first), Some(at)) = (night, first, at)
            && first.start() + 24 * 60 < night.end()
        {
            let what = format!("{night} of {name} runs into {first} of {next_name}");
            src.warn(*at, what, "end the one where the other begins");
        }
    }
}

/// Seasons that lie within an earlier one.
pub(super) fn seasons(src: &mut Source<'_>, seasons: &[(At, Season)]) {
    for (i, (at, season)) in seasons.iter().enumerate() {
        let mut earlier = seasons.iter().take(i);
        let hides = earlier.find(|(_, s)| within(season.dates, s.dates));
        if let Some((first, by)) = hides {
            hidden(src, *at, &season.label, *first, &by.label);
        }
    }
}

fn within(inner: Dates, outer: Dates) -> bool {
    match (inner, outer) {
        (Dates::Once { from, to }, Dates::Once { from: f, to: t }) => f <= from && to <= t,
        (Dates::Yearly { from, to }, Dates::Yearly { from: f, to: t }) => {
            // Not over New Year, or both: otherwise it is left to `--year`.
            (from <= to) == (f <= t) && f <= from && to <= t
        }
        (Dates::Once { .. }, Dates::Yearly { .. }) | (Dates::Yearly { .. }, Dates::Once { .. }) => {
            false
        }
    }
}

/// Holidays with the day of an earlier one, or on a day that is closed.
pub(super) fn holidays(
    src: &mut Source<'_>,
    holidays: &[(At, Holiday)],
    closures: &[(At, Closure)],
) {
    for (i, (at, holiday)) in holidays.iter().enumerate() {
        let mut earlier = holidays.iter().take(i);
        if let Some((first, by)) = earlier.find(|(_, h)| h.rule == holiday.rule) {
            hidden(src, *at, &holiday.label, *first, &by.label);
            continue;
        }
        let day = match holiday.rule {
            DayRule::Once(date) => Period::Once {
                from: Local::midnight(date),
                to: Local::midnight(date).tomorrow(),
            },
            DayRule::Yearly(date) => Period::Yearly(Dates::Yearly {
                from: date,
                to: date,
            }),
            DayRule::Easter(_)
            | DayRule::Nth { .. }
            | DayRule::After { .. }
            | DayRule::Before { .. } => continue,
        };
        let mut closures = closures.iter();
        if let Some((first, by)) = closures.find(|(_, c)| covers(day, c.period)) {
            hidden(src, *at, &holiday.label, *first, &by.label);
        }
    }
}

/// Closures that lie within another.
pub(super) fn closures(src: &mut Source<'_>, closures: &[(At, Closure)]) {
    for (i, (at, closure)) in closures.iter().enumerate() {
        let others = closures.iter().enumerate();
        let mut others = others.filter(|(j, _)| *j != i);
        let hides = others.find(|(j, (_, other))| {
            let same = other.period == closure.period;
            covers(closure.period, other.period) && (!same || *j < i)
        });
        if let Some((_, (first, by))) = hides {
            hidden(src, *at, &closure.label, *first, &by.label);
        }
    }
}

fn covers(inner: Period, outer: Period) -> bool {
    match (inner, outer) {
        (Period::Once { from, to }, Period::Once { from: f, to: t }) => f <= from && to <= t,
        (Period::Yearly(inner), Period::Yearly(outer)) => within(inner, outer),
        (Period::Once { .. }, Period::Yearly(_)) | (Period::Yearly(_), Period::Once { .. }) => {
            false
        }
    }
}

fn hidden(src: &mut Source<'_>, at: At, label: &str, first: At, by: &str) {
    src.warn(
        at,
        format!(
            "`{label}` has no effect: `{by}` of line {} holds then",
            first.line
        ),
        "remove one of them",
    );
}
