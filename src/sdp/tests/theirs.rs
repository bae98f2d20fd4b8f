//! Offers of theirs and our answers.

use super::*;
use crate::sdp::plan::{DtmfPlan, MediaPlan};

#[test]
fn a_plain_offer_is_answered_in_full() {
    let offer = sdp(&[
        "m=audio 4000 RTP/AVP 0 8 101",
        "a=rtpmap:101 telephone-event/8000",
        "a=fmtp:101 0-15",
    ]);
    let (body, plan) = answer(&offer, &local()).unwrap();
    assert_eq!(
        body,
        "v=0\r\no=- 42 1 IN IP4 192.0.2.10\r\ns=-\r\nc=IN IP4 192.0.2.10\r\nt=0 0\r\n\
         m=audio 20000 RTP/AVP 0 101\r\na=rtpmap:0 PCMU/8000\r\n\
         a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-16\r\na=ptime:20\r\n\
         a=rtcp:20001\r\na=sendrecv\r\n"
    );
    assert_eq!(
        plan,
        MediaPlan {
            remote_rtp: Some("198.51.100.1:4000".parse().unwrap()),
            remote_rtcp: Some("198.51.100.1:4001".parse().unwrap()),
            rtcp_mux: false,
            codec: Codec::Pcmu,
            send_payload_type: 0,
            recv: vec![(0, Codec::Pcmu)],
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
    );
}

#[test]
fn the_offerers_order_decides_unless_ours_shall() {
    let offer = sdp(&["m=audio 4000 RTP/AVP 18 8 9 0"]);
    let mut l = local();
    assert_eq!(answer(&offer, &l).unwrap().1.codec, Codec::Pcma);
    l.preference = Preference::Ours;
    assert_eq!(answer(&offer, &l).unwrap().1.codec, Codec::G722);
    l.codecs = vec![Codec::Pcmu];
    assert_eq!(answer(&offer, &l).unwrap().1.codec, Codec::Pcmu);
    l.codecs = vec![Codec::Opus];
    assert_eq!(answer(&offer, &l).unwrap_err(), Refusal::NoCommonCodec);
    assert_eq!(
        codecs_in(offer.as_bytes()),
        [Codec::Pcma, Codec::G722, Codec::Pcmu]
    );
}

#[test]
fn dynamic_payload_types_keep_the_offerers_numbers() {
    let offer = sdp(&[
        "m=audio 4000 RTP/AVP 120 0 96 97 13",
        "a=rtpmap:120 OPUS/48000/2",
        "a=fmtp:120 useinbandfec=1",
        "a=rtpmap:96 telephone-event/8000",
        "a=rtpmap:97 telephone-event/48000",
        "a=rtpmap:0 pcmu/8000/1",
    ]);
    let (body, plan) = answer(&offer, &local()).unwrap();
    assert_eq!((plan.codec, plan.send_payload_type), (Codec::Opus, 120));
    let dtmf = plan.dtmf.unwrap();
    assert_eq!((dtmf.recv_payload_type, dtmf.clock_rate), (97, 48_000));
    assert!(body.contains("m=audio 20000 RTP/AVP 120 97\r\n"), "{body}");
    assert!(body.contains("a=rtpmap:120 opus/48000/2\r\n"));
    let mut l = local();
    l.codecs.remove(0);
    let (body, plan) = answer(&offer, &l).unwrap();
    assert_eq!(
        plan.dtmf.map(|d| (d.send_payload_type, d.clock_rate)),
        Some((96, 8000))
    );
    assert_eq!(plan.comfort_noise, Some(13));
    assert!(body.contains("m=audio 20000 RTP/AVP 0 13 96\r\n"), "{body}");
}

#[test]
fn without_telephone_event_there_is_none() {
    let offer = sdp(&["m=audio 4000 RTP/AVP 0"]);
    assert_eq!(answer(&offer, &local()).unwrap().1.dtmf, None);
    let offer = sdp(&[
        "m=audio 4000 RTP/AVP 0 101",
        "a=rtpmap:101 telephone-event/8000",
    ]);
    let mut l = local();
    l.dtmf = false;
    let (body, plan) = answer(&offer, &l).unwrap();
    assert_eq!(plan.dtmf, None);
    assert!(!body.contains("telephone-event"));
}

#[test]
fn what_codecs_are_not_is_not_taken_for_them() {
    for map in [
        "0 PCMU/16000",
        "0 PCMU/8000/2",
        "0 G729/8000",
        "0 PCMU/x",
        "0 opus/8000",
    ] {
        let offer = sdp(&["m=audio 4000 RTP/AVP 0", &format!("a=rtpmap:{map}")]);
        let got = answer(&offer, &local()).map(|(_, p)| p.codec);
        match map {
            // An unreadable map leaves the static meaning.
            "0 PCMU/x" => assert_eq!(got, Ok(Codec::Pcmu)),
            _ => assert_eq!(got, Err(Refusal::NoCommonCodec), "{map}"),
        }
    }
    let offer = sdp(&["m=audio 4000 RTP/AVP 200 96 300 -1 8"]);
    assert_eq!(answer(&offer, &local()).unwrap().1.codec, Codec::Pcma);
}

#[test]
fn every_media_line_is_answered_in_its_place() {
    let offer = sdp(&[
        "a=group:BUNDLE 0 1 2",
        "m=video 5000 RTP/AVP 96 97",
        "a=rtpmap:96 H264/90000",
        "c=IN IP4 host.example",
        "m=audio 0 RTP/AVP 0",
        "m=audio 4000 UDP/TLS/RTP/SAVPF 0",
        "m=audio 4002 RTP/AVPF 8",
        "a=mid:1",
        "a=ice-ufrag:abcd",
        "a=candidate:1 1 UDP 2130706431 10.0.0.1 4002 typ host",
        "m=audio 4004 RTP/AVP 0",
        "m=application 9 UDP/DTLS/SCTP webrtc-datachannel",
        "m=text 7000 RTP/AVP 98 ",
    ]);
    let (body, plan) = answer(&offer, &local()).unwrap();
    assert_eq!(
        lines(body.as_bytes(), "m="),
        [
            "m=video 0 RTP/AVP 96",
            "m=audio 0 RTP/AVP 0",
            "m=audio 0 UDP/TLS/RTP/SAVPF 0",
            "m=audio 20000 RTP/AVPF 8",
            "m=audio 0 RTP/AVP 0",
            "m=application 0 UDP/DTLS/SCTP webrtc-datachannel",
            "m=text 0 RTP/AVP 98",
        ]
    );
    assert_eq!(plan.remote_rtp, Some("198.51.100.1:4002".parse().unwrap()));
    assert!(!body.contains("BUNDLE") && !body.contains("ice-") && !body.contains("mid"));
}

#[test]
fn what_trunks_write_is_read() {
    let odd = [
        // No o=, s=, t=; LF only; blank lines; trailing blanks; a port count.
        "v=0\nc=IN IP4 198.51.100.1\n\n\nm=audio  4000/2  RTP/AVP  8 0  \n".to_owned(),
        // CR only.
        "v=0\rc=IN IP4 198.51.100.1\rm=audio 4000 RTP/AVP 8".to_owned(),
        // Attributes before c=, unknown lines, bytes that are no UTF-8 in the name.
        sdp(&[
            "x=1",
            "k=clear:abc",
            "b=AS:64",
            "a=",
            "a=sendrecv ",
            "=",
            "m=audio 4000 rtp/avp 8",
            "i=y",
            "b=TIAS:1",
            "a=silenceSupp:off - - - -",
            "a=maxptime:",
            "a=ptime:30",
        ]),
        sdp(&[
            "m=audio 4000 RTP/AVP 8",
            "c=IN IP4 198.51.100.1/127",
            "c=IN IP4 203.0.113.77",
        ]),
        sdp(&[
            "m=audio 4000 RTP/AVP 8",
            "a=maxptime:20.0",
            "a=rtpmap: 8  PCMA/8000",
        ]),
        sdp(&["m=audio 4000 RTP/AVP 8"]).replace("0 0", "3034423619 3042462419"),
    ];
    for offer in odd {
        let (body, plan) = answer(&offer, &local()).unwrap_or_else(|e| panic!("{offer}: {e}"));
        assert_eq!(plan.codec, Codec::Pcma);
        assert_eq!(plan.remote_rtp, Some("198.51.100.1:4000".parse().unwrap()));
        if offer.contains("3034423619") {
            // RFC 3264 §6: the time line is the offer's.
            assert!(body.contains("t=3034423619 3042462419\r\n"));
        }
    }
    let mut bytes = sdp(&["m=audio 4000 RTP/AVP 8"]).into_bytes();
    bytes[30] = 0xff;
    bytes.extend_from_slice(b"s=\xe4\xf6\xfc\r\na=\xff\r\n\0\0");
    assert!(Session::new(1).answer(&bytes, &local()).is_ok());
}

#[test]
fn hold_is_understood_in_all_its_forms() {
    let held = |attribute: &str, ip: &str| {
        let offer = sdp(&[
            "m=audio 4000 RTP/AVP 8",
            &format!("c=IN IP4 {ip}"),
            attribute,
        ]);
        let (body, plan) = answer(&offer, &local()).unwrap();
        let written = body.lines().last().unwrap().to_owned();
        (written, plan.direction, plan.remote_rtp.is_some())
    };
    let here = "198.51.100.1";
    let own = |s: &str, d, to| (s.to_owned(), d, to);
    assert_eq!(
        held("a=sendonly", here),
        own("a=recvonly", Direction::RecvOnly, true)
    );
    assert_eq!(
        held("a=recvonly", here),
        own("a=sendonly", Direction::SendOnly, true)
    );
    assert_eq!(
        held("a=inactive", here),
        own("a=inactive", Direction::Inactive, true)
    );
    assert_eq!(
        held("a=sendrecv", "0.0.0.0"),
        own("a=recvonly", Direction::RecvOnly, false)
    );
    assert_eq!(
        held("a=recvonly", "0.0.0.0"),
        own("a=inactive", Direction::Inactive, false)
    );
    // For the whole session, and one media line that says otherwise.
    let offer = sdp(&["a=sendonly", "m=audio 4000 RTP/AVP 8"]);
    assert_eq!(
        answer(&offer, &local()).unwrap().1.direction,
        Direction::RecvOnly
    );
    let offer = sdp(&["a=sendonly", "m=audio 4000 RTP/AVP 8", "a=sendrecv"]);
    assert_eq!(
        answer(&offer, &local()).unwrap().1.direction,
        Direction::SendRecv
    );
    // We hold ourselves while they offer.
    let mut l = local();
    l.direction = Direction::SendOnly;
    let (_, plan) = answer(&sdp(&["m=audio 4000 RTP/AVP 8"]), &l).unwrap();
    assert_eq!(plan.direction, Direction::SendOnly);
    let (_, plan) = answer(&sdp(&["m=audio 4000 RTP/AVP 8", "a=sendonly"]), &l).unwrap();
    assert_eq!(plan.direction, Direction::Inactive);
}

#[test]
fn a_renewed_offer_counts_the_version_only_when_something_changes() {
    let mut s = Session::new(42);
    let version = |body: &[u8]| lines(body, "o=")[0].split(' ').nth(2).unwrap().to_owned();
    let plain = sdp(&["m=audio 4000 RTP/AVP 8 0"]);
    let (a, _) = s.answer(plain.as_bytes(), &local()).unwrap();
    let (b, _) = s.answer(plain.as_bytes(), &local()).unwrap();
    assert_eq!(a, b);
    let held = sdp(&["m=audio 4000 RTP/AVP 8 0", "a=sendonly"]);
    let (c, plan) = s.answer(held.as_bytes(), &local()).unwrap();
    assert_eq!(plan.direction, Direction::RecvOnly);
    let moved = sdp(&["m=audio 4444 RTP/AVP 0"]);
    let (d, plan) = s.answer(moved.as_bytes(), &local()).unwrap();
    assert_eq!(
        (plan.codec, plan.remote_rtp.unwrap().port()),
        (Codec::Pcmu, 4444)
    );
    assert_eq!([version(&b), version(&c), version(&d)], ["1", "2", "3"]);
    assert_eq!(s.plan(), Some(&plan));
    // A refusal changes nothing.
    let before = s.plan().cloned();
    assert!(s.answer(b"v=0\r\n", &local()).is_err());
    assert_eq!(s.plan().cloned(), before);
}

#[test]
fn a_renewed_offer_with_port_0_stops_the_stream_only() {
    let offer = sdp(&["m=audio 0 RTP/AVP 8"]);
    let mut s = Session::new(42);
    assert_eq!(s.answer(offer.as_bytes(), &local()), Err(Refusal::NoAudio));
    s.answer(sdp(&["m=audio 4000 RTP/AVP 8"]).as_bytes(), &local())
        .unwrap();
    let (body, plan) = s.answer(offer.as_bytes(), &local()).unwrap();
    assert_eq!(lines(&body, "m="), ["m=audio 0 RTP/AVP 8"]);
    assert_eq!(
        (plan.remote_rtp, plan.direction),
        (None, Direction::Inactive)
    );
    let (_, plan) = s
        .answer(sdp(&["m=audio 4000 RTP/AVP 8"]).as_bytes(), &local())
        .unwrap();
    assert_eq!(plan.direction, Direction::SendRecv);
}

#[test]
fn rtcp_goes_where_it_was_told() {
    let rtcp = |attributes: &[&str]| {
        let mut all = vec!["m=audio 4000 RTP/AVP 8"];
        all.extend_from_slice(attributes);
        let (body, plan) = answer(&sdp(&all), &local()).unwrap();
        let told = lines(body.as_bytes(), "a=rtcp").join(" ");
        (plan.remote_rtcp.map(|a| a.to_string()), plan.rtcp_mux, told)
    };
    let at = |a: &str| Some(a.to_owned());
    assert_eq!(
        rtcp(&[]),
        (at("198.51.100.1:4001"), false, "a=rtcp:20001".to_owned())
    );
    assert_eq!(rtcp(&["a=rtcp:5555"]).0, at("198.51.100.1:5555"));
    assert_eq!(
        rtcp(&["a=rtcp:5555 IN IP4 198.51.100.9"]).0,
        at("198.51.100.9:5555")
    );
    assert_eq!(rtcp(&["a=rtcp:5555 IN IP4 224.0.0.1"]).0, None);
    assert_eq!(rtcp(&["a=rtcp:5555 IN IP4 host.example"]).0, None);
    assert_eq!(
        rtcp(&["a=rtcp-mux"]),
        (at("198.51.100.1:4000"), true, "a=rtcp-mux".to_owned())
    );
}

#[test]
fn refusals_say_why() {
    for (offer, want, status) in [
        (String::new(), Refusal::Malformed("no version line"), 400),
        (
            "hello".to_owned(),
            Refusal::Malformed("no version line"),
            400,
        ),
        ("v=1\r\n".to_owned(), Refusal::Malformed("version"), 400),
        (sdp(&["m=audio"]), Refusal::Malformed("media line"), 400),
        (
            sdp(&["m=audio 70000 RTP/AVP 0"]),
            Refusal::Malformed("media line"),
            400,
        ),
        (
            sdp(&["m=audio -1 RTP/AVP 0"]),
            Refusal::Malformed("media line"),
            400,
        ),
        (
            "v=0\r\nm=audio 4000 RTP/AVP 0\r\n".to_owned(),
            Refusal::Malformed("no connection line"),
            400,
        ),
        (sdp(&[]), Refusal::NoAudio, 488),
        (sdp(&["m=video 4000 RTP/AVP 96"]), Refusal::NoAudio, 488),
        (
            sdp(&["m=audio 4000 UDP/TLS/RTP/SAVPF 0"]),
            Refusal::NoAudio,
            488,
        ),
        (
            sdp(&["m=audio 4000 RTP/AVP 18"]),
            Refusal::NoCommonCodec,
            488,
        ),
        (sdp(&["m=audio 4000 RTP/AVP"]), Refusal::NoCommonCodec, 488),
        (
            sdp(&["m=audio 4000 RTP/AVP 0", "a=maxptime:10"]),
            Refusal::PacketTime,
            488,
        ),
        (sdp(&["m=video 1 RTP/AVP 96"; 17]), Refusal::TooLarge, 413),
        (sdp(&["a=x"; 1001]), Refusal::TooLarge, 413),
        (sdp(&[&"a".repeat(17_000)]), Refusal::TooLarge, 413),
        (
            sdp(&[&format!("m=audio 4000 RTP/AVP {}", "0 ".repeat(65))]),
            Refusal::TooLarge,
            413,
        ),
    ] {
        let got = answer(&offer, &local()).unwrap_err();
        assert_eq!((got, got.status()), (want, status), "{offer:.80}");
    }
}
