//! The web services that lines ask.

use std::time::Duration;

use serde_json::{Map, Value as Json, json};

use super::Stage;
use super::agenda::Due;
use crate::call::event::CallEvent;
use crate::ids::NodeName;
use crate::menu::outcome::{AskId, WebReply, WebRequest};
use crate::menu::tree::{Ask, Kind, Line};
use crate::menu::value::ValueKind;
use crate::rehearse::moment::Happening;
use crate::rehearse::world::Service;

/// How long it takes to find out that nobody is there.
const REFUSED: Duration = Duration::from_millis(20);

impl Stage {
    pub(super) fn ask(&mut self, n: usize, ask: AskId, request: WebRequest) {
        let node = self.callers[n].node.clone().unwrap_or_else(|| "?".into());
        let serial = self.asked;
        self.asked += 1;
        let planned = self.world.services.get(&node).cloned();
        let service = planned
            .or_else(|| self.world.replies.get(serial).cloned())
            .unwrap_or_else(|| self.world.otherwise.clone());
        self.tell(Some(n), Happening::Asks { node: node.clone() });
        let timeout = request.timeout;
        if let Some(within) = self.fails(n, &node, &service, timeout) {
            self.fails_to_answer(n, &node, within);
        }
        let (after, reply) = match service {
            Service::Answers {
                after,
                status,
                body,
            } => (after, Ok(WebReply { status, body })),
            Service::Fits(after, variant) => {
                let walk = self.callers[n].call.walk();
                let body = walk.and_then(|w| fitting(w.line(), &node, variant));
                let body = body.unwrap_or_default();
                (after, Ok(WebReply { status: 200, body }))
            }
            Service::Dead => (REFUSED, Err("failed: can not connect".to_owned())),
            Service::Garbage => {
                let body = b"<html>no, not today</html>".to_vec();
                (REFUSED, Ok(WebReply { status: 200, body }))
            }
            // The client gives up by itself when too much comes.
            Service::Endless => (
                timeout / 2,
                Err("failed: the answer is too long".to_owned()),
            ),
            Service::Late => {
                let body = b"{}".to_vec();
                let after = timeout + Duration::from_millis(500);
                (after, Ok(WebReply { status: 200, body }))
            }
            Service::Slow => return,
            Service::Outside => {
                self.callers[n].outside = Some((ask, request));
                return;
            }
        };
        self.later(after, Due::Tell(n, CallEvent::Reply(ask, reply)));
    }

    /// By when it is clear to the call that this service fails; `None`: it does not, or that
    /// depends on what it answers.
    fn fails(
        &self,
        n: usize,
        node: &NodeName,
        service: &Service,
        timeout: Duration,
    ) -> Option<Duration> {
        let line = self.walk(n)?.line();
        let reads = ask_at(line, node).is_some_and(|ask| !ask.fields.is_empty());
        match service {
            Service::Dead => Some(REFUSED),
            Service::Garbage => reads.then_some(REFUSED),
            Service::Endless => Some(timeout / 2),
            Service::Slow | Service::Late => Some(timeout),
            Service::Answers { after, status, .. } => match status {
                404 | 200..=299 => None,
                _ => Some(timeout.min(*after)),
            },
            Service::Fits(..) | Service::Outside => None,
        }
    }

    /// The answer is there; whether anybody still waits for it, the call knows.
    pub(super) fn replied(&mut self, n: usize, ask: AskId, reply: Result<WebReply, String>) {
        let told = match &reply {
            Ok(reply) => format!("answered with status {}", reply.status),
            Err(what) => what.clone(),
        };
        self.tell(Some(n), Happening::Reply(told));
        self.give(n, CallEvent::Reply(ask, reply));
    }
}

fn ask_at<'l>(line: &'l Line, node: &NodeName) -> Option<&'l Ask> {
    let (_, found) = line.nodes().find(|(_, n)| n.name == *node)?;
    let Kind::Ask(ask) = &found.kind else {
        return None;
    };
    Some(ask)
}

/// An answer with values of the types that the node wants, chosen by a number; sometimes
/// without one that must be there.
fn fitting(line: &Line, node: &NodeName, variant: u64) -> Option<Vec<u8>> {
    let Ask { fields, .. } = ask_at(line, node)?;
    let mut whole = Json::Object(Map::new());
    for (i, field) in fields.iter().enumerate() {
        let dice = variant.rotate_left(u32::try_from(7 * i % 64).unwrap_or(0));
        if dice % 8 == 7 {
            continue;
        }
        let kind = line.variable(field.into)?.kind;
        let mut at = &mut whole;
        for name in &field.path {
            if !at.is_object() {
                *at = Json::Object(Map::new());
            }
            at = at
                .as_object_mut()?
                .entry(name.clone())
                .or_insert(Json::Null);
        }
        *at = sample(kind, dice >> 3);
    }
    serde_json::to_vec(&whole).ok()
}

fn sample(kind: ValueKind, dice: u64) -> Json {
    let pick = |all: [Json; 4]| all[usize::try_from(dice % 4).unwrap_or(0)].clone();
    match kind {
        ValueKind::Digits => pick([json!("12345678"), json!("0"), json!("42"), json!("0049 30")]),
        ValueKind::Text => pick([json!("gold"), json!("A-17"), json!("silver"), json!("open")]),
        ValueKind::Number => pick([json!(0), json!(1), json!(-5), json!(40_000)]),
        ValueKind::Money(_) => pick([json!("0.00"), json!("12.50"), json!(-3.5), json!(99_999)]),
        ValueKind::Date => pick([
            json!("2026-12-24"),
            json!("2024-02-29"),
            json!("1999-01-01"),
            json!("2030-06-30"),
        ]),
        ValueKind::Time => pick([
            json!("09:00"),
            json!("23:59"),
            json!("00:00"),
            json!("12:30"),
        ]),
        ValueKind::Flag => pick([json!(true), json!(false), json!("yes"), json!("no")]),
    }
}
