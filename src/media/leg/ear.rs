//! Who listens to a leg's audio decoded: a recording, the search for tones, a partner of
//! another codec. Most legs have no ear, and their packets are never decoded.

use std::time::Duration;

use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;

use super::stream::{FIRST_DELAY_FRAMES, Stream};
use super::{Incoming, Kind, Leg, Passed};
use crate::media::codec::resample::Resampler;
use crate::media::command::{DtmfWay, MediaEvent};
use crate::media::dtmf_tone::ToneDetector;
use crate::media::mixer::Said;
use crate::media::slots::FRAME_MS;

/// Samples per second of a recording.
const RECORD_RATE: u32 = 8000;
const RECORD_FRAME: usize = RECORD_RATE as usize / 50;
/// Samples handed over at a time: 200 ms.
const CHUNK: usize = 10 * RECORD_FRAME;
/// Samples kept at most for a writer that has no room: a second.
const MAX_CHUNK: usize = RECORD_RATE as usize;
/// Frames made up for at most after the thread was starved: 5 s.
const CATCH_UP_FRAMES: u64 = 250;
/// What the partner is told late by more than this was better left out.
const PARTNER_CATCH_UP_MS: u64 = 60;

/// Decodes what arrives.
pub(super) struct Ear {
    stream: Option<Stream>,
    tones: Option<ToneDetector>,
    recorder: Option<Recorder>,
    /// The partner speaks another codec: it takes what is decoded.
    translating: bool,
    /// What was heard last, for those who hear it mixed.
    said: Option<Said>,
    /// When the next 20 ms are due, in media time.
    due_ms: u64,
}

impl Ear {
    fn new() -> Ear {
        Ear {
            stream: None,
            tones: None,
            recorder: None,
            translating: false,
            said: None,
            due_ms: 0,
        }
    }

    fn is_idle(&self) -> bool {
        self.tones.is_none() && self.recorder.is_none() && self.said.is_none() && !self.translating
    }
}

struct Recorder {
    sink: mpsc::Sender<Vec<i16>>,
    chunk: Vec<i16>,
    /// Samples taken, and how many are wanted.
    taken: u64,
    limit: u64,
    /// Frames of the stream's delay, which are older than the recording, and those of them
    /// that are still to be left out.
    delay: u32,
    skip: u32,
    /// Samples that the writer had no room for.
    lost: u64,
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
        let left = usize::try_from(self.limit.saturating_sub(self.taken)).unwrap_or(usize::MAX);
        self.chunk.truncate(before.saturating_add(left));
        self.taken += (self.chunk.len() - before) as u64;
        if self.chunk.len() >= CHUNK {
            self.hand_over(false);
        }
        self.taken < self.limit && !self.sink.is_closed()
    }

    /// Never waits: that would harm every leg. What a writer has no room for is kept for a
    /// second, then lost and counted.
    fn hand_over(&mut self, last: bool) {
        if self.chunk.is_empty() {
            return;
        }
        match self.sink.try_send(std::mem::take(&mut self.chunk)) {
            Ok(()) => {}
            Err(TrySendError::Full(chunk)) if !last && chunk.len() < MAX_CHUNK => {
                self.chunk = chunk;
            }
            Err(TrySendError::Full(chunk) | TrySendError::Closed(chunk)) => {
                self.lost += chunk.len() as u64;
            }
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
    /// The media time at which it was due.
    pub ms: u64,
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
        self.stop_record(ms, events);
        let samples = limit
            .as_millis()
            .saturating_mul(u128::from(RECORD_RATE) / 1000);
        let ear = self.ear(ms);
        let delay = ear
            .stream
            .as_ref()
            .map_or(FIRST_DELAY_FRAMES, Stream::delay_frames);
        ear.recorder = Some(Recorder {
            sink,
            chunk: Vec::with_capacity(CHUNK),
            taken: 0,
            limit: u64::try_from(samples).unwrap_or(u64::MAX),
            delay,
            skip: delay,
            lost: 0,
            narrow: None,
        });
    }

    /// Ends a recording, if one is going on.
    pub fn stop_record(&mut self, ms: u64, events: &mut Vec<MediaEvent>) {
        let Some(ear) = self.ear.as_deref_mut() else {
            return;
        };
        let Some(mut recorder) = ear.recorder.take() else {
            return;
        };
        // What is still in the delay was said before the end.
        if let Some(stream) = &mut ear.stream {
            let (mut pcm, rate) = (Vec::new(), stream.rate());
            stream.drain(ms, recorder.delay, &mut pcm);
            for frame in pcm.chunks(rate as usize / 50) {
                if !recorder.take(frame, rate) {
                    break;
                }
            }
        }
        self.record_ended(recorder, events);
    }

    fn record_ended(&mut self, mut recorder: Recorder, events: &mut Vec<MediaEvent>) {
        recorder.hand_over(true);
        self.recording_lost += recorder.lost;
        events.push(MediaEvent::RecordEnded {
            leg: self.id,
            length: recorder.length(),
        });
        self.drop_idle_ear();
    }

    /// A packet of this leg, and what became of it at the partner, if there is one.
    pub fn hear(&mut self, packet: &Incoming<'_>, passed: Option<Passed>, ms: u64) {
        if let Some(tap) = &self.tap {
            tap.copy(self.id, packet, ms);
        }
        let Kind::Audio(codec) = packet.kind else {
            if let Some(stream) = self.ear.as_deref_mut().and_then(|e| e.stream.as_mut()) {
                stream.other(&packet.header, ms);
            }
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
        let stream = match &mut ear.stream {
            Some(stream) if stream.codec() == codec => stream,
            Some(_) | None => {
                if let Some(recorder) = &mut ear.recorder {
                    recorder.narrow = None;
                }
                let stream = ear.stream.insert(Stream::new(codec));
                if ear.tones.is_some() {
                    ear.tones = Some(ToneDetector::new(stream.rate()));
                }
                stream
            }
        };
        stream.audio(&packet.header, packet.payload, ms);
        let rate = stream.rate();
        if tones && ear.tones.is_none() {
            ear.tones = Some(ToneDetector::new(rate));
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
        let due = ear.due_ms.max(oldest);
        ear.due_ms = due + FRAME_MS;
        pcm.clear();
        let rate = match &mut ear.stream {
            Some(stream) => {
                stream.pull(due, pcm);
                stream.rate()
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
        if let Some(said) = &mut ear.said {
            said.put(ms, pcm, rate);
        }
        let heard = Heard {
            rate,
            for_partner: ear.translating && due + PARTNER_CATCH_UP_MS >= ms,
            ms: due,
        };
        if let Some(recorder) = &mut ear.recorder
            && !recorder.take(pcm, rate)
            && let Some(recorder) = ear.recorder.take()
        {
            self.record_ended(recorder, events);
        }
        Some(heard)
    }

    /// Whether what arrives is decoded for a mix.
    pub fn confer(&mut self, on: bool, ms: u64) {
        if on {
            self.ear(ms).said.get_or_insert_default();
        } else if let Some(ear) = self.ear.as_deref_mut() {
            ear.said = None;
            self.drop_idle_ear();
        }
    }

    /// What is to be heard of this leg in a mix at media time `ms`, at the mix's rate.
    pub fn said(&self, ms: u64) -> Option<&[i16]> {
        self.ear.as_deref()?.said.as_ref()?.at(ms)
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
