//! `zeroline agents`, `queues`, `users` and `tokens`: what the HTTP API does, on the command line.

use clap::{Args, Subcommand};
use http::Method;
use serde_json::{Value, json};

use super::api::{self, NOT_RUNNING, Refused, Way, listed, part};
use super::{FAILED, OK};
use crate::config::Config;
use crate::store::report::{self, View};
use crate::store::{Reader, StoreError};

/// About agents.
#[derive(Clone, Debug, Subcommand, PartialEq)]
pub enum AgentsCommand {
    /// What each does; when no server runs, what they did last
    List {
        /// As JSON, one object per line
        #[arg(long)]
        json: bool,
    },
    /// Say for one that they are ready
    Ready {
        /// Who
        agent: String,
    },
    /// Say for one that they pause
    Pause {
        /// Who
        agent: String,
        /// Why, in a word
        #[arg(long)]
        reason: String,
    },
    /// Say for one that the last talk is written up
    WrapUpDone {
        /// Who
        agent: String,
    },
}

/// About queues.
#[derive(Clone, Debug, Args, PartialEq)]
pub struct QueuesArgs {
    /// As JSON, one object per line
    #[arg(long)]
    pub json: bool,
}

/// About those who may sign in.
#[derive(Clone, Debug, Subcommand, PartialEq)]
pub enum UsersCommand {
    /// All of them
    List {
        /// As JSON, one object per line
        #[arg(long)]
        json: bool,
    },
    /// Make one; a password is made and printed once
    Add {
        /// What they sign in with
        name: String,
        /// agent, supervisor, operator or admin
        #[arg(long)]
        role: String,
        /// Whose phone is theirs
        #[arg(long)]
        agent: Option<String>,
        /// As others see them
        #[arg(long)]
        display: Option<String>,
    },
    /// Make a new password, print it once, and end their sessions
    ResetPassword {
        /// Whose
        name: String,
    },
    /// They may not sign in any more
    Disable {
        /// Who
        name: String,
    },
    /// They may sign in again
    Enable {
        /// Who
        name: String,
    },
    /// Remove one
    Remove {
        /// Who
        name: String,
    },
}

/// About tokens for programs.
#[derive(Clone, Debug, Subcommand, PartialEq)]
pub enum TokensCommand {
    /// All of them; themselves they do not show
    List {
        /// As JSON, one object per line
        #[arg(long)]
        json: bool,
    },
    /// Make one; it is printed once
    Add {
        /// What it is for
        name: String,
        /// agent, supervisor, operator or admin
        #[arg(long)]
        role: String,
        /// With the role agent: for whom
        #[arg(long)]
        agent: Option<String>,
        /// Over after so many days; without it: when it is taken back
        #[arg(long)]
        days: Option<u32>,
    },
    /// Take one back
    Revoke {
        /// Its number, as `list` shows it
        id: i64,
    },
}

/// `zeroline agents`: what is told, and the exit code.
///
/// # Errors
/// What the store says.
pub async fn agents(
    config: &Config,
    what: Option<AgentsCommand>,
    view: &View,
) -> Result<(String, u8), StoreError> {
    let running = api::running(&config.store.dir).await;
    let what = what.unwrap_or(AgentsCommand::List { json: false });
    let (way, command) = match (running, what) {
        (None, AgentsCommand::List { json }) => {
            let rows = Reader::open(&config.store).await?.agents().await?;
            let told = match json {
                true => rows.iter().map(|r| format!("{}\n", json!(r))).collect(),
                false => report::agents(&rows, view),
            };
            return Ok((told, OK));
        }
        (None, _) => return Ok((NOT_RUNNING.to_owned(), FAILED)),
        (Some(way), what) => (way, what),
    };
    let steer = async |way: Way, agent: &str, what: &str, body: Value| {
        let path = format!("/agents/{}/{what}", part(agent));
        let done = way.ask(Method::POST, &path, Some(body)).await?;
        let state = done["state"].as_str().unwrap_or_default();
        Ok::<String, Refused>(format!("{agent} is {state}\n"))
    };
    let done = match command {
        AgentsCommand::List { json } => way.ask(Method::GET, "/agents", None).await.map(|all| {
            let columns = [
                ("AGENT", "agent"),
                ("NAME", "name"),
                ("STATE", "state"),
                ("REASON", "reason"),
                ("SINCE", "since"),
                ("QUEUES", "queues"),
            ];
            listed(&all, json, &columns)
        }),
        AgentsCommand::Ready { agent } => steer(way, &agent, "ready", json!({})).await,
        AgentsCommand::Pause { agent, reason } => {
            steer(way, &agent, "pause", json!({ "reason": reason })).await
        }
        AgentsCommand::WrapUpDone { agent } => steer(way, &agent, "wrap-up-done", json!({})).await,
    };
    Ok(api::told(done))
}

/// `zeroline queues`.
///
/// # Errors
/// None of the store's.
pub async fn queues(config: &Config, asked: &QueuesArgs) -> Result<(String, u8), StoreError> {
    let Some(way) = api::running(&config.store.dir).await else {
        return Ok((NOT_RUNNING.to_owned(), FAILED));
    };
    let columns = [
        ("QUEUE", "queue"),
        ("WAITING", "waiting"),
        ("SINCE", "waiting_since"),
        ("STAFFED", "staffed"),
        ("READY", "ready"),
    ];
    let all = way.ask(Method::GET, "/queues", None).await;
    Ok(api::told(all.map(|all| listed(&all, asked.json, &columns))))
}

