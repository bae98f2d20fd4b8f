//! Asks the operator's own books who calls. The call goes on meanwhile: what comes in time is on the
//! card when an agent is asked, what comes later is put there then.

use std::sync::Arc;

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE, USER_AGENT};
use http::{Request, StatusCode};
use http_body_util::Full;
use serde_json::json;
use tokio::sync::{Semaphore, mpsc};
use tracing::{Instrument, warn};

use super::rarely::Rarely;
use super::{clock, hooks};
use crate::call::event::CallEvent;
use crate::config;
use crate::ids::{ContactId, LineName, PhoneNumber};
use crate::net::http::{HttpClient, HttpError, Limits};
use crate::record::customer::{Crm, Customer, Learnt, MAX_ANSWER};

/// An answer that is later than this is not waited for.
const LONGEST: std::time::Duration = std::time::Duration::from_secs(15);
/// So many are asked at once: who calls by the thousand is not asked about by the thousand.
const AT_ONCE: usize = 64;

static FAILED: Rarely = Rarely::new();

/// Whom to ask. Clones share the bound.
#[derive(Clone, Debug)]
pub struct CrmHandle(Option<Arc<Asked>>);

#[derive(Debug)]
struct Asked {
    settings: config::Crm,
    web: HttpClient,
    room: Semaphore,
}

impl CrmHandle {
    /// `None`: nobody is asked.
    pub fn new(settings: Option<config::Crm>, web: HttpClient) -> CrmHandle {
        CrmHandle(settings.map(|settings| {
            let room = Semaphore::new(AT_ONCE);
            Arc::new(Asked {
                settings,
                web,
                room,
            })
        }))
    }

    /// Asks about who calls. The call hears at once that it was asked, and then how that went.
    pub(super) fn ask(
        &self,
        contact: ContactId,
        line: LineName,
        caller: PhoneNumber,
        events: mpsc::Sender<CallEvent>,
    ) {
        let Some(asked) = self.0.clone() else { return };
        let ask = async move { asked.ask(contact, &line, &caller, &events).await };
        tokio::spawn(ask.in_current_span());
    }
}

impl Asked {
    async fn ask(
        &self,
        contact: ContactId,
        line: &LineName,
        caller: &PhoneNumber,
        events: &mpsc::Sender<CallEvent>,
    ) {
        let Ok(_room) = self.room.try_acquire() else {
            let why = "too many are asked about at once".to_owned();
            tell(events, Crm::Failed(why)).await;
            return;
        };
        tell(events, Crm::Asked).await;
        let answer = self.answer(contact, line, caller);
        tokio::pin!(answer);
        let (answer, late) = match tokio::time::timeout(self.settings.budget, &mut answer).await {
            Ok(answer) => (answer, false),
            Err(_) => {
                tell(events, Crm::Late).await;
                (answer.await, true)
            }
        };
        let crm = match answer {
            Ok(Some(customer)) => Crm::Known {
                customer: Box::new(customer),
                late,
            },
            Ok(None) => Crm::Stranger,
            Err(why) => {
                if let Some(times) = FAILED.count() {
                    warn!(why, times, "the CRM can not tell who calls");
                }
                Crm::Failed(why)
            }
        };
        tell(events, crm).await;
    }

    async fn answer(
        &self,
        contact: ContactId,
        line: &LineName,
        caller: &PhoneNumber,
    ) -> Result<Option<Customer>, String> {
        let name = format!("zeroline-{contact}-crm");
        let body = json!({
            "event": "caller.asked",
            "contact": contact.to_string(),
            "line": line,
            "number": caller.reveal(),
        });
        let body = body.to_string();
        let at = clock::now().wall.unix_secs();
        let signed = hooks::signature(self.settings.secret.reveal(), &name, at, &body);
        let request = Request::builder()
            .method(http::Method::POST)
            .uri(&self.settings.url)
            .header(USER_AGENT, concat!("zeroline/", env!("CARGO_PKG_VERSION")))
            .header(CONTENT_TYPE, "application/json")
            .header(ACCEPT, "application/json")
            .header("webhook-id", &name)
            .header("webhook-timestamp", at)
            .header("webhook-signature", signed)
            .body(Full::new(Bytes::from(body)))
            .map_err(|_| "the address is none".to_owned())?;
        let limits = Limits {
            time: LONGEST,
            body: MAX_ANSWER,
        };
        let answer = self.web.send(request, limits).await.map_err(|e| match e {
            HttpError::Slow(_) => "it did not answer".to_owned(),
            e => e.to_string(),
        })?;
        match answer.status() {
            StatusCode::NO_CONTENT | StatusCode::NOT_FOUND => Ok(None),
            status if status.is_success() => Customer::read(answer.body()),
            status => Err(format!("it answered with status {}", status.as_u16())),
        }
    }
}

/// The call may be over by then.
async fn tell(events: &mpsc::Sender<CallEvent>, crm: Crm) {
    let learnt = Box::new(Learnt::Crm(crm));
    let _ = events.send(CallEvent::Learnt(learnt)).await;
}

#[cfg(test)]
mod tests;
