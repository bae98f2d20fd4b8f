//! What a line came to, and where on it callers wanted a person or gave up.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::{Serialize, Serializer};

use super::path::Path;
use super::queue::whole;
use super::{Contact, later};
use crate::ids::{Key, NodeName};
use crate::menu::outcome::{Reason, StepKind};
use crate::now::Wall;
use crate::record::facts::{Containment, Facts};
use crate::record::timeline::{Entry, Event, Timeline};

/// What came of those who called a line.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct LineFigures {
    /// Who called.
    pub contacts: u64,
    /// What became of them; who is still here is not in it.
    pub ends: BTreeMap<Containment, u64>,
    /// Came to a person or a promise because they asked for one (key 0).
    pub asked: u64,
    /// Because the menu leads there.
    pub routed: u64,
    /// Because they said nothing, pressed wrong keys, or something of ours failed: forced out of
    /// self-service.
    pub forced: u64,
    /// Calls that were answered.
    pub taken: u64,
    /// Of these, those that came to a node or a queue: from the first one on 0 reaches a person, and
    /// each menu says so.
    pub offered: u64,
    /// What it cost to come to a person.
    pub effort: Effort,
    /// Whether one contact was enough.
    pub resolution: Resolution,
    /// By node.
    pub nodes: BTreeMap<NodeName, NodeFigures>,
}

/// Whether one contact was enough: of those who were helped (by a person, or by themselves) and whose
/// number is known.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Resolution {
    /// Did not call again in time.
    pub resolved: u64,
    /// Called again.
    pub repeated: u64,
    /// Too early to tell.
    pub open: u64,
}

impl Resolution {
    /// First-contact resolution, from 0 to 1.
    pub fn rate(&self) -> Option<f64> {
        super::share(self.resolved, self.resolved + self.repeated)
    }
}

/// What it cost callers to come to a person: until the first queue.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Effort {
    /// So many came to one.
    pub people: u64,
    /// Keys pressed before, the 0 included.
    pub keys: u64,
    /// Time before, milliseconds.
    pub before_ms: u64,
}

impl Effort {
    /// Keys to a person, on average.
    pub fn mean_keys(&self) -> Option<f64> {
        super::share(self.keys, self.people)
    }

    /// Time to a person's queue, on average, milliseconds.
    pub fn mean_ms(&self) -> Option<u64> {
        self.before_ms.checked_div(self.people)
    }

    fn add(&mut self, timeline: &Timeline) {
        let mut keys = 0;
        for entry in timeline.entries() {
            if let Event::Step { step } = &entry.event {
                keys += match &step.what {
                    StepKind::Pressed { key } if *key == Key::ZERO => 0,
                    StepKind::Pressed { .. } | StepKind::Wrong { .. } => 1,
                    StepKind::Collected { digits } => *digits as u64,
                    StepKind::Entered { .. }
                    | StepKind::Silent
                    | StepKind::Failed { .. }
                    | StepKind::Language { .. }
                    | StepKind::Answered { .. }
                    | StepKind::Tried { .. } => 0,
                };
            }
            if let Event::Queued { reason, .. } = &entry.event {
                self.people += 1;
                // The 0 itself is told by the reason.
                self.keys += keys + u64::from(*reason == Reason::Asked);
                self.before_ms += whole(entry.at);
                return;
            }
        }
    }
}

/// What happened at a node.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct NodeFigures {
    /// Callers who came here, each time counted.
    pub entered: u64,
    /// Came here again in the same contact, or had it said again by 9.
    pub again: u64,
    /// Pressed 0 here.
    pub asked: u64,
    /// Hung up here.
    pub gave_up: u64,
    /// Went to a person from here because of silence, wrong keys or a fault.
    pub forced: u64,
    /// Times when nothing was pressed in time.
    pub silences: u64,
    /// Keys that mean nothing here.
    pub wrong_keys: u64,
    /// Failures of ours.
    pub faults: u64,
    /// How long callers were here, all together.
    #[serde(rename = "time_ms", serialize_with = "millis")]
    pub time: Duration,
}

fn millis<S: Serializer>(time: &Duration, s: S) -> Result<S::Ok, S::Error> {
    s.serialize_u64(super::queue::whole(*time))
}

