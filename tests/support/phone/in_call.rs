//! What phones ask of each other within a call, and besides.

use super::*;

impl Phone {
    // --- Within a call -----------------------------------------------------------------

    /// Hangs up and waits for the answer; its status.
    pub fn hang_up(&mut self) -> u16 {
        let m = self.in_dialog("BYE");
        let cseq = m.cseq();
        self.send(&m);
        self.ended = true;
        self.final_response("BYE", cseq).status().unwrap_or(0)
    }

    /// Ends the call as a gateway does that has lost its side (RFC 3326).
    pub fn break_off(&mut self) -> u16 {
        let m = self.in_dialog("BYE").with("Reason", "SIP;cause=408");
        let cseq = m.cseq();
        self.send(&m);
        self.ended = true;
        self.final_response("BYE", cseq).status().unwrap_or(0)
    }

    /// Whether the peer hangs up, or takes back the call that rings, within this time.
    pub fn peer_ends_within(&mut self, limit: Duration) -> bool {
        let end = Instant::now() + limit;
        while !self.ended {
            match self.next(end) {
                Some((m, from)) if m.is("CANCEL") => self.cancelled(&m, from),
                Some(_) => {}
                None => break,
            }
        }
        self.ended
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

    pub(super) fn offer_by(&mut self, method: &str) -> u16 {
        self.ours.version += 1;
        let offer = self.describe(None);
        let m = self.in_dialog(method).body("application/sdp", offer);
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

    /// The same, and no reports are wanted (RFC 4488).
    pub fn refer_silently(&mut self, to: &str) -> u16 {
        let m = self
            .in_dialog("REFER")
            .with("Refer-To", format!("<sip:{to}@{}>", self.server))
            .with("Refer-Sub", "false")
            .with("Supported", "norefersub");
        let cseq = m.cseq();
        self.send(&m);
        self.final_response("REFER", cseq).status().unwrap_or(0)
    }

    /// Asks the peer to connect its other side with the one that another phone's call has
    /// (RFC 5589 §7); the status.
    pub fn refer_replacing(&mut self, to: &str, replaces: &str) -> u16 {
        let escaped = replaces
            .replace(';', "%3B")
            .replace('=', "%3D")
            .replace('@', "%40");
        let server = self.server;
        let m = self.in_dialog("REFER").with(
            "Refer-To",
            format!("<sip:{to}@{server}?Replaces={escaped}>"),
        );
        let cseq = m.cseq();
        self.send(&m);
        self.final_response("REFER", cseq).status().unwrap_or(0)
    }

    /// Our call as a Replaces header names it (RFC 3891).
    pub fn as_replaces(&self) -> String {
        let tag = |value: &str| param(value, "tag").unwrap_or_default().to_owned();
        let (ours, theirs) = (tag(&self.dialog.local), tag(&self.dialog.remote));
        format!("{};to-tag={theirs};from-tag={ours}", self.dialog.call_id)
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
}
