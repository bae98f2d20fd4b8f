//! What callers hear is what was recorded.

use std::time::Duration;

use crate::support::audio::Law;
use crate::support::media::Packet;
use crate::support::server::{greeting, greeting_a, server};

/// The payload of the prompt, as it arrived, against the encoded prompt.
fn played_exactly(number: &str, law: Law, payload_type: u8, pcm: &[i16]) {
    let server = server().start();
    let mut caller = server.phone("5551");
    caller.ours.codecs.retain(|c| c.0 == payload_type);
    caller.call(number);
    std::thread::sleep(Duration::from_millis(4300));
    caller.hang_up();
    let mut packets: Vec<Packet> = caller.media.packets();
    assert!(packets.iter().all(|p| p.pt == payload_type));
    let first = packets[0].seq;
    packets.sort_by_key(|p| p.seq.wrapping_sub(first));
    let came: Vec<u8> = packets.iter().flat_map(|p| p.payload.clone()).collect();
    let expected: Vec<u8> = pcm.iter().map(|&s| law.encode(s)).collect();
    // The prompt may be led in by silence of whole packets.
    let start = came.windows(160).position(|w| w == &expected[..160]);
    let start = start.unwrap_or_else(|| {
        panic!(
            "the prompt's first packet did not come: {:?} …",
            &came[..came.len().min(40)]
        )
    });
    assert!(start % 160 == 0 && start < 1600, "{start}");
    let got = &came[start..came.len().min(start + expected.len())];
    let same = got
        .iter()
        .zip(&expected)
        .take_while(|(a, b)| a == b)
        .count();
    assert_eq!(same, expected.len(), "differs at packet {}", same / 160);
    // RFC 3550: one source, no hole, 160 ticks a packet.
    let in_prompt = &packets[start / 160..start / 160 + expected.len() / 160];
    for pair in in_prompt.windows(2) {
        assert_eq!(pair[1].seq, pair[0].seq.wrapping_add(1));
        assert_eq!(pair[1].timestamp, pair[0].timestamp.wrapping_add(160));
        assert_eq!(pair[1].ssrc, pair[0].ssrc);
    }
    let time = in_prompt[in_prompt.len() - 1].at - in_prompt[0].at;
    let right = Duration::from_millis(20 * (in_prompt.len() as u64 - 1));
    assert!(
        time.abs_diff(right) < Duration::from_millis(60),
        "{time:?} for {right:?}"
    );
}

#[test]
fn pcmu_is_the_encoded_prompt() {
    played_exactly("100", Law::Mu, 0, &greeting());
}

#[test]
fn pcma_is_the_encoded_prompt() {
    played_exactly("101", Law::A, 8, &greeting_a());
}

#[test]
fn a_stranger_can_not_press_keys_or_divert_the_voice() {
    let server = server().start();
    let mut caller = server.phone("5552");
    caller.call("100");
    std::thread::sleep(Duration::from_millis(300));
    for _ in 0..5 {
        // "1" from another port, as an event and by its end packet.
        caller.media.inject_from_elsewhere(&[1, 0x8a, 3, 0xc0], 101);
    }
    let before = caller.media.count();
    std::thread::sleep(Duration::from_millis(500));
    let heard = caller.media.listen(Duration::from_millis(400));
    assert!(
        caller.media.count() - before > 30,
        "the voice still comes here"
    );
    assert!(
        crate::support::audio::share(&heard, 500.0) < 0.5,
        "a stranger pressed 1"
    );
    caller.hang_up();
}
