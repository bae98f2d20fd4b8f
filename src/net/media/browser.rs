//! A leg whose peer is a browser: its packets are those of any leg once the path and the keys are
//! there, and until then there are none.

use std::net::SocketAddr;
use std::time::Instant;

use crate::sdp::plan::{MediaPlan, WebPlan};
use crate::webrtc::{Identity, Peer, Secured, Taken};

/// What a seat has beside its leg.
#[derive(Debug)]
pub(super) struct Browser {
    peer: Peer,
    /// As offer and answer have it, without address and keys.
    agreed: MediaPlan,
    secured: Option<Secured>,
    failure_told: bool,
}

impl Browser {
    pub(super) fn new(
        identity: &Identity,
        agreed: MediaPlan,
        web: WebPlan,
        v6: bool,
        now: Instant,
    ) -> Browser {
        Browser {
            peer: Peer::new(identity, web, v6, now),
            agreed,
            secured: None,
            failure_told: false,
        }
    }

    pub(super) fn renegotiate(&mut self, agreed: MediaPlan, web: WebPlan, now: Instant) {
        self.agreed = agreed;
        self.peer.renegotiate(web, now);
    }

    /// What the leg is to work by: without address and keys it neither sends nor takes anything.
    pub(super) fn plan(&self) -> MediaPlan {
        let mut plan = self.agreed.clone();
        if let Some(Secured { to, srtp }) = self.secured.clone() {
            plan.remote_rtp = Some(to);
            plan.remote_rtcp = Some(to);
            plan.srtp = Some(srtp);
        }
        plan
    }

    /// A datagram of the leg's port. `None`: it is of no use; `Some(Taken::Not)`: it is the leg's.
    pub(super) fn receive(
        &mut self,
        datagram: &[u8],
        from: SocketAddr,
        now: Instant,
    ) -> Option<Taken> {
        match self.peer.receive(datagram, from, now) {
            Taken::Here => Some(Taken::Here),
            // Nothing in the clear is ever heard of a browser.
            Taken::Not => self.secured.is_some().then_some(Taken::Not),
        }
    }

    pub(super) fn tick(&mut self, now: Instant) {
        self.peer.tick(now);
    }

    pub(super) fn poll_transmit(&mut self) -> Option<(SocketAddr, Vec<u8>)> {
        self.peer.poll_transmit()
    }

    /// Whether path or keys are others than the leg knows: it is to get [`Browser::plan`] anew.
    pub(super) fn has_news(&mut self) -> bool {
        let secured = self.peer.secured();
        // Who is gone is found out by their silence: what comes late is still heard.
        if secured.is_none() || secured == self.secured {
            return false;
        }
        self.secured = secured;
        true
    }

    /// Whether there will be no keys, said once.
    pub(super) fn keys_failed(&mut self) -> bool {
        self.peer.has_failed() && !std::mem::replace(&mut self.failure_told, true)
    }

    /// The handshake goes on.
    pub(super) fn is_busy(&self) -> bool {
        !self.peer.is_settled()
    }
}
