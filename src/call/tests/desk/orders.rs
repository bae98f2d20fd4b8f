//! Words about orders from a desk.

use tokio::sync::oneshot;

use super::Desk;
use crate::call::event::{CallEvent, Location};
use crate::call::order::{Asked, Lead, Order, Refusal, Reply, Talk};
use crate::ids::{AgentId, ContactId, PhoneNumber, QueueName};
use crate::now::Wall;
use crate::record::timeline::Presence;
use crate::sip::leg::Contact;

impl Desk {
    /// `order …`, by whoever leads; `order … as AGENT`, by an agent; `order … at N`, if the talk is
    /// at that version. `None`: no word of these.
    pub(super) fn of_orders(&mut self, words: &[&str]) -> Option<CallEvent> {
        let (words, agent) = match words {
            [words @ .., "as", agent] => (words, Some(AgentId::new(agent))),
            words => (words, None),
        };
        let (words, version) = match words {
            [words @ .., "at", version] => (words, version.parse().ok()),
            words => (words, None),
        };
        let lead = |agent: &str, n: &str| Lead {
            agent: AgentId::new(agent),
            contacts: contacts(agent, n),
        };
        let order = match words {
            ["look"] => Order::Look,
            ["hold"] => Order::Hold,
            ["resume"] => Order::Resume,
            ["complete"] => Order::Complete,
            ["cancel"] => Order::Cancel,
            ["three"] => Order::Confer,
            ["hang-up"] => Order::HangUp,
            ["transfer", to @ ..] => Order::Transfer(target(to)?),
            ["consult", to @ ..] => Order::Consult {
                to: target(to)?,
                contact: ContactId::new(
                    Wall::from_unix_millis(1_795_000_000_000),
                    super::agents::SIDE,
                ),
            },
            ["listen", agent, n] => Order::Join(lead(agent, n), Presence::Listens),
            ["whisper", agent, n] => Order::Join(lead(agent, n), Presence::Whispers),
            ["barge", agent, n] => Order::Join(lead(agent, n), Presence::Talks),
            ["take-over", agent, n] => Order::TakeOver(lead(agent, n)),
            ["leave", agent] => Order::Part(AgentId::new(agent)),
            _ => return None,
        };
        // Whoever asks does not wait here.
        let reply = Reply(oneshot::channel().0);
        Some(CallEvent::Ordered(Box::new(Asked {
            agent,
            version,
            order,
            reply,
        })))
    }
}

/// The answer, in words.
pub(super) fn answer(told: Result<Talk, Refusal>) -> String {
    match told {
        Ok(talk) => {
            let mut out = "done:".to_owned();
            match talk.with {
                Some(who) => out.push_str(&format!(" with {who}")),
                None => out.push_str(" with nobody"),
            }
            for (is, word) in [
                (talk.on_hold, " on hold"),
                (talk.held_by_phone, " held by the phone"),
                (talk.transferring, " transferring"),
            ] {
                if is {
                    out.push_str(word);
                }
            }
            if let Some((who, talks)) = talk.asks {
                let how = if talks { "talks to" } else { "rings" };
                out.push_str(&format!(" {how} {who}"));
            }
            for other in talk.others {
                let part = other
                    .part
                    .map_or("takes over".to_owned(), |p| format!("{p:?}"));
                let rings = if other.rings { " soon" } else { "" };
                out.push_str(&format!(", {} {part}{rings}", other.who));
            }
            out
        }
        Err(Refusal::Changed) => "refused: changed".to_owned(),
        Err(Refusal::NotNow { what, .. }) => format!("refused: {what}"),
    }
}

fn contacts(agent: &str, n: &str) -> Vec<Contact> {
    let contact = |i| Contact {
        uri: format!("sip:{agent}@127.0.2.{i}"),
        path: vec![],
        flow: None,
    };
    (0..n.parse().unwrap_or(0)).map(contact).collect()
}

fn target(words: &[&str]) -> Option<Location> {
    Some(match words {
        ["agent", agent, n] => Location::Agent(AgentId::new(agent), contacts(agent, n)),
        ["queue", queue] => Location::Queue(QueueName::new(queue)),
        ["outside", number] => Location::Outside {
            trunk: "t".into(),
            number: PhoneNumber::new(number),
        },
        ["line", line] => Location::Line((*line).into()),
        _ => return None,
    })
}
