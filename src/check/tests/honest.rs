//! Honesty: whatever the interpreter does is in the graph. Random lines, random callers; after
//! each event the interpreter's state is looked up among those that the graph has for it.

use std::collections::HashSet;
use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::check::build::kinds::COUNTED;
use crate::check::graph::{At, End, Event, Graph, MessageStep, State, StateId};
use crate::ids::{Key, Language, PhoneNumber};
use crate::menu::outcome::{AskId, Outcome, WalkAction, WebReply};
use crate::menu::tree::{Aside, Kind, Line};
use crate::menu::walk::situation::{Entered, Phase, Situation};
use crate::menu::walk::tests::{at, due_but, property};
use crate::menu::walk::{Caller, Walk};

/// A place in the menus, as a state of the graph.
pub(super) fn menu_state(line: &Line, s: Situation) -> State {
    let counted = match line.node(s.node).map(|n| &n.kind) {
        Some(Kind::Collect(collect)) => collect.max <= COUNTED,
        Some(Kind::Callback(callback)) => callback.number.max <= COUNTED,
        _ => true,
    };
    State::Menu(At {
        node: s.node,
        language: s.language.place(),
        phase: s.phase,
        part: s.part as u16,
        digits: if counted { s.digits as u8 } else { 0 },
        playing: s.playing,
        failures: s.failures as u8,
        starred: s.starred,
        ahead: s.ahead,
    })
}

/// Where the interpreter is, as a state of the graph.
fn state_of(graph: &Graph, walk: &Walk, left: Option<&Outcome>) -> State {
    match (walk.situation(), left) {
        (Some(s), _) => menu_state(walk.line(), s),
        (None, Some(Outcome::Queue { queue, .. })) => {
            let queue = graph.queues.iter().position(|q| q == queue).unwrap();
            State::Waiting {
                queue: queue as u16,
                tried: 1,
            }
        }
        (None, Some(Outcome::Message { .. })) => State::Message {
            step: MessageStep::Intro,
            takes: 0,
        },
        (None, Some(Outcome::Goodbye)) => State::End(End::Goodbye),
        (None, Some(Outcome::Callback)) => State::End(End::Promise),
        (None, None) => panic!("the walk has left without an outcome"),
    }
}

/// The states that the graph has after an event: its edges, and what follows in an instant.
pub(super) fn after(graph: &Graph, from: StateId, event: Event) -> HashSet<State> {
    let edges = graph.from(from).iter().filter(|e| e.event == event);
    let mut open: Vec<StateId> = edges.map(|e| e.to).collect();
    let (mut seen, mut settled) = (HashSet::new(), HashSet::new());
    while let Some(id) = open.pop() {
        let state = graph.state(id);
        if !seen.insert(state) {
            continue;
        }
        match graph.is_instant(state) {
            true => open.extend(graph.from(id).iter().map(|e| e.to)),
            false => {
                settled.insert(state);
            }
        }
    }
    settled
}

