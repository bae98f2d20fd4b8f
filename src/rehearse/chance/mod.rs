//! Calls and faults made up by chance, as many as one likes: a dead end shows itself, with the
//! number that makes it up again and the shortest story that still leads there.

mod ear;
mod generate;
mod play;
mod shrink;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

#[cfg(test)]
pub(crate) use play::play_watched;
pub use play::{DeadEnd, Played, play};
pub use shrink::shrink;

use super::house::House;
use super::moment::Transcript;
use super::world::World;
use crate::ids::{Key, PhoneNumber};
use crate::menu::tree::Line;
use crate::now::Wall;

/// More dead ends are counted but not told.
const MOST_TOLD: usize = 5;
/// Of a long transcript the beginning and the end are told.
const FIRST_LINES: usize = 40;
const LAST_LINES: usize = 12;

/// One or a few calls and all that happens around them.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// When.
    pub wall: Wall,
    /// What happens around.
    pub world: World,
    /// The callers.
    pub callers: Vec<CallerPlan>,
}

/// What one caller does.
#[derive(Clone, Debug)]
pub struct CallerPlan {
    /// Which line.
    pub line: Arc<Line>,
    /// Who; `None`: withheld.
    pub from: Option<PhoneNumber>,
    /// Calls this long after the start.
    pub at: Duration,
    /// For how long the caller speaks when a message is taken.
    pub speaks: Duration,
    /// What they do, each so long after the one before. Then they wait.
    pub acts: Vec<(Duration, Act)>,
}

/// What a caller does, or what befalls the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Presses a key.
    Press(Key),
    /// Does what asks for a person at this place: that must be heeded at once.
    AskForPerson,
    /// Hangs up.
    HangUp,
    /// The call's task panics.
    Panic,
    /// What plays turns out not to be playable.
    BreakPrompt,
}

impl Scenario {
    /// The one of that number.
    pub fn of(house: &House, lines: &[Arc<Line>], seed: u64) -> Scenario {
        generate::scenario(house, lines, seed)
    }
}

/// What many scenarios came to.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// Calls.
    pub calls: u64,
    /// By the name of their verdict.
    pub ends: BTreeMap<&'static str, u64>,
    /// How often a person was asked for, and heeded.
    pub asked: u64,
    /// How many calls met something that was made to go wrong.
    pub troubled: u64,
    /// How many scenarios led to a dead end.
    pub dead_ends: u64,
    /// The first few of them, ready to print.
    pub told: Vec<String>,
}

impl Tally {
    /// Plays the scenario of that number and counts what comes of it.
    pub fn add(&mut self, house: &Arc<House>, lines: &[Arc<Line>], seed: u64) {
        let scenario = Scenario::of(house, lines, seed);
        let played = play(house, &scenario);
        self.calls += scenario.callers.len() as u64;
        self.asked += played.asked;
        self.troubled += played.troubled;
        for verdict in &played.verdicts {
            *self.ends.entry(verdict).or_default() += 1;
        }
        if let Some(dead_end) = &played.dead_end {
            self.dead_ends += 1;
            if self.told.len() < MOST_TOLD {
                self.told.push(tell(house, &scenario, dead_end, seed));
            }
        }
    }

    /// Both together.
    pub fn merge(&mut self, other: Tally) {
        self.calls += other.calls;
        self.asked += other.asked;
        self.troubled += other.troubled;
        self.dead_ends += other.dead_ends;
        for (end, n) in other.ends {
            *self.ends.entry(end).or_default() += n;
        }
        self.told.extend(other.told);
        self.told.truncate(MOST_TOLD);
    }
}

/// A dead end with its number and the shortest story.
fn tell(house: &Arc<House>, scenario: &Scenario, dead_end: &DeadEnd, seed: u64) -> String {
    let small = shrink(house, scenario, dead_end);
    let played = play(house, &small);
    let transcript = Transcript {
        house,
        moments: &played.moments,
        several: small.callers.len() > 1,
    };
    let what = played.dead_end.as_ref().unwrap_or(dead_end);
    let transcript = transcript.to_string();
    let lines: Vec<&str> = transcript.lines().collect();
    let told = match lines.len().checked_sub(FIRST_LINES + LAST_LINES) {
        None | Some(0) => transcript,
        Some(left_out) => {
            let first = lines[..FIRST_LINES].join("\n");
            let last = lines[FIRST_LINES + left_out..].join("\n");
            format!("{first}\n     ...  ({left_out} more)\n{last}\n")
        }
    };
    format!("seed {seed}: {what}\n{told}")
}
