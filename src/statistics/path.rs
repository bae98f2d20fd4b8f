//! The way of one contact through queues and people, drawn from its timeline.

use std::time::Duration;

use crate::ids::{AgentId, QueueName};
use crate::menu::outcome::Reason;
use crate::queue::action::{OverflowCause, OverflowStep};
use crate::record::timeline::{Event, Party, Timeline};
use crate::record::verdict::Verdict;

/// The stays in queues and the talks of one contact, oldest first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Path {
    /// In queues.
    pub stays: Vec<Stay>,
    /// With people.
    pub talks: Vec<Talk>,
    /// Where it is we who called.
    pub called_back: Option<CalledBack>,
}

/// Somebody was called back.
#[derive(Clone, Debug, PartialEq)]
pub struct CalledBack {
    /// By the people of this queue.
    pub queue: QueueName,
    /// They answered.
    pub reached: bool,
    /// Whose phones rang in vain before.
    pub missed: Vec<AgentId>,
}

/// From the time when a caller came to a queue until they were not in it any more.
#[derive(Clone, Debug, PartialEq)]
pub struct Stay {
    /// Which queue.
    pub queue: QueueName,
    /// Why.
    pub reason: Reason,
    /// Since the call's start.
    pub began: Duration,
    /// How long.
    pub waited: Duration,
    /// How it ended.
    pub end: StayEnd,
    /// Whose phones rang in vain.
    pub missed: Vec<AgentId>,
}

/// How a stay in a queue ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StayEnd {
    /// With a person.
    Answered(AgentId),
    /// The caller hung up.
    Abandoned,
    /// The queue could not keep them.
    Overflowed(OverflowCause, OverflowStep),
    /// Will be called back, or left a message, and hung up.
    Promised,
    /// Went elsewhere by choice: helped themselves in the menu, or came to another queue.
    Left,
    /// Cut off, by us or by the network.
    CutOff,
    /// Not yet.
    Waiting,
}

/// A talk with one agent.
#[derive(Clone, Debug, PartialEq)]
pub struct Talk {
    /// Who.
    pub agent: AgentId,
    /// Through which queue the caller had come.
    pub queue: Option<QueueName>,
    /// Since the call's start.
    pub began: Duration,
    /// How long, holds included.
    pub lasted: Duration,
    /// On hold by the agent.
    pub held: Duration,
}

/// Draws it, event by event.
#[derive(Debug, Default)]
pub(super) struct Walker {
    path: Path,
    stay: Option<Stay>,
    /// Ended by a step of the queue that may come to nothing: then the caller waits on.
    sent_on: Option<Stay>,
    talk: Option<Open>,
    promised: bool,
}

/// A talk that goes on.
#[derive(Debug)]
struct Open {
    talk: Talk,
    hold: Option<Duration>,
    /// The agent is handing the caller on since then.
    leaving: Option<Duration>,
}

impl Path {
    /// The way of this contact, as far as it has come.
    pub fn of(timeline: &Timeline) -> Path {
        let mut walker = Walker::default();
        let mut last = Duration::ZERO;
        for entry in timeline.entries() {
            last = entry.at;
            walker.add(entry.at, &entry.event);
        }
        walker.settle();
        walker.end_stay(last, StayEnd::Waiting);
        walker.end_talk(last);
        walker.path
    }
}

impl Walker {
    /// What has ended so far.
    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn add(&mut self, at: Duration, event: &Event) {
        match event {
            Event::Queued { queue, reason, .. } => self.queued(at, queue, reason),
            Event::Overflowed { cause, to, .. } => self.overflowed(at, *cause, to),
            Event::Missed { agent, .. } => {
                let stay = self.stay.as_mut().map(|stay| &mut stay.missed);
                let called = self.path.called_back.as_mut().map(|c| &mut c.missed);
                if let Some(missed) = stay.or(called) {
                    missed.push(agent.clone());
                }
            }
            Event::Connected { agent } => self.connected(at, agent),
            Event::Held { by: Party::Agent } => {
                if let Some(open) = &mut self.talk {
                    open.hold.get_or_insert(at);
                }
            }
            Event::Resumed { by: Party::Agent } => {
                if let Some(open) = &mut self.talk {
                    open.end_hold(at);
                }
            }
            Event::AgentLost { .. } | Event::TalkEnded { .. } => self.end_talk(at),
            Event::TransferStarted { .. } => {
                if let Some(open) = &mut self.talk {
                    open.leaving = Some(at);
                }
            }
            // The two talk on, or the caller is in the queue again at once.
            Event::TransferFailed { .. } => {
                if let Some(open) = &mut self.talk {
                    open.leaving = None;
                }
            }
            Event::MessageStored { .. } => self.promised = true,
            Event::CallbackStored { .. } => {
                self.promised = true;
                self.settle();
            }
            Event::Ended { verdict } => {
                self.settle();
                let end = self.end_of(verdict);
                self.end_stay(at, end);
                self.end_talk(at);
            }
            Event::CallingBack { queue, .. } => {
                self.path.called_back = Some(CalledBack {
                    queue: queue.clone(),
                    reached: false,
                    missed: Vec::new(),
                });
            }
            Event::Transferred { .. } => self.settle(),
            Event::CalledInVain { .. }
            | Event::CallbackCancelled { .. }
            | Event::Started { .. }
            | Event::Answered
            | Event::Step { .. }
            | Event::Entry { .. }
            | Event::Judged { .. }
            | Event::LookedBack
            | Event::Offered { .. }
            | Event::Held { by: Party::Caller }
            | Event::Resumed { by: Party::Caller }
            | Event::Consulted { .. }
            | Event::Said { .. }
            | Event::Approval { .. }
            | Event::Joined { .. }
            | Event::Parted { .. }
            | Event::Recording { .. }
            | Event::WrappedUp { .. }
            | Event::LetterStored { .. }
            | Event::Fault { .. }
            | Event::Media { .. } => {}
        }
    }

