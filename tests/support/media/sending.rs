//! What a phone sends: a tone or silence, keys, in steps of 20 ms.

use std::collections::VecDeque;
use std::net::SocketAddr;

use rtc_srtp::context::Context;

use crate::support::audio::{Law, key_tones};
use crate::support::opus;

/// What a phone says.
#[derive(Clone, Debug)]
pub enum Source {
    /// No packets at all.
    Nothing,
    /// Packets of silence.
    Silence,
    /// A steady tone, Hz.
    Tone(f64),
}

/// How a phone sends a key within its media.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum KeyWay {
    /// RFC 4733.
    Event,
    /// Two tones in the audio.
    Tones,
}

pub(super) struct Press {
    pub key: char,
    pub way: KeyWay,
    /// Packets of 20 ms.
    pub steps: u32,
    pub done: u32,
    /// RFC 4733: which packets of the event (counted from 0, end packets included) to lose.
    pub lose: Vec<u32>,
    pub started_at: u32,
}

/// Takes a packet to the other side.
pub(super) type Way = Box<dyn Fn(&[u8]) + Send>;

pub(super) struct Sending {
    pub source: Source,
    pub to: Option<SocketAddr>,
    pub pt: u8,
    pub dtmf: Option<u8>,
    pub presses: VecDeque<Press>,
    pub seq: u16,
    pub timestamp: u32,
    pub ssrc: u32,
    pub phase: u64,
    pub crypto: Option<Context>,
    pub talking: bool,
    /// The payload type that is Opus, with its encoder.
    pub opus: Option<(u8, opus::Encoder)>,
    /// Who takes the packets to the other side, where it is not the socket.
    pub way: Option<Way>,
}

impl Sending {
    /// The packets of the next 20 ms.
    pub fn step(&mut self) -> Vec<Vec<u8>> {
        self.timestamp = self.timestamp.wrapping_add(160 * self.ticks());
        if self.to.is_none() {
            return Vec::new();
        }
        let mut out = Vec::new();
        if let Some(mut press) = self.presses.pop_front() {
            match (press.way, self.dtmf) {
                (KeyWay::Event, Some(pt)) => self.event(&mut press, pt, &mut out),
                (KeyWay::Event, None) => panic!("no telephone-event was agreed on"),
                (KeyWay::Tones, _) => {
                    let (row, column) = key_tones(press.key);
                    let on = press.done < press.steps;
                    let pcm: Vec<i16> = (0..160)
                        .map(|n| {
                            let t =
                                f64::from(press.done * 160 + n) / 8000.0 * std::f64::consts::TAU;
                            let v = 5000.0 * ((t * row).sin() + (t * column).sin());
                            if on { v as i16 } else { 0 }
                        })
                        .collect();
                    self.audio(&pcm, &mut out);
                }
            }
            press.done += 1;
            if press.done < press.steps + 3 {
                self.presses.push_front(press);
            }
            return out;
        }
        if !self.talking {
            return out;
        }
        let pcm = match self.source {
            Source::Nothing => return out,
            Source::Silence => vec![0; 160],
            Source::Tone(hz) => (0..160)
                .map(|n| {
                    let t = (self.phase + n) as f64 / 8000.0 * std::f64::consts::TAU;
                    (6000.0 * (t * hz).sin()) as i16
                })
                .collect(),
        };
        self.phase += 160;
        self.audio(&pcm, &mut out);
        out
    }

    /// RFC 4733 §2.5: the timestamp is that of the beginning, the duration grows; three end
    /// packets with the same duration.
    fn event(&mut self, press: &mut Press, pt: u8, out: &mut Vec<Vec<u8>>) {
        if press.done == 0 {
            press.started_at = self.timestamp;
        }
        let ended = press.done >= press.steps;
        let duration = (press.done + 1).min(press.steps + 1) * 160 * self.ticks();
        let event = "0123456789*#ABCD".find(press.key).expect("a key") as u8;
        let duration = (duration as u16).to_be_bytes();
        let payload = [
            event,
            if ended { 0x8a } else { 0x0a },
            duration[0],
            duration[1],
        ];
        let packet = self.packet(pt, press.done == 0, press.started_at, &payload);
        if !press.lose.contains(&press.done) {
            out.push(packet);
        }
    }

    fn audio(&mut self, pcm: &[i16], out: &mut Vec<Vec<u8>>) {
        let payload: Vec<u8> = match (Law::of(self.pt), &mut self.opus) {
            (Some(law), _) => pcm.iter().map(|&s| law.encode(s)).collect(),
            (None, Some((pt, encoder))) if *pt == self.pt => encoder.encode(pcm),
            (None, _) => panic!("payload type {} agreed", self.pt),
        };
        let packet = self.packet(self.pt, false, self.timestamp, &payload);
        out.push(packet);
    }

    /// Of the clock of RTP, for one of 8 kHz: Opus counts at 48 kHz (RFC 7587 §4.1).
    fn ticks(&self) -> u32 {
        match &self.opus {
            Some((pt, _)) if *pt == self.pt => 6,
            _ => 1,
        }
    }

    fn packet(&mut self, pt: u8, marker: bool, timestamp: u32, payload: &[u8]) -> Vec<u8> {
        self.seq = self.seq.wrapping_add(1);
        let mut p = vec![0x80, pt | u8::from(marker) << 7];
        p.extend_from_slice(&self.seq.to_be_bytes());
        p.extend_from_slice(&timestamp.to_be_bytes());
        p.extend_from_slice(&self.ssrc.to_be_bytes());
        p.extend_from_slice(payload);
        match &mut self.crypto {
            Some(c) => c.encrypt_rtp(&p).expect("an RTP packet").to_vec(),
            None => p,
        }
    }
}
