//! A session from its 2xx to its BYE: ACK, our own offers and refreshes, NOTIFYs, deadlines
//! (RFC 3261 §13.3.1.4, §14.1, §15; RFC 4028 §10).

use bytes::Bytes;

use super::client::{KeptAck, Outbound, Owner};
use super::core::{Core, Inbound};
use super::leg::{Leg, Ours, Stage};
use super::text::{self, SDP, Writer};
use super::tokens::ClientKey;
use crate::now::Mono;
use crate::sip::dialog::Dialog;
use crate::sip::leg::{LegEnd, LegEvent};
use crate::sip::message::Response;
use crate::sip::session_timer::Due;

impl Core {
    /// Sends a request within a dialog, by a transaction.
    #[expect(clippy::too_many_arguments, reason = "each is one part of the request")]
    pub(super) fn send_in(
        &mut self,
        now: Mono,
        owner: Owner,
        dialog: &mut Dialog,
        method: &'static str,
        cseq: Option<u32>,
        extra: impl FnOnce(&mut Writer),
        body: Option<(&str, &[u8])>,
    ) -> u64 {
        let cseq = cseq.unwrap_or_else(|| dialog.next_cseq());
        let (id, branch, mut w) = self.dialog_request(dialog, method, cseq);
        extra(&mut w);
        let mut request = w.finish(body);
        let stream = self.stream_within(dialog, request.len());
        if let Some(stream) = stream {
            request = text::reissue(&request, &[("Via", self.via(stream, &branch))]);
        }
        let out = Outbound {
            owner,
            method,
            id,
            branch,
            flow: stream.unwrap_or(dialog.flow),
            instead_of: stream.map(|_| dialog.flow),
            server_name: dialog.server_name.as_deref(),
            request,
            retried: false,
        };
        self.send(now, out);
        id
    }

    pub(super) fn send_bye(
        &mut self,
        now: Mono,
        dialog: &mut Dialog,
        trunk: Option<usize>,
        reason: Option<&str>,
    ) {
        let extra = |w: &mut Writer| {
            if let Some(reason) = reason {
                w.header("Reason", reason);
            }
        };
        self.send_in(now, Owner::Bye(trunk), dialog, "BYE", None, extra, None);
    }

    /// Sends the ACK of a 2xx and keeps it with its transaction, to be repeated when the 2xx
    /// is (RFC 3261 §13.2.2.4).
    pub(super) fn send_ack(
        &mut self,
        dialog: &Dialog,
        cseq: u32,
        invite_id: u64,
        sdp: Option<&[u8]>,
    ) {
        let key = ClientKey {
            id: invite_id,
            cancel: false,
        };
        let (_, _, mut w) = self.dialog_request(dialog, "ACK", cseq);
        if let Some(tx) = self.clients.get(&key) {
            for name in ["Authorization", "Proxy-Authorization"] {
                if let Some(value) = super::text::header_of(&tx.request, name) {
                    w.header(name, String::from_utf8_lossy(value));
                }
            }
        }
        let ack = w.finish(sdp.map(|sdp| (SDP, sdp)));
        if let Some(tx) = self.clients.get_mut(&key) {
            tx.ack = Some(KeptAck {
                to_tag: dialog.remote_tag.clone(),
                bytes: ack.clone(),
                flow: dialog.flow,
                server_name: dialog.server_name.clone(),
            });
        }
        *self.stats.requests_out.entry("ACK").or_default() += 1;
        self.transmit(dialog.flow, ack, dialog.server_name.as_deref());
    }

    /// An ACK came for the leg's dialog.
    pub(super) fn session_acked(&mut self, now: Mono, leg: &mut Leg, inbound: &Inbound) {
        let Stage::Session(s) = &mut leg.stage else {
            self.stats.stray += 1;
            return;
        };
        let Some(accepted) = s.accepted.take_if(|a| a.cseq == inbound.cseq) else {
            self.stats.absorbed += 1;
            return;
        };
        if let Some(reason) = s.bye.take() {
            self.send_bye(now, &mut s.dialog, s.trunk, reason.as_deref());
            leg.stage = Stage::Over;
            return;
        }
        let answer = if accepted.late { inbound.sdp() } else { None };
        if accepted.initial {
            leg.voice.emit(self, LegEvent::Confirmed { answer });
        } else if let Some(answer) = answer {
            leg.voice.emit(self, LegEvent::OfferAnswered { answer });
        }
        self.next_offer(now, s);
    }

