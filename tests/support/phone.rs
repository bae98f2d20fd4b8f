//! A phone with one line: registers, calls, answers, and misbehaves on request.

mod answering;
mod calling;
mod in_call;
mod provider;
mod wire;

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use tokio_rustls::rustls::pki_types::CertificateDer;

use super::digest::{self, Algorithm};
use super::media::Media;
use super::peer::{Codec, Gathering, Peer};
use super::sdp::Session;
use super::sip::{Msg, param, uri_of};
use super::wire::Wire;

/// How long a phone waits for what must come at once. Generous: tests share two cores.
pub const SOON: Duration = Duration::from_secs(5);

/// One phone.
pub struct Phone {
    /// User part of its address; callers' numbers are as the test likes.
    pub user: String,
    /// Its voice; new with each call.
    pub media: Media,
    /// Who carries the voice, where it is a page's by the crate `webrtc`.
    pub peer: Option<Peer>,
    /// What becomes of a description of ours before it is sent.
    pub twist: Option<fn(&str) -> String>,
    /// The name for the digest, where it is not the user.
    pub proof_name: Option<String>,
    /// What it offers, or last offered.
    pub ours: Session,
    /// What the peer last said.
    pub theirs: Option<Session>,
    /// Never acknowledge a 200.
    pub lose_acks: bool,
    /// The peer has hung up (or cancelled).
    pub ended: bool,
    wire: Wire,
    server: SocketAddr,
    dialog: Dialog,
    /// Requests answered and what with, for their retransmissions.
    answered: Vec<(String, Vec<u8>, SocketAddr)>,
    /// The last ACK of ours, for retransmitted 200s.
    last_ack: Option<(Vec<u8>, u32)>,
    pending: VecDeque<(Msg, SocketAddr)>,
    log: Vec<String>,
    started: Instant,
}

#[derive(Clone, Default)]
struct Dialog {
    call_id: String,
    /// Our From value, tag included.
    local: String,
    /// Their To value.
    remote: String,
    target: String,
    routes: Vec<String>,
    cseq: u32,
    /// The INVITE that we sent.
    invite: Option<Msg>,
    /// The INVITE that we got, and from where.
    offered: Option<(Msg, SocketAddr)>,
}

static UNIQUE: AtomicU32 = AtomicU32::new(1);

fn unique() -> String {
    let n = UNIQUE.fetch_add(1, Ordering::Relaxed);
    format!("{:x}-{n}", std::process::id())
}

impl Phone {
    /// A phone on UDP.
    pub fn udp(user: &str, server: SocketAddr) -> Phone {
        Phone::on(user, server, Wire::udp(server))
    }

    /// A phone on TCP.
    pub fn tcp(user: &str, server: SocketAddr) -> Phone {
        Phone::on(user, server, Wire::tcp(server))
    }

    /// A phone on TLS that offers SRTP.
    pub fn tls(user: &str, server: SocketAddr, trusted: CertificateDer<'static>) -> Phone {
        let mut p = Phone::on(user, server, Wire::tls(server, trusted));
        p.ours.crypto = Some(p.media.key());
        p
    }

    /// A page of the server's own site: SIP over WebSocket, voice by ICE and DTLS.
    pub fn page(user: &str, api: SocketAddr) -> Phone {
        let wire = Wire::web(api, &format!("http://{api}"), "sip").expect("a WebSocket");
        let mut p = Phone::on(user, api, wire);
        p.ours.web = Some(p.media.browse(user));
        p
    }

    /// The same with a voice by the crate `webrtc`.
    pub fn peer(user: &str, api: SocketAddr, codecs: &[Codec], gathering: Gathering) -> Phone {
        let wire = Wire::web(api, &format!("http://{api}"), "sip").expect("a WebSocket");
        let mut p = Phone::on(user, api, wire);
        p.peer = Some(Peer::of(&p.media, codecs, gathering));
        p
    }

    /// A phone that speaks through this.
    pub fn on(user: &str, server: SocketAddr, wire: Wire) -> Phone {
        let media = Media::new(wire.local().ip());
        Phone {
            user: user.to_owned(),
            ours: Session::new(media.local),
            media,
            peer: None,
            twist: None,
            proof_name: None,
            theirs: None,
            lose_acks: false,
            ended: false,
            wire,
            server,
            dialog: Dialog::default(),
            answered: Vec::new(),
            last_ack: None,
            pending: VecDeque::new(),
            log: Vec::new(),
            started: Instant::now(),
        }
    }

    /// Its address.
    pub fn local(&self) -> SocketAddr {
        self.wire.local()
    }

