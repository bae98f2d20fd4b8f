//! Contacts and messages as text and JSON, for the command line. Numbers and entries are
//! masked unless they are asked for in the clear.

mod mask;
mod pending;
mod people;

use std::fmt::Write as _;
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

pub(super) use self::mask::masked;
pub use self::pending::{callback, callbacks, outbox};
use super::rows::{AgentRow, ContactRow, MessageRow};
use crate::ids::PhoneNumber;
use crate::menu::outcome::{Step, StepKind};
use crate::now::Wall;
use crate::queue::acd::NotAnswered;
use crate::queue::action::{AgentState, OverflowCause, OverflowStep};
use crate::record::timeline::{EntryValue, Event, Party, Timeline, TransferTo};
use crate::record::verdict::{LostSign, Verdict};

/// How it is shown.
#[derive(Clone, Debug)]
pub struct View {
    /// Numbers and entries in the clear. (Sensitive entries are never kept.)
    pub reveal: bool,
    /// Whose clock.
    pub zone: TimeZone,
}

impl View {
    /// Masked, in the time zone of this machine.
    pub fn local() -> View {
        View {
            reveal: false,
            zone: TimeZone::system(),
        }
    }

    fn number(&self, n: &PhoneNumber) -> String {
        if self.reveal {
            clean(n.reveal())
        } else {
            clean(&n.to_string())
        }
    }

    pub(super) fn time(&self, at: Wall) -> String {
        Timestamp::from_millisecond(at.unix_millis())
            .map(|t| t.to_zoned(self.zone.clone()))
            .map(|t| t.strftime("%Y-%m-%d %H:%M:%S").to_string())
            .unwrap_or_default()
    }
}

/// Contacts as a table, a line each.
pub fn contacts(rows: &[ContactRow], view: &View) -> String {
    let head = [
        "TIME", "CONTACT", "LINE", "CALLER", "WAIT", "TALK", "AGENT", "END",
    ];
    let lines = rows.iter().map(|c| {
        [
            view.time(c.started),
            c.id.to_string(),
            clean(c.line.as_str()),
            view.number(&c.caller),
            clock(c.waited),
            clock(c.talked),
            c.agent.as_ref().map_or("-".into(), |a| clean(a.as_str())),
            c.verdict
                .as_ref()
                .map_or("in progress".into(), |v| verdict(v, view)),
        ]
    });
    table(&head, lines)
}

/// Messages as a table, a line each.
pub fn messages(rows: &[MessageRow], view: &View) -> String {
    let head = ["TIME", "ID", "LENGTH", "QUEUE", "CALLER", "CONTACT", "FILE"];
    let lines = rows.iter().map(|m| {
        let note = if m.recovered { " (recovered)" } else { "" };
        [
            view.time(m.taken),
            m.id.to_string(),
            clock(m.length),
            m.queue.as_ref().map_or("-".into(), |q| clean(q.as_str())),
            m.caller.as_ref().map_or("-".into(), |c| view.number(c)),
            m.contact.to_string(),
            format!("{}{note}", clean(&m.file)),
        ]
    });
    table(&head, lines)
}

/// Agents as a table, a line each.
pub fn agents(rows: &[AgentRow], view: &View) -> String {
    let lines = rows.iter().map(|a| {
        [
            clean(a.id.as_str()),
            state(&a.state),
            view.time(a.changed),
            a.seen.map_or("-".into(), |s| view.time(s)),
        ]
    });
    table(&["AGENT", "STATE", "SINCE", "LAST SEEN"], lines)
}

