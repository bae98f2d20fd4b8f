//! A phone whose voice moves to another port, or another address, in the midst of a call: what a desk
//! phone does that is carried to another socket, or a gateway that takes another of its cards.

use std::net::IpAddr;
use std::time::{Duration, Instant};

use crate::scene::{AGENT, CALLER, RING, SECOND, hears, talking};
use crate::support::audio::{share, silent};
use crate::support::media::{KeyWay, Media, Source};
use crate::support::phone::{Phone, SOON};
use crate::support::server::server;

/// What is heard behind key 1 of the usual line.
const INFO: f64 = 500.0;

/// A phone's voice is there from the next offer on. The old place is kept: it hears, and what it
/// says (another tone) should be of no use any more.
fn moves(phone: &mut Phone, to: &str, hz: f64) -> Media {
    let to: IpAddr = to.parse().expect("an address");
    let media = Media::new(to);
    media.say(Source::Tone(hz));
    phone.ours.rtp = media.local;
    let old = std::mem::replace(&mut phone.media, media);
    old.say(Source::Tone(SECOND));
    old
}

/// Nothing comes to the old place any more, but for what is under way.
#[track_caller]
fn is_left(old: &Media) {
    std::thread::sleep(Duration::from_millis(100));
    old.forget();
    std::thread::sleep(Duration::from_millis(400));
    assert_eq!(old.count(), 0, "packets to where it was");
}

#[test]
fn in_a_talk_both_are_heard_where_they_are_now() {
    let server = server().start();
    let (mut caller, mut agent) = talking(&server, "5550960");
    hears(&caller, AGENT);
    // By re-INVITE, and by UPDATE; to another port, and to another address.
    let callers_old = moves(&mut caller, "127.0.0.1", CALLER);
    assert_eq!(caller.reinvite(), 200);
    hears(&agent, CALLER);
    hears(&caller, AGENT);
    is_left(&callers_old);
    let agents_old = moves(&mut agent, "127.0.0.2", AGENT);
    assert_eq!(agent.update(), 200);
    hears(&caller, AGENT);
    hears(&agent, CALLER);
    is_left(&agents_old);
    let again = moves(&mut caller, "127.0.0.3", CALLER);
    assert_eq!(caller.update(), 200);
    hears(&agent, CALLER);
    hears(&caller, AGENT);
    is_left(&again);
    assert_eq!(caller.hang_up(), 200);
    agent.wait_bye(SOON);
}

#[test]
fn in_a_menu_keys_count_from_where_the_phone_is_now() {
    let server = server().start();
    let mut agent = server.agent("agent1");
    let mut caller = server.phone("5550961");
    caller.call("100");
    std::thread::sleep(Duration::from_millis(200));
    let old = moves(&mut caller, "127.0.0.1", CALLER);
    let moved = Instant::now();
    assert_eq!(caller.reinvite(), 200);
    is_left(&old);
    old.press('1', KeyWay::Event, 100);
    std::thread::sleep(Duration::from_millis(500));
    let heard = caller.media.heard_since(moved);
    assert!(!silent(&heard), "the greeting");
    assert!(
        heard.chunks(1_600).all(|part| share(part, INFO) < 0.7),
        "the old place pressed 1"
    );
    caller.media.press('1', KeyWay::Event, 100);
    caller.media.hears(INFO);
    caller.media.press('0', KeyWay::Event, 100);
    agent.ring(RING);
    caller.hang_up();
    agent.wait_cancel(SOON);
}
