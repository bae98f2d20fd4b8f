//! Calendar files.
//!
//! ```yaml
//! calendar: office              # its name
//! label: Office hours           # what agents and reports show
//! zone: Europe/Copenhagen       # whose clock decides
//! hours:                        # days that are not named are closed
//!   mon-thu: 08:00-17:00
//!   fri: [08:00-12:00, 13:00-16:00]
//! seasons:                      # times of the year with other usual hours
//!   - { from: 06-15, to: 08-15, label: Summer hours, hours: { mon-fri: 08:00-15:00 } }
//! holidays:                     # over the usual hours; without hours closed all day
//!   - { date: 01-01, label: "New Year's Day" }
//!   - { easter: 1, label: Easter Monday }
//!   - { weekday: last mon of may, label: Spring holiday }
//!   - { date: 12-24, hours: 09:00-12:00, label: Christmas Eve }
//! closures:                     # over everything
//!   - { from: 2026-07-13, to: 2026-07-17, label: Summer break }
//!   - { from: "2026-09-01T14:00", to: "2026-09-01T17:00", label: Staff meeting }
//! ```

mod doubts;
mod when;

use jiff::tz::TimeZone;

use self::when::{Written, period, written};
use super::line::word;
use super::nodes::items;
use super::source::{Fields, Source};
use super::yaml::{At, Data, Yaml};
use crate::ids::CalendarName;
use crate::menu::calendar::{
    Calendar, Closure, Dates, DayRule, Holiday, Hours, Observed, Season, Span, SpanFault, WEEKDAYS,
    Week, parse_weekdays,
};
use crate::menu::mistake::{Mistake, Severity};
use crate::text::nearest;

/// More seasons, holidays or closures are refused: every question looks at all of them.
const MAX_RULES: usize = 1000;

/// Whether a file is a calendar, and no line that refers to one.
pub(super) fn is_calendar(yaml: &Yaml) -> bool {
    let Data::Map(pairs) = &yaml.data else {
        return false;
    };
    let has = |key: &str| pairs.iter().any(|(k, _)| k.text() == Some(key));
    has("calendar") && !["line", "numbers", "nodes"].into_iter().any(has)
}

/// The calendar, and the place of its name for a mistake about it.
pub(super) fn read(src: &mut Source<'_>, yaml: &Yaml) -> Option<(Calendar, Mistake)> {
    let mut top = Fields::new(src, yaml, "the file", "calendar: office")?;
    let name = top.need(src, "calendar", "office");
    let name = name.and_then(|y| {
        let name = src.value(y, "calendar", "office", word)?;
        let place = src.mistake(Severity::Error, y.at, String::new(), String::new());
        Some((name, place))
    });
    let label = top.take("label");
    let label = label.and_then(|y| src.text(y, "label", "Office hours"));
    let zone = top.need(src, "zone", "Europe/Copenhagen");
    let zone = zone.and_then(|y| read_zone(src, y));
    let week = top.need(src, "hours", "{ mon-fri: 08:00-17:00 }");
    let week = week.and_then(|y| read_week(src, y));
    let seasons = each(src, top.take("seasons"), "seasons", season);
    let holidays = each(src, top.take("holidays"), "holidays", holiday);
    let closures = each(src, top.take("closures"), "closures", closure);
    let at = top.at;
    top.finish(src);

    let (seasons, holidays, closures) = (seasons?, holidays?, closures?);
    doubts::seasons(src, &seasons);
    doubts::holidays(src, &holidays, &closures);
    doubts::closures(src, &closures);
    let (name, place) = name?;
    let plain = |(_, rule)| rule;
    let calendar = Calendar {
        label: label.map_or_else(|| name.clone(), str::to_owned),
        name: CalendarName::new(name),
        zone: zone?,
        week: week?,
        seasons: seasons.into_iter().map(|(_, s)| s).collect(),
        holidays: holidays.into_iter().map(|(_, h)| h).collect(),
        closures: closures.into_iter().map(plain).collect(),
        worked: Default::default(),
    };
    if calendar.never_open() {
        src.warn(at, "this calendar is never open", "give it `hours`");
    }
    Some((calendar, place))
}

fn read_zone(src: &mut Source<'_>, yaml: &Yaml) -> Option<TimeZone> {
    let name = src.text(yaml, "zone", "Europe/Copenhagen")?;
    let zone = TimeZone::get(name).ok();
    if zone.is_none() {
        let all: Vec<String> = jiff::tz::db().available().map(|n| n.to_string()).collect();
        let lower = name.to_lowercase();
        let mut names = all.iter().map(String::as_str);
        let city = names.find(|n| {
            let city = n.rsplit_once('/').map(|(_, city)| city.to_lowercase());
            city.is_some_and(|city| city == lower)
        });
        let near = city.or_else(|| nearest(name, all.iter().map(String::as_str)));
        let remedy = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => "write it as continent and city, like `Europe/Copenhagen`".to_owned(),
        };
        src.error(yaml.at, format!("`{name}` is not a time zone"), remedy);
    }
    zone
}

