//! A phone's voice: an RTP sender in steps of 20 ms and a receiver that keeps everything.

use std::collections::VecDeque;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use base64::Engine;
use rtc_srtp::context::Context;
use rtc_srtp::crypto::default_provider;
use rtc_srtp::protection_profile::ProtectionProfile;

use super::audio::{Law, share};
use super::browser::{Keys, Page, Side, WebSession};
use super::opus;
use super::sdp::Session;

mod sending;

pub use sending::{KeyWay, Source};
use sending::{Press, Sending};

/// A packet that came.
#[derive(Clone, Debug)]
pub struct Packet {
    /// When.
    pub at: Instant,
    /// From where.
    pub from: SocketAddr,
    /// Payload type.
    pub pt: u8,
    /// Marker.
    pub marker: bool,
    /// Sequence number.
    pub seq: u16,
    /// Timestamp.
    pub timestamp: u32,
    /// Synchronisation source.
    pub ssrc: u32,
    /// Payload, decrypted.
    pub payload: Vec<u8>,
}

struct Shared {
    stop: AtomicBool,
    packets: Mutex<Vec<Packet>>,
    sending: Mutex<Sending>,
    decrypt: Mutex<Option<Context>>,
    /// Packets whose keys were not ours.
    foreign: AtomicUsize,
    key: String,
    page: Mutex<Option<Page>>,
    side: Mutex<Option<Side>>,
}

/// One phone's RTP port.
pub struct Media {
    /// Where we receive.
    pub local: SocketAddr,
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
}

impl Media {
    /// A port on this address; nothing is sent before [`Media::agree`].
    pub fn new(ip: IpAddr) -> Media {
        let socket = UdpSocket::bind((ip, 0)).expect("a loopback port");
        socket
            .set_read_timeout(Some(Duration::from_millis(50)))
            .expect("a socket option");
        let local = socket.local_addr().expect("a bound socket");
        let random = u64::from(local.port()).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let raw: Vec<u8> = (0..30).map(|i| (random >> (i % 57)) as u8 ^ i).collect();
        let shared = Arc::new(Shared {
            stop: AtomicBool::new(false),
            packets: Mutex::default(),
            decrypt: Mutex::default(),
            foreign: AtomicUsize::new(0),
            page: Mutex::default(),
            side: Mutex::default(),
            key: base64::engine::general_purpose::STANDARD.encode(raw),
            sending: Mutex::new(Sending {
                source: Source::Silence,
                to: None,
                pt: 0,
                dtmf: None,
                presses: VecDeque::new(),
                // Wraps within the first second: every call crosses 65535.
                seq: 65520,
                timestamp: u32::MAX - 4000,
                ssrc: (random >> 32) as u32,
                phase: 0,
                crypto: None,
                talking: true,
                opus: None,
                way: None,
            }),
        });
        let receiver = {
            let (socket, shared) = (socket.try_clone().expect("a socket"), shared.clone());
            std::thread::spawn(move || receive(&socket, &shared))
        };
        let sender = {
            let shared = shared.clone();
            std::thread::spawn(move || send(&socket, &shared))
        };
        Media {
            local,
            shared,
            threads: vec![receiver, sender],
        }
    }

    /// The key that we encrypt with, for SDP.
    pub fn key(&self) -> String {
        self.shared.key.clone()
    }

    /// From now on it is a page's: what to say in SDP.
    pub fn browse(&self, name: &str) -> WebSession {
        let page = Page::new();
        let session = page.session(name);
        *self.shared.page.lock().expect("no panic") = Some(page);
        session
    }

    /// From now on what is sent goes this way.
    pub fn through(&self, way: impl Fn(&[u8]) + Send + 'static) {
        self.sending().way = Some(Box::new(way));
    }

