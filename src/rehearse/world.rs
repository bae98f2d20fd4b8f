//! What happens around the calls of a stage, as data: so that it can be written by a test, made
//! up by chance, and made smaller piece by piece.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::ids::{AgentId, NodeName, PromptName, QueueName};

/// Everything around the calls.
#[derive(Clone, Debug, Default)]
pub struct World {
    /// Who answers the queues. Agents of the settings that are not here never sign in.
    pub agents: Vec<AgentPlan>,
    /// What web services answer, by the node that asks.
    pub services: BTreeMap<NodeName, Service>,
    /// What the others answer, question by question over all calls.
    pub replies: Vec<Service>,
    /// What they answer when those are used up.
    pub otherwise: Service,
    /// What becomes of each message that is to be stored; afterwards all goes well.
    pub store: Vec<Storing>,
    /// What outside numbers do when they are called, call by call; afterwards they answer and talk
    /// for a minute.
    pub outside: Vec<Ring>,
    /// Of so many outside numbers more whoever drives the stage says what becomes of them.
    pub open_outside: usize,
    /// What becomes of each announcement to a caller; afterwards all goes well.
    pub plays: Vec<Playing>,
    /// Prompts that were there when the lines were loaded and are gone since.
    pub missing: Vec<PromptName>,
    /// How often there are no ports for an agent's phone; afterwards there are.
    pub no_ports: u32,
    /// No queue lets more callers wait.
    pub room: Option<usize>,
    /// No queue lets a caller wait longer.
    pub max_wait: Option<Duration>,
    /// Every queue sends those whom it can not keep to the others first.
    pub chained: bool,
    /// Every queue sends those whom it can not keep to a number outside, and then offers a callback.
    pub sent_out: bool,
    /// Every queue rings all its agents at once.
    pub ring_all: bool,
    /// Callers wait where nobody is signed in.
    pub wait_unstaffed: bool,
    /// Somebody else is always quicker: each time for a callback is taken when it is chosen first.
    pub crowded: bool,
    /// The callers' phones never acknowledge our 200.
    pub no_ack: bool,
}

/// One agent.
#[derive(Clone, Debug)]
pub struct AgentPlan {
    /// Who.
    pub agent: AgentId,
    /// Signs in this long after the start.
    pub from: Duration,
    /// Works on something else all the time, and is offered nobody.
    pub busy: bool,
    /// The phone is gone this long after the start.
    pub until: Option<Duration>,
    /// What they do when their phone rings, ring by ring.
    pub rings: Vec<Ring>,
    /// What they do afterwards.
    pub then: Ring,
}

impl AgentPlan {
    /// There from the start; answers after 3 s, talks for a minute and ends the call.
    pub fn ready(agent: AgentId) -> AgentPlan {
        AgentPlan {
            agent,
            from: Duration::ZERO,
            busy: false,
            until: None,
            rings: Vec::new(),
            then: Ring::usual(),
        }
    }
}

/// What becomes of the ringing of an agent's phone.
#[derive(Clone, Debug, PartialEq)]
pub enum Ring {
    /// It is answered.
    Answered {
        /// After this time.
        after: Duration,
        /// How the talk ends.
        talk: Talk,
    },
    /// 486.
    Busy,
    /// 603 after two seconds.
    Declined,
    /// It can not be reached.
    Dead,
    /// It rings to the end.
    NotAnswered,
    /// Nothing is ever heard from it, not even that it did not answer.
    Silent,
    /// It answers with what is no SDP.
    Nonsense,
    /// The phone's connection breaks while it rings, after this time.
    Breaks(Duration),
    /// It rings until whoever drives the stage says what becomes of it.
    Open,
}

impl Ring {
    /// Answered after 3 s, talks for a minute and ends the call.
    pub fn usual() -> Ring {
        Ring::Answered {
            after: Duration::from_secs(3),
            talk: Talk::Ends(Duration::from_secs(60)),
        }
    }
}

/// How a talk ends, if the caller does not end it before.
#[derive(Clone, Debug, PartialEq)]
pub enum Talk {
    /// The agent hangs up after this time.
    Ends(Duration),
    /// The agent's phone is lost after this time.
    Lost(Duration),
    /// Nothing is heard from it any more after this time; it is found to be gone much later.
    FallsSilent(Duration),
    /// The agent transfers the caller after this time.
    Transfers(Duration, TransferTo),
}

/// Where an agent transfers a caller to.
#[derive(Clone, Debug, PartialEq)]
pub enum TransferTo {
    /// A queue.
    Queue(QueueName),
    /// An agent, whose phone then rings like for an offer.
    Agent(AgentId),
    /// A number that nobody has.
    Nobody,
}

/// What a web service does.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Service {
    /// Answers.
    Answers {
        /// After this time.
        after: Duration,
        /// The status.
        status: u16,
        /// The body.
        body: Vec<u8>,
    },
    /// Answers with values that fit what is asked; which ones depends on the number.
    Fits(Duration, u64),
    /// Can not be reached.
    #[default]
    Dead,
    /// Never answers.
    Slow,
    /// Answers with what is no JSON.
    Garbage,
    /// Never ends its answer.
    Endless,
    /// Answers after nobody waits for it any more.
    Late,
    /// Whoever drives the stage answers it.
    Outside,
}

/// What becomes of a message that is to be stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Storing {
    /// Durable after this time.
    Stored(Duration),
    /// Refused after this time: the disk is full, the database locked.
    Fails(Duration),
    /// Nothing is ever heard of it.
    Silent,
}

/// What becomes of an announcement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Playing {
    /// It plays.
    Whole,
    /// It is not encoded for the caller's codec.
    Unplayable,
    /// The recording has been cut off: it ends at once.
    Truncated,
    /// Its end is never told.
    EndUntold,
}
