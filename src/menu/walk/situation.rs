//! What the interpreter is doing, as far as the meaning of the next event depends on it, and
//! the one decision in which no node has a say. The checker builds its states from these, so
//! that what it proves and what is done can not drift apart.

use std::time::Duration;

use crate::ids::{Digits, Key};
use crate::menu::tree::{LanguageId, NodeId};

/// How long the store may take to tell where the caller's last call was.
pub const RECALL: Duration = Duration::from_millis(500);
/// How long the store may take to tell which times are taken.
pub const FINDING: Duration = Duration::from_secs(1);
/// A store that has not answered by then has failed.
pub const STORING: Duration = Duration::from_secs(10);

/// What the interpreter is doing at its node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// Speaking: a `say`.
    Saying,
    /// At a menu.
    Choosing,
    /// Taking digits.
    Entering(Entered),
    /// Digits were read back: 1 right, 2 once more.
    Confirming,
    /// A web service is asked.
    Asking,
    /// An outside number is called.
    Dialling,
    /// The store is asked where a guide was left.
    Recalling,
    /// Whether to go on there.
    Resuming,
    /// At a step of a guide.
    Stepping,
    /// The caller takes their time at a step.
    Pausing,
    /// At a question of a survey.
    Judging,
    /// The caller's own number was read out: 1 right, 2 another.
    Offering,
    /// The store is asked which times for a callback are taken.
    Finding,
    /// Times are offered: 1 as soon as possible, 2 and more one of them.
    Picking,
    /// The wish to be called back, or a follow-up, is on its way to the store.
    Storing,
    /// Saying that it is stored.
    Promising,
    /// Saying good-bye.
    Parting,
}

/// How far an entry has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Entered {
    /// No digit yet.
    Nothing,
    /// A 0 alone: the wish for a person, should nothing but `#` or silence follow.
    Zero,
    /// Too few digits.
    Few,
    /// Enough digits, and there may be more.
    Enough,
}

impl Entered {
    /// How far these digits have come; `min` is the fewest that will do.
    pub fn of(digits: &Digits, min: usize) -> Entered {
        match digits.len() {
            0 => Entered::Nothing,
            1 if digits.reveal() == "0" => Entered::Zero,
            n if n < min => Entered::Few,
            _ => Entered::Enough,
        }
    }
}

/// Where a walk stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Situation {
    /// The node.
    pub node: NodeId,
    /// The language of the call.
    pub language: LanguageId,
    /// What is done there.
    pub phase: Phase,
    /// Which step of a guide, or question of a survey; how many times are offered, or whether one
    /// was chosen that is on its way to the store.
    pub part: usize,
    /// How many digits of an entry have been taken, or reminders said in a pause.
    pub digits: usize,
    /// A prompt is playing.
    pub playing: bool,
    /// Failed tries at this node, in this visit.
    pub failures: usize,
    /// The last key was `*`.
    pub starred: bool,
    /// Keys wait for the end of a `say` that lets none through.
    pub ahead: bool,
}

impl Phase {
    /// Whether keys other than 0 and `*` wait there for what follows.
    pub fn keeps_keys(self) -> bool {
        match self {
            Phase::Asking
            | Phase::Dialling
            | Phase::Recalling
            | Phase::Finding
            | Phase::Storing => true,
            Phase::Saying
            | Phase::Choosing
            | Phase::Entering(_)
            | Phase::Confirming
            | Phase::Resuming
            | Phase::Stepping
            | Phase::Pausing
            | Phase::Judging
            | Phase::Offering
            | Phase::Picking
            | Phase::Promising
            | Phase::Parting => false,
        }
    }
}

/// Whether a key asks for a person. The only place that decides it.
///
/// `*0` always does. 0 does, except as a digit of an entry: not the first one, or the first
/// where an entry may begin with 0; there 0 and then `#` does (or silence).
pub fn reaches_person(phase: Phase, starred: bool, leading_zero: bool, key: Key) -> bool {
    if key == Key::ZERO && starred {
        return true;
    }
    match phase {
        Phase::Entering(Entered::Nothing) => key == Key::ZERO && !leading_zero,
        Phase::Entering(Entered::Zero) => key == Key::HASH,
        Phase::Entering(Entered::Few | Entered::Enough) => false,
        Phase::Saying
        | Phase::Choosing
        | Phase::Confirming
        | Phase::Asking
        | Phase::Dialling
        | Phase::Recalling
        | Phase::Resuming
        | Phase::Stepping
        | Phase::Pausing
        | Phase::Judging
        | Phase::Offering
        | Phase::Finding
        | Phase::Picking
        | Phase::Storing
        | Phase::Promising
        | Phase::Parting => key == Key::ZERO,
    }
}
