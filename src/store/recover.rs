//! After a crash: contacts that were open are closed, recordings that were under way become
//! messages.

use std::collections::{BTreeMap, HashSet};
use std::path::Path;
use std::time::Duration;

use super::callbacks::{self, CallbackMeta};
use super::messages::{bounds_of, contact_of, publish};
use super::sql::{self, Connection, Pool};
use super::writer::{insert_message, millis};
use super::{MESSAGES, MessageMeta, RECORDING, StoreError};
use super::{approvals, attempts};
use crate::ids::{ContactId, Language, LineName, PhoneNumber, QueueName};
use crate::now::Wall;
use crate::record::facts::Facts;
use crate::record::timeline::{CallbackId, Entry, Event, MessageId};
use crate::record::verdict::Verdict;
use crate::record::wav::{SpeechBounds, length};

/// What was found at the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Recovered {
    /// Contacts that a crash had left open; now closed with [`Verdict::ServerLost`], or
    /// [`Verdict::MessageStored`] or [`Verdict::CallbackStored`] where the promise had been made.
    pub contacts: usize,
    /// Messages that had a file and no row, or were being recorded; now kept.
    pub messages: usize,
    /// Recordings without a second of speech; removed.
    pub discarded: usize,
    /// Callers who waited for a person when the server was lost and will be called back.
    pub callbacks: usize,
}

/// Shorter speech than this is not kept when its caller is not there to be asked.
const MIN_SPEECH: Duration = Duration::from_secs(1);

pub(super) async fn run(dir: &Path, pool: &Pool) -> Result<Recovered, StoreError> {
    let mut found = Recovered::default();
    recordings(dir, pool, &mut found).await?;
    close_contacts(pool, &mut found).await?;
    sign_out(pool).await?;
    attempts::reopen(pool).await?;
    if found != Recovered::default() {
        let Recovered {
            contacts,
            messages,
            discarded,
            callbacks,
        } = found;
        tracing::warn!(
            contacts,
            messages,
            discarded,
            callbacks,
            "recovered after a crash"
        );
    }
    Ok(found)
}

