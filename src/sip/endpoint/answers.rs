//! The answers to our INVITE, and the dialogs that they make (RFC 3261 §12.1.2, §13.2.2;
//! RFC 3262 §4).

use super::client::Outcome;
use super::client::Owner;
use super::core::{Core, contact_uri, route_set};
use super::leg::{Cancel, Early, Leg, MOST_FORKS, MOST_PRACKS, Ours, Session, Stage};
use super::text::{self, Writer};
use super::tokens::ClientKey;
use crate::now::Mono;
use crate::sip::dialog::Dialog;
use crate::sip::flow::Flow;
use crate::sip::leg::{LegEnd, LegEvent};
use crate::sip::message::multipart::described_in_response;
use crate::sip::message::{HeaderName, Method, Response};
use crate::sip::reliable::{Order, Sequence};

impl Core {
    /// The fate of the INVITE.
    pub(super) fn invite_done(&mut self, now: Mono, leg: &mut Leg, outcome: Outcome) {
        let Stage::Outgoing(s) = &mut leg.stage else {
            if let Outcome::Response { response, id, flow } = outcome {
                self.answered_again(now, id, flow, &response);
            }
            return;
        };
        let (response, id, flow) = match outcome {
            Outcome::Response { response, id, flow } => (response, id, flow),
            Outcome::Failed { .. } => {
                return self.try_next(now, leg, LegEnd::Unreachable);
            }
        };
        if s.tx != Some(id) {
            return self.answered_again(now, id, flow, &response);
        }
        match response.status {
            0..200 => self.ringing(now, leg, id, flow, &response),
            200..300 => self.answered(now, leg, id, flow, *response),
            300.. => self.refused(now, leg, id, &response),
        }
    }

    fn ringing(&mut self, now: Mono, leg: &mut Leg, id: u64, flow: Flow, response: &Response) {
        let Stage::Outgoing(s) = &mut leg.stage else {
            return;
        };
        if let Cancel::Wanted(reason) = &mut s.cancel {
            let reason = reason.take();
            s.cancel = Cancel::Sent;
            self.cancel(now, id, reason.as_deref());
        }
        if response.status == 100 || leg.voice.ended {
            return;
        }
        let body = described_in_response(&response.headers, &response.body);
        let tag = response.headers.to().ok();
        let tag = tag.as_ref().and_then(|to| to.tag());
        let mut answer = None;
        if let Some(tag) = tag {
            let at = match s.early.iter().position(|e| *e.dialog.remote_tag == *tag) {
                Some(at) => Some(at),
                None if s.early.len() < MOST_FORKS => self
                    .dialog_by_response(id, response, flow, s.symmetric)
                    .map(|dialog| {
                        s.early.push(Early {
                            dialog,
                            sequence: Sequence::default(),
                            pracks: 0,
                            answered: false,
                            pending: None,
                        });
                        s.early.len() - 1
                    }),
                None => None,
            };
            if let Some(early) = at.and_then(|at| s.early.get_mut(at)) {
                if let (true, Ok(Some(rseq))) =
                    (response.headers.requires("100rel"), response.headers.rseq())
                {
                    let too_many = early.pracks >= MOST_PRACKS;
                    if too_many || early.sequence.handle(rseq) == Order::Drop {
                        self.stats.absorbed += 1;
                        return;
                    }
                    early.pracks += 1;
                    let cseq = s.cseq;
                    let extra = |w: &mut Writer| {
                        w.header("RAck", format_args!("{rseq} {cseq} INVITE"));
                    };
                    let owner = Owner::Prack(leg.voice.leg);
                    self.send_in(now, owner, &mut early.dialog, "PRACK", None, extra, None);
                }
                if body.is_some() && !early.answered && s.offer.is_some() {
                    early.answered = true;
                    answer = body;
                }
            }
        } else if s.offer.is_some() {
            // A peer of RFC 2543: no dialog yet, but early media may be.
            answer = body;
        }
        let status = response.status;
        leg.voice.emit(self, LegEvent::Progress { status, answer });
    }

    fn answered(&mut self, now: Mono, leg: &mut Leg, id: u64, flow: Flow, response: Response) {
        let s = match std::mem::replace(&mut leg.stage, Stage::Over) {
            Stage::Outgoing(s) => s,
            other @ (Stage::Incoming(_) | Stage::Session(_) | Stage::Over) => {
                leg.stage = other;
                return;
            }
        };
        let tag = response.headers.to().ok();
        let tag = tag.as_ref().and_then(|to| to.tag()).unwrap_or("");
        let made = self.dialog_by_response(id, &response, flow, s.symmetric);
        let (early, others) = s
            .early
            .into_iter()
            .partition(|e| *e.dialog.remote_tag == *tag);
        self.forget_early(now, others);
        let early: Option<Early> = Vec::into_iter(early).next();
        // The route set is that of the 2xx (RFC 3261 §13.2.2.4); numbers go on.
        let dialog = match (made, early) {
            (Some(mut dialog), Some(early)) => {
                dialog.local_cseq = early.dialog.local_cseq;
                dialog.remote_cseq = early.dialog.remote_cseq;
                Some((dialog, early.pending))
            }
            (Some(dialog), None) => Some((dialog, None)),
            (None, early) => early.map(|e| (e.dialog, e.pending)),
        };
        let Some((mut dialog, pending)) = dialog else {
            return leg.voice.emit(self, LegEvent::Ended(LegEnd::Unreachable));
        };
        if leg.voice.ended {
            // It crossed our CANCEL.
            self.send_ack(&dialog, s.cseq, id, None);
            self.send_bye(now, &mut dialog, s.trunk, None);
            return;
        }
        let offered = s.offer.is_some();
        let body = described_in_response(&response.headers, &response.body);
        let mut session = Session {
            leg: leg.voice.leg,
            dialog,
            accepted: None,
            ack_owed: None,
            local_sdp: s.offer,
            timer: None,
            peer_updates: response.headers.allow().contains(&Method::Update),
            pending,
            ours: Ours::None,
            queued: None,
            subscription: None,
            trunk: s.trunk,
            bye: None,
            min_se: s.min_se,
        };
        session.note_terms(now, &response);
        let (answer, offer) = if offered {
            self.send_ack(&session.dialog, s.cseq, id, None);
            (body, None)
        } else if body.is_some() {
            session.ack_owed = Some((s.cseq, id));
            (None, body)
        } else {
            // Neither asked nor offered: there will be no media.
            self.send_ack(&session.dialog, s.cseq, id, None);
            (None, None)
        };
        leg.stage = Stage::Session(Box::new(session));
        leg.voice.emit(self, LegEvent::Answered { answer, offer });
    }

