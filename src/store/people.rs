//! Those who sign in: users and their sessions.

use super::audit::{self, Deed};
use super::rows::{flag, text};
use super::sql::{self, Connection, Row};
use super::{Reader, Store, StoreError};
use crate::ids::AgentId;
use crate::now::Wall;

/// What somebody may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Answers callers.
    Agent,
    /// Leads those who do.
    Supervisor,
    /// Keeps the lines and the machine.
    Operator,
    /// All of it, and who may sign in.
    Admin,
}

impl Role {
    /// All of them, the least first.
    pub const ALL: [Role; 4] = [Role::Agent, Role::Supervisor, Role::Operator, Role::Admin];

    /// One word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Role::Agent => "agent",
            Role::Supervisor => "supervisor",
            Role::Operator => "operator",
            Role::Admin => "admin",
        }
    }

    /// The role of that word.
    pub fn parse(word: &str) -> Option<Role> {
        Role::ALL.into_iter().find(|r| r.as_str() == word)
    }
}

/// A user as they are kept.
#[derive(Clone, PartialEq, Eq)]
pub struct UserRow {
    /// Their name, lower case.
    pub name: String,
    /// As others see them.
    pub display: String,
    /// What they may do.
    pub role: Role,
    /// Whose phone is theirs.
    pub agent: Option<AgentId>,
    /// PHC string of argon2id.
    pub password: String,
    /// May not sign in.
    pub disabled: bool,
    /// When they were made.
    pub created: Wall,
    /// The last time.
    pub signed_in: Option<Wall>,
    /// One more with each change.
    pub version: i64,
}

/// Not its password's hash.
impl std::fmt::Debug for UserRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("UserRow")
            .field("name", &self.name)
            .field("role", &self.role)
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}

/// What is to be changed about a user; `None`: nothing.
#[derive(Clone, Default)]
pub struct UserChange {
    /// As others see them.
    pub display: Option<String>,
    /// What they may do.
    pub role: Option<Role>,
    /// Whose phone is theirs; the inner `None`: nobody's.
    pub agent: Option<Option<AgentId>>,
    /// May not sign in.
    pub disabled: Option<bool>,
    /// PHC string.
    pub password: Option<String>,
}

/// What came of a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Changed<T> {
    /// It was made.
    Made(T),
    /// There is nothing of that name.
    Unknown,
    /// It is not any more what it was taken for.
    Meanwhile,
    /// Nobody could administrate any more.
    LastAdmin,
    /// Something of that name is there already, or the agent is another user's.
    Taken,
}

/// A session and whose it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionRow {
    /// SHA-256 of what the cookie holds.
    pub id: String,
    /// Whose.
    pub user: UserRow,
    /// Begun.
    pub created: Wall,
    /// Last used.
    pub seen: Wall,
    /// Over then.
    pub until: Wall,
}

