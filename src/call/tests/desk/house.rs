//! The house of the call: its line, its prompts and queues, and what its shell has.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use super::CALLER;
use crate::call::event::OpenedMedia;
use crate::call::faults::Faults;
use crate::call::setup::{Affinity, CallSetup, CallStart, Prompts, QueueSound, WaitingKeys};
use crate::config::Recording;
use crate::ids::{ContactId, Language, PhoneNumber, PromptName, QueueName};
use crate::media::prompt::Prompt;
use crate::menu::load::{self, PromptFacts, load};
use crate::menu::system as sys;
use crate::menu::tree::Line;
use crate::now::Wall;
use crate::sdp::plan::{Codec, Direction};
use crate::sdp::{KEY_MATERIAL, KeyMaterial, LocalMedia, Preference, SrtpPolicy};
use crate::sip::flow::Transport;

pub(super) fn start(offer: Option<Bytes>) -> CallStart {
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

pub(in crate::call::tests) fn local(port: u16, direction: Direction) -> LocalMedia {
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
        8: { go: shop }
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
  shop: { queue: shop }
  rate: { survey: { questions: { kind: { prompt: hours } }, go: bye } }
  bye:
    goodbye: { prompt: sys-goodbye }
"#;

pub(super) fn line() -> Arc<Line> {
    let names = sys::all()
        .into_iter()
        .chain(["welcome", "hours", "vanished"].map(String::from));
    let facts = names.map(|n| (PromptName::new(n), PromptFacts::default()));
    let known = load::Known {
        prompts: [(Language::default(), facts.collect())].into(),
        queues: ["support", "sales", "shop"]
            .map(QueueName::new)
            .into_iter()
            .collect(),
        surveys: [("shop".into(), "rate".into())].into(),
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

pub(in crate::call::tests) fn setup() -> Arc<CallSetup> {
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
        calls_out: true,
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
        wrap_up_codes: Vec::new(),
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
        tls_trunks: ["encrypted".to_owned()].into(),
        web: None,
        own_ports: Vec::new(),
        message_limit: Duration::from_secs(180),
        transfer_ring: Duration::from_secs(25),
        outside: Arc::default(),
        auto_answer: ["agent9".into()].into(),
        agents: HashMap::new(),
        features: crate::config::Features::default(),
        card_url: None,
        callback_after_drop: true,
        faults: Faults::default(),
    })
}

/// What a caller has said, to be heard by them.
pub(super) fn draft() -> Arc<Prompt> {
    let length = Duration::from_secs(5);
    Arc::new(Prompt::new(PromptName::new("message"), length, []))
}

pub(in crate::call::tests) fn opened(port: u16) -> OpenedMedia {
    OpenedMedia {
        address: IpAddr::V4(Ipv4Addr::LOCALHOST),
        rtp_port: port,
        rtcp_port: port + 1,
        session: 9,
        keys: KeyMaterial([9; KEY_MATERIAL]),
    }
}
