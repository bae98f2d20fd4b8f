//! Mutations: whatever is broken in a graph is refused, with the property that it breaks and a
//! call that shows it.

use super::*;
use crate::check::calls::{Calls, words};
use crate::check::graph::{Cause, Edge, End, Event, Graph, MessageStep, State, StateId};
use crate::check::property::{Violation, violations};
use crate::ids::Key;
use crate::menu::walk::situation::{Entered, Phase};

/// One of each kind, small enough to break every edge of it.
const SMALL: &str = "
  root: { menu: { greeting: { prompt: p-hello }, options: { 1: { say: { prompt: p-one }, go: info }, \
   2: { say: { prompt: p-two }, go: account }, 3: { say: { prompt: p-three }, go: bye } } } }
  info: { say: { prompt: p-info, interrupt: false, go: back } }
  account: { collect: { say: { prompt: p-number }, digits: 2-3, into: account, confirm: true, \
   leading_zero: true, go: human } }
  bye: { goodbye: { prompt: p-bye } }
";

fn graph(nodes: &str) -> (Graph, Lines) {
    let (lines, known) = lines("root", nodes);
    let (line, origin) = lines.with_origins().next().unwrap();
    let said = Said::new(line, &known.prompts, &origin.texts);
    let graph = expand(line, &said, &queues());
    assert_eq!(violations(&graph), []);
    (graph, lines)
}

/// Every state with each of its edges.
fn edges(graph: &Graph) -> Vec<(StateId, usize, Edge)> {
    let all = graph.all().flat_map(|s| {
        let edges = graph.from(s).iter().copied().enumerate();
        edges.map(move |(i, e)| (s, i, e)).collect::<Vec<_>>()
    });
    all.collect()
}

/// What the loss of an event breaks; `None`: the promise holds without it.
fn loss(graph: &Graph, state: State, event: Event) -> Option<Property> {
    let zero_entry = |at: crate::check::graph::At| graph.zero_entries.contains(&at.node);
    match (state, event) {
        (State::Message { .. }, Event::Key(Key::ZERO)) => Some(Property::P1),
        // Conveniences of a message, and the way back from a queue.
        (State::Message { .. } | State::Waiting { .. }, Event::Key(_)) | (_, Event::LookBack) => {
            None
        }
        // That people come of their own accord is a gift.
        (_, Event::Called) => None,
        // `#` is answered twice: by habit, or as a key.
        (State::Menu(at), Event::Key(Key::HASH)) if at.phase == Phase::Entering(Entered::Zero) => {
            Some(Property::P1)
        }
        (State::Menu(at), Event::Pause) if at.phase == Phase::Entering(Entered::Zero) => {
            Some(Property::P1)
        }
        (State::Menu(_), Event::Key(Key::STAR)) => Some(Property::P1),
        (State::Menu(at), Event::Key(Key::ZERO)) => match at.phase {
            Phase::Entering(Entered::Few | Entered::Enough | Entered::Zero) if !at.starred => {
                Some(Property::P3)
            }
            Phase::Entering(Entered::Nothing) if zero_entry(at) => Some(Property::P1),
            _ => Some(Property::P1),
        },
        (_, Event::PlayFailed | Event::Fault | Event::StoreFailed | Event::ServiceFailed) => {
            Some(Property::P4)
        }
        (State::Waiting { .. }, _) => Some(Property::P5),
        // What remains is that it was too short.
        (
            State::Message {
                step: MessageStep::Storing,
                takes: 1,
            },
            Event::Stored,
        ) => None,
        (State::Message { .. }, Event::TooShort) => None,
        (State::Message { .. }, _) => Some(Property::P5),
        // The key is lost, but the caller is not.
        (_, Event::Ahead(_)) => None,
        (State::Resuming, _) => None,
        (_, _) => Some(Property::P3),
    }
}

#[track_caller]
fn refused(graph: &Graph, by: Property, broken: StateId, why: &str) -> Violation {
    let found = violations(graph);
    let calls = Calls::of(graph);
    let told: Vec<String> = found
        .iter()
        .map(|v| format!("{}: {}: {}", v.property, v.what, words(graph, &v.call)))
        .collect();
    let first = found.iter().find(|v| v.property == by);
    let first = first.unwrap_or_else(|| panic!("{why}: {by} was expected, but: {told:#?}"));
    // A call that happens: each event leaves the state where the last one led.
    let mut at = graph.start;
    for (from, edge) in &first.call {
        assert_eq!(
            (*from, graph.from(at).contains(edge)),
            (at, true),
            "{why}: {told:?}"
        );
        at = edge.to;
    }
    // And a short one: no longer than the way to the broken state and a few events more.
    assert!(
        first.call.len() <= calls.to(broken).len() + 8,
        "{why}: {told:?}"
    );
    first.clone()
}

