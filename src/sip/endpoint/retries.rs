//! An INVITE of ours once more: to the next target, with credentials, with a longer session
//! (RFC 3261 §8.1.3.5, §22.2; RFC 3263 §4.3; RFC 4028 §7.3).

use bytes::Bytes;

use super::core::Core;
use super::leg::{Cancel, Leg, Outgoing, Stage};
use super::streams::LARGEST_DATAGRAM;
use super::text;
use super::tokens::ClientKey;
use super::{EndpointEvent, ResolvedTarget};
use crate::now::Mono;
use crate::sip::flow::{Flow, Transport};
use crate::sip::leg::LegEnd;
use crate::sip::message::Response;
use crate::sip::session_timer::LONGEST_MIN_SE;

/// What Via, Contact and CSeq add to a request that has placeholders for them.
const PATH_HEADERS: usize = 150;

impl Core {
    /// Sends the INVITE to the next target, or ends the leg with `end`.
    pub(super) fn try_next(&mut self, now: Mono, leg: &mut Leg, end: LegEnd) {
        let Stage::Outgoing(s) = &mut leg.stage else {
            return;
        };
        self.forget_early(now, std::mem::take(&mut s.early));
        if s.cancel == Cancel::No {
            while let Some(target) = s.targets.pop_front() {
                if let Some(flow) = self.stream_instead(s, &target) {
                    s.stream_tried = Some(target.remote);
                    s.targets.push_front(target);
                    return self.attempt(now, leg.voice.leg, s, flow, None);
                }
                if let Some(flow) = self.config.flow_to(&target) {
                    let name = target.server_name;
                    return self.attempt(now, leg.voice.leg, s, flow, name.as_deref());
                }
            }
        }
        leg.end(self, now, end);
    }

    /// RFC 3261 §18.1.1: what is too large for a datagram goes by TCP, unless the URI asks for
    /// UDP; where nobody takes it there, by UDP all the same. A phone that registered over UDP
    /// is reached on that path only.
    fn stream_instead(&self, s: &Outgoing, target: &ResolvedTarget) -> Option<Flow> {
        let large = s.request.len() + PATH_HEADERS > LARGEST_DATAGRAM;
        let tried = s.stream_tried == Some(target.remote);
        if target.transport != Transport::Udp || !large || s.transport_given || tried {
            return None;
        }
        self.config.flow_to(&ResolvedTarget {
            transport: Transport::Tcp,
            ..target.clone()
        })
    }

    pub(super) fn refused(&mut self, now: Mono, leg: &mut Leg, id: u64, response: &Response) {
        if self.try_again(now, leg, id, response) {
            return;
        }
        let status = response.status;
        if let Stage::Outgoing(s) = &leg.stage
            && matches!(status, 401 | 407)
            && let Some(t) = s.trunk.and_then(|at| self.config.trunks.get(at))
        {
            let trunk = t.name.clone();
            let refused = EndpointEvent::TrunkRefused { trunk, status };
            self.events.push_back(refused);
        }
        let retry_after = response.headers.retry_after().ok().flatten();
        leg.end(
            self,
            now,
            LegEnd::Refused {
                status,
                retry_after,
            },
        );
    }

    /// Whether another try is made instead of giving up.
    fn try_again(&mut self, now: Mono, leg: &mut Leg, id: u64, response: &Response) -> bool {
        let Stage::Outgoing(s) = &mut leg.stage else {
            return false;
        };
        if s.cancel != Cancel::No {
            return false;
        }
        match response.status {
            401 | 407 => !s.auth_tried && self.retry_with_credentials(now, leg, id, response),
            422 => {
                let asked = response.headers.min_se().ok().flatten().unwrap_or(0);
                if asked <= s.min_se || asked > LONGEST_MIN_SE {
                    return false;
                }
                s.min_se = asked;
                let expires = self.config.session.expires.max(asked);
                let headers = [
                    ("Session-Expires", expires.to_string()),
                    ("Min-SE", asked.to_string()),
                ];
                self.resend(now, leg, id, &headers);
                true
            }
            488 | 606 => match s.instead.take() {
                Some(offer) => {
                    s.request = text::with_body(&s.request, &offer);
                    s.offer = Some(offer);
                    self.resend(now, leg, id, &[]);
                    true
                }
                None => false,
            },
            // RFC 3263 §4.3.
            408 | 503 if !s.targets.is_empty() => {
                self.try_next(now, leg, LegEnd::Unreachable);
                true
            }
            _ => false,
        }
    }

    /// The same INVITE once more on the same path, with other headers and the next CSeq.
    fn resend(&mut self, now: Mono, leg: &mut Leg, id: u64, replace: &[(&str, String)]) {
        let key = ClientKey { id, cancel: false };
        let path = self
            .clients
            .get(&key)
            .map(|tx| (tx.flow, tx.server_name.clone()));
        if let (Stage::Outgoing(s), Some((flow, name))) = (&mut leg.stage, path) {
            s.cseq += 1;
            self.forget_early(now, std::mem::take(&mut s.early));
            s.request = text::reissue(&s.request, replace);
            self.attempt(now, leg.voice.leg, s, flow, name.as_deref());
        }
    }

    fn retry_with_credentials(
        &mut self,
        now: Mono,
        leg: &mut Leg,
        id: u64,
        response: &Response,
    ) -> bool {
        let Stage::Outgoing(s) = &mut leg.stage else {
            return false;
        };
        let request = s.request.clone();
        let Some(header) = self.credentials(s.trunk, &request, response) else {
            return false;
        };
        s.auth_tried = true;
        self.resend(now, leg, id, &[header]);
        true
    }

    /// The header that answers a challenge of the trunk with this number. `None`: nothing
    /// is known to answer with.
    pub(super) fn credentials(
        &mut self,
        trunk: Option<usize>,
        request: &Bytes,
        response: &Response,
    ) -> Option<(&'static str, String)> {
        super::register::answer_challenge(self, trunk?, request, response)
    }
}