    /// Where to put what comes by another way than the socket.
    pub fn ear(&self) -> impl Fn(Packet) + Send + Sync + 'static {
        let shared = Arc::clone(&self.shared);
        move |packet| shared.packets.lock().expect("no panic").push(packet)
    }

    /// The source of all packets that are sent.
    pub fn ssrc(&self) -> u32 {
        self.sending().ssrc
    }

    /// Whether a page has its keys.
    pub fn is_secured(&self) -> bool {
        self.sending().crypto.is_some()
    }

    /// Offer and answer are done: send there, in their preferred codec that we know.
    pub fn agree(&self, ours: &Session, theirs: &Session) {
        let mut s = self.sending();
        if let (Some(mine), Some(web)) = (&ours.web, &theirs.web) {
            s.pt = theirs.first();
            s.dtmf = theirs.dtmf;
            s.talking = matches!(theirs.direction.as_str(), "sendrecv" | "recvonly")
                && matches!(ours.direction.as_str(), "sendrecv" | "sendonly");
            let mut side = self.shared.side.lock().expect("no panic");
            if side.is_none() {
                let page = self.shared.page.lock().expect("no panic");
                let page = page.as_ref().expect("a page");
                *side = Some(Side::new(page, mine, web, self.local, theirs.rtp));
            }
            return;
        }
        let is_opus = |c: &&(u8, String)| c.1.to_ascii_lowercase().starts_with("opus/");
        let opus = theirs.codecs.iter().find(is_opus).map(|c| c.0);
        s.opus = opus.map(|pt| (pt, opus::Encoder::new()));
        let held = theirs.rtp.ip().is_unspecified() || theirs.rtp.port() == 0;
        s.to = (!held).then_some(theirs.rtp);
        // An offer may have what we do not speak in front.
        let spoken = |t: &&(u8, String)| ours.codecs.iter().any(|o| o.0 == t.0);
        let common = theirs.codecs.iter().find(spoken);
        s.pt = common.map_or(theirs.first(), |c| c.0);
        s.dtmf = theirs.dtmf;
        s.talking = matches!(theirs.direction.as_str(), "sendrecv" | "recvonly")
            && matches!(ours.direction.as_str(), "sendrecv" | "sendonly");
        if let (Some(_), Some(their_key)) = (&ours.crypto, &theirs.crypto) {
            s.crypto = Some(context(&self.shared.key));
            *self.shared.decrypt.lock().expect("no panic") = Some(context(their_key));
        }
    }

    /// What to say from now on.
    pub fn say(&self, source: Source) {
        self.sending().source = source;
    }

    /// Presses a key for so long; several queue up with a pause of 60 ms.
    pub fn press(&self, key: char, way: KeyWay, ms: u32) {
        self.press_losing(key, way, ms, &[]);
    }

    /// The same, and these packets of the event are lost on the way.
    pub fn press_losing(&self, key: char, way: KeyWay, ms: u32, lose: &[u32]) {
        self.sending().presses.push_back(Press {
            key,
            way,
            steps: ms.div_ceil(20),
            done: 0,
            lose: lose.to_vec(),
            started_at: 0,
        });
    }

    /// Sends one packet from another port: a stranger's attempt to break in.
    pub fn inject_from_elsewhere(&self, payload: &[u8], pt: u8) {
        let s = self.sending();
        let stranger = UdpSocket::bind((self.local.ip(), 0)).expect("a loopback port");
        let mut p = vec![0x80, pt, 0, 1, 0, 0, 0, 1, 0xde, 0xad, 0xbe, 0xef];
        p.extend_from_slice(payload);
        if let Some(to) = s.to {
            stranger.send_to(&p, to).expect("loopback");
        }
    }

    /// Everything that came so far.
    pub fn packets(&self) -> Vec<Packet> {
        self.shared.packets.lock().expect("no panic").clone()
    }

    /// How many packets came so far.
    pub fn count(&self) -> usize {
        self.shared.packets.lock().expect("no panic").len()
    }

    /// Waits until a tone, and hardly anything else, is heard; for a few seconds, since what is
    /// asked here is what is heard and not how soon.
    #[track_caller]
    pub fn hears(&self, hz: f64) {
        let mut heard = Vec::new();
        for _ in 0..14 {
            heard = self.listen(Duration::from_millis(300));
            if share(&heard, hz) > 0.85 {
                return;
            }
        }
        panic!(
            "{hz} Hz: {:.2} of {} samples; {} packets came, the last {:?}; {} of another key",
            share(&heard, hz),
            heard.len(),
            self.count(),
            self.packets().last(),
            self.shared.foreign.load(Ordering::Relaxed)
        );
    }

    /// Forget what came.
    pub fn forget(&self) {
        self.shared.packets.lock().expect("no panic").clear();
    }

    /// The audio of what came since `since`, 8 kHz, in order of arrival.
    pub fn heard_since(&self, since: Instant) -> Vec<i16> {
        let opus = self.sending().opus.as_ref().map(|o| o.0);
        let mut decoder = opus::Decoder::new();
        let mut heard = Vec::new();
        for p in self.packets().iter().filter(|p| p.at >= since) {
            if let Some(law) = Law::of(p.pt) {
                heard.extend(p.payload.iter().map(|&b| law.decode(b)));
            } else if opus == Some(p.pt) {
                decoder.decode(&p.payload, &mut heard);
            }
        }
        heard
    }

    /// Listens for this long and gives what was heard.
    pub fn listen(&self, time: Duration) -> Vec<i16> {
        let start = Instant::now();
        std::thread::sleep(time);
        self.heard_since(start)
    }

    fn sending(&self) -> MutexGuard<'_, Sending> {
        self.shared.sending.lock().expect("no panic")
    }
}

