//! The walk as transcripts: time in seconds, what happens, what is done about it.
//!
//! `key K`, `played`, `failed WHAT`, `wait` (until the walk's own deadline) and `resume` go in;
//! plays, stops, entries and the end come out. Steps are left out: the path is looked at apart.

mod callback;
mod dial;
mod guide;
mod needs;
pub(crate) mod property;
mod replies;
mod send;
mod survey;
mod times;
mod transcripts;
mod ways;

use std::sync::Arc;
use std::time::Duration;

use super::*;
use crate::menu::load::{Known, PromptFacts, load, load_all};
use crate::menu::outcome::Letter;
use crate::menu::say;
use crate::now::Wall;

/// The calendar that lines of these tests may name.
pub(crate) const OFFICE: &str = "calendar: office\nzone: UTC\nhours:\n  mon-fri: 08:00-17:00\n";

/// When callbacks are due so that of slots of half an hour only so many are free, from noon on, each for
/// one.
pub(crate) fn due_but(free: u64) -> Vec<Wall> {
    let noon = Wall::from_unix_millis(1_795_003_200_000);
    let minutes = |n: u64| Duration::from_secs(60 * n);
    let all = (0..15 * 24 * 12).map(|n| noon.before(minutes(120)).after(minutes(5 * n)));
    let freed = noon.after(minutes(30 * free));
    all.filter(|at| *at < noon || *at >= freed).collect()
}

/// Prompts are all those named in the text, 1.2 seconds each, the server's own of half a second.
pub(crate) fn known(text: &str) -> Known {
    let words = text.split(|c: char| !c.is_alphanumeric() && c != '-');
    let own = crate::menu::system::all();
    let own = own.iter().map(|n| (n.as_str(), 500));
    // Values are read only where they matter: there are many recordings of them.
    let values: Vec<crate::ids::PromptName> = match text.contains("slots:") {
        true => [say::Language::En, say::Language::De]
            .into_iter()
            .flat_map(say::vocabulary)
            .map(|f| f.name)
            .collect(),
        false => Vec::new(),
    };
    let mut known = Known {
        mail: true,
        trunk: true,
        ..Known::default()
    };
    let mut prompts = std::collections::BTreeMap::new();
    for (name, ms) in words
        .filter(|w| w.starts_with("p-"))
        .map(|w| (w, 1200))
        .chain(own)
        .chain(values.iter().map(|n| (n.as_str(), 200)))
    {
        let zero = name.starts_with("sys-zero")
            || name.starts_with("sys-guide")
            || [
                "sys-last-try",
                "sys-callback-right",
                "sys-callback-times",
                "sys-survey-skip",
            ]
            .contains(&name);
        let facts = PromptFacts {
            transcript: Some(
                if zero {
                    "Press 0 or # for a person"
                } else {
                    "Words"
                }
                .to_owned(),
            ),
            length: Some(Duration::from_millis(ms)),
        };
        prompts.insert(crate::ids::PromptName::new(name), facts);
    }
    let languages = ["en", "de"].map(Language::new);
    known.prompts = languages.map(|l| (l, prompts.clone())).into();
    let office = load_all([("office.yaml", OFFICE)], &Known::default());
    known.calendars = office.map(|l| l.calendars().clone()).unwrap_or_default();
    known.queues = ["people", "sales"].map(crate::ids::QueueName::new).into();
    let asked = |q: &crate::ids::QueueName| (q.clone(), crate::ids::NodeName::new("after"));
    known.surveys = known.queues.iter().map(asked).collect();
    known
}

pub(crate) fn line(nodes: &str) -> Arc<Line> {
    let head = "line: test\nnumbers: [\"1\"]\nhuman: people\nstart: root\n";
    // What stands before `nodes:` belongs to the line.
    let text = match nodes.contains("\nnodes:\n") {
        true => format!("{head}{nodes}"),
        false => format!("{head}nodes:\n{nodes}"),
    };
    match load("test.yaml", &text, &known(&text)) {
        Ok((line, _)) => Arc::new(line),
        Err(mistakes) => {
            let told: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
            panic!("{}", told.join("\n"))
        }
    }
}

pub(crate) fn at(ms: u64) -> Now {
    Now {
        mono: Mono::from_millis(ms),
        wall: Wall::from_unix_millis(1_795_000_000_000),
    }
}

