//! From the INVITE to the first word: ports, offer and answer, and the wait for the ACK.

use std::time::Duration;

use bytes::Bytes;

use super::event::{CallAction, OpenedMedia};
use super::legs::{Leg, Path};
use super::machine::{Call, Stage};
use crate::media::command::MediaCommand;
use crate::now::Now;
use crate::record::timeline::Event as RecordEvent;
use crate::record::verdict::Verdict;
use crate::sdp::Refusal;
use crate::sip::leg::LegCommand;

/// How long the menu waits for the ACK of our 200 (or the first RTP) before it speaks anyway:
/// words said into a phone that is not yet connected are lost to the caller.
const SPEAK_ANYWAY: Duration = Duration::from_millis(1500);

impl Call {
    pub(super) fn answer(&mut self, now: Now, media: OpenedMedia) {
        let Stage::Opening { offer } = &mut self.stage else {
            // The caller hung up meanwhile.
            return self.media(MediaCommand::Close {
                leg: self.start.leg,
            });
        };
        let offer = offer.take();
        let path = Path {
            transport: self.start.transport,
            peer: Some(self.start.remote),
        };
        let mut leg = Leg::new(self.start.leg, media, path);
        let local = leg.local(&self.setup, &self.setup.codecs);
        let late = offer.is_none();
        let sdp = match offer {
            None => leg.session.offer(&local),
            Some(offer) => match leg.session.answer(&offer, &local) {
                Ok((sdp, plan)) => {
                    self.act(CallAction::Media(
                        leg.id,
                        MediaCommand::Apply {
                            leg: leg.id,
                            plan: plan.clone(),
                        },
                    ));
                    leg.plan = Some(plan);
                    sdp
                }
                Err(refusal) => return self.refuse_media(refusal),
            },
        };
        self.caller = Some(leg);
        self.act(CallAction::Sip(self.start.leg, LegCommand::Answer { sdp }));
        self.record(RecordEvent::Answered);
        self.stage = Stage::Answering {
            late,
            speak_at: now.mono + SPEAK_ANYWAY,
        };
    }

    pub(super) fn confirmed(&mut self, now: Now, answer: Option<Bytes>) {
        let Stage::Answering { late, .. } = self.stage else {
            return;
        };
        if late {
            let Some(leg) = &mut self.caller else { return };
            let accepted = answer
                .as_deref()
                .ok_or(488)
                .and_then(|a| leg.session.accept(a).map_err(|r| r.status()));
            match accepted {
                Ok(plan) => {
                    leg.plan = Some(plan.clone());
                    let leg = leg.id;
                    self.media(MediaCommand::Apply { leg, plan });
                }
                Err(status) => return self.hang_up_caller(Verdict::SetupFailed { status }),
            }
        }
        self.begin_to_speak(now);
    }

    fn refuse_media(&mut self, refusal: Refusal) {
        let status = refusal.status();
        let why = refusal.to_string();
        let command = LegCommand::RejectMedia { status, why };
        self.act(CallAction::Sip(self.start.leg, command));
        self.stage = Stage::Closing {
            verdict: Verdict::SetupFailed { status },
            leg_over: false,
            storing: None,
        };
    }

    /// Before the answer: refuse the INVITE. Afterwards there is only BYE.
    pub(super) fn refuse(&mut self, status: u16) {
        let retry_after = (status == 503).then_some(5);
        let command = match self.stage {
            Stage::Opening { .. } => LegCommand::Reject {
                status,
                retry_after,
            },
            _ => LegCommand::Hangup { reason: None },
        };
        self.act(CallAction::Sip(self.start.leg, command));
        self.stage = Stage::Closing {
            verdict: Verdict::SetupFailed { status },
            leg_over: false,
            storing: None,
        };
    }
}
