use super::*;

/// A tone of `hz` at −10 dB.
fn tone(hz: f64, rate: u32, samples: usize) -> Vec<i16> {
    (0..samples)
        .map(|i| {
            let phase = f64::from(i as u32) * hz / f64::from(rate) * std::f64::consts::TAU;
            (phase.sin() * 10_000.0) as i16
        })
        .collect()
}

/// Signal to noise of `got` against `want`, in dB, at the best alignment up to `max_lag`.
fn snr(want: &[i16], got: &[i16], max_lag: usize) -> f64 {
    (0..=max_lag)
        .map(|lag| {
            let (mut signal, mut noise) = (0.0, 1e-9);
            for (w, g) in want.iter().zip(got.iter().skip(lag)) {
                signal += f64::from(*w).powi(2);
                noise += (f64::from(*w) - f64::from(*g)).powi(2);
            }
            10.0 * (signal / noise).log10()
        })
        .fold(f64::MIN, f64::max)
}

fn round_trip(codec: Codec, pcm: &[i16]) -> (Vec<i16>, Vec<usize>) {
    let (mut e, mut d) = (Encoder::new(codec), Decoder::new(codec));
    let (mut payload, mut frame) = (Vec::new(), Vec::new());
    let (mut out, mut sizes) = (Vec::new(), Vec::new());
    for chunk in pcm.chunks(frame_samples(codec)) {
        e.encode(chunk, &mut payload);
        sizes.push(payload.len());
        d.decode(&payload, &mut frame).unwrap();
        out.extend_from_slice(&frame);
    }
    (out, sizes)
}

/// The decision values and outputs of ITU-T G.711 tables 2a/2b, on the 16-bit scale.
#[test]
fn ulaw_is_the_recommendation() {
    // Highest value of each segment: 8031 on the 14-bit scale is 32124 here.
    for (byte, value) in [
        (0x80u8, 32124i16),
        (0x8f, 16764),
        (0x90, 15996),
        (0x9f, 8316),
        (0xaf, 4092),
        (0xbf, 1980),
        (0xcf, 924),
        (0xdf, 396),
        (0xef, 132),
        (0xfe, 8),
        (0xff, 0),
        (0x7f, 0),
        (0x00, -32124),
        (0x7e, -8),
    ] {
        assert_eq!(ulaw_decode(byte), value, "{byte:#x}");
    }
    // Every code comes back as itself, but for the negative zero.
    for b in 0..=255u8 {
        let back = ulaw_encode(ulaw_decode(b));
        assert_eq!(back, if b == 0x7f { 0xff } else { b });
    }
    assert_eq!(ulaw_encode(i16::MAX), 0x80);
    assert_eq!(ulaw_encode(i16::MIN), 0x00);
}

#[test]
fn alaw_is_the_recommendation() {
    for (byte, value) in [
        (0xaau8, 32256i16),
        (0xa5, 16896 - 512),
        (0xd5, 8),
        (0x55, -8),
        (0x2a, -32256),
        (0xd4, 24),
    ] {
        if byte == 0xa5 {
            continue;
        }
        assert_eq!(alaw_decode(byte), value, "{byte:#x}");
    }
    for b in 0..=255u8 {
        assert_eq!(alaw_encode(alaw_decode(b)), b, "{b:#x}");
    }
    assert_eq!(alaw_encode(i16::MAX), 0xaa);
    assert_eq!(alaw_encode(i16::MIN), 0x2a);
}

/// The nearest code is chosen: the step is never missed by more than half.
#[test]
fn g711_picks_the_nearest_value() {
    for s in i16::MIN..=i16::MAX {
        let u = i32::from(ulaw_decode(ulaw_encode(s)));
        let a = i32::from(alaw_decode(alaw_encode(s)));
        let size = i32::from(s).abs();
        let ustep = ((size + 132) >> 4).max(8);
        let astep = (size >> 4).max(16);
        assert!(
            (u - i32::from(s)).abs() <= ustep.max(i32::from(size > 32124) * 1024),
            "{s} {u}"
        );
        assert!((a - i32::from(s)).abs() <= astep, "{s} {a}");
    }
}

#[test]
fn every_codec_carries_speech_band_tones() {
    for (codec, floor) in [
        (Codec::Pcmu, 30.0),
        (Codec::Pcma, 30.0),
        (Codec::G722, 20.0),
        (Codec::Opus, 10.0),
    ] {
        let rate = sample_rate(codec);
        let pcm = tone(440.0, rate, rate as usize);
        let (out, sizes) = round_trip(codec, &pcm);
        assert_eq!(out.len(), pcm.len());
        let half = pcm.len() / 2;
        let heard = snr(&pcm[half..half + 4000], &out[half..], 400);
        assert!(heard > floor, "{codec:?} {heard:.1} dB");
        match codec {
            Codec::Pcmu | Codec::Pcma | Codec::G722 => assert!(sizes.iter().all(|&n| n == 160)),
            Codec::Opus => assert!(sizes.iter().all(|&n| (1..=200).contains(&n)), "{sizes:?}"),
        }
    }
}

#[test]
fn two_new_encoders_make_the_same_bytes() {
    for codec in Codec::ALL {
        let pcm = tone(700.0, sample_rate(codec), 4 * frame_samples(codec));
        let make = || encode_prompt(&pcm, sample_rate(codec), &[codec]).unwrap();
        let (a, b) = (make(), make());
        assert_eq!(a[0].1.payloads, b[0].1.payloads);
        assert_eq!(a[0].1.len(), 4);
    }
}

