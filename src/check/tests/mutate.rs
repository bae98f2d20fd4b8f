//! Mutations: whatever is broken in a graph is refused, with the property that it breaks and a
//! call that shows it.

use std::collections::BTreeSet;

use proptest::prelude::*;
use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};

use super::breaking::{Refusal, edges, hang_up, lead_astray, lose, part, stay, violations};
use super::*;
use crate::check::calls::words;
use crate::check::gist::Gist;
use crate::check::graph::{Cause, Edge, End, Event, Graph, State, StateId};
use crate::ids::{Key, PhoneNumber};
use crate::menu::tree::{Kind, Line, NodeId};
use crate::menu::walk::situation::Phase;

/// Small enough to break every edge of it.
const SMALL: &str = "
  root: { menu: { greeting: { prompt: p-hello }, options: { 1: { say: { prompt: p-one }, go: info }, \
   2: { say: { prompt: p-two }, go: account }, 3: { say: { prompt: p-three }, go: bye } } } }
  info: { say: { prompt: p-info, interrupt: false, go: back } }
  account: { collect: { say: { prompt: p-number }, digits: 2-3, into: account, confirm: true, \
   leading_zero: true, go: human } }
  bye: { goodbye: { prompt: p-bye } }
";

/// Each kind of node, with as few states as it can have.
const KINDS: &str = "
  root: { menu: { tries: 1, options: { 1: { say: { prompt: p-one }, go: tongue }, \
   2: { say: { prompt: p-two }, go: lookup }, 3: { say: { prompt: p-three }, go: router }, \
   4: { say: { prompt: p-four }, go: hand }, 5: { say: { prompt: p-five }, go: leave }, \
   6: { say: { prompt: p-six }, go: account }, 7: { say: { prompt: p-seven }, go: bye } } } }
  tongue: { language: { options: { 1: { language: en, say: { prompt: p-en } } }, go: info } }
  info: { say: { prompt: p-info, interrupt: false, go: back } }
  lookup: { ask: { get: \"http://x.example/1\", say: { prompt: p-wait }, take: { y: number }, \
   go: which, missing: abroad } }
  which: { choose: [{ when: { caller: \"+45*\" }, go: info }, { go: root }] }
  abroad: { dial: { number: \"+4530901820\", say: { prompt: p-wait }, missing: human } }
  router: { guide: { steps: { a: { say: { prompt: p-a }, yes: solved, no: b }, \
   b: { say: { prompt: p-b }, next: human } }, solved: rate, resume: 24h, time: 60s, remind: 30s } }
  rate: { survey: { questions: { x: { say: { prompt: p-x }, scale: 1-5 } }, go: again } }
  again: { callback: { queue: people, slots: { hours: office, each: 2 }, tries: 1 } }
  hand: { send: { webhook: \"http://x.example/3\", body: { y: caller }, required: yes, go: shop } }
  shop: { queue: sales }
  leave: { message: people }
  account: { collect: { say: { prompt: p-number }, digits: 2, into: account, confirm: true, \
   leading_zero: true, tries: 1, go: human } }
  bye: { goodbye: { prompt: p-bye } }
";

fn graph(nodes: &str) -> (Graph, Lines) {
    let (graph, lines) = expanded("root", nodes);
    assert_eq!(violations(&graph), []);
    (graph, lines)
}

fn expanded(start: &str, nodes: &str) -> (Graph, Lines) {
    let (lines, known) = lines(start, nodes);
    let (line, origin) = lines.with_origins().next().unwrap();
    let said = Said::new(line, &known.prompts, &origin.texts);
    (expand(line, &said, &queues()), lines)
}

/// Of the edges that mean the same, at nodes of the same kind, one by chance: so that each event in
/// each phase is among them.
fn some(graph: &Graph, line: &Line, dice: &mut SmallRng) -> Vec<(StateId, usize, Edge)> {
    let mut classes: BTreeMap<String, (u32, (StateId, usize, Edge))> = BTreeMap::new();
    for edge in edges(graph) {
        let (state, _, e) = edge;
        let class = match graph.state(state) {
            State::Menu(at) => {
                let kind = kind(line, at.node);
                format!("{kind} {:?} {:?} {}", at.phase, e.event, e.failed)
            }
            state => format!("{state:?} {:?}", e.event),
        };
        // The n-th of a class takes the place of the one before by a chance of 1 in n.
        let (n, chosen) = classes.entry(class).or_insert((0, edge));
        *n += 1;
        if dice.random_range(0..*n) == 0 {
            *chosen = edge;
        }
    }
    classes.into_values().map(|(_, edge)| edge).collect()
}

/// The word for what a node is.
fn kind(line: &Line, node: NodeId) -> &'static str {
    match line.node(node).map(|n| &n.kind) {
        Some(Kind::Menu(_)) => "menu",
        Some(Kind::Language(_)) => "language",
        Some(Kind::Say(_)) => "say",
        Some(Kind::Collect(_)) => "collect",
        Some(Kind::Choose(_)) => "choose",
        Some(Kind::Ask(_)) => "ask",
        Some(Kind::Guide(_)) => "guide",
        Some(Kind::Survey(_)) => "survey",
        Some(Kind::Send(_)) => "send",
        Some(Kind::Dial(_)) => "dial",
        Some(Kind::Queue(_)) => "queue",
        Some(Kind::Callback(_)) => "callback",
        Some(Kind::Message(_)) => "message",
        Some(Kind::Goodbye(_)) => "goodbye",
        None => "nothing",
    }
}

#[test]
fn a_lost_edge_is_refused() {
    let (mut small, _) = graph(SMALL);
    let all = edges(&small);
    let refusals = lose(&mut small, &all);
    assert!(refusals > 500, "{refusals}");
}

#[test]
fn a_hang_up_in_place_of_any_edge_is_refused() {
    let (mut small, _) = graph(SMALL);
    let all = edges(&small);
    hang_up(&mut small, &all);
}

#[test]
fn any_state_that_stays_as_it_is_when_nothing_is_done_is_refused() {
    let (mut small, _) = graph(SMALL);
    let all = edges(&small);
    assert!(stay(&mut small, &all) > 20);
}

#[test]
fn silence_that_leads_to_a_goodbye_is_refused() {
    let (mut small, _) = graph(SMALL);
    let all = edges(&small);
    assert!(part(&mut small, &all) > 20);
}

#[test]
fn the_way_to_a_person_that_leads_elsewhere_is_refused() {
    let (mut small, _) = graph(SMALL);
    let all = edges(&small);
    assert!(lead_astray(&mut small, &all) > 50);
}

/// One in so many: breaking takes its time.
const ONE_IN: usize = 8;

proptest! {
    #![proptest_config(ProptestConfig { cases: 1, ..ProptestConfig::default() })]

    /// The same at every kind of node.
    #[test]
    fn what_is_broken_at_any_kind_of_node_is_refused(seed in any::<u64>()) {
        let mut dice = SmallRng::seed_from_u64(seed);
        let (mut whole, lines) = graph(KINDS);
        let line = lines.iter().next().unwrap();
        let mut some = some(&whole, line, &mut dice);
        let mut kinds = BTreeSet::new();
        for (state, _, _) in &some {
            if let State::Menu(at) = whole.state(*state) {
                kinds.insert(kind(line, at.node));
            }
        }
        // In the others nobody can be.
        let rests = [
            "ask", "callback", "collect", "dial", "goodbye", "guide", "language", "menu", "say",
            "send", "survey",
        ];
        prop_assert_eq!(kinds, BTreeSet::from(rests));
        prop_assert!(some.len() > 500, "{}", some.len());
        some.retain(|_| dice.random_range(0..ONE_IN) == 0);
        hang_up(&mut whole, &some);
        let counts = [
            lose(&mut whole, &some),
            stay(&mut whole, &some),
            part(&mut whole, &some),
            lead_astray(&mut whole, &some),
        ];
        prop_assert!(counts.iter().all(|n| *n > 0), "{:?}", counts);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn what_is_broken_in_a_random_tree_is_refused(
        (start, nodes) in super::honest::line(),
        which in prop::collection::vec(any::<prop::sample::Index>(), 2),
    ) {
        let (mut graph, _) = expanded(&start, &nodes);
        // Of a goodbye that nobody chose a random tree knows nothing.
        prop_assume!(violations(&graph).is_empty());
        let all = edges(&graph);
        let some: Vec<_> = which.iter().map(|i| *i.get(&all)).collect();
        lose(&mut graph, &some);
        hang_up(&mut graph, &some);
        stay(&mut graph, &some);
        lead_astray(&mut graph, &some);
    }
}

#[test]
fn one_try_more_than_granted_is_refused() {
    let (good, _) = graph(SMALL);
    let mut bad = good.clone();
    for tries in bad.tries.iter_mut().filter(|t| **t > 0) {
        *tries -= 1;
    }
    Refusal::of(&bad, 0).by(Property::P3, "one try less is granted than made");
    for tries in bad.tries.iter_mut() {
        *tries = 4;
    }
    Refusal::of(&bad, 0).by(Property::P3, "four tries");
}

#[test]
fn each_announcement_that_is_missing_is_refused_at_its_node() {
    let (good, lines) = graph(ALL_KINDS);
    let (line, origin) = lines.with_origins().next().unwrap();
    assert!(good.announcements.len() > 12);
    for i in 0..good.announcements.len() {
        let mut bad = good.clone();
        bad.announcements[i].told = false;
        let found = finding::findings(line, origin, &bad, &Gist::of(&bad));
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
            // Offered where the queue can not keep them.
            None => assert!(
                ["→ 0 → 1", "→ 0 → the queue is full"]
                    .iter()
                    .any(|way| finding.call.contains(way)),
                "{finding}"
            ),
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

/// Only a promise ends a chain, whatever comes before it.
#[test]
fn a_chain_that_ends_outside_or_in_a_queue_is_refused() {
    let (lines, known) = lines("root", SMALL);
    let outside = Overflow::Outside(PhoneNumber::new("+4530901820"));
    let with = |steps: &[Overflow]| {
        let mut all = queues();
        all[1].overflow = steps.to_vec();
        check(&lines, &known.prompts, &all).findings
    };
    for good in [Overflow::Callback, Overflow::Message] {
        assert_eq!(with(&[outside.clone(), good]), []);
    }
    let people = Overflow::Queue(QueueName::new("people"));
    for bad in [
        vec![outside.clone()],
        vec![Overflow::Callback, outside.clone()],
        vec![outside.clone(), people],
    ] {
        let found = with(&bad);
        assert_eq!(found[0].property, Property::P5, "{bad:?}");
        let what = &found[0].mistake.what;
        assert!(what.contains("without a stored promise"), "{what}");
    }
    let told = &with(&[outside])[0].call;
    assert!(told.ends_with("nothing more"), "{told}");
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
        bad.edges.end();
        let hung_up = StateId(bad.states.len() as u32 - 1);
        for (id, state) in good.all().zip(&good.states) {
            for edge in bad.edges.of_mut(id) {
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
