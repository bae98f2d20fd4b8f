//! What lines, queues and people came to in spans of time: the figures of `zeroline report`.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use jiff::tz::TimeZone;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};

use super::agents::{speaks_for, unknown};
use crate::api::Api;
use crate::api::fields::{Fields, Parsed, Query, choice, text};
use crate::api::problem::{Answer, Problem};
use crate::api::view::state_of;
use crate::api::who::{Right, Who};
use crate::ids::AgentId;
use crate::live::stamp;
use crate::statistics::Report;
use crate::statistics::spans::{self, Span, Unit};
use crate::task::{board, clock};

/// More spans than that are asked for by parts.
const MOST: usize = 400;
/// So many changes of an agent are shown.
const CHANGES: u32 = 5_000;

/// Which time.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code, reason = "it is read field by field; this is its schema")]
pub struct Asked {
    /// From then on: `2026-11-02`, `2026-11-02T08:00`, or `7d` (ago); without it today.
    since: Option<String>,
    /// To before then, likewise; without it now.
    until: Option<String>,
    /// One report for each `quarter` (of an hour), `hour`, `day`, `week` or `month`.
    by: Option<String>,
    /// By the clock of this zone: `Europe/Copenhagen`; without it that of the server's machine.
    zone: Option<String>,
}

/// Which figures.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code, reason = "it is read field by field; this is its schema")]
pub struct Part {
    /// CSV of this part in place of JSON of all: `lines`, `queues`, `agents`, `surveys` or `judged`.
    csv: Option<String>,
}

/// The figures of one span.
#[derive(Debug, Serialize, ToSchema)]
pub struct StatisticsView {
    /// From then on (RFC 3339).
    since: String,
    /// To before then.
    until: String,
    /// By name: `lines`, `queues`, `agents`, `surveys`, `judged`; as `zeroline report --json` has them.
    #[schema(value_type = Object)]
    report: Value,
}

/// The spans that are asked for, their unit, and by whose clock; `usual`: without a unit this one.
pub(super) fn spans_of(
    asked: &mut Fields,
    most: usize,
    usual: Option<Unit>,
) -> Option<(Vec<Span>, Option<Unit>, TimeZone)> {
    let units = ["quarter", "hour", "day", "week", "month"];
    let unit = |word: &str| {
        Some(match word {
            "quarter" => Unit::Quarter,
            "hour" => Unit::Hour,
            "day" => Unit::Day,
            "week" => Unit::Week,
            "month" => Unit::Month,
            _ => return None,
        })
    };
    let since = asked.opt("since", text(1, 40, false));
    let until = asked.opt("until", text(1, 40, false));
    let by = asked.opt("by", choice(&units, unit)).or(usual);
    let zone = asked.opt("zone", zone).unwrap_or_else(TimeZone::system);
    let wanted = spans::Asked {
        since: since.as_deref(),
        until: until.as_deref(),
        by,
    };
    match spans::spans(&wanted, &zone, clock::now().wall, most) {
        Ok(spans) => Some((spans, by, zone)),
        Err((field, what)) => {
            asked.tell(field, "does not fit", what);
            None
        }
    }
}

fn zone(v: &Value) -> Parsed<TimeZone> {
    let name = v.as_str().unwrap_or_default();
    TimeZone::get(name).map_err(|_| "write a time zone like `Europe/Copenhagen`".to_owned())
}

/// What lines, queues and people came to
///
/// A contact counts where it began. Agents see themself and their queues.
#[utoipa::path(get, path = "/statistics", tag = "statistics", params(Asked, Part),
    responses((status = 200, body = Vec<StatisticsView>), (status = 422, body = Problem)))]
