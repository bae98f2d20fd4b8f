use super::*;
use proptest::prelude::*;

const ALL: &str = "123A456B789C*0#D";

/// One press: what is varied about it.
#[derive(Clone, Copy, Debug)]
struct Press {
    key: char,
    ms: u32,
    /// Level of the row in dBm0, column against row in dB.
    level: f32,
    twist: f32,
    /// Relative deviation of row and column.
    deviation: (f32, f32),
}

impl Press {
    fn of(key: char) -> Press {
        Press {
            key,
            ms: 45,
            level: -10.0,
            twist: 0.0,
            deviation: (0.0, 0.0),
        }
    }
}

/// A line under test: presses, pauses and noise, at a sample rate.
struct Line {
    rate: u32,
    pcm: Vec<f32>,
    seed: u64,
}

impl Line {
    fn new(rate: u32) -> Line {
        Line {
            rate,
            pcm: Vec::new(),
            seed: 1,
        }
    }

    fn samples(&self, ms: u32) -> usize {
        (self.rate * ms / 1000) as usize
    }

    fn pause(&mut self, ms: u32) {
        self.pcm.resize(self.pcm.len() + self.samples(ms), 0.0);
    }

    fn press(&mut self, p: Press) {
        let i = ALL.find(p.key).expect("a key");
        let tone = |f: f32, dev: f32, dbm0: f32| {
            // 3.17 dBm0 is a full-scale sine.
            let amplitude = 32767.0 * 10f32.powf((dbm0 - 3.17) / 20.0);
            (f * (1.0 + dev), amplitude)
        };
        let (fr, ar) = tone(FREQUENCIES[i / 4], p.deviation.0, p.level);
        let (fc, ac) = tone(FREQUENCIES[4 + i % 4], p.deviation.1, p.level + p.twist);
        for n in 0..self.samples(p.ms) {
            let t = n as f64 / f64::from(self.rate) * std::f64::consts::TAU;
            let s =
                ar * (t * f64::from(fr)).sin() as f32 + ac * (t * f64::from(fc) + 0.7).sin() as f32;
            self.pcm.push(s);
        }
    }

    fn tone(&mut self, ms: u32, tones: &[(f32, f32)]) {
        for n in 0..self.samples(ms) {
            let t = n as f64 / f64::from(self.rate) * std::f64::consts::TAU;
            let s: f64 = tones
                .iter()
                .map(|&(f, dbm0)| {
                    32767.0 * 10f64.powf((f64::from(dbm0) - 3.17) / 20.0) * (t * f64::from(f)).sin()
                })
                .sum();
            self.pcm.push(s as f32);
        }
    }

    /// About Gaussian: the sum of twelve uniform numbers.
    fn noise(&mut self, dbm0: f32) {
        let rms = 32767.0 * 10f32.powf((dbm0 - 3.17) / 20.0) / 2f32.sqrt();
        for s in &mut self.pcm {
            let mut g = -6.0;
            for _ in 0..12 {
                self.seed = self.seed.wrapping_mul(6364136223846793005).wrapping_add(1);
                g += (self.seed >> 40) as f32 / (1u64 << 24) as f32;
            }
            *s += g * rms;
        }
    }

    fn keys(&self) -> String {
        let pcm: Vec<i16> = self
            .pcm
            .iter()
            .map(|s| s.clamp(-32768.0, 32767.0) as i16)
            .collect();
        let mut detector = ToneDetector::new(self.rate);
        let mut keys = String::new();
        for chunk in pcm.chunks((self.rate / 50) as usize) {
            detector.push(chunk, |k| keys.push(k.as_char()));
        }
        keys
    }
}

/// Every key pressed as `change` says, at eleven places relative to the detector's hops.
fn pressed(rate: u32, noise: Option<f32>, change: impl Fn(&mut Press)) -> (usize, String) {
    let mut wrong = String::new();
    let mut right = 0;
    for offset in 0..11 {
        let mut line = Line::new(rate);
        line.seed = 77 + u64::from(offset);
        line.pause(30 + offset);
        for key in ALL.chars() {
            let mut p = Press::of(key);
            change(&mut p);
            line.press(p);
            line.pause(45);
        }
        line.pause(40);
        if let Some(dbm0) = noise {
            line.noise(dbm0);
        }
        let keys = line.keys();
        if keys == ALL {
            right += 1;
        } else {
            wrong = format!("offset {offset}: {keys}");
        }
    }
    (right, wrong)
}

#[track_caller]
fn all_heard(rate: u32, noise: Option<f32>, change: impl Fn(&mut Press)) {
    let (right, wrong) = pressed(rate, noise, change);
    assert_eq!(right, 11, "{wrong}");
}

#[track_caller]
fn none_heard(change: impl Fn(&mut Press)) {
    for offset in 0..11 {
        for key in ALL.chars() {
            let mut line = Line::new(8000);
            line.pause(30 + offset);
            let mut p = Press::of(key);
            change(&mut p);
            line.press(p);
            line.pause(100);
            assert_eq!(line.keys(), "", "{p:?} at {offset}");
        }
    }
}

#[test]
fn keys_of_45_ms_with_gaps_of_45_ms() {
    all_heard(8000, None, |_| {});
    all_heard(16000, None, |_| {});
    all_heard(48000, None, |_| {});
    all_heard(8000, None, |p| p.ms = 40);
}

#[test]
fn levels_from_0_to_minus_30_dbm0() {
    for level in [0.0, -3.0, -6.0, -20.0, -30.0] {
        all_heard(8000, None, |p| p.level = level);
    }
}

