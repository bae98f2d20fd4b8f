//! Offers of ours and their answers.

use super::*;

#[test]
fn our_offer_lists_codecs_in_our_order() {
    let mut s = Session::new(42);
    let body = s.offer(&local());
    assert_eq!(
        text(&body),
        "v=0\r\no=- 42 1 IN IP4 192.0.2.10\r\ns=-\r\nc=IN IP4 192.0.2.10\r\nt=0 0\r\n\
         m=audio 20000 RTP/AVP 111 9 8 0 101 110\r\na=rtpmap:111 opus/48000/2\r\n\
         a=rtpmap:9 G722/8000\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:0 PCMU/8000\r\n\
         a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-16\r\n\
         a=rtpmap:110 telephone-event/48000\r\na=fmtp:110 0-16\r\na=ptime:20\r\n\
         a=rtcp:20001\r\na=rtcp-mux\r\na=sendrecv\r\n"
    );
    let mut l = local();
    l.codecs = vec![Codec::Pcma];
    l.dtmf = false;
    let body = Session::new(1).offer(&l);
    assert_eq!(lines(&body, "m="), ["m=audio 20000 RTP/AVP 8"]);
}

#[test]
fn their_answer_is_a_plan_whatever_its_numbers() {
    let mut s = Session::new(42);
    assert_eq!(s.accept(b"v=0\r\n"), Err(Refusal::NoOffer));
    s.offer(&local());
    let plan = s
        .accept(
            sdp(&[
                "m=audio 4000 RTP/AVP 97 98",
                "a=rtpmap:97 opus/48000/2",
                "a=rtpmap:98 telephone-event/48000",
                "a=rtcp-mux",
            ])
            .as_bytes(),
        )
        .unwrap();
    assert_eq!((plan.codec, plan.send_payload_type), (Codec::Opus, 97));
    // We listen on our number, and on theirs in case.
    assert_eq!(plan.recv, [(111, Codec::Opus), (97, Codec::Opus)]);
    let dtmf = plan.dtmf.unwrap();
    assert_eq!(
        (
            dtmf.send_payload_type,
            dtmf.recv_payload_type,
            dtmf.clock_rate
        ),
        (98, 110, 48_000)
    );
    assert!(plan.rtcp_mux);
    assert_eq!(plan.remote_rtcp, plan.remote_rtp);
    // The first of several is what we send; all may come.
    let plan = s
        .accept(sdp(&["m=audio 4000 RTP/AVP 0 8"]).as_bytes())
        .unwrap();
    assert_eq!(plan.codec, Codec::Pcmu);
    assert_eq!(plan.recv, [(0, Codec::Pcmu), (8, Codec::Pcma)]);
    assert_eq!(plan.dtmf, None);
}

#[test]
fn an_answer_with_what_was_not_offered_is_refused() {
    let mut s = Session::new(42);
    let mut l = local();
    l.codecs = vec![Codec::Pcma];
    s.offer(&l);
    for (answer, want) in [
        (sdp(&["m=audio 4000 RTP/AVP 0"]), Refusal::NoCommonCodec),
        (sdp(&["m=audio 0 RTP/AVP 8"]), Refusal::NoAudio),
        (sdp(&["m=video 4000 RTP/AVP 8"]), Refusal::NoAudio),
        (sdp(&[]), Refusal::NoAudio),
    ] {
        assert_eq!(s.accept(answer.as_bytes()), Err(want));
        assert_eq!(s.plan(), None);
    }
    let good = sdp(&["m=audio 4000 RTP/AVP 8"]);
    let first = s.accept(good.as_bytes()).unwrap();
    // 183 and 200 carry the same.
    assert_eq!(s.accept(good.as_bytes()), Ok(first));
}

#[test]
fn we_hold_and_resume() {
    let mut s = Session::new(42);
    let mut l = local();
    s.offer(&l);
    s.accept(sdp(&["m=audio 4000 RTP/AVP 8"]).as_bytes())
        .unwrap();
    l.direction = Direction::SendOnly;
    let held = s.offer(&l);
    assert!(text(&held).ends_with("a=sendonly\r\n"));
    assert!(text(&held).contains("o=- 42 2 "));
    assert_eq!(s.offer(&l), held);
    let answer = sdp(&["m=audio 4000 RTP/AVP 8", "a=recvonly"]);
    assert_eq!(
        s.accept(answer.as_bytes()).unwrap().direction,
        Direction::SendOnly
    );
    let answer = sdp(&["m=audio 4000 RTP/AVP 8", "a=inactive"]);
    assert_eq!(
        s.accept(answer.as_bytes()).unwrap().direction,
        Direction::Inactive
    );
    // Deaf to hold: they may hear our music all the same, but we do not listen.
    let answer = sdp(&["m=audio 4000 RTP/AVP 8"]);
    assert_eq!(
        s.accept(answer.as_bytes()).unwrap().direction,
        Direction::SendOnly
    );
}

