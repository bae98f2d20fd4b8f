use super::*;

const OPTIONS: &str = "OPTIONS sip:a@example.com SIP/2.0\r\n\
    Via: SIP/2.0/TCP 192.0.2.1;branch=z9hG4bKx\r\n\
    From: <sip:b@example.com>;tag=1\r\nTo: <sip:a@example.com>\r\n\
    Call-ID: c\r\nCSeq: 1 OPTIONS\r\n";

fn with(extra: &str, body: &str) -> String {
    format!("{OPTIONS}{extra}\r\n{body}")
}

/// All frames when the stream arrives in pieces of `step` bytes, and the error that ended it.
fn frames(stream: &[u8], step: usize) -> (Vec<Frame>, Option<ParseError>) {
    let mut framer = StreamFramer::new(Limits::default());
    let mut out = Vec::new();
    for piece in stream.chunks(step) {
        framer.push(piece);
        loop {
            match framer.poll_frame() {
                Ok(Some(frame)) => out.push(frame),
                Ok(None) => break,
                Err(e) => return (out, Some(e)),
            }
        }
    }
    (out, None)
}

fn refused(stream: &str) -> ParseError {
    let (out, error) = frames(stream.as_bytes(), 7);
    assert_eq!(out, []);
    error.expect("an error")
}

#[test]
fn any_split_gives_the_same_messages() {
    let one = with("Content-Length: 3\r\n", "abc");
    let two = with("l :\r\n 0\r\n", "");
    let stream = format!("\r\n{one}\r\n\r\n{two}\r\n{one}\r\n\r\n\r\n\r\n");
    let expected = vec![
        Frame::Message(Bytes::from(one.clone())),
        Frame::Ping,
        Frame::Message(Bytes::from(two)),
        Frame::Message(Bytes::from(one)),
        Frame::Ping,
        Frame::Ping,
    ];
    for step in 1..stream.len() + 1 {
        let (out, error) = frames(stream.as_bytes(), step);
        assert_eq!(out, expected, "step {step}");
        assert!(error.is_none());
    }
}

#[test]
fn a_length_that_can_not_be_trusted_ends_the_connection_with_a_400() {
    for (extra, status) in [
        ("", 400),
        ("Content-Length: -1\r\n", 400),
        ("Content-Length: 3\r\nl: 3\r\n", 400),
        ("Content-Length: 3 4\r\n", 400),
        ("Content-Length: \r\n", 400),
        ("Content-Length: 18446744073709551616\r\n", 400),
        ("Content-Length: 18446744073709551615\r\n", 513),
        ("Content-Length: 9223372036854775807\r\n", 513),
        ("Content-Length: 65536\r\n", 513),
    ] {
        let error = refused(&with(extra, "abc"));
        assert_eq!(error.status(), status, "{extra}");
        let response = error.response().expect("an answer");
        assert_eq!(response.status, status);
        assert_eq!(response.headers.call_id(), Ok("c"));
    }
}

#[test]
fn a_broken_message_does_not_break_the_stream() {
    let broken = with("no colon here\r\nContent-Length: 3\r\n", "abc");
    let sound = with("Content-Length: 0\r\n", "");
    let (out, error) = frames(format!("{broken}{sound}").as_bytes(), 11);
    assert_eq!(out.len(), 2);
    assert!(error.is_none());
}

#[test]
fn what_is_not_sip_is_cut_off() {
    assert_eq!(refused("\x16\x03\x01\x02").kind, ParseErrorKind::NotSip);
    let http = refused("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    assert!(http.response().is_none());
}

#[test]
fn a_head_without_end_is_bounded() {
    let endless = format!("{OPTIONS}{}", "X: y\r\n".repeat(4000));
    let error = refused(&endless);
    assert_eq!(error.status(), 513);
    assert_eq!(error.response().map(|r| r.status), Some(513));

    let mut framer = StreamFramer::new(Limits::default());
    framer.push(&vec![b'A'; 16 * 1024]);
    assert!(framer.poll_frame().is_err());
    framer.push(&vec![b'A'; 16 * 1024]);
    assert_eq!(framer.pending(), 0, "a dead framer keeps nothing");
    assert_eq!(framer.poll_frame().ok(), Some(None));
}

#[test]
fn one_byte_at_a_time_is_linear() {
    // Byte by byte; a rescan from the start for each byte would take 3 * 10^10 steps: minutes.
    let limits = Limits {
        message: 1 << 20,
        head: 1 << 19,
        ..Limits::default()
    };
    let long_body = with("Content-Length: 200000\r\n", &"b".repeat(200_000));
    let long_head = with(&format!("X-Y: {}\r\nl: 0\r\n", "h".repeat(250_000)), "");
    for message in [long_body, long_head] {
        let mut framer = StreamFramer::new(limits);
        let mut out = Vec::new();
        for byte in message.as_bytes() {
            framer.push(std::slice::from_ref(byte));
            out.extend(framer.poll_frame().expect("no error"));
        }
        assert_eq!(out, [Frame::Message(Bytes::from(message))]);
        assert_eq!(framer.pending(), 0);
    }
}

#[test]
fn what_is_held_back_is_bounded() {
    let mut framer = StreamFramer::new(Limits::default());
    framer.push(with("Content-Length: 60000\r\n", "").as_bytes());
    let mut most = 0;
    for _ in 0..100 {
        framer.push(&[b'b'; 4096]);
        while let Ok(Some(_)) = framer.poll_frame() {}
        most = most.max(framer.pending());
    }
    assert!(most <= Limits::default().message + 4096, "{most}");
}

#[test]
fn splits_do_not_matter_whatever_comes() {
    bolero::check!()
        .with_iterations(1500)
        .with_type::<(Vec<u8>, u8)>()
        .for_each(|(noise, step)| {
            let mut stream = with("Content-Length: 2\r\n", "ok").into_bytes();
            stream.extend_from_slice(noise);
            stream.extend_from_slice(b"\r\n\r\n");
            let step = usize::from(*step).max(1);
            let (a, ae) = frames(&stream, step);
            let (b, be) = frames(&stream, stream.len());
            assert_eq!(a, b);
            assert_eq!(ae.map(|e| e.kind), be.map(|e| e.kind));
        });
}
