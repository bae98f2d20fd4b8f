//! What goes on at this moment, for those who watch: agents, queues, calls, and what is stored.
//!
//! Calls and the queue hand everything to the store already, and the store hands it on to here by
//! a bounded channel that nobody waits for. One task owns the journal and the picture of now.
//! A watcher has a bounded channel as well: who does not read misses events, and is then sent the
//! whole picture anew. Nothing here can slow a call.

mod beside;
mod follow;
mod journal;
mod more;
mod people;
mod picture;
mod queues;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde_json::Value;
use tokio::sync::{Notify, mpsc, oneshot};

pub use self::beside::{ConsultNow, OtherNow, PartyNow};
pub use self::follow::{Followed, HeardPrompt, told_to_caller};
pub use self::journal::{LiveEvent, Place, Viewer};
pub use self::people::People;
pub use self::picture::{AgentNow, CallNow, CallStage, stamp};
pub use self::queues::{AgentsNow, QueueNow, ThresholdNow, TodayNow};

use self::follow::Followers;
use self::journal::Journal;
use self::picture::Picture;
use crate::ids::{AgentId, ContactId, QueueName};
use crate::now::Wall;
use crate::queue::action::AgentState;
use crate::record::timeline::Event;
use crate::statistics::Rules;
use crate::statistics::today::{QueueToDate, Today};

/// What may wait for the task. More is dropped and counted, and every watcher gets a new picture.
const INBOX: usize = 16_384;
/// Events that are kept for those who come back.
const KEPT: usize = 4_096;
/// Events that may wait for one watcher.
pub const WAITING: usize = 1_024;
/// How often watchers who were behind are looked after.
const TICK: Duration = Duration::from_millis(500);

/// Hands on what happens. Cheap to clone; the default one tells nobody.
#[derive(Clone, Debug, Default)]
pub struct Live(Option<Arc<Wire>>);

#[derive(Debug)]
struct Wire {
    notes: mpsc::Sender<Note>,
    lost: AtomicU64,
    /// The queues may look different now.
    stirred: Notify,
}

#[derive(Debug)]
enum Note {
    Record(ContactId, Duration, Box<Event>),
    Agent(AgentId, AgentState, Wall),
    Card(AgentId, ContactId, Duration, Value),
    Queues(Vec<QueueNow>),
    Stored(Stored),
    Watch(
        Viewer,
        Option<Place>,
        oneshot::Sender<mpsc::Receiver<Arc<LiveEvent>>>,
    ),
    Follow(String, oneshot::Sender<Option<mpsc::Receiver<Followed>>>),
    Called(String, ContactId),
    Caller(ContactId, Followed),
    Calls(Viewer, oneshot::Sender<Vec<CallNow>>),
    Agents(oneshot::Sender<Vec<AgentNow>>),
    Known(oneshot::Sender<Vec<QueueNow>>),
    Count(Box<Today>),
    Rules(Rules),
    People(Box<People>, Wall),
    Figures {
        now: Wall,
        day: Wall,
        reply: oneshot::Sender<BTreeMap<QueueName, QueueToDate>>,
    },
}

/// Something that was stored, or changed there, outside of a call's own record.
#[derive(Clone, Debug)]
pub struct Stored {
    /// The event's kind: `task.created`.
    pub kind: &'static str,
    /// Whose people it is for; `None`: all.
    pub queue: Option<QueueName>,
    /// These agents, and those who see everything; `None`: as the queue says.
    pub only: Option<Vec<AgentId>>,
    /// What it looks like, without numbers.
    pub data: Value,
}

/// Starts the task. All agents are offline until they are heard of. In the queues of `quiet` agents
/// are not told of supervisors who only listen.
pub fn spawn(epoch: u32, agents: Vec<(AgentId, String)>, quiet: Vec<QueueName>, now: Wall) -> Live {
    let (notes, inbox) = mpsc::channel(INBOX);
    let wire = Arc::new(Wire {
        notes,
        lost: AtomicU64::new(0),
        stirred: Notify::new(),
    });
    let hub = Hub {
        journal: Journal::new(epoch, KEPT),
        picture: Picture::new(agents, quiet, now),
        today: None,
        watchers: Vec::new(),
        followers: Followers::default(),
        lost: 0,
    };
    tokio::spawn(hub.run(inbox, Arc::clone(&wire)));
    Live(Some(wire))
}

impl Live {
    /// Something happened to a contact. Never waits.
    pub fn record(&self, contact: ContactId, at: Duration, event: &Event) {
        if self.0.is_some() {
            self.tell(Note::Record(contact, at, Box::new(event.clone())));
            self.stir();
        }
    }

    /// An agent does something else. Never waits.
    pub fn agent(&self, agent: &AgentId, state: &AgentState, at: Wall) {
        if self.0.is_some() {
            self.tell(Note::Agent(agent.clone(), state.clone(), at));
            self.stir();
        }
    }