#[test]
fn a_lost_edge_is_refused() {
    let (good, _) = graph(SMALL);
    let mut refusals = 0;
    for (state, i, edge) in edges(&good) {
        let others = good.from(state).iter().enumerate();
        let alone = others
            .filter(|(j, e)| *j != i && e.event == edge.event)
            .count()
            == 0;
        let Some(by) = loss(&good, good.state(state), edge.event).filter(|_| alone) else {
            continue;
        };
        let mut bad = good.clone();
        bad.edges[state.index()].remove(i);
        refused(
            &bad,
            by,
            state,
            &format!("{:?} without {edge:?}", good.state(state)),
        );
        refusals += 1;
    }
    assert!(refusals > 500, "{refusals}");
}

#[test]
fn a_hang_up_in_place_of_any_edge_is_refused() {
    let (good, _) = graph(SMALL);
    let hung_up = StateId(good.states.len() as u32);
    for (state, i, edge) in edges(&good) {
        let mut bad = good.clone();
        bad.states.push(State::End(End::HungUp));
        bad.edges.push(Vec::new());
        bad.edges[state.index()][i].to = hung_up;
        let why = format!("{:?} on {:?}", good.state(state), edge.event);
        // No state may hang up …
        let violation = refused(&bad, Property::P6, state, &why);
        let call = words(&bad, &violation.call);
        assert!(
            call.starts_with("answer → ") && call.ends_with(" → hang-up"),
            "{why}: {call}"
        );
        // … and the event breaks what is promised for it.
        match good.state(state) {
            // The last digit that there can be is a failed try as well, where it makes no number.
            State::Menu(_)
                if edge.event == Event::Key(Key::ZERO)
                    && good.is_human(edge.to)
                    && !edge.failed =>
            {
                refused(&bad, Property::P1, state, &why);
            }
            State::Menu(_) if edge.failed => {
                refused(&bad, Property::P3, state, &why);
            }
            State::Waiting { .. } if matches!(edge.event, Event::Overflow(_)) => {
                refused(&bad, Property::P5, state, &why);
            }
            _ if matches!(
                edge.event,
                Event::Fault | Event::PlayFailed | Event::StoreFailed
            ) =>
            {
                refused(&bad, Property::P4, state, &why);
            }
            _ => {}
        }
    }
}

#[test]
fn any_state_that_stays_as_it_is_when_nothing_is_done_is_refused() {
    let (good, _) = graph(SMALL);
    for (state, i, edge) in edges(&good) {
        let idle = edge.failed || edge.event.by() == crate::check::graph::By::Time;
        let by = match good.state(state) {
            State::Menu(_) => Property::P3,
            State::Waiting { .. } | State::Message { .. } => Property::P5,
            State::Answered | State::Resuming | State::End(_) => continue,
        };
        if idle {
            let mut bad = good.clone();
            bad.edges[state.index()][i].to = state;
            let why = format!("{:?} stays on {:?}", good.state(state), edge.event);
            let told = refused(&bad, by, state, &why);
            assert!(told.what.contains("round"), "{why}: {}", told.what);
        }
    }
}

#[test]
fn silence_that_leads_to_a_goodbye_is_refused() {
    let (good, _) = graph(SMALL);
    let parting = |s: &State| matches!(s, State::Menu(at) if at.phase == Phase::Parting);
    let parting = good.states.iter().position(parting).unwrap();
    for (state, i, edge) in edges(&good) {
        if edge.failed {
            let mut bad = good.clone();
            bad.edges[state.index()][i].to = StateId(parting as u32);
            let told = refused(&bad, Property::P3, state, &format!("{edge:?}"));
            let call = words(&bad, &told.call);
            assert!(call.ends_with("the prompt ends → hang-up"), "{call}");
        }
    }
}

#[test]
fn one_try_more_than_granted_is_refused() {
    let (good, _) = graph(SMALL);
    let mut bad = good.clone();
    for tries in bad.tries.values_mut().filter(|t| **t > 0) {
        *tries -= 1;
    }
    refused(
        &bad,
        Property::P3,
        good.start,
        "one try less is granted than made",
    );
    for tries in bad.tries.values_mut() {
        *tries = 4;
    }
    refused(&bad, Property::P3, good.start, "four tries");
}

