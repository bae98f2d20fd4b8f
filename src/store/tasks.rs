//! What people have to do: follow-ups, and messages of callers, which are tasks as well.

use super::audit::{self, Deed};
use super::people::Changed;
use super::rows::{MessageRow, id, message, text};
use super::sql::{self, Connection, QueryBuilder, Row};
use super::{Reader, Store, StoreError};
use crate::ids::{ContactId, LineName, QueueName};
use crate::now::Wall;
use crate::record::timeline::{CallbackId, MessageId};

/// A follow-up that is to be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskMeta {
    /// Of this contact.
    pub contact: Option<ContactId>,
    /// Whose people do it.
    pub queue: Option<QueueName>,
    /// What is to be done.
    pub title: String,
    /// More about it.
    pub note: Option<String>,
    /// Until when.
    pub due: Option<Wall>,
}

/// A task as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskRow {
    /// Its number.
    pub id: i64,
    /// `follow_up` or `message`.
    pub kind: String,
    /// Of this contact.
    pub contact: Option<ContactId>,
    /// Where it is a message: which.
    pub message: Option<MessageId>,
    /// The line that was called.
    pub line: Option<LineName>,
    /// Whose people do it.
    pub queue: Option<QueueName>,
    /// What is to be done.
    pub title: String,
    /// More about it.
    pub note: Option<String>,
    /// `open`, `taken` or `done`.
    pub state: String,
    /// Who does it.
    pub taken_by: Option<String>,
    /// Who made it.
    pub created_by: String,
    /// When.
    pub created: Wall,
    /// Until when.
    pub due: Option<Wall>,
    /// The last change.
    pub changed: Wall,
    /// Who did it.
    pub done_by: Option<String>,
    /// One more with each change.
    pub version: i64,
}

/// Which tasks; `None` means all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TaskFilter {
    /// Those that are done as well.
    pub all: bool,
    /// `follow_up` or `message`.
    pub kind: Option<String>,
    /// Of this queue.
    pub queue: Option<QueueName>,
    /// Of this contact.
    pub contact: Option<ContactId>,
    /// Taken by them.
    pub taken_by: Option<String>,
    /// Older than this one.
    pub before: Option<i64>,
    /// Of these queues, or taken or made by them.
    pub only: Option<(Vec<QueueName>, String)>,
}

/// What is done with a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TaskStep {
    /// They do it.
    Take,
    /// Somebody else may do it.
    PutBack,
    /// It is done.
    Done,
}

/// Who makes a step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TaskHand {
    /// They may take what others have.
    pub lead: bool,
    /// So many they may have taken at once; `None`: any number.
    pub most: Option<usize>,
}

/// Why a step could not be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TaskRefusal {
    /// It is done already.
    Done,
    /// Somebody else does it.
    TakenBy(String),
    /// Nobody has taken it.
    NotTaken,
    /// They have taken so many already, as many as they may.
    TooMany(usize),
}

