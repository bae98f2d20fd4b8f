//! Audio that is decoded: recordings, partners of another codec, keys as tones.

use super::turned::Turned;
use super::*;
use crate::ids::Key;
use crate::media::codec::{Decoder, Encoder, frame_samples, sample_rate};
use crate::media::command::DtmfWay;

/// Says `pcm` in real time, 20 ms by 20 ms; `every` is called in between.
fn say(phone: &mut Phone, codec: Codec, pcm: &[i16], mut every: impl FnMut()) {
    let (mut encoder, mut payload) = (Encoder::new(codec), Vec::new());
    let start = clock::mono();
    for (i, frame) in pcm.chunks(frame_samples(codec)).enumerate() {
        encoder.encode(frame, &mut payload);
        phone.speak(&payload, codec.ticks_per_20ms());
        every();
        let due = start + Duration::from_millis(20 * (i as u64 + 1));
        std::thread::sleep(due.since(clock::mono()));
    }
}

#[test]
fn a_recording_is_as_long_as_it_took_and_sounds_the_same() {
    let mut t = Turned::new();
    let mut phone = Phone::new(&t.pool, Codec::Pcmu);
    let (sink, mut chunks) = mpsc::channel(100);
    let (leg, media) = (phone.leg, phone.media.clone());
    t.run(13);
    media.command(MediaCommand::Record {
        leg,
        sink,
        limit: Duration::from_secs(60),
    });
    t.turn(0);
    let (a, b) = (tone(700.0, 500, 8000), tone(1100.0, 500, 8000));
    t.say(&mut phone, Codec::Pcmu, &a);
    // A pause without packets is silence of its length.
    t.run(400);
    phone.header.timestamp = phone.header.timestamp.wrapping_add(3200);
    t.say(&mut phone, Codec::Pcmu, &b);
    media.command(MediaCommand::StopRecord { leg });
    t.turn(0);
    let Some(MediaEvent::RecordEnded { length, .. }) = phone.event() else {
        panic!("no end");
    };
    let mut pcm = Vec::new();
    while let Some(chunk) = chunks.blocking_recv() {
        assert!(chunk.len() <= 8000);
        pcm.extend(chunk);
    }
    assert_eq!(length.as_millis() as usize, pcm.len() / 8);
    // Neither the delay of the jitter buffer before it nor what is in it at the end.
    // The last 20 ms may not be over.
    let ms = length.as_millis();
    assert!((1380..=1400).contains(&ms), "{ms} ms recorded of 1400");
    let heard = |from: usize, hz| share(&pcm[from * 8..(from + 20) * 8], hz, 8000);
    assert!(heard(40, 700.0) > 0.95 && heard(440, 700.0) > 0.95);
    assert!(heard(960, 1100.0) > 0.95);
    let end = pcm.len() / 8;
    assert!(heard(end - 20, 1100.0) > 0.95, "the last word is missing");
    let quiet = pcm.chunks(160).filter(|f| f.iter().all(|s| s.abs() < 50));
    let quiet = quiet.count();
    assert!((14..=22).contains(&quiet), "{quiet} quiet frames");
}

#[test]
fn a_recording_ends_at_its_limit() {
    let pool = pool();
    let mut phone = Phone::new(&pool, Codec::Pcmu);
    let (sink, mut chunks) = mpsc::channel(100);
    let (leg, media) = (phone.leg, phone.media.clone());
    media.command(MediaCommand::Record {
        leg,
        sink,
        limit: Duration::from_millis(310),
    });
    assert_eq!(
        phone.event(),
        Some(MediaEvent::RecordEnded {
            leg,
            length: Duration::from_millis(310)
        })
    );
    let mut samples = 0;
    while let Some(chunk) = chunks.blocking_recv() {
        samples += chunk.len();
    }
    assert_eq!(samples, 8 * 310);
    pool.stop();
}

#[test]
fn closing_keeps_what_was_recorded() {
    let mut t = Turned::new();
    let mut phone = Phone::new(&t.pool, Codec::Pcmu);
    let (sink, mut chunks) = mpsc::channel(100);
    let (leg, media) = (phone.leg, phone.media.clone());
    media.command(MediaCommand::Record {
        leg,
        sink,
        limit: Duration::from_secs(9),
    });
    t.turn(0);
    t.say(&mut phone, Codec::Pcmu, &tone(700.0, 160, 8000));
    media.command(MediaCommand::Close { leg });
    // Ends are told every 20 ms.
    t.turn(0);
    t.turn(20);
    let Some(MediaEvent::RecordEnded { length, .. }) = phone.event() else {
        panic!("no end");
    };
    assert!(matches!(phone.event(), Some(MediaEvent::Closed { .. })));
    let chunk = chunks.blocking_recv().unwrap();
    assert_eq!(chunk.len() as u128, 8 * length.as_millis());
    assert!((140..=180).contains(&length.as_millis()), "{length:?}");
    assert!(share(&chunk[chunk.len() - 320..], 700.0, 8000) > 0.95);
}

