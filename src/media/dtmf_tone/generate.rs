//! Makes the tones of a key (ITU-T Q.23), for a listener that takes keys in no other way.

use std::f32::consts::TAU;

use super::{FREQUENCIES, KEYPAD};
use crate::ids::Key;

/// Amplitudes of row and column: −10 and −8 dBm0, the column stronger as lines weaken it
/// more. Full scale is 3.17 dBm0.
const AMPLITUDE: [f32; 2] = [7_190.0, 9_050.0];

/// The tones of one key, without end.
#[derive(Clone, Debug)]
pub struct ToneGenerator {
    /// Turns per sample, and where each tone stands.
    step: [f32; 2],
    turn: [f32; 2],
}

impl ToneGenerator {
    /// For audio of `sample_rate` Hz.
    pub fn new(key: Key, sample_rate: u32) -> ToneGenerator {
        let at = KEYPAD
            .iter()
            .position(|k| char::from(*k) == key.as_char())
            .unwrap_or(0);
        let step = |f: f32| f / sample_rate.max(1) as f32;
        ToneGenerator {
            step: [step(FREQUENCIES[at / 4]), step(FREQUENCIES[4 + at % 4])],
            turn: [0.0; 2],
        }
    }

    /// The next `samples`, appended to `out`.
    pub fn extend(&mut self, samples: usize, out: &mut Vec<i16>) {
        out.extend((0..samples).map(|_| {
            let mut sum = 0.0;
            for ((turn, step), a) in self.turn.iter_mut().zip(self.step).zip(AMPLITUDE) {
                sum += a * (*turn * TAU).sin();
                *turn = (*turn + step).fract();
            }
            sum as i16
        }));
    }
}
