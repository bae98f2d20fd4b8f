//! The one RTP stream that we send on a leg, whatever its audio comes from: prompts, the
//! other side of a bridge, an encoder. Sequence numbers and timestamps go on across all
//! changes of source (RFC 3550 §5.1); timestamps follow the clock, so that a pause is heard
//! as a pause and an interrupted prompt does not push the rest ahead.

use super::rtp::RtpHeader;

/// Sequence number, timestamp and SSRC of what we send next.
#[derive(Debug)]
pub struct Outgoing {
    ssrc: u32,
    /// Of the newest packet sent.
    seq: u16,
    /// Of the newest packet sent, and the media time in ms to which it belongs.
    ts: u32,
    at_ms: u64,
    begun: bool,
    /// The next packet begins a talkspurt (RFC 3551 §4.1).
    mark: bool,
    relay: Option<Mapping>,
    /// The event that is being passed on: its timestamp there and here.
    event: Option<(u32, u32)>,
    packets: u32,
    octets: u32,
}

/// What is added to the numbers of a relayed stream.
#[derive(Clone, Copy, Debug)]
struct Mapping {
    ssrc: u32,
    seq: u16,
    ts: u32,
    /// The lowest of our numbers that a straggler may still have: what is below was something else.
    floor: u16,
}

/// A relayed stream that leaps by more than this many packets has begun anew.
const LEAP: u16 = 400;
/// A relayed stream whose clock is off by more than this many seconds has begun anew.
const CLOCK_LEAP_S: u32 = 2;

impl Outgoing {
    /// Random starting points (RFC 3550 §5.1) are the caller's to give. The sequence number
    /// is taken below 32768, which keeps SRTP's rollover guess (RFC 3711 §3.3.1) safe when
    /// the first packets are lost.
    pub fn new(ssrc: u32, seq: u16, ts: u32) -> Outgoing {
        Outgoing {
            ssrc,
            seq: seq & 0x7fff,
            ts,
            at_ms: 0,
            begun: false,
            mark: true,
            relay: None,
            event: None,
            packets: 0,
            octets: 0,
        }
    }

    /// Our synchronisation source.
    pub fn ssrc(&self) -> u32 {
        self.ssrc
    }

    /// Packets and payload octets sent, for sender reports (RFC 3550 §6.4.1).
    pub fn sent(&self) -> (u32, u32) {
        (self.packets, self.octets)
    }

    /// The source of the audio changes: the next packet carries the marker bit, and a relay
    /// finds its numbers anew.
    pub fn change(&mut self) {
        self.mark = true;
        self.relay = None;
        self.event = None;
    }

    /// The timestamp that belongs to media time `ms` at `rate` Hz.
    pub fn ts_at(&self, ms: u64, rate: u32) -> u32 {
        if !self.begun {
            return self.ts;
        }
        let per_ms = rate / 1000;
        // Wraps as timestamps do.
        self.ts
            .wrapping_add((ms.wrapping_sub(self.at_ms) as u32).wrapping_mul(per_ms))
    }

    /// The header of a packet of our own whose audio begins at media time `ms`.
    pub fn next(&mut self, payload_type: u8, ms: u64, rate: u32, octets: usize) -> RtpHeader {
        let ts = self.ts_at(ms.max(self.at_ms), rate);
        // After a pause a new talkspurt begins.
        let marker = self.mark || ms.saturating_sub(self.at_ms) > 100;
        self.seq = self.seq.wrapping_add(1);
        self.relay = None;
        self.sent_one(ts, ms.max(self.at_ms), octets);
        self.header(payload_type, self.seq, ts, marker)
    }

    /// Packets of the relayed stream are kept back, by us and not by the network: those that follow
    /// go on from the last one that was sent, or the receiver would count as lost what was never sent.
    pub fn kept_back(&mut self) {
        if self.relay.is_some() {
            self.change();
        }
    }

