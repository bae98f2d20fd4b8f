//! Recordings of talks: listening to one is in the audit trail, and so is that it was removed.

use axum::Json;
use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::Value;
use tower_http::services::ServeFile;
use utoipa::{IntoParams, ToSchema};

use crate::api::Api;
use crate::api::fields::{Query, limit, name, number, parsed};
use crate::api::problem::{Answer, Problem};
use crate::api::view::Page;
use crate::api::who::{Right, Who};
use crate::ids::{AgentId, ContactId, QueueName};
use crate::live::stamp;
use crate::record::taping::TapedBy;
use crate::store::recordings::{TalkFilter, TalkRow};
use crate::task::tapes::TapeNow;

/// A recording.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RecordingView {
    /// Its number.
    recording: i64,
    /// Of which contact.
    contact: String,
    /// In which queue.
    queue: Option<String>,
    /// Who talked with the caller.
    agent: Option<String>,
    /// `told`: the caller heard that the talk is recorded; `agreed`: was asked, and agreed;
    /// `unknown`: a lost server left it.
    consent: String,
    /// `wav`: two channels, the caller left and the agent right, 8 kHz, 16 bits.
    format: String,
    /// When it began (RFC 3339).
    began: String,
    /// How long it is; none: it goes on.
    length_ms: Option<u64>,
    /// Parts in which nothing is heard: `from_ms`, `to_ms`, and `why`: `held`, `transfer`, `paused`.
    pauses: Vec<Value>,
    /// Packets that are missing, of 20 ms by most.
    lost_packets: u64,
    /// Why it ended before the talk.
    fault: Option<String>,
    /// SHA-256 of the file.
    sha256: Option<String>,
    /// Since when the file is gone (RFC 3339).
    deleted: Option<String>,
    /// By `retention`, or by whom.
    deleted_by: Option<String>,
}

impl From<TalkRow> for RecordingView {
    fn from(r: TalkRow) -> RecordingView {
        let pauses = r.pauses.iter();
        RecordingView {
            recording: r.id,
            contact: r.contact.to_string(),
            queue: r.queue.as_ref().map(ToString::to_string),
            agent: r.agent.as_ref().map(ToString::to_string),
            consent: r.consent,
            format: "wav".to_owned(),
            began: stamp(r.began),
            length_ms: r
                .length
                .map(|d| u64::try_from(d.as_millis()).unwrap_or(u64::MAX)),
            pauses: pauses
                .map(|p| serde_json::to_value(p).unwrap_or_default())
                .collect(),
            lost_packets: r.lost,
            fault: r.fault,
            sha256: r.sha256,
            deleted: r.deleted.map(stamp),
            deleted_by: r.deleted_by,
        }
    }
}

/// The recording of a talk that goes on.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RecordingNow {
    /// Of which contact.
    contact: String,
    /// Who talks with the caller.
    agent: String,
    /// Nothing is recorded at present.
    paused: bool,
}

/// Which recordings.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code, reason = "it is read field by field; this is its schema")]
pub struct Asked {
    /// Of this contact.
    contact: Option<String>,
    /// Of this queue.
    queue: Option<String>,
    /// With this agent.
    agent: Option<String>,
    /// `next` of the page before.
    cursor: Option<i64>,
    /// How many, 1 to 200.
    limit: Option<u32>,
}

/// Recordings, the newest first
///
/// Supervisors see all, agents those of their own talks. What was removed stays in the list, with
/// when and by whom, until its contact goes.
#[utoipa::path(get, path = "/recordings", tag = "recordings", params(Asked),
    responses((status = 200, body = Page<RecordingView>), (status = 403, body = Problem)))]
pub async fn list(
    State(api): State<Api>,
    who: Who,
    Query(mut asked): Query,
) -> Answer<Json<Page<RecordingView>>> {
    let filter = TalkFilter {
        before: asked.opt("cursor", number(1, i64::MAX)),
        contact: asked.opt("contact", parsed::<ContactId>("the name of a contact")),
        queue: asked.opt("queue", name).map(QueueName::new),
        agent: asked.opt("agent", name).map(AgentId::new),
    };
    let limit = asked.opt("limit", limit).unwrap_or(50);
    let mut filter = asked.finish(Some(filter))?;
    if !who.may(Right::Lead) {
        let own = own_agent(&who)?;
        if filter.agent.as_ref().is_some_and(|a| a != own) {
            return Err(not_theirs());
        }
        filter.agent = Some(own.clone());
    }
    let rows = api.reader.talks(&filter, limit + 1).await?;
    Ok(Json(Page::of(
        rows,
        limit,
        |r| r.id.to_string(),
        RecordingView::from,
    )))
}

/// One recording
#[utoipa::path(get, path = "/recordings/{recording}", tag = "recordings",
    params(("recording" = i64, Path)),
    responses((status = 200, body = RecordingView), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub async fn show(
    State(api): State<Api>,
    who: Who,
    Path(recording): Path<String>,
) -> Answer<Json<RecordingView>> {
    Ok(Json(find(&api, &who, &recording).await?.into()))
}

/// Listen to a recording
///
/// WAV, 8 kHz, 16 bits, the caller left and the agent right; parts of it by `Range`. Written down
/// before it is heard.
#[utoipa::path(get, path = "/recordings/{recording}/audio", tag = "recordings",
    params(("recording" = i64, Path)),
    responses((status = 200, content_type = "audio/wav"), (status = 206, content_type = "audio/wav"),
        (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 416, body = Problem)))]
