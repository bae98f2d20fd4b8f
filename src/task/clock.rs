//! The only place that reads the clocks. Everything below gets time as data.

use std::sync::OnceLock;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::now::{Mono, Now, Wall};

/// Both clocks. The monotonic one counts from the first use within the process.
pub fn now() -> Now {
    Now {
        mono: mono(),
        wall: wall(),
    }
}

/// The monotonic clock alone: cheaper where no wall time is needed.
pub fn mono() -> Mono {
    let since = read_instant().saturating_duration_since(origin());
    Mono::ZERO + since
}

/// The standard library's name for a [`Mono`], for sleeping.
pub fn instant_of(at: Mono) -> Instant {
    // An instant too far away to be told is one that nobody waits for.
    const FAR: Duration = Duration::from_secs(30 * 365 * 86_400);
    let since = at.since_start().min(FAR);
    origin().checked_add(since).unwrap_or_else(origin)
}

/// Sleeps until `at`. May come early or late: compare with the clock afterwards.
pub async fn sleep_until(at: Mono) {
    tokio::time::sleep_until(instant_of(at).into()).await;
}

/// As [`sleep_until`]; without a deadline it never ends.
pub async fn sleep_until_some(at: Option<Mono>) {
    match at {
        Some(at) => sleep_until(at).await,
        None => std::future::pending().await,
    }
}

fn origin() -> Instant {
    static ORIGIN: OnceLock<Instant> = OnceLock::new();
    *ORIGIN.get_or_init(read_instant)
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the place that reads the monotonic clock"
)]
fn read_instant() -> Instant {
    Instant::now()
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the place that reads the wall clock"
)]
fn wall() -> Wall {
    let ms = match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_millis()).unwrap_or(i64::MAX),
        Err(before) => -i64::try_from(before.duration().as_millis()).unwrap_or(i64::MAX),
    };
    Wall::from_unix_millis(ms)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_goes_forward_and_can_be_slept_on() {
        let a = now();
        let b = now();
        assert!(b.mono >= a.mono);
        assert!(a.wall.unix_secs() > 1_700_000_000);
        let there = instant_of(a.mono + Duration::from_millis(5));
        assert_eq!(there.duration_since(instant_of(a.mono)).as_millis(), 5);
        // A deadline beyond what the clock can say does not panic.
        instant_of(Mono::ZERO + Duration::MAX);
    }
}
