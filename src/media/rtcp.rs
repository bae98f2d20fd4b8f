//! RTCP (RFC 3550 §6): sender and receiver reports, names, good-byes; and the figures of a
//! stream that we receive (RFC 3550 appendix A).

mod stats;
mod wire;

use std::time::Duration;

pub use stats::{Arrival, ReceiverStats};
pub use wire::{Compound, Packet, ReportBlocks, write_bye, write_report};

use crate::now::Wall;

/// What a report says about one stream (RFC 3550 §6.4.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReportBlock {
    /// The stream that is reported on.
    pub ssrc: u32,
    /// Lost since the last report, in 1/256.
    pub fraction_lost: u8,
    /// Lost since the beginning; negative when duplicates came. 24 bits on the wire.
    pub lost: i32,
    /// Highest sequence number, with its wraps above 16 bits.
    pub highest_sequence: u32,
    /// Interarrival jitter in clock units.
    pub jitter: u32,
    /// Middle 32 bits of the NTP time of the last sender report; 0 for none.
    pub last_sender_report: u32,
    /// Since that report came, in 1/65536 s.
    pub delay_since_last: u32,
}

/// What a sender says about its own stream (RFC 3550 §6.4.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SenderInfo {
    /// NTP time: seconds since 1900, and 32 bits of fraction.
    pub ntp: u64,
    /// The same moment on the RTP clock.
    pub rtp_timestamp: u32,
    /// Packets sent; wraps.
    pub packets: u32,
    /// Payload octets sent; wraps.
    pub octets: u32,
}

/// A wall-clock moment as NTP time. Millisecond resolution, which round trips do not need
/// finer.
pub fn ntp(wall: Wall) -> u64 {
    const UNIX_EPOCH: u64 = 2_208_988_800;
    let ms = u64::try_from(wall.unix_millis()).unwrap_or(0);
    let seconds = (ms / 1000).wrapping_add(UNIX_EPOCH) & 0xffff_ffff;
    (seconds << 32) | (((ms % 1000) << 32) / 1000)
}

/// Round-trip time from a report on our stream that came just now (RFC 3550 §6.4.1).
/// `None` before the peer has had a sender report of ours, and for nonsense.
pub fn round_trip(now_ntp: u64, block: &ReportBlock) -> Option<Duration> {
    if block.last_sender_report == 0 {
        return None;
    }
    let now = (now_ntp >> 16) as u32;
    let trip = now
        .wrapping_sub(block.last_sender_report)
        .wrapping_sub(block.delay_since_last);
    // Clocks are read in whole milliseconds: a trip of nothing may come out just below zero.
    let trip = if trip > u32::MAX - 66 { 0 } else { trip };
    // A minute is no round trip, it is a peer that counts otherwise.
    (trip < 60 << 16).then(|| Duration::from_nanos((u64::from(trip) * 1_000_000_000) >> 16))
}

/// Time until the next report (RFC 3550 §6.2, §6.3.1, two participants): 5 s, half of it
/// before the first, spread by `random` over 0.5–1.5 and divided by e − 3/2.
pub fn report_interval(first: bool, random: u32) -> Duration {
    let base = if first { 2.5 } else { 5.0 };
    let spread = 0.5 + f64::from(random) / f64::from(u32::MAX);
    Duration::from_secs_f64(base * spread / (std::f64::consts::E - 1.5))
}

#[cfg(test)]
mod tests;
