//! Sends what menus have handed over: each follow-up until it is taken, with longer and longer
//! pauses, also after a restart. What arrives may arrive twice, never not at all: each carries a
//! name that stays the same.

use std::collections::HashSet;
use std::io::ErrorKind;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::Request;
use http::header::{CONTENT_TYPE, USER_AGENT};
use http_body_util::Full;
use tokio::sync::{Notify, mpsc};
use tokio::task::JoinSet;
use tracing::{Instrument, error, info, warn};

use super::settings::InUse;
use super::{clock, hooks};
use crate::call::event::{CallEvent, FollowUpWish};
use crate::menu::outcome::{AskId, Letter};
use crate::net::http::{HttpClient, Limits};
use crate::net::mail::{Attached, MailError, Mailer};
use crate::now::Wall;
use crate::observe::figures;
use crate::record::card::ContextCard;
use crate::record::timeline::{MessageId, OutboxId};
use crate::store::deliver;
use crate::store::hooks::PREFIX;
use crate::store::{OutboxMeta, OutboxRow, Reader, Store, StoreError, Tried};

/// How long a web service may take.
const LIMITS: Limits = Limits {
    time: Duration::from_secs(20),
    body: 64 << 10,
};
/// The largest recording that goes with an e-mail: mail servers take little more.
const LARGEST: u64 = 15 << 20;
/// How long a call may wait for the store to keep a follow-up.
const LONGEST_STORING: Duration = Duration::from_secs(8);
/// So many are on their way at once.
const AT_ONCE: usize = 8;
/// How often the store is asked, beside whenever something new is there.
const LOOK: Duration = Duration::from_secs(5);
/// The first pause after a failure, and the longest; each is twice the one before.
const FIRST_PAUSE: Duration = Duration::from_secs(10);
const LONGEST_PAUSE: Duration = Duration::from_secs(3600);
/// The longest pause before what came of an attempt is written down once more.
const LONGEST_WRITING: Duration = Duration::from_secs(60);
/// What was not taken for so long is given up, until an operator has it tried again.
const GIVE_UP: Duration = Duration::from_secs(72 * 3600);

/// Tells that something new is there.
#[derive(Clone, Debug, Default)]
pub struct OutboxHandle {
    new: Arc<Notify>,
}

impl OutboxHandle {
    /// Something new is there.
    pub fn wake(&self) {
        self.new.notify_one();
    }
}

/// Makes a follow-up durable; the call hears of it in any case, and once more when it is stored
/// after all.
pub(super) fn store_letter(
    store: Store,
    outbox: OutboxHandle,
    ask: AskId,
    wish: FollowUpWish,
    card: &ContextCard,
    events: mpsc::Sender<CallEvent>,
) {
    let now = clock::now().wall;
    let meta = OutboxMeta {
        contact: card.contact,
        line: card.line.clone(),
        node: wish.node,
        letter: wish.letter,
        created: now,
        until: until(now),
    };
    let keep = async move {
        let saving = store.save_letter(meta);
        tokio::pin!(saving);
        let (saved, late) = match tokio::time::timeout(LONGEST_STORING, &mut saving).await {
            Ok(saved) => (saved, false),
            Err(_) => {
                error!("a follow-up could not be stored in time");
                let _ = events.send(CallEvent::LetterStored(ask, None)).await;
                // It may be yet: then it is sent, and the record says so.
                (saving.await, true)
            }
        };
        let stored = match saved {
            Ok(letter) => {
                outbox.wake();
                Some(letter)
            }
            Err(e) => {
                error!(error = %e, "a follow-up could not be stored");
                None
            }
        };
        // The call may be over by then.
        if stored.is_some() || !late {
            let _ = events.send(CallEvent::LetterStored(ask, stored)).await;
        }
    };
    tokio::spawn(keep.in_current_span());
}

/// What follow-ups are sent with.
#[derive(Clone)]
pub struct Ways {
    /// For webhooks.
    pub web: HttpClient,
    /// For mails; `None`: the settings do not say how.
    pub mail: Option<Mailer>,
    /// What signs webhooks.
    pub settings: InUse,
}

/// Sends for as long as the server lives.
pub async fn run(store: Store, ways: Ways, outbox: OutboxHandle) {
    let reader = store.reader();
    let mut flying: HashSet<OutboxId> = HashSet::new();
    let mut flights = JoinSet::new();
    loop {
        // Those on their way are due as well.
        let limit = u32::try_from(2 * AT_ONCE).unwrap_or(u32::MAX);
        let due = match reader.outbox_due(clock::now().wall, limit).await {
            Ok(due) => due,
            Err(e) => {
                warn!(error = %e, "the outbox can not be read");
                Vec::new()
            }
        };
        for row in due {
            if flights.len() < AT_ONCE && flying.insert(row.id) {
                flights.spawn(flight(store.clone(), ways.clone(), row));
            }
        }
        tokio::select! {
            Some(landed) = flights.join_next() => match landed {
                Ok(letter) => {
                    flying.remove(&letter);
                }
                // Which one is not known: look at all of them again.
                Err(e) => {
                    error!(error = %e, "the sending of a follow-up has failed");
                    while flights.join_next().await.is_some() {}
                    flying.clear();
                }
            },
            () = outbox.new.notified() => {}
            () = tokio::time::sleep(LOOK) => {}
        }
    }
}