impl Store {
    /// Keeps a follow-up.
    ///
    /// # Errors
    /// As [`StoreError`] says; then there is none.
    pub async fn add_task(&self, task: TaskMeta, deed: Deed) -> Result<TaskRow, StoreError> {
        self.change(move |db| {
            Box::pin(async move {
                let contact = task.contact.map(|c| c.as_u64() as i64);
                let line: Option<String> =
                    sql::query_scalar("SELECT line FROM contacts WHERE id = ?1")
                        .bind(contact)
                        .fetch_optional(&mut *db)
                        .await?;
                let row = sql::query(
                    "INSERT INTO tasks (kind, contact, line, queue, title, note, created_by,
                         created_at, due_at, changed_at)
                     VALUES ('follow_up', ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?7) RETURNING *",
                )
                .bind(contact)
                .bind(line)
                .bind(task.queue.as_ref().map(|q| q.as_str()))
                .bind(&task.title)
                .bind(&task.note)
                .bind(&deed.who)
                .bind(deed.at.unix_millis())
                .bind(task.due.map(Wall::unix_millis))
                .fetch_one(&mut *db)
                .await?;
                let deed = Deed {
                    target: format!("task {}", row.try_get::<i64, _>("id")?),
                    ..deed
                };
                audit::insert(db, &deed).await?;
                self::task(&row)
            })
        })
        .await
    }

    /// Goes on with a task, if it still is of that version. The inner error says why it could not
    /// be; then nothing is changed.
    ///
    /// # Errors
    /// As [`StoreError`] says; then nothing is changed.
    pub async fn step_task(
        &self,
        task: i64,
        version: Option<i64>,
        step: TaskStep,
        hand: TaskHand,
        deed: Deed,
    ) -> Result<Changed<Result<TaskRow, TaskRefusal>>, StoreError> {
        self.change(move |db| {
            Box::pin(async move {
                let Some(row) = task_of(db, task).await? else {
                    return Ok(Changed::Unknown);
                };
                if version.is_some_and(|v| v != row.version) {
                    return Ok(Changed::Meanwhile);
                }
                let (state, taken_by, done_by) = match after(&row, &step, hand.lead, &deed.who) {
                    Ok(after) => after,
                    Err(refusal) => return Ok(Changed::Made(Err(refusal))),
                };
                if step == TaskStep::Take
                    && let Some(most) = hand.most
                    && taken(db, &deed.who).await? >= most
                {
                    return Ok(Changed::Made(Err(TaskRefusal::TooMany(most))));
                }
                let row = sql::query(
                    "UPDATE tasks SET state = ?2, taken_by = ?3, done_by = ?4, changed_at = ?5,
                         version = version + 1 WHERE id = ?1 RETURNING *",
                )
                .bind(task)
                .bind(state)
                .bind(taken_by)
                .bind(done_by)
                .bind(deed.at.unix_millis())
                .fetch_one(&mut *db)
                .await?;
                audit::insert(db, &deed).await?;
                Ok(Changed::Made(Ok(self::task(&row)?)))
            })
        })
        .await
    }

    /// A message was listened to.
    ///
    /// # Errors
    /// It could not be written; then it must not be heard.
    pub async fn message_heard(&self, message: MessageId, deed: Deed) -> Result<(), StoreError> {
        self.change(move |db| {
            Box::pin(async move {
                sql::query("UPDATE messages SET heard_at = coalesce(heard_at, ?2) WHERE id = ?1")
                    .bind(message.0)
                    .bind(deed.at.unix_millis())
                    .execute(&mut *db)
                    .await?;
                audit::insert(db, &deed).await
            })
        })
        .await
    }

    /// Ends a callback: somebody called, or nobody needs to. `false`: there is none of that number
    /// that is open.
    ///
    /// # Errors
    /// As [`StoreError`] says; then it is open as before.
    pub async fn end_callback(
        &self,
        callback: CallbackId,
        called: bool,
        outcome: Option<String>,
        deed: Deed,
    ) -> Result<bool, StoreError> {
        self.change(move |db| {
            Box::pin(async move {
                let done = sql::query(
                    "UPDATE callbacks SET state = ?2, outcome = coalesce(?3, outcome), ended_at = ?4
                     WHERE id = ?1 AND state IN ('open', 'calling')",
                )
                .bind(callback.0)
                .bind(if called { "done" } else { "given_up" })
                .bind(outcome)
                .bind(deed.at.unix_millis())
                .execute(&mut *db)
                .await?;
                if done.rows_affected() == 0 {
                    return Ok(false);
                }
                audit::insert(db, &deed).await?;
                Ok(true)
            })
        })
        .await
    }
}

/// How many tasks somebody has taken and not done.
async fn taken(db: &mut Connection, who: &str) -> Result<usize, StoreError> {
    let count: i64 =
        sql::query_scalar("SELECT count(*) FROM tasks WHERE state = 'taken' AND taken_by = ?1")
            .bind(who)
            .fetch_one(db)
            .await?;
    Ok(usize::try_from(count).unwrap_or(usize::MAX))
}

/// How a task stands after a step: its state, who does it, who did it. `lead`: they may take what
/// others have.
fn after(
    task: &TaskRow,
    step: &TaskStep,
    lead: bool,
    who: &str,
) -> Result<(&'static str, Option<String>, Option<String>), TaskRefusal> {
    let others = task.taken_by.as_ref().filter(|by| *by != who && !lead);
    match (step, task.state.as_str(), others) {
        (_, "done", _) => Err(TaskRefusal::Done),
        (_, _, Some(by)) => Err(TaskRefusal::TakenBy(by.clone())),
        (TaskStep::Take, "taken", None) if task.taken_by.as_deref() == Some(who) => {
            Err(TaskRefusal::TakenBy(who.to_owned()))
        }
        (TaskStep::Take, _, None) => Ok(("taken", Some(who.to_owned()), None)),
        (TaskStep::PutBack, "taken", None) => Ok(("open", None, None)),
        (TaskStep::PutBack, _, None) => Err(TaskRefusal::NotTaken),
        (TaskStep::Done, _, None) => Ok(("done", task.taken_by.clone(), Some(who.to_owned()))),
    }
}

/// A message becomes a task in the same transaction. That must not keep a message from being kept:
/// where the row of an earlier one was lost, its number comes again, and with it its task.
pub(super) async fn of_message(db: &mut Connection, message: i64) -> Result<(), StoreError> {
    sql::query(
        "INSERT INTO tasks (kind, contact, message, line, queue, title, created_by, created_at,
             changed_at)
         SELECT 'message', contact, id, line, queue, 'Message of a caller', 'caller', taken_at,
             taken_at FROM messages WHERE id = ?1
         ON CONFLICT (message) DO UPDATE SET contact = excluded.contact, line = excluded.line,
             queue = excluded.queue, state = 'open', taken_by = NULL, done_by = NULL,
             created_at = excluded.created_at, changed_at = excluded.changed_at,
             version = tasks.version + 1",
    )
    .bind(message)
    .execute(db)
    .await?;
    Ok(())
}

