//! Carries out what a call asks: the part of the edge that faces the caller.

use std::sync::Arc;
use std::time::Duration;

use super::agenda::Due;
use super::sounds::PATIENCE;
use super::{Recording, Sound, Stage};
use crate::call::event::{
    CallAction, CallEvent, FollowUpWish, GuidePlace, Known, OpenedMedia, RecordingId,
    RecordingOutcome,
};
use crate::ids::{LegId, PhoneNumber, PromptName};
use crate::media::command::{MediaCommand, MediaEvent, PlayToken, Playlist};
use crate::media::prompt::Prompt;
use crate::menu::outcome::{AskId, StepKind};
use crate::record::timeline::{Event, MessageId, OutboxId};
use crate::rehearse::house::phone;
use crate::rehearse::moment::Happening;
use crate::rehearse::world::{Playing, Storing};
use crate::sdp::{KEY_MATERIAL, KeyMaterial};
use crate::sip::leg::{LegCommand, LegEnd, LegEvent};

/// Across the network and back.
pub(super) const ROUND_TRIP: Duration = Duration::from_millis(60);
/// How long a 200 is sent again before its ACK counts as lost (RFC 3261 §13.3.1.4).
const NO_ACK: Duration = Duration::from_secs(32);

impl Stage {
    pub(super) fn carry_out(&mut self, n: usize, action: CallAction) {
        match action {
            CallAction::Sip(leg, command) if leg == self.callers[n].call.caller_leg() => {
                self.tell_caller(n, leg, command);
            }
            CallAction::Sip(leg, command) => self.tell_phone(n, leg, command),
            CallAction::OpenMedia { leg, .. } => self.open_media(n, leg),
            CallAction::Media(_, command) => self.media(n, command),
            CallAction::Queue(command) => self.queue(n, command),
            // Agents do not place calls here.
            CallAction::QueueAs(..)
            | CallAction::Wish(..)
            | CallAction::WriteUp(..)
            | CallAction::Hearing(..)
            | CallAction::Told(..) => {}
            CallAction::Locate(to) => self.locate(n, &to),
            CallAction::RecordMessage {
                recording, limit, ..
            } => self.record(n, recording, limit),
            CallAction::KeepMessage { even_if_empty } => self.keep(n, even_if_empty),
            CallAction::DropMessage => self.callers[n].recording = None,
            CallAction::EndMessage => self.end_recording(n),
            CallAction::FetchMessage => self.fetch_recording(n),
            CallAction::Ask(ask, request) => self.ask(n, ask, request),
            CallAction::Recall(ask, place) => self.recall(n, ask, &place),
            CallAction::Remember(place, Some((step, _))) => {
                self.guides.insert(place, step);
            }
            CallAction::Remember(place, None) => {
                self.guides.remove(&place);
            }
            CallAction::FindTimes(ask, queue, from, to) => {
                self.find_times(n, ask, &queue, from, to);
            }
            CallAction::StoreCallback(ask, wish) => self.store_callback(n, ask, &wish),
            CallAction::Send(ask, wish) => self.send(n, ask, &wish),
            CallAction::LookUp(number) => self.look_up(n, &number),
            CallAction::CancelCallback(callback) => {
                self.cancel_callback(callback);
            }
            // Nobody is called back on a stage.
            CallAction::Callback(..) => {}
            // Nothing is heard of it, and nothing waits for it.
            CallAction::Tape(_) => {}
            CallAction::Record(event) => self.note(n, event),
            CallAction::Done(verdict) => {
                let contact = self.callers[n].call.contact();
                self.callers[n].verdict = Some(verdict);
                self.part(contact);
            }
        }
    }

    pub(super) fn later(&mut self, after: Duration, due: Due) {
        self.agenda.add(self.now.mono + after, due);
    }

    fn tell_caller(&mut self, n: usize, leg: LegId, command: LegCommand) {
        let tell = |event| Due::Tell(n, CallEvent::Leg(leg, event));
        match command {
            LegCommand::Answer { .. } if self.world.no_ack => {
                self.later(NO_ACK, tell(LegEvent::Ended(LegEnd::NoAck)));
            }
            LegCommand::Answer { .. } => {
                self.later(ROUND_TRIP, tell(LegEvent::Confirmed { answer: None }));
            }
            LegCommand::Reject { .. }
            | LegCommand::RejectMedia { .. }
            | LegCommand::Hangup { .. } => {
                self.callers[n].playing = None;
                self.later(ROUND_TRIP, tell(LegEvent::Ended(LegEnd::LocalHangup)));
            }
            LegCommand::Ring
            | LegCommand::Progress { .. }
            | LegCommand::Invite(_)
            | LegCommand::Ack { .. }
            | LegCommand::Offer { .. }
            | LegCommand::AnswerOffer { .. }
            | LegCommand::RefuseOffer
            | LegCommand::Probe
            | LegCommand::Challenge
            | LegCommand::ReferProgress { .. } => {}
        }
    }

