//! Plays the shell of one call: reads a transcript, feeds the machine, compares its wishes.
//!
//! A line `  1.5 > key 0` lets something happen at 1.5 s; the line `      < …` after it lists
//! every wish it must lead to, in order. Phones that ring are called p1, p2, … in the order in
//! which they were asked for. After `told` comes what the record has been told of faults, after
//! `facts` what it comes to in seconds.

mod agents;
mod orders;
mod taping;

use std::collections::HashMap;
use std::fmt::Write as _;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use self::taping::tapes;
use crate::call::Call;
use crate::call::event::{
    CallAction, CallEvent, CallbackStep, Known, Location, OpenCallback, OpenedMedia, QueueCommand,
    QueueEvent, RecordingId, RecordingOutcome, StoredCallback,
};
use crate::call::faults::Faults;
use crate::call::setup::{
    Affinity, CallBack, CallSetup, CallStart, Prompts, QueueSound, WaitingKeys,
};
use crate::config::Recording;
use crate::ids::{AgentId, ContactId, Key, Language, LegId, PhoneNumber, PromptName, QueueName};
use crate::media::command::{DtmfWay, MediaCommand, MediaEvent, PlayToken};
use crate::media::mixer::MixSeat;
use crate::media::prompt::Prompt;
use crate::menu::load::{self, PromptFacts, load};
use crate::menu::outcome::StepKind;
use crate::menu::system as sys;
use crate::menu::tree::Line;
use crate::now::{Mono, Now, Wall};
use crate::queue::Arrival;
use crate::queue::acd::NotAnswered;
use crate::queue::action::{OfferId, OverflowCause, OverflowStep, Withdrawal};
use crate::queue::estimate::Interval;
use crate::record::card::ContextCard;
use crate::record::facts::Facts;
use crate::record::timeline::Event as RecordEvent;
use crate::sdp::plan::{Codec, Direction};
use crate::sdp::{KEY_MATERIAL, KeyMaterial, LocalMedia, Preference, Session, SrtpPolicy};
use crate::sip::flow::{Flow, Transport};
use crate::sip::leg::{CallTarget, Contact, LegCommand, LegEnd, LegEvent};

const CALLER: LegId = LegId(2);

/// Runs a transcript and compares it with what really happens, line by line.
pub(super) fn check(transcript: &str) {
    let expected: String = transcript
        .lines()
        .map(str::trim)
        .filter(|l| !l.is_empty())
        .fold(String::new(), |mut out, line| {
            let _ = writeln!(out, "{line}");
            out
        });
    let late = expected
        .lines()
        .next()
        .is_some_and(|l| l.ends_with("late offer"));
    let first = expected.lines().next().unwrap_or_default();
    let mut desk = match first.strip_prefix("0.0 > call back") {
        Some("") => Desk::back("sales"),
        Some(queue) => Desk::back(queue.trim()),
        None => Desk::new(late),
    };
    let mut actual = String::new();
    for line in expected.lines() {
        let Some((at, what)) = line.split_once('>') else {
            continue;
        };
        let at: f64 = at
            .trim()
            .parse()
            .unwrap_or_else(|_| panic!("no time in: {line}"));
        desk.at(Duration::from_secs_f64(at));
        let _ = writeln!(actual, "{line}");
        if what.trim() == "told" {
            let told = std::mem::take(&mut desk.faults);
            let _ = writeln!(actual, "< {}", told.join("; "));
            continue;
        }
        if what.trim() == "facts" {
            let facts = desk.facts.clone();
            let seconds = [facts.waited, facts.talked, facts.held].map(|d| d.as_secs());
            let _ = writeln!(
                actual,
                "< waited {} talked {} held {}",
                seconds[0], seconds[1], seconds[2]
            );
            continue;
        }
        desk.happen(what.trim());
        let wishes = desk.wishes();
        if !wishes.is_empty() {
            let _ = writeln!(actual, "< {}", wishes.join("; "));
        }
    }
    assert!(
        actual == expected,
        "\n--- expected\n{expected}\n--- happened\n{actual}"
    );
}

struct Desk {
    call: Call,
    now: Now,
    peer: Session,
    phones: Vec<LegId>,
    phone_peers: HashMap<LegId, Session>,
    invites: HashMap<LegId, Bytes>,
    token: PlayToken,
    /// Of what was played to any other phone last.
    phone_token: PlayToken,
    offers: u64,
    /// Calls that agents placed.
    dialled: u64,
    recording: RecordingId,
    /// What the record comes to.
    facts: Facts,
    /// What the record tells of faults.
    faults: Vec<String>,
}

