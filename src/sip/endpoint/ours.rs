//! Our own offers and refreshes within a session: re-INVITE and UPDATE (RFC 3261 §14.1;
//! RFC 4028 §7.1, §10).

use std::time::Duration;

use bytes::Bytes;

use super::client::{Outcome, Owner};
use super::core::{Core, contact_uri};
use super::leg::{Leg, Ours, Session, Stage};
use super::text::{ALLOW, SDP, SUPPORTED, Writer};
use crate::now::Mono;
use crate::sip::leg::{LegEnd, LegEvent};
use crate::sip::message::multipart::described_in_response;
use crate::sip::message::{Refresher, Response};
use crate::sip::session_timer::{LONGEST_MIN_SE, SMALLEST_MIN_SE, SessionTimer};

impl Core {
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

    pub(super) fn reinvite(&mut self, now: Mono, s: &mut Session, offer: Bytes, refresh: bool) {
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
    pub(super) fn refresh(&mut self, now: Mono, s: &mut Session) {
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
                match (
                    refresh,
                    described_in_response(&response.headers, &response.body),
                ) {
                    (true, _) => {}
                    (false, Some(answer)) => {
                        leg.voice.emit(self, LegEvent::OfferAnswered { answer });
                    }
                    (false, None) => leg.voice.emit(self, LegEvent::OfferRefused { status: 488 }),
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

    /// Session-Expires of a 2xx to a request of ours (RFC 4028 §7.2). Nobody makes us refresh
    /// more often than the RFC lets an interval be short.
    pub(super) fn note_terms(&mut self, now: Mono, response: &Response) {
        let terms = response.headers.session_expires().ok().flatten();
        self.timer = terms.filter(|t| t.delta > 0).map(|t| {
            let interval = t.delta.max(SMALLEST_MIN_SE);
            SessionTimer::start(now, interval, t.refresher != Some(Refresher::Uas))
        });
    }

    fn raise_min_se(&mut self, response: &Response) -> bool {
        let asked = response.headers.min_se().ok().flatten().unwrap_or(0);
        let higher = asked > self.min_se && asked > self.timer.map_or(0, |t| t.interval());
        // One who asks for ever more would have us ask for ever.
        let higher = higher && asked <= LONGEST_MIN_SE;
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