    /// Whom an agent's phone is about to ring for, `at` this time since the contact's start. Never
    /// waits; is told before whatever is handed on after it.
    pub fn card(&self, agent: &AgentId, contact: ContactId, at: Duration, card: Value) {
        self.tell(Note::Card(agent.clone(), contact, at, card));
    }

    /// How the queues look now. Never waits.
    pub fn queues(&self, queues: Vec<QueueNow>) {
        self.tell(Note::Queues(queues));
    }

    /// Something was stored. Never waits.
    pub fn stored(&self, stored: Stored) {
        self.tell(Note::Stored(stored));
    }

    /// Whether anybody can listen at all.
    pub fn is_on(&self) -> bool {
        self.0.is_some()
    }

    /// Done when the queues may look different; for whoever tells [`Live::queues`].
    pub async fn stirred(&self) {
        match &self.0 {
            Some(wire) => wire.stirred.notified().await,
            None => std::future::pending().await,
        }
    }

    /// Everything from `after` on that this viewer may see; a whole picture first, where that is
    /// not known any more or nothing was said. `None`: nobody tells.
    pub async fn watch(
        &self,
        viewer: Viewer,
        after: Option<Place>,
    ) -> Option<mpsc::Receiver<Arc<LiveEvent>>> {
        self.ask(|reply| Note::Watch(viewer, after, reply)).await
    }

    /// What is told of the one call that will come with this key. `None`: nobody tells, or too
    /// many are followed.
    pub async fn follow(&self, key: String) -> Option<mpsc::Receiver<Followed>> {
        self.ask(|reply| Note::Follow(key, reply)).await.flatten()
    }

    /// A call came with this key. Never waits.
    pub fn called(&self, key: &str, contact: ContactId) {
        self.tell(Note::Called(key.to_owned(), contact));
    }

    /// Something that whoever calls is told in their page. Never waits.
    pub fn tell_caller(&self, contact: ContactId, told: Followed) {
        self.tell(Note::Caller(contact, told));
    }

    /// The calls in progress that this viewer may see, the oldest first.
    pub async fn calls(&self, viewer: Viewer) -> Vec<CallNow> {
        let calls = self.ask(|reply| Note::Calls(viewer, reply)).await;
        calls.unwrap_or_default()
    }

    /// All agents, by name.
    pub async fn agents(&self) -> Vec<AgentNow> {
        self.ask(Note::Agents).await.unwrap_or_default()
    }

    /// The queues as they were told last, with the figures of today.
    pub async fn known_queues(&self) -> Vec<QueueNow> {
        self.ask(Note::Known).await.unwrap_or_default()
    }

    /// From now on the figures of today are counted here.
    pub fn count(&self, today: Today) {
        self.tell(Note::Count(Box::new(today)));
    }

    /// It is counted by these from now on.
    pub fn rules(&self, rules: Rules) {
        self.tell(Note::Rules(rules));
    }

    /// These are the people from now on. Every watcher is sent the whole picture, as they may see it
    /// by then.
    pub async fn people(&self, people: People, now: Wall) {
        if let Some(wire) = &self.0 {
            // It must not be lost, and comes seldom enough to be waited for. The task ends with the
            // server only.
            let _ = wire.notes.send(Note::People(Box::new(people), now)).await;
        }
    }

    /// What the queues have come to since `day` began.
    pub async fn figures(&self, now: Wall, day: Wall) -> BTreeMap<QueueName, QueueToDate> {
        let figures = self.ask(|reply| Note::Figures { now, day, reply }).await;
        figures.unwrap_or_default()
    }

    async fn ask<T>(&self, note: impl FnOnce(oneshot::Sender<T>) -> Note) -> Option<T> {
        let (reply, answer) = oneshot::channel();
        self.0.as_ref()?.notes.send(note(reply)).await.ok()?;
        answer.await.ok()
    }

    fn tell(&self, note: Note) {
        let Some(wire) = &self.0 else { return };
        if wire.notes.try_send(note).is_err() {
            wire.lost.fetch_add(1, Ordering::Relaxed);
            metrics::counter!("zeroline_live_lost_total").increment(1);
        }
    }

    fn stir(&self) {
        if let Some(wire) = &self.0 {
            wire.stirred.notify_one();
        }
    }
}

struct Hub {
    journal: Journal,
    picture: Picture,
    today: Option<Box<Today>>,
    watchers: Vec<Watcher>,
    followers: Followers,
    lost: u64,
}

struct Watcher {
    viewer: Viewer,
    events: mpsc::Sender<Arc<LiveEvent>>,
    /// Missed something; the next thing to be sent is a picture.
    behind: bool,
}

