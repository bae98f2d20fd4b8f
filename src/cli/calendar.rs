//! `zeroline calendar`: what a caller meets at a time, on a day, or in a year.

use std::fmt::Write as _;
use std::sync::Arc;

use clap::Args;
use jiff::civil::{Date, DateTime};
use serde_json::Value;

use crate::menu::calendar::{
    Calendar, Moments, day_text, status_json, status_text, year_json, year_text,
};
use crate::menu::load::Lines;
use crate::now::Wall;
use crate::text::nearest;

/// What is asked about calendars.
#[derive(Clone, Debug, Default, Args, PartialEq)]
pub struct CalendarArgs {
    /// Which calendar; all without it
    pub name: Option<String>,
    /// A whole day from midnight to midnight, like 2026-12-24; the name may be left out before it
    #[arg(conflicts_with_all = ["at", "year"])]
    pub day: Option<Date>,
    /// At this time of the calendar's own clock, like 2026-12-24T17:59 [default: now]
    #[arg(long, value_name = "TIME", value_parser = local_time)]
    pub at: Option<DateTime>,
    /// A whole year: every day that is not as usual, and what may not be meant
    #[arg(long, value_name = "YEAR", conflicts_with = "at",
          value_parser = clap::value_parser!(i16).range(1583..=9998))]
    pub year: Option<i16>,
    /// As JSON, one object per line
    #[arg(long)]
    pub json: bool,
}

impl CalendarArgs {
    /// `zeroline calendar 2026-12-24`: the day in place of the name.
    fn understood(&self) -> Result<CalendarArgs, NoCalendar> {
        let day = self.name.as_deref().and_then(|n| n.parse::<Date>().ok());
        let (None, Some(day)) = (self.day, day) else {
            return Ok(self.clone());
        };
        if self.at.is_some() || self.year.is_some() {
            let what = "a day, `--at` and `--year` are three questions; ask one at a time";
            return Err(NoCalendar(what.to_owned()));
        }
        Ok(CalendarArgs {
            name: None,
            day: Some(day),
            ..self.clone()
        })
    }
}

/// There is nothing to answer from; ready to print.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NoCalendar(String);

/// The answer, ready to print. `now`: for a question without a time.
///
/// # Errors
/// No calendar has that name, there is none at all, or two questions are asked at once.
pub fn answer(lines: &Lines, asked: &CalendarArgs, now: Wall) -> Result<String, NoCalendar> {
    let mut out = String::new();
    let asked = &asked.understood()?;
    for (i, calendar) in chosen(lines, asked)?.into_iter().enumerate() {
        let gap = if i == 0 || asked.json { "" } else { "\n" };
        out.push_str(gap);
        if let Some(day) = asked.day {
            if asked.json {
                for (at, status) in calendar.day(day) {
                    json(&mut out, &status_json(calendar, at, &status));
                }
            } else {
                out.push_str(&day_text(calendar, day));
            }
            continue;
        }
        match (asked.year, asked.at) {
            (Some(year), _) if asked.json => json(&mut out, &year_json(&calendar.year(year))),
            (Some(year), _) => out.push_str(&year_text(&calendar.year(year))),
            (None, at) => moments(&mut out, calendar, at, now, asked.json),
        }
    }
    Ok(out)
}

fn json(out: &mut String, value: &Value) {
    let _ = writeln!(out, "{value}");
}

fn moments(out: &mut String, calendar: &Calendar, at: Option<DateTime>, now: Wall, as_json: bool) {
    let (note, moments) = match at.map(|at| calendar.moments(at)) {
        None => (None, vec![now]),
        Some(Moments::Once(at)) => (None, vec![at]),
        Some(Moments::Skipped(at)) => (
            Some("the clock is put forward and never shows this; the answer is for that moment"),
            vec![at],
        ),
        Some(Moments::Twice(first, second)) => (
            Some("the clock is put back and shows this twice"),
            vec![first, second],
        ),
    };
    for at in moments {
        let status = calendar.status(at);
        if as_json {
            json(out, &status_json(calendar, at, &status));
        } else {
            out.push_str(&status_text(calendar, at, &status));
        }
    }
    if let (Some(note), false) = (note, as_json) {
        let _ = writeln!(out, "  note   {note}");
    }
}

