//! Audio proven by what arrives: prompts in every codec, transcoding by aligned frames, SRTP
//! on one side of a bridge.

use super::turned::{Turned, all};
use super::*;
use crate::media::codec::resample;
use crate::media::codec::{Decoder, Encoder, frame_samples, sample_rate};
use crate::media::srtp::SrtpSession;
use crate::sdp::plan::{SrtpPlan, SrtpSuite};

/// Two voices that no lag but the right one aligns: a low sweep that swells and fades.
fn voice(low: f64, ms: usize, rate: u32) -> Vec<i16> {
    let mut turn = 0.0f64;
    (0..ms * rate as usize / 1000)
        .map(|i| {
            let t = i as f64 / f64::from(rate);
            let hz = low * (1.0 + 0.4 * (t * 5.0).sin());
            turn += hz / f64::from(rate);
            let swell = 0.6 + 0.4 * (t * 11.0).cos();
            (6000.0 * swell * (turn * std::f64::consts::TAU).sin()) as i16
        })
        .collect()
}

fn decoded(packets: &[(RtpHeader, Vec<u8>)], codec: Codec) -> Vec<i16> {
    let (mut decoder, mut frame, mut pcm) = (Decoder::new(codec), Vec::new(), Vec::new());
    for (_, payload) in packets {
        decoder.decode(payload, &mut frame).unwrap();
        pcm.extend_from_slice(&frame);
    }
    pcm
}

fn dot(a: &[i16], b: &[i16]) -> f64 {
    a.iter()
        .zip(b)
        .map(|(a, b)| f64::from(*a) * f64::from(*b))
        .sum()
}

/// The median over frames of 20 ms of signal against difference, dB, at the lag of up to
/// 300 ms and the gain that fit best.
fn aligned_snr(sent: &[i16], heard: &[i16]) -> f64 {
    // Both at 8 kHz, for the coarse search.
    let at = |lag: usize| {
        let heard = &heard[lag..lag + sent.len()];
        dot(sent, heard) / dot(heard, heard).sqrt()
    };
    let lag = (0..2400.min(heard.len() - sent.len()))
        .max_by(|a, b| at(*a).total_cmp(&at(*b)))
        .unwrap();
    // A resampler's delay is no whole sample: the fine search is at 48 kHz.
    let sent = resample::whole(sent, 8000, 48_000).unwrap();
    let heard = &heard[lag.saturating_sub(2)..];
    let heard = resample::whole(heard, 8000, 48_000).unwrap();
    let mut best = f64::MIN;
    for fine in 0..24 {
        let heard = &heard[fine..];
        let gain = dot(&sent, heard) / dot(&heard[..sent.len()], &heard[..sent.len()]);
        let mut snr: Vec<f64> = sent
            .chunks_exact(960)
            .zip(heard.chunks_exact(960))
            .map(|(s, h)| {
                let (mut signal, mut noise) = (1.0, 1.0);
                for (s, h) in s.iter().zip(h) {
                    signal += f64::from(*s).powi(2);
                    noise += (f64::from(*s) - gain * f64::from(*h)).powi(2);
                }
                10.0 * (signal / noise).log10()
            })
            .collect();
        snr.sort_by(f64::total_cmp);
        best = best.max(snr[snr.len() / 2]);
    }
    best
}

/// Both speak for a second and a half, and each hears the other: the right tone, and the
/// voice itself to `db`.
fn transcodes(one: Codec, two: Codec, db: f64) {
    let mut t = Turned::new();
    let mut a = Phone::new(&t.pool, one);
    let mut b = Phone::with(&t.pool, two, Some(a.leg), |_| {});
    t.bridge(&a, &b);
    let voices = [(one, 400.0), (two, 640.0)].map(|(codec, hz)| {
        let mut pcm = voice(hz, 1000, sample_rate(codec));
        pcm.extend(tone(hz, 500, sample_rate(codec)));
        pcm
    });
    let (mut ea, mut eb, mut payload) = (Encoder::new(one), Encoder::new(two), Vec::new());
    for (fa, fb) in voices[0]
        .chunks(frame_samples(one))
        .zip(voices[1].chunks(frame_samples(two)))
    {
        ea.encode(fa, &mut payload);
        a.speak(&payload, one.ticks_per_20ms());
        eb.encode(fb, &mut payload);
        b.speak(&payload, two.ticks_per_20ms());
        t.run(20);
    }
    t.run(100);
    for (phone, codec, said, hz) in [(&a, one, &voices[1], 640.0), (&b, two, &voices[0], 400.0)] {
        let packets = all(phone);
        assert!(packets.len() >= 75, "{} packets", packets.len());
        for pair in packets.windows(2) {
            let (x, y) = (pair[0].0, pair[1].0);
            assert_eq!(y.sequence, x.sequence.wrapping_add(1));
            assert_eq!(
                y.timestamp.wrapping_sub(x.timestamp),
                codec.ticks_per_20ms()
            );
        }
        let rate = sample_rate(codec);
        let heard = decoded(&packets, codec);
        let heard = resample::whole(&heard, rate, 8000).unwrap();
        let other = if codec == one { two } else { one };
        let said = resample::whole(said, sample_rate(other), 8000).unwrap();
        let snr = aligned_snr(&said[..8000], &heard);
        assert!(snr >= db, "{other:?} to {codec:?}: {snr:.1} dB");
        // The steady tone begins after a second and the delay of the bridge.
        let found = share(&heard[10_000..11_600], hz, 8000);
        assert!(found > 0.95, "{codec:?} hears {found} of {hz} Hz");
    }
}

