//! What a REGISTER asks for (RFC 3261 §10.3, steps 6 and 7).

use std::time::Duration;

use super::bindings::{Binding, Change};
use super::refusal::Refusal;
use super::{MAX_PATH, MAX_URI, Registrar};
use crate::now::Now;
use crate::sip::flow::Flow;
use crate::sip::leg::Contact;
use crate::sip::message::{Contacts, HeaderName, NameAddr, Request, Scheme};

impl Registrar {
    /// The changes that a request asks for; none: it only wants to know.
    pub(super) fn changes(
        &self,
        now: Now,
        request: &Request,
        flow: &Flow,
    ) -> Result<Vec<Change>, Refusal> {
        let bad = |_| Refusal::new(400);
        let headers = &request.headers;
        let call_id = headers.call_id().map_err(bad)?;
        let cseq = headers.cseq().map_err(bad)?.seq;
        // A malformed Expires stands for the default (RFC 3261 §10.2.1.1).
        let header_expires = headers.expires().unwrap_or(None);
        let addresses = match headers.contacts().map_err(bad)? {
            Contacts::Star => {
                if header_expires != Some(0) {
                    return Err(Refusal::because(400, "Contact * needs Expires: 0"));
                }
                return Ok(vec![Change::RemoveAll {
                    call_id: call_id.to_owned(),
                    cseq,
                }]);
            }
            Contacts::Addresses(addresses) => addresses,
        };
        let paths = headers.paths().map_err(bad)?;
        if paths.len() > MAX_PATH {
            return Err(Refusal::because(400, "Too Many Proxies in Path"));
        }
        // RFC 5626 §6: only when the first hop keeps the flow open: the phone itself, or an
        // edge proxy that says so.
        let hops = headers.vias().map_err(bad)?.len();
        let first_hop = hops <= 1 || paths.last().is_some_and(|p| p.uri.param("ob").is_some());
        let path: Vec<String> = paths.iter().map(|p| p.uri.to_string()).collect();
        let mut changes = Vec::with_capacity(addresses.len());
        for address in addresses {
            let expires = self.expires(&address, header_expires)?;
            let uri = address.uri.to_string();
            match address.uri.scheme {
                Scheme::Sip | Scheme::Sips => {}
                Scheme::Tel | Scheme::Other(_) => {
                    return Err(Refusal::because(400, "Contact Not a SIP URI"));
                }
            }
            if uri.len() > MAX_URI {
                return Err(Refusal::because(400, "Contact Too Long"));
            }
            let instance = address.params.get_unescaped("+sip.instance");
            let reg_id = address.params.get("reg-id").and_then(|id| id.parse().ok());
            let outbound = instance.as_ref().zip(reg_id).filter(|_| first_hop);
            changes.push(Change::Set(Binding {
                contact: Contact {
                    uri,
                    path: path.clone(),
                    flow: Some(*flow),
                },
                outbound: outbound.map(|(_, id)| id),
                instance: instance.map(|i| i.into_owned()),
                q: address.q(),
                uri: address.uri,
                call_id: call_id.to_owned(),
                cseq,
                refreshed: now.mono,
                // Zero: to be removed.
                expires: (expires > 0).then(|| now.mono + Duration::from_secs(expires.into())),
            }));
        }
        Ok(changes)
    }

    /// Step 7: how long, in seconds.
    fn expires(&self, address: &NameAddr, header: Option<u32>) -> Result<u32, Refusal> {
        let whole = |d: Duration| u32::try_from(d.as_secs()).unwrap_or(u32::MAX);
        let default = whole(self.config.default_expires);
        let asked = if address.params.contains("expires") {
            address.expires().unwrap_or(default)
        } else {
            header.unwrap_or(default)
        };
        let (min, max) = (
            whole(self.config.min_expires),
            whole(self.config.max_expires),
        );
        if asked == 0 {
            return Ok(0);
        }
        // An hour's wish is never too short (RFC 3261 §10.2.8).
        if asked < min && asked < 3600 {
            return Err(Refusal::new(423).with(HeaderName::MinExpires, min.to_string()));
        }
        Ok(asked.min(max.max(1)))
    }
}