fn chosen<'l>(lines: &'l Lines, asked: &CalendarArgs) -> Result<Vec<&'l Calendar>, NoCalendar> {
    let all: Vec<&Calendar> = lines.calendars().values().map(Arc::as_ref).collect();
    if all.is_empty() {
        return Err(NoCalendar(
            "there is no calendar; write a file that begins with `calendar: office` into the \
             menus folder (--menus)"
                .to_owned(),
        ));
    }
    let Some(name) = &asked.name else {
        return Ok(all);
    };
    let names: Vec<&str> = all.iter().map(|c| c.name.as_str()).collect();
    let found = all.iter().find(|c| c.name.as_str() == name);
    found.map(|c| vec![*c]).ok_or_else(|| {
        let hint = match nearest(name, names.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("there are: {}", names.join(", ")),
        };
        NoCalendar(format!("no calendar `{name}`; {hint}"))
    })
}

fn local_time(text: &str) -> Result<DateTime, String> {
    let wrong = || "write it like 2026-12-24T17:59".to_owned();
    let (date, time) = text.trim().split_once(['T', 't', ' ']).ok_or_else(wrong)?;
    let digits = |t: &str| t.bytes().all(|b| b.is_ascii_digit() || b == b':');
    if !digits(time) {
        return Err(format!("{}, by the calendar's own clock", wrong()));
    }
    format!("{date}T{time}").parse().map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::menu::load::{Known, load_all};

    const SHOP: &str = "calendar: shop\nzone: Europe/Copenhagen\nhours: { mon-sun: 01:00-02:30 }\n";
    const OFFICE: &str =
        "calendar: office\nzone: America/New_York\nhours: { mon-fri: 09:00-17:00 }\n";

    fn ask(files: &[(&str, &str)], asked: &CalendarArgs) -> Result<String, String> {
        let lines = load_all(files.iter().copied(), &Known::default()).unwrap();
        let now = Wall::from_unix_millis(1_798_130_340_000); // 2026-12-24T16:39:00Z
        answer(&lines, asked, now).map_err(|e| e.to_string())
    }

    fn both(asked: &CalendarArgs) -> Result<String, String> {
        ask(&[("b", SHOP), ("a", OFFICE)], asked)
    }

    #[test]
    fn all_calendars_are_told_by_their_own_clocks() {
        let told = both(&CalendarArgs::default()).unwrap();
        assert_eq!(
            told,
            "office (America/New_York)\n\
             \x20 at     Thu 2026-12-24 11:39 EST\n\
             \x20 is     open\n\
             \x20 why    weekly hours: Thu 2026-12-24 09:00-17:00\n\
             \x20 until  Thu 2026-12-24 17:00 EST, in 5 h 21 min\n\
             \x20 again  Fri 2026-12-25 09:00 EST, in 21 h 21 min\n\
             \n\
             shop (Europe/Copenhagen)\n\
             \x20 at     Thu 2026-12-24 17:39 CET\n\
             \x20 is     closed\n\
             \x20 why    weekly hours: Thu 2026-12-24 01:00-02:30\n\
             \x20 until  Fri 2026-12-25 01:00 CET, in 7 h 21 min\n"
        );
        let at = Some("2026-12-24T12:00".parse().unwrap());
        let json = both(&CalendarArgs {
            at,
            json: true,
            ..CalendarArgs::default()
        });
        let json = json.unwrap();
        let values: Vec<Value> = json
            .lines()
            .map(|l| serde_json::from_str(l).unwrap())
            .collect();
        assert_eq!(values.len(), 2);
        assert_eq!(values[0]["at"], "2026-12-24T12:00:00-05:00");
        assert_eq!(values[1]["at"], "2026-12-24T12:00:00+01:00");
        let year = CalendarArgs {
            year: Some(2027),
            json: true,
            ..CalendarArgs::default()
        };
        assert_eq!(both(&year).unwrap().lines().count(), 2);
    }

    #[test]
    fn a_day_from_midnight_to_midnight() {
        let day = |name: &str, day: Option<&str>| CalendarArgs {
            name: Some(name.to_owned()),
            day: day.map(|d| d.parse().unwrap()),
            ..CalendarArgs::default()
        };
        // The night on which the clock is put back: half past two comes twice, and is open twice.
        let told = both(&day("shop", Some("2026-10-25"))).unwrap();
        assert_eq!(
            told,
            "shop (Europe/Copenhagen)\n\
             \x20 day    Sun 2026-10-25\n\
             \x20 00:00  closed  weekly hours: Sun 2026-10-25 01:00-02:30\n\
             \x20 01:00  open    weekly hours: Sun 2026-10-25 01:00-02:30\n\
             \x20 02:30  closed  weekly hours: Sun 2026-10-25 01:00-02:30\n\
             \x20 02:00  open    weekly hours: Sun 2026-10-25 01:00-02:30\n\
             \x20 02:30  closed  weekly hours: Sun 2026-10-25 01:00-02:30, \
             until Mon 2026-10-26 01:00 CET\n"
        );
        let all = both(&day("2026-12-24", None)).unwrap();
        assert!(
            all.contains("  day    Thu 2026-12-24\n  00:00  closed"),
            "{all}"
        );
        assert_eq!(all.matches("  day  ").count(), 2, "{all}");
        let asked = CalendarArgs {
            year: Some(2027),
            ..day("2026-12-24", None)
        };
        assert!(both(&asked).unwrap_err().contains("one at a time"));
    }

    #[test]
    fn a_time_that_comes_twice_and_one_that_does_not_come() {
        let at = |at: &str| CalendarArgs {
            name: Some("shop".to_owned()),
            at: Some(at.parse().unwrap()),
            ..CalendarArgs::default()
        };
        assert_eq!(
            both(&at("2026-10-25T02:45")).unwrap(),
            "shop (Europe/Copenhagen)\n\
             \x20 at     Sun 2026-10-25 02:45 CEST\n\
             \x20 is     closed\n\
             \x20 why    weekly hours: Sun 2026-10-25 01:00-02:30\n\
             \x20 until  Sun 2026-10-25 02:00 CET, in 15 min\n\
             shop (Europe/Copenhagen)\n\
             \x20 at     Sun 2026-10-25 02:45 CET\n\
             \x20 is     closed\n\
             \x20 why    weekly hours: Sun 2026-10-25 01:00-02:30\n\
             \x20 until  Mon 2026-10-26 01:00 CET, in 22 h 15 min\n\
             \x20 note   the clock is put back and shows this twice\n"
        );
        let told = both(&at("2026-03-29T02:15")).unwrap();
        assert!(told.contains("at     Sun 2026-03-29 03:00 CEST"), "{told}");
        assert!(told.contains("never shows this"), "{told}");
    }

    #[test]
    fn calendars_that_are_not_there() {
        let named = |name: &str| CalendarArgs {
            name: Some(name.to_owned()),
            ..CalendarArgs::default()
        };
        let told = |name: &str| both(&named(name)).unwrap_err();
        assert_eq!(told("ofice"), "no calendar `ofice`; did you mean `office`?");
        assert_eq!(told("xyz"), "no calendar `xyz`; there are: office, shop");
        let none = ask(&[], &CalendarArgs::default()).unwrap_err();
        assert!(none.contains("`calendar: office`"), "{none}");
    }

    #[test]
    fn times_as_they_are_written() {
        for good in [
            "2026-12-24T17:59",
            "2026-12-24 17:59",
            "2026-12-24T17:59:30",
        ] {
            assert!(local_time(good).is_ok(), "{good}");
        }
        for wrong in [
            "",
            "17:59",
            "2026-12-24",
            "2026-02-30T10:00",
            "2026-12-24T17:59Z",
            "2026-12-24T17:59+01:00",
            "2026-12-24T25:00",
        ] {
            assert!(local_time(wrong).is_err(), "{wrong}");
        }
    }
}
