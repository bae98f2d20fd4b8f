//! The delay that the jitter of late asks for.

use std::time::Duration;

use super::MAX_DELAY;

/// How late packets come, compared with the earliest of the last seconds.
#[derive(Clone, Debug)]
pub(super) struct DelayEstimate {
    clock_rate: u32,
    /// Smallest transit of the last full window and of the current one.
    base: Option<u32>,
    window: Option<u32>,
    in_window: u32,
    /// Lateness that decays, in 1/256 ticks.
    peak: u32,
}

impl DelayEstimate {
    const WINDOW: u32 = 250;

    pub(super) fn new(clock_rate: u32) -> DelayEstimate {
        DelayEstimate {
            clock_rate,
            base: None,
            window: None,
            in_window: 0,
            // 40 ms until it is known better.
            peak: clock_rate / 25 * 256,
        }
    }

    pub(super) fn forget_transit(&mut self) {
        self.base = None;
        self.window = None;
        self.in_window = 0;
    }

    pub(super) fn arrived(&mut self, arrival: u32, timestamp: u32) {
        let transit = arrival.wrapping_sub(timestamp);
        let before = |a: u32, b: u32| (a.wrapping_sub(b) as i32) < 0;
        let base = *self.base.get_or_insert(transit);
        let mut late = transit.wrapping_sub(base) as i32;
        if late.unsigned_abs() > self.clock_rate {
            // Not lateness: the sender's clock was set anew.
            self.forget_transit();
            self.base = Some(transit);
            return;
        }
        if late < 0 {
            self.base = Some(transit);
            late = 0;
        }
        self.window = match self.window {
            Some(w) if before(w, transit) => Some(w),
            Some(_) | None => Some(transit),
        };
        self.in_window += 1;
        if self.in_window == Self::WINDOW {
            self.base = self.window.take();
            self.in_window = 0;
        }
        let late = late.unsigned_abs().saturating_mul(256);
        if late > self.peak {
            self.peak = late;
        } else {
            self.peak -= (self.peak - late) >> 8;
        }
    }

    pub(super) fn target_ticks(&self) -> u32 {
        let max = self.clock_rate / 1000 * (MAX_DELAY.as_millis() as u32 - 40);
        (self.peak / 256).clamp(self.clock_rate / 100, max)
    }

    pub(super) fn target(&self) -> Duration {
        Duration::from_micros(
            u64::from(self.target_ticks()) * 1_000_000 / u64::from(self.clock_rate),
        )
    }
}
