//! `zeroline callbacks`: who is to be called back.

use std::fmt::Write as _;

use clap::Subcommand;
use serde_json::json;

use super::{FAILED, NOT_FOUND, OK, api};
use crate::now::Wall;
use crate::record::timeline::CallbackId;
use crate::store::report::{self, View};
use crate::store::{CallbackRow, Reader, StoreError};

/// About callbacks.
#[derive(Clone, Debug, Subcommand, PartialEq)]
pub enum CallbacksCommand {
    /// Open callbacks, one per line, the one to be called first first; numbers are masked
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
    /// What whoever calls back needs: the number in the clear, and what the caller did before
    Show {
        /// Its number, as `list` shows it
        id: i64,
    },
    /// Mark it as done
    Done {
        /// Its number, as `list` shows it
        id: i64,
    },
    /// Nobody needs to call
    Cancel {
        /// Its number, as `list` shows it
        id: i64,
        /// Why
        #[arg(long)]
        reason: String,
    },
}

/// What changes something goes by the server, if one runs: those who watch hear of it. `None`: it
/// changes nothing, or none runs.
pub async fn by_server(
    dir: &std::path::Path,
    what: Option<&CallbacksCommand>,
) -> Option<(String, u8)> {
    let (id, word, body) = match what? {
        CallbacksCommand::List { .. } | CallbacksCommand::Show { .. } => return None,
        CallbacksCommand::Done { id } => (id, "done", json!({})),
        CallbacksCommand::Cancel { id, reason } => (id, "cancel", json!({ "reason": reason })),
    };
    let way = api::running(dir).await?;
    let path = format!("/callbacks/{id}/{word}");
    let done = way.ask(http::Method::POST, &path, Some(body)).await;
    Some(match done {
        Ok(_) => (ended(*id, word == "done"), OK),
        // Over or unknown: the same as ever.
        Err(_) => (none(*id), NOT_FOUND),
    })
}

fn ended(id: i64, called: bool) -> String {
    match called {
        true => format!("callback {id} is done\n"),
        false => format!("callback {id} is cancelled\n"),
    }
}

/// Does what is asked, at this time: what is told, and the exit code.
///
/// # Errors
/// What the store says.
pub async fn run(
    reader: &Reader,
    what: Option<CallbacksCommand>,
    view: &View,
    now: Wall,
) -> Result<(String, u8), StoreError> {
    let what = what.unwrap_or(CallbacksCommand::List {
        all: false,
        limit: 50,
        json: false,
    });
    match what {
        CallbacksCommand::List { all, limit, json } => {
            let rows = reader.callbacks(all, limit).await?;
            if !json {
                return Ok((report::callbacks(&rows, view), OK));
            }
            let lines = rows.iter().map(|r| format!("{}\n", as_json(r)));
            Ok((lines.collect(), OK))
        }
        CallbacksCommand::Show { id } => match reader.callback(CallbackId(id)).await? {
            Some(row) => Ok((show(reader, &row, view).await?, OK)),
            None => Ok((none(id), NOT_FOUND)),
        },
        CallbacksCommand::Done { id } => {
            if reader.callback_done(CallbackId(id), now).await? {
                Ok((ended(id, true), OK))
            } else {
                Ok((none(id), NOT_FOUND))
            }
        }
        CallbacksCommand::Cancel { .. } => Ok((api::NOT_RUNNING.to_owned(), FAILED)),
    }
}

fn none(id: i64) -> String {
    format!("no open callback {id}; `zeroline callbacks` lists those that there are\n")
}

fn as_json(row: &CallbackRow) -> serde_json::Value {
    json!({
        "callback": row.id,
        "contact": row.contact.to_string(),
        "line": row.line,
        "queue": row.queue,
        "number": row.number.to_string(),
        "language": row.language,
        "asked": row.asked,
        "due": row.due,
        "until": row.until,
        "state": row.state,
        "attempts": row.attempts,
        "outcome": row.outcome,
        "agent": row.agent,
    })
}

async fn show(reader: &Reader, row: &CallbackRow, view: &View) -> Result<String, StoreError> {
    let clear = View {
        reveal: true,
        zone: view.zone.clone(),
    };
    let mut told = report::callback(row, &clear);
    if let Some((contact, timeline)) = reader.contact(row.contact).await? {
        // Writing to a String can not fail.
        let _ = write!(told, "\n{}", report::contact(&contact, &timeline, &clear));
    }
    Ok(told)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{ContactId, Language, PhoneNumber};
    use crate::store::{CallbackMeta, Store};

    const ANN: &str = "+4530901820";

    #[tokio::test]
    async fn the_list_masks_numbers_and_show_gives_what_the_one_who_calls_needs() {
        let asked = Wall::from_unix_millis(1_795_000_000_000);
        let wish = CallbackMeta {
            contact: ContactId::new(asked, 1),
            line: "support".into(),
            queue: "people".into(),
            caller: Some(PhoneNumber::new(ANN)),
            number: PhoneNumber::new(ANN),
            language: Language::new("da"),
            asked,
            wished: asked,
            slot: None,
            needs: std::collections::BTreeMap::new(),
            priority: 0,
        };
        let dir = tempfile::tempdir().unwrap();
        let (store, _) = Store::open(dir.path()).await.unwrap();
        store.save_callback(wish).await.unwrap();
        let (reader, view) = (store.reader(), View::local());
        let told = async |what| run(&reader, what, &view, asked).await.unwrap();
        let (list, code) = told(None).await;
        assert!(
            code == 0 && list.contains("…20") && !list.contains(ANN),
            "{list}"
        );
        let json = CallbacksCommand::List {
            all: true,
            limit: 5,
            json: true,
        };
        let (list, _) = told(Some(json)).await;
        assert!(
            list.contains("\"state\":\"open\"") && !list.contains(ANN),
            "{list}"
        );
        let (show, _) = told(Some(CallbacksCommand::Show { id: 1 })).await;
        assert!(
            show.contains(&format!("number    {ANN}")) && show.contains("language  da"),
            "{show}"
        );
        let (done, code) = told(Some(CallbacksCommand::Done { id: 1 })).await;
        assert_eq!((done.as_str(), code), ("callback 1 is done\n", 0));
        assert_eq!(
            told(Some(CallbacksCommand::Done { id: 1 })).await.1,
            NOT_FOUND
        );
        assert_eq!(
            reader.callback(CallbackId(1)).await.unwrap().unwrap().state,
            "done"
        );
        assert!(reader.callbacks(false, 9).await.unwrap().is_empty());
    }
}
