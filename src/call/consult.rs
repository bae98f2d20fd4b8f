//! A call that an agent places: to a colleague, a queue or an outside number. By itself it is a
//! call like any other; beside a talk with a caller it is the consultation before an attended
//! transfer or a conference, and its two legs are then taken over by the caller's call.
//!
//! ```text
//! Opening → Ringing → Talking → Over
//! ```

mod ringing;
mod side;
mod talk;

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use self::ringing::Phone;
use super::bridged::{Party, Who};
use super::event::{CallAction, Location, OpenedMedia, QueueCommand};
use super::legs::{Leg, Path};
use super::offers::RING_MARGIN;
use super::setup::{AgentCallStart, CallSetup};
use super::transfer::NOT_ALLOWED;
use crate::ids::{AgentId, ContactId, LegId, PhoneNumber, QueueName};
use crate::media::command::MediaCommand;
use crate::now::{Mono, Now};
use crate::queue::{Arrival, Priority};
use crate::record::timeline::ConsultStep;
use crate::sdp::plan::Codec;
use crate::sip::leg::{LegCommand, LegEnd, LegEvent};

/// How long an agent waits in line for a colleague of another queue.
const IN_LINE: Duration = Duration::from_secs(170);
/// Somebody holds the line for it.
const URGENT: u8 = 9;

/// What the phones that ring show.
#[derive(Clone, Debug, Default)]
pub(super) struct Introduction {
    /// The display name.
    pub name: String,
    /// The caller's card, for colleagues.
    pub user_to_user: Option<String>,
    /// Its address, for colleagues.
    pub call_info: Option<String>,
}

/// Whose leg the asker speaks on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    /// They have called us: it is answered when whom they want is there.
    Called,
    /// We have called them, and they have answered.
    Ours,
    /// Another call's, which has it back when this one is over.
    Lent,
}

#[derive(Debug)]
enum Stage {
    /// Ports are asked for.
    Opening,
    /// The asker hears it ring.
    Ringing { until: Mono },
    /// The two talk.
    Talking(Box<Party>),
    /// Nothing follows.
    Over,
}

/// The call of an agent. See the module.
#[derive(Debug)]
pub(super) struct Consultation {
    setup: Arc<CallSetup>,
    start: AgentCallStart,
    side: Side,
    introduction: Introduction,
    /// What the record has been told last.
    told: Option<ConsultStep>,
    /// Nobody answered, for this reason.
    failed: Option<u16>,
    /// Codecs in order of preference: with those of a caller first, nothing is decoded later.
    codecs: Vec<Codec>,
    /// The asker's phone, once its ports are open.
    asker: Option<Leg>,
    /// What it is answered with.
    sdp: Bytes,
    phones: BTreeMap<LegId, Phone>,
    /// The call stands in line under its own contact.
    in_line: Option<QueueName>,
    stage: Stage,
    plays: u32,
    actions: VecDeque<CallAction>,
}

/// What a consultation leaves to the call that takes it over.
#[derive(Debug)]
pub(super) struct Joined {
    /// The asker's phone; `None`: it is lent.
    pub asker: Option<Leg>,
    /// Whom they asked.
    pub party: Party,
    /// The queue gave them this colleague under this contact.
    pub queued: Option<ContactId>,
}

impl Consultation {
    /// Its first action asks for ports, beside those of `beside`.
    pub fn new(
        setup: Arc<CallSetup>,
        start: AgentCallStart,
        introduction: Introduction,
        codecs: Vec<Codec>,
        beside: Option<LegId>,
    ) -> Consultation {
        let mut consultation = Consultation::of(setup, start, Side::Called, introduction, codecs);
        consultation.act(CallAction::OpenMedia {
            leg: consultation.start.leg,
            beside,
            toward: Some(consultation.start.remote),
        });
        consultation
    }

