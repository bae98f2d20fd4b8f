//! Values are said and sent only where every way that leads there brings them.

use std::collections::BTreeSet;

use super::flow::{Condition, Said, Unmapped};
use super::plan::{Kind, Plan, Target};
use super::prune;

/// The caller's number is there before the first node.
const CALLER: &str = "caller";

/// Leaves out what may not be known; whether anything was.
pub fn mend(plan: &mut Plan) -> bool {
    let known = known(plan);
    let mut unmapped = Vec::new();
    let mut gone: Vec<(usize, Target)> = Vec::new();
    let mut changed = false;
    for (i, (node, known)) in plan.nodes.iter_mut().zip(&known).enumerate() {
        let there = |name: &str| name == CALLER || known.contains(name);
        let mut lost = |what: String| {
            unmapped.push(Unmapped {
                at: node.at.clone(),
                what,
                instead: "left out: it is not known on every way there".to_owned(),
            });
        };
        if let Some(said) = prune::said(&mut node.kind) {
            let before = said.len();
            said.retain(|one| match one {
                Said::Value(name) if !there(name) => {
                    lost(format!("the value `{name}` that \"{}\" says", node.label));
                    false
                }
                Said::Value(_) | Said::Text(_) | Said::Recording(..) => true,
            });
            changed |= said.len() != before;
            if let (true, Kind::Say { go, .. }) = (said.is_empty(), &node.kind) {
                gone.push((i, *go));
            }
        }
        if let Kind::Ask { url, body, go, .. } = &mut node.kind {
            let before = body.len();
            body.retain(|name| {
                if !there(name) {
                    lost(format!("the value `{name}` that \"{}\" sends", node.label));
                }
                there(name)
            });
            changed |= body.len() != before;
            if holes(url).any(|name| !there(name)) {
                lost(format!("the web service of \"{}\"", node.label));
                gone.push((i, *go));
            }
        }
    }
    plan.unmapped.extend(unmapped);
    for (i, to) in &gone {
        prune::replace(plan, *i, *to);
    }
    changed | !gone.is_empty()
}

/// The names in an address.
fn holes(url: &str) -> impl Iterator<Item = &str> {
    let parts = url.split('{').skip(1);
    parts.map(|p| p.split('}').next().unwrap_or(p).trim())
}

/// What is known when a node is reached, whatever the way.
fn known(plan: &mut Plan) -> Vec<BTreeSet<String>> {
    let mut known: Vec<Option<BTreeSet<String>>> = vec![None; plan.nodes.len()];
    let mut next = vec![(0, BTreeSet::new())];
    while let Some((i, coming)) = next.pop() {
        let Some(here) = known.get_mut(i) else {
            continue;
        };
        let met: BTreeSet<String> = match here {
            None => coming,
            Some(before) => before.intersection(&coming).cloned().collect(),
        };
        if here.as_ref() == Some(&met) {
            continue;
        }
        *here = Some(met.clone());
        let Some(node) = plan.nodes.get_mut(i) else {
            continue;
        };
        let gained: Vec<Option<String>> = match &node.kind {
            Kind::Collect { into, .. } => vec![Some(into.clone())],
            Kind::Choose { cases, .. } => cases
                .iter()
                .map(|(when, _)| match when {
                    Condition::Is(name, _) => Some(name.clone()),
                    Condition::Open(_) | Condition::Caller(_) | Condition::Other(_) => None,
                })
                .collect(),
            Kind::Empty
            | Kind::Menu { .. }
            | Kind::Say { .. }
            | Kind::Ask { .. }
            | Kind::Dial { .. }
            | Kind::Callback(_)
            | Kind::Queue(_)
            | Kind::Message(_)
            | Kind::Goodbye => Vec::new(),
        };
        for (n, target) in node.kind.targets().into_iter().enumerate() {
            if let Target::Node(to) = *target {
                let gained = gained.get(n).cloned().flatten();
                next.push((to, met.iter().cloned().chain(gained).collect()));
            }
        }
    }
    known.into_iter().map(Option::unwrap_or_default).collect()
}
