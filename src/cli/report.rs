//! `zeroline report`: what lines, queues and people came to.

use std::fmt::Write as _;
use std::time::Duration;

use clap::{Args, ValueEnum};
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use serde_json::json;

use crate::now::Wall;
use crate::record::facts::Containment;
use crate::statistics::spans::{self, Asked, Unit};
use crate::statistics::{Report, Rules, SurveyFigures, Waits};
use crate::store::report::{clean, clock, table};
use crate::store::{Reader, Span, StoreError};

/// More rows than that nobody reads.
const MOST_SPANS: usize = 1_000;
/// So many nodes are shown, those first where most callers were not served.
const MOST_NODES: usize = 20;

/// What the report is about.
#[derive(Clone, Debug, Default, Args, PartialEq)]
pub struct ReportArgs {
    /// From then on, like `2026-11-02`, `2026-11-02T08:00` or `7d` (ago) [default: today]
    #[arg(long, value_name = "TIME")]
    pub since: Option<String>,
    /// To before then, like --since [default: now]
    #[arg(long, value_name = "TIME")]
    pub until: Option<String>,
    /// One report for each of these
    #[arg(long, value_name = "UNIT")]
    pub by: Option<Slice>,
    /// As JSON, one object per span
    #[arg(long)]
    pub json: bool,
}

/// A unit of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Slice {
    /// Hour by hour
    Hour,
    /// Day by day
    Day,
    /// Week by week
    Week,
    /// Month by month
    Month,
}

impl From<Slice> for Unit {
    fn from(slice: Slice) -> Unit {
        match slice {
            Slice::Hour => Unit::Hour,
            Slice::Day => Unit::Day,
            Slice::Week => Unit::Week,
            Slice::Month => Unit::Month,
        }
    }
}

/// The spans of time that are asked for, by the clock of this zone.
///
/// # Errors
/// In words: a time that can not be read, an end before the start, or too many spans.
pub fn spans(asked: &ReportArgs, zone: &TimeZone, now: Wall) -> Result<Vec<Span>, String> {
    let asked = Asked {
        since: asked.since.as_deref(),
        until: asked.until.as_deref(),
        by: asked.by.map(Unit::from),
    };
    let named = |(field, what): (&str, String)| format!("--{field}: {what}");
    spans::spans(&asked, zone, now, MOST_SPANS).map_err(named)
}

fn zoned(at: Wall, zone: &TimeZone) -> Zoned {
    Timestamp::from_millisecond(at.unix_millis())
        .unwrap_or(Timestamp::UNIX_EPOCH)
        .to_zoned(zone.clone())
}

fn shown(at: &Zoned) -> String {
    at.strftime("%Y-%m-%d %H:%M").to_string()
}

/// The reports, ready to print.
///
/// # Errors
/// What the store says.
pub async fn run(
    reader: &Reader,
    asked: &ReportArgs,
    rules: &Rules,
    spans: &[Span],
    now: Wall,
) -> Result<String, StoreError> {
    let zone = TimeZone::system();
    let mut out = String::new();
    for (i, span) in spans.iter().enumerate() {
        let report = reader.statistics(rules, *span, now).await?;
        let (since, until) = (zoned(span.since, &zone), zoned(span.until, &zone));
        if asked.json {
            let json = json!({
                "since": since.timestamp().to_string(),
                "until": until.timestamp().to_string(),
                "report": report,
            });
            // Writing to a String can not fail.
            let _ = writeln!(out, "{json}");
            continue;
        }
        let gap = if i == 0 { "" } else { "\n" };
        let _ = writeln!(out, "{gap}{} to {}", shown(&since), shown(&until));
        text(&mut out, &report);
    }
    Ok(out)
}

/// One report for people.
pub fn text(out: &mut String, report: &Report) {
    if *report == Report::default() {
        out.push_str("nobody called, and nobody was there\n");
        return;
    }
    let parts = [
        lines(report),
        queues(report),
        agents(report),
        nodes(report),
        surveys(report),
        judged(report),
    ];
    for part in parts.iter().flatten() {
        out.push('\n');
        out.push_str(part);
    }
}

