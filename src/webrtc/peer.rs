//! One browser, as the path to it and the keys with it are made and kept.

use std::collections::VecDeque;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Instant;

use dimpl::{Dtls, Output, SrtpProfile};
use is::stun::{StunMessage, StunPacket};
use is::{Candidate, IceAgent, IceAgentEvent, IceCreds, Protocol};

use super::identity::{Identity, fingerprint};
use crate::sdp::plan::{Fingerprint, IceCredentials, SrtpPlan, SrtpSuite, WebPlan};

/// Datagrams that wait to be sent; a peer draws out no more with one of its own.
const MAX_WAITING: usize = 32;
/// Addresses of one browser: it tries all of its networks.
const MAX_KNOWN: usize = 16;
/// The largest record that is written.
const MAX_RECORD: usize = 2048;

/// What became of a datagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// It was ours; there may be something to send, or to be learnt.
    Here,
    /// It is SRTP, or nothing at all.
    Not,
}

/// Where the peer is, and the keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Secured {
    /// Where to send.
    pub to: SocketAddr,
    /// With which keys.
    pub srtp: SrtpPlan,
}

/// One browser. See the module above.
pub struct Peer {
    ice: IceAgent,
    dtls: Dtls,
    plan: WebPlan,
    /// ICE wants to know which of our addresses was used: there is one.
    here: SocketAddr,
    /// As the browser chose.
    chosen: Option<SocketAddr>,
    /// From where somebody showed that they know the password.
    pub(super) known: Vec<SocketAddr>,
    /// From where the handshake came, before the browser chose.
    spoke: Option<SocketAddr>,
    /// The certificate was the announced one.
    certified: bool,
    keys: Option<SrtpPlan>,
    /// The handshake failed, or was taken back: nothing comes of it any more.
    over: bool,
    out: VecDeque<(SocketAddr, Vec<u8>)>,
    buffer: Vec<u8>,
}

impl Peer {
    /// What was agreed; `v6`: the family of the leg's address.
    pub fn new(identity: &Identity, plan: WebPlan, v6: bool, now: Instant) -> Peer {
        let ip = match v6 {
            true => IpAddr::V6(Ipv6Addr::LOCALHOST),
            false => IpAddr::V4(Ipv4Addr::LOCALHOST),
        };
        let here = SocketAddr::new(ip, 9);
        let mut ice = IceAgent::new(credentials(&plan.ours));
        ice.set_ice_lite(true);
        ice.set_controlling(false);
        ice.set_remote_credentials(credentials(&plan.theirs));
        if let Ok(candidate) = Candidate::host(here, Protocol::Udp) {
            ice.add_local_candidate(candidate);
        }
        ice.handle_timeout(now);
        let certificate = identity.certificate.clone();
        let mut dtls = Dtls::new_12(Arc::clone(&identity.config), certificate, now);
        dtls.set_active(plan.active);
        let mut peer = Peer {
            ice,
            dtls,
            plan,
            here,
            chosen: None,
            known: Vec::new(),
            spoke: None,
            certified: false,
            keys: None,
            over: false,
            out: VecDeque::new(),
            buffer: vec![0; MAX_RECORD],
        };
        peer.tick(now);
        peer
    }

    /// Offer and answer were done again. Another user name of theirs is a restart of ICE
    /// (RFC 8445 §9): the keys stay, and so does the old path until there is a new one.
    pub fn renegotiate(&mut self, plan: WebPlan, now: Instant) {
        if plan.theirs != self.plan.theirs {
            self.ice.ice_restart(credentials(&plan.ours), true);
            self.ice.set_remote_credentials(credentials(&plan.theirs));
        }
        self.plan = plan;
        self.tick(now);
    }

    /// A datagram (RFC 7983 §7 says what it is).
    pub fn receive(&mut self, datagram: &[u8], from: SocketAddr, now: Instant) -> Taken {
        match datagram.first() {
            Some(0..=3) => self.check(datagram, from, now),
            Some(20..=63) => self.handshake(datagram, from, now),
            Some(_) | None => return Taken::Not,
        }
        self.tick(now);
        Taken::Here
    }

    fn check(&mut self, datagram: &[u8], from: SocketAddr, now: Instant) {
        let Ok(message) = StunMessage::parse(datagram) else {
            return;
        };
        let packet = StunPacket {
            proto: Protocol::Udp,
            source: from,
            destination: self.here,
            message,
        };
        self.ice.handle_packet(now, packet);
    }

    fn handshake(&mut self, datagram: &[u8], from: SocketAddr, now: Instant) {
        if self.over || !self.known.contains(&from) {
            return;
        }
        self.spoke = Some(from);
        let taken = self.dtls.handle_timeout(now);
        if taken
            .and_then(|()| self.dtls.handle_packet(datagram))
            .is_err()
        {
            self.over = true;
        }
    }

