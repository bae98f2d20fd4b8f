//! The recording of a talk: whether the caller was told or has agreed, who is heard on which channel,
//! and when nobody is.
//!
//! What should be recorded is drawn from where the call is, after each event, in one place
//! ([`Call::retape`]): whatever leads into a talk or out of it, hold, transfer, conference, nothing
//! else has to know of recordings.

use std::time::Duration;

use super::bridged::{Bridged, Who};
use super::conference::Guest;
use super::event::{CallAction, TapeCommand, TapeEvent, TapeId};
use super::machine::{Call, Stage};
use crate::config::Recording;
use crate::ids::{AgentId, Key, LegId, PromptName, QueueName};
use crate::media::command::PlayToken;
use crate::media::tap::Side;
use crate::menu::system::{self as sys, recording as words};
use crate::now::Now;
use crate::record::taping::{Silence, TapedBy, Taping};
use crate::record::timeline::{Event as RecordEvent, Presence};

/// How long a caller may think about the question, once it was asked to its end.
const THINK: Duration = Duration::from_secs(3);
/// The key that agrees, and the one that does not.
const AGREE: char = '5';
const REFUSE: char = '6';

/// What is known of the recording of one contact's talks.
#[derive(Debug, Default)]
pub(super) struct Tapes {
    consent: Consent,
    /// This announcement is the sentence about it.
    notice: Option<PlayToken>,
    running: Option<Running>,
    last: TapeId,
    /// It has failed: it is not tried again with every event.
    broken: bool,
}

/// What the caller knows, and said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Consent {
    #[default]
    Untold,
    /// Heard that talks are recorded.
    Told,
    /// Heard the question and said nothing: that is no.
    Asked,
    Agreed,
    Refused,
}

#[derive(Debug)]
struct Running {
    tape: TapeId,
    agent: AgentId,
    /// Somebody said so.
    paused: bool,
    heard: Heard,
}

/// Who is heard, or why nobody is.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Heard {
    Legs(Vec<(LegId, Side)>),
    Nobody(Silence),
}

/// The sentence that is said before the two are connected asks something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Notice {
    Tells,
    Asks,
    /// The question was heard, and may be answered.
    Waits,
}

impl Tapes {
    fn allows(&self, rule: Recording) -> bool {
        match (rule, self.consent) {
            (Recording::Off, _) => false,
            (Recording::Announced, Consent::Told | Consent::Agreed)
            | (Recording::Asked, Consent::Agreed) => true,
            // Who was asked once and did not agree is not recorded elsewhere either.
            (Recording::Announced, Consent::Untold | Consent::Asked | Consent::Refused)
            | (
                Recording::Asked,
                Consent::Untold | Consent::Told | Consent::Asked | Consent::Refused,
            ) => false,
        }
    }

    /// What the caller has to hear before they are connected.
    fn due(&self, rule: Recording) -> Option<Notice> {
        match (rule, self.consent) {
            (Recording::Announced, Consent::Untold) => Some(Notice::Tells),
            (Recording::Asked, Consent::Untold | Consent::Told) => Some(Notice::Asks),
            (Recording::Off | Recording::Announced | Recording::Asked, _) => None,
        }
    }
}

impl Notice {
    pub(super) fn prompt(self) -> &'static str {
        match self {
            Notice::Tells => words::ON,
            Notice::Asks | Notice::Waits => words::ASK,
        }
    }
}

impl Call {
    fn recording_rule(&self, queue: &QueueName) -> Recording {
        let sounds = self.setup.sounds.get(queue);
        sounds.map(|s| s.recording).unwrap_or_default()
    }

    // ---- what the caller is told, and says ----

    /// What a caller of this queue has to hear yet.
    pub(super) fn notice_due(&self, queue: &QueueName) -> Option<Notice> {
        self.tapes.due(self.recording_rule(queue))
    }

    /// An announcement to who waits: the sentence, perhaps.
    pub(super) fn note_notice(&mut self, said: &[PromptName], token: PlayToken) {
        let is_one = |name: &PromptName| [words::ON, words::ASK].contains(&name.as_str());
        if said.iter().any(is_one) {
            self.tapes.notice = Some(token);
        }
    }

    /// An announcement has been heard to its end, while the caller waits.
    pub(super) fn notice_heard(&mut self, token: PlayToken) {
        if self.tapes.notice.take_if(|t| *t == token).is_none() {
            return;
        }
        let queue = match &self.stage {
            Stage::Waiting(w) => Some(w.queue.clone()),
            _ => None,
        };
        if let Some(notice) = queue.and_then(|q| self.notice_due(&q)) {
            self.was_told(notice);
        }
    }

