//! Several figures as one: queues together, lines together.

use std::ops::AddAssign;

use super::{AgentFigures, LineFigures, NodeFigures, QueueFigures};

impl AddAssign<&QueueFigures> for QueueFigures {
    /// What both aim at is that of the last: only what was counted is a sum.
    fn add_assign(&mut self, other: &QueueFigures) {
        let QueueFigures {
            entered,
            answered,
            in_time,
            abandoned,
            abandoned_short,
            overflowed,
            promised,
            left,
            cut_off,
            waiting,
            missed,
            called_back,
            called_in_vain,
            waits,
            patience,
            longest,
            talks,
            talked,
            held,
            wrapped,
            aim,
        } = other;
        self.entered += entered;
        self.answered += answered;
        self.in_time += in_time;
        self.abandoned += abandoned;
        self.abandoned_short += abandoned_short;
        for (cause, n) in overflowed {
            *self.overflowed.entry(*cause).or_default() += n;
        }
        self.promised += promised;
        self.left += left;
        self.cut_off += cut_off;
        self.waiting += waiting;
        self.missed += missed;
        self.called_back += called_back;
        self.called_in_vain += called_in_vain;
        self.waits.merge(waits);
        self.patience.merge(patience);
        self.longest = self.longest.max(*longest);
        self.talks += talks;
        self.talked += *talked;
        self.held += *held;
        self.wrapped += *wrapped;
        self.aim = *aim;
    }
}

impl AddAssign<&LineFigures> for LineFigures {
    /// Nodes of the same name on two lines are two nodes: they are left out.
    fn add_assign(&mut self, other: &LineFigures) {
        let LineFigures {
            contacts,
            ends,
            asked,
            routed,
            forced,
            taken,
            offered,
            effort,
            resolution,
            nodes: _,
        } = other;
        self.contacts += contacts;
        for (end, n) in ends {
            *self.ends.entry(*end).or_default() += n;
        }
        self.asked += asked;
        self.routed += routed;
        self.forced += forced;
        self.taken += taken;
        self.offered += offered;
        self.effort.people += effort.people;
        self.effort.keys += effort.keys;
        self.effort.before_ms += effort.before_ms;
        self.resolution.resolved += resolution.resolved;
        self.resolution.repeated += resolution.repeated;
        self.resolution.open += resolution.open;
    }
}

impl AddAssign<&AgentFigures> for AgentFigures {
    fn add_assign(&mut self, other: &AgentFigures) {
        let AgentFigures {
            talks,
            missed,
            talked,
            held,
            ready,
            offered,
            talking,
            wrapped,
            engaged,
            set_aside,
            paused,
        } = other;
        self.talks += talks;
        self.missed += missed;
        self.talked += *talked;
        self.held += *held;
        self.ready += *ready;
        self.offered += *offered;
        self.talking += *talking;
        self.wrapped += *wrapped;
        self.engaged += *engaged;
        self.set_aside += *set_aside;
        for (reason, lasted) in paused {
            *self.paused.entry(reason.clone()).or_default() += *lasted;
        }
    }
}

impl NodeFigures {
    /// Callers whom self-service did not serve here.
    pub fn unserved(&self) -> u64 {
        self.asked + self.gave_up + self.forced
    }
}
