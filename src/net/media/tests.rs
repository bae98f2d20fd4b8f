//! The threads over real sockets on the loopback.

mod bridge;
mod hear;
mod joins;
mod keys;
mod mix;
mod parting;
mod play;
mod starved;
mod tap;
mod tones;
mod trust;
mod turned;
mod voice;

use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use tokio::sync::mpsc;

use super::*;
use crate::ids::PromptName;
use crate::media::codec::encode_prompt;
use crate::media::command::{PlayToken, Playlist};
use crate::media::prompt::Prompt;
use crate::media::rtp::{RtpHeader, RtpPacket};
use crate::sdp::plan::{Codec, Direction, DtmfPlan, MediaPlan};

const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// Enough for tests that run side by side, and beside another server; what is taken is
/// stepped over.
const PORTS: RangeInclusive<u16> = 26_000..=32_000;

fn pool() -> MediaPool {
    pool_with(|_| {})
}

fn pool_with(change: impl FnOnce(&mut MediaConfig)) -> MediaPool {
    let mut config = MediaConfig {
        threads: 1,
        ports: PORTS,
        realtime: false,
        ..MediaConfig::default()
    };
    change(&mut config);
    MediaPool::start(config).unwrap()
}

/// A phone's socket, and the leg that serves it.
struct Phone {
    socket: UdpSocket,
    leg: LegId,
    media: LegMedia,
    there: SocketAddr,
    events: mpsc::Receiver<MediaEvent>,
    header: RtpHeader,
}

fn plan(remote: SocketAddr, codec: Codec) -> MediaPlan {
    let pt = match codec {
        Codec::Pcmu => 0,
        Codec::Pcma => 8,
        Codec::G722 => 9,
        Codec::Opus => 111,
    };
    MediaPlan {
        remote_rtp: Some(remote),
        remote_rtcp: None,
        rtcp_mux: false,
        codec,
        send_payload_type: pt,
        recv: vec![(pt, codec)],
        dtmf: Some(DtmfPlan {
            send_payload_type: 101,
            recv_payload_type: 101,
            clock_rate: 8000,
        }),
        comfort_noise: None,
        direction: Direction::SendRecv,
        srtp: None,
        web: None,
    }
}

impl Phone {
    fn new(pool: &MediaPool, codec: Codec) -> Phone {
        Phone::with(pool, codec, None, |_| {})
    }

    fn with(
        pool: &MediaPool,
        codec: Codec,
        beside: Option<LegId>,
        change: impl FnOnce(&mut MediaPlan),
    ) -> Phone {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let leg = LegId(NEXT.fetch_add(1, Ordering::Relaxed));
        let socket = UdpSocket::bind((HERE, 0)).unwrap();
        socket
            .set_read_timeout(Some(Duration::from_secs(5)))
            .unwrap();
        let (tx, events) = mpsc::channel(64);
        let opened = pool.open(leg, HERE, beside, tx).unwrap();
        let mut plan = plan(socket.local_addr().unwrap(), codec);
        change(&mut plan);
        let header = RtpHeader {
            payload_type: plan.send_payload_type,
            ssrc: 0x1234_0000 + leg.0 as u32,
            sequence: 65_530,
            timestamp: u32::MAX - 300,
            marker: false,
        };
        opened.media.command(MediaCommand::Apply { leg, plan });
        Phone {
            socket,
            leg,
            media: opened.media,
            there: opened.rtp,
            events,
            header,
        }
    }

    fn at(&self) -> SocketAddr {
        self.socket.local_addr().unwrap()
    }

    fn play(&self, token: u32, prompts: Vec<Arc<Prompt>>, repeat: bool) {
        self.media.command(MediaCommand::Play {
            leg: self.leg,
            token: PlayToken(token),
            list: Playlist { prompts, repeat },
        });
    }

    /// The next RTP packet that the phone hears.
    fn hear(&self) -> (RtpHeader, Vec<u8>) {
        let mut buf = [0; 2000];
        loop {
            let (len, from) = self.socket.recv_from(&mut buf).unwrap();
            if from == self.there {
                let packet = RtpPacket::parse(&buf[..len]).unwrap();
                return (packet.header, packet.payload.to_vec());
            }
        }
    }

    /// Nothing comes for this long.
    fn hears_nothing(&self, ms: u64) -> bool {
        let limit = Duration::from_millis(ms);
        self.socket.set_read_timeout(Some(limit)).unwrap();
        let heard = self.socket.recv_from(&mut [0; 2000]);
        self.socket
            .set_read_timeout(Some(Duration::from_secs(5)))
            .unwrap();
        heard.is_err()
    }

    /// Sends the next 20 ms.
    fn speak(&mut self, payload: &[u8], ticks: u32) {
        let mut packet = Vec::new();
        self.header.write(payload, &mut packet);
        self.socket.send_to(&packet, self.there).unwrap();
        self.header.sequence = self.header.sequence.wrapping_add(1);
        self.header.timestamp = self.header.timestamp.wrapping_add(ticks);
    }

    /// The next event that is not a `Latched`.
    fn event(&mut self) -> Option<MediaEvent> {
        for _ in 0..5000 {
            match self.events.try_recv() {
                Ok(MediaEvent::Latched { .. }) => {}
                Ok(event) => return Some(event),
                Err(_) => std::thread::sleep(Duration::from_millis(1)),
            }
        }
        None
    }

    fn no_event(&mut self, ms: u64) -> bool {
        std::thread::sleep(Duration::from_millis(ms));
        !matches!(self.events.try_recv(), Ok(e) if !matches!(e, MediaEvent::Latched { .. }))
    }
}

fn tone(hz: f64, ms: usize, rate: u32) -> Vec<i16> {
    (0..ms * rate as usize / 1000)
        .map(|i| {
            let t = i as f64 / f64::from(rate);
            (8000.0 * (t * hz * std::f64::consts::TAU).sin()) as i16
        })
        .collect()
}

fn prompt(hz: f64, ms: usize) -> Arc<Prompt> {
    let pcm = tone(hz, ms, 8000);
    let all = encode_prompt(&pcm, 8000, &Codec::ALL).unwrap();
    let length = Duration::from_millis(ms as u64);
    Arc::new(Prompt::new(PromptName::new("tone"), length, all))
}

/// How much of the signal's power is at `hz`, 0 to 1.
fn share(pcm: &[i16], hz: f64, rate: u32) -> f64 {
    let (mut re, mut im, mut all) = (0.0, 0.0, 0.0);
    for (i, s) in pcm.iter().enumerate() {
        let (s, w) = (
            f64::from(*s),
            i as f64 * hz * std::f64::consts::TAU / f64::from(rate),
        );
        re += s * w.cos();
        im += s * w.sin();
        all += s * s;
    }
    if all == 0.0 {
        return 0.0;
    }
    2.0 * (re * re + im * im) / (all * pcm.len() as f64)
}