fn start(offer: Option<Bytes>) -> CallStart {
    CallStart {
        contact: ContactId::new(Wall::from_unix_millis(1_795_000_000_000), 7),
        leg: CALLER,
        line: "demo".into(),
        dialled: PhoneNumber::new("100"),
        caller: Some(PhoneNumber::new("+4930901820")),
        caller_name: String::new(),
        offer,
        transport: Transport::Udp,
        remote: IpAddr::V4(Ipv4Addr::LOCALHOST),
    }
}

pub(super) fn local(port: u16, direction: Direction) -> LocalMedia {
    LocalMedia {
        address: IpAddr::V4(Ipv4Addr::new(127, 0, 0, 1)),
        rtp_port: port,
        rtcp_port: port + 1,
        codecs: vec![Codec::Pcma, Codec::Pcmu],
        rtcp_mux: false,
        preference: Preference::Theirs,
        dtmf: true,
        direction,
        srtp: SrtpPolicy::Never,
        secure_signalling: false,
        web: None,
        keys: KeyMaterial([1; KEY_MATERIAL]),
        peer: None,
        own_ports: Vec::new(),
    }
}

/// A few nodes are enough here: the interpreter has transcripts of its own.
const LINE: &str = r#"
line: demo
numbers: ["100"]
human: support
start: welcome
nodes:
  welcome:
    menu:
      greeting: { prompt: welcome, text: "Hours 1, sales 2, broken 3, router 4, call back 5, tell 6, out 7; for a person press 0" }
      options:
        1: { go: hours }
        2: { go: sales }
        3: { go: broken }
        4: { go: router }
        5: { go: call-me }
        6: { go: tell }
        7: { go: out }
  hours:
    say: { prompt: hours, go: bye }
  broken:
    say: { prompt: vanished, go: bye }
  router:
    guide:
      steps:
        lamp: { say: { prompt: hours }, yes: solved, no: cable }
        cable: { say: { prompt: hours }, next: human }
      solved: bye
      resume: 24h
  call-me: { callback: sales }
  out: { dial: { number: "+4512345678", say: { prompt: hours }, ring: 20s } }
  tell: { send: { webhook: "http://x.example/", go: must } }
  must: { send: { webhook: "http://x.example/", required: yes, go: hours } }
  sales:
    queue: sales
  bye:
    goodbye: { prompt: sys-goodbye }
"#;

fn line() -> Arc<Line> {
    let names = sys::all()
        .into_iter()
        .chain(["welcome", "hours", "vanished"].map(String::from));
    let facts = names.map(|n| (PromptName::new(n), PromptFacts::default()));
    let known = load::Known {
        prompts: [(Language::default(), facts.collect())].into(),
        queues: ["support", "sales"]
            .map(QueueName::new)
            .into_iter()
            .collect(),
        ..load::Known::default()
    };
    match load("demo.yaml", LINE, &known) {
        Ok((line, _)) => Arc::new(line),
        Err(mistakes) => panic!(
            "{}",
            mistakes.iter().map(|m| m.to_string()).collect::<String>()
        ),
    }
}

