//! Bodies of several parts: what is found in them, their bounds, and anything at all.

use bytes::Bytes;

use crate::sip::message::multipart::*;
use crate::sip::message::*;

fn headers(fields: &[(&str, &str)]) -> Headers {
    let mut h = Headers::new();
    for (name, value) in fields {
        h.push(*name, (*value).to_owned());
    }
    h
}

fn multipart(subtype: &str, text: &str) -> (Headers, Bytes) {
    let kind = format!("multipart/{subtype};boundary=\"b 1\"");
    let body = text.trim_start().replace('\n', "\r\n");
    (headers(&[("Content-Type", &kind)]), Bytes::from(body))
}

fn found(subtype: &str, text: &str) -> Result<Option<String>, BodyError> {
    let (headers, body) = multipart(subtype, text);
    let sdp = session_description(&headers, &body)?;
    Ok(sdp.map(|s| String::from_utf8_lossy(&s).into_owned()))
}

fn sdp(text: &str) -> Result<Option<String>, BodyError> {
    Ok(Some(text.to_owned()))
}

const ISUP: &str =
    "--b 1\nContent-Type: application/isup;version=itu-t92+\nContent-Disposition: signal";
const SDP: &str = "--b 1\nContent-Type: application/sdp\n\nv=0\n\n";

#[test]
fn the_session_description_among_others() {
    for beside in [
        format!("{ISUP};handling=optional\n\n\u{1}\u{0}x\n"),
        // It does not say: then it is no reason to refuse the call.
        format!("{ISUP}\n\nx\n"),
        "--b 1\nContent-Type: application/pidf+xml\nContent-ID: <a@b>\n\n<presence/>\n".to_owned(),
        "--b 1\n\nplain text\n".to_owned(),
        // An early-session (RFC 3959) is not the session.
        "--b 1\nc: application/sdp\nContent-Disposition: early-session;handling=optional\n\nx\n"
            .to_owned(),
        // Not as it would have to be read.
        "--b 1\nc: application/sdp\nContent-Transfer-Encoding: base64\n\neA==\n".to_owned(),
        String::new(),
    ] {
        let end = "--b 1--\n";
        assert_eq!(
            found("mixed", &format!("{beside}{SDP}{end}")),
            sdp("v=0\r\n"),
            "before: {beside}"
        );
        assert_eq!(
            found("mixed", &format!("{SDP}{beside}{end}")),
            sdp("v=0\r\n"),
            "after: {beside}"
        );
    }
}

#[test]
fn what_has_to_be_understood() {
    let isup = format!("{ISUP};handling=required\n\nx\n");
    let mixed = format!("{SDP}{isup}--b 1--");
    assert_eq!(found("mixed", &mixed), Err(BodyError::Type));
    // Of alternatives one is enough.
    assert_eq!(found("alternative", &mixed), sdp("v=0\r\n"));
    // A response can not be refused.
    let (headers, body) = multipart("mixed", &mixed);
    assert_eq!(
        described_in_response(&headers, &body).as_deref(),
        Some(&b"v=0\r\n"[..])
    );
    // Without a session description, what does not say that it may be ignored is refused.
    let lone = |handling: &str| found("mixed", &format!("{ISUP}{handling}\n\nx\n--b 1--\n"));
    assert_eq!(lone(""), Err(BodyError::Type));
    assert_eq!(lone(";handling=optional"), Ok(None));
    assert_eq!(lone(";handling=REQUIRED"), Err(BodyError::Type));
}

#[test]
fn bodies_of_one_part() {
    let body = Bytes::from_static(b"v=0\r\n");
    let read = |fields: &[(&str, &str)]| session_description(&headers(fields), &body);
    let kind = ("Content-Type", "application/sdp");
    assert_eq!(read(&[kind]), Ok(Some(body.clone())));
    assert_eq!(
        read(&[kind, ("Content-Disposition", "session;handling=required")]),
        Ok(Some(body.clone()))
    );
    assert_eq!(
        read(&[kind, ("Content-Encoding", "gzip")]),
        Err(BodyError::Encoding)
    );
    assert_eq!(
        read(&[("Content-Type", "text/plain")]),
        Err(BodyError::Type)
    );
    assert_eq!(read(&[]), Err(BodyError::Type));
    // RFC 3261 §20.11: what may be ignored is.
    assert_eq!(
        read(&[
            ("Content-Type", "application/isup"),
            ("Content-Disposition", "signal;handling=optional")
        ]),
        Ok(None)
    );
    assert_eq!(session_description(&headers(&[]), &Bytes::new()), Ok(None));
    // In a response there is nobody to be told.
    assert_eq!(
        described_in_response(&headers(&[]), &body),
        Some(body.clone())
    );
    let isup = headers(&[("Content-Type", "application/isup")]);
    assert_eq!(described_in_response(&isup, &body), None);
}

#[test]
fn one_body_within_another_and_no_further() {
    let inner = "--b 1\nContent-Type: multipart/alternative;boundary=in\n\n\
                 --in\nContent-Type: text/plain\n\nx\n--in\nContent-Type: application/sdp\n\nv=1\n\n\
                 --in--\n";
    assert_eq!(found("mixed", &format!("{inner}--b 1--")), sdp("v=1\r\n"));
    // The first is taken.
    assert_eq!(
        found("mixed", &format!("{SDP}{inner}--b 1--")),
        sdp("v=0\r\n")
    );
    let deeper = inner.replace(
        "text/plain\n\nx\n",
        "multipart/mixed;boundary=3\n\n--3\nc: application/sdp\n\nv=2\n--3--\n",
    );
    assert_eq!(found("mixed", &format!("{deeper}--b 1--")), sdp("v=1\r\n"));
    let only = deeper.replace("application/sdp\n\nv=1", "text/plain\n\nv=1");
    assert_eq!(
        found("mixed", &format!("{only}--b 1--")),
        Err(BodyError::Type)
    );
}