/// Each side plays its own tone, and the other finds it.
fn transcodes(one: Codec, two: Codec) {
    let pool = pool();
    let mut a = Phone::new(&pool, one);
    let mut b = Phone::with(&pool, two, Some(a.leg), |_| {});
    a.media.command(MediaCommand::Bridge { a: a.leg, b: b.leg });
    std::thread::sleep(Duration::from_millis(30));
    for socket in [&a.socket, &b.socket] {
        socket.set_nonblocking(true).unwrap();
    }
    let heard = |phone: &Phone, packets: &mut Vec<(RtpHeader, Vec<u8>)>| {
        let mut buf = [0; 2000];
        while let Ok(len) = phone.socket.recv(&mut buf) {
            let packet = RtpPacket::parse(&buf[..len]).unwrap();
            packets.push((packet.header, packet.payload.to_vec()));
        }
    };
    let (mut at_a, mut at_b) = (Vec::new(), Vec::new());
    let mut say_both = |ms: usize| {
        let (mut ea, mut eb) = (Encoder::new(one), Encoder::new(two));
        let (pa, pb) = (
            tone(600.0, ms, sample_rate(one)),
            tone(1000.0, ms, sample_rate(two)),
        );
        let mut payload = Vec::new();
        let start = clock::mono();
        for (i, (fa, fb)) in pa
            .chunks(frame_samples(one))
            .zip(pb.chunks(frame_samples(two)))
            .enumerate()
        {
            ea.encode(fa, &mut payload);
            a.speak(&payload, one.ticks_per_20ms());
            eb.encode(fb, &mut payload);
            b.speak(&payload, two.ticks_per_20ms());
            let due = start + Duration::from_millis(20 * (i as u64 + 1));
            std::thread::sleep(due.since(clock::mono()));
            heard(&a, &mut at_a);
            heard(&b, &mut at_b);
        }
    };
    say_both(1000);
    for (packets, codec, hz) in [(at_a, one, 1000.0), (at_b, two, 600.0)] {
        assert!(packets.len() >= 40, "{} of 50 packets", packets.len());
        let (mut decoder, mut frame, mut pcm) = (Decoder::new(codec), Vec::new(), Vec::new());
        for pair in packets.windows(2) {
            assert_eq!(pair[1].0.sequence, pair[0].0.sequence.wrapping_add(1));
            let step = pair[1].0.timestamp.wrapping_sub(pair[0].0.timestamp);
            assert_eq!(step % (codec.clock_rate() / 1000), 0);
        }
        for (_, payload) in &packets {
            decoder.decode(payload, &mut frame).unwrap();
            pcm.extend_from_slice(&frame);
        }
        let rate = sample_rate(codec);
        let middle = &pcm[pcm.len() / 4..pcm.len() / 4 + rate as usize / 10];
        let found = share(middle, hz, rate);
        assert!(found > 0.9, "{codec:?} hears {found} of {hz} Hz");
    }
    pool.stop();
}

#[test]
fn opus_to_a_law() {
    transcodes(Codec::Opus, Codec::Pcma);
}

#[test]
fn tones_are_keys_only_where_no_event_was_agreed() {
    let pool = pool();
    let five = |ms| -> Vec<i16> {
        let (row, column) = (tone(770.0, ms, 8000), tone(1336.0, ms, 8000));
        row.iter().zip(column).map(|(a, b)| a / 2 + b / 2).collect()
    };
    let mut pcm = vec![0; 1600];
    pcm.extend(five(100));
    pcm.extend([0; 2400]);
    let mut plain = Phone::with(&pool, Codec::Pcmu, None, |p| p.dtmf = None);
    say(&mut plain, Codec::Pcmu, &pcm, || {});
    assert_eq!(
        plain.event(),
        Some(MediaEvent::Key {
            leg: plain.leg,
            key: Key::from_char('5').unwrap(),
            way: DtmfWay::Tone
        })
    );
    assert!(plain.no_event(50));
    let mut modern = Phone::new(&pool, Codec::Pcmu);
    say(&mut modern, Codec::Pcmu, &pcm, || {});
    assert!(modern.no_event(100));
    pool.stop();
}
