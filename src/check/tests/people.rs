//! Honesty beyond the menus: the queue and the message are machines of their own, which the graph
//! tells by hand ([`crate::check::build`]). Whole calls are played with them by chance; after each
//! thing that befalls a call the place where it stands is looked up among those to which the graph
//! leads from where it stood.
//!
//! What a person does who has answered is theirs: from there on a call is followed again when it
//! comes back to a queue that the line leads to.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use super::honest::{after, menu_state};
use crate::call::testing::Standing;
use crate::check::graph::{Cause, Edge, End, Event, Graph, MessageStep, State, StateId};
use crate::check::{Facts, Overflow, Queue, Said, expand};
use crate::ids::{Key, PhoneNumber, QueueName};
use crate::menu::tree::Line;
use crate::menu::walk::tests::{line, property};
use crate::queue::action::OverflowStep;
use crate::record::verdict::Verdict;
use crate::rehearse::chance::{Scenario, play_watched};
use crate::rehearse::house::House;
use crate::rehearse::stage::testing::{Befell, What, queues};
use crate::rehearse::tests::{demo, house, small};
use proptest::prelude::*;

/// Where nobody is waited for: a panic, a deadline, a prompt that is not there.
const BY_ITSELF: &[Event] = &[
    Event::Settled,
    Event::Silence,
    Event::Pause,
    Event::PlayFailed,
    Event::ServiceFailed,
    Event::NotRecalled,
    Event::NotReached,
    Event::NoTimes,
    Event::NotFetched,
    Event::StoreFailed,
    Event::RecordedAll,
    Event::AskedAgain,
    Event::Fault,
];
/// What can follow at once, without anything else befalling the call: a prompt is not there, nobody's
/// step is kept for a number that is withheld, and no address can be made of one.
const AT_ONCE: &[Event] = &[Event::PlayFailed, Event::NotRecalled, Event::ServiceFailed];

const MESSAGE: State = State::Message {
    step: MessageStep::Intro,
    takes: 0,
};

/// How often the calls went which way.
type Ways = BTreeMap<String, usize>;

/// Of a line, and whether queues lead to others and outside.
type Way = (String, bool, bool);

/// A graph for each line and each way in which queues lead to others.
#[derive(Default)]
struct Graphs(HashMap<Way, (Arc<Graph>, Vec<Queue>)>);

impl Graphs {
    fn of(&mut self, house: &House, scenario: &Scenario, line: &Line) -> (Arc<Graph>, Vec<Queue>) {
        let chained = scenario.world.chained;
        let key = (
            line.name.as_str().to_owned(),
            chained,
            scenario.world.sent_out,
        );
        let made = self.0.entry(key).or_insert_with(|| {
            let settings = queues(house, &scenario.world);
            let queue = |q: crate::queue::settings::QueueSettings| Queue {
                name: q.name,
                overflow: q.overflow.into_iter().map(step).collect(),
                max_wait: q.max_wait.unwrap_or_default(),
            };
            let queues: Vec<Queue> = settings.queues.into_iter().map(queue).collect();
            let (facts, texts) = (Facts::default(), Default::default());
            let graph = expand(line, &Said::new(line, &facts, &texts), &queues);
            (Arc::new(graph), queues)
        });
        made.clone()
    }
}

fn step(step: OverflowStep) -> Overflow {
    match step {
        OverflowStep::Queue(name) => Overflow::Queue(name),
        OverflowStep::Outside(number) => Overflow::Outside(number),
        OverflowStep::Callback => Overflow::Callback,
        OverflowStep::Message => Overflow::Message,
    }
}

/// One call as it is followed.
struct Followed {
    graph: Arc<Graph>,
    queues: Vec<Queue>,
    line: Arc<Line>,
    at: Option<State>,
    /// The queue in which they have a place.
    place: Option<QueueName>,
    /// The caller is gone, or the call is over.
    over: bool,
}

impl Followed {
    fn place_of(&self, queue: &QueueName) -> Option<u16> {
        let at = self.graph.queues.iter().position(|q| q == queue)?;
        u16::try_from(at).ok()
    }

