//! The facts of a call detail record, drawn from the timeline as it grows.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::timeline::{CallbackId, Entry, Event, MessageId, Party, millis};
use super::verdict::{Stage, Verdict};
use crate::ids::{AgentId, QueueName};
use crate::menu::outcome::Reason;

/// What a contact came to. Feed it each event once, in order.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    /// When it was answered, since the start.
    pub answered: Option<Duration>,
    /// When it ended, since the start.
    pub ended: Option<Duration>,
    /// The queue that the caller came to last.
    pub queue: Option<QueueName>,
    /// Why the caller came to the first queue.
    pub reason: Option<Reason>,
    /// The agent talked to last.
    pub agent: Option<AgentId>,
    /// Waiting for agents, all waits together.
    #[serde(with = "millis")]
    pub waited: Duration,
    /// Talking to agents, holds included, all talks together.
    #[serde(with = "millis")]
    pub talked: Duration,
    /// On hold by an agent.
    #[serde(with = "millis")]
    pub held: Duration,
    /// Offers that agents did not take.
    pub missed: u32,
    /// Things of ours that failed.
    pub faults: u32,
    /// The message left last.
    pub message: Option<MessageId>,
    /// The wish to be called back that was stored last.
    #[serde(default)]
    pub callback: Option<CallbackId>,
    /// Answers to surveys by question, the last of each.
    #[serde(default)]
    pub answers: BTreeMap<String, u8>,
    /// How it ended.
    pub verdict: Option<Verdict>,
    #[serde(skip)]
    open: Open,
}

/// What has begun and not ended.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Open {
    wait: Option<Duration>,
    talk: Option<Duration>,
    hold: Option<Duration>,
}

/// Whether self-service was enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Containment {
    /// The menu was enough: it ended with the goodbye that the caller chose.
    Solved,
    /// The caller hung up in the menu.
    GaveUp,
    /// Talked to a person.
    ToPerson,
    /// Left a message, or will be called back.
    Promised,
    /// Wanted a person and hung up before one answered.
    Abandoned,
    /// Was cut off, by us or by the network.
    CutOff,
    /// Never answered.
    NotTaken,
}

impl Containment {
    /// One word, as in metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Containment::Solved => "solved",
            Containment::GaveUp => "gave_up",
            Containment::ToPerson => "to_person",
            Containment::Promised => "promised",
            Containment::Abandoned => "abandoned",
            Containment::CutOff => "cut_off",
            Containment::NotTaken => "not_taken",
        }
    }
}

impl Facts {
    /// The facts of a whole timeline.
    pub fn of(entries: &[Entry]) -> Facts {
        let mut facts = Facts::default();
        for e in entries {
            facts.add(e.at, &e.event);
        }
        facts
    }

