//! Words about what happens to a call.

use std::time::Duration;

use bytes::Bytes;

use super::house::{local, opened};
use super::taping::tapes;
use super::{CALLER, Desk};
use crate::call::event::{
    CallEvent, Known, Location, OpenCallback, QueueEvent, RecordingId, RecordingOutcome,
    StoredCallback,
};
use crate::ids::{AgentId, Key, LegId, PhoneNumber, QueueName};
use crate::media::command::{DtmfWay, MediaEvent};
use crate::queue::acd::NotAnswered;
use crate::queue::action::{OfferId, OverflowCause, OverflowStep, Withdrawal};
use crate::queue::estimate::Interval;
use crate::sdp::Session;
use crate::sdp::plan::Direction;
use crate::sip::flow::{Flow, Transport};
use crate::sip::leg::{Contact, LegEnd, LegEvent};

impl Desk {
    pub(super) fn happen(&mut self, what: &str) {
        let words: Vec<&str> = what.split(' ').collect();
        let leg = |desk: &Desk, name: &str| {
            let n: usize = name
                .trim_start_matches('p')
                .parse()
                .unwrap_or_else(|_| panic!("which phone: {what}"));
            desk.phones[n - 1]
        };
        let offer = OfferId(self.offers);
        let event = match words.as_slice() {
            ["call"]
            | ["call", "from", "page"]
            | ["call", "late", "offer"]
            | ["call", "back", ..] => return,
            ["wait"] => return self.call.handle_timeout(self.now),
            ["lost", prompts @ ..] => return self.lose(prompts),
            ["ruin"] => return self.call.salvage(self.now, "internal error"),
            ["fault"] => return self.call.rescue(self.now, "internal error"),
            ["ports"] => CallEvent::MediaOpened(CALLER, opened(30_000)),
            ["no", "ports"] => CallEvent::MediaFailed(CALLER),
            ["ports", p] => CallEvent::MediaOpened(leg(self, p), opened(30_100)),
            ["ack"] => CallEvent::Leg(CALLER, LegEvent::Confirmed { answer: None }),
            ["ack", "answer"] => {
                let offer = self
                    .invites
                    .remove(&CALLER)
                    .unwrap_or_else(|| panic!("no offer was made"));
                let (sdp, _) = self
                    .peer
                    .answer(&offer, &local(40_000, Direction::SendRecv))
                    .unwrap_or_else(|e| panic!("{e:?}"));
                CallEvent::Leg(CALLER, LegEvent::Confirmed { answer: Some(sdp) })
            }
            ["rtp"] => CallEvent::Media(MediaEvent::Latched {
                leg: CALLER,
                source: ([127, 0, 0, 1], 40_000).into(),
            }),
            ["key", k] => key(k, DtmfWay::Event),
            ["info", k] => CallEvent::Leg(
                CALLER,
                LegEvent::Info {
                    content_type: "application/dtmf-relay".into(),
                    body: Bytes::from(format!("Signal={k}\r\n")),
                },
            ),
            ["played"] => CallEvent::Media(MediaEvent::Played {
                leg: CALLER,
                token: self.token,
            }),
            ["unplayable"] => CallEvent::Media(MediaEvent::PlayFailed {
                leg: CALLER,
                token: self.token,
                prompt: "odd".into(),
            }),
            ["offer", agent, phones] => {
                self.offers += 1;
                // A page is a phone that came by WebSocket.
                let page = (*phones == "page").then_some(Flow {
                    transport: Transport::Wss,
                    local: ([127, 0, 0, 1], 8080).into(),
                    remote: ([127, 0, 2, 0], 50_000).into(),
                });
                let phones = if page.is_some() { "1" } else { phones };
                let contacts = (0..phones.parse().unwrap_or(0))
                    .map(|n| Contact {
                        uri: format!("sip:{agent}@127.0.2.{n}"),
                        path: vec![],
                        flow: page,
                    })
                    .collect();
                CallEvent::Queue(QueueEvent::Offer {
                    offer: OfferId(self.offers),
                    agent: AgentId::new(agent),
                    contacts,
                    ring_for: Duration::from_secs(20),
                })
            }
            ["connect"] => CallEvent::Queue(QueueEvent::Connect(offer)),
            ["connect", n] => {
                CallEvent::Queue(QueueEvent::Connect(OfferId(n.parse().unwrap_or(0))))
            }
            ["too-late"] => CallEvent::Queue(QueueEvent::TooLate(offer)),
            ["withdraw"] => CallEvent::Queue(QueueEvent::Withdraw {
                offer,
                why: Withdrawal::NotTaken(NotAnswered::NoAnswer),
            }),
            ["withdraw", n, "elsewhere"] => CallEvent::Queue(QueueEvent::Withdraw {
                offer: OfferId(n.parse().unwrap_or(0)),
                why: Withdrawal::AnsweredElsewhere,
            }),
            ["position", n] => CallEvent::Queue(QueueEvent::Position {
                position: n.parse().unwrap_or(0),
                wait: None,
            }),
            ["position", n, "in", low, high] => CallEvent::Queue(QueueEvent::Position {
                position: n.parse().unwrap_or(0),
                wait: Some(Interval {
                    low: Duration::from_secs(low.parse().unwrap_or(0)),
                    high: Duration::from_secs(high.parse().unwrap_or(0)),
                }),
            }),
            ["comfort"] => CallEvent::Queue(QueueEvent::Comfort),
            ["overflow", "message"] => overflow(OverflowStep::Message),
            ["overflow", "callback"] => overflow(OverflowStep::Callback),
            ["overflow", "outside", number] => {
                overflow(OverflowStep::Outside(PhoneNumber::new(number)))
            }
            ["overflow", queue] => overflow(OverflowStep::Queue(QueueName::new(queue))),
            ["stored"] => self.kept(self.recording),
            ["the", "earlier", "stored"] => self.kept(RecordingId(self.recording.0 - 1)),
            ["taken"] => CallEvent::Recording(self.recording, RecordingOutcome::Taken),
            ["fetched", "nothing"] => CallEvent::Draft(self.recording, None),
            ["fetched"] => CallEvent::Draft(self.recording, Some(super::house::draft())),
            ["too-short"] => CallEvent::Recording(self.recording, RecordingOutcome::TooShort),
            ["store-fails"] => CallEvent::Recording(self.recording, RecordingOutcome::Failed),
            ["record-limit"] => CallEvent::Media(MediaEvent::RecordEnded {
                leg: CALLER,
                length: Duration::from_secs(180),
            }),
            ["located", "nothing"] => CallEvent::Located(Location::Unknown),
            ["located", "busy", a] => CallEvent::Located(Location::Busy(AgentId::new(a))),
            ["located", "queue", q] => CallEvent::Located(Location::Queue(QueueName::new(q))),
            ["located", "line", l] => CallEvent::Located(Location::Line((*l).into())),
            ["located", "agent", a, n] => {
                let contacts = (0..n.parse().unwrap_or(0))
                    .map(|n| Contact {
                        uri: format!("sip:{a}@127.0.2.{n}"),
                        path: vec![],
                        flow: None,
                    })
                    .collect();
                CallEvent::Located(Location::Agent(AgentId::new(a), contacts))
            }
            ["located", "forbidden", n] => CallEvent::Located(Location::NotAllowed {
                trunk: "t".into(),
                number: PhoneNumber::new(n),
            }),
            ["located", "outside", n] => outside("t", n),
            ["located", "outside", n, "by", trunk] => outside(trunk, n),
            ["recalled", step] => CallEvent::Recalled(
                crate::menu::outcome::AskId(1),
                Some(*step).filter(|s| *s != "nothing").map(str::to_owned),
            ),
            ["kept", callback, how] => CallEvent::CallbackStored(
                crate::menu::outcome::AskId(1),
                Some(StoredCallback {
                    callback: crate::record::timeline::CallbackId(callback.parse().unwrap_or(0)),
                    since: (*how == "before").then_some(self.now.wall),
                }),
            ),
            ["times", ask, "free"] => CallEvent::Times(
                crate::menu::outcome::AskId(ask.parse().unwrap_or(0)),
                Some(Vec::new()),
            ),
            ["taken", ask] => {
                CallEvent::TimeTaken(crate::menu::outcome::AskId(ask.parse().unwrap_or(0)))
            }
            ["not", "kept"] => CallEvent::CallbackStored(crate::menu::outcome::AskId(1), None),
            ["sent", ask] => CallEvent::LetterStored(
                crate::menu::outcome::AskId(ask.parse().unwrap_or(0)),
                Some(crate::record::timeline::OutboxId(7)),
            ),
            ["not", "sent", ask] => {
                CallEvent::LetterStored(crate::menu::outcome::AskId(ask.parse().unwrap_or(0)), None)
            }
            ["cancelled"] => CallEvent::Cancelled,
            ["known", "agent", agent] => CallEvent::Known(Known {
                callback: None,
                agent: Some((AgentId::new(agent), self.now.wall)),
            }),
            ["known", "callback", id] => CallEvent::Known(Known {
                callback: Some(OpenCallback {
                    callback: crate::record::timeline::CallbackId(id.parse().unwrap_or(0)),
                    queue: "sales".into(),
                    since: self.now.wall,
                    agent: None,
                }),
                agent: None,
            }),
            ["stop"] => CallEvent::Stop,
            ["caller", "bye"] => ended(CALLER, LegEnd::PeerBye),
            ["caller", "cancels"] => ended(CALLER, LegEnd::PeerCancelled),
            ["caller", "over"] => ended(CALLER, LegEnd::LocalHangup),
            ["caller", "no-ack"] => ended(CALLER, LegEnd::NoAck),
            ["caller", "gone"] => ended(CALLER, LegEnd::PeerGone),
            ["caller", "silent"] => CallEvent::Media(MediaEvent::RtpSilent {
                leg: CALLER,
                since: Duration::from_secs(3),
            }),
            ["caller", "heard"] => CallEvent::Media(MediaEvent::RtpBack { leg: CALLER }),
            ["caller", "without", "keys"] => keyless(CALLER),
            [p, "without", "keys"] => keyless(leg(self, p)),
            ["caller", "holds"] => self.reoffer(CALLER, Direction::SendOnly),
            ["caller", "resumes"] => self.reoffer(CALLER, Direction::SendRecv),
            ["caller", "reinvites", "without", "offer"] => {
                CallEvent::Leg(CALLER, LegEvent::Offer { offer: None })
            }
            [p, "played"] => CallEvent::Media(MediaEvent::Played {
                leg: leg(self, p),
                token: self.phone_token,
            }),
            [p, "rings"] => CallEvent::Leg(
                leg(self, p),
                LegEvent::Progress {
                    status: 180,
                    answer: None,
                },
            ),
            [p, "answers"] => self.phone_answers(leg(self, p)),
            [p, "answers", "nonsense"] => CallEvent::Leg(
                leg(self, p),
                LegEvent::Answered {
                    answer: Some(Bytes::from_static(b"v=1")),
                    offer: None,
                },
            ),
            [p, "busy"] => ended(
                leg(self, p),
                LegEnd::Refused {
                    status: 486,
                    retry_after: None,
                },
            ),
            [p, "declines"] => ended(
                leg(self, p),
                LegEnd::Refused {
                    status: 603,
                    retry_after: None,
                },
            ),
            [p, "no-answer"] => ended(leg(self, p), LegEnd::NoAnswer),
            [p, "dead"] => ended(leg(self, p), LegEnd::Unreachable),
            [p, "bye"] => ended(leg(self, p), LegEnd::PeerBye),
            [p, "gone"] => ended(leg(self, p), LegEnd::PeerGone),
            [p, "silent"] => CallEvent::Media(MediaEvent::RtpSilent {
                leg: leg(self, p),
                since: Duration::from_secs(10),
            }),
            [p, "heard"] => CallEvent::Media(MediaEvent::RtpBack { leg: leg(self, p) }),
            [p, "holds"] => self.reoffer(leg(self, p), Direction::SendOnly),
            [p, "resumes"] => self.reoffer(leg(self, p), Direction::SendRecv),
            [p, "refers", to] => CallEvent::Leg(
                leg(self, p),
                LegEvent::Refer {
                    to: PhoneNumber::new(to),
                    uri: format!("sip:{to}@example.com"),
                    replaces: None,
                },
            ),
            words => match self.of_agents(words).or_else(|| tapes(words)) {
                Some(event) => event,
                None => panic!("not a word of these transcripts: {what}"),
            },
        };
        self.call.handle(self.now, event);
    }

