//! Callers, agents, phones and a store as the queue meets them, and what it owes them.

mod callers;
mod calling;
mod owed;
mod promises;
mod talks;
mod tally;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

pub(super) use self::tally::Tally;

use self::promises::{Ask, Row, Wrote};
use super::plan::{Chance, DAY, HOUR, MINUTE, Plan, QUEUES, SECOND};
use crate::ids::{AgentId, ContactId};
use crate::now::{Mono, Now, Wall};
use crate::queue::acd::{Acd, NotAnswered};
use crate::queue::action::{AgentState, OfferId};
use crate::queue::callbacks::Callbacks;

/// So many of the last events are told with a failure.
const TOLD: usize = 40;
/// More happens in no millisecond.
const STEPS: u32 = 10_000;
/// How long a callback is left alone after a call, as in the server.
const REST: Duration = Duration::from_secs(10);

/// A contact: of a visit its number in the plan, of a call that we make one from here on.
type Id = u64;
const CALLS: Id = 1 << 32;

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    Comes(Id),
    HangsUp(Id),
    /// Does what they came to do besides waiting.
    Wants(Id),
    /// Has said that they want to be called back, `true`: by this turn of theirs.
    AsksStore(Id, u64),
    /// Comes back from self-service.
    Returns(Id, u64),
    /// Whom the queue has sent on, to be called back: yes or no.
    Decides(Id, u64),
    /// A message could not be kept, and the queue is asked anew.
    AsksAgain(Id, u64),
    /// A promise is on the disk.
    Kept(usize),
    /// And is told, or that it is not.
    Told(usize, bool),
    /// Nothing was heard of it for long enough.
    GivesUp(usize),
    /// Callbacks are looked at.
    Look,
    /// What came of an attempt is written, or is tried anew.
    Written(u64),
    WriteAgain(u64),
    Customer(Id, u64),
    InVain(Id, u64),
    Answers(OfferId),
    Refuses(OfferId, u8),
    TalkEnds(Id, u64),
    TransferEnds(Id, u64),
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
    /// By their queue, to be called back if they want.
    SentOn,
    /// The queue has forgotten them, and no message could be kept.
    Apart,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Presence {
    Listens,
    Elsewhere,
    /// Not at the phone: to be called back.
    CalledBack,
}

struct Guest {
    place: Place,
    presence: Presence,
    queue: usize,
    person: usize,
    priority: u8,
    patience: u64,
    fate: u64,
    /// When they came by the world's clock, as the record has it.
    came: Wall,
    /// When they came, earlier by what their urgency is worth.
    rank: i64,
    /// The agent they are kept for, and until when.
    wish: Option<(AgentId, u64)>,
    /// How many phones rang and talks went on for them.
    turns: u64,
    /// A promise that they wait for.
    asks: Option<usize>,
    /// None could be kept.
    broken: bool,
    /// The callback that this call is for.
    row: Option<usize>,
}

