//! The legs of one thread: their places, their slots, and what is done with them.

use std::collections::HashMap;
use std::os::fd::OwnedFd;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use rustix::event::epoll;

use super::Common;
use super::seat::{LastWords, Seat, Told};
use super::socket::Sent;
use crate::ids::LegId;
use crate::media::command::MediaEvent;
use crate::media::rtp;
use crate::media::slots::{FRAME_MS, Slots};
use crate::now::Mono;

mod ahead;
mod arrivals;
mod bridging;
mod browsers;
mod due;
mod mixing;
mod orders;
mod places;
mod slotting;

/// How long a thread without legs sleeps: what was left for it without waking it, like legs
/// that ended before a word was said, waits for so long. Well below the time for which a call
/// that is over waits for its last figures.
pub(super) const IDLE: Duration = Duration::from_millis(100);

/// The legs of one thread.
pub(super) struct Shard {
    me: usize,
    common: Arc<Common>,
    seats: Vec<Option<Box<Seat>>>,
    free: Vec<u32>,
    index: HashMap<LegId, u32>,
    slots: Slots,
    epoll: OwnedFd,
    ready: Vec<epoll::Event>,
    /// The last millisecond that was sent for.
    ms: u64,
    /// Until this millisecond the rest of a key may come.
    key_until: u64,
    events: Vec<(u32, MediaEvent)>,
    /// Legs with events that wait.
    waiting: Vec<u32>,
    last_words: Vec<LastWords>,
    scratch: Scratch,
    tally: Tally,
}

/// Buffers that are used again.
#[derive(Default)]
struct Scratch {
    datagram: Vec<u8>,
    clear: Vec<u8>,
    pcm: Vec<i16>,
    mix: Vec<i16>,
    out: Vec<u8>,
    events: Vec<MediaEvent>,
    due: Vec<u32>,
}

/// Counted here and added to the common figures once per tick.
#[derive(Default)]
struct Tally {
    sent: u64,
    received: u64,
    send_failed: u64,
}

impl Shard {
    pub(super) fn new(me: usize, common: Arc<Common>, epoll: OwnedFd, now: Mono) -> Shard {
        Shard {
            me,
            common,
            seats: Vec::new(),
            free: Vec::new(),
            index: HashMap::new(),
            slots: Slots::new(),
            epoll,
            ready: Vec::with_capacity(1024),
            ms: millis(now),
            key_until: 0,
            events: Vec::new(),
            waiting: Vec::new(),
            last_words: Vec::new(),
            scratch: Scratch {
                datagram: vec![0; rtp::MAX_PACKET + 1],
                ..Scratch::default()
            },
            tally: Tally::default(),
        }
    }

    pub(super) fn legs(&self) -> usize {
        self.index.len()
    }

    pub(super) fn epoll(&self) -> &OwnedFd {
        &self.epoll
    }

    /// Whether a key is on its way: its end is acted upon at once.
    pub(super) fn expects_key(&self) -> bool {
        self.ms < self.key_until
    }

    /// How long from `now` nothing is due by the clock.
    pub(super) fn idle_for(&self, now: Mono) -> Duration {
        if self.index.is_empty() && self.last_words.is_empty() {
            return IDLE;
        }
        let mut wait = self.slots.wait(self.ms + 1).unwrap_or(FRAME_MS);
        if !self.last_words.is_empty() {
            let next = self.ms + 1;
            wait = wait.min(next.next_multiple_of(FRAME_MS) - next);
        }
        Mono::from_millis(self.ms + 1 + wait).since(now)
    }

    /// Tells what happened, at the end of a tick.
    pub(super) fn tell(&mut self) {
        let mut events = std::mem::take(&mut self.events);
        for (place, event) in events.drain(..) {
            let Some(seat) = self.seat(place) else {
                continue;
            };
            match seat.tell(event) {
                Told::Yes => {}
                Told::Waits => {
                    self.common.counters.events_deferred.add(1);
                    if !self.waiting.contains(&place) {
                        self.waiting.push(place);
                    }
                }
                Told::Lost => self.common.counters.events_lost.add(1),
            }
        }
        self.events = events;
        let tally = std::mem::take(&mut self.tally);
        let counters = &self.common.counters;
        counters.sent.add(tally.sent);
        counters.received.add(tally.received);
        counters.send_failed.add(tally.send_failed);
    }

    /// A panic while a leg is worked on closes that leg; the others do not notice.
    fn guard(&mut self, place: u32, work: impl FnOnce(&mut Shard)) {
        // The leg that panicked is closed, and the scratch buffers are emptied before use:
        // nothing half-done is seen afterwards.
        if catch_unwind(AssertUnwindSafe(|| work(self))).is_err() {
            self.common.counters.panics.add(1);
            self.scratch.events.clear();
            self.scratch.datagram.resize(rtp::MAX_PACKET + 1, 0);
            self.close(place);
        }
    }
}

fn send(seat: &Seat, packet: &[u8], tally: &mut Tally) {
    let Some(to) = seat.leg.destination() else {
        return;
    };
    match seat.rtp.send(packet, to) {
        Sent::Yes => tally.sent += 1,
        Sent::No => tally.send_failed += 1,
    }
}

/// Media time: milliseconds since the process began.
fn millis(now: Mono) -> u64 {
    // Half a billion years fit.
    now.since_start().as_millis() as u64
}

impl Drop for Shard {
    fn drop(&mut self) {
        // A thread that ends leaves no entry behind.
        let legs: Vec<LegId> = self.index.keys().copied().collect();
        for leg in legs {
            self.common.leave(leg);
        }
    }
}
