//! Sound in and out: G.711 from its tables, tones, and what was heard.

/// G.711 law.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Law {
    /// µ-law, payload type 0.
    Mu,
    /// A-law, payload type 8.
    A,
}

impl Law {
    /// By the static payload type (RFC 3551).
    pub fn of(payload_type: u8) -> Option<Law> {
        match payload_type {
            0 => Some(Law::Mu),
            8 => Some(Law::A),
            _ => None,
        }
    }

    /// One byte's value, 16 bit (G.711 tables 1 and 2).
    pub fn decode(self, byte: u8) -> i16 {
        match self {
            Law::Mu => {
                let b = !byte;
                let magnitude = ((i32::from(b & 15) << 3) + 0x84) << ((b >> 4) & 7);
                let v = magnitude - 0x84;
                (if b & 0x80 != 0 { -v } else { v }) as i16
            }
            Law::A => {
                let b = byte ^ 0x55;
                let (segment, low) = ((b >> 4) & 7, i32::from(b & 15) << 4);
                let v = match segment {
                    0 => low + 8,
                    n => (low + 0x108) << (n - 1),
                };
                (if b & 0x80 != 0 { v } else { -v }) as i16
            }
        }
    }

    /// The byte whose value is nearest; of two equally near the first.
    pub fn encode(self, sample: i16) -> u8 {
        // Slow and obviously right, through a table made once.
        static TABLES: [std::sync::OnceLock<Vec<u8>>; 2] =
            [std::sync::OnceLock::new(), std::sync::OnceLock::new()];
        let table = TABLES[self as usize].get_or_init(|| {
            let mut values: Vec<(i16, u8)> = (0..=255).map(|b| (self.decode(b), b)).collect();
            // µ-law has two zeros; the positive one is usual.
            values.sort_by_key(|&(v, b)| (v, !b));
            values.dedup_by_key(|&mut (v, _)| v);
            let mut at = 0;
            (i16::MIN..=i16::MAX)
                .map(|s| {
                    let distance = |i: usize| (i32::from(values[i].0) - i32::from(s)).abs();
                    while at + 1 < values.len() && distance(at + 1) < distance(at) {
                        at += 1;
                    }
                    values[at].1
                })
                .collect()
        });
        table[(i32::from(sample) + 32768) as usize]
    }
}

/// A sine, 8 kHz.
pub fn sine(hz: f64, amplitude: f64, seconds: f64) -> Vec<i16> {
    (0..(seconds * 8000.0) as usize)
        .map(|n| (amplitude * (n as f64 / 8000.0 * hz * std::f64::consts::TAU).sin()) as i16)
        .collect()
}

/// Both frequencies of a key (Q.23).
pub fn key_tones(key: char) -> (f64, f64) {
    let i = "123A456B789C*0#D".find(key).expect("a key of the keypad");
    (
        [697.0, 770.0, 852.0, 941.0][i / 4],
        [1209.0, 1336.0, 1477.0, 1633.0][i % 4],
    )
}

/// Something to say that no codec and no encoder changes: a tune of steps whose every sample
/// is a value of the law, so that whoever encodes it must come to the same bytes.
pub fn exact(law: Law, seconds: f64, seed: u32) -> Vec<i16> {
    let mut s = seed;
    let mut hz = 300.0;
    let mut phase = 0.0f64;
    (0..(seconds * 8000.0) as usize)
        .map(|n| {
            if n % 800 == 0 {
                s = s.wrapping_mul(1664525).wrapping_add(1013904223);
                hz = 200.0 + f64::from(s >> 22);
            }
            phase += hz / 8000.0 * std::f64::consts::TAU;
            match law.decode(law.encode((4000.0 * phase.sin()) as i16)) {
                0 => 8, // µ-law has two bytes for 0
                v => v,
            }
        })
        .collect()
}

/// Power of one frequency as a share of the whole, 0 to 1; 0 for silence.
pub fn share(pcm: &[i16], hz: f64) -> f64 {
    let (mut re, mut im, mut all) = (0.0, 0.0, 0.0);
    for (n, &s) in pcm.iter().enumerate() {
        let (sin, cos) = (n as f64 / 8000.0 * hz * std::f64::consts::TAU).sin_cos();
        let s = f64::from(s);
        re += s * cos;
        im += s * sin;
        all += s * s;
    }
    if pcm.is_empty() || all / (pcm.len() as f64) < 100.0 {
        return 0.0;
    }
    2.0 * (re * re + im * im) / (pcm.len() as f64 * all)
}

/// Root mean square.
pub fn rms(pcm: &[i16]) -> f64 {
    let sum: f64 = pcm.iter().map(|&s| f64::from(s) * f64::from(s)).sum();
    (sum / pcm.len().max(1) as f64).sqrt()
}

/// Whether nothing can be heard.
pub fn silent(pcm: &[i16]) -> bool {
    rms(pcm) < 50.0
}
