//! Requests that came in, as transactions: matching, answering, repeating.

use std::io::Write as _;

use bytes::Bytes;

use super::core::{Core, Inbound, TimerKey};
use super::text::Writer;
use super::tokens::ServerKey;
use crate::ids::LegId;
use crate::now::Mono;
use crate::sip::flow::Flow;
use crate::sip::message::{HeaderName, Host, Method, NameAddr, Request, Via};
use crate::sip::transaction::{Due, Server, ServerInvite};

#[derive(Debug)]
pub(super) struct ServerTx {
    machine: Machine,
    flow: Flow,
    /// Where the sender's Via says that it listens: for answers after its stream has closed.
    sent_by_port: u16,
    /// Via, From, To, Call-ID, CSeq of every answer.
    head: Box<[u8]>,
    /// The last answer, to be repeated.
    last: Option<Bytes>,
    /// The leg that an INVITE made or is part of.
    pub(super) owner: Option<LegId>,
    merged: Option<u128>,
    armed: Option<Mono>,
}

#[derive(Debug)]
enum Machine {
    Invite(ServerInvite),
    Other(Server),
}

impl ServerTx {
    fn poll_timeout(&self) -> Option<Mono> {
        match &self.machine {
            Machine::Invite(m) => m.poll_timeout(),
            Machine::Other(m) => m.poll_timeout(),
        }
    }

    fn is_terminated(&self) -> bool {
        match &self.machine {
            Machine::Invite(m) => m.is_terminated(),
            Machine::Other(m) => m.is_terminated(),
        }
    }

    /// The path that its answers take.
    pub(super) fn flow(&self) -> Flow {
        self.flow
    }

    /// An INVITE without final answer.
    pub(super) fn is_proceeding_invite(&self) -> bool {
        match &self.machine {
            Machine::Invite(m) => m.is_proceeding(),
            Machine::Other(_) => false,
        }
    }
}

/// What became of an ACK.
pub(super) enum Acked {
    /// It was for a refusal, or a repetition: done.
    Consumed,
    /// It is for a dialog.
    ForDialog,
}

impl Core {
    /// RFC 3261 §17.2.3: by branch, sent-by and method; else by the fields of RFC 2543.
    pub(super) fn server_key(
        &self,
        request: &Request,
        method: &Method,
        via: &Via,
        from: &NameAddr,
    ) -> ServerKey {
        let class = match method {
            Method::Ack => "INVITE",
            other => other.as_str(),
        };
        let via_text = raw_via(request);
        match via.params.get("branch") {
            Some(branch) if branch.starts_with(super::tokens::COOKIE) => {
                let (name, v4, v6);
                let (kind, host): (&[u8], &[u8]) = match &via.host {
                    Host::Name(n) => {
                        name = n.to_ascii_lowercase();
                        (b"name", name.as_bytes())
                    }
                    Host::V4(ip) => {
                        v4 = ip.octets();
                        (b"v4", &v4)
                    }
                    Host::V6(ip) => {
                        v6 = ip.octets();
                        (b"v6", &v6)
                    }
                };
                ServerKey(self.tokens.hash(&[
                    b"3261",
                    branch.as_bytes(),
                    kind,
                    host,
                    &via.port.unwrap_or(0).to_be_bytes(),
                    class.as_bytes(),
                ]))
            }
            Some(_) | None => {
                let cseq = request.headers.cseq().map_or(0, |c| c.seq).to_be_bytes();
                ServerKey(self.tokens.hash(&[
                    b"2543",
                    request.uri.to_string().as_bytes(),
                    from.tag().unwrap_or("").as_bytes(),
                    request.headers.call_id().unwrap_or("").as_bytes(),
                    &cseq,
                    via_text,
                    class.as_bytes(),
                ]))
            }
        }
    }

    /// What RFC 3261 §8.2.2.2 compares.
    pub(super) fn merged_key(&self, inbound: &Inbound) -> u128 {
        self.tokens.hash(&[
            b"merged",
            inbound.from.tag().unwrap_or("").as_bytes(),
            inbound.call_id.as_bytes(),
            &inbound.cseq.to_be_bytes(),
        ])
    }