impl Drop for Media {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::Relaxed);
        for t in self.threads.drain(..) {
            let _ = t.join();
        }
    }
}

fn context(key: &str) -> Context {
    let raw = base64::engine::general_purpose::STANDARD
        .decode(key)
        .expect("base64 in a=crypto");
    let provider = default_provider().expect("a crypto provider");
    Context::new(
        &raw[..16],
        &raw[16..],
        ProtectionProfile::Aes128CmHmacSha1_80,
        None,
        None,
        provider.crypto(),
    )
    .expect("key and salt of 30 bytes")
}

impl Shared {
    /// ICE and DTLS of a page. `true`: the datagram was theirs.
    fn browses(&self, socket: &UdpSocket, datagram: &[u8], from: SocketAddr) -> bool {
        let mut side = self.side.lock().expect("no panic");
        let Some(side) = side.as_mut() else {
            return false;
        };
        side.receive(datagram, from);
        self.turn(side, socket);
        true
    }

    fn turn(&self, side: &mut Side, socket: &UdpSocket) {
        let Some(keys) = side.turn(socket) else {
            return;
        };
        let Keys {
            profile,
            ours,
            theirs,
            to,
        } = keys;
        let context = |(key, salt): &(Vec<u8>, Vec<u8>)| {
            let provider = default_provider().expect("a crypto provider");
            Context::new(key, salt, profile, None, None, provider.crypto()).expect("keys")
        };
        *self.decrypt.lock().expect("no panic") = Some(context(&theirs));
        let mut sending = self.sending.lock().expect("no panic");
        sending.crypto = Some(context(&ours));
        sending.to = Some(to);
    }
}

fn receive(socket: &UdpSocket, shared: &Shared) {
    let mut buf = [0; 2048];
    while !shared.stop.load(Ordering::Relaxed) {
        let received = socket.recv_from(&mut buf);
        if let Some(side) = shared.side.lock().expect("no panic").as_mut() {
            shared.turn(side, socket);
        }
        let Ok((n, from)) = received else {
            continue;
        };
        if n > 0 && buf[0] < 64 && shared.browses(socket, &buf[..n], from) {
            continue;
        }
        let at = Instant::now();
        let mut bytes = buf[..n].to_vec();
        // RTCP on the same port (RFC 5761 §4).
        if n < 12 || (192..=223).contains(&bytes[1]) {
            continue;
        }
        if let Some(c) = shared.decrypt.lock().expect("no panic").as_mut() {
            match c.decrypt_rtp(&bytes) {
                Ok(plain) => bytes = plain.to_vec(),
                Err(_) => {
                    shared.foreign.fetch_add(1, Ordering::Relaxed);
                    continue;
                }
            }
        }
        let word =
            |i: usize| u32::from_be_bytes([bytes[i], bytes[i + 1], bytes[i + 2], bytes[i + 3]]);
        let packet = Packet {
            at,
            from,
            pt: bytes[1] & 127,
            marker: bytes[1] & 128 != 0,
            seq: u16::from_be_bytes([bytes[2], bytes[3]]),
            timestamp: word(4),
            ssrc: word(8),
            payload: bytes[12 + 4 * usize::from(bytes[0] & 15)..].to_vec(),
        };
        shared.packets.lock().expect("no panic").push(packet);
    }
}

fn send(socket: &UdpSocket, shared: &Shared) {
    let mut next = Instant::now();
    while !shared.stop.load(Ordering::Relaxed) {
        next += Duration::from_millis(20);
        std::thread::sleep(next.saturating_duration_since(Instant::now()));
        let mut s = shared.sending.lock().expect("no panic");
        for packet in s.step() {
            if let Some(way) = &s.way {
                way(&packet);
            } else if let Some(to) = s.to {
                // ICMP from a closed port must not end the phone.
                let _ = socket.send_to(&packet, to);
            }
        }
    }
}
