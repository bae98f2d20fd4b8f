//! From the rate of a recording to that of a master.

use rubato::audioadapter_buffers::direct::SequentialSlice;
use rubato::{Fft, FixedSync, Resampler as _};

use super::Wrong;

/// The rates that recordings are made in.
pub(super) const RATES: [u32; 11] = [
    8000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 88_200, 96_000,
];

/// As long as the original; equal rates are copied.
pub(super) fn convert(samples: &[f32], from: u32, to: u32) -> Result<Vec<f32>, Wrong> {
    if from == to {
        return Ok(samples.to_vec());
    }
    let bad = |e: &dyn std::fmt::Display| {
        let what = format!("no way from {from} to {to} samples per second: {e}");
        Wrong::new(what, "convert it to 16000")
    };
    let mut fft = Fft::<f32>::new(from as usize, to as usize, 1024, 1, FixedSync::Both)
        .map_err(|e| bad(&e))?;
    let input = SequentialSlice::new(samples, 1, samples.len()).map_err(|e| bad(&e))?;
    let output = fft
        .process_all(&input, samples.len(), None)
        .map_err(|e| bad(&e))?;
    Ok(output.take_data())
}