/// One contact with all that happened to it.
pub fn contact(row: &ContactRow, timeline: &Timeline, view: &View) -> String {
    let mut out = format!(
        "contact {} on line {} at {}\n",
        row.id,
        clean(row.line.as_str()),
        view.time(row.started)
    );
    for e in timeline.entries() {
        let ms = e.at.as_millis();
        let (m, s, tenth) = (ms / 60_000, ms / 1_000 % 60, ms / 100 % 10);
        // Writing to a String can not fail.
        let _ = writeln!(out, "{m:>4}:{s:02}.{tenth}  {}", words(&e.event, view));
    }
    if timeline.dropped() > 0 {
        let _ = writeln!(out, "{} more events found no room", timeline.dropped());
    }
    let _ = writeln!(
        out,
        "waited {}, talked {}, {}",
        clock(row.waited),
        clock(row.talked),
        row.containment.as_deref().unwrap_or("in progress")
    );
    out
}

/// A contact as JSON; with its timeline if there is one.
pub fn contact_json(row: &ContactRow, timeline: Option<&Timeline>, view: &View) -> Value {
    let mut json = json!({
        "contact": row.id.to_string(),
        "line": row.line,
        "dialled": row.dialled,
        "caller": view.number(&row.caller),
        "started": stamp(row.started),
        "ended_ms": row.ended.map(|d| d.as_millis() as u64),
        "queue": row.queue,
        "agent": row.agent,
        "waited_ms": row.waited.as_millis() as u64,
        "talked_ms": row.talked.as_millis() as u64,
        "message": row.message,
        "verdict": row.verdict.as_ref().map(Verdict::as_str),
        "end": row.verdict.as_ref().map(|v| mask::masked_verdict(v, view)),
        "containment": row.containment,
    });
    if let (Some(t), Some(object)) = (timeline, json.as_object_mut()) {
        let events = t.entries().iter().map(|e| {
            let mut event = json!(masked(&e.event, view));
            event["at_ms"] = json!(e.at.as_millis() as u64);
            event
        });
        object.insert("timeline".into(), events.collect());
    }
    json
}

/// A message as JSON.
pub fn message_json(m: &MessageRow, view: &View) -> Value {
    json!({
        "message": m.id,
        "contact": m.contact.to_string(),
        "line": m.line,
        "queue": m.queue,
        "caller": m.caller.as_ref().map(|c| view.number(c)),
        "taken": stamp(m.taken),
        "length_ms": m.length.as_millis() as u64,
        "file": m.file,
        "recovered": m.recovered,
    })
}

