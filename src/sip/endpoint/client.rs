//! Requests that we sent, as transactions.

use std::net::SocketAddr;

use bytes::Bytes;

use super::core::{Core, TimerKey};
use super::text;
use super::tokens::ClientKey;
use crate::ids::LegId;
use crate::now::Mono;
use crate::sip::flow::Flow;
use crate::sip::message::{HeaderName, Response};
use crate::sip::transaction::{Client, ClientInvite, Due, Received};

/// For whom a request was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Owner {
    /// The INVITE of an outgoing leg.
    Invite(LegId),
    /// A re-INVITE.
    ReInvite(LegId),
    /// An UPDATE that refreshes the session.
    Refresh(LegId),
    /// A PRACK.
    Prack(LegId),
    /// A NOTIFY about a transfer.
    Notify(LegId),
    /// A BYE; the leg is gone. By the number of the trunk whose credentials may be needed.
    Bye(Option<usize>),
    /// A CANCEL: its answer says nothing.
    Cancel,
    /// A REGISTER of ours, by the number of the registration.
    Registration(usize),
}

#[derive(Debug)]
pub(super) struct ClientTx {
    machine: Machine,
    pub(super) id: u64,
    pub(super) method: &'static str,
    branch: Box<str>,
    /// The request, as long as it may be needed again.
    pub(super) request: Bytes,
    pub(super) flow: Flow,
    /// It goes by a stream because it is large: the path on which its dialog is.
    pub(super) instead_of: Option<Flow>,
    pub(super) server_name: Option<Box<str>>,
    pub(super) owner: Owner,
    /// The ACK of the final answer, to be repeated as often as that is.
    pub(super) ack: Option<KeptAck>,
    /// The tags of further branches that accepted it too and were ended.
    pub(super) others: Vec<Box<str>>,
    /// Already sent once more with credentials.
    pub(super) retried: bool,
    armed: Option<Mono>,
}

/// An ACK as it was sent.
#[derive(Clone, Debug)]
pub(super) struct KeptAck {
    /// The tag of the branch that it went to; empty for a refusal's.
    pub(super) to_tag: Box<str>,
    pub(super) bytes: Bytes,
    pub(super) flow: Flow,
    pub(super) server_name: Option<Box<str>>,
}

#[derive(Debug)]
enum Machine {
    Invite(ClientInvite),
    Other(Client),
}

impl ClientTx {
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

    fn is_waiting(&self) -> bool {
        match &self.machine {
            Machine::Invite(m) => m.is_waiting(),
            Machine::Other(m) => m.is_waiting(),
        }
    }
}

/// What a client transaction tells its owner.
#[derive(Debug)]
pub(super) enum Outcome {
    Response {
        response: Box<Response>,
        flow: Flow,
        id: u64,
    },
    /// Timer B or F, or the flow closed.
    Failed { id: u64 },
}

/// What is needed to send a request.
pub(super) struct Outbound<'a> {
    pub(super) owner: Owner,
    pub(super) method: &'static str,
    pub(super) id: u64,
    pub(super) branch: String,
    pub(super) flow: Flow,
    /// See [`ClientTx::instead_of`].
    pub(super) instead_of: Option<Flow>,
    pub(super) server_name: Option<&'a str>,
    pub(super) request: Bytes,
    pub(super) retried: bool,
}

impl Core {
    /// Sends a request by a new transaction.
    pub(super) fn send(&mut self, now: Mono, out: Outbound<'_>) {
        let reliable = out.flow.transport.is_reliable();
        let timers = self.config.timers;
        let machine = if out.method == "INVITE" {
            Machine::Invite(ClientInvite::start(now, &timers, reliable))
        } else {
            Machine::Other(Client::start(now, &timers, reliable))
        };
        *self.stats.requests_out.entry(out.method).or_default() += 1;
        self.transmit(out.flow, out.request.clone(), out.server_name);
        let key = ClientKey {
            id: out.id,
            cancel: out.method == "CANCEL",
        };
        self.clients.insert(
            key,
            ClientTx {
                machine,
                id: out.id,
                method: out.method,
                branch: out.branch.into(),
                request: out.request,
                flow: out.flow,
                instead_of: out.instead_of,
                server_name: out.server_name.map(Box::from),
                owner: out.owner,
                ack: None,
                others: Vec::new(),
                retried: out.retried,
                armed: None,
            },
        );
        self.settle_client(key);
    }

