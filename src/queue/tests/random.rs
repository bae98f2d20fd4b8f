//! The machine against the model: the same random events, the same state after each.

use std::collections::BTreeMap;
use std::time::Duration;

use proptest::prelude::*;
use proptest::sample::Index;

use super::model::{At, Comes, Model};
use super::transcript::secs;
use crate::ids::{AgentId, ContactId, SkillName};
use crate::now::{Mono, Now};
use crate::queue::acd::{Acd, Answer, Arrival, Leaving, NotAnswered, Wanted};
use crate::queue::action::{AgentState, OfferId, OverflowStep, QueueAction};
use crate::queue::line::Priority;
use crate::queue::settings::{
    AcdSettings, AgentSettings, QueueSettings, SetAside, Strategy, Unstaffed,
};

const QUEUES: [&str; 3] = ["a", "b", "c"];
const SKILLS: [&str; 3] = ["en", "de", "cards"];
const AGENTS: usize = 5;
const CALLERS: u64 = 9;

#[derive(Clone, Debug)]
enum Event {
    In(usize),
    Out(usize),
    Ready(usize),
    Pause(usize),
    Done(usize),
    Over(usize),
    Transfer(usize),
    Took(usize, u64),
    Enter(u64, usize, Comes),
    Gone(u64),
    Away(u64),
    Return(u64),
    Asks(u64),
    Answer(Index),
    NotAnswered(Index, NotAnswered),
    /// An offer that never was, or is over.
    Late(u64),
    Wait(u64),
    Stop,
}

fn event() -> impl Strategy_<Value = Event> {
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
        12 => (c(), 0..QUEUES.len(), comes()).prop_map(|(c, q, comes)| Event::Enter(c, q, comes)),
        2 => c().prop_map(Event::Gone),
        1 => c().prop_map(Event::Away),
        2 => c().prop_map(Event::Return),
        1 => c().prop_map(Event::Asks),
        6 => any::<Index>().prop_map(Event::Answer),
        3 => (any::<Index>(), cause).prop_map(|(i, c)| Event::NotAnswered(i, c)),
        1 => (0..60u64).prop_map(Event::Late),
        8 => (0..9_000u64).prop_map(Event::Wait),
    ]
}

use proptest::strategy::Strategy as Strategy_;

fn skills() -> impl Strategy_<Value = BTreeMap<SkillName, u8>> {
    let one = prop::sample::select(SKILLS.to_vec()).prop_map(SkillName::from);
    prop_oneof![
        2 => Just(BTreeMap::new()),
        3 => prop::collection::btree_map(one, 0..4u8, 1..3),
    ]
}

fn comes() -> impl Strategy_<Value = Comes> {
    let wish = (0..AGENTS, (0..6u64).prop_map(secs));
    (
        prop_oneof![4 => Just(0u8), 1 => Just(3)],
        skills(),
        prop_oneof![2 => Just(None), 1 => wish.prop_map(Some)],
    )
        .prop_map(|(priority, needs, wish)| Comes {
            priority,
            needs,
            wish,
        })
}

