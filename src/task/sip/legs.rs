//! Which channel the events of each leg go to.

use std::collections::HashMap;

use tokio::sync::mpsc::error::TrySendError;

use super::LegEventSender;
use crate::ids::LegId;
use crate::sip::leg::{LegEnd, LegEvent};

/// The channels of all legs. A leg leaves with its last event.
#[derive(Debug, Default)]
pub(super) struct Legs(HashMap<LegId, LegEventSender>);

/// What to do about a leg whose event could not be delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Delivery {
    Done,
    /// Nobody listens (any more): hang up.
    HangUp,
}

impl Legs {
    pub(super) fn insert(&mut self, leg: LegId, events: LegEventSender) {
        self.0.insert(leg, events);
    }

    pub(super) fn deliver(&mut self, leg: LegId, event: LegEvent) -> Delivery {
        let over = matches!(event, LegEvent::Ended(_));
        let Some(events) = self.0.get(&leg) else {
            // Its call is gone. A leg that is over needs no more.
            return if over {
                Delivery::Done
            } else {
                Delivery::HangUp
            };
        };
        match events.try_send((leg, event)) {
            Ok(()) => {
                if over {
                    self.0.remove(&leg);
                }
                Delivery::Done
            }
            Err(TrySendError::Closed(_)) => {
                self.0.remove(&leg);
                if over {
                    Delivery::Done
                } else {
                    Delivery::HangUp
                }
            }
            Err(TrySendError::Full((leg, event))) => self.overrun(leg, event, over),
        }
    }

    /// The call is stuck, or its peer floods it: the leg ends, and the call learns of it when
    /// it gets that far. Bounded: at most one such wait per leg.
    fn overrun(&mut self, leg: LegId, event: LegEvent, over: bool) -> Delivery {
        tracing::warn!(
            leg = leg.0,
            "call does not take its leg's events: leg ended"
        );
        if let Some(events) = self.0.remove(&leg) {
            let last = if over {
                event
            } else {
                LegEvent::Ended(LegEnd::PeerGone)
            };
            tokio::spawn(async move {
                let _ = events.send((leg, last)).await;
            });
        }
        if over {
            Delivery::Done
        } else {
            Delivery::HangUp
        }
    }
}