    /// Which step of a queue sends callers to this number.
    fn step_of(&self, queue: &QueueName, number: &PhoneNumber) -> u16 {
        let queue = self.queues.iter().find(|q| q.name == *queue).unwrap();
        let outside = Overflow::Outside(number.clone());
        let step = queue.overflow.iter().position(|s| *s == outside);
        u16::try_from(step.unwrap()).unwrap()
    }

    /// Where a call stands, as a state of the graph; in words why that can not be said.
    fn state(&self, before: Option<State>, befell: &Befell) -> Result<Option<State>, String> {
        Ok(Some(match &befell.standing {
            Standing::Begins => State::Answered,
            Standing::Menu { situation, .. } => menu_state(&self.line, *situation),
            Standing::Waiting { queue } | Standing::Outside { queue, .. } => {
                let Some(place) = self.place_of(queue) else {
                    return Err(format!("the graph has no queue {queue}"));
                };
                let tried = befell.tried.iter().position(|q| q == queue);
                // The queue has sent them on already, and they are not told so yet.
                let before =
                    match before {
                        Some(
                            State::Waiting { queue, tried } | State::Outside { queue, tried, .. },
                        ) if queue == place => tried,
                        _ => 1,
                    };
                let tried = tried.map_or(before, |i| u16::try_from(i + 1).expect("a few"));
                match &befell.standing {
                    Standing::Outside { number, .. } => State::Outside {
                        queue: place,
                        tried,
                        step: self.step_of(queue, number),
                    },
                    _ => State::Waiting {
                        queue: place,
                        tried,
                    },
                }
            }
            Standing::Message { step, takes } => State::Message {
                step: *step,
                takes: *takes,
            },
            Standing::Person => State::End(End::Person),
            Standing::Ends(verdict) => match verdict {
                Verdict::Goodbye { .. } => State::End(End::Goodbye),
                Verdict::MessageStored { .. } | Verdict::CallbackStored { .. } => {
                    State::End(End::Promise)
                }
                // After what they were asked the call ends as the talk did.
                Verdict::AgentEnded { .. }
                    if matches!(before, Some(State::Menu(_) | State::End(End::Goodbye))) =>
                {
                    State::End(End::Goodbye)
                }
                Verdict::AgentEnded { .. } | Verdict::TransferredOut { .. } => {
                    State::End(End::Person)
                }
                _ => return Ok(None),
            },
            Standing::Elsewhere => return Ok(None),
        }))
    }

    /// The states that the graph has after this.
    fn expected(&self, from: State, befell: &Befell) -> HashSet<State> {
        let events: Vec<Event> = match &befell.what {
            // It is the same key; the graph calls it by what it does.
            What::Key(Key::STAR)
                if matches!(from, State::Waiting { .. } | State::Outside { .. }) =>
            {
                vec![Event::LookBack]
            }
            What::Key(key) => vec![Event::Key(*key)],
            What::Fault => vec![Event::Fault],
            What::Time => BY_ITSELF.to_vec(),
            What::Other(events) => events.to_vec(),
            What::Gone => Vec::new(),
        };
        let mut found = HashSet::new();
        let mut open: Vec<State> = Vec::new();
        let mut add = |from: State, event: Event| {
            let id = self.graph.numbers.get(from);
            let all = id.map(|id| after(&self.graph, id, event));
            let new = all.into_iter().flatten().filter(|s| found.insert(*s));
            new.collect::<Vec<State>>()
        };
        // Who presses a key before the first word is in the menus by that.
        let mut at = vec![from];
        if from == State::Answered {
            at = add(from, Event::Settled);
            open.extend(&at);
        }
        for from in at {
            for event in &events {
                open.extend(add(from, *event));
            }
        }
        while let Some(state) = open.pop() {
            for event in AT_ONCE {
                open.extend(add(state, *event));
            }
            // A follow-up to an address that can not be made of a withheld number.
            if matches!(state, State::Menu(_)) {
                open.extend(add(state, Event::StoreFailed));
            }
            // Another message at once would be a loop: to the people, by the fault.
            if state == MESSAGE && befell.broken {
                open.extend(add(state, Event::Fault));
            }
        }
        found
    }

