//! More than two on a thread: each hears whom its seat names, and nobody else.

use super::turned::{Turned, all};
use super::*;
use crate::ids::Key;
use crate::media::codec::{Decoder, Encoder, frame_samples, resample, sample_rate};
use crate::media::mixer::MixSeat;

const TONES: [f64; 4] = [400.0, 700.0, 1100.0, 1600.0];

/// Who hears whom, by their numbers.
fn table(phones: &[Phone], hears: &[&[usize]]) -> Vec<MixSeat> {
    let seat = |(phone, hears): (&Phone, &&[usize])| MixSeat {
        leg: phone.leg,
        hears: hears.iter().map(|&n| phones[n].leg).collect(),
    };
    phones.iter().zip(hears).map(seat).collect()
}

/// Each says its tone for so long; what each has heard meanwhile, at 8 kHz.
fn all_speak(t: &mut Turned, phones: &mut [Phone], codecs: &[Codec], ms: usize) -> Vec<Vec<i16>> {
    for phone in phones.iter() {
        all(phone);
    }
    let mut voices: Vec<(Encoder, Vec<i16>)> = codecs
        .iter()
        .zip(TONES)
        .map(|(&codec, hz)| (Encoder::new(codec), tone(hz, ms, sample_rate(codec))))
        .collect();
    let mut payload = Vec::new();
    for n in 0..ms / 20 {
        for ((phone, (encoder, pcm)), &codec) in phones.iter_mut().zip(&mut voices).zip(codecs) {
            let frame = frame_samples(codec);
            encoder.encode(&pcm[n * frame..(n + 1) * frame], &mut payload);
            phone.speak(&payload, codec.ticks_per_20ms());
        }
        t.run(20);
    }
    let heard = |(phone, &codec): (&Phone, &Codec)| {
        let (mut decoder, mut frame, mut pcm) = (Decoder::new(codec), Vec::new(), Vec::new());
        for (_, payload) in all(phone) {
            decoder.decode(&payload, &mut frame).unwrap();
            pcm.extend_from_slice(&frame);
        }
        resample::whole(&pcm, sample_rate(codec), 8000).unwrap()
    };
    phones.iter().zip(codecs).map(heard).collect()
}

/// Each has heard the tones of those, of about the same strength, and none of the others.
#[track_caller]
fn assert_hear(heard: &[Vec<i16>], hears: &[&[usize]]) {
    for (n, (pcm, hears)) in heard.iter().zip(hears).enumerate() {
        let middle = &pcm[pcm.len() / 2..pcm.len() / 2 + 1600];
        for (other, hz) in TONES.iter().enumerate().take(heard.len()) {
            let found = share(middle, *hz, 8000);
            match hears.contains(&other) {
                true => {
                    let wanted = 0.8 / hears.len() as f64;
                    assert!(found > wanted, "{n} hears {found:.3} of {other}");
                }
                false => assert!(found < 0.01, "{n} hears {found:.3} of {other}"),
            }
        }
    }
}

fn phones(t: &Turned, codecs: &[Codec]) -> Vec<Phone> {
    let mut phones: Vec<Phone> = Vec::new();
    for &codec in codecs {
        let beside = phones.first().map(|p| p.leg);
        phones.push(Phone::with(&t.pool, codec, beside, |_| {}));
    }
    phones
}

#[test]
fn three_hear_each_other_and_not_themselves() {
    for codecs in [
        [Codec::Pcma, Codec::Pcma, Codec::Pcma],
        [Codec::Pcmu, Codec::G722, Codec::Opus],
    ] {
        let mut t = Turned::new();
        let mut phones = phones(&t, &codecs);
        let hears: [&[usize]; 3] = [&[1, 2], &[0, 2], &[0, 1]];
        let seats = table(&phones, &hears);
        t.command(MediaCommand::Confer { seats });
        let heard = all_speak(&mut t, &mut phones, &codecs, 1200);
        assert_hear(&heard, &hears);
    }
}

