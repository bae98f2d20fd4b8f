//! The legs of one thread: their places, their slots, and what is done with them.

use std::collections::HashMap;
use std::os::fd::OwnedFd;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use rustix::event::epoll;

use super::order::Order;
use super::seat::{LastWords, PATIENCE, Seat, Told};
use super::socket::Sent;
use super::{Common, Control};
use crate::ids::LegId;
use crate::media::command::{MediaCommand, MediaEvent};
use crate::media::leg::Passed;
use crate::media::rtp;
use crate::media::slots::{FRAME_MS, Slots};
use crate::now::{Mono, Now};

/// Sending is made up for at most this long; what is older is left out.
const CATCH_UP_MS: u64 = 60;
/// Each leg is looked after once in so many milliseconds.
pub(super) const ROUND_MS: u64 = 512;
/// Datagrams taken from one socket in one turn while it is open to strangers.
const OPEN_TURNS: usize = 16;

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

    /// How long from `now` nothing is due by the clock.
    pub(super) fn idle_for(&self, now: Mono) -> Duration {
        if self.index.is_empty() && self.last_words.is_empty() {
            return Duration::from_millis(500);
        }
        let wait = self.slots.wait(self.ms + 1).unwrap_or(FRAME_MS);
        Mono::from_millis(self.ms + 1 + wait).since(now)
    }

    // -- what arrives --

    /// Takes what has come to the sockets.
    pub(super) fn arrivals(&mut self, now: Mono) {
        const NOW: rustix::event::Timespec = rustix::event::Timespec {
            tv_sec: 0,
            tv_nsec: 0,
        };
        // A socket with more than one datagram is ready again in the next round; the rounds
        // are bounded so that a flood can not keep the thread from sending.
        for _ in 0..4 {
            self.ready.clear();
            let spare = rustix::buffer::spare_capacity(&mut self.ready);
            if epoll::wait(&self.epoll, spare, Some(&NOW)).is_err() {
                return;
            }
            let ready = std::mem::take(&mut self.ready);
            for event in &ready {
                let data = event.data.u64();
                let (place, is_rtcp) = ((data >> 1) as u32, data & 1 == 1);
                self.guard(place, |shard| shard.arrival(place, is_rtcp, now));
            }
            let full = ready.len() == ready.capacity();
            self.ready = ready;
            if !full {
                return;
            }
        }
    }

    fn arrival(&mut self, place: u32, is_rtcp: bool, now: Mono) {
        for _ in 0..OPEN_TURNS {
            let mut buf = std::mem::take(&mut self.scratch.datagram);
            let taken = self.datagram(place, is_rtcp, now, &mut buf);
            self.scratch.datagram = buf;
            // One datagram per wake-up is the rule on a connected socket: asking again costs
            // a system call for nothing.
            if !taken {
                return;
            }
        }
    }

    /// Takes one datagram. `true`: look for more at once.
    fn datagram(&mut self, place: u32, is_rtcp: bool, now: Mono, buf: &mut [u8]) -> bool {
        let Some(seat) = self
            .seats
            .get_mut(place as usize)
            .and_then(|s| s.as_deref_mut())
        else {
            return false;
        };
        let socket = if is_rtcp { &seat.rtcp } else { &seat.rtp };
        let Some((len, from)) = socket.receive(buf) else {
            return false;
        };
        let open = !socket.is_connected();
        self.tally.received += 1;
        let Some(datagram) = buf.get(..len) else {
            return false;
        };
        #[cfg(test)]
        assert!(!seat.trip, "tripped on purpose");
        let clear = &mut self.scratch.clear;
        if is_rtcp {
            seat.leg.receive_rtcp(datagram, clear, from, now);
            return open;
        }
        let events = &mut self.scratch.events;
        let received = seat.leg.receive(datagram, clear, from, now, events);
        if !events.is_empty() {
            self.events.extend(events.drain(..).map(|e| (place, e)));
        }
        if open && let Some(source) = received.source {
            seat.rtp.connect(source);
        }
        if let Some(packet) = received.packet {
            let ms = millis(now);
            let partner = seat.partner;
            let passed = partner.and_then(|p| {
                let seat = self.seats.get_mut(p as usize)?.as_deref_mut()?;
                let passed = seat.leg.pass_on(&packet, ms, &mut self.scratch.out);
                if passed == Passed::Ready {
                    send(seat, &self.scratch.out, &mut self.tally);
                }
                Some(passed)
            });
            if let Some(seat) = self.seats.get_mut(place as usize)
                && let Some(seat) = seat.as_deref_mut()
            {
                seat.leg.hear(&packet, passed, ms);
                if seat.slot.is_none() && seat.leg.wants_tick() {
                    self.reslot(place, self.ms + 1);
                }
            }
            if passed == Some(Passed::Sounds)
                && let Some(partner) = partner
            {
                self.reslot(partner, self.ms + 1);
            }
        }
        open
    }

    // -- what is due --

    /// Sends what is due since the last time.
    pub(super) fn ticks(&mut self, now: Now) {
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
            for &place in &due {
                self.guard(place, |shard| shard.tick(place, ms));
            }
            self.scratch.due = due;
            self.round(ms, now);
        }
    }

    fn tick(&mut self, place: u32, ms: u64) {
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
        let events = &mut self.scratch.events;
        if !events.is_empty() {
            self.events.extend(events.drain(..).map(|e| (place, e)));
        }
        if self.seat(place).is_some_and(|s| !s.leg.wants_tick()) {
            self.reslot(place, ms);
        }
    }

    /// Looks after the legs whose turn it is.
    fn round(&mut self, ms: u64, now: Now) {
        let turn = ms % ROUND_MS;
        for place in (turn as usize..self.seats.len()).step_by(ROUND_MS as usize) {
            let place = place as u32;
            self.guard(place, |shard| shard.housekeep(place, now));
        }
        if turn == 0 {
            self.last_words.retain_mut(|words| !words.said());
        }
        if ms.is_multiple_of(FRAME_MS) && !self.waiting.is_empty() {
            let waiting = std::mem::take(&mut self.waiting);
            for place in waiting {
                if self.seat(place).is_some_and(|s| !s.retell()) {
                    self.waiting.push(place);
                }
            }
        }
    }

    fn housekeep(&mut self, place: u32, now: Now) {
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

    // -- what is asked --

    /// Does what is asked.
    pub(super) fn order(&mut self, order: Order, now: Mono) {
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

    fn command(&mut self, command: MediaCommand, now: Mono) {
        let leg = command.leg();
        if let MediaCommand::Bridge { a, b } = command {
            self.bridge(a, Some(b));
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

    fn command_at(&mut self, place: u32, command: MediaCommand, now: Mono) {
        let Some(seat) = self
            .seats
            .get_mut(place as usize)
            .and_then(|s| s.as_deref_mut())
        else {
            return;
        };
        match command {
            MediaCommand::Apply { plan, .. } => {
                if seat.leg.apply(plan, now) {
                    seat.rtp.disconnect();
                }
                self.reslot(place, self.ms + 1);
            }
            MediaCommand::Play { token, list, .. } => {
                seat.leg.play(token, list);
                self.play_at_once(place, now);
            }
            MediaCommand::Stop { .. } => {
                seat.leg.stop();
                self.reslot(place, self.ms + 1);
            }
            MediaCommand::Unbridge { .. } => self.part(place),
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
            MediaCommand::Close { .. } => self.close_with_bye(place),
            // Done by the caller: it is about two legs.
            MediaCommand::Bridge { .. } => {}
        }
    }

    /// The first packet of a prompt does not wait for the leg's slot: a key is answered now.
    fn play_at_once(&mut self, place: u32, now: Mono) {
        let at = millis(now).max(self.ms);
        // Unless too many do so in the same millisecond, who then share the next ones.
        let fair = 8 + 2 * self.index.len() / FRAME_MS as usize;
        let choice = if self.slots.at(at).len() < fair { 1 } else { 5 };
        if let Some(seat) = self.seat(place)
            && let Some(old) = seat.slot.take()
        {
            self.slots.remove(place, old);
        }
        self.enter_slot(place, at, choice);
        let Some(slot) = self.seat(place).and_then(|s| s.slot) else {
            return;
        };
        // Slots up to `self.ms` are done: this one would come 20 ms later.
        if slot <= self.ms {
            self.tick(place, slot);
        }
    }

    /// Gives a leg that wants to be ticked a slot, and takes it from one that does not.
    fn reslot(&mut self, place: u32, at: u64) {
        let Some(seat) = self.seat(place) else {
            return;
        };
        match (seat.leg.wants_tick(), seat.slot) {
            (true, None) => self.enter_slot(place, at, FRAME_MS),
            (false, Some(slot)) => {
                seat.slot = None;
                self.slots.remove(place, slot);
            }
            (true, Some(_)) | (false, None) => {}
        }
    }

    fn enter_slot(&mut self, place: u32, at: u64, choice: u64) {
        let Some(seat) = self
            .seats
            .get_mut(place as usize)
            .and_then(|s| s.as_deref_mut())
        else {
            return;
        };
        if seat.leg.wants_tick() && seat.slot.is_none() {
            seat.slot = Some(self.slots.place(place, at, choice));
        }
    }

    fn bridge(&mut self, a: LegId, b: Option<LegId>) {
        let Some(b) = b.filter(|b| *b != a) else {
            return;
        };
        match (self.place(a), self.place(b)) {
            (Some(at), Some(bt)) => {
                self.part(at);
                self.part(bt);
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
    fn fetch(&self, leg: LegId, with: LegId) {
        if let Some(control) = self.common.find(leg) {
            let owner = control.shard.load(Ordering::Acquire);
            if owner != self.me {
                let shard = self.me;
                self.common.order(owner, Order::Fetch { leg, with, shard });
            }
        }
    }

    fn give_away(&mut self, leg: LegId, with: LegId, shard: usize) {
        let Some(place) = self.place(leg) else {
            return;
        };
        self.part(place);
        // Told here, because places are numbers of this thread.
        self.tell();
        if let Some(seat) = self.stand_up(place) {
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

    fn part(&mut self, place: u32) {
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

    fn close_with_bye(&mut self, place: u32) {
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

    fn close(&mut self, place: u32) {
        self.part(place);
        let Some(mut seat) = self.stand_up(place) else {
            return;
        };
        self.common.leave(seat.control.leg);
        let last = &mut self.scratch.events;
        seat.leg.stop_record(self.ms, last);
        self.events.extend(last.drain(..).map(|e| (place, e)));
        // What the leg told in this tick comes before its end.
        let (own, rest) = std::mem::take(&mut self.events)
            .into_iter()
            .partition(|(p, _)| *p == place);
        self.events = rest;
        let own: Vec<(u32, MediaEvent)> = own;
        let closed = MediaEvent::Closed {
            leg: seat.control.leg,
            stats: seat.leg.stats(),
        };
        let mut waits = false;
        for event in own.into_iter().map(|(_, e)| e).chain([closed]) {
            waits |= seat.tell(event) == Told::Waits;
        }
        if waits {
            self.last_words.push(seat.into_last_words());
        }
    }

    /// Ends all legs.
    pub(super) fn close_all(&mut self) {
        for place in 0..self.seats.len() as u32 {
            self.close_with_bye(place);
        }
        self.last_words.retain_mut(|words| !words.said());
    }

    // -- places --

    fn sit(&mut self, seat: Box<Seat>) -> Option<u32> {
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

    fn stand_up(&mut self, place: u32) -> Option<Box<Seat>> {
        let mut seat = self.seats.get_mut(place as usize)?.take()?;
        if let Some(slot) = seat.slot.take() {
            self.slots.remove(place, slot);
        }
        // Both fail only when adding did.
        let _ = epoll::delete(&self.epoll, &seat.rtp);
        let _ = epoll::delete(&self.epoll, &seat.rtcp);
        self.index.remove(&seat.control.leg);
        self.waiting.retain(|p| *p != place);
        self.free.push(place);
        if let Some(door) = self.common.shards.get(self.me) {
            door.legs.fetch_sub(1, Ordering::Relaxed);
        }
        Some(seat)
    }

    fn place(&self, leg: LegId) -> Option<u32> {
        self.index.get(&leg).copied()
    }

    fn leg_at(&self, place: u32) -> Option<LegId> {
        let seat = self.seats.get(place as usize)?.as_deref()?;
        Some(seat.control.leg)
    }

    fn seat(&mut self, place: u32) -> Option<&mut Seat> {
        self.seats.get_mut(place as usize)?.as_deref_mut()
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
