//! One leg's audio, pure: what arrives is checked, told as keys, heard; what is sent comes
//! from a prompt or from the other side of a bridge. The thread that owns it moves packets
//! and time.

mod receive;
mod send;

use std::net::SocketAddr;
use std::time::Duration;

use super::command::{LegStats, MediaEvent, PlayToken, Playlist};
use super::dtmf_event::EventReceiver;
use super::outgoing::Outgoing;
use super::player::Player;
use crate::ids::LegId;
use crate::now::Mono;
use crate::sdp::plan::MediaPlan;

pub use receive::{Incoming, Kind, Received};

/// What a leg begins with. The random numbers come from outside (RFC 3550 §5.1, §8.1).
#[derive(Clone, Debug)]
pub struct LegConfig {
    /// Random.
    pub ssrc: u32,
    /// Random.
    pub sequence: u16,
    /// Random.
    pub timestamp: u32,
    /// Random, for RTCP's intervals (RFC 3550 §6.3.1).
    pub seed: u32,
    /// After how long without RTP [`MediaEvent::RtpSilent`] is told.
    pub silent_after: Duration,
    /// For RTCP's source description.
    pub cname: String,
}

/// One leg. See the module.
pub struct Leg {
    id: LegId,
    plan: Option<Box<MediaPlan>>,
    out: Outgoing,
    player: Option<Player>,
    bridged: bool,
    keys: EventReceiver,
    /// Since when nothing was heard: the last packet, or when we began to expect one.
    heard: Mono,
    silence_told: bool,
    silent_after: Duration,
    stats: LegStats,
}

impl Leg {
    /// A leg before offer and answer: it takes no packet and sends none.
    pub fn new(id: LegId, config: LegConfig, now: Mono) -> Leg {
        Leg {
            id,
            plan: None,
            out: Outgoing::new(config.ssrc, config.sequence, config.timestamp),
            player: None,
            bridged: false,
            keys: EventReceiver::new(8000),
            heard: now,
            silence_told: false,
            silent_after: config.silent_after,
            stats: LegStats::default(),
        }
    }

    /// Which leg.
    pub fn id(&self) -> LegId {
        self.id
    }

    /// Offer and answer are done, or done again.
    pub fn apply(&mut self, plan: MediaPlan, now: Mono) {
        let old = self.plan.as_deref();
        if old.and_then(|p| p.dtmf) != plan.dtmf {
            self.keys = EventReceiver::new(plan.dtmf.map_or(8000, |d| d.clock_rate));
        }
        if old.is_none_or(|p| p.codec != plan.codec) {
            self.out.change();
        }
        if !old.is_some_and(|p| p.direction.receives()) {
            self.heard = now;
            self.silence_told = false;
        }
        self.plan = Some(Box::new(plan));
    }

    /// What was agreed, if anything yet.
    pub fn plan(&self) -> Option<&MediaPlan> {
        self.plan.as_deref()
    }

    /// Plays in place of whatever is playing. On a bridged leg it is heard in place of the
    /// partner until it ends.
    pub fn play(&mut self, token: PlayToken, list: Playlist) {
        self.player = Some(Player::new(token, list));
        self.out.change();
    }

    /// Ends the playing; on a bridged leg the partner is heard again.
    pub fn stop(&mut self) {
        if self.player.take().is_some() {
            self.out.change();
        }
    }

    /// A partner was given or taken away: ends the playing.
    pub fn set_bridged(&mut self, bridged: bool) {
        self.bridged = bridged;
        self.player = None;
        self.out.change();
    }

    /// Whether the leg wants to be ticked every 20 ms.
    pub fn wants_tick(&self) -> bool {
        self.player.is_some() && self.may_send()
    }

    /// Where our RTP goes; `None`: nowhere at present.
    pub fn destination(&self) -> Option<SocketAddr> {
        self.plan.as_deref()?.remote_rtp
    }

    /// What has to be looked at now and then: silence of the peer.
    pub fn housekeep(&mut self, now: Mono, events: &mut Vec<MediaEvent>) {
        let expected = self
            .plan
            .as_deref()
            .is_some_and(|p| p.direction.receives() && p.remote_rtp.is_some());
        let since = now.since(self.heard);
        if expected && !self.silence_told && since >= self.silent_after {
            self.silence_told = true;
            events.push(MediaEvent::RtpSilent {
                leg: self.id,
                since,
            });
        }
    }

    /// Figures so far.
    pub fn stats(&self) -> LegStats {
        self.stats
    }

    fn may_send(&self) -> bool {
        self.plan
            .as_deref()
            .is_some_and(|p| p.direction.sends() && self.destination().is_some())
    }
}