    fn open_media(&mut self, n: usize, leg: LegId) {
        let callers = leg == self.callers[n].call.caller_leg();
        if !callers && self.world.no_ports > 0 {
            self.world.no_ports -= 1;
            self.tell(Some(n), Happening::Trouble("no port is free".into()));
            self.inbox.push_back((n, CallEvent::MediaFailed(leg)));
            return;
        }
        let ours = phone(30_000);
        let media = OpenedMedia {
            address: ours.address,
            rtp_port: ours.rtp_port,
            rtcp_port: ours.rtcp_port,
            session: leg.0,
            keys: KeyMaterial([9; KEY_MATERIAL]),
        };
        self.inbox
            .push_back((n, CallEvent::MediaOpened(leg, media)));
    }

    fn media(&mut self, n: usize, command: MediaCommand) {
        let caller = self.callers[n].call.caller_leg();
        match command {
            MediaCommand::Play { leg, token, list } if leg == caller => self.play(n, token, list),
            MediaCommand::Stop { leg } if leg == caller => {
                self.callers[n].sound = Sound::Nothing;
                if self.callers[n].playing.take().is_some() {
                    self.tell(Some(n), Happening::Hush);
                }
            }
            MediaCommand::Bridge { a, b } => {
                self.callers[n].playing = None;
                self.callers[n].sound = Sound::Nothing;
                self.begin_talk(n, if a == caller { b } else { a });
            }
            MediaCommand::Apply { .. }
            | MediaCommand::Play { .. }
            | MediaCommand::Stop { .. }
            | MediaCommand::Confer { .. }
            | MediaCommand::Unbridge { .. }
            | MediaCommand::Record { .. }
            | MediaCommand::StopRecord { .. }
            | MediaCommand::Tap { .. }
            | MediaCommand::Close { .. } => {}
        }
    }

    fn play(&mut self, n: usize, token: PlayToken, list: Playlist) {
        let leg = self.callers[n].call.caller_leg();
        self.callers[n].playing = None;
        self.callers[n].sound = Sound::Nothing;
        let fate = self.world.plays.get(self.played).copied();
        self.played += 1;
        let length: Duration = list.prompts.iter().map(|p| p.duration).sum();
        let first = list.prompts.first().map(|p| p.name.clone());
        let Playlist { prompts, repeat } = list;
        let hears = Happening::Hears { prompts, repeat };
        match fate.unwrap_or(Playing::Whole) {
            Playing::Unplayable => {
                let prompt = first.unwrap_or_else(|| "nothing".into());
                let trouble = format!("{prompt} is not encoded for this call");
                self.tell(Some(n), Happening::Trouble(trouble));
                let failed = MediaEvent::PlayFailed { leg, token, prompt };
                self.inbox.push_back((n, CallEvent::Media(failed)));
                // So that the call knows of it as of something that plays.
                self.callers[n].playing = Some(token);
                return;
            }
            Playing::Whole | Playing::Truncated | Playing::EndUntold if repeat => {
                self.callers[n].sound = Sound::Music;
            }
            Playing::Whole => {
                self.callers[n].playing = Some(token);
                self.callers[n].sound = Sound::Until(self.now.mono + length);
                self.later(length, Due::Played(n, token));
            }
            Playing::Truncated => {
                self.callers[n].playing = Some(token);
                let trouble = "what follows is cut off";
                self.tell(Some(n), Happening::Trouble(trouble.into()));
                self.later(Duration::ZERO, Due::Played(n, token));
            }
            Playing::EndUntold => {
                self.callers[n].playing = Some(token);
                self.callers[n].sound = Sound::Until(self.now.mono + length);
                let trouble = "the end of what follows is never told";
                self.tell(Some(n), Happening::Trouble(trouble.into()));
                self.tell(Some(n), hears);
                return self.fails_to_end(n, length);
            }
        }
        self.tell(Some(n), hears);
    }

    pub(super) fn played(&mut self, n: usize, token: PlayToken) {
        let caller = &mut self.callers[n];
        if caller.playing == Some(token) {
            caller.playing = None;
            let leg = caller.call.caller_leg();
            let event = CallEvent::Media(MediaEvent::Played { leg, token });
            self.inbox.push_back((n, event));
        }
    }

    fn note(&mut self, n: usize, event: Event) {
        if let Event::Step { step } = &event
            && matches!(step.what, StepKind::Entered { .. })
        {
            self.callers[n].node = Some(step.node.clone());
        }
        self.tell(Some(n), Happening::Record(event));
    }

