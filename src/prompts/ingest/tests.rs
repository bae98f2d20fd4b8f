//! Loudness is proven by measuring what came out, and no bytes make a decoder fail.

use super::level::{Level, PEAK, TARGET, clipped, measure};
use super::raw::{Raw, decode as decode_raw};
use super::*;
use proptest::prelude::*;

const MP3: &[u8] = include_bytes!("fixtures/voice.mp3");
const FLAC: &[u8] = include_bytes!("fixtures/voice.flac");
const OGG: &[u8] = include_bytes!("fixtures/voice.ogg");
const ULAW_WAV: &[u8] = include_bytes!("fixtures/voice-ulaw.wav");

fn floats(master: &Master) -> Vec<f32> {
    let unit = |&s: &i16| f32::from(s) / 32_768.0;
    master.samples.iter().map(unit).collect()
}

fn level(master: &Master) -> Level {
    measure(&floats(master), master.rate)
}

/// A voice-like sound: harmonics that swell four times a second.
fn voice(rate: u32, seconds: f64, amplitude: f64) -> Sound {
    let n = (f64::from(rate) * seconds) as u32;
    let samples = (0..n).map(|i| {
        let t = f64::from(i) / f64::from(rate) * std::f64::consts::TAU;
        let tone = (180.0 * t).sin() + 0.6 * (540.0 * t).sin() + 0.3 * (1260.0 * t).sin();
        (amplitude * 0.5 * tone * (0.55 + 0.45 * (4.0 * t).sin())) as f32
    });
    Sound {
        samples: samples.collect(),
        rate,
    }
}

#[track_caller]
fn in_bounds(master: &Master) -> Level {
    let level = level(master);
    assert!(level.peak <= PEAK, "{level:?}");
    level
}

#[test]
fn every_form_comes_out_alike() {
    for (name, bytes, rate) in [
        ("mp3", MP3, WIDE),
        ("flac", FLAC, WIDE),
        ("ogg", OGG, WIDE),
        ("µ-law in WAV", ULAW_WAV, NARROW),
    ] {
        let master = ingest(bytes, WIDE).unwrap_or_else(|e| panic!("{name}: {e}"));
        assert_eq!(master.rate, rate, "{name}");
        let level = in_bounds(&master);
        assert!((level.loudness - TARGET).abs() < 0.1, "{name}: {level:?}");
        // Encoders pad; what they padded is taken off again.
        let seconds = master.duration().as_secs_f64();
        assert!((seconds - 1.8).abs() < 0.03, "{name}: {seconds}");
        assert_eq!(ingest(bytes, NARROW).map(|m| m.rate), Ok(NARROW), "{name}");
    }
}

#[test]
fn rates_and_lengths_are_kept_true() {
    for rate in super::rate::RATES {
        let master = finish(&voice(rate, 1.0, 0.2), WIDE).unwrap();
        let expect = if rate == NARROW { NARROW } else { WIDE };
        assert_eq!(master.rate, expect, "{rate}");
        let samples = master.samples.len() as i64;
        assert!(
            (samples - i64::from(expect)).abs() <= 1,
            "{rate}: {samples}"
        );
        // The tone is still the tone: most of its power at 180 Hz (a Goertzel filter).
        let floats = floats(&master);
        let power = |hz: f64| {
            let w = std::f64::consts::TAU * hz / f64::from(expect);
            let (re, im) = floats
                .iter()
                .zip(0u32..)
                .fold((0.0, 0.0), |(re, im), (&s, i)| {
                    let (sin, cos) = (w * f64::from(i)).sin_cos();
                    (re + f64::from(s) * cos, im + f64::from(s) * sin)
                });
            re * re + im * im
        };
        assert!(power(180.0) > 50.0 * power(300.0), "{rate}");
    }
}

#[test]
fn where_loudness_and_peak_conflict_the_peak_wins() {
    let mut clicks = vec![0.0f32; 16_000 * 3];
    for i in (0..clicks.len()).step_by(4000) {
        clicks[i..i + 8].copy_from_slice(&[0.02, -0.05, 0.09, -0.1, 0.1, -0.09, 0.05, -0.02]);
    }
    let sound = Sound {
        samples: clicks,
        rate: WIDE,
    };
    let level = in_bounds(&finish(&sound, WIDE).unwrap());
    assert!(level.loudness < TARGET - 3.0, "{level:?}");
    assert!(level.peak > PEAK - 0.05, "{level:?}");
}

#[test]
fn sounds_too_short_for_a_block_are_brought_to_the_same_loudness() {
    for ms in [5, 20, 100, 250, 399] {
        for amplitude in [0.02, 0.3, 1.0] {
            let sound = voice(WIDE, f64::from(ms) / 1000.0, amplitude);
            let level = in_bounds(&finish(&sound, WIDE).unwrap());
            let right = (level.loudness - TARGET).abs() < 0.5 || level.peak > PEAK - 0.1;
            assert!(right, "{ms} ms, {amplitude}: {level:?}");
        }
    }
}

