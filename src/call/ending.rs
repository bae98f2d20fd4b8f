//! How a call ends, and what keeps it from ending: the rescue after a fault of ours.

use std::mem;

use super::event::{CallAction, QueueCommand, RecordingId, RecordingOutcome};
use super::machine::{Call, Promise, Stage};
use crate::media::command::MediaCommand;
use crate::menu::outcome::Reason;
use crate::now::Now;
use crate::record::timeline::Event as RecordEvent;
use crate::record::verdict::{LostSign, Stage as StageName, Verdict};
use crate::sip::leg::{LegCommand, LegEnd};

impl Call {
    /// After a panic in one of the other methods: whatever the stage was, the caller's leg is
    /// still there, and goes to the people with the reason (P4).
    pub fn rescue(&mut self, now: Now, what: &str) {
        self.bring_to_people(now, what);
        self.retape();
    }

    fn bring_to_people(&mut self, now: Now, what: &str) {
        self.record(RecordEvent::Fault {
            what: what.to_owned(),
        });
        self.hang_up_ringing(None);
        self.end_consult();
        // A place in line is as old as it was.
        let came = self.waits_since();
        self.menus = None;
        let stage = mem::replace(&mut self.stage, Stage::Ended);
        match stage {
            Stage::Ended => return,
            Stage::Closing { verdict, .. } => return self.done(verdict),
            Stage::CallingBack(_) => {
                self.stage = stage;
                return self.stop_calling_back(Verdict::NotReached);
            }
            Stage::Opening { .. } | Stage::Answering { late: true, .. } => {
                self.stage = stage;
                return self.refuse(500);
            }
            Stage::Bridged(b) => b.release(self),
            Stage::Message(_) => {
                self.act(CallAction::KeepMessage {
                    even_if_empty: false,
                });
                self.act(CallAction::Queue(QueueCommand::Leave));
            }
            Stage::Menu(mut m) => {
                // What the caller did last belongs onto the card.
                self.take_steps(&mut m);
                self.act(CallAction::Queue(QueueCommand::Leave));
            }
            Stage::Waiting(_) | Stage::Answering { late: false, .. } => {
                self.act(CallAction::Queue(QueueCommand::Leave));
            }
        }
        let queue = self.line.human.clone();
        let reason = Reason::Fault {
            what: what.to_owned(),
        };
        self.enter_queue_as_of(now, queue, reason, came);
    }

    /// The rescue itself fails time and again: nothing of the machine's state is trusted any
    /// more but the caller's own leg. What was asked and not carried out is forgotten, all other
    /// legs end, and the caller goes to the people.
    pub fn salvage(&mut self, now: Now, what: &str) {
        self.forget();
        self.record(RecordEvent::Fault {
            what: what.to_owned(),
        });
        self.hang_up_ringing(None);
        self.end_consult();
        self.menus = None;
        let stage = mem::replace(&mut self.stage, Stage::Ended);
        match stage {
            // What failed may have left it so: a call that is over is not salvaged.
            Stage::Ended => {}
            Stage::Closing { verdict, .. } => return self.done(verdict),
            Stage::CallingBack(_) => {
                self.stage = stage;
                return self.stop_calling_back(Verdict::NotReached);
            }
            Stage::Opening { .. } | Stage::Answering { late: true, .. } => {
                self.stage = stage;
                return self.refuse(500);
            }
            Stage::Bridged(bridged) => bridged.release(self),
            Stage::Message(_) => self.act(CallAction::KeepMessage {
                even_if_empty: false,
            }),
            Stage::Menu(_) | Stage::Waiting(_) | Stage::Answering { late: false, .. } => {}
        }
        self.act(CallAction::Queue(QueueCommand::Leave));
        let reason = Reason::Fault {
            what: what.to_owned(),
        };
        self.enter_queue(now, self.line.human.clone(), reason);
    }

    pub(super) fn caller_gone(&mut self, now: Now, end: &LegEnd) {
        let stage = self.stage().unwrap_or(StageName::Ringing);
        let gone = |sign| Verdict::CallerGone { stage, sign };
        let verdict = match end {
            LegEnd::PeerBye | LegEnd::PeerCancelled => Verdict::CallerHungUp { stage },
            LegEnd::NoAck => gone(LostSign::NoAck),
            LegEnd::PeerGone if self.caller_away.is_some() => gone(LostSign::RtpSilent),
            LegEnd::PeerGone | LegEnd::LocalHangup => gone(LostSign::SessionTimer),
            LegEnd::NoAnswer | LegEnd::Refused { .. } => gone(LostSign::NoAnswer),
            LegEnd::Unreachable => gone(LostSign::Transport),
        };
        self.caller_left(now, verdict);
    }

