//! Calls of agents that are about no caller: what happens, and what is asked for.

use std::time::Duration;

use bytes::Bytes;

use super::desk::{local, opened, setup};
use crate::call::agent_call::{AgentCall, Wanted};
use crate::call::event::{CallAction, CallEvent, Location};
use crate::call::features::Code;
use crate::call::setup::AgentCallStart;
use crate::ids::{AgentId, ContactId, Language, LegId, PhoneNumber, QueueName};
use crate::media::command::{MediaCommand, MediaEvent, PlayToken};
use crate::now::{Mono, Now, Wall};
use crate::queue::action::AgentState;
use crate::sdp::Session;
use crate::sdp::plan::Direction;
use crate::sip::flow::Transport;
use crate::sip::leg::{Contact, LegCommand, LegEnd, LegEvent};

const AGENT: LegId = LegId(2);

struct Scene {
    call: AgentCall,
    now: Now,
    peer: Session,
    phones: Vec<LegId>,
    offer: Option<Bytes>,
}

fn scene(offer: Option<Bytes>, peer: Session, wanted: Wanted, to: Location) -> Scene {
    let now = Now {
        mono: Mono::ZERO,
        wall: Wall::from_unix_millis(1_795_000_000_000),
    };
    let media = opened(0);
    let start = AgentCallStart {
        contact: ContactId::new(now.wall, 9),
        agent: AgentId::new("agent1"),
        leg: AGENT,
        offer,
        transport: Transport::Udp,
        remote: media.address,
        number: Some(PhoneNumber::new("100")),
        to,
    };
    Scene {
        call: AgentCall::new(setup(), start, wanted),
        now,
        peer,
        phones: Vec::new(),
        offer: None,
    }
}

fn coded(code: Code) -> Scene {
    let mut peer = Session::new(1);
    let offer = peer.offer(&local(40_000, Direction::SendRecv));
    let language = Language::default();
    scene(
        Some(offer),
        peer,
        Wanted::Code {
            code,
            language,
            queues: vec![QueueName::new("support")],
        },
        Location::Unknown,
    )
}

fn colleague() -> Scene {
    let mut peer = Session::new(1);
    let offer = peer.offer(&local(40_000, Direction::SendRecv));
    let contact = Contact {
        uri: "sip:agent2@127.0.2.1".into(),
        path: vec![],
        flow: None,
    };
    let to = Location::Agent(AgentId::new("agent2"), vec![contact]);
    let name = "Anna".to_owned();
    scene(Some(offer), peer, Wanted::Somebody { name }, to)
}

impl Scene {
    /// Lets something happen and tells what it leads to.
    fn on(&mut self, event: CallEvent) -> String {
        self.call.handle(self.now, event);
        self.wishes()
    }

    /// Time passes.
    fn after(&mut self, ms: u64) -> String {
        self.now = self.now.after(Duration::from_millis(ms));
        self.call.handle_timeout(self.now);
        self.wishes()
    }

    fn leg(&mut self, event: LegEvent) -> String {
        self.on(CallEvent::Leg(AGENT, event))
    }

    /// To the agent's phone being answered and the queue being asked.
    fn asked(&mut self) -> String {
        let mut told = self.wishes();
        told += &self.on(CallEvent::MediaOpened(AGENT, opened(30_000)));
        told += &self.leg(LegEvent::Confirmed { answer: None });
        told
    }

