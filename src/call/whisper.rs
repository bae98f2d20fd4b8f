//! Who answers for a queue may hear who it is before the caller is connected. The caller hears
//! music on until then.

use std::time::Duration;

use super::bridged::{Bridged, Party, Who};
use super::estimate;
use super::machine::{Call, Stage};
use crate::ids::{AgentId, Language, LegId, PromptName};
use crate::media::command::{MediaCommand, PlayToken, Playlist};
use crate::menu::outcome::{Reason, StepKind};
use crate::menu::system::people;
use crate::now::{Mono, Now};
use crate::record::timeline::Event as RecordEvent;

/// Longer the caller is not kept; words that do not fit are left out.
const MOST: Duration = Duration::from_secs(4);
/// How much later than it should the end of the words may be told.
const GRACE: Duration = Duration::from_millis(500);

/// The words are on their way to the agent.
#[derive(Clone, Copy, Debug)]
pub(super) struct Whisper {
    token: PlayToken,
    /// By then the two are connected, whatever was told.
    pub until: Mono,
}

impl Call {
    /// Says who it is to the agent who has just answered, if their queue wants that and there is
    /// something to say.
    pub(super) fn whisper(&mut self, now: Now) {
        let Stage::Bridged(b) = &self.stage else {
            return;
        };
        let wanted = self.setup.sounds.get(&b.home).is_some_and(|s| s.whisper);
        let Some(Party { leg, who }) = b.party.as_ref().filter(|_| wanted) else {
            return;
        };
        let Who::Agent(agent) = who else { return };
        let leg = leg.id;
        let language = self.language_of(agent);
        let words = self.introduction(&language);
        let prompts: Vec<_> = words
            .iter()
            .filter_map(|name| self.setup.prompts.nearest(&language, name).cloned())
            .collect();
        if prompts.is_empty() {
            return;
        }
        let length: Duration = prompts.iter().map(|p| p.duration).sum();
        let token = self.tokens.next();
        let list = Playlist {
            prompts,
            repeat: false,
        };
        self.media(MediaCommand::Play { leg, token, list });
        if let Stage::Bridged(b) = &mut self.stage {
            let until = now.mono + length.min(MOST) + GRACE;
            b.whisper = Some(Whisper { token, until });
        }
    }

    fn language_of(&self, agent: &AgentId) -> Language {
        let own = self.setup.agents.get(agent);
        own.unwrap_or(&self.setup.prompts.fallback).clone()
    }

    /// What is said of the caller, the most important first, as much as there is time for.
    fn introduction(&self, language: &Language) -> Vec<PromptName> {
        let prompts = &self.setup.prompts;
        let there = |name: &PromptName| prompts.nearest(language, name).is_some();
        let mut phrases: Vec<Vec<PromptName>> = Vec::new();
        // What the operator has recorded of where they come from.
        let line = self.card.line.as_str();
        let at = self.card.path().filter_map(|s| match s.what {
            StepKind::Entered { .. } => Some(s.node.clone()),
            _ => None,
        });
        let nodes: Vec<_> = at.collect();
        let node = nodes
            .iter()
            .rev()
            .map(|node| format!("whisper-{line}-{node}"));
        let recorded = node.chain([format!("whisper-{line}")]).map(PromptName::new);
        phrases.extend(recorded.into_iter().find(&there).map(|name| vec![name]));
        let reason = self.card.reason.as_ref().map(|reason| match reason {
            Reason::Asked => people::WHISPER_ASKED,
            Reason::Silence => people::WHISPER_SILENCE,
            Reason::WrongKeys => people::WHISPER_WRONG,
            Reason::Routed | Reason::Callback => people::WHISPER_ROUTED,
            Reason::Fault { .. } => people::WHISPER_FAULT,
            Reason::Transferred => people::WHISPER_TRANSFERRED,
        });
        phrases.extend(reason.map(|name| vec![PromptName::new(name)]));
        if self.language != *language {
            let speaks = people::whisper_language(self.language.as_str());
            phrases.extend(speaks.map(|name| vec![PromptName::new(name)]));
        }
        phrases.extend(estimate::waited(language, self.card.waited));
        let mut left = MOST;
        let mut words = Vec::new();
        for phrase in phrases.into_iter().filter(|p| p.iter().all(&there)) {
            let parts = phrase.iter().filter_map(|n| prompts.nearest(language, n));
            let length: Duration = parts.map(|p| p.duration).sum();
            // The first is said in any case, as far as it goes.
            if length > left && !words.is_empty() {
                break;
            }
            left = left.saturating_sub(length);
            words.extend(phrase);
        }
        words
    }

    /// Whether the agent on this leg is still being told who it is.
    pub(super) fn whispers_to(&self, leg: LegId) -> bool {
        matches!(&self.stage, Stage::Bridged(b)
            if b.whisper.is_some() && b.party.as_ref().is_some_and(|p| p.leg.id == leg))
    }

    /// The words have ended, or can not be said.
    pub(super) fn whispered(&mut self, leg: LegId, token: PlayToken) {
        let this = matches!(&self.stage, Stage::Bridged(b)
            if b.whisper.is_some_and(|w| w.token == token));
        if this && self.whispers_to(leg) {
            self.end_whisper();
        }
    }

    pub(super) fn whisper_overdue(&mut self, now: Now) {
        if let Stage::Bridged(b) = &self.stage
            && b.whisper.is_some_and(|w| w.until <= now.mono)
        {
            self.end_whisper();
        }
    }

    /// The words are over, or the agent has heard enough: the two are connected.
    pub(super) fn end_whisper(&mut self) {
        if let Stage::Bridged(b) = &mut self.stage
            && b.whisper.take().is_some()
        {
            self.bridge_when_said();
        }
    }

    /// Connects the two when neither is to be told something first. Whoever has been told waits
    /// with music.
    pub(super) fn bridge_when_said(&mut self) {
        let Stage::Bridged(b) = &self.stage else {
            return;
        };
        let home = b.home.clone();
        match (&b.word, &b.whisper) {
            (None, None) => self.bridge_party(),
            (None, Some(_)) => self.play_music(self.start.leg, Some(&home)),
            (Some(_), None | Some(_)) => {}
        }
    }

    /// Caller and person hear each other.
    pub(super) fn bridge_party(&mut self) {
        let Stage::Bridged(b) = &self.stage else {
            return;
        };
        let Bridged {
            party: Some(party), ..
        } = &**b
        else {
            return;
        };
        let (leg, who) = (party.leg.id, party.who.clone());
        if let Who::Agent(agent) = who {
            self.record(RecordEvent::Connected { agent });
        }
        self.media(MediaCommand::Bridge {
            a: self.start.leg,
            b: leg,
        });
        if self.somebody_holds() {
            self.hold_music();
        }
    }
}
