//! The in-band DTMF detector, per packet of 20 ms: on silence, on noise and on a held key.

use criterion::{Criterion, criterion_group, criterion_main};
use zeroline::media::dtmf_tone::ToneDetector;

fn packets(sample: impl Fn(usize) -> f64) -> Vec<i16> {
    (0..8000).map(|n| sample(n) as i16).collect()
}

fn tone_detector(c: &mut Criterion) {
    let sine = |f: f64, n: usize| 5000.0 * (n as f64 / 8000.0 * f * std::f64::consts::TAU).sin();
    let inputs = [
        ("silence", packets(|_| 0.0)),
        (
            "noise",
            packets(|n| ((n as u64).wrapping_mul(6364136223846793005) >> 50) as f64 - 8192.0),
        ),
        ("key", packets(|n| sine(941.0, n) + sine(1336.0, n))),
    ];
    for (name, pcm) in &inputs {
        let mut detector = ToneDetector::new(8000);
        let mut at = 0;
        c.bench_function(&format!("dtmf_tone/{name}"), |b| {
            b.iter(|| {
                at = (at + 160) % pcm.len();
                detector.push(&pcm[at..at + 160], |k| {
                    std::hint::black_box(k);
                });
            })
        });
    }
}

criterion_group!(benches, tone_detector);
criterion_main!(benches);
