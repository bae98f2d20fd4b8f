//! The task that owns the queue machine, and the directory of who can be reached where.

mod directory;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::sync::oneshot;
use tracing::{debug, info, warn};

pub use directory::Directory;

use super::clock;
use crate::call::event::{CallEvent, Location, QueueCommand, QueueEvent};
use crate::ids::{AgentId, ContactId, PhoneNumber, QueueName};
use crate::now::Now;
use crate::observe::figures;
use crate::queue::acd::{Acd, Answer, Leaving};
use crate::queue::action::{AgentState, AgentWish, QueueAction};
use crate::queue::settings::AcdSettings;
use crate::queue::snapshot::AcdSnapshot;
use crate::sip::leg::Contact;
use crate::store::Store;

/// Everything the task is told. Bounded: when it is full, callers' tasks wait, phones do not.
const INBOX: usize = 4096;

/// How often the metrics of the queues are brought up to date.
const FIGURES_EVERY: Duration = Duration::from_secs(5);

/// What an agent's number stands for, and the call of the caller whom the agent talks with.
pub type Dialled = (Location, Option<Sender<CallEvent>>);

#[derive(Debug)]
enum Request {
    Join(ContactId, Sender<CallEvent>),
    Part(ContactId),
    Command(ContactId, QueueCommand),
    Locate(ContactId, PhoneNumber),
    Agent(AgentId, Vec<Contact>),
    Wish(AgentId, AgentWish, oneshot::Sender<Option<AgentState>>),
    WishIf(
        AgentState,
        AgentId,
        AgentWish,
        oneshot::Sender<Option<AgentState>>,
    ),
    State(AgentId, oneshot::Sender<Option<AgentState>>),
    Engaged(AgentId, ContactId),
    Free(AgentId, ContactId),
    WrittenUp(AgentId, oneshot::Sender<Option<(ContactId, QueueName)>>),
    Dialled(AgentId, PhoneNumber, oneshot::Sender<Dialled>),
    Call(ContactId, oneshot::Sender<Option<Sender<CallEvent>>>),
    Snapshot(oneshot::Sender<AcdSnapshot>),
    Settings(
        Box<AcdSettings>,
        Box<Directory>,
        oneshot::Sender<Result<(), Vec<QueueName>>>,
    ),
    Stopping,
}

/// Speaks to the queue's task; cheap to clone.
#[derive(Clone, Debug)]
pub struct QueueHandle(Sender<Request>);

impl QueueHandle {
    /// From now on the call hears what the queue says about this contact.
    pub async fn join(&self, contact: ContactId, events: Sender<CallEvent>) {
        self.send(Request::Join(contact, events)).await;
    }

    /// The call is over.
    pub async fn part(&self, contact: ContactId) {
        self.send(Request::Part(contact)).await;
    }

    /// What a call wants of the queue.
    pub async fn command(&self, contact: ContactId, command: QueueCommand) {
        self.send(Request::Command(contact, command)).await;
    }

    /// What a number or name stands for; the answer is a [`CallEvent::Located`].
    pub async fn locate(&self, contact: ContactId, what: PhoneNumber) {
        self.send(Request::Locate(contact, what)).await;
    }

    /// An agent's registered phones changed; none: signed out.
    pub async fn agent(&self, agent: AgentId, contacts: Vec<Contact>) {
        self.send(Request::Agent(agent, contacts)).await;
    }

    /// What an agent says of themselves, and what they do from then on; `None`: there is no such
    /// agent, or the server ends.
    pub async fn wish(&self, agent: AgentId, wish: AgentWish) -> Option<AgentState> {
        let (reply, answer) = oneshot::channel();
        self.send(Request::Wish(agent, wish, reply)).await;
        answer.await.ok().flatten()
    }

    /// The same, if the agent still does what was seen; `None`: they do not, and nothing is changed,
    /// or the server ends.
    pub async fn wish_if(
        &self,
        seen: AgentState,
        agent: AgentId,
        wish: AgentWish,
    ) -> Option<AgentState> {
        let (reply, answer) = oneshot::channel();
        self.send(Request::WishIf(seen, agent, wish, reply)).await;
        answer.await.ok().flatten()
    }

    /// What an agent does; `None`: there is no such agent, or the server ends.
    pub async fn state(&self, agent: AgentId) -> Option<AgentState> {
        let (reply, answer) = oneshot::channel();
        self.send(Request::State(agent, reply)).await;
        answer.await.ok().flatten()
    }

    /// The talk that an agent writes up, and the queue whose it was; `None`: they do something else.
    pub(super) async fn written_up(&self, agent: AgentId) -> Option<(ContactId, QueueName)> {
        let (reply, answer) = oneshot::channel();
        self.send(Request::WrittenUp(agent, reply)).await;
        answer.await.ok().flatten()
    }

    /// From now on the agent is on this call, which the queue did not give them.
    pub(super) async fn engaged(&self, agent: AgentId, by: ContactId) {
        self.send(Request::Engaged(agent, by)).await;
    }