fn lines(report: &Report) -> Option<String> {
    let head = [
        "LINE",
        "CALLS",
        "SOLVED",
        "GAVE UP",
        "PERSON",
        "PROMISED",
        "HUNG UP",
        "CUT OFF",
        "PRESSED 0",
        "FORCED OUT",
        "FIRST TIME",
    ];
    let rows = report.lines.iter().map(|(name, l)| {
        let end = |end| l.ends.get(&end).copied().unwrap_or(0).to_string();
        [
            clean(name.as_str()),
            l.contacts.to_string(),
            end(Containment::Solved),
            end(Containment::GaveUp),
            end(Containment::ToPerson),
            end(Containment::Promised),
            end(Containment::Abandoned),
            end(Containment::CutOff),
            l.asked.to_string(),
            l.forced.to_string(),
            percent(l.resolution.rate()),
        ]
    });
    (!report.lines.is_empty()).then(|| table(&head, rows))
}

fn queues(report: &Report) -> Option<String> {
    let head = [
        "QUEUE", "CAME", "ANSWERED", "IN TIME", "AIM", "HUNG UP", "AT ONCE", "OVERFLOW",
        "PROMISED", "LEFT", "WAIT", "90 %", "LONGEST", "TALK", "AHT",
    ];
    let rows = report.queues.iter().map(|(name, q)| {
        let wait = |of: fn(&Waits) -> Option<Duration>| time(of(&q.waits));
        [
            clean(name.as_str()),
            q.entered.to_string(),
            q.answered.to_string(),
            percent(q.service_level()),
            format!("{} % in {}", q.aim.percent, clock(q.aim.within)),
            q.abandoned.to_string(),
            q.abandoned_short.to_string(),
            q.overflows().to_string(),
            q.promised.to_string(),
            q.left.to_string(),
            wait(Waits::mean),
            wait(|w| w.quantile(0.9)),
            wait(Waits::longest),
            clock(q.talked),
            time(q.handling()),
        ]
    });
    (!report.queues.is_empty()).then(|| table(&head, rows))
}

fn agents(report: &Report) -> Option<String> {
    let head = [
        "AGENT",
        "TALKS",
        "MISSED",
        "SIGNED IN",
        "READY",
        "TALK",
        "WRAP-UP",
        "PAUSED",
        "AHT",
        "OCCUPANCY",
    ];
    let rows = report.agents.iter().map(|(name, a)| {
        [
            clean(name.as_str()),
            a.talks.to_string(),
            a.missed.to_string(),
            clock(a.signed_in()),
            clock(a.ready),
            clock(a.talked),
            clock(a.wrapped),
            clock(a.paused.values().sum()),
            time(a.handling()),
            percent(a.occupancy()),
        ]
    });
    (!report.agents.is_empty()).then(|| table(&head, rows))
}

fn surveys(report: &Report) -> Option<String> {
    let head = ["SURVEY", "QUESTION", "ANSWERS", "MEAN", "OF"];
    let questions = report.surveys.iter().flat_map(|(survey, questions)| {
        let row = move |(question, q): (&String, &SurveyFigures)| {
            let [count, mean, range] = figures(q);
            let (survey, question) = (clean(survey.as_str()), clean(question));
            [survey, question, count, mean, range]
        };
        questions.iter().map(row)
    });
    (!report.surveys.is_empty()).then(|| table(&head, questions))
}

/// What callers said after their talks, and of whom.
fn judged(report: &Report) -> Option<String> {
    let head = [
        "TALKED WITH",
        "QUEUE",
        "SURVEY",
        "QUESTION",
        "ANSWERS",
        "MEAN",
        "OF",
    ];
    let rows = report.judged.iter().map(|j| {
        let [count, mean, range] = figures(&j.figures);
        let queue = j.queue.as_ref().map_or("-".into(), |q| clean(q.as_str()));
        [
            clean(j.agent.as_str()),
            queue,
            clean(j.survey.as_str()),
            clean(&j.question),
            count,
            mean,
            range,
        ]
    });
    (!report.judged.is_empty()).then(|| table(&head, rows))
}

