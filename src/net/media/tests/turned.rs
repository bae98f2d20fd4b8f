//! A thread under a clock of the test's own: no thread runs, the test turns the shard. The
//! sockets are real.
//!
//! On the loopback a packet is there when `send` returns, unless the kernel is so busy that it
//! does that work later, in order for each processor. So the test stays on one of them, and a
//! packet to oneself is awaited before anything is read.

use rustix::event::epoll;

use super::*;
use crate::media::codec::Encoder;
use crate::media::codec::frame_samples;
use crate::net::media::shard::Shard;
use crate::now::{Mono, Now, Wall};

pub(super) struct Turned {
    pub(super) pool: MediaPool,
    shard: Shard,
    orders: mpsc::Receiver<Order>,
    now: Now,
    echo: UdpSocket,
}

/// Waits until what was sent before has arrived.
fn settle(echo: &UdpSocket) {
    let to = echo.local_addr().unwrap();
    echo.send_to(&[0], to).unwrap();
    echo.recv(&mut [0]).unwrap();
}

impl Turned {
    pub(super) fn new() -> Turned {
        let mut here = rustix::thread::CpuSet::new();
        here.set(rustix::thread::sched_getcpu());
        rustix::thread::sched_setaffinity(None, &here).unwrap();
        let config = MediaConfig {
            threads: 1,
            ports: PORTS,
            ..MediaConfig::default()
        };
        let (common, mut queues) = Common::new(config).unwrap();
        let poll = epoll::create(epoll::CreateFlags::CLOEXEC).unwrap();
        let now = Now {
            mono: Mono::from_millis(1000),
            wall: Wall::from_unix_millis(1_795_000_000_000),
        };
        Turned {
            shard: Shard::new(0, common.clone(), poll, now.mono),
            pool: MediaPool { common },
            orders: queues.remove(0),
            now,
            echo: UdpSocket::bind((HERE, 0)).unwrap(),
        }
    }

    /// One turn of the thread's loop, this much later.
    pub(super) fn turn(&mut self, ms: u64) {
        self.now = self.now.after(Duration::from_millis(ms));
        settle(&self.echo);
        while let Ok(order) = self.orders.try_recv() {
            self.shard.order(order, self.now.mono);
        }
        self.shard.arrivals(self.now.mono);
        self.shard.ticks(self.now);
        self.shard.tell();
    }

    /// Turns every millisecond for so long.
    pub(super) fn run(&mut self, ms: u64) {
        for _ in 0..ms {
            self.turn(1);
        }
    }

    /// Commands the thread, and waits until it is done.
    pub(super) fn command(&mut self, command: MediaCommand) {
        self.turn(1);
        self.pool.command(command);
        self.turn(1);
    }

    /// Bridges the two, and waits until it is done.
    pub(super) fn bridge(&mut self, a: &Phone, b: &Phone) {
        let (first, second) = (a.leg, b.leg);
        self.turn(1);
        a.media.command(MediaCommand::Bridge {
            a: first,
            b: second,
        });
        self.turn(1);
    }

    /// The phone says `pcm` in the time it takes.
    pub(super) fn say(&mut self, phone: &mut Phone, codec: Codec, pcm: &[i16]) {
        let (mut encoder, mut payload) = (Encoder::new(codec), Vec::new());
        for frame in pcm.chunks(frame_samples(codec)) {
            encoder.encode(frame, &mut payload);
            phone.speak(&payload, codec.ticks_per_20ms());
            self.run(20);
        }
    }
}

/// Everything that has come to the phone by RTP.
pub(super) fn all(phone: &Phone) -> Vec<(RtpHeader, Vec<u8>)> {
    let mut heard = Vec::new();
    settle(&UdpSocket::bind((HERE, 0)).unwrap());
    phone.socket.set_nonblocking(true).unwrap();
    let mut buf = [0; 2000];
    while let Ok(len) = phone.socket.recv(&mut buf) {
        let packet = RtpPacket::parse(&buf[..len]).unwrap();
        heard.push((packet.header, packet.payload.to_vec()));
    }
    heard
}
