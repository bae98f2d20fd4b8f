//! What an agent may do only after a supervisor has said so. Of two who decide at once the first
//! has, and the other is told who was.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};

use super::chat::{Part, part};
use crate::api::Api;
use crate::api::fields::{Body, Parsed, Query, flag, limit, number, parsed, text};
use crate::api::problem::{Answer, Problem};
use crate::api::view::Page;
use crate::api::who::{Right, Who};
use crate::ids::{AgentId, ContactId};
use crate::live::{Stored, stamp};
use crate::store::approvals::{ApprovalFilter, ApprovalMeta, ApprovalRow, Decision};

/// Something that an agent asks for.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ApprovalView {
    /// Its number.
    approval: i64,
    /// Of this contact.
    contact: String,
    /// Its queue.
    queue: Option<String>,
    /// Who talks with the caller.
    agent: String,
    /// Who asked.
    asked_by: String,
    /// When (RFC 3339).
    asked: String,
    /// What, in words.
    what: String,
    /// How much.
    amount: Option<f64>,
    /// Of what: `EUR`.
    unit: Option<String>,
    /// `open`, `granted`, `refused`, `withdrawn`, or `lapsed`: the contact ended before.
    state: String,
    /// Who decided.
    decided_by: Option<String>,
    /// When.
    decided: Option<String>,
    /// Granted up to this.
    limit: Option<f64>,
    /// In the words of who decided.
    note: Option<String>,
    /// How many seconds the agent waited for it.
    waited_s: Option<i64>,
}

impl From<ApprovalRow> for ApprovalView {
    fn from(a: ApprovalRow) -> ApprovalView {
        let waited = |decided: crate::now::Wall| {
            (decided.unix_millis() - a.asked.unix_millis()).max(0) / 1000
        };
        ApprovalView {
            approval: a.id,
            contact: a.meta.contact.to_string(),
            queue: a.meta.queue.map(|q| q.to_string()),
            agent: a.meta.agent.to_string(),
            asked_by: a.asked_by,
            asked: stamp(a.asked),
            what: a.meta.what,
            amount: a.meta.amount,
            unit: a.meta.unit,
            state: a.state,
            decided_by: a.decided_by,
            decided: a.decided.map(stamp),
            limit: a.most,
            note: a.note,
            waited_s: a.decided.map(waited),
        }
    }
}

/// Something to be approved.
#[derive(Debug, ToSchema)]
#[allow(dead_code, reason = "it is read field by field; this is its schema")]
pub struct NewApproval {
    /// What, in words.
    what: String,
    /// How much.
    amount: Option<f64>,
    /// Of what: `EUR`.
    unit: Option<String>,
}

/// Yes.
#[derive(Debug, ToSchema)]
#[allow(dead_code, reason = "it is read field by field; this is its schema")]
pub struct Grant {
    /// Up to this; without it as much as was asked for.
    limit: Option<f64>,
    /// More about it.
    note: Option<String>,
}

/// No.
#[derive(Debug, ToSchema)]
#[allow(dead_code, reason = "it is read field by field; this is its schema")]
pub struct Refuse {
    /// Why.
    note: Option<String>,
}

/// Which approvals.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code, reason = "it is read field by field; this is its schema")]
pub struct Asked {
    /// Those that are decided as well.
    all: Option<bool>,
    /// Of this contact.
    contact: Option<String>,
    /// `next` of the page before.
    cursor: Option<i64>,
    /// How many, 1 to 200.
    limit: Option<u32>,
}

fn amount(v: &Value) -> Parsed<f64> {
    let n = v
        .as_f64()
        .filter(|n| n.is_finite() && (0.0..=1e12).contains(n));
    n.ok_or_else(|| "write a number from 0 to 1000000000000, like 49.90".to_owned())
}

/// Approvals, the newest first
///
/// Agents see their own.
#[utoipa::path(get, path = "/approvals", tag = "chat", params(Asked),
    responses((status = 200, body = Page<ApprovalView>), (status = 422, body = Problem)))]
pub async fn list(
    State(api): State<Api>,
    who: Who,
    Query(mut asked): Query,
) -> Answer<Json<Page<ApprovalView>>> {
    let only = match who.may(Right::Lead) {
        true => None,
        false => Some(who.agent.clone().unwrap_or_else(|| AgentId::new(""))),
    };
    let filter = ApprovalFilter {
        all: asked.opt("all", flag).unwrap_or(false),
        contact: asked.opt("contact", parsed::<ContactId>("a contact's id")),
        agent: only,
        before: asked.opt("cursor", number(1, i64::MAX)),
    };
    let limit = asked.opt("limit", limit).unwrap_or(50);
    let filter = asked.finish(Some(filter))?;
    let rows = api.reader.approvals(&filter, limit + 1).await?;
    Ok(Json(Page::of(
        rows,
        limit,
        |a| a.id.to_string(),
        ApprovalView::from,
    )))
}

/// One approval
#[utoipa::path(get, path = "/approvals/{approval}", tag = "chat",
    params(("approval" = i64, Path)),
    responses((status = 200, body = ApprovalView), (status = 404, body = Problem)))]
pub async fn show(
    State(api): State<Api>,
    who: Who,
    Path(approval): Path<String>,
) -> Answer<Json<ApprovalView>> {
    let row = find(&api, &who, &approval).await?;
    Ok(Json(row.into()))
}

