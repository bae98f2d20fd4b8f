//! `zeroline outbox`: follow-ups that menus send.

use clap::Subcommand;
use serde_json::json;

use super::{NOT_FOUND, OK};
use crate::now::Wall;
use crate::record::timeline::OutboxId;
use crate::store::report::{self, View};
use crate::store::{OutboxRow, Reader, StoreError};
use crate::task::outbox::until;

/// About follow-ups.
#[derive(Clone, Debug, Subcommand, PartialEq)]
pub enum OutboxCommand {
    /// Those that are not sent, one per line, the oldest first; what is in them does not show
    List {
        /// Those that are over as well
        #[arg(long)]
        all: bool,
        /// How many
        #[arg(long, default_value_t = 50)]
        limit: u32,
        /// As JSON, one object per line
        #[arg(long)]
        json: bool,
    },
    /// Have one tried at once, also one that was given up
    Retry {
        /// Its number, as `list` shows it
        id: i64,
    },
    /// Never send it, and forget what is in it
    Drop {
        /// Its number, as `list` shows it
        id: i64,
    },
}

/// Does what is asked, at this time: what is told, and the exit code.
///
/// # Errors
/// What the store says.
pub async fn run(
    reader: &Reader,
    what: Option<OutboxCommand>,
    view: &View,
    now: Wall,
) -> Result<(String, u8), StoreError> {
    let what = what.unwrap_or(OutboxCommand::List {
        all: false,
        limit: 50,
        json: false,
    });
    match what {
        OutboxCommand::List { all, limit, json } => {
            let rows = reader.outbox(all, limit).await?;
            if !json {
                return Ok((report::outbox(&rows, view), OK));
            }
            let lines = rows.iter().map(|r| format!("{}\n", as_json(r)));
            Ok((lines.collect(), OK))
        }
        OutboxCommand::Retry { id } => {
            match reader.outbox_retry(OutboxId(id), now, until(now)).await? {
                true => Ok((format!("follow-up {id} is tried again\n"), OK)),
                false => Ok((none(id), NOT_FOUND)),
            }
        }
        OutboxCommand::Drop { id } => match reader.outbox_drop(OutboxId(id), now).await? {
            true => Ok((format!("follow-up {id} is dropped\n"), OK)),
            false => Ok((none(id), NOT_FOUND)),
        },
    }
}

fn none(id: i64) -> String {
    format!("no follow-up {id} is to be sent; `zeroline outbox` lists those that there are\n")
}

fn as_json(row: &OutboxRow) -> serde_json::Value {
    json!({
        "follow_up": row.id,
        "contact": row.contact.to_string(),
        "line": row.line,
        "node": row.node,
        "to": row.receiver,
        "created": row.created,
        "due": row.due,
        "state": row.state,
        "attempts": row.attempts,
        "outcome": row.outcome,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::ContactId;
    use crate::menu::outcome::Letter;
    use crate::store::{OutboxMeta, Store};

    #[tokio::test]
    async fn the_list_shows_to_whom_and_nothing_of_what() {
        let now = Wall::from_unix_millis(1_795_000_000_000);
        let dir = tempfile::tempdir().unwrap();
        let (store, _) = Store::open(dir.path()).await.unwrap();
        let letter = OutboxMeta {
            contact: ContactId::new(now, 1),
            line: "support".into(),
            node: "tell".into(),
            letter: Letter::Webhook {
                url: "https://crm.local/accounts/4711".to_owned(),
                body: "{\"account\":\"4711\"}".to_owned(),
            },
            created: now,
            until: until(now),
        };
        store.save_letter(letter).await.unwrap();
        let (reader, view) = (store.reader(), View::local());
        let told = async |what| run(&reader, what, &view, now).await.unwrap();
        let (list, code) = told(None).await;
        assert!(
            list.contains("https://crm.local ") && !list.contains("4711"),
            "{list}"
        );
        assert_eq!(code, OK);
        let json = OutboxCommand::List {
            all: true,
            limit: 5,
            json: true,
        };
        let (list, _) = told(Some(json)).await;
        assert!(
            list.contains("\"state\":\"open\"") && !list.contains("4711"),
            "{list}"
        );
        let (retry, _) = told(Some(OutboxCommand::Retry { id: 1 })).await;
        assert_eq!(retry, "follow-up 1 is tried again\n");
        let (drop, code) = told(Some(OutboxCommand::Drop { id: 1 })).await;
        assert_eq!((drop.as_str(), code), ("follow-up 1 is dropped\n", OK));
        assert_eq!(told(Some(OutboxCommand::Drop { id: 1 })).await.1, NOT_FOUND);
        assert_eq!(
            told(Some(OutboxCommand::Retry { id: 1 })).await.1,
            NOT_FOUND
        );
    }
}