impl Store {
    /// Makes a user. [`Changed::Taken`]: the name or the agent is another user's.
    ///
    /// # Errors
    /// As [`StoreError`] says; then there is no new user.
    pub async fn add_user(&self, user: UserRow, deed: Deed) -> Result<Changed<()>, StoreError> {
        self.change(move |db| {
            Box::pin(async move {
                let taken: i64 =
                    sql::query_scalar("SELECT count(*) FROM users WHERE name = ?1 OR agent = ?2")
                        .bind(&user.name)
                        .bind(user.agent.as_ref().map(|a| a.as_str()))
                        .fetch_one(&mut *db)
                        .await?;
                if taken > 0 {
                    return Ok(Changed::Taken);
                }
                sql::query(
                    "INSERT INTO users (name, display, role, agent, password, disabled, created_at)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                )
                .bind(&user.name)
                .bind(&user.display)
                .bind(user.role.as_str())
                .bind(user.agent.as_ref().map(|a| a.as_str()))
                .bind(&user.password)
                .bind(user.disabled)
                .bind(user.created.unix_millis())
                .execute(&mut *db)
                .await?;
                audit::insert(db, &deed).await?;
                Ok(Changed::Made(()))
            })
        })
        .await
    }

    /// Changes a user, if they still are of that version. A new password, role or being disabled
    /// ends their sessions.
    ///
    /// # Errors
    /// As [`StoreError`] says; then nothing is changed.
    pub async fn change_user(
        &self,
        name: String,
        version: Option<i64>,
        change: UserChange,
        deed: Deed,
    ) -> Result<Changed<UserRow>, StoreError> {
        self.change(move |db| {
            Box::pin(async move {
                let Some(mut user) = user_of(db, &name).await? else {
                    return Ok(Changed::Unknown);
                };
                if version.is_some_and(|v| v != user.version) {
                    return Ok(Changed::Meanwhile);
                }
                let was_admin = user.role == Role::Admin && !user.disabled;
                let signs_out = change.password.is_some()
                    || change.disabled == Some(true)
                    || change.role.is_some_and(|r| r != user.role);
                user.display = change.display.unwrap_or(user.display);
                user.role = change.role.unwrap_or(user.role);
                user.agent = change.agent.unwrap_or(user.agent);
                user.disabled = change.disabled.unwrap_or(user.disabled);
                user.password = change.password.unwrap_or(user.password);
                user.version += 1;
                let is_admin = user.role == Role::Admin && !user.disabled;
                if was_admin && !is_admin && other_admins(db, &name).await? == 0 {
                    return Ok(Changed::LastAdmin);
                }
                if let Some(agent) = &user.agent {
                    let taken: i64 = sql::query_scalar(
                        "SELECT count(*) FROM users WHERE agent = ?1 AND name <> ?2",
                    )
                    .bind(agent.as_str())
                    .bind(&name)
                    .fetch_one(&mut *db)
                    .await?;
                    if taken > 0 {
                        return Ok(Changed::Taken);
                    }
                }
                sql::query(
                    "UPDATE users SET display = ?2, role = ?3, agent = ?4, disabled = ?5,
                         password = ?6, version = ?7 WHERE name = ?1",
                )
                .bind(&name)
                .bind(&user.display)
                .bind(user.role.as_str())
                .bind(user.agent.as_ref().map(|a| a.as_str()))
                .bind(user.disabled)
                .bind(&user.password)
                .bind(user.version)
                .execute(&mut *db)
                .await?;
                if signs_out {
                    sign_out(db, &name).await?;
                }
                audit::insert(db, &deed).await?;
                Ok(Changed::Made(user))
            })
        })
        .await
    }

    /// Removes a user and ends their sessions.
    ///
    /// # Errors
    /// As [`StoreError`] says; then nothing is changed.
    pub async fn remove_user(
        &self,
        name: String,
        version: Option<i64>,
        deed: Deed,
    ) -> Result<Changed<()>, StoreError> {
        self.change(move |db| {
            Box::pin(async move {
                let Some(user) = user_of(db, &name).await? else {
                    return Ok(Changed::Unknown);
                };
                if version.is_some_and(|v| v != user.version) {
                    return Ok(Changed::Meanwhile);
                }
                if user.role == Role::Admin && other_admins(db, &name).await? == 0 {
                    return Ok(Changed::LastAdmin);
                }
                sql::query("DELETE FROM users WHERE name = ?1")
                    .bind(&name)
                    .execute(&mut *db)
                    .await?;
                sign_out(db, &name).await?;
                audit::insert(db, &deed).await?;
                Ok(Changed::Made(()))
            })
        })
        .await
    }

    /// Begins a session, and forgets those that are over.
    ///
    /// # Errors
    /// As [`StoreError`] says; then there is none.
    pub async fn begin_session(&self, session: SessionRow, deed: Deed) -> Result<(), StoreError> {
        self.change(move |db| {
            Box::pin(async move {
                let now = session.created.unix_millis();
                sql::query("DELETE FROM sessions WHERE until_at <= ?1")
                    .bind(now)
                    .execute(&mut *db)
                    .await?;
                sql::query(
                    "INSERT INTO sessions (id, user_name, source, created_at, seen_at, until_at)
                     VALUES (?1, ?2, ?3, ?4, ?4, ?5)",
                )
                .bind(&session.id)
                .bind(&session.user.name)
                .bind(&deed.source)
                .bind(now)
                .bind(session.until.unix_millis())
                .execute(&mut *db)
                .await?;
                sql::query("UPDATE users SET signed_in_at = ?2 WHERE name = ?1")
                    .bind(&session.user.name)
                    .bind(now)
                    .execute(&mut *db)
                    .await?;
                audit::insert(db, &deed).await
            })
        })
        .await
    }

    /// A session was used now.
    ///
    /// # Errors
    /// It could not be written.
    pub async fn session_seen(&self, id: String, now: Wall) -> Result<(), StoreError> {
        self.change(move |db| {
            Box::pin(async move {
                sql::query("UPDATE sessions SET seen_at = ?2 WHERE id = ?1")
                    .bind(id)
                    .bind(now.unix_millis())
                    .execute(db)
                    .await?;
                Ok(())
            })
        })
        .await
    }

    /// Ends a session.
    ///
    /// # Errors
    /// It could not be ended.
    pub async fn end_session(&self, id: String, deed: Deed) -> Result<(), StoreError> {
        self.change(move |db| {
            Box::pin(async move {
                sql::query("DELETE FROM sessions WHERE id = ?1")
                    .bind(id)
                    .execute(&mut *db)
                    .await?;
                audit::insert(db, &deed).await
            })
        })
        .await
    }

    /// A key of our own making: the one that is kept, or from now on `made`.
    ///
    /// # Errors
    /// It could not be read or kept.
    pub async fn key(&self, name: &'static str, made: String) -> Result<String, StoreError> {
        self.change(move |db| {
            Box::pin(async move {
                sql::query("INSERT INTO keys (name, value) VALUES (?1, ?2) ON CONFLICT DO NOTHING")
                    .bind(name)
                    .bind(made)
                    .execute(&mut *db)
                    .await?;
                let kept = sql::query_scalar("SELECT value FROM keys WHERE name = ?1");
                Ok(kept.bind(name).fetch_one(db).await?)
            })
        })
        .await
    }
}

async fn user_of(db: &mut Connection, name: &str) -> Result<Option<UserRow>, StoreError> {
    let row = sql::query("SELECT * FROM users WHERE name = ?1")
        .bind(name)
        .fetch_optional(db)
        .await?;
    row.as_ref().map(user).transpose()
}

async fn other_admins(db: &mut Connection, name: &str) -> Result<i64, StoreError> {
    let count = sql::query_scalar(
        "SELECT count(*) FROM users WHERE role = 'admin' AND disabled = 0 AND name <> ?1",
    );
    Ok(count.bind(name).fetch_one(db).await?)
}

async fn sign_out(db: &mut Connection, name: &str) -> Result<(), StoreError> {
    sql::query("DELETE FROM sessions WHERE user_name = ?1")
        .bind(name)
        .execute(db)
        .await?;
    Ok(())
}

impl Reader {
    /// Users, by name.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn users(&self) -> Result<Vec<UserRow>, StoreError> {
        let rows = sql::query("SELECT * FROM users ORDER BY name")
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(user).collect()
    }

