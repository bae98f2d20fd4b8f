//! Calls that agents ask for at their desk: their own phone first.

use std::collections::HashMap;
use std::time::Duration;

use bytes::Bytes;

use super::desk::{local, opened, setup};
use crate::call::agent_call::AgentCall;
use crate::call::event::{CallAction, CallEvent, Location, QueueCommand};
use crate::call::setup::ClickStart;
use crate::ids::{AgentId, ContactId, LegId, PhoneNumber};
use crate::media::command::MediaCommand;
use crate::now::{Mono, Now, Wall};
use crate::sdp::Session;
use crate::sdp::plan::Direction;
use crate::sip::leg::{CallTarget, Contact, LegCommand, LegEnd, LegEvent};

struct Scene {
    call: AgentCall,
    now: Now,
    phones: Vec<LegId>,
    offers: HashMap<LegId, Bytes>,
}

fn contacts(agent: &str, n: usize) -> Vec<Contact> {
    let contact = |i| Contact {
        uri: format!("sip:{agent}@127.0.2.{i}"),
        path: vec![],
        flow: None,
    };
    (0..n).map(contact).collect()
}

fn scene(own: usize, to: Location) -> Scene {
    let now = Now {
        mono: Mono::ZERO,
        wall: Wall::from_unix_millis(1_795_000_000_000),
    };
    let start = ClickStart {
        contact: ContactId::new(now.wall, 9),
        agent: AgentId::new("agent1"),
        name: "Anna".to_owned(),
        contacts: contacts("agent1", own),
        number: Some(PhoneNumber::new("100")),
        to,
    };
    Scene {
        call: AgentCall::click(setup(), start, now),
        now,
        phones: Vec::new(),
        offers: HashMap::new(),
    }
}

fn colleague() -> Location {
    Location::Agent(AgentId::new("agent2"), contacts("agent2", 1))
}

impl Scene {
    fn after(&mut self, d: Duration) -> String {
        self.now = self.now.after(d);
        self.call.handle_timeout(self.now);
        self.wishes()
    }

    fn on(&mut self, event: CallEvent) -> String {
        self.call.handle(self.now, event);
        self.wishes()
    }

    fn ports(&mut self, p: usize) -> String {
        let leg = self.phones[p - 1];
        self.on(CallEvent::MediaOpened(leg, opened(30_000 + 4 * p as u16)))
    }

    fn leg(&mut self, p: usize, event: LegEvent) -> String {
        let leg = self.phones[p - 1];
        self.on(CallEvent::Leg(leg, event))
    }

    fn answers(&mut self, p: usize) -> String {
        let offer = &self.offers[&self.phones[p - 1]];
        let mut peer = Session::new(3);
        let answer = peer.answer(offer, &local(41_000, Direction::SendRecv));
        let (sdp, _) = answer.unwrap_or_else(|e| panic!("{e:?}"));
        let answered = LegEvent::Answered {
            answer: Some(sdp),
            offer: None,
        };
        self.leg(p, answered)
    }

    /// Whom the queue offers nobody meanwhile.
    fn engaged(&self) -> String {
        let agents = self.call.engaged();
        let agents: Vec<&str> = agents.iter().map(AgentId::as_str).collect();
        agents.join(" ")
    }

    fn name(&mut self, leg: LegId) -> String {
        let at = self.phones.iter().position(|l| *l == leg);
        let at = at.unwrap_or_else(|| {
            self.phones.push(leg);
            self.phones.len() - 1
        });
        format!("p{}", at + 1)
    }

