//! Scenes, told as what goes in and what must come out.

mod scenes;

use std::fmt::Write as _;
use std::time::Duration;

use crate::ids::{AgentId, ContactId, SkillName};
use crate::now::{Mono, Now};
use crate::queue::acd::{Acd, Answer, Leaving, NotAnswered};
use crate::queue::action::{AgentState, OfferId, OverflowStep, QueueAction, Withdrawal};
use crate::queue::line::Priority;
use crate::queue::settings::{AcdSettings, AgentSettings, QueueSettings, Strategy, Unstaffed};
use crate::queue::{Arrival, Wanted};

pub(super) fn secs(s: u64) -> Duration {
    Duration::from_secs(s)
}

pub(super) fn at(tenths: u64) -> Now {
    Now {
        mono: Mono::from_millis(tenths * 100),
        ..Now::default()
    }
}

/// The state in one word.
pub(super) fn word(state: &AgentState) -> String {
    match state {
        AgentState::Offline => "offline".into(),
        AgentState::Ready => "ready".into(),
        AgentState::Paused { reason } => format!("paused({reason})"),
        AgentState::Offered => "offered".into(),
        AgentState::Talking => "talking".into(),
        AgentState::Engaged => "engaged".into(),
        AgentState::WrapUp => "wrap-up".into(),
        AgentState::Missed => "missed".into(),
    }
}

pub(super) fn line(action: &QueueAction) -> String {
    match action {
        QueueAction::Offer {
            offer,
            contact,
            queue,
            agent,
            ring_for,
        } => format!(
            "offer {} caller {} of {queue} to {agent} for {}s",
            offer.0,
            contact.as_u64(),
            ring_for.as_secs()
        ),
        QueueAction::Withdraw {
            offer,
            contact,
            why,
        } => format!(
            "withdraw {} caller {}{}",
            offer.0,
            contact.as_u64(),
            if *why == Withdrawal::AnsweredElsewhere {
                " answered"
            } else {
                ""
            }
        ),
        QueueAction::Position {
            contact,
            position,
            wait,
        } => {
            let wait = wait.map(|w| format!(" in {}-{}s", w.low.as_secs(), w.high.as_secs()));
            let wait = wait.unwrap_or_default();
            format!("position {} is {position}{wait}", contact.as_u64())
        }
        QueueAction::Comfort { contact } => format!("comfort {}", contact.as_u64()),
        QueueAction::Overflow { contact, cause, to } => {
            let to = match to {
                OverflowStep::Queue(q) => q.to_string(),
                OverflowStep::Outside(number) => format!("outside {}", number.reveal()),
                OverflowStep::Callback => "callback".into(),
                OverflowStep::Message => "message".into(),
            };
            format!("overflow {} {cause:?} to {to}", contact.as_u64())
        }
        QueueAction::Agent { agent, state } => format!("{agent} {}", word(state)),
    }
}

/// A queue, then in any order: a priority, needs as `skill:level`, a wish as `@agent:seconds`,
/// since when, and that nobody is at the phone.
fn arrival(contact: ContactId, words: &[&str]) -> Arrival {
    let mut arrival = Arrival::new(contact, words[0]);
    for word in &words[1..] {
        if let Some(s) = word.strip_prefix("since=") {
            arrival.came = Some(Mono::from_millis(s.parse::<u64>().unwrap() * 1000));
            continue;
        }
        if *word == "to-be-called-back" {
            arrival.called_back = true;
            continue;
        }
        match (word.strip_prefix('@'), word.split_once(':')) {
            (Some(wish), Some(_)) => {
                let (agent, hold) = wish.split_once(':').unwrap();
                arrival.wish = Some(Wanted {
                    agent: AgentId::new(agent),
                    hold: secs(hold.parse().unwrap()),
                });
            }
            (_, Some((skill, level))) => {
                let level = level.parse().unwrap();
                arrival.needs.insert(SkillName::new(skill), level);
            }
            (_, None) => arrival.priority = Priority(word.parse().unwrap()),
        }
    }
    arrival
}