    fn of(
        setup: Arc<CallSetup>,
        start: AgentCallStart,
        side: Side,
        introduction: Introduction,
        codecs: Vec<Codec>,
    ) -> Consultation {
        Consultation {
            setup,
            side,
            introduction,
            told: None,
            failed: None,
            codecs,
            asker: None,
            sdp: Bytes::new(),
            phones: BTreeMap::new(),
            in_line: None,
            stage: Stage::Opening,
            plays: 0,
            actions: VecDeque::new(),
            start,
        }
    }

    /// Who calls.
    pub fn agent(&self) -> &AgentId {
        &self.start.agent
    }

    /// The leg of who calls.
    pub fn asker(&self) -> LegId {
        self.start.leg
    }

    /// Under what the queue knows it.
    pub fn contact(&self) -> ContactId {
        self.start.contact
    }

    /// Where it goes.
    pub fn target(&self) -> Location {
        self.start.to.clone()
    }

    /// Whether a leg is one of this call's.
    pub fn owns(&self, leg: LegId) -> bool {
        let talks = matches!(&self.stage, Stage::Talking(party) if party.leg.id == leg);
        let own = leg == self.start.leg && self.side != Side::Lent;
        own || talks || self.phones.contains_key(&leg)
    }

    /// Nothing follows.
    pub fn is_over(&self) -> bool {
        matches!(self.stage, Stage::Over)
    }

    /// What is to be done, in this order.
    pub fn poll_action(&mut self) -> Option<CallAction> {
        self.actions.pop_front()
    }

    /// When [`Consultation::handle_timeout`] wants to be called.
    pub fn poll_timeout(&self) -> Option<Mono> {
        match self.stage {
            Stage::Ringing { until } => Some(until),
            Stage::Opening | Stage::Talking(_) | Stage::Over => None,
        }
    }

    /// A deadline has come.
    pub fn handle_timeout(&mut self, now: Now) {
        if let Stage::Ringing { until } = self.stage
            && until <= now.mono
        {
            self.fail(480);
        }
    }

    /// Ports are open.
    pub fn handle_opened(&mut self, now: Now, leg: LegId, media: OpenedMedia) {
        match self.stage {
            _ if leg != self.start.leg => self.ring(leg, media),
            Stage::Opening => self.opened(now, media),
            Stage::Ringing { .. } | Stage::Talking(_) | Stage::Over => {
                self.act_media(MediaCommand::Close { leg });
            }
        }
    }

    /// There are no ports.
    pub fn handle_no_ports(&mut self, leg: LegId) {
        if leg == self.start.leg {
            self.fail(503);
        } else {
            self.phone_failed(leg, &LegEnd::Unreachable);
        }
    }

    /// Something of one of its phones. A REFER and keys are for the caller's call to read first.
    pub fn handle_leg(&mut self, leg: LegId, event: LegEvent) {
        if leg == self.start.leg {
            self.asker_event(event);
        } else if self.phones.contains_key(&leg) {
            self.phone_event(leg, event);
        } else {
            self.party_event(leg, event);
        }
    }

    /// The asker's offer is answered before anybody's phone rings in vain.
    fn opened(&mut self, now: Now, media: OpenedMedia) {
        let path = Path {
            transport: self.start.transport,
            peer: Some(self.start.remote),
        };
        let mut leg = Leg::new(self.start.leg, media, path);
        let local = leg.local(&self.setup, &self.codecs);
        let sdp = match self.start.offer.take() {
            None => leg.session.offer(&local),
            Some(offer) => match leg.session.answer(&offer, &local) {
                Ok((sdp, plan)) => {
                    leg.plan = Some(plan);
                    sdp
                }
                Err(refusal) => {
                    self.act_media(MediaCommand::Close { leg: leg.id });
                    return self.fail(refusal.status());
                }
            },
        };
        self.sdp = sdp;
        self.asker = Some(leg);
        self.asker_sip(LegCommand::Ring);
        self.seek(now);
    }

