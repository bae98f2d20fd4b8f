//! Requests of the peer within a dialog (RFC 3261 §12.2.2, §14.2, §15; RFC 3311, 3515, 6086).

use super::Endpoint;
use super::core::{Core, Inbound};
use super::leg::{Early, Leg, Stage};
use super::text::{ACCEPT, ALLOW, SUPPORTED};
use crate::now::{Mono, Now};
use crate::sip::dialog::{Dialog, Sequence};
use crate::sip::leg::{LegEnd, LegEvent, Replaced};
use crate::sip::message::Method;

impl Endpoint {
    /// A request with a To tag.
    pub(super) fn in_dialog(&mut self, now: Now, inbound: &Inbound) {
        let now = now.mono;
        let tag = inbound.to.tag().unwrap_or("");
        let Some(id) = self.core.tokens.leg_of(tag) else {
            return self.core.respond_stateless(inbound, 481, |_| {});
        };
        let referred = self.referred(inbound);
        let core = &mut self.core;
        let known = self.legs.get_mut(&id).and_then(|leg| {
            let dialog = leg.dialog_of(inbound)?;
            Some((dialog.handle_cseq(inbound.cseq), leg))
        });
        let Some((sequence, leg)) = known else {
            return core.respond_stateless(inbound, 481, |_| {});
        };
        // Room is kept for known calls, but not without end.
        if core.servers.len() >= core.config.limits.transactions.saturating_mul(2) {
            let retry_after = core.config.limits.retry_after;
            return core.refuse_overload(inbound, retry_after);
        }
        core.begin_server(now, inbound, tag, Some(id));
        if sequence == Sequence::OutOfOrder {
            core.respond_status(now, inbound.key, 500);
        } else if !core.refuse_extensions(now, inbound) {
            core.dialog_request_in(now, leg, inbound, referred);
        }
        self.settle_leg(id);
    }

    /// An ACK for a dialog (of a 2xx).
    pub(super) fn ack_in(&mut self, now: Now, inbound: &Inbound) {
        let id = inbound.to.tag().and_then(|t| self.core.tokens.leg_of(t));
        let Some((id, leg)) = id.and_then(|id| Some((id, self.legs.get_mut(&id)?))) else {
            self.core.stats.stray += 1;
            return;
        };
        if leg.dialog_of(inbound).is_none() {
            self.core.stats.stray += 1;
            return;
        }
        self.core.session_acked(now.mono, leg, inbound);
        self.settle_leg(id);
    }
}

impl Leg {
    /// The dialog that a request of the peer belongs to.
    fn dialog_of(&mut self, inbound: &Inbound) -> Option<&mut Dialog> {
        let remote_tag = inbound.from.tag().unwrap_or("");
        let dialog = match &mut self.stage {
            Stage::Incoming(s) => &mut s.dialog,
            Stage::Session(s) => &mut s.dialog,
            Stage::Outgoing(s) => s
                .early
                .iter_mut()
                .map(|e| &mut e.dialog)
                .find(|d| *d.remote_tag == *remote_tag)?,
            Stage::Over => return None,
        };
        (*dialog.call_id == *inbound.call_id
            && Some(&*dialog.local_tag) == inbound.to.tag()
            && *dialog.remote_tag == *remote_tag)
            .then_some(dialog)
    }

    /// Ends: the event, refusals to what the peer still waits for, and then nothing is left.
    pub(super) fn end(&mut self, core: &mut Core, now: Mono, end: LegEnd) {
        let stage = std::mem::replace(&mut self.stage, Stage::Over);
        let pending = match stage {
            Stage::Incoming(s) => {
                // Too late when it was answered already: then this does nothing.
                core.respond_status(now, s.key, 487);
                s.pending
            }
            Stage::Outgoing(s) => {
                core.forget_early(now, s.early);
                None
            }
            Stage::Session(s) => s.pending,
            Stage::Over => None,
        };
        if let Some(p) = pending {
            core.respond_status(now, p.key, 487);
        }
        self.voice.emit(core, LegEvent::Ended(end));
    }
}