/// What the walk did, in words; prompts of the server without their `sys-`.
pub(super) fn did(walk: &mut Walk) -> String {
    let mut words = Vec::new();
    while let Some(action) = walk.poll_action() {
        match action {
            WalkAction::Play { sounds } => {
                let names = sounds.iter().map(|s| s.prompt.as_str());
                let names: Vec<&str> = names
                    .map(|n| n.trim_start_matches("p-").trim_start_matches("sys-"))
                    .collect();
                words.push(format!("play {}", names.join("+")));
            }
            WalkAction::Stop => words.push("stop".to_owned()),
            WalkAction::Step(_) => {}
            WalkAction::CancelCallback => words.push("cancel callback".to_owned()),
            WalkAction::Language(language) => words.push(format!("speak {language}")),
            WalkAction::Ask { request, .. } => words.push(format!("ask {}", request.url)),
            WalkAction::Recall { guide, .. } => words.push(format!("recall {guide}")),
            WalkAction::Remember { guide, step } => words.push(match step {
                Some((step, keep)) => format!("remember {guide} {step} for {}s", keep.as_secs()),
                None => format!("forget {guide}"),
            }),
            WalkAction::Entry { name, value, .. } => {
                words.push(format!("{name}={}", value.reveal()));
            }
            WalkAction::Judged {
                question,
                answer,
                low,
                high,
                ..
            } => words.push(format!("{question}={answer} of {low}-{high}")),
            WalkAction::Times { queue, .. } => words.push(format!("times of {queue}")),
            WalkAction::CallBack {
                queue,
                number,
                slot,
                ..
            } => {
                let minutes = |s: crate::menu::outcome::Slot| s.due.unix_secs() / 60 % (24 * 60);
                let at = slot
                    .map(minutes)
                    .map(|m| format!(" at {}:{:02}", m / 60, m % 60));
                let at = at.unwrap_or_default();
                words.push(format!("call back {} by {queue}{at}", number.reveal()));
            }
            WalkAction::Send { letter, .. } => words.push(match letter {
                Letter::Webhook { url, body } => format!("post {url} {body}"),
                Letter::Mail { to, subject, text } => format!("mail {to}: {subject}: {text}"),
            }),
            WalkAction::Dial { number, ring, .. } => {
                words.push(format!("dial {} for {}s", number.reveal(), ring.as_secs()));
            }
            WalkAction::Music => words.push("music".to_owned()),
            WalkAction::Needs { skills, priority } => {
                let skills = skills.into_iter().flatten();
                let skills = skills.map(|(skill, level)| format!(" {skill}:{level}"));
                let urgent = priority
                    .map(|p| format!(" priority {p}"))
                    .unwrap_or_default();
                words.push(format!("needs{}{urgent}", skills.collect::<String>()));
            }
            WalkAction::Leave(Outcome::Callback) => words.push("promised".to_owned()),
            WalkAction::Leave(Outcome::Goodbye) => words.push("end".to_owned()),
            WalkAction::Leave(Outcome::Message { queue }) => words.push(format!("message {queue}")),
            WalkAction::Leave(Outcome::Queue { queue, reason }) => {
                let place = walk.place().unwrap();
                words.push(format!("queue {queue} ({reason}, at {place})"));
            }
        }
    }
    words.join(", ")
}

/// Runs a transcript: each line `TIME > EVENT < ACTIONS`.
#[track_caller]
pub(super) fn check(nodes: &str, transcript: &str) -> Walk {
    let mut walk: Option<Walk> = None;
    let mut seen = String::new();
    for row in transcript.trim().lines().map(str::trim) {
        let (time, rest) = row.split_once('>').expect("TIME > EVENT");
        let event = rest.split('<').next().unwrap_or_default().trim();
        let seconds: f64 = time.trim().parse().expect("seconds");
        let now = at((seconds * 1000.0).round() as u64);
        match (event.split_once(' ').unwrap_or((event, "")), &mut walk) {
            (("answer", _), none) => *none = Some(Walk::start(line(nodes), Caller::default(), now)),
            (("key", keys), Some(w)) => {
                let keys = keys.chars().filter(|c| *c != ' ');
                keys.for_each(|k| w.handle_key(now, Key::from_char(k).unwrap()));
            }
            (("played", _), Some(w)) => w.handle_played(now),
            (("failed", what), Some(w)) => w.handle_play_failed(now, what),
            (("tick", _), Some(w)) => w.handle_timeout(now),
            (("wait", _), Some(w)) => {
                assert_eq!(w.poll_timeout(), Some(now.mono), "deadline in `{row}`");
                w.handle_timeout(now);
            }
            (("sent", _), Some(w)) => w.handle_sent(now, w.asked, true),
            (("not", "sent"), Some(w)) => w.handle_sent(now, w.asked, false),
            (("missed", what), Some(w)) => w.handle_not_reached(now, w.asked, what),
            (("resume", _), Some(w)) => w.resume(now),
            (other, _) => panic!("no such event: {other:?}"),
        }
        let w = walk.as_mut().unwrap();
        let done = did(w);
        // Never stuck: without a deadline only after leaving.
        assert_eq!(w.poll_timeout().is_none(), w.has_left(), "{row}");
        let gap = if done.is_empty() {
            String::new()
        } else {
            format!(" < {done}")
        };
        seen.push_str(&format!("{} > {event}{gap}\n", time.trim()));
    }
    let wanted: String = transcript
        .trim()
        .lines()
        .map(|l| l.split_whitespace().collect::<Vec<_>>().join(" ") + "\n")
        .collect();
    assert!(
        seen == wanted,
        "this happened:\n{seen}\nthis was expected:\n{wanted}"
    );
    walk.unwrap()
}
