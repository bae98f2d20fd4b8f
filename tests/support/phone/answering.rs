//! A phone that is called.

use super::*;

impl Phone {
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
                if let Some(web) = &mut self.ours.web {
                    web.setup = "active".to_owned();
                }
                self.theirs = Some(theirs);
                self.describe(Some(invite.text()))
            }
            None => self.describe(None),
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
        self.cancelled(&cancel, from);
        cancel
    }

    pub(super) fn cancelled(&mut self, cancel: &Msg, from: SocketAddr) {
        self.respond(cancel, Msg::response(cancel, 200, "OK"), from);
        if let Some((invite, from)) = self.dialog.offered.take() {
            let m = self.reply_in_dialog(&invite, 487, "Request Terminated");
            self.respond(&invite, m, from);
        }
        self.ended = true;
    }
}