    /// Nobody is at the caller's end any more.
    pub(super) fn caller_left(&mut self, now: Now, verdict: Verdict) {
        self.caller_away = None;
        self.hang_up_ringing(None);
        let stage = mem::replace(&mut self.stage, Stage::Ended);
        // Without the ACK nothing shows that the number is theirs.
        let lost = matches!(&verdict, Verdict::CallerGone { sign, .. } if *sign != LostSign::NoAck);
        let promise = match lost && self.setup.callback_after_drop {
            true => self.promise_lost_place(now, &stage),
            false => None,
        };
        if promise.is_some() {
            if let Stage::Menu(mut m) = stage {
                self.take_steps(&mut m);
            }
            self.act(CallAction::Queue(QueueCommand::Leave));
            self.stage = Stage::Closing {
                verdict,
                leg_over: true,
                storing: promise,
            };
            return;
        }
        match stage {
            Stage::Ended => {}
            Stage::Closing {
                verdict,
                storing: storing @ Some(_),
                ..
            } => {
                self.stage = Stage::Closing {
                    verdict,
                    leg_over: true,
                    storing,
                };
            }
            Stage::Closing {
                verdict,
                storing: None,
                ..
            } => self.done(verdict),
            Stage::Waiting(_) => {
                self.act(CallAction::Queue(QueueCommand::Leave));
                self.done(verdict);
            }
            Stage::Message(m) => self.caller_left_message(now, m, verdict),
            // Its legs have events of their own.
            stage @ Stage::CallingBack(_) => self.stage = stage,
            Stage::Bridged(b) => {
                b.release(self);
                self.done(verdict);
            }
            Stage::Menu(mut m) => {
                self.take_steps(&mut m);
                if m.place.is_some() {
                    self.act(CallAction::Queue(QueueCommand::Leave));
                }
                let verdict = m.ends_with(verdict);
                self.caller_left_menu(now, &m, verdict);
            }
            Stage::Opening { .. } | Stage::Answering { .. } => self.done(verdict),
        }
    }

    /// Ends the caller's leg; the verdict is final when the leg is over.
    ///
    /// The promise (P6) limits who may call it: a goodbye that the caller chose, an agent who
    /// ended the call, a stored message or callback, a failed offer/answer, and the server's stop.
    pub(super) fn hang_up_caller(&mut self, verdict: Verdict) {
        self.hang_up_ringing(None);
        self.act(CallAction::Sip(
            self.start.leg,
            LegCommand::Hangup { reason: None },
        ));
        self.stage = Stage::Closing {
            verdict,
            leg_over: false,
            storing: None,
        };
    }

    pub(super) fn stop(&mut self, now: Now) {
        self.end_consult();
        let stopped = Verdict::ServerStopped {
            stage: self.stage().unwrap_or(StageName::Ringing),
        };
        let stage = mem::replace(&mut self.stage, Stage::Ended);
        let promise = self.promise_lost_place(now, &stage);
        match stage {
            Stage::Ended => {}
            closing @ Stage::Closing { .. } => self.stage = closing,
            stage @ Stage::CallingBack(_) => {
                self.stage = stage;
                self.stop_calling_back(stopped);
            }
            Stage::Bridged(b) => {
                b.release(self);
                self.hang_up_caller(stopped);
            }
            Stage::Message(m) => {
                let kept = self.stop_message(now, &m);
                self.hang_up_caller(stopped);
                if let Stage::Closing { storing, .. } = &mut self.stage {
                    *storing = kept;
                }
            }
            Stage::Waiting(_) => {
                self.act(CallAction::Queue(QueueCommand::Leave));
                self.hang_up_caller(stopped);
            }
            Stage::Opening { offer } => {
                self.stage = Stage::Opening { offer };
                self.refuse(503);
            }
            Stage::Menu(m) => {
                if m.place.is_some() {
                    self.act(CallAction::Queue(QueueCommand::Leave));
                }
                self.hang_up_caller(m.ends_with(stopped));
            }
            Stage::Answering { .. } => self.hang_up_caller(stopped),
        }
        if let (Some(promise), Stage::Closing { storing, .. }) = (promise, &mut self.stage) {
            *storing = Some(promise);
        }
    }

    pub(super) fn done(&mut self, verdict: Verdict) {
        self.stage = Stage::Ended;
        // Nothing follows the end.
        self.retape();
        self.media(MediaCommand::Close {
            leg: self.start.leg,
        });
        self.record(RecordEvent::Ended {
            verdict: verdict.clone(),
        });
        self.refuse_joining();
        self.verdict = Some(verdict);
        self.consult_over();
    }

    /// The call is over when both the caller's part and the agents' among themselves are.
    pub(super) fn consult_over(&mut self) {
        if self.consult.is_none()
            && let Some(verdict) = self.verdict.take()
        {
            self.act(CallAction::Done(verdict));
        }
    }

    /// The recorder has finished for a caller who is gone.
    pub(super) fn closing_recording_over(
        &mut self,
        recording: RecordingId,
        outcome: RecordingOutcome,
    ) {
        let Stage::Closing {
            verdict,
            leg_over,
            storing,
        } = &mut self.stage
        else {
            return;
        };
        if storing.is_none_or(|s| s.what != Promise::Message(recording)) {
            return;
        }
        *storing = None;
        if let (RecordingOutcome::Stored { message, .. }, Verdict::CallerHungUp { .. }) =
            (outcome, &*verdict)
        {
            *verdict = Verdict::MessageStored { message };
        }
        if *leg_over {
            let verdict = verdict.clone();
            self.done(verdict);
        }
    }

    /// The store does not answer: the call of a caller who is gone does not stay for it.
    pub(super) fn storing_overdue(&mut self, now: Now) {
        let Stage::Closing {
            verdict,
            leg_over,
            storing,
        } = &mut self.stage
        else {
            return;
        };
        if storing.is_none_or(|s| s.until > now.mono) {
            return;
        }
        *storing = None;
        let (verdict, leg_over) = (verdict.clone(), *leg_over);
        self.record(RecordEvent::Fault {
            what: "the store did not tell whether a promise is kept".to_owned(),
        });
        if leg_over {
            self.done(verdict);
        }
    }
}
