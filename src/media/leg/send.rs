//! What a leg sends.

use super::key_tones::KeyTones;
use super::{Incoming, Kind, Leg};
use crate::media::codec::resample::Resampler;
use crate::media::codec::{Encoder, sample_rate};
use crate::media::command::MediaEvent;
use crate::media::dtmf_event::EventPayload;
use crate::media::player::Step;
use crate::now::Mono;
use crate::sdp::plan::Codec;

/// The encoder of what is not sent as it came: a partner of another codec, tones of keys.
pub(super) struct Voice {
    encoder: Encoder,
    /// From the rate in front to the encoder's.
    resampler: Option<(u32, Resampler)>,
    pcm: Vec<i16>,
    payload: Vec<u8>,
}

impl Voice {
    fn new(codec: Codec) -> Voice {
        Voice {
            encoder: Encoder::new(codec),
            resampler: None,
            pcm: Vec::new(),
            payload: Vec::new(),
        }
    }

    /// 20 ms to a payload. `false`: of a rate that can not be changed to ours.
    fn encode(&mut self, pcm: &[i16], rate: u32) -> bool {
        let ours = self.encoder.sample_rate();
        if rate == ours {
            self.encoder.encode(pcm, &mut self.payload);
            return true;
        }
        if self.resampler.as_ref().is_none_or(|(r, _)| *r != rate) {
            self.resampler = Resampler::new(rate, ours).ok().map(|r| (rate, r));
        }
        let Some((_, resampler)) = &mut self.resampler else {
            return false;
        };
        self.pcm.clear();
        resampler.process(pcm, &mut self.pcm);
        self.encoder.encode(&self.pcm, &mut self.payload);
        true
    }
}

/// What became of the partner's packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passed {
    /// It is ready to be sent.
    Ready,
    /// Nobody here hears it: we play, are held, or have no word for it.
    Dropped,
    /// It was overtaken before we began to pass on: its place in our numbers is taken.
    Late,
    /// It is of a codec that we do not send: the partner has to decode it.
    OtherCodec,
    /// A key for a peer without telephone-event: its tones are sent by [`Leg::tick`].
    Sounds,
}

