//! What a leg leaves behind: its good-bye, its figures, what was still to be told.

use super::turned::Turned;
use super::*;
use crate::media::dtmf_event::EventPayload;
use crate::media::rtcp::{Compound, Packet};

fn rtcp_socket() -> UdpSocket {
    let socket = UdpSocket::bind((HERE, 0)).unwrap();
    socket.set_nonblocking(true).unwrap();
    socket
}

fn byes(socket: &UdpSocket) -> Vec<(u32, SocketAddr)> {
    let (mut found, mut buf) = (Vec::new(), [0; 1500]);
    while let Ok((len, from)) = socket.recv_from(&mut buf) {
        let packets: Vec<Packet<'_>> = Compound::parse(&buf[..len]).collect();
        if let [.., Packet::Description, Packet::Bye { ssrc }] = packets.as_slice() {
            found.push((*ssrc, from));
        }
    }
    found
}

#[test]
fn a_leg_that_spoke_says_good_bye() {
    let mut t = Turned::new();
    let rtcp = rtcp_socket();
    let phone = Phone::with(&t.pool, Codec::Pcmu, None, |p| {
        p.remote_rtcp = Some(rtcp.local_addr().unwrap());
    });
    phone.play(1, vec![prompt(700.0, 2000)], false);
    t.run(100);
    let ssrc = turned::all(&phone)[0].0.ssrc;
    let close = MediaCommand::Close { leg: phone.leg };
    phone.media.command(close);
    t.run(1);
    let said = byes(&rtcp);
    assert_eq!(said.len(), 1);
    assert_eq!(said[0].0, ssrc);
    assert_eq!(said[0].1.port(), phone.there.port() + 1);
    // One that never sent a packet has nothing to part from.
    let mute = Phone::with(&t.pool, Codec::Pcmu, None, |p| {
        p.remote_rtcp = Some(rtcp.local_addr().unwrap());
    });
    t.run(30);
    mute.media.command(MediaCommand::Close { leg: mute.leg });
    t.run(1);
    assert_eq!(byes(&rtcp), []);
}

#[test]
fn the_end_of_the_server_is_a_good_bye_too() {
    let pool = pool();
    let rtcp = rtcp_socket();
    let phone = Phone::with(&pool, Codec::Pcmu, None, |p| {
        p.remote_rtcp = Some(rtcp.local_addr().unwrap());
    });
    phone.play(1, vec![prompt(700.0, 2000)], true);
    phone.hear();
    pool.stop();
    assert_eq!(byes(&rtcp).len(), 1);
}

#[test]
fn a_flood_of_keys_takes_no_room_from_what_is_waited_for() {
    let mut t = Turned::new();
    let mut phone = Phone::new(&t.pool, Codec::Pcmu);
    let (tx, mut events) = mpsc::channel(1);
    phone.media.redirect(tx);
    t.run(2);
    phone.header.payload_type = 101;
    for i in 0..200u32 {
        let event = EventPayload {
            event: (i % 10) as u8,
            end: true,
            volume: 10,
            duration: 800,
        };
        phone.header.marker = true;
        phone.speak(&event.to_bytes(), 1600);
        t.run(1);
    }
    assert!(t.pool.stats().events_lost > 0);
    let (sink, _samples) = mpsc::channel(10);
    let (leg, media) = (phone.leg, phone.media.clone());
    let limit = Duration::from_secs(9);
    media.command(MediaCommand::Record { leg, sink, limit });
    t.run(100);
    media.command(MediaCommand::StopRecord { leg });
    phone.play(3, vec![prompt(700.0, 40)], false);
    t.run(100);
    let (mut keys, mut ends) = (0, Vec::new());
    for _ in 0..100 {
        while let Ok(event) = events.try_recv() {
            match event {
                MediaEvent::Key { key, .. } => {
                    assert_eq!(key.digit(), Some(keys % 10), "keys out of order");
                    keys += 1;
                }
                MediaEvent::Latched { .. } => {}
                other => ends.push(other),
            }
        }
        t.run(20);
    }
    assert!(keys >= 60, "{keys}");
    assert!(
        matches!(
            ends.as_slice(),
            [MediaEvent::RecordEnded { .. }, MediaEvent::Played { .. }]
        ),
        "{ends:?}"
    );
}

#[test]
fn a_prompt_without_the_legs_codec_is_told_at_once() {
    let mut t = Turned::new();
    let mut phone = Phone::new(&t.pool, Codec::Opus);
    let pcm = tone(700.0, 200, 8000);
    let all = encode_prompt(&pcm, 8000, &[Codec::Pcmu, Codec::Pcma]).unwrap();
    let odd = Prompt::new("odd".into(), Duration::from_millis(200), all);
    phone.play(9, vec![prompt(700.0, 100), Arc::new(odd)], true);
    t.run(90);
    assert_eq!(turned::all(&phone).len(), 5);
    assert!(phone.events.try_recv().is_err());
    t.run(30);
    assert_eq!(
        phone.events.try_recv(),
        Ok(MediaEvent::PlayFailed {
            leg: phone.leg,
            token: PlayToken(9),
            prompt: "odd".into()
        })
    );
    t.run(100);
    assert_eq!(turned::all(&phone), []);
    assert!(phone.events.try_recv().is_err());
}

#[test]
fn what_the_disk_had_no_time_for_is_counted() {
    let mut t = Turned::new();
    let mut phone = Phone::new(&t.pool, Codec::Pcmu);
    let (sink, mut samples) = mpsc::channel(1);
    let (leg, media) = (phone.leg, phone.media.clone());
    media.command(MediaCommand::Record {
        leg,
        sink,
        limit: Duration::from_secs(60),
    });
    t.run(10);
    // The writer sleeps for a second: nothing is lost.
    t.say(&mut phone, Codec::Pcmu, &tone(500.0, 1000, 8000));
    let mut taken = samples.try_recv().unwrap().len();
    t.run(100);
    taken += samples.try_recv().unwrap().len();
    assert!(taken >= 8 * 900, "{taken}");
    // For five: four are.
    t.say(&mut phone, Codec::Pcmu, &tone(500.0, 5000, 8000));
    media.command(MediaCommand::Close { leg });
    t.run(10);
    while let Some(chunk) = samples.blocking_recv() {
        taken += chunk.len();
    }
    let (mut length, mut lost) = (Duration::ZERO, Duration::ZERO);
    while let Ok(event) = phone.events.try_recv() {
        match event {
            MediaEvent::RecordEnded { length: l, .. } => length = l,
            MediaEvent::Closed { stats, .. } => lost = stats.recording_lost,
            _ => {}
        }
    }
    assert!(
        lost >= Duration::from_secs(3),
        "{lost:?} of {length:?} lost"
    );
    let kept = Duration::from_millis(taken as u64 / 8);
    assert_eq!(kept + lost, length);
}
