//! A phone with one line: registers, calls, answers, and misbehaves on request.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use tokio_rustls::rustls::pki_types::CertificateDer;

use super::digest::{self, Algorithm};
use super::media::Media;
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

    /// A phone that speaks through this.
    pub fn on(user: &str, server: SocketAddr, wire: Wire) -> Phone {
        let media = Media::new(wire.local().ip());
        Phone {
            user: user.to_owned(),
            ours: Session::new(media.local),
            media,
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

    // --- Registering -------------------------------------------------------------------

    /// Registers with a password; the final status.
    pub fn register(&mut self, password: &str, algorithm: Algorithm) -> u16 {
        self.register_for(password, algorithm, 300)
    }

    /// The same with the seconds asked for; 0 signs off.
    pub fn register_for(&mut self, password: &str, algorithm: Algorithm, expires: u32) -> u16 {
        let uri = format!("sip:{}", self.server);
        let call_id = unique();
        let tag = unique();
        let request = |phone: &Phone, cseq: u32, auth: Option<String>| {
            let aor = format!("<sip:{}@{}>", phone.user, phone.server);
            let mut m = Msg::request("REGISTER", &uri)
                .with("Via", phone.via())
                .with("Max-Forwards", "70")
                .with("From", format!("{aor};tag={tag}"))
                .with("To", aor)
                .with("Call-ID", &call_id)
                .with("CSeq", format!("{cseq} REGISTER"))
                .with("Contact", phone.contact())
                .with("Expires", expires.to_string());
            if let Some(a) = auth {
                m = m.with("Authorization", a);
            }
            m
        };
        let first = request(self, 1, None);
        self.send(&first);
        let challenge = self.final_response("REGISTER", 1);
        let Some(401 | 407) = challenge.status() else {
            return challenge.status().unwrap_or(0);
        };
        let auth = digest::answer(
            &challenge, algorithm, &self.user, password, "REGISTER", &uri,
        );
        let auth = auth.unwrap_or_else(|| self.fail("a challenge for this algorithm"));
        let second = request(self, 2, Some(auth));
        self.send(&second);
        self.final_response("REGISTER", 2).status().unwrap_or(0)
    }

    // --- Calling -----------------------------------------------------------------------

    /// Sends an INVITE with our offer and waits for nothing.
    pub fn invite(&mut self, number: &str) {
        let offer = self.ours.text();
        self.invite_with(number, Some(&offer), &[]);
    }

    /// Sends an INVITE with any body (none: a late offer) and further headers.
    pub fn invite_with(&mut self, number: &str, offer: Option<&str>, headers: &[(&str, &str)]) {
        let uri = format!("sip:{number}@{}", self.server);
        self.dialog = Dialog {
            call_id: unique(),
            local: format!("<sip:{}@{}>;tag={}", self.user, self.local(), unique()),
            remote: format!("<{uri}>"),
            target: uri,
            cseq: 1,
            ..Dialog::default()
        };
        self.ended = false;
        self.theirs = None;
        let mut m = self.request("INVITE", 1);
        for (n, v) in headers {
            m = m.with(n, *v);
        }
        if let Some(sdp) = offer {
            m = m.body("application/sdp", sdp);
        }
        self.send(&m);
        self.dialog.invite = Some(m);
    }

    /// Waits for the final answer to our INVITE and acknowledges it; the status.
    pub fn wait_answer(&mut self, limit: Duration) -> u16 {
        let response = self.wait("an answer to INVITE", limit, |m| {
            m.method() == "INVITE" && m.status().is_some_and(|s| s >= 200)
        });
        let status = response.status().unwrap_or(0);
        if status >= 300 {
            self.ack_refusal(&response);
            return status;
        }
        let late = self
            .dialog
            .invite
            .as_ref()
            .is_some_and(|i| i.body.is_empty());
        self.establish(&response);
        self.take_sdp(&response);
        let answer = late.then(|| self.ours.text());
        self.ack(answer);
        status
    }

    /// Calls a number and has it answered.
    #[track_caller]
    pub fn call(&mut self, number: &str) {
        self.invite(number);
        let status = self.wait_answer(SOON);
        assert_eq!(status, 200, "{}", self.transcript());
    }

    /// Calls without an offer: the 200 carries it, the ACK our answer.
    #[track_caller]
    pub fn call_with_late_offer(&mut self, number: &str) {
        self.invite_with(number, None, &[]);
        let status = self.wait_answer(SOON);
        assert_eq!(status, 200, "{}", self.transcript());
    }

    /// CANCELs our INVITE; the final status of the INVITE (487 by rights).
    pub fn cancel(&mut self) -> u16 {
        let invite = self
            .dialog
            .invite
            .clone()
            .unwrap_or_else(|| self.fail("an INVITE of ours"));
        let mut m = Msg::request("CANCEL", invite.uri());
        for name in ["Via", "From", "To", "Call-ID", "Max-Forwards"] {
            m = m.with(name, invite.header(name).unwrap_or_default());
        }
        let m = m.with("CSeq", format!("{} CANCEL", invite.cseq()));
        self.send(&m);
        let mut status = 0;
        self.wait("a final answer to INVITE", SOON, |m| {
            status = m.status().unwrap_or(0);
            m.method() == "INVITE" && status >= 200
        });
        let response = self.last_response("INVITE");
        if status >= 300 {
            self.ack_refusal(&response);
        }
        status
    }

    // --- Being called ------------------------------------------------------------------

    /// Waits for a call and answers 180; the INVITE.
    pub fn ring(&mut self, limit: Duration) -> Msg {
        let invite = self.wait_invite(limit);
        let ringing = self.reply_in_dialog(&invite.0, 180, "Ringing");
        self.respond(&invite.0, ringing, invite.1);
        invite.0
    }

    /// Waits for a call and leaves it at that.
    pub fn wait_invite(&mut self, limit: Duration) -> (Msg, SocketAddr) {
        self.wait_from("an INVITE", limit, |m| {
            m.is("INVITE") && m.tag("To").is_none()
        })
    }

    /// Whether a call comes within this time; it is kept for [`Phone::ring`].
    pub fn rings_within(&mut self, limit: Duration) -> bool {
        let end = Instant::now() + limit;
        while let Some(m) = self.next(end) {
            let is_call = m.0.is("INVITE") && m.0.tag("To").is_none();
            self.pending.push_back(m);
            if is_call {
                return true;
            }
        }
        false
    }

    /// Answers the ringing call with our session and waits for the ACK.
    pub fn answer(&mut self) {
        self.answer_without_ack();
        let ack = self.wait("an ACK", SOON, |m| m.is("ACK"));
        if !ack.body.is_empty() {
            self.take_sdp(&ack);
        }
    }

    /// The same without waiting.
    pub fn answer_without_ack(&mut self) {
        let (invite, from) = self
            .dialog
            .offered
            .clone()
            .unwrap_or_else(|| self.fail("a call to us"));
        let sdp = match Session::parse(&invite.text()) {
            Some(theirs) => {
                self.ours
                    .codecs
                    .retain(|c| theirs.codecs.iter().any(|t| t.0 == c.0));
                // The offer's numbers hold (RFC 3264 §6.1).
                self.ours.dtmf = self.ours.dtmf.and(theirs.dtmf);
                self.ours.crypto_tag = theirs.crypto_tag;
                if theirs.crypto.is_none() {
                    self.ours.crypto = None;
                }
                self.theirs = Some(theirs);
                self.ours.text()
            }
            None => self.ours.text(),
        };
        if let Some(theirs) = &self.theirs {
            self.media.agree(&self.ours, theirs);
        }
        let ok = self
            .reply_in_dialog(&invite, 200, "OK")
            .body("application/sdp", sdp);
        self.respond(&invite, ok, from);
    }

    /// Refuses the ringing call.
    pub fn reject(&mut self, status: u16) {
        let (invite, from) = self
            .dialog
            .offered
            .take()
            .unwrap_or_else(|| self.fail("a call to us"));
        let m = self.reply_in_dialog(&invite, status, "No");
        self.respond(&invite, m, from);
    }

    /// Waits until the ringing call is cancelled (answered 200 and 487); the CANCEL.
    pub fn wait_cancel(&mut self, limit: Duration) -> Msg {
        let (cancel, from) = self.wait_from("a CANCEL", limit, |m| m.is("CANCEL"));
        self.respond(&cancel, Msg::response(&cancel, 200, "OK"), from);
        if let Some((invite, from)) = self.dialog.offered.take() {
            let m = self.reply_in_dialog(&invite, 487, "Request Terminated");
            self.respond(&invite, m, from);
        }
        self.ended = true;
        cancel
    }

    // --- Within a call -----------------------------------------------------------------

    /// Hangs up and waits for the answer; its status.
    pub fn hang_up(&mut self) -> u16 {
        let m = self.in_dialog("BYE");
        let cseq = m.cseq();
        self.send(&m);
        self.ended = true;
        self.final_response("BYE", cseq).status().unwrap_or(0)
    }

    /// Waits until the peer hangs up.
    pub fn wait_bye(&mut self, limit: Duration) -> Msg {
        if self.ended {
            self.fail("a BYE now, not earlier");
        }
        self.wait("a BYE", limit, |m| m.is("BYE"))
    }

    /// Offers [`Phone::ours`] anew by re-INVITE; the status.
    pub fn reinvite(&mut self) -> u16 {
        self.offer_by("INVITE")
    }

    /// Offers [`Phone::ours`] anew by UPDATE; the status.
    pub fn update(&mut self) -> u16 {
        self.offer_by("UPDATE")
    }

    fn offer_by(&mut self, method: &str) -> u16 {
        self.ours.version += 1;
        let m = self
            .in_dialog(method)
            .body("application/sdp", self.ours.text());
        let cseq = m.cseq();
        if method == "INVITE" {
            self.dialog.invite = Some(m.clone());
        }
        self.send(&m);
        let response = self.final_response(method, cseq);
        let status = response.status().unwrap_or(0);
        if method == "INVITE" && status >= 300 {
            self.ack_refusal(&response);
        } else if method == "INVITE" {
            self.take_sdp(&response);
            self.ack(None);
        } else if status < 300 {
            self.take_sdp(&response);
        }
        status
    }

    /// Presses a key by INFO, `application/dtmf-relay`; the status.
    pub fn info_relay(&mut self, key: char) -> u16 {
        self.info(
            "application/dtmf-relay",
            &format!("Signal={key}\r\nDuration=160\r\n"),
        )
    }

    /// Sends INFO with this body; the status.
    pub fn info(&mut self, content_type: &str, body: &str) -> u16 {
        let m = self.in_dialog("INFO").body(content_type, body);
        let cseq = m.cseq();
        self.send(&m);
        self.final_response("INFO", cseq).status().unwrap_or(0)
    }

    /// Asks the peer to transfer its other side (RFC 3515); the status.
    pub fn refer(&mut self, to: &str) -> u16 {
        let m = self
            .in_dialog("REFER")
            .with("Refer-To", format!("<sip:{to}@{}>", self.server))
            .with(
                "Referred-By",
                format!("<sip:{}@{}>", self.user, self.server),
            );
        let cseq = m.cseq();
        self.send(&m);
        self.final_response("REFER", cseq).status().unwrap_or(0)
    }

    /// Waits for a NOTIFY whose fragment has this status line's beginning.
    pub fn wait_notify(&mut self, fragment: &str) -> Msg {
        let wanted = fragment.to_owned();
        self.wait("a NOTIFY", SOON, move |m| {
            m.is("NOTIFY") && m.text().starts_with(&wanted)
        })
    }

    /// OPTIONS outside of any call; the response.
    pub fn options(&mut self, number: &str) -> Msg {
        let saved = self.dialog.clone();
        let uri = format!("sip:{number}@{}", self.server);
        self.dialog = Dialog {
            call_id: unique(),
            local: format!("<sip:{}@{}>;tag={}", self.user, self.local(), unique()),
            remote: format!("<{uri}>"),
            target: uri,
            ..Dialog::default()
        };
        let m = self.request("OPTIONS", 1);
        self.send(&m);
        self.dialog = saved;
        self.final_response("OPTIONS", 1)
    }

    /// Whether OPTIONS is answered within a moment: the server is up.
    pub fn answers_options(&mut self) -> bool {
        let uri = format!("sip:{}", self.server);
        self.dialog = Dialog {
            call_id: unique(),
            local: format!("<sip:{}@{}>;tag={}", self.user, self.local(), unique()),
            remote: format!("<{uri}>"),
            target: uri,
            ..Dialog::default()
        };
        let m = self.request("OPTIONS", 1);
        self.send(&m);
        self.next(Instant::now() + Duration::from_millis(100))
            .is_some()
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
                let ok = m.method() == "INVITE" && m.status().is_some_and(|s| s < 300);
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

    fn answer_by_itself(&mut self, m: &Msg, from: SocketAddr) {
        match m.method() {
            "BYE" => {
                self.ended = true;
                self.respond(m, Msg::response(m, 200, "OK"), from);
            }
            "OPTIONS" | "NOTIFY" | "PRACK" => {
                self.respond(m, Msg::response(m, 200, "OK"), from);
            }
            // A re-INVITE or a session refresh: what we have said still holds.
            "INVITE" | "UPDATE" if m.tag("To").is_some() => {
                let mut ok = Msg::response(m, 200, "OK").with("Contact", self.contact());
                if !m.body.is_empty() || m.method() == "INVITE" {
                    self.take_sdp(m);
                    ok = ok.body("application/sdp", self.ours.text());
                }
                self.respond(m, ok, from);
            }
            _ => {}
        }
    }

    fn transaction(&self, m: &Msg) -> String {
        let via = m.header("Via").unwrap_or_default();
        format!(
            "{} {}",
            param(via, "branch").unwrap_or_default(),
            m.method()
        )
    }

    fn respond(&mut self, request: &Msg, response: Msg, to: SocketAddr) {
        let id = self.transaction(request);
        self.answered.retain(|a| a.0 != id);
        self.note('>', &response);
        let bytes = response.bytes();
        self.wire.send(to, &bytes);
        self.answered.push((id, bytes, to));
    }

    fn reply_in_dialog(&self, invite: &Msg, status: u16, reason: &str) -> Msg {
        let mut m = Msg::response(invite, status, reason);
        m.set("To", self.dialog.local.clone());
        m.with("Contact", self.contact()).with(
            "Allow",
            "INVITE, ACK, CANCEL, BYE, INFO, UPDATE, REFER, NOTIFY, OPTIONS",
        )
    }

    fn establish(&mut self, ok: &Msg) {
        self.dialog.remote = ok.header("To").unwrap_or_default().to_owned();
        if let Some(contact) = ok.header("Contact") {
            self.dialog.target = uri_of(contact).to_owned();
        }
        self.dialog.routes = ok.all("Record-Route").map(str::to_owned).collect();
        self.dialog.routes.reverse();
    }

    fn take_sdp(&mut self, m: &Msg) {
        if let Some(theirs) = Session::parse(&m.text()) {
            self.media.agree(&self.ours, &theirs);
            self.theirs = Some(theirs);
        }
    }

    fn ack(&mut self, answer: Option<String>) {
        let cseq = self.dialog.invite.as_ref().map_or(1, Msg::cseq);
        let mut m = self.request("ACK", cseq);
        if let Some(sdp) = answer {
            m = m.body("application/sdp", sdp);
        }
        if self.lose_acks {
            return;
        }
        self.last_ack = Some((m.bytes(), cseq));
        self.send(&m);
    }

    /// The ACK of a refusal belongs to the INVITE's transaction (RFC 3261 §17.1.1.3).
    fn ack_refusal(&mut self, response: &Msg) {
        let Some(invite) = self.dialog.invite.clone() else {
            return;
        };
        let mut m = Msg::request("ACK", invite.uri());
        for name in ["Via", "From", "Call-ID", "Max-Forwards"] {
            m = m.with(name, invite.header(name).unwrap_or_default());
        }
        let m = m
            .with("To", response.header("To").unwrap_or_default())
            .with("CSeq", format!("{} ACK", invite.cseq()));
        self.send(&m);
    }

    fn in_dialog(&mut self, method: &str) -> Msg {
        self.dialog.cseq += 1;
        let cseq = self.dialog.cseq;
        self.request(method, cseq)
    }

    fn request(&self, method: &str, cseq: u32) -> Msg {
        let mut m = Msg::request(method, &self.dialog.target)
            .with("Via", self.via())
            .with("Max-Forwards", "70")
            .with("From", &self.dialog.local)
            .with("To", &self.dialog.remote)
            .with("Call-ID", &self.dialog.call_id)
            .with("CSeq", format!("{cseq} {method}"))
            .with("Contact", self.contact())
            .with(
                "Allow",
                "INVITE, ACK, CANCEL, BYE, INFO, UPDATE, REFER, NOTIFY, OPTIONS",
            );
        for route in &self.dialog.routes {
            m = m.with("Route", route);
        }
        m
    }

    fn via(&self) -> String {
        let (word, local) = (self.wire.via_word(), self.local());
        format!("SIP/2.0/{word} {local};branch=z9hG4bK{};rport", unique())
    }

    fn contact(&self) -> String {
        let transport = match self.wire {
            Wire::Udp(_) => "",
            Wire::Tcp(..) => ";transport=tcp",
            Wire::Tls(..) => ";transport=tls",
        };
        format!("<sip:{}@{}{transport}>", self.user, self.local())
    }

    fn send(&mut self, m: &Msg) {
        self.note('>', m);
        // Within a call that came to us, back to where it came from.
        let within = m.header("Call-ID") == Some(&self.dialog.call_id);
        let caller = self.dialog.offered.as_ref().filter(|_| within);
        let to = caller.map_or(self.server, |o| o.1);
        self.wire.send(to, &m.bytes());
    }

    fn note(&mut self, way: char, m: &Msg) {
        let at = self.started.elapsed().as_secs_f32();
        self.log.push(format!(
            "{at:7.3} {way} {}  [{}]",
            m.start,
            m.header("CSeq").unwrap_or("")
        ));
    }
}
