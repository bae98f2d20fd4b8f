//! Menu files are put to use: all of them or none, whoever waits for it.

use std::path::PathBuf;
use std::time::Duration;

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use tokio::sync::oneshot;
use tokio::time::timeout;

use super::PublishedView;
use crate::api::Api;
use crate::api::problem::{Answer, FieldProblem, Problem};
use crate::api::routes::drafts::{checked, read, tag};
use crate::api::routes::lines::{LONGEST, ask_for_reading, mistake, reading};
use crate::api::routes::tagged;
use crate::api::who::Who;
use crate::observe::drafts::{DraftMistake, MenuFile};
use crate::observe::menus::Refused;
use crate::store::menus::NewMenuVersion;
use crate::task::clock;
use crate::task::menu_files::{self, Fixed};

/// So long it is waited for others who publish.
const TURN: Duration = Duration::from_secs(20);
/// So long the server may read them, with all that must be spoken, before nobody looks any more.
const AT_LAST: Duration = Duration::from_secs(30 * 60);

/// What is asked for.
pub(super) struct Wanted {
    /// All files.
    pub files: Vec<MenuFile>,
    /// Why, in a few words.
    pub note: String,
    /// What the files in the folder must be.
    pub condition: Option<String>,
}

/// Files that are in the folder now, and those that were.
struct Written {
    dir: PathBuf,
    before: Vec<MenuFile>,
    files: Vec<MenuFile>,
    changed: Vec<String>,
    note: String,
}

/// Puts them to use.
///
/// # Errors
/// Why not; then nothing has changed.
pub(super) async fn apply(api: Api, who: Who, wanted: Wanted) -> Answer<Response> {
    let (answer, answered) = oneshot::channel();
    // A page that goes away, or the time limit of requests, must not end this half-way.
    tokio::spawn(async move {
        let Ok(_alone) = timeout(TURN, api.publishing.lock()).await else {
            let problem = Problem::unavailable("other menus are being put to use")
                .remedy("look at what they came to, and publish again");
            return drop(answer.send(Err(problem)));
        };
        if answer.is_closed() {
            return;
        }
        let written = match write(&api, wanted).await {
            Ok(written) => written,
            Err(problem) => return drop(answer.send(Err(problem))),
        };
        let number = ask_for_reading(&api);
        let read = reading(&api, number, LONGEST).await;
        if let Some(why) = read.as_ref().and_then(|told| told.refused.as_ref()) {
            // A voice that can not be had shows only now.
            let undone = put_back(written).await;
            return drop(answer.send(Err(undone.err().unwrap_or_else(|| not_read(why)))));
        }
        let version = match keep(&api, &who, &written).await {
            Ok(version) => version,
            Err(problem) => {
                // What nobody is known to have done must not be in use.
                let undone = put_back(written).await;
                ask_for_reading(&api);
                return drop(answer.send(Err(undone.err().unwrap_or(problem))));
            }
        };
        let (status, menus) = match &read {
            Some(told) => (StatusCode::OK, told.clone()),
            None => (StatusCode::ACCEPTED, api.menus.told()),
        };
        let view = Json(PublishedView { version, menus });
        let response = (status, tagged(&tag(&written.files), view)).into_response();
        // Nobody may wait any more.
        let _ = answer.send(Ok(response));
        if read.is_none() {
            let told = reading(&api, number, AT_LAST).await;
            if told.is_none_or(|t| t.refused.is_some()) {
                tracing::error!(
                    version,
                    "published menus were refused; those before are put back"
                );
                let _ = put_back(written).await; // the log tells why not
            }
        }
    });
    answered.await.unwrap_or_else(|_| Err(Problem::internal()))
}

