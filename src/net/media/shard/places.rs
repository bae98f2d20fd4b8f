//! Legs come to a place, and leave it.

use std::sync::atomic::Ordering;

use rustix::event::epoll;

use super::Shard;
use crate::ids::LegId;
use crate::media::command::MediaEvent;
use crate::net::media::Control;
use crate::net::media::seat::Seat;

impl Shard {
    pub(super) fn sit(&mut self, seat: Box<Seat>) -> Option<u32> {
        let place = match self.free.pop() {
            Some(place) => place,
            None => {
                self.seats.push(None);
                (self.seats.len() - 1) as u32
            }
        };
        let control: &Control = &seat.control;
        let leg = control.leg;
        for (socket, tag) in [(&seat.rtp, 0), (&seat.rtcp, 1)] {
            let data = epoll::EventData::new_u64((u64::from(place) << 1) | tag);
            if let Err(e) = epoll::add(&self.epoll, socket, data, epoll::EventFlags::IN) {
                tracing::error!(error = %e, "a leg's socket can not be watched");
            }
        }
        self.index.insert(leg, place);
        *self.seats.get_mut(place as usize)? = Some(seat);
        Some(place)
    }

    pub(super) fn stand_up(&mut self, place: u32) -> Option<Box<Seat>> {
        let mut seat = self.seats.get_mut(place as usize)?.take()?;
        if let Some(slot) = seat.slot.take() {
            self.slots.remove(place, slot);
        }
        self.index.remove(&seat.control.leg);
        self.waiting.retain(|p| *p != place);
        self.free.push(place);
        if let Some(door) = self.common.shards.get(self.me) {
            door.legs.fetch_sub(1, Ordering::Relaxed);
        }
        Some(seat)
    }

    pub(super) fn place(&self, leg: LegId) -> Option<u32> {
        self.index.get(&leg).copied()
    }

    pub(super) fn leg_at(&self, place: u32) -> Option<LegId> {
        let seat = self.seats.get(place as usize)?.as_deref()?;
        Some(seat.control.leg)
    }

    pub(super) fn seat(&mut self, place: u32) -> Option<&mut Seat> {
        self.seats.get_mut(place as usize)?.as_deref_mut()
    }

    pub(super) fn close_with_bye(&mut self, place: u32) {
        let out = &mut self.scratch.out;
        if let Some(seat) = self
            .seats
            .get_mut(place as usize)
            .and_then(|s| s.as_deref_mut())
            && let Some(to) = seat.leg.bye(out)
        {
            // Nobody waits for it: SIP says the same.
            let _ = seat.rtcp_socket().send(out, to);
        }
        self.close(place);
    }

    pub(super) fn close(&mut self, place: u32) {
        self.leave_mix(place);
        self.part(place);
        let Some(mut seat) = self.stand_up(place) else {
            return;
        };
        self.common.leave(seat.control.leg);
        let last = &mut self.scratch.events;
        seat.leg.stop_record(self.ms, last);
        self.events.extend(last.drain(..).map(|e| (place, e)));
        // What the leg told in this tick comes before its end.
        let told = self.events.extract_if(.., |(of, _)| *of == place);
        let mut own: Vec<MediaEvent> = told.map(|(_, event)| event).collect();
        own.push(MediaEvent::Closed {
            leg: seat.control.leg,
            stats: seat.leg.stats(),
        });
        // Not told at once: the figures of legs that end within 20 ms wake the calls' threads
        // together.
        self.last_words.push(seat.into_last_words(own));
    }

    /// Ends all legs.
    pub(in crate::net::media) fn close_all(&mut self) {
        for place in 0..self.seats.len() as u32 {
            self.close_with_bye(place);
        }
        self.last_words.retain_mut(|words| !words.said());
    }
}
