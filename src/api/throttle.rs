//! Slows down who guesses, by where they come from and by whom they pretend to be, without locking
//! out whoever that is: a browser that signed in before counts by itself.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::now::Mono;

/// So many wrong ones are free: people mistype.
const FREE: u32 = 5;
/// The first pause after those; each is twice the one before.
const FIRST: Duration = Duration::from_secs(2);
/// The longest pause for one source or one browser.
const LONGEST: Duration = Duration::from_secs(300);
/// The longest pause for a user whom many sources try: they are not to be locked out by that.
const LONGEST_OF_USER: Duration = Duration::from_secs(10);
/// More wrong ones are free for a user than for a source: each of the sources is slowed as well.
const FREE_OF_USER: u32 = 20;
/// After so long without a wrong one all is forgotten.
const FORGOTTEN: Duration = Duration::from_secs(3600);
/// Names that are kept. Beyond it those that are over longest go.
const KEPT: usize = 50_000;

/// Who tries.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Name {
    Source(IpAddr),
    User(String),
    /// A browser that signed in as this user before.
    Known(String),
}

#[derive(Clone, Copy, Debug)]
struct Tries {
    wrong: u32,
    last: Mono,
}

/// Counts wrong guesses.
#[derive(Debug, Default)]
pub struct Throttle(Mutex<HashMap<Name, Tries>>);

/// One attempt that was let through.
#[derive(Debug)]
pub struct Attempt(Vec<Name>);

impl Throttle {
    /// An attempt of somebody from there to be this user; `known`: their browser signed in as them
    /// before, and this names it.
    ///
    /// # Errors
    /// Not now; after this time.
    pub fn attempt(
        &self,
        now: Mono,
        source: Option<IpAddr>,
        user: &str,
        known: Option<&str>,
    ) -> Result<Attempt, Duration> {
        let names: Vec<Name> = match known {
            // Whoever sits at it signed in before: neighbours who guess do not slow them down.
            Some(browser) => vec![Name::Known(browser.to_owned())],
            None => {
                let source = source.map(|s| Name::Source(network(s)));
                let user = Name::User(user.to_lowercase());
                source.into_iter().chain([user]).collect()
            }
        };
        let mut tries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let waits = names.iter().filter_map(|name| {
            let t = tries.get(name)?;
            let until = t.last + pause(name, t.wrong);
            (until > now).then(|| until.since(now))
        });
        if let Some(longest) = waits.max() {
            return Err(longest);
        }
        // It counts as wrong until it is known to be right: many at once are no way around.
        for name in &names {
            let t = tries.entry(name.clone()).or_insert(Tries {
                wrong: 0,
                last: now,
            });
            if now.since(t.last) > FORGOTTEN {
                t.wrong = 0;
            }
            t.wrong = t.wrong.saturating_add(1);
            t.last = now;
        }
        if tries.len() > KEPT {
            tries.retain(|_, t| now.since(t.last) < LONGEST);
        }
        Ok(Attempt(names))
    }

    /// It was the right password: what was counted for it is taken back.
    pub fn right(&self, attempt: &Attempt) {
        let mut tries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for name in &attempt.0 {
            match name {
                // Others who come from there may guess.
                Name::Source(_) | Name::User(_) => {
                    if let Some(t) = tries.get_mut(name) {
                        t.wrong = t.wrong.saturating_sub(1);
                    }
                }
                Name::Known(_) => {
                    tries.remove(name);
                }
            }
        }
    }
}

fn pause(name: &Name, wrong: u32) -> Duration {
    let (free, longest) = match name {
        Name::Source(_) | Name::Known(_) => (FREE, LONGEST),
        Name::User(_) => (FREE_OF_USER, LONGEST_OF_USER),
    };
    match wrong.checked_sub(free) {
        None => Duration::ZERO,
        Some(over) => FIRST
            .saturating_mul(2u32.saturating_pow(over.min(16)))
            .min(longest),
    }
}

/// One subscriber has a whole network of IPv6 addresses (RFC 6177 §2).
fn network(source: IpAddr) -> IpAddr {
    match source.to_canonical() {
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            IpAddr::V6([a, b, c, d, 0, 0, 0, 0].into())
        }
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Mono {
        Mono::from_millis(seconds * 1000)
    }

    fn ip(n: u8) -> Option<IpAddr> {
        Some(IpAddr::from([192, 0, 2, n]))
    }

    #[test]
    fn a_source_that_guesses_waits_longer_and_longer_and_others_do_not() {
        let t = Throttle::default();
        for _ in 0..FREE {
            t.attempt(at(0), ip(1), "ann", None).unwrap();
        }
        assert_eq!(t.attempt(at(0), ip(1), "bob", None).unwrap_err(), FIRST);
        t.attempt(at(2), ip(1), "bob", None).unwrap();
        assert_eq!(t.attempt(at(2), ip(1), "bob", None).unwrap_err(), 2 * FIRST);
        t.attempt(at(2), ip(2), "ann", None).unwrap();
        // An hour later it is forgotten.
        for _ in 0..FREE {
            t.attempt(at(7200), ip(1), "ann", None).unwrap();
        }
    }

    #[test]
    fn whom_many_guess_at_signs_in_all_the_same() {
        let t = Throttle::default();
        let mut refused = 0;
        for n in 0..=255 {
            refused += u32::from(t.attempt(at(1), ip(n), "ann", None).is_err());
        }
        assert!(refused > 200, "{refused}");
        // From a browser that is known at once, from elsewhere after seconds.
        let known = t.attempt(
            at(1),
            Some([198, 51, 100, 1].into()),
            "ann",
            Some("browser"),
        );
        t.right(&known.unwrap());
        let wait = t.attempt(at(1), Some([198, 51, 100, 2].into()), "ann", None);
        assert!(wait.unwrap_err() <= LONGEST_OF_USER);
    }

    #[test]
    fn right_ones_do_not_count_and_networks_are_one_source() {
        let t = Throttle::default();
        for _ in 0..50 {
            let a = t.attempt(at(0), ip(1), "ann", None).unwrap();
            t.right(&a);
        }
        let of = |last: u16| Some(IpAddr::from([0x2001, 0xdb8, 0, 1, 0, 0, 0, last]));
        for n in 0..FREE {
            t.attempt(at(0), of(n as u16), "bob", None).unwrap();
        }
        assert!(t.attempt(at(0), of(99), "bob", None).is_err());
    }
}
