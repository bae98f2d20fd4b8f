//! Time as data. Machines never read a clock: whoever drives them passes a [`Now`].

use std::ops::{Add, Sub};
use std::time::Duration;

/// A point on the monotonic clock, counted from the start of the process.
///
/// Only differences have a meaning; deadlines are kept as `Mono`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mono(Duration);

impl Mono {
    /// The origin: the moment at which the process (or the simulation) began.
    pub const ZERO: Mono = Mono(Duration::ZERO);

    /// The point `nanos` nanoseconds after the origin.
    pub const fn from_nanos(nanos: u64) -> Mono {
        Mono(Duration::from_nanos(nanos))
    }

    /// The point `millis` milliseconds after the origin.
    pub const fn from_millis(millis: u64) -> Mono {
        Mono(Duration::from_millis(millis))
    }

    /// Time since the origin.
    pub const fn since_start(self) -> Duration {
        self.0
    }

    /// Time from `earlier` to `self`; zero when `earlier` is in fact later.
    pub fn since(self, earlier: Mono) -> Duration {
        self.0.saturating_sub(earlier.0)
    }
}

impl Add<Duration> for Mono {
    type Output = Mono;
    /// Saturates instead of overflowing: a deadline that far away never comes.
    fn add(self, d: Duration) -> Mono {
        Mono(self.0.saturating_add(d))
    }
}

impl Sub<Duration> for Mono {
    type Output = Mono;
    fn sub(self, d: Duration) -> Mono {
        Mono(self.0.saturating_sub(d))
    }
}

/// A point on the wall clock: milliseconds since 1970-01-01T00:00:00Z.
///
/// For records, calendars and expiry across restarts; never for measuring an interval.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    serde::Serialize,
    serde::Deserialize,
)]
#[serde(transparent)]
pub struct Wall(i64);

impl Wall {
    /// From milliseconds since the Unix epoch.
    pub const fn from_unix_millis(ms: i64) -> Wall {
        Wall(ms)
    }

    /// Milliseconds since the Unix epoch.
    pub const fn unix_millis(self) -> i64 {
        self.0
    }

    /// Time from `earlier` to `self`; zero when `earlier` is in fact later.
    pub fn since(self, earlier: Wall) -> Duration {
        let ms = self.0.saturating_sub(earlier.0);
        Duration::from_millis(u64::try_from(ms).unwrap_or(0))
    }

    /// So long before.
    pub fn before(self, d: Duration) -> Wall {
        Wall(
            self.0
                .saturating_sub(i64::try_from(d.as_millis()).unwrap_or(i64::MAX)),
        )
    }

    /// So long after.
    pub fn after(self, d: Duration) -> Wall {
        Wall(
            self.0
                .saturating_add(i64::try_from(d.as_millis()).unwrap_or(i64::MAX)),
        )
    }

    /// Whole seconds since the Unix epoch.
    pub const fn unix_secs(self) -> i64 {
        self.0.div_euclid(1000)
    }
}

/// Both clocks, read at the same moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Now {
    /// For deadlines and intervals.
    pub mono: Mono,
    /// For records and calendars.
    pub wall: Wall,
}

impl Now {
    /// Both clocks moved on by `d`: the step of a simulation.
    pub fn after(self, d: Duration) -> Now {
        Now {
            mono: self.mono + d,
            wall: self.wall.after(d),
        }
    }
}
