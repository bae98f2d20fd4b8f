//! The lines in use, and newer ones.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;

use crate::api::Api;
use crate::api::fields::Body;
use crate::api::problem::{Answer, FieldProblem, Problem};
use crate::api::who::{Right, Who};
use crate::observe::menus::Told;

/// How long it is waited for menus that are read and proven; prompts that must be spoken take long.
pub(super) const LONGEST: Duration = Duration::from_secs(25);
/// How often it is looked.
const LOOK: Duration = Duration::from_millis(50);

/// The lines in use, and why newer ones are not
#[utoipa::path(get, path = "/lines", tag = "lines",
    responses((status = 200, body = Told), (status = 401, body = Problem)))]
pub async fn list(State(api): State<Api>, _who: Who) -> Json<Told> {
    Json(api.menus.told())
}

/// Read settings and menus anew
///
/// What does not load or is not proven changes nothing; every mistake is told. Calls in progress
/// keep their menus. Of the settings agents, queues, webhooks and feature codes are taken over;
/// `at_start` names the sections that have changed and hold from the next start on.
#[utoipa::path(post, path = "/lines/reload", tag = "lines",
    responses((status = 200, body = Told), (status = 202, body = Told), (status = 403, body = Problem),
        (status = 422, body = Problem)))]
pub async fn reload(
    State(api): State<Api>,
    who: Who,
    Body(body): Body,
) -> Answer<(StatusCode, Json<Told>)> {
    who.need(Right::Operate)?;
    body.finish(Some(()))?;
    api.store.audit(who.deed("lines.reload", "lines")).await?;
    let number = ask_for_reading(&api);
    match reading(&api, number, LONGEST).await {
        Some(told) => match &told.refused {
            None => Ok((StatusCode::OK, Json(told))),
            Some(refused) => Err(Problem {
                remedy: Some("mend them; the old settings and menus stay in use".to_owned()),
                title: "settings and menus were not reloaded".to_owned(),
                ..Problem::fields(refused.mistakes.iter().map(|m| mistake(m)).collect())
            }),
        },
        None => Ok((StatusCode::ACCEPTED, Json(api.menus.told()))),
    }
}

/// Has the menus read: the number of the reading that sees what is in the folder now.
pub(super) fn ask_for_reading(api: &Api) -> u64 {
    let number = api.menus.told().next_reading();
    // Full: somebody has asked already.
    let _ = api.reload.try_send(());
    number
}

/// Waits for a reading, or a later one, and tells what came of it; `None`: that takes longer.
pub(super) async fn reading(api: &Api, number: u64, longest: Duration) -> Option<Told> {
    let looked = async {
        loop {
            tokio::time::sleep(LOOK).await;
            let told = api.menus.told();
            if told.readings >= number {
                return told;
            }
        }
    };
    tokio::time::timeout(longest, looked).await.ok()
}

pub(super) fn mistake(told: &str) -> FieldProblem {
    FieldProblem {
        field: String::new(),
        what: told.to_owned(),
        remedy: String::new(),
    }
}
