//! Whom a line leads to by 0.

use std::collections::{BTreeSet, VecDeque};

use super::super::flow::{Flow, Way, What};

/// The people that the original leads to most openly: by 0, else the first that are met.
pub fn choose(flow: &Flow, start: &Way) -> String {
    let mut met = BTreeSet::new();
    let mut next = VecDeque::from([start.clone()]);
    let mut first = None;
    while let Some(way) = next.pop_front() {
        let Way::Step(id) = way else { continue };
        let Some(step) = flow.step(id).filter(|_| met.insert(id)) else {
            continue;
        };
        match &step.what {
            What::Menu(m) => {
                let zero = m.keys.iter().find(|(k, _)| k == "0");
                if let Some(queue) = zero.and_then(|(_, way)| people_behind(flow, way)) {
                    return queue.to_owned();
                }
                next.extend(m.keys.iter().map(|(_, w)| w.clone()));
            }
            What::Entry(d) => next.push_back(d.go.clone()),
            What::Callback { go } => next.push_back(go.clone()),
            What::People { queue, .. } => first = first.or_else(|| Some(queue.clone())),
            What::Say { .. }
            | What::Choose { .. }
            | What::Ask { .. }
            | What::Outside { .. }
            | What::Voicemail { .. }
            | What::Other { .. } => next.extend(step.what.by_itself().into_iter().cloned()),
        }
    }
    first.unwrap_or_else(|| "people".to_owned())
}

/// The people that a way leads to with nothing but words before.
pub fn people_behind<'f>(flow: &'f Flow, way: &'f Way) -> Option<&'f str> {
    let mut way = way;
    for _ in 0..flow.steps.len() {
        let Way::Step(id) = way else { return None };
        match &flow.step(*id)?.what {
            What::People { queue, .. } => return Some(queue),
            What::Say { go, .. } => way = go,
            What::Other { go, .. } => way = go.as_ref()?,
            What::Menu(_)
            | What::Entry(_)
            | What::Choose { .. }
            | What::Ask { .. }
            | What::Outside { .. }
            | What::Callback { .. }
            | What::Voicemail { .. } => return None,
        }
    }
    None
}
