//! Keys as tones in the audio (ITU-T Q.23), for peers that do not speak telephone-event.
//!
//! Every 10 ms the last 20 ms are looked at through a Hann window at the eight frequencies
//! of the keypad. The window is symmetric, so the block is folded about its middle and each
//! frequency costs one multiplication per pair of samples. Where a pair of tones makes up
//! most of the signal, the phase advance over 5 ms tells how far each is from its nominal
//! frequency: this is what parts a key from speech, not the energies alone.
//!
//! A key needs three such looks in a row, which is never less than 30 ms of tone and always
//! true of 40 ms.

mod generate;

use std::f32::consts::PI;

pub use generate::ToneGenerator;

use crate::ids::Key;

/// The frequencies of rows and columns in Hz (Q.23).
const FREQUENCIES: [f32; 8] = [697.0, 770.0, 852.0, 941.0, 1209.0, 1336.0, 1477.0, 1633.0];
const KEYPAD: &[u8; 16] = b"123A456B789C*0#D";

/// Deviation from the nominal frequency that is still a key: Q.24 asks for 1.5 % to be
/// taken (some say 1.8 %) and 3.5 % to be refused.
const MAX_DEVIATION: f32 = 0.024;
/// The same for one look alone; the limit above holds for the mean of three.
const MAX_DEVIATION_OF_A_LOOK: f32 = 0.03;
/// Column against row, as power ratios: 9.3 dB weaker to 5.3 dB stronger. Most
/// administrations in Q.24 ask for 8 and 4; the rest is room for noise.
const MIN_TWIST: f32 = 0.117;
const MAX_TWIST: f32 = 3.39;
/// Mean square of a tone of −39 dBm0; 0 dBm0 is 3.17 dB below a full-scale sine (µ-law).
const MIN_TONE_POWER: f32 = 32_580.0;
/// How much of the signal the pair must be, before the frequencies are known.
const COARSE_SHARE: f32 = 0.5;
/// How much of the signal the pair must be: 0.83 is a signal-to-noise ratio of 7 dB, or a
/// tone that fills the window but for 5 ms.
const MIN_SHARE: f32 = 0.83;
/// How much of the signal a held key must stay, so that a voice over it does not part it.
const HOLD_SHARE: f32 = 0.3;
/// Largest change of either tone's power from one look to the next: 3 dB.
const MAX_STEP: f32 = 2.0;
/// Looks in a row that make a key.
const LOOKS: u8 = 3;
/// Looks without the key until it counts as released: a gap of 35 ms always does, a lost
/// packet of 20 ms within a long press never.
const RELEASE: u8 = 4;

/// Finds keys in audio. Pure; one per leg, some 6 KiB.
pub struct ToneDetector {
    tables: Tables,
    /// Sum and count of the input samples that become the next one at 8 kHz.
    decimate: (i32, u32),
    factor: u32,
    /// The last 25 ms: the window, and the 5 ms before it for the phase.
    history: [f32; HISTORY],
    /// How many samples of the newest hop have come.
    filled: usize,
    state: State,
}

/// 10 ms, 20 ms, 5 ms at 8 kHz.
const HOP: usize = 80;
const WINDOW: usize = 2 * HOP;
const HALF: usize = HOP;
const PHASE_STEP: usize = 40;
const HISTORY: usize = WINDOW + PHASE_STEP;

/// Cosines and sines about the middle of the window, already weighted; one row per pair of
/// samples, one lane per frequency, so that the eight are worked on side by side.
struct Tables {
    cos: Box<[[f32; 8]; HALF]>,
    sin: Box<[[f32; 8]; HALF]>,
    window_squared: Box<[f32; WINDOW]>,
    /// Samples per second after decimation.
    rate: f32,
}

/// What one look saw: a pair of tones that could be a key.
#[derive(Clone, Copy)]
struct Look {
    key: Key,
    /// Mean square of row and column.
    power: [f32; 2],
    /// Relative deviation of row and column.
    deviation: [f32; 2],
}

#[derive(Clone, Copy, Default)]
struct State {
    /// Looks in a row that saw this pair, and the sum of their deviations.
    candidate: Option<(Look, u8)>,
    /// The key that is down and for how many looks it was not seen.
    held: Option<(Key, u8)>,
}

impl ToneDetector {
    /// A detector for audio of `sample_rate` Hz. 8000 is the native rate; multiples of it
    /// are averaged down, which is good enough below 2 kHz.
    pub fn new(sample_rate: u32) -> ToneDetector {
        let factor = ((sample_rate + 4000) / 8000).max(1);
        ToneDetector {
            tables: Tables::new(sample_rate.max(4000) as f32 / factor as f32),
            decimate: (0, 0),
            factor,
            history: [0.0; HISTORY],
            filled: 0,
            state: State::default(),
        }
    }