    /// What is due by the clock. While the handshake goes on it wants to be called every 20 ms or
    /// so, later once in a second.
    pub fn tick(&mut self, now: Instant) {
        self.ice.handle_timeout(now);
        while let Some(event) = self.ice.poll_event() {
            match event {
                IceAgentEvent::NominatedSend { destination, .. } => {
                    self.chosen = Some(destination);
                }
                IceAgentEvent::DiscoveredRecv { source, .. } => {
                    if self.known.len() == MAX_KNOWN {
                        self.known.remove(0);
                    }
                    self.known.push(source);
                }
                IceAgentEvent::IceRestart(_) | IceAgentEvent::IceConnectionStateChange(_) => {}
            }
        }
        while let Some(transmit) = self.ice.poll_transmit() {
            let bytes: Vec<u8> = transmit.contents.into();
            self.send(transmit.destination, bytes);
        }
        if !self.over && self.dtls.handle_timeout(now).is_err() {
            self.over = true;
        }
        if let Some(to) = self.chosen.or(self.spoke).filter(|_| !self.over) {
            self.drain(to);
        }
    }

    /// What the handshake has for the peer, and for us.
    fn drain(&mut self, to: SocketAddr) {
        let mut buffer = std::mem::take(&mut self.buffer);
        loop {
            match self.dtls.poll_output(&mut buffer) {
                Output::Packet(record) => {
                    let record = record.to_vec();
                    self.send(to, record);
                }
                Output::BufferTooSmall { needed } if needed <= 1 << 16 => buffer.resize(needed, 0),
                Output::PeerCert(certificate) => {
                    self.certified = self.is_theirs(&fingerprint(certificate));
                    // Somebody between us, or a mix-up: nothing is said to them.
                    self.over |= !self.certified;
                }
                Output::KeyingMaterial(material, profile) => {
                    self.keys = keys(&material, profile, self.plan.active);
                    self.over |= self.keys.is_none();
                }
                Output::CloseNotify => self.over = true,
                Output::Timeout(_) => break,
                // Data channels are not ours; what is not known yet is not waited for.
                Output::Connected | Output::ApplicationData(_) => {}
                _ => break,
            }
            if self.over {
                break;
            }
        }
        self.buffer = buffer;
    }

    fn is_theirs(&self, shown: &Fingerprint) -> bool {
        *shown == self.plan.fingerprint
    }

    fn send(&mut self, to: SocketAddr, datagram: Vec<u8>) {
        if self.out.len() < MAX_WAITING {
            self.out.push_back((to, datagram));
        }
    }

    /// The next datagram to be sent.
    pub fn poll_transmit(&mut self) -> Option<(SocketAddr, Vec<u8>)> {
        self.out.pop_front()
    }

    /// Path and keys, once both are there. Keys of a peer that has not shown the announced
    /// certificate are none.
    pub fn secured(&self) -> Option<Secured> {
        let keys = self.keys.as_ref().filter(|_| self.certified && !self.over);
        Some(Secured {
            to: self.chosen.or(self.spoke)?,
            srtp: keys?.clone(),
        })
    }

    /// Whether the handshake is done, well or not.
    pub fn is_settled(&self) -> bool {
        self.keys.is_some() || self.over
    }

    /// Whether the peer has taken it back, or it has failed.
    pub fn is_over(&self) -> bool {
        self.over
    }

    /// Whether there will be no keys: the handshake has failed, or somebody else held it.
    pub fn has_failed(&self) -> bool {
        self.over && !(self.certified && self.keys.is_some())
    }
}

impl std::fmt::Debug for Peer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Peer")
            .field("chosen", &self.chosen)
            .field("settled", &self.is_settled())
            .field("over", &self.over)
            .finish_non_exhaustive()
    }
}

fn credentials(of: &IceCredentials) -> IceCreds {
    IceCreds {
        ufrag: of.ufrag.clone(),
        pass: of.password.clone(),
    }
}

/// Client's key, server's key, client's salt, server's salt (RFC 5764 §4.2).
fn keys(material: &[u8], profile: SrtpProfile, we_are_client: bool) -> Option<SrtpPlan> {
    let (suite, key, salt) = match profile {
        SrtpProfile::AES128_CM_SHA1_80 => (SrtpSuite::AesCm128HmacSha1_80, 16, 14),
        SrtpProfile::AEAD_AES_128_GCM => (SrtpSuite::AeadAes128Gcm, 16, 12),
        SrtpProfile::AEAD_AES_256_GCM => (SrtpSuite::AeadAes256Gcm, 32, 12),
        _ => return None,
    };
    let (keys, salts) = material.split_at_checked(2 * key)?;
    let (client_key, server_key) = keys.split_at_checked(key)?;
    let (client_salt, rest) = salts.split_at_checked(salt)?;
    let server_salt = rest.get(..salt)?;
    let client = [client_key, client_salt].concat();
    let server = [server_key, server_salt].concat();
    let (local_key, remote_key) = match we_are_client {
        true => (client, server),
        false => (server, client),
    };
    Some(SrtpPlan {
        suite,
        local_key,
        remote_key,
    })
}