/// One random event at the interpreter, and what the graph calls it; `None`: nothing happens.
fn happen(walk: &mut Walk, asked: AskId, act: &property::Act, now: &mut u64) -> Option<Event> {
    let before = walk.situation()?;
    match act {
        property::Act::Key(c) => {
            let key = Key::from_char(*c).unwrap();
            walk.handle_key(at(*now), key);
            Some(Event::Key(key))
        }
        property::Act::Played => {
            walk.handle_played(at(*now));
            before.playing.then_some(Event::Played)
        }
        property::Act::Silence => {
            let deadline = walk.poll_timeout()?;
            *now = (*now).max(deadline.since_start().as_millis() as u64);
            walk.handle_timeout(at(*now));
            Some(match before.phase {
                Phase::Asking => Event::ServiceFailed,
                Phase::Recalling => Event::NotRecalled,
                Phase::Finding => Event::NoTimes,
                Phase::Storing => Event::StoreFailed,
                // What is said while it rings has not ended in time: it counts as said.
                Phase::Dialling if walk.is_dialling() == Some(asked) => Event::Played,
                Phase::Dialling => Event::NotReached,
                _ if before.playing => Event::PlayFailed,
                Phase::Entering(Entered::Zero | Entered::Few | Entered::Enough) => Event::Pause,
                _ => Event::Silence,
            })
        }
        property::Act::Failed => {
            walk.handle_play_failed(at(*now), "test");
            // Told of a prompt that plays no more, the interpreter is as careful.
            Some(match before.playing {
                true => Event::PlayFailed,
                false => Event::Fault,
            })
        }
        property::Act::Reply(status, body) => {
            let reply = WebReply {
                status: *status,
                body: body.as_bytes().to_vec(),
            };
            walk.handle_reply(at(*now), asked, Ok(reply));
            (before.phase == Phase::Asking).then_some(match (status, *body) {
                (404, _) | (200, "{}") => Event::Missing,
                (200, "{\"y\": 5}") => Event::Found,
                (_, _) => Event::ServiceFailed,
            })
        }
        property::Act::Recalled(step) => {
            walk.handle_recalled(at(*now), asked, *step);
            // The guides of the random trees have the steps `a`, where one begins anyway, and `b`.
            // Keys that came early may be used at once: what the walk does then tells nothing.
            (before.phase == Phase::Recalling).then_some(match *step {
                Some("b") => Event::Recalled,
                _ => Event::NotRecalled,
            })
        }
        property::Act::NotReached => {
            walk.handle_not_reached(at(*now), asked, "was busy");
            (before.phase == Phase::Dialling).then_some(Event::NotReached)
        }
        property::Act::Times(free) => {
            let due = free.map(due_but);
            walk.handle_times(at(*now), asked, due.as_deref());
            (before.phase == Phase::Finding).then_some(match free {
                None | Some(0) => Event::NoTimes,
                Some(_) => Event::TimesFree,
            })
        }
        property::Act::Taken => {
            walk.handle_taken(at(*now), asked);
            let time = before.phase == Phase::Storing && before.part == 1;
            time.then_some(Event::TimeTaken)
        }
        property::Act::Stored(kept) => {
            let stored = if *kept { Ok(None) } else { Err("test") };
            // A walk knows whether it was the one or the other.
            match walk.is_storing() {
                true => walk.handle_stored(at(*now), asked, stored),
                false => walk.handle_sent(at(*now), asked, *kept),
            }
            (before.phase == Phase::Storing).then_some(match kept {
                true => Event::Stored,
                false => Event::StoreFailed,
            })
        }
    }
}

fn outcome(walk: &mut Walk, asked: &mut AskId) -> Option<Outcome> {
    let mut left = None;
    while let Some(action) = walk.poll_action() {
        match action {
            WalkAction::Leave(outcome) => left = Some(outcome),
            WalkAction::Ask { ask, .. }
            | WalkAction::Recall { ask, .. }
            | WalkAction::Times { ask, .. }
            | WalkAction::Send { ask, .. }
            | WalkAction::Dial { ask, .. }
            | WalkAction::CallBack { ask, .. } => *asked = ask,
            _ => {}
        }
    }
    left
}

/// 0 is pressed too, and the caller comes back from the queue.
fn act() -> impl Strategy<Value = property::Act> {
    prop_oneof![
        9 => property::act(),
        1 => Just(property::Act::Key('0')),
    ]
}

/// The random trees of the interpreter's own test, begun at any node.
pub(super) fn line() -> impl Strategy<Value = (String, String)> {
    (property::tree(), 0..9usize).prop_map(|(nodes, start)| {
        let start = match nodes.contains(&format!("  n{start}:")) {
            true => format!("n{start}"),
            false => "root".to_owned(),
        };
        (start, nodes)
    })
}

