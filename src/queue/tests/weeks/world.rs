//! Callers, agents and phones as the queue meets them, and what it owes them.

mod owed;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::plan::{Chance, DAY, HOUR, MINUTE, Plan, QUEUES, SECOND};
use crate::ids::{AgentId, ContactId};
use crate::now::{Mono, Now, Wall};
use crate::queue::Arrival;
use crate::queue::acd::{Acd, Answer, Leaving, NotAnswered};
use crate::queue::action::{AgentState, OfferId};
use crate::queue::line::Priority;

/// So many of the last events are told with a failure.
const TOLD: usize = 40;

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    Comes(usize),
    HangsUp(usize),
    Answers(OfferId),
    Refuses(OfferId, u8),
    TalkEnds(usize, u64),
    TransferEnds(usize, u64),
    In(usize),
    Out(usize),
    Pause(usize),
    Ready(usize),
    /// A call beside the queue, the n-th of the plan.
    Engaged(usize),
    Free(usize),
    Restart,
    Jump,
}

/// Where a caller is, as far as the world knows.
#[derive(Clone, Debug, PartialEq)]
enum Place {
    InLine(BTreeSet<OfferId>),
    Talking(AgentId),
    HandedOn,
}

struct Guest {
    place: Place,
    /// When they came, earlier by what their urgency is worth.
    rank: i64,
    /// How many phones rang and talks went on for them.
    turns: u64,
}

pub(super) struct World<'p> {
    plan: &'p Plan,
    acd: Acd,
    now: u64,
    wall: i64,
    due: BTreeSet<(u64, u64, Event)>,
    events: u64,
    guests: BTreeMap<usize, Guest>,
    offers: BTreeMap<OfferId, (usize, AgentId)>,
    agents: BTreeMap<AgentId, AgentState>,
    /// Calls beside the queue that go on, and whose.
    asides: BTreeMap<usize, AgentId>,
    told: VecDeque<String>,
    wrong: Option<String>,
    /// Entries and their ends since the process started.
    entered: u64,
    answered: u64,
    abandoned: u64,
    overflowed: u64,
}

impl<'p> World<'p> {
    /// Lives through it all; what was wrong first, with what led to it.
    pub(super) fn run(plan: &'p Plan) -> Result<(), String> {
        let mut world = World {
            acd: Acd::new(plan.settings.clone()),
            plan,
            now: 0,
            wall: 1_795_000_000_000,
            due: BTreeSet::new(),
            events: 0,
            guests: BTreeMap::new(),
            offers: BTreeMap::new(),
            agents: BTreeMap::new(),
            asides: BTreeMap::new(),
            told: VecDeque::new(),
            wrong: None,
            entered: 0,
            answered: 0,
            abandoned: 0,
            overflowed: 0,
        };
        for (n, visit) in plan.visits.iter().enumerate() {
            world.at(visit.at, Event::Comes(n));
        }
        for shift in &plan.shifts {
            world.at(shift.from, Event::In(shift.agent));
            world.at(shift.to, Event::Out(shift.agent));
            if let Some((from, to)) = shift.pause {
                world.at(from, Event::Pause(shift.agent));
                world.at(to, Event::Ready(shift.agent));
            }
        }
        for (n, aside) in plan.asides.iter().enumerate() {
            world.at(aside.from, Event::Engaged(n));
            world.at(aside.to, Event::Free(n));
        }
        for at in &plan.restarts {
            world.at(*at, Event::Restart);
        }
        for at in &plan.jumps {
            world.at(*at, Event::Jump);
        }
        world.live();
        match world.wrong {
            None => Ok(()),
            Some(wrong) => {
                let told: Vec<String> = world.told.into();
                Err(format!("{wrong}\n{}", told.join("\n")))
            }
        }
    }

    fn live(&mut self) {
        // Long enough after the last day that all have hung up.
        let end = (self.plan.days + 2) * DAY;
        while self.wrong.is_none() {
            let timeout = self.acd.poll_timeout().map(|at| {
                let nanos = at.since_start().as_nanos();
                u64::try_from(nanos.div_ceil(1_000_000)).unwrap_or(u64::MAX)
            });
            let event = self.due.first().map(|(at, ..)| *at);
            let next = match (timeout, event) {
                (Some(t), Some(e)) => t.min(e),
                (Some(one), None) | (None, Some(one)) => one,
                (None, None) => break,
            };
            if next > end {
                break;
            }
            self.wall += (next.max(self.now) - self.now) as i64;
            self.now = next.max(self.now);
            if event.is_some_and(|e| e <= self.now) {
                if let Some((.., event)) = self.due.pop_first() {
                    self.tell(format!("{event:?}"));
                    self.happens(event);
                }
            } else {
                let now = self.time();
                self.acd.handle_timeout(now);
            }
            self.listen();
            self.check();
        }
        if self.wrong.is_none() && !self.guests.is_empty() {
            self.fault("somebody is still here");
        }
    }

