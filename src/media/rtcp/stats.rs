//! The figures of a stream that we receive: RFC 3550 §A.1 (sequence), §A.3 (loss),
//! §A.8 (jitter).

use super::{ReportBlock, SenderInfo};
use crate::media::rtp::{RtpHeader, arrival_ticks, ticks};
use crate::now::Mono;

/// Packets that may be missing in a row before a jump counts as a restart.
const MAX_DROPOUT: u16 = 3000;
/// Packets by which one may be late.
const MAX_MISORDER: u16 = 100;
/// Seconds by which one packet may be later or earlier than its timestamp says. What is further off
/// is no delay: its sender has begun its clock anew.
const MAX_SHIFT: u32 = 2;

/// How a packet stands to those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// The first of its stream: of all, or of a new SSRC.
    First,
    /// The next, or one after a gap.
    InOrder,
    /// Overtaken, or a duplicate.
    Late,
    /// Far off; if the next one follows it, the sender has restarted. Not counted.
    Jump,
    /// The second after a jump: counting begins anew here.
    Restarted,
}

/// Sequence numbers, loss and jitter of one received stream. Packets must have passed the
/// source lock (and SRTP) before: there is no probation here.
#[derive(Clone, Debug)]
pub struct ReceiverStats {
    clock_rate: u32,
    stream: Option<Stream>,
    received_before: u64,
    lost_before: i64,
}

#[derive(Clone, Debug)]
struct Stream {
    ssrc: u32,
    max_sequence: u16,
    cycles: u32,
    base_sequence: u32,
    bad_sequence: Option<u16>,
    received: u64,
    expected_prior: u32,
    received_prior: u64,
    transit: Option<u32>,
    last_timestamp: u32,
    /// Scaled by 16.
    jitter: u32,
    sender_report: Option<(u32, Mono)>,
}

impl Stream {
    fn new(header: &RtpHeader) -> Stream {
        Stream {
            ssrc: header.ssrc,
            max_sequence: header.sequence,
            cycles: 0,
            base_sequence: u32::from(header.sequence),
            bad_sequence: None,
            received: 0,
            expected_prior: 0,
            received_prior: 0,
            transit: None,
            last_timestamp: header.timestamp.wrapping_add(1),
            jitter: 0,
            sender_report: None,
        }
    }

    /// RFC 3550 §A.1 `update_seq`.
    fn sequence(&mut self, sequence: u16) -> Arrival {
        let ahead = sequence.wrapping_sub(self.max_sequence);
        if ahead < MAX_DROPOUT {
            if sequence < self.max_sequence {
                self.cycles = self.cycles.wrapping_add(1 << 16);
            }
            self.max_sequence = sequence;
            self.bad_sequence = None;
            return if ahead == 0 && self.received > 0 {
                Arrival::Late
            } else {
                Arrival::InOrder
            };
        }
        if ahead <= u16::MAX - MAX_MISORDER + 1 {
            if self.bad_sequence == Some(sequence) {
                return Arrival::Restarted;
            }
            self.bad_sequence = Some(sequence.wrapping_add(1));
            return Arrival::Jump;
        }
        Arrival::Late
    }

    /// RFC 3550 §A.8. Packets that share a timestamp tell nothing, nor does the first one after
    /// silence: many phones let their clock stand still meanwhile.
    fn transit(&mut self, header: &RtpHeader, at: Mono, clock_rate: u32) {
        if header.timestamp == self.last_timestamp {
            return;
        }
        self.last_timestamp = header.timestamp;
        let arrival = arrival_ticks(at, clock_rate);
        let transit = arrival.wrapping_sub(header.timestamp);
        let before = self.transit.replace(transit);
        if let Some(before) = before.filter(|_| !header.marker) {
            let d = (transit.wrapping_sub(before) as i32).unsigned_abs();
            if d > clock_rate.saturating_mul(MAX_SHIFT) {
                return;
            }
            self.jitter = self
                .jitter
                .saturating_add(d)
                .saturating_sub(self.jitter.saturating_add(8) >> 4);
        }
    }

    fn extended(&self) -> u32 {
        self.cycles.wrapping_add(u32::from(self.max_sequence))
    }

    fn expected(&self) -> u32 {
        self.extended()
            .wrapping_sub(self.base_sequence)
            .wrapping_add(1)
    }

    fn lost(&self) -> i64 {
        i64::from(self.expected()) - i64::try_from(self.received).unwrap_or(i64::MAX)
    }
}

