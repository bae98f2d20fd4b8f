//! The queue once more, with nothing but lists and searches: slow and obviously right.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::ids::{AgentId, ContactId, SkillName};
use crate::now::Mono;
use crate::queue::action::{AgentState, OfferId, OverflowCause, OverflowStep};
use crate::queue::settings::{AcdSettings, Strategy};
use crate::queue::snapshot::CallerPlace;

mod agents;
mod callers;
mod offers;
mod renewal;

pub(super) struct Model {
    pub(super) settings: AcdSettings,
    pub(super) agents: Vec<Agent>,
    pub(super) callers: Vec<Caller>,
    pub(super) offers: Vec<Offer>,
    /// Since the last look.
    pub(super) overflowed: Vec<(ContactId, OverflowCause, OverflowStep)>,
    /// Waits that ended without an agent.
    pub(super) overflows: u64,
    /// Per queue: since when nobody is signed in, if somebody ever was.
    deserted: Vec<Option<Mono>>,
    stopping: bool,
    /// What any agent has ever had.
    skills: BTreeSet<SkillName>,
    tickets: u64,
    rests: u64,
    made: u64,
}

pub(super) struct Agent {
    pub(super) id: AgentId,
    pub(super) state: AgentState,
    /// Not among the settings any more.
    pub(super) removed: bool,
    signed_in: bool,
    pause: bool,
    /// Calls of their own.
    calls: BTreeSet<u64>,
    /// When the last rest began: the order of being idle.
    rest: u64,
    until: Option<Mono>,
    pub(super) with: Option<ContactId>,
    wrap_up: Duration,
    /// Until when they would be writing up, were a phone of theirs there.
    unwritten: Option<Mono>,
    /// The number of the last offer to them.
    offered: u64,
    taken: u64,
}

#[derive(Clone)]
pub(super) struct Caller {
    pub(super) id: ContactId,
    pub(super) queue: usize,
    pub(super) priority: u8,
    pub(super) ticket: u64,
    pub(super) at: At,
    since: Mono,
    tried: Vec<usize>,
    /// Sent on by their queue: why, and which step follows.
    sent_on: Option<(OverflowCause, usize)>,
    came: Mono,
    needs: BTreeMap<SkillName, u8>,
    /// The agent they would rather have, and until when they are kept for them.
    wish: Option<(usize, Mono)>,
    /// In self-service.
    elsewhere: bool,
    /// To be called back.
    absent: bool,
}

impl Caller {
    fn listens(&self) -> bool {
        !self.elsewhere && !self.absent
    }
}

/// What a caller brings along.
#[derive(Clone, Debug, Default)]
pub(super) struct Comes {
    pub(super) priority: u8,
    pub(super) needs: BTreeMap<SkillName, u8>,
    pub(super) wish: Option<(usize, Duration)>,
    /// How long ago they came.
    pub(super) ago: Duration,
    pub(super) absent: bool,
}

#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum At {
    Line,
    Agent(usize),
    Transfer,
}

#[derive(Clone, PartialEq, Debug)]
pub(super) struct Offer {
    pub(super) id: OfferId,
    pub(super) contact: ContactId,
    pub(super) agent: usize,
    until: Mono,
}

/// What is due, in the order in which what falls together is served.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Due {
    /// Other agents than before may take a caller.
    Regroup,
    Agent(usize),
    Offer(OfferId),
    Deserted(usize),
    TooLong(ContactId),
}

impl Model {
    pub(super) fn new(settings: AcdSettings) -> Model {
        let agents = settings.agents.iter().map(|a| Agent {
            id: a.id.clone(),
            state: AgentState::Offline,
            removed: false,
            signed_in: false,
            pause: false,
            calls: BTreeSet::new(),
            rest: 0,
            until: None,
            with: None,
            wrap_up: Duration::ZERO,
            unwritten: None,
            offered: 0,
            taken: 0,
        });
        Model {
            agents: agents.collect(),
            callers: Vec::new(),
            offers: Vec::new(),
            overflowed: Vec::new(),
            overflows: 0,
            deserted: vec![None; settings.queues.len()],
            stopping: false,
            skills: settings
                .agents
                .iter()
                .flat_map(|a| a.skills.keys().cloned())
                .collect(),
            tickets: 0,
            rests: 0,
            made: 0,
            settings,
        }
    }