pub(super) struct World<'p> {
    plan: &'p Plan,
    acd: Acd,
    now: u64,
    wall: i64,
    due: BTreeSet<(u64, u64, Event)>,
    events: u64,
    guests: BTreeMap<Id, Guest>,
    offers: BTreeMap<OfferId, (Id, AgentId)>,
    agents: BTreeMap<AgentId, AgentState>,
    /// Calls beside the queue that go on, and whose.
    asides: BTreeMap<usize, AgentId>,
    /// With whom people talked last, and when.
    last: BTreeMap<usize, (AgentId, Wall)>,
    callbacks: Callbacks<(Wrote, u64)>,
    /// What the store has. It survives the process.
    rows: Vec<Row>,
    open: BTreeSet<usize>,
    /// What it was asked to keep, by this process.
    asks: BTreeMap<usize, Ask>,
    asked: usize,
    writing: bool,
    /// When callbacks are looked at next, without news.
    look_at: u64,
    /// How often the process has begun.
    epoch: u64,
    calls: u64,
    tally: Tally,
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
    pub(super) fn run(plan: &'p Plan) -> Result<Tally, String> {
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
            last: BTreeMap::new(),
            callbacks: Callbacks::new(REST),
            rows: Vec::new(),
            open: BTreeSet::new(),
            asks: BTreeMap::new(),
            asked: 0,
            writing: false,
            look_at: u64::MAX,
            epoch: 0,
            calls: 0,
            tally: Tally::default(),
            told: VecDeque::new(),
            wrong: None,
            entered: 0,
            answered: 0,
            abandoned: 0,
            overflowed: 0,
        };
        for (n, visit) in plan.visits.iter().enumerate() {
            world.at(visit.at, Event::Comes(n as Id));
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
            None => Ok(world.tally),
            Some(wrong) => {
                let told: Vec<String> = world.told.into();
                Err(format!("{wrong}\n{}", told.join("\n")))
            }
        }
    }

    fn live(&mut self) {
        // Long enough after the last day that all have hung up.
        let end = (self.plan.days + 2) * DAY;
        let mut steps = 0;
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
            steps = if next > self.now { 0 } else { steps + 1 };
            if steps > STEPS {
                self.fault("time does not pass");
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
        // Those who are to be called back wait until people are there.
        let here = self.guests.values();
        let mut here = here.filter(|g| g.presence != Presence::CalledBack);
        if self.wrong.is_none() && here.next().is_some() {
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

    fn after(&mut self, ms: u64, event: Event) {
        self.at(self.now + ms, event);
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
    fn turn(&mut self, id: Id) -> Chance {
        let guest = self.guests.get_mut(&id);
        let (fate, turns) = guest.map_or((0, 0), |g| {
            g.turns += 1;
            (g.fate, g.turns)
        });
        Chance::new(fate ^ (turns << 48))
    }

    fn turns(&self, id: Id) -> u64 {
        self.guests.get(&id).map_or(0, |g| g.turns)
    }

    fn happens(&mut self, event: Event) {
        let now = self.time();
        match event {
            Event::Comes(n) => self.comes(n),
            Event::HangsUp(id) => self.hangs_up(id),
            Event::Wants(id) => self.wants(id),
            Event::AsksStore(id, turn) => self.asks_store(id, turn),
            Event::Returns(id, turn) => self.returns(id, turn),
            Event::Decides(id, turn) => self.decides(id, turn),
            Event::AsksAgain(id, turn) => self.asks_again(id, turn),
            Event::Kept(ask) => self.kept(ask),
            Event::Told(ask, kept) => self.answered_by_store(ask, kept),
            Event::GivesUp(ask) => self.gives_up(ask),
            Event::Look => self.look(),
            Event::Written(epoch) => self.written(epoch),
            Event::WriteAgain(epoch) => self.write_again(epoch),
            Event::Customer(id, turn) => self.customer(id, turn),
            Event::InVain(id, turn) => self.in_vain(id, turn),
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
            Event::Jump => {
                match self.now % 2 {
                    0 => self.wall += 3 * HOUR as i64 - 7_000,
                    _ => self.wall -= HOUR as i64 + 7_000,
                }
                // The server looks every so often.
                self.after(30 * SECOND, Event::Look);
            }
        }
    }

    fn place(&self, id: Id) -> Option<&Place> {
        self.guests.get(&id).map(|g| &g.place)
    }

    fn set(&mut self, id: Id, place: Place) {
        if let Some(guest) = self.guests.get_mut(&id) {
            guest.place = place;
        }
    }

    fn restart(&mut self) {
        self.acd = Acd::new(self.plan.settings.clone());
        self.offers.clear();
        // Its calls end with the process.
        self.asides.clear();
        (self.entered, self.answered, self.abandoned, self.overflowed) = (0, 0, 0, 0);
        self.epoch += 1;
        self.recover();
        let there: Vec<AgentId> = self
            .agents
            .iter()
            .filter(|(_, state)| **state != AgentState::Offline)
            .map(|(agent, _)| agent.clone())
            .collect();
        self.agents.clear();
        for (i, agent) in there.iter().enumerate() {
            let n = agent.as_str().trim_start_matches("agent").parse();
            self.after((i as u64 + 1) * 3 * SECOND, Event::In(n.unwrap_or(0)));
        }
    }

    fn offers_to(&self, agent: &AgentId) -> Vec<OfferId> {
        let to = |(_, (_, a)): &(&OfferId, &(Id, AgentId))| a == agent;
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

    fn serves(&self, agent: &AgentId, queue: usize) -> bool {
        let agents = &self.plan.settings.agents;
        let mut queues = agents.iter().filter(|a| a.id == *agent);
        queues.any(|a| a.queues.iter().any(|q| q.as_str() == QUEUES[queue]))
    }

    fn works(&self, agent: &AgentId) -> bool {
        !matches!(
            self.agents.get(agent),
            None | Some(AgentState::Offline | AgentState::Paused { .. } | AgentState::Missed)
        )
    }

    /// The agent whom the caller is kept for at this moment.
    fn held_for<'g>(&self, guest: &'g Guest) -> Option<&'g AgentId> {
        let (agent, until) = guest.wish.as_ref()?;
        let holds = self.now < *until && self.serves(agent, guest.queue) && self.works(agent);
        holds.then_some(agent)
    }
}

fn contact(id: Id) -> ContactId {
    ContactId::from_u64(id)
}

fn aside(n: usize) -> ContactId {
    ContactId::from_u64((1 << 40) + n as u64)
}

fn agent(n: usize) -> AgentId {
    AgentId::new(format!("agent{n}"))
}
