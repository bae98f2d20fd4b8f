//! What happens, at random.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::sample::Index;
use proptest::strategy::Strategy as Strategy_;

use super::{AGENTS, CALLERS, QUEUES, SKILLS, name};
use crate::ids::{PhoneNumber, SkillName};
use crate::queue::acd::NotAnswered;
use crate::queue::action::OverflowStep;
use crate::queue::settings::{
    AcdSettings, AgentSettings, QueueSettings, SetAside, Strategy, Unstaffed,
};
use crate::queue::tests::model::Comes;
use crate::queue::tests::transcript::secs;

#[derive(Clone, Debug)]
pub(super) enum Event {
    In(usize),
    Out(usize),
    Ready(usize),
    Pause(usize),
    Done(usize),
    Over(usize),
    Transfer(usize),
    Took(usize, u64),
    /// On a call of their own, and no longer.
    Engaged(usize, u64),
    Free(usize, u64),
    Enter(u64, usize, Comes),
    Gone(u64),
    Away(u64),
    Return(u64),
    Back(u64),
    Reached(u64),
    Asks(u64),
    /// What a step led to came to nothing.
    Next(u64, bool),
    Answer(Index),
    NotAnswered(Index, NotAnswered),
    /// An offer that never was, or is over.
    Late(u64),
    Wait(u64),
    /// Other settings, of these agents.
    Settings(Box<AcdSettings>, Vec<bool>),
    Stop,
}

pub(super) fn event() -> impl Strategy_<Value = Event> {
    let a = || 0..AGENTS;
    let c = || 0..CALLERS;
    let cause = prop_oneof![
        Just(NotAnswered::NoAnswer),
        Just(NotAnswered::Busy),
        Just(NotAnswered::Refused),
        Just(NotAnswered::Unreachable),
    ];
    prop_oneof![
        4 => a().prop_map(Event::In),
        1 => a().prop_map(Event::Out),
        3 => a().prop_map(Event::Ready),
        1 => a().prop_map(Event::Pause),
        1 => a().prop_map(Event::Done),
        4 => a().prop_map(Event::Over),
        2 => a().prop_map(Event::Transfer),
        1 => (a(), c()).prop_map(|(a, c)| Event::Took(a, c)),
        2 => (a(), 0..2u64).prop_map(|(a, call)| Event::Engaged(a, call)),
        3 => (a(), 0..2u64).prop_map(|(a, call)| Event::Free(a, call)),
        12 => (c(), 0..QUEUES.len(), comes()).prop_map(|(c, q, comes)| Event::Enter(c, q, comes)),
        2 => c().prop_map(Event::Gone),
        2 => c().prop_map(Event::Away),
        2 => c().prop_map(Event::Return),
        2 => c().prop_map(Event::Back),
        1 => c().prop_map(Event::Reached),
        1 => c().prop_map(Event::Asks),
        4 => (c(), any::<bool>()).prop_map(|(c, again)| Event::Next(c, again)),
        6 => any::<Index>().prop_map(Event::Answer),
        3 => (any::<Index>(), cause).prop_map(|(i, c)| Event::NotAnswered(i, c)),
        1 => (0..60u64).prop_map(Event::Late),
        8 => (0..9_000u64).prop_map(Event::Wait),
        2 => (settings(), prop::collection::vec(prop::bool::weighted(0.8), AGENTS))
            .prop_map(|(settings, there)| Event::Settings(Box::new(settings), there)),
    ]
}

pub(super) fn skills() -> impl Strategy_<Value = BTreeMap<SkillName, u8>> {
    let one = prop::sample::select(SKILLS.to_vec()).prop_map(SkillName::from);
    prop_oneof![
        2 => Just(BTreeMap::new()),
        3 => prop::collection::btree_map(one, 0..4u8, 1..3),
    ]
}

pub(super) fn comes() -> impl Strategy_<Value = Comes> {
    let wish = (0..AGENTS, (0..6u64).prop_map(secs));
    (
        prop_oneof![4 => Just(0u8), 1 => Just(3)],
        skills(),
        prop_oneof![2 => Just(None), 1 => wish.prop_map(Some)],
        prop_oneof![3 => Just(0u64), 1 => 0..30u64],
        prop_oneof![3 => Just(false), 1 => Just(true)],
    )
        .prop_map(|(priority, needs, wish, ago, absent)| Comes {
            priority,
            needs,
            wish,
            ago: secs(ago),
            absent,
        })
}

pub(super) fn settings() -> impl Strategy_<Value = AcdSettings> {
    let some = |p: std::ops::Range<u64>| prop_oneof![Just(None), p.prop_map(|s| Some(secs(s)))];
    let queue = (
        prop_oneof![
            Just(Strategy::LongestIdle),
            Just(Strategy::RoundRobin),
            Just(Strategy::FewestContacts),
            Just(Strategy::RingAll)
        ],
        1..12u64,
        0..5u64,
        0..5usize,
        some(0..25),
        prop_oneof![Just(Unstaffed::Overflow), Just(Unstaffed::Wait)],
        0..6u64,
        prop::collection::vec(0..6usize, 0..4),
        1..7u64,
    );
    let agent = (
        prop::sample::subsequence(QUEUES.to_vec(), 1..=3),
        some(0..4),
        some(1..12),
        skills(),
    );
    (
        prop::collection::vec(queue, QUEUES.len()),
        prop::collection::vec(agent, AGENTS),
        prop::collection::vec(some(1..20), 4),
        0..20u64,
    )
        .prop_map(|(queues, agents, aside, worth)| AcdSettings {
            priority_worth: secs(worth),
            queues: queues
                .into_iter()
                .zip(QUEUES)
                .map(
                    |((strategy, ring, wrap, max, wait, unstaffed, after, steps, relax), name)| {
                        QueueSettings {
                            strategy,
                            ring_for: secs(ring),
                            wrap_up: secs(wrap),
                            max_callers: max,
                            max_wait: wait,
                            unstaffed,
                            unstaffed_after: secs(after),
                            comfort_every: None,
                            position_every: None,
                            relax_every: secs(relax),
                            overflow: steps
                                .into_iter()
                                .map(|s| match (QUEUES.get(s), s) {
                                    (Some(q), _) => OverflowStep::Queue((*q).into()),
                                    (None, 3) => OverflowStep::Outside(PhoneNumber::new("1")),
                                    (None, 4) => OverflowStep::Callback,
                                    (None, _) => OverflowStep::Message,
                                })
                                .collect(),
                            ..QueueSettings::new(name)
                        }
                    },
                )
                .collect(),
            agents: agents
                .into_iter()
                .enumerate()
                .map(|(i, (queues, wrap_up, ring_for, skills))| AgentSettings {
                    ring_for,
                    wrap_up,
                    skills,
                    ..AgentSettings::new(name(i).as_str(), queues)
                })
                .collect(),
            set_aside: SetAside {
                no_answer: aside[0],
                busy: aside[1],
                refused: aside[2],
                unreachable: aside[3],
            },
        })
}
