//! A phone that registers and calls.

use super::*;

impl Phone {
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
        let name = self.proof_name.as_ref().unwrap_or(&self.user);
        let auth = digest::answer(&challenge, algorithm, name, password, "REGISTER", &uri);
        let auth = auth.unwrap_or_else(|| self.fail("a challenge for this algorithm"));
        let second = request(self, 2, Some(auth));
        self.send(&second);
        self.final_response("REGISTER", 2).status().unwrap_or(0)
    }

    // --- Calling -----------------------------------------------------------------------

    /// Sends an INVITE with our offer and waits for nothing.
    pub fn invite(&mut self, number: &str) {
        let offer = self.describe(None);
        self.invite_with(number, Some(&offer), &[]);
    }

    /// Sends an INVITE with any body (none: a late offer) and further headers.
    pub fn invite_with(&mut self, number: &str, offer: Option<&str>, headers: &[(&str, &str)]) {
        let uri = format!("sip:{number}@{}", self.server);
        self.invite_at(&uri, &format!("<{uri}>"), offer, headers);
    }

    /// The same to an address that is not the one in To, as a provider does it.
    pub fn invite_at(
        &mut self,
        uri: &str,
        to: &str,
        offer: Option<&str>,
        headers: &[(&str, &str)],
    ) {
        self.dialog = Dialog {
            call_id: unique(),
            local: format!("<sip:{}@{}>;tag={}", self.user, self.local(), unique()),
            remote: to.to_owned(),
            target: uri.to_owned(),
            cseq: 1,
            ..Dialog::default()
        };
        self.ended = false;
        self.theirs = None;
        // Its number may come again.
        self.last_ack = None;
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
        self.send_again_until_heard();
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
        let answer = late.then(|| self.describe(Some(response.text())));
        self.ack(answer);
        status
    }

    /// Sends the INVITE anew after 500 ms, 1 s and 2 s without any response (RFC 3261 §17.1.1.2): a
    /// datagram may find no room where others flood.
    fn send_again_until_heard(&mut self) {
        let Some(invite) = self.dialog.invite.clone() else {
            return;
        };
        for after in [500, 1_000, 2_000] {
            let end = Instant::now() + Duration::from_millis(after);
            while let Some(m) = self.next(end) {
                let heard = m.0.status().is_some() && m.0.method() == "INVITE";
                self.pending.push_back(m);
                if heard {
                    return;
                }
            }
            if matches!(self.wire, Wire::Udp(_)) {
                self.send(&invite);
            }
        }
    }

    /// Calls a number and has it answered.
    #[track_caller]
    pub fn call(&mut self, number: &str) {
        self.invite(number);
        let status = self.wait_answer(SOON);
        assert_eq!(status, 200, "{}", self.transcript());
    }

    /// Dials a number as an agent does, who is asked for proof; the answer is waited for by
    /// [`Phone::wait_answer`].
    #[track_caller]
    pub fn dial_as_agent(&mut self, number: &str, password: &str) {
        self.dial_as_agent_with(number, password, &[]);
    }

    /// The same with further headers.
    #[track_caller]
    pub fn dial_as_agent_with(&mut self, number: &str, password: &str, headers: &[(&str, &str)]) {
        let offer = self.describe(None);
        self.invite_with(number, Some(&offer), headers);
        let challenge = self.wait("a challenge", SOON, |m| {
            m.method() == "INVITE" && m.status().is_some_and(|s| s >= 200)
        });
        assert_eq!(challenge.status(), Some(401), "{}", self.transcript());
        self.ack_refusal(&challenge);
        let uri = format!("sip:{number}@{}", self.server);
        let auth = digest::answer(
            &challenge,
            Algorithm::Sha256,
            self.proof_name.as_ref().unwrap_or(&self.user),
            password,
            "INVITE",
            &uri,
        );
        let auth = auth.unwrap_or_else(|| self.fail("a challenge for this algorithm"));
        self.dialog.cseq = 2;
        let mut again = self.request("INVITE", 2).with("Authorization", auth);
        for (name, value) in headers {
            again = again.with(name, *value);
        }
        let again = again.body("application/sdp", offer);
        self.send(&again);
        self.dialog.invite = Some(again);
    }

    /// The same, and it is answered.
    #[track_caller]
    pub fn call_as_agent(&mut self, number: &str, password: &str) {
        self.dial_as_agent(number, password);
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
}