/// All of a list, or `None` if one of them is wrong.
fn each<T>(
    src: &mut Source<'_>,
    yaml: Option<&Yaml>,
    key: &str,
    mut one: impl FnMut(&mut Source<'_>, &Yaml) -> Option<T>,
) -> Option<Vec<(At, T)>> {
    let Some(yaml) = yaml else {
        return Some(Vec::new());
    };
    let items = items(yaml);
    if items.len() > MAX_RULES {
        let what = format!("more than {MAX_RULES} {key}");
        src.error(yaml.at, what, "split the calendar");
        return None;
    }
    let read: Vec<Option<T>> = items.iter().map(|y| one(src, y)).collect();
    let read = read.into_iter().zip(items);
    read.map(|(rule, y)| Some((y.at, rule?))).collect()
}

fn read_week(src: &mut Source<'_>, yaml: &Yaml) -> Option<Week> {
    let mut fields = Fields::new(src, yaml, "`hours`", "hours: { mon-fri: 08:00-17:00 }")?;
    let mut days: [Hours; 7] = Default::default();
    let mut places: [Option<At>; 7] = [None; 7];
    let mut good = true;
    for (key, at, yaml) in fields.take_all() {
        let hours = read_hours(src, yaml, key);
        let named = parse_weekdays(key).map_err(|wrong| {
            let names = WEEKDAYS.iter().flat_map(|(long, short)| [*short, *long]);
            let remedy = match nearest(wrong, names) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "write days like `mon-thu` or `sat`".to_owned(),
            };
            src.error(at, format!("`{wrong}` is not a day of the week"), remedy);
        });
        let (Some(hours), Ok(named)) = (hours, named) else {
            good = false;
            continue;
        };
        for i in named {
            let (Some(day), Some(place)) = (days.get_mut(i), places.get_mut(i)) else {
                continue;
            };
            if let Some(first) = *place {
                let name = WEEKDAYS.get(i).map_or("", |(long, _)| long);
                src.error(
                    at,
                    format!("{name} has its hours twice"),
                    format!("the first are in line {}; give both there", first.line),
                );
                good = false;
                break;
            }
            *day = hours.clone();
            *place = Some(at);
        }
    }
    let week = good.then(|| Week::new(days))?;
    doubts::nights(src, &week, &places);
    Some(week)
}

/// `08:00-17:00`, several with commas or as a list, or `closed`.
fn read_hours(src: &mut Source<'_>, yaml: &Yaml, key: &str) -> Option<Hours> {
    let mut spans = Vec::new();
    let mut good = true;
    let written = items(yaml);
    for y in &written {
        let text = src.text(y, key, "08:00-17:00");
        if text == Some("closed") && written.len() == 1 {
            return Some(Hours::CLOSED.clone());
        }
        good &= text.is_some();
        for part in text
            .unwrap_or_default()
            .split(',')
            .filter(|_| text.is_some())
        {
            match Span::parse(part) {
                Ok(span) => {
                    doubts::span(src, y.at, span);
                    spans.push(span);
                }
                Err(fault) => {
                    good = false;
                    let (what, remedy) = no_span(part.trim(), fault);
                    src.error(y.at, what, remedy);
                }
            }
        }
    }
    if written.is_empty() {
        let remedy = "write `closed`, or hours like `08:00-17:00`";
        src.error(yaml.at, format!("`{key}` has no hours"), remedy);
        return None;
    }
    let hours = good.then(|| Hours::new(spans))?;
    if let Some((a, b)) = hours.overlap() {
        src.warn(yaml.at, format!("{a} and {b} overlap"), "write them as one");
    }
    Some(hours)
}

fn no_span(text: &str, fault: SpanFault) -> (String, String) {
    match fault {
        SpanFault::Form => (
            format!("`{text}` is not from one time of day to another"),
            match Span::parse(&with_colons(text)) {
                Ok(meant) => format!("did you mean `{meant}`?"),
                Err(_) => "write it like `08:00-17:00`".to_owned(),
            },
        ),
        SpanFault::NoSuchTime => (
            format!("`{text}` has a time that no clock shows"),
            "write it like `08:00-17:00`, from `00:00` to `24:00`".to_owned(),
        ),
        SpanFault::Empty => (
            format!("`{text}` ends when it begins"),
            "write `00:00-24:00` for the whole day, `closed` for none of it".to_owned(),
        ),
    }
}

/// `8-17`, `8.00-17.00` and `0800-1700` as they should be.
fn with_colons(text: &str) -> String {
    let times = text.split(['-', '–']).map(|time| {
        let time = time.trim().replace('.', ":");
        match time.split_at_checked(2) {
            Some((hour, minute)) if time.len() == 4 && !time.contains(':') => {
                format!("{hour}:{minute}")
            }
            Some(_) | None if time.contains(':') => time,
            Some(_) | None => format!("{time}:00"),
        }
    });
    let times: Vec<String> = times.collect();
    times.join("-")
}

