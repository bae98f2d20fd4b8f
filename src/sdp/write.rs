//! SDP as we write it.

use std::fmt::Write as _;
use std::net::{IpAddr, SocketAddr};

use super::plan::{Codec, Direction};
use super::web::WebLine;

/// A media line that is not in use: kept in its place with port 0 (RFC 3264 §6, §8.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct DeadLine {
    pub kind: String,
    pub protocol: String,
    pub format: String,
}

/// One line of a description of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Line {
    Dead(DeadLine),
    Audio(AudioLine),
}

/// Our audio line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct AudioLine {
    pub protocol: String,
    /// 0 when the peer closed the stream.
    pub port: u16,
    pub audio: Vec<(u8, Codec)>,
    pub events: Vec<(u8, u32)>,
    pub comfort_noise: Option<u8>,
    pub direction: Direction,
    /// `None` when not offered or not used.
    pub rtcp_port: Option<u16>,
    pub rtcp_mux: bool,
    pub cryptos: Vec<String>,
    pub web: Option<WebLine>,
}

fn family(ip: IpAddr) -> &'static str {
    if ip.is_ipv4() { "IP4" } else { "IP6" }
}

/// The whole body but for the version in `o=`, which is not known before it is compared.
pub(super) fn body(id: u64, version: u64, address: IpAddr, timing: &str, lines: &[Line]) -> String {
    let ip = address.to_canonical();
    let mut s = String::with_capacity(400);
    // Writing to a String does not fail.
    let _ = write!(
        s,
        "v=0\r\no=- {id} {version} IN {f} {ip}\r\ns=-\r\nc=IN {f} {ip}\r\nt={timing}\r\n",
        f = family(ip)
    );
    for line in lines {
        if let Line::Audio(AudioLine { web: Some(web), .. }) = line {
            web.write_session(&mut s);
        }
    }
    for line in lines {
        match line {
            Line::Dead(d) => {
                let _ = write!(s, "m={} 0 {} {}\r\n", d.kind, d.protocol, d.format);
            }
            Line::Audio(a) => audio(&mut s, a, address),
        }
    }
    s
}

fn audio(s: &mut String, a: &AudioLine, address: IpAddr) {
    let _ = write!(s, "m=audio {} {}", a.port, a.protocol);
    let types = a.audio.iter().map(|f| f.0);
    let types = types
        .chain(a.comfort_noise)
        .chain(a.events.iter().map(|e| e.0));
    for pt in types {
        let _ = write!(s, " {pt}");
    }
    s.push_str("\r\n");
    for (pt, codec) in &a.audio {
        let _ = write!(s, "a=rtpmap:{pt} {}\r\n", encoding(*codec));
    }
    if let Some(pt) = a.comfort_noise {
        let _ = write!(s, "a=rtpmap:{pt} CN/8000\r\n");
    }
    for (pt, rate) in &a.events {
        let _ = write!(
            s,
            "a=rtpmap:{pt} telephone-event/{rate}\r\na=fmtp:{pt} 0-16\r\n"
        );
    }
    if a.port == 0 {
        return;
    }
    s.push_str("a=ptime:20\r\n");
    if let Some(port) = a.rtcp_port {
        let _ = write!(s, "a=rtcp:{port}\r\n");
    }
    if a.rtcp_mux {
        s.push_str("a=rtcp-mux\r\n");
    }
    for c in &a.cryptos {
        let _ = write!(s, "a=crypto:{c}\r\n");
    }
    if let Some(web) = &a.web {
        web.write_media(s, SocketAddr::new(address, a.port));
    }
    let _ = write!(s, "a={}\r\n", word(a.direction));
}

const fn encoding(codec: Codec) -> &'static str {
    match codec {
        Codec::Pcmu => "PCMU/8000",
        Codec::Pcma => "PCMA/8000",
        Codec::G722 => "G722/8000",
        Codec::Opus => "opus/48000/2",
    }
}

const fn word(direction: Direction) -> &'static str {
    match direction {
        Direction::SendRecv => "sendrecv",
        Direction::SendOnly => "sendonly",
        Direction::RecvOnly => "recvonly",
        Direction::Inactive => "inactive",
    }
}
