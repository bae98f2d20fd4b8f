//! `zeroline contacts`: who called, and what became of it.

use clap::Subcommand;
use http::Method;
use serde_json::{Value, json};

use super::{FAILED, NOT_FOUND, OK, api};
use crate::config::Config;
use crate::ids::ContactId;
use crate::store::report::{self, View};
use crate::store::rows::ContactFilter;
use crate::store::{Reader, StoreError};

/// About contacts.
#[derive(Clone, Debug, Subcommand, PartialEq)]
pub enum ContactsCommand {
    /// The latest contacts, one per line
    List {
        /// How many
        #[arg(long, default_value_t = 50)]
        limit: u32,
        /// As JSON, one object per line
        #[arg(long)]
        json: bool,
    },
    /// One contact with its whole path
    Show {
        /// Its id, as `list` shows it
        id: ContactId,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Remove what is kept of one caller: contacts, recordings, messages. Tells what that is, and
    /// does it with --yes; it can not be taken back
    Erase {
        /// Their number, however it is written: with its country or as the trunk gives it
        number: String,
        /// Only as it is written here
        #[arg(long)]
        exact: bool,
        /// Do it
        #[arg(long)]
        yes: bool,
        /// Also what is owed to them: open callbacks, messages and tasks that are not done
        #[arg(long)]
        owed: bool,
    },
}

/// What changes something goes by the API. `None`: it changes nothing.
///
/// # Errors
/// What the store says.
pub async fn change(
    config: &Config,
    what: &ContactsCommand,
) -> Result<Option<(String, u8)>, StoreError> {
    let ContactsCommand::Erase {
        number,
        exact,
        yes,
        owed,
    } = what
    else {
        return Ok(None);
    };
    let body = json!({ "number": number, "exact": exact, "confirm": yes, "owed": owed });
    let way = api::way(config).await?;
    let told = way.ask(Method::POST, "/callers/erase", Some(body)).await;
    Ok(Some(api::told(told.map(|e| erased(&e, *owed)))))
}

fn erased(told: &Value, owed: bool) -> String {
    let summary = told["summary"].as_str().unwrap_or_default();
    let kept = told["kept"].as_u64().unwrap_or(0);
    let numbers = told["numbers"].as_array().into_iter().flatten();
    let numbers: Vec<&str> = numbers.filter_map(Value::as_str).collect();
    let numbers = numbers.join(", ");
    let mut words = match told["done"].as_bool() {
        Some(true) => format!("removed of {numbers}: {summary}\n"),
        Some(false) | None => {
            format!(
                "would be removed of {numbers}: {summary}\nnothing was changed; --yes does it\n"
            )
        }
    };
    if kept > 0 && !owed {
        words.push_str("something is owed to those that stay, or they go on; --owed removes what is owed as well\n");
    }
    words
}

/// Does what is asked: what is told, and the exit code.
///
/// # Errors
/// What the store says.
pub async fn run(
    reader: &Reader,
    what: Option<ContactsCommand>,
    view: &View,
) -> Result<(String, u8), StoreError> {
    let what = what.unwrap_or(ContactsCommand::List {
        limit: 50,
        json: false,
    });
    Ok(match what {
        ContactsCommand::List { limit, json } => {
            let rows = reader.contacts(&ContactFilter::default(), limit).await?;
            let told = match json {
                true => rows
                    .iter()
                    .map(|r| format!("{}\n", report::contact_json(r, None, view)))
                    .collect(),
                false => report::contacts(&rows, view),
            };
            (told, OK)
        }
        // By the API only, see `change`.
        ContactsCommand::Erase { .. } => (api::NOT_RUNNING.to_owned(), FAILED),
        ContactsCommand::Show { id, json } => match reader.contact(id).await? {
            Some((row, timeline)) if json => {
                let json = report::contact_json(&row, Some(&timeline), view);
                (format!("{json}\n"), OK)
            }
            Some((row, timeline)) => (report::contact(&row, &timeline, view), OK),
            None => {
                let told = format!(
                    "no contact {id}; `zeroline contacts list` shows those that there are\n"
                );
                (told, NOT_FOUND)
            }
        },
    })
}