fn season(src: &mut Source<'_>, yaml: &Yaml) -> Option<Season> {
    let like = "{ from: 06-15, to: 08-15, label: Summer hours, hours: { … } }";
    let mut fields = Fields::new(src, yaml, "a season", like)?;
    let from = fields.need(src, "from", "06-15");
    let from = from.and_then(|y| written(src, y, "from"));
    let to = fields.need(src, "to", "08-15");
    let place = to.map_or(yaml.at, |y| y.at);
    let to = to.and_then(|y| written(src, y, "to"));
    let label = label(src, &mut fields, "Summer hours");
    let week = fields.need(src, "hours", "{ mon-fri: 08:00-15:00 }");
    let week = week.and_then(|y| read_week(src, y));
    fields.finish(src);
    let dates = when::dates(src, place, from?, to?)?;
    Some(Season {
        label: label.unwrap_or_else(|| dates.to_string()),
        dates,
        week: week?,
    })
}

fn holiday(src: &mut Source<'_>, yaml: &Yaml) -> Option<Holiday> {
    let like = "{ date: 12-25, label: Christmas Day }";
    let mut fields = Fields::new(src, yaml, "a holiday", like)?;
    let keys = ["date", "easter", "weekday"];
    let days: Vec<(&str, At, &Yaml)> = keys
        .into_iter()
        .filter_map(|key| fields.take_with_key(key).map(|(at, y)| (key, at, y)))
        .collect();
    let rules: Vec<Option<DayRule>> = days.iter().map(|(k, _, y)| rule(src, k, y)).collect();
    let hours = match fields.take("hours") {
        Some(y) => read_hours(src, y, "hours"),
        None => Some(Hours::CLOSED.clone()),
    };
    let observed = |t: &str| match t {
        "next" => Some(Observed::Next),
        "nearest" => Some(Observed::Nearest),
        "no" => Some(Observed::No),
        _ => None,
    };
    let observed = match fields.take("observed") {
        Some(y) => src.value(y, "observed", "next` or `observed: nearest", observed),
        None => Some(Observed::No),
    };
    let label = label(src, &mut fields, "Christmas Day");
    let told = src.mistakes.len();
    fields.finish(src);
    if let [(first, ..), (second, at, _), ..] = days.as_slice() {
        let what = format!("a holiday has its day by `{first}` and by `{second}`");
        src.error(*at, what, "make two holidays of it");
        return None;
    }
    // A misspelled key is told as such.
    if days.is_empty() && src.mistakes.len() == told {
        let remedy = "add `date: 12-25`, `easter: 1` or `weekday: last mon of may`";
        src.error(yaml.at, "a holiday without its day", remedy);
    }
    let rule = rules.into_iter().next()??;
    Some(Holiday {
        rule,
        observed: observed?,
        hours: hours?,
        label: label.unwrap_or_else(|| rule.to_string()),
    })
}

fn rule(src: &mut Source<'_>, key: &str, yaml: &Yaml) -> Option<DayRule> {
    match key {
        "date" => Some(match written(src, yaml, "date")? {
            Written::Once(date) => DayRule::Once(date),
            Written::Yearly(date) => DayRule::Yearly(date),
        }),
        "easter" => when::easter(src, yaml),
        _ => when::weekday(src, yaml),
    }
}

fn closure(src: &mut Source<'_>, yaml: &Yaml) -> Option<Closure> {
    let like = "{ from: 2026-07-13, to: 2026-07-17, label: Summer break }";
    let mut fields = Fields::new(src, yaml, "a closure", like)?;
    let date = fields.take_with_key("date");
    let period = match date {
        Some((at, y)) => {
            let date = written(src, y, "date");
            let ends = ["from", "to"].map(|key| fields.take(key));
            if ends.iter().any(Option::is_some) {
                let what = "a closure has its days by `date` and by `from` and `to`";
                src.error(at, what, "keep one of them");
                None
            } else {
                date.and_then(|d| period(src, at, d.into(), d.into()))
            }
        }
        None => {
            let from = fields.need(src, "from", "2026-07-13");
            let from = from.and_then(|y| when::end(src, y, "from"));
            let to = fields.need(src, "to", "2026-07-17");
            let place = to.map_or(yaml.at, |y| y.at);
            let to = to.and_then(|y| when::end(src, y, "to"));
            from.zip(to).and_then(|(f, t)| period(src, place, f, t))
        }
    };
    let label = label(src, &mut fields, "Summer break");
    fields.finish(src);
    let period = period?;
    Some(Closure {
        label: label.unwrap_or_else(|| period.to_string()),
        period,
    })
}

fn label(src: &mut Source<'_>, fields: &mut Fields<'_>, like: &str) -> Option<String> {
    let yaml = fields.take("label")?;
    src.text(yaml, "label", like).map(str::to_owned)
}

impl From<Written> for Dates {
    /// That day alone.
    fn from(written: Written) -> Dates {
        match written {
            Written::Once(date) => Dates::Once {
                from: date,
                to: date,
            },
            Written::Yearly(date) => Dates::Yearly {
                from: date,
                to: date,
            },
        }
    }
}

#[cfg(test)]
mod tests;
