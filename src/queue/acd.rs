//! The queue machine: all queues, callers, agents and offers of one server.
//!
//! Events come in by `handle_*`, actions go out by [`Acd::poll_action`]; after each event
//! drain the actions and re-arm the timer by [`Acd::poll_timeout`]. Each event costs
//! O(log n) plus what it changes; the line is never scanned, ready agents only where skills are
//! needed.
//!
//! Rules, held after each event:
//! - a caller is in exactly one place: in line, ringing, talking, or being handed on;
//! - who looks back into self-service, or has hung up to be called back, stands in line all the
//!   same: an agent who is free is offered them too;
//! - an agent has at most one offer, and none that begins while they are on a call that the queue
//!   did not give;
//! - nobody waits while an agent of their queue is ready who has what they need; what they need
//!   becomes less while they wait, and is never more than the people who are here have;
//! - among the callers an agent may take, the one who waited longest goes first, where urgency
//!   counts as a wait; a place is kept through failed offers, failed transfers and lost agents;
//! - every entry ends exactly once: answered, abandoned, overflowed, or moved.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::action::{AgentState, OfferId, OverflowCause, OverflowStep, QueueAction, Withdrawal};
use super::arrival::Arrival;
use super::estimate::{Interval, Pace};
use super::line::{Line, Place, Priority};
use super::settings::{AcdSettings, QueueSettings, SetAside};
use super::snapshot::QueueCounts;
use crate::ids::{AgentId, ContactId, QueueName, SkillName};
use crate::now::{Mono, Now};

mod agents;
mod callers;
mod engaged;
mod matching;
mod offers;
mod presence;
mod renewal;
mod status;
mod steps;
mod timers;

use matching::Turn;
use timers::{Timer, Timers};

/// How a caller leaves the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Leaving {
    /// For good: hung up, or chose another end.
    Gone,
    /// To self-service until [`Acd::handle_back_in_line`]. The place is kept, and agents are looked for;
    /// nothing is told meanwhile, and nobody is sent on.
    KeepsPlace,
}

/// Why an offer was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NotAnswered {
    /// Rang to the end.
    NoAnswer,
    /// The phone is in use (486, 600).
    Busy,
    /// The agent pressed "reject" (603, 480, …).
    Refused,
    /// The phone could not be reached (timeout, no contact, 5xx).
    Unreachable,
}