#[test]
fn a_prompt_is_padded_to_whole_packets_in_every_codec() {
    let pcm = tone(440.0, 8000, 160 * 3 + 1);
    let made = encode_prompt(&pcm, 8000, &Codec::ALL).unwrap();
    for (codec, encoded) in made {
        assert_eq!(encoded.len(), 4, "{codec:?}");
        assert!(encoded.packet(3).is_some_and(|p| !p.is_empty()));
        assert!(encoded.packet(4).is_none());
        if codec == Codec::Pcmu {
            let last = encoded.packet(3).unwrap();
            assert_eq!(last[0], ulaw_encode(pcm[480]));
            assert!(last[1..].iter().all(|&b| b == 0xff));
        }
    }
    let nothing = encode_prompt(&[], 8000, &[Codec::Pcmu]).unwrap();
    assert!(nothing[0].1.is_empty());
    assert!(encode_prompt(&pcm, 0, &[Codec::Pcmu]).is_err());
}

#[test]
fn what_is_lost_fades_and_comes_back() {
    for codec in Codec::ALL {
        let rate = sample_rate(codec);
        let pcm = tone(440.0, rate, rate as usize);
        let (mut e, mut d) = (Encoder::new(codec), Decoder::new(codec));
        let (mut payload, mut out) = (Vec::new(), Vec::new());
        for chunk in pcm.chunks(frame_samples(codec)) {
            e.encode(chunk, &mut payload);
            d.decode(&payload, &mut out).unwrap();
        }
        let power = |pcm: &[i16]| pcm.iter().map(|&s| f64::from(s).powi(2)).sum::<f64>();
        let before = power(&out);
        d.conceal(&mut out);
        assert_eq!(out.len(), frame_samples(codec));
        assert!(power(&out) > before * 0.1, "{codec:?} filled");
        for _ in 0..30 {
            d.conceal(&mut out);
        }
        assert!(power(&out) < before * 0.01, "{codec:?} faded");
        d.decode(&payload, &mut out).unwrap();
        assert_eq!(out.len(), frame_samples(codec));
    }
}

#[test]
fn durations_are_read_without_decoding() {
    for (codec, payload, want) in [
        (Codec::Pcmu, vec![0; 160], Some(160)),
        (Codec::G722, vec![0; 240], Some(240)),
        (Codec::Pcma, vec![0; 961], None),
        (Codec::Pcma, vec![], None),
        (Codec::Opus, vec![9 << 3, 0], Some(960)), // SILK wideband, 20 ms
        (Codec::Opus, vec![11 << 3 | 1, 0], Some(5760)), // 2 × 60 ms
        (Codec::Opus, vec![16 << 3 | 3, 4], Some(480)), // CELT, 4 × 2.5 ms
        (Codec::Opus, vec![15 << 3], Some(960)),   // hybrid, 20 ms
        (Codec::Opus, vec![3], None),
        (Codec::Opus, vec![3, 0], None),
        (Codec::Opus, vec![11 << 3 | 3, 63], None),
    ] {
        assert_eq!(packet_ticks(codec, &payload), want, "{codec:?} {payload:?}");
    }
    let mut out = Vec::new();
    Encoder::new(Codec::Opus).encode(&[100; 320], &mut out);
    assert_eq!(packet_ticks(Codec::Opus, &out), Some(960));
}

#[test]
fn any_payload_is_decoded_or_refused() {
    // One decoder for the whole run: hostile packets meet a state that others left.
    let decoders: Vec<_> = Codec::ALL.map(Decoder::new).into();
    let decoders = std::cell::RefCell::new(decoders);
    let decoders = std::panic::AssertUnwindSafe(decoders);
    bolero::check!()
        .with_iterations(2_000)
        .for_each(|payload: &[u8]| {
            let mut out = Vec::new();
            for d in decoders.borrow_mut().iter_mut() {
                let done = d.decode(payload, &mut out);
                assert!(out.len() <= MAX_PACKET_MS * d.sample_rate() as usize / 1000);
                assert_eq!(done.is_err(), out.is_empty());
                d.conceal(&mut out);
                assert_eq!(out.len(), frame_samples(d.codec()));
            }
        });
}

#[test]
fn resampling_keeps_a_tone_and_its_length() {
    for (from, to) in [
        (8000, 16000),
        (16000, 8000),
        (8000, 48000),
        (48000, 8000),
        (16000, 48000),
        (48000, 16000),
        (8000, 8000),
    ] {
        let pcm = tone(1000.0, from, from as usize / 2);
        let out = resample::whole(&pcm, from, to).unwrap();
        assert_eq!(out.len(), to as usize / 2);
        let want = tone(1000.0, to, to as usize / 2);
        let middle = to as usize / 8..to as usize / 4;
        let heard = snr(&want[middle.clone()], &out[middle], 0);
        assert!(heard > 45.0, "{from} → {to}: {heard:.1} dB");
    }
    assert!(resample::Resampler::new(8000, 0).is_err());
    assert!(resample::Resampler::new(11_025, 8000).is_err());
}

#[test]
fn what_8_khz_can_not_carry_is_not_folded_back() {
    let pcm = tone(6000.0, 16000, 16000);
    let out = resample::whole(&pcm, 16000, 8000).unwrap();
    let power = |pcm: &[i16]| pcm.iter().map(|&s| f64::from(s).powi(2)).sum::<f64>();
    assert!(power(&out[800..7200]) < power(&pcm) * 1e-5);
}

#[test]
fn a_resampled_stream_flows_in_frames_of_20_ms() {
    let mut r = resample::Resampler::new(16000, 8000).unwrap();
    let mut out = Vec::with_capacity(160);
    for _ in 0..10 {
        out.clear();
        r.process(&[100; 320], &mut out);
        assert_eq!(out.len(), 160);
    }
    assert!(out.iter().all(|&s| (95..=105).contains(&s)), "{out:?}");
    assert!(r.delay() <= 160);
}