    /// No longer.
    pub(super) async fn free(&self, agent: AgentId, by: ContactId) {
        self.send(Request::Free(agent, by)).await;
    }

    /// The same where nothing can be waited for: a task that ends unforeseen.
    pub(super) fn free_soon(&self, agent: AgentId, by: ContactId) {
        let Err(full) = self.0.try_send(Request::Free(agent, by)) else {
            return;
        };
        if let (TrySendError::Full(free), Ok(runtime)) = (full, Handle::try_current()) {
            let queue = self.clone();
            runtime.spawn(async move { queue.send(free).await });
        }
    }

    /// An agent has dialled this; `None`: the server ends.
    pub async fn dialled(&self, agent: AgentId, what: PhoneNumber) -> Option<Dialled> {
        let (reply, answer) = oneshot::channel();
        self.send(Request::Dialled(agent, what, reply)).await;
        answer.await.ok()
    }

    /// The call of a contact; `None`: it is over.
    pub async fn call(&self, contact: ContactId) -> Option<Sender<CallEvent>> {
        let (reply, answer) = oneshot::channel();
        self.send(Request::Call(contact, reply)).await;
        answer.await.ok().flatten()
    }

    /// All queues and agents at this moment; `None`: the server ends.
    pub async fn snapshot(&self) -> Option<AcdSnapshot> {
        let (reply, answer) = oneshot::channel();
        self.send(Request::Snapshot(reply)).await;
        answer.await.ok()
    }

    /// Other settings and menus: these are the queues, the agents and what stands behind names and
    /// numbers from now on.
    ///
    /// # Errors
    /// Queues that would be gone, while somebody waits or talks there; then nothing is changed.
    pub async fn settings(
        &self,
        settings: AcdSettings,
        directory: Directory,
    ) -> Result<(), Vec<QueueName>> {
        let (reply, answer) = oneshot::channel();
        let request = Request::Settings(Box::new(settings), Box::new(directory), reply);
        self.send(request).await;
        // Where the server ends it does not matter any more.
        answer.await.unwrap_or(Ok(()))
    }

    /// The server stops: whoever waits is asked to leave a message.
    pub async fn stopping(&self) {
        self.send(Request::Stopping).await;
    }

    /// Says something that changes nothing, without waiting. `false`: the inbox is full.
    #[cfg(test)]
    pub(super) fn fill(&self) -> bool {
        let nobody = Request::Part(ContactId::from_u64(0));
        self.0.try_send(nobody).is_ok()
    }

    async fn send(&self, request: Request) {
        // The task ends only with the server.
        let _ = self.0.send(request).await;
    }
}

/// Starts the task.
pub fn spawn(acd: Acd, directory: Directory, store: Store) -> QueueHandle {
    let (handle, inbox) = mpsc::channel(INBOX);
    let mut task = QueueTask {
        acd,
        directory: Arc::new(directory),
        calls: HashMap::new(),
        registered: HashMap::new(),
        store,
    };
    task.sign_in_fixed();
    tokio::spawn(task.run(inbox));
    QueueHandle(handle)
}

struct QueueTask {
    acd: Acd,
    directory: Arc<Directory>,
    calls: HashMap<ContactId, Sender<CallEvent>>,
    registered: HashMap<AgentId, Vec<Contact>>,
    store: Store,
}

impl QueueTask {
    async fn run(mut self, mut inbox: Receiver<Request>) {
        let mut figures_at = clock::mono();
        loop {
            self.carry_out();
            if figures_at <= clock::mono() {
                figures::queues(&self.acd.snapshot(clock::now()));
                figures_at = clock::mono() + FIGURES_EVERY;
            }
            let deadline = self.acd.poll_timeout();
            tokio::select! {
                biased;
                request = inbox.recv() => match request {
                    Some(request) => self.handle(clock::now(), request),
                    None => return,
                },
                () = clock::sleep_until_some(deadline) => self.acd.handle_timeout(clock::now()),
                () = clock::sleep_until(figures_at) => {}
            }
        }
    }

    fn handle(&mut self, now: Now, request: Request) {
        match request {
            Request::Join(contact, events) => {
                self.calls.insert(contact, events);
            }
            Request::Part(contact) => {
                self.calls.remove(&contact);
                self.acd.handle_left(now, contact, Leaving::Gone);
            }
            Request::Command(contact, command) => self.command(now, contact, command),
            Request::Locate(contact, what) => {
                let location = self.locate(what);
                self.tell(contact, CallEvent::Located(location));
            }
            Request::Agent(agent, contacts) => self.agent(now, agent, contacts),
            Request::Wish(agent, wish, reply) => {
                // Who asked may have gone meanwhile.
                let _ = reply.send(self.acd.handle_wish(now, &agent, &wish));
            }
            Request::WishIf(seen, agent, wish, reply) => {
                let still = self.acd.agent(&agent) == Some(seen);
                let done = still.then(|| self.acd.handle_wish(now, &agent, &wish));
                let _ = reply.send(done.flatten());
            }
            Request::State(agent, reply) => {
                let _ = reply.send(self.acd.agent(&agent));
            }
            Request::Engaged(agent, by) => self.acd.handle_engaged(now, &agent, by),
            Request::Free(agent, by) => self.acd.handle_free(now, &agent, by),
            Request::WrittenUp(agent, reply) => {
                let _ = reply.send(self.acd.written_up(&agent));
            }
            Request::Dialled(agent, what, reply) => {
                let talk = self.acd.talk(&agent);
                let call = talk.and_then(|contact| self.calls.get(&contact).cloned());
                let _ = reply.send((self.locate(what), call));
            }
            Request::Call(contact, reply) => {
                let _ = reply.send(self.calls.get(&contact).cloned());
            }
            Request::Snapshot(reply) => {
                let _ = reply.send(self.acd.snapshot(now));
            }
            Request::Settings(settings, directory, reply) => {
                let _ = reply.send(self.settings(now, *settings, *directory));
            }
            Request::Stopping => self.acd.handle_stopping(now),
        }
    }

