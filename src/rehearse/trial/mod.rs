//! The operator's own tests: what a caller does, and what the line should do.

mod read;
mod run;
mod steps;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

pub use read::{local, read};
pub use run::{Failure, Run, run};
pub use steps::keys;

use super::world::{Ring, Service};
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

/// Who is at the phones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Agents {
    /// All; each answers after 3 s.
    Ready,
    /// Nobody is signed in.
    None,
    /// All are signed in; nobody answers.
    Silent,
    /// All are signed in, and at work on something else.
    Busy,
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
    /// What becomes of the outside number that is called.
    Dial(Ring),
    Fault,
    HangUp,
}

/// Where a call should come to.
#[derive(Clone, Debug, PartialEq)]
enum Goal {
    Queue(QueueName),
    Agent,
    /// Who answers at an outside number.
    Outside,
    Message,
    /// A stored wish to be called back.
    Callback,
    Goodbye,
}
