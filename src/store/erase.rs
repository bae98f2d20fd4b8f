//! Removes what is kept of one caller, when they ask for it.
//!
//! It is shown first and done then, in one transaction. What goes on is never touched, and what is
//! owed (a callback, a message or task that is not done, a follow-up that was not sent) only when
//! that is said: somebody waits for it.

mod writings;

use std::path::Path;

use super::audit::{self, Deed};
use super::recordings::{self, Forgets};
use super::sql::{self, Connection};
use super::{MESSAGES, Reader, Store, StoreError};
use crate::ids::PhoneNumber;

/// What there is of a caller, or was removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Erasure {
    /// Contacts, with all that happened to them.
    pub contacts: u64,
    /// Recordings of talks.
    pub recordings: u64,
    /// Messages.
    pub messages: u64,
    /// Wishes to be called back.
    pub callbacks: u64,
    /// Tasks, besides messages.
    pub tasks: u64,
    /// Follow-ups.
    pub letters: u64,
    /// Places in guides.
    pub guides: u64,
    /// Contacts that stay, because something is owed, or because they go on.
    pub kept: u64,
}

/// Their contacts.
const OF_CALLER: &str = "SELECT id FROM contacts WHERE caller = ?1";
/// Those that go on.
const GOES_ON: &str = "SELECT EXISTS (SELECT 1 FROM contacts WHERE id = ?1 AND verdict IS NULL)
        OR EXISTS (SELECT 1 FROM recordings WHERE contact = ?1 AND length_ms IS NULL)
        OR EXISTS (SELECT 1 FROM callbacks WHERE contact = ?1 AND state = 'calling')";
/// Those to whom something is owed.
const OWED: &str = "SELECT EXISTS (SELECT 1 FROM callbacks WHERE contact = ?1 AND state = 'open')
        OR EXISTS (SELECT 1 FROM tasks WHERE contact = ?1 AND state <> 'done')
        OR EXISTS (SELECT 1 FROM outbox WHERE contact = ?1 AND state = 'open')";

/// How a caller's number is written in what is kept of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Writings {
    /// So.
    Found(Vec<PhoneNumber>),
    /// These are numbers of several countries: whose is meant is not known.
    Several(Vec<PhoneNumber>),
}

impl Reader {
    /// How this number, however it is written, is written in what is kept: with its country or
    /// without, with `+` or `00`, with marks between the digits.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn writings(&self, number: &PhoneNumber) -> Result<Writings, StoreError> {
        let kept: Vec<String> =
            sql::query_scalar("SELECT caller FROM contacts UNION SELECT caller FROM guide_steps")
                .fetch_all(&self.pool)
                .await?;
        let kept = kept.into_iter().map(PhoneNumber::new);
        Ok(match writings::of(number, kept) {
            Ok(found) => Writings::Found(found),
            Err(several) => Writings::Several(several),
        })
    }
}

impl Erasure {
    /// Both together.
    fn and(self, more: Erasure) -> Erasure {
        Erasure {
            contacts: self.contacts + more.contacts,
            recordings: self.recordings + more.recordings,
            messages: self.messages + more.messages,
            callbacks: self.callbacks + more.callbacks,
            tasks: self.tasks + more.tasks,
            letters: self.letters + more.letters,
            guides: self.guides + more.guides,
            kept: self.kept + more.kept,
        }
    }
}

impl Store {
    /// Removes what is kept of one caller under all these writings of their number, of which each is
    /// one transaction; see [`Store::erase_caller`].
    ///
    /// # Errors
    /// What is kept under the earlier writings may be gone.
    pub async fn erase_written(
        &self,
        writings: &[PhoneNumber],
        owed: bool,
        dry: bool,
        deed: &Deed,
    ) -> Result<Erasure, StoreError> {
        let mut all = Erasure::default();
        for number in writings {
            let erased = self.erase_caller(number, owed, dry, deed.clone()).await?;
            all = all.and(erased);
        }
        Ok(all)
    }