pub(super) fn setup() -> Arc<CallSetup> {
    let names = sys::all()
        .into_iter()
        .chain(["welcome", "hours", "say-2", "say-5", "whisper-demo-sales"].map(String::from));
    let prompts = names
        .map(|n| {
            let name = PromptName::new(&n);
            (
                name.clone(),
                Arc::new(Prompt::new(name, Duration::from_secs(2), [])),
            )
        })
        .collect();
    let keys = WaitingKeys {
        callback: true,
        message: true,
        self_service: true,
    };
    let sound = || QueueSound {
        connecting: Some(PromptName::new(sys::CONNECTING)),
        music: Some(PromptName::new(sys::MUSIC)),
        comfort: Some(PromptName::new(sys::COMFORT)),
        whisper: false,
        recording: Recording::Off,
        keys,
        affinity: Some(Affinity {
            within: Duration::from_secs(3600),
            hold: Duration::from_secs(20),
        }),
    };
    Arc::new(CallSetup {
        prompts: Arc::new(Prompts {
            languages: [(Language::default(), prompts)].into(),
            ..Prompts::default()
        }),
        lines: HashMap::from([("demo".into(), line())]),
        sounds: HashMap::from([
            ("support".into(), sound()),
            (
                "sales".into(),
                QueueSound {
                    whisper: true,
                    ..sound()
                },
            ),
            (
                "taped".into(),
                QueueSound {
                    recording: Recording::Announced,
                    ..sound()
                },
            ),
            (
                "asking".into(),
                QueueSound {
                    recording: Recording::Asked,
                    ..sound()
                },
            ),
        ]),
        leg_ids: Arc::default(),
        codecs: vec![Codec::Pcma, Codec::Pcmu],
        srtp: SrtpPolicy::Offered,
        web: None,
        own_ports: Vec::new(),
        message_limit: Duration::from_secs(180),
        transfer_ring: Duration::from_secs(25),
        agents: HashMap::new(),
        features: crate::config::Features::default(),
        card_url: None,
        faults: Faults::default(),
    })
}

impl Desk {
    fn new(late: bool) -> Desk {
        let now = Now {
            mono: Mono::ZERO,
            wall: Wall::from_unix_millis(1_795_000_000_000),
        };
        let mut peer = Session::new(1);
        let offer = (!late).then(|| peer.offer(&local(40_000, Direction::SendRecv)));
        let call = Call::new(setup(), start(offer), line(), now);
        Desk::of(call, now, peer)
    }

    /// Somebody is called back.
    fn back(queue: &str) -> Desk {
        let now = Now {
            mono: Mono::ZERO,
            wall: Wall::from_unix_millis(1_795_000_000_000),
        };
        let number = PhoneNumber::new("+4530901820");
        let start = start(None);
        let what = CallBack {
            callback: crate::record::timeline::CallbackId(7),
            queue: QueueName::new(queue),
            number: number.clone(),
            trunk: "t".into(),
            since: Mono::ZERO,
            language: Language::default(),
            needs: std::collections::BTreeMap::new(),
            priority: 0,
            card: ContextCard::new(start.contact, "demo".into(), number, now.wall),
        };
        let call = Call::back(setup(), start, line(), what, now);
        Desk::of(call, now, Session::new(1))
    }

    fn of(call: Call, now: Now, peer: Session) -> Desk {
        Desk {
            call,
            now,
            peer,
            phones: Vec::new(),
            phone_peers: HashMap::new(),
            invites: HashMap::new(),
            token: PlayToken(0),
            phone_token: PlayToken(0),
            offers: 0,
            dialled: 0,
            recording: RecordingId::default(),
            facts: Facts::default(),
            faults: Vec::new(),
        }
    }

    /// Time passes; deadlines on the way fire at their own time.
    fn at(&mut self, at: Duration) {
        let to = Mono::ZERO + at;
        while let Some(due) = self.call.poll_timeout().filter(|d| *d < to) {
            self.now = self.now.after(due.since(self.now.mono));
            self.call.handle_timeout(self.now);
        }
        self.now = self.now.after(to.since(self.now.mono));
    }

