//! The numbers of the states. Each edge looks one up, so that all of a state is one integer there.

use rustc_hash::FxHashMap;

use crate::check::graph::{At, End, MessageStep, State, StateId};
use crate::menu::walk::situation::{Entered, Phase};

/// The number of each state that is known.
#[derive(Clone, Debug)]
pub(in crate::check) struct Numbers {
    all: FxHashMap<u64, StateId>,
    /// Those asked for last. A few states follow from most keys, and all that are known are far
    /// more than the nearest memory holds.
    recent: Vec<(u64, StateId)>,
}

impl Default for Numbers {
    fn default() -> Numbers {
        Numbers {
            all: FxHashMap::default(),
            // No state is told by this: there are not so many kinds of them.
            recent: vec![(u64::MAX, StateId(0)); 1 << RECENT],
        }
    }
}

/// So many bits choose a place among the recent ones.
const RECENT: u32 = 8;

impl Numbers {
    /// The number of a state.
    #[cfg(test)]
    pub fn get(&self, state: State) -> Option<StateId> {
        self.all.get(&packed(state)).copied()
    }

    /// The number of a state; if it has none, this one.
    pub fn get_or(&mut self, state: State, next: StateId) -> StateId {
        let state = packed(state);
        // The fractional part of the golden ratio spreads what differs in a few bits.
        let at = state.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (u64::BITS - RECENT);
        let recent = self.recent.get_mut(at as usize);
        if let Some((_, id)) = recent.as_ref().filter(|(known, _)| *known == state) {
            return *id;
        }
        let id = *self.all.entry(state).or_insert(next);
        if let Some(recent) = recent {
            *recent = (state, id);
        }
        id
    }
}

/// All of a state in one integer.
fn packed(state: State) -> u64 {
    match state {
        State::Menu(at) => place(at),
        State::Answered => ANSWERED,
        State::Resuming => ANSWERED + 1,
        State::Waiting { queue, tried } => {
            (ANSWERED + 2) | u64::from(queue) << 5 | u64::from(tried) << 21
        }
        State::Message { step, takes } => {
            let step = match step {
                MessageStep::Intro => 0,
                MessageStep::Recording => 1,
                MessageStep::Storing => 2,
                MessageStep::Confirming => 3,
                MessageStep::Ending => 4,
                MessageStep::Asking => 5,
                MessageStep::Choosing => 6,
                MessageStep::Fetching => 7,
                MessageStep::Hearing => 8,
            };
            (ANSWERED + 3) | step << 5 | u64::from(takes) << 21
        }
        State::Outside { queue, tried, step } => {
            let place = u64::from(queue) << 5 | u64::from(tried) << 21 | u64::from(step) << 37;
            (ANSWERED + 5) | place
        }
        State::End(end) => {
            let end = match end {
                End::Goodbye => 0,
                End::Person => 1,
                End::Promise => 2,
                End::HungUp => 3,
                End::Nothing => 4,
            };
            (ANSWERED + 4) | end << 5
        }
    }
}

/// The first that is no phase, in five bits.
const ANSWERED: u64 = 20;

fn place(at: At) -> u64 {
    let At {
        node,
        language,
        phase,
        part,
        digits,
        playing,
        failures,
        starred,
        ahead,
    } = at;
    let phase = match phase {
        Phase::Saying => 0,
        Phase::Choosing => 1,
        Phase::Entering(Entered::Nothing) => 2,
        Phase::Entering(Entered::Zero) => 3,
        Phase::Entering(Entered::Few) => 4,
        Phase::Entering(Entered::Enough) => 5,
        Phase::Confirming => 6,
        Phase::Asking => 7,
        Phase::Dialling => 8,
        Phase::Recalling => 9,
        Phase::Resuming => 10,
        Phase::Stepping => 11,
        Phase::Pausing => 12,
        Phase::Judging => 13,
        Phase::Offering => 14,
        Phase::Finding => 15,
        Phase::Picking => 16,
        Phase::Storing => 17,
        Phase::Promising => 18,
        Phase::Parting => 19,
    };
    // 5 + 16 + 16 + 8 + 8 + 8 + 3 bits: all 64.
    phase
        | (node.place() as u64) << 5
        | u64::from(part) << 21
        | u64::from(language) << 37
        | u64::from(digits) << 45
        | u64::from(failures) << 53
        | u64::from(playing) << 61
        | u64::from(starred) << 62
        | u64::from(ahead) << 63
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::check::tests::{ALL_KINDS, lines};
    use crate::menu::tree::NodeId;

    /// Every mixture of the least and the most that each part of a state can be.
    #[test]
    fn no_two_states_are_told_by_the_same_number() {
        let phases = [
            Phase::Saying,
            Phase::Choosing,
            Phase::Entering(Entered::Nothing),
            Phase::Entering(Entered::Zero),
            Phase::Entering(Entered::Few),
            Phase::Entering(Entered::Enough),
            Phase::Confirming,
            Phase::Asking,
            Phase::Dialling,
            Phase::Recalling,
            Phase::Resuming,
            Phase::Stepping,
            Phase::Pausing,
            Phase::Judging,
            Phase::Offering,
            Phase::Finding,
            Phase::Picking,
            Phase::Storing,
            Phase::Promising,
            Phase::Parting,
        ];
        let steps = [
            MessageStep::Intro,
            MessageStep::Recording,
            MessageStep::Storing,
            MessageStep::Confirming,
        ];
        let ends = [
            End::Goodbye,
            End::Person,
            End::Promise,
            End::HungUp,
            End::Nothing,
        ];
        let (wide, narrow) = ([0, 1, u16::MAX], [0, 1, u8::MAX]);
        let (lines, _) = lines("root", ALL_KINDS);
        let line = lines.iter().next().unwrap();
        let nodes: Vec<NodeId> = line.all_nodes().map(|(id, _)| id).collect();
        let mut states = vec![State::Answered, State::Resuming];
        for (queue, tried) in wide.iter().flat_map(|q| wide.map(|t| (*q, t))) {
            states.push(State::Waiting { queue, tried });
        }
        for (step, takes) in steps.iter().flat_map(|s| narrow.map(|t| (*s, t))) {
            states.push(State::Message { step, takes });
        }
        states.extend(ends.map(State::End));
        let parts = wide.iter().flat_map(|p| narrow.map(|d| (*p, d)));
        for (part, digits) in parts {
            for (language, failures) in narrow.iter().flat_map(|l| narrow.map(|f| (*l, f))) {
                for (flags, phase) in (0..8).flat_map(|b| phases.map(|p| (b, p))) {
                    states.extend([0, 1, nodes.len() - 1].map(|n| {
                        State::Menu(At {
                            node: nodes[n],
                            language,
                            phase,
                            part,
                            digits,
                            playing: flags & 1 != 0,
                            failures,
                            starred: flags & 2 != 0,
                            ahead: flags & 4 != 0,
                        })
                    }));
                }
            }
        }
        let all: HashSet<State> = states.iter().copied().collect();
        assert_eq!(all.len(), states.len());
        let told: HashSet<u64> = states.into_iter().map(packed).collect();
        assert_eq!(told.len(), all.len());
    }
}
