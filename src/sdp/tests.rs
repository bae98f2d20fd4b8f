//! Offer and answer, as phones and trunks write it.

mod addresses;
mod hostile;
mod ours;
mod phones;
mod srtp;
mod theirs;
mod web;

use std::net::IpAddr;

use bytes::Bytes;

use super::plan::{Codec, Direction};
use super::*;

fn local() -> LocalMedia {
    LocalMedia {
        address: IpAddr::from([192, 0, 2, 10]),
        rtp_port: 20_000,
        rtcp_port: 20_001,
        rtcp_mux: true,
        codecs: vec![Codec::Opus, Codec::G722, Codec::Pcma, Codec::Pcmu],
        preference: Preference::Theirs,
        dtmf: true,
        direction: Direction::SendRecv,
        srtp: SrtpPolicy::Offered,
        secure_signalling: false,
        web: None,
        keys: KeyMaterial([7; KEY_MATERIAL]),
        peer: Some(IpAddr::from([198, 51, 100, 1])),
        own_ports: vec!["0.0.0.0:5060".parse().unwrap()],
    }
}

/// A body of the head that most write, and these lines.
fn sdp(lines: &[&str]) -> String {
    let mut s = String::from(
        "v=0\r\no=- 1 1 IN IP4 198.51.100.1\r\ns=x\r\nc=IN IP4 198.51.100.1\r\nt=0 0\r\n",
    );
    for l in lines {
        s.push_str(l);
        s.push_str("\r\n");
    }
    s
}

fn text(body: &[u8]) -> &str {
    std::str::from_utf8(body).unwrap()
}

/// The lines of a body that begin so.
fn lines<'a>(body: &'a [u8], start: &str) -> Vec<&'a str> {
    text(body)
        .lines()
        .filter(|l| l.starts_with(start))
        .collect()
}

fn answer(offer: &str, local: &LocalMedia) -> Result<(String, plan::MediaPlan), Refusal> {
    let (body, plan) = Session::new(42).answer(offer.as_bytes(), local)?;
    Ok((text(&body).to_owned(), plan))
}