    /// Keeps the phone awake: answers what comes for this long.
    pub fn idle(&mut self, time: Duration) {
        let end = Instant::now() + time;
        while self.next(end).is_some() {}
    }

    // --- Messages ----------------------------------------------------------------------

    /// Any bytes at all.
    pub fn send_raw(&mut self, bytes: &[u8]) {
        let to = self.server;
        self.wire.send(to, bytes);
    }

    /// Waits for a message; everything else that comes meanwhile is answered or dropped.
    #[track_caller]
    pub fn wait(&mut self, what: &str, limit: Duration, mut is: impl FnMut(&Msg) -> bool) -> Msg {
        self.wait_from(what, limit, |m| is(m)).0
    }

    #[track_caller]
    fn wait_from(
        &mut self,
        what: &str,
        limit: Duration,
        mut is: impl FnMut(&Msg) -> bool,
    ) -> (Msg, SocketAddr) {
        let kept = self.pending.iter().position(|m| is(&m.0));
        if let Some(m) = kept.and_then(|i| self.pending.remove(i)) {
            self.note_call(&m);
            return m;
        }
        let end = Instant::now() + limit;
        loop {
            match self.next(end) {
                Some(m) if is(&m.0) => {
                    self.note_call(&m);
                    return m;
                }
                Some(_) => {}
                None => self.fail(&format!("{what} within {limit:?}")),
            }
        }
    }

    /// What was said so far.
    pub fn transcript(&self) -> String {
        format!(
            "{} on {}:\n{}",
            self.user,
            self.local(),
            self.log.join("\n")
        )
    }

    #[track_caller]
    fn fail(&self, what: &str) -> ! {
        panic!("expected {what}\n{}", self.transcript())
    }

    fn note_call(&mut self, m: &(Msg, SocketAddr)) {
        if !m.0.is("INVITE") || m.0.tag("To").is_some() {
            return;
        }
        let us = m.0.header("To").unwrap_or_default();
        self.ended = false;
        self.dialog = Dialog {
            call_id: m.0.header("Call-ID").unwrap_or_default().to_owned(),
            local: format!("{us};tag={}", unique()),
            remote: m.0.header("From").unwrap_or_default().to_owned(),
            target: uri_of(m.0.header("Contact").unwrap_or_default()).to_owned(),
            routes: m.0.all("Record-Route").map(str::to_owned).collect(),
            cseq: 100,
            invite: None,
            offered: Some(m.clone()),
        };
    }

    fn final_response(&mut self, method: &str, cseq: u32) -> Msg {
        self.wait(&format!("a final answer to {method}"), SOON, |m| {
            m.method() == method && m.cseq() == cseq && m.status().is_some_and(|s| s >= 200)
        })
    }

    fn last_response(&self, method: &str) -> Msg {
        // Enough for an ACK: the To with its tag is all that differs from the request.
        let mut m = self
            .dialog
            .invite
            .clone()
            .unwrap_or_else(|| self.fail("an INVITE of ours"));
        m.set("To", self.dialog.remote.clone());
        debug_assert_eq!(method, "INVITE");
        m
    }

    /// The next message that is not a retransmission. Requests that any phone answers by
    /// itself have been answered.
    fn next(&mut self, end: Instant) -> Option<(Msg, SocketAddr)> {
        loop {
            let left = end.checked_duration_since(Instant::now())?;
            let (m, from) = self.wire.recv(left)?;
            self.note('<', &m);
            if m.status().is_some() {
                // A 100 makes no dialog (RFC 3261 §12.1), whatever tag it has.
                let made = |s| (101..300).contains(&s);
                let ok = m.method() == "INVITE" && m.status().is_some_and(made);
                if ok && m.tag("To").is_some() {
                    self.dialog.remote = m.header("To").unwrap_or_default().to_owned();
                }
                // A 200 that we have acknowledged: its ACK was lost.
                let again = |(_, cseq): &&(Vec<u8>, u32)| {
                    ok && m.cseq() == *cseq && m.status() == Some(200)
                };
                if let Some((ack, _)) = self.last_ack.as_ref().filter(again) {
                    let (ack, to) = (ack.clone(), self.server);
                    self.wire.send(to, &ack);
                    continue;
                }
                return Some((m, from));
            }
            let id = self.transaction(&m);
            if let Some((_, response, to)) = self.answered.iter().find(|a| a.0 == id) {
                let (response, to) = (response.clone(), *to);
                self.wire.send(to, &response);
                continue;
            }
            self.answer_by_itself(&m, from);
            return Some((m, from));
        }
    }
}