    /// The next samples, in chunks of any size. `on_key` is told each press once, 35 to
    /// 45 ms after its begin.
    pub fn push(&mut self, pcm: &[i16], mut on_key: impl FnMut(Key)) {
        if self.factor == 1 {
            let mut rest = pcm;
            while !rest.is_empty() {
                let n = rest.len().min(HOP - self.filled);
                let (now, later) = rest.split_at(n);
                let at = HISTORY - HOP + self.filled;
                for (to, &from) in self.history[at..at + n].iter_mut().zip(now) {
                    *to = f32::from(from);
                }
                rest = later;
                self.advance(n, &mut on_key);
            }
        } else {
            for &s in pcm {
                self.decimate.0 += i32::from(s);
                self.decimate.1 += 1;
                if self.decimate.1 == self.factor {
                    self.history[HISTORY - HOP + self.filled] =
                        self.decimate.0 as f32 / self.factor as f32;
                    self.decimate = (0, 0);
                    self.advance(1, &mut on_key);
                }
            }
        }
    }

    /// Whether a key is down, as far as is known by now.
    pub fn is_down(&self) -> bool {
        self.state.held.is_some()
    }

    /// Audio is missing here (a lost packet, a new codec): a half-seen key is forgotten, a
    /// held one stays held.
    pub fn gap(&mut self) {
        self.state.candidate = None;
    }

    fn advance(&mut self, n: usize, on_key: &mut impl FnMut(Key)) {
        self.filled += n;
        if self.filled < HOP {
            return;
        }
        let seen = self
            .tables
            .look(&self.history, self.state.held.map(|h| h.0));
        if let Some(key) = self.state.after(seen) {
            on_key(key);
        }
        self.history.copy_within(HOP.., 0);
        self.filled = 0;
    }
}

/// What a look means for the key that is down, and for one that may be coming.
struct Seen {
    /// A pair that passes every test.
    look: Option<Look>,
    /// The held key is still there, by the looser test.
    still_held: bool,
}

impl State {
    fn after(&mut self, seen: Seen) -> Option<Key> {
        if let Some((key, missed)) = &mut self.held {
            if seen.still_held || seen.look.is_some_and(|l| l.key == *key) {
                *missed = 0;
            } else {
                *missed += 1;
                if *missed >= RELEASE {
                    self.held = None;
                }
            }
        }
        let Some(look) = seen.look else {
            self.candidate = None;
            return None;
        };
        let (sum, looks) = match self.candidate {
            Some((sum, looks)) if look.continues(&sum) => (look.with(&sum), looks + 1),
            _ => (look, 1),
        };
        self.candidate = Some((sum, looks.min(LOOKS)));
        let mean_ok = sum
            .deviation
            .iter()
            .all(|d| d.abs() <= MAX_DEVIATION * f32::from(looks));
        if looks == LOOKS && mean_ok && self.held.is_none_or(|h| h.0 != look.key) {
            self.held = Some((look.key, 0));
            return Some(look.key);
        }
        None
    }
}

impl Look {
    /// The same pair at about the same level.
    fn continues(&self, earlier: &Look) -> bool {
        self.key == earlier.key
            && self
                .power
                .iter()
                .zip(&earlier.power)
                .all(|(now, then)| *now < then * MAX_STEP && *then < now * MAX_STEP)
    }

    /// This look's powers with the deviations summed.
    fn with(&self, earlier: &Look) -> Look {
        let sum = |i: usize| self.deviation[i] + earlier.deviation[i];
        Look {
            deviation: [sum(0), sum(1)],
            ..*self
        }
    }
}

impl Tables {
    fn new(rate: f32) -> Tables {
        let mut t = Tables {
            cos: Box::new([[0.0; 8]; HALF]),
            sin: Box::new([[0.0; 8]; HALF]),
            window_squared: Box::new([0.0; WINDOW]),
            rate,
        };
        for n in 0..HALF {
            // Sample HALF + n is this far right of the middle, HALF - 1 - n as far left.
            let x = n as f32 + 0.5;
            let w = 0.5 + 0.5 * (PI * x / HALF as f32).cos();
            for (lane, f) in FREQUENCIES.iter().enumerate() {
                let (sin, cos) = (2.0 * PI * f / rate * x).sin_cos();
                t.cos[n][lane] = w * cos;
                t.sin[n][lane] = w * sin;
            }
            t.window_squared[HALF + n] = w * w;
            t.window_squared[HALF - 1 - n] = w * w;
        }
        t
    }