/// How many answers, their mean, and what there is to answer.
fn figures(q: &SurveyFigures) -> [String; 3] {
    [
        q.count().to_string(),
        q.mean().map_or("-".to_owned(), |m| format!("{m:.1}")),
        format!("{} to {}", q.low, q.high),
    ]
}

fn nodes(report: &Report) -> Option<String> {
    let head = [
        "LINE",
        "NODE",
        "CAME",
        "AGAIN",
        "PRESSED 0",
        "HUNG UP",
        "FORCED OUT",
        "SILENCES",
        "WRONG KEYS",
        "FAULTS",
    ];
    let mut nodes: Vec<_> = report
        .lines
        .iter()
        .flat_map(|(line, l)| l.nodes.iter().map(move |(name, n)| (line, name, n)))
        .collect();
    nodes.sort_by_key(|(_, _, n)| std::cmp::Reverse(n.asked + n.gave_up + n.forced));
    let all = nodes.len();
    let rows = nodes.iter().take(MOST_NODES).map(|(line, name, n)| {
        [
            clean(line.as_str()),
            clean(name.as_str()),
            n.entered.to_string(),
            n.again.to_string(),
            n.asked.to_string(),
            n.gave_up.to_string(),
            n.forced.to_string(),
            n.silences.to_string(),
            n.wrong_keys.to_string(),
            n.faults.to_string(),
        ]
    });
    let mut told = table(&head, rows);
    if all > MOST_NODES {
        let _ = writeln!(told, "{} more nodes: --json shows all", all - MOST_NODES);
    }
    (all > 0).then_some(told)
}

fn percent(share: Option<f64>) -> String {
    share.map_or("-".to_owned(), |s| format!("{:.0} %", s * 100.0))
}

fn time(d: Option<Duration>) -> String {
    d.map_or("-".to_owned(), clock)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Wall {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let at = text
            .parse::<jiff::civil::DateTime>()
            .unwrap()
            .to_zoned(zone)
            .unwrap();
        Wall::from_unix_millis(at.timestamp().as_millisecond())
    }

    fn asked(since: &str, until: &str, by: Option<Slice>) -> Result<Vec<Span>, String> {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let some = |t: &str| (!t.is_empty()).then(|| t.to_owned());
        let asked = ReportArgs {
            since: some(since),
            until: some(until),
            by,
            json: false,
        };
        spans(&asked, &zone, at("2026-10-26T12:30"))
    }

    #[test]
    fn today_is_meant_unless_something_else_is_said() {
        let span = asked("", "", None).unwrap();
        assert_eq!(span[0].since, at("2026-10-26T00:00"));
        assert_eq!(span[0].until, at("2026-10-26T12:30"));
        let span = asked("7d", "2026-10-20T08:00", None).unwrap();
        assert_eq!(span[0].since, at("2026-10-19T00:00"));
        assert_eq!(span[0].until, at("2026-10-20T08:00"));
        let span = asked("90m", "", None).unwrap();
        assert_eq!(span[0].since, at("2026-10-26T11:00"));
    }

    #[test]
    fn a_day_with_25_hours_is_a_day() {
        let days = asked("2026-10-24", "2026-10-27", Some(Slice::Day)).unwrap();
        let starts: Vec<Wall> = days.iter().map(|s| s.since).collect();
        let want = ["2026-10-24T00:00", "2026-10-25T00:00", "2026-10-26T00:00"];
        assert_eq!(starts, want.map(at));
        assert_eq!(days[1].until, days[2].since);
        let hours = asked("2026-10-25", "2026-10-26", Some(Slice::Hour)).unwrap();
        assert_eq!(hours.len(), 25);
    }

    #[test]
    fn what_can_not_be_read_says_how_to_write_it() {
        let wrong = asked("yesterday", "", None).unwrap_err();
        assert!(wrong.contains("--since") && wrong.contains("7d"), "{wrong}");
        let wrong = asked("2026-10-26", "2026-10-25", None).unwrap_err();
        assert!(wrong.contains("exchange"), "{wrong}");
        let wrong = asked("2020-01-01", "", Some(Slice::Hour)).unwrap_err();
        assert!(wrong.contains("1000"), "{wrong}");
    }
}
