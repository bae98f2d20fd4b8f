//! The phones of agents: they ring, answer or do not, talk, and end.

use std::time::Duration;

use bytes::Bytes;

use super::Stage;
use super::actions::ROUND_TRIP;
use super::agenda::Due;
use crate::call::event::CallEvent;
use crate::ids::{AgentId, LegId, PhoneNumber};
use crate::media::command::MediaEvent;
use crate::rehearse::house;
use crate::rehearse::moment::Happening;
use crate::rehearse::world::{Ring, Talk, TransferTo};
use crate::sdp::Session;
use crate::sip::leg::{CallTarget, Contact, LegCommand, LegEnd, LegEvent, OutgoingInvite};

/// A phone that fell silent is found to be gone after this time: by the session timer.
const FOUND_GONE: Duration = Duration::from_secs(1_800);
/// No RTP for so long is told.
const SILENT: Duration = Duration::from_secs(10);

/// A phone that rings or talks for a caller.
#[derive(Debug)]
pub(super) struct Phone {
    leg: LegId,
    agent: AgentId,
    offer: Option<Bytes>,
    talk: Talk,
    /// Nobody has said yet what becomes of it, and how long it may ring.
    open: Option<Duration>,
}

/// What such a phone does.
#[derive(Clone, Debug)]
pub(super) enum PhoneDoes {
    Answers,
    AnswersNonsense,
    Ends(LegEnd),
    /// Gone altogether, with its registration.
    Breaks,
    FallsSilent,
    Transfers(TransferTo),
}

/// What a phone does that rings, and when; `None`: nothing. With it: how the talk ends.
fn fate(ring: Ring, ring_for: Duration) -> (Option<(Duration, PhoneDoes)>, Talk) {
    let refused = |status| {
        PhoneDoes::Ends(LegEnd::Refused {
            status,
            retry_after: None,
        })
    };
    let does = match ring {
        Ring::Answered { after, talk } => return (Some((after, PhoneDoes::Answers)), talk),
        Ring::Busy => Some((ROUND_TRIP, refused(486))),
        Ring::Declined => Some((Duration::from_secs(2), refused(603))),
        Ring::Dead => Some((Duration::from_secs(4), PhoneDoes::Ends(LegEnd::Unreachable))),
        Ring::NotAnswered => Some((ring_for, PhoneDoes::Ends(LegEnd::NoAnswer))),
        Ring::Silent | Ring::Open => None,
        Ring::Nonsense => Some((Duration::from_secs(2), PhoneDoes::AnswersNonsense)),
        Ring::Breaks(after) => Some((after, PhoneDoes::Breaks)),
    };
    (does, Talk::Ends(Duration::from_secs(60)))
}

/// Where the phone of an agent is.
pub(super) fn contact(agent: &AgentId) -> Contact {
    Contact {
        uri: format!("sip:{agent}@127.0.0.1"),
        path: Vec::new(),
        flow: None,
    }
}

impl Stage {
    pub(super) fn tell_phone(&mut self, n: usize, leg: LegId, command: LegCommand) {
        match command {
            LegCommand::Invite(invite) => self.ring(n, *invite),
            LegCommand::Hangup { .. }
            | LegCommand::Reject { .. }
            | LegCommand::RejectMedia { .. } => {
                self.callers[n].phones.retain(|p| p.leg != leg);
                let over = CallEvent::Leg(leg, LegEvent::Ended(LegEnd::LocalHangup));
                self.later(ROUND_TRIP, Due::Tell(n, over));
            }
            LegCommand::Ring
            | LegCommand::Challenge
            | LegCommand::Progress { .. }
            | LegCommand::Answer { .. }
            | LegCommand::Ack { .. }
            | LegCommand::Offer { .. }
            | LegCommand::AnswerOffer { .. }
            | LegCommand::RefuseOffer
            | LegCommand::Probe
            | LegCommand::ReferProgress { .. } => {}
        }
    }

    fn ring(&mut self, n: usize, invite: OutgoingInvite) {
        let agent = match &invite.target {
            CallTarget::Contact(contact) => {
                let user = contact.uri.trim_start_matches("sip:").split('@').next();
                AgentId::new(user.unwrap_or_default())
            }
            CallTarget::Trunk { number, .. } => AgentId::new(number.reveal()),
        };
        let outside = matches!(invite.target, CallTarget::Trunk { .. });
        let plan = self.world.agents.iter_mut().find(|a| a.agent == agent);
        let ring = match plan {
            _ if outside && self.world.open_outside > 0 => Ring::Open,
            _ if outside && self.world.outside.is_empty() => Ring::Answered {
                after: Duration::from_secs(5),
                talk: Talk::Ends(Duration::from_secs(60)),
            },
            _ if outside => self.world.outside.remove(0),
            Some(plan) if plan.rings.is_empty() => plan.then.clone(),
            Some(plan) => plan.rings.remove(0),
            None => Ring::Dead,
        };
        if outside {
            self.tell(Some(n), Happening::Dials);
        }
        let open = (ring == Ring::Open).then_some(invite.ring_for);
        let (does, talk) = fate(ring, invite.ring_for);
        self.callers[n].phones.push(Phone {
            leg: invite.leg,
            agent,
            offer: invite.offer,
            talk,
            open,
        });
        if let Some((after, does)) = does {
            self.later(after, Due::Phone(n, invite.leg, does));
        }
    }

