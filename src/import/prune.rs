//! What the loader would refuse is mended: circles without a key, ways that need what is not
//! known, nodes that nothing leads to.

use std::collections::{BTreeMap, BTreeSet};

use super::flow::{Condition, Said};
use super::plan::{Kind, Plan, Target};
use super::values;

/// Mends until nothing is left to mend. Each round takes something away, so it ends.
pub fn prune(plan: &mut Plan) {
    loop {
        reachable(plan);
        circles(plan);
        if !(conditions(plan) | values::mend(plan)) {
            break;
        }
    }
    reachable(plan);
}

impl Kind {
    /// Where it leads.
    pub fn targets(&mut self) -> Vec<&mut Target> {
        match self {
            Kind::Menu { options, .. } => options.iter_mut().map(|(_, _, t)| t).collect(),
            Kind::Collect { go, .. } | Kind::Say { go, .. } | Kind::Ask { go, .. } => vec![go],
            Kind::Dial { missing, .. } => vec![missing],
            Kind::Choose { cases, otherwise } => {
                let cases = cases.iter_mut().map(|(_, t)| t);
                cases.chain([otherwise]).collect()
            }
            Kind::Empty | Kind::Callback(_) | Kind::Queue(_) | Kind::Message(_) | Kind::Goodbye => {
                Vec::new()
            }
        }
    }

    /// Whether it goes on without a key.
    fn goes_on(&self) -> bool {
        match self {
            Kind::Say { .. } | Kind::Choose { .. } | Kind::Ask { .. } | Kind::Dial { .. } => true,
            Kind::Empty
            | Kind::Callback(_)
            | Kind::Menu { .. }
            | Kind::Collect { .. }
            | Kind::Queue(_)
            | Kind::Message(_)
            | Kind::Goodbye => false,
        }
    }
}

/// Keeps what the first node leads to, in its order.
fn reachable(plan: &mut Plan) {
    let mut met = BTreeSet::from([0]);
    let mut next = vec![0];
    while let Some(i) = next.pop() {
        let Some(node) = plan.nodes.get_mut(i) else {
            continue;
        };
        for target in node.kind.targets() {
            if let Target::Node(to) = *target
                && met.insert(to)
            {
                next.push(to);
            }
        }
    }
    let places: BTreeMap<usize, usize> = met.iter().copied().zip(0..).collect();
    let mut i = 0;
    plan.nodes.retain(|_| {
        i += 1;
        met.contains(&(i - 1))
    });
    for node in &mut plan.nodes {
        for target in node.kind.targets() {
            if let Target::Node(to) = target {
                *to = places.get(to).copied().unwrap_or(0);
            }
        }
    }
}

/// Nodes that go on by themselves and come back to themselves: the last step of the circle leads to
/// a person.
fn circles(plan: &mut Plan) {
    #[derive(Clone, Copy, PartialEq)]
    enum Seen {
        Not,
        Open,
        Done,
    }
    let mut seen = vec![Seen::Not; plan.nodes.len()];
    for start in 0..plan.nodes.len() {
        // Node, and which of its targets is next.
        let mut way = vec![(start, 0)];
        if seen.get(start) != Some(&Seen::Not) {
            continue;
        }
        while let Some((i, nth)) = way.last_mut() {
            let (i, at) = (*i, *nth);
            *nth += 1;
            let Some(node) = plan.nodes.get_mut(i) else {
                break;
            };
            let on = node.kind.goes_on();
            if let Some(s) = seen.get_mut(i).filter(|_| at == 0) {
                *s = Seen::Open;
            }
            let mut targets = node.kind.targets();
            let Some(target) = targets.get_mut(at).filter(|_| on) else {
                if let Some(s) = seen.get_mut(i) {
                    *s = Seen::Done;
                }
                way.pop();
                continue;
            };
            let Target::Node(to) = **target else { continue };
            match seen.get(to) {
                Some(Seen::Open) => {
                    **target = Target::Human;
                    let told = "the original went round and round here: a person".to_owned();
                    node.comments.push(told);
                }
                Some(Seen::Not) => way.push((to, 0)),
                Some(Seen::Done) | None => {}
            }
        }
    }
}

/// Cases that ask for what nothing brings are left out; a choice without cases is its `else`.
fn conditions(plan: &mut Plan) -> bool {
    let mut brought = BTreeSet::new();
    for node in &plan.nodes {
        if let Kind::Collect { into, .. } = &node.kind {
            brought.insert(into.clone());
        }
    }
    let digits = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
    let fits = |when: &Condition| match when {
        Condition::Open(_) => true,
        Condition::Caller(number) => {
            let bare = number.strip_suffix('*').unwrap_or(number);
            digits(bare.strip_prefix('+').unwrap_or(bare))
        }
        Condition::Is(name, value) => brought.contains(name) && digits(value),
        Condition::Other(_) => false,
    };
    let mut changed = false;
    let mut empty = Vec::new();
    for (i, node) in plan.nodes.iter_mut().enumerate() {
        let Kind::Choose { cases, otherwise } = &mut node.kind else {
            continue;
        };
        let before = cases.len();
        for (when, _) in cases.iter().filter(|(when, _)| !fits(when)) {
            let what = match when {
                Condition::Open(what) | Condition::Caller(what) | Condition::Other(what) => {
                    what.clone()
                }
                Condition::Is(name, value) => format!("{name} = {value}"),
            };
            plan.unmapped.push(super::flow::Unmapped {
                at: node.at.clone(),
                what: format!("the way of \"{}\" when {what}", node.label),
                instead: "left out: nothing here can tell".to_owned(),
            });
        }
        cases.retain(|(when, _)| fits(when));
        changed |= before != cases.len();
        if cases.is_empty() {
            empty.push((i, *otherwise));
        }
    }
    for (i, to) in &empty {
        replace(plan, *i, *to);
    }
    changed | !empty.is_empty()
}

/// Whatever leads to a node leads to a target instead.
pub fn replace(plan: &mut Plan, gone: usize, to: Target) {
    let to = if to == Target::Node(gone) {
        Target::Human
    } else {
        to
    };
    for node in &mut plan.nodes {
        for target in node.kind.targets() {
            if *target == Target::Node(gone) {
                *target = to;
            }
        }
    }
    if gone == 0
        && let Some(first) = plan.nodes.first_mut()
    {
        // Calls must begin at a node: one that says nothing new and leads on.
        match to {
            Target::Node(other) => {
                if let Some(copy) = plan.nodes.get(other).cloned()
                    && let Some(first) = plan.nodes.first_mut()
                {
                    first.kind = copy.kind;
                    first.comments.extend(copy.comments);
                    first.label = copy.label;
                }
            }
            Target::Human | Target::Back => {
                first.kind = Kind::Queue(plan.human.clone());
            }
        }
    }
}

/// Everything that a node says, to be changed.
pub fn said(kind: &mut Kind) -> Option<&mut Vec<Said>> {
    match kind {
        Kind::Menu { greeting, .. } => Some(greeting),
        Kind::Collect { said, .. } | Kind::Say { said, .. } => Some(said),
        Kind::Empty
        | Kind::Choose { .. }
        | Kind::Ask { .. }
        | Kind::Dial { .. }
        | Kind::Callback(_)
        | Kind::Queue(_)
        | Kind::Message(_)
        | Kind::Goodbye => None,
    }
}
