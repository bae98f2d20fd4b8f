//! For tests: where a call stands, in the words of the checker.

use super::machine::{Call, Stage};
use crate::check::graph::MessageStep;
use crate::ids::{PhoneNumber, QueueName};
use crate::menu::walk::situation::Situation;
use crate::record::verdict::Verdict;

/// Where a call stands.
#[derive(Clone, Debug)]
pub(crate) enum Standing {
    /// Not yet in the menus.
    Begins,
    /// In the menus.
    Menu {
        situation: Situation,
        /// The queue in which they have a place, which the way to the people leads back to.
        place: Option<QueueName>,
    },
    /// In a queue.
    Waiting { queue: QueueName },
    /// Sent on by a queue to a number outside.
    Outside {
        queue: QueueName,
        number: PhoneNumber,
    },
    /// Leaving a message: how far, and how many recordings have begun.
    Message { step: MessageStep, takes: u8 },
    /// With a person.
    Person,
    /// It is ended like this, or is over.
    Ends(Verdict),
    /// Nothing that the checker knows.
    Elsewhere,
}

impl Call {
    /// Where the call stands.
    pub(crate) fn standing(&self) -> Standing {
        match &self.stage {
            Stage::Opening { .. } | Stage::Answering { .. } => Standing::Begins,
            Stage::Menu(m) => match m.walk.situation() {
                Some(situation) => {
                    let kept = m.place.as_ref().map(|p| &p.queue);
                    let promised = self.promised.as_ref().map(|p| &p.queue);
                    let place = kept.or(promised).cloned();
                    Standing::Menu { situation, place }
                }
                None => Standing::Elsewhere,
            },
            Stage::Waiting(w) => match &w.outside {
                Some(outside) => Standing::Outside {
                    queue: w.queue.clone(),
                    number: outside.number.clone(),
                },
                None => Standing::Waiting {
                    queue: w.queue.clone(),
                },
            },
            Stage::Message(m) => {
                let (step, takes) = m.told();
                Standing::Message { step, takes }
            }
            Stage::Bridged(_) => Standing::Person,
            Stage::Closing { verdict, .. } => Standing::Ends(verdict.clone()),
            Stage::CallingBack(_) | Stage::Ended => Standing::Elsewhere,
        }
    }

    /// No message is taken any more until the queue has been asked again.
    pub(crate) fn takes_no_message(&self) -> bool {
        self.message_broken
    }
}
