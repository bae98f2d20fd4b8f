//! `zeroline messages`: what callers left.

use clap::Subcommand;

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
    let MessagesCommand::List { limit, json } = what.unwrap_or(MessagesCommand::List {
        limit: 50,
        json: false,
    });
    let rows = reader.messages(limit).await?;
    Ok(match json {
        true => rows
            .iter()
            .map(|r| format!("{}\n", report::message_json(r, view)))
            .collect(),
        false => report::messages(&rows, view),
    })
}
