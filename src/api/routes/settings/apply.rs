//! A changed settings file is put to use, or nothing is changed.

use std::path::PathBuf;
use std::time::Duration;

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value};
use tokio::sync::oneshot;
use tokio::time::timeout;
use tracing::error;

use super::SettingsView;
use crate::api::Api;
use crate::api::problem::{Answer, FieldProblem, Problem};
use crate::api::routes::lines::{LONGEST, ask_for_reading, mistake, reading};
use crate::api::routes::{etag, tagged};
use crate::api::secret::digest;
use crate::api::who::Who;
use crate::config::edit::{self, EditError, Edited, Section};
use crate::task::settings::{self, Wrong};

/// So long it is waited for others who change something.
const TURN: Duration = Duration::from_secs(20);
/// So long the server may read it, with all that must be spoken, before nobody looks any more.
const AT_LAST: Duration = Duration::from_secs(30 * 60);

/// What is asked for.
pub(super) struct Change {
    /// Of which entries.
    pub section: Section,
    /// Which one.
    pub name: String,
    /// What is other about it; `None`: it goes.
    pub fields: Option<Map<String, Value>>,
    /// What the file must be.
    pub condition: Option<String>,
    /// Only says what would be wrong.
    pub check: bool,
}

/// A file that is other now.
struct Written {
    path: PathBuf,
    before: Option<String>,
    text: String,
}

/// Stands for all that is in the file.
pub(super) fn tag(text: Option<&str>) -> String {
    etag(digest(text.unwrap_or_default()))
}

/// Puts it to use.
///
/// # Errors
/// Why not; then nothing has changed.
pub(super) async fn apply(api: Api, who: Who, change: Change) -> Answer<Response> {
    let (answer, answered) = oneshot::channel();
    // A page that goes away, or the time limit of requests, must not end this half-way.
    tokio::spawn(async move {
        let Ok(_alone) = timeout(TURN, api.publishing.lock()).await else {
            let problem = Problem::unavailable("settings or menus are being put to use")
                .remedy("look at what they came to, and try again");
            return drop(answer.send(Err(problem)));
        };
        if answer.is_closed() {
            return;
        }
        let written = match write(&api, &who, &change).await {
            Ok(Some(written)) => written,
            Ok(None) => {
                let view = SettingsView::of(&api).await;
                return drop(answer.send(view.map(|(tag, v)| tagged(&tag, Json(v)))));
            }
            Err(problem) => return drop(answer.send(Err(problem))),
        };
        let number = ask_for_reading(&api);
        let read = reading(&api, number, LONGEST).await;
        if let Some(refused) = read.as_ref().and_then(|told| told.refused.as_ref()) {
            let problem = refused_by(refused.mistakes.iter().map(|m| mistake(m)).collect());
            let undone = put_back(written).await;
            return drop(answer.send(Err(undone.err().unwrap_or(problem))));
        }
        let status = match &read {
            Some(_) => StatusCode::OK,
            None => StatusCode::ACCEPTED,
        };
        let view = SettingsView::of(&api).await;
        let response = view.map(|(tag, v)| (status, tagged(&tag, Json(v))).into_response());
        // Nobody may wait any more.
        let _ = answer.send(response);
        if read.is_none() {
            let told = reading(&api, number, AT_LAST).await;
            if told.is_none_or(|t| t.refused.is_some()) {
                error!("changed settings were refused; those before are put back");
                let _ = put_back(written).await; // the log tells why not
            }
        }
    });
    answered.await.unwrap_or_else(|_| Err(Problem::internal()))
}