#[test]
fn silence_stays_silence_and_noise_is_not_blown_up() {
    let silent = Sound {
        samples: vec![0.0; 8000],
        rate: NARROW,
    };
    assert!(
        finish(&silent, WIDE)
            .unwrap()
            .samples
            .iter()
            .all(|&s| s == 0)
    );
    let hiss: Vec<f32> = (0..32_000u32)
        .map(|i| if i % 7 == 0 { 3e-5 } else { 0.0 })
        .collect();
    let hiss = Sound {
        samples: hiss,
        rate: WIDE,
    };
    let loudest = finish(&hiss, WIDE).unwrap().samples.into_iter().max();
    assert!(loudest <= Some(1), "{loudest:?}");
}

#[test]
fn what_is_too_soft_to_be_meant_stays_as_it_is() {
    let faint = voice(NARROW, 0.1, 0.003);
    let first = finish(&faint, WIDE).unwrap();
    assert_eq!(ingest(&wav::encode(&first), WIDE).unwrap(), first);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..Default::default() })]

    #[test]
    fn a_second_ingest_changes_nothing(
        rate in prop::sample::select(&[8000u32, 16_000, 22_050, 44_100, 48_000][..]),
        tenths in 1u32..30,
        amplitude in 0.003f64..1.9,
    ) {
        let sound = voice(rate, f64::from(tenths) / 10.0, amplitude);
        let first = finish(&sound, WIDE).unwrap();
        let level = level(&first);
        prop_assert!(level.peak <= PEAK, "{:?}", level);
        let second = ingest(&wav::encode(&first), WIDE).unwrap();
        prop_assert_eq!(&first, &second);
    }

    #[test]
    fn what_is_nearly_right_is_left_bit_for_bit(off in -0.45f64..0.45) {
        let right = finish(&voice(WIDE, 2.0, 0.2), WIDE).unwrap();
        let factor = 10f64.powf(off / 20.0);
        let scaled = |&s: &i16| (f64::from(s) * factor).round() as i16;
        let near = Master { samples: right.samples.iter().map(scaled).collect(), rate: WIDE };
        prop_assert_eq!(ingest(&wav::encode(&near), WIDE).unwrap(), near);
    }
}

#[test]
fn loading_alone_changes_no_sample() {
    for rate in [NARROW, WIDE] {
        let samples: Vec<i16> = (0..4000)
            .map(|i| (i * 37 % 65_536 - 32_768) as i16)
            .collect();
        let loud = Master { samples, rate };
        assert_eq!(master(&decode(&wav::encode(&loud)).unwrap()), Ok(loud));
    }
}

#[test]
fn clipping_is_counted_by_runs() {
    assert_eq!(clipped(&[1.0, 1.0, 0.2, 1.0, -1.0, 1.0, 1.0, 0.0]), 1);
    assert_eq!(clipped(&[0.99; 100]), 0);
    assert_eq!(clipped(&voice(WIDE, 1.0, 1.0).samples), 0);
    let over: Vec<f32> = voice(WIDE, 1.0, 3.0)
        .samples
        .into_iter()
        .map(|s| s.clamp(-1.0, 1.0))
        .collect();
    assert!(clipped(&over) > 50);
}

#[test]
fn silence_is_taken_off_both_ends() {
    let mut sound = voice(WIDE, 0.5, 0.3);
    let mut padded = vec![0.0001; 16_000];
    padded.append(&mut sound.samples);
    padded.extend([0.0; 8000]);
    let trimmed = trim(Sound {
        samples: padded,
        rate: WIDE,
    });
    let ms = trimmed.samples.len() / 16;
    assert!((600..=620).contains(&ms), "{ms}");
    let silent = Sound {
        samples: vec![0.0; 100],
        rate: WIDE,
    };
    assert_eq!(trim(silent.clone()), silent);
}

#[test]
fn headers_written_into_a_pipe_are_mended() {
    let master = finish(&voice(WIDE, 0.5, 0.3), WIDE).unwrap();
    let good = wav::encode(&master);
    for told in [0x7fff_f000u32, u32::MAX, 0] {
        let mut piped = good.clone();
        piped[4..8].copy_from_slice(&told.wrapping_add(36).to_le_bytes());
        piped[40..44].copy_from_slice(&told.to_le_bytes());
        assert!(decode(&piped).is_err(), "{told:#x}: trusted as it is");
        wav::mend(&mut piped);
        assert_eq!(piped, good, "{told:#x}");
    }
    let mut rendered = wav::encode_rendered(&master);
    assert!(wav::is_rendered(&rendered) && !wav::is_rendered(&good));
    let as_it_was = rendered.clone();
    wav::mend(&mut rendered);
    assert_eq!(rendered, as_it_was);
    assert_eq!(master, super::master(&decode(&rendered).unwrap()).unwrap());
}

