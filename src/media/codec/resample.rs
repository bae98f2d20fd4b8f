//! Between 8, 16 and 48 kHz, by rubato's FFT resampler.

use rubato::audioadapter_buffers::direct::SequentialSlice;
use rubato::{Fft, FixedSync, Resampler as _};

/// A pair of rates that is not resampled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no resampling from {from} Hz to {to} Hz")]
pub struct BadRate {
    /// Of the source.
    pub from: u32,
    /// Wanted.
    pub to: u32,
}

/// Resamples one stream, 20 ms at a time. Delays it by about 10 ms.
pub struct Resampler {
    fft: Option<Fft<f32>>,
    input: Vec<f32>,
    output: Vec<f32>,
}

impl Resampler {
    /// From one rate to another; each is 8000, 16000 or 48000 for 20 ms frames to come out
    /// even. Equal rates are copied.
    ///
    /// # Errors
    /// [`BadRate`] for a rate that 20 ms do not divide, or zero, or above 192 kHz.
    pub fn new(from: u32, to: u32) -> Result<Resampler, BadRate> {
        let bad = BadRate { from, to };
        let fine = |r: u32| r.is_multiple_of(50) && (1..=192_000).contains(&r);
        if !fine(from) || !fine(to) {
            return Err(bad);
        }
        let (frames_in, frames_out) = (from as usize / 50, to as usize / 50);
        let fft = if from == to {
            None
        } else {
            let fft = Fft::new_custom(
                from as usize,
                to as usize,
                frames_in,
                1,
                1,
                rubato::WindowFunction::BlackmanHarris2,
                FixedSync::Both,
            )
            .map_err(|_| bad)?;
            if fft.input_frames_next() != frames_in || fft.output_frames_next() != frames_out {
                return Err(bad);
            }
            Some(fft)
        };
        Ok(Resampler {
            fft,
            input: vec![0.0; frames_in],
            output: vec![0.0; frames_out],
        })
    }

    /// Samples that it delays the stream by, at the output's rate.
    pub fn delay(&self) -> usize {
        self.fft.as_ref().map_or(0, |f| f.output_delay())
    }

    /// Samples in 20 ms of the input.
    pub fn input_frame(&self) -> usize {
        self.input.len()
    }

    /// Resamples 20 ms (what is missing is silence) and appends 20 ms to `out`.
    /// Does not allocate once `out` has grown.
    pub fn process(&mut self, pcm: &[i16], out: &mut Vec<i16>) {
        let (frames_in, frames_out) = (self.input.len(), self.output.len());
        for (i, slot) in self.input.iter_mut().enumerate() {
            *slot = pcm.get(i).map_or(0.0, |&s| f32::from(s));
        }
        let done = match &mut self.fft {
            None => false,
            Some(fft) => {
                let input = SequentialSlice::new(&self.input, 1, frames_in);
                let output = SequentialSlice::new_mut(&mut self.output, 1, frames_out);
                match (input, output) {
                    (Ok(i), Ok(mut o)) => fft.process_into_buffer(&i, &mut o, None).is_ok(),
                    _ => false,
                }
            }
        };
        if done {
            // `as` saturates: overshoot at full scale is clipped.
            out.extend(self.output.iter().map(|&s| s.round() as i16));
        } else {
            out.extend(self.input.iter().map(|&s| s as i16));
        }
    }
}

/// A whole recording, its delay taken off: as long as the original. Not for live streams.
///
/// # Errors
/// [`BadRate`], as [`Resampler::new`].
pub fn whole(pcm: &[i16], from: u32, to: u32) -> Result<Vec<i16>, BadRate> {
    if from == to {
        return Ok(pcm.to_vec());
    }
    let mut resampler = Resampler::new(from, to)?;
    let delay = resampler.delay();
    let wanted = (pcm.len() as u64 * u64::from(to)).div_ceil(u64::from(from)) as usize;
    let mut out = Vec::with_capacity(wanted + delay + to as usize / 25);
    let frame = resampler.input_frame();
    for chunk in pcm.chunks(frame) {
        resampler.process(chunk, &mut out);
    }
    while out.len() < wanted + delay {
        resampler.process(&[], &mut out);
    }
    out.drain(..delay);
    out.truncate(wanted);
    Ok(out)
}
