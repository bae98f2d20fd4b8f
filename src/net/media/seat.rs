//! A leg at its place on a thread: the pure leg and what connects it with the world.

use std::collections::VecDeque;
use std::sync::Arc;

use tokio::sync::mpsc;

use super::Control;
use super::browser::Browser;
use super::ports::Lease;
use super::socket::Socket;
use crate::media::command::MediaEvent;
use crate::media::leg::Leg;
use crate::media::mixer::MixSeat;

/// Events that wait for a receiver that does not read.
const MAX_PENDING: usize = 64;

/// One leg with its sockets.
pub(super) struct Seat {
    pub(super) leg: Leg,
    pub(super) control: Arc<Control>,
    pub(super) rtp: Socket,
    pub(super) rtcp: Socket,
    /// The family of its addresses.
    pub(super) v6: bool,
    /// The peer is a browser.
    pub(super) browser: Option<Box<Browser>>,
    pub(super) partner: Option<u32>,
    /// Who hears whom, in place of a partner.
    pub(super) mix: Option<Arc<[MixSeat]>>,
    /// The millisecond of a sending, which names its slot.
    pub(super) slot: Option<u64>,
    events: mpsc::Sender<MediaEvent>,
    pending: VecDeque<MediaEvent>,
    /// Rounds of housekeeping since nobody listens any more.
    pub(super) unheard: u32,
    #[cfg(test)]
    pub(super) trip: bool,
    // After the sockets: a port may be given back only when it is free.
    _lease: Lease,
}

/// What became of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Told {
    /// It is with the receiver.
    Yes,
    /// It waits at the leg; try again.
    Waits,
    /// There is no room, or nobody listens.
    Lost,
}

/// Whether a call waits for this event and for nothing else: one comes for each command at
/// most, so room is kept for them that no flood of keys can take.
fn is_awaited(event: &MediaEvent) -> bool {
    match event {
        MediaEvent::Played { .. }
        | MediaEvent::PlayFailed { .. }
        | MediaEvent::RecordEnded { .. }
        | MediaEvent::Closed { .. } => true,
        MediaEvent::Key { .. }
        | MediaEvent::Latched { .. }
        | MediaEvent::RtpSilent { .. }
        | MediaEvent::KeysFailed { .. }
        | MediaEvent::RtpBack { .. } => false,
    }
}

impl Seat {
    pub(super) fn new(
        leg: Leg,
        control: Arc<Control>,
        (rtp, rtcp): (Socket, Socket),
        v6: bool,
        events: mpsc::Sender<MediaEvent>,
        lease: Lease,
    ) -> Seat {
        Seat {
            leg,
            control,
            rtp,
            rtcp,
            v6,
            browser: None,
            partner: None,
            mix: None,
            slot: None,
            events,
            pending: VecDeque::new(),
            unheard: 0,
            #[cfg(test)]
            trip: false,
            _lease: lease,
        }
    }

    /// Tells an event, after those that wait.
    pub(super) fn tell(&mut self, event: MediaEvent) -> Told {
        if self.pending.is_empty() {
            match self.events.try_send(event) {
                Ok(()) => return Told::Yes,
                Err(mpsc::error::TrySendError::Closed(_)) => return Told::Lost,
                Err(mpsc::error::TrySendError::Full(event)) => self.pending.push_back(event),
            }
            return Told::Waits;
        }
        let most = if is_awaited(&event) {
            2 * MAX_PENDING
        } else {
            MAX_PENDING
        };
        if self.pending.len() >= most {
            return Told::Lost;
        }
        self.pending.push_back(event);
        Told::Waits
    }

    /// Whether it wants to be ticked every 20 ms.
    pub(super) fn wants_tick(&self) -> bool {
        self.leg.wants_tick() || self.browser.as_ref().is_some_and(|b| b.is_busy())
    }

    /// The socket that RTCP leaves from.
    pub(super) fn rtcp_socket(&self) -> &Socket {
        if self.leg.muxes() {
            &self.rtp
        } else {
            &self.rtcp
        }
    }

    /// Tries again. `true`: nothing waits any more.
    pub(super) fn retell(&mut self) -> bool {
        while let Some(event) = self.pending.pop_front() {
            match self.events.try_send(event) {
                Ok(()) => {}
                Err(mpsc::error::TrySendError::Full(event)) => {
                    self.pending.push_front(event);
                    return false;
                }
                Err(mpsc::error::TrySendError::Closed(_)) => {
                    self.pending.clear();
                }
            }
        }
        true
    }

    /// Whether anybody can still hear of it.
    pub(super) fn is_heard(&self) -> bool {
        !self.events.is_closed()
    }

    /// Events go elsewhere from now on; those that wait go there too.
    pub(super) fn redirect(&mut self, events: mpsc::Sender<MediaEvent>) {
        self.events = events;
        self.unheard = 0;
    }

    /// What is left to tell when the seat is gone.
    pub(super) fn into_last_words(mut self, and: Vec<MediaEvent>) -> LastWords {
        self.pending.extend(and);
        LastWords {
            events: self.events,
            pending: self.pending,
            tries: 0,
        }
    }
}

/// Events of a closed leg that found no room yet.
pub(super) struct LastWords {
    events: mpsc::Sender<MediaEvent>,
    pending: VecDeque<MediaEvent>,
    tries: u32,
}

/// Rounds of housekeeping, about ten seconds.
pub(super) const PATIENCE: u32 = 20;
/// How often last words are tried to be said, every 20 ms: about ten seconds.
const TRIES: u32 = 500;

impl LastWords {
    /// `true`: said, or nobody listens.
    pub(super) fn said(&mut self) -> bool {
        self.tries += 1;
        while let Some(event) = self.pending.pop_front() {
            if let Err(mpsc::error::TrySendError::Full(event)) = self.events.try_send(event) {
                self.pending.push_front(event);
                return self.tries > TRIES;
            }
        }
        true
    }
}