impl Core {
    /// 420 when the peer insists on what we do not know (RFC 3261 §8.2.2.3).
    fn refuse_extensions(&mut self, now: Mono, inbound: &Inbound) -> bool {
        let unknown = super::receive::unknown_extensions(inbound);
        if unknown.is_empty() {
            return false;
        }
        self.respond(
            now,
            inbound.key,
            420,
            |w| {
                w.header("Unsupported", unknown);
            },
            None,
        );
        true
    }

    fn dialog_request_in(
        &mut self,
        now: Mono,
        leg: &mut Leg,
        inbound: &Inbound,
        referred: Option<Replaced>,
    ) {
        match inbound.request.method {
            Method::Bye => {
                self.respond_status(now, inbound.key, 200);
                self.peer_bye(now, leg, inbound);
            }
            Method::Invite => self.reinvite_in(now, leg, inbound),
            Method::Update => self.update_in(now, leg, inbound),
            Method::Prack => self.acknowledged(now, leg, inbound),
            Method::Info => self.info_in(now, leg, inbound),
            Method::Refer => self.refer_in(now, leg, inbound, referred),
            Method::Options => {
                self.respond(
                    now,
                    inbound.key,
                    200,
                    |w| {
                        w.header("Allow", ALLOW)
                            .header("Accept", ACCEPT)
                            .header("Supported", SUPPORTED);
                    },
                    None,
                );
            }
            // We have subscribed to nothing.
            Method::Notify => self.respond_status(now, inbound.key, 481),
            Method::Subscribe => self.respond_status(now, inbound.key, 489),
            Method::Message | Method::Publish | Method::Register => {
                self.respond(
                    now,
                    inbound.key,
                    405,
                    |w| {
                        w.header("Allow", ALLOW);
                    },
                    None,
                );
            }
            Method::Other(_) => self.respond_status(now, inbound.key, 501),
            // Neither comes here.
            Method::Ack | Method::Cancel => {}
        }
    }

    fn peer_bye(&mut self, now: Mono, leg: &mut Leg, inbound: &Inbound) {
        if let Stage::Outgoing(s) = &mut leg.stage {
            // One branch of a fork gives up; the INVITE still gets its final answer.
            let tag = inbound.from.tag().unwrap_or("");
            let gone = |e: &mut Early| *e.dialog.remote_tag == *tag;
            let gone = s.early.extract_if(.., gone).collect();
            return self.forget_early(now, gone);
        }
        // A page hangs up as well when its way to us is broken (RFC 3326): nobody meant to.
        let reasons = inbound.request.headers.reason().unwrap_or_default();
        let broken = reasons.iter().filter(|r| r.is("SIP")).any(|r| {
            let cause = r.params.get("cause").and_then(|c| c.parse::<u16>().ok());
            cause.is_some_and(|c| c == 408 || (500..600).contains(&c))
        });
        let end = match broken {
            true => LegEnd::PeerGone,
            false => LegEnd::PeerBye,
        };
        leg.end(self, now, end);
    }

    /// RFC 6086; the two ways of sending keys are what we know.
    fn info_in(&mut self, now: Mono, leg: &mut Leg, inbound: &Inbound) {
        let request = &inbound.request;
        if request.body.is_empty() {
            return self.respond_status(now, inbound.key, 200);
        }
        let known = request
            .headers
            .content_type()
            .ok()
            .flatten()
            .filter(|t| t.is("application", "dtmf-relay") || t.is("application", "dtmf"));
        let Some(content_type) = known else {
            self.respond(
                now,
                inbound.key,
                415,
                |w| {
                    w.header("Accept", "application/dtmf-relay, application/dtmf");
                },
                None,
            );
            return;
        };
        self.respond_status(now, inbound.key, 200);
        let event = LegEvent::Info {
            content_type: format!("{}/{}", content_type.kind, content_type.subtype),
            body: request.body.clone(),
        };
        leg.voice.emit(self, event);
    }
}