    fn kept(&self, recording: RecordingId) -> CallEvent {
        let outcome = RecordingOutcome::Stored {
            message: crate::record::timeline::MessageId(i64::from(recording.0)),
            length: Duration::from_secs(9),
        };
        CallEvent::Recording(recording, outcome)
    }

    fn phone_answers(&mut self, leg: LegId) -> CallEvent {
        let offer = self
            .invites
            .get(&leg)
            .unwrap_or_else(|| panic!("no INVITE went there"));
        let mut peer = Session::new(3);
        let (sdp, _) = peer
            .answer(offer, &local(41_000, Direction::SendRecv))
            .unwrap_or_else(|e| panic!("{e:?}"));
        self.phone_peers.insert(leg, peer);
        CallEvent::Leg(
            leg,
            LegEvent::Answered {
                answer: Some(sdp),
                offer: None,
            },
        )
    }

    fn reoffer(&mut self, leg: LegId, direction: Direction) -> CallEvent {
        let peer = if leg == CALLER {
            &mut self.peer
        } else {
            self.phone_peers
                .get_mut(&leg)
                .unwrap_or_else(|| panic!("that phone never answered"))
        };
        let offer = peer.offer(&local(40_000, direction));
        CallEvent::Leg(leg, LegEvent::Offer { offer: Some(offer) })
    }
}

fn key(k: &str, way: DtmfWay) -> CallEvent {
    let key = k
        .chars()
        .next()
        .and_then(Key::from_char)
        .unwrap_or_else(|| panic!("no key: {k}"));
    CallEvent::Media(MediaEvent::Key {
        leg: CALLER,
        key,
        way,
    })
}

fn ended(leg: LegId, end: LegEnd) -> CallEvent {
    CallEvent::Leg(leg, LegEvent::Ended(end))
}

fn outside(trunk: &str, number: &str) -> CallEvent {
    CallEvent::Located(Location::Outside {
        trunk: trunk.to_owned(),
        number: PhoneNumber::new(number),
    })
}

fn keyless(leg: LegId) -> CallEvent {
    CallEvent::Media(MediaEvent::KeysFailed { leg })
}

fn overflow(to: OverflowStep) -> CallEvent {
    CallEvent::Queue(QueueEvent::Overflow {
        cause: OverflowCause::Unstaffed,
        to,
    })
}
