//! What arrives on a leg.

use std::net::SocketAddr;

use super::Leg;
use crate::media::command::MediaEvent;
use crate::media::dtmf_event::EventPayload;
use crate::media::rtp::{self, PacketKind, RtpHeader, RtpPacket};
use crate::media::source_lock::Verdict;
use crate::now::Mono;
use crate::sdp::plan::Codec;

/// Its static payload type (RFC 3551 §6); many send it without having said so.
const COMFORT_NOISE: u8 = 13;

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
    /// It came from the only source that is taken: the socket may be connected to it.
    pub source: Option<SocketAddr>,
}

impl Leg {
    /// A datagram on the RTP port. `clear` is for what is decrypted.
    pub fn receive<'a>(
        &mut self,
        datagram: &'a [u8],
        clear: &'a mut Vec<u8>,
        from: SocketAddr,
        now: Mono,
        events: &mut Vec<MediaEvent>,
    ) -> Received<'a> {
        let mut received = Received::default();
        self.tell_held(now, events);
        let Some(plan) = self.plan.as_deref() else {
            return received;
        };
        match rtp::classify(datagram) {
            PacketKind::Rtp => {}
            PacketKind::Rtcp => {
                if plan.rtcp_mux {
                    self.receive_rtcp(datagram, clear, from, now);
                }
                return received;
            }
            PacketKind::Other => return received,
        }
        // Who knows the keys is no stranger; who does not never gets as far as the lock.
        let packet = self
            .secure
            .open(datagram, clear)
            .and_then(|clear| RtpPacket::parse(clear).ok());
        let Some(packet) = packet else {
            self.strangers += 1;
            return received;
        };
        let header = packet.header;
        match self.lock.receive(now, from, header.ssrc, header.sequence) {
            Verdict::Take => {}
            Verdict::Latched => {
                events.push(MediaEvent::Latched {
                    leg: self.id,
                    source: from,
                });
            }
            // Which of a browser's networks speaks is its own choice (RFC 8445 §12.2), which we may
            // not have heard of yet; that it is the browser, its keys have shown.
            Verdict::Stranger if plan.web.is_some() && self.secure.is_srtp() => {}
            Verdict::Stranger => {
                self.strangers += 1;
                return received;
            }
        }
        received.source = self.lock.is_closed(now).then_some(from);
        self.heard = now;
        if std::mem::take(&mut self.silence_told) {
            events.push(MediaEvent::RtpBack { leg: self.id });
        }
        let pt = header.payload_type;
        let event = plan.dtmf.filter(|d| d.recv_payload_type == pt);
        let codec = plan.recv.iter().find(|(p, _)| *p == pt).map(|(_, c)| *c);
        let audio = codec.filter(|_| event.is_none());
        let clock_rate = audio.map(|c| c.clock_rate());
        self.incoming.receive(&header, clock_rate, now);
        // A key counts in whatever direction the stream is held.
        let kind = if let Some(dtmf) = event {
            let began = self.keys.receive(&header, packet.payload);
            let before = began.and_then(|key| self.held.begin(key, now));
            let over = EventPayload::parse(packet.payload).is_some_and(|e| e.end);
            let counts = self.held.packet(over, now);
            for key in before.into_iter().chain(counts) {
                self.tell_key(key, events);
            }
            Kind::Event(dtmf.clock_rate)
        } else if let Some(codec) = audio {
            self.spoken = audio;
            Kind::Audio(codec)
        } else if plan.comfort_noise == Some(pt) || pt == COMFORT_NOISE {
            Kind::Noise
        } else {
            return received;
        };
        if !plan.direction.receives() {
            return received;
        }
        received.packet = Some(Incoming {
            header,
            payload: packet.payload,
            kind,
        });
        received
    }
}
