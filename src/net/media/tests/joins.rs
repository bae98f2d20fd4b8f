//! Where one source of a leg's audio ends and the next begins: whoever hears it is sent one stream,
//! without a hole that the network did not make.

use super::turned::{Turned, all};
use super::*;
use crate::media::srtp::SrtpSession;
use crate::sdp::plan::{SrtpPlan, SrtpSuite};

/// Its static payload type (RFC 3551 §6); nobody agreed on it.
const COMFORT_NOISE: u8 = 13;

fn keys(local: u8, remote: u8) -> SrtpPlan {
    SrtpPlan {
        suite: SrtpSuite::AesCm128HmacSha1_80,
        local_key: vec![local; 30],
        remote_key: vec![remote; 30],
    }
}

/// A caller, all that came to them, and the agent.
struct Call {
    t: Turned,
    caller: Phone,
    agent: Phone,
    srtp: Option<SrtpSession>,
    came: Vec<RtpHeader>,
}

impl Call {
    fn new(srtp: bool) -> Call {
        let t = Turned::new();
        let caller = Phone::with(&t.pool, Codec::Pcmu, None, |p| {
            p.srtp = srtp.then(|| keys(1, 2));
        });
        let agent = Phone::with(&t.pool, Codec::Pcmu, Some(caller.leg), |_| {});
        Call {
            t,
            caller,
            agent,
            srtp: srtp.then(|| SrtpSession::new(&keys(2, 1)).unwrap()),
            came: Vec::new(),
        }
    }

    /// So many times 20 ms, in which the agent speaks. What came to the caller: how many.
    fn pass(&mut self, frames: usize) -> usize {
        let mut came = 0;
        for _ in 0..frames {
            self.agent.speak(&[7; 160], 160);
            self.t.run(20);
            came += self.listen();
        }
        came
    }

    fn listen(&mut self) -> usize {
        let Some(session) = &mut self.srtp else {
            let heard = all(&self.caller);
            self.came.extend(heard.iter().map(|(header, _)| *header));
            return heard.len();
        };
        self.caller.socket.set_nonblocking(true).unwrap();
        let (mut buf, mut clear, mut came) = ([0; 2000], Vec::new(), 0);
        while let Ok(len) = self.caller.socket.recv(&mut buf) {
            let opened = session.unprotect_rtp(&buf[..len], &mut clear);
            opened.expect("each packet is of its own number, and authentic");
            self.came.push(RtpPacket::parse(&clear).unwrap().header);
            came += 1;
        }
        came
    }

    fn plays(&mut self, token: u32, hz: f64, ms: usize, repeat: bool) {
        self.caller.play(token, vec![prompt(hz, ms)], repeat);
    }

    fn apply(&mut self, direction: Direction) {
        let mut plan = plan(self.caller.at(), Codec::Pcmu);
        plan.srtp = self.srtp.is_some().then(|| keys(1, 2));
        plan.direction = direction;
        let leg = self.caller.leg;
        self.t.command(MediaCommand::Apply { leg, plan });
    }
}

fn one_stream(srtp: bool) {
    let mut call = Call::new(srtp);
    // It rings, the agent's phone is there already; words cut it short, then music.
    call.plays(1, 425.0, 1000, true);
    assert!(call.pass(12) >= 11);
    call.plays(2, 700.0, 200, false);
    assert!(call.pass(15) >= 9);
    call.plays(3, 1700.0, 500, true);
    assert!(call.pass(40) >= 39);
    call.t.bridge(&call.caller, &call.agent);
    assert!(call.pass(30) >= 29);
    // Words over the talk, and on with it.
    call.plays(4, 900.0, 100, false);
    assert!(call.pass(20) >= 18);
    // The agent's phone is silent in its own way, which was not agreed on.
    for _ in 0..5 {
        call.agent.header.payload_type = COMFORT_NOISE;
        call.agent.speak(&[40], 160);
        call.agent.header.payload_type = 0;
        call.t.run(20);
    }
    assert_eq!(call.listen(), 0);
    assert_eq!(call.pass(20), 20);
    // On hold for more than a second, while the agent speaks to nobody.
    call.apply(Direction::RecvOnly);
    assert_eq!(call.pass(60), 0);
    call.apply(Direction::SendRecv);
    assert_eq!(call.pass(20), 20);
    // And with music, as the agent holds.
    let leg = call.caller.leg;
    call.t.command(MediaCommand::Unbridge { leg });
    call.plays(5, 1700.0, 500, true);
    assert!(call.pass(40) >= 39);
    call.t.bridge(&call.caller, &call.agent);
    assert!(call.pass(20) >= 19);
    for (n, pair) in call.came.windows(2).enumerate() {
        let (x, y) = (pair[0], pair[1]);
        assert_eq!(y.ssrc, x.ssrc, "packet {n}");
        assert_eq!(y.sequence, x.sequence.wrapping_add(1), "packet {n}: a hole");
        let step = y.timestamp.wrapping_sub(x.timestamp);
        assert!(
            step == 160 || y.marker && step < 8000 * 5,
            "packet {n}: {step}"
        );
    }
    let began = call.came.iter().filter(|h| h.marker).count();
    assert!((8..=14).contains(&began), "{began} talkspurts");
}

#[test]
fn from_ringing_to_the_last_word_it_is_one_stream() {
    one_stream(false);
}

#[test]
fn with_srtp_it_is_one_stream_as_well() {
    one_stream(true);
}