    fn happen(&mut self, what: &str) {
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
            ["call"] | ["call", "late", "offer"] | ["call", "back"] | ["call", "back", _] => return,
            ["wait"] => return self.call.handle_timeout(self.now),
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
            ["overflow", queue] => overflow(OverflowStep::Queue(QueueName::new(queue))),
            ["stored"] => self.kept(self.recording),
            ["the", "earlier", "stored"] => self.kept(RecordingId(self.recording.0 - 1)),
            ["too-short"] => CallEvent::Recording(self.recording, RecordingOutcome::TooShort),
            ["store-fails"] => CallEvent::Recording(self.recording, RecordingOutcome::Failed),
            ["record-limit"] => CallEvent::Media(MediaEvent::RecordEnded {
                leg: CALLER,
                length: Duration::from_secs(180),
            }),
            ["located", "nothing"] => CallEvent::Located(Location::Unknown),
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
            ["located", "outside", n] => CallEvent::Located(Location::Outside {
                trunk: "t".into(),
                number: PhoneNumber::new(n),
            }),
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

    fn wishes(&mut self) -> Vec<String> {
        let mut out = Vec::new();
        while let Some(action) = self.call.poll_action() {
            if let Some(word) = self.word(action) {
                out.push(word);
            }
        }
        out
    }

    fn name(&mut self, leg: LegId) -> String {
        if leg == CALLER {
            return "caller".into();
        }
        let n = self
            .phones
            .iter()
            .position(|l| *l == leg)
            .unwrap_or_else(|| {
                self.phones.push(leg);
                self.phones.len() - 1
            });
        format!("p{}", n + 1)
    }

    fn word(&mut self, action: CallAction) -> Option<String> {
        Some(match action {
            CallAction::Sip(leg, command) => {
                let name = self.name(leg);
                format!("{name} {}", self.sip_word(leg, command))
            }
            CallAction::OpenMedia { leg, .. } => format!("{} ports", self.name(leg)),
            CallAction::Media(_, command) => self.media_word(command),
            CallAction::Queue(command) => {
                let reason = self.call.card().reason.as_ref();
                let reason = reason.map(|r| format!(" ({r})")).unwrap_or_default();
                format!("queue {}", queue_word(command, &reason))
            }
            CallAction::QueueAs(_, command) => format!("side {}", queue_word(command, "")),
            CallAction::Wish(agent, wish) => format!("{agent} wishes {wish:?}"),
            CallAction::Locate(to) => format!("locate {}", to.reveal()),
            CallAction::RecordMessage { recording, .. } => {
                self.recording = recording;
                "record".into()
            }
            CallAction::KeepMessage {
                even_if_empty: true,
            } => "keep even if empty".into(),
            CallAction::KeepMessage {
                even_if_empty: false,
            } => "keep".into(),
            CallAction::DropMessage => "drop".into(),
            CallAction::Ask(_, request) => format!("ask {}", request.url),
            CallAction::Recall(_, place) => format!("recall {}", place.guide),
            CallAction::Remember(place, Some((step, _))) => {
                format!("remember {} {step}", place.guide)
            }
            CallAction::Remember(place, None) => format!("forget {}", place.guide),
            CallAction::FindTimes(_, queue, ..) => format!("times of {queue}"),
            CallAction::StoreCallback(_, wish) => {
                let at = wish.slot.map_or("", |_| " at a time");
                format!("call back {} by {}{at}", wish.number.reveal(), wish.queue)
            }
            CallAction::Send(_, wish) => format!("send by {}", wish.node),
            CallAction::LookUp(_) => {
                // Before all else; a transcript may tell it again.
                self.call
                    .handle(self.now, CallEvent::Known(Known::default()));
                return None;
            }
            CallAction::CancelCallback(id) => format!("cancel callback {id}"),
            CallAction::Callback(id, step) => match step {
                CallbackStep::Begun { agent } => format!("callback {id} begun by {agent}"),
                CallbackStep::CalledOff => format!("callback {id} called off"),
                CallbackStep::Failed { cause } => format!("callback {id} failed {cause:?}"),
                CallbackStep::Done => format!("callback {id} done"),
            },
            CallAction::Tape(command) => self.tape_word(command),
            CallAction::Told(_, told) => orders::answer(told),
            CallAction::Record(event) => {
                self.facts.add(self.now.mono.since(Mono::ZERO), &event);
                if let RecordEvent::Fault { what } = event {
                    self.faults.push(what);
                } else if let RecordEvent::Step { step } = event
                    && let StepKind::Failed { what } = step.what
                {
                    self.faults.push(what);
                }
                return None;
            }
            CallAction::Done(verdict) => format!("done {}", verdict.as_str()),
        })
    }

    fn sip_word(&mut self, leg: LegId, command: LegCommand) -> String {
        match command {
            LegCommand::Answer { sdp } => {
                self.invites.insert(leg, sdp);
                "200".into()
            }
            LegCommand::Reject { status, .. } => status.to_string(),
            LegCommand::Invite(invite) => {
                if let Some(sdp) = &invite.offer {
                    self.invites.insert(leg, sdp.clone());
                }
                match invite.target {
                    CallTarget::Contact(c) => format!("invite {}", c.uri),
                    CallTarget::Trunk { number, .. } => {
                        format!("invite {} by trunk", number.reveal())
                    }
                }
            }
            LegCommand::Hangup { reason: None } => "hangup".into(),
            LegCommand::Hangup { reason: Some(r) } => {
                format!("hangup {}", r.split(';').nth(1).unwrap_or(""))
            }
            LegCommand::AnswerOffer { .. } => "200".into(),
            LegCommand::RefuseOffer => "488".into(),
            LegCommand::ReferProgress { status } => format!("notify {status}"),
            LegCommand::Ring => "180".into(),
            LegCommand::Challenge => "401".into(),
            other @ (LegCommand::Progress { .. }
            | LegCommand::Ack { .. }
            | LegCommand::Offer { .. }) => format!("{other:?}"),
        }
    }

    fn media_word(&mut self, command: MediaCommand) -> String {
        match command {
            MediaCommand::Apply { leg, plan } => {
                format!(
                    "{} {}",
                    self.name(leg),
                    format!("{:?}", plan.codec).to_lowercase()
                )
            }
            MediaCommand::Play { leg, token, list } => {
                if leg == CALLER {
                    self.token = token;
                } else {
                    self.phone_token = token;
                }
                let names: Vec<&str> = list.prompts.iter().map(|p| p.name.as_str()).collect();
                let (who, how) = (self.name(leg), if list.repeat { "loops" } else { "hears" });
                format!("{who} {how} {}", names.join(" "))
            }
            MediaCommand::Stop { leg } => format!("{} silence", self.name(leg)),
            MediaCommand::Bridge { a, b } => format!("bridge {} {}", self.name(a), self.name(b)),
            MediaCommand::Confer { seats } => {
                let mut seat = |s: MixSeat| {
                    let hears: Vec<String> = s.hears.into_iter().map(|l| self.name(l)).collect();
                    format!(" {}({})", self.name(s.leg), hears.join(" "))
                };
                let seats: String = seats.into_iter().map(&mut seat).collect();
                format!("mix{seats}")
            }
            MediaCommand::Unbridge { leg } => format!("unbridge {}", self.name(leg)),
            MediaCommand::Close { leg } => format!("{} close", self.name(leg)),
            MediaCommand::Record { .. }
            | MediaCommand::StopRecord { .. }
            | MediaCommand::Tap { .. } => "the shell does this".into(),
        }
    }
}

/// What the queue is told; `reason`: why, as the agent reads it.
fn queue_word(command: QueueCommand, reason: &str) -> String {
    match command {
        QueueCommand::Enter(arrival) => {
            let Arrival { queue, needs, .. } = arrival;
            let needs = needs
                .into_iter()
                .map(|(skill, level)| format!(" {skill}:{level}"));
            let needs: String = needs.collect();
            let urgent = match arrival.priority.0 {
                0 => String::new(),
                n => format!(" priority {n}"),
            };
            let since = arrival.came.filter(|_| !arrival.called_back);
            let since = since.map(|at| at.since_start().as_secs_f64());
            let since = since.map(|s| format!(" as of {s:.1}")).unwrap_or_default();
            let back = match arrival.called_back {
                true => " to be called back",
                false => "",
            };
            let wish = arrival
                .wish
                .map(|w| format!(" for {} {:?}", w.agent, w.hold));
            let wish = wish.unwrap_or_default();
            format!("enter {queue}{reason}{needs}{urgent}{since}{back}{wish}")
        }
        QueueCommand::Leave => "leave".into(),
        QueueCommand::LookBack => "look-back".into(),
        QueueCommand::BackInLine => "back-in-line".into(),
        QueueCommand::Message => "message".into(),
        QueueCommand::Position => "position".into(),
        QueueCommand::Answered(o) => format!("answered {}", o.0),
        QueueCommand::NotAnswered(o, why) => format!("not-answered {} {why:?}", o.0),
        QueueCommand::Over(agent) => format!("over {agent}"),
        QueueCommand::Transferring(agent) => format!("transferring {agent}"),
        QueueCommand::Return => "return".into(),
        QueueCommand::Took(agent) => format!("took {agent}"),
        QueueCommand::Reached => "reached".into(),
    }
}

pub(super) fn opened(port: u16) -> OpenedMedia {
    OpenedMedia {
        address: IpAddr::V4(Ipv4Addr::LOCALHOST),
        rtp_port: port,
        rtcp_port: port + 1,
        session: 9,
        keys: KeyMaterial([9; KEY_MATERIAL]),
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

fn overflow(to: OverflowStep) -> CallEvent {
    CallEvent::Queue(QueueEvent::Overflow {
        cause: OverflowCause::Unstaffed,
        to,
    })
}
