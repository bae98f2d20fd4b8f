//! Anything at any time within calls: the peer's requests fit their dialogs and carry on from
//! each other, so that they get to where chance alone does not.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::hostile::{Play, Step};

const OFFER: &str = "Content-Type: application/sdp\r\n";
const MIXED: &str = "Content-Type: multipart/mixed;boundary=b\r\n";
const PARTS: &str = "--b\r\nContent-Type: application/isup\r\n\r\nx\r\n\
                     --b\r\nContent-Type: application/sdp\r\n\r\nv=0\r\n\r\n--b--\r\n";

impl Play {
    /// A request of the peer, which calls itself `from`.
    fn say(&mut self, method: &str, call: &str, from: &str, cseq: u32, headers: &str, body: &str) {
        let tag = match self.tags.get(call) {
            Some(tag) => format!(";tag={tag}"),
            None => String::new(),
        };
        self.branch += 1;
        let text = format!(
            "{method} sip:100@192.0.2.1 SIP/2.0\r\n\
             Via: SIP/2.0/UDP 192.0.2.9:5060;branch=z9hG4bKc{}\r\nMax-Forwards: 70\r\n\
             From: <sip:ann@example.com>;tag={from}\r\nTo: <sip:ann@192.0.2.1>{tag}\r\n\
             Call-ID: {call}\r\nCSeq: {cseq} {method}\r\nContact: <sip:ann@192.0.2.9>\r\n\
             {headers}Content-Length: {}\r\n\r\n{body}",
            self.branch,
            body.len()
        );
        self.hear(0, text.into_bytes(), 0);
        self.drain();
    }

    /// What is open when the rest begins.
    fn open(&mut self, kind: usize) {
        const TIMER: &str = "Supported: timer, 100rel\r\nSession-Expires: 90;refresher=uas\r\n";
        match kind % 7 {
            0 => {
                let headers = format!("Require: 100rel\r\n{OFFER}");
                self.say("INVITE", "c0", "f", 1, &headers, "v=0\r\n");
                self.command(1, 0);
            }
            1 => {
                self.say("INVITE", "c0", "f", 1, TIMER, "");
                self.command(1, 0);
            }
            2 | 3 => {
                let headers = format!("{TIMER}{OFFER}");
                self.say("INVITE", "c0", "f", 1, &headers, "v=0\r\n");
                self.command(2, 0);
                self.drain();
                if kind % 7 == 3 {
                    self.say("ACK", "c0", "f", 1, "", "");
                }
            }
            4 => {
                self.command(11, 0);
                self.drain();
                self.answer(0, 183, 3, "Require: 100rel\r\nRSeq: 1\r\n");
            }
            5 => {
                self.command(11, 0);
                self.drain();
                self.answer(0, 200, 2, "Session-Expires: 90;refresher=uac\r\n");
            }
            _ => {
                // Two branches of a fork, both with early media.
                self.command(11, 0);
                self.drain();
                self.answer(0, 183, 2, "");
                self.answer(0, 183, 3, "");
            }
        }
        self.drain();
    }

    /// The peer answers that of our requests which is `back` before the last.
    fn answer(&mut self, back: usize, status: u16, b: u8, headers: &str) {
        let Some(to) = self.requests.iter().rev().nth(back) else {
            return;
        };
        let get = |name: &str| to.headers.get_str(name).unwrap_or("").to_owned();
        let tag = if get("To").contains(";tag=") {
            String::new()
        } else {
            format!(";tag=peer{}", b & 1)
        };
        let (kind, body) = match b & 6 {
            2 => (OFFER, "v=0\r\n"),
            4 => (MIXED, PARTS),
            _ => ("", ""),
        };
        let text = format!(
            "SIP/2.0 {status} x\r\nVia: {}\r\nFrom: {}\r\nTo: {}{tag}\r\nCall-ID: {}\r\nCSeq: {}\r\n\
             Contact: <sip:bob@192.0.2.9:5060>\r\n{headers}{kind}Content-Length: {}\r\n\r\n{body}",
            get("Via"),
            get("From"),
            get("To"),
            get("Call-ID"),
            get("CSeq"),
            body.len()
        );
        self.hear(0, text.into_bytes(), 0);
        self.drain();
    }