    /// What the caller of a talk that begins has to hear before it.
    pub(super) fn notice_before_bridge(&self) -> Option<Notice> {
        let Stage::Bridged(b) = &self.stage else {
            return None;
        };
        let with_agent = matches!(b.party.as_ref()?.who, Who::Agent(_));
        self.notice_due(&b.home).filter(|_| with_agent)
    }

    /// The agent has answered, and the caller hears that sentence: silence would be a riddle.
    pub(super) fn tell_agent_meanwhile(&mut self) {
        let Stage::Bridged(b) = &self.stage else {
            return;
        };
        let notice = b.word.as_ref().and_then(|w| w.notice);
        let (Some(notice), None, Some(party)) = (notice, &b.whisper, &b.party) else {
            return;
        };
        let word = match notice {
            Notice::Tells => words::ON,
            Notice::Asks | Notice::Waits => sys::MUSIC,
        };
        let leg = party.leg.id;
        self.tell_agent(leg, &[word]);
    }

    fn was_told(&mut self, notice: Notice) {
        match notice {
            Notice::Tells => {
                self.tapes.consent = Consent::Told;
                self.record(RecordEvent::Recording { step: Taping::Told });
            }
            Notice::Asks => self.tapes.consent = Consent::Asked,
            Notice::Waits => {}
        }
    }

    /// Whether the caller's queue asks, so that two more keys mean something.
    pub(super) fn asks_to_record(&self) -> bool {
        matches!(&self.stage, Stage::Waiting(w)
            if self.recording_rule(&w.queue) == Recording::Asked)
    }