    fn time(&self) -> Now {
        Now {
            mono: Mono::from_millis(self.now),
            wall: Wall::from_unix_millis(self.wall),
        }
    }

    fn at(&mut self, at: u64, event: Event) {
        self.events += 1;
        self.due.insert((at, self.events, event));
    }

    fn tell(&mut self, what: String) {
        if self.told.len() == TOLD {
            self.told.pop_front();
        }
        let (day, time) = (self.now / DAY, self.now % DAY);
        let (h, m, s) = (time / HOUR, time % HOUR / MINUTE, time % MINUTE);
        let s = s as f64 / 1_000.0;
        self.told
            .push_back(format!("{day:3} {h:02}:{m:02}:{s:06.3} {what}"));
    }

    fn fault(&mut self, what: impl Into<String>) {
        self.wrong.get_or_insert(what.into());
    }

    /// How chance has it this time for this caller.
    fn turn(&mut self, caller: usize) -> Chance {
        let fate = self.plan.visits[caller].fate;
        let guest = self.guests.get_mut(&caller);
        let turns = guest.map_or(0, |g| {
            g.turns += 1;
            g.turns
        });
        Chance::new(fate ^ (turns << 48))
    }

    fn happens(&mut self, event: Event) {
        let now = self.time();
        match event {
            Event::Comes(n) => self.comes(n),
            Event::HangsUp(n) => {
                if matches!(self.place(n), Some(Place::InLine(_))) {
                    self.acd.handle_left(now, contact(n), Leaving::Gone);
                    self.abandoned += 1;
                    self.gone(n);
                }
            }
            Event::Answers(offer) => self.answers(offer),
            Event::Refuses(offer, how) => {
                let how = match how {
                    0 => NotAnswered::Busy,
                    1 => NotAnswered::Refused,
                    _ => NotAnswered::Unreachable,
                };
                self.acd.handle_not_answered(now, offer, how);
                self.taken_back(offer);
            }
            Event::TalkEnds(n, turn) => self.talk_ends(n, turn),
            Event::TransferEnds(n, turn) => self.transfer_ends(n, turn),
            Event::In(a) => self.acd.handle_agent_signed_in(now, &agent(a)),
            Event::Out(a) => {
                let agent = agent(a);
                let offered: Vec<OfferId> = self.offers_to(&agent);
                self.acd.handle_agent_signed_out(now, &agent);
                for offer in offered {
                    self.taken_back(offer);
                }
            }
            Event::Pause(a) => self.acd.handle_paused(now, &agent(a), "break"),
            Event::Ready(a) => self.acd.handle_ready(now, &agent(a)),
            Event::Engaged(n) => {
                let agent = agent(self.plan.asides[n].agent);
                self.acd.handle_engaged(now, &agent, aside(n));
                self.asides.insert(n, agent);
            }
            Event::Free(n) => {
                let agent = agent(self.plan.asides[n].agent);
                self.asides.remove(&n);
                self.acd.handle_free(now, &agent, aside(n));
            }
            Event::Restart => self.restart(),
            Event::Jump => self.wall += 3 * HOUR as i64 - 7_000,
        }
    }

    fn place(&self, caller: usize) -> Option<&Place> {
        self.guests.get(&caller).map(|g| &g.place)
    }

    fn set(&mut self, caller: usize, place: Place) {
        if let Some(guest) = self.guests.get_mut(&caller) {
            guest.place = place;
        }
    }

    fn gone(&mut self, caller: usize) {
        if self.guests.remove(&caller).is_none() {
            self.fault(format!("caller {caller} ends twice"));
        }
        let of_theirs = |(_, (n, _)): &(&OfferId, &(usize, AgentId))| *n == caller;
        let offers: Vec<OfferId> = self
            .offers
            .iter()
            .filter(of_theirs)
            .map(|(o, _)| *o)
            .collect();
        for offer in offers {
            self.offers.remove(&offer);
        }
    }

    fn comes(&mut self, n: usize) {
        let visit = &self.plan.visits[n];
        let worth = u64::from(visit.priority) * 120 * SECOND;
        let guest = Guest {
            place: Place::InLine(BTreeSet::new()),
            rank: self.now as i64 - worth as i64,
            turns: 0,
        };
        self.guests.insert(n, guest);
        self.entered += 1;
        let arrival = Arrival {
            priority: Priority(visit.priority),
            ..Arrival::new(contact(n), QUEUES[visit.queue])
        };
        self.at(self.now + visit.patience, Event::HangsUp(n));
        let now = self.time();
        self.acd.handle_enter(now, arrival);
    }