    /// Whether the INVITE `id` has had any answer: only then may CANCEL follow.
    pub(super) fn may_cancel(&self, id: u64) -> bool {
        let key = ClientKey { id, cancel: false };
        match self.clients.get(&key).map(|tx| &tx.machine) {
            Some(Machine::Invite(m)) => m.is_waiting() && !m.is_calling(),
            Some(Machine::Other(_)) | None => false,
        }
    }

    /// Sends the CANCEL of the INVITE `id` (RFC 3261 §9.1).
    pub(super) fn cancel(&mut self, now: Mono, id: u64, reason: Option<&str>) {
        let timers = self.config.timers;
        let key = ClientKey { id, cancel: false };
        let Some(tx) = self.clients.get_mut(&key) else {
            return;
        };
        if let Machine::Invite(m) = &mut tx.machine {
            m.cancelled(now, &timers);
        }
        let extra = reason.map_or(String::new(), |r| {
            format!("Reason: {}\r\n", r.replace(['\r', '\n'], " "))
        });
        let server_name = tx.server_name.clone();
        let out = Outbound {
            owner: Owner::Cancel,
            method: "CANCEL",
            id,
            branch: tx.branch.to_string(),
            flow: tx.flow,
            instead_of: None,
            server_name: server_name.as_deref(),
            request: text::follow_up(&tx.request, "CANCEL", None, extra.as_bytes()),
            retried: false,
        };
        self.settle_client(key);
        self.send(now, out);
    }

    /// A response came: whose, and is it news?
    pub(super) fn match_response(
        &mut self,
        now: Mono,
        flow: Flow,
        response: Response,
    ) -> Option<(Owner, Outcome)> {
        let timers = self.config.timers;
        let found = (|| {
            let via = response.headers.top_via().ok()?;
            let branch = via.params.get("branch")?;
            let cseq = response.headers.cseq().ok()?;
            let key = ClientKey {
                id: self.tokens.client_of(branch)?,
                cancel: cseq.method.as_str() == "CANCEL",
            };
            let tx = self.clients.get(&key)?;
            (*tx.branch == *branch && tx.method == cseq.method.as_str()).then_some(key)
        })();
        let Some((key, tx)) = found.and_then(|key| Some((key, self.clients.get_mut(&key)?))) else {
            self.stats.stray += 1;
            return None;
        };
        let received = match &mut tx.machine {
            Machine::Invite(m) => m.handle_response(now, &timers, response.status),
            Machine::Other(m) => m.handle_response(now, &timers, response.status),
        };
        // Nobody rings within a call: without this, a peer that says 100 and no more would keep
        // the transaction for ever, and the dialog from any change.
        if let (Owner::ReInvite(_), Machine::Invite(m)) = (tx.owner, &mut tx.machine) {
            m.give_up_by(now + timers.unanswered);
        }
        let acks = matches!(received, Received::PassAndAck | Received::Ack);
        if acks {
            let ack = match &tx.ack {
                Some(kept) => kept.bytes.clone(),
                None => {
                    let to = response.headers.get(HeaderName::To);
                    let bytes = text::follow_up(&tx.request, "ACK", to, b"");
                    tx.ack = Some(KeptAck {
                        to_tag: Box::default(),
                        bytes: bytes.clone(),
                        flow: tx.flow,
                        server_name: tx.server_name.clone(),
                    });
                    bytes
                }
            };
            let (flow, name) = (tx.flow, tx.server_name.clone());
            self.transmit(flow, ack, name.as_deref());
        }
        let tx = self.clients.get(&key)?;
        let owner = tx.owner;
        let flow = tx.instead_of.unwrap_or(flow);
        let out = match received {
            Received::Pass | Received::PassAndAck => Some((
                owner,
                Outcome::Response {
                    response: Box::new(response),
                    flow,
                    id: key.id,
                },
            )),
            Received::Ack | Received::Absorb => {
                self.stats.absorbed += 1;
                None
            }
        };
        // The owner may still need the request (credentials): it is let go in `release`.
        out.or_else(|| {
            self.settle_client(key);
            None
        })
    }

