//! The words that answer a feature code; the call ends with them.

use std::sync::Arc;
use std::time::Duration;

use super::{Coded, Stage};
use crate::call::event::NotWritten;
use crate::call::features::{self, Code};
use crate::call::machine::GRACE;
use crate::ids::PromptName;
use crate::media::command::{MediaCommand, PlayToken, Playlist};
use crate::media::prompt::Prompt;
use crate::now::Now;
use crate::queue::action::AgentState;

impl Coded {
    pub(super) fn speak(&mut self, now: Now, state: Option<AgentState>) {
        if !matches!(self.stage, Stage::Asking { .. }) {
            return;
        }
        let state = state.unwrap_or(AgentState::Offline);
        let words = self.code.answer(&state, &self.setup.features);
        self.say(now, &words);
    }

    pub(super) fn written_up(&mut self, now: Now, told: &Result<AgentState, NotWritten>) {
        if let (Stage::Asking { .. }, Code::WriteUp { nth }) = (&self.stage, &self.code) {
            let words = features::written_up(*nth, told, &self.setup.features);
            self.say(now, &words);
        }
    }

    /// The last words.
    fn say(&mut self, now: Now, words: &[PromptName]) {
        let find = |name: &PromptName| self.setup.prompts.nearest(&self.language, name);
        let prompts: Vec<Arc<Prompt>> = words.iter().filter_map(find).cloned().collect();
        let length: Duration = prompts.iter().map(|p| p.duration).sum();
        let (leg, token) = (self.start.leg, PlayToken(1));
        let list = Playlist {
            prompts,
            repeat: false,
        };
        self.media(MediaCommand::Play { leg, token, list });
        self.stage = Stage::Speaking {
            token,
            until: now.mono + length + GRACE,
        };
    }
}
