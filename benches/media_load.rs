//! A thousand legs on one media thread, with peers that send and receive as phones do, over
//! the loopback: what the media thread uses of a processor, and how late packets come.
//!
//! `cargo bench --bench media_load -- [legs] [seconds] [play|talk|bridge]`

use std::net::{IpAddr, Ipv4Addr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rustix::event::epoll;
use zeroline::ids::{LegId, PromptName};
use zeroline::media::codec::encode_prompt;
use zeroline::media::command::{MediaCommand, PlayToken, Playlist};
use zeroline::media::prompt::Prompt;
use zeroline::media::rtp::RtpHeader;
use zeroline::net::media::{LegMedia, MediaConfig, MediaPool};
use zeroline::sdp::plan::{Codec, Direction, MediaPlan};

const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

struct Peer {
    socket: UdpSocket,
    _media: LegMedia,
    header: RtpHeader,
    /// Arrival minus media time of the earliest packet, then how late each came, in µs.
    earliest: i64,
    first: Option<u32>,
    heard: u64,
}

fn main() {
    let args: Vec<String> = std::env::args()
        .skip(1)
        .filter(|a| a != "--bench")
        .collect();
    let number = |i: usize, or: u64| args.get(i).and_then(|a| a.parse().ok()).unwrap_or(or);
    let (legs, seconds) = (number(0, 1000), number(1, 10));
    let mode = args.get(2).map_or("talk", String::as_str).to_owned();
    if args.is_empty() && std::env::args().any(|a| a == "--test") {
        return;
    }
    let pool = MediaPool::start(MediaConfig {
        threads: 1,
        ports: 20_000..=25_999,
        ..MediaConfig::default()
    })
    .expect("threads start");
    let pcm: Vec<i16> = (0..8000 * 16)
        .map(|i| ((i * 37) % 4000) as i16 - 2000)
        .collect();
    let encoded = encode_prompt(&pcm, 8000, &[Codec::Pcmu]).expect("8 kHz is fine");
    let prompt = Arc::new(Prompt::new(
        PromptName::new("main"),
        Duration::from_secs(16),
        encoded,
    ));
    let (tx, _rx) = tokio::sync::mpsc::channel(100_000);
    let before = rss_kib();
    let mut peers: Vec<Peer> = Vec::new();
    for i in 0..legs {
        let socket = UdpSocket::bind((HERE, 0)).expect("a port");
        socket.set_nonblocking(true).expect("non-blocking");
        let leg = LegId(i);
        let beside = (i % 2 == 1).then(|| LegId(i - 1));
        let opened = pool.open(leg, HERE, beside, tx.clone()).expect("a leg");
        let plan = MediaPlan {
            remote_rtp: socket.local_addr().ok(),
            remote_rtcp: None,
            rtcp_mux: false,
            codec: Codec::Pcmu,
            send_payload_type: 0,
            recv: vec![(0, Codec::Pcmu)],
            dtmf: Some(zeroline::sdp::plan::DtmfPlan {
                send_payload_type: 101,
                recv_payload_type: 101,
                clock_rate: 8000,
            }),
            comfort_noise: None,
            direction: Direction::SendRecv,
            srtp: None,
            web: None,
        };
        opened.media.command(MediaCommand::Apply { leg, plan });
        socket.connect(opened.rtp).expect("connect");
        if mode == "bridge" {
            if let Some(b) = beside {
                opened.media.command(MediaCommand::Bridge { a: leg, b });
            }
        } else {
            opened.media.command(MediaCommand::Play {
                leg,
                token: PlayToken(0),
                list: Playlist {
                    prompts: vec![prompt.clone()],
                    repeat: true,
                },
            });
        }
        peers.push(Peer {
            socket,
            _media: opened.media,
            header: RtpHeader {
                ssrc: i as u32,
                ..RtpHeader::default()
            },
            earliest: i64::MAX,
            first: None,
            heard: 0,
        });
    }
    let stop = Arc::new(AtomicBool::new(false));
    let talking = mode != "play";
    let stopped = stop.clone();
    let generator = std::thread::Builder::new()
        .name("phones".to_owned())
        .spawn(move || phones(peers, talking, &stopped))
        .expect("a thread");
    std::thread::sleep(Duration::from_secs(2));
    let (cpu, start) = (media_cpu(), clock());
    std::thread::sleep(Duration::from_secs(seconds));
    let (used, took) = (media_cpu() - cpu, start.elapsed().as_secs_f64());
    let after = rss_kib();
    stop.store(true, Ordering::Relaxed);
    let (mut late, lag, heard) = generator.join().expect("the phones");
    late.sort_unstable();
    let at = |p: usize| late.get(late.len() * p / 1000).copied().unwrap_or(0) as f64 / 1000.0;
    println!(
        "{mode} {legs} legs {took:.1} s: {used:.2} CPU-s, {:.3} per 1000 leg-s; \
         {heard} packets heard; late p50 {:.2} p99 {:.2} p99.9 {:.2} ms; \
         generator's worst lag {lag} ms; process grew by {} KiB per leg (both sides); {:?}",
        used * 1000.0 / (legs as f64 * took),
        at(500),
        at(990),
        at(999),
        (after.saturating_sub(before)) / legs.max(1),
        pool.stats(),
    );
    pool.stop();
}

#[expect(clippy::disallowed_methods, reason = "a benchmark measures time")]
fn clock() -> Instant {
    Instant::now()
}

/// Sends 50 packets a second for each peer and hears what comes. Lateness in µs, the
/// generator's own worst lag in ms, packets heard.
fn phones(mut peers: Vec<Peer>, talking: bool, stop: &AtomicBool) -> (Vec<i64>, u64, u64) {
    let start = clock();
    let (mut late, mut lag, mut ms) = (Vec::with_capacity(2_000_000), 0, 0u64);
    let (mut buf, mut out) = ([0u8; 2000], Vec::new());
    let poll = epoll::create(epoll::CreateFlags::CLOEXEC).expect("an epoll");
    for (i, peer) in peers.iter().enumerate() {
        let data = epoll::EventData::new_u64(i as u64);
        epoll::add(&poll, &peer.socket, data, epoll::EventFlags::IN).expect("a place in it");
    }
    let mut ready = Vec::with_capacity(1024);
    while !stop.load(Ordering::Relaxed) {
        let now = start.elapsed().as_millis() as u64;
        if now <= ms {
            std::thread::sleep(Duration::from_micros(300));
            continue;
        }
        lag = lag.max(now - ms);
        ms = if now - ms > 20 { now } else { ms + 1 };
        ready.clear();
        let at_once = rustix::event::Timespec {
            tv_sec: 0,
            tv_nsec: 0,
        };
        let spare = rustix::buffer::spare_capacity(&mut ready);
        if epoll::wait(&poll, spare, Some(&at_once)).is_err() {
            continue;
        }
        for event in &ready {
            let Some(peer) = peers.get_mut(event.data.u64() as usize) else {
                continue;
            };
            let Ok(len) = peer.socket.recv(&mut buf) else {
                continue;
            };
            let Some(t) = buf.get(4..8).filter(|_| len > 12) else {
                continue;
            };
            let ts = u32::from_be_bytes([t[0], t[1], t[2], t[3]]);
            let first = *peer.first.get_or_insert(ts);
            let media_us = i64::from(ts.wrapping_sub(first)) * 125;
            let diff = start.elapsed().as_micros() as i64 - media_us;
            peer.heard += 1;
            if peer.heard > 10 {
                peer.earliest = peer.earliest.min(diff);
                late.push(diff - peer.earliest);
            }
        }
        // Each peer has its millisecond of the 20.
        let speaking = peers.iter_mut().skip((ms % 20) as usize).step_by(20);
        for peer in speaking.filter(|_| talking) {
            peer.header.write(&[0xff; 160], &mut out);
            peer.header.sequence = peer.header.sequence.wrapping_add(1);
            peer.header.timestamp = peer.header.timestamp.wrapping_add(160);
            let _ = peer.socket.send(&out);
        }
    }
    (late, lag, peers.iter().map(|p| p.heard).sum())
}

/// CPU seconds of the media threads so far, by the scheduler's own account.
fn media_cpu() -> f64 {
    let Ok(tasks) = std::fs::read_dir("/proc/self/task") else {
        return 0.0;
    };
    tasks
        .filter_map(|t| Some(t.ok()?.path()))
        .filter(|t| {
            std::fs::read_to_string(t.join("comm")).is_ok_and(|name| name.starts_with("media-"))
        })
        .filter_map(|t| std::fs::read_to_string(t.join("schedstat")).ok())
        .filter_map(|s| s.split_whitespace().next()?.parse::<f64>().ok())
        .sum::<f64>()
        / 1e9
}

fn rss_kib() -> u64 {
    std::fs::read_to_string("/proc/self/status")
        .ok()
        .and_then(|s| {
            let line = s.lines().find(|l| l.starts_with("VmRSS"))?.to_owned();
            line.split_whitespace().nth(1)?.parse().ok()
        })
        .unwrap_or(0)
}
