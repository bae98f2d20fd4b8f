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