    /// After the owner has dealt with an outcome.
    pub(super) fn release(&mut self, key: ClientKey) {
        // That of an INVITE is still needed: another branch of a fork may accept it too.
        if let Some(tx) = self.clients.get_mut(&key)
            && !tx.is_waiting()
            && matches!(tx.machine, Machine::Other(_))
        {
            tx.request = Bytes::new();
        }
        self.settle_client(key);
    }

    pub(super) fn client_timeout(&mut self, now: Mono, key: ClientKey) -> Option<(Owner, Outcome)> {
        let timers = self.config.timers;
        let tx = self.clients.get_mut(&key)?;
        tx.armed = None;
        let due = match &mut tx.machine {
            Machine::Invite(m) => m.handle_timeout(now, &timers),
            Machine::Other(m) => m.handle_timeout(now, &timers),
        };
        let owner = tx.owner;
        match due {
            Due::Nothing => {}
            Due::Retransmit => {
                let (flow, bytes, name) = (tx.flow, tx.request.clone(), tx.server_name.clone());
                self.stats.retransmitted += 1;
                self.transmit(flow, bytes, name.as_deref());
            }
            Due::TimedOut => {
                return Some((owner, Outcome::Failed { id: key.id }));
            }
        }
        self.settle_client(key);
        None
    }

    /// Takes out those of our requests that wait for an answer on a flow that is no more.
    pub(super) fn fail_flow(&mut self, flow: Flow) -> Vec<ClientTx> {
        let mut failed: Vec<ClientKey> = self
            .clients
            .iter()
            .filter(|(_, tx)| tx.flow == flow && tx.is_waiting())
            .map(|(key, _)| *key)
            .collect();
        // The table has no order; the outside shall see one.
        failed.sort();
        let taken = failed.into_iter();
        taken.filter_map(|key| self.forget_client(key)).collect()
    }

    /// Requests of ours without final answer.
    pub(super) fn unanswered(&self) -> usize {
        self.clients.values().filter(|tx| tx.is_waiting()).count()
    }

    /// A datagram of ours came back by ICMP: the request of ours that it began with, if that
    /// still waits. Who can quote its branch has seen it (RFC 3261 §18.4).
    pub(super) fn fail_quoted(&mut self, to: SocketAddr, quoted: &[u8]) -> Option<(u64, Owner)> {
        let branch = text::branch_of(quoted)?;
        let key = ClientKey {
            id: self.tokens.client_of(branch)?,
            cancel: quoted.starts_with(b"CANCEL "),
        };
        let tx = self.clients.get(&key)?;
        if *tx.branch != *branch || tx.flow.remote != to || !tx.is_waiting() {
            return None;
        }
        let owner = tx.owner;
        self.forget_client(key);
        Some((key.id, owner))
    }

    pub(super) fn forget_client(&mut self, key: ClientKey) -> Option<ClientTx> {
        let mut tx = self.clients.remove(&key)?;
        self.timers.arm(TimerKey::Client(key), &mut tx.armed, None);
        Some(tx)
    }

    fn settle_client(&mut self, key: ClientKey) {
        let Some(tx) = self.clients.get_mut(&key) else {
            return;
        };
        let over = tx.is_terminated();
        let wanted = if over { None } else { tx.poll_timeout() };
        self.timers
            .arm(TimerKey::Client(key), &mut tx.armed, wanted);
        if over {
            self.clients.remove(&key);
        }
    }
}