impl Leg {
    /// The 20 ms that begin at media time `ms`. `true`: `out` holds a packet to be sent.
    pub fn tick(&mut self, ms: u64, out: &mut Vec<u8>, events: &mut Vec<MediaEvent>) -> bool {
        self.tell_held(Mono::from_millis(ms), events);
        if !self.may_send() {
            return false;
        }
        let (Some(plan), Some(player)) = (self.plan.as_deref(), self.player.as_mut()) else {
            return self.tick_key_tones(ms, out);
        };
        match player.next(plan.codec) {
            Step::Payload(payload) => {
                let rate = plan.codec.clock_rate();
                let header = self
                    .out
                    .next(plan.send_payload_type, ms, rate, payload.len());
                self.sent += 1;
                self.secure.write(&header, payload, out)
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
            Step::Missing(token, prompt) => {
                let leg = self.id;
                self.player = None;
                self.out.change();
                events.push(MediaEvent::PlayFailed { leg, token, prompt });
                false
            }
        }
    }

    /// A packet of the partner, to be passed on as it is with our numbers, into `out`.
    pub fn pass_on(&mut self, packet: &Incoming<'_>, ms: u64, out: &mut Vec<u8>) -> Passed {
        let passed = self.try_pass_on(packet, ms, out);
        if passed == Passed::Dropped {
            self.out.kept_back();
        }
        passed
    }

    fn try_pass_on(&mut self, packet: &Incoming<'_>, ms: u64, out: &mut Vec<u8>) -> Passed {
        if self.player.is_some() || !self.may_send() {
            return Passed::Dropped;
        }
        let Some(plan) = self.plan.as_deref() else {
            return Passed::Dropped;
        };
        let came = &packet.header;
        if let Kind::Event(clock) = packet.kind
            && plan.dtmf.is_none()
        {
            let tones = match &mut self.key_tones {
                Some(tones) if tones.clock() == clock => tones,
                none => none.insert(Box::new(KeyTones::new(clock))),
            };
            tones.receive(came, packet.payload, ms);
            return if tones.is_busy() {
                Passed::Sounds
            } else {
                Passed::Dropped
            };
        }
        if self.key_tones.as_ref().is_some_and(|t| t.is_busy()) {
            return Passed::Dropped;
        }
        let rate = plan.codec.clock_rate();
        let mut payload = packet.payload;
        let event;
        let relayed = match packet.kind {
            Kind::Audio(codec) if codec == plan.codec => {
                let pt = plan.send_payload_type;
                self.out.relay(came, pt, ms, rate, payload.len())
            }
            Kind::Audio(_) => return Passed::OtherCodec,
            Kind::Noise => {
                let Some(pt) = plan.comfort_noise else {
                    return Passed::Dropped;
                };
                self.out.relay(came, pt, ms, rate, payload.len())
            }
            Kind::Event(clock) => {
                let (Some(dtmf), Some(parsed)) = (plan.dtmf, EventPayload::parse(payload)) else {
                    return Passed::Dropped;
                };
                event = rescale(parsed, clock, dtmf.clock_rate).to_bytes();
                payload = &event;
                let pt = dtmf.send_payload_type;
                if self.out.relays(came.ssrc) {
                    self.out.relay(came, pt, ms, rate, payload.len())
                } else {
                    Some(self.out.event(came, pt, ms, rate, payload.len()))
                }
            }
        };
        let Some(header) = relayed else {
            return Passed::Late;
        };
        self.sent += 1;
        if self.secure.write(&header, payload, out) {
            Passed::Ready
        } else {
            Passed::Dropped
        }
    }
}

impl Leg {
    /// 20 ms of what a partner of another codec says. `true`: `out` holds a packet.
    pub fn say(&mut self, pcm: &[i16], rate: u32, ms: u64, out: &mut Vec<u8>) -> bool {
        let covered = self.player.is_some() || self.key_tones.as_ref().is_some_and(|t| t.is_busy());
        !covered && self.may_send() && self.send_pcm(pcm, rate, ms, out)
    }

    /// The next 20 ms of a key of the partner.
    fn tick_key_tones(&mut self, ms: u64, out: &mut Vec<u8>) -> bool {
        let (Some(plan), Some(tones)) = (self.plan.as_deref(), self.key_tones.as_deref_mut())
        else {
            return false;
        };
        if !tones.is_busy() {
            return false;
        }
        let codec = plan.codec;
        let mut pcm = Vec::new();
        if !tones.pull(codec, ms, &mut pcm) {
            // The receiver of events stays: it knows which packets are of a press that was.
            self.out.change();
            return false;
        }
        self.send_pcm(&pcm, sample_rate(codec), ms, out)
    }

    fn send_pcm(&mut self, pcm: &[i16], rate: u32, ms: u64, out: &mut Vec<u8>) -> bool {
        let Some(plan) = self.plan.as_deref() else {
            return false;
        };
        let codec = plan.codec;
        if self
            .voice
            .as_ref()
            .is_none_or(|v| v.encoder.codec() != codec)
        {
            self.voice = Some(Box::new(Voice::new(codec)));
        }
        let Some(voice) = self.voice.as_deref_mut() else {
            return false;
        };
        if !voice.encode(pcm, rate) {
            return false;
        }
        let payload = &voice.payload;
        let pt = plan.send_payload_type;
        let header = self.out.next(pt, ms, codec.clock_rate(), payload.len());
        self.sent += 1;
        self.secure.write(&header, payload, out)
    }
}

/// A telephone-event with its duration in another clock. One too long for 16 bits would need
/// segments (RFC 4733 §2.5.1.3); it stays at the longest, and the press is known long before.
fn rescale(mut event: EventPayload, from: u32, to: u32) -> EventPayload {
    if from != to && from != 0 {
        let scaled = u64::from(event.duration) * u64::from(to) / u64::from(from);
        event.duration = u16::try_from(scaled).unwrap_or(u16::MAX);
    }
    event
}