    fn queued(&mut self, at: Duration, queue: &QueueName, reason: &Reason) {
        // Back from self-service to the place that was kept.
        if self.stay.as_ref().is_some_and(|stay| stay.queue == *queue) {
            return;
        }
        // What the queue had in place of waiting was declined, or came to nothing: it is one wait.
        if let Some(stay) = self.sent_on.take_if(|stay| stay.queue == *queue) {
            self.stay = Some(stay);
            return;
        }
        self.settle();
        self.end_stay(at, StayEnd::Left);
        self.end_talk(at);
        self.stay = Some(Stay {
            queue: queue.clone(),
            reason: reason.clone(),
            began: at,
            waited: Duration::ZERO,
            end: StayEnd::Waiting,
            missed: Vec::new(),
        });
    }

    fn overflowed(&mut self, at: Duration, cause: OverflowCause, to: &OverflowStep) {
        // Nobody was reached outside: the next step.
        let stay = self.stay.take().or_else(|| self.sent_on.take());
        let Some(mut stay) = stay else {
            return;
        };
        let cause = match stay.end {
            StayEnd::Overflowed(first, _) if cause != OverflowCause::Asked => first,
            _ => cause,
        };
        stay.waited = at.saturating_sub(stay.began);
        stay.end = StayEnd::Overflowed(cause, to.clone());
        self.sent_on = Some(stay);
        match to {
            OverflowStep::Callback | OverflowStep::Outside(_) => {}
            OverflowStep::Queue(_) | OverflowStep::Message => self.settle(),
        }
    }

    /// What the queue had in place of waiting has come about.
    fn settle(&mut self) {
        self.path.stays.extend(self.sent_on.take());
    }

    fn connected(&mut self, at: Duration, agent: &AgentId) {
        self.settle();
        let through = match (&self.stay, &self.talk) {
            (Some(stay), _) => Some(stay.queue.clone()),
            (None, Some(open)) => open.talk.queue.clone(),
            (None, None) => match (self.path.talks.last(), &mut self.path.called_back) {
                (Some(talk), _) => talk.queue.clone(),
                (None, Some(called)) => {
                    called.reached = true;
                    Some(called.queue.clone())
                }
                (None, None) => None,
            },
        };
        self.end_stay(at, StayEnd::Answered(agent.clone()));
        self.end_talk(at);
        self.talk = Some(Open {
            talk: Talk {
                agent: agent.clone(),
                queue: through,
                began: at,
                lasted: Duration::ZERO,
                held: Duration::ZERO,
            },
            hold: None,
            leaving: None,
        });
    }

    fn end_of(&self, verdict: &Verdict) -> StayEnd {
        match verdict {
            Verdict::CallerHungUp { .. } if self.promised => StayEnd::Promised,
            Verdict::CallerHungUp { .. } => StayEnd::Abandoned,
            Verdict::MessageStored { .. } | Verdict::CallbackStored { .. } => StayEnd::Promised,
            Verdict::Goodbye { .. }
            | Verdict::AgentEnded { .. }
            | Verdict::TransferredOut { .. } => StayEnd::Left,
            Verdict::CallerGone { .. }
            | Verdict::NotReached
            | Verdict::Refused { .. }
            | Verdict::SetupFailed { .. }
            | Verdict::ServerStopped { .. }
            | Verdict::ServerLost
            | Verdict::Fault { .. } => StayEnd::CutOff,
        }
    }

    fn end_stay(&mut self, at: Duration, end: StayEnd) {
        if let Some(mut stay) = self.stay.take() {
            stay.waited = at.saturating_sub(stay.began);
            stay.end = end;
            self.path.stays.push(stay);
        }
    }

    fn end_talk(&mut self, at: Duration) {
        if let Some(mut open) = self.talk.take() {
            let at = open.leaving.unwrap_or(at);
            open.end_hold(at);
            open.talk.lasted = at.saturating_sub(open.talk.began);
            self.path.talks.push(open.talk);
        }
    }
}

impl Open {
    fn end_hold(&mut self, at: Duration) {
        if let Some(since) = self.hold.take() {
            self.talk.held += at.saturating_sub(since);
        }
    }
}
