//! Replaces (RFC 3891). In a Refer-To it names the dialog that a transfer's target already talks
//! in: both dialogs are ours, so the two calls are joined inside. An INVITE with it would take the
//! place of a dialog of ours: an agent's second phone, by proof, takes over the call of the first,
//! if the call lets it. Outsiders learn nothing of which dialogs there are.

use super::Endpoint;
use super::core::Inbound;
use super::leg::Stage;
use crate::ids::{AgentId, LegId};
use crate::now::Now;
use crate::sip::leg::Replaced;
use crate::sip::message::{HeaderName, Method, Replaces};
use crate::sip::transfer::ReferTo;

/// Whether a request other than INVITE has Replaces: 400 (RFC 3891 §3).
pub(super) fn is_misplaced(inbound: &Inbound) -> bool {
    inbound.request.method != Method::Invite
        && inbound.request.headers.contains(HeaderName::Replaces)
}

impl Endpoint {
    /// The leg that an INVITE wants to take the place of. `Err`: it was refused (RFC 3891 §3), or
    /// asked who it is.
    pub(super) fn admit_replaces(
        &mut self,
        now: Now,
        inbound: &Inbound,
        authenticated: Option<&AgentId>,
    ) -> Result<Option<LegId>, ()> {
        let headers = &inbound.request.headers;
        if !headers.contains(HeaderName::Replaces) {
            return Ok(None);
        }
        let one = headers.fields(HeaderName::Replaces).count() == 1;
        let replaces = headers.replaces().ok().flatten().filter(|_| one);
        let status = match (replaces, authenticated) {
            (None, _) => 400,
            (Some(_), None) if self.may_prove(inbound) => {
                self.ask_who(now, inbound);
                return Err(());
            }
            (Some(_), None) => 403,
            (Some(replaces), Some(_)) => match self.replaced(&replaces) {
                Ok(leg) => return Ok(Some(leg)),
                Err(status) => status,
            },
        };
        let core = &mut self.core;
        let tag = core.tokens.stateless_tag(inbound.key);
        core.begin_server(now.mono, inbound, &tag, None);
        core.respond_status(now.mono, inbound.key, status);
        Err(())
    }

    /// The dialog that the Refer-To of a REFER names, if it names one.
    pub(super) fn referred(&self, inbound: &Inbound) -> Option<Replaced> {
        if inbound.request.method != Method::Refer {
            return None;
        }
        let refer_to = inbound.request.headers.refer_to().ok().flatten()?;
        let value = ReferTo::parse(&refer_to.uri.to_string())?.replaces?;
        let replaces = Replaces::parse(value.as_bytes()).ok();
        let leg = replaces.and_then(|r| self.leg_replaced(&r));
        Some(leg.map_or(Replaced::Unknown, Replaced::Leg))
    }

    /// The leg of a dialog that is named from the other side. Some phones exchange the tags.
    fn leg_replaced(&self, r: &Replaces) -> Option<LegId> {
        let tags = [(&r.to_tag, &r.from_tag), (&r.from_tag, &r.to_tag)];
        tags.into_iter().find_map(|(ours, theirs)| {
            let id = self.core.tokens.leg_of(ours)?;
            let leg = self.legs.get(&id).filter(|leg| !leg.voice.ended)?;
            let dialog = match &leg.stage {
                Stage::Incoming(s) => &s.dialog,
                Stage::Session(s) => &s.dialog,
                // What rings at our wish is no dialog yet that anybody could hand on.
                Stage::Outgoing(_) | Stage::Over => return None,
            };
            let same = *dialog.call_id == *r.call_id
                && *dialog.local_tag == **ours
                && *dialog.remote_tag == **theirs;
            same.then_some(id)
        })
    }

    /// The leg of the dialog, or why there is none to take over.
    fn replaced(&self, replaces: &Replaces) -> Result<LegId, u16> {
        let id = self.core.tokens.leg_of(&replaces.to_tag).ok_or(481u16)?;
        let leg = self.legs.get(&id).ok_or(481u16)?;
        let dialogs: Vec<_> = match &leg.stage {
            // An early dialog that the other side began can not be replaced.
            Stage::Incoming(_) | Stage::Over => return Err(481),
            Stage::Outgoing(s) => s.early.iter().map(|e| &e.dialog).collect(),
            Stage::Session(s) => vec![&s.dialog],
        };
        let known = dialogs.into_iter().any(|d| {
            *d.call_id == *replaces.call_id
                && *d.local_tag == *replaces.to_tag
                && *d.remote_tag == *replaces.from_tag
        });
        match &leg.stage {
            _ if !known => Err(481),
            // It is over already.
            _ if leg.voice.ended => Err(603),
            Stage::Session(_) if replaces.early_only => Err(486),
            Stage::Session(_) => Ok(id),
            // What the queue rings for somebody is not picked up by another.
            Stage::Outgoing(_) | Stage::Incoming(_) | Stage::Over => Err(603),
        }
    }
}