    /// A 2xx after the first: our ACK was lost, or another branch of a fork answered too.
    pub(super) fn answered_again(&mut self, now: Mono, id: u64, flow: Flow, response: &Response) {
        if !response.is_success() {
            return;
        }
        let key = ClientKey { id, cancel: false };
        let Some(tx) = self.clients.get(&key) else {
            return;
        };
        let tag = response.headers.to().ok();
        let tag = tag.as_ref().and_then(|to| to.tag()).unwrap_or("");
        let acknowledged = tx.ack.as_ref().map(|ack| *ack.to_tag == *tag);
        match acknowledged {
            Some(true) => self.repeat_ack(id, response),
            // The call still owes the ACK.
            None => {}
            Some(false) => {
                let first = tx.ack.clone();
                let again = tx.others.iter().any(|other| **other == *tag);
                // Each costs a BYE that may have to wait for its answer: not without end.
                if !again && tx.others.len() >= MOST_FORKS {
                    self.stats.absorbed += 1;
                    return;
                }
                if let Some(mut dialog) = self.dialog_by_response(id, response, flow, None) {
                    let cseq = dialog.local_cseq;
                    self.send_ack(&dialog, cseq, id, None);
                    if !again {
                        self.send_bye(now, &mut dialog, None, None);
                    }
                }
                // The ACK that is kept stays that of the branch which we talk to.
                if let Some(tx) = self.clients.get_mut(&key) {
                    tx.ack = first;
                    if !again {
                        tx.others.push(tag.into());
                    }
                }
            }
        }
    }

    /// The dialog that a response to the INVITE `id` makes (RFC 3261 §12.1.2).
    pub(super) fn dialog_by_response(
        &self,
        id: u64,
        response: &Response,
        arrival: Flow,
        symmetric: Option<Flow>,
    ) -> Option<Dialog> {
        let tx = self.clients.get(&ClientKey { id, cancel: false })?;
        let value = |name| std::str::from_utf8(text::header_of(&tx.request, name)?).ok();
        let first = text::header_lines(&tx.request).next()?;
        let uri = std::str::from_utf8(first.split(|&b| b == b' ').nth(1)?).ok()?;
        let local = value("From")?;
        let (_, local_tag) = local.rsplit_once(";tag=")?;
        let cseq = value("CSeq")?.split(' ').next()?.parse().ok()?;
        let to = response.headers.to().ok()?;
        let routes = route_set(&response.headers, true)?;
        let target =
            contact_uri(&response.headers).map_or_else(|| uri.to_owned(), |c| c.to_string());
        let next_hop = routes.first().map_or(&*target, |r| r);
        let flow = match symmetric {
            Some(flow) if routes.is_empty() => flow,
            Some(_) | None => self.flow_for(next_hop, arrival, false),
        };
        Some(Dialog {
            call_id: value("Call-ID")?.into(),
            local: local.into(),
            remote: response.headers.get(HeaderName::To)?.into(),
            local_tag: local_tag.into(),
            remote_tag: to.tag().unwrap_or("").into(),
            target: target.into(),
            routes,
            local_cseq: cseq,
            remote_cseq: None,
            server_name: (flow == tx.flow).then(|| tx.server_name.clone()).flatten(),
            flow,
            datagrams_only: symmetric.is_some(),
            is_caller: true,
        })
    }

    /// A response to an INVITE whose leg is gone.
    pub(super) fn orphaned(&mut self, now: Mono, outcome: Outcome) {
        let Outcome::Response { response, id, flow } = outcome else {
            return;
        };
        let key = ClientKey { id, cancel: false };
        let unacknowledged = self.clients.get(&key).is_some_and(|tx| tx.ack.is_none());
        if response.is_success() && unacknowledged {
            // A re-INVITE that our BYE overtook: the 2xx still has to be acknowledged.
            if let Some(dialog) = self.dialog_by_response(id, &response, flow, None) {
                self.send_ack(&dialog, dialog.local_cseq, id, None);
            }
            return;
        }
        self.answered_again(now, id, flow, &response);
    }
}
