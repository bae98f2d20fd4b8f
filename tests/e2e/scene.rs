//! Callers, agents and their second lines, with tones to tell them apart.

use std::net::UdpSocket;
use std::time::Duration;

use crate::support::audio::{share, sine};
use crate::support::media::{KeyWay, Source};
use crate::support::phone::Phone;
use crate::support::server::{Server, Setup, server};
use crate::support::wire::Wire;

pub const RING: Duration = Duration::from_secs(8);
pub const CALLER: f64 = 600.0;
pub const AGENT: f64 = 900.0;
pub const SECOND: f64 = 1250.0;
pub const MUSIC: f64 = 1700.0;
pub const RINGING: f64 = 2100.0;

/// The music is a tone, and that of a phone that rings goes on.
pub fn with_music() -> Setup {
    server()
        .prompt("en/sys-moh", &sine(MUSIC, 6000.0, 2.0))
        .prompt("en/sys-ringback", &sine(RINGING, 6000.0, 2.0))
}

/// A caller and agent1 in conversation.
pub fn talking(server: &Server, number: &str) -> (Phone, Phone) {
    let mut agent = server.agent("agent1");
    agent.media.say(Source::Tone(AGENT));
    let mut caller = server.phone(number);
    caller.call("100");
    caller.media.say(Source::Tone(CALLER));
    std::thread::sleep(Duration::from_millis(200));
    caller.media.press('0', KeyWay::Event, 100);
    agent.ring(RING);
    agent.answer();
    std::thread::sleep(Duration::from_millis(400));
    (caller, agent)
}

/// Soon this phone hears that tone, and none of the others.
#[track_caller]
pub fn hears(phone: &Phone, hz: f64) {
    let mut told = String::new();
    for _ in 0..6 {
        let heard = phone.media.listen(Duration::from_millis(400));
        let others = [CALLER, AGENT, SECOND, MUSIC, RINGING];
        let others = others.into_iter().filter(|o| *o != hz);
        let others = others.map(|o| share(&heard, o)).fold(0.0, f64::max);
        if share(&heard, hz) > 0.85 && others < 0.05 {
            return;
        }
        told = format!("{hz} Hz: {:.2}, others {others:.2}", share(&heard, hz));
    }
    panic!("{told}\n{}", phone.transcript());
}

/// Puts the other side on hold.
pub fn hold(phone: &mut Phone) {
    phone.ours.direction = "sendonly".into();
    assert_eq!(phone.reinvite(), 200);
}

/// Takes it back.
pub fn resume(phone: &mut Phone) {
    phone.ours.direction = "sendrecv".into();
    assert_eq!(phone.reinvite(), 200);
}

/// The agent's second line calls this, and it rings there.
pub fn asks(server: &Server, number: &str) -> Phone {
    let mut line = server.phone("agent1");
    line.media.say(Source::Tone(AGENT));
    line.dial_as_agent(number, "secret");
    line
}

/// The server, and who is at the other end of its trunk.
pub fn with_a_trunk() -> (Server, Phone) {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a port");
    let at = socket.local_addr().expect("bound");
    let trunk = format!("[[trunks]]\nname = \"provider\"\nuri = \"sip:{at};transport=udp\"\n");
    let server = with_music().with(&trunk).start();
    let outside = Phone::on("outside", server.sip, Wire::Udp(socket));
    (server, outside)
}

/// Soon this phone hears all of these tones, and none of the others.
#[track_caller]
pub fn hears_all(phone: &Phone, wanted: &[f64]) {
    let mut told = String::new();
    for _ in 0..8 {
        let heard = phone.media.listen(Duration::from_millis(400));
        let shares = [CALLER, AGENT, SECOND, MUSIC].map(|hz| (hz, share(&heard, hz)));
        let least = 0.6 / wanted.len().max(1) as f64;
        let right = |(hz, share): &(f64, f64)| match wanted.contains(hz) {
            true => *share > least,
            false => *share < 0.02,
        };
        if shares.iter().all(right) {
            return;
        }
        told = format!("{shares:.2?}");
    }
    panic!("wanted {wanted:?}: {told}\n{}", phone.transcript());
}
