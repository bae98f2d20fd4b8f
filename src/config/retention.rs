//! The section `[retention]`: how long is kept what is not needed any more.

use std::time::Duration;

use super::reader::{Parsed, Table};

/// How long things are kept: section `[retention]`. `None`: for ever.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Retention {
    /// Contacts with all that happened to them, once they are over and nothing is owed any more.
    pub contacts: Option<Duration>,
    /// Messages, once they are done.
    pub messages: Option<Duration>,
    /// Recordings of talks, after they ended.
    pub recordings: Option<Duration>,
    /// Who did what.
    pub audit: Option<Duration>,
}

pub(super) fn read(mut t: Table<'_>) -> Retention {
    let retention = Retention {
        contacts: t.get("contacts", None, age),
        messages: t.get("messages", None, age),
        recordings: t.get("recordings", None, age),
        audit: t.get("audit", None, age),
    };
    t.finish();
    retention
}

/// `90d` or `forever`.
fn age(t: &str) -> Parsed<Option<Duration>> {
    if t == "forever" {
        return Ok(None);
    }
    let days = t.strip_suffix('d').and_then(|days| days.parse().ok());
    match days {
        Some(days @ 1..=36_500_u64) => Ok(Some(Duration::from_secs(days * 86_400))),
        Some(_) | None => Err("write days from `1d` to `36500d`, or `forever`".to_owned()),
    }
}
