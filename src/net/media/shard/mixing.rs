//! Several legs that hear each other mixed. They live on one thread, as both legs of a bridge do.

use std::sync::Arc;

use super::{Shard, send};
use crate::ids::LegId;
use crate::media::mixer::{self, MixSeat};

/// Those who hear a leg.
pub(super) fn who_hears(mix: &[MixSeat], leg: LegId) -> impl Iterator<Item = LegId> {
    let hearing = mix.iter().filter(move |s| s.hears.contains(&leg));
    hearing.map(|s| s.leg)
}

impl Shard {
    pub(super) fn confer(&mut self, seats: Vec<MixSeat>) {
        let seats: Arc<[MixSeat]> = seats.into();
        let places: Vec<u32> = seats.iter().filter_map(|s| self.place(s.leg)).collect();
        if places.len() < seats.len() {
            // Closed meanwhile, or opened elsewhere, which no call does.
            tracing::debug!(
                missing = seats.len() - places.len(),
                "legs of a mix are not here"
            );
        }
        let ms = self.ms;
        for place in places {
            self.part(place);
            if let Some(seat) = self.seat(place) {
                if seat.mix.is_none() {
                    seat.leg.change_partner();
                }
                seat.mix = Some(Arc::clone(&seats));
                seat.leg.confer(true, ms);
            }
            self.reslot(place, ms + 1);
        }
    }

    pub(super) fn leave_mix(&mut self, place: u32) {
        let ms = self.ms;
        if let Some(seat) = self.seat(place)
            && seat.mix.take().is_some()
        {
            seat.leg.confer(false, ms);
            seat.leg.change_partner();
            self.reslot(place, ms + 1);
        }
    }

    /// Sends a leg the next 20 ms of those whom it hears.
    pub(super) fn mix_for(&mut self, place: u32, ms: u64) {
        let Some(Some(seat)) = self.seats.get(place as usize) else {
            return;
        };
        let Some(mix) = &seat.mix else { return };
        let own = mix.iter().find(|s| s.leg == seat.control.leg);
        let heard = own.iter().flat_map(|s| &s.hears).filter_map(|leg| {
            let place = self.index.get(leg)?;
            self.seats.get(*place as usize)?.as_deref()?.leg.said(ms)
        });
        mixer::mix(heard, &mut self.scratch.mix);
        let out = &mut self.scratch.out;
        if let Some(Some(seat)) = self.seats.get_mut(place as usize)
            && seat.leg.say(&self.scratch.mix, mixer::RATE, ms, out)
        {
            send(seat, out, &mut self.tally);
        }
    }
}
