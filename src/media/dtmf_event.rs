//! Keys as telephone-events in RTP (RFC 4733): reading presses, and making the packets.

use super::rtp::RtpHeader;
use crate::ids::Key;

/// How far behind a packet may be and still be a reordered one rather than a restart of the
/// sender (RFC 3550 §A.1 `MAX_MISORDER`).
const MAX_MISORDER: i16 = 100;

/// One telephone-event payload (RFC 4733 §2.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventPayload {
    /// The event; 0–15 are the keys.
    pub event: u8,
    /// The E bit: the event is over.
    pub end: bool,
    /// Power in −dBm0, 0–63.
    pub volume: u8,
    /// Since the packet's timestamp, in clock units.
    pub duration: u16,
}

impl EventPayload {
    /// Reads the first four bytes; what follows (padding of some phones) is ignored.
    pub fn parse(payload: &[u8]) -> Option<EventPayload> {
        let &[event, flags, d0, d1, ..] = payload else {
            return None;
        };
        Some(EventPayload {
            event,
            end: flags & 0x80 != 0,
            volume: flags & 0x3f,
            duration: u16::from_be_bytes([d0, d1]),
        })
    }

    /// The four bytes of the payload.
    pub fn to_bytes(self) -> [u8; 4] {
        let d = self.duration.to_be_bytes();
        [
            self.event,
            u8::from(self.end) << 7 | self.volume & 0x3f,
            d[0],
            d[1],
        ]
    }
}

/// The press that packets are being matched to.
#[derive(Clone, Copy, Debug)]
struct Press {
    event: u8,
    ssrc: u32,
    /// Of the newest packet.
    sequence: u16,
    /// Start of the press, or of its current segment.
    timestamp: u32,
    /// The longest seen.
    duration: u16,
    /// An end packet was seen.
    ended: bool,
}

/// Reads presses from telephone-event packets: each press is told once, at its first sign,
/// whichever of its packets got through.
///
/// A press is known by its timestamp. Packets of one press share it, and the three end
/// packets repeat it; a new one is a new press unless it continues the old: the next segment
/// of a long key (RFC 4733 §2.5.1.3), or a sender that wrongly moves the timestamp within a
/// press.
#[derive(Clone, Debug)]
pub struct EventReceiver {
    clock_rate: u32,
    last: Option<Press>,
}

impl EventReceiver {
    /// For the clock rate that was negotiated: 8000 or 48000.
    pub fn new(clock_rate: u32) -> EventReceiver {
        EventReceiver {
            clock_rate,
            last: None,
        }
    }

    /// A packet with telephone-event's payload type. Gives the key when this is the first
    /// sign of a press; `None` for its further packets, for events that are not keys (flash
    /// is 16), for reordered packets of an earlier press, and for what is no event at all.
    pub fn receive(&mut self, header: &RtpHeader, payload: &[u8]) -> Option<Key> {
        let packet = EventPayload::parse(payload)?;
        let key = Key::from_event(packet.event)?;
        if let Some(last) = &mut self.last
            && last.ssrc == header.ssrc
        {
            if last.is_older(header) {
                return None;
            }
            if last.continues(header, &packet, self.clock_rate) {
                last.update(header, &packet);
                return None;
            }
        }
        self.last = Some(Press {
            event: packet.event,
            ssrc: header.ssrc,
            sequence: header.sequence,
            timestamp: header.timestamp,
            duration: packet.duration,
            ended: packet.end,
        });
        Some(key)
    }
}

impl Press {
    /// A packet of an earlier press that was overtaken. Far behind is a sender that
    /// restarted; behind in sequence but ahead in time is a press many minutes later, when
    /// sequence numbers have wrapped.
    fn is_older(&self, header: &RtpHeader) -> bool {
        let behind = header.sequence.wrapping_sub(self.sequence) as i16;
        let time = header.timestamp.wrapping_sub(self.timestamp) as i32;
        behind < 0 && behind > -MAX_MISORDER && time < 0
    }