    /// A phone rings for the caller of which nobody has said yet what becomes of it.
    pub fn rings_open(&self, n: usize) -> bool {
        let caller = self.callers.get(n);
        caller.is_some_and(|c| c.phones.iter().any(|p| p.open.is_some()))
    }

    /// What becomes of it. Nothing happens where none rings.
    pub fn decide(&mut self, n: usize, ring: Ring) {
        let caller = self.callers.get_mut(n);
        let mut phones = caller.into_iter().flat_map(|c| &mut c.phones);
        let open = phones.find_map(|phone| Some((phone.open.take()?, phone)));
        let Some((ring_for, phone)) = open else {
            return;
        };
        let (does, talk) = fate(ring, ring_for);
        phone.talk = talk;
        let leg = phone.leg;
        self.world.open_outside = self.world.open_outside.saturating_sub(1);
        if let Some((after, does)) = does {
            self.later(after, Due::Phone(n, leg, does));
        }
    }

    pub(super) fn phone(&mut self, n: usize, leg: LegId, does: PhoneDoes) {
        let phones = &mut self.callers[n].phones;
        let Some(i) = phones.iter().position(|p| p.leg == leg) else {
            return; // let go meanwhile
        };
        let event = match does {
            PhoneDoes::Answers => {
                let offer = phones[i].offer.take().unwrap_or_default();
                let answer = Session::new(3).answer(&offer, &house::phone(41_000));
                LegEvent::Answered {
                    answer: answer.ok().map(|(sdp, _)| sdp),
                    offer: None,
                }
            }
            PhoneDoes::AnswersNonsense => LegEvent::Answered {
                answer: Some(Bytes::from_static(b"v=1")),
                offer: None,
            },
            PhoneDoes::Ends(end) => {
                phones.remove(i);
                LegEvent::Ended(end)
            }
            PhoneDoes::Breaks => {
                let agent = phones.remove(i).agent;
                self.tell(None, Happening::SignsOut(agent.clone()));
                self.acd.handle_agent_signed_out(self.now, &agent);
                // Back before long, as phones are.
                self.later(Duration::from_secs(90), Due::SignIn(agent));
                LegEvent::Ended(LegEnd::Unreachable)
            }
            PhoneDoes::FallsSilent => {
                self.tell(Some(n), Happening::Trouble("the phone falls silent".into()));
                let since = SILENT;
                let silent = CallEvent::Media(MediaEvent::RtpSilent { leg, since });
                self.inbox.push_back((n, silent));
                let gone = PhoneDoes::Ends(LegEnd::PeerGone);
                return self.later(FOUND_GONE, Due::Phone(n, leg, gone));
            }
            PhoneDoes::Transfers(to) => {
                let to = match to {
                    TransferTo::Queue(queue) => PhoneNumber::new(queue.as_str()),
                    TransferTo::Agent(agent) => PhoneNumber::new(agent.as_str()),
                    TransferTo::Nobody => PhoneNumber::new("nobody"),
                };
                // Should it fail, the two go on talking, and the agent ends the call.
                let end = PhoneDoes::Ends(LegEnd::PeerBye);
                self.later(Duration::from_secs(90), Due::Phone(n, leg, end));
                let uri = format!("sip:{}@127.0.0.1", to.reveal());
                LegEvent::Refer {
                    to,
                    uri,
                    replaces: None,
                }
            }
        };
        self.inbox.push_back((n, CallEvent::Leg(leg, event)));
    }

    /// Caller and agent hear each other.
    pub(super) fn begin_talk(&mut self, n: usize, leg: LegId) {
        let phones = &self.callers[n].phones;
        let Some(phone) = phones.iter().find(|p| p.leg == leg) else {
            return;
        };
        let (after, does) = match phone.talk.clone() {
            Talk::Ends(after) => (after, PhoneDoes::Ends(LegEnd::PeerBye)),
            Talk::Lost(after) => (after, PhoneDoes::Ends(LegEnd::PeerGone)),
            Talk::FallsSilent(after) => (after, PhoneDoes::FallsSilent),
            Talk::Transfers(after, to) => (after, PhoneDoes::Transfers(to)),
        };
        self.later(after, Due::Phone(n, leg, does));
    }

    /// The agent's phones are gone, in the middle of whatever they did.
    pub(super) fn lose_phones(&mut self, agent: &AgentId) {
        for n in 0..self.callers.len() {
            let phones = &mut self.callers[n].phones;
            let lost: Vec<LegId> = phones
                .iter()
                .filter(|p| p.agent == *agent)
                .map(|p| p.leg)
                .collect();
            phones.retain(|p| p.agent != *agent);
            for leg in lost {
                let gone = LegEvent::Ended(LegEnd::PeerGone);
                self.inbox.push_back((n, CallEvent::Leg(leg, gone)));
            }
        }
    }
}
