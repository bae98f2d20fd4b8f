//! SRTP and SRTCP (RFC 3711, RFC 7714) with keys from SDP (RFC 4568), by the crate
//! `rtc-srtp` behind a guard.
//!
//! The guard keeps what the crate leaves open: a stranger's SSRC allocates nothing that
//! stays, replay is judged after authentication (so that a forged packet can not move the
//! window), SRTCP without encryption is refused because the crate would not authenticate it,
//! and header lengths are our own parser's.

mod inbound;

use rtc_rtp::Header as CrateHeader;
use rtc_srtp::context::Context;
use rtc_srtp::protection_profile::ProtectionProfile;

use inbound::Inbound;

use super::rtp::RtpHeader;
use crate::sdp::plan::{SrtpPlan, SrtpSuite};

/// Why a packet was not taken, or not made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SrtpError {
    /// Key or salt have the wrong length for the suite.
    #[error("SRTP key does not fit its suite")]
    BadKey,
    /// Not (S)RTP or (S)RTCP at all.
    #[error("not an SRTP packet")]
    Malformed,
    /// Wrong key, or tampered with.
    #[error("SRTP packet is not authentic")]
    NotAuthentic,
    /// Seen before, or too old to tell.
    #[error("SRTP packet is replayed or too old")]
    Replayed,
    /// More streams than a peer may have.
    #[error("too many SRTP streams")]
    TooManyStreams,
    /// 2⁴⁸ packets were sent (RFC 3711 §9.2).
    #[error("SRTP key is used up")]
    KeyUsedUp,
}

/// Length of master key and master salt of a suite, in bytes (RFC 4568 §6.2, RFC 7714 §12).
pub const fn key_lengths(suite: SrtpSuite) -> (usize, usize) {
    match suite {
        SrtpSuite::AesCm128HmacSha1_80 | SrtpSuite::AesCm128HmacSha1_32 => (16, 14),
        SrtpSuite::AeadAes128Gcm => (16, 12),
        SrtpSuite::AeadAes256Gcm => (32, 12),
    }
}

const fn profile(suite: SrtpSuite) -> ProtectionProfile {
    match suite {
        SrtpSuite::AesCm128HmacSha1_80 => ProtectionProfile::Aes128CmHmacSha1_80,
        SrtpSuite::AesCm128HmacSha1_32 => ProtectionProfile::Aes128CmHmacSha1_32,
        SrtpSuite::AeadAes128Gcm => ProtectionProfile::AeadAes128Gcm,
        SrtpSuite::AeadAes256Gcm => ProtectionProfile::AeadAes256Gcm,
    }
}

fn context(suite: SrtpSuite, master: &[u8]) -> Result<Context, SrtpError> {
    let (key_len, salt_len) = key_lengths(suite);
    if master.len() != key_len + salt_len {
        return Err(SrtpError::BadKey);
    }
    let (key, salt) = master.split_at(key_len);
    let provider = rtc_srtp::crypto::default_provider().map_err(|_| SrtpError::BadKey)?;
    Context::new(key, salt, profile(suite), None, None, provider.crypto())
        .map_err(|_| SrtpError::BadKey)
}

/// What was refused, by reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SrtpCounters {
    /// Not authentic: wrong key or tampered.
    pub not_authentic: u64,
    /// Replayed or too old.
    pub replayed: u64,
    /// Malformed, or of too many streams.
    pub refused: u64,
}

/// Both directions of one leg.
pub struct SrtpSession {
    outbound: Context,
    local_key: Vec<u8>,
    inbound: Inbound,
    header: CrateHeader,
    plain: Vec<u8>,
    counters: SrtpCounters,
}

impl SrtpSession {
    /// From what offer and answer agreed first; later [`SrtpSession::rekey`].
    ///
    /// # Errors
    /// [`SrtpError::BadKey`] when a key has the wrong length.
    pub fn new(plan: &SrtpPlan) -> Result<SrtpSession, SrtpError> {
        Ok(SrtpSession {
            outbound: context(plan.suite, &plan.local_key)?,
            local_key: plan.local_key.clone(),
            inbound: Inbound::new(plan.suite, &plan.remote_key)?,
            header: CrateHeader::default(),
            plain: Vec::new(),
            counters: SrtpCounters::default(),
        })
    }

