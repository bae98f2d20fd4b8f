//! A session from its 2xx to its BYE: ACK, our own offers and refreshes, NOTIFYs, deadlines
//! (RFC 3261 §13.3.1.4, §14.1, §15; RFC 4028 §10).

use std::time::Duration;

use bytes::Bytes;

use super::client::{Outbound, Outcome, Owner};
use super::core::{Core, Inbound, contact_uri};
use super::leg::{Leg, Ours, Session, Stage};
use super::text::{ALLOW, SDP, SUPPORTED, Writer};
use super::tokens::ClientKey;
use crate::ids::LegId;
use crate::now::Mono;
use crate::sip::dialog::Dialog;
use crate::sip::leg::{LegEnd, LegEvent};
use crate::sip::message::{Refresher, Response, reason_phrase};
use crate::sip::session_timer::{Due, SessionTimer};
use crate::sip::transfer::Subscription;

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
        let out = Outbound {
            owner,
            method,
            id,
            branch,
            flow: dialog.flow,
            server_name: dialog.server_name.as_deref(),
            request: w.finish(body),
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
            tx.ack = Some((dialog.remote_tag.clone(), ack.clone(), dialog.flow));
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
            // RFC 3261 §15: the callee's BYE waits for the ACK, or for its absence.
            s.bye = Some(reason);
            leg.voice.emit(self, LegEvent::Ended(LegEnd::LocalHangup));
            return;
        }
        self.bye_and_end(now, leg, reason.as_deref(), LegEnd::LocalHangup);
    }

    fn bye_and_end(&mut self, now: Mono, leg: &mut Leg, reason: Option<&str>, end: LegEnd) {
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

    /// [`LegCommand::Offer`](crate::sip::leg::LegCommand::Offer): at once, or as soon as
    /// nothing else is under way (RFC 3261 §14.1).
    pub(super) fn offer(&mut self, now: Mono, leg: &mut Leg, offer: Bytes) {
        let Stage::Session(s) = &mut leg.stage else {
            self.stats.late_commands += 1;
            return;
        };
        s.queued = Some(offer);
        self.next_offer(now, s);
    }

    /// Sends the offer that waits, if its turn has come.
    pub(super) fn next_offer(&mut self, now: Mono, s: &mut Session) {
        let free = s.accepted.is_none()
            && s.ack_owed.is_none()
            && s.pending.is_none()
            && matches!(s.ours, Ours::None);
        if !free {
            return;
        }
        if let Some(offer) = s.queued.take() {
            self.reinvite(now, s, offer, false);
        }
    }

    fn reinvite(&mut self, now: Mono, s: &mut Session, offer: Bytes, refresh: bool) {
        let contact = self.dialog_contact(&s.dialog);
        let terms = s.terms();
        let min_se = s.min_se;
        let owner = Owner::ReInvite(s.leg);
        let extra = |w: &mut Writer| {
            w.header("Contact", contact)
                .header("Allow", ALLOW)
                .header("Supported", SUPPORTED);
            timer_headers(w, terms, min_se);
        };
        let body = Some((SDP, &offer[..]));
        let id = self.send_in(now, owner, &mut s.dialog, "INVITE", None, extra, body);
        s.ours = Ours::InFlight { id, offer, refresh };
    }

    /// Refreshes the session: by UPDATE without SDP, or by a re-INVITE that changes nothing.
    fn refresh(&mut self, now: Mono, s: &mut Session) {
        let busy = s.accepted.is_some()
            || s.ack_owed.is_some()
            || s.pending.is_some()
            || !matches!(s.ours, Ours::None);
        if busy {
            if let Some(timer) = &mut s.timer {
                timer.postpone(now, Duration::from_secs(2));
            }
            return;
        }
        match s.local_sdp.clone() {
            Some(sdp) if !s.peer_updates => self.reinvite(now, s, sdp, true),
            Some(_) | None => {
                let contact = self.dialog_contact(&s.dialog);
                let terms = s.terms();
                let min_se = s.min_se;
                let owner = Owner::Refresh(s.leg);
                let extra = |w: &mut Writer| {
                    w.header("Contact", contact).header("Supported", SUPPORTED);
                    timer_headers(w, terms, min_se);
                };
                let id = self.send_in(now, owner, &mut s.dialog, "UPDATE", None, extra, None);
                s.ours = Ours::Refreshing { id };
            }
        }
    }

    /// The fate of a re-INVITE or UPDATE of ours.
    pub(super) fn ours_done(&mut self, now: Mono, leg: &mut Leg, outcome: Outcome) {
        let Stage::Session(s) = &mut leg.stage else {
            return self.ours_too_late(outcome);
        };
        let (response, id, flow) = match outcome {
            Outcome::Response { response, id, flow } => (response, id, flow),
            Outcome::Failed { .. } => {
                return self.bye_and_end(now, leg, None, LegEnd::PeerGone);
            }
        };
        let is_ours = match &s.ours {
            Ours::InFlight { id: ours, .. } | Ours::Refreshing { id: ours } => *ours == id,
            Ours::None | Ours::Glare { .. } => false,
        };
        if !is_ours {
            // A 2xx once more: its ACK was lost.
            return self.repeat_ack(id, &response);
        }
        if response.is_provisional() {
            return;
        }
        let ours = std::mem::replace(&mut s.ours, Ours::None);
        let status = response.status;
        if response.is_success() {
            self.refreshed_target(s, &response, flow);
            s.note_terms(now, &response);
            if let Ours::InFlight { id, offer, refresh } = ours {
                let cseq = response
                    .headers
                    .cseq()
                    .map_or(s.dialog.local_cseq, |c| c.seq);
                self.send_ack(&s.dialog, cseq, id, None);
                s.local_sdp = Some(offer);
                match (refresh, response.body.is_empty()) {
                    (true, _) => {}
                    (false, false) => {
                        let answer = response.body;
                        leg.voice.emit(self, LegEvent::OfferAnswered { answer });
                    }
                    (false, true) => leg.voice.emit(self, LegEvent::OfferRefused { status: 488 }),
                }
            }
            return self.next_offer(now, s);
        }
        match (status, ours) {
            // RFC 3261 §12.2.1.2, §14.1.
            (408 | 481, _) => return self.bye_and_end(now, leg, None, LegEnd::PeerGone),
            (491, Ours::InFlight { offer, refresh, .. }) => {
                let wait = if s.dialog.is_caller {
                    (Duration::from_millis(2100), Duration::from_secs(4))
                } else {
                    (Duration::ZERO, Duration::from_secs(2))
                };
                let at = now + self.tokens.between(wait.0, wait.1);
                s.ours = Ours::Glare { at, offer, refresh };
                return;
            }
            (422, Ours::InFlight { offer, refresh, .. }) if s.raise_min_se(&response) => {
                return self.reinvite(now, s, offer, refresh);
            }
            (422, Ours::Refreshing { .. }) if s.raise_min_se(&response) => {
                return self.refresh(now, s);
            }
            (405 | 501, Ours::Refreshing { .. }) => {
                s.peer_updates = false;
                if s.local_sdp.is_some() {
                    return self.refresh(now, s);
                }
            }
            (_, Ours::InFlight { refresh: false, .. }) => {
                leg.voice.emit(self, LegEvent::OfferRefused { status });
            }
            // A refresh that was refused otherwise is tried again until the session expires.
            (_, Ours::InFlight { .. } | Ours::Refreshing { .. }) => {
                if let Some(timer) = &mut s.timer {
                    timer.postpone(now, Duration::from_secs(4));
                }
            }
            (_, Ours::None | Ours::Glare { .. }) => {}
        }
        self.next_offer(now, s);
    }

    fn ours_too_late(&mut self, outcome: Outcome) {
        if let Outcome::Response { response, id, .. } = outcome {
            self.repeat_ack(id, &response);
        }
    }

    /// A 2xx of an INVITE that was acknowledged before. `true`: it was.
    pub(super) fn repeat_ack(&mut self, id: u64, response: &Response) {
        let key = ClientKey { id, cancel: false };
        let Some(tx) = self.clients.get(&key).filter(|_| response.is_success()) else {
            return;
        };
        let tag = response.headers.to().ok();
        let tag = tag.as_ref().and_then(|to| to.tag()).unwrap_or("");
        if let Some((to, ack, flow)) = &tx.ack
            && **to == *tag
        {
            let (ack, flow) = (ack.clone(), *flow);
            self.stats.retransmitted += 1;
            self.transmit(flow, ack, None);
        }
    }

    fn refreshed_target(
        &mut self,
        s: &mut Session,
        response: &Response,
        flow: crate::sip::flow::Flow,
    ) {
        let Some(target) = contact_uri(&response.headers) else {
            return;
        };
        let text = target.to_string();
        if *s.dialog.target != *text {
            s.dialog.target = text.into();
            s.dialog.flow = self.flow_for(s.dialog.next_hop(), flow, false);
        }
    }

    /// The fate of a NOTIFY or PRACK of ours.
    pub(super) fn minor_done(&mut self, now: Mono, leg: &mut Leg, owner: Owner, outcome: &Outcome) {
        let gone = match outcome {
            Outcome::Failed { .. } => true,
            Outcome::Response { response, .. } => matches!(response.status, 408 | 481),
        };
        if let (true, Owner::Notify(_), Stage::Session(s)) = (gone, owner, &mut leg.stage) {
            // The subscription is gone, which need not be true of the call (RFC 5057 §5.1).
            s.subscription = None;
            if matches!(outcome, Outcome::Failed { .. }) {
                self.bye_and_end(now, leg, None, LegEnd::PeerGone);
            }
        }
    }

    /// NOTIFY of a transfer's progress (RFC 3515 §2.4.4).
    pub(super) fn notify(&mut self, now: Mono, leg: LegId, s: &mut Session, status: u16) {
        let Some(subscription) = s.subscription else {
            self.stats.late_commands += 1;
            return;
        };
        let status = status.clamp(100, 699);
        if status >= 200 {
            s.subscription = None;
        }
        if subscription.silent {
            return;
        }
        let state = subscription.state(now, status);
        let body = Subscription::sipfrag(status, reason_phrase(status));
        let contact = self.dialog_contact(&s.dialog);
        let extra = |w: &mut Writer| {
            w.header("Contact", contact)
                .header("Event", format_args!("refer;id={}", subscription.id))
                .header("Subscription-State", state);
        };
        let body = Some(("message/sipfrag;version=2.0", &body[..]));
        let owner = Owner::Notify(leg);
        self.send_in(now, owner, &mut s.dialog, "NOTIFY", None, extra, body);
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

impl Session {
    /// What our next refreshing request asks for.
    fn terms(&self) -> Option<(u32, Refresher)> {
        self.timer.map(|t| {
            let refresher = if t.is_ours() {
                Refresher::Uac
            } else {
                Refresher::Uas
            };
            (t.interval().max(self.min_se), refresher)
        })
    }

    /// Session-Expires of a 2xx to a request of ours (RFC 4028 §7.2).
    pub(super) fn note_terms(&mut self, now: Mono, response: &Response) {
        let terms = response.headers.session_expires().ok().flatten();
        self.timer = terms
            .filter(|t| t.delta > 0)
            .map(|t| SessionTimer::start(now, t.delta, t.refresher != Some(Refresher::Uas)));
    }

    fn raise_min_se(&mut self, response: &Response) -> bool {
        let asked = response.headers.min_se().ok().flatten().unwrap_or(0);
        let higher = asked > self.min_se && asked > self.timer.map_or(0, |t| t.interval());
        if higher {
            self.min_se = asked;
        }
        higher
    }
}

fn timer_headers(w: &mut Writer, terms: Option<(u32, Refresher)>, min_se: u32) {
    if let Some((interval, refresher)) = terms {
        let word = match refresher {
            Refresher::Uac => "uac",
            Refresher::Uas => "uas",
        };
        w.header(
            "Session-Expires",
            format_args!("{interval};refresher={word}"),
        );
        if min_se > 0 {
            w.header("Min-SE", min_se);
        }
    }
}
