//! What arrives at the sockets.

use std::sync::Arc;

use rustix::event::epoll;

use super::mixing::who_hears;
use super::{Shard, millis, send};
use crate::media::leg::{Kind, Passed};
use crate::now::Mono;

/// Datagrams taken from one socket in one turn while it is open to strangers.
const OPEN_TURNS: usize = 16;
/// A key's packets come every 50 ms or more often (RFC 4733 §2.5.1.4); some come late.
const KEY_GOES_ON_MS: u64 = 60;

impl Shard {
    /// Takes what has come to the sockets.
    pub(in crate::net::media) fn arrivals(&mut self, now: Mono) {
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
            for (i, event) in ready.iter().enumerate() {
                self.fetch_ahead(|ahead| {
                    let event = ready.get(i + ahead)?;
                    Some(whose(event.data).0)
                });
                let (place, is_rtcp) = whose(event.data);
                self.guard(place, |shard| shard.arrival(place, is_rtcp, now));
            }
            let full = ready.len() == ready.capacity();
            self.ready = ready;
            if !full {
                return;
            }
        }
    }

    pub(super) fn arrival(&mut self, place: u32, is_rtcp: bool, now: Mono) {
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
    pub(super) fn datagram(
        &mut self,
        place: u32,
        is_rtcp: bool,
        now: Mono,
        buf: &mut [u8],
    ) -> bool {
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
        let browser = seat.browser.is_some();
        self.tally.received += 1;
        let Some(datagram) = buf.get(..len) else {
            return false;
        };
        if browser && (is_rtcp || self.browser_takes(place, datagram, from, now)) {
            return open;
        }
        let Some(Some(seat)) = self.seats.get_mut(place as usize) else {
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
        // A browser that changes its network comes from elsewhere, and proves by ICE that it may.
        if open
            && !browser
            && let Some(source) = received.source
        {
            seat.rtp.connect(source);
        }
        if let Some(packet) = received.packet {
            let ms = millis(now);
            if matches!(packet.kind, Kind::Event(_)) {
                self.key_until = ms + KEY_GOES_ON_MS;
            }
            let partner = seat.partner;
            let listeners = match (&seat.mix, packet.kind) {
                (Some(mix), Kind::Event(_)) => Some((Arc::clone(mix), seat.control.leg)),
                (_, _) => None,
            };
            for to in listeners.iter().flat_map(|(mix, leg)| who_hears(mix, *leg)) {
                let Some(place) = self.index.get(&to).copied() else {
                    continue;
                };
                let Some(Some(seat)) = self.seats.get_mut(place as usize) else {
                    continue;
                };
                if seat.leg.pass_on(&packet, ms, &mut self.scratch.out) == Passed::Ready {
                    send(seat, &self.scratch.out, &mut self.tally);
                }
            }
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
                if seat.slot.is_none() && seat.wants_tick() {
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
}

/// The place of a socket, and whether it is the one of RTCP.
fn whose(data: epoll::EventData) -> (u32, bool) {
    let data = data.u64();
    ((data >> 1) as u32, data & 1 == 1)
}
