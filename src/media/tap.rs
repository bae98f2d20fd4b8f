//! Copies of what arrives on a leg, for whoever writes the talk down elsewhere.
//!
//! A talk that is relayed without being decoded goes on so: the media thread copies each packet
//! into a bounded channel and never waits. What finds no room is lost to the recording and counted.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;

use super::leg::{Incoming, Kind};
use super::rtp::RtpHeader;
use crate::ids::LegId;
use crate::sdp::plan::Codec;

/// The two channels of a recorded talk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// Left: the caller.
    Caller,
    /// Right: the agent, and who else talks with the caller.
    Agent,
}

/// Where copies of a leg's packets go.
#[derive(Clone, Debug)]
pub struct Tap {
    /// On which channel they are heard.
    pub side: Side,
    /// Nobody waits for it.
    pub sink: mpsc::Sender<Tapped>,
    /// Packets that found no room.
    pub lost: Arc<AtomicU64>,
}

/// A packet as it came.
#[derive(Clone, Debug)]
pub struct Tapped {
    /// Of which leg.
    pub leg: LegId,
    /// On which channel.
    pub side: Side,
    /// When it came, in media time (milliseconds).
    pub ms: u64,
    /// Its header.
    pub header: RtpHeader,
    /// What it is of; `None`: no audio (a key, comfort noise), but it has a sequence number.
    pub codec: Option<Codec>,
    /// The audio; empty where there is none: keys are not copied.
    pub payload: Vec<u8>,
}

impl Tap {
    /// Copies a packet.
    pub(super) fn copy(&self, leg: LegId, packet: &Incoming<'_>, ms: u64) {
        let codec = match packet.kind {
            Kind::Audio(codec) => Some(codec),
            Kind::Event(_) | Kind::Noise => None,
        };
        let payload = match codec {
            Some(_) => packet.payload.to_vec(),
            None => Vec::new(),
        };
        let tapped = Tapped {
            leg,
            side: self.side,
            ms,
            header: packet.header,
            codec,
            payload,
        };
        match self.sink.try_send(tapped) {
            // Closed: the recording is over, and the order to end this is on its way.
            Ok(()) | Err(TrySendError::Closed(_)) => {}
            Err(TrySendError::Full(_)) => {
                self.lost.fetch_add(1, Ordering::Relaxed);
            }
        }
    }
}
