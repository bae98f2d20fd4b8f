//! SRTP and SRTCP (RFC 3711, RFC 7714) with keys from SDP (RFC 4568), by the crate
//! `rtc-srtp` behind a guard.
//!
//! The guard keeps what the crate leaves open: a stranger's SSRC allocates nothing that
//! stays, replay is judged after authentication (so that a forged packet can not move the
//! window), SRTCP without encryption is refused because the crate would not authenticate it,
//! and header lengths are our own parser's.

use rtc_rtp::Header as CrateHeader;
use rtc_srtp::context::Context;
use rtc_srtp::protection_profile::ProtectionProfile;

use super::rtp::{self, RtpHeader};
use crate::sdp::plan::{SrtpPlan, SrtpSuite};

/// Streams of one peer that are decrypted at a time. A further one replaces the oldest.
const MAX_STREAMS: usize = 4;

/// Streams of one peer in all; a replaced one never comes back, or its packets could be
/// replayed.
const MAX_STREAMS_EVER: usize = 256;

/// Packets of unknown streams that may fail before the context they were tried with is
/// thrown away, with all that they left in it.
const MAX_FAILED_TRIALS: u32 = 64;

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

/// The last 64 packets of a stream (RFC 3711 §3.3.2), by extended sequence number.
#[derive(Clone, Copy, Debug, Default)]
struct ReplayWindow {
    highest: Option<u64>,
    seen: u64,
}

impl ReplayWindow {
    /// The index nearest to the highest whose low 16 bits are `sequence`.
    fn extend(&self, sequence: u16) -> u64 {
        // The first may be preceded by a late one: begin one cycle up.
        let highest = self.highest.unwrap_or(1 << 16 | u64::from(sequence));
        let ahead = sequence.wrapping_sub(highest as u16) as i16;
        highest.saturating_add_signed(i64::from(ahead))
    }

    /// Whether this authentic packet is new; it is then remembered.
    fn accept(&mut self, index: u64) -> bool {
        let Some(highest) = self.highest else {
            self.highest = Some(index);
            self.seen = 1;
            return true;
        };
        if index > highest {
            let by = index - highest;
            self.seen = if by < 64 { self.seen << by } else { 0 } | 1;
            self.highest = Some(index);
            return true;
        }
        let behind = highest - index;
        if behind >= 64 || self.seen >> behind & 1 == 1 {
            return false;
        }
        self.seen |= 1 << behind;
        true
    }
}

/// One authenticated stream of the peer.
struct Stream {
    ssrc: u32,
    context: Context,
    rtp: ReplayWindow,
    rtcp: ReplayWindow,
}

struct Inbound {
    suite: SrtpSuite,
    master: Vec<u8>,
    streams: Vec<Stream>,
    gone: Vec<u32>,
    trial: Option<Context>,
    failed_trials: u32,
}

impl Inbound {
    fn new(suite: SrtpSuite, master: &[u8]) -> Result<Inbound, SrtpError> {
        Ok(Inbound {
            suite,
            trial: Some(context(suite, master)?),
            master: master.to_vec(),
            streams: Vec::with_capacity(1),
            gone: Vec::new(),
            failed_trials: 0,
        })
    }

    fn rtp(
        &mut self,
        datagram: &[u8],
        header: &mut CrateHeader,
        out: &mut Vec<u8>,
    ) -> Result<(), SrtpError> {
        let (ours, len, _) = rtp::parse_header(datagram).map_err(|_| SrtpError::Malformed)?;
        header.ssrc = ours.ssrc;
        header.sequence_number = ours.sequence;
        // The crate takes the header's length from its fields: as many CSRCs as make ours.
        header.csrc.clear();
        header.csrc.resize((len - rtp::HEADER_LEN) / 4, 0);
        let decrypt = |c: &mut Context| {
            c.decrypt_rtp_with_header(datagram, header)
                .map_err(|_| SrtpError::NotAuthentic)
        };
        let (stream, plain) = self.with_stream(ours.ssrc, decrypt)?;
        let index = stream.rtp.extend(ours.sequence);
        if !stream.rtp.accept(index) {
            return Err(SrtpError::Replayed);
        }
        out.extend_from_slice(&plain);
        Ok(())
    }

    fn rtcp(&mut self, datagram: &[u8], out: &mut Vec<u8>) -> Result<(), SrtpError> {
        let (_, _) = datagram
            .split_first_chunk::<8>()
            .ok_or(SrtpError::Malformed)?;
        let ssrc = datagram
            .get(4..8)
            .and_then(|b| b.first_chunk())
            .map(|b| u32::from_be_bytes(*b))
            .ok_or(SrtpError::Malformed)?;
        // The index word stands before the tag, or at the end with AEAD (RFC 7714 §9.1).
        let tag = match self.suite {
            SrtpSuite::AesCm128HmacSha1_80 | SrtpSuite::AesCm128HmacSha1_32 => 10,
            SrtpSuite::AeadAes128Gcm | SrtpSuite::AeadAes256Gcm => 0,
        };
        let word = datagram
            .len()
            .checked_sub(tag + 4)
            .and_then(|at| datagram.get(at..))
            .and_then(|b| b.first_chunk())
            .map(|b| u32::from_be_bytes(*b))
            .ok_or(SrtpError::Malformed)?;
        if word >> 31 == 0 {
            return Err(SrtpError::NotAuthentic);
        }
        let decrypt = |c: &mut Context| {
            c.decrypt_rtcp(datagram)
                .map_err(|_| SrtpError::NotAuthentic)
        };
        let (stream, plain) = self.with_stream(ssrc, decrypt)?;
        if !stream.rtcp.accept(u64::from(word & 0x7fff_ffff)) {
            return Err(SrtpError::Replayed);
        }
        out.extend_from_slice(&plain);
        Ok(())
    }

    /// Decrypts with the stream's context. A stream that is not known is tried with a
    /// context of its own and becomes known when the packet proves authentic.
    fn with_stream<T>(
        &mut self,
        ssrc: u32,
        decrypt: impl FnOnce(&mut Context) -> Result<T, SrtpError>,
    ) -> Result<(&mut Stream, T), SrtpError> {
        if let Some(i) = self.streams.iter().position(|s| s.ssrc == ssrc) {
            let stream = &mut self.streams[i];
            let plain = decrypt(&mut stream.context)?;
            return Ok((stream, plain));
        }
        if self.gone.contains(&ssrc) {
            return Err(SrtpError::Replayed);
        }
        if self.gone.len() + self.streams.len() >= MAX_STREAMS_EVER {
            return Err(SrtpError::TooManyStreams);
        }
        let mut trial = match self.trial.take() {
            Some(c) => c,
            None => context(self.suite, &self.master)?,
        };
        match decrypt(&mut trial) {
            Ok(plain) => {
                self.failed_trials = 0;
                if self.streams.len() == MAX_STREAMS {
                    self.gone.push(self.streams.remove(0).ssrc);
                }
                self.streams.push(Stream {
                    ssrc,
                    context: trial,
                    rtp: ReplayWindow::default(),
                    rtcp: ReplayWindow::default(),
                });
                let at = self.streams.len() - 1;
                Ok((&mut self.streams[at], plain))
            }
            Err(e) => {
                self.failed_trials += 1;
                if self.failed_trials < MAX_FAILED_TRIALS {
                    self.trial = Some(trial);
                } else {
                    self.failed_trials = 0;
                }
                Err(e)
            }
        }
    }
}

#[cfg(test)]
mod tests;