#[test]
fn mu_law_and_opus() {
    transcodes(Codec::Pcmu, Codec::Opus, 18.0);
}

#[test]
fn a_law_and_g722() {
    transcodes(Codec::Pcma, Codec::G722, 30.0);
}

#[test]
fn a_law_and_mu_law() {
    transcodes(Codec::Pcma, Codec::Pcmu, 30.0);
}

#[test]
fn g722_and_opus() {
    transcodes(Codec::G722, Codec::Opus, 18.0);
}

#[test]
fn prompts_arrive_in_every_codec() {
    for codec in Codec::ALL {
        let mut t = Turned::new();
        let phone = Phone::new(&t.pool, codec);
        phone.play(1, vec![prompt(700.0, 600), prompt(1100.0, 600)], false);
        t.run(1250);
        let packets = all(&phone);
        assert_eq!(packets.len(), 60, "{codec:?}");
        for (n, pair) in packets.windows(2).enumerate() {
            let (x, y) = (pair[0].0, pair[1].0);
            assert_eq!(y.payload_type, phone.header.payload_type);
            assert_eq!(y.sequence, x.sequence.wrapping_add(1));
            assert_eq!(
                y.timestamp.wrapping_sub(x.timestamp),
                codec.ticks_per_20ms(),
                "{codec:?} at packet {n}"
            );
        }
        let (pcm, rate) = (decoded(&packets, codec), sample_rate(codec));
        assert_eq!(pcm.len(), 60 * frame_samples(codec));
        let ms = |ms: usize| ms * rate as usize / 1000;
        for (from, hz) in [(200, 700.0), (800, 1100.0)] {
            let found = share(&pcm[ms(from)..ms(from + 200)], hz, rate);
            assert!(found > 0.97, "{codec:?} hears {found} of {hz} Hz");
        }
    }
}

#[test]
fn a_codec_of_another_clock_goes_on_at_the_same_place() {
    let mut t = Turned::new();
    let phone = Phone::new(&t.pool, Codec::Pcmu);
    // Each 200 ms of the prompt have their own tone.
    let tones = [500.0, 700.0, 900.0, 1100.0, 1300.0];
    let prompts: Vec<_> = tones.iter().map(|hz| prompt(*hz, 200)).collect();
    phone.play(1, prompts, false);
    t.run(450);
    let before = all(&phone);
    phone.media.command(MediaCommand::Apply {
        leg: phone.leg,
        plan: plan(phone.at(), Codec::Opus),
    });
    t.run(700);
    let after = all(&phone);
    assert_eq!(before.len() + after.len(), 50);
    assert!(after.iter().all(|(h, _)| h.payload_type == 111));
    let step = after[0]
        .0
        .timestamp
        .wrapping_sub(before.last().unwrap().0.timestamp);
    assert_eq!(step, 960);
    let pcm = decoded(&after, Codec::Opus);
    // 22 or 23 packets are gone: what is heard 200 ms later is the fourth tone.
    let found = share(&pcm[16 * 200..16 * 320], 1100.0, 16_000);
    assert!(found > 0.9, "{found}");
}

fn keys(local: u8, remote: u8, suite: SrtpSuite) -> SrtpPlan {
    let len = match suite {
        SrtpSuite::AesCm128HmacSha1_80 | SrtpSuite::AesCm128HmacSha1_32 => 30,
        SrtpSuite::AeadAes128Gcm => 28,
        SrtpSuite::AeadAes256Gcm => 44,
    };
    SrtpPlan {
        suite,
        local_key: vec![local; len],
        remote_key: vec![remote; len],
    }
}

