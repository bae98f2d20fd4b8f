//! Who listens to a leg's audio decoded: a recording, the search for tones, a partner of
//! another codec. Most legs have no ear, and their packets are never decoded.

use std::time::Duration;

use tokio::sync::mpsc;

use super::{Incoming, Kind, Leg, Passed};
use crate::media::codec::resample::Resampler;
use crate::media::codec::sample_rate;
use crate::media::command::{DtmfWay, MediaEvent};
use crate::media::dtmf_tone::ToneDetector;
use crate::media::playout::{DELAY_FRAMES, Playout};
use crate::media::slots::FRAME_MS;

/// Samples per second of a recording.
const RECORD_RATE: u32 = 8000;
const RECORD_FRAME: usize = RECORD_RATE as usize / 50;
/// Samples handed over at a time: 200 ms.
const CHUNK: usize = 10 * RECORD_FRAME;
/// Frames made up for at most after the thread was starved: 5 s.
const CATCH_UP_FRAMES: u64 = 250;

/// Decodes what arrives.
pub(super) struct Ear {
    playout: Option<Playout>,
    tones: Option<ToneDetector>,
    recorder: Option<Recorder>,
    /// The partner speaks another codec: it takes what is decoded.
    translating: bool,
    /// When the next 20 ms are due, in media time.
    due_ms: u64,
}

impl Ear {
    fn new() -> Ear {
        Ear {
            playout: None,
            tones: None,
            recorder: None,
            translating: false,
            due_ms: 0,
        }
    }

    fn is_idle(&self) -> bool {
        self.tones.is_none() && self.recorder.is_none() && !self.translating
    }
}

struct Recorder {
    sink: mpsc::Sender<Vec<i16>>,
    chunk: Vec<i16>,
    /// Samples taken, and how many are wanted.
    taken: u64,
    limit: u64,
    /// Frames of the playout's delay, which are older than the recording.
    skip: u32,
    /// From a wide band, if the codec has one.
    narrow: Option<Resampler>,
}

impl Recorder {
    fn length(&self) -> Duration {
        Duration::from_micros(self.taken.saturating_mul(1_000_000) / u64::from(RECORD_RATE))
    }

    /// `false`: the limit is reached, or nobody wants more.
    fn take(&mut self, pcm: &[i16], rate: u32) -> bool {
        if self.skip > 0 {
            self.skip -= 1;
            return true;
        }
        let before = self.chunk.len();
        if rate == RECORD_RATE {
            self.chunk.extend_from_slice(pcm);
        } else {
            if self.narrow.is_none() {
                self.narrow = Resampler::new(rate, RECORD_RATE).ok();
            }
            match &mut self.narrow {
                Some(narrow) => narrow.process(pcm, &mut self.chunk),
                None => self.chunk.resize(before + RECORD_FRAME, 0),
            }
        }
        let left = usize::try_from(self.limit - self.taken).unwrap_or(usize::MAX);
        self.chunk.truncate(before.saturating_add(left));
        self.taken += (self.chunk.len() - before) as u64;
        if self.chunk.len() >= CHUNK {
            self.hand_over();
        }
        self.taken < self.limit && !self.sink.is_closed()
    }

    fn hand_over(&mut self) {
        if !self.chunk.is_empty() {
            // A writer that is a second behind loses this; waiting would harm every leg.
            let _ = self.sink.try_send(std::mem::take(&mut self.chunk));
        }
    }
}

/// 20 ms of audio that were heard.
#[derive(Clone, Copy, Debug)]
pub struct Heard {
    /// Samples per second.
    pub rate: u32,
    /// The partner wants it.
    pub for_partner: bool,
}

impl Leg {
    /// Records from now on, in place of a recording that may be going on.
    pub fn record(
        &mut self,
        sink: mpsc::Sender<Vec<i16>>,
        limit: Duration,
        ms: u64,
        events: &mut Vec<MediaEvent>,
    ) {
        self.stop_record(events);
        let samples = limit
            .as_millis()
            .saturating_mul(u128::from(RECORD_RATE) / 1000);
        self.ear(ms).recorder = Some(Recorder {
            sink,
            chunk: Vec::with_capacity(CHUNK),
            taken: 0,
            limit: u64::try_from(samples).unwrap_or(u64::MAX),
            skip: DELAY_FRAMES,
            narrow: None,
        });
    }

