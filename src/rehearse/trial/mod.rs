//! The operator's own tests: what a caller does, and what the line should do.

mod read;
mod run;
mod steps;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

pub use read::{keys, local, read};
pub use run::{Failure, Run, run};

use super::world::Service;
use crate::ids::{Key, NodeName, PhoneNumber, QueueName};
use crate::menu::mistake::Mistake;
use crate::menu::tree::Line;
use crate::now::Wall;

/// Where something stands in a file, to be told with what is wrong there.
type Spot = Mistake;

/// One test.
#[derive(Clone, Debug)]
pub struct Trial {
    /// Its name.
    pub name: String,
    /// The line that is called.
    pub line: Arc<Line>,
    spot: Spot,
    dialled: PhoneNumber,
    from: Option<PhoneNumber>,
    at: Wall,
    agents: Agents,
    services: BTreeMap<NodeName, Service>,
    outside: Outside,
    store_fails: bool,
    steps: Vec<(Step, Spot)>,
    reaches: Option<(Goal, Spot)>,
    reason: Option<(String, Spot)>,
    path: Option<(Vec<String>, Spot)>,
    says: Vec<(String, Spot)>,
    entries: Vec<(String, String, Spot)>,
    language: Option<(String, Spot)>,
}

impl Trial {
    /// The file that it is in.
    pub fn file(&self) -> &str {
        &self.spot.file
    }

    /// The line of the file that it begins in, from 1.
    pub fn row(&self) -> usize {
        self.spot.line
    }
}

/// What outside numbers do when they are called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outside {
    /// They answer, and talk for a minute.
    Ready,
    Busy,
    /// They ring, and nobody answers.
    Silent,
}

/// Who is at the phones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Agents {
    /// All; each answers after 3 s.
    Ready,
    /// Nobody is signed in.
    None,
    /// All are signed in; nobody answers.
    Silent,
}

/// What the caller does, or what is looked at.
#[derive(Clone, Debug, PartialEq)]
enum Step {
    Hear(String),
    Press(Vec<Key>),
    Silence,
    Wait(Duration),
    Speak(Duration),
    AtNode(NodeName),
    Fault,
    HangUp,
}

/// Where a call should come to.
#[derive(Clone, Debug, PartialEq)]
enum Goal {
    Queue(QueueName),
    Agent,
    /// Somebody who was called by a `dial`.
    Outside,
    Message,
    Goodbye,
}