    // ---- messages ----

    fn record(&mut self, n: usize, id: RecordingId, limit: Duration) {
        self.tell(Some(n), Happening::Records);
        let leg = self.callers[n].call.caller_leg();
        self.callers[n].recording = Some(Recording {
            id,
            since: self.now.mono,
            spoken: Duration::ZERO,
            ended: false,
        });
        let ended = MediaEvent::RecordEnded { leg, length: limit };
        // Of a recording that was ended before, the call passes over it.
        self.later(limit, Due::Tell(n, CallEvent::Media(ended)));
    }

    /// What becomes of what is to be stored next.
    pub(super) fn fate_of_storing(&mut self) -> Storing {
        let at = usize::try_from(self.stored).unwrap_or(usize::MAX);
        self.stored += 1;
        let fate = self.world.store.get(at).copied();
        fate.unwrap_or(Storing::Stored(ROUND_TRIP))
    }

    fn recall(&mut self, n: usize, ask: AskId, place: &GuidePlace) {
        let found = self.guides.get(place).cloned();
        let (after, found) = match self.fate_of_storing() {
            Storing::Stored(after) => (after, found),
            Storing::Fails(after) => (after, None),
            Storing::Silent => return,
        };
        self.later(after, Due::Tell(n, CallEvent::Recalled(ask, found)));
    }

    /// What was told in an earlier call.
    fn look_up(&mut self, n: usize, number: &PhoneNumber) {
        let known = Known {
            callback: self.callbacks.get(number).cloned(),
            agent: None,
        };
        self.inbox.push_back((n, CallEvent::Known(known)));
    }

    fn send(&mut self, n: usize, ask: AskId, wish: &FollowUpWish) {
        let node = wish.node.clone();
        self.tell(Some(n), Happening::Sends { node });
        let fate = self.fate_of_storing();
        let (after, stored) = match fate {
            Storing::Stored(after) => (after, Some(OutboxId(self.stored))),
            Storing::Fails(after) => {
                self.fails_to_answer(n, &wish.node, after.min(PATIENCE));
                (after, None)
            }
            Storing::Silent => {
                let trouble = "the store is never heard of again";
                self.tell(Some(n), Happening::Trouble(trouble.into()));
                return self.fails_to_answer(n, &wish.node, PATIENCE);
            }
        };
        self.later(after, Due::Tell(n, CallEvent::LetterStored(ask, stored)));
    }

    /// What was said is known from then on.
    fn end_recording(&mut self, n: usize) {
        let caller = &mut self.callers[n];
        let Some(recording) = &mut caller.recording else {
            return;
        };
        let length = self.now.mono.since(recording.since);
        recording.spoken = recording.spoken.max(caller.speaks.min(length));
        recording.ended = true;
        let outcome = match recording.spoken < self.house.message_min {
            true => RecordingOutcome::TooShort,
            false => RecordingOutcome::Taken,
        };
        let told = CallEvent::Recording(recording.id, outcome);
        self.later(ROUND_TRIP, Due::Tell(n, told));
    }

    fn fetch_recording(&mut self, n: usize) {
        if let Some(recording) = &self.callers[n].recording {
            let name = PromptName::new("message");
            let voice = Arc::new(Prompt::new(name, recording.spoken, []));
            let told = CallEvent::Draft(recording.id, Some(voice));
            self.later(ROUND_TRIP, Due::Tell(n, told));
        }
    }

    fn keep(&mut self, n: usize, even_if_empty: bool) {
        let caller = &mut self.callers[n];
        let Some(recording) = caller.recording.take() else {
            return;
        };
        let length = self.now.mono.since(recording.since);
        let spoken = match recording.ended {
            true => recording.spoken,
            false => recording.spoken.max(caller.speaks.min(length)),
        };
        if spoken < self.house.message_min && !even_if_empty {
            let outcome = CallEvent::Recording(recording.id, RecordingOutcome::TooShort);
            return self.later(ROUND_TRIP, Due::Tell(n, outcome));
        }
        let fate = self.fate_of_storing();
        let message = MessageId(self.stored);
        self.callers[n].kept = Some(message);
        let (after, outcome) = match fate {
            Storing::Stored(after) => {
                let length = spoken;
                (after, RecordingOutcome::Stored { message, length })
            }
            Storing::Fails(after) => {
                self.fails_to_keep(n, after.min(PATIENCE));
                (after, RecordingOutcome::Failed)
            }
            Storing::Silent => {
                let trouble = "the store is never heard of again";
                self.tell(Some(n), Happening::Trouble(trouble.into()));
                return self.fails_to_keep(n, PATIENCE);
            }
        };
        self.later(
            after,
            Due::Tell(n, CallEvent::Recording(recording.id, outcome)),
        );
    }
}