impl LineFigures {
    pub(super) fn add(&mut self, contact: &Contact<'_>, path: &Path, within: Duration, now: Wall) {
        self.contacts += 1;
        let entries = contact.timeline.entries();
        let end = Facts::of(entries).containment();
        if let Some(end) = end {
            *self.ends.entry(end).or_default() += 1;
        }
        let taken = entries.iter().any(|e| matches!(e.event, Event::Answered));
        let inside = |e: &Entry| matches!(e.event, Event::Step { .. } | Event::Queued { .. });
        self.taken += u64::from(taken);
        self.offered += u64::from(taken && entries.iter().any(inside));
        self.effort.add(contact.timeline);
        if let Some(stay) = path.stays.first() {
            match stay.reason {
                Reason::Asked => self.asked += 1,
                Reason::Routed | Reason::Transferred | Reason::Callback => self.routed += 1,
                Reason::Silence | Reason::WrongKeys | Reason::Fault { .. } => self.forced += 1,
            }
        }
        if contact.known && matches!(end, Some(Containment::Solved | Containment::ToPerson)) {
            self.resolve(contact, within, now);
        }
        self.walk(contact, end);
    }

    fn resolve(&mut self, contact: &Contact<'_>, within: Duration, now: Wall) {
        let until = later(contact.timeline.started, within);
        let told = &mut self.resolution;
        match contact.next {
            Some(next) if next <= until => told.repeated += 1,
            Some(_) => told.resolved += 1,
            None if now < until => told.open += 1,
            None => told.resolved += 1,
        }
    }

    /// Node by node.
    fn walk(&mut self, contact: &Contact<'_>, end: Option<Containment>) {
        let mut here: Option<NodeName> = None;
        let mut seen = BTreeSet::new();
        let mut nine = None;
        let mut since = Duration::ZERO;
        for entry in contact.timeline.entries() {
            let leaves = match &entry.event {
                Event::Step { step } => here.as_ref() != Some(&step.node),
                Event::Queued { .. } | Event::Ended { .. } => true,
                _ => false,
            };
            if leaves {
                if let Some(node) = &here {
                    let node = self.nodes.entry(node.clone()).or_default();
                    node.time += entry.at.saturating_sub(since);
                }
                since = entry.at;
            }
            match &entry.event {
                Event::Step { step } => {
                    let enters = matches!(step.what, StepKind::Entered { .. });
                    // A 9 that the operator gave another meaning leads somewhere.
                    if let Some(node) = nine.take().filter(|_| !enters) {
                        self.nodes.entry(node).or_default().again += 1;
                    }
                    let node = self.nodes.entry(step.node.clone()).or_default();
                    match &step.what {
                        StepKind::Entered { .. } => {
                            node.entered += 1;
                            node.again += u64::from(!seen.insert(step.node.clone()));
                        }
                        StepKind::Pressed { key } if key.as_char() == '9' => {
                            nine = Some(step.node.clone());
                        }
                        StepKind::Silent => node.silences += 1,
                        StepKind::Wrong { .. } => node.wrong_keys += 1,
                        StepKind::Failed { .. } => node.faults += 1,
                        StepKind::Pressed { .. }
                        | StepKind::Collected { .. }
                        | StepKind::Language { .. }
                        | StepKind::Answered { .. }
                        | StepKind::Tried { .. } => {}
                    }
                    here = Some(step.node.clone());
                }
                Event::Queued { reason, .. } => {
                    if let Some(node) = here.take() {
                        let node = self.nodes.entry(node).or_default();
                        match reason {
                            Reason::Asked => node.asked += 1,
                            Reason::Silence | Reason::WrongKeys | Reason::Fault { .. } => {
                                node.forced += 1;
                            }
                            Reason::Routed | Reason::Transferred | Reason::Callback => {}
                        }
                    }
                }
                Event::Ended { .. } => {
                    if let (Some(node), Some(Containment::GaveUp)) = (here.take(), end) {
                        self.nodes.entry(node).or_default().gave_up += 1;
                    }
                }
                Event::Started { .. }
                | Event::Answered
                | Event::Entry { .. }
                | Event::Judged { .. }
                | Event::Overflowed { .. }
                | Event::LookedBack
                | Event::Offered { .. }
                | Event::Missed { .. }
                | Event::Connected { .. }
                | Event::Held { .. }
                | Event::Resumed { .. }
                | Event::AgentLost { .. }
                | Event::TalkEnded { .. }
                | Event::TransferStarted { .. }
                | Event::TransferFailed { .. }
                | Event::Transferred { .. }
                | Event::MessageStored { .. }
                | Event::CallbackStored { .. }
                | Event::CallingBack { .. }
                | Event::CalledInVain { .. }
                | Event::CallbackCancelled { .. }
                | Event::Consulted { .. }
                | Event::Said { .. }
                | Event::Approval { .. }
                | Event::Joined { .. }
                | Event::Parted { .. }
                | Event::Recording { .. }
                | Event::WrappedUp { .. }
                | Event::LetterStored { .. }
                | Event::Fault { .. }
                | Event::Media { .. } => {}
            }
        }
    }
}
