//! Two legs that hear each other live on one thread: one of them moves, if need be.

use std::sync::atomic::Ordering;

use rustix::event::epoll;

use super::Shard;
use crate::ids::LegId;
use crate::net::media::order::Order;

impl Shard {
    pub(super) fn bridge(&mut self, a: LegId, b: Option<LegId>) {
        let Some(b) = b.filter(|b| *b != a) else {
            return;
        };
        match (self.place(a), self.place(b)) {
            (Some(at), Some(bt)) => {
                for one in [at, bt] {
                    self.leave_mix(one);
                    self.part(one);
                }
                for (one, other) in [(at, bt), (bt, at)] {
                    if let Some(seat) = self.seat(one) {
                        seat.partner = Some(other);
                        seat.leg.change_partner();
                    }
                    self.reslot(one, self.ms + 1);
                }
            }
            (Some(_), None) => self.fetch(b, a),
            (None, Some(_)) => self.fetch(a, b),
            (None, None) => {}
        }
    }

    /// Asks the thread of `leg` to give it away.
    pub(super) fn fetch(&self, leg: LegId, with: LegId) {
        if let Some(control) = self.common.find(leg) {
            let owner = control.shard.load(Ordering::Acquire);
            if owner != self.me {
                let shard = self.me;
                self.common.order(owner, Order::Fetch { leg, with, shard });
            }
        }
    }

    pub(super) fn give_away(&mut self, leg: LegId, with: LegId, shard: usize) {
        let Some(place) = self.place(leg) else {
            return;
        };
        self.part(place);
        // Told here, because places are numbers of this thread.
        self.tell();
        if let Some(seat) = self.stand_up(place) {
            // Both fail only when adding did.
            let _ = epoll::delete(&self.epoll, &seat.rtp);
            let _ = epoll::delete(&self.epoll, &seat.rtcp);
            seat.control.shard.store(shard, Ordering::Release);
            if let Some(door) = self.common.shards.get(shard) {
                door.legs.fetch_add(1, Ordering::Relaxed);
            }
            if !self.common.order(shard, Order::Move { seat, with }) {
                // The seat went down with its order: the leg is over.
                self.common.leave(leg);
                if let Some(door) = self.common.shards.get(shard) {
                    door.legs.fetch_sub(1, Ordering::Relaxed);
                }
            }
        }
    }

    pub(super) fn part(&mut self, place: u32) {
        let Some(partner) = self.seat(place).and_then(|s| s.partner.take()) else {
            return;
        };
        for one in [place, partner] {
            if let Some(seat) = self.seat(one) {
                seat.partner = None;
                seat.leg.change_partner();
            }
            self.reslot(one, self.ms + 1);
        }
    }
}