#[test]
fn each_announcement_that_is_missing_is_refused_at_its_node() {
    let (good, lines) = graph(ALL_KINDS);
    let (line, origin) = lines.with_origins().next().unwrap();
    assert!(good.announcements.len() > 12);
    for i in 0..good.announcements.len() {
        let mut bad = good.clone();
        bad.announcements[i].told = false;
        let found = finding::findings(line, origin, &bad);
        assert_eq!(found.len(), 1, "{found:?}");
        let node = good.announcements[i].node;
        let name = line.node(node).unwrap().name.as_str();
        let first = &found[0];
        // What the server says by itself has no place in the file.
        if line.is_aside(node).is_some() {
            assert_eq!(
                (first.property, first.node.as_deref()),
                (Property::P2, None)
            );
            continue;
        }
        assert_eq!(
            (first.property, first.node.as_deref()),
            (Property::P2, Some(name))
        );
        let source = first.mistake.source.trim_start();
        assert!(source.starts_with(&format!("{name}:")), "{source}");
    }
}

#[test]
fn a_recording_that_does_not_tell_about_zero_is_refused() {
    let (lines, mut known) = lines("root", ALL_KINDS);
    for (name, facts) in known.prompts.values_mut().flatten() {
        if name.as_str() == "sys-zero-hash" {
            facts.transcript = Some("For a person press zero.".to_owned());
        }
    }
    let checked = check(&lines, &known.prompts, &queues());
    let told: Vec<String> = checked.findings.iter().map(ToString::to_string).collect();
    assert!(!told.is_empty());
    for finding in &checked.findings {
        assert_eq!(finding.property, Property::P2);
        match finding.node.as_deref() {
            Some("account") => assert_eq!(finding.call, "answer → 2"),
            // To be called back, asked for in the queue.
            None => assert!(finding.call.contains("→ 0 → 1"), "{finding}"),
            // By English or German to the end of the guide and past the survey.
            _ => assert!(
                finding.call.ends_with("→ 1 → silence → silence"),
                "{finding}"
            ),
        }
        assert!(finding.mistake.what.contains("0 and then #"), "{finding}");
    }
}

#[test]
fn a_chain_without_a_promise_is_refused() {
    let (lines, known) = lines("root", SMALL);
    let mut cut = queues();
    cut[1].overflow.clear();
    let checked = check(&lines, &known.prompts, &cut);
    let first = &checked.findings[0];
    assert_eq!(first.property, Property::P5);
    assert_eq!(
        first.call,
        "answer → 0 → the queue is full → the queue is full → nothing more"
    );
    // A queue that is not there.
    let checked = check(&lines, &known.prompts, &cut[..1]);
    assert_eq!(checked.findings[0].property, Property::P5);
}

#[test]
fn a_circle_of_queues_ends_since_none_is_tried_twice() {
    let (lines, known) = lines("root", SMALL);
    let mut round = queues();
    round[1].overflow = vec![Overflow::Queue(QueueName::new("people")), Overflow::Message];
    assert_eq!(check(&lines, &known.prompts, &round).findings, []);
}

#[test]
fn the_shortest_call_is_told() {
    let (good, lines) = graph(ALL_KINDS);
    let line = lines.iter().next().unwrap();
    let shortest = |spoil: &dyn Fn(&State, &mut Edge) -> bool| {
        let mut bad = good.clone();
        bad.states.push(State::End(End::HungUp));
        bad.edges.push(Vec::new());
        let hung_up = StateId(bad.states.len() as u32 - 1);
        for (state, edges) in good.states.iter().zip(&mut bad.edges) {
            for edge in edges {
                if spoil(state, edge) {
                    edge.to = hung_up;
                }
            }
        }
        let found = violations(&bad);
        words(&bad, &found[0].call)
    };
    let menu = |s: &State, f: &dyn Fn(crate::check::graph::At) -> bool| match s {
        State::Menu(at) => f(*at),
        _ => false,
    };
    // The last try of the main menu.
    let told = shortest(&|s, e| e.event == Event::Silence && menu(s, &|at| at.failures == 2));
    assert_eq!(told, "answer → silence → silence → silence → hang-up");
    // 0 while digits are read back.
    let told = shortest(&|s, e| {
        let here = |at: crate::check::graph::At| {
            at.phase == Phase::Confirming && line.is_aside(at.node).is_none()
        };
        e.event == Event::Key(Key::ZERO) && menu(s, &here)
    });
    assert_eq!(told, "answer → 2 → 0 → 0 → 0 → a pause → 0 → hang-up");
    // Nobody is signed in at the shop.
    let told = shortest(&|s, e| {
        *s == State::Waiting { queue: 1, tried: 1 } && e.event == Event::Overflow(Cause::Unstaffed)
    });
    assert_eq!(told, "answer → 4 → nobody is signed in → hang-up");
}
