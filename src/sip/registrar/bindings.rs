//! The bindings of one agent's address (RFC 3261 §10).

use crate::now::Mono;
use crate::sip::flow::Flow;
use crate::sip::leg::Contact;
use crate::sip::message::Uri;

/// One contact of one agent.
#[derive(Clone, Debug)]
pub(super) struct Binding {
    pub contact: Contact,
    /// The Contact's URI, for comparison.
    pub uri: Uri,
    /// `+sip.instance` (RFC 5626 §4.1), quotes undone.
    pub instance: Option<String>,
    /// `reg-id`, when the rules of RFC 5626 hold.
    pub outbound: Option<u32>,
    /// Thousandths.
    pub q: u16,
    pub call_id: String,
    pub cseq: u32,
    pub refreshed: Mono,
    /// `None` in a change: remove.
    pub expires: Option<Mono>,
}

impl Binding {
    /// Whether `other` speaks of the same phone: by instance and `reg-id` where the flow is
    /// kept open (RFC 5626 §6), else by instance alone (a phone that came back from another
    /// address), else by URI (RFC 3261 §19.1.4).
    fn is_same(&self, other: &Binding) -> bool {
        match (&self.instance, &other.instance) {
            (Some(a), Some(b)) => a == b && self.outbound == other.outbound,
            (Some(_), None) | (None, Some(_)) | (None, None) => self.uri.equivalent(&other.uri),
        }
    }

    /// RFC 3261 §10.3 step 7: within one Call-ID only a higher CSeq counts.
    fn is_newer(&self, call_id: &str, cseq: u32) -> bool {
        self.call_id != call_id || cseq > self.cseq
    }
}

/// One step of a REGISTER.
#[derive(Clone, Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "a handful live for the time of one request"
)]
pub(super) enum Change {
    /// Add, refresh or (without expiry) remove.
    Set(Binding),
    /// `Contact: *`.
    RemoveAll { call_id: String, cseq: u32 },
}

impl Change {
    pub(super) fn is_outbound(&self) -> bool {
        match self {
            Change::Set(binding) => binding.outbound.is_some(),
            Change::RemoveAll { .. } => false,
        }
    }
}

/// The request is older than what it wants to change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Outdated;

/// All bindings of one agent, in the order in which they came.
#[derive(Clone, Debug, Default)]
pub(super) struct Bindings(Vec<Binding>);

impl Bindings {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Best first: by `q`, then the latest.
    pub(super) fn contacts(&self) -> Vec<Contact> {
        let mut sorted: Vec<(usize, &Binding)> = self.0.iter().enumerate().collect();
        sorted.sort_by_key(|(i, b)| (std::cmp::Reverse(b.q), std::cmp::Reverse(*i)));
        sorted.into_iter().map(|(_, b)| b.contact.clone()).collect()
    }

    pub(super) fn apply(&mut self, change: &Change, max: usize) -> Result<(), Outdated> {
        match change {
            Change::RemoveAll { call_id, cseq } => {
                if !self.0.iter().all(|b| b.is_newer(call_id, *cseq)) {
                    return Err(Outdated);
                }
                self.0.clear();
            }
            Change::Set(new) => {
                let at = self.0.iter().position(|b| b.is_same(new));
                let old = at.and_then(|at| self.0.get_mut(at));
                if let Some(old) = &old
                    && !old.is_newer(&new.call_id, new.cseq)
                {
                    return Err(Outdated);
                }
                match (old, new.expires) {
                    (Some(old), Some(_)) => *old = new.clone(),
                    (None, Some(_)) => {
                        if self.0.len() >= max {
                            self.remove_oldest();
                        }
                        self.0.push(new.clone());
                    }
                    (Some(_), None) => {
                        if let Some(at) = at {
                            self.0.remove(at);
                        }
                    }
                    (None, None) => {}
                }
            }
        }
        Ok(())
    }

    /// Phones that restart behind a NAT leave their former addresses: those go first.
    fn remove_oldest(&mut self) {
        let oldest = self.0.iter().enumerate().min_by_key(|(_, b)| b.refreshed);
        if let Some((at, _)) = oldest {
            self.0.remove(at);
        }
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    pub(super) fn expire(&mut self, now: Mono) {
        self.0.retain(|b| b.expires.is_some_and(|at| at > now));
    }

    pub(super) fn remove_flow(&mut self, flow: &Flow) {
        self.0.retain(|b| b.contact.flow != Some(*flow));
    }

    pub(super) fn next_expiry(&self) -> Option<Mono> {
        self.0.iter().filter_map(|b| b.expires).min()
    }

    /// The streams that bindings hang on.
    pub(super) fn streams(&self) -> impl Iterator<Item = Flow> + '_ {
        self.0
            .iter()
            .filter_map(|b| b.contact.flow)
            .filter(|f| f.transport.is_reliable())
    }

    /// Contact values for a 200 (RFC 3261 §10.3 step 8), remaining time rounded up.
    pub(super) fn contact_values(&self, now: Mono) -> Vec<String> {
        let value = |b: &Binding| {
            let left = b.expires.map(|at| at.since(now)).unwrap_or_default();
            let seconds = left.as_secs() + u64::from(left.subsec_nanos() > 0);
            let mut value = format!("<{}>;expires={seconds}", b.contact.uri);
            if b.q != 1000 {
                value.push_str(&format!(";q=0.{:03}", b.q));
            }
            if let Some(instance) = &b.instance {
                let safe = instance.replace(['"', '\\'], "");
                value.push_str(&format!(";+sip.instance=\"{safe}\""));
            }
            if let Some(id) = b.outbound {
                value.push_str(&format!(";reg-id={id}"));
            }
            value
        };
        self.0.iter().map(value).collect()
    }
}