    /// Makes the transaction of a request. `tag`: ours in To, if it has none yet.
    pub(super) fn begin_server(
        &mut self,
        now: Mono,
        inbound: &Inbound,
        tag: &str,
        owner: Option<LegId>,
    ) {
        let timers = self.config.timers;
        let invite = inbound.request.method == Method::Invite;
        let forms_dialog = invite && inbound.to.tag().is_none();
        let reliable = inbound.flow.transport.is_reliable();
        let merged = forms_dialog.then(|| self.merged_key(inbound));
        if let Some(merged) = merged {
            self.merged.insert(merged, inbound.key);
        }
        let usual = if inbound.flow.transport.is_secure() {
            5061
        } else {
            5060
        };
        let sent_by_port = inbound.via.port.unwrap_or(usual);
        let machine = if invite {
            Machine::Invite(ServerInvite::start(now, &timers, reliable))
        } else {
            Machine::Other(Server::start(now, &timers, reliable))
        };
        self.servers.insert(
            inbound.key,
            ServerTx {
                machine,
                flow: inbound.flow,
                sent_by_port,
                head: reply_head(inbound, tag, forms_dialog),
                last: None,
                owner,
                merged,
                armed: None,
            },
        );
        self.settle_server(inbound.key);
    }

    /// Answers by a transaction. `None`: it is over, or too late.
    pub(super) fn respond(
        &mut self,
        now: Mono,
        key: ServerKey,
        status: u16,
        extra: impl FnOnce(&mut Writer),
        body: Option<(&str, &[u8])>,
    ) -> Option<Bytes> {
        let timers = self.config.timers;
        let tx = self.servers.get_mut(&key)?;
        let go = match &mut tx.machine {
            Machine::Invite(m) => m.handle_respond(now, &timers, status),
            Machine::Other(m) => m.handle_respond(now, &timers, status),
        };
        if !go {
            return None;
        }
        let mut w = Writer::response(status);
        w.lines(&tx.head);
        extra(&mut w);
        w.header("Server", &self.config.user_agent);
        let bytes = w.finish(body);
        let flow = tx.flow;
        let accepted = matches!(tx.machine, Machine::Invite(_)) && (200..300).contains(&status);
        // A 2xx to INVITE is the leg's to repeat.
        tx.last = (!accepted).then(|| bytes.clone());
        if status >= 200 {
            tx.head = Box::default();
            *self.stats.responses_out.entry(status).or_default() += 1;
        }
        self.transmit(flow, bytes.clone(), None);
        self.settle_server(key);
        Some(bytes)
    }

    /// A short answer by a transaction.
    pub(super) fn respond_status(&mut self, now: Mono, key: ServerKey, status: u16) {
        self.respond(now, key, status, |_| {}, None);
    }

    /// Answers without a transaction (RFC 3261 §8.2.7): the same request gets the same
    /// answer, and nothing is kept.
    pub(super) fn respond_stateless(
        &mut self,
        inbound: &Inbound,
        status: u16,
        extra: impl FnOnce(&mut Writer),
    ) {
        if inbound.request.method == Method::Ack {
            return;
        }
        let tag = self.tokens.stateless_tag(inbound.key);
        let mut w = Writer::response(status);
        w.lines(&reply_head(inbound, &tag, false));
        extra(&mut w);
        w.header("Server", &self.config.user_agent);
        *self.stats.responses_out.entry(status).or_default() += 1;
        self.transmit(inbound.flow, w.finish(None), None);
    }

    /// The stream `gone` is closed: answers to what came over it go to the same address, at
    /// the port of the Via (RFC 3261 §18.2.2).
    pub(super) fn answer_elsewhere(&mut self, gone: Flow) {
        for tx in self.servers.values_mut().filter(|tx| tx.flow == gone) {
            tx.flow.remote.set_port(tx.sent_by_port);
        }
    }

    /// The same request again: `true` when it was, and is dealt with.
    pub(super) fn absorb(&mut self, now: Mono, key: ServerKey) -> bool {
        let Some(tx) = self.servers.get(&key) else {
            return false;
        };
        let again = match &tx.machine {
            Machine::Invite(m) => m.handle_retransmission(),
            Machine::Other(m) => m.handle_retransmission(),
        };
        self.stats.absorbed += 1;
        if again {
            self.respond_again(now, key);
        }
        true
    }