/// What became of an agent's answer. The one place where an answer that crosses with the
/// caller's leaving, the end of ringing or another agent's answer is resolved.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "connect them, or hang up on the agent"]
pub enum Answer {
    /// The caller is the agent's: connect them.
    Connect {
        /// The caller.
        contact: ContactId,
        /// The agent.
        agent: AgentId,
        /// The queue the caller waited in.
        queue: QueueName,
        /// How long the caller waited in it.
        waited: Duration,
    },
    /// The offer is over: end the agent's call. They are told nothing else.
    TooLate,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct QueueIx(u32);

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct AgentIx(u32);

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct SkillIx(u32);

/// Skills with the level that is needed, by skill.
type Needs = Vec<(SkillIx, u8)>;

/// For whom a caller in line is open.
#[derive(Clone, Debug, PartialEq)]
enum Group {
    /// For whoever has this.
    Needs(Needs),
    /// For this agent alone.
    Held(AgentIx),
}

#[derive(Clone, Copy, Debug)]
struct Wish {
    agent: AgentIx,
    /// Until when the caller is held for them.
    until: Mono,
}

#[derive(Debug)]
struct Queue {
    settings: QueueSettings,
    /// Not among the settings any more.
    removed: bool,
    /// All who stand in line.
    line: Line,
    /// Those of the line who are to be called back: they take no room.
    called_back: usize,
    /// Those of the line who may be offered to one more agent, by what they need.
    open: BTreeMap<Needs, BTreeMap<Place, ContactId>>,
    /// Those who may be offered to one agent only.
    held: BTreeMap<AgentIx, BTreeMap<Place, ContactId>>,
    /// Those who would be held for an agent if the agent were at work, the held ones included.
    wishing: BTreeMap<AgentIx, BTreeSet<ContactId>>,
    /// Ready agents of the queue, by whose turn it is.
    idle: BTreeSet<(Turn, AgentIx)>,
    /// Agents who are not offline.
    staffed: usize,
    /// Agents who take callers, now or soon, and are not on calls of their own.
    working: usize,
    /// How many of those who are not offline have a skill at each level.
    levels: BTreeMap<SkillIx, BTreeMap<u8, usize>>,
    pace: Pace,
    /// Once nobody is signed in: when that counts. `None` while staffed and at the start.
    unstaffed_at: Option<Mono>,
    counts: QueueCounts,
}

#[derive(Debug)]
struct Agent {
    id: AgentId,
    /// Not among the settings any more: they do not sign in.
    removed: bool,
    queues: Vec<QueueIx>,
    /// By skill.
    skills: Needs,
    /// In place of the queue's.
    ring_for: Option<Duration>,
    /// In place of the queue's.
    wrap_up: Option<Duration>,
    doing: AgentDoing,
    signed_in: bool,
    /// Paused, or will be when what they do now is over.
    pause: Option<String>,
    /// What they were writing up when their last phone went.
    unwritten: Option<Unwritten>,
    /// Calls that they are on, or that ring their phone, without the queue's having given them.
    engaged: BTreeSet<ContactId>,
    /// Smaller: idle for longer.
    idle_rank: u64,
    /// Smaller: offered a caller less recently.
    offered_rank: u64,
    /// Callers taken, for the sake of fewest-contacts.
    taken: u64,
    since: Mono,
}

/// A talk that is to be written up.
#[derive(Clone, Copy, Debug)]
struct Unwritten {
    contact: ContactId,
    queue: QueueIx,
    until: Mono,
}

impl Unwritten {
    fn write_up(self) -> AgentDoing {
        AgentDoing::WrapUp {
            contact: self.contact,
            queue: self.queue,
            until: self.until,
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
enum AgentDoing {
    Offline,
    Ready,
    Paused,
    Offered {
        offer: OfferId,
    },
    Talking {
        contact: ContactId,
        queue: QueueIx,
        wrap_up: Duration,
    },
    /// What would be [`AgentDoing::Ready`], were they not on a call of their own.
    Engaged,
    WrapUp {
        contact: ContactId,
        queue: QueueIx,
        until: Mono,
    },
    Missed {
        until: Option<Mono>,
    },
}

#[derive(Debug)]
struct Caller {
    queue: QueueIx,
    place: Place,
    doing: CallerDoing,
    presence: Presence,
    /// When this wait began.
    since: Mono,
    /// Queues already tried, so that overflow can not go in a circle.
    tried: Vec<QueueIx>,
    /// Their queue has sent them on, to what may come to nothing.
    sent_on: Option<SentOn>,
    needs: Needs,
    wish: Option<Wish>,
    /// Where agents are looked for, while they are.
    group: Option<Group>,
    timers: CallerTimers,
    /// When the position was told last, and what it was.
    told: Option<(Mono, usize)>,
    /// When it was first said how long this wait would take, and what was said.
    expects: Option<(Mono, Interval)>,
}

/// How far somebody is on the overflow steps of their queue.
#[derive(Clone, Copy, Debug)]
struct SentOn {
    cause: OverflowCause,
    /// The step that follows.
    next: usize,
}

#[derive(Clone, Debug, PartialEq)]
enum CallerDoing {
    Waiting,
    Offered {
        offers: Vec<OfferId>,
    },
    Talking {
        agent: AgentIx,
    },
    /// Handed on by an agent, or sent on by the queue: the wait has ended, and the place is kept.
    Away,
}

/// Whether somebody in line listens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Presence {
    /// Hears announcements, and is sent on when the queue can not keep them.
    Listens,
    /// In self-service meanwhile.
    Elsewhere,
    /// Has hung up, to be called back.
    CalledBack,
}

/// Set while in line only.
#[derive(Clone, Copy, Debug, Default)]
struct CallerTimers {
    give_up: Option<Mono>,
    position: Option<Mono>,
    comfort: Option<Mono>,
    /// When other agents may take the caller than before.
    regroup: Option<Mono>,
}

#[derive(Clone, Copy, Debug)]
struct Offer {
    contact: ContactId,
    agent: AgentIx,
    until: Mono,
}

/// The queue machine.
#[derive(Debug)]
pub struct Acd {
    queues: Vec<Queue>,
    queue_names: BTreeMap<QueueName, QueueIx>,
    agents: Vec<Agent>,
    agent_ids: BTreeMap<AgentId, AgentIx>,
    skills: BTreeMap<SkillName, SkillIx>,
    callers: BTreeMap<ContactId, Caller>,
    offers: BTreeMap<OfferId, Offer>,
    timers: Timers,
    /// Queues in which a caller and an agent may have come together.
    dirty: BTreeSet<QueueIx>,
    actions: VecDeque<QueueAction>,
    set_aside: SetAside,
    priority_worth: Duration,
    tickets: u64,
    idle_ranks: u64,
    offer_ids: u64,
    stopping: bool,
}

impl Acd {
    /// All queues empty, all agents offline.
    pub fn new(settings: AcdSettings) -> Acd {
        let mut acd = Acd {
            queues: Vec::new(),
            queue_names: BTreeMap::new(),
            agents: Vec::new(),
            agent_ids: BTreeMap::new(),
            skills: BTreeMap::new(),
            callers: BTreeMap::new(),
            offers: BTreeMap::new(),
            timers: Timers::default(),
            dirty: BTreeSet::new(),
            actions: VecDeque::new(),
            set_aside: settings.set_aside,
            priority_worth: settings.priority_worth,
            tickets: 0,
            idle_ranks: 0,
            offer_ids: 0,
            stopping: false,
        };
        acd.set_queues(settings.queues);
        acd.set_agents(settings.agents);
        acd
    }

    /// The next thing to do, in the order in which things happened.
    pub fn poll_action(&mut self) -> Option<QueueAction> {
        self.actions.pop_front()
    }

    /// When [`Acd::handle_timeout`] is due; `None`: nothing to wait for. May lie in the past.
    pub fn poll_timeout(&self) -> Option<Mono> {
        self.timers.first()
    }

    /// The server stops: whoever waits is sent to leave a message, also those still to come.
    /// Talks go on.
    pub fn handle_stopping(&mut self, now: Now) {
        self.stopping = true;
        let waiting: Vec<ContactId> = self.queues.iter().flat_map(|q| q.line.iter()).collect();
        for contact in waiting {
            self.overflow(now.mono, contact, OverflowCause::Stopping);
        }
        self.settle(now.mono);
    }

    fn q(&self, ix: QueueIx) -> &Queue {
        &self.queues[ix.0 as usize]
    }

    fn q_mut(&mut self, ix: QueueIx) -> &mut Queue {
        &mut self.queues[ix.0 as usize]
    }

    fn a(&self, ix: AgentIx) -> &Agent {
        &self.agents[ix.0 as usize]
    }

    fn a_mut(&mut self, ix: AgentIx) -> &mut Agent {
        &mut self.agents[ix.0 as usize]
    }
}

impl Queue {
    fn new(settings: QueueSettings) -> Queue {
        Queue {
            settings,
            removed: false,
            line: Line::default(),
            called_back: 0,
            open: BTreeMap::new(),
            held: BTreeMap::new(),
            wishing: BTreeMap::new(),
            idle: BTreeSet::new(),
            staffed: 0,
            working: 0,
            levels: BTreeMap::new(),
            pace: Pace::default(),
            unstaffed_at: None,
            counts: QueueCounts::default(),
        }
    }

    /// One more agent who is not offline, and what they can do.
    fn staff(&mut self, skills: &Needs) {
        self.staffed += 1;
        for &(skill, level) in skills {
            let levels = self.levels.entry(skill).or_default();
            *levels.entry(level).or_default() += 1;
        }
    }
}

impl Agent {
    /// Somebody who has not signed in yet.
    fn new(id: AgentId, queues: Vec<QueueIx>, skills: Needs) -> Agent {
        Agent {
            id,
            removed: false,
            queues,
            skills,
            ring_for: None,
            wrap_up: None,
            doing: AgentDoing::Offline,
            signed_in: false,
            pause: None,
            unwritten: None,
            engaged: BTreeSet::new(),
            idle_rank: 0,
            offered_rank: 0,
            taken: 0,
            since: Mono::ZERO,
        }
    }

    /// Not among the settings any more, and with no talk to end.
    fn is_gone(&self) -> bool {
        self.removed && self.doing == AgentDoing::Offline
    }
}

/// More than four thousand million queues or agents are not configured.
fn index(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX)
}
