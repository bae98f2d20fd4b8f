//! Keeps the SIP messages of calls, masked, where the settings say so (`sip.trace`).
//!
//! The task that owns the SIP sockets hands over what came and went and waits for nothing: bytes are
//! not copied, and what finds no room is not kept. Everything else is done here: which contact a
//! message belongs to, what of it may be kept, and writing it down every other second.

use std::collections::HashMap;
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::mpsc;
use tokio::time::MissedTickBehavior;
use tracing::warn;

use super::clock;
use crate::ids::{ContactId, LegId};
use crate::now::{Mono, Now, Wall};
use crate::sip::flow::Flow;
use crate::sip::trace;
use crate::store::Store;
use crate::store::signalling::SignalMeta;

/// What may wait for the ladder's task.
const WAITING: usize = 8_192;
/// How often what came is written down.
const WRITE: Duration = Duration::from_secs(2);
/// So long after its last message a call that no contact has is forgotten: somebody tries what there
/// is.
const NOBODYS: Duration = Duration::from_secs(60);
/// So long after its last message a call of a contact is forgotten. Session timers speak sooner.
const OVER: Duration = Duration::from_secs(6 * 3600);
/// Calls that are followed at a time.
const CALLS: usize = 20_000;
/// Messages of one call (leg) that are kept.
const MESSAGES: u32 = 200;
/// Messages of a call that no contact has yet.
const EARLY: usize = 24;
/// Messages that are written down at a time.
const AT_ONCE: usize = 256;

/// The way to what is kept. Clones are the same; the default keeps nothing.
#[derive(Clone, Debug, Default)]
pub struct LadderHandle {
    items: Option<mpsc::Sender<Item>>,
}

#[derive(Debug)]
enum Item {
    Said(Said),
    /// A leg has this Call-ID.
    Leg(LegId, Box<str>),
    /// A leg is one of this contact.
    Contact(LegId, ContactId),
}

/// A message on the wire.
#[derive(Debug)]
struct Said {
    at: Wall,
    sent: bool,
    flow: Flow,
    bytes: Bytes,
}

impl LadderHandle {
    /// From now on messages are kept. The task ends when all handles are dropped.
    pub fn start(store: Store) -> LadderHandle {
        let (items, inbox) = mpsc::channel(WAITING);
        tokio::spawn(run(Ladder::default(), inbox, store));
        LadderHandle { items: Some(items) }
    }

    /// This came.
    pub fn came(&self, now: Now, flow: Flow, bytes: &Bytes) {
        self.said(now, false, flow, bytes);
    }

    /// This went.
    pub fn went(&self, now: Now, flow: Flow, bytes: &Bytes) {
        self.said(now, true, flow, bytes);
    }

    /// A leg has this Call-ID.
    pub fn leg(&self, leg: LegId, call_id: &str) {
        if self.items.is_some() {
            self.offer(Item::Leg(leg, call_id.into()));
        }
    }

    /// A leg is one of this contact.
    pub fn contact(&self, leg: LegId, contact: ContactId) {
        if self.items.is_some() {
            self.offer(Item::Contact(leg, contact));
        }
    }

    fn said(&self, now: Now, sent: bool, flow: Flow, bytes: &Bytes) {
        // Most of what is said belongs to no call. Answers to it are told apart later.
        let no_call = bytes.starts_with(b"REGISTER ")
            || bytes.starts_with(b"OPTIONS ")
            || bytes.starts_with(b"\r\n");
        if self.items.is_some() && !no_call {
            self.offer(Item::Said(Said {
                at: now.wall,
                sent,
                flow,
                bytes: bytes.clone(),
            }));
        }
    }

    fn offer(&self, item: Item) {
        let Some(items) = &self.items else { return };
        if items.try_send(item).is_err() {
            metrics::counter!("zeroline_sip_trace_dropped_total").increment(1);
        }
    }
}

async fn run(mut ladder: Ladder, mut inbox: mpsc::Receiver<Item>, store: Store) {
    let mut write = tokio::time::interval(WRITE);
    write.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            item = inbox.recv() => match item {
                Some(item) => ladder.handle(clock::mono(), item),
                None => break,
            },
            _ = write.tick() => {
                ladder.handle_timeout(clock::mono());
                put_away(&mut ladder, &store).await;
            }
        }
    }
    put_away(&mut ladder, &store).await;
}

async fn put_away(ladder: &mut Ladder, store: &Store) {
    loop {
        let some = ladder.take(AT_ONCE);
        if some.is_empty() {
            return;
        }
        let count = some.len();
        if let Err(e) = store.keep_signalling(some).await {
            warn!(error = %e, count, "SIP messages could not be kept");
            return;
        }
    }
}

