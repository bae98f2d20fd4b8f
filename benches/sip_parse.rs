//! What reading an INVITE costs: whole, with the headers that each call reads as types, and
//! writing a response to it.

use std::hint::black_box;

use bytes::Bytes;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use zeroline::sip::framing::StreamFramer;
use zeroline::sip::message::{Limits, Message, Request, Response};

const INVITE: &str = "INVITE sip:100@pbx.example.com SIP/2.0\r\n\
    Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKnashds8;rport\r\n\
    Max-Forwards: 70\r\n\
    To: <sip:100@pbx.example.com>\r\n\
    From: \"Alice\" <sip:alice@example.org>;tag=a73kszlfl\r\n\
    Call-ID: 1j9FpLxk3uxtm8tn@192.0.2.1\r\n\
    CSeq: 1 INVITE\r\n\
    Contact: <sip:alice@192.0.2.1:5060;ob>\r\n\
    Allow: PRACK, INVITE, ACK, BYE, CANCEL, UPDATE, INFO, SUBSCRIBE, NOTIFY, REFER, MESSAGE, OPTIONS\r\n\
    Supported: replaces, 100rel, timer, norefersub\r\n\
    Session-Expires: 1800\r\n\
    Min-SE: 90\r\n\
    User-Agent: Example Phone 1.0\r\n\
    P-Asserted-Identity: \"Alice\" <sip:+4930901820@example.org>\r\n\
    Content-Type: application/sdp\r\n\
    Content-Length: 234\r\n\r\n\
    v=0\r\no=- 3904 3904 IN IP4 192.0.2.1\r\ns=pjmedia\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n\
    m=audio 4000 RTP/AVP 0 8 101\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\n\
    a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-16\r\na=sendrecv\r\na=ptime:20\r\n";

fn invite() -> Bytes {
    // The length is put right here, so that the text above may be changed.
    let (head, body) = INVITE.split_once("\r\n\r\n").expect("a body");
    let head = head.replace(
        "Content-Length: 234",
        &format!("Content-Length: {}", body.len()),
    );
    Bytes::from(format!("{head}\r\n\r\n{body}"))
}

fn request(bytes: Bytes, limits: &Limits) -> Request {
    match Message::parse(bytes, limits) {
        Ok(Message::Request(request)) => request,
        other => panic!("{other:?}"),
    }
}

fn parse(c: &mut Criterion) {
    let limits = Limits::default();
    let bytes = invite();
    let mut group = c.benchmark_group("sip_parse");
    group.throughput(Throughput::Bytes(bytes.len() as u64));
    group.bench_function("invite", |b| {
        b.iter(|| Message::parse(black_box(bytes.clone()), &limits));
    });
    group.bench_function("invite_typed", |b| {
        b.iter(|| {
            let request = request(black_box(bytes.clone()), &limits);
            let headers = &request.headers;
            black_box(headers.from().expect("From"));
            black_box(headers.to().expect("To"));
            black_box(headers.top_via().expect("Via"));
            black_box(headers.cseq().expect("CSeq"));
            black_box(headers.call_id().expect("Call-ID"));
            request
        });
    });
    group.bench_function("invite_framed", |b| {
        b.iter(|| {
            let mut framer = StreamFramer::new(limits);
            framer.push(black_box(&bytes));
            framer.poll_frame()
        });
    });
    group.finish();

    let request = request(bytes, &limits);
    c.bench_function("sip_write/response", |b| {
        b.iter(|| Response::to_request(black_box(&request), 200, Some("tag")).to_bytes());
    });
}

criterion_group!(benches, parse);
criterion_main!(benches);