/// Walks along a line by these events, and looks each state up in the graph.
fn walked(
    start: &str,
    nodes: &str,
    known_language: Option<&str>,
    acts: &[(property::Act, u64)],
) -> Result<(), TestCaseError> {
    let (lines, known) = lines(start, nodes);
    let (line, origin) = lines.with_origins().next().unwrap();
    let graph = expand(
        line,
        &Said::new(line, &known.prompts, &origin.texts),
        &queues(),
    );
    let mut now = 0;
    let caller = Caller {
        number: Some(PhoneNumber::new("4530901820")),
        language: known_language.map(Language::new),
    };
    let mut asked = AskId(0);
    let mut walk = Walk::start(Arc::clone(line), caller, at(now));
    let mut left = outcome(&mut walk, &mut asked);
    let begun = state_of(&graph, &walk, left.as_ref());
    prop_assert!(
        after(&graph, graph.start, Event::Settled).contains(&begun),
        "{begun:?}"
    );
    for (act, later) in acts {
        now += later;
        let before = state_of(&graph, &walk, left.as_ref());
        let id = graph.numbers.get(before);
        let id = id.unwrap_or_else(|| panic!("{before:?} is not in the graph of\n{nodes}"));
        let event = match left.take() {
            None => happen(&mut walk, asked, act, &mut now),
            Some(Outcome::Goodbye | Outcome::Callback | Outcome::Message { .. }) => break,
            Some(Outcome::Queue { .. }) => match act {
                property::Act::Key('1') => {
                    let one = Key::from_char('1').unwrap();
                    let turned = walk.turn_to(at(now), Aside::Callback);
                    turned.then_some(Event::Key(one))
                }
                _ => {
                    walk.resume(at(now));
                    Some(Event::LookBack)
                }
            },
        };
        left = outcome(&mut walk, &mut asked);
        let now_at = state_of(&graph, &walk, left.as_ref());
        let expected = match event {
            Some(event) => after(&graph, id, event),
            None => [before].into(),
        };
        prop_assert!(
            expected.contains(&now_at),
            "{:?} at {:?} led to {:?}, which the graph does not have; it has {:?}\n{}",
            event,
            before,
            now_at,
            expected,
            nodes
        );
    }
    Ok(())
}

/// The last of the keys that came early leads to where keys wait again.
#[test]
fn keys_that_came_early_run_out_where_they_wait() {
    let nodes = "  root: { menu: { options: { 1: { say: { prompt: p-r }, go: deaf } } } }
  deaf: { say: { prompt: p-s, interrupt: false, go: back } }\n";
    let acts = [
        property::Act::Key('1'),
        property::Act::Key('1'),
        property::Act::Played,
    ];
    walked("root", nodes, None, &acts.map(|act| (act, 100))).unwrap();
}

/// Digits for the most part.
fn digits() -> impl Strategy<Value = property::Act> {
    let digit = prop::sample::select("0123456789".chars().collect::<Vec<_>>());
    prop_oneof![
        20 => digit.prop_map(property::Act::Key),
        1 => act(),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn what_the_interpreter_does_is_in_the_graph(
        (start, nodes) in line(),
        speaks in prop::sample::select(vec![None, Some("en"), Some("de"), Some("da")]),
        acts in prop::collection::vec((act(), 0..4000u64), 0..40),
    ) {
        walked(&start, &nodes, speaks, &acts)?;
    }

    /// Entries of which the graph keeps no count.
    #[test]
    fn long_entries_are_in_the_graph_too(
        (min, more, zero) in (14..19usize, 0..4usize, any::<bool>()),
        acts in prop::collection::vec((digits(), 0..2500u64), 0..60),
    ) {
        let nodes = format!(
            "  root: {{ collect: {{ say: {{ prompt: p-c }}, digits: {min}-{}, leading_zero: {zero}, \
             into: x, confirm: {zero}, go: root }} }}\n",
            min + more
        );
        walked("root", &nodes, None, &acts)?;
    }

    #[test]
    fn every_line_that_loads_is_proven_but_for_a_goodbye_that_nobody_chose(
        (start, nodes) in line(),
    ) {
        let (lines, known) = lines(&start, &nodes);
        let checked = check(&lines, &known.prompts, &queues());
        for finding in &checked.findings {
            prop_assert_eq!(finding.property, Property::P6, "{}\n{}", finding, nodes);
            prop_assert!(finding.call.ends_with("hang-up"));
            // Nobody has to answer a survey; everywhere else silence ends with a person.
            let silent = finding.call.contains("silence");
            prop_assert!(!silent || nodes.contains("survey"), "{}\n{}", finding, nodes);
        }
    }
}