    fn seek(&mut self, now: Now) {
        let ring_for = self.setup.transfer_ring;
        let until = now.mono + ring_for + RING_MARGIN;
        match self.start.to.clone() {
            Location::Busy(_) => self.fail(486),
            Location::Agent(_, contacts) if contacts.is_empty() => self.fail(480),
            Location::Agent(agent, contacts) => {
                self.stage = Stage::Ringing { until };
                self.ring_contacts(&Who::Agent(agent), None, contacts, ring_for);
            }
            Location::Outside { trunk, number } => {
                self.stage = Stage::Ringing { until };
                self.ring_outside(trunk, number, ring_for);
            }
            Location::Queue(queue) => {
                self.stage = Stage::Ringing {
                    until: now.mono + IN_LINE,
                };
                self.in_line = Some(queue.clone());
                let arrival = Arrival {
                    language: Some(self.setup.prompts.fallback.clone()),
                    priority: Priority(URGENT),
                    ..Arrival::new(self.start.contact, queue)
                };
                self.act_queue(QueueCommand::Enter(arrival));
            }
            Location::NotAllowed { .. } => self.fail(NOT_ALLOWED),
            Location::Line(_) | Location::Unknown => self.fail(404),
        }
    }

    /// Refuses the asker's call; whatever rings is let go.
    pub(super) fn fail(&mut self, status: u16) {
        self.hang_up_phones(None);
        self.failed = Some(status);
        let refuse = match self.side {
            Side::Called => LegCommand::Reject {
                status,
                retry_after: None,
            },
            Side::Ours | Side::Lent => LegCommand::Hangup {
                reason: Some(format!("SIP;cause={status}")),
            },
        };
        self.asker_sip(refuse);
        self.end();
    }

    /// Refuses a call that is another one.
    pub fn refuse(&mut self, leg: LegId, status: u16) {
        let retry_after = None;
        self.act_sip(
            leg,
            LegCommand::Reject {
                status,
                retry_after,
            },
        );
    }

    /// Ends both sides, whatever they do.
    pub fn hang_up(&mut self) {
        match std::mem::replace(&mut self.stage, Stage::Over) {
            Stage::Over => {}
            Stage::Opening | Stage::Ringing { .. } => {
                self.fail(480);
                // Nobody refused: it was called off.
                self.failed = None;
            }
            Stage::Talking(party) => {
                self.asker_sip(LegCommand::Hangup { reason: None });
                self.let_go(*party);
                self.end();
            }
        }
    }

    /// Ends the leg of whom was asked.
    fn let_go(&mut self, party: Party) {
        self.act_sip(party.leg.id, LegCommand::Hangup { reason: None });
        self.act_media(MediaCommand::Close { leg: party.leg.id });
        if let (Who::Agent(agent), Some(_)) = (party.who, &self.in_line) {
            self.in_line = None;
            self.act_queue(QueueCommand::Over(agent));
        }
    }

    fn end(&mut self) {
        self.stage = Stage::Over;
        if self.in_line.take().is_some() {
            self.act_queue(QueueCommand::Leave);
        }
        if let Some(leg) = self.asker.take() {
            self.act_media(MediaCommand::Close { leg: leg.id });
        }
    }

    // ---- small helpers ----

    fn act(&mut self, action: CallAction) {
        self.actions.push_back(action);
    }

    fn act_sip(&mut self, leg: LegId, command: LegCommand) {
        self.act(CallAction::Sip(leg, command));
    }

    /// To the asker's phone, unless that is another call's to command.
    fn asker_sip(&mut self, command: LegCommand) {
        if self.side != Side::Lent {
            self.act_sip(self.start.leg, command);
        }
    }

    fn act_media(&mut self, command: MediaCommand) {
        self.act(CallAction::Media(command.leg(), command));
    }

    fn act_queue(&mut self, command: QueueCommand) {
        self.act(CallAction::QueueAs(self.start.contact, command));
    }

    /// What an outside number is shown.
    fn number(&self) -> Option<PhoneNumber> {
        self.start.number.clone()
    }
}