    fn wishes(&mut self) -> String {
        let mut out = String::new();
        while let Some(action) = self.call.poll_action() {
            let word = match action {
                CallAction::Sip(leg, command) => self.sip(leg, command),
                CallAction::OpenMedia { leg, .. } => format!("{} ports", self.name(leg)),
                CallAction::Media(leg, command) => match command {
                    MediaCommand::Play { list, .. } => {
                        let names = list.prompts.iter().map(|p| p.name.as_str());
                        let names: Vec<&str> = names.collect();
                        format!("{} hears {}", self.name(leg), names.join(" "))
                    }
                    MediaCommand::Apply { .. } => format!("{} tuned", self.name(leg)),
                    MediaCommand::Bridge { .. } => "bridge".to_owned(),
                    MediaCommand::Close { .. } => format!("{} close", self.name(leg)),
                    other => format!("{other:?}"),
                },
                CallAction::WriteUp(agent, nth) => format!("{agent} writes up by code {nth}"),
                CallAction::Wish(agent, wish) => format!("{agent} wishes {wish:?}"),
                other => format!("{other:?}"),
            };
            out += &word;
            out += "; ";
        }
        out
    }

    fn name(&mut self, leg: LegId) -> String {
        if leg == AGENT {
            return "agent".to_owned();
        }
        if !self.phones.contains(&leg) {
            self.phones.push(leg);
        }
        "phone".to_owned()
    }

    fn sip(&mut self, leg: LegId, command: LegCommand) -> String {
        let name = self.name(leg);
        match command {
            LegCommand::Answer { sdp } => {
                self.offer = Some(sdp);
                format!("{name} 200")
            }
            LegCommand::Invite(invite) => {
                self.offer = invite.offer;
                let from = invite.from.map(|n| n.reveal().to_owned());
                let from = from.unwrap_or_default();
                format!("{name} invite from {} {from}", invite.from_name)
            }
            LegCommand::Ring => format!("{name} 180"),
            LegCommand::Reject { status, .. } | LegCommand::RejectMedia { status, .. } => {
                format!("{name} {status}")
            }
            LegCommand::Hangup { .. } => format!("{name} hangup"),
            LegCommand::ReferProgress { status } => format!("{name} notify {status}"),
            other => format!("{name} {other:?}"),
        }
    }
}

#[test]
fn a_code_is_done_when_the_agent_can_hear_of_it_and_the_call_is_ended() {
    let mut s = coded(Code::Ready);
    let told = s.asked();
    assert_eq!(
        told,
        "agent ports; agent tuned; agent 200; agent1 wishes Some(Ready); "
    );
    let told = s.on(CallEvent::AgentState(Some(AgentState::Ready)));
    assert_eq!(told, "agent hears sys-agent-ready; ");
    let ended = MediaEvent::Played {
        leg: AGENT,
        token: PlayToken(1),
    };
    assert_eq!(s.on(CallEvent::Media(ended)), "agent hangup; agent close; ");
    assert!(s.call.is_over() && s.call.poll_timeout().is_none());
}

#[test]
fn nothing_is_waited_for_without_end() {
    // No ACK and no RTP: the words come all the same.
    let mut s = coded(Code::State);
    s.wishes();
    s.on(CallEvent::MediaOpened(AGENT, opened(30_000)));
    assert_eq!(s.after(1499), "");
    assert_eq!(s.after(1), "agent1 wishes None; ");
    // The queue says nothing.
    assert_eq!(s.after(5000), "agent hangup; agent close; ");
    // The end of the words is never told.
    let mut s = coded(Code::State);
    s.asked();
    s.on(CallEvent::AgentState(None));
    assert_eq!(s.after(11_999), "");
    assert_eq!(s.after(1), "agent hangup; agent close; ");
    assert!(s.call.is_over());
}

#[test]
fn a_late_offer_is_spoken_to_when_it_is_answered() {
    let language = Language::default();
    let code = Code::State;
    let wanted = Wanted::Code {
        code,
        language,
        queues: vec![QueueName::new("support")],
    };
    let mut s = scene(None, Session::new(1), wanted, Location::Unknown);
    s.wishes();
    let told = s.on(CallEvent::MediaOpened(AGENT, opened(30_000)));
    assert_eq!(
        (told.as_str(), s.call.poll_timeout()),
        ("agent 200; ", None)
    );
    let offer = s.offer.take().unwrap_or_default();
    let answer = s.peer.answer(&offer, &local(40_000, Direction::SendRecv));
    let answer = answer.map(|(sdp, _)| sdp).ok();
    let told = s.leg(LegEvent::Confirmed { answer });
    assert_eq!(told, "agent tuned; agent1 wishes None; ");
}