    /// A request that fits one of the dialogs.
    fn within(&mut self, a: u8, b: u8, c: u16) {
        const METHODS: [&str; 13] = [
            "UPDATE", "UPDATE", "PRACK", "PRACK", "INVITE", "INVITE", "ACK", "ACK", "REFER", "BYE",
            "CANCEL", "OPTIONS", "INVITE",
        ];
        let calls: Vec<&String> = self.tags.keys().collect();
        let Some(call) = calls.get(usize::from(c) % calls.len().max(1)) else {
            return;
        };
        let call = (*call).clone();
        let from = if call.starts_with('c') {
            "f".to_owned()
        } else {
            format!("peer{}", b & 1)
        };
        let method = METHODS[usize::from(a) % METHODS.len()];
        let mut headers = String::new();
        match method {
            "PRACK" => {
                if let Some((rseq, cseq)) = self.reliable.get(&call) {
                    headers = format!("RAck: {rseq} {cseq} INVITE\r\n");
                }
            }
            "REFER" => headers = "Refer-To: <sip:7@192.0.2.1>\r\n".to_owned(),
            "UPDATE" | "INVITE" if b & 0x40 != 0 => {
                headers = "Supported: timer\r\nSession-Expires: 90;refresher=uac\r\n".to_owned();
            }
            _ => {}
        }
        let (kind, body) = match b & 6 {
            _ if matches!(method, "BYE" | "CANCEL" | "OPTIONS" | "REFER") => ("", ""),
            2 => (OFFER, "v=0\r\n"),
            4 => (MIXED, PARTS),
            _ => ("", ""),
        };
        headers.push_str(kind);
        // Numbers only rise, but those of ACK and CANCEL are their INVITE's.
        let cseq = match method {
            "ACK" => self.accepted.get(&call).copied().unwrap_or(1),
            "CANCEL" => {
                self.branch = self.branch.saturating_sub(1);
                self.last_number
            }
            _ => {
                self.last_number += 1;
                self.last_number
            }
        };
        self.say(method, &call, &from, cseq, &headers, body);
    }

    fn carry_on(&mut self, (what, a, b, c): Step) {
        const STATUS: [u16; 16] = [
            200, 200, 200, 200, 100, 180, 183, 401, 408, 422, 481, 486, 491, 500, 501, 503,
        ];
        const EXTRA: [&str; 5] = [
            "",
            "Require: 100rel\r\nRSeq: 2\r\n",
            "WWW-Authenticate: Digest realm=\"r\", nonce=\"n\", qop=\"auth\"\r\n",
            "Min-SE: 200\r\n",
            "Session-Expires: 90;refresher=uac\r\nAllow: INVITE, UPDATE\r\n",
        ];
        match what % 8 {
            0 | 1 => self.step((what >> 3, a, b, c)),
            2..=4 => self.within(a, b, c),
            5 => {
                let status = STATUS[usize::from(c) % STATUS.len()];
                let extra = EXTRA[usize::from(c) / 16 % EXTRA.len()];
                self.answer(usize::from(a % 3), status, b, extra);
            }
            6 => self.command(a, b),
            _ => self.pass(u64::from(c) * u64::from(1 + a % 4)),
        }
        self.drain();
    }
}

#[test]
fn anything_within_calls_at_any_time() {
    let (sessions, offers) = (AtomicUsize::new(0), AtomicUsize::new(0));
    bolero::check!()
        .with_type::<(u8, Vec<Step>)>()
        .with_iterations(1000)
        .for_each(|(kind, steps)| {
            let mut play = Play::new();
            play.open(usize::from(*kind));
            for step in steps {
                play.carry_on(*step);
            }
            sessions.fetch_add(play.sessions, Ordering::Relaxed);
            offers.fetch_add(play.offers, Ordering::Relaxed);
            play.end();
        });
    let (sessions, offers) = (sessions.into_inner(), offers.into_inner());
    assert!(
        sessions > 150 && offers > 80,
        "the calls never get anywhere: {sessions} sessions, {offers} offers"
    );
}
