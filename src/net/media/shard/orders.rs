//! What the thread is asked to do.

use std::sync::atomic::Ordering;

use super::{Shard, millis};
use crate::media::command::MediaCommand;
use crate::net::media::order::Order;
use crate::now::Mono;

impl Shard {
    /// Does what is asked.
    pub(in crate::net::media) fn order(&mut self, order: Order, now: Mono) {
        match order {
            Order::Sit(seat) => drop(self.sit(seat)),
            Order::Command(command) => self.command(command, now),
            Order::Redirect { leg, events } => {
                if let Some(place) = self.place(leg)
                    && let Some(seat) = self.seat(place)
                {
                    seat.redirect(events);
                }
            }
            Order::Fetch { leg, with, shard } => self.give_away(leg, with, shard),
            Order::Move { seat, with } => {
                if let Some(place) = self.sit(seat) {
                    self.reslot(place, self.ms + 1);
                    self.bridge(with, self.leg_at(place));
                }
            }
            #[cfg(test)]
            Order::Trip(leg) => {
                if let Some(place) = self.place(leg)
                    && let Some(seat) = self.seat(place)
                {
                    seat.trip = true;
                }
            }
        }
    }

    pub(super) fn command(&mut self, command: MediaCommand, now: Mono) {
        let leg = command.leg();
        if let MediaCommand::Bridge { a, b } = command {
            self.bridge(a, Some(b));
            return;
        }
        if let MediaCommand::Confer { seats } = command {
            self.confer(seats);
            return;
        }
        let Some(place) = self.place(leg) else {
            // It may have been moved to a partner's thread after this was sent.
            if let Some(control) = self.common.find(leg) {
                let shard = control.shard.load(Ordering::Acquire);
                if shard != self.me {
                    self.common.order(shard, Order::Command(command));
                }
            }
            return;
        };
        self.guard(place, |shard| shard.command_at(place, command, now));
    }

    pub(super) fn command_at(&mut self, place: u32, command: MediaCommand, now: Mono) {
        let Some(seat) = self
            .seats
            .get_mut(place as usize)
            .and_then(|s| s.as_deref_mut())
        else {
            return;
        };
        match command {
            MediaCommand::Apply { plan, .. } => self.apply(place, plan, now),
            MediaCommand::Play { token, list, .. } => {
                seat.leg.play(token, list);
                self.play_at_once(place, now);
            }
            MediaCommand::Stop { .. } => {
                seat.leg.stop();
                self.reslot(place, self.ms + 1);
            }
            MediaCommand::Unbridge { .. } => {
                self.leave_mix(place);
                self.part(place);
            }
            MediaCommand::Record { sink, limit, .. } => {
                let events = &mut self.scratch.events;
                seat.leg.record(sink, limit, millis(now), events);
                self.events.extend(events.drain(..).map(|e| (place, e)));
                self.reslot(place, self.ms + 1);
            }
            MediaCommand::StopRecord { .. } => {
                let events = &mut self.scratch.events;
                seat.leg.stop_record(millis(now), events);
                self.events.extend(events.drain(..).map(|e| (place, e)));
                self.reslot(place, self.ms + 1);
            }
            MediaCommand::Tap { tap, .. } => seat.leg.tap(tap),
            MediaCommand::Close { .. } => self.close_with_bye(place),
            // Done by the caller: they are about several legs.
            MediaCommand::Bridge { .. } | MediaCommand::Confer { .. } => {}
        }
    }
}
