//! One leg's audio, pure: what arrives is checked, told as keys, heard; what is sent comes
//! from a prompt or from the other side of a bridge. The thread that owns it moves packets
//! and time.

mod ear;
mod key_tones;
mod receive;
mod report;
mod secure;
mod send;
pub(in crate::media) mod stream;
#[cfg(test)]
mod tests;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use super::command::{DtmfWay, LegStats, MediaEvent, PlayToken, Playlist};
use super::dtmf_event::EventReceiver;
use super::outgoing::Outgoing;
use super::player::Player;
use super::prefetch::prefetch;
use super::press::HeldKey;
use super::rtcp::ReceiverStats;
use super::source_lock::{SourceLock, SourcePolicy};
use super::tap::Tap;
use crate::ids::{Key, LegId};
use crate::now::Mono;
use crate::sdp::plan::{Codec, MediaPlan};

use ear::Ear;
pub use ear::Heard;
use key_tones::KeyTones;
pub use receive::{Incoming, Kind, Received};
use report::Reports;
use secure::Secure;
pub use send::Passed;
use send::Voice;

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
    /// From which addresses besides the negotiated one packets may come.
    pub source: SourcePolicy,
    /// After how long without RTP [`MediaEvent::RtpSilent`] is told.
    pub silent_after: Duration,
    /// For RTCP's source description.
    pub cname: Arc<str>,
}

/// A browser sends all the time, muted as well: when nothing comes its page or its network is gone.
/// A desk phone may keep silent for longer.
const PAGE_SILENT: Duration = Duration::from_secs(3);

/// One leg. See the module.
pub struct Leg {
    id: LegId,
    plan: Option<Box<MediaPlan>>,
    lock: SourceLock,
    secure: Secure,
    out: Outgoing,
    player: Option<Player>,
    /// Encodes what a partner of another codec says.
    voice: Option<Box<Voice>>,
    /// Keys of a partner as tones, where the peer knows no telephone-event.
    key_tones: Option<Box<KeyTones>>,
    /// Decodes what arrives, where somebody listens.
    ear: Option<Box<Ear>>,
    /// Copies of what arrives go there.
    tap: Option<Box<Tap>>,
    keys: EventReceiver,
    /// The key that is being pressed.
    held: HeldKey,
    incoming: ReceiverStats,
    /// The codec of the newest audio.
    spoken: Option<Codec>,
    reports: Reports,
    /// Since when nothing was heard: the last packet, or when we began to expect one.
    heard: Mono,
    silence_told: bool,
    silent_after: Duration,
    source: SourcePolicy,
    sent: u64,
    strangers: u64,
    /// Samples of recordings that the writer had no room for.
    recording_lost: u64,
}

impl Leg {
    /// A leg before offer and answer: it takes no packet and sends none.
    pub fn new(id: LegId, config: LegConfig, now: Mono) -> Leg {
        Leg {
            id,
            plan: None,
            lock: SourceLock::new(config.source, None),
            secure: Secure::Clear,
            out: Outgoing::new(config.ssrc, config.sequence, config.timestamp),
            player: None,
            voice: None,
            key_tones: None,
            ear: None,
            tap: None,
            keys: EventReceiver::new(8000),
            held: HeldKey::default(),
            incoming: ReceiverStats::new(8000),
            spoken: None,
            reports: Reports::new(config.cname, config.seed, now),
            heard: now,
            silence_told: false,
            silent_after: config.silent_after,
            source: config.source,
            sent: 0,
            strangers: 0,
            recording_lost: 0,
        }
    }

    /// Which leg.
    pub fn id(&self) -> LegId {
        self.id
    }