async fn task_of(db: &mut Connection, task: i64) -> Result<Option<TaskRow>, StoreError> {
    let row = sql::query("SELECT * FROM tasks WHERE id = ?1")
        .bind(task)
        .fetch_optional(db)
        .await?;
    row.as_ref().map(self::task).transpose()
}

impl Reader {
    /// Tasks, the newest first, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn tasks(&self, filter: &TaskFilter, limit: u32) -> Result<Vec<TaskRow>, StoreError> {
        let mut q = QueryBuilder::new("SELECT * FROM tasks WHERE 1 = 1");
        if !filter.all {
            q.push(" AND state <> 'done'");
        }
        if let Some(kind) = &filter.kind {
            q.push(" AND kind = ").push_bind(kind.clone());
        }
        if let Some(queue) = &filter.queue {
            q.push(" AND queue = ").push_bind(queue.as_str().to_owned());
        }
        if let Some(contact) = filter.contact {
            q.push(" AND contact = ").push_bind(contact.as_u64() as i64);
        }
        if let Some(by) = &filter.taken_by {
            q.push(" AND taken_by = ").push_bind(by.clone());
        }
        if let Some(before) = filter.before {
            q.push(" AND id < ").push_bind(before);
        }
        if let Some((queues, who)) = &filter.only {
            q.push(" AND (taken_by = ").push_bind(who.clone());
            q.push(" OR created_by = ").push_bind(who.clone());
            for queue in queues {
                q.push(" OR queue = ").push_bind(queue.as_str().to_owned());
            }
            q.push(")");
        }
        q.push(" ORDER BY id DESC LIMIT ").push_bind(limit);
        let rows = q.build().fetch_all(&self.pool).await?;
        rows.iter().map(task).collect()
    }

    /// One task.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn task(&self, id: i64) -> Result<Option<TaskRow>, StoreError> {
        let row = sql::query("SELECT * FROM tasks WHERE id = ?1")
            .bind(id)
            .fetch_optional(&self.pool)
            .await?;
        row.as_ref().map(task).transpose()
    }

    /// Messages of these queues, and of none, that are not dealt with and that nobody but `who` has
    /// taken, the oldest first, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn messages_left(
        &self,
        queues: &[QueueName],
        who: &str,
        limit: u32,
    ) -> Result<Vec<MessageRow>, StoreError> {
        let mut q = QueryBuilder::new(
            "SELECT m.* FROM messages m JOIN tasks t ON t.message = m.id WHERE t.state <> 'done'",
        );
        q.push(" AND (t.taken_by IS NULL OR t.taken_by = ")
            .push_bind(who.to_owned());
        q.push(") AND (m.queue IS NULL");
        for queue in queues {
            q.push(" OR m.queue = ")
                .push_bind(queue.as_str().to_owned());
        }
        q.push(") ORDER BY m.taken_at, m.id LIMIT ")
            .push_bind(limit);
        let rows = q.build().fetch_all(&self.pool).await?;
        rows.iter().map(message).collect()
    }

    /// The task that a message is.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn task_of_message(&self, id: MessageId) -> Result<Option<TaskRow>, StoreError> {
        let row = sql::query("SELECT * FROM tasks WHERE message = ?1")
            .bind(id.0)
            .fetch_optional(&self.pool)
            .await?;
        row.as_ref().map(task).transpose()
    }
}

fn task(r: &Row) -> Result<TaskRow, StoreError> {
    let contact: Option<i64> = r.try_get("contact")?;
    let due: Option<i64> = r.try_get("due_at")?;
    Ok(TaskRow {
        id: r.try_get("id")?,
        kind: r.try_get("kind")?,
        contact: contact.map(|_| id(r, "contact")).transpose()?,
        message: r.try_get::<Option<i64>, _>("message")?.map(MessageId),
        line: text(r, "line")?.map(LineName::new),
        queue: text(r, "queue")?.map(QueueName::new),
        title: r.try_get("title")?,
        note: text(r, "note")?,
        state: r.try_get("state")?,
        taken_by: text(r, "taken_by")?,
        created_by: r.try_get("created_by")?,
        created: Wall::from_unix_millis(r.try_get("created_at")?),
        due: due.map(Wall::from_unix_millis),
        changed: Wall::from_unix_millis(r.try_get("changed_at")?),
        done_by: text(r, "done_by")?,
        version: r.try_get("version")?,
    })
}
