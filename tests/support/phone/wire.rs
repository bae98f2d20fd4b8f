//! What a phone puts on the wire: requests, responses and the dialog that they belong to.

use super::*;

impl Phone {
    pub(super) fn answer_by_itself(&mut self, m: &Msg, from: SocketAddr) {
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
                    let ours = self.describe((!m.body.is_empty()).then(|| m.text()));
                    self.take_sdp(m);
                    ok = ok.body("application/sdp", ours);
                }
                self.respond(m, ok, from);
            }
            _ => {}
        }
    }

    pub(super) fn transaction(&self, m: &Msg) -> String {
        let via = m.header("Via").unwrap_or_default();
        format!(
            "{} {}",
            param(via, "branch").unwrap_or_default(),
            m.method()
        )
    }

    pub(super) fn respond(&mut self, request: &Msg, response: Msg, to: SocketAddr) {
        let id = self.transaction(request);
        self.answered.retain(|a| a.0 != id);
        self.note('>', &response);
        let bytes = response.bytes();
        self.wire.send(to, &bytes);
        self.answered.push((id, bytes, to));
    }

    pub(super) fn reply_in_dialog(&self, invite: &Msg, status: u16, reason: &str) -> Msg {
        let mut m = Msg::response(invite, status, reason);
        m.set("To", self.dialog.local.clone());
        m.with("Contact", self.contact()).with(
            "Allow",
            "INVITE, ACK, CANCEL, BYE, INFO, UPDATE, REFER, NOTIFY, OPTIONS",
        )
    }

    pub(super) fn establish(&mut self, ok: &Msg) {
        self.dialog.remote = ok.header("To").unwrap_or_default().to_owned();
        if let Some(contact) = ok.header("Contact") {
            self.dialog.target = uri_of(contact).to_owned();
        }
        self.dialog.routes = ok.all("Record-Route").map(str::to_owned).collect();
        self.dialog.routes.reverse();
    }

    /// What we say of our voice: in answer to theirs, or as an offer.
    pub(super) fn describe(&mut self, theirs: Option<String>) -> String {
        let ours = match (&mut self.peer, theirs) {
            (None, _) => self.ours.text(),
            (Some(peer), Some(offer)) => peer.answer(&offer),
            (Some(peer), None) => peer.offer(&self.ours.direction),
        };
        if let Some(said) = Session::parse(&ours).filter(|_| self.peer.is_some()) {
            self.ours.codecs = said.codecs;
        }
        self.twist.map_or(ours.clone(), |twist| twist(&ours))
    }

    pub(super) fn take_sdp(&mut self, m: &Msg) {
        let answers = m.status().is_some() || m.is("ACK");
        if let Some(peer) = self.peer.as_mut().filter(|_| answers && !m.body.is_empty()) {
            peer.accept(&m.text());
        }
        if let Some(theirs) = Session::parse(&m.text()) {
            self.media.agree(&self.ours, &theirs);
            self.theirs = Some(theirs);
        }
    }

    pub(super) fn ack(&mut self, answer: Option<String>) {
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
    pub(super) fn ack_refusal(&mut self, response: &Msg) {
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

    pub(super) fn in_dialog(&mut self, method: &str) -> Msg {
        self.dialog.cseq += 1;
        let cseq = self.dialog.cseq;
        self.request(method, cseq)
    }

    pub(super) fn request(&self, method: &str, cseq: u32) -> Msg {
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

    pub(super) fn via(&self) -> String {
        let (word, local) = (self.wire.via_word(), self.local());
        format!("SIP/2.0/{word} {local};branch=z9hG4bK{};rport", unique())
    }

    pub(super) fn contact(&self) -> String {
        let transport = match self.wire {
            Wire::Udp(_) => "",
            Wire::Tcp(..) => ";transport=tcp",
            Wire::Tls(..) => ";transport=tls",
            // A page has no address: RFC 7118 §5, as the libraries do it.
            Wire::Web(..) => return format!("<sip:{}@page.invalid;transport=ws>", self.user),
        };
        format!("<sip:{}@{}{transport}>", self.user, self.local())
    }

    pub(super) fn send(&mut self, m: &Msg) {
        self.note('>', m);
        // Within a call that came to us, back to where it came from.
        let within = m.header("Call-ID") == Some(&self.dialog.call_id);
        let caller = self.dialog.offered.as_ref().filter(|_| within);
        let to = caller.map_or(self.server, |o| o.1);
        self.wire.send(to, &m.bytes());
    }

    pub(super) fn note(&mut self, way: char, m: &Msg) {
        let at = self.started.elapsed().as_secs_f32();
        self.log.push(format!(
            "{at:7.3} {way} {}  [{}]",
            m.start,
            m.header("CSeq").unwrap_or("")
        ));
    }
}
