//! Who calls while they are to be called back: they are asked about it first, and may take the place
//! that the callback keeps for them.

use std::time::Duration;

use super::event::{CallAction, Known, OpenCallback};
use super::machine::{Call, Stage};
use crate::ids::QueueName;
use crate::menu::outcome::Reason;
use crate::menu::tree::Aside;
use crate::menu::walk::Walk;
use crate::now::{Mono, Now};
use crate::record::timeline::{CallbackId, Event as RecordEvent};

/// A place in line that a callback keeps for this caller.
#[derive(Clone, Debug)]
pub(super) struct Promised {
    pub callback: CallbackId,
    pub queue: QueueName,
    pub since: Mono,
    /// They asked for it in this call.
    pub now: bool,
}

/// How long the first word waits for what is known of the caller, once the phone is connected. A
/// key does not wait.
const LOOK_UP: Duration = Duration::from_millis(150);

/// Whether it has been asked what is known of the caller.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Asking {
    /// Nothing is asked, or it has been answered.
    #[default]
    Nothing,
    /// It is asked.
    Asked,
    /// And the phone is connected.
    Waited,
}

impl Call {
    /// What is known of the caller is asked for, beside all else.
    pub(super) fn look_up(&mut self) {
        if let Some(number) = self.start.caller.clone().filter(|n| n.is_dialable()) {
            self.asking = Asking::Asked;
            self.act(CallAction::LookUp(number));
        }
    }

    /// The phone is connected: the first word, as soon as it is known who calls.
    pub(super) fn begin_to_speak(&mut self, now: Now) {
        match self.asking {
            Asking::Nothing => self.enter_menu(now),
            Asking::Asked => {
                self.asking = Asking::Waited;
                self.stage = Stage::Answering {
                    late: false,
                    speak_at: now.mono + LOOK_UP,
                };
            }
            Asking::Waited => {}
        }
    }

    /// What is known of the caller.
    pub(super) fn looked_up(&mut self, now: Now, known: Known) {
        self.known = known;
        let waited = std::mem::take(&mut self.asking) == Asking::Waited;
        if waited && matches!(self.stage, Stage::Answering { late: false, .. }) {
            self.enter_menu(now);
        }
    }

    /// Where the caller comes into the menus: asked about a callback first, if one is open.
    pub(super) fn first_walk(&mut self, now: Now) -> Walk {
        let Some(open) = self.known.callback.take() else {
            return Walk::start(self.line.clone(), self.who_walks(), now);
        };
        let OpenCallback {
            callback,
            queue,
            since,
            agent,
        } = open;
        // Who has promised something knows more than who talked last.
        if let Some(agent) = agent {
            self.known.agent = Some((agent, now.wall));
        }
        self.promised = Some(Promised {
            callback,
            queue,
            since: now.mono - now.wall.since(since),
            now: false,
        });
        let mut walk = Walk::outside(self.line.clone(), self.who_walks(), now);
        if !walk.turn_to(now, Aside::Again) {
            walk.resume(now);
        }
        walk
    }

    /// The place that a callback keeps, when the caller goes to the people in place of it: they
    /// choose so, or wait on in the call in which they asked for it.
    pub(super) fn claimed(&mut self, queue: &QueueName, reason: &Reason) -> Option<Promised> {
        let chosen = match &self.stage {
            Stage::Menu(m) => m.walk.beside() == Some(Aside::Claim),
            _ => false,
        };
        let goes_on = |p: &Promised| p.now && (*reason != Reason::Routed || p.queue == *queue);
        let promised = self.promised.take_if(|p| chosen || goes_on(p))?;
        self.cancel(promised.callback);
        Some(promised)
    }

    /// The caller does not want to be called back any more.
    pub(super) fn cancel_promise(&mut self) {
        if let Some(promised) = self.promised.take() {
            self.cancel(promised.callback);
        }
    }

    pub(super) fn cancel(&mut self, callback: CallbackId) {
        if self.callback == Some(callback) {
            self.callback = None;
        }
        self.record(RecordEvent::CallbackCancelled { callback });
        self.act(CallAction::CancelCallback(callback));
    }
}