    /// The header of a packet passed on from another stream that came at media time `ms` and
    /// has the same clock rate. Gaps and order of the other stream stay as they are, so that
    /// the receiver sees what was lost.
    ///
    /// `None`: it was overtaken by the first one that was relayed. Its number is that of another packet
    /// of ours; with SRTP, two packets under one number would be two texts under one keystream.
    pub fn relay(
        &mut self,
        came: &RtpHeader,
        payload_type: u8,
        ms: u64,
        rate: u32,
        octets: usize,
    ) -> Option<RtpHeader> {
        let mapping = match self.relay {
            Some(m) if m.ssrc == came.ssrc && self.fits(m, came, ms, rate) => m,
            Some(_) | None => {
                let first = self.seq.wrapping_add(1);
                let m = Mapping {
                    ssrc: came.ssrc,
                    seq: first.wrapping_sub(came.sequence),
                    ts: self.ts_at(ms, rate).wrapping_sub(came.timestamp),
                    floor: first,
                };
                self.relay = Some(m);
                self.mark = true;
                m
            }
        };
        let seq = came.sequence.wrapping_add(mapping.seq);
        let ts = came.timestamp.wrapping_add(mapping.ts);
        if seq.wrapping_sub(mapping.floor) >= 0x8000 {
            return None;
        }
        let marker = self.mark || came.marker;
        if seq.wrapping_sub(self.seq) < 0x8000 {
            self.seq = seq;
            if let Some(m) = &mut self.relay
                && seq.wrapping_sub(m.floor) > LEAP
            {
                // What is further behind is no straggler.
                m.floor = seq.wrapping_sub(LEAP);
            }
        }
        // Neither a straggler nor the packets of one telephone-event, which share a
        // timestamp, move the clock.
        if !self.begun || (ts.wrapping_sub(self.ts) as i32) > 0 {
            self.sent_one(ts, ms, octets);
        } else {
            self.mark = false;
            self.packets = self.packets.wrapping_add(1);
            self.octets = self.octets.wrapping_add(octets as u32);
        }
        Some(self.header(payload_type, seq, ts, marker))
    }

    /// Whether the stream with this SSRC is being relayed, so that its numbers fit ours.
    pub fn relays(&self, ssrc: u32) -> bool {
        self.relay.is_some_and(|m| m.ssrc == ssrc)
    }

    /// The header of a packet of a telephone-event passed on from a stream whose audio is
    /// transcoded: all packets of one event keep one timestamp (RFC 4733 §2.2).
    pub fn event(
        &mut self,
        came: &RtpHeader,
        payload_type: u8,
        ms: u64,
        rate: u32,
        octets: usize,
    ) -> RtpHeader {
        let (first, ts) = match self.event {
            Some((theirs, ours)) if theirs == came.timestamp => (false, ours),
            Some(_) | None => (true, self.ts_at(ms, rate)),
        };
        self.event = Some((came.timestamp, ts));
        self.seq = self.seq.wrapping_add(1);
        self.packets = self.packets.wrapping_add(1);
        self.octets = self.octets.wrapping_add(octets as u32);
        self.header(payload_type, self.seq, ts, first)
    }

    fn header(&self, payload_type: u8, sequence: u16, timestamp: u32, marker: bool) -> RtpHeader {
        RtpHeader {
            payload_type,
            marker,
            sequence,
            timestamp,
            ssrc: self.ssrc,
        }
    }

    fn fits(&self, m: Mapping, came: &RtpHeader, ms: u64, rate: u32) -> bool {
        let ahead = came.sequence.wrapping_add(m.seq).wrapping_sub(self.seq);
        let behind = ahead.wrapping_neg();
        let drift = came
            .timestamp
            .wrapping_add(m.ts)
            .wrapping_sub(self.ts_at(ms, rate));
        let drift = drift.min(drift.wrapping_neg());
        ahead.min(behind) < LEAP && drift < rate.saturating_mul(CLOCK_LEAP_S)
    }

