//! Words about recordings.

use super::Desk;
use crate::call::event::{CallEvent, TapeCommand, TapeEvent, TapeId};
use crate::ids::LegId;
use crate::media::tap::Side;
use crate::record::taping::TapedBy;

/// `None`: no word of these.
pub(super) fn tapes(words: &[&str]) -> Option<CallEvent> {
    let event = match words {
        ["tape", "fails"] => TapeEvent::Failed {
            tape: TapeId(1),
            what: "no space".into(),
        },
        ["tape", how, by] => TapeEvent::Pause {
            pause: *how == "pauses",
            by: match *by {
                "agent" => TapedBy::Agent,
                _ => TapedBy::Supervisor,
            },
        },
        _ => return None,
    };
    Some(CallEvent::Tape(event))
}

impl Desk {
    pub(super) fn tape_word(&mut self, command: TapeCommand) -> String {
        match command {
            TapeCommand::Begin {
                tape,
                queue,
                agent,
                agreed,
            } => {
                let how = if agreed { "agreed" } else { "told" };
                format!("tape {} of {queue} {agent} ({how})", tape.0)
            }
            TapeCommand::Hear {
                legs,
                silence: None,
                ..
            } => {
                let mut name = |(leg, side): (LegId, Side)| {
                    let side = match side {
                        Side::Caller => "left",
                        Side::Agent => "right",
                    };
                    format!(" {side} {}", self.name(leg))
                };
                let legs: String = legs.into_iter().map(&mut name).collect();
                format!("tape hears{legs}")
            }
            TapeCommand::Hear {
                silence: Some(why), ..
            } => format!("tape hears nobody ({why:?})"),
            TapeCommand::End { tape } => format!("tape {} ends", tape.0),
        }
    }
}