    /// Hangs up, in whatever state the session is.
    pub(super) fn hang_up(&mut self, now: Mono, leg: &mut Leg, reason: Option<String>) {
        let Stage::Session(s) = &mut leg.stage else {
            return;
        };
        if s.accepted.as_ref().is_some_and(|a| a.initial) {
            // RFC 3261 §15: the callee's BYE waits for the ACK, or for its absence. Nothing
            // else of the session goes on until then.
            s.bye = Some(reason);
            if let Some(p) = s.pending.take() {
                self.respond_status(now, p.key, 487);
            }
            (s.ours, s.queued, s.timer, s.subscription) = (Ours::None, None, None, None);
            leg.voice.emit(self, LegEvent::Ended(LegEnd::LocalHangup));
            return;
        }
        self.bye_and_end(now, leg, reason.as_deref(), LegEnd::LocalHangup);
    }

    pub(super) fn bye_and_end(
        &mut self,
        now: Mono,
        leg: &mut Leg,
        reason: Option<&str>,
        end: LegEnd,
    ) {
        if let Stage::Session(s) = &mut leg.stage {
            if let Some((cseq, id)) = s.ack_owed.take() {
                self.send_ack(&s.dialog, cseq, id, None);
            }
            self.send_bye(now, &mut s.dialog, s.trunk, reason);
        }
        leg.end(self, now, end);
    }

    /// [`LegCommand::Ack`](crate::sip::leg::LegCommand::Ack).
    pub(super) fn ack_command(&mut self, now: Mono, leg: &mut Leg, answer: Bytes) {
        let Stage::Session(s) = &mut leg.stage else {
            self.stats.late_commands += 1;
            return;
        };
        let Some((cseq, id)) = s.ack_owed.take() else {
            self.stats.late_commands += 1;
            return;
        };
        self.send_ack(&s.dialog, cseq, id, Some(&answer));
        s.local_sdp = Some(answer);
        self.next_offer(now, s);
    }

    /// A 2xx of an INVITE that was acknowledged before. `true`: it was.
    pub(super) fn repeat_ack(&mut self, id: u64, response: &Response) {
        let key = ClientKey { id, cancel: false };
        let Some(tx) = self.clients.get(&key).filter(|_| response.is_success()) else {
            return;
        };
        let tag = response.headers.to().ok();
        let tag = tag.as_ref().and_then(|to| to.tag()).unwrap_or("");
        if let Some(ack) = tx.ack.clone().filter(|ack| *ack.to_tag == *tag) {
            self.stats.retransmitted += 1;
            self.transmit(ack.flow, ack.bytes, ack.server_name.as_deref());
        }
    }

    /// Deadlines of a session.
    pub(super) fn session_timeout(&mut self, now: Mono, leg: &mut Leg) {
        let Stage::Session(s) = &mut leg.stage else {
            return;
        };
        if let Some(a) = &mut s.accepted {
            if now >= a.give_up {
                return self.no_ack(now, leg);
            }
            if now >= a.retransmit.at {
                let t2 = self.config.timers.t2;
                a.retransmit = a.retransmit.next(now, t2);
                let (flow, bytes) = (a.flow, a.bytes.clone());
                self.stats.retransmitted += 1;
                self.transmit(flow, bytes, None);
            }
        }
        if leg.voice.ended {
            return;
        }
        self.expire_offer(now, &mut s.pending);
        if let Ours::Glare { at, .. } = s.ours
            && now >= at
            && let Ours::Glare { offer, refresh, .. } = std::mem::replace(&mut s.ours, Ours::None)
        {
            if s.pending.is_some() || s.accepted.is_some() {
                // Theirs came first: ours after it.
                s.queued.get_or_insert(offer);
            } else {
                let offer = if refresh {
                    offer
                } else {
                    s.queued.take().unwrap_or(offer)
                };
                self.reinvite(now, s, offer, refresh);
            }
        }
        if s.subscription.is_some_and(|sub| now >= sub.expires_at) {
            let leg = leg.voice.leg;
            self.notify(now, leg, s, 408);
        }
        match s
            .timer
            .as_mut()
            .map_or(Due::Nothing, |t| t.handle_timeout(now))
        {
            Due::Nothing => self.next_offer(now, s),
            Due::Refresh => self.refresh(now, s),
            Due::Expired => {
                let reason = "SIP;cause=408;text=\"Session expired\"";
                self.bye_and_end(now, leg, Some(reason), LegEnd::PeerGone);
            }
        }
    }

    /// RFC 3261 §13.3.1.4: our 2xx was never acknowledged.
    fn no_ack(&mut self, now: Mono, leg: &mut Leg) {
        let Stage::Session(s) = &mut leg.stage else {
            return;
        };
        let reason = s.bye.take().flatten();
        self.bye_and_end(now, leg, reason.as_deref(), LegEnd::NoAck);
    }
}