/// Checks the file as it would be, and writes it, unless it is only to be checked.
async fn write(api: &Api, who: &Who, change: &Change) -> Answer<Option<Written>> {
    let section = change.section;
    if let Some(place) = api.file.0.elsewhere(section.as_str()) {
        let what = format!("{} are set by {place} as well", section.as_str());
        return Err(Problem::wrong_state(what).remedy(
            "change them there and start the server again, or write them in the file alone",
        ));
    }
    let path = api.file.0.path();
    let before = read(path.clone()).await?;
    if change
        .condition
        .as_ref()
        .is_some_and(|tag| *tag != self::tag(before.as_deref()))
    {
        return Err(Problem::meanwhile("the settings file"));
    }
    let text = before.clone().unwrap_or_default();
    let (text, at, deed) = match &change.fields {
        Some(fields) => {
            let edited = edit::put(&text, section, &change.name, fields);
            let Edited { text, at, new } = edited.map_err(|e| not_here(&e, change))?;
            let deed = if new { "create" } else { "change" };
            (text, Some(at), deed)
        }
        None => {
            let edited = edit::remove(&text, section, &change.name);
            (edited.map_err(|e| not_here(&e, change))?, None, "remove")
        }
    };
    let judge = api.file.clone();
    let (judged, entry) = (
        text.clone(),
        at.map(|at| format!("{}[{at}]", section.as_str())),
    );
    let wrong = tokio::task::spawn_blocking(move || judge.0.check(&judged));
    let wrong = wrong.await.map_err(|_| Problem::internal())?;
    if !wrong.is_empty() {
        let told = wrong.into_iter().map(|w| told(w, entry.as_deref(), &text));
        return Err(refused_by(told.collect()));
    }
    if change.check {
        return Ok(None);
    }
    let target = format!("{} {}", section.one(), change.name.escape_default());
    let mut deed = who.deed(&format!("settings.{deed}"), target);
    // Which fields, and nothing of what is in them.
    let fields = change.fields.iter().flat_map(Map::keys);
    let fields: Vec<&str> = fields.map(String::as_str).collect();
    deed.detail = (!fields.is_empty()).then(|| fields.join(", "));
    api.store.audit(deed).await?;
    let written = Written { path, before, text };
    put(&written).await?;
    Ok(Some(written))
}

/// What is wrong, at its field where it is one of the entry's.
fn told(wrong: Wrong, entry: Option<&str>, text: &str) -> FieldProblem {
    let own = entry.and_then(|entry| wrong.key.strip_prefix(entry)?.strip_prefix('.'));
    let field = own.map(|key| key.split('[').next().unwrap_or(key));
    let what = match (field, wrong.key.as_str()) {
        (Some(_), _) => wrong.what,
        // Of a menu: the place is enough, its editor shows the text.
        (None, "") => wrong.what.lines().next().unwrap_or_default().to_owned(),
        (None, key) => {
            let named = edit::by_name(text, key);
            format!("{}: {}", named.as_deref().unwrap_or(key), wrong.what)
        }
    };
    FieldProblem {
        field: field.unwrap_or_default().to_owned(),
        what,
        remedy: wrong.remedy,
    }
}

fn refused_by(mistakes: Vec<FieldProblem>) -> Problem {
    Problem {
        title: "the settings were not changed".to_owned(),
        remedy: Some("mend what is told; nothing has changed".to_owned()),
        ..Problem::fields(mistakes)
    }
}

fn not_here(e: &EditError, change: &Change) -> Problem {
    let name = change.name.escape_default();
    match e {
        EditError::Unknown => Problem::not_found(
            format!(
                "there is no {} `{name}` in the settings file",
                change.section.one()
            ),
            "GET /api/v1/settings lists those that there are",
        ),
        EditError::Range(_) => Problem::wrong_state(format!("{name} {e}"))
            .remedy("change the range in the file, or write its agents one by one there"),
        EditError::Syntax(_) | EditError::Form(_) => {
            Problem::wrong_state(e.to_string()).remedy("mend it in the file, and read it anew")
        }
    }
}

pub(super) async fn read(path: PathBuf) -> Answer<Option<String>> {
    let read = tokio::task::spawn_blocking(move || settings::read(&path));
    let read = read.await.map_err(|_| Problem::internal())?;
    read.map_err(|e| {
        error!(error = %e, "the settings file could not be read");
        Problem::unavailable("the settings file can not be read now")
            .remedy("make it readable for the server; its log tells what is wrong")
    })
}

async fn put(written: &Written) -> Answer<()> {
    let (path, text) = (written.path.clone(), written.text.clone());
    let done = tokio::task::spawn_blocking(move || settings::write(&path, &text));
    done.await.map_err(|_| Problem::internal())?.map_err(|e| {
        error!(error = %e, "the settings file could not be written");
        let what = format!("the server may not write `{}`: {e}", written.path.display());
        Problem::wrong_state(what).remedy(
            "give its user the right to write the file and its folder, or change the file there and \
             read it anew",
        )
    })
}

/// The file is as the settings in use are.
async fn put_back(written: Written) -> Answer<()> {
    let done = tokio::task::spawn_blocking(move || {
        settings::write_back(&written.path, written.before.as_deref())
    });
    done.await.map_err(|_| Problem::internal())?.map_err(|e| {
        error!(error = %e, "the settings file before could not be written back");
        Problem::internal()
    })
}
