//! Audio that is decoded, evenly: packets go in as they come, 20 ms come out every 20 ms,
//! with a little delay so that late and overtaken ones find their place. Time that nothing
//! came for is concealed, then silent, so that what comes out is as long as it took.

use std::collections::VecDeque;

use super::codec::{Decoder, sample_rate};
use crate::sdp::plan::Codec;

/// Frames of 20 ms between the arrival of the first packet and its playing.
pub const DELAY_FRAMES: u32 = 2;
/// Packets kept at most.
const MAX_PACKETS: usize = 64;
/// Milliseconds of packets kept before the oldest are left out: the peer's clock is faster
/// than ours, or a burst came after a stall.
const MAX_MS: u32 = 160;
/// Lost frames that are concealed; what is longer is silence.
const CONCEAL: u32 = 3;
/// Late packets in a row after which they are the right ones and we are ahead.
const LATE: u32 = 4;

/// One stream on its way to the ear.
pub struct Playout {
    decoder: Decoder,
    /// RTP clock units per millisecond.
    per_ms: u32,
    /// In order of their timestamps.
    packets: VecDeque<(u32, Box<[u8]>)>,
    /// The timestamp that is played next, once playing has begun.
    next: Option<u32>,
    /// Frames still to wait before playing begins.
    wait: u32,
    lost: u32,
    late: u32,
    /// Decoded and not played yet.
    ready: Vec<i16>,
    decoded: Vec<i16>,
}

/// Whether `a` is before `b` on a clock that wraps.
fn before(a: u32, b: u32) -> bool {
    (a.wrapping_sub(b) as i32) < 0
}

impl Playout {
    /// Nothing heard yet.
    pub fn new(codec: Codec) -> Playout {
        Playout {
            decoder: Decoder::new(codec),
            per_ms: codec.clock_rate() / 1000,
            packets: VecDeque::new(),
            next: None,
            wait: DELAY_FRAMES,
            lost: 0,
            late: 0,
            ready: Vec::new(),
            decoded: Vec::new(),
        }
    }

    /// Which codec.
    pub fn codec(&self) -> Codec {
        self.decoder.codec()
    }

    /// A packet came.
    pub fn push(&mut self, timestamp: u32, payload: &[u8]) {
        if self.next.is_some_and(|next| before(timestamp, next)) {
            self.late += 1;
            if self.late < LATE {
                return;
            }
            self.restart();
        }
        self.late = 0;
        let at = self
            .packets
            .iter()
            .rposition(|(ts, _)| !before(timestamp, *ts))
            .map_or(0, |i| i + 1);
        if at > 0 && self.packets.get(at - 1).is_some_and(|p| p.0 == timestamp) {
            return; // a duplicate
        }
        self.packets.insert(at, (timestamp, Box::from(payload)));
        self.bound();
    }

    /// The next 20 ms, appended to `out` at the codec's rate ([`sample_rate`]).
    pub fn pull(&mut self, out: &mut Vec<i16>) {
        let frame = sample_rate(self.codec()) as usize / 50;
        if self.next.is_none() {
            let Some((first, _)) = self.packets.front().filter(|_| self.wait == 0) else {
                if !self.packets.is_empty() {
                    self.wait -= 1;
                }
                out.resize(out.len() + frame, 0);
                return;
            };
            self.next = Some(*first);
        }
        while self.ready.len() < frame {
            self.decode();
        }
        out.extend(self.ready.drain(..frame));
    }

    /// Whether packets wait to be played.
    pub fn holds(&self) -> bool {
        !self.packets.is_empty() || !self.ready.is_empty()
    }

    /// Decodes the next packet, or fills 20 ms for one that is not there.
    fn decode(&mut self) {
        let next = self.next.unwrap_or_default();
        // One that begins within 10 ms of its time is in time: some round their timestamps.
        let slack = 10 * self.per_ms;
        let due = self
            .packets
            .front()
            .is_some_and(|(ts, _)| before(*ts, next.wrapping_add(slack)));
        let rate = sample_rate(self.codec()) / 1000;
        if due
            && let Some((ts, payload)) = self.packets.pop_front()
            && self.decoder.decode(&payload, &mut self.decoded).is_ok()
        {
            let ms = self.decoded.len() as u32 / rate;
            self.next = Some(ts.wrapping_add(ms.max(1) * self.per_ms));
            self.lost = 0;
            self.ready.extend_from_slice(&self.decoded);
            return;
        }
        self.lost = self.lost.saturating_add(1);
        if self.lost <= CONCEAL {
            self.decoder.conceal(&mut self.decoded);
            self.ready.extend_from_slice(&self.decoded);
        }
        if self.lost > CONCEAL || self.decoded.is_empty() {
            self.ready.resize(self.ready.len() + 20 * rate as usize, 0);
        }
        self.next = Some(next.wrapping_add(20 * self.per_ms));
    }