pub async fn show(State(api): State<Api>, who: Who, Query(mut asked): Query) -> Answer<Response> {
    let parts = ["lines", "queues", "agents", "surveys", "judged"];
    let part = |word: &str| parts.iter().find(|p| **p == word).copied();
    let csv = asked.opt("csv", choice(&parts, part));
    let spans = spans_of(&mut asked, MOST, None);
    let (spans, ..) = asked.finish(spans)?;
    // The record is written behind the calls.
    api.store.flush().await?;
    let (rules, now) = (board::rules(&api.config()), clock::now().wall);
    let mut told = Vec::with_capacity(spans.len());
    for span in spans {
        let report = api.reader.statistics(&rules, span, now).await?;
        let report = seen(&api, &who, report);
        told.push(StatisticsView {
            since: stamp(span.since),
            until: stamp(span.until),
            report: json!(report),
        });
    }
    Ok(match csv {
        None => Json(told).into_response(),
        Some(part) => {
            let name = format!("attachment; filename=\"{part}.csv\"");
            let head = [
                (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
                (header::CONTENT_DISPOSITION, name),
            ];
            (head, table(&told, part)).into_response()
        }
    })
}

/// What this viewer may see of it.
fn seen(api: &Api, who: &Who, mut report: Report) -> Report {
    if who.may(Right::SeeAll) {
        return report;
    }
    let agent = who.agent.clone().unwrap_or_else(|| AgentId::new(""));
    let queues = api.queues_of(&agent);
    report.agents.retain(|name, _| *name == agent);
    report.queues.retain(|name, _| queues.contains(name));
    report.lines.clear();
    report.surveys.clear();
    report.judged.clear();
    report
}

/// What a line is about, and its cells by the names of their columns.
type Row = (Vec<String>, Vec<(String, String)>);

/// One line per span and name, one column per figure (RFC 4180). A figure within a figure is named
/// with a dot: `wait.mean_ms`.
fn table(told: &[StatisticsView], part: &str) -> String {
    let mut rows: Vec<Row> = Vec::new();
    let mut columns: Vec<String> = Vec::new();
    for view in told {
        // By agent; whose queue and which question are columns.
        for figures in view.report[part].as_array().into_iter().flatten() {
            let name = figures["agent"].as_str().unwrap_or_default().to_owned();
            let mut cells = Vec::new();
            flatten("", figures, &mut cells);
            cells.retain(|(column, _)| column != "agent");
            note(&mut columns, &cells);
            rows.push((vec![view.since.clone(), view.until.clone(), name], cells));
        }
        for (name, figures) in view.report[part].as_object().into_iter().flatten() {
            let key = vec![view.since.clone(), view.until.clone(), name.clone()];
            let cells = match part {
                // By question below the survey.
                "surveys" => {
                    for (question, figures) in figures.as_object().into_iter().flatten() {
                        let mut cells = vec![("question".to_owned(), question.clone())];
                        flatten("", figures, &mut cells);
                        note(&mut columns, &cells);
                        rows.push((key.clone(), cells));
                    }
                    continue;
                }
                _ => {
                    let mut cells = Vec::new();
                    flatten("", figures, &mut cells);
                    cells
                }
            };
            note(&mut columns, &cells);
            rows.push((key, cells));
        }
    }
    let mut out = String::new();
    let head = ["since", "until", "name"].map(str::to_owned);
    line(&mut out, head.iter().chain(&columns));
    for (key, cells) in rows {
        let none = String::new();
        let cell = |column: &String| {
            let found = cells.iter().find(|(name, _)| name == column);
            found.map_or(&none, |(_, cell)| cell)
        };
        line(&mut out, key.iter().chain(columns.iter().map(cell)));
    }
    out
}

fn note(columns: &mut Vec<String>, cells: &[(String, String)]) {
    for (name, _) in cells {
        if !columns.contains(name) {
            columns.push(name.clone());
        }
    }
}

fn flatten(under: &str, value: &Value, cells: &mut Vec<(String, String)>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                let name = match under {
                    "" => name.clone(),
                    under => format!("{under}.{name}"),
                };
                flatten(&name, value, cells);
            }
        }
        Value::Null => cells.push((under.to_owned(), String::new())),
        Value::String(text) => cells.push((under.to_owned(), text.clone())),
        other => cells.push((under.to_owned(), other.to_string())),
    }
}

fn line<'a>(out: &mut String, cells: impl Iterator<Item = &'a String>) {
    let quoted = cells.map(|cell| {
        // What a spreadsheet would take for a formula is text.
        let cell = match cell.starts_with(['=', '+', '@'])
            || (cell.starts_with('-') && cell.parse::<f64>().is_err())
        {
            true => format!("'{cell}"),
            false => cell.clone(),
        };
        match cell.contains(['"', ',', '\r', '\n']) {
            true => format!("\"{}\"", cell.replace('"', "\"\"")),
            false => cell,
        }
    });
    out.push_str(&quoted.collect::<Vec<_>>().join(","));
    out.push_str("\r\n");
}

/// What an agent did, and for how long.
#[derive(Debug, Serialize, ToSchema)]
pub struct StateView {
    /// Since then (RFC 3339).
    at: String,
    /// `offline`, `ready`, `paused`, `offered`, `talking`, `engaged`, `wrap_up` or `missed`.
    state: &'static str,
    /// Why they paused.
    reason: Option<String>,
    /// For so long, as far as it is in the span.
    lasted_ms: i64,
}

/// What an agent did when
///
/// At most 5000 changes, the oldest first. `by` is of no use here.
#[utoipa::path(get, path = "/agents/{agent}/states", tag = "statistics",
    params(("agent" = String, Path), Asked),
    responses((status = 200, body = Vec<StateView>), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 422, body = Problem)))]
pub async fn states(
    State(api): State<Api>,
    who: Who,
    Path(agent): Path<String>,
    Query(mut asked): Query,
) -> Answer<Json<Vec<StateView>>> {
    let agent = AgentId::new(agent);
    if !who.may(Right::SeeAll) {
        speaks_for(&who, &agent)?;
    }
    if api.agent(&agent).is_none() {
        return Err(unknown(&agent));
    }
    let spans = spans_of(&mut asked, 1, None);
    let (spans, ..) = asked.finish(spans)?;
    api.store.flush().await?;
    let mut told = Vec::new();
    for span in spans {
        let changes = api.reader.agent_states(&agent, span, CHANGES).await?;
        let ends = changes.iter().skip(1).map(|c| c.at).chain([span.until]);
        for (change, end) in changes.iter().zip(ends) {
            let since = change.at.max(span.since);
            let (state, reason) = state_of(&change.state);
            told.push(StateView {
                at: stamp(since),
                state,
                reason,
                lasted_ms: (end.unix_millis() - since.unix_millis()).max(0),
            });
        }
    }
    Ok(Json(told))
}