#[test]
fn a_supervisor_is_heard_by_whom_the_table_says() {
    let codecs = [Codec::Pcma, Codec::Pcmu, Codec::Pcma];
    let mut t = Turned::new();
    let mut phones = phones(&t, &codecs);
    // Caller, agent and a supervisor who listens, whispers, and barges in.
    for hears in [
        [&[1][..], &[0], &[0, 1]],
        [&[1][..], &[0, 2], &[0, 1]],
        [&[1, 2][..], &[0, 2], &[0, 1]],
    ] {
        let seats = table(&phones, &hears);
        t.command(MediaCommand::Confer { seats });
        let heard = all_speak(&mut t, &mut phones, &codecs, 1000);
        assert_hear(&heard, &hears);
    }
}

#[test]
fn who_leaves_is_not_heard_and_two_are_bridged_again() {
    let codecs = [Codec::Pcma; 4];
    let mut t = Turned::new();
    let mut phones = phones(&t, &codecs);
    let hears: [&[usize]; 4] = [&[1, 2, 3], &[0, 2, 3], &[0, 1, 3], &[0, 1, 2]];
    let seats = table(&phones, &hears);
    t.command(MediaCommand::Confer { seats });
    let heard = all_speak(&mut t, &mut phones, &codecs, 1000);
    assert_hear(&heard, &hears);
    // The leg ends, and the table is told anew.
    t.command(MediaCommand::Close { leg: phones[3].leg });
    let hears: [&[usize]; 4] = [&[1, 2], &[0, 2], &[0, 1], &[]];
    let heard = all_speak(&mut t, &mut phones, &codecs, 1000);
    assert_hear(&heard[..3], &hears[..3]);
    assert!(heard[3].is_empty());
    t.bridge(&phones[0], &phones[1]);
    let hears: [&[usize]; 3] = [&[1], &[0], &[]];
    let heard = all_speak(&mut t, &mut phones, &codecs, 1000);
    assert_hear(&heard[..2], &hears[..2]);
    // Whom the third could hear is not in the table any more.
    assert!(heard[2][1600..].iter().all(|s| s.abs() < 20));
}

#[test]
fn keys_pass_to_who_hears_the_leg_and_are_told() {
    let codecs = [Codec::Pcma; 3];
    let mut t = Turned::new();
    let mut phones = phones(&t, &codecs);
    let hears: [&[usize]; 3] = [&[1, 2], &[0], &[0, 1]];
    let seats = table(&phones, &hears);
    t.command(MediaCommand::Confer { seats });
    all_speak(&mut t, &mut phones, &codecs, 200);
    for phone in &phones {
        all(phone);
    }
    let audio = phones[0].header;
    for n in 0..8u16 {
        let caller = &mut phones[0];
        caller.header.payload_type = 101;
        caller.header.timestamp = audio.timestamp;
        let ended = n >= 5;
        let duration = (160 * (n.min(5) + 1)).to_be_bytes();
        let event = [0, if ended { 0x8a } else { 0x0a }, duration[0], duration[1]];
        caller.speak(&event, 0);
        t.run(20);
    }
    t.run(40);
    let events = |phone: &Phone| {
        all(phone)
            .iter()
            .filter(|(h, _)| h.payload_type == 101)
            .count()
    };
    let (one, two) = (events(&phones[1]), events(&phones[2]));
    assert!(one >= 6 && two >= 6, "{one} and {two}");
    let told = phones[0].event();
    assert!(
        matches!(told, Some(MediaEvent::Key { key: Key::ZERO, .. })),
        "{told:?}"
    );
}

#[test]
fn a_prompt_covers_the_mix_for_one() {
    let codecs = [Codec::Pcma; 3];
    let mut t = Turned::new();
    let mut phones = phones(&t, &codecs);
    let hears: [&[usize]; 3] = [&[1, 2], &[0, 2], &[0, 1]];
    let seats = table(&phones, &hears);
    t.command(MediaCommand::Confer { seats });
    phones[0].play(1, vec![prompt(2100.0, 3000)], false);
    let heard = all_speak(&mut t, &mut phones, &codecs, 1000);
    let middle = &heard[0][3200..4800];
    assert!(share(middle, 2100.0, 8000) > 0.9);
    assert_hear(&heard[1..], &[]);
    let leg = phones[0].leg;
    t.command(MediaCommand::Stop { leg });
    let heard = all_speak(&mut t, &mut phones, &codecs, 1000);
    assert_hear(&heard, &hears);
}