    fn serves(&self, agent: usize, queue: usize) -> bool {
        let name = &self.settings.queues[queue].name;
        self.settings.agents[agent].queues.contains(name)
    }

    fn caller(&self, id: ContactId) -> Option<usize> {
        self.callers.iter().position(|c| c.id == id)
    }

    pub(super) fn rung(&self, id: ContactId) -> usize {
        self.offers.iter().filter(|o| o.contact == id).count()
    }

    /// Whether one more agent may be asked.
    fn is_open(&self, c: &Caller) -> bool {
        self.settings.queues[c.queue].strategy == Strategy::RingAll || self.rung(c.id) == 0
    }

    /// The line of a queue, first to last.
    pub(super) fn line(&self, queue: usize) -> Vec<ContactId> {
        let mut line: Vec<&Caller> = self
            .callers
            .iter()
            .filter(|c| c.queue == queue && c.at == At::Line)
            .collect();
        line.sort_by_key(|c| self.place_in_line(c));
        line.iter().map(|c| c.id).collect()
    }

    pub(super) fn place(&self, id: ContactId) -> Option<CallerPlace> {
        let c = &self.callers[self.caller(id)?];
        Some(match c.at {
            At::Agent(a) => CallerPlace::Talking(self.agents[a].id.clone()),
            At::Transfer => CallerPlace::Away,
            At::Line => {
                let mine = self.offers.iter().filter(|o| o.contact == id);
                let ring: Vec<_> = mine.map(|o| self.agents[o.agent].id.clone()).collect();
                if ring.is_empty() {
                    CallerPlace::Waiting
                } else {
                    CallerPlace::Offered(ring)
                }
            }
        })
    }

    /// Who waited longest is first; a step of priority counts as a wait.
    fn place_in_line(&self, c: &Caller) -> (i128, u64) {
        let came = c.came.since_start().as_millis() as i128;
        let worth = self.settings.priority_worth.as_millis() as i128;
        (came - worth * i128::from(c.priority), c.ticket)
    }

    fn works(&self, a: usize) -> bool {
        !matches!(
            self.agents[a].state,
            AgentState::Offline | AgentState::Paused { .. } | AgentState::Missed
        )
    }

    fn held_for(&self, now: Mono, c: &Caller, q: usize) -> Option<usize> {
        let (a, until) = c.wish?;
        (now < until && self.serves(a, q) && self.works(a)).then_some(a)
    }

    /// How many times what the caller needs has become less.
    fn relaxed(&self, now: Mono, c: &Caller, q: usize) -> u8 {
        let every = self.settings.queues[q].relax_every;
        let steps = now.since(c.since).as_nanos() / every.as_nanos();
        u8::try_from(steps).unwrap_or(u8::MAX)
    }

    /// Whether this agent may be offered this caller in that queue.
    fn may_serve(&self, now: Mono, a: usize, c: &Caller, q: usize) -> bool {
        if !self.serves(a, q) {
            return false;
        }
        if let Some(wished) = self.held_for(now, c, q) {
            return wished == a;
        }
        let level = |a: usize, s| self.settings.agents[a].skills.get(s).copied().unwrap_or(0);
        let here = |x: &usize| self.serves(*x, q) && self.agents[*x].state != AgentState::Offline;
        c.needs.iter().all(|(skill, needed)| {
            let needed = needed.saturating_sub(self.relaxed(now, c, q));
            let best = (0..self.agents.len())
                .filter(here)
                .map(|x| level(x, skill))
                .max();
            level(a, skill) >= needed.min(best.unwrap_or(0))
        })
    }

    /// The ready agents of a queue who may serve the caller, whose turn it is first.
    fn agents_for(&self, now: Mono, c: &Caller, q: usize) -> Option<usize> {
        let ready = |a: &usize| self.agents[*a].state == AgentState::Ready;
        let mut all: Vec<usize> = (0..self.agents.len())
            .filter(ready)
            .filter(|&a| self.may_serve(now, a, c, q))
            .collect();
        all.sort_by_key(|&a| {
            let agent = &self.agents[a];
            let turn = match self.settings.queues[q].strategy {
                Strategy::LongestIdle | Strategy::RingAll => 0,
                Strategy::RoundRobin => agent.offered,
                Strategy::FewestContacts => agent.taken,
            };
            (c.wish.is_none_or(|(w, _)| w != a), turn, agent.rest, a)
        });
        all.first().copied()
    }
}
