//! Whatever arrives: sorted into transactions, dialogs and new requests, or refused
//! (RFC 3261 §8.2, §17.2.3, §18).

use bytes::Bytes;

use super::Endpoint;
use super::core::{Core, Inbound};
use super::leg::Stage;
use super::replaces::is_misplaced;
use super::server::Acked;
use super::text::{ACCEPT, ALLOW, SUPPORTED};
use crate::now::Now;
use crate::sip::flow::Flow;
use crate::sip::leg::LegEnd;
use crate::sip::message::multipart::{BodyError, session_description};
use crate::sip::message::{
    Head, HeaderName, Headers, Message, Method, ParseError, Request, Scheme,
};

/// Option tags that a request may insist on.
const KNOWN_EXTENSIONS: [&str; 4] = ["100rel", "timer", "norefersub", "replaces"];

impl Endpoint {
    pub(super) fn receive(&mut self, now: Now, flow: Flow, bytes: Bytes) {
        // Keep-alives (RFC 5626 §3.5.1, and the zeros that some phones send).
        if bytes.iter().all(|b| matches!(b, b'\r' | b'\n' | 0)) {
            return;
        }
        match Message::parse_with_head(bytes, &self.core.limits) {
            Ok((Message::Request(request), head)) => self.request(now, flow, request, head),
            Ok((Message::Response(response), _)) => {
                if let Some((owner, outcome)) = self.core.match_response(now.mono, flow, response) {
                    self.outcome(now, owner, outcome);
                }
            }
            Err(error) => self.core.malformed(flow, &error),
        }
    }

    fn request(&mut self, now: Now, flow: Flow, request: Request, head: Head) {
        let name = method_name(&request.method);
        *self.core.stats.requests_in.entry(name).or_default() += 1;
        let Some(inbound) = self.core.inbound(flow, request, head) else {
            self.core.stats.malformed += 1;
            return;
        };
        let core = &mut self.core;
        match inbound.request.method {
            Method::Ack => match core.ack_server(now.mono, inbound.key) {
                Acked::Consumed => {}
                Acked::ForDialog => self.ack_in(now, &inbound),
            },
            _ if core.absorb(now.mono, inbound.key) => {}
            _ if is_misplaced(&inbound) => core.respond_stateless(&inbound, 400, |w| {
                w.header("Warning", "399 zeroline \"Replaces\"");
            }),
            Method::Cancel => self.cancel_in(now, &inbound),
            _ if inbound.to.tag().is_some() => self.in_dialog(now, &inbound),
            _ => self.out_of_dialog(now, &inbound),
        }
    }

    /// RFC 3261 §9.2.
    fn cancel_in(&mut self, now: Now, inbound: &Inbound) {
        let core = &mut self.core;
        let invite = core.server_key(
            &inbound.request,
            &Method::Invite,
            &inbound.via,
            &inbound.from,
        );
        let Some(tx) = core.servers.get(&invite) else {
            return core.respond_stateless(inbound, 481, |_| {});
        };
        let owner = tx.owner.filter(|_| tx.is_proceeding_invite());
        core.respond_stateless(inbound, 200, |_| {});
        let Some((id, leg)) = owner.and_then(|id| Some((id, self.legs.get_mut(&id)?))) else {
            return;
        };
        match &mut leg.stage {
            Stage::Incoming(s) if s.key == invite => {
                leg.end(core, now.mono, LegEnd::PeerCancelled);
            }
            Stage::Session(s) => {
                if s.pending.take_if(|p| p.key == invite).is_some() {
                    core.respond_status(now.mono, invite, 487);
                    core.next_offer(now.mono, s);
                }
            }
            Stage::Incoming(_) | Stage::Outgoing(_) | Stage::Over => {}
        }
        self.settle_leg(id);
    }

