//! A caller in a page is told what they hear, as it is played, and their place in line.

use serde_json::json;

use super::CallTask;
use crate::call::event::{CallEvent, QueueEvent};
use crate::ids::LegId;
use crate::live::{Followed, HeardPrompt};
use crate::media::command::{MediaCommand, Playlist};
use crate::media::prompt::Prompt;

/// The key of a page that wants to follow its call: in a User-to-User header (RFC 7433) for that
/// purpose.
pub(crate) fn key(header: &str) -> Option<&str> {
    let mut parts = header.split(';').map(str::trim);
    let key = parts.next()?;
    let ours = parts.any(|p| p.eq_ignore_ascii_case("purpose=zeroline-try"));
    let fits = key.len() == 32 && key.bytes().all(|b| b.is_ascii_hexdigit());
    (ours && fits).then_some(key)
}

impl CallTask {
    /// What the caller's leg is to play from now on.
    pub(super) fn tell_heard(&self, leg: LegId, command: &MediaCommand) {
        if !self.followed || leg != self.call.caller_leg() {
            return;
        }
        let told = match command {
            MediaCommand::Play { list, .. } => playing(list),
            MediaCommand::Stop { .. } => Followed {
                kind: "stopped",
                data: json!({}),
            },
            MediaCommand::Apply { .. }
            | MediaCommand::Bridge { .. }
            | MediaCommand::Confer { .. }
            | MediaCommand::Unbridge { .. }
            | MediaCommand::Record { .. }
            | MediaCommand::StopRecord { .. }
            | MediaCommand::Tap { .. }
            | MediaCommand::Close { .. } => return,
        };
        self.tools
            .store
            .live()
            .tell_caller(self.call.contact(), told);
    }

    /// Their place in line, when the queue tells it.
    pub(super) fn tell_place(&self, event: Option<&CallEvent>) {
        if let (true, Some(CallEvent::Queue(QueueEvent::Position { position, wait }))) =
            (self.followed, event)
        {
            let data = json!({
                "position": position,
                "low_s": wait.map(|w| w.low.as_secs()),
                "high_s": wait.map(|w| w.high.as_secs()),
            });
            let told = Followed {
                kind: "place",
                data,
            };
            self.tools
                .store
                .live()
                .tell_caller(self.call.contact(), told);
        }
    }
}

fn playing(list: &Playlist) -> Followed {
    let prompts: Vec<HeardPrompt> = list.prompts.iter().map(|p| heard(p)).collect();
    Followed {
        kind: "playing",
        data: json!({ "prompts": prompts, "repeat": list.repeat }),
    }
}

/// A prompt as it is told.
pub(crate) fn heard(prompt: &Prompt) -> HeardPrompt {
    let said = prompt.said.as_ref();
    HeardPrompt {
        name: prompt.name.to_string(),
        words: said.map(|s| s.words.clone()),
        language: said.map(|s| s.language.to_string()),
        length_ms: u64::try_from(prompt.duration.as_millis()).unwrap_or(u64::MAX),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_key_for_this_purpose_is_one() {
        let good = "0123456789abcdef0123456789ABCDEF";
        let found = |rest: &str| key(rest).map(str::to_owned);
        let header = format!("{good};encoding=hex;purpose=zeroline-try");
        assert_eq!(found(&header).as_deref(), Some(good));
        assert_eq!(
            found(&format!("{good}; purpose=Zeroline-Try")).as_deref(),
            Some(good)
        );
        for wrong in [
            format!("{good};encoding=hex"),
            format!("{good};encoding=hex;purpose=zeroline"),
            format!("{};purpose=zeroline-try", &good[1..]),
            format!("{}g;purpose=zeroline-try", &good[1..]),
            String::new(),
        ] {
            assert_eq!(found(&wrong), None, "{wrong}");
        }
    }
}