#[test]
fn raw_forms() {
    let of = |form, bytes: &[u8]| decode_raw(form, bytes).map(|s| (s.rate, s.samples));
    assert_eq!(of(Raw::Sln, &[0, 0x40]), Ok((8000, vec![0.5])));
    assert_eq!(of(Raw::Sln16, &[0, 0xc0]), Ok((16_000, vec![-0.5])));
    let (rate, samples) = of(Raw::Ulaw, &[0x00, 0xff]).unwrap();
    assert_eq!((rate, samples[1]), (8000, 0.0));
    assert!(samples[0] < -0.9);
    assert!(of(Raw::Alaw, &[0xd5]).unwrap().1[0].abs() < 0.001);
    let told = |form, bytes: &[u8]| decode_raw(form, bytes).unwrap_err().to_string();
    assert!(told(Raw::Sln, &[1]).starts_with("an odd number of bytes"));
    assert!(told(Raw::Alaw, &[]).starts_with("there is no sound"));
    assert!(told(Raw::Ulaw, &vec![0; 8000 * 601]).starts_with("it is longer than 600 seconds"));
}

#[test]
fn what_never_ends_is_refused_however_it_is_packed() {
    let told = |bytes: &[u8]| decode(bytes).unwrap_err().to_string();
    let mut endless = ULAW_WAV.to_vec();
    let at = endless.windows(4).position(|w| w == b"data").unwrap() + 4;
    endless.resize(8000 * 601 + at + 4, 0x80);
    endless[at..at + 4].copy_from_slice(&u32::MAX.to_le_bytes());
    endless[4..8].copy_from_slice(&u32::MAX.to_le_bytes());
    assert!(
        told(&endless).starts_with("it is longer than 600 seconds"),
        "{}",
        told(&endless)
    );
    let mut long = wav::encode(&Master {
        samples: vec![0; 100],
        rate: NARROW,
    });
    long.resize(44 + 8000 * 2 * 601, 0);
    wav::mend(&mut long);
    long[40..44].copy_from_slice(&(8000 * 2 * 601u32).to_le_bytes());
    assert!(told(&long).starts_with("its header promises more than 600 seconds"));
}

#[test]
fn what_is_cut_or_no_sound_at_all_is_told() {
    for bytes in [
        b"hello".as_slice(),
        b"",
        b"ID3",
        b"OggS",
        b"fLaC",
        b"RIFF",
        &[0xff; 300],
    ] {
        assert!(decode(bytes).is_err(), "{bytes:?}");
    }
    // Half of a file is half of a sentence, where a header tells how much there should be.
    for (name, bytes) in [("flac", FLAC), ("mp3", MP3), ("µ-law", ULAW_WAV)] {
        let half = decode(&bytes[..bytes.len() / 2]);
        let half = half.map(|s| s.samples.len()).map_err(|e| e.what);
        assert_eq!(
            half,
            Err("the file ends before its header says".to_owned()),
            "{name}"
        );
    }
}

/// Damages one of the files at some places, perhaps cuts it, and decodes it.
fn damaged(of: u8, changes: &[(u16, u8)], cut: Option<u16>) {
    let good: &[u8] = match of % 5 {
        0 => MP3,
        1 => FLAC,
        2 => OGG,
        3 => ULAW_WAV,
        _ => &wav::encode(&Master {
            samples: vec![1000; 500],
            rate: WIDE,
        }),
    };
    let mut bytes = good.to_vec();
    for &(at, to) in changes {
        // Most of what can go wrong is in the first hundred bytes.
        let at = if to & 1 == 0 { at % 128 } else { at };
        let at = usize::from(at) % bytes.len();
        bytes[at] = to;
    }
    bytes.truncate(cut.map_or(bytes.len(), |c| usize::from(c) % (bytes.len() + 1)));
    let guarded = decode(&bytes);
    if let Ok(sound) = guarded {
        assert!(!sound.samples.is_empty());
        assert!(sound.samples.iter().all(|s| s.is_finite()));
        assert!(sound.samples.len() <= (MAX_SECONDS * sound.rate) as usize);
    }
    wav::mend(&mut bytes);
    let _ = decode(&bytes);
}

#[test]
fn no_damage_makes_a_decoder_panic() {
    bolero::check!()
        .with_iterations(1500)
        .with_type::<(u8, Vec<(u16, u8)>, Option<u16>)>()
        .for_each(|(of, changes, cut)| damaged(*of, changes, *cut));
}

#[test]
fn no_bytes_make_a_decoder_panic() {
    bolero::check!()
        .with_iterations(1500)
        .with_type::<(u8, Vec<u8>)>()
        .for_each(|(head, rest)| {
            let head: &[u8] = match head % 6 {
                0 => b"RIFF\x00\x01\x00\x00WAVEfmt ",
                1 => b"OggS\x00\x02",
                2 => b"fLaC\x00\x00\x00\x22",
                3 => b"ID3\x03\x00",
                4 => &[0xff, 0xfb, 0x50, 0xc4],
                _ => b"",
            };
            let _ = decode(&[head, rest].concat());
            let _ = decode_raw(Raw::Sln, rest);
        });
}
