//! `zeroline recordings`: talks that were recorded.

use std::path::PathBuf;

use clap::Subcommand;
use http::Method;
use serde_json::Value;

use super::{FAILED, OK, api};
use crate::config::Config;
use crate::store::StoreError;

/// About recordings.
#[derive(Clone, Debug, Subcommand, PartialEq)]
pub enum RecordingsCommand {
    /// The latest recordings, one per line
    List {
        /// Of this contact
        #[arg(long)]
        contact: Option<String>,
        /// Of this queue
        #[arg(long)]
        queue: Option<String>,
        /// With this agent
        #[arg(long)]
        agent: Option<String>,
        /// How many, 1 to 200
        #[arg(long, default_value_t = 50)]
        limit: u32,
        /// As JSON, one object per line
        #[arg(long)]
        json: bool,
    },
    /// Write a recording into a file, to be heard; that you did is in the audit trail
    Listen {
        /// Its number, as `list` shows it
        id: i64,
        /// The file (WAV); one that is there is not replaced
        #[arg(long, value_name = "FILE")]
        into: PathBuf,
    },
    /// Remove a recording; when, by whom, and the SHA-256 of its file stay in the audit trail
    Delete {
        /// Its number, as `list` shows it
        id: i64,
    },
}

const COLUMNS: [(&str, &str); 8] = [
    ("RECORDING", "recording"),
    ("BEGAN", "began"),
    ("SECONDS", "seconds"),
    ("QUEUE", "queue"),
    ("AGENT", "agent"),
    ("CONSENT", "consent"),
    ("CONTACT", "contact"),
    ("REMARK", "remark"),
];

/// Does what is asked, by the API: what is told, and the exit code.
///
/// # Errors
/// What the store says.
pub async fn run(
    config: &Config,
    what: Option<RecordingsCommand>,
) -> Result<(String, u8), StoreError> {
    let what = what.unwrap_or(RecordingsCommand::List {
        contact: None,
        queue: None,
        agent: None,
        limit: 50,
        json: false,
    });
    let way = api::way(config).await?;
    Ok(match what {
        RecordingsCommand::List {
            contact,
            queue,
            agent,
            limit,
            json,
        } => {
            let mut path = format!("/recordings?limit={limit}");
            for (name, value) in [("contact", contact), ("queue", queue), ("agent", agent)] {
                if let Some(value) = value {
                    path.push_str(&format!("&{name}={}", api::part(&value)));
                }
            }
            let page = way.ask(Method::GET, &path, None).await;
            api::told(page.map(|page| listed(&page["items"], json)))
        }
        RecordingsCommand::Listen { id, into } => {
            if into.exists() {
                let told = format!("{} is there already; name another file\n", into.display());
                return Ok((told, FAILED));
            }
            let path = format!("/recordings/{id}/audio");
            match way.bytes(Method::GET, &path, None).await {
                Err(refused) => refused,
                Ok(bytes) => match write(&into, &bytes) {
                    Ok(()) => (format!("{}\n", into.display()), OK),
                    Err(e) => (format!("{}: {e}\n", into.display()), FAILED),
                },
            }
        }
        RecordingsCommand::Delete { id } => {
            let path = format!("/recordings/{id}");
            let gone = way.ask(Method::DELETE, &path, None).await;
            api::told(gone.map(|row| {
                let hash = row["sha256"].as_str().unwrap_or("not known");
                format!("recording {id} is removed (sha256 {hash})\n")
            }))
        }
    })
}

/// A voice is its owner's: nobody else on this machine reads it.
fn write(into: &std::path::Path, bytes: &[u8]) -> std::io::Result<()> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(into)?;
    file.write_all(bytes)
}

fn listed(items: &Value, json: bool) -> String {
    let mut items = items.as_array().cloned().unwrap_or_default();
    if !json {
        for row in &mut items {
            row["seconds"] = match row["length_ms"].as_u64() {
                Some(ms) => Value::from(ms / 1_000),
                None => Value::from("goes on"),
            };
            let removed = row["deleted_by"]
                .as_str()
                .map(|by| format!("removed by {by}"));
            let remark = removed.or_else(|| row["fault"].as_str().map(str::to_owned));
            row["remark"] = Value::from(remark.unwrap_or_default());
        }
    }
    api::listed(&Value::Array(items), json, &COLUMNS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_goes_on_and_what_is_gone_is_seen() {
        let items = json!([
            { "recording": 2, "length_ms": null, "consent": "told", "contact": "c2" },
            { "recording": 1, "length_ms": 61_500, "consent": "agreed", "contact": "c1",
              "deleted_by": "retention" },
        ]);
        let told = listed(&items, false);
        let lines: Vec<&str> = told.lines().collect();
        assert!(lines[0].starts_with("RECORDING"), "{told}");
        assert!(lines[1].contains("goes on"), "{told}");
        assert!(
            lines[2].contains(" 61 ") && lines[2].ends_with("removed by retention"),
            "{told}"
        );
        assert_eq!(listed(&items, true).lines().count(), 2);
    }
}