    /// Removes what is kept of this caller, whose number is written exactly as it is kept; also what
    /// is owed to them, if `owed`. With `dry` nothing is changed. The deed is completed with what was
    /// removed.
    ///
    /// # Errors
    /// Nothing was removed but, perhaps, files.
    pub async fn erase_caller(
        &self,
        caller: &PhoneNumber,
        owed: bool,
        dry: bool,
        deed: Deed,
    ) -> Result<Erasure, StoreError> {
        let (dir, caller) = (self.place.dir.clone(), caller.clone());
        let erased = self
            .change(move |db| {
                Box::pin(async move {
                    let mut erased = Erasure::default();
                    let number = caller.reveal();
                    let ids: Vec<i64> = sql::query_scalar(OF_CALLER)
                        .bind(number)
                        .fetch_all(&mut *db)
                        .await?;
                    for id in ids {
                        let goes_on: bool = asks(db, GOES_ON, id).await?;
                        if goes_on || (!owed && asks(db, OWED, id).await?) {
                            erased.kept += 1;
                        } else {
                            contact(db, &dir, id, (!dry).then_some(&deed), &mut erased).await?;
                        }
                    }
                    erased.guides = count(
                        db,
                        "SELECT count(*) FROM guide_steps WHERE caller = ?1",
                        number,
                    )
                    .await?;
                    if !dry {
                        sql::query("DELETE FROM guide_steps WHERE caller = ?1")
                            .bind(number)
                            .execute(&mut *db)
                            .await?;
                        let deed = Deed {
                            target: format!("caller {caller}"),
                            detail: Some(erased.words()),
                            ..deed
                        };
                        audit::insert(db, &deed).await?;
                    }
                    Ok(erased)
                })
            })
            .await?;
        if !dry {
            self.rinse().await?;
        }
        Ok(erased)
    }
}

impl Erasure {
    /// In words, without anything about whom.
    pub fn words(&self) -> String {
        let parts = [
            (self.contacts, "contacts"),
            (self.recordings, "recordings"),
            (self.messages, "messages"),
            (self.callbacks, "callbacks"),
            (self.tasks, "tasks"),
            (self.letters, "follow-ups"),
            (self.guides, "places in guides"),
        ];
        let there = parts.into_iter().filter(|(n, _)| *n > 0);
        let there: Vec<String> = there.map(|(n, what)| format!("{n} {what}")).collect();
        let removed = match there.is_empty() {
            true => "nothing".to_owned(),
            false => there.join(", "),
        };
        match self.kept {
            0 => removed,
            kept => format!("{removed}; {kept} contacts stay"),
        }
    }
}

async fn asks(db: &mut Connection, question: &'static str, id: i64) -> Result<bool, StoreError> {
    Ok(sql::query_scalar(question).bind(id).fetch_one(db).await?)
}

async fn count(
    db: &mut Connection,
    question: &'static str,
    number: &str,
) -> Result<u64, StoreError> {
    let n: i64 = sql::query_scalar(question)
        .bind(number)
        .fetch_one(db)
        .await?;
    Ok(u64::try_from(n).unwrap_or(0))
}

async fn of_contact(
    db: &mut Connection,
    question: &'static str,
    id: i64,
) -> Result<u64, StoreError> {
    let n: i64 = sql::query_scalar(question).bind(id).fetch_one(db).await?;
    Ok(u64::try_from(n).unwrap_or(0))
}

/// One contact with all that is of it.
async fn contact(
    db: &mut Connection,
    dir: &Path,
    id: i64,
    deed: Option<&Deed>,
    erased: &mut Erasure,
) -> Result<(), StoreError> {
    erased.contacts += 1;
    for (sum, question) in [
        (
            &mut erased.recordings,
            "SELECT count(*) FROM recordings WHERE contact = ?1 AND deleted_at IS NULL",
        ),
        (
            &mut erased.messages,
            "SELECT count(*) FROM messages WHERE contact = ?1",
        ),
        (
            &mut erased.callbacks,
            "SELECT count(*) FROM callbacks WHERE contact = ?1",
        ),
        (
            &mut erased.tasks,
            "SELECT count(*) FROM tasks WHERE contact = ?1 AND kind <> 'message'",
        ),
        (
            &mut erased.letters,
            "SELECT count(*) FROM outbox WHERE contact = ?1",
        ),
    ] {
        *sum += of_contact(db, question, id).await?;
    }
    // Nothing is done, it is only told.
    let Some(deed) = deed else {
        return Ok(());
    };
    recordings::forget_contact(db, dir, id, &Forgets::Somebody(deed)).await?;
    let files = sql::query("SELECT file FROM messages WHERE contact = ?1")
        .bind(id)
        .fetch_all(&mut *db)
        .await?;
    for row in &files {
        let file: String = row.try_get(0)?;
        super::retention::remove(dir.join(MESSAGES).join(file)).await?;
    }
    for statement in [
        "DELETE FROM tasks WHERE contact = ?1",
        "DELETE FROM messages WHERE contact = ?1",
        "DELETE FROM callbacks WHERE contact = ?1",
        "DELETE FROM outbox WHERE contact = ?1",
        "DELETE FROM chat_read WHERE contact = ?1",
        "DELETE FROM approvals WHERE contact = ?1",
        "DELETE FROM sip_messages WHERE contact = ?1",
        "DELETE FROM events WHERE contact = ?1",
        "DELETE FROM contacts WHERE id = ?1",
    ] {
        sql::query(statement).bind(id).execute(&mut *db).await?;
    }
    Ok(())
}