/// One attempt, and what came of it is written down.
async fn flight(store: Store, ways: Ways, row: OutboxRow) -> OutboxId {
    let letter = row.id;
    let sent = attempt(&ways, &store.reader(), &row).await;
    let now = clock::now().wall;
    let tried = judged(sent, &row, now);
    match &tried {
        Tried::Sent => info!(%letter, to = row.receiver, "a follow-up was sent"),
        Tried::Later { outcome, .. } => {
            warn!(%letter, to = row.receiver, outcome, "a follow-up was not sent yet");
        }
        Tried::GivenUp { outcome } => {
            error!(%letter, to = row.receiver, outcome, "a follow-up is given up");
        }
    }
    figures::letter_tried(tried.as_str());
    write_down(&store, letter, tried, now).await;
    letter
}

/// Writes down what came of an attempt, however long that takes: what is not known to be sent would
/// be sent again, each time. Meanwhile it holds one of the places, and the store takes nothing new
/// either.
async fn write_down(store: &Store, letter: OutboxId, tried: Tried, now: Wall) {
    let mut failures = 0;
    while let Err(e) = store.letter_tried(letter, tried.clone(), now).await {
        error!(error = %e, %letter, "what came of a follow-up could not be written down");
        if matches!(e, StoreError::Closed) {
            return;
        }
        tokio::time::sleep(pause(failures).min(LONGEST_WRITING)).await;
        failures += 1;
    }
}

/// Why an attempt failed.
enum Failure {
    /// In words.
    NotNow(String),
    /// It is of no use to try again.
    Never(String),
}

async fn attempt(ways: &Ways, reader: &Reader, row: &OutboxRow) -> Result<(), Failure> {
    let name = format!("zeroline-{}-{}", row.contact, row.id);
    match row.letter.clone() {
        None => Err(Failure::Never("it can not be read".to_owned())),
        Some(Letter::Webhook { url, body }) => {
            let mut request = Request::builder()
                .method(http::Method::POST)
                .uri(&url)
                .header(USER_AGENT, concat!("zeroline/", env!("CARGO_PKG_VERSION")))
                .header(CONTENT_TYPE, "application/json")
                .header("Idempotency-Key", format!("\"{name}\""));
            if let Some(hook) = row.node.as_str().strip_prefix(PREFIX) {
                let settings = ways.settings.now();
                let Some(hook) = settings.webhooks.iter().find(|h| h.name == hook) else {
                    let what = format!("the settings have no webhook `{hook}`");
                    return Err(Failure::NotNow(what));
                };
                let secret = &hook.secret;
                let at = clock::now().wall.unix_secs();
                let signed = hooks::signature(secret.reveal(), &name, at, &body);
                request = request
                    .header("webhook-id", &name)
                    .header("webhook-timestamp", at)
                    .header("webhook-signature", signed);
            }
            let request = request.body(Full::new(Bytes::from(body)));
            let request = request.map_err(|_| Failure::Never("the address is none".to_owned()))?;
            match ways.web.send(request, LIMITS).await {
                Ok(response) if response.status().is_success() => Ok(()),
                Ok(response) => {
                    let status = response.status().as_u16();
                    Err(Failure::NotNow(format!("answered with status {status}")))
                }
                Err(e) => Err(Failure::NotNow(e.to_string())),
            }
        }
        Some(Letter::Mail { to, subject, text }) => {
            let Some(mail) = &ways.mail else {
                let what = "the settings have no section [mail]";
                return Err(Failure::NotNow(what.to_owned()));
            };
            let with = recording(reader, row).await?;
            let sent = mail.send(&name, &to, subject, text, with).await;
            sent.map_err(|e| match e {
                MailError::Refused(what) => Failure::Never(what),
                MailError::NotNow(what) => Failure::NotNow(what),
            })
        }
    }
}

/// The recording that goes with a letter. One that is gone meanwhile, or is too large, stays away.
async fn recording(reader: &Reader, row: &OutboxRow) -> Result<Option<Attached>, Failure> {
    let message = row.node.as_str().strip_prefix(deliver::PREFIX);
    let Some(message) = message.and_then(|id| id.parse().ok()).map(MessageId) else {
        return Ok(None);
    };
    let not_now = |e: &dyn std::fmt::Display| Failure::NotNow(format!("its recording: {e}"));
    let found = reader.message(message).await.map_err(|e| not_now(&e))?;
    let Some(found) = found else { return Ok(None) };
    let file = reader.message_file(&found);
    match tokio::fs::metadata(&file).await {
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(not_now(&e)),
        Ok(m) if m.len() > LARGEST => return Ok(None),
        Ok(_) => {}
    }
    let bytes = tokio::fs::read(&file).await.map_err(|e| not_now(&e))?;
    Ok(Some(Attached {
        name: format!("message-{message}.wav"),
        kind: "audio/wav",
        bytes,
    }))
}

/// What follows from an attempt.
fn judged(sent: Result<(), Failure>, row: &OutboxRow, now: Wall) -> Tried {
    match sent {
        Ok(()) => Tried::Sent,
        Err(Failure::Never(outcome)) => Tried::GivenUp { outcome },
        Err(Failure::NotNow(outcome)) => {
            let pause = millis(pause(row.attempts));
            let due = now.unix_millis().saturating_add(pause);
            if due > row.until.unix_millis() {
                return Tried::GivenUp { outcome };
            }
            let due = Wall::from_unix_millis(due);
            Tried::Later { due, outcome }
        }
    }
}

/// Until when something that is handed over now is tried.
pub fn until(now: Wall) -> Wall {
    Wall::from_unix_millis(now.unix_millis().saturating_add(millis(GIVE_UP)))
}

/// After so many attempts before this one.
fn pause(attempts: u32) -> Duration {
    let times = 2u32.saturating_pow(attempts.min(16));
    FIRST_PAUSE.saturating_mul(times).min(LONGEST_PAUSE)
}

fn millis(d: Duration) -> i64 {
    i64::try_from(d.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests;
