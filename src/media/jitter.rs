//! A jitter buffer for audio that is decoded: recorded, transcoded, listened to for tones.
//! A plain relay has none.
//!
//! Whoever plays calls [`JitterBuffer::pull`] whenever 20 ms of audio are needed. Packets
//! come out by sequence number at the pace of their timestamps. What is missing at its moment
//! is to be concealed; a pause of the sender (no packets, comfort noise) is silence, and the
//! next packet begins a new talkspurt, with the delay that the jitter of late asks for.
//! Everything is bounded: packets, time, and the memory, which is kept and used again.

mod delay;

use std::collections::VecDeque;
use std::time::Duration;

use delay::DelayEstimate;

use super::rtp::{RtpHeader, arrival_ticks};
use crate::now::Mono;

/// More audio than this is not kept: the oldest goes.
pub const MAX_DELAY: Duration = Duration::from_millis(200);

/// Packets kept, of whatever length.
const MAX_PACKETS: usize = 64;
/// Longest payload kept.
const MAX_PAYLOAD: usize = 1500;
/// Frames concealed in a row; then it is silence, and the next packet a talkspurt.
const MAX_CONCEALED: u32 = 5;
/// Frames after which a buffer that was never needed in full is shortened by one packet.
const SHRINK_AFTER: u32 = 50;

/// What became of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inserted {
    /// Waits for its moment.
    Kept,
    /// Its moment is over, or it was there already.
    TooLate,
    /// The stream began anew: another SSRC, or sequence numbers far off.
    Restarted,
}

/// What to play for the next while.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pulled {
    /// Decode the payload; it lasts as long as it lasts.
    Packet {
        /// Of the packet.
        payload_type: u8,
    },
    /// 20 ms are missing: conceal.
    Conceal,
    /// 20 ms of nothing: the peer is silent.
    Silence,
}

/// Counts of one leg.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct JitterStats {
    /// Frames of 20 ms that were concealed.
    pub concealed: u64,
    /// Packets that came after their moment, or twice.
    pub late: u64,
    /// Packets thrown away to keep or bring down the delay.
    pub dropped: u64,
}

#[derive(Debug)]
struct Slot {
    /// Sequence number, extended.
    index: i64,
    timestamp: u32,
    /// How long it lasts; 0 for what is no audio.
    ticks: u32,
    payload_type: u8,
    payload: Vec<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Nothing to play; the next packet begins a talkspurt.
    Idle,
    /// A talkspurt gathers until this moment.
    Filling(Mono),
    /// The timestamp that is due.
    Playing(u32),
}

/// See the module.
#[derive(Debug)]
pub struct JitterBuffer {
    clock_rate: u32,
    slots: VecDeque<Slot>,
    spare: Vec<Vec<u8>>,
    ssrc: Option<u32>,
    highest: i64,
    /// The last index that was played or given up.
    passed: i64,
    state: State,
    concealed_in_a_row: u32,
    delay: DelayEstimate,
    least_level: u32,
    pulls: u32,
    stats: JitterStats,
}

impl JitterBuffer {
    /// For a stream of this RTP clock rate.
    pub fn new(clock_rate: u32) -> JitterBuffer {
        let clock_rate = clock_rate.max(1000);
        JitterBuffer {
            clock_rate,
            slots: VecDeque::with_capacity(MAX_PACKETS + 1),
            spare: Vec::with_capacity(MAX_PACKETS + 1),
            ssrc: None,
            highest: 0,
            passed: i64::MIN,
            state: State::Idle,
            concealed_in_a_row: 0,
            delay: DelayEstimate::new(clock_rate),
            least_level: u32::MAX,
            pulls: 0,
            stats: JitterStats::default(),
        }
    }

    fn frame(&self) -> u32 {
        self.clock_rate / 50
    }

    /// Takes a packet. `ticks` is how long its audio lasts ([`super::codec::packet_ticks`]);
    /// 0 for what takes a sequence number but is no audio: comfort noise, telephone-events.
    pub fn insert(
        &mut self,
        now: Mono,
        header: &RtpHeader,
        ticks: u32,
        payload: &[u8],
    ) -> Inserted {
        let mut inserted = Inserted::Kept;
        let known = self.ssrc == Some(header.ssrc);
        let step = i64::from(header.sequence.wrapping_sub(self.highest as u16) as i16);
        if !known || !(-100..3000).contains(&step) {
            self.restart(header);
            inserted = Inserted::Restarted;
        }
        let index = if inserted == Inserted::Restarted {
            self.highest
        } else {
            self.highest.saturating_add(step)
        };
        if index <= self.passed || payload.len() > MAX_PAYLOAD {
            self.stats.late += 1;
            return Inserted::TooLate;
        }
        let at = self.slots.partition_point(|s| s.index < index);
        if self.slots.get(at).is_some_and(|s| s.index == index) {
            self.stats.late += 1;
            return Inserted::TooLate;
        }
        self.highest = self.highest.max(index);
        let mut bytes = self.spare.pop().unwrap_or_default();
        bytes.clear();
        bytes.extend_from_slice(payload);
        self.slots.insert(
            at,
            Slot {
                index,
                timestamp: header.timestamp,
                ticks: ticks.min(self.clock_rate),
                payload_type: header.payload_type,
                payload: bytes,
            },
        );
        if ticks > 0 {
            self.delay
                .arrived(arrival_ticks(now, self.clock_rate), header.timestamp);
            if self.state == State::Idle {
                self.state = State::Filling(now + self.delay.target());
            }
        }
        self.keep_bounds();
        inserted
    }

