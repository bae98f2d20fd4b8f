//! Words about calls that agents place.

use super::{Desk, local, opened};
use crate::call::event::{CallEvent, Location, QueueEvent};
use crate::call::setup::AgentCallStart;
use crate::ids::{AgentId, ContactId, Key, LegId, PhoneNumber, QueueName};
use crate::media::command::{DtmfWay, MediaEvent};
use crate::now::Wall;
use crate::queue::action::{OfferId, OverflowCause, OverflowStep};
use crate::record::timeline::Presence;
use crate::sdp::Session;
use crate::sdp::plan::Direction;
use crate::sip::flow::Transport;
use crate::sip::leg::{Contact, LegEnd, LegEvent, Replaced};

/// Under what the agent's own call stands in line.
pub(super) const SIDE: u32 = 8;

impl Desk {
    /// `None`: no word of these.
    pub(super) fn of_agents(&mut self, words: &[&str]) -> Option<CallEvent> {
        let number = |n: &str| n.parse().unwrap_or(0);
        let contacts = |agent: &str, n: &str| {
            let contact = |i| Contact {
                uri: format!("sip:{agent}@127.0.2.{i}"),
                path: vec![],
                flow: None,
            };
            (0..number(n)).map(contact).collect::<Vec<_>>()
        };
        let contact = ContactId::new(Wall::from_unix_millis(1_795_000_000_000), SIDE);
        Some(match words {
            ["order", words @ ..] => return self.of_orders(words),
            [agent, "dials", "agent", who, n] => {
                let to = Location::Agent(AgentId::new(who), contacts(who, n));
                self.dials(agent, contact, to)
            }
            [agent, "dials", "queue", queue] => {
                self.dials(agent, contact, Location::Queue(QueueName::new(queue)))
            }
            [agent, "dials", "forbidden", n] => {
                let to = Location::NotAllowed {
                    trunk: "t".into(),
                    number: PhoneNumber::new(n),
                };
                self.dials(agent, contact, to)
            }
            [agent, "dials", "outside", n] => {
                let to = Location::Outside {
                    trunk: "t".into(),
                    number: PhoneNumber::new(n),
                };
                self.dials(agent, contact, to)
            }
            ["side", "offer", agent, n] => {
                self.offers += 1;
                let event = QueueEvent::Offer {
                    offer: OfferId(self.offers),
                    agent: AgentId::new(agent),
                    contacts: contacts(agent, n),
                    ring_for: std::time::Duration::from_secs(20),
                };
                CallEvent::QueueAs(contact, event)
            }
            ["side", "connect"] => {
                CallEvent::QueueAs(contact, QueueEvent::Connect(OfferId(self.offers)))
            }
            ["side", "too-late"] => {
                CallEvent::QueueAs(contact, QueueEvent::TooLate(OfferId(self.offers)))
            }
            ["side", "overflow"] => {
                let event = QueueEvent::Overflow {
                    cause: OverflowCause::Unstaffed,
                    to: OverflowStep::Message,
                };
                CallEvent::QueueAs(contact, event)
            }
            [p, "has", "heard"] => CallEvent::Media(MediaEvent::Played {
                leg: self.phone(p),
                token: self.phone_token,
            }),
            [p, "key", k] => CallEvent::Media(MediaEvent::Key {
                leg: self.phone(p),
                key: k.chars().next().and_then(Key::from_char)?,
                way: DtmfWay::Event,
            }),
            [supervisor, "asks", "to", what] => {
                let presence = match *what {
                    "listen" => Presence::Listens,
                    "whisper" => Presence::Whispers,
                    _ => Presence::Talks,
                };
                match self.dials(supervisor, contact, Location::Unknown) {
                    CallEvent::Dialled(start) => CallEvent::Monitor(start, presence),
                    other => other,
                }
            }
            [agent, "takes", "over", p] => {
                let leg = self.phone(p);
                match self.dials(agent, contact, Location::Unknown) {
                    CallEvent::Dialled(start) => CallEvent::TakeOver(start, leg),
                    other => other,
                }
            }
            [p, "cancels"] => CallEvent::Leg(self.phone(p), LegEvent::Ended(LegEnd::PeerCancelled)),
            [p, "no", "ports"] => CallEvent::MediaFailed(self.phone(p)),
            [p, "refers", to, "replacing", other] => {
                let replaces = match *other {
                    "nobody" => Replaced::Unknown,
                    other => Replaced::Leg(self.phone(other)),
                };
                let refer = LegEvent::Refer {
                    to: PhoneNumber::new(to),
                    uri: format!("sip:{to}@example.com"),
                    replaces: Some(replaces),
                };
                CallEvent::Leg(self.phone(p), refer)
            }
            _ => return None,
        })
    }

    fn phone(&self, name: &str) -> LegId {
        let n: usize = name.trim_start_matches('p').parse().unwrap_or(0);
        let phone = n.checked_sub(1).and_then(|n| self.phones.get(n));
        *phone.unwrap_or_else(|| panic!("which phone: {name}"))
    }

    fn dials(&mut self, agent: &str, contact: ContactId, to: Location) -> CallEvent {
        self.dialled += 1;
        let leg = LegId(100 + 2 * self.dialled);
        let mut peer = Session::new(40 + self.dialled);
        let offer = peer.offer(&local(42_000, Direction::SendRecv));
        self.phone_peers.insert(leg, peer);
        let media = opened(0);
        CallEvent::Dialled(Box::new(AgentCallStart {
            contact,
            agent: AgentId::new(agent),
            leg,
            offer: Some(offer),
            transport: Transport::Udp,
            remote: media.address,
            number: None,
            to,
        }))
    }
}
