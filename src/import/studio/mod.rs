//! Twilio Studio: the JSON definition of a flow, whose states (widgets) lead to each other by
//! transitions (Studio Flow Definition, 2019-09).

mod liquid;
mod states;
mod widgets;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::flow::{Entry, Flow, Step, StepId, Unmapped, Way, What};
use super::{File, MAX_STEPS, Unreadable};
use states::{Definition, State};

/// Reads files; each is a flow of its own and becomes a line.
pub fn read(files: &[File]) -> Result<Flow, Vec<Unreadable>> {
    let mut flow = Flow::default();
    let mut wrong = Vec::new();
    for file in files {
        match states::read(file) {
            Ok(definition) => one(&definition, &mut flow),
            Err(e) => wrong.push(e),
        }
    }
    if wrong.is_empty() {
        Ok(flow)
    } else {
        Err(wrong)
    }
}

fn one(definition: &Definition, flow: &mut Flow) {
    let mut builder = Builder {
        definition,
        flow,
        placed: BTreeMap::new(),
        merged: BTreeSet::new(),
        open: VecDeque::new(),
    };
    let start = match definition.start() {
        Some(state) => builder.next(state.next("incomingCall")),
        None => Way::Missing(definition.initial.clone()),
    };
    while let Some((id, state)) = builder.open.pop_front() {
        let (what, lost) = widgets::what(&mut builder, state);
        if let Some(step) = builder.flow.steps.get_mut(id.0) {
            (step.what, step.lost) = (what, lost);
        }
        if builder.flow.steps.len() > MAX_STEPS {
            // Too many: all of it is refused.
            return;
        }
    }
    builder.unreached();
    let (language, told) = definition.language();
    let at = definition.at.clone();
    if let (None, Some(told)) = (&language, told) {
        flow.unmapped.push(Unmapped {
            at: at.clone(),
            what: format!("the language {told}"),
            instead: "the language of the settings; make its prompts, then write `languages`"
                .to_owned(),
        });
    }
    flow.entries.push(Entry {
        label: definition.label.clone(),
        numbers: Vec::new(),
        language,
        start,
        at,
    });
}

/// Makes steps of states that calls come to.
struct Builder<'d> {
    definition: &'d Definition,
    flow: &'d mut Flow,
    placed: BTreeMap<&'d str, StepId>,
    /// Splits that became part of a menu.
    merged: BTreeSet<&'d str>,
    open: VecDeque<(StepId, &'d State)>,
}

impl<'d> Builder<'d> {
    /// Where a transition leads; one without `next` ends the flow, and the call with it.
    fn next(&mut self, next: Option<&'d str>) -> Way {
        let Some(name) = next else {
            return Way::HangUp;
        };
        let Some(state) = self.definition.state(name) else {
            return Way::Missing(name.to_owned());
        };
        if let Some(id) = self.placed.get(state.name.as_str()) {
            return Way::Step(*id);
        }
        let id = self.flow.push(Step {
            id: state.name.clone(),
            label: state.label(),
            at: state.at.clone(),
            what: What::Other {
                what: String::new(),
                go: None,
            },
            lost: Vec::new(),
        });
        self.placed.insert(&state.name, id);
        self.open.push_back((id, state));
        Way::Step(id)
    }

    fn unreached(&mut self) {
        for state in &self.definition.states {
            let name = state.name.as_str();
            if state.is_trigger() || self.placed.contains_key(name) || self.merged.contains(name) {
                continue;
            }
            self.flow.unmapped.push(Unmapped {
                at: state.at.clone(),
                what: match state.kind.as_str() {
                    "" => "something that is no widget".to_owned(),
                    kind => format!("{kind} \"{}\"", state.label()),
                },
                instead: "left out: no call comes there".to_owned(),
            });
        }
    }
}
