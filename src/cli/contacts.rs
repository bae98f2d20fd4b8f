//! `zeroline contacts`: who called, and what became of it.

use clap::Subcommand;

use super::{NOT_FOUND, OK};
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