pub async fn audio(
    State(api): State<Api>,
    who: Who,
    Path(recording): Path<String>,
    request: Request,
) -> Answer<Response> {
    let row = find(&api, &who, &recording).await?;
    if row.length.is_none() {
        return Err(goes_on());
    }
    if row.deleted.is_some() {
        return Err(gone(&row));
    }
    let target = format!("recording {} of contact {}", row.id, row.contact);
    // Before it is heard.
    api.store
        .audit(who.deed("recording.listen", target))
        .await?;
    let file = api.reader.talk_file(&row);
    let served = match "audio/wav".parse() {
        Ok(wav) => {
            ServeFile::new_with_mime(&file, &wav)
                .try_call(request)
                .await
        }
        Err(_) => ServeFile::new(&file).try_call(request).await,
    };
    match served {
        Ok(response) => Ok(response.into_response()),
        Err(e) => {
            tracing::error!(error = %e, recording = row.id, "a recording can not be read");
            Err(Problem::unavailable("the recording can not be read now"))
        }
    }
}

/// Remove a recording
///
/// Its file is gone then; when, by whom, and the file's SHA-256 stay in the audit trail.
#[utoipa::path(delete, path = "/recordings/{recording}", tag = "recordings",
    params(("recording" = i64, Path)),
    responses((status = 200, body = RecordingView), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn remove(
    State(api): State<Api>,
    who: Who,
    Path(recording): Path<String>,
) -> Answer<Json<RecordingView>> {
    who.need(Right::Lead)?;
    let row = find(&api, &who, &recording).await?;
    if row.length.is_none() {
        return Err(goes_on());
    }
    let deed = who.deed("recording.remove", String::new());
    if !api.store.remove_talk(row.id, deed).await? {
        return Err(gone(&row));
    }
    Ok(Json(find(&api, &who, &recording).await?.into()))
}

/// Pause the recording of a talk
///
/// For the agent who talks with the caller, and for supervisors. What is said from now on is not
/// recorded, until it goes on; the agent hears so. Doing it twice changes nothing.
#[utoipa::path(post, path = "/contacts/{contact}/recording/pause", tag = "recordings",
    params(("contact" = String, Path)),
    responses((status = 200, body = RecordingNow), (status = 403, body = Problem),
        (status = 409, body = Problem)))]
pub async fn pause(
    State(api): State<Api>,
    who: Who,
    Path(contact): Path<String>,
) -> Answer<Json<RecordingNow>> {
    steer(&api, &who, &contact, true).await
}

/// Let the recording of a talk go on
#[utoipa::path(post, path = "/contacts/{contact}/recording/resume", tag = "recordings",
    params(("contact" = String, Path)),
    responses((status = 200, body = RecordingNow), (status = 403, body = Problem),
        (status = 409, body = Problem)))]
pub async fn resume(
    State(api): State<Api>,
    who: Who,
    Path(contact): Path<String>,
) -> Answer<Json<RecordingNow>> {
    steer(&api, &who, &contact, false).await
}

async fn steer(api: &Api, who: &Who, contact: &str, pause: bool) -> Answer<Json<RecordingNow>> {
    let nothing = || {
        Problem::wrong_state("this contact is not being recorded").remedy(
            "recording is a setting of its queue, `recording`; GET /api/v1/recordings tells what was",
        )
    };
    if !who.may(Right::Lead) {
        own_agent(who)?;
    }
    let id: ContactId = contact.parse().map_err(|_| nothing())?;
    let now = api.tapes.of(id);
    let own = |now: &TapeNow| who.agent.as_ref() == Some(&now.agent);
    let by = match &now {
        Some(now) if own(now) => TapedBy::Agent,
        Some(_) | None if who.may(Right::Lead) => TapedBy::Supervisor,
        // Who is recorded just now is not told to whom it does not concern.
        Some(_) | None => return Err(not_theirs()),
    };
    let deed = match pause {
        true => "recording.pause",
        false => "recording.resume",
    };
    if now.is_none() {
        return Err(nothing());
    }
    let deed = who.deed(deed, format!("contact {id}"));
    let done = api.tapes.pause(id, pause, by).await.ok_or_else(nothing)?;
    api.store.audit(deed).await?;
    Ok(Json(RecordingNow {
        contact: id.to_string(),
        agent: done.agent.to_string(),
        paused: done.paused,
    }))
}

async fn find(api: &Api, who: &Who, recording: &str) -> Answer<TalkRow> {
    let unknown = || {
        Problem::not_found(
            format!("there is no recording `{}`", recording.escape_default()),
            "GET /api/v1/recordings lists those that there are",
        )
    };
    if !who.may(Right::Lead) {
        own_agent(who)?;
    }
    let id: i64 = recording.parse().map_err(|_| unknown())?;
    let row = api.reader.talk(id).await?;
    let theirs = |r: &TalkRow| {
        who.may(Right::Lead) || (r.agent.is_some() && r.agent.as_ref() == who.agent.as_ref())
    };
    match row {
        Some(row) if theirs(&row) => Ok(row),
        // Whether there is one is not told either.
        Some(_) | None if !who.may(Right::Lead) => Err(not_theirs()),
        Some(_) | None => Err(unknown()),
    }
}

/// Whose talks they may hear.
fn own_agent(who: &Who) -> Answer<&AgentId> {
    let own = who.agent.as_ref().filter(|_| who.may(Right::Serve));
    own.ok_or_else(not_theirs)
}

fn not_theirs() -> Problem {
    Problem::not_allowed("recordings are for supervisors, and for the agent who talked")
        .remedy("ask a supervisor")
}

fn goes_on() -> Problem {
    Problem::wrong_state("the talk is still being recorded").remedy("try again when it is over")
}

fn gone(row: &TalkRow) -> Problem {
    let by = row.deleted_by.as_deref().unwrap_or("somebody");
    Problem::wrong_state(format!("the recording was removed (by {by})"))
        .remedy("the audit trail tells when: GET /api/v1/audit?deed=recording.remove")
}
