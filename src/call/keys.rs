//! Keys that an agent presses while they talk: a star and what follows it.

use std::time::Duration;

use super::machine::Call;
use crate::ids::{Key, LegId};
use crate::media::command::DtmfWay;
use crate::media::dedup::KeyDedup;
use crate::now::{Mono, Now};

/// Keys further apart are not one code.
const BETWEEN: Duration = Duration::from_secs(3);
/// No code is longer.
const LONGEST: usize = 5;

/// The keys of the agents of one call.
#[derive(Debug, Default)]
pub(super) struct AgentKeys {
    leg: Option<LegId>,
    /// What was pressed since the last star.
    pressed: String,
    last: Mono,
    /// A key may come by several ways.
    dedup: KeyDedup,
}

impl AgentKeys {
    /// The code so far, if this key belongs to one.
    fn press(&mut self, now: Mono, leg: LegId, key: Key, way: DtmfWay) -> Option<&str> {
        if self.leg != Some(leg) {
            *self = AgentKeys {
                leg: Some(leg),
                ..AgentKeys::default()
            };
        }
        if !self.dedup.accept(now, key, way) {
            return None;
        }
        if now.since(self.last) > BETWEEN {
            self.pressed.clear();
        }
        self.last = now;
        if key == Key::STAR {
            self.pressed.clear();
        } else if self.pressed.is_empty() || self.pressed.len() >= LONGEST {
            self.pressed.clear();
            return None;
        }
        self.pressed.push(key.as_char());
        Some(&self.pressed)
    }
}

impl Call {
    /// A key of a phone that is not the caller's.
    pub(super) fn key_of_person(&mut self, now: Now, leg: LegId, key: Key, way: DtmfWay) {
        if self.whispers_to(leg) {
            // They have heard enough.
            return self.end_whisper();
        }
        let Some(code) = self.agent_keys.press(now.mono, leg, key, way) else {
            return;
        };
        let features = &self.setup.features;
        let is = |feature: &Option<String>| feature.as_deref() == Some(code);
        if is(&features.conference) {
            self.agent_keys = AgentKeys::default();
            self.confer(leg);
        } else if is(&features.recording) {
            self.agent_keys = AgentKeys::default();
            self.toggle_tape(leg);
        }
    }
}