#[test]
fn what_can_not_be_answered_is_refused_and_changes_nothing() {
    let mut s = coded(Code::Ready);
    s.wishes();
    assert_eq!(s.on(CallEvent::MediaFailed(AGENT)), "agent 503; ");
    assert!(s.call.is_over());
    let wanted = Wanted::Code {
        code: Code::Ready,
        language: Language::default(),
        queues: Vec::new(),
    };
    let nonsense = Some(Bytes::from_static(b"v=1"));
    let mut s = scene(nonsense, Session::new(1), wanted, Location::Unknown);
    s.wishes();
    let told = s.on(CallEvent::MediaOpened(AGENT, opened(30_000)));
    assert!(told.starts_with("agent close; agent 4"), "{told}");
    assert!(s.call.is_over());
    // Hung up before it is done.
    let mut s = coded(Code::Ready);
    s.wishes();
    s.on(CallEvent::MediaOpened(AGENT, opened(30_000)));
    assert_eq!(s.leg(LegEvent::Ended(LegEnd::PeerBye)), "agent close; ");
    assert!(s.call.is_over());
}

#[test]
fn two_agents_talk_and_either_ends_it() {
    for by_asker in [true, false] {
        let mut s = colleague();
        assert_eq!(s.wishes(), "agent ports; ");
        let told = s.on(CallEvent::MediaOpened(AGENT, opened(30_000)));
        assert_eq!(told, "agent 180; phone ports; ");
        // The queue keeps its callers from both, from before the phone rings to the end.
        let both = ["agent1", "agent2"].map(AgentId::new);
        assert!(s.call.engaged().iter().eq(&both));
        let phone = s.phones[0];
        let told = s.on(CallEvent::MediaOpened(phone, opened(30_100)));
        assert_eq!(told, "phone invite from Anna agent1; ");
        let offer = s.offer.take().unwrap_or_default();
        let mut theirs = Session::new(2);
        let answer = theirs.answer(&offer, &local(41_000, Direction::SendRecv));
        let event = LegEvent::Answered {
            answer: answer.map(|(sdp, _)| sdp).ok(),
            offer: None,
        };
        let told = s.on(CallEvent::Leg(phone, event));
        assert_eq!(told, "phone tuned; agent 200; agent tuned; bridge; ");
        assert!(s.call.engaged().iter().eq(&both));
        let ended = LegEvent::Ended(LegEnd::PeerBye);
        if by_asker {
            assert_eq!(s.leg(ended), "phone hangup; phone close; agent close; ");
        } else {
            let told = s.on(CallEvent::Leg(phone, ended));
            assert_eq!(
                told,
                "agent hangup; phone hangup; phone close; agent close; "
            );
        }
        assert!(s.call.is_over());
        assert!(s.call.engaged().is_empty());
    }
}

#[test]
fn a_colleague_who_is_called_meanwhile_is_not_mixed_up() {
    let mut s = colleague();
    s.wishes();
    s.on(CallEvent::MediaOpened(AGENT, opened(30_000)));
    let other = AgentCallStart {
        contact: ContactId::new(s.now.wall, 10),
        agent: AgentId::new("agent2"),
        leg: LegId(44),
        offer: None,
        transport: Transport::Udp,
        remote: opened(0).address,
        number: None,
        to: Location::Unknown,
    };
    let told = s.on(CallEvent::Dialled(Box::new(other)));
    assert_eq!(told, "phone 480; ");
    assert_eq!(s.on(CallEvent::Stop), "agent 480; agent close; ");
    assert!(s.call.is_over());
}
