//! The demo line by phone, in each of its languages: every node is reached by its keys, says what
//! its recordings say, and lets go to a person by 0 and by silence.

use std::sync::Arc;
use std::time::{Duration, Instant};

use zeroline::cli::Options;
use zeroline::ids::PromptName;
use zeroline::menu::load::Lines;
use zeroline::menu::tree::{Kind, Line, Piece, Speech};
use zeroline::prompts::{embedded, ingest};
use zeroline::setup::{Purpose, load};

use crate::support::agents::Agents;
use crate::support::audio::Law;
use crate::support::media::{KeyWay, Source};
use crate::support::phone::{Phone, SOON};
use crate::support::server::{Server, server};

/// Each node by the keys that lead there from the main menu; a space is a pause. Those that end
/// in another way than by 0 have that behind them.
const NODES: &[(&str, &str, End)] = &[
    ("welcome", "", End::Person),
    ("invoice", "1", End::Person),
    ("invoice-paid", "1204510 1", End::Person),
    ("invoice-open", "1204515 1", End::Person),
    ("invoice-overdue", "1204517 1", End::Person),
    ("no-invoice", "1204519 1", End::Person),
    ("pay", "1204515 1  #", End::Person),
    ("pay-later", "1204515 1  1", End::Person),
    ("orders", "2", End::Person),
    ("order.number", "21", End::Person),
    ("order.on-its-way", "2131415 1", End::Person),
    ("order.delivered", "2131417 1", End::Person),
    ("order.packing", "2131410 1", End::Person),
    ("no-order", "2131419 1", End::Person),
    ("sales", "22", End::Queue),
    ("router", "3", End::Person),
    ("router-works", "3 1 1 1", End::Person),
    ("technician", "3 2 1 2", End::Queue),
    ("hours", "4", End::Person),
    ("more", "5", End::Person),
    ("call-me", "51", End::Person),
    ("write-down", "52", End::Message),
    ("rate", "53", End::Goodbye),
    ("unsettled", "5312", End::Person),
    ("goodbye", "5311", End::Goodbye),
];

/// So long takes silence at most until a person is rung: two long prompts and two waits.
const WAITING: Duration = Duration::from_secs(90);

/// How a caller leaves a node who says nothing more; 0 is a person at all of them.
#[derive(Clone, Copy, Debug, PartialEq)]
enum End {
    /// To a person.
    Person,
    /// To a person, and at once.
    Queue,
    /// By a message.
    Message,
    /// By the goodbye that they chose.
    Goodbye,
}

/// The line as it is built in, to know what should be heard.
struct Demo {
    lines: Lines,
}

impl Demo {
    fn new() -> Demo {
        let setup = load(&Options::default(), Purpose::Check).expect("the built-in line");
        Demo {
            lines: setup.menus.lines,
        }
    }

    fn line(&self) -> &Arc<Line> {
        self.lines.by_number("100").expect("the line")
    }

    /// By the real clock: whoever calls at night is offered less first.
    fn is_open(&self) -> bool {
        let now = zeroline::task::clock::now().wall;
        self.lines.calendars().values().all(|c| c.is_open(now))
    }

    /// What is said first at a node: its leading recordings, two at most, of those that do not
    /// change with what is known.
    fn said(&self, node: &str, language: usize) -> Vec<Vec<u8>> {
        let line = self.line();
        let (_, node) = line
            .nodes()
            .find(|(_, n)| n.name.as_str() == node)
            .expect("a node of the line");
        let own = |name: &str| vec![Piece::Prompt(PromptName::new(name))];
        let first = |speech: &Speech| {
            let (_, said) = speech.all().nth(language).expect("a language");
            said.pieces.clone()
        };
        let pieces = match &node.kind {
            Kind::Menu(m) | Kind::Language(m) => first(&m.first),
            Kind::Say(s) => first(&s.speech),
            Kind::Collect(c) => first(&c.speech),
            Kind::Guide(g) => first(&g.steps[0].first),
            Kind::Callback(c) => first(c.intro.as_ref().expect("words")),
            Kind::Survey(s) => first(s.intro.as_ref().expect("words")),
            Kind::Goodbye(s) => first(s),
            Kind::Queue(_) => own("sys-connecting"),
            Kind::Message(_) => own("sys-message-intro"),
            Kind::Choose(_) | Kind::Ask(_) | Kind::Dial(_) | Kind::Send(_) => {
                panic!("they say nothing of their own")
            }
        };
        let known = pieces
            .iter()
            .take_while(|p| !matches!(p, Piece::Value { .. }));
        let said: Vec<Vec<u8>> = known
            .take(2)
            .map(|piece| {
                let (language, name) = match piece {
                    Piece::Prompt(name) => (line.languages.get(language), name),
                    Piece::In(language, name) => (line.language(*language), name),
                    Piece::Value { .. } => panic!("no recording"),
                };
                let language = language.expect("a language");
                recording(language.as_str(), name)
            })
            .collect();
        assert!(!said.is_empty(), "{}", node.name);
        said
    }
}