    /// Where those are who are asked when a person has ended the talk.
    fn asked_after(&self) -> HashSet<State> {
        let waiting = |s: &StateId| matches!(self.graph.state(*s), State::Waiting { .. });
        let ids = self.graph.all().filter(waiting);
        ids.flat_map(|id| after(&self.graph, id, Event::TalkEnded))
            .collect()
    }

    /// Follows one step; in words what the graph does not have.
    fn follow(&mut self, befell: &Befell, ways: &mut Ways) -> Result<(), String> {
        if self.over {
            return Ok(());
        }
        if befell.what == What::Gone {
            self.over = true;
            return Ok(());
        }
        let before = self.at.take();
        let place = self.place.take();
        if let Standing::Menu { place, .. } = &befell.standing {
            self.place = place.clone();
        }
        let theirs = matches!(before, None | Some(State::End(End::Person)));
        let state = match self.state(before, befell) {
            Err(_) if theirs => return Ok(()),
            state => state?,
        };
        let (Some(from), Some(to)) = (before, state) else {
            self.at = state;
            return Ok(());
        };
        // Theirs it is, but for what they end it with.
        if let (State::End(End::Person), State::Menu(_)) = (from, to)
            && !self.asked_after().contains(&to)
        {
            return Err(format!(
                "a person led to {to:?}, which the graph does not have"
            ));
        }
        if theirs {
            *ways.entry(way(from, to, &befell.what)).or_default() += 1;
            self.at = state.filter(|s| self.is_known(*s));
            return Ok(());
        }
        self.at = Some(to);
        if from == to {
            return Ok(());
        }
        let mut expected = self.expected(from, befell);
        // To the people is back to the place that the caller has.
        let to_people = |s: &State| matches!(s, State::Waiting { .. });
        if let State::Waiting { queue, .. } = to
            && place.is_some_and(|p| self.place_of(&p) == Some(queue))
            && expected.iter().any(to_people)
        {
            expected.insert(to);
        }
        if !self.is_known(to) {
            return Err(format!(
                "{:?} at {from:?}: {to:?} is not in the graph",
                befell.what
            ));
        }
        if !expected.contains(&to) {
            return Err(format!(
                "{:?} at {from:?} led to {to:?}, which the graph does not have; it has {expected:?}",
                befell.what
            ));
        }
        *ways.entry(way(from, to, &befell.what)).or_default() += 1;
        Ok(())
    }

    fn is_known(&self, state: State) -> bool {
        matches!(state, State::End(_)) || self.graph.numbers.get(state).is_some()
    }
}

/// For the counts: what of the people was met.
fn way(from: State, to: State, what: &What) -> String {
    let word = |state: State| match state {
        State::Answered | State::Resuming => "answer".to_owned(),
        State::Menu(_) => "menu".to_owned(),
        State::Waiting { tried: 1, .. } => "waiting".to_owned(),
        State::Waiting { .. } => "waiting further on".to_owned(),
        State::Outside { .. } => "outside".to_owned(),
        State::Message { step, .. } => format!("{step:?}").to_lowercase(),
        State::End(end) => format!("{end:?}").to_lowercase(),
    };
    let what = match what {
        What::Key(key) => format!(" by {key}"),
        What::Fault => " by a fault".to_owned(),
        What::Other([Event::Overflow(cause), ..]) => format!(" as {cause:?}").to_lowercase(),
        What::Other([Event::StoreFailed]) => " not stored".to_owned(),
        What::Time | What::Other(_) | What::Gone => String::new(),
    };
    format!("{} → {}{what}", word(from), word(to))
}

