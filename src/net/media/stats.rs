//! Figures of the media threads.

use std::sync::atomic::{AtomicU64, Ordering};

/// What the media threads have done since they were started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MediaStats {
    /// Legs that are open now.
    pub legs: u64,
    /// RTP packets sent.
    pub sent: u64,
    /// Datagrams taken from the sockets.
    pub received: u64,
    /// Packets that the kernel did not take.
    pub send_failed: u64,
    /// Times that a thread came so late that packets were left out.
    pub late_ticks: u64,
    /// Milliseconds of sending that were left out.
    pub skipped_ms: u64,
    /// Events that found no room at the receiver and had to wait.
    pub events_deferred: u64,
    /// Events lost because the receiver did not read for long, or was gone.
    pub events_lost: u64,
    /// Commands lost because a thread's queue was full.
    pub orders_lost: u64,
    /// Legs that were closed because their processing panicked.
    pub panics: u64,
    /// Threads that run at real-time priority.
    pub realtime_threads: u64,
}

/// A figure that threads add to.
#[derive(Debug, Default)]
pub(super) struct Counter(AtomicU64);

impl Counter {
    pub(super) fn add(&self, n: u64) {
        if n > 0 {
            self.0.fetch_add(n, Ordering::Relaxed);
        }
    }

    fn read(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// The figures of all threads together. Threads add once per tick.
#[derive(Debug, Default)]
pub(super) struct Counters {
    pub(super) sent: Counter,
    pub(super) received: Counter,
    pub(super) send_failed: Counter,
    pub(super) late_ticks: Counter,
    pub(super) skipped_ms: Counter,
    pub(super) events_deferred: Counter,
    pub(super) events_lost: Counter,
    pub(super) orders_lost: Counter,
    pub(super) panics: Counter,
    pub(super) realtime_threads: Counter,
}

impl Counters {
    pub(super) fn read(&self, legs: u64) -> MediaStats {
        MediaStats {
            legs,
            sent: self.sent.read(),
            received: self.received.read(),
            send_failed: self.send_failed.read(),
            late_ticks: self.late_ticks.read(),
            skipped_ms: self.skipped_ms.read(),
            events_deferred: self.events_deferred.read(),
            events_lost: self.events_lost.read(),
            orders_lost: self.orders_lost.read(),
            panics: self.panics.read(),
            realtime_threads: self.realtime_threads.read(),
        }
    }
}
