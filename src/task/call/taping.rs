//! The recording of a talk: the legs of a call are tapped as its machine says.

use super::CallTask;
use crate::call::event::{TapeCommand, TapeId};
use crate::ids::LegId;
use crate::media::command::MediaCommand;
use crate::media::tap::Side;
use crate::record::taping::Silence;
use crate::store::recordings::TalkMeta;
use crate::task::clock;
use crate::task::tapes::Running;

/// What is recorded of a call now.
#[derive(Default)]
pub(super) struct Recorder {
    running: Option<Running>,
    legs: Vec<(LegId, Side)>,
}

impl CallTask {
    pub(super) fn tape(&mut self, command: TapeCommand) {
        match command {
            TapeCommand::Begin {
                tape,
                queue,
                agent,
                agreed,
            } => {
                self.end_tape();
                let meta = TalkMeta {
                    contact: self.call.contact(),
                    number: tape.0,
                    queue,
                    agent,
                    agreed,
                    began: clock::now().wall,
                };
                let (store, events) = (self.tools.store.clone(), self.events_in.clone());
                self.recorder.running = self.tools.tapes.begin(store, tape, meta, events);
            }
            TapeCommand::Hear {
                tape,
                legs,
                silence,
            } => self.hear(tape, legs, silence),
            TapeCommand::End { tape } => {
                if self.is_running(tape) {
                    self.end_tape();
                }
            }
        }
    }

    fn is_running(&self, tape: TapeId) -> bool {
        let running = self.recorder.running.as_ref();
        running.is_some_and(|r| r.id() == tape)
    }

    fn hear(&mut self, tape: TapeId, legs: Vec<(LegId, Side)>, silence: Option<Silence>) {
        if !self.is_running(tape) {
            return;
        }
        let before = std::mem::replace(&mut self.recorder.legs, legs.clone());
        for (leg, _) in before.iter().filter(|l| !legs.contains(l)) {
            let (leg, tap) = (*leg, None);
            self.media(leg, MediaCommand::Tap { leg, tap });
        }
        for (leg, side) in legs.into_iter().filter(|l| !before.contains(l)) {
            let tap = self.recorder.running.as_ref().map(|r| r.tap(side));
            self.media(leg, MediaCommand::Tap { leg, tap });
        }
        if let Some(running) = &mut self.recorder.running {
            running.silent(silence);
        }
    }

    fn end_tape(&mut self) {
        for (leg, _) in std::mem::take(&mut self.recorder.legs) {
            self.media(leg, MediaCommand::Tap { leg, tap: None });
        }
        self.recorder.running = None;
    }
}