/// The µ-law of a recording, found by what is said in it, as the server finds it.
fn recording(language: &str, name: &PromptName) -> Vec<u8> {
    let found = embedded::recordings(language).find(|r| r.name == name.as_str());
    let found = found.unwrap_or_else(|| panic!("no recording {language}/{name}"));
    let sound = ingest::decode(found.bytes).expect("a recording");
    assert_eq!(sound.rate, 8000, "{name}");
    let pcm = sound.samples.iter().map(|s| (s * 32_768.0).round() as i16);
    pcm.map(|s| Law::Mu.encode(s)).collect()
}

/// The recordings come one after the other, each from its first octet to its last.
fn plays(came: &[u8], said: &[Vec<u8>]) -> bool {
    let mut from = 0;
    said.iter().all(|wanted| {
        let starts = (from..came.len().saturating_sub(wanted.len())).step_by(160);
        let found = starts.into_iter().find(|&at| {
            let heard = came[at..].iter();
            wanted.iter().zip(heard).all(|(a, b)| same(*a, *b))
        });
        from = found.map_or(from, |at| at + wanted.len().next_multiple_of(160));
        found.is_some()
    })
}

/// The server's encoder cuts as ITU-T G.711 describes, ours takes the nearest value: they may be a
/// step apart, and no more.
fn same(a: u8, b: u8) -> bool {
    let step = |b: u8| {
        let step = i32::from(!b & 0x7f);
        if b & 0x80 == 0 { -step } else { step }
    };
    (step(a) - step(b)).abs() <= 1
}

fn came(caller: &Phone) -> Vec<u8> {
    let mut packets = caller.media.packets();
    let Some(first) = packets.first().map(|p| p.seq) else {
        return Vec::new();
    };
    packets.sort_by_key(|p| p.seq.wrapping_sub(first));
    packets.into_iter().flat_map(|p| p.payload).collect()
}

/// One call: to the node, and from it.
fn visit(
    demo: &Demo,
    server: &Server,
    agents: &Agents,
    case: usize,
    language: usize,
    silent: bool,
) -> Result<(), String> {
    let (node, keys, end) = NODES[case];
    let number = format!("55{}{language}{case:02}", u8::from(silent));
    let told = |what: &str| Err(format!("{node}, language {language}: {what}"));
    let mut caller = server.phone(&number);
    caller.ours.codecs.retain(|c| c.0 == 0);
    caller.media.say(Source::Nothing);
    caller.call("100");
    caller.idle(Duration::from_millis(300));
    let open = if demo.is_open() { "" } else { "3" };
    let all = format!("{}{open}{keys}", language + 1);
    for key in all.chars() {
        match key {
            ' ' => caller.idle(Duration::from_millis(1200)),
            key => {
                caller.media.press(key, KeyWay::Event, 60);
                caller.idle(Duration::from_millis(200));
            }
        }
    }
    let said = demo.said(node, language);
    let until = Instant::now() + Duration::from_secs(25);
    while !plays(&came(&caller), &said) {
        if Instant::now() > until {
            return told("its recordings were not heard");
        }
        caller.idle(Duration::from_millis(500));
    }
    let zero = !silent && end != End::Queue && node != "goodbye";
    if zero {
        caller.media.press('0', KeyWay::Event, 100);
    }
    let patience = if silent { WAITING } else { SOON };
    let until = Instant::now() + patience;
    let is_over = |caller: &Phone| caller.transcript().contains(" < BYE ");
    if end == End::Goodbye && !zero {
        while !is_over(&caller) {
            if Instant::now() > until {
                return told("the goodbye did not end it");
            }
            caller.idle(Duration::from_millis(100));
        }
        return Ok(());
    }
    while agents.rung_by(&number, Duration::ZERO).is_none() {
        if is_over(&caller) {
            return told("it was ended");
        }
        if Instant::now() > until {
            return told("no phone rang");
        }
        caller.idle(Duration::from_millis(100));
    }
    caller.hang_up();
    Ok(())
}

/// All nodes in all languages, at the same time.
fn visit_all(silent: bool) {
    let demo = Demo::new();
    let agents = Agents::new();
    let languages = demo.line().languages.len();
    let server = server()
        .demo()
        .static_agents(languages * NODES.len(), agents.at)
        .queue("ring_for = \"120s\"\nwrap_up = \"0s\"")
        .start();
    let failed: Vec<String> = std::thread::scope(|s| {
        let mut calls = Vec::new();
        for (case, (_, _, end)) in NODES.iter().enumerate() {
            for language in 0..languages {
                if silent && *end == End::Message {
                    continue; // Silence is a short message there, which rehearsals look at.
                }
                let (demo, server, agents) = (&demo, &server, &agents);
                // Not all INVITEs in the same instant.
                std::thread::sleep(Duration::from_millis(40));
                calls.push(s.spawn(move || visit(demo, server, agents, case, language, silent)));
            }
        }
        let ended = calls.into_iter().map(|c| c.join());
        ended
            .filter_map(|e| e.unwrap_or_else(|e| std::panic::resume_unwind(e)).err())
            .collect()
    });
    assert!(failed.is_empty(), "{} failed: {failed:#?}", failed.len());
}

#[test]
fn every_node_says_its_recordings_and_zero_reaches_a_person() {
    visit_all(false);
}

#[test]
fn every_node_lets_go_who_is_silent() {
    visit_all(true);
}