    /// One more event, `at` this time since the start.
    pub fn add(&mut self, at: Duration, event: &Event) {
        match event {
            Event::Started { .. }
            | Event::LetterStored { .. }
            | Event::Consulted { .. }
            | Event::Said { .. }
            | Event::Approval { .. }
            | Event::Joined { .. }
            | Event::Parted { .. }
            | Event::Recording { .. }
            | Event::WrappedUp { .. }
            | Event::CalledInVain { .. }
            | Event::Step { .. }
            | Event::Entry { .. }
            | Event::Offered { .. }
            | Event::Media { .. } => {}
            Event::Judged {
                question, answer, ..
            } => {
                self.answers.insert(question.clone(), *answer);
            }
            Event::CallingBack { queue, .. } => {
                self.queue = Some(queue.clone());
                self.reason = Some(Reason::Callback);
            }
            Event::CallbackCancelled { callback } => {
                if self.callback == Some(*callback) {
                    self.callback = None;
                }
            }
            Event::Answered => {
                self.answered.get_or_insert(at);
            }
            Event::Queued { queue, reason, .. } => {
                self.queue = Some(queue.clone());
                self.reason.get_or_insert_with(|| reason.clone());
                self.close_talk(at);
                self.open.wait.get_or_insert(at);
            }
            Event::Overflowed { to, .. } => match to {
                crate::queue::action::OverflowStep::Queue(q) => self.queue = Some(q.clone()),
                // They wait for whoever answers there.
                crate::queue::action::OverflowStep::Outside(_) => {}
                crate::queue::action::OverflowStep::Callback
                | crate::queue::action::OverflowStep::Message => self.close_wait(at),
            },
            Event::LookedBack => self.close_wait(at),
            Event::Missed { .. } => self.missed = self.missed.saturating_add(1),
            Event::Connected { agent } => {
                self.agent = Some(agent.clone());
                self.close_wait(at);
                self.close_talk(at);
                self.open.talk = Some(at);
            }
            Event::Held { by } => {
                if *by == Party::Agent {
                    self.open.hold.get_or_insert(at);
                }
            }
            Event::Resumed { by } => {
                if *by == Party::Agent {
                    self.close_hold(at);
                }
            }
            Event::AgentLost { .. } | Event::TransferStarted { .. } => {
                self.close_talk(at);
                self.open.wait = Some(at);
            }
            Event::TalkEnded { .. } => self.close_talk(at),
            // With the agent who is still there. Where none is, they come to the queue at once.
            Event::TransferFailed { .. } => {
                self.close_wait(at);
                self.open.talk.get_or_insert(at);
            }
            Event::Transferred { .. } => self.close_wait(at),
            Event::MessageStored { message, .. } => self.message = Some(*message),
            Event::CallbackStored { callback, .. } => self.callback = Some(*callback),
            Event::Fault { .. } => self.faults = self.faults.saturating_add(1),
            Event::Ended { verdict } => {
                self.close_wait(at);
                self.close_talk(at);
                self.ended = Some(at);
                self.verdict = Some(verdict.clone());
            }
        }
    }

    fn close_wait(&mut self, at: Duration) {
        if let Some(since) = self.open.wait.take() {
            self.waited += at.saturating_sub(since);
        }
    }

    fn close_talk(&mut self, at: Duration) {
        self.close_hold(at);
        if let Some(since) = self.open.talk.take() {
            self.talked += at.saturating_sub(since);
        }
    }

    fn close_hold(&mut self, at: Duration) {
        if let Some(since) = self.open.hold.take() {
            self.held += at.saturating_sub(since);
        }
    }