/// `zeroline users`.
///
/// # Errors
/// What the store says.
pub async fn users(
    config: &Config,
    what: Option<UsersCommand>,
) -> Result<(String, u8), StoreError> {
    let way = api::way(config).await?;
    let path = |name: &str| format!("/users/{}", part(name));
    let change = async |way: Way, name: &str, disabled: bool| {
        let body = json!({ "disabled": disabled });
        way.ask(Method::PATCH, &path(name), Some(body)).await?;
        let word = if disabled { "may not" } else { "may" };
        Ok::<String, Refused>(format!("{name} {word} sign in\n"))
    };
    let done = match what.unwrap_or(UsersCommand::List { json: false }) {
        UsersCommand::List { json } => way.ask(Method::GET, "/users", None).await.map(|all| {
            let columns = [
                ("USER", "user"),
                ("NAME", "display"),
                ("ROLE", "role"),
                ("AGENT", "agent"),
                ("DISABLED", "disabled"),
                ("SIGNED IN", "signed_in"),
            ];
            listed(&all, json, &columns)
        }),
        UsersCommand::Add {
            name,
            role,
            agent,
            display,
        } => {
            let body = json!({ "user": name, "role": role, "agent": agent, "display": display });
            way.ask(Method::POST, "/users", Some(body))
                .await
                .map(|u| password(&u))
        }
        UsersCommand::ResetPassword { name } => {
            let path = format!("{}/password", path(&name));
            way.ask(Method::POST, &path, Some(json!({})))
                .await
                .map(|u| password(&u))
        }
        UsersCommand::Disable { name } => change(way, &name, true).await,
        UsersCommand::Enable { name } => change(way, &name, false).await,
        UsersCommand::Remove { name } => {
            let done = way.ask(Method::DELETE, &path(&name), None).await;
            done.map(|_| format!("{name} is removed\n"))
        }
    };
    Ok(api::told(done))
}

fn password(made: &Value) -> String {
    let text = |field: &str| made[field].as_str().unwrap_or_default();
    format!(
        "{} ({}): password {} (shown only now)\n",
        text("user"),
        text("role"),
        text("password")
    )
}

/// `zeroline tokens`.
///
/// # Errors
/// What the store says.
pub async fn tokens(
    config: &Config,
    what: Option<TokensCommand>,
) -> Result<(String, u8), StoreError> {
    let way = api::way(config).await?;
    let done = match what.unwrap_or(TokensCommand::List { json: false }) {
        TokensCommand::List { json } => way.ask(Method::GET, "/tokens", None).await.map(|all| {
            let columns = [
                ("ID", "id"),
                ("NAME", "name"),
                ("ROLE", "role"),
                ("AGENT", "agent"),
                ("MADE BY", "created_by"),
                ("UNTIL", "until"),
                ("USED", "used"),
                ("TAKEN BACK", "revoked"),
            ];
            listed(&all, json, &columns)
        }),
        TokensCommand::Add {
            name,
            role,
            agent,
            days,
        } => {
            let body = json!({ "name": name, "role": role, "agent": agent, "days": days });
            let made = way.ask(Method::POST, "/tokens", Some(body)).await;
            made.map(|t| {
                let token = t["token"].as_str().unwrap_or_default();
                format!("{token}\n(token {}, shown only now)\n", t["id"])
            })
        }
        TokensCommand::Revoke { id } => {
            let done = way
                .ask(Method::DELETE, &format!("/tokens/{id}"), None)
                .await;
            done.map(|_| format!("token {id} is taken back\n"))
        }
    };
    Ok(api::told(done))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Layers, Secret};

    /// No server runs: the same handlers over the store.
    #[tokio::test]
    async fn users_and_tokens_are_kept_without_a_server() {
        let dir = tempfile::tempdir().unwrap();
        let mut config =
            crate::config::load(&Layers::default(), Secret::new("demo")).expect("settings");
        config.store.dir = dir.path().to_owned();
        let add = UsersCommand::Add {
            name: "Ann".to_owned(),
            role: "supervisor".to_owned(),
            agent: None,
            display: None,
        };
        let (told, code) = users(&config, Some(add.clone())).await.unwrap();
        assert!(
            code == OK && told.starts_with("ann (supervisor): password "),
            "{told}"
        );
        let (told, code) = users(&config, Some(add)).await.unwrap();
        assert!(code == FAILED && told.contains("another user"), "{told}");
        let (told, _) = users(&config, None).await.unwrap();
        assert!(
            told.contains("ann") && told.contains("supervisor"),
            "{told}"
        );
        let reset = UsersCommand::ResetPassword {
            name: "ann".to_owned(),
        };
        let (told, code) = users(&config, Some(reset)).await.unwrap();
        assert!(code == OK && told.contains("shown only now"), "{told}");
        let wrong = TokensCommand::Add {
            name: "board".to_owned(),
            role: "boss".to_owned(),
            agent: Some("nobody".to_owned()),
            days: None,
        };
        let (told, code) = tokens(&config, Some(wrong)).await.unwrap();
        assert_eq!(code, super::super::MISTAKES);
        assert!(told.contains("role:") && told.contains("agent:"), "{told}");
        let add = TokensCommand::Add {
            name: "board".to_owned(),
            role: "supervisor".to_owned(),
            agent: None,
            days: Some(30),
        };
        let (told, _) = tokens(&config, Some(add)).await.unwrap();
        assert!(told.starts_with("zl_"), "{told}");
        let token = told.lines().next().unwrap_or_default().to_owned();
        let (told, _) = tokens(&config, None).await.unwrap();
        assert!(told.contains("board") && !told.contains(&token), "{told}");
        let revoke = TokensCommand::Revoke { id: 9 };
        let (_, code) = tokens(&config, Some(revoke)).await.unwrap();
        assert_eq!(code, super::super::NOT_FOUND);
        let (told, code) = queues(&config, &QueuesArgs { json: false }).await.unwrap();
        assert!(code == FAILED && told.contains("no server"), "{told}");
    }
}