/// What is followed.
#[derive(Debug, Default)]
struct Ladder {
    /// By Call-ID.
    calls: HashMap<Box<str>, Trail>,
    /// Legs of which one thing is not known yet.
    legs: HashMap<LegId, Half>,
    /// So many legs each contact has had, of those that are followed.
    counts: HashMap<ContactId, u32>,
}

/// A leg of which the Call-ID or the contact is not known yet.
#[derive(Debug)]
struct Half {
    since: Mono,
    call_id: Option<Box<str>>,
    contact: Option<ContactId>,
}

impl Half {
    fn new(since: Mono) -> Half {
        Half {
            since,
            call_id: None,
            contact: None,
        }
    }
}

/// The messages of one Call-ID.
#[derive(Debug)]
struct Trail {
    contact: Option<(ContactId, u32)>,
    party: Option<String>,
    waiting: Vec<Said>,
    kept: u32,
    touched: Mono,
}

impl Ladder {
    fn handle(&mut self, now: Mono, item: Item) {
        match item {
            Item::Said(said) => self.said(now, said),
            Item::Leg(leg, call_id) => {
                self.half(now, leg).call_id = Some(call_id);
                self.meet(now, leg);
            }
            Item::Contact(leg, contact) => {
                self.half(now, leg).contact = Some(contact);
                self.meet(now, leg);
            }
        }
    }

    fn half(&mut self, now: Mono, leg: LegId) -> &mut Half {
        self.legs.entry(leg).or_insert_with(|| Half::new(now))
    }

    fn said(&mut self, now: Mono, said: Said) {
        let Some(call_id) = trace::call_id(&said.bytes) else {
            return;
        };
        if !self.calls.contains_key(call_id) {
            if self.calls.len() >= CALLS {
                return;
            }
            self.calls.insert(call_id.into(), Trail::new(now));
        }
        if let Some(trail) = self.calls.get_mut(call_id) {
            trail.touched = now;
            let room = trail.contact.is_some() || trail.waiting.len() < EARLY;
            if room && trail.kept < MESSAGES {
                trail.kept += 1;
                trail.waiting.push(said);
            }
        }
    }

    /// Once both are known, the call of this leg is the contact's.
    fn meet(&mut self, now: Mono, leg: LegId) {
        let whole = |h: &Half| h.call_id.is_some() && h.contact.is_some();
        if !self.legs.get(&leg).is_some_and(whole) {
            return;
        }
        let Some(Half {
            call_id: Some(call_id),
            contact: Some(contact),
            ..
        }) = self.legs.remove(&leg)
        else {
            return;
        };
        let trail = self.calls.entry(call_id).or_insert_with(|| Trail::new(now));
        if trail.contact.is_none() {
            let count = self.counts.entry(contact).or_default();
            *count += 1;
            trail.contact = Some((contact, *count));
        }
    }

    /// Forgets what is over.
    fn handle_timeout(&mut self, now: Mono) {
        self.legs.retain(|_, half| now.since(half.since) < NOBODYS);
        let before = self.calls.len();
        self.calls.retain(|_, trail| {
            let longest = if trail.contact.is_some() {
                OVER
            } else {
                NOBODYS
            };
            let owed = trail.contact.is_some() && !trail.waiting.is_empty();
            owed || now.since(trail.touched) < longest
        });
        if self.calls.len() < before {
            let there = self.calls.values().filter_map(|t| t.contact);
            let there: std::collections::HashSet<ContactId> = there.map(|(c, _)| c).collect();
            self.counts.retain(|contact, _| there.contains(contact));
        }
    }

    /// What is to be written down next; at most so much and a call more.
    fn take(&mut self, most: usize) -> Vec<SignalMeta> {
        let mut rows = Vec::new();
        for trail in self.calls.values_mut() {
            let Some((contact, leg)) = trail.contact else {
                continue;
            };
            if rows.len() >= most {
                break;
            }
            for said in trail.waiting.drain(..) {
                let Some(shown) = trace::shown(&said.bytes) else {
                    continue;
                };
                let party = trail.party.get_or_insert_with(|| {
                    let theirs = if said.sent { &shown.to } else { &shown.from };
                    theirs.clone().unwrap_or_default()
                });
                rows.push(SignalMeta {
                    contact,
                    leg,
                    at: said.at,
                    sent: said.sent,
                    party: party.clone(),
                    peer: said.flow.remote.to_string(),
                    transport: said.flow.transport.via_word().to_owned(),
                    what: shown.what,
                    method: shown.method,
                    sdp: shown.sdp,
                    message: shown.text,
                });
            }
        }
        rows
    }
}

impl Trail {
    fn new(now: Mono) -> Trail {
        Trail {
            contact: None,
            party: None,
            waiting: Vec::new(),
            kept: 0,
            touched: now,
        }
    }
}

#[cfg(test)]
mod tests;
