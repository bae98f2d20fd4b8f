//! What callers do, and what is done to their calls from outside.

use std::time::Duration;

use super::{Caller, Stage};
use crate::call::event::CallEvent;
use crate::ids::Key;
use crate::media::command::{DtmfWay, MediaEvent};
use crate::menu::outcome::{WebReply, WebRequest};
use crate::menu::tree::Kind;
use crate::rehearse::moment::{Failing, Happening};
use crate::sip::leg::{LegEnd, LegEvent};

impl Stage {
    /// The caller presses a key.
    pub fn press(&mut self, n: usize, key: Key) {
        let Some(caller) = self.present(n) else {
            return;
        };
        let secret = key.digit().is_some() && caller.enters_secret();
        let leg = caller.call.caller_leg();
        self.tell(Some(n), Happening::Presses { key, secret });
        let way = DtmfWay::Event;
        self.give(n, CallEvent::Media(MediaEvent::Key { leg, key, way }));
    }

    /// The caller speaks: heard when a message is taken, or by the agent. Time passes.
    pub fn speak(&mut self, n: usize, time: Duration) {
        if self.present(n).is_none() {
            return;
        }
        self.tell(Some(n), Happening::Speaks(time));
        let caller = self.callers.get_mut(n);
        if let Some(recording) = caller.and_then(|c| c.recording.as_mut().filter(|r| !r.ended)) {
            recording.spoken += time;
        }
        self.run_until(self.now.mono + time);
    }

    /// The caller hangs up.
    pub fn hang_up(&mut self, n: usize) {
        let Some(caller) = self.present(n) else {
            return;
        };
        caller.left = true;
        let leg = caller.call.caller_leg();
        self.tell(Some(n), Happening::HangsUp);
        self.give(n, CallEvent::Leg(leg, LegEvent::Ended(LegEnd::PeerBye)));
    }

    /// The call's task panics; its supervisor comes in.
    pub fn panic(&mut self, n: usize) {
        let now = self.now;
        if let Some(caller) = self.present(n) {
            let goes_on = caller.call.stage().is_some();
            caller.call.rescue(now, "internal error");
            #[cfg(test)]
            self.watch.befell(n, super::testing::What::Fault);
            self.tell(Some(n), Happening::Trouble("the call's task fails".into()));
            if goes_on {
                self.tell(Some(n), Happening::Fails(Failing::Now));
            }
            self.settle();
        }
    }

    /// What plays to the caller turns out not to be playable.
    pub fn break_prompt(&mut self, n: usize) {
        let Some(caller) = self.present(n) else {
            return;
        };
        let leg = caller.call.caller_leg();
        if let Some(token) = caller.playing {
            self.tell(Some(n), Happening::Trouble("the prompt is broken".into()));
            let prompt = "broken".into();
            self.give(
                n,
                CallEvent::Media(MediaEvent::PlayFailed { leg, token, prompt }),
            );
        }
    }

    /// The question that waits for whoever drives the stage.
    pub fn asked_outside(&self, n: usize) -> Option<&WebRequest> {
        self.callers.get(n)?.outside.as_ref().map(|(_, r)| r)
    }

    /// The answer to it.
    pub fn answer_outside(&mut self, n: usize, reply: Result<WebReply, String>) {
        let caller = self.callers.get_mut(n);
        if let Some((ask, _)) = caller.and_then(|c| c.outside.take()) {
            self.replied(n, ask, reply);
        }
    }
}

impl Caller {
    /// Digits are taken now that are never to be shown.
    fn enters_secret(&self) -> bool {
        let Some(walk) = self.call.walk() else {
            return false;
        };
        let (line, situation) = (walk.line(), walk.situation());
        match situation.and_then(|s| line.node(s.node)).map(|n| &n.kind) {
            Some(Kind::Collect(c)) => line.variable(c.into).is_some_and(|v| v.sensitive),
            Some(_) | None => false,
        }
    }
}
