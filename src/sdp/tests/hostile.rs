//! Whatever bytes come, nothing panics, and what is answered is answered right.

use super::*;
use crate::sdp::parse::parse;

fn try_all(bytes: &[u8]) {
    let mut local = local();
    local.secure_signalling = true;
    let offered = parse(bytes);
    let mut session = Session::new(1);
    if let Ok((answer, plan)) = session.answer(bytes, &local) {
        let offered = offered.unwrap();
        let answered = parse(&answer).unwrap();
        assert_eq!(offered.media.len(), answered.media.len());
        for (o, a) in offered.media.iter().zip(&answered.media) {
            assert_eq!((o.kind, o.protocol), (a.kind, a.protocol));
            assert!(a.port == 0 || a.port == local.rtp_port);
            assert!(o.port != 0 || a.port == 0);
        }
        assert_eq!(answered.media.iter().filter(|m| m.port != 0).count(), 1);
        assert!(plan.recv.iter().any(|r| r.1 == plan.codec));
        if let Some(srtp) = &plan.srtp {
            assert!(crate::media::srtp::SrtpSession::new(srtp).is_ok());
        }
        // We can offer back, and their kind of answer is read.
        let offer = session.offer(&local);
        assert_eq!(parse(&offer).unwrap().media.len(), answered.media.len());
        let _ = session.accept(&answer);
    }
    let mut session = Session::new(1);
    session.offer(&local);
    let _ = session.accept(bytes);
    let _ = codecs_in(bytes);
}

#[test]
fn any_bytes() {
    bolero::check!().with_iterations(3000).for_each(try_all);
}

/// Bodies put together from lines that mean something.
#[test]
fn any_lines() {
    const LINES: [&str; 32] = [
        "v=0",
        "o=- 1 1 IN IP4 1.1.1.1",
        "s=-",
        "t=0 0",
        "t=1 2",
        "c=IN IP4 198.51.100.1",
        "c=IN IP6 2001:db8::1",
        "c=IN IP4 0.0.0.0",
        "c=IN IP4 224.1.1.1",
        "m=audio 4000 RTP/AVP 0 8 9 96 97 13",
        "m=audio 4002 RTP/SAVP 8 96",
        "m=audio 0 RTP/AVP 0",
        "m=video 5000 RTP/AVP 96",
        "m=audio 4000 UDP/TLS/RTP/SAVPF 111",
        "m=audio 65535 RTP/AVPF 97 0",
        "a=rtpmap:96 opus/48000/2",
        "a=rtpmap:97 telephone-event/8000",
        "a=rtpmap:97 telephone-event/48000",
        "a=rtpmap:96 PCMA/8000",
        "a=rtpmap:0 opus/48000/2",
        "a=rtpmap:8 telephone-event/8000",
        "a=sendonly",
        "a=inactive",
        "a=recvonly",
        "a=sendrecv",
        "a=rtcp-mux",
        "a=rtcp:4001",
        "a=rtcp:9 IN IP4 1.2.3.4",
        "a=maxptime:10",
        "a=maxptime:40",
        "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz|2^31",
        "a=crypto:2 AEAD_AES_128_GCM inline:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==",
    ];
    bolero::check!()
        .with_type::<(bool, Vec<u8>)>()
        .with_iterations(3000)
        .for_each(|(head, picks)| {
            let mut body = String::new();
            if *head {
                body.push_str("v=0\r\nc=IN IP4 198.51.100.1\r\n");
            }
            for p in picks.iter().take(40) {
                body.push_str(LINES[usize::from(*p) % LINES.len()]);
                body.push_str("\r\n");
            }
            try_all(body.as_bytes());
        });
}

/// A good offer with bytes changed.
#[test]
fn any_damage() {
    let good = sdp(&[
        "m=audio 4000 RTP/SAVP 96 0 97",
        "a=rtpmap:96 opus/48000/2",
        "a=rtpmap:97 telephone-event/48000",
        "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz|2^31",
        "a=rtcp:4001 IN IP4 198.51.100.1",
        "m=video 5000 RTP/AVP 98",
    ]);
    bolero::check!()
        .with_type::<Vec<(u16, u8)>>()
        .with_iterations(3000)
        .for_each(|changes| {
            let mut body = good.clone().into_bytes();
            for &(at, to) in changes.iter().take(8) {
                let at = usize::from(at) % body.len();
                body[at] = to;
            }
            try_all(&body);
        });
}
