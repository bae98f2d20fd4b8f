//! Session timers (RFC 4028): a call whose other side has vanished ends by itself.

use std::time::Duration;

use super::message::{Headers, Refresher, SessionExpires};
use crate::now::Mono;

/// The smallest Min-SE that RFC 4028 §4 allows, in seconds.
pub const SMALLEST_MIN_SE: u32 = 90;

/// A Min-SE above this is not followed, in seconds.
pub const LONGEST_MIN_SE: u32 = 86_400;

/// What a request from the peer says about session timers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PeerWish {
    /// `timer` is in Supported.
    pub supported: bool,
    /// Session-Expires, if there.
    pub expires: Option<SessionExpires>,
    /// Min-SE, if there.
    pub min_se: Option<u32>,
}

impl PeerWish {
    /// Reads them; a malformed header counts as absent.
    pub fn of(headers: &Headers) -> PeerWish {
        PeerWish {
            supported: headers.supports("timer"),
            expires: headers.session_expires().ok().flatten(),
            min_se: headers.min_se().ok().flatten(),
        }
    }
}

/// How the answering side answers (RFC 4028 §9, table 2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Negotiated {
    /// 422 with our Min-SE: the peer's interval is too short.
    TooSmall,
    /// No timer runs.
    None,
    /// These go into the 2xx.
    Some(SessionExpires),
}

/// The answering side's decision: ours is `expires` seconds (0: we do not ask), at least
/// `min_se`.
pub fn negotiate(wish: PeerWish, expires: u32, min_se: u32) -> Negotiated {
    let floor = min_se.max(wish.min_se.unwrap_or(0)).max(SMALLEST_MIN_SE);
    let Some(asked) = wish.expires else {
        // Without `timer` at the peer we would refresh alone; RTP tells us as much.
        return if wish.supported && expires > 0 {
            Negotiated::Some(SessionExpires {
                delta: expires.max(floor),
                refresher: Some(Refresher::Uas),
            })
        } else {
            Negotiated::None
        };
    };
    if asked.delta < min_se.max(SMALLEST_MIN_SE) && wish.supported {
        return Negotiated::TooSmall;
    }
    let refresher = match (wish.supported, asked.refresher) {
        // A proxy asked, the peer knows nothing of it: ours is the duty.
        (false, _) => Refresher::Uas,
        (true, Some(chosen)) => chosen,
        (true, None) => Refresher::Uas,
    };
    Negotiated::Some(SessionExpires {
        delta: asked.delta.max(floor),
        refresher: Some(refresher),
    })
}

/// What a session timer asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// Nothing yet.
    Nothing,
    /// Send a refresh: half of the interval has passed (§10).
    Refresh,
    /// Nobody refreshed: send BYE (§10).
    Expired,
}

/// A running session timer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionTimer {
    interval: u32,
    ours: bool,
    refresh_at: Option<Mono>,
    expires_at: Mono,
}

impl SessionTimer {
    /// Starts with a 2xx, and anew with each refresh. `ours`: the refresh is our duty.
    pub fn start(now: Mono, interval: u32, ours: bool) -> SessionTimer {
        let whole = Duration::from_secs(u64::from(interval));
        // §10: the side that does not refresh ends it this much before the end.
        let margin = Duration::from_secs(u64::from((interval / 3).min(32)));
        SessionTimer {
            interval,
            ours,
            refresh_at: ours.then(|| now + whole / 2),
            expires_at: now + whole.saturating_sub(margin),
        }
    }

    /// Seconds.
    pub fn interval(&self) -> u32 {
        self.interval
    }

    /// Whether the refresh is our duty.
    pub fn is_ours(&self) -> bool {
        self.ours
    }

    /// The session was refreshed.
    pub fn refreshed(&mut self, now: Mono) {
        *self = SessionTimer::start(now, self.interval, self.ours);
    }

    /// The refresh could not be sent now (something else is under way): soon again.
    pub fn postpone(&mut self, now: Mono, by: Duration) {
        if self.ours {
            self.refresh_at = Some(now + by);
        }
    }

    /// What is due.
    pub fn handle_timeout(&mut self, now: Mono) -> Due {
        if now >= self.expires_at {
            return Due::Expired;
        }
        match self.refresh_at {
            Some(at) if now >= at => {
                self.refresh_at = None;
                Due::Refresh
            }
            Some(_) | None => Due::Nothing,
        }
    }

    /// When something is due.
    pub fn poll_timeout(&self) -> Mono {
        self.refresh_at
            .map_or(self.expires_at, |at| at.min(self.expires_at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wish(supported: bool, interval: u32, refresher: Option<Refresher>) -> PeerWish {
        PeerWish {
            supported,
            expires: Some(SessionExpires {
                delta: interval,
                refresher,
            }),
            min_se: None,
        }
    }

    fn some(interval: u32, refresher: Refresher) -> Negotiated {
        Negotiated::Some(SessionExpires {
            delta: interval,
            refresher: Some(refresher),
        })
    }

    #[test]
    fn table_2_of_rfc_4028() {
        use Refresher::{Uac, Uas};
        assert_eq!(negotiate(wish(false, 600, None), 1800, 90), some(600, Uas));
        assert_eq!(
            negotiate(wish(true, 600, Some(Uac)), 1800, 90),
            some(600, Uac)
        );
        assert_eq!(
            negotiate(wish(true, 600, Some(Uas)), 1800, 90),
            some(600, Uas)
        );
        assert_eq!(
            negotiate(wish(true, 60, Some(Uac)), 1800, 90),
            Negotiated::TooSmall
        );
        // A peer that knows no 422 gets a longer interval instead.
        assert_eq!(negotiate(wish(false, 60, None), 1800, 90), some(90, Uas));
    }

    #[test]
    fn nobody_asks_nobody_refreshes() {
        assert_eq!(negotiate(PeerWish::default(), 1800, 90), Negotiated::None);
        let knows = PeerWish {
            supported: true,
            ..PeerWish::default()
        };
        assert_eq!(negotiate(knows, 0, 90), Negotiated::None);
        assert_eq!(negotiate(knows, 1800, 90), some(1800, Refresher::Uas));
        let long = PeerWish {
            min_se: Some(3600),
            ..knows
        };
        assert_eq!(negotiate(long, 1800, 90), some(3600, Refresher::Uas));
    }

    #[test]
    fn ours_refreshes_at_half_and_expires_before_the_end() {
        let mut t = SessionTimer::start(Mono::ZERO, 90, true);
        assert_eq!(t.poll_timeout(), Mono::from_millis(45_000));
        assert_eq!(t.handle_timeout(Mono::from_millis(45_000)), Due::Refresh);
        assert_eq!(t.poll_timeout(), Mono::from_millis(60_000));
        assert_eq!(t.handle_timeout(Mono::from_millis(60_000)), Due::Expired);
        t.refreshed(Mono::from_millis(50_000));
        assert_eq!(t.poll_timeout(), Mono::from_millis(95_000));
        let theirs = SessionTimer::start(Mono::ZERO, 1800, false);
        assert_eq!(theirs.poll_timeout(), Mono::from_millis(1_768_000));
    }
}