    fn restart(&mut self) {
        self.packets.clear();
        self.next = None;
        self.wait = DELAY_FRAMES;
        self.late = 0;
    }

    /// Leaves the oldest out when too much waits. A pause ahead of the newest is none of it:
    /// only packets that lie close together are a queue.
    fn bound(&mut self) {
        while let (Some((first, _)), Some((last, _))) = (self.packets.front(), self.packets.back())
        {
            let (first, span) = (*first, last.wrapping_sub(*first));
            let queue = self.packets.len() as u32 * 20;
            if self.packets.len() <= MAX_PACKETS
                && (span <= MAX_MS * self.per_ms || queue <= MAX_MS)
            {
                return;
            }
            self.packets.pop_front();
            if self.next.is_some_and(|n| !before(first, n)) {
                self.next = self.packets.front().map(|p| p.0);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::codec::{ulaw_decode, ulaw_encode};

    fn payload(level: i16) -> Vec<u8> {
        vec![ulaw_encode(level); 160]
    }

    /// What is heard of packets pushed at their frames: the level in the middle of each.
    fn heard(play: &mut Playout, frames: &[&[(u32, i16)]]) -> Vec<i16> {
        let mut levels = Vec::new();
        for packets in frames {
            for (number, level) in *packets {
                let start = u32::MAX - 400; // wraps on the way
                play.push(start.wrapping_add(number * 160), &payload(*level));
            }
            let mut out = Vec::new();
            play.pull(&mut out);
            assert_eq!(out.len(), 160);
            levels.push(out[80]);
        }
        levels
    }

    fn g(level: i16) -> i16 {
        ulaw_decode(ulaw_encode(level))
    }

    #[test]
    fn order_is_restored_and_duplicates_are_dropped() {
        let mut play = Playout::new(Codec::Pcmu);
        let got = heard(
            &mut play,
            &[
                &[(0, 1000)],
                &[(2, 3000)],
                &[(1, 2000), (1, 9000)],
                &[(3, 4000)],
                &[],
                &[],
            ],
        );
        assert_eq!(got, [0, 0, g(1000), g(2000), g(3000), g(4000)]);
    }

    #[test]
    fn a_pause_is_as_long_as_it_was() {
        let mut play = Playout::new(Codec::Pcmu);
        let mut frames: Vec<&[(u32, i16)]> = vec![&[]; 40];
        frames[0] = &[(0, 5000)];
        frames[30] = &[(30, 7000)];
        let got = heard(&mut play, &frames);
        assert_eq!(got[2], g(5000));
        assert!(got[8..32].iter().all(|s| *s == 0), "{got:?}");
        assert_eq!(got[32], g(7000));
    }

    #[test]
    fn a_peer_whose_clock_leaps_is_heard_again() {
        let mut play = Playout::new(Codec::Pcmu);
        heard(&mut play, &[&[(500, 1000)], &[(501, 1000)], &[(502, 1000)]]);
        let numbers: Vec<[(u32, i16); 1]> = (0..12).map(|i| [(i, 6000)]).collect();
        let frames: Vec<&[(u32, i16)]> = numbers.iter().map(|n| n.as_slice()).collect();
        assert_eq!(heard(&mut play, &frames).last(), Some(&g(6000)));
    }

    #[test]
    fn what_waits_is_bounded() {
        let mut play = Playout::new(Codec::Pcmu);
        for i in 0..10_000u32 {
            play.push(i * 160, &payload(1));
            play.push(i.wrapping_mul(2_654_435_761), &payload(1));
            assert!(play.packets.len() <= MAX_PACKETS);
        }
        let mut out = Vec::new();
        for _ in 0..100 {
            play.pull(&mut out);
        }
        assert_eq!(out.len(), 16_000);
    }
}
