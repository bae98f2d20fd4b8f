//! Tags, branches and Call-IDs: unguessable, and each leads back to its owner without a table.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{Rng, RngCore, SeedableRng};

use crate::ids::LegId;

/// The magic cookie of RFC 3261 §8.1.1.7.
pub(crate) const COOKIE: &str = "z9hG4bK";

/// Names one of our client transactions. CANCEL shares the branch of its INVITE.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ClientKey {
    pub(crate) id: u64,
    pub(crate) cancel: bool,
}

/// Names one server transaction: a keyed hash of what RFC 3261 §17.2.3 compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ServerKey(pub(crate) u128);

#[derive(Debug)]
pub(crate) struct Tokens {
    rng: StdRng,
    /// Hides the counters within tags and branches, and keys the hashes.
    mask: u64,
    next_client: u64,
    next_leg: u64,
}

impl Tokens {
    pub(crate) fn new(seed: [u8; 32]) -> Tokens {
        let mut rng = StdRng::from_seed(seed);
        let mask = rng.next_u64();
        Tokens {
            rng,
            mask,
            next_client: 0,
            next_leg: 0,
        }
    }

    /// The id of the next incoming leg: even.
    pub(crate) fn incoming_leg(&mut self) -> LegId {
        self.next_leg += 1;
        LegId(self.next_leg * 2)
    }

    /// A tag that [`Tokens::leg_of`] leads back to `leg`.
    pub(crate) fn tag(&mut self, leg: LegId) -> String {
        format!("{:x}-{:016x}", leg.0 ^ self.mask, self.rng.next_u64())
    }

    /// The leg that a tag of ours was made for. The caller compares the whole tag.
    pub(crate) fn leg_of(&self, tag: &str) -> Option<LegId> {
        let (leg, _) = tag.split_once('-')?;
        Some(LegId(u64::from_str_radix(leg, 16).ok()? ^ self.mask))
    }

    /// A fresh client transaction with its branch.
    pub(crate) fn branch(&mut self) -> (u64, String) {
        self.next_client += 1;
        let id = self.next_client;
        let branch = format!("{COOKIE}{:x}-{:016x}", id ^ self.mask, self.rng.next_u64());
        (id, branch)
    }

    /// The client transaction that a branch of ours was made for.
    pub(crate) fn client_of(&self, branch: &str) -> Option<u64> {
        let (id, _) = branch.strip_prefix(COOKIE)?.split_once('-')?;
        Some(u64::from_str_radix(id, 16).ok()? ^ self.mask)
    }

    pub(crate) fn call_id(&mut self) -> String {
        format!("{:016x}{:016x}", self.rng.next_u64(), self.rng.next_u64())
    }

    /// For cnonce and the like.
    pub(crate) fn random_u64(&mut self) -> u64 {
        self.rng.next_u64()
    }

    /// A uniform choice in steps of 10 ms (RFC 3261 §14.1).
    pub(crate) fn between(&mut self, low: Duration, high: Duration) -> Duration {
        let (low, high) = (low.as_millis() as u64 / 10, high.as_millis() as u64 / 10);
        Duration::from_millis(self.rng.random_range(low..=high.max(low)) * 10)
    }

    /// 0 to 10 seconds (RFC 3261 §14.2).
    pub(crate) fn retry_after(&mut self) -> u32 {
        self.rng.random_range(0..=10)
    }

    /// 128 bits that depend on every part and on our secret.
    pub(crate) fn hash(&self, parts: &[&[u8]]) -> u128 {
        let half = |salt: u64| {
            let mut hasher = DefaultHasher::new();
            hasher.write_u64(self.mask ^ salt);
            parts.hash(&mut hasher);
            hasher.finish()
        };
        u128::from(half(0)) << 64 | u128::from(half(0x9e37_79b9_7f4a_7c15))
    }

    /// The To tag of a stateless answer: the same each time (RFC 3261 §8.2.7). Leads to no
    /// leg: it has no dash.
    pub(crate) fn stateless_tag(&self, key: ServerKey) -> String {
        format!("{:016x}", self.hash(&[&key.0.to_be_bytes()]) as u64)
    }
}