    fn sent_one(&mut self, ts: u32, ms: u64, octets: usize) {
        self.ts = ts;
        self.at_ms = ms;
        self.begun = true;
        self.mark = false;
        self.packets = self.packets.wrapping_add(1);
        self.octets = self.octets.wrapping_add(octets as u32);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn came(ssrc: u32, seq: u16, ts: u32) -> RtpHeader {
        RtpHeader {
            ssrc,
            sequence: seq,
            timestamp: ts,
            ..RtpHeader::default()
        }
    }

    #[test]
    fn a_pause_is_a_pause_and_marked() {
        let mut out = Outgoing::new(1, 100, u32::MAX - 200);
        let a = out.next(0, 1000, 8000, 160);
        let b = out.next(0, 1020, 8000, 160);
        let c = out.next(0, 2020, 8000, 160);
        assert_eq!((a.sequence, a.marker), (101, true));
        assert_eq!(
            (b.sequence, b.marker, b.timestamp.wrapping_sub(a.timestamp)),
            (102, false, 160)
        );
        assert_eq!(
            (c.sequence, c.marker, c.timestamp.wrapping_sub(b.timestamp)),
            (103, true, 8000)
        );
        assert_eq!(out.sent(), (3, 480));
    }

    #[test]
    fn a_codec_with_another_clock_goes_on_from_the_last_timestamp() {
        let mut out = Outgoing::new(1, 0, 0);
        let a = out.next(0, 0, 8000, 160);
        let b = out.next(0, 20, 48000, 100);
        assert_eq!(b.timestamp.wrapping_sub(a.timestamp), 960);
    }

    #[test]
    fn relay_keeps_loss_and_order_and_follows_our_numbers() {
        let mut out = Outgoing::new(1, 10, 5000);
        out.next(0, 0, 8000, 160);
        out.change();
        let a = out.relay(&came(9, 65535, 77), 0, 20, 8000, 160).unwrap();
        assert_eq!((a.sequence, a.timestamp, a.marker), (12, 5160, true));
        // One is lost, the next two are swapped.
        let c = out.relay(&came(9, 2, 77 + 480), 0, 80, 8000, 160).unwrap();
        let b = out.relay(&came(9, 1, 77 + 320), 0, 81, 8000, 160).unwrap();
        assert_eq!((c.sequence, c.timestamp, c.marker), (15, 5640, false));
        assert_eq!((b.sequence, b.timestamp, b.marker), (14, 5480, false));
        out.change();
        let own = out.next(0, 100, 8000, 160);
        assert_eq!((own.sequence, own.timestamp), (16, 5800));
    }

    #[test]
    fn what_was_kept_back_is_not_seen_as_lost() {
        let mut out = Outgoing::new(1, 10, 5000);
        out.relay(&came(9, 1, 160), 0, 0, 8000, 160).unwrap();
        // Held for two seconds: a hundred packets that nobody was to hear.
        out.kept_back();
        let after = out.relay(&came(9, 101, 16_160), 0, 2000, 8000, 160);
        let after = after.unwrap();
        assert_eq!((after.sequence, after.marker), (12, true));
        assert_eq!(after.timestamp, 5000 + 16_000);
    }

    #[test]
    fn no_number_is_used_twice() {
        let mut out = Outgoing::new(1, 10, 5000);
        let own = out.next(0, 0, 8000, 160);
        // The first of the bridge has overtaken the one before it.
        let first = out.relay(&came(9, 1, 160), 0, 20, 8000, 160).unwrap();
        assert_eq!(out.relay(&came(9, 0, 0), 0, 21, 8000, 160), None);
        assert_eq!((own.sequence, first.sequence), (11, 12));
        // However long it lasts, one that was overtaken later on is heard.
        let mut relay = |n: u16| {
            let ms = 20 * u64::from(n);
            out.relay(&came(9, n, u32::from(n) * 160), 0, ms, 8000, 160)
        };
        for n in (2..40_000).step_by(2) {
            let (b, a) = (relay(n + 1), relay(n));
            let (b, a) = (b.unwrap(), a.expect("overtaken by one"));
            assert_eq!(b.sequence, a.sequence.wrapping_add(1));
        }
    }

    #[test]
    fn a_stream_that_begins_anew_is_mapped_anew() {
        let mut out = Outgoing::new(1, 0, 0);
        out.relay(&came(9, 5, 100), 0, 0, 8000, 160).unwrap();
        let other = out
            .relay(&came(8, 40_000, 9_000_000), 0, 20, 8000, 160)
            .unwrap();
        assert_eq!(
            (other.sequence, other.timestamp, other.marker),
            (2, 160, true)
        );
        let leap = out
            .relay(&came(8, 50_000, 9_000_160), 0, 40, 8000, 160)
            .unwrap();
        assert_eq!((leap.sequence, leap.timestamp, leap.marker), (3, 320, true));
        let clock = out.relay(&came(8, 50_001, 1), 0, 60, 8000, 160).unwrap();
        assert_eq!(
            (clock.sequence, clock.timestamp, clock.marker),
            (4, 480, true)
        );
    }

    #[test]
    fn an_event_keeps_its_timestamp_beside_encoded_audio() {
        let mut out = Outgoing::new(1, 0, 0);
        out.next(0, 0, 8000, 160);
        let a = out.event(&came(9, 1, 555), 0, 20, 8000, 4);
        out.next(0, 20, 8000, 160);
        let b = out.event(&came(9, 2, 555), 0, 40, 8000, 4);
        assert_eq!((a.timestamp, a.marker), (160, true));
        assert_eq!((b.timestamp, b.marker, b.sequence), (160, false, 4));
    }
}