/// What happened, in words.
fn words(event: &Event, view: &View) -> String {
    match event {
        Event::Started {
            dialled, caller, ..
        } => format!("{} calls {}", view.number(caller), clean(dialled)),
        Event::Answered => "answered".into(),
        Event::Step { step } => step_words(step),
        Event::Entry { name, value } => match value {
            EntryValue::Clear(text) if view.reveal => {
                format!("learned {}: {}", clean(name), clean(text))
            }
            EntryValue::Clear(_) => format!("learned {}: {} characters", clean(name), value.len()),
            EntryValue::Masked(n) => {
                format!("learned {}: {n} characters (sensitive)", clean(name))
            }
        },
        Event::Queued { queue, reason, .. } => clean(&format!("to queue {queue}: {reason}")),
        Event::Overflowed { queue, cause, to } => {
            let cause = match cause {
                OverflowCause::Full => "is full",
                OverflowCause::Unstaffed => "has nobody signed in",
                OverflowCause::WaitedTooLong => "took too long",
                OverflowCause::Asked => "was left by choice",
                OverflowCause::Stopping => "is closing",
            };
            let to = match to {
                OverflowStep::Queue(q) => format!("on to {q}"),
                OverflowStep::Outside(number) => format!("on to {number}"),
                OverflowStep::Callback => "a callback is offered".into(),
                OverflowStep::Message => "a message is offered".into(),
            };
            clean(&format!("{queue} {cause}; {to}"))
        }
        Event::Recording { step } => clean(&step.words()),
        Event::Said { .. }
        | Event::Approval { .. }
        | Event::Consulted { .. }
        | Event::Joined { .. }
        | Event::Parted { .. } => clean(&people::words(event)),
        Event::LookedBack => "back to self-service, place kept".into(),
        Event::Offered { agent } => clean(&format!("{agent}'s phone rings")),
        Event::Missed { agent, cause } => {
            let cause = match cause {
                NotAnswered::NoAnswer => "did not answer",
                NotAnswered::Busy => "is busy",
                NotAnswered::Refused => "refused",
                NotAnswered::Unreachable => "can not be reached",
            };
            clean(&format!("{agent} {cause}"))
        }
        Event::Connected { agent } => clean(&format!("talks to {agent}")),
        Event::Held { by } => format!("{} puts the other on hold", party(*by)),
        Event::Resumed { by } => format!("{} ends the hold", party(*by)),
        Event::TalkEnded { agent } => clean(&format!("{agent} ended the talk")),
        Event::AgentLost { agent, sign } => {
            let sign = match sign {
                LostSign::NoAck => "no ACK",
                LostSign::SessionTimer => "session timer",
                LostSign::NoAnswer => "no answer from the phone",
                LostSign::Transport => "connection closed",
                LostSign::RtpSilent => "no voice packets",
            };
            clean(&format!("{agent} was lost ({sign})"))
        }
        Event::TransferStarted { agent, to } => {
            clean(&format!("{agent} hands on to {}", target(to, view)))
        }
        Event::TransferFailed { to, status } => {
            let status = status.map(|s| format!(" ({s})")).unwrap_or_default();
            clean(&format!(
                "could not be handed on to {}{status}",
                target(to, view)
            ))
        }
        Event::Transferred { to } => clean(&format!("handed on to {}", target(to, view))),
        Event::MessageStored { message, length } => {
            format!("message {message} stored, {}", clock(*length))
        }
        Event::CallbackStored {
            callback,
            before: false,
        } => format!("callback {callback} stored"),
        Event::CallbackStored {
            callback,
            before: true,
        } => format!("callback {callback} was stored before, and stands"),
        Event::Judged {
            survey,
            question,
            answer,
            low,
            high,
        } => clean(&format!(
            "at {survey} answered {question}: {answer} ({low} to {high})"
        )),
        Event::LetterStored { letter } => format!("follow-up {letter} stored, to be sent"),
        Event::WrappedUp { agent, code, note } => {
            let code = code.as_deref().unwrap_or("without a code");
            let note = note.as_deref().map(|n| format!(": {n}"));
            clean(&format!(
                "{agent} wrote up {code}{}",
                note.unwrap_or_default()
            ))
        }
        Event::CallingBack {
            callback, first, ..
        } => format!("callback {callback}, asked for in {first}"),
        Event::CalledInVain {
            number: Some(number),
            cause,
        } => format!("{number} was not reached: {cause:?}"),
        Event::CalledInVain {
            number: None,
            cause,
        } => format!("the customer was not reached: {cause:?}"),
        Event::CallbackCancelled { callback } => format!("callback {callback} cancelled"),
        Event::Fault { what } => clean(&format!("fault: {what}")),
        Event::Media { leg, figures: f } => {
            let codec = f.codec.map(|c| format!(" ({})", c.name()));
            let mut s = format!(
                "{}'s voice{}: {} packets in, {} lost, {} out, jitter {:.1} ms",
                party(*leg),
                codec.unwrap_or_default(),
                f.received,
                f.lost,
                f.sent,
                f.jitter_ms
            );
            if let Some(ms) = f.round_trip_ms {
                s.push_str(&format!(", round trip {ms} ms"));
            }
            if f.recording_lost_ms > 0 {
                s.push_str(&format!(", {} ms of recording lost", f.recording_lost_ms));
            }
            s
        }
        Event::Ended { verdict: v } => verdict(v, view),
    }
}