impl ReceiverStats {
    /// Nothing received yet.
    pub fn new(clock_rate: u32) -> ReceiverStats {
        ReceiverStats {
            clock_rate: clock_rate.max(1),
            stream: None,
            received_before: 0,
            lost_before: 0,
        }
    }

    /// Audio of another clock comes: jitter begins anew.
    fn set_clock_rate(&mut self, clock_rate: u32) {
        if self.clock_rate != clock_rate.max(1) {
            self.clock_rate = clock_rate.max(1);
            if let Some(s) = &mut self.stream {
                s.transit = None;
                s.jitter = 0;
            }
        }
    }

    /// Takes note of a packet. `clock_rate`: it is audio of that clock. `None`: it is anything else,
    /// and tells nothing of the jitter: the timestamp of a telephone-event stands still while its
    /// key is held (RFC 4733 §2.2.1), beside audio whose timestamps go on.
    pub fn receive(&mut self, header: &RtpHeader, clock_rate: Option<u32>, at: Mono) -> Arrival {
        let arrival = match &mut self.stream {
            Some(s) if s.ssrc == header.ssrc => s.sequence(header.sequence),
            _ => Arrival::First,
        };
        match arrival {
            Arrival::First | Arrival::Restarted => {
                let report = match (&self.stream, arrival) {
                    (Some(s), Arrival::Restarted) => s.sender_report,
                    _ => None,
                };
                self.received_before = self.received();
                self.lost_before = self.lost_signed();
                let mut stream = Stream::new(header);
                stream.sender_report = report;
                self.stream = Some(stream);
            }
            Arrival::Jump => return arrival,
            Arrival::InOrder | Arrival::Late => {}
        }
        if let Some(rate) = clock_rate {
            self.set_clock_rate(rate);
        }
        if let Some(s) = &mut self.stream {
            s.received += 1;
            if clock_rate.is_some() {
                s.transit(header, at, self.clock_rate);
            }
        }
        arrival
    }

    /// A sender report came from the peer.
    pub fn sender_report(&mut self, ssrc: u32, info: &SenderInfo, at: Mono) {
        if let Some(s) = &mut self.stream
            && s.ssrc == ssrc
        {
            s.sender_report = Some(((info.ntp >> 16) as u32, at));
        }
    }

    /// The block for our next report (RFC 3550 §A.3), `None` before any packet. The fraction
    /// counts from the last call.
    pub fn report(&mut self, now: Mono) -> Option<ReportBlock> {
        let s = self.stream.as_mut()?;
        let expected = s.expected();
        let expected_interval = i64::from(expected.wrapping_sub(s.expected_prior));
        let received_interval = s.received.saturating_sub(s.received_prior);
        s.expected_prior = expected;
        s.received_prior = s.received;
        let lost_interval = expected_interval - i64::try_from(received_interval).unwrap_or(0);
        let fraction_lost = if expected_interval <= 0 || lost_interval <= 0 {
            0
        } else {
            u8::try_from(lost_interval * 256 / expected_interval).unwrap_or(u8::MAX)
        };
        let (last_sender_report, delay_since_last) = match s.sender_report {
            Some((ntp, at)) => (ntp, ticks(now.since(at), 65_536)),
            None => (0, 0),
        };
        Some(ReportBlock {
            ssrc: s.ssrc,
            fraction_lost,
            lost: s.lost().clamp(-0x80_0000, 0x7f_ffff) as i32,
            highest_sequence: s.extended(),
            jitter: s.jitter >> 4,
            last_sender_report,
            delay_since_last,
        })
    }

    /// Packets taken, over all streams of the leg.
    pub fn received(&self) -> u64 {
        self.received_before + self.stream.as_ref().map_or(0, |s| s.received)
    }

    /// Packets missing, over all streams of the leg; not below zero.
    pub fn lost(&self) -> u64 {
        u64::try_from(self.lost_signed()).unwrap_or(0)
    }

    fn lost_signed(&self) -> i64 {
        self.lost_before
            .saturating_add(self.stream.as_ref().map_or(0, Stream::lost))
    }

    /// Interarrival jitter, in milliseconds.
    pub fn jitter_ms(&self) -> f32 {
        let jitter = self.stream.as_ref().map_or(0, |s| s.jitter >> 4);
        jitter as f32 * 1000.0 / self.clock_rate as f32
    }

    /// The stream that is being received.
    pub fn ssrc(&self) -> Option<u32> {
        self.stream.as_ref().map(|s| s.ssrc)
    }
}