/// Nobody has signed in yet: whoever the last run left at work was so until the last thing that it
/// wrote down.
async fn sign_out(pool: &Pool) -> Result<(), StoreError> {
    const OFFLINE: &str = r#"{"state":"offline"}"#;
    let mut last = None;
    for of in [
        "SELECT max(at) FROM agent_states",
        "SELECT max(started_at + ended_ms) FROM contacts",
    ] {
        let at: Option<i64> = sql::query_scalar(of).fetch_one(pool).await?;
        last = last.max(at);
    }
    let Some(last) = last else {
        return Ok(());
    };
    let mut tx = pool.begin().await?;
    for statement in [
        "INSERT INTO agent_states (agent, at, state)
         SELECT id, ?1, ?2 FROM agents WHERE state <> ?2",
        "UPDATE agents SET changed_at = ?1, seen_at = ?1, state = ?2 WHERE state <> ?2",
    ] {
        let query = sql::query(statement).bind(last).bind(OFFLINE);
        query.execute(&mut tx).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// The callback that a contact asked for, told or not: somebody will call.
async fn callback_of(db: &mut Connection, contact: i64) -> Result<Option<CallbackId>, sqlx::Error> {
    let id = sql::query_scalar("SELECT id FROM callbacks WHERE contact = ?1")
        .bind(contact)
        .fetch_optional(db)
        .await?;
    Ok(id.map(CallbackId))
}

async fn close_contacts(pool: &Pool, found: &mut Recovered) -> Result<(), StoreError> {
    let open: Vec<i64> = sql::query_scalar("SELECT id FROM contacts WHERE verdict IS NULL")
        .fetch_all(pool)
        .await?;
    let mut tx = pool.begin().await?;
    for id in open {
        let rows = sql::query("SELECT at_ms, data FROM events WHERE contact = ?1 ORDER BY id")
            .bind(id)
            .fetch_all(&mut tx)
            .await?;
        let mut entries: Vec<Entry> = rows
            .iter()
            .filter_map(|r| {
                let at = u64::try_from(r.try_get::<i64, _>(0).ok()?).ok()?;
                let event = serde_json::from_str(r.try_get(1).ok()?).ok()?;
                let at = Duration::from_millis(at);
                Some(Entry { at, event })
            })
            .collect();
        // When exactly it died is not known: at the last thing that was written down.
        let at = entries.last().map(|e| e.at).unwrap_or_default();
        // A promise that was made counts, though its words in the timeline were lost.
        let promised = sql::query(
            "SELECT id, length_ms FROM messages WHERE contact = ?1 AND recovered = 0
             ORDER BY id DESC LIMIT 1",
        )
        .bind(id)
        .fetch_optional(&mut tx)
        .await?;
        let verdict = match &promised {
            Some(row) => {
                let message = MessageId(row.try_get(0)?);
                let length = u64::try_from(row.try_get::<i64, _>(1)?).unwrap_or(0);
                let length = Duration::from_millis(length);
                let stored = Event::MessageStored { message, length };
                if !entries.iter().any(|e| e.event == stored) {
                    add_event(&mut tx, id, at, &stored).await?;
                    entries.push(Entry { at, event: stored });
                }
                Verdict::MessageStored { message }
            }
            None => match callback_of(&mut tx, id).await? {
                Some(callback) => Verdict::CallbackStored { callback },
                None => {
                    if let Some(callback) = promise_in_place(&mut tx, id, &entries).await? {
                        let before = false;
                        let stored = Event::CallbackStored { callback, before };
                        add_event(&mut tx, id, at, &stored).await?;
                        entries.push(Entry { at, event: stored });
                        found.callbacks += 1;
                    }
                    Verdict::ServerLost
                }
            },
        };
        let ended = Event::Ended {
            verdict: verdict.clone(),
        };
        add_event(&mut tx, id, at, &ended).await?;
        entries.push(Entry { at, event: ended });
        let facts = Facts::of(&entries);
        sql::query(
            "UPDATE contacts SET ended_ms = ?2, waited_ms = ?3, talked_ms = ?4, held_ms = ?5,
                 verdict = ?6, verdict_all = ?7, containment = ?8, message = COALESCE(?9, message)
             WHERE id = ?1",
        )
        .bind(id)
        .bind(millis(at) as i64)
        .bind(millis(facts.waited) as i64)
        .bind(millis(facts.talked) as i64)
        .bind(millis(facts.held) as i64)
        .bind(verdict.as_str())
        .bind(serde_json::to_string(&verdict).unwrap_or_default())
        .bind(facts.containment().map(|c| c.as_str()))
        .bind(facts.message.map(|m| m.0))
        .execute(&mut tx)
        .await?;
        found.contacts += 1;
    }
    approvals::lapse(&mut tx).await?;
    tx.commit().await?;
    Ok(())
}

/// The place in a queue that was lost with the server becomes a callback (P8). `None`: the caller
/// did not wait, or their number can not be called.
async fn promise_in_place(
    db: &mut Connection,
    contact: i64,
    entries: &[Entry],
) -> Result<Option<CallbackId>, StoreError> {
    let Some((queue, language)) = waited_for(entries) else {
        return Ok(None);
    };
    // Who was leaving a message is called back for that.
    let row = sql::query("SELECT line, caller FROM contacts WHERE id = ?1 AND message IS NULL")
        .bind(contact)
        .fetch_optional(&mut *db)
        .await?;
    let Some(row) = row else {
        return Ok(None);
    };
    let number = PhoneNumber::new(row.try_get::<&str, _>("caller")?);
    if !number.is_dialable() {
        return Ok(None);
    }
    let contact = ContactId::from_u64(contact as u64);
    let meta = CallbackMeta {
        contact,
        line: LineName::new(row.try_get::<&str, _>("line")?),
        queue,
        caller: Some(number.clone()),
        number,
        language,
        // They stood in line since then, and come before those who called later.
        asked: contact.started(),
        wished: contact.started(),
        slot: None,
        needs: BTreeMap::new(),
        priority: 0,
    };
    let kept = callbacks::insert(db, &meta).await?;
    Ok(kept.map(|kept| kept.callback))
}

/// The queue in which the caller waited when nothing more was written down.
fn waited_for(entries: &[Entry]) -> Option<(QueueName, Language)> {
    let mut waits = None;
    for entry in entries {
        match &entry.event {
            Event::Queued {
                queue, language, ..
            } => waits = Some((queue.clone(), language.clone().unwrap_or_default())),
            Event::Connected { .. } | Event::Ended { .. } => waits = None,
            _ => {}
        }
    }
    waits
}

async fn add_event(
    tx: &mut Connection,
    contact: i64,
    at: Duration,
    event: &Event,
) -> Result<(), StoreError> {
    sql::query("INSERT INTO events (contact, at_ms, data) VALUES (?1, ?2, ?3)")
        .bind(contact)
        .bind(millis(at) as i64)
        .bind(serde_json::to_string(event).unwrap_or_default())
        .execute(tx)
        .await?;
    Ok(())
}

async fn recordings(dir: &Path, pool: &Pool, found: &mut Recovered) -> Result<(), StoreError> {
    let known: HashSet<String> = sql::query_scalar("SELECT file FROM messages")
        .fetch_all(pool)
        .await?
        .into_iter()
        .collect();
    let messages = dir.join(MESSAGES);
    let recording = dir.join(RECORDING);
    let finished: HashSet<String> = names(&messages)?.into_iter().collect();
    for name in names(&recording)? {
        let raw = recording.join(&name);
        if name.ends_with(".part") || known.contains(&name) || finished.contains(&name) {
            // Copies that were under way, and sources of what is complete.
            let _ = std::fs::remove_file(&raw);
            continue;
        }
        match recording_left(dir, pool, &name, found).await {
            Ok(()) => {}
            Err(e) => left_for_later(&raw, &e),
        }
    }
    for name in finished.difference(&known) {
        let path = messages.join(name);
        let adopted = async {
            let speech = bounds_of(&path).map_err(StoreError::io(&path))?;
            if let (Some(contact), Some(speech)) = (contact_of(name), speech) {
                adopt(pool, contact, name, length(speech.seen())).await?;
                found.messages += 1;
            }
            Ok(())
        };
        let adopted: Result<(), StoreError> = adopted.await;
        if let Err(e) = adopted {
            left_for_later(&path, &e);
        }
    }
    Ok(())
}

/// One file must not keep the server from its calls.
fn left_for_later(file: &Path, e: &StoreError) {
    tracing::error!(
        file = %file.display(),
        error = %e,
        "what a crash left could not be kept; it stays for the next start"
    );
}

/// One recording that was under way.
async fn recording_left(
    dir: &Path,
    pool: &Pool,
    name: &str,
    found: &mut Recovered,
) -> Result<(), StoreError> {
    let raw = dir.join(RECORDING).join(name);
    let speech = bounds_of(&raw).map_err(StoreError::io(&raw))?;
    let keep = speech
        .as_ref()
        .filter(|s| s.speech() >= MIN_SPEECH)
        .and_then(SpeechBounds::keep);
    match (contact_of(name), keep) {
        (Some(contact), Some(keep)) => {
            let samples = keep.end - keep.start;
            publish(dir, &raw, name, keep)?;
            adopt(pool, contact, name, length(samples)).await?;
            found.messages += 1;
        }
        (Some(_), None) => found.discarded += 1,
        // Not ours: leave it.
        (None, _) => return Ok(()),
    }
    std::fs::remove_file(&raw).map_err(StoreError::io(&raw))
}

/// A row for a file that has none; what is known of its contact goes along.
async fn adopt(
    pool: &Pool,
    contact: ContactId,
    name: &str,
    length: Duration,
) -> Result<(), StoreError> {
    let mut tx = pool.begin().await?;
    let row = sql::query("SELECT line, queue, caller FROM contacts WHERE id = ?1")
        .bind(contact.as_u64() as i64)
        .fetch_optional(&mut tx)
        .await?;
    let text = |column| {
        row.as_ref()
            .and_then(|r| r.try_get::<Option<String>, _>(column).ok().flatten())
    };
    let meta = MessageMeta {
        contact,
        line: text("line").map(LineName::new),
        queue: text("queue").map(QueueName::new),
        caller: text("caller").map(PhoneNumber::new),
        taken: Wall::from_unix_millis(contact.started().unix_millis()),
        length,
    };
    let message = insert_message(&mut tx, &meta, name, true).await?;
    sql::query("UPDATE contacts SET message = ?2 WHERE id = ?1")
        .bind(contact.as_u64() as i64)
        .bind(message.0)
        .execute(&mut tx)
        .await?;
    tx.commit().await?;
    Ok(())
}

fn names(dir: &Path) -> Result<Vec<String>, StoreError> {
    let mut names: Vec<String> = std::fs::read_dir(dir)
        .map_err(StoreError::io(dir))?
        .filter_map(|e| e.ok()?.file_name().into_string().ok())
        .collect();
    names.sort();
    Ok(names)
}
