//! Which legs have a slot, and which one.

use super::{Shard, millis};
use crate::media::slots::FRAME_MS;
use crate::now::Mono;

/// So many packets leave within about a millisecond; with more legs twice the average.
const CROWD: usize = 100;
/// Those who find a crowd wait this long at most.
const SOON_MS: u64 = 5;

impl Shard {
    /// The first packet of a prompt does not wait for the leg's slot: a key is answered now.
    pub(super) fn play_at_once(&mut self, place: u32, now: Mono) {
        let now = millis(now).max(self.ms);
        let crowd = CROWD.max(2 * self.index.len() / FRAME_MS as usize);
        if let Some(seat) = self.seat(place)
            && let Some(old) = seat.slot.take()
        {
            self.slots.remove(place, old);
        }
        if let Some(seat) = self.seats.get_mut(place as usize)
            && let Some(seat) = seat.as_deref_mut()
            && seat.wants_tick()
        {
            seat.slot = Some(self.slots.place_soon(place, now, SOON_MS, crowd));
        }
        let Some(slot) = self.seat(place).and_then(|s| s.slot) else {
            return;
        };
        // Slots up to `self.ms` are done: this one would come 20 ms later.
        if slot <= self.ms {
            self.tick(place, slot);
        }
    }

    /// Gives a leg that wants to be ticked a slot, and takes it from one that does not.
    pub(super) fn reslot(&mut self, place: u32, at: u64) {
        let Some(seat) = self.seat(place) else {
            return;
        };
        match (seat.wants_tick(), seat.slot) {
            (true, None) => self.enter_slot(place, at),
            (false, Some(slot)) => {
                seat.slot = None;
                self.slots.remove(place, slot);
            }
            (true, Some(_)) | (false, None) => {}
        }
    }

    fn enter_slot(&mut self, place: u32, at: u64) {
        let Some(seat) = self
            .seats
            .get_mut(place as usize)
            .and_then(|s| s.as_deref_mut())
        else {
            return;
        };
        if seat.wants_tick() && seat.slot.is_none() {
            seat.slot = Some(self.slots.place(place, at, FRAME_MS));
        }
    }
}
