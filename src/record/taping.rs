//! What is written down of the recording of a talk.

use serde::{Deserialize, Serialize};

/// A step of a recording.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum Taping {
    /// The caller was told that the talk is recorded.
    Told,
    /// The caller was asked, and agrees.
    Agreed,
    /// The caller was asked, and does not want it.
    Refused,
    /// It began.
    Started,
    /// It was paused: what is said is not recorded.
    Paused {
        /// By whom.
        by: TapedBy,
    },
    /// It goes on.
    Resumed {
        /// By whom.
        by: TapedBy,
    },
    /// It could not be begun, or ended before the talk did.
    Failed {
        /// Why, in words.
        what: String,
    },
}

/// Who pauses a recording, or lets it go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TapedBy {
    /// The agent who talks with the caller.
    Agent,
    /// A supervisor.
    Supervisor,
}

impl Taping {
    /// In words, for people.
    pub fn words(&self) -> String {
        let by = |by: &TapedBy| match by {
            TapedBy::Agent => "the agent",
            TapedBy::Supervisor => "a supervisor",
        };
        match self {
            Taping::Told => "is told that the talk is recorded".to_owned(),
            Taping::Agreed => "agrees that the talk is recorded".to_owned(),
            Taping::Refused => "does not want the talk to be recorded".to_owned(),
            Taping::Started => "the talk is recorded".to_owned(),
            Taping::Paused { by: who } => format!("{} pauses the recording", by(who)),
            Taping::Resumed { by: who } => format!("{} lets the recording go on", by(who)),
            Taping::Failed { what } => format!("not recorded any more: {what}"),
        }
    }
}

/// Why nothing is heard for a while in a recording that goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Silence {
    /// One of the two holds.
    Held,
    /// The caller is being handed on.
    Transfer,
    /// Somebody paused it.
    Paused,
}

/// A part of a recording in which nothing is heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
    /// From here on, in milliseconds since the recording began.
    pub from_ms: u64,
    /// Up to here.
    pub to_ms: u64,
    /// Why.
    pub why: Silence,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::timeline::Event;

    #[test]
    fn steps_go_through_json() {
        for step in [
            Taping::Told,
            Taping::Paused { by: TapedBy::Agent },
            Taping::Failed {
                what: "no space".into(),
            },
        ] {
            let event = Event::Recording { step };
            let json = serde_json::to_value(&event).unwrap();
            assert_eq!(json["event"], "recording");
            assert!(json["step"].is_string(), "{json}");
            assert_eq!(serde_json::from_value::<Event>(json).unwrap(), event);
        }
    }
}
