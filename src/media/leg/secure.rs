//! A leg's packets in the clear or by SRTP. A leg whose keys do not fit says nothing rather
//! than anything in the clear.

use crate::media::rtp::RtpHeader;
use crate::media::srtp::SrtpSession;
use crate::sdp::plan::SrtpPlan;

/// How a leg's packets are protected.
pub(super) enum Secure {
    /// Not at all.
    Clear,
    /// SRTP.
    Srtp(Box<SrtpSession>),
    /// SRTP was agreed, but the keys can not be used.
    Broken,
}

impl Secure {
    pub(super) fn new(plan: Option<&SrtpPlan>) -> Secure {
        match plan.map(SrtpSession::new) {
            None => Secure::Clear,
            Some(Ok(session)) => Secure::Srtp(Box::new(session)),
            Some(Err(_)) => Secure::Broken,
        }
    }

    /// Offer and answer were done again. A direction whose key is the same goes on with its
    /// counters, whatever became of the other: beginning anew would encrypt twice with one
    /// keystream, and the peer, which counts on, would not understand (RFC 4568 §7.1.4).
    pub(super) fn renew(&mut self, plan: Option<&SrtpPlan>) {
        match (&mut *self, plan) {
            (Secure::Srtp(session), Some(plan)) => {
                if session.rekey(plan).is_err() {
                    *self = Secure::Broken;
                }
            }
            (Secure::Clear | Secure::Srtp(_) | Secure::Broken, plan) => *self = Secure::new(plan),
        }
    }

    /// Whether what arrives has proven to be of whoever agreed on the keys.
    pub(super) fn is_srtp(&self) -> bool {
        matches!(self, Secure::Srtp(_))
    }

    /// A packet to be sent, into `out`. `false`: none.
    pub(super) fn write(&mut self, header: &RtpHeader, payload: &[u8], out: &mut Vec<u8>) -> bool {
        match self {
            Secure::Clear => {
                header.write(payload, out);
                true
            }
            Secure::Srtp(session) => session.protect_rtp(header, payload, out).is_ok(),
            Secure::Broken => false,
        }
    }

    /// A compound of RTCP to be sent; it is replaced by its protected form.
    pub(super) fn write_rtcp(&mut self, compound: &mut Vec<u8>) -> bool {
        match self {
            Secure::Clear => true,
            Secure::Srtp(session) => {
                let plain = std::mem::take(compound);
                session.protect_rtcp(&plain, compound).is_ok()
            }
            Secure::Broken => false,
        }
    }

    /// The RTP packet in a datagram. `clear` is for what is decrypted.
    pub(super) fn open<'a>(
        &mut self,
        datagram: &'a [u8],
        clear: &'a mut Vec<u8>,
    ) -> Option<&'a [u8]> {
        match self {
            Secure::Clear => Some(datagram),
            Secure::Srtp(session) => {
                session.unprotect_rtp(datagram, clear).ok()?;
                Some(clear)
            }
            Secure::Broken => None,
        }
    }

    /// The RTCP compound in a datagram.
    pub(super) fn open_rtcp<'a>(
        &mut self,
        datagram: &'a [u8],
        clear: &'a mut Vec<u8>,
    ) -> Option<&'a [u8]> {
        match self {
            Secure::Clear => Some(datagram),
            Secure::Srtp(session) => {
                session.unprotect_rtcp(datagram, clear).ok()?;
                Some(clear)
            }
            Secure::Broken => None,
        }
    }
}