impl Hub {
    async fn run(mut self, mut inbox: mpsc::Receiver<Note>, wire: Arc<Wire>) {
        let mut tick = tokio::time::interval(TICK);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                biased;
                note = inbox.recv() => match note {
                    Some(note) => self.take(note),
                    None => return,
                },
                _ = tick.tick() => {}
            }
            let lost = wire.lost.load(Ordering::Relaxed);
            if lost != self.lost {
                self.lost = lost;
                self.show_all();
            }
            self.look_after();
        }
    }

    fn take(&mut self, note: Note) {
        match note {
            Note::Record(contact, at, event) => {
                if let Some(today) = &mut self.today {
                    today.handle_event(contact, at, &event);
                }
                self.followers.record(contact, &event, &self.picture);
                for event in self.picture.record(contact, at, event) {
                    self.publish(event);
                }
            }
            Note::Agent(agent, state, at) => {
                if let Some(today) = &mut self.today {
                    today.handle_agent(&agent, &state, at);
                }
                let event = self.picture.agent(agent, state, at);
                self.publish(event);
            }
            Note::Card(agent, contact, at, card) => {
                let event = self.picture.card(agent, contact, at, card);
                self.publish(event);
            }
            Note::Queues(queues) => {
                if self.picture.only(&queues) {
                    self.show_all();
                }
                for event in self.picture.queues(queues) {
                    self.publish(event);
                }
            }
            Note::Stored(stored) => {
                let event = LiveEvent::stored(stored);
                self.publish(event);
            }
            Note::Watch(viewer, after, reply) => self.watch(viewer, after, reply),
            Note::Follow(key, reply) => {
                // Who asked may have gone meanwhile.
                let _ = reply.send(self.followers.open(key));
            }
            Note::Called(key, contact) => self.followers.called(&key, contact),
            Note::Caller(contact, told) => self.followers.tell(contact, told),
            Note::Calls(viewer, reply) => {
                // Who asked may have gone meanwhile.
                let _ = reply.send(self.picture.calls(&viewer));
            }
            Note::Agents(reply) => {
                let _ = reply.send(self.picture.agents());
            }
            Note::Known(reply) => {
                let _ = reply.send(self.picture.known_queues());
            }
            Note::Count(today) => self.today = Some(today),
            Note::Rules(rules) => {
                if let Some(today) = &mut self.today {
                    today.handle_rules(rules);
                }
            }
            Note::People(people, now) => {
                for watcher in &mut self.watchers {
                    if let Some((who, queues)) = &mut watcher.viewer.agent {
                        *queues = people.queues_of(who);
                    }
                }
                self.picture.people(*people, now);
                // Who comes back is not told what happened, but how it is.
                let epoch = self.journal.newest().epoch.wrapping_add(1);
                self.journal = Journal::new(epoch, KEPT);
                self.show_all();
            }
            Note::Figures { now, day, reply } => {
                let figures = self.today.as_mut().map(|today| {
                    today.handle_day(day);
                    today.figures(now)
                });
                let _ = reply.send(figures.unwrap_or_default());
            }
        }
    }

    /// Everybody is sent the whole picture next.
    fn show_all(&mut self) {
        self.watchers.iter_mut().for_each(|w| w.behind = true);
    }

    fn publish(&mut self, event: LiveEvent) {
        let event = self.journal.push(event);
        self.watchers.retain_mut(|w| {
            if w.behind || !event.is_for(&w.viewer) {
                return !w.events.is_closed();
            }
            match w.events.try_send(Arc::clone(&event)) {
                Ok(()) => true,
                Err(mpsc::error::TrySendError::Full(_)) => {
                    w.behind = true;
                    true
                }
                Err(mpsc::error::TrySendError::Closed(_)) => false,
            }
        });
    }

    fn watch(
        &mut self,
        viewer: Viewer,
        after: Option<Place>,
        reply: oneshot::Sender<mpsc::Receiver<Arc<LiveEvent>>>,
    ) {
        let (events, receiver) = mpsc::channel(WAITING);
        let missed = after.and_then(|after| self.journal.since(after));
        let mut watcher = Watcher {
            viewer,
            events,
            behind: missed.is_none(),
        };
        for event in missed.into_iter().flatten() {
            if event.is_for(&watcher.viewer) && watcher.events.try_send(event).is_err() {
                watcher.behind = true;
                break;
            }
        }
        if reply.send(receiver).is_ok() {
            self.watchers.push(watcher);
        }
    }

    /// Those who are behind get a picture as soon as half of what waits for them is read.
    fn look_after(&mut self) {
        let (picture, place) = (&self.picture, self.journal.newest());
        self.watchers.retain_mut(|w| {
            if w.behind && w.events.capacity() >= WAITING / 2 {
                let event = LiveEvent::picture(place, picture.seen_by(&w.viewer));
                w.behind = w.events.try_send(Arc::new(event)).is_err();
            }
            !w.events.is_closed()
        });
    }
}

#[cfg(test)]
mod tests;
