//! `zeroline messages`: what callers left.

use clap::Subcommand;

use super::api;
use crate::config::Config;
use crate::store::report::{self, View};
use crate::store::{Reader, StoreError};

/// About messages.
#[derive(Clone, Debug, Subcommand, PartialEq)]
pub enum MessagesCommand {
    /// The latest messages, one per line, with their WAV files
    List {
        /// How many
        #[arg(long, default_value_t = 50)]
        limit: u32,
        /// As JSON, one object per line
        #[arg(long)]
        json: bool,
    },
    /// Mark one as dealt with
    Done {
        /// Its number, as `list` shows it
        id: i64,
    },
}

/// What changes something goes by the API. `None`: it changes nothing.
///
/// # Errors
/// What the store says.
pub async fn change(
    config: &Config,
    what: Option<&MessagesCommand>,
) -> Result<Option<(String, u8)>, StoreError> {
    let Some(MessagesCommand::Done { id }) = what else {
        return Ok(None);
    };
    let way = api::way(config).await?;
    let done = way
        .ask(http::Method::POST, &format!("/messages/{id}/done"), None)
        .await;
    Ok(Some(api::told(
        done.map(|_| format!("message {id} is done\n")),
    )))
}

/// What is told.
///
/// # Errors
/// What the store says.
pub async fn run(
    reader: &Reader,
    what: Option<MessagesCommand>,
    view: &View,
) -> Result<String, StoreError> {
    let (limit, json) = match what {
        Some(MessagesCommand::List { limit, json }) => (limit, json),
        Some(MessagesCommand::Done { .. }) | None => (50, false),
    };
    let rows = reader.messages(limit).await?;
    Ok(match json {
        true => rows
            .iter()
            .map(|r| format!("{}\n", report::message_json(r, view)))
            .collect(),
        false => report::messages(&rows, view),
    })
}
