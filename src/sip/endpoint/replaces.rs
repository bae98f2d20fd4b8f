//! An INVITE that would take the place of a dialog of ours (RFC 3891): call pickup, and the end
//! of an attended transfer. We do not do that, and so do not list `replaces` in Supported; but
//! who asks for it does not want a new call either, and is told why there is none.

use super::Endpoint;
use super::core::Inbound;
use super::leg::Stage;
use crate::ids::AgentId;
use crate::sip::message::{HeaderName, Method, Replaces};

/// Whether a request other than INVITE has Replaces: 400 (RFC 3891 §3).
pub(super) fn is_misplaced(inbound: &Inbound) -> bool {
    inbound.request.method != Method::Invite
        && inbound.request.headers.contains(HeaderName::Replaces)
}

impl Endpoint {
    /// The refusal of an INVITE with Replaces (RFC 3891 §3); `None`: it has none. Outsiders
    /// learn nothing of which dialogs there are.
    pub(super) fn refuse_replaces(
        &mut self,
        inbound: &Inbound,
        authenticated: Option<&AgentId>,
    ) -> Option<u16> {
        let headers = &inbound.request.headers;
        if !headers.contains(HeaderName::Replaces) {
            return None;
        }
        let one = headers.fields(HeaderName::Replaces).count() == 1;
        let replaces = headers.replaces().ok().flatten().filter(|_| one);
        Some(match (replaces, authenticated) {
            (None, _) => 400,
            (Some(_), None) => 403,
            (Some(replaces), Some(_)) => self.refusal_of(&replaces),
        })
    }

    fn refusal_of(&self, replaces: &Replaces) -> u16 {
        let leg = self.core.tokens.leg_of(&replaces.to_tag);
        let Some(leg) = leg.and_then(|id| self.legs.get(&id)) else {
            return 481;
        };
        let dialogs: Vec<_> = match &leg.stage {
            // An early dialog that the other side began can not be replaced.
            Stage::Incoming(_) | Stage::Over => return 481,
            Stage::Outgoing(s) => s.early.iter().map(|e| &e.dialog).collect(),
            Stage::Session(s) => vec![&s.dialog],
        };
        let known = dialogs.into_iter().any(|d| {
            *d.call_id == *replaces.call_id
                && *d.local_tag == *replaces.to_tag
                && *d.remote_tag == *replaces.from_tag
        });
        match &leg.stage {
            _ if !known => 481,
            Stage::Session(_) if replaces.early_only && !leg.voice.ended => 486,
            // It is over already, or stays as it is: declined.
            Stage::Session(_) | Stage::Outgoing(_) | Stage::Incoming(_) | Stage::Over => 603,
        }
    }
}
