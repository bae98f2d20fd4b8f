//! What arrives on a leg.

use std::net::SocketAddr;

use super::Leg;
use crate::media::command::{DtmfWay, MediaEvent};
use crate::media::rtp::{RtpHeader, RtpPacket};
use crate::now::Mono;
use crate::sdp::plan::Codec;

/// A packet that was taken, in the clear.
#[derive(Clone, Copy, Debug)]
pub struct Incoming<'a> {
    /// Its header.
    pub header: RtpHeader,
    /// Its payload.
    pub payload: &'a [u8],
    /// What the payload is.
    pub kind: Kind,
}

/// What a payload is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Audio.
    Audio(Codec),
    /// A telephone-event and the clock rate of its durations (RFC 4733).
    Event(u32),
    /// Comfort noise (RFC 3389).
    Noise,
}

/// What became of a datagram.
#[derive(Debug, Default)]
pub struct Received<'a> {
    /// A packet for the partner, if it was taken.
    pub packet: Option<Incoming<'a>>,
    /// The source was locked by it: connect the socket.
    pub latched: Option<SocketAddr>,
}

impl Leg {
    /// A datagram on the RTP port.
    pub fn receive<'a>(
        &mut self,
        datagram: &'a [u8],
        _from: SocketAddr,
        now: Mono,
        events: &mut Vec<MediaEvent>,
    ) -> Received<'a> {
        let mut received = Received::default();
        let Some(plan) = self.plan.as_deref() else {
            return received;
        };
        let Ok(packet) = RtpPacket::parse(datagram) else {
            return received;
        };
        self.heard = now;
        self.silence_told = false;
        self.stats.received += 1;
        if !plan.direction.receives() {
            return received;
        }
        let pt = packet.header.payload_type;
        let kind = if let Some(dtmf) = plan.dtmf.filter(|d| d.recv_payload_type == pt) {
            if let Some(key) = self.keys.receive(&packet.header, packet.payload) {
                events.push(MediaEvent::Key {
                    leg: self.id,
                    key,
                    way: DtmfWay::Event,
                });
            }
            Kind::Event(dtmf.clock_rate)
        } else if plan.comfort_noise == Some(pt) || pt == 13 {
            Kind::Noise
        } else if let Some((_, codec)) = plan.recv.iter().find(|(p, _)| *p == pt) {
            Kind::Audio(*codec)
        } else {
            return received;
        };
        received.packet = Some(Incoming {
            header: packet.header,
            payload: packet.payload,
            kind,
        });
        received
    }
}