    /// Whether a packet that is not older belongs to this press.
    fn continues(&self, header: &RtpHeader, packet: &EventPayload, clock_rate: u32) -> bool {
        if packet.event != self.event {
            return false;
        }
        let newer = header.sequence.wrapping_sub(self.sequence) as i16 > 0;
        if header.timestamp == self.timestamp {
            // A sender whose clock stands still marks its next press and counts from zero.
            let again = self.ended && newer && header.marker && packet.duration < self.duration;
            return !again;
        }
        if header.marker {
            return false;
        }
        let ahead = header.timestamp.wrapping_sub(self.timestamp);
        if ahead > u32::from(u16::MAX) + 1 {
            return false;
        }
        // No key is pressed again before its own press is over: a sender that moves the
        // timestamp with each packet. Without an end seen the gap must be one that fingers
        // can not make.
        let slack = if self.ended { 0 } else { clock_rate * 3 / 100 };
        if ahead <= u32::from(self.duration) + slack {
            return true;
        }
        // The next segment of a long key begins where the longest duration ended.
        let second = clock_rate.min(u32::from(u16::MAX) / 2);
        let full = u32::from(u16::MAX) - second / 8;
        !self.ended && ahead >= full && u32::from(self.duration) + second >= full
    }

    fn update(&mut self, header: &RtpHeader, packet: &EventPayload) {
        if header.sequence.wrapping_sub(self.sequence) as i16 > 0 {
            self.sequence = header.sequence;
        }
        if header.timestamp == self.timestamp {
            self.duration = self.duration.max(packet.duration);
        } else {
            self.timestamp = header.timestamp;
            self.duration = packet.duration;
        }
        self.ended |= packet.end;
    }
}

/// How often the end of an event is sent (RFC 4733 §2.5.1.4).
const END_PACKETS: u8 = 3;

/// One packet of an event that we send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventPacket {
    /// For the RTP header: the start of the event or of its segment.
    pub timestamp: u32,
    /// For the RTP header: set on the first packet only.
    pub marker: bool,
    /// The payload.
    pub payload: [u8; 4],
}

/// Makes the packets of one press: take one every 20 ms.
#[derive(Clone, Debug)]
pub struct EventSender {
    event: u8,
    timestamp: u32,
    step: u32,
    duration: u32,
    /// When to release, in clock units since the segment's start.
    remaining: u32,
    first: bool,
    ends_left: u8,
}

impl EventSender {
    /// A press of `key`, beginning at `timestamp`, held for `hold` clock units (at least
    /// 40 ms are sent, RFC 4733 §2.5.1.1 leaves it to the sender; gateways want them).
    pub fn new(key: Key, timestamp: u32, clock_rate: u32, hold: u32) -> EventSender {
        let step = clock_rate / 50;
        EventSender {
            event: key.event(),
            timestamp,
            step,
            duration: 0,
            remaining: hold.max(2 * step),
            first: true,
            ends_left: END_PACKETS,
        }
    }

    fn packet(&self, marker: bool, end: bool) -> EventPacket {
        EventPacket {
            timestamp: self.timestamp,
            marker,
            payload: EventPayload {
                event: self.event,
                end,
                volume: 10,
                duration: u16::try_from(self.duration).unwrap_or(u16::MAX),
            }
            .to_bytes(),
        }
    }
}

impl Iterator for EventSender {
    type Item = EventPacket;

    /// The packet of this 20 ms; `None` when the press is over and was told so three times.
    fn next(&mut self) -> Option<EventPacket> {
        if self.remaining > 0 {
            let step = self.step.min(self.remaining);
            if self.duration + step > u32::from(u16::MAX) {
                // RFC 4733 §2.5.1.3: the next segment starts where this one can not go on.
                self.timestamp = self.timestamp.wrapping_add(self.duration);
                self.duration = 0;
            }
            self.duration += step;
            self.remaining -= step;
            let marker = std::mem::take(&mut self.first);
            return Some(self.packet(marker, false));
        }
        self.ends_left = self.ends_left.checked_sub(1)?;
        Some(self.packet(false, true))
    }
}

#[cfg(test)]
mod tests;
