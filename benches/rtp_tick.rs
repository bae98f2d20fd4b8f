//! What a packet costs without its system call: a playing leg's tick, a relayed packet.

use std::hint::black_box;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use zeroline::ids::{LegId, PromptName};
use zeroline::media::codec::encode_prompt;
use zeroline::media::command::{PlayToken, Playlist};
use zeroline::media::leg::{Leg, LegConfig};
use zeroline::media::prompt::Prompt;
use zeroline::media::rtp::RtpHeader;
use zeroline::media::source_lock::SourcePolicy;
use zeroline::now::Mono;
use zeroline::sdp::plan::{Codec, Direction, MediaPlan, SrtpPlan, SrtpSuite};

fn leg(srtp: Option<SrtpPlan>) -> Leg {
    let peer: SocketAddr = ([127, 0, 0, 1], 4000).into();
    let config = LegConfig {
        ssrc: 1,
        sequence: 2,
        timestamp: 3,
        seed: 4,
        source: SourcePolicy::Nat,
        silent_after: Duration::from_secs(10),
        cname: Arc::from("bench"),
    };
    let mut leg = Leg::new(LegId(1), config, Mono::ZERO);
    let plan = MediaPlan {
        remote_rtp: Some(peer),
        remote_rtcp: None,
        rtcp_mux: false,
        codec: Codec::Pcmu,
        send_payload_type: 0,
        recv: vec![(0, Codec::Pcmu)],
        dtmf: None,
        comfort_noise: None,
        direction: Direction::SendRecv,
        srtp,
        web: None,
    };
    leg.apply(plan, Mono::ZERO);
    leg
}

fn playing(srtp: Option<SrtpPlan>) -> Leg {
    let mut leg = leg(srtp);
    let Ok(all) = encode_prompt(&[1000; 16_000], 8000, &[Codec::Pcmu]) else {
        return leg;
    };
    let prompt = Prompt::new(PromptName::new("p"), Duration::from_secs(2), all);
    let list = Playlist {
        prompts: vec![Arc::new(prompt)],
        repeat: true,
    };
    leg.play(PlayToken(1), list);
    leg
}

fn bench(c: &mut Criterion) {
    let keys = SrtpPlan {
        suite: SrtpSuite::AesCm128HmacSha1_80,
        local_key: vec![1; 30],
        remote_key: vec![2; 30],
    };
    for (name, srtp) in [
        ("playing leg, one tick", None),
        ("the same with SRTP", Some(keys)),
    ] {
        let mut leg = playing(srtp);
        let (mut out, mut events, mut ms) = (Vec::new(), Vec::new(), 0);
        c.bench_function(name, |b| {
            b.iter(|| {
                ms += 20;
                black_box(leg.tick(ms, &mut out, &mut events))
            });
        });
    }
    let (mut from, mut to) = (leg(None), leg(None));
    let peer: SocketAddr = ([127, 0, 0, 1], 4000).into();
    let mut header = RtpHeader::default();
    let (mut packet, mut clear, mut out, mut events, mut ms) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new(), 0);
    c.bench_function("relayed packet, in and out", |b| {
        b.iter(|| {
            ms += 20;
            header.sequence = header.sequence.wrapping_add(1);
            header.timestamp = header.timestamp.wrapping_add(160);
            header.write(&[0xff; 160], &mut packet);
            let now = Mono::from_millis(ms);
            let received = from.receive(&packet, &mut clear, peer, now, &mut events);
            let passed = received.packet.map(|p| to.pass_on(&p, ms, &mut out));
            events.clear();
            black_box(passed)
        });
    });
}

criterion_group!(benches, bench);
criterion_main!(benches);