    fn out_of_dialog(&mut self, now: Now, inbound: &Inbound) {
        let core = &mut self.core;
        match inbound.request.method {
            Method::Invite | Method::Options | Method::Register => {}
            Method::Bye | Method::Update | Method::Prack | Method::Info | Method::Notify => {
                return core.respond_stateless(inbound, 481, |_| {});
            }
            // Strangers may reach lines only.
            Method::Refer => return core.respond_stateless(inbound, 403, |_| {}),
            Method::Subscribe => return core.respond_stateless(inbound, 489, |_| {}),
            Method::Message | Method::Publish => {
                return core.respond_stateless(inbound, 405, |w| {
                    w.header("Allow", ALLOW);
                });
            }
            Method::Other(_) => {
                return core.respond_stateless(inbound, 501, |w| {
                    w.header("Allow", ALLOW);
                });
            }
            Method::Ack | Method::Cancel => return,
        }
        if matches!(inbound.request.uri.scheme, Scheme::Other(_)) {
            return core.respond_stateless(inbound, 416, |_| {});
        }
        // The registrar has its own list.
        let unknown = unknown_extensions(inbound);
        if !unknown.is_empty() && inbound.request.method != Method::Register {
            return core.respond_stateless(inbound, 420, |w| {
                w.header("Unsupported", unknown);
            });
        }
        match inbound.request.method {
            Method::Register => self.register_in(now, inbound),
            Method::Options => core.respond_stateless(inbound, 200, |w| {
                w.header("Allow", ALLOW)
                    .header("Accept", ACCEPT)
                    .header("Supported", SUPPORTED);
            }),
            _ if !takes_descriptions(&inbound.request.headers) => {
                core.respond_stateless(inbound, 406, |w| {
                    w.header("Warning", "399 zeroline \"Accept without application/sdp\"");
                });
            }
            _ => match unacceptable_body(inbound) {
                Some((status, name, value)) => core.respond_stateless(inbound, status, |w| {
                    w.header(name, value);
                }),
                None => self.incoming_invite(now, inbound),
            },
        }
    }
}

impl Core {
    fn inbound(&self, flow: Flow, request: Request, head: Head) -> Option<Inbound> {
        let headers = &request.headers;
        let Head {
            via,
            from,
            to,
            cseq,
        } = head;
        let call_id = headers.call_id().ok()?.into();
        let key = self.server_key(&request, &request.method, &via, &from);
        let body = match request.method {
            Method::Invite | Method::Ack | Method::Update | Method::Prack => {
                session_description(headers, &request.body)
            }
            // Theirs are other bodies.
            _ => Ok(None),
        };
        Some(Inbound {
            request,
            body,
            flow,
            key,
            via,
            from,
            to,
            call_id,
            cseq,
        })
    }

    /// What can not be read is answered where RFC 3261 allows it, and otherwise ignored.
    fn malformed(&mut self, flow: Flow, error: &ParseError) {
        self.stats.malformed += 1;
        let Some(mut response) = error.response() else {
            return;
        };
        if let Ok(mut via) = response.headers.top_via() {
            via.note_source(flow.remote);
            response
                .headers
                .replace_first_value(HeaderName::Via, via.to_string());
        }
        *self.stats.responses_out.entry(response.status).or_default() += 1;
        self.transmit(flow, response.to_bytes(), None);
    }
}

/// Whether the sender of an INVITE can be answered by a session description. An Accept without
/// anything in it is taken for none (RFC 3261 §20.1 would have nothing acceptable).
fn takes_descriptions(headers: &Headers) -> bool {
    let mut listed = false;
    let sdp = headers.values(HeaderName::Accept).any(|value| {
        listed = true;
        let kind = value.split(|&b| b == b';').next().unwrap_or(value);
        let known: [&[u8]; 3] = [b"application/sdp", b"application/*", b"*/*"];
        known
            .iter()
            .any(|k| k.eq_ignore_ascii_case(kind.trim_ascii()))
    });
    sdp || !listed
}

/// Option tags in Require that we do not know, as the value of Unsupported.
pub(super) fn unknown_extensions(inbound: &Inbound) -> String {
    let mut unknown = inbound.request.headers.require();
    unknown.retain(|tag| {
        !KNOWN_EXTENSIONS
            .iter()
            .any(|known| tag.eq_ignore_ascii_case(known))
    });
    unknown.join(", ")
}

/// What a request is refused with when its body can not be read: status, header, value.
pub(super) type Refusal = (u16, &'static str, &'static str);

/// The refusal of an INVITE, UPDATE or PRACK whose body can not be read.
pub(super) fn unacceptable_body(inbound: &Inbound) -> Option<Refusal> {
    Some(match inbound.body.as_ref().err()? {
        BodyError::Malformed(_) => (400, "Warning", "399 zeroline \"Body of several parts\""),
        BodyError::Encoding => (415, "Accept-Encoding", "identity"),
        BodyError::Type => (415, "Accept", ACCEPT),
    })
}

/// The method as a label of bounded choice.
fn method_name(method: &Method) -> &'static str {
    match method {
        Method::Invite => "INVITE",
        Method::Ack => "ACK",
        Method::Bye => "BYE",
        Method::Cancel => "CANCEL",
        Method::Options => "OPTIONS",
        Method::Register => "REGISTER",
        Method::Prack => "PRACK",
        Method::Update => "UPDATE",
        Method::Info => "INFO",
        Method::Refer => "REFER",
        Method::Notify => "NOTIFY",
        Method::Subscribe => "SUBSCRIBE",
        Method::Message => "MESSAGE",
        Method::Publish => "PUBLISH",
        Method::Other(_) => "OTHER",
    }
}
