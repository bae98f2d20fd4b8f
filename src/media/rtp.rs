//! RTP packets (RFC 3550 §5): read from outside, written in place without allocation.

use crate::now::Mono;
use std::time::Duration;

/// Length of the header that we write: no CSRC, no extension.
pub const HEADER_LEN: usize = 12;

/// The largest RTP packet that is looked at; larger datagrams are dropped unread.
pub const MAX_PACKET: usize = 1500;

/// The fields of an RTP header that matter here (RFC 3550 §5.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RtpHeader {
    /// What the payload is, 0–127.
    pub payload_type: u8,
    /// First packet of a talkspurt or of a telephone-event.
    pub marker: bool,
    /// Counts packets; wraps.
    pub sequence: u16,
    /// Sampling instant in clock units; wraps.
    pub timestamp: u32,
    /// The stream.
    pub ssrc: u32,
}

impl RtpHeader {
    /// The header's 12 bytes: version 2, no padding, no extension, no CSRC.
    pub fn to_bytes(&self) -> [u8; HEADER_LEN] {
        let s = self.sequence.to_be_bytes();
        let t = self.timestamp.to_be_bytes();
        let i = self.ssrc.to_be_bytes();
        let second = self.payload_type & 0x7f | u8::from(self.marker) << 7;
        [
            0x80, second, s[0], s[1], t[0], t[1], t[2], t[3], i[0], i[1], i[2], i[3],
        ]
    }

    /// The whole packet into `buf`, which is emptied first; allocates only while `buf` grows.
    pub fn write(&self, payload: &[u8], buf: &mut Vec<u8>) {
        buf.clear();
        buf.extend_from_slice(&self.to_bytes());
        buf.extend_from_slice(payload);
    }
}

/// Why a datagram is not RTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RtpError {
    /// Shorter than its own header says, or than 12 bytes.
    #[error("RTP packet is cut short")]
    Short,
    /// Not version 2 (STUN, DTLS, or noise).
    #[error("not RTP version 2")]
    Version,
    /// The padding count is zero or larger than the payload (RFC 3550 §5.1).
    #[error("impossible padding")]
    Padding,
    /// Longer than [`MAX_PACKET`].
    #[error("RTP packet is too long")]
    Long,
}

/// A packet as it came: a view into the datagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RtpPacket<'a> {
    /// The fixed header.
    pub header: RtpHeader,
    /// Where the payload begins: behind CSRCs and extension.
    pub header_len: usize,
    /// The payload without padding.
    pub payload: &'a [u8],
}

impl<'a> RtpPacket<'a> {
    /// Reads a datagram. CSRCs and the extension are skipped, padding is taken off.
    ///
    /// # Errors
    /// See [`RtpError`]; such a datagram is dropped and counted.
    pub fn parse(datagram: &'a [u8]) -> Result<RtpPacket<'a>, RtpError> {
        let (header, header_len, padded) = parse_header(datagram)?;
        let mut payload = datagram.get(header_len..).ok_or(RtpError::Short)?;
        if padded {
            let count = usize::from(*payload.last().ok_or(RtpError::Padding)?);
            if count == 0 {
                return Err(RtpError::Padding);
            }
            let keep = payload.len().checked_sub(count).ok_or(RtpError::Padding)?;
            payload = payload.get(..keep).ok_or(RtpError::Padding)?;
        }
        Ok(RtpPacket {
            header,
            header_len,
            payload,
        })
    }
}

/// Header, its length, and whether padding is announced. Of an SRTP packet only this much
/// can be read before it is decrypted: its padding is encrypted.
///
/// # Errors
/// See [`RtpError`].
pub fn parse_header(datagram: &[u8]) -> Result<(RtpHeader, usize, bool), RtpError> {
    if datagram.len() > MAX_PACKET {
        return Err(RtpError::Long);
    }
    let &[b0, b1, s0, s1, t0, t1, t2, t3, i0, i1, i2, i3, ..] = datagram else {
        return Err(RtpError::Short);
    };
    if b0 >> 6 != 2 {
        return Err(RtpError::Version);
    }
    let mut len = HEADER_LEN + 4 * usize::from(b0 & 0x0f);
    if b0 & 0x10 != 0 {
        let words = datagram.get(len + 2..len + 4).ok_or(RtpError::Short)?;
        let words = usize::from(words[0]) << 8 | usize::from(words[1]);
        len += 4 + 4 * words;
    }
    if len > datagram.len() {
        return Err(RtpError::Short);
    }
    let header = RtpHeader {
        payload_type: b1 & 0x7f,
        marker: b1 & 0x80 != 0,
        sequence: u16::from_be_bytes([s0, s1]),
        timestamp: u32::from_be_bytes([t0, t1, t2, t3]),
        ssrc: u32::from_be_bytes([i0, i1, i2, i3]),
    };
    Ok((header, len, b0 & 0x20 != 0))
}

/// What a datagram on a media port is, by its first bytes (RFC 5761 §4, RFC 7983).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PacketKind {
    /// RTP, or SRTP.
    Rtp,
    /// RTCP, or SRTCP: packet types 192–223 in the second byte.
    Rtcp,
    /// STUN, DTLS, keep-alives, noise.
    Other,
}