    /// Offer and answer are done, or done again. `true`: the source is open again, and the
    /// socket must not stay connected.
    pub fn apply(&mut self, plan: MediaPlan, now: Mono) -> bool {
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
        if old.and_then(|p| p.srtp.as_ref()) != plan.srtp.as_ref() {
            self.secure.renew(plan.srtp.as_ref());
        }
        let opened = match old.and_then(|p| p.remote_rtp) {
            Some(_) => self.lock.renegotiate(plan.remote_rtp),
            None => {
                // First address, or after a hold without one: the lock knows what to keep.
                if self.lock.locked().is_none() {
                    self.lock = SourceLock::new(self.source, plan.remote_rtp);
                    false
                } else {
                    self.lock.renegotiate(plan.remote_rtp)
                }
            }
        };
        self.plan = Some(Box::new(plan));
        self.retune();
        opened
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

    /// Copies of what arrives go there from now on; `None`: nowhere.
    pub fn tap(&mut self, tap: Option<Tap>) {
        self.tap = tap.map(Box::new);
    }

    /// A partner was given or taken away: ends the playing.
    pub fn change_partner(&mut self) {
        self.player = None;
        self.voice = None;
        self.key_tones = None;
        self.out.change();
        self.retune();
    }

    /// Whether the leg wants to be ticked every 20 ms.
    pub fn wants_tick(&self) -> bool {
        let sounds = self.key_tones.as_ref().is_some_and(|t| t.is_busy());
        self.held.is_held()
            || self.ear.is_some()
            || ((self.player.is_some() || sounds) && self.may_send())
    }

    /// Where our RTP goes; `None`: nowhere at present.
    pub fn destination(&self) -> Option<SocketAddr> {
        let plan = self.plan.as_deref()?;
        // Old-style hold names no address, however well we know the source.
        let told = plan.remote_rtp?;
        match plan.web {
            // Where a browser hears us, ICE has found out.
            Some(_) => Some(told),
            None => self.lock.destination(),
        }
    }

    /// Whether another source than the locked one may be heard now: the socket must not stay
    /// connected.
    pub fn is_open(&self, now: Mono) -> bool {
        !self.lock.is_closed(now)
    }

    /// A key whose end does not come counts after a while.
    fn tell_held(&mut self, now: Mono, events: &mut Vec<MediaEvent>) {
        if let Some(key) = self.held.due(now) {
            self.tell_key(key, events);
        }
    }

    fn tell_key(&self, key: Key, events: &mut Vec<MediaEvent>) {
        events.push(MediaEvent::Key {
            leg: self.id,
            key,
            way: DtmfWay::Event,
        });
    }

    /// What has to be looked at now and then: silence of the peer.
    pub fn housekeep(&mut self, now: Mono, events: &mut Vec<MediaEvent>) {
        self.tell_held(now, events);
        let plan = self.plan.as_deref().filter(|p| p.direction.receives());
        let web = plan.is_some_and(|p| p.web.is_some());
        let expected = web || plan.is_some_and(|p| p.remote_rtp.is_some());
        let patience = match web {
            true => self.silent_after.min(PAGE_SILENT),
            false => self.silent_after,
        };
        let since = now.since(self.heard);
        if expected && !self.silence_told && since >= patience {
            self.silence_told = true;
            events.push(MediaEvent::RtpSilent {
                leg: self.id,
                since,
            });
        }
    }

    /// Figures so far.
    pub fn stats(&self) -> LegStats {
        LegStats {
            sent: self.sent,
            received: self.incoming.received(),
            lost: self.incoming.lost(),
            jitter_ms: self.incoming.jitter_ms(),
            codec: self.spoken,
            strangers: self.strangers,
            round_trip: self.reports.round_trip(),
            recording_lost: Duration::from_millis(self.recording_lost / 8),
        }
    }

    /// Asks for the memory that the next packet will touch, besides the leg itself.
    pub fn prefetch(&self) {
        if let Some(plan) = &self.plan {
            prefetch(plan.as_ref());
        }
        if let Some(player) = &self.player {
            player.prefetch();
        }
    }

    fn may_send(&self) -> bool {
        self.plan
            .as_deref()
            .is_some_and(|p| p.direction.sends() && self.destination().is_some())
    }
}