    fn look(&self, history: &[f32; HISTORY], held: Option<Key>) -> Seen {
        let nothing = Seen {
            look: None,
            still_held: false,
        };
        let (_, window) = history.split_at(PHASE_STEP);
        // Mean square through the window; the sum of the squared Hann weights is 3/8 N.
        let total: f32 = lanes_sum(window, &self.window_squared[..]) / (0.375 * WINDOW as f32);
        if total < 2.0 * MIN_TONE_POWER {
            return nothing;
        }
        let (re, im) = self.all(window);
        let mut power = [0.0f32; 8];
        for ((p, re), im) in power.iter_mut().zip(re).zip(im) {
            // A sine of amplitude A gives A N/4: its mean square is 8 |X|²/N².
            *p = (re * re + im * im) * (8.0 / (WINDOW * WINDOW) as f32);
        }
        let row = loudest(&power[..4]);
        let column = loudest(&power[4..]) + 4;
        let key = KEYPAD
            .get(row * 4 + column - 4)
            .and_then(|&b| Key::from_char(char::from(b)));
        let (Some(key), coarse) = (key, power[row] + power[column]) else {
            return nothing;
        };
        let still_held = held == Some(key) && coarse > HOLD_SHARE * total;
        let missing = Seen {
            look: None,
            still_held,
        };
        if coarse < COARSE_SHARE * total {
            return missing;
        }
        // How far the phase moved over 5 ms beyond what the nominal frequency would.
        let mut pair = Look {
            key,
            power: [0.0; 2],
            deviation: [0.0; 2],
        };
        for (i, lane) in [row, column].into_iter().enumerate() {
            let (re0, im0) = self.one(history, lane);
            let nominal = 2.0 * PI * FREQUENCIES[lane] * PHASE_STEP as f32 / self.rate;
            // The sine sums carry the opposite sign of the phase.
            let moved = im0.atan2(re0) - im[lane].atan2(re[lane]) - nominal;
            let moved = moved - 2.0 * PI * (moved / (2.0 * PI)).round();
            let hz = moved * self.rate / (2.0 * PI * PHASE_STEP as f32);
            pair.deviation[i] = hz / FREQUENCIES[lane];
            pair.power[i] = power[lane] / response(hz * WINDOW as f32 / self.rate);
        }
        let [r, c] = pair.power;
        let good = pair
            .deviation
            .iter()
            .all(|d| d.abs() <= MAX_DEVIATION_OF_A_LOOK)
            && r.min(c) >= MIN_TONE_POWER
            && c >= MIN_TWIST * r
            && c <= MAX_TWIST * r
            && r + c >= MIN_SHARE * total;
        Seen {
            look: good.then_some(pair),
            still_held,
        }
    }

    /// The spectrum at all eight frequencies, phase counted from the middle of the window.
    fn all(&self, window: &[f32]) -> ([f32; 8], [f32; 8]) {
        let (mut re, mut im) = ([[0.0f32; 8]; 2], [[0.0f32; 8]; 2]);
        let (left, right) = window.split_at(HALF);
        let mut folded = [(0.0f32, 0.0f32); HALF];
        for ((f, r), l) in folded.iter_mut().zip(right).zip(left.iter().rev()) {
            *f = (r + l, r - l);
        }
        // Two sets of sums: one alone would wait for its own additions.
        for ((f, cos), sin) in folded
            .chunks_exact(2)
            .zip(self.cos.chunks_exact(2))
            .zip(self.sin.chunks_exact(2))
        {
            for half in 0..2 {
                let (even, odd) = f[half];
                for lane in 0..8 {
                    re[half][lane] += even * cos[half][lane];
                    im[half][lane] += odd * sin[half][lane];
                }
            }
        }
        let join = |s: [[f32; 8]; 2]| std::array::from_fn(|lane| s[0][lane] + s[1][lane]);
        (join(re), join(im))
    }

    /// The spectrum at one of the frequencies.
    fn one(&self, window: &[f32], lane: usize) -> (f32, f32) {
        let (left, right) = window[..WINDOW].split_at(HALF);
        let (mut re, mut im) = (0.0, 0.0);
        for (((r, l), cos), sin) in right
            .iter()
            .zip(left.iter().rev())
            .zip(self.cos.iter())
            .zip(self.sin.iter())
        {
            re += (r + l) * cos[lane];
            im += (r - l) * sin[lane];
        }
        (re, im)
    }
}

/// `Σ x² w`, in eight sums side by side.
fn lanes_sum(x: &[f32], w: &[f32]) -> f32 {
    let mut sums = [0.0f32; 8];
    for (x, w) in x.chunks_exact(8).zip(w.chunks_exact(8)) {
        for lane in 0..8 {
            sums[lane] += x[lane] * x[lane] * w[lane];
        }
    }
    sums.iter().sum()
}

fn loudest(power: &[f32]) -> usize {
    let mut best = 0;
    for (i, p) in power.iter().enumerate() {
        if *p > power[best] {
            best = i;
        }
    }
    best
}

/// Power response of the Hann window `bins` away from its centre.
fn response(bins: f32) -> f32 {
    let x = bins.clamp(-0.9, 0.9);
    if x.abs() < 1e-3 {
        return 1.0;
    }
    let amplitude = (PI * x).sin() / (PI * x) / (1.0 - x * x);
    amplitude * amplitude
}

#[cfg(test)]
mod tests;