    fn command(&mut self, now: Now, contact: ContactId, command: QueueCommand) {
        match command {
            QueueCommand::Enter(arrival) => self.acd.handle_enter(now, arrival),
            QueueCommand::LookBack => self.acd.handle_left(now, contact, Leaving::KeepsPlace),
            QueueCommand::BackInLine => self.acd.handle_back_in_line(now, contact),
            QueueCommand::Message => self.acd.handle_overflow_asked(now, contact),
            QueueCommand::NextStep { again } => self.acd.handle_next_step(now, contact, again),
            QueueCommand::Position => self.acd.handle_position_asked(now, contact),
            QueueCommand::Leave => self.acd.handle_left(now, contact, Leaving::Gone),
            QueueCommand::Answered(offer) => match self.acd.handle_answered(now, offer) {
                Answer::Connect { queue, waited, .. } => {
                    figures::queue_answered(&queue, waited);
                    self.tell(contact, CallEvent::Queue(QueueEvent::Connect(offer)));
                }
                Answer::TooLate => self.tell(contact, CallEvent::Queue(QueueEvent::TooLate(offer))),
            },
            QueueCommand::NotAnswered(offer, why) => self.acd.handle_not_answered(now, offer, why),
            QueueCommand::Over(agent) => self.acd.handle_contact_over(now, &agent, contact),
            QueueCommand::Transferring(agent) => self.acd.handle_transferring(now, &agent, contact),
            QueueCommand::Return => self.acd.handle_return(now, contact),
            QueueCommand::Reached => self.acd.handle_reached(contact),
            QueueCommand::Took(agent) => self.acd.handle_took(now, &agent, contact),
        }
    }

    fn carry_out(&mut self) {
        while let Some(action) = self.acd.poll_action() {
            match action {
                QueueAction::Offer {
                    offer,
                    contact,
                    queue: _,
                    agent,
                    ring_for,
                } => {
                    let contacts = self.contacts(&agent);
                    self.tell(
                        contact,
                        CallEvent::Queue(QueueEvent::Offer {
                            offer,
                            agent,
                            contacts,
                            ring_for,
                        }),
                    );
                }
                QueueAction::Withdraw {
                    offer,
                    contact,
                    why,
                } => {
                    let event = QueueEvent::Withdraw { offer, why };
                    self.tell(contact, CallEvent::Queue(event));
                }
                QueueAction::Position {
                    contact,
                    position,
                    wait,
                } => {
                    self.tell(
                        contact,
                        CallEvent::Queue(QueueEvent::Position { position, wait }),
                    );
                }
                QueueAction::Comfort { contact } => {
                    self.tell(contact, CallEvent::Queue(QueueEvent::Comfort))
                }
                QueueAction::Overflow { contact, cause, to } => {
                    self.tell(
                        contact,
                        CallEvent::Queue(QueueEvent::Overflow { cause, to }),
                    );
                }
                QueueAction::Agent { agent, state } => {
                    debug!(%agent, ?state, "agent");
                    self.store.agent(&agent, &state, clock::now().wall);
                }
            }
        }
    }

    fn agent(&mut self, now: Now, agent: AgentId, contacts: Vec<Contact>) {
        info!(%agent, phones = contacts.len(), "registered phones");
        if contacts.is_empty() {
            self.registered.remove(&agent);
            if !self.directory.fixed.contains_key(&agent) {
                self.acd.handle_agent_signed_out(now, &agent);
            }
        } else {
            let known = self
                .registered
                .insert(agent.clone(), contacts.clone())
                .unwrap_or_default();
            // A refresh is not a sign that somebody sits there again.
            if contacts
                .iter()
                .any(|c| known.iter().all(|k| k.uri != c.uri))
            {
                self.acd.handle_agent_signed_in(now, &agent);
            }
        }
    }

    fn tell(&mut self, contact: ContactId, event: CallEvent) {
        let Some(call) = self.calls.get(&contact) else {
            return;
        };
        if let Err(e) = call.try_send(event) {
            warn!(%contact, error = %e, "a call does not take what the queue says");
        }
    }
}
