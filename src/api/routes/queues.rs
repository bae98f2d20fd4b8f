//! Queues and calls in progress.

use axum::Json;
use axum::extract::State;

use crate::api::Api;
use crate::api::problem::{Answer, Problem};
use crate::api::who::{Right, Who};
use crate::live::{CallNow, QueueNow};
use crate::task::{board, clock};

/// The queues at this moment
///
/// Agents see those that they answer.
#[utoipa::path(get, path = "/queues", tag = "now",
    responses((status = 200, body = Vec<QueueNow>), (status = 401, body = Problem)))]
pub async fn list(State(api): State<Api>, who: Who) -> Answer<Json<Vec<QueueNow>>> {
    let snapshot = api.queue.snapshot().await;
    let snapshot = snapshot.ok_or_else(|| Problem::unavailable("the server stops"))?;
    let mut queues = board::queues(&snapshot, &board::teams(&api.config()), clock::now());
    let known = api.live.known_queues().await;
    for queue in &mut queues {
        if let Some(known) = known.iter().find(|k| k.queue == queue.queue) {
            queue.today = known.today;
            queue.thresholds.clone_from(&known.thresholds);
        }
    }
    if !who.may(Right::SeeAll) {
        let theirs = who
            .agent
            .as_ref()
            .map(|a| api.queues_of(a))
            .unwrap_or_default();
        queues.retain(|q| theirs.contains(&q.queue));
    }
    Ok(Json(queues))
}

/// Calls in progress
///
/// Agents see those that are theirs or in their queues.
#[utoipa::path(get, path = "/calls", tag = "now",
    responses((status = 200, body = Vec<CallNow>), (status = 401, body = Problem)))]
pub async fn calls(State(api): State<Api>, who: Who) -> Json<Vec<CallNow>> {
    Json(api.live.calls(who.viewer(&api)).await)
}
