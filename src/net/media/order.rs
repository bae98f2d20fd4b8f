//! What a media thread is asked to do.

use tokio::sync::mpsc;

use super::seat::Seat;
use crate::ids::LegId;
use crate::media::command::{MediaCommand, MediaEvent};

/// One entry of a thread's queue.
pub(super) enum Order {
    /// A new leg.
    Sit(Box<Seat>),
    /// A command of a call.
    Command(MediaCommand),
    /// Events go elsewhere.
    Redirect {
        leg: LegId,
        events: mpsc::Sender<MediaEvent>,
    },
    /// Another thread wants the leg `leg`, to bridge it with its own leg `with`.
    Fetch {
        leg: LegId,
        with: LegId,
        shard: usize,
    },
    /// The leg that was asked for with `Fetch`.
    Move { seat: Box<Seat>, with: LegId },
    /// Makes the next step of a leg panic, to prove that nobody else suffers.
    #[cfg(test)]
    Trip(LegId),
}
