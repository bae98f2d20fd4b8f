//! The arithmetic of WAV files (RIFF, 16-bit PCM, mono) and of trimming silence.
//!
//! A file is first written with a header that claims more than there is, so that it stays
//! readable if the process is killed; [`repair`] gives such a file its true header.

use std::ops::Range;
use std::time::Duration;

/// Octets before the first sample.
pub const HEADER_LEN: usize = 44;
/// Samples per second of what callers leave.
pub const RATE: u32 = 8_000;

/// The header of a WAV file with `samples` samples of 16 bit, mono, at `rate` per second.
/// More than fit into a RIFF file (4 GiB) are claimed as the most that fit.
pub fn header(samples: u64, rate: u32) -> [u8; HEADER_LEN] {
    let data = u32::try_from(samples.saturating_mul(2))
        .unwrap_or(u32::MAX)
        .min(u32::MAX - 36)
        & !1;
    let mut h = [0; HEADER_LEN];
    let mut put = |at: usize, bytes: &[u8]| h[at..at + bytes.len()].copy_from_slice(bytes);
    put(0, b"RIFF");
    put(4, &(data + 36).to_le_bytes());
    put(8, b"WAVEfmt ");
    put(16, &16u32.to_le_bytes());
    put(20, &1u16.to_le_bytes()); // PCM
    put(22, &1u16.to_le_bytes()); // mono
    put(24, &rate.to_le_bytes());
    put(28, &rate.saturating_mul(2).to_le_bytes());
    put(32, &2u16.to_le_bytes()); // octets per sample
    put(34, &16u16.to_le_bytes()); // bits per sample
    put(36, b"data");
    put(40, &data.to_le_bytes());
    h
}

/// How many whole samples a file of `len` octets holds, and the header it should have;
/// `None` when it holds none or its beginning is not one of ours.
pub fn repair(len: u64, beginning: &[u8]) -> Option<(u64, [u8; HEADER_LEN])> {
    let ours = header(0, RATE);
    let same = |r: Range<usize>| beginning.get(r.clone()) == ours.get(r);
    if !same(0..4) || !same(8..40) {
        return None;
    }
    let samples = len.checked_sub(HEADER_LEN as u64)? / 2;
    (samples > 0).then(|| (samples, header(samples, RATE)))
}

/// Samples as they stand in the file.
pub fn octets(samples: &[i16]) -> Vec<u8> {
    samples.iter().flat_map(|s| s.to_le_bytes()).collect()
}

/// How long so many samples last at [`RATE`].
pub fn length(samples: u64) -> Duration {
    Duration::from_millis(samples.saturating_mul(1_000) / u64::from(RATE))
}

/// Finds where speech begins and ends while a recording runs; remembers a few numbers only.
#[derive(Clone, Debug, Default)]
pub struct SpeechBounds {
    seen: u64,
    in_frame: u32,
    energy: u64,
    first: Option<u64>,
    last: u64,
}

const FRAME: u32 = RATE / 50;
/// Frames louder than this on average count as speech: −46 dBFS. A quiet talker over a poor
/// line is well above, comfort noise and line hiss are below.
const SPEECH_RMS: u64 = 160;
/// Kept before and after speech: soft beginnings and endings of words.
const BEFORE: u64 = RATE as u64 / 4;
const AFTER: u64 = RATE as u64 / 2;

impl SpeechBounds {
    /// The next samples.
    pub fn push(&mut self, samples: &[i16]) {
        for &s in samples {
            let s = i64::from(s).unsigned_abs();
            self.energy += s * s;
            self.in_frame += 1;
            self.seen += 1;
            if self.in_frame == FRAME {
                if self.energy > SPEECH_RMS * SPEECH_RMS * u64::from(FRAME) {
                    self.first.get_or_insert(self.seen - u64::from(FRAME));
                    self.last = self.seen;
                }
                self.in_frame = 0;
                self.energy = 0;
            }
        }
    }

    /// Samples seen so far.
    pub fn seen(&self) -> u64 {
        self.seen
    }

    /// The samples worth keeping: speech with a little before and after. `None`: no speech.
    pub fn keep(&self) -> Option<Range<u64>> {
        let first = self.first?;
        let end = (self.last + AFTER).min(self.seen);
        Some(first.saturating_sub(BEFORE)..end)
    }

    /// How long the speech lasts, from its beginning to its end.
    pub fn speech(&self) -> Duration {
        self.first
            .map(|first| length(self.last.saturating_sub(first)))
            .unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tone(samples: usize) -> Vec<i16> {
        (0..samples)
            .map(|i| if i / 8 % 2 == 0 { 3_000 } else { -3_000 })
            .collect()
    }

    #[test]
    fn hound_reads_what_we_write() {
        let samples = tone(801);
        let mut file = header(801, RATE).to_vec();
        file.extend(octets(&samples));
        let reader = hound::WavReader::new(&file[..]).unwrap();
        assert_eq!(reader.spec().sample_rate, RATE);
        assert_eq!(reader.duration(), 801);
        let read: Vec<i16> = reader.into_samples().map(Result::unwrap).collect();
        assert_eq!(read, samples);
    }

    #[test]
    fn a_file_cut_short_gets_its_true_header() {
        let mut file = header(8_000, RATE).to_vec();
        file.extend(octets(&tone(100)));
        file.push(7); // half a sample
        let (samples, header) = repair(file.len() as u64, &file).unwrap();
        assert_eq!(samples, 100);
        file[..HEADER_LEN].copy_from_slice(&header);
        assert_eq!(hound::WavReader::new(&file[..]).unwrap().duration(), 100);
        assert_eq!(repair(44, &file), None);
        assert_eq!(repair(10, &file[..10]), None);
        file[0] = b'X';
        assert_eq!(repair(file.len() as u64, &file), None);
    }

    #[test]
    fn a_header_never_claims_more_than_riff_can() {
        let h = header(u64::MAX, RATE);
        let riff = u32::from_le_bytes([h[4], h[5], h[6], h[7]]);
        let data = u32::from_le_bytes([h[40], h[41], h[42], h[43]]);
        assert_eq!(riff, data + 36);
        assert_eq!(data % 2, 0);
    }

    #[test]
    fn silence_around_speech_is_found_whatever_the_chunks() {
        let mut all = vec![5i16; 16_000];
        all.extend(tone(8_000));
        all.extend(vec![-5i16; 24_000]);
        for chunk in [1, 7, 160, 8_000] {
            let mut b = SpeechBounds::default();
            for c in all.chunks(chunk) {
                b.push(c);
            }
            assert_eq!(b.keep(), Some(14_000..28_000), "chunks of {chunk}");
            assert_eq!(b.speech(), Duration::from_secs(1));
        }
        let mut silent = SpeechBounds::default();
        silent.push(&vec![20; 8_000]);
        assert_eq!(silent.keep(), None);
        assert_eq!(silent.seen(), 8_000);
    }
}