#[test]
fn srtp_on_one_side_and_none_on_the_other() {
    let suites = [
        SrtpSuite::AesCm128HmacSha1_80,
        SrtpSuite::AesCm128HmacSha1_32,
        SrtpSuite::AeadAes128Gcm,
        SrtpSuite::AeadAes256Gcm,
    ];
    for suite in suites {
        let mut t = Turned::new();
        let mut plain = Phone::new(&t.pool, Codec::Pcmu);
        let mut secret = Phone::with(&t.pool, Codec::Pcmu, Some(plain.leg), |p| {
            p.srtp = Some(keys(1, 2, suite));
        });
        let mut session = SrtpSession::new(&keys(2, 1, suite)).unwrap();
        t.bridge(&plain, &secret);
        let payload = |i: u8| -> Vec<u8> { (0..160).map(|b| i ^ b).collect() };
        let (mut wire, mut clear) = (Vec::new(), Vec::new());
        let mut buf = [0; 2000];
        secret.socket.set_nonblocking(true).unwrap();
        for i in 0..30 {
            plain.speak(&payload(i), 160);
            session
                .protect_rtp(&secret.header, &payload(100 + i), &mut wire)
                .unwrap();
            secret.socket.send_to(&wire, secret.there).unwrap();
            secret.header.sequence = secret.header.sequence.wrapping_add(1);
            secret.header.timestamp = secret.header.timestamp.wrapping_add(160);
            t.run(20);
            let heard = all(&plain);
            assert_eq!(heard.len(), 1);
            assert_eq!(heard[0].1, payload(100 + i), "{suite:?}");
            let len = secret.socket.recv(&mut buf).unwrap();
            let payload = payload(i);
            assert!(!buf[..len].windows(16).any(|w| w == &payload[..16]));
            session.unprotect_rtp(&buf[..len], &mut clear).unwrap();
            assert_eq!(RtpPacket::parse(&clear).unwrap().payload, payload);
        }
        // What is not encrypted, changed on the way, or sent again is not heard.
        secret.speak(&payload(7), 160);
        session
            .protect_rtp(&secret.header, &payload(8), &mut wire)
            .unwrap();
        let mut changed = wire.clone();
        changed[40] ^= 1;
        secret.socket.send_to(&changed, secret.there).unwrap();
        t.run(5);
        assert_eq!(all(&plain), [], "{suite:?}");
        for _ in 0..3 {
            secret.socket.send_to(&wire, secret.there).unwrap();
            t.run(5);
        }
        assert_eq!(all(&plain).len(), 1, "{suite:?}: replayed");
    }
}

#[test]
fn held_and_resumed_while_bridged_and_while_playing() {
    let mut t = Turned::new();
    let mut a = Phone::new(&t.pool, Codec::Pcmu);
    let mut b = Phone::with(&t.pool, Codec::Pcmu, Some(a.leg), |_| {});
    t.bridge(&a, &b);
    let held = |phone: &Phone, direction, address: Option<SocketAddr>| {
        let mut plan = plan(phone.at(), Codec::Pcmu);
        plan.direction = direction;
        plan.remote_rtp = address;
        let leg = phone.leg;
        phone.media.command(MediaCommand::Apply { leg, plan });
    };
    let speak = |t: &mut Turned, a: &mut Phone, b: &mut Phone| {
        a.speak(&[1; 160], 160);
        b.speak(&[2; 160], 160);
        t.run(20);
        (all(a).len(), all(b).len())
    };
    assert_eq!(speak(&mut t, &mut a, &mut b), (1, 1));
    for (direction, address, want) in [
        // As we see it: a holds us and plays its own music; a is inactive; a of 0.0.0.0.
        (Direction::RecvOnly, Some(a.at()), (0, 1)),
        (Direction::SendOnly, Some(a.at()), (1, 0)),
        (Direction::Inactive, Some(a.at()), (0, 0)),
        (Direction::RecvOnly, None, (0, 1)),
        (Direction::SendRecv, Some(a.at()), (1, 1)),
    ] {
        held(&a, direction, address);
        t.run(1);
        let got = speak(&mut t, &mut a, &mut b);
        assert_eq!(got, want, "{direction:?} {address:?}");
    }
    // Music for the one who is held; it waits with the hold.
    a.play(1, vec![prompt(700.0, 1000)], true);
    t.run(100);
    let before = all(&a).len();
    held(&a, Direction::Inactive, Some(a.at()));
    t.run(500);
    assert_eq!(all(&a).len(), 0);
    held(&a, Direction::SendRecv, Some(a.at()));
    t.run(100);
    let prompt = prompt(700.0, 1000);
    let first = all(&a).remove(0).1;
    let encoded = prompt.encoded(Codec::Pcmu).unwrap();
    assert_eq!(first, encoded.packet(before).unwrap());
}