#[test]
fn our_offer_in_their_session_keeps_places_and_numbers() {
    let mut s = Session::new(42);
    let first = sdp(&[
        "m=video 5000 RTP/AVP 96",
        "m=audio 4000 RTP/AVP 101 8 100",
        "a=rtpmap:101 opus/48000/2",
        "a=rtpmap:100 telephone-event/8000",
        "m=text 7000 RTP/AVP 98",
    ]);
    s.answer(first.as_bytes(), &local()).unwrap();
    let body = s.offer(&local());
    assert_eq!(
        lines(&body, "m="),
        [
            "m=video 0 RTP/AVP 96",
            "m=audio 20000 RTP/AVP 101 9 8 0 100 110",
            "m=text 0 RTP/AVP 98",
        ]
    );
    let answer = sdp(&[
        "m=video 0 RTP/AVP 96",
        "m=audio 4002 RTP/AVP 8",
        "m=text 0 RTP/AVP 98",
    ]);
    let plan = s.accept(answer.as_bytes()).unwrap();
    assert_eq!(plan.remote_rtp.unwrap().port(), 4002);
    // A number that the peer gave to Opus is not ours for events.
    let mut s = Session::new(1);
    s.answer(
        sdp(&["m=audio 4000 RTP/AVP 101", "a=rtpmap:101 opus/48000/2"]).as_bytes(),
        &local(),
    )
    .unwrap();
    let formats: Vec<String> = lines(&s.offer(&local()), "m=")[0]
        .split(' ')
        .skip(3)
        .map(str::to_owned)
        .collect();
    let mut distinct = formats.clone();
    distinct.sort();
    distinct.dedup();
    assert_eq!(distinct.len(), formats.len(), "{formats:?}");
}

#[test]
fn an_offer_of_theirs_takes_the_place_of_ours() {
    let mut s = Session::new(42);
    s.offer(&local());
    s.answer(sdp(&["m=audio 4000 RTP/AVP 8"]).as_bytes(), &local())
        .unwrap();
    let late = sdp(&["m=audio 4444 RTP/AVP 8"]);
    assert_eq!(s.accept(late.as_bytes()), Err(Refusal::NoOffer));
}

#[test]
fn ipv6_all_the_way() {
    let mut l = local();
    l.address = "2001:db8::10".parse().unwrap();
    l.peer = Some("2001:db8::1".parse().unwrap());
    let offer = "v=0\r\nc=IN IP6 2001:db8::1\r\nm=audio 4000 RTP/AVP 8\r\n";
    let (body, plan) = answer(offer, &l).unwrap();
    assert_eq!(lines(body.as_bytes(), "c="), ["c=IN IP6 2001:db8::10"]);
    assert_eq!(plan.remote_rtp, Some("[2001:db8::1]:4000".parse().unwrap()));
    let hold = "v=0\r\nc=IN IP6 ::\r\nm=audio 4000 RTP/AVP 8\r\n";
    assert_eq!(answer(hold, &l).unwrap().1.remote_rtp, None);
}

/// Two sessions of ours understand each other, whatever they bring.
#[test]
fn our_offers_and_answers_fit() {
    for secure in [false, true] {
        for codec in Codec::ALL {
            for direction in [
                Direction::SendRecv,
                Direction::SendOnly,
                Direction::Inactive,
            ] {
                let mut a_local = local();
                a_local.secure_signalling = secure;
                a_local.direction = direction;
                let mut b_local = a_local.clone();
                b_local.address = IpAddr::from([198, 51, 100, 1]);
                b_local.keys = KeyMaterial([9; KEY_MATERIAL]);
                b_local.codecs = vec![codec];
                b_local.direction = Direction::SendRecv;
                let (mut a, mut b) = (Session::new(1), Session::new(2));
                let offer = a.offer(&a_local);
                let (answer, b_plan) = b.answer(&offer, &b_local).unwrap();
                let a_plan = a.accept(&answer).unwrap();
                assert_eq!((a_plan.codec, b_plan.codec), (codec, codec));
                assert_eq!(a_plan.send_payload_type, b_plan.recv[0].0);
                assert_eq!(a_plan.direction, direction);
                assert_eq!(a_plan.direction.sends(), b_plan.direction.receives());
                assert_eq!(a_plan.dtmf, b_plan.dtmf);
                assert_eq!(a_plan.rtcp_mux, b_plan.rtcp_mux);
                assert_eq!(a_plan.srtp.is_some(), secure);
                if let (Some(x), Some(y)) = (a_plan.srtp, b_plan.srtp) {
                    assert_eq!((&x.local_key, &x.remote_key), (&y.remote_key, &y.local_key));
                    assert_eq!(x.suite, y.suite);
                    assert_ne!(x.local_key, x.remote_key);
                }
            }
        }
    }
}