/// Tells RTP from RTCP on one port (RFC 5761 §4).
pub fn classify(datagram: &[u8]) -> PacketKind {
    match datagram {
        [first, second, ..] if first >> 6 == 2 && datagram.len() >= 8 => {
            if (192..=223).contains(second) {
                PacketKind::Rtcp
            } else if datagram.len() >= HEADER_LEN {
                PacketKind::Rtp
            } else {
                PacketKind::Other
            }
        }
        _ => PacketKind::Other,
    }
}

/// The bookkeeping of one stream that we send: sequence numbers, timestamps, counts.
///
/// Timestamps follow the time that passes, whether packets are sent or not (RFC 3550 §5.1),
/// and the first packet after a pause carries the marker (RFC 3551 §4.1).
#[derive(Clone, Debug)]
pub struct RtpSender {
    ssrc: u32,
    next_sequence: u16,
    timestamp: u32,
    paused: bool,
    packets: u32,
    octets: u32,
}

impl RtpSender {
    /// A new stream; all three starts should be random (RFC 3550 §5.1). The sequence number
    /// is started in the lower half so that an SRTP receiver that joins late guesses the
    /// rollover counter right.
    pub fn new(ssrc: u32, sequence: u16, timestamp: u32) -> RtpSender {
        RtpSender {
            ssrc,
            next_sequence: sequence & 0x7fff,
            timestamp,
            paused: true,
            packets: 0,
            octets: 0,
        }
    }

    /// The stream's identity.
    pub const fn ssrc(&self) -> u32 {
        self.ssrc
    }

    /// The timestamp that the next audio packet gets.
    pub const fn timestamp(&self) -> u32 {
        self.timestamp
    }

    /// The header of the next audio packet, and on by `ticks` (160 for 20 ms at 8 kHz).
    pub fn next(&mut self, payload_type: u8, ticks: u32, payload_len: usize) -> RtpHeader {
        let header = self.header(payload_type, self.paused, self.timestamp, payload_len);
        self.paused = false;
        self.timestamp = self.timestamp.wrapping_add(ticks);
        header
    }

    /// The header of a packet beside the audio, a telephone-event: own timestamp and marker,
    /// the same sequence numbers (RFC 4733 §2.3).
    pub fn event(
        &mut self,
        payload_type: u8,
        marker: bool,
        timestamp: u32,
        payload_len: usize,
    ) -> RtpHeader {
        self.header(payload_type, marker, timestamp, payload_len)
    }

    /// `ticks` pass without a packet; the next one begins a talkspurt.
    pub fn pause(&mut self, ticks: u32) {
        self.timestamp = self.timestamp.wrapping_add(ticks);
        self.paused = true;
    }

    /// The next packet carries the marker: what plays begins anew.
    pub fn mark_next(&mut self) {
        self.paused = true;
    }

    /// Packets sent, for the sender report; wraps (RFC 3550 §6.4.1).
    pub const fn packets(&self) -> u32 {
        self.packets
    }

    /// Payload octets sent, for the sender report; wraps.
    pub const fn octets(&self) -> u32 {
        self.octets
    }

    fn header(&mut self, payload_type: u8, marker: bool, timestamp: u32, len: usize) -> RtpHeader {
        let header = RtpHeader {
            payload_type,
            marker,
            sequence: self.next_sequence,
            timestamp,
            ssrc: self.ssrc,
        };
        self.next_sequence = self.next_sequence.wrapping_add(1);
        self.packets = self.packets.wrapping_add(1);
        self.octets = self.octets.wrapping_add(len as u32);
        header
    }
}

/// A duration in clock units, rounded down; wraps as timestamps do.
pub fn ticks(d: Duration, clock_rate: u32) -> u32 {
    (d.as_nanos() * u128::from(clock_rate) / 1_000_000_000) as u32
}

/// Arrival time in clock units, for jitter (RFC 3550 §A.8); wraps as timestamps do.
pub fn arrival_ticks(at: Mono, clock_rate: u32) -> u32 {
    ticks(at.since_start(), clock_rate)
}

#[cfg(test)]
mod tests;
