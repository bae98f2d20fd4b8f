//! What a leg sends.

use super::{Incoming, Kind, Leg};
use crate::media::command::MediaEvent;
use crate::media::player::Step;

impl Leg {
    /// The 20 ms that begin at media time `ms`. `true`: `out` holds a packet to be sent.
    pub fn tick(&mut self, ms: u64, out: &mut Vec<u8>, events: &mut Vec<MediaEvent>) -> bool {
        if !self.may_send() {
            return false;
        }
        let (Some(plan), Some(player)) = (self.plan.as_deref(), self.player.as_mut()) else {
            return false;
        };
        match player.next(plan.codec) {
            Step::Payload(payload) => {
                let rate = plan.codec.clock_rate();
                let pt = plan.send_payload_type;
                self.out
                    .next(pt, ms, rate, payload.len())
                    .write(payload, out);
                self.stats.sent += 1;
                true
            }
            Step::Ended(token) => {
                self.player = None;
                self.out.change();
                events.push(MediaEvent::Played {
                    leg: self.id,
                    token,
                });
                false
            }
        }
    }

    /// A packet of the partner, to be passed on as it is. `true`: `out` holds it with our
    /// numbers. `false`: it is not for us: we play, are held, or speak another codec.
    pub fn pass_on(&mut self, packet: &Incoming<'_>, ms: u64, out: &mut Vec<u8>) -> bool {
        if self.player.is_some() || !self.may_send() {
            return false;
        }
        let Some(plan) = self.plan.as_deref() else {
            return false;
        };
        let rate = plan.codec.clock_rate();
        let octets = packet.payload.len();
        let came = &packet.header;
        let header = match packet.kind {
            Kind::Audio(codec) if codec == plan.codec => {
                self.out
                    .relay(came, plan.send_payload_type, ms, rate, octets)
            }
            Kind::Audio(_) => return false,
            Kind::Noise => {
                let Some(pt) = plan.comfort_noise else {
                    return false;
                };
                self.out.relay(came, pt, ms, rate, octets)
            }
            Kind::Event(clock) => {
                let Some(dtmf) = plan.dtmf else {
                    return false;
                };
                let pt = dtmf.send_payload_type;
                let header = if self.out.relays(came.ssrc) {
                    self.out.relay(came, pt, ms, rate, octets)
                } else {
                    self.out.event(came, pt, ms, rate, octets)
                };
                header.write(packet.payload, out);
                rescale(out, clock, dtmf.clock_rate);
                self.stats.sent += 1;
                return true;
            }
        };
        header.write(packet.payload, out);
        self.stats.sent += 1;
        true
    }
}

/// The duration of the telephone-event in a packet, from one clock to another.
fn rescale(packet: &mut [u8], from: u32, to: u32) {
    if from == to || from == 0 {
        return;
    }
    let Some([high, low]) = packet.get_mut(14..16) else {
        return;
    };
    let duration = u64::from(u16::from_be_bytes([*high, *low]));
    let scaled = duration * u64::from(to) / u64::from(from);
    // A longer one would need segments (RFC 4733 §2.5.1.3); the press is known long before.
    [*high, *low] = u16::try_from(scaled).unwrap_or(u16::MAX).to_be_bytes();
}
