//! What a browser does before its voice is RTP with SRTP: ICE as the controlling side, and DTLS as the
//! client. By the same libraries as the server's; Chromium is the test of those.

use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::time::Instant;

use dimpl::{Config, Dtls, DtlsCertificate, Output, SrtpProfile};
use is::stun::{StunMessage, StunPacket};
use is::{Candidate, IceAgent, IceCreds, Protocol};
use rtc_srtp::protection_profile::ProtectionProfile;
use sha2::{Digest, Sha256};

/// What one side says of it in SDP.
#[derive(Clone, Debug, PartialEq)]
pub struct WebSession {
    /// `a=ice-ufrag`.
    pub ufrag: String,
    /// `a=ice-pwd`.
    pub password: String,
    /// `a=fingerprint`, with its hash's name.
    pub fingerprint: String,
    /// `a=setup`.
    pub setup: String,
}

/// The certificate of all pages of a test.
pub struct Page {
    certificate: DtlsCertificate,
    config: Arc<Config>,
}

impl Page {
    pub fn new() -> Page {
        let key = rcgen::KeyPair::generate().expect("a key");
        let params = rcgen::CertificateParams::new(Vec::new()).expect("no names");
        let certificate = params.self_signed(&key).expect("a certificate");
        Page {
            certificate: DtlsCertificate {
                certificate: certificate.der().to_vec(),
                private_key: key.serialize_der(),
            },
            config: Arc::new(Config::builder().build().expect("usual settings")),
        }
    }

    /// What it says of itself.
    pub fn session(&self, name: &str) -> WebSession {
        WebSession {
            ufrag: format!("{name:.4}{:04x}", std::process::id() & 0xffff),
            password: format!("{name}-a-password-of-24-and-more"),
            fingerprint: fingerprint(&self.certificate.certificate),
            setup: "actpass".to_owned(),
        }
    }
}

fn fingerprint(certificate: &[u8]) -> String {
    let digest = Sha256::digest(certificate);
    let hex: Vec<String> = digest.iter().map(|b| format!("{b:02X}")).collect();
    format!("sha-256 {}", hex.join(":"))
}

/// Keys as they come out: suite, ours, theirs; each key and salt.
pub struct Keys {
    pub profile: ProtectionProfile,
    pub ours: (Vec<u8>, Vec<u8>),
    pub theirs: (Vec<u8>, Vec<u8>),
    /// Where to send.
    pub to: SocketAddr,
}

/// One call's.
pub struct Side {
    ice: IceAgent,
    dtls: Dtls,
    here: SocketAddr,
    there: SocketAddr,
    expected: String,
    shown: Option<String>,
    done: bool,
}

impl Side {
    pub fn new(
        page: &Page,
        ours: &WebSession,
        theirs: &WebSession,
        here: SocketAddr,
        there: SocketAddr,
    ) -> Side {
        let creds = |s: &WebSession| IceCreds {
            ufrag: s.ufrag.clone(),
            pass: s.password.clone(),
        };
        let mut ice = IceAgent::new(creds(ours));
        ice.set_controlling(true);
        ice.set_remote_credentials(creds(theirs));
        let candidate = |at| Candidate::host(at, Protocol::Udp).expect("an address");
        ice.add_local_candidate(candidate(here));
        ice.add_remote_candidate(candidate(there));
        let (config, certificate) = (Arc::clone(&page.config), page.certificate.clone());
        let mut dtls = Dtls::new_12(config, certificate, Instant::now());
        assert_ne!(theirs.setup, "active", "the server waits for the page");
        dtls.set_active(true);
        Side {
            ice,
            dtls,
            here,
            there,
            expected: theirs.fingerprint.clone(),
            shown: None,
            done: false,
        }
    }

    /// A datagram that is no SRTP.
    pub fn receive(&mut self, datagram: &[u8], from: SocketAddr) {
        let now = Instant::now();
        if datagram[0] < 4 {
            let message = StunMessage::parse(datagram).expect("STUN of the server");
            let packet = StunPacket {
                proto: Protocol::Udp,
                source: from,
                destination: self.here,
                message,
            };
            self.ice.handle_packet(now, packet);
        } else {
            self.dtls.handle_timeout(now).expect("DTLS");
            self.dtls
                .handle_packet(datagram)
                .expect("DTLS of the server");
        }
    }

    /// Sends what is due; the keys, once.
    pub fn turn(&mut self, socket: &UdpSocket) -> Option<Keys> {
        let now = Instant::now();
        self.ice.handle_timeout(now);
        while self.ice.poll_event().is_some() {}
        while let Some(t) = self.ice.poll_transmit() {
            let _ = socket.send_to(&t.contents, t.destination);
        }
        if !self.ice.state().is_connected() {
            return None;
        }
        self.dtls.handle_timeout(now).expect("DTLS");
        let mut buffer = vec![0; 4096];
        let mut found = None;
        loop {
            match self.dtls.poll_output(&mut buffer) {
                Output::Packet(record) => {
                    let _ = socket.send_to(record, self.there);
                }
                Output::PeerCert(certificate) => self.shown = Some(fingerprint(certificate)),
                Output::KeyingMaterial(material, profile) => found = Some((material, profile)),
                Output::Timeout(_) => break,
                _ => {}
            }
        }
        let (material, profile) = found.filter(|_| !self.done)?;
        self.done = true;
        assert_eq!(
            self.shown.as_deref(),
            Some(self.expected.as_str()),
            "the announced certificate"
        );
        Some(self.keys(&material, profile))
    }

    fn keys(&self, material: &[u8], profile: SrtpProfile) -> Keys {
        let (profile, key, salt) = match profile {
            SrtpProfile::AES128_CM_SHA1_80 => (ProtectionProfile::Aes128CmHmacSha1_80, 16, 14),
            SrtpProfile::AEAD_AES_128_GCM => (ProtectionProfile::AeadAes128Gcm, 16, 12),
            SrtpProfile::AEAD_AES_256_GCM => (ProtectionProfile::AeadAes256Gcm, 32, 12),
            other => panic!("{other}"),
        };
        let salts = &material[2 * key..];
        Keys {
            profile,
            ours: (material[..key].to_vec(), salts[..salt].to_vec()),
            theirs: (
                material[key..2 * key].to_vec(),
                salts[salt..2 * salt].to_vec(),
            ),
            to: self.there,
        }
    }
}