    /// The caller answers the question; the sentence that tells them what they get. `None`: the
    /// key is no answer.
    pub(super) fn answers_question(&mut self, key: Key) -> Option<&'static str> {
        let (consent, step, word) = match key.as_char() {
            AGREE => (Consent::Agreed, Taping::Agreed, words::ON),
            REFUSE => (Consent::Refused, Taping::Refused, words::OFF),
            _ => return None,
        };
        self.tapes.notice = None;
        if self.tapes.consent != consent {
            self.tapes.consent = consent;
            self.record(RecordEvent::Recording { step });
        }
        Some(word)
    }

    /// The sentence before the two are connected has been said. `true`: they are connected now.
    pub(super) fn notice_said(&mut self, now: Now) -> bool {
        let token = self.tokens.next();
        let Stage::Bridged(b) = &mut self.stage else {
            return true;
        };
        let Some(word) = b.word.as_mut() else {
            return true;
        };
        let Some(notice) = word.notice else {
            return true;
        };
        let asks = notice == Notice::Asks;
        if asks {
            // Nothing plays by this name: only the time is waited for, or a key.
            word.token = token;
            word.notice = Some(Notice::Waits);
            word.until = now.mono + THINK;
        }
        self.was_told(notice);
        !asks
    }

    /// A key while that sentence is said. `true`: it was about that.
    pub(super) fn key_at_notice(&mut self, key: Key) -> bool {
        let Stage::Bridged(b) = &self.stage else {
            return false;
        };
        let notice = b.word.as_ref().and_then(|w| w.notice);
        let Some(notice) = notice else {
            return false;
        };
        let answered = match notice {
            Notice::Tells => false,
            Notice::Asks | Notice::Waits => self.answers_question(key).is_some(),
        };
        // 0 is to the person, at once.
        if answered || key == Key::ZERO {
            self.bridge_now();
        }
        true
    }

    // ---- what is recorded ----

    /// Brings the recording to where the call is now.
    pub(super) fn retape(&mut self) {
        let wanted = self.wanted();
        let same = |r: &Running| {
            wanted
                .as_ref()
                .is_some_and(|(_, agent, _)| *agent == r.agent)
        };
        if self.tapes.running.as_ref().is_some_and(|r| !same(r))
            && let Some(over) = self.tapes.running.take()
        {
            self.act(CallAction::Tape(TapeCommand::End { tape: over.tape }));
        }
        let Some((queue, agent, mut heard)) = wanted else {
            return;
        };
        if let Some(running) = &mut self.tapes.running {
            if running.paused {
                heard = Heard::Nobody(Silence::Paused);
            }
            if running.heard == heard {
                return;
            }
            running.heard = heard.clone();
            let tape = running.tape;
            return self.hear(tape, heard);
        }
        if self.tapes.broken {
            return;
        }
        self.tapes.last = TapeId(self.tapes.last.0 + 1);
        let tape = self.tapes.last;
        self.tapes.running = Some(Running {
            tape,
            agent: agent.clone(),
            paused: false,
            heard: heard.clone(),
        });
        self.act(CallAction::Tape(TapeCommand::Begin {
            tape,
            queue,
            agent,
            agreed: self.tapes.consent == Consent::Agreed,
        }));
        self.record(RecordEvent::Recording {
            step: Taping::Started,
        });
        self.hear(tape, heard);
    }

    fn hear(&mut self, tape: TapeId, heard: Heard) {
        let (legs, silence) = match heard {
            Heard::Legs(legs) => (legs, None),
            Heard::Nobody(why) => (Vec::new(), Some(why)),
        };
        self.act(CallAction::Tape(TapeCommand::Hear {
            tape,
            legs,
            silence,
        }));
    }

    /// Of which queue and agent a talk should be recorded now, and who is heard in it.
    fn wanted(&self) -> Option<(QueueName, AgentId, Heard)> {
        let Stage::Bridged(b) = &self.stage else {
            return None;
        };
        if !b.is_joined() || !self.tapes.allows(self.recording_rule(&b.home)) {
            return None;
        }
        let party = b.party.as_ref()?;
        // Who was not told by us is not recorded: a person outside.
        let Who::Agent(agent) = &party.who else {
            return None;
        };
        let heard = match &b.transfer {
            Some(_) => Heard::Nobody(Silence::Transfer),
            None if self.somebody_holds() => Heard::Nobody(Silence::Held),
            None => Heard::Legs(self.voices(b, party.leg.id)),
        };
        Some((b.home.clone(), agent.clone(), heard))
    }

    fn voices(&self, b: &Bridged, agent: LegId) -> Vec<(LegId, Side)> {
        // What a supervisor says to the agent alone, the caller has not heard either.
        let talks = |g: &&Guest| g.presence == Presence::Talks;
        let guests = b.guests.iter().filter(talks).map(|g| g.party.leg.id);
        let right = [agent].into_iter().chain(guests);
        let left = [(self.start.leg, Side::Caller)];
        let right = right.map(|leg| (leg, Side::Agent));
        left.into_iter().chain(right).collect()
    }

    /// The agent's key: the recording pauses, or goes on. They hear which.
    pub(super) fn toggle_tape(&mut self, leg: LegId) {
        if self.leg_of_agent() != Some(leg) {
            return;
        }
        let paused = self.tapes.running.as_ref().is_some_and(|r| r.paused);
        match self.tapes.running.is_some() {
            true => self.pause_tape(!paused, TapedBy::Agent),
            false => self.tell_tape(words::OFF),
        }
    }

    fn pause_tape(&mut self, pause: bool, by: TapedBy) {
        let Some(running) = &mut self.tapes.running else {
            return;
        };
        if running.paused == pause {
            return;
        }
        running.paused = pause;
        let step = match pause {
            true => Taping::Paused { by },
            false => Taping::Resumed { by },
        };
        self.record(RecordEvent::Recording { step });
        self.tell_tape(if pause { words::OFF } else { words::ON });
    }

    /// Says it to the agent, who hears nothing else meanwhile.
    fn tell_tape(&mut self, word: &str) {
        if let Some(leg) = self.leg_of_agent() {
            self.tell_agent(leg, &[word]);
        }
    }

    fn leg_of_agent(&self) -> Option<LegId> {
        match &self.stage {
            Stage::Bridged(b) => {
                let party = b.party.as_ref()?;
                matches!(party.who, Who::Agent(_)).then_some(party.leg.id)
            }
            _ => None,
        }
    }

    /// Something about the recording from outside.
    pub(super) fn tape_event(&mut self, event: TapeEvent) {
        match event {
            TapeEvent::Pause { pause, by } => self.pause_tape(pause, by),
            TapeEvent::Failed { tape, what } => {
                self.tapes.broken = true;
                // It may be told after the talk: then that is what the record says.
                self.record(RecordEvent::Recording {
                    step: Taping::Failed { what },
                });
                if self.tapes.running.take_if(|r| r.tape == tape).is_some() {
                    self.act(CallAction::Tape(TapeCommand::End { tape }));
                }
            }
        }
    }
}