    /// One user.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn user(&self, name: &str) -> Result<Option<UserRow>, StoreError> {
        let row = sql::query("SELECT * FROM users WHERE name = ?1")
            .bind(name)
            .fetch_optional(&self.pool)
            .await?;
        row.as_ref().map(user).transpose()
    }

    /// A session of somebody who may sign in, over or not.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn session(&self, id: &str) -> Result<Option<SessionRow>, StoreError> {
        let row = sql::query(
            "SELECT users.*, sessions.id AS session, sessions.created_at AS begun,
                 sessions.seen_at AS seen, sessions.until_at AS until
             FROM sessions JOIN users ON users.name = sessions.user_name
             WHERE sessions.id = ?1 AND users.disabled = 0",
        )
        .bind(id)
        .fetch_optional(&self.pool)
        .await?;
        let row = row.map(|r| {
            Ok::<_, StoreError>(SessionRow {
                id: r.try_get("session")?,
                created: Wall::from_unix_millis(r.try_get("begun")?),
                seen: Wall::from_unix_millis(r.try_get("seen")?),
                until: Wall::from_unix_millis(r.try_get("until")?),
                user: user(&r)?,
            })
        });
        row.transpose()
    }
}

fn user(r: &Row) -> Result<UserRow, StoreError> {
    Ok(UserRow {
        name: r.try_get("name")?,
        display: r.try_get("display")?,
        // A role of a newer release may not do more here than the least.
        role: Role::parse(r.try_get("role")?).unwrap_or(Role::Agent),
        agent: text(r, "agent")?.map(AgentId::new),
        password: r.try_get("password")?,
        disabled: flag(r, "disabled")?,
        created: Wall::from_unix_millis(r.try_get("created_at")?),
        signed_in: r
            .try_get::<Option<i64>, _>("signed_in_at")?
            .map(Wall::from_unix_millis),
        version: r.try_get("version")?,
    })
}