    fn wishes(&mut self) -> String {
        let mut out = Vec::new();
        while let Some(action) = self.call.poll_action() {
            out.push(match action {
                CallAction::Sip(leg, LegCommand::Invite(invite)) => {
                    let name = self.name(leg);
                    self.offers.insert(leg, invite.offer.unwrap());
                    let to = match invite.target {
                        CallTarget::Contact(c) => c.uri,
                        CallTarget::Trunk { number, .. } => number.reveal().to_owned(),
                    };
                    let from = invite.from.unwrap();
                    let from = from.reveal();
                    format!("{name} invite {to} from {from} ({})", invite.from_name)
                }
                CallAction::Sip(leg, LegCommand::Hangup { reason }) => {
                    let reason = reason.map(|r| format!(" {r}")).unwrap_or_default();
                    format!("{} hangup{reason}", self.name(leg))
                }
                CallAction::OpenMedia { leg, .. } => format!("{} ports", self.name(leg)),
                CallAction::Media(leg, command) => {
                    let name = self.name(leg);
                    match command {
                        MediaCommand::Apply { .. } => format!("{name} tuned"),
                        MediaCommand::Play { .. } => format!("{name} music"),
                        MediaCommand::Bridge { a, b } => {
                            format!("bridge {} {}", self.name(a), self.name(b))
                        }
                        MediaCommand::Close { .. } => format!("{name} close"),
                        other => format!("{other:?}"),
                    }
                }
                CallAction::QueueAs(_, QueueCommand::Enter(arrival)) => {
                    format!("enter {}", arrival.queue)
                }
                CallAction::QueueAs(_, command) => format!("{command:?}"),
                other => format!("{other:?}"),
            });
        }
        out.join("; ")
    }
}

const RINGS: &str = "p1 invite sip:agent1@127.0.2.0 from agent2 (Call agent2)";

#[test]
fn ones_own_phone_rings_first_and_then_whom_one_wants() {
    let mut s = scene(1, colleague());
    assert_eq!(s.wishes(), "p1 ports");
    assert_eq!(s.engaged(), "agent1");
    assert_eq!(s.ports(1), RINGS);
    assert_eq!(s.answers(1), "p1 tuned; p1 music; p2 ports");
    assert_eq!(s.engaged(), "agent1 agent2");
    let rings = "p2 invite sip:agent2@127.0.2.0 from agent1 (Anna)";
    assert_eq!(s.ports(2), rings);
    assert_eq!(s.answers(2), "p2 tuned; bridge p1 p2");
    assert!(!s.call.is_over());
    let told = s.leg(1, LegEvent::Ended(LegEnd::PeerBye));
    assert_eq!(told, "p2 hangup; p2 close; p1 close");
    assert!(s.call.is_over());
    assert_eq!(s.engaged(), "");
}

#[test]
fn a_number_outside_sees_the_number_of_the_house() {
    let to = Location::Outside {
        trunk: "t".into(),
        number: PhoneNumber::new("+4511223344"),
    };
    let mut s = scene(1, to);
    s.wishes();
    let rings = "p1 invite sip:agent1@127.0.2.0 from +4511223344 (Call +4511223344)";
    assert_eq!(s.ports(1), rings);
    s.answers(1);
    assert_eq!(s.ports(2), "p2 invite +4511223344 from 100 ()");
    let busy = LegEnd::Refused {
        status: 486,
        retry_after: None,
    };
    let told = s.leg(2, LegEvent::Ended(busy));
    assert_eq!(told, "p2 close; p1 hangup SIP;cause=486; p1 close");
    assert!(s.call.is_over());
}

#[test]
fn of_ones_own_phones_the_first_to_answer_has_the_call() {
    let mut s = scene(2, colleague());
    assert_eq!(s.wishes(), "p1 ports; p2 ports");
    s.ports(1);
    s.ports(2);
    let told = s.answers(2);
    let elsewhere = "p1 hangup SIP;cause=200;text=\"Call completed elsewhere\"; p1 close";
    assert_eq!(told, format!("{elsewhere}; p2 tuned; p2 music; p3 ports"));
}

#[test]
fn nobody_is_called_when_one_does_not_answer_oneself() {
    let mut s = scene(2, colleague());
    s.wishes();
    s.ports(1);
    s.ports(2);
    let told = s.leg(1, LegEvent::Ended(LegEnd::Unreachable));
    assert_eq!(told, "p1 close");
    let told = s.after(Duration::from_secs(28));
    assert_eq!(told, "p2 hangup; p2 close");
    assert!(s.call.is_over());
    assert!(scene(0, colleague()).call.is_over());
}

#[test]
fn a_queue_gives_whoever_is_free() {
    let mut s = scene(1, Location::Queue("sales".into()));
    s.wishes();
    s.ports(1);
    assert_eq!(s.answers(1), "p1 tuned; p1 music; enter sales");
    let told = s.on(CallEvent::Stop);
    assert_eq!(told, "p1 hangup SIP;cause=480; Leave; p1 close");
}
