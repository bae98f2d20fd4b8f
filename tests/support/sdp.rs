//! Session descriptions, as much as a test phone needs (RFC 4566, 3264, 4568).

use std::net::{IpAddr, SocketAddr};

use super::browser::WebSession;

/// One side's audio line.
#[derive(Clone, Debug)]
pub struct Session {
    /// Where RTP is received.
    pub rtp: SocketAddr,
    /// Payload types and their names, e.g. `(0, "PCMU/8000")`, the preferred first.
    pub codecs: Vec<(u8, String)>,
    /// Payload type of telephone-event, if spoken.
    pub dtmf: Option<u8>,
    /// `sendrecv`, `sendonly`, `recvonly`, `inactive`.
    pub direction: String,
    /// The inline key of `AES_CM_128_HMAC_SHA1_80`, base64 of key and salt.
    pub crypto: Option<String>,
    /// The tag of that line; an answer must repeat the offer's (RFC 4568 §5.1.2).
    pub crypto_tag: u32,
    /// ICE and DTLS.
    pub web: Option<WebSession>,
    /// The version in the origin line.
    pub version: u32,
}

impl Session {
    /// PCMU and PCMA with telephone-event, both ways.
    pub fn new(rtp: SocketAddr) -> Session {
        Session {
            rtp,
            codecs: vec![(0, "PCMU/8000".into()), (8, "PCMA/8000".into())],
            dtmf: Some(101),
            direction: "sendrecv".into(),
            crypto: None,
            crypto_tag: 1,
            web: None,
            version: 1,
        }
    }

    /// As text.
    pub fn text(&self) -> String {
        let family = if self.rtp.is_ipv6() { "IP6" } else { "IP4" };
        let (ip, port) = (self.rtp.ip(), self.rtp.port());
        let profile = if self.web.is_some() {
            "UDP/TLS/RTP/SAVPF"
        } else if self.crypto.is_some() {
            "RTP/SAVP"
        } else {
            "RTP/AVP"
        };
        let mut types: Vec<u8> = self.codecs.iter().map(|c| c.0).collect();
        types.extend(self.dtmf);
        let types: Vec<String> = types.iter().map(u8::to_string).collect();
        let mut s = format!(
            "v=0\r\no=- 4711 {} IN {family} {ip}\r\ns=-\r\nc=IN {family} {ip}\r\nt=0 0\r\n\
             m=audio {port} {profile} {}\r\n",
            self.version,
            types.join(" ")
        );
        for (pt, name) in &self.codecs {
            s.push_str(&format!("a=rtpmap:{pt} {name}\r\n"));
        }
        if let Some(pt) = self.dtmf {
            s.push_str(&format!(
                "a=rtpmap:{pt} telephone-event/8000\r\na=fmtp:{pt} 0-15\r\n"
            ));
        }
        if let Some(w) = &self.web {
            s.push_str(&format!(
                "a=ice-ufrag:{}\r\na=ice-pwd:{}\r\na=fingerprint:{}\r\na=setup:{}\r\n\
                 a=mid:0\r\na=rtcp-mux\r\n",
                w.ufrag, w.password, w.fingerprint, w.setup
            ));
        }
        if let Some(key) = &self.crypto {
            s.push_str(&format!(
                "a=crypto:{} AES_CM_128_HMAC_SHA1_80 inline:{key}\r\n",
                self.crypto_tag
            ));
        }
        s.push_str(&format!("a=ptime:20\r\na={}\r\n", self.direction));
        s
    }

    /// The first audio line of a description; `None` when there is none.
    pub fn parse(text: &str) -> Option<Session> {
        let (mut ip, mut media_ip): (Option<IpAddr>, Option<IpAddr>) = (None, None);
        let (mut port, mut types) = (None, Vec::new());
        let (mut names, mut direction, mut crypto) = (Vec::new(), "sendrecv".to_owned(), None);
        let mut crypto_tag = 1;
        let mut web: [Option<String>; 4] = Default::default();
        let mut in_audio = false;
        for line in text.lines().map(str::trim_end) {
            if let Some(c) = line.strip_prefix("c=IN ") {
                let a = c.split(' ').nth(1)?.split('/').next()?.parse().ok();
                if in_audio {
                    media_ip = a
                } else if port.is_none() {
                    ip = a
                }
            } else if let Some(m) = line.strip_prefix("m=") {
                in_audio = port.is_none() && m.starts_with("audio ");
                if in_audio {
                    let mut words = m.split(' ').skip(1);
                    port = words.next()?.parse::<u16>().ok();
                    types = words.skip(1).filter_map(|w| w.parse::<u8>().ok()).collect();
                }
            } else if let Some(a) = line.strip_prefix("a=") {
                if let Some((pt, name)) = a.strip_prefix("rtpmap:").and_then(|r| r.split_once(' '))
                {
                    names.push((pt.parse::<u8>().ok()?, name.to_owned()));
                } else if let Some(c) = a.strip_prefix("crypto:") {
                    if c.contains("AES_CM_128_HMAC_SHA1_80") {
                        crypto_tag = c.split(' ').next()?.parse().ok()?;
                        let key = c.split("inline:").nth(1)?;
                        crypto = Some(key.split(['|', ' ']).next()?.to_owned());
                    }
                } else if let Some((at, value)) =
                    ["ice-ufrag:", "ice-pwd:", "fingerprint:", "setup:"]
                        .iter()
                        .enumerate()
                        .find_map(|(i, name)| Some((i, a.strip_prefix(name)?)))
                {
                    web[at] = Some(value.to_owned());
                } else if ["sendrecv", "sendonly", "recvonly", "inactive"].contains(&a) {
                    direction = a.to_owned();
                }
            }
        }
        let name_of = |pt: u8| {
            let named = names.iter().find(|n| n.0 == pt).map(|n| n.1.clone());
            named.or(match pt {
                0 => Some("PCMU/8000".into()),
                8 => Some("PCMA/8000".into()),
                9 => Some("G722/8000".into()),
                _ => None,
            })
        };
        let (dtmf, codecs): (Vec<_>, Vec<_>) = types
            .into_iter()
            .filter_map(|pt| Some((pt, name_of(pt)?)))
            .partition(|(_, name)| name.to_ascii_lowercase().starts_with("telephone-event"));
        Some(Session {
            rtp: SocketAddr::new(media_ip.or(ip)?, port?),
            codecs,
            dtmf: dtmf.first().map(|d| d.0),
            direction,
            crypto,
            crypto_tag,
            web: match web {
                [Some(ufrag), Some(password), Some(fingerprint), Some(setup)] => Some(WebSession {
                    ufrag,
                    password,
                    fingerprint,
                    setup,
                }),
                _ => None,
            },
            version: 0,
        })
    }

    /// The preferred payload type.
    pub fn first(&self) -> u8 {
        self.codecs.first().map_or(0, |c| c.0)
    }
}