/// Runs a script and gives the transcript. Each line of the script: time in seconds with one
/// decimal, then an event; due timers run first, at their own time.
///
/// `settings N`: those of that place are in use from then on.
pub(super) fn run(settings: &[AcdSettings], script: &str) -> String {
    let mut acd = Acd::new(settings[0].clone());
    let mut out = String::new();
    let mut drain = |acd: &mut Acd, t: u64, what: &str| {
        let mut said: Vec<String> = std::iter::from_fn(|| acd.poll_action())
            .map(|a| line(&a))
            .collect();
        if said.is_empty() {
            said.push("-".into());
        }
        writeln!(out, "{:>4}.{} {what} < {}", t / 10, t % 10, said.join(", ")).unwrap();
    };
    for l in script.lines().map(str::trim).filter(|l| !l.is_empty()) {
        let words: Vec<&str> = l.split_whitespace().collect();
        let (s, d) = words[0].split_once('.').unwrap();
        let t = s.parse::<u64>().unwrap() * 10 + d.parse::<u64>().unwrap();
        while let Some(due) = acd.poll_timeout().filter(|&due| due <= at(t).mono) {
            let tenths = u64::try_from(due.since_start().as_millis()).unwrap() / 100;
            acd.handle_timeout(at(tenths));
            drain(&mut acd, tenths, "(timer)");
        }
        let now = at(t);
        let agent = || AgentId::new(words[2]);
        let n = |i: usize| words[i].parse::<u64>().unwrap();
        let contact = |i: usize| ContactId::from_u64(n(i));
        let mut note = String::new();
        match words[1] {
            "in" => acd.handle_agent_signed_in(now, &agent()),
            "out" => acd.handle_agent_signed_out(now, &agent()),
            "ready" => acd.handle_ready(now, &agent()),
            "pause" => acd.handle_paused(now, &agent(), words[3]),
            "done" => acd.handle_wrap_up_done(now, &agent()),
            "over" => acd.handle_contact_over(now, &agent(), contact(3)),
            "transfer" => acd.handle_transferring(now, &agent(), contact(3)),
            "took" => acd.handle_took(now, &agent(), contact(3)),
            "engaged" => acd.handle_engaged(now, &agent(), contact(3)),
            "free" => acd.handle_free(now, &agent(), contact(3)),
            "enter" => acd.handle_enter(now, arrival(contact(2), &words[3..])),
            "gone" => acd.handle_left(now, contact(2), Leaving::Gone),
            "away" => acd.handle_left(now, contact(2), Leaving::KeepsPlace),
            "return" => acd.handle_return(now, contact(2)),
            "back" => acd.handle_back_in_line(now, contact(2)),
            "reached" => acd.handle_reached(contact(2)),
            "place" => acd.handle_position_asked(now, contact(2)),
            "asks" => acd.handle_overflow_asked(now, contact(2)),
            "next" => acd.handle_next_step(now, contact(2), false),
            "again" => acd.handle_next_step(now, contact(2), true),
            "answer" => {
                note = match acd.handle_answered(now, OfferId(n(2))) {
                    Answer::Connect {
                        contact,
                        agent,
                        waited,
                        ..
                    } => format!(" = {} with {agent} after {waited:?}", contact.as_u64()),
                    Answer::TooLate => " = too late".into(),
                }
            }
            "no-answer" => acd.handle_not_answered(now, OfferId(n(2)), NotAnswered::NoAnswer),
            "busy" => acd.handle_not_answered(now, OfferId(n(2)), NotAnswered::Busy),
            "stop" => acd.handle_stopping(now),
            "settings" => acd.handle_settings(now, settings[n(2) as usize].clone()),
            "wait" => {}
            other => panic!("no such event: {other}"),
        }
        drain(&mut acd, t, &format!("{}{note}", words[1..].join(" ")));
    }
    out
}

#[track_caller]
pub(super) fn check(settings: AcdSettings, script: &str, expected: &str) {
    check_changing(&[settings], script, expected);
}

/// With settings that change.
#[track_caller]
pub(super) fn check_changing(settings: &[AcdSettings], script: &str, expected: &str) {
    let tidy = |s: &str| {
        s.lines()
            .map(str::trim)
            .filter(|l| !l.is_empty())
            .collect::<Vec<_>>()
            .join("\n")
    };
    let got = tidy(&run(settings, script));
    let expected = tidy(expected);
    assert!(got == expected, "got:\n{got}\n\nexpected:\n{expected}");
}

pub(super) fn quiet(name: &str) -> QueueSettings {
    QueueSettings {
        comfort_every: None,
        position_every: None,
        ..QueueSettings::new(name)
    }
}

pub(super) fn one(queue: QueueSettings, agents: &[&str]) -> AcdSettings {
    let name = queue.name.to_string();
    AcdSettings {
        queues: vec![queue],
        agents: agents
            .iter()
            .map(|a| AgentSettings::new(*a, [name.as_str()]))
            .collect(),
        ..AcdSettings::default()
    }
}
