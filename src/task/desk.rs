//! What people at desks ask of calls: orders to a talk, answered within a bound, and calls that they
//! place without dialling.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{mpsc, oneshot, watch};

use super::agent_call;
use super::call::Tools;
use super::clock;
use super::queue::QueueHandle;
use crate::call::event::CallEvent;
pub use crate::call::event::Location;
use crate::call::order::{Asked, Reply};
pub use crate::call::order::{Lead, Order, Other, Refusal, Talk};
use crate::call::setup::ClickStart;
use crate::ids::{AgentId, ContactId, PhoneNumber};

/// A call answers within this time, or is not waited for.
const BOUND: Duration = Duration::from_secs(5);
/// Calls that are asked for and have not begun.
const CLICKS: usize = 64;

/// Why an order was not carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotDone {
    /// There is no such call (any more).
    NoCall,
    /// The call does not answer: whether it is done is not known.
    Silent,
    /// It was refused, and nothing has changed.
    Refused(Refusal),
}

/// Has a call carry out an order: how the talk stands after it.
///
/// # Errors
/// As [`NotDone`] says.
pub async fn order(
    queue: &QueueHandle,
    contact: ContactId,
    agent: Option<AgentId>,
    version: Option<u64>,
    order: Order,
) -> Result<Talk, NotDone> {
    let call = queue.call(contact).await.ok_or(NotDone::NoCall)?;
    let (reply, answer) = oneshot::channel();
    let asked = Asked {
        agent,
        version,
        order,
        reply: Reply(reply),
    };
    let asked = CallEvent::Ordered(Box::new(asked));
    let told = async {
        call.send(asked).await.map_err(|_| NotDone::NoCall)?;
        answer.await.map_err(|_| NotDone::NoCall)
    };
    match tokio::time::timeout(BOUND, told).await {
        Ok(told) => told?.map_err(NotDone::Refused),
        Err(_) => Err(NotDone::Silent),
    }
}

/// Names something that an order begins.
pub fn new_contact() -> ContactId {
    ContactId::new(clock::now().wall, rand::random())
}

/// Places calls that are asked for at desks. The usual one places none.
#[derive(Clone, Debug, Default)]
pub struct DeskHandle {
    clicks: Option<mpsc::Sender<Click>>,
    /// Whose call of this kind goes on.
    busy: Arc<Mutex<HashSet<AgentId>>>,
}

/// A call that is to begin.
#[derive(Debug)]
pub struct Click {
    start: ClickStart,
    _busy: Busy,
}

/// Held for as long as such a call goes on.
#[derive(Debug)]
struct Busy {
    all: Arc<Mutex<HashSet<AgentId>>>,
    agent: AgentId,
}

/// Why a call was not placed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotPlaced {
    /// A call of theirs that was asked for so goes on.
    Busy,
    /// The server stops, or as many wait as may.
    Unavailable,
}

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Who wants it.
    pub agent: AgentId,
    /// Their name, for colleagues.
    pub name: String,
    /// Where the agent's own phones are.
    pub own: Location,
    /// What an outside number is shown.
    pub number: Option<PhoneNumber>,
    /// Whom they want.
    pub to: Location,
}

impl DeskHandle {
    /// With the end where the calls arrive.
    pub fn new() -> (DeskHandle, mpsc::Receiver<Click>) {
        let (clicks, arrive) = mpsc::channel(CLICKS);
        let handle = DeskHandle {
            clicks: Some(clicks),
            busy: Arc::default(),
        };
        (handle, arrive)
    }

    /// Has the agent's phone ring, and then whom they want.
    ///
    /// # Errors
    /// As [`NotPlaced`] says.
    pub fn place(&self, wanted: Wanted) -> Result<(), NotPlaced> {
        let Wanted {
            agent,
            name,
            own,
            number,
            to,
        } = wanted;
        let contacts = match own {
            Location::Agent(_, contacts) => contacts,
            Location::Busy(_)
            | Location::Queue(_)
            | Location::Line(_)
            | Location::Outside { .. }
            | Location::NotAllowed { .. }
            | Location::Unknown => Vec::new(),
        };
        let clicks = self.clicks.as_ref().ok_or(NotPlaced::Unavailable)?;
        let busy = Busy::enter(&self.busy, &agent).ok_or(NotPlaced::Busy)?;
        let start = ClickStart {
            contact: new_contact(),
            agent,
            name,
            contacts,
            number,
            to,
        };
        let click = Click { start, _busy: busy };
        clicks.try_send(click).map_err(|_| NotPlaced::Unavailable)
    }
}

impl Busy {
    fn enter(all: &Arc<Mutex<HashSet<AgentId>>>, agent: &AgentId) -> Option<Busy> {
        let mut busy = all.lock().unwrap_or_else(PoisonError::into_inner);
        busy.insert(agent.clone()).then(|| Busy {
            all: Arc::clone(all),
            agent: agent.clone(),
        })
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        let mut busy = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        busy.remove(&self.agent);
    }
}

impl Click {
    /// The call, to its end.
    pub async fn run(self, tools: Tools, stop: watch::Receiver<bool>) {
        let Click { start, _busy } = self;
        agent_call::run_click(tools, start, stop).await;
    }
}
