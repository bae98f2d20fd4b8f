//! What the queue machine is told about its queues and agents before the first caller comes.

use std::collections::BTreeMap;
use std::time::Duration;

use super::action::OverflowStep;
use crate::ids::{AgentId, QueueName, SkillName};

/// Everything [`Acd::new`](super::acd::Acd::new) needs to know.
#[derive(Clone, Debug, PartialEq)]
pub struct AcdSettings {
    /// The queues. A name that comes twice counts once, the first.
    pub queues: Vec<QueueSettings>,
    /// The agents. A name that comes twice counts once, the first.
    pub agents: Vec<AgentSettings>,
    /// When an agent who did not take an offer is asked again.
    pub set_aside: SetAside,
    /// How long a wait one step of priority is worth.
    pub priority_worth: Duration,
}

impl Default for AcdSettings {
    fn default() -> AcdSettings {
        AcdSettings {
            queues: Vec::new(),
            agents: Vec::new(),
            set_aside: SetAside::default(),
            priority_worth: Duration::from_secs(120),
        }
    }
}

/// One queue.
#[derive(Clone, Debug, PartialEq)]
pub struct QueueSettings {
    /// Its name.
    pub name: QueueName,
    /// Whom an offer goes to.
    pub strategy: Strategy,
    /// How long an agent's phone rings before the offer counts as not taken.
    pub ring_for: Duration,
    /// How long an agent may write up a talk before they count as ready again; zero: no wrap-up.
    pub wrap_up: Duration,
    /// How many may stand in line, those whose offer rings included. An idle agent is
    /// offered a caller whatever this says.
    pub max_callers: usize,
    /// How long one may wait; counted anew after a talk that came back. `None`: for ever.
    pub max_wait: Option<Duration>,
    /// What happens to callers while no agent of the queue is signed in.
    pub unstaffed: Unstaffed,
    /// How long no agent must have been signed in before the queue counts as unstaffed:
    /// a phone that registers anew must not send everybody away. Not applied at the start.
    pub unstaffed_after: Duration,
    /// Time between comfort messages. `None`: none.
    pub comfort_every: Option<Duration>,
    /// Time between announcements of the position. `None`: none at all.
    pub position_every: Option<Duration>,
    /// The level at which agents should speak a caller's language; 0: it does not matter.
    pub language_level: u8,
    /// While a caller waits, the level that they need of each skill falls by one each time this
    /// has passed, until anybody will do. Times below one second count as one second.
    pub relax_every: Duration,
    /// Where those go whom the queue can not keep, in this order. After the last step (and
    /// when there is none) comes [`OverflowStep::Message`].
    pub overflow: Vec<OverflowStep>,
}

impl QueueSettings {
    /// A queue with the defaults: longest idle, 20 s of ringing, no wrap-up, 50 callers, no
    /// limit of the wait, messages when unstaffed, comfort and position each minute.
    pub fn new(name: impl Into<QueueName>) -> QueueSettings {
        QueueSettings {
            name: name.into(),
            strategy: Strategy::LongestIdle,
            ring_for: Duration::from_secs(20),
            wrap_up: Duration::ZERO,
            max_callers: 50,
            max_wait: None,
            unstaffed: Unstaffed::Overflow,
            unstaffed_after: Duration::from_secs(20),
            comfort_every: Some(Duration::from_secs(60)),
            position_every: Some(Duration::from_secs(60)),
            language_level: 3,
            relax_every: Duration::from_secs(20),
            overflow: vec![OverflowStep::Message],
        }
    }
}

/// What a queue aims at: so many of its callers with a person within so long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServiceLevel {
    /// Of a hundred callers.
    pub percent: u8,
    /// How long they should wait at most.
    pub within: Duration,
}

impl ServiceLevel {
    /// The share, from 0 to 1.
    pub fn share(self) -> f64 {
        f64::from(self.percent) / 100.0
    }
}

/// 80 % in 20 s: the custom of the field.
impl Default for ServiceLevel {
    fn default() -> ServiceLevel {
        ServiceLevel {
            percent: 80,
            within: Duration::from_secs(20),
        }
    }
}

/// Whom an offer goes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Strategy {
    /// The ready agent whose last talk (or return) lies furthest back.
    LongestIdle,
    /// The ready agent who was offered a caller least recently, however long the talks were.
    RoundRobin,
    /// The ready agent who took the fewest callers; who signs in begins level with the colleague
    /// of theirs who took the fewest.
    FewestContacts,
    /// Every ready agent at once; the first answer wins.
    RingAll,
}

/// What a queue does with callers while nobody is signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unstaffed {
    /// Sends them along its overflow steps.
    Overflow,
    /// Lets them wait (and [`QueueSettings::max_wait`] decides).
    Wait,
}

/// One agent.
#[derive(Clone, Debug, PartialEq)]
pub struct AgentSettings {
    /// The agent.
    pub id: AgentId,
    /// Whose callers they take. Names of unknown queues are passed over.
    pub queues: Vec<QueueName>,
    /// What they can do, and how well: 1 and more.
    pub skills: BTreeMap<SkillName, u8>,
    /// How long their phone rings before an offer counts as not taken, in place of the queue's.
    pub ring_for: Option<Duration>,
    /// Wrap-up time, in place of the queue's.
    pub wrap_up: Option<Duration>,
}

impl AgentSettings {
    /// An agent of these queues.
    pub fn new<'a>(
        id: impl Into<AgentId>,
        queues: impl IntoIterator<Item = &'a str>,
    ) -> AgentSettings {
        AgentSettings {
            id: id.into(),
            queues: queues.into_iter().map(QueueName::new).collect(),
            skills: BTreeMap::new(),
            ring_for: None,
            wrap_up: None,
        }
    }
}

/// After how long an agent who did not take an offer is ready again without having said so.
///
/// `None`: only by their own word or by signing in anew. Times below one second count as
/// one second, lest an unreachable phone be rung in a loop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SetAside {
    /// The phone rang to the end: nobody there.
    pub no_answer: Option<Duration>,
    /// The phone is in use (486): worth another try soon.
    pub busy: Option<Duration>,
    /// The agent pressed "reject" (603, 480, …). Counts as missed, not as paused: only the
    /// agent pauses themselves, with a reason.
    pub refused: Option<Duration>,
    /// The phone could not be reached at all (timeout, 5xx, no contact).
    pub unreachable: Option<Duration>,
}

impl Default for SetAside {
    fn default() -> SetAside {
        SetAside {
            no_answer: Some(Duration::from_secs(120)),
            busy: Some(Duration::from_secs(30)),
            refused: Some(Duration::from_secs(60)),
            unreachable: Some(Duration::from_secs(30)),
        }
    }
}