    /// Whether self-service was enough; `None` while the call goes on.
    pub fn containment(&self) -> Option<Containment> {
        let verdict = self.verdict.as_ref()?;
        Some(if self.agent.is_some() {
            Containment::ToPerson
        } else if self.message.is_some() || self.callback.is_some() {
            Containment::Promised
        } else {
            match verdict {
                Verdict::Goodbye { .. } => Containment::Solved,
                Verdict::CallerHungUp { stage } => match stage {
                    Stage::Ringing => Containment::NotTaken,
                    Stage::Menu => Containment::GaveUp,
                    Stage::Waiting
                    | Stage::Offered
                    | Stage::Message
                    | Stage::Talking
                    | Stage::Transferring => Containment::Abandoned,
                },
                Verdict::AgentEnded { .. } | Verdict::TransferredOut { .. } => {
                    Containment::ToPerson
                }
                Verdict::MessageStored { .. } | Verdict::CallbackStored { .. } => {
                    Containment::Promised
                }
                Verdict::Refused { .. } | Verdict::SetupFailed { .. } | Verdict::NotReached => {
                    Containment::NotTaken
                }
                Verdict::CallerGone { .. }
                | Verdict::ServerStopped { .. }
                | Verdict::ServerLost
                | Verdict::Fault { .. } => Containment::CutOff,
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::queue::action::{OverflowCause, OverflowStep};

    fn facts(events: Vec<(u64, Event)>) -> Facts {
        let mut f = Facts::default();
        for (s, e) in events {
            f.add(Duration::from_secs(s), &e);
        }
        f
    }

    fn queued(q: &str) -> Event {
        Event::Queued {
            queue: q.into(),
            reason: Reason::Asked,
            language: None,
        }
    }

    #[test]
    fn waits_and_talks_add_up_through_a_failed_transfer() {
        let f = facts(vec![
            (0, Event::Answered),
            (10, queued("support")),
            (
                25,
                Event::Connected {
                    agent: "ann".into(),
                },
            ),
            (30, Event::Held { by: Party::Agent }),
            (34, Event::Resumed { by: Party::Agent }),
            (
                40,
                Event::TransferStarted {
                    agent: "ann".into(),
                    to: super::super::timeline::TransferTo::Agent {
                        agent: "bob".into(),
                    },
                },
            ),
            (
                45,
                Event::TransferFailed {
                    to: super::super::timeline::TransferTo::Agent {
                        agent: "bob".into(),
                    },
                    status: Some(486),
                },
            ),
            (45, queued("support")),
            (
                50,
                Event::Connected {
                    agent: "eve".into(),
                },
            ),
            (
                60,
                Event::Ended {
                    verdict: Verdict::AgentEnded {
                        agent: "eve".into(),
                    },
                },
            ),
        ]);
        assert_eq!(f.waited.as_secs(), 15 + 10);
        assert_eq!(f.talked.as_secs(), 15 + 10);
        assert_eq!(f.held.as_secs(), 4);
        assert_eq!(f.agent, Some("eve".into()));
        assert_eq!(f.containment(), Some(Containment::ToPerson));
    }

    #[test]
    fn after_a_failed_transfer_the_two_talk_on() {
        let to = super::super::timeline::TransferTo::Queue {
            queue: "sales".into(),
        };
        let ann = || AgentId::from("ann");
        let f = facts(vec![
            (0, queued("support")),
            (10, Event::Connected { agent: ann() }),
            (
                20,
                Event::TransferStarted {
                    agent: ann(),
                    to: to.clone(),
                },
            ),
            (25, Event::TransferFailed { to, status: None }),
            (
                60,
                Event::Ended {
                    verdict: Verdict::AgentEnded { agent: ann() },
                },
            ),
        ]);
        assert_eq!(f.waited.as_secs(), 10 + 5);
        assert_eq!(f.talked.as_secs(), 10 + 35);
    }

    #[test]
    fn a_promise_to_call_back_and_answers_to_a_survey_are_facts() {
        let judged = |answer| Event::Judged {
            survey: "rate".into(),
            question: "friendly".to_owned(),
            answer,
            low: 1,
            high: 5,
        };
        let stored = Event::CallbackStored {
            callback: CallbackId(7),
            before: false,
        };
        let hung_up = Event::Ended {
            verdict: Verdict::CallerHungUp { stage: Stage::Menu },
        };
        let f = facts(vec![
            (1, judged(5)),
            (2, judged(3)),
            (3, stored),
            (4, hung_up),
        ]);
        assert_eq!(f.answers, BTreeMap::from([("friendly".to_owned(), 3)]));
        assert_eq!(f.containment(), Some(Containment::Promised));
    }

    #[test]
    fn who_hangs_up_in_the_menu_gave_up_and_in_the_line_abandoned() {
        let hung_up = |stage| Event::Ended {
            verdict: Verdict::CallerHungUp { stage },
        };
        let menu = facts(vec![(0, Event::Answered), (9, hung_up(Stage::Menu))]);
        assert_eq!(menu.containment(), Some(Containment::GaveUp));
        let line = facts(vec![
            (0, Event::Answered),
            (5, queued("support")),
            (
                65,
                Event::Overflowed {
                    queue: "support".into(),
                    cause: OverflowCause::WaitedTooLong,
                    to: OverflowStep::Message,
                },
            ),
            (70, hung_up(Stage::Message)),
        ]);
        assert_eq!(line.containment(), Some(Containment::Abandoned));
        assert_eq!(line.waited.as_secs(), 60);
        assert_eq!(facts(vec![(0, Event::Answered)]).containment(), None);
    }
}
