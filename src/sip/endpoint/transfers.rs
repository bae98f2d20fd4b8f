//! The peer's REFER and our NOTIFYs about it (RFC 3515 §2.4).

use super::client::{Outcome, Owner};
use super::core::{Core, Inbound};
use super::leg::{Leg, Session, Stage};
use super::text::Writer;
use crate::ids::{LegId, PhoneNumber};
use crate::now::Mono;
use crate::sip::leg::{LegEnd, LegEvent, Replaced};
use crate::sip::message::{HeaderName, reason_phrase};
use crate::sip::transfer::{ReferTo, Subscription};

impl Core {
    /// RFC 3515 §2.4.
    pub(super) fn refer_in(
        &mut self,
        now: Mono,
        leg: &mut Leg,
        inbound: &Inbound,
        replaces: Option<Replaced>,
    ) {
        let Stage::Session(s) = &mut leg.stage else {
            return self.respond_status(now, inbound.key, 403);
        };
        if leg.voice.ended {
            return self.respond_status(now, inbound.key, 481);
        }
        let headers = &inbound.request.headers;
        let refer_to = match headers.fields(HeaderName::ReferTo).count() {
            1 => headers.refer_to().ok().flatten(),
            _ => None,
        };
        let Some(refer_to) = refer_to else {
            return self.respond_status(now, inbound.key, 400);
        };
        let Some(refer_to) = ReferTo::parse(&refer_to.uri.to_string()) else {
            return self.respond_status(now, inbound.key, 416);
        };
        if s.subscription.is_some() {
            // One transfer at a time.
            return self.respond_status(now, inbound.key, 603);
        }
        let silent = headers
            .get(HeaderName::ReferSub)
            .is_some_and(|v| v.to_ascii_lowercase().starts_with(b"false"));
        let contact = self.dialog_contact(&s.dialog);
        self.respond(
            now,
            inbound.key,
            202,
            |w| {
                w.header("Contact", contact);
                if silent {
                    w.header("Refer-Sub", "false");
                }
            },
            None,
        );
        s.subscription = Some(Subscription::start(now, inbound.cseq, silent));
        self.notify(now, leg.voice.leg, s, 100);
        let event = LegEvent::Refer {
            to: PhoneNumber::new(&refer_to.user),
            uri: refer_to.uri,
            replaces,
        };
        leg.voice.emit(self, event);
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
}
