//! The shortest story that still leads to the dead end: leaves out callers, acts and faults one
//! by one for as long as it stays one.

use std::sync::Arc;
use std::time::Duration;

use super::{DeadEnd, Scenario, play};
use crate::rehearse::house::House;
use crate::rehearse::world::{Ring, World};

/// More is not tried.
const MOST_TRIES: usize = 2_000;

/// A smaller scenario with a dead end of the same kind.
pub fn shrink(house: &Arc<House>, scenario: &Scenario, dead_end: &DeadEnd) -> Scenario {
    let mut best = scenario.clone();
    let mut tries = 0;
    loop {
        let mut smaller = false;
        let mut at = 0;
        // After each success the next candidate stands at the same place.
        while let Some(candidate) = candidate(&best, at) {
            tries += 1;
            if tries > MOST_TRIES {
                return best;
            }
            let played = play(house, &candidate);
            if played.dead_end.is_some_and(|d| d.is_like(dead_end)) {
                best = candidate;
                smaller = true;
            } else {
                at += 1;
            }
        }
        if !smaller {
            return best;
        }
    }
}

/// The scenario without its piece number `at`; `None`: there are no more pieces.
fn candidate(scenario: &Scenario, at: usize) -> Option<Scenario> {
    let mut left = at;
    let mut small = scenario.clone();
    if small.callers.len() > 1 {
        if left < small.callers.len() {
            small.callers.remove(left);
            return Some(small);
        }
        left -= small.callers.len();
    }
    for caller in &mut small.callers {
        // The second half first, then one by one.
        if caller.acts.len() > 3 {
            if left == 0 {
                caller.acts.truncate(caller.acts.len() / 2);
                return Some(small);
            }
            left -= 1;
        }
        if left < caller.acts.len() {
            caller.acts.remove(left);
            return Some(small);
        }
        left -= caller.acts.len();
        for (pause, _) in &mut caller.acts {
            if *pause > Duration::from_secs(1) {
                if left == 0 {
                    *pause /= 2;
                    return Some(small);
                }
                left -= 1;
            }
        }
        if !caller.speaks.is_zero() {
            if left == 0 {
                caller.speaks = Duration::ZERO;
                return Some(small);
            }
            left -= 1;
        }
    }
    without(&mut small.world, left).then_some(small)
}

/// Makes the world simpler in its way number `left`; false: there is no such way.
fn without(world: &mut World, left: usize) -> bool {
    let mut ways = Countdown(left);
    for i in 0..world.agents.len() {
        if ways.take() {
            world.agents.remove(i);
            return true;
        }
        let plan = &mut world.agents[i];
        for j in 0..plan.rings.len() {
            if ways.take() {
                plan.rings.remove(j);
                return true;
            }
        }
        if plan.until.is_some() && ways.take() {
            plan.until = None;
            return true;
        }
        if !plan.from.is_zero() && ways.take() {
            plan.from = Duration::ZERO;
            return true;
        }
        if plan.then != Ring::usual() && ways.take() {
            plan.then = Ring::usual();
            return true;
        }
    }
    pop(&mut world.replies, &mut ways)
        || pop(&mut world.outside, &mut ways)
        || pop(&mut world.store, &mut ways)
        || pop(&mut world.plays, &mut ways)
        || pop(&mut world.missing, &mut ways)
        || clear(&mut world.room, &mut ways)
        || clear(&mut world.max_wait, &mut ways)
        || clear(&mut world.no_ports, &mut ways)
        || clear(&mut world.chained, &mut ways)
        || clear(&mut world.sent_out, &mut ways)
        || clear(&mut world.ring_all, &mut ways)
        || clear(&mut world.wait_unstaffed, &mut ways)
        || clear(&mut world.no_ack, &mut ways)
}

struct Countdown(usize);

impl Countdown {
    /// Whether it is this one's turn.
    fn take(&mut self) -> bool {
        let now = self.0 == 0;
        self.0 = self.0.saturating_sub(1);
        now
    }
}

/// Leaves out one of a list; those behind it move up.
fn pop<T>(list: &mut Vec<T>, ways: &mut Countdown) -> bool {
    for i in 0..list.len() {
        if ways.take() {
            list.remove(i);
            return true;
        }
    }
    false
}

fn clear<T: Default + PartialEq>(value: &mut T, ways: &mut Countdown) -> bool {
    if *value != T::default() && ways.take() {
        *value = T::default();
        return true;
    }
    false
}