fn texts(body: &str) -> Result<Vec<String>, Invalid> {
    let body = Bytes::from(body.replace('\n', "\r\n"));
    let text = |p: Part| String::from_utf8_lossy(&p.body).into_owned();
    Ok(parts(&body, "b")?.into_iter().map(text).collect())
}

#[test]
fn where_parts_begin_and_end() {
    for (body, expected) in [
        // RFC 2046 §5.1.1: what stands around them, padding, an empty part, a header alone.
        ("preamble\n--b\n\none\n--b--\nepilogue", vec!["one"]),
        ("--b \t\n\none\n--b-- \n", vec!["one"]),
        ("--b\n\none\n\n--b\n\n\n--b--", vec!["one\r\n", ""]),
        (
            "--b\n--b\nSubject: x\n\n--b\nSubject: x\n\n\n--b--",
            vec!["", "", ""],
        ),
        // Only at the beginning of a line, and only by itself.
        (
            "--b\n\nx --b\n--bb\n---b\n--b--x\n--b--\n",
            vec!["x --b\r\n--bb\r\n---b\r\n--b--x"],
        ),
        ("--b--", vec![]),
    ] {
        assert_eq!(
            texts(body),
            Ok(expected.iter().map(ToString::to_string).collect()),
            "{body}"
        );
    }
    for bad in [
        "",
        "--b",
        "--b\n\nno end",
        "--b\n\nx\n--b",
        "--b\nno header\n\nx\n--b--",
        "x--b--",
    ] {
        assert!(texts(bad).is_err(), "{bad}");
    }
    let body = Bytes::from_static(b"--\r\n\r\nx\r\n----");
    assert!(parts(&body, "").is_err());
    assert!(parts(&body, &"b".repeat(71)).is_err());
}

#[test]
fn what_is_too_much() {
    let many = |n: usize| texts(&format!("{}--b--", "--b\n\nx\n".repeat(n)));
    assert_eq!(many(16).map(|p| p.len()), Ok(16));
    assert!(many(17).is_err());
    let fields = |n: usize| texts(&format!("--b\n{}\nx\n--b--", "X: y\n".repeat(n)));
    assert!(fields(16).is_ok());
    assert!(fields(17).is_err());
    let head = |n: usize| texts(&format!("--b\nX: {}\n\nx\n--b--", "y".repeat(n)));
    assert!(head(2000).is_ok());
    assert!(head(2048).is_err());
}

#[test]
fn anything_as_a_body_of_several() {
    const PIECES: [&str; 16] = [
        "--b",
        "--b\r\n",
        "\r\n--b\r\n",
        "\r\n--b--",
        "\r\n",
        " ",
        "-",
        "v=0\r\n",
        "Content-Type: application/sdp\r\n\r\n",
        "Content-Type: multipart/mixed;boundary=b\r\n\r\n",
        "Content-Type: multipart/alternative;boundary=c\r\n\r\n",
        "\r\n--c\r\n",
        "\r\n--c--",
        "Content-Disposition: x;handling=optional\r\n",
        "Content-Disposition: session;handling=required\r\n",
        "Content-Transfer-Encoding: 8bit\r\n",
    ];
    let kind = headers(&[("Content-Type", "multipart/mixed;boundary=b")]);
    bolero::check!()
        .with_iterations(5000)
        .with_type::<Vec<(u8, u8)>>()
        .for_each(|pieces| {
            let mut body = Vec::new();
            for (piece, byte) in pieces {
                match PIECES.get(usize::from(piece % 20)) {
                    Some(text) => body.extend_from_slice(text.as_bytes()),
                    None => body.push(*byte),
                }
            }
            let body = Bytes::from(body);
            if let Ok(found) = parts(&body, "b") {
                assert!(found.len() <= 16);
                let held: usize = found.iter().map(|p| p.body.len()).sum();
                assert!(held <= body.len());
            }
            let lenient = described_in_response(&kind, &body);
            match session_description(&kind, &body) {
                Ok(Some(sdp)) => {
                    // Nothing is copied, nothing made up, and both readings agree.
                    let range = body.as_ptr_range();
                    assert!(sdp.is_empty() || range.contains(&sdp.as_ptr()));
                    assert_eq!(lenient.as_ref(), Some(&sdp));
                }
                Ok(None) => assert_eq!(lenient, None),
                Err(BodyError::Malformed(_)) => assert_eq!(lenient, None),
                Err(BodyError::Encoding | BodyError::Type) => {}
            }
        });
}

/// Were it quadratic, it would take minutes.
#[test]
fn very_much_of_the_same_is_linear() {
    const N: usize = 1 << 20;
    for unit in [
        "--b",
        "\r\n--b",
        "\r\n--b ",
        "\r\n",
        "-",
        "\r\n--b\r\n",
        " ",
        "\r\n--b\r\nX: y",
    ] {
        let body = Bytes::from(format!("--b{}", unit.repeat(N / unit.len())));
        let _ = parts(&body, "b");
        let kind = headers(&[("Content-Type", "multipart/mixed;boundary=b")]);
        let _ = session_description(&kind, &body);
    }
}