    /// Offer and answer were done again: each direction goes on where it is unless its key
    /// changed. (Beginning anew with the same key would encrypt twice with one keystream.)
    ///
    /// # Errors
    /// As [`SrtpSession::new`]; nothing has changed then.
    pub fn rekey(&mut self, plan: &SrtpPlan) -> Result<(), SrtpError> {
        let same_suite = plan.suite == self.inbound.suite;
        if !same_suite || plan.local_key != self.local_key {
            let outbound = context(plan.suite, &plan.local_key)?;
            if !same_suite || plan.remote_key != self.inbound.master {
                self.inbound = Inbound::new(plan.suite, &plan.remote_key)?;
            }
            self.outbound = outbound;
            self.local_key.clone_from(&plan.local_key);
        } else if plan.remote_key != self.inbound.master {
            self.inbound = Inbound::new(plan.suite, &plan.remote_key)?;
        }
        Ok(())
    }

    /// Header and payload to an SRTP packet in `out`, which is emptied first.
    ///
    /// # Errors
    /// [`SrtpError::KeyUsedUp`].
    pub fn protect_rtp(
        &mut self,
        header: &RtpHeader,
        payload: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<(), SrtpError> {
        out.clear();
        header.write(payload, &mut self.plain);
        self.header.ssrc = header.ssrc;
        self.header.sequence_number = header.sequence;
        self.header.csrc.clear();
        let made = self
            .outbound
            .encrypt_rtp_with_header(&self.plain, &self.header)
            .map_err(|_| SrtpError::KeyUsedUp)?;
        out.extend_from_slice(&made);
        Ok(())
    }

    /// A compound that we wrote to SRTCP in `out`, which is emptied first.
    ///
    /// # Errors
    /// [`SrtpError::Malformed`] for fewer than 8 bytes.
    pub fn protect_rtcp(&mut self, compound: &[u8], out: &mut Vec<u8>) -> Result<(), SrtpError> {
        out.clear();
        let made = self
            .outbound
            .encrypt_rtcp(compound)
            .map_err(|_| SrtpError::Malformed)?;
        out.extend_from_slice(&made);
        Ok(())
    }

    /// An SRTP packet to the RTP packet in it; `out` is emptied first.
    ///
    /// # Errors
    /// Any but `BadKey`; it is counted, and the packet is dropped.
    pub fn unprotect_rtp(&mut self, datagram: &[u8], out: &mut Vec<u8>) -> Result<(), SrtpError> {
        out.clear();
        let done = self.inbound.rtp(datagram, &mut self.header, out);
        self.count(done)
    }

    /// An SRTCP packet to the compound in it; `out` is emptied first.
    ///
    /// # Errors
    /// As [`SrtpSession::unprotect_rtp`].
    pub fn unprotect_rtcp(&mut self, datagram: &[u8], out: &mut Vec<u8>) -> Result<(), SrtpError> {
        out.clear();
        let done = self.inbound.rtcp(datagram, out);
        self.count(done)
    }

    fn count(&mut self, done: Result<(), SrtpError>) -> Result<(), SrtpError> {
        if let Err(e) = done {
            match e {
                SrtpError::NotAuthentic => self.counters.not_authentic += 1,
                SrtpError::Replayed => self.counters.replayed += 1,
                SrtpError::Malformed
                | SrtpError::TooManyStreams
                | SrtpError::BadKey
                | SrtpError::KeyUsedUp => self.counters.refused += 1,
            }
        }
        done
    }

    /// What was refused so far.
    pub const fn counters(&self) -> SrtpCounters {
        self.counters
    }
}

impl std::fmt::Debug for SrtpSession {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SrtpSession")
            .field("suite", &self.inbound.suite)
            .field("counters", &self.counters)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
