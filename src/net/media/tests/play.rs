//! Playing prompts.

use super::turned::{Turned, all};
use super::*;

#[test]
fn what_arrives_is_what_was_encoded() {
    let mut t = Turned::new();
    let mut phone = Phone::new(&t.pool, Codec::Pcmu);
    let prompt = prompt(700.0, 400);
    phone.play(7, vec![prompt.clone(), prompt.clone()], false);
    let encoded = prompt.encoded(Codec::Pcmu).unwrap();
    t.run(1000);
    let packets = all(&phone);
    assert_eq!(packets.len(), 2 * encoded.len());
    let mut last: Option<RtpHeader> = None;
    for (i, (header, payload)) in packets.into_iter().enumerate() {
        assert_eq!(payload, encoded.packet(i % encoded.len()).unwrap());
        assert_eq!(header.payload_type, 0);
        assert_eq!(header.marker, i == 0);
        if let Some(last) = last {
            assert_eq!(header.sequence, last.sequence.wrapping_add(1));
            assert_eq!(header.timestamp, last.timestamp.wrapping_add(160));
            assert_eq!(header.ssrc, last.ssrc);
        }
        last = Some(header);
    }
    assert_eq!(
        phone.event(),
        Some(MediaEvent::Played {
            leg: phone.leg,
            token: PlayToken(7)
        })
    );
}

#[test]
fn packets_leave_every_20_ms() {
    let pool = pool();
    let phone = Phone::new(&pool, Codec::Pcmu);
    phone.play(1, vec![prompt(700.0, 200)], true);
    let begin = clock::mono();
    for _ in 0..51 {
        phone.hear();
    }
    let took = clock::mono().since(begin).as_millis();
    assert!((980..1400).contains(&took), "{took} ms for a second");
    pool.stop();
}

#[test]
fn a_new_codec_goes_on_at_the_same_place() {
    let mut t = Turned::new();
    let phone = Phone::new(&t.pool, Codec::Pcmu);
    let prompt = prompt(700.0, 1000);
    phone.play(1, vec![prompt.clone()], false);
    t.run(107);
    phone.media.command(MediaCommand::Apply {
        leg: phone.leg,
        plan: plan(phone.at(), Codec::Pcma),
    });
    t.run(1000);
    let packets = all(&phone);
    assert_eq!(packets.len(), 50);
    let encoded = |c| prompt.encoded(c).unwrap().clone();
    let mut last = None;
    for (i, (header, payload)) in packets.into_iter().enumerate() {
        let codec = if i < 6 { Codec::Pcmu } else { Codec::Pcma };
        assert_eq!(header.payload_type, if i < 6 { 0 } else { 8 });
        assert_eq!(payload, encoded(codec).packet(i).unwrap());
        if let Some(last) = last {
            assert_eq!(header.timestamp.wrapping_sub(last), 160);
        }
        last = Some(header.timestamp);
    }
}

#[test]
fn a_leg_that_is_held_waits_at_its_place() {
    let pool = pool();
    let mut phone = Phone::new(&pool, Codec::Pcmu);
    let prompt = prompt(700.0, 200);
    let apply = |phone: &Phone, direction| {
        let mut plan = plan(phone.at(), Codec::Pcmu);
        plan.direction = direction;
        let leg = phone.leg;
        phone.media.command(MediaCommand::Apply { leg, plan });
    };
    apply(&phone, Direction::Inactive);
    phone.play(1, vec![prompt.clone()], false);
    assert!(phone.hears_nothing(100));
    assert!(phone.no_event(1));
    apply(&phone, Direction::SendRecv);
    let encoded = prompt.encoded(Codec::Pcmu).unwrap();
    for i in 0..10 {
        assert_eq!(phone.hear().1, encoded.packet(i).unwrap());
    }
    assert!(matches!(phone.event(), Some(MediaEvent::Played { .. })));
    pool.stop();
}

#[test]
fn the_next_prompt_begins_at_once() {
    let mut t = Turned::new();
    let phone = Phone::new(&t.pool, Codec::Pcmu);
    let (a, b) = (prompt(700.0, 2000), prompt(900.0, 200));
    // Whatever the moment within the 20 ms of a packet.
    for offset in 0..20 {
        phone.play(1, vec![a.clone()], false);
        t.run(61 + offset);
        let old = all(&phone).last().unwrap().0;
        phone.play(2, vec![b.clone()], false);
        t.turn(1);
        let new = all(&phone);
        assert_eq!(new.len(), 1, "{offset} ms after a packet");
        let (header, payload) = &new[0];
        assert_eq!(payload, b.encoded(Codec::Pcmu).unwrap().packet(0).unwrap());
        assert!(header.marker);
        assert_eq!(header.sequence, old.sequence.wrapping_add(1));
        // Timestamps follow the clock: an interrupted packet is overlapped, not pushed ahead.
        let ahead = header.timestamp.wrapping_sub(old.timestamp);
        assert!(ahead <= 168, "{ahead}");
    }
}