/// Ask for approval
///
/// For the agent who talks with the caller. The supervisors are told (`approval.asked`). What nobody
/// has decided when the contact ends is `lapsed` then.
#[utoipa::path(post, path = "/contacts/{contact}/approvals", tag = "chat",
    params(("contact" = String, Path)), request_body = NewApproval,
    responses((status = 201, body = ApprovalView), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn ask(
    State(api): State<Api>,
    who: Who,
    Path(contact): Path<String>,
    Body(mut body): Body,
) -> Answer<(StatusCode, Json<ApprovalView>)> {
    let what = body.need("what", "\"a refund\"", text(1, 500, true));
    let amount = body.opt("amount", amount);
    let unit = body.opt("unit", text(1, 16, false));
    let what = body.finish(what)?;
    let Part { id, row, now, .. } = part(&api, &who, &contact).await?;
    let over =
        || Problem::wrong_state("the contact is over").remedy("note a task: POST /api/v1/tasks");
    if row.verdict.is_some() {
        return Err(over());
    }
    let agent = now.ok_or_else(|| {
        Problem::wrong_state("no agent talks with this caller now").remedy("ask while you do")
    })?;
    if !who.may(Right::Lead) && who.agent.as_ref() != Some(&agent) {
        return Err(
            Problem::wrong_state(format!("the caller talks with {agent} now"))
                .remedy("they ask for themself"),
        );
    }
    let meta = ApprovalMeta {
        contact: id,
        queue: row.queue.clone(),
        agent,
        what,
        amount,
        unit,
    };
    let deed = who.deed("approval.ask", "");
    let kept = api.store.ask_approval(meta, deed).await?.ok_or_else(over)?;
    let view = tell(&api, "approval.asked", kept);
    Ok((StatusCode::CREATED, Json(view)))
}

/// Grant it
#[utoipa::path(post, path = "/approvals/{approval}/grant", tag = "chat",
    params(("approval" = i64, Path)), request_body = Grant,
    responses((status = 200, body = ApprovalView), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn grant(
    State(api): State<Api>,
    who: Who,
    Path(approval): Path<String>,
    Body(mut body): Body,
) -> Answer<Json<ApprovalView>> {
    let most = body.opt("limit", amount);
    let note = body.opt("note", text(1, 1000, true));
    body.finish(Some(()))?;
    who.need(Right::Lead)?;
    let decision = Decision::Grant(most);
    decide(&api, &who, &approval, decision, note).await
}

/// Refuse it
#[utoipa::path(post, path = "/approvals/{approval}/refuse", tag = "chat",
    params(("approval" = i64, Path)), request_body = Refuse,
    responses((status = 200, body = ApprovalView), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn refuse(
    State(api): State<Api>,
    who: Who,
    Path(approval): Path<String>,
    Body(mut body): Body,
) -> Answer<Json<ApprovalView>> {
    let note = body.opt("note", text(1, 1000, true));
    body.finish(Some(()))?;
    who.need(Right::Lead)?;
    decide(&api, &who, &approval, Decision::Refuse, note).await
}

/// Do not ask for it any more
#[utoipa::path(post, path = "/approvals/{approval}/withdraw", tag = "chat",
    params(("approval" = i64, Path)),
    responses((status = 200, body = ApprovalView), (status = 404, body = Problem),
        (status = 409, body = Problem)))]
pub async fn withdraw(
    State(api): State<Api>,
    who: Who,
    Path(approval): Path<String>,
    Body(body): Body,
) -> Answer<Json<ApprovalView>> {
    body.finish(Some(()))?;
    decide(&api, &who, &approval, Decision::Withdraw, None).await
}

async fn decide(
    api: &Api,
    who: &Who,
    approval: &str,
    decision: Decision,
    note: Option<String>,
) -> Answer<Json<ApprovalView>> {
    let row = find(api, who, approval).await?;
    // What was asked for oneself somebody else decides.
    if decision != Decision::Withdraw && row.asked_by == who.name {
        return Err(Problem::not_allowed("you have asked for this yourself")
            .remedy("another supervisor decides"));
    }
    // The end of the contact may be on its way to the disk.
    api.store.flush().await?;
    let word = match decision {
        Decision::Grant(_) => "approval.grant",
        Decision::Refuse => "approval.refuse",
        Decision::Withdraw => "approval.withdraw",
    };
    let deed = who.deed(word, format!("approval {}", row.id));
    let decided = api
        .store
        .decide_approval(row.id, decision, note, deed)
        .await?;
    match decided {
        None => Err(unknown(approval)),
        Some(Ok(row)) => Ok(Json(tell(api, "approval.decided", row))),
        Some(Err(row)) if row.state == "lapsed" => Err(Problem::wrong_state(
            "the contact ended before anybody decided",
        )),
        Some(Err(row)) => {
            let by = row.decided_by.unwrap_or_default();
            let title = format!("{by} was first: it is {} already", row.state);
            Err(Problem::wrong_state(title).remedy("speak with them"))
        }
    }
}

fn tell(api: &Api, kind: &'static str, row: ApprovalRow) -> ApprovalView {
    let agent = row.meta.agent.clone();
    let view = ApprovalView::from(row);
    api.live.stored(Stored {
        kind,
        queue: None,
        only: Some(vec![agent]),
        data: json!(view),
    });
    view
}

async fn find(api: &Api, who: &Who, approval: &str) -> Answer<ApprovalRow> {
    let id: i64 = approval.parse().map_err(|_| unknown(approval))?;
    let row = api.reader.approval(id).await?;
    let row = row.filter(|r| who.may(Right::Lead) || who.agent.as_ref() == Some(&r.meta.agent));
    row.ok_or_else(|| unknown(approval))
}

fn unknown(approval: &str) -> Problem {
    Problem::not_found(
        format!("there is no approval `{}`", approval.escape_default()),
        "GET /api/v1/approvals lists those that there are",
    )
}