/// Plays the scenarios of these numbers and follows all calls; what was not in the graph, each way of
/// it once.
fn follow_all(
    house: &Arc<House>,
    seeds: impl Iterator<Item = u64>,
    ways: &mut Ways,
) -> Result<(), String> {
    let mut graphs = Graphs::default();
    let mut found: BTreeMap<String, String> = BTreeMap::new();
    for seed in seeds {
        let scenario = Scenario::of(house, house.lines(), seed);
        let (_, seen) = play_watched(house, &scenario);
        // Callers stand on the stage in the order of their coming.
        let mut order: Vec<usize> = (0..scenario.callers.len()).collect();
        order.sort_by_key(|n| (scenario.callers[*n].at, *n));
        let mut begin = |n: &usize| {
            let (graph, queues) = graphs.of(house, &scenario, &scenario.callers[*n].line);
            Followed {
                line: Arc::clone(&scenario.callers[*n].line),
                graph,
                queues,
                at: None,
                place: None,
                over: false,
            }
        };
        let mut followed: Vec<Followed> = order.iter().map(&mut begin).collect();
        for befell in &seen {
            let one = &mut followed[befell.caller];
            let before = one.at;
            if let Err(what) = one.follow(befell, ways) {
                let kind = match (before, one.at) {
                    (Some(from), Some(to)) => way(from, to, &befell.what),
                    (_, _) => "elsewhere".to_owned(),
                };
                let told = format!("seed {seed}, caller {}: {what}", befell.caller);
                found.entry(kind).or_insert(told);
            }
        }
    }
    match found.is_empty() {
        true => Ok(()),
        false => Err(format!("{found:#?}")),
    }
}

/// What callers can meet among the people has been met, so that the comparison says something.
const MET: &[&str] = &[
    "menu → waiting by 0",
    "menu → waiting by a fault",
    "menu → intro by 2",
    "waiting → person",
    "waiting → menu by *",
    "waiting → intro as full",
    "waiting → intro as unstaffed",
    "waiting → intro as waitedtoolong",
    "waiting → intro as atonce",
    "intro → recording",
    "intro → waiting by 0",
    "intro → waiting",
    "recording → ending by #",
    "recording → ending",
    "ending → asking",
    "ending → intro",
    "ending → storing",
    "asking → choosing",
    "asking → fetching by 2",
    "asking → storing by 1",
    "asking → intro by 3",
    "fetching → hearing",
    "hearing → asking",
    "choosing → storing",
    "recording → intro by *",
    "recording → waiting by 0",
    "recording → waiting by a fault",
    "storing → confirming",
    "storing → waiting by 0",
    "storing → waiting not stored",
    "confirming → promise",
    "waiting → outside as unstaffed",
    "waiting → outside as waitedtoolong",
    "outside → person",
    "outside → menu by *",
    "outside → intro",
    "outside → waiting by a fault",
];

fn all_met(ways: &Ways, expected: &[&str]) {
    let met = |way: &&&str| ways.keys().any(|w| w.starts_with(**way));
    let missing: Vec<_> = expected.iter().filter(|w| !met(w)).collect();
    assert!(missing.is_empty(), "never met: {missing:?}\n{ways:#?}");
}

#[test]
fn what_befalls_a_call_among_the_people_is_in_the_graph() {
    let mut ways = Ways::new();
    assert_eq!(follow_all(&demo(), 0..400, &mut ways), Ok(()));
    assert_eq!(follow_all(&small(), 0..1_500, &mut ways), Ok(()));
    all_met(&ways, MET);
}

/// Two queues, which lead to each other in a fifth of the scenarios.
#[test]
fn what_befalls_a_call_on_its_way_through_queues_is_in_the_graph() {
    let tree = "  root: { menu: { tries: 1, options: { \
                1: { say: { prompt: p-a }, go: shop }, 2: { say: { prompt: p-b }, go: leave }, \
                3: { say: { prompt: p-c }, go: again } } } }\n  \
                shop: { queue: sales }\n  leave: { message: sales }\n  \
                again: { callback: { queue: sales } }\n";
    let house = house(vec![line(tree)], tree);
    let mut ways = Ways::new();
    assert_eq!(follow_all(&house, 0..1_200, &mut ways), Ok(()));
    let further = [
        "waiting → menu by 1",
        "waiting → waiting further on",
        "waiting further on → ",
        "outside → menu as",
        "outside → menu by 1",
        "outside → waiting further on",
    ];
    all_met(&ways, &further);
}

