//! What the peer sends: streams that proved authentic, and those on trial.

use rtc_rtp::Header as CrateHeader;
use rtc_srtp::context::Context;

use super::{SrtpError, context};
use crate::media::rtp;
use crate::sdp::plan::SrtpSuite;

/// Streams of one peer that are decrypted at a time. A further one replaces the oldest.
pub(super) const MAX_STREAMS: usize = 4;

/// Streams of one peer in all; a replaced one never comes back, or its packets could be
/// replayed.
const MAX_STREAMS_EVER: usize = 256;

/// Packets of unknown streams that may fail before the context they were tried with is
/// thrown away, with all that they left in it.
const MAX_FAILED_TRIALS: u32 = 64;

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
pub(super) struct Stream {
    ssrc: u32,
    context: Context,
    rtp: ReplayWindow,
    rtcp: ReplayWindow,
}

pub(super) struct Inbound {
    pub(super) suite: SrtpSuite,
    pub(super) master: Vec<u8>,
    pub(super) streams: Vec<Stream>,
    gone: Vec<u32>,
    trial: Option<Context>,
    failed_trials: u32,
}

impl Inbound {
    pub(super) fn new(suite: SrtpSuite, master: &[u8]) -> Result<Inbound, SrtpError> {
        Ok(Inbound {
            suite,
            trial: Some(context(suite, master)?),
            master: master.to_vec(),
            streams: Vec::with_capacity(1),
            gone: Vec::new(),
            failed_trials: 0,
        })
    }

    pub(super) fn rtp(
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

    pub(super) fn rtcp(&mut self, datagram: &[u8], out: &mut Vec<u8>) -> Result<(), SrtpError> {
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