fn settings() -> impl Strategy_<Value = AcdSettings> {
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
        prop::collection::vec(0..4usize, 0..4),
        1..7u64,
    );
    let agent = (
        prop::sample::subsequence(QUEUES.to_vec(), 1..=3),
        some(0..4),
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
                                .map(|s| match QUEUES.get(s) {
                                    Some(q) => OverflowStep::Queue((*q).into()),
                                    None => OverflowStep::Message,
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
                .map(|(i, (queues, wrap_up, skills))| AgentSettings {
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

fn name(agent: usize) -> AgentId {
    AgentId::new(format!("agent{agent}"))
}

fn contact(n: u64) -> ContactId {
    ContactId::from_u64(n)
}

/// Both, side by side, and what the shell knows from the actions alone.
struct Pair {
    acd: Acd,
    model: Model,
    now: Now,
    ringing: BTreeMap<OfferId, (ContactId, AgentId)>,
    told: BTreeMap<AgentId, AgentState>,
    /// Entries that ended without an agent, as the shell was told.
    overflows: u64,
}

impl Pair {
    fn new(settings: AcdSettings) -> Pair {
        Pair {
            acd: Acd::new(settings.clone()),
            model: Model::new(settings),
            now: Now::default(),
            ringing: BTreeMap::new(),
            told: BTreeMap::new(),
            overflows: 0,
        }
    }

    fn step(&mut self, event: &Event) {
        let now = self.now;
        let t = now.mono;
        let (acd, model) = (&mut self.acd, &mut self.model);
        match event.clone() {
            Event::In(a) => {
                acd.handle_agent_signed_in(now, &name(a));
                model.signed_in(t, a);
            }
            Event::Out(a) => {
                acd.handle_agent_signed_out(now, &name(a));
                model.signed_out(t, a);
            }
            Event::Ready(a) => {
                acd.handle_ready(now, &name(a));
                model.ready(t, a);
            }
            Event::Pause(a) => {
                acd.handle_paused(now, &name(a), "break");
                model.paused(t, a);
            }
            Event::Done(a) => {
                acd.handle_wrap_up_done(now, &name(a));
                model.wrap_up_done(t, a);
            }
            Event::Over(a) => {
                let with = model.agents[a].with.unwrap_or(contact(0));
                acd.handle_contact_over(now, &name(a), with);
                model.over(t, a, with);
            }
            Event::Transfer(a) => {
                let with = model.agents[a].with.unwrap_or(contact(0));
                acd.handle_transferring(now, &name(a), with);
                model.transferring(t, a, with);
            }
            Event::Took(a, c) => {
                acd.handle_took(now, &name(a), contact(c));
                model.took(t, a, contact(c));
            }
            Event::Enter(c, q, comes) => {
                let wanted = |(agent, hold)| Wanted {
                    agent: name(agent),
                    hold,
                };
                let arrival = Arrival {
                    contact: contact(c),
                    queue: QUEUES[q].into(),
                    priority: Priority(comes.priority),
                    needs: comes.needs.clone(),
                    language: None,
                    wish: comes.wish.map(wanted),
                };
                acd.handle_enter(now, arrival);
                model.enter(t, contact(c), q, comes);
            }
            Event::Gone(c) => {
                acd.handle_left(now, contact(c), Leaving::Gone);
                model.left(t, contact(c), Leaving::Gone);
            }
            Event::Away(c) => {
                acd.handle_left(now, contact(c), Leaving::KeepsPlace);
                model.left(t, contact(c), Leaving::KeepsPlace);
            }
            Event::Return(c) => {
                acd.handle_return(now, contact(c));
                model.come_back(t, contact(c));
            }
            Event::Asks(c) => {
                acd.handle_overflow_asked(now, contact(c));
                model.asks(t, contact(c));
            }
            Event::Answer(which) => {
                if let Some(offer) = pick(&self.ringing, which) {
                    self.answer(offer);
                }
            }
            Event::NotAnswered(which, cause) => {
                if let Some(offer) = pick(&self.ringing, which) {
                    self.ringing.remove(&offer);
                    acd.handle_not_answered(now, offer, cause);
                    model.not_answered(t, offer, cause);
                }
            }
            Event::Late(n) => {
                if !self.ringing.contains_key(&OfferId(n)) {
                    acd.handle_not_answered(now, OfferId(n), NotAnswered::Busy);
                    self.answer(OfferId(n));
                }
            }
            Event::Wait(ms) => self.wait(Duration::from_millis(ms)),
            Event::Stop => {
                acd.handle_stopping(now);
                model.stop(t);
            }
        }
        self.compare();
    }

    fn answer(&mut self, offer: OfferId) {
        let ringing = self.ringing.remove(&offer);
        let ok = self.model.answered(self.now.mono, offer);
        match self.acd.handle_answered(self.now, offer) {
            Answer::Connect { contact, agent, .. } => {
                assert!(ok);
                assert_eq!(ringing, Some((contact, agent)));
            }
            Answer::TooLate => {
                assert!(!ok);
                assert_eq!(ringing, None, "what rings can be answered");
            }
        }
    }

    /// Time passes; each deadline is served at its own moment.
    fn wait(&mut self, d: Duration) {
        let end = self.now.after(d);
        loop {
            let due = self.acd.poll_timeout();
            if let Some(next) = self.model.next(self.now.mono) {
                let next = next.max(self.now.mono);
                assert!(due.is_some_and(|due| due <= next), "sleeps past {next:?}");
            }
            let Some(due) = due.filter(|&due| due <= end.mono) else {
                break;
            };
            self.now = self.now.after(due.since(self.now.mono));
            self.acd.handle_timeout(self.now);
            self.model.timeout(self.now.mono);
            self.compare();
        }
        self.now = self.now.after(end.mono.since(self.now.mono));
        self.acd.handle_timeout(self.now);
        self.model.timeout(self.now.mono);
    }

    fn compare(&mut self) {
        let mut overflowed = Vec::new();
        while let Some(action) = self.acd.poll_action() {
            match action {
                QueueAction::Offer {
                    offer,
                    contact,
                    agent,
                    ..
                } => {
                    let busy = self.ringing.values().any(|(_, a)| *a == agent);
                    assert!(!busy, "one offer at a time");
                    assert!(self.ringing.insert(offer, (contact, agent)).is_none());
                }
                QueueAction::Withdraw { offer, contact, .. } => {
                    let rang = self.ringing.remove(&offer).map(|(c, _)| c);
                    assert_eq!(rang, Some(contact), "only what rings is withdrawn");
                }
                QueueAction::Overflow { contact, cause, to } => {
                    self.overflows += 1;
                    overflowed.push((contact, cause, to));
                }
                QueueAction::Agent { agent, state } => {
                    self.told.insert(agent, state);
                }
                QueueAction::Position { .. } | QueueAction::Comfort { .. } => {
                    panic!("not asked for");
                }
            }
        }
        assert_eq!(overflowed, std::mem::take(&mut self.model.overflowed));
        for c in 0..CALLERS {
            let is = self.acd.caller(contact(c)).map(|s| (s.place, s.queue));
            let queue = |c: ContactId| {
                let caller = self.model.callers.iter().find(|x| x.id == c);
                caller.map(|x| QUEUES[x.queue].into())
            };
            let should = self.model.place(contact(c)).zip(queue(contact(c)));
            assert_eq!(is, should, "caller {c}");
        }
        for a in &self.model.agents {
            assert_eq!(self.acd.agent(&a.id), Some(a.state.clone()), "{}", a.id);
            let told = self.told.get(&a.id).unwrap_or(&AgentState::Offline);
            assert_eq!(*told, a.state, "what was told of {}", a.id);
        }
        let rings: Vec<_> = self
            .model
            .offers
            .iter()
            .map(|o| (o.id, (o.contact, name(o.agent))))
            .collect();
        assert_eq!(self.ringing.clone().into_iter().collect::<Vec<_>>(), rings);
        let snapshot = self.acd.snapshot(self.now);
        for (q, s) in snapshot.queues.iter().enumerate() {
            let line = self.model.line(q);
            assert_eq!(s.waiting, line.len());
            for (i, c) in line.iter().enumerate() {
                assert_eq!(self.acd.position(*c), Some(i + 1));
            }
            // Every entry ends exactly once.
            let open =
                |c: &&super::model::Caller| c.queue == q && matches!(c.at, At::Line | At::Away);
            let open = self.model.callers.iter().filter(open).count() as u64;
            let n = s.counts;
            assert_eq!(
                n.entered,
                n.answered + n.abandoned + n.overflowed + n.moved + open,
                "{n:?}"
            );
        }
        let overflowed: u64 = snapshot.queues.iter().map(|q| q.counts.overflowed).sum();
        assert_eq!(overflowed, self.overflows);
    }
}

fn pick(ringing: &BTreeMap<OfferId, (ContactId, AgentId)>, which: Index) -> Option<OfferId> {
    if ringing.is_empty() {
        return None;
    }
    ringing.keys().nth(which.index(ringing.len())).copied()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn the_machine_does_what_the_model_does(
        settings in settings(),
        events in prop::collection::vec(event(), 1..120),
        stop in any::<bool>(),
    ) {
        let mut pair = Pair::new(settings);
        for event in &events {
            pair.step(event);
        }
        if stop {
            pair.step(&Event::Stop);
            pair.step(&Event::Wait(60_000));
            pair.step(&Event::Enter(0, 0, Comes::default()));
        }
        // Who is left hangs up: nothing may stay behind.
        for c in 0..CALLERS {
            pair.step(&Event::Gone(c));
        }
        prop_assert!(pair.ringing.is_empty());
        prop_assert!(pair.acd.snapshot(pair.now).queues.iter().all(|q| q.waiting == 0));
    }
}

#[test]
fn deadlines_far_apart_are_served_even_when_the_clock_jumps() {
    let mut acd = Acd::new(AcdSettings {
        queues: vec![QueueSettings {
            unstaffed: Unstaffed::Wait,
            max_wait: Some(secs(10)),
            ..QueueSettings::new("a")
        }],
        ..AcdSettings::default()
    });
    acd.handle_enter(Now::default(), Arrival::new(contact(1), "a"));
    let late = Now {
        mono: Mono::from_millis(86_400_000),
        ..Now::default()
    };
    acd.handle_timeout(late);
    let last = std::iter::from_fn(|| acd.poll_action()).last();
    assert!(
        matches!(last, Some(QueueAction::Overflow { .. })),
        "{last:?}"
    );
    assert_eq!(acd.poll_timeout(), None);
}
