//! What is due by the clock: packets in their slots, and looking after each leg.

use std::sync::atomic::Ordering;

use super::{Shard, millis, send};
use crate::media::slots::FRAME_MS;
use crate::net::media::seat::PATIENCE;
use crate::now::{Mono, Now};

/// Sending is made up for at most this long; what is older is left out.
const CATCH_UP_MS: u64 = 60;
/// Each leg is looked after once in so many milliseconds.
const ROUND_MS: u64 = 512;

impl Shard {
    /// Sends what is due since the last time.
    pub(in crate::net::media) fn ticks(&mut self, now: Now) {
        let to = millis(now.mono);
        let behind = to.saturating_sub(self.ms);
        if behind > CATCH_UP_MS && !self.index.is_empty() {
            // Starved. Timestamps follow the clock, so that the gap is heard where it was.
            self.common.counters.late_ticks.add(1);
            self.common.counters.skipped_ms.add(behind - CATCH_UP_MS);
        }
        self.ms = self.ms.max(to.saturating_sub(CATCH_UP_MS));
        while self.ms < to {
            self.ms += 1;
            let ms = self.ms;
            let mut due = std::mem::take(&mut self.scratch.due);
            due.clear();
            due.extend_from_slice(self.slots.at(ms));
            for (i, &place) in due.iter().enumerate() {
                self.fetch_ahead(|ahead| due.get(i + ahead).copied());
                self.guard(place, |shard| shard.tick(place, ms));
            }
            self.scratch.due = due;
            self.round(ms, now);
        }
    }

    pub(super) fn tick(&mut self, place: u32, ms: u64) {
        let Some(seat) = self
            .seats
            .get_mut(place as usize)
            .and_then(|s| s.as_deref_mut())
        else {
            return;
        };
        #[cfg(test)]
        assert!(!seat.trip, "tripped on purpose");
        let events = &mut self.scratch.events;
        if seat.leg.tick(ms, &mut self.scratch.out, events) {
            send(seat, &self.scratch.out, &mut self.tally);
        }
        let partner = seat.partner;
        if seat.browser.as_ref().is_some_and(|b| b.is_busy()) {
            self.browser_tick(place, Mono::from_millis(ms));
        }
        while let Some(heard) = self
            .seats
            .get_mut(place as usize)
            .and_then(|s| s.as_deref_mut())
            .and_then(|s| {
                s.leg
                    .listen(ms, &mut self.scratch.pcm, &mut self.scratch.events)
            })
        {
            if heard.for_partner
                && let Some(seat) = partner.and_then(|p| self.seats.get_mut(p as usize))
                && let Some(seat) = seat.as_deref_mut()
                && seat.leg.say(
                    &self.scratch.pcm,
                    heard.rate,
                    heard.ms,
                    &mut self.scratch.out,
                )
            {
                send(seat, &self.scratch.out, &mut self.tally);
            }
        }
        self.mix_for(place, ms);
        let events = &mut self.scratch.events;
        if !events.is_empty() {
            self.events.extend(events.drain(..).map(|e| (place, e)));
        }
        if self.seat(place).is_some_and(|s| !s.wants_tick()) {
            self.reslot(place, ms);
        }
    }

    /// Looks after the legs whose turn it is.
    pub(super) fn round(&mut self, ms: u64, now: Now) {
        let turn = ms % ROUND_MS;
        for place in (turn as usize..self.seats.len()).step_by(ROUND_MS as usize) {
            let place = place as u32;
            self.guard(place, |shard| shard.housekeep(place, now));
        }
        if !ms.is_multiple_of(FRAME_MS) {
            return;
        }
        self.last_words.retain_mut(|words| !words.said());
        if !self.waiting.is_empty() {
            let waiting = std::mem::take(&mut self.waiting);
            for place in waiting {
                if self.seat(place).is_some_and(|s| !s.retell()) {
                    self.waiting.push(place);
                }
            }
        }
    }

    pub(super) fn housekeep(&mut self, place: u32, now: Now) {
        self.browser_tick(place, now.mono);
        let Some(seat) = self
            .seats
            .get_mut(place as usize)
            .and_then(|s| s.as_deref_mut())
        else {
            return;
        };
        let events = &mut self.scratch.events;
        seat.leg.housekeep(now.mono, events);
        if seat.rtp.is_connected() && seat.leg.is_open(now.mono) {
            seat.rtp.disconnect();
        }
        if let Some(to) = seat.leg.report(now, &mut self.scratch.out) {
            // A report that is lost is followed by another.
            let _ = seat.rtcp_socket().send(&self.scratch.out, to);
        }
        self.events.extend(events.drain(..).map(|e| (place, e)));
        seat.unheard = if seat.is_heard() { 0 } else { seat.unheard + 1 };
        if seat.unheard > PATIENCE || seat.control.closing.load(Ordering::Relaxed) {
            self.close_with_bye(place);
        }
    }
}