    fn answers(&mut self, offer: OfferId) {
        let now = self.time();
        let stands = self.offers.get(&offer).cloned();
        match (self.acd.handle_answered(now, offer), stands) {
            (Answer::TooLate, None) => {}
            (Answer::TooLate, Some((n, _))) => self.fault(format!("caller {n}: answered in vain")),
            (Answer::Connect { contact: c, .. }, None) => {
                self.fault(format!("{c}: an offer that is over was taken"));
            }
            (Answer::Connect { agent, .. }, Some((n, asked))) => {
                if agent != asked {
                    self.fault(format!("caller {n}: {asked} was asked, {agent} has them"));
                }
                self.answered += 1;
                self.set(n, Place::Talking(agent));
                self.offers.remove(&offer);
                self.talks(n);
            }
        }
    }

    fn talks(&mut self, n: usize) {
        let mut chance = self.turn(n);
        let lasts = chance.of(5 * SECOND, 9 * MINUTE);
        let turn = self.guests.get(&n).map_or(0, |g| g.turns);
        self.at(self.now + lasts, Event::TalkEnds(n, turn));
    }

    fn talk_ends(&mut self, n: usize, turn: u64) {
        let Some(Place::Talking(with)) = self.place(n).cloned() else {
            return;
        };
        if self.guests.get(&n).is_none_or(|g| g.turns != turn) {
            return;
        }
        let now = self.time();
        let mut chance = self.turn(n);
        match chance.of(0, 12) {
            // The agent's phone dies: back to the head of the line.
            0 => self.back(n),
            // Handed on.
            1 | 2 => {
                self.acd.handle_transferring(now, &with, contact(n));
                self.set(n, Place::HandedOn);
                let turn = self.guests.get(&n).map_or(0, |g| g.turns);
                self.at(
                    self.now + chance.of(SECOND, 30 * SECOND),
                    Event::TransferEnds(n, turn),
                );
            }
            _ => {
                self.acd.handle_contact_over(now, &with, contact(n));
                self.gone(n);
            }
        }
    }

    fn transfer_ends(&mut self, n: usize, turn: u64) {
        if self.place(n) != Some(&Place::HandedOn)
            || self.guests.get(&n).is_none_or(|g| g.turns != turn)
        {
            return;
        }
        let now = self.time();
        match self.turn(n).of(0, 3) {
            0 => self.back(n),
            1 => {
                // Outside: we have no part in it any more.
                self.acd.handle_left(now, contact(n), Leaving::Gone);
                self.gone(n);
            }
            _ => {
                let to = agent(n % self.plan.settings.agents.len().max(1));
                let busy = !matches!(self.agents.get(&to), Some(AgentState::Ready));
                if busy {
                    return self.back(n);
                }
                self.acd.handle_took(now, &to, contact(n));
                self.set(n, Place::Talking(to));
                self.talks(n);
            }
        }
    }

    fn back(&mut self, n: usize) {
        self.entered += 1;
        self.set(n, Place::InLine(BTreeSet::new()));
        self.at(self.now + self.plan.visits[n].patience, Event::HangsUp(n));
        let now = self.time();
        self.acd.handle_return(now, contact(n));
    }

    fn restart(&mut self) {
        self.acd = Acd::new(self.plan.settings.clone());
        self.offers.clear();
        // Its calls end with the process.
        self.asides.clear();
        (self.entered, self.answered, self.abandoned, self.overflowed) = (0, 0, 0, 0);
        let here: Vec<usize> = self.guests.keys().copied().collect();
        for n in here {
            // The store keeps a callback for them (`store::recover`).
            self.gone(n);
        }
        let there: Vec<AgentId> = self
            .agents
            .iter()
            .filter(|(_, state)| **state != AgentState::Offline)
            .map(|(agent, _)| agent.clone())
            .collect();
        self.agents.clear();
        for (i, agent) in there.iter().enumerate() {
            let at = self.now + (i as u64 + 1) * 3 * SECOND;
            let n = agent.as_str().trim_start_matches("agent").parse();
            self.at(at, Event::In(n.unwrap_or(0)));
        }
    }

    fn offers_to(&self, agent: &AgentId) -> Vec<OfferId> {
        let to = |(_, (_, a)): &(&OfferId, &(usize, AgentId))| a == agent;
        self.offers.iter().filter(to).map(|(o, _)| *o).collect()
    }

    fn taken_back(&mut self, offer: OfferId) {
        if let Some((n, _)) = self.offers.remove(&offer)
            && let Some(Guest {
                place: Place::InLine(offers),
                ..
            }) = self.guests.get_mut(&n)
        {
            offers.remove(&offer);
        }
    }
}

fn contact(n: usize) -> ContactId {
    ContactId::from_u64(n as u64)
}

fn caller(contact: ContactId) -> usize {
    contact.as_u64() as usize
}

fn aside(n: usize) -> ContactId {
    ContactId::from_u64((1 << 40) + n as u64)
}

fn agent(n: usize) -> AgentId {
    AgentId::new(format!("agent{n}"))
}
