//! Nonces that need no memory until they are used: time and a counter, signed.

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;

use crate::now::Mono;

/// Bytes of the signature that travel: 128 bits are beyond guessing.
const TAG: usize = 16;
/// Time and counter.
const HEAD: usize = 16;

/// The key that signs nonces. Fresh for each run of the process: nonces carry process time,
/// and what was counted under an older key is forgotten with it.
#[derive(Clone)]
pub struct NonceKey {
    key: [u8; 32],
    counter: u64,
}

/// What can be said of a nonce that came back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NonceState {
    /// Ours, for this realm and source, and not too old.
    Fresh(NonceId),
    /// Ours no longer, never, or not for this source: challenge anew with `stale=true`.
    Stale,
}

/// Which of our nonces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct NonceId {
    issued: Mono,
    counter: u64,
}

impl NonceKey {
    /// From 32 secret random bytes.
    pub fn new(key: [u8; 32]) -> NonceKey {
        NonceKey { key, counter: 0 }
    }

    /// A nonce never given before. It holds for this realm and this source address only: one
    /// that was fetched elsewhere can not be used under a forged source.
    pub fn issue(&mut self, now: Mono, realm: &str, source: IpAddr) -> String {
        self.counter = self.counter.wrapping_add(1);
        let mut raw = [0u8; HEAD + TAG];
        let micros = u64::try_from(now.since_start().as_micros()).unwrap_or(u64::MAX);
        let (time, rest) = raw.split_at_mut(8);
        let (count, tag) = rest.split_at_mut(8);
        time.copy_from_slice(&micros.to_be_bytes());
        count.copy_from_slice(&self.counter.to_be_bytes());
        tag.copy_from_slice(&self.tag(micros, self.counter, realm, source));
        URL_SAFE_NO_PAD.encode(raw)
    }

    /// Checks signature and age.
    pub fn check(
        &self,
        now: Mono,
        lifetime: Duration,
        nonce: &str,
        realm: &str,
        source: IpAddr,
    ) -> NonceState {
        let mut raw = [0u8; HEAD + TAG];
        // A longer text does not fit the slice: an error, not a panic.
        let Ok(HEAD_AND_TAG) = URL_SAFE_NO_PAD.decode_slice(nonce, &mut raw) else {
            return NonceState::Stale;
        };
        let (head, tag) = raw.split_at(HEAD);
        let (time, count) = head.split_at(8);
        let micros = u64::from_be_bytes(time.try_into().unwrap_or_default());
        let counter = u64::from_be_bytes(count.try_into().unwrap_or_default());
        let right = self.tag(micros, counter, realm, source);
        if !bool::from(right.ct_eq(tag)) {
            return NonceState::Stale;
        }
        let issued = Mono::ZERO + Duration::from_micros(micros);
        if now.since(issued) > lifetime {
            return NonceState::Stale;
        }
        NonceState::Fresh(NonceId { issued, counter })
    }

    /// 32 bytes that nobody else can make from `text`: the stand-in for an unknown user.
    pub(super) fn derive(&self, text: &str) -> [u8; 32] {
        let mut mac = self.mac();
        mac.update(b"stand-in\0");
        mac.update(text.as_bytes());
        mac.finalize().into_bytes().into()
    }

    fn tag(&self, micros: u64, counter: u64, realm: &str, source: IpAddr) -> [u8; TAG] {
        let mut mac = self.mac();
        mac.update(b"nonce\0");
        mac.update(&micros.to_be_bytes());
        mac.update(&counter.to_be_bytes());
        match source {
            IpAddr::V4(a) => mac.update(&a.octets()),
            IpAddr::V6(a) => mac.update(&a.octets()),
        }
        mac.update(realm.as_bytes());
        let full: [u8; 32] = mac.finalize().into_bytes().into();
        let mut tag = [0u8; TAG];
        tag.copy_from_slice(full.split_at(TAG).0);
        tag
    }

    fn mac(&self) -> Hmac<Sha256> {
        // HMAC takes a key of any length; there is no error to come.
        <Hmac<Sha256> as Mac>::new_from_slice(&self.key)
            .unwrap_or_else(|_| <Hmac<Sha256> as Mac>::new(&Default::default()))
    }
}

const HEAD_AND_TAG: usize = HEAD + TAG;

/// How often each nonce was used: counts within a window of 64, since datagrams overtake each
/// other. Entries are made by right responses only, so strangers can not fill it.
#[derive(Default)]
pub(super) struct UseCounts {
    current: HashMap<NonceId, Window>,
    previous: HashMap<NonceId, Window>,
    /// Nonces issued up to here may have been forgotten: they count as stale.
    forgotten: Option<Mono>,
    /// The newest nonce in each generation.
    newest: Mono,
    newest_previous: Mono,
}

#[derive(Clone, Copy, Default)]
struct Window {
    highest: u32,
    /// Bit n: `highest - n` was seen.
    seen: u64,
}

/// Whether a use is new.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Use {
    New,
    Replayed,
}

impl UseCounts {
    /// Whether the use counts of this nonce may have been dropped for space.
    pub(super) fn is_forgotten(&self, id: NonceId) -> bool {
        self.forgotten.is_some_and(|f| id.issued <= f)
    }

    /// Notes a use, at most `capacity` nonces in each of two generations.
    pub(super) fn note(&mut self, id: NonceId, count: u32, capacity: usize) -> Use {
        if !self.current.contains_key(&id) {
            if self.current.len() >= capacity {
                if !self.previous.is_empty() {
                    self.forgotten = self.forgotten.max(Some(self.newest_previous));
                }
                self.previous = std::mem::take(&mut self.current);
                self.newest_previous = self.newest;
                self.newest = Mono::ZERO;
            }
            let window = self.previous.remove(&id).unwrap_or_default();
            self.current.insert(id, window);
            self.newest = self.newest.max(id.issued);
        }
        match self.current.get_mut(&id) {
            Some(window) => window.accept(count),
            None => Use::Replayed,
        }
    }
}

impl Window {
    fn accept(&mut self, count: u32) -> Use {
        if self.seen == 0 || count > self.highest {
            let shift = count.saturating_sub(self.highest);
            self.seen = if self.seen == 0 {
                1
            } else {
                self.seen.checked_shl(shift).unwrap_or(0) | 1
            };
            self.highest = count;
            return Use::New;
        }
        let back = self.highest - count;
        let bit = 1u64.checked_shl(back).unwrap_or(0);
        if bit == 0 || self.seen & bit != 0 {
            return Use::Replayed;
        }
        self.seen |= bit;
        Use::New
    }
}