/// When a person has ended the talk.
#[test]
fn what_befalls_a_call_that_is_asked_how_the_talk_was_is_in_the_graph() {
    let tree = "  root: { menu: { options: { 1: { say: { prompt: p-a }, go: shop } } } }\n  \
                shop: { queue: sales }\n  \
                after: { survey: { questions: { kind: { prompt: p-b }, quick: { prompt: p-c } }, go: asked } }\n  \
                asked: { choose: [ { when: { kind: 1 }, go: again }, { go: bye } ] }\n  \
                again: { callback: people }\n  bye: { goodbye: { prompt: p-d } }\n";
    let house = house(vec![line(tree)], tree);
    let mut ways = Ways::new();
    assert_eq!(follow_all(&house, 0..800, &mut ways), Ok(()));
    let asked = [
        "person → menu",
        "menu → goodbye",
        "menu → waiting by 0",
        "menu → promise",
    ];
    all_met(&ways, &asked);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn what_befalls_a_call_on_random_lines_is_in_the_graph(
        tree in property::tree(),
        seed in any::<u64>(),
    ) {
        let house = house(vec![line(&tree)], &tree);
        let seeds = (0..20).map(|i| seed.wrapping_add(i));
        let followed = follow_all(&house, seeds, &mut Ways::new());
        prop_assert_eq!(followed, Ok(()), "{}", tree);
    }
}

/// So that the comparison can fail: a graph in which a wish for a person in the message is lost.
#[test]
fn a_graph_that_lacks_what_callers_do_is_found_out() {
    let house = small();
    let zero = Event::Key(Key::ZERO);
    let within = |seeds: u64, lost: &dyn Fn(State, Event) -> bool| {
        let mut graphs = Graphs::default();
        (0..seeds).any(|seed| {
            let scenario = Scenario::of(&house, house.lines(), seed);
            let caller = &scenario.callers[0];
            let (graph, queues) = graphs.of(&house, &scenario, &caller.line);
            let mut graph = Graph::clone(&graph);
            let states = graph.states.clone();
            let kept = |s: StateId, e: &Edge| !lost(states[s.index()], e.event);
            graph.edges.retain(kept);
            let mut one = Followed {
                line: Arc::clone(&caller.line),
                graph: Arc::new(graph),
                queues,
                at: None,
                place: None,
                over: false,
            };
            let (_, seen) = play_watched(&house, &scenario);
            let mut own = seen.iter().filter(|b| b.caller == 0);
            own.any(|b| one.follow(b, &mut Ways::new()).is_err())
        })
    };
    assert!(!within(400, &|_, _| false));
    // Callers who do it in the moment in which something is stored are rare.
    let lacks = |lost: &dyn Fn(State, Event) -> bool| within(10_000, lost);
    let at = |step: MessageStep| move |s: State| matches!(s, State::Message { step: at, .. } if at == step);
    for step in [
        MessageStep::Intro,
        MessageStep::Recording,
        MessageStep::Asking,
        MessageStep::Storing,
    ] {
        let there = at(step);
        assert!(lacks(&|s, e| there(s) && e == zero), "{step:?}");
    }
    assert!(lacks(
        &|s, e| at(MessageStep::Ending)(s) && e == Event::TooShort
    ));
    assert!(lacks(
        &|s, e| at(MessageStep::Recording)(s) && e == Event::RecordedAll
    ));
    let waiting = |s: State| matches!(s, State::Waiting { .. });
    assert!(lacks(&|s, e| waiting(s) && e == Event::LookBack));
    assert!(lacks(
        &|s, e| waiting(s) && e == Event::Overflow(Cause::Unstaffed)
    ));
    let outside = |s: State| matches!(s, State::Outside { .. });
    assert!(lacks(&|s, e| outside(s) && e == Event::NotReached));
    assert!(lacks(&|s, e| outside(s) && e == Event::Reached));
}