    fn restart(&mut self, header: &RtpHeader) {
        while let Some(slot) = self.slots.pop_front() {
            self.spare.push(slot.payload);
        }
        self.ssrc = Some(header.ssrc);
        // Room below for packets that were overtaken by the first.
        self.highest = 1 << 32 | i64::from(header.sequence);
        self.passed = i64::MIN;
        self.state = State::Idle;
        self.concealed_in_a_row = 0;
        self.delay.forget_transit();
    }

    /// Audio waiting, in ticks.
    fn level(&self) -> u32 {
        self.slots
            .iter()
            .fold(0, |sum, s| sum.saturating_add(s.ticks))
    }

    fn keep_bounds(&mut self) {
        let max = self.clock_rate / 1000 * MAX_DELAY.as_millis() as u32;
        while self.slots.len() > MAX_PACKETS || (self.level() > max && self.slots.len() > 1) {
            self.drop_front();
        }
    }

    /// Gives up the oldest packet; what is due moves behind it.
    fn drop_front(&mut self) {
        if let Some(slot) = self.slots.pop_front() {
            self.passed = slot.index;
            if slot.ticks > 0 {
                self.stats.dropped += 1;
                if let State::Playing(due) = &mut self.state {
                    *due = slot.timestamp.wrapping_add(slot.ticks);
                }
            }
            self.spare.push(slot.payload);
        }
    }

    /// What to play now. With [`Pulled::Packet`] the payload is in `out` (emptied first).
    pub fn pull(&mut self, now: Mono, out: &mut Vec<u8>) -> Pulled {
        out.clear();
        self.skip_what_is_no_audio();
        let due = match self.state {
            State::Idle => return Pulled::Silence,
            State::Filling(start) => match self.slots.front() {
                Some(first) if now >= start => first.timestamp,
                Some(_) => return Pulled::Silence,
                None => {
                    self.state = State::Idle;
                    return Pulled::Silence;
                }
            },
            State::Playing(due) => due,
        };
        self.shrink();
        self.skip_what_is_no_audio();
        let due = match self.state {
            State::Playing(moved) => moved,
            State::Idle | State::Filling(_) => due,
        };
        let Some(front) = self.slots.front() else {
            return self.run_dry(due);
        };
        // What was concealed while nothing was there counts towards the gap.
        let gap = front.timestamp.wrapping_sub(due) as i32;
        let filled = self.concealed_in_a_row.saturating_mul(self.frame());
        let missing = i64::from(gap) - i64::from(filled);
        let contiguous = front.index == self.passed.saturating_add(1);
        if missing >= i64::from(self.frame() / 2) && self.concealed_in_a_row < MAX_CONCEALED {
            if contiguous {
                // A sender that paused: nothing is missing, begin where it goes on.
                return self.play(front.timestamp, out);
            }
            self.state = State::Playing(due);
            return self.conceal();
        }
        self.play(front.timestamp, out)
    }

    fn play(&mut self, timestamp: u32, out: &mut Vec<u8>) -> Pulled {
        let Some(slot) = self.slots.pop_front() else {
            return Pulled::Silence;
        };
        self.passed = slot.index;
        self.concealed_in_a_row = 0;
        self.state = State::Playing(timestamp.wrapping_add(slot.ticks));
        out.extend_from_slice(&slot.payload);
        self.spare.push(slot.payload);
        Pulled::Packet {
            payload_type: slot.payload_type,
        }
    }

    /// Nothing is there: late, lost, or the peer pauses. Time stands still meanwhile, so that
    /// what is only late is played, later than it might have been.
    fn run_dry(&mut self, due: u32) -> Pulled {
        if self.concealed_in_a_row >= MAX_CONCEALED {
            self.state = State::Idle;
            self.concealed_in_a_row = 0;
            return Pulled::Silence;
        }
        self.state = State::Playing(due);
        self.conceal()
    }

    fn conceal(&mut self) -> Pulled {
        self.concealed_in_a_row += 1;
        self.stats.concealed += 1;
        Pulled::Conceal
    }

    fn skip_what_is_no_audio(&mut self) {
        while self.slots.front().is_some_and(|s| s.ticks == 0) {
            // Only in its turn: a packet before it may still come.
            let Some(slot) = self.slots.pop_front() else {
                return;
            };
            let in_turn = slot.index == self.passed.saturating_add(1)
                || self.state == State::Idle
                || self.slots.front().is_some_and(|s| s.ticks > 0);
            if !in_turn {
                self.slots.push_front(slot);
                return;
            }
            self.passed = slot.index;
            self.spare.push(slot.payload);
        }
    }

    /// For a second there was always more than the target and three frames: one packet goes.
    fn shrink(&mut self) {
        self.least_level = self.least_level.min(self.level());
        self.pulls += 1;
        if self.pulls < SHRINK_AFTER {
            return;
        }
        let spare = self.delay.target_ticks() + 3 * self.frame();
        if self.least_level > spare && self.slots.len() > 1 {
            self.drop_front();
        }
        self.pulls = 0;
        self.least_level = u32::MAX;
    }

    /// Whether nothing waits to be played.
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// The delay that a talkspurt beginning now would get.
    pub fn target_delay(&self) -> Duration {
        self.delay.target()
    }

    /// Counts so far.
    pub const fn stats(&self) -> JitterStats {
        self.stats
    }
}

#[cfg(test)]
mod tests;