fn step_words(step: &Step) -> String {
    let node = clean(step.node.as_str());
    match &step.what {
        StepKind::Entered { label } => format!("at {node}: {}", clean(label)),
        StepKind::Pressed { key } => format!("at {node} pressed {key}"),
        StepKind::Wrong { key } => format!("at {node} pressed {key}, which means nothing there"),
        StepKind::Silent => format!("at {node} said nothing"),
        StepKind::Collected { digits } => format!("at {node} entered {digits} digits"),
        StepKind::Language { language } => format!("at {node} chose {}", clean(language.as_str())),
        StepKind::Answered { found: true } => format!("at {node} the web service answered"),
        StepKind::Answered { found: false } => format!("at {node} the web service knew nothing"),
        StepKind::Tried { step, answer } => {
            format!("at {node} answered {}: {answer}", clean(step))
        }
        StepKind::Failed { what } => format!("at {node} failed: {}", clean(what)),
    }
}

fn verdict(v: &Verdict, view: &View) -> String {
    match v {
        Verdict::TransferredOut { to } => clean(&format!("transferred to {}", target(to, view))),
        Verdict::CallerHungUp { .. }
        | Verdict::CallerGone { .. }
        | Verdict::Goodbye { .. }
        | Verdict::AgentEnded { .. }
        | Verdict::MessageStored { .. }
        | Verdict::CallbackStored { .. }
        | Verdict::Refused { .. }
        | Verdict::SetupFailed { .. }
        | Verdict::NotReached
        | Verdict::ServerStopped { .. }
        | Verdict::ServerLost
        | Verdict::Fault { .. } => clean(&v.to_string()),
    }
}

fn target(to: &TransferTo, view: &View) -> String {
    match to {
        TransferTo::Number { number } => view.number(number),
        TransferTo::Agent { .. } | TransferTo::Queue { .. } => to.to_string(),
    }
}

fn party(p: Party) -> &'static str {
    match p {
        Party::Caller => "caller",
        Party::Agent => "agent",
    }
}

fn state(s: &AgentState) -> String {
    match s {
        AgentState::Offline => "offline".into(),
        AgentState::Ready => "ready".into(),
        AgentState::Paused { reason } => clean(&format!("paused ({reason})")),
        AgentState::Offered => "offered".into(),
        AgentState::Talking => "talking".into(),
        AgentState::Engaged => "engaged".into(),
        AgentState::WrapUp => "wrap-up".into(),
        AgentState::Missed => "missed".into(),
    }
}

/// `m:ss`, or `h:mm:ss`.
pub fn clock(d: Duration) -> String {
    let s = d.as_secs();
    match s / 3_600 {
        0 => format!("{}:{:02}", s / 60, s % 60),
        h => format!("{h}:{:02}:{:02}", s / 60 % 60, s % 60),
    }
}

fn stamp(at: Wall) -> Option<String> {
    let t = Timestamp::from_millisecond(at.unix_millis()).ok()?;
    Some(t.to_string())
}

/// Without what could steer a terminal: callers choose their names.
pub fn clean(s: &str) -> String {
    s.chars()
        .map(|c| if c.is_control() { '?' } else { c })
        .collect()
}

/// Cells under their heads, in columns.
pub fn table<const N: usize>(head: &[&str; N], lines: impl Iterator<Item = [String; N]>) -> String {
    let lines: Vec<[String; N]> = lines.collect();
    let wide = |s: &str| s.chars().count();
    let widths: [usize; N] = std::array::from_fn(|i| {
        let cells = lines.iter().map(|l| wide(&l[i]));
        cells.chain([wide(head[i])]).max().unwrap_or(0)
    });
    let mut out = String::new();
    let mut row = |cells: [&str; N]| {
        let mut line = String::new();
        for (cell, width) in cells.iter().zip(widths) {
            line.push_str(cell);
            line.extend(std::iter::repeat_n(' ', width + 2 - wide(cell)));
        }
        out.push_str(line.trim_end());
        out.push('\n');
    };
    row(*head);
    for l in &lines {
        row(std::array::from_fn(|i| l[i].as_str()));
    }
    out
}

#[cfg(test)]
mod tests;