#[test]
fn frequencies_off_by_up_to_1_5_percent_and_not_by_3_5() {
    for (row, column) in [(1.0, 1.0), (-1.0, 1.0), (1.0, -1.0), (-1.0, -1.0)] {
        for percent in [1.3, 1.5] {
            let d = percent / 100.0;
            all_heard(8000, None, |p| p.deviation = (row * d, column * d));
            all_heard(8000, Some(-22.5), |p| p.deviation = (row * d, column * d));
        }
    }
    for percent in [3.5, -3.5, 4.0, -4.0, 5.0, -5.0] {
        for both in [(percent, 0.0), (0.0, percent), (percent, percent)] {
            let d = (both.0 / 100.0, both.1 / 100.0);
            none_heard(|p| {
                p.deviation = d;
                p.ms = 300;
            });
        }
    }
}

#[test]
fn twist_of_plus_3_and_minus_7_db_and_not_of_12() {
    for twist in [4.0, -8.0] {
        all_heard(8000, None, |p| p.twist = twist);
    }
    for twist in [3.0, -7.0] {
        all_heard(8000, None, |p| p.twist = twist);
        // 15 dB below both tones together, −10 dBm0 the stronger.
        all_heard(8000, Some(-24.3), |p| {
            p.twist = twist;
            p.level = -10.0 - twist.max(0.0);
        });
    }
    for twist in [12.0, -12.0] {
        none_heard(|p| {
            p.twist = twist;
            p.ms = 300;
        });
    }
}

#[test]
fn tones_of_20_ms_are_no_keys() {
    none_heard(|p| p.ms = 20);
    none_heard(|p| p.ms = 10);
}

#[test]
fn noise_15_db_below_the_key() {
    // Two tones of −10 dBm0 are −7 dBm0 together.
    all_heard(8000, Some(-22.0), |_| {});
    all_heard(16000, Some(-22.0), |_| {});
}

#[test]
fn a_long_key_is_one_key_whatever_happens_to_it() {
    let mut line = Line::new(8000);
    let mut p = Press::of('0');
    p.ms = 2000;
    line.pause(33);
    line.press(p);
    line.pause(45);
    p.ms = 1000;
    line.press(p);
    // A lost packet, in the middle of the second press.
    line.pcm[8000 * 25 / 10..8000 * 252 / 100].fill(0.0);
    assert_eq!(line.keys(), "00");
}

#[test]
fn a_key_that_glides_into_another_is_two() {
    let mut line = Line::new(8000);
    for key in ['1', '2', '3', '2'] {
        let mut p = Press::of(key);
        p.ms = 80;
        line.press(p);
    }
    line.pause(50);
    assert_eq!(line.keys(), "1232");
}

#[test]
fn call_progress_tones_are_no_keys() {
    // Dial tones and ringing of Europe, Britain, North America; fax; single key tones.
    for tones in [
        &[(425.0, -10.0)][..],
        &[(350.0, -13.0), (440.0, -13.0)],
        &[(440.0, -16.0), (480.0, -16.0)],
        &[(480.0, -21.0), (620.0, -21.0)],
        &[(400.0, -13.0), (450.0, -13.0)],
        &[(950.0, -10.0)],
        &[(1100.0, -10.0)],
        &[(1400.0, -10.0)],
        &[(1800.0, -10.0)],
        &[(2100.0, -10.0)],
        &[(697.0, -10.0)],
        &[(1336.0, -10.0)],
        &[(697.0, -10.0), (770.0, -10.0)],
        &[(1209.0, -10.0), (1336.0, -10.0)],
        &[(697.0, -10.0), (1209.0, -10.0), (1477.0, -10.0)],
        &[(1000.0, -10.0), (2000.0, -10.0)],
    ] {
        let mut line = Line::new(8000);
        line.tone(2000, tones);
        assert_eq!(line.keys(), "", "{tones:?}");
    }
}

#[test]
fn noise_and_silence_are_no_keys() {
    let mut line = Line::new(8000);
    line.pause(60_000);
    assert_eq!(line.keys(), "");
    line.noise(-5.0);
    assert_eq!(line.keys(), "");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn chunks_of_any_size_give_the_same_keys(sizes in prop::collection::vec(1usize..900, 1..40)) {
        let mut line = Line::new(8000);
        for key in "08*A".chars() {
            line.press(Press::of(key));
            line.pause(45);
        }
        line.pause(40);
        let pcm: Vec<i16> = line.pcm.iter().map(|&s| s as i16).collect();
        let mut detector = ToneDetector::new(8000);
        let mut keys = String::new();
        let mut rest = &pcm[..];
        for n in sizes.iter().cycle() {
            if rest.is_empty() { break }
            let (now, later) = rest.split_at((*n).min(rest.len()));
            detector.push(now, |k| keys.push(k.as_char()));
            rest = later;
        }
        prop_assert_eq!(keys, "08*A");
    }

    #[test]
    fn keys_as_phones_send_them(
        key in 0usize..16, ms in 45u32..300, level in -27f32..-3.0, twist in -7f32..3.0,
        row in -0.013f32..0.013, column in -0.013f32..0.013, offset in 0u32..20, snr in 15f32..40.0,
    ) {
        let mut line = Line::new(8000);
        let key = ALL.as_bytes()[key] as char;
        line.pause(30 + offset);
        line.press(Press { key, ms, level, twist, deviation: (row, column) });
        line.pause(100);
        let both = level + 10.0 * (1.0 + 10f32.powf(twist / 10.0)).log10();
        line.noise(both - snr);
        prop_assert_eq!(line.keys(), key.to_string());
    }
}
