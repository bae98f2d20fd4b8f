//! Plays the shell of one call: reads a transcript, feeds the machine, compares its wishes.
//!
//! A line `  1.5 > key 0` lets something happen at 1.5 s; the line `      < …` after it lists
//! every wish it must lead to, in order. Phones that ring are called p1, p2, … in the order in
//! which they were asked for. After `told` comes what the record has been told of faults, after
//! `facts` what it comes to in seconds, after `engaged` whom the queue offers nobody meanwhile.

mod agents;
mod happen;
mod house;
mod orders;
mod taping;
mod words;

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use self::house::{line, start};
use crate::call::Call;
use crate::call::event::RecordingId;
use crate::call::setup::CallBack;
use crate::ids::{AgentId, Language, LegId, PhoneNumber, QueueName};
use crate::media::command::PlayToken;
use crate::now::{Mono, Now, Wall};
use crate::record::card::ContextCard;
use crate::record::facts::Facts;
use crate::sdp::Session;
use crate::sdp::plan::Direction;
use crate::sip::flow::Transport;

pub(super) use self::house::{local, opened, setup};

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
        Some("") => Desk::back("sales", None),
        Some(told) => match told.split_once(" once more by ") {
            Some((_, agent)) => Desk::back("sales", Some(AgentId::new(agent))),
            None => Desk::back(told.trim(), None),
        },
        None => Desk::new(late, first.ends_with("from page")),
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
        if what.trim() == "engaged" {
            let agents = desk.call.engaged();
            let agents: Vec<&str> = agents.iter().map(AgentId::as_str).collect();
            let told = match agents.is_empty() {
                true => "nobody".to_owned(),
                false => agents.join(" "),
            };
            let _ = writeln!(actual, "< {told}");
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

impl Desk {
    fn new(late: bool, page: bool) -> Desk {
        let now = Now {
            mono: Mono::ZERO,
            wall: Wall::from_unix_millis(1_795_000_000_000),
        };
        let mut peer = Session::new(1);
        let offer = (!late).then(|| peer.offer(&local(40_000, Direction::SendRecv)));
        let mut start = start(offer);
        if page {
            start.transport = Transport::Wss;
        }
        let call = Call::new(setup(), start, line(), now);
        Desk::of(call, now, peer)
    }

    /// Somebody is called back.
    fn back(queue: &str, agent: Option<AgentId>) -> Desk {
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
            agent,
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

    /// These prompts are gone.
    fn lose(&mut self, names: &[&str]) {
        let setup = Arc::get_mut(&mut self.call.setup).expect("nobody else's");
        let prompts = Arc::get_mut(&mut setup.prompts).expect("nobody else's");
        for language in prompts.languages.values_mut() {
            language.retain(|name, _| !names.contains(&name.as_str()));
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
}