    /// Ends a recording, if one is going on.
    pub fn stop_record(&mut self, events: &mut Vec<MediaEvent>) {
        let Some(ear) = self.ear.as_deref_mut() else {
            return;
        };
        let Some(mut recorder) = ear.recorder.take() else {
            return;
        };
        // What is still in the delay was said before the end.
        if let Some(playout) = &mut ear.playout {
            let mut pcm = Vec::new();
            for _ in 0..DELAY_FRAMES {
                pcm.clear();
                playout.pull(&mut pcm);
                recorder.take(&pcm, sample_rate(playout.codec()));
            }
        }
        recorder.hand_over();
        events.push(MediaEvent::RecordEnded {
            leg: self.id,
            length: recorder.length(),
        });
        self.drop_idle_ear();
    }

    /// A packet of this leg, and what became of it at the partner, if there is one.
    pub fn hear(&mut self, packet: &Incoming<'_>, passed: Option<Passed>, ms: u64) {
        let Kind::Audio(codec) = packet.kind else {
            return;
        };
        let tones = self.plan.as_deref().is_some_and(|p| p.dtmf.is_none());
        let translate = passed == Some(Passed::OtherCodec);
        if self.ear.is_none() && !tones && !translate {
            return;
        }
        let ear = self.ear(ms);
        if translate {
            ear.translating = true;
        } else if passed == Some(Passed::Ready) {
            ear.translating = false;
        }
        let playout = match &mut ear.playout {
            Some(playout) if playout.codec() == codec => playout,
            Some(_) | None => {
                if ear.tones.is_some() {
                    ear.tones = Some(ToneDetector::new(sample_rate(codec)));
                }
                if let Some(recorder) = &mut ear.recorder {
                    recorder.narrow = None;
                }
                ear.playout.insert(Playout::new(codec))
            }
        };
        playout.push(packet.header.timestamp, packet.payload);
        if tones && ear.tones.is_none() {
            ear.tones = Some(ToneDetector::new(sample_rate(codec)));
        }
        self.drop_idle_ear();
    }

    /// The next 20 ms that are due at media time `ms`, in `pcm`. Call until `None`.
    pub fn listen(
        &mut self,
        ms: u64,
        pcm: &mut Vec<i16>,
        events: &mut Vec<MediaEvent>,
    ) -> Option<Heard> {
        let ear = self.ear.as_deref_mut()?;
        if ear.due_ms > ms {
            return None;
        }
        let oldest = ms.saturating_sub(CATCH_UP_FRAMES * FRAME_MS);
        ear.due_ms = ear.due_ms.max(oldest) + FRAME_MS;
        pcm.clear();
        let rate = match &mut ear.playout {
            Some(playout) => {
                playout.pull(pcm);
                sample_rate(playout.codec())
            }
            None => {
                pcm.resize(RECORD_FRAME, 0);
                RECORD_RATE
            }
        };
        if let Some(tones) = &mut ear.tones {
            let leg = self.id;
            tones.push(pcm, |key| {
                let way = DtmfWay::Tone;
                events.push(MediaEvent::Key { leg, key, way });
            });
        }
        let heard = Heard {
            rate,
            for_partner: ear.translating,
        };
        if let Some(recorder) = &mut ear.recorder
            && !recorder.take(pcm, rate)
        {
            recorder.hand_over();
            let length = recorder.length();
            ear.recorder = None;
            let leg = self.id;
            events.push(MediaEvent::RecordEnded { leg, length });
            self.drop_idle_ear();
        }
        Some(heard)
    }

    /// What the leg listens for may have changed.
    pub(super) fn retune(&mut self) {
        let tones = self
            .plan
            .as_deref()
            .is_some_and(|p| p.dtmf.is_none() && p.direction.receives());
        if let Some(ear) = self.ear.as_deref_mut() {
            ear.translating = false;
            if !tones {
                ear.tones = None;
            }
        }
        self.drop_idle_ear();
    }

    fn ear(&mut self, ms: u64) -> &mut Ear {
        let ear = self.ear.get_or_insert_with(|| Box::new(Ear::new()));
        if ear.due_ms == 0 {
            ear.due_ms = ms + FRAME_MS;
        }
        ear
    }

    fn drop_idle_ear(&mut self) {
        if self.ear.as_deref().is_some_and(Ear::is_idle) {
            self.ear = None;
        }
    }
}
