//! Requests within a dialog that are too large for a datagram (RFC 3261 §18.1.1): by TCP, and
//! where nobody takes it there by UDP all the same. The dialog stays on the path that it has:
//! our Contact names UDP, and so does what follows.

use std::net::SocketAddr;

use super::Endpoint;
use super::ResolvedTarget;
use super::client::{ClientTx, Outbound, Owner};
use super::core::{Core, port_of, transport_of};
use super::leg::{Leg, Ours, Stage};
use super::text;
use crate::now::Mono;
use crate::sip::dialog::Dialog;
use crate::sip::flow::{Flow, Transport};
use crate::sip::message::Uri;

/// Octets of a request that are sent in one datagram where the MTU is not known.
pub(super) const LARGEST_DATAGRAM: usize = 1300;

impl Core {
    /// The stream by which a request of this many octets goes to a peer that we know on UDP.
    /// `None`: it is small enough, or a stream does not lead to the peer: its URI asks for UDP,
    /// it is not where it says (behind a NAT), or nobody took one before.
    pub(super) fn stream_within(&self, dialog: &Dialog, octets: usize) -> Option<Flow> {
        let here = dialog.flow;
        if octets <= LARGEST_DATAGRAM || here.transport != Transport::Udp || dialog.datagrams_only {
            return None;
        }
        let uri = Uri::parse(dialog.next_hop().as_bytes()).ok()?;
        let said = uri.maddr().unwrap_or_else(|| uri.host.clone()).ip();
        let elsewhere = said
            .is_some_and(|ip| here.remote != SocketAddr::new(ip, port_of(&uri, Transport::Udp)));
        if elsewhere || transport_of(&uri).is_some() {
            return None;
        }
        self.config.flow_to(&ResolvedTarget {
            transport: Transport::Tcp,
            remote: here.remote,
            server_name: None,
        })
    }
}

impl Endpoint {
    /// The stream of this request is gone. `None`: it went by one only because it is large, and
    /// goes once more by datagram. Else it is given back: it has failed.
    pub(super) fn by_datagram(&mut self, now: Mono, tx: ClientTx) -> Option<ClientTx> {
        let Some(flow) = tx.instead_of else {
            return Some(tx);
        };
        let (id, branch) = self.core.tokens.branch();
        // A peer that had taken it may refuse the number a second time.
        let cseq = match tx.owner {
            Owner::ReInvite(leg) | Owner::Refresh(leg) | Owner::Prack(leg) | Owner::Notify(leg) => {
                let leg = self.legs.get_mut(&leg);
                leg.and_then(|leg| leg.sent_elsewhere(&tx.request, tx.id, id))
            }
            Owner::Bye(_) => text::cseq_of(&tx.request).map(|(cseq, _)| cseq + 1),
            // These never go by stream in place of a datagram within a dialog.
            Owner::Invite(_) | Owner::Cancel | Owner::Registration(_) => None,
        };
        let Some(cseq) = cseq else {
            return Some(tx);
        };
        let core = &mut self.core;
        let headers = [
            ("Via", core.via(flow, &branch)),
            ("CSeq", format!("{cseq} {}", tx.method)),
        ];
        let out = Outbound {
            owner: tx.owner,
            method: tx.method,
            id,
            branch,
            flow,
            instead_of: None,
            server_name: None,
            request: text::reissue(&tx.request, &headers),
            retried: tx.retried,
        };
        core.send(now, out);
        None
    }
}

impl Leg {
    /// A request of ours goes out again as the transaction `new` in place of `old`: the number
    /// for it. `None`: its dialog is over.
    fn sent_elsewhere(&mut self, request: &[u8], old: u64, new: u64) -> Option<u32> {
        let to = text::header_of(request, "To")?;
        let dialog = match &mut self.stage {
            Stage::Incoming(s) => &mut s.dialog,
            Stage::Outgoing(s) => {
                let mut dialogs = s.early.iter_mut().map(|e| &mut e.dialog);
                dialogs.find(|d| *d.remote == *to)?
            }
            Stage::Session(s) => {
                match &mut s.ours {
                    Ours::InFlight { id, .. } | Ours::Refreshing { id } if *id == old => *id = new,
                    Ours::None
                    | Ours::InFlight { .. }
                    | Ours::Refreshing { .. }
                    | Ours::Glare { .. } => {}
                }
                &mut s.dialog
            }
            Stage::Over => return None,
        };
        dialog.datagrams_only = true;
        Some(dialog.next_cseq())
    }
}