/// Checks and writes them; what was there before is kept.
async fn write(api: &Api, wanted: Wanted) -> Answer<Written> {
    let Wanted {
        files,
        note,
        condition,
    } = wanted;
    let before = read(api).await?;
    let dir = folder(api, before.fixed)?;
    let was = tag(&before.files);
    if condition.is_some_and(|wanted| wanted != was) {
        return Err(Problem::meanwhile("the menu files"));
    }
    if was == tag(&files) {
        return Err(Problem::wrong_state("nothing was changed"));
    }
    let draft = checked(api, files.clone()).await?;
    if !draft.ok {
        let wrong = draft.mistakes.iter().filter(|m| m.refused).map(told);
        return Err(refused(wrong.collect()));
    }
    let found = NewMenuVersion {
        note: String::new(),
        hash: was,
        changed: Vec::new(),
        files: json(&before.files),
    };
    let now = clock::now().wall;
    api.store.keep_menus(found, now, None).await?;
    put(dir.clone(), before.files.clone(), files.clone()).await?;
    Ok(Written {
        dir,
        changed: changed(&before.files, &files),
        before: before.files,
        files,
        note,
    })
}

/// The folder is as the menus in use are.
async fn put_back(written: Written) -> Answer<()> {
    put(written.dir, written.files, written.before).await
}

async fn keep(api: &Api, who: &Who, written: &Written) -> Answer<i64> {
    let mut deed = who.deed("menus.publish", "menus");
    deed.detail = Some(written.changed.join(", "));
    let new = NewMenuVersion {
        note: written.note.clone(),
        hash: tag(&written.files),
        changed: written.changed.clone(),
        files: json(&written.files),
    };
    let now = clock::now().wall;
    Ok(api.store.keep_menus(new, now, Some(deed)).await?)
}

fn not_read(why: &Refused) -> Problem {
    refused(why.mistakes.iter().map(|m| mistake(m)).collect())
}

/// Where they are written.
fn folder(api: &Api, fixed: Option<Fixed>) -> Answer<PathBuf> {
    match (fixed, &api.config().lines.dir) {
        (None, Some(dir)) => Ok(dir.clone()),
        (Some(Fixed::ReadOnly), Some(_)) => Err(Problem::wrong_state(
            "the server may not write into the folder of the menus",
        )
        .remedy("give its user the right to, or change the files there and read them again")),
        (_, None) | (Some(Fixed::BuiltIn), Some(_)) => Err(Problem::wrong_state(
            "the menus in use are part of the program",
        )
        .remedy("copy them into a folder, name it as lines.dir, and start the server again")),
    }
}

fn json(files: &[MenuFile]) -> String {
    serde_json::to_string(files).unwrap_or_default() // text only
}

fn refused(mistakes: Vec<FieldProblem>) -> Problem {
    Problem {
        title: "the menus were not published".to_owned(),
        remedy: Some("mend them; nothing has changed".to_owned()),
        ..Problem::fields(mistakes)
    }
}

fn told(m: &DraftMistake) -> FieldProblem {
    let place = match &m.file {
        Some(file) => format!("{file}:{}:{}: ", m.line, m.column),
        None => String::new(),
    };
    let call = m.call.as_ref();
    let call = call.map_or(String::new(), |c| format!("; the call: {}", c.words));
    FieldProblem {
        field: String::new(),
        what: format!("{place}{}{call}", m.what),
        remedy: m.remedy.clone(),
    }
}

/// Names of files that are new, other than before, or gone.
fn changed(before: &[MenuFile], after: &[MenuFile]) -> Vec<String> {
    let new = after.iter().filter(|f| !before.contains(f));
    let gone = before
        .iter()
        .filter(|f| !after.iter().any(|a| a.file == f.file));
    let mut names: Vec<String> = new.chain(gone).map(|f| f.file.clone()).collect();
    names.sort();
    names
}

/// Writes them, all or none.
async fn put(dir: PathBuf, before: Vec<MenuFile>, after: Vec<MenuFile>) -> Answer<()> {
    let written = tokio::task::spawn_blocking(move || {
        menu_files::write(&dir, &before, &after).inspect_err(|_| {
            // Half of two versions is neither, and the next start may refuse it.
            if let Err(e) = menu_files::write(&dir, &after, &before) {
                tracing::error!(error = %e, "the menu files before could not be written back");
            }
        })
    });
    match written.await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(e)) => {
            tracing::error!(error = %e, "the menu files could not be written");
            Err(Problem::unavailable("the menu files could not be written")
                .remedy("the version before is kept; the server's log tells what is wrong"))
        }
        Err(_) => Err(Problem::internal()),
    }
}