    /// An ACK whose branch is that of an INVITE we know.
    pub(super) fn ack_server(&mut self, now: Mono, key: ServerKey) -> Acked {
        let timers = self.config.timers;
        let Some(tx) = self.servers.get_mut(&key) else {
            return Acked::ForDialog;
        };
        let for_dialog = match &mut tx.machine {
            Machine::Invite(m) => m.handle_ack(now, &timers),
            Machine::Other(_) => true,
        };
        self.settle_server(key);
        if for_dialog {
            Acked::ForDialog
        } else {
            Acked::Consumed
        }
    }

    pub(super) fn server_timeout(&mut self, now: Mono, key: ServerKey) {
        let timers = self.config.timers;
        let Some(tx) = self.servers.get_mut(&key) else {
            return;
        };
        tx.armed = None;
        // Its head is let go with the final answer.
        let unanswered = !tx.head.is_empty();
        let due = match &mut tx.machine {
            Machine::Invite(m) => m.handle_timeout(now, &timers),
            Machine::Other(m) => m.handle_timeout(now),
        };
        // Timer H (no ACK of a refusal) needs no action: nothing hangs on it. But a request of
        // theirs that one of our machines forgot is our fault, and to be seen.
        if due == Due::TimedOut && unanswered {
            self.stats.neglected += 1;
        }
        if due == Due::Retransmit {
            self.respond_again(now, key);
        }
        self.settle_server(key);
    }

    /// The last answer of a transaction once more; to an INVITE that had none yet, the first:
    /// 100 (RFC 3261 §17.2.1).
    fn respond_again(&mut self, now: Mono, key: ServerKey) {
        let Some(tx) = self.servers.get(&key) else {
            return;
        };
        match &tx.last {
            Some(bytes) => {
                let (flow, bytes) = (tx.flow, bytes.clone());
                self.stats.retransmitted += 1;
                self.transmit(flow, bytes, None);
            }
            None if tx.is_proceeding_invite() => self.respond_status(now, key, 100),
            None => {}
        }
    }

    /// Forgets a transaction that is over, or arms its next deadline.
    fn settle_server(&mut self, key: ServerKey) {
        let Some(tx) = self.servers.get_mut(&key) else {
            return;
        };
        let over = tx.is_terminated();
        let wanted = if over { None } else { tx.poll_timeout() };
        let merged = tx.merged;
        self.timers
            .arm(TimerKey::Server(key), &mut tx.armed, wanted);
        if over {
            self.servers.remove(&key);
            if let Some(merged) = merged
                && self.merged.get(&merged) == Some(&key)
            {
                self.merged.remove(&merged);
            }
        }
    }
}

fn raw_via(request: &Request) -> &[u8] {
    request
        .headers
        .values(HeaderName::Via)
        .next()
        .unwrap_or(b"")
}

/// The lines that every answer repeats from its request (RFC 3261 §8.2.6.2), with the
/// source noted on the top Via (§18.2.1, RFC 3581 §4).
fn reply_head(inbound: &Inbound, tag: &str, record_route: bool) -> Box<[u8]> {
    let headers = &inbound.request.headers;
    let mut out = Vec::with_capacity(400);
    let mut via = inbound.via.clone();
    via.note_source(inbound.flow.remote);
    let _ = write!(out, "Via: {via}\r\n");
    let mut line = |name: &str, value: &[u8], suffix: &[u8]| {
        out.extend_from_slice(name.as_bytes());
        out.extend_from_slice(b": ");
        out.extend_from_slice(value);
        out.extend_from_slice(suffix);
        out.extend_from_slice(b"\r\n");
    };
    for value in headers.values(HeaderName::Via).skip(1) {
        line("Via", value, b"");
    }
    if record_route {
        for value in headers.fields(HeaderName::RecordRoute) {
            line("Record-Route", value, b"");
        }
    }
    line("From", headers.get(HeaderName::From).unwrap_or(b""), b"");
    let suffix = if inbound.to.tag().is_none() {
        format!(";tag={tag}")
    } else {
        String::new()
    };
    let to = headers.get(HeaderName::To).unwrap_or(b"");
    line("To", to, suffix.as_bytes());
    line("Call-ID", inbound.call_id.as_bytes(), b"");
    line("CSeq", headers.get(HeaderName::CSeq).unwrap_or(b""), b"");
    if let Some(stamp) = headers.get(HeaderName::Timestamp) {
        line("Timestamp", stamp, b"");
    }
    out.into()
}
