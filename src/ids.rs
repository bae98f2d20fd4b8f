//! Names of things. Each is a type of its own, so that a queue can not be passed for an
//! agent, and those that identify a person do not print themselves in the clear.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// One caller's visit: unique for ever, also across restarts; what records are kept under.
///
/// 44 bits of milliseconds since the epoch, then 20 bits of randomness: sorts by time.
/// Prints as 13 characters of Crockford's base 32.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct ContactId(u64);

const CROCKFORD: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

impl ContactId {
    /// Made from the wall clock and at least 20 random bits.
    pub fn new(wall: crate::now::Wall, random: u32) -> ContactId {
        let ms = u64::try_from(wall.unix_millis()).unwrap_or(0) & ((1 << 44) - 1);
        ContactId(ms << 20 | u64::from(random & 0xf_ffff))
    }

    /// When it was made, to the millisecond: the start of the contact.
    pub fn started(self) -> crate::now::Wall {
        crate::now::Wall::from_unix_millis(i64::try_from(self.0 >> 20).unwrap_or(i64::MAX))
    }

    /// The number behind it, as the store keeps it.
    pub const fn as_u64(self) -> u64 {
        self.0
    }

    /// The inverse of [`ContactId::as_u64`].
    pub const fn from_u64(n: u64) -> ContactId {
        ContactId(n)
    }
}

impl fmt::Display for ContactId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for i in (0..13).rev() {
            let five = (self.0 >> (5 * i)) & 31;
            write!(f, "{}", char::from(CROCKFORD[five as usize]))?;
        }
        Ok(())
    }
}

impl fmt::Debug for ContactId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::str::FromStr for ContactId {
    type Err = BadContactId;
    fn from_str(s: &str) -> Result<ContactId, BadContactId> {
        if s.len() != 13 {
            return Err(BadContactId);
        }
        let mut n: u64 = 0;
        for (i, c) in s.bytes().enumerate() {
            let v = CROCKFORD
                .iter()
                .position(|&k| k == c.to_ascii_uppercase())
                .ok_or(BadContactId)?;
            if i == 0 && v > 15 {
                return Err(BadContactId); // 65 bits and more
            }
            n = n << 5 | v as u64;
        }
        Ok(ContactId(n))
    }
}

impl From<ContactId> for String {
    fn from(id: ContactId) -> String {
        id.to_string()
    }
}

impl TryFrom<String> for ContactId {
    type Error = BadContactId;
    fn try_from(s: String) -> Result<ContactId, BadContactId> {
        s.parse()
    }
}

/// The text is not 13 characters of Crockford's base 32.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a contact id: 13 characters of 0-9 A-Z without I L O U were expected")]
pub struct BadContactId;

/// One SIP dialog (or the attempt at one) with one phone, and its RTP stream.
///
/// Unique within a process. Even: incoming, handed out by the SIP endpoint.
/// Odd: outgoing, handed out by [`OutgoingLegIds`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LegId(pub u64);

/// Hands out the ids of outgoing legs; share one per process.
#[derive(Debug, Default)]
pub struct OutgoingLegIds(std::sync::atomic::AtomicU64);

impl OutgoingLegIds {
    /// The next id, never given before.
    pub fn next(&self) -> LegId {
        LegId(self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed) * 2 + 1)
    }
}

/// Names a stored wish to be called back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CallbackId(pub i64);

impl fmt::Display for CallbackId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

macro_rules! name_type {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Takes the text as it is; the configuration checks it.
            pub fn new(s: impl AsRef<str>) -> $name {
                $name(Arc::from(s.as_ref()))
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// The text, for who keeps it: it is not copied.
            pub fn shared(&self) -> Arc<str> {
                Arc::clone(&self.0)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&*self.0, f)
            }
        }

        impl From<&str> for $name {
            fn from(s: &str) -> $name {
                $name::new(s)
            }
        }
    };
}

name_type!(
    /// An agent: the user part of the SIP address that their phones register.
    AgentId
);
name_type!(
    /// A queue of callers for agents.
    QueueName
);
name_type!(
    /// Something that some agents can do and some callers need: a subject, or a language by its tag.
    SkillName
);
name_type!(
    /// A line: what a caller reaches by a number; one menu file.
    LineName
);
name_type!(
    /// A node of a line's menu tree.
    NodeName
);
name_type!(
    /// A prompt by name: the file name without language folder and ending.
    PromptName
);
name_type!(
    /// A language of callers by its tag (BCP 47), as menus and prompt folders write it: `en`, `de`.
    Language
);
name_type!(
    /// Opening hours that lines and queues refer to; one calendar file.
    CalendarName
);

impl SkillName {
    /// The highest level of a skill.
    pub const MAX_LEVEL: u8 = 5;

    /// A skill with a level from `lowest` to [`SkillName::MAX_LEVEL`], as `cards:2`; without a
    /// level that one which is `usual`. `None`: it is not written so.
    pub fn with_level(text: &str, lowest: u8, usual: u8) -> Option<(SkillName, u8)> {
        let (name, level) = match text.split_once(':') {
            Some((name, level)) => (name, level.parse().ok()?),
            None => (text, usual),
        };
        let good = (1..=64).contains(&name.len())
            && name
                .chars()
                .all(|c| c.is_alphanumeric() || "-_".contains(c))
            && (lowest..=SkillName::MAX_LEVEL).contains(&level);
        good.then(|| (SkillName::new(name), level))
    }
}

impl Default for Language {
    /// English, in which the built-in prompts are.
    fn default() -> Language {
        Language::new("en")
    }
}

/// A caller's number (or the user part of their SIP address).
///
/// `Display` and `Debug` show the last two characters only, for logs.
/// [`PhoneNumber::reveal`] gives the whole, for signalling and for the agent's screen.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PhoneNumber(Arc<str>);

impl PhoneNumber {
    /// Takes the text as it came.
    pub fn new(s: impl AsRef<str>) -> PhoneNumber {
        PhoneNumber(Arc::from(s.as_ref()))
    }

    /// Of somebody who does not show theirs, as SIP writes it (RFC 3323 §4.1.1.3).
    pub fn withheld() -> PhoneNumber {
        PhoneNumber::new(WITHHELD)
    }

    /// The number in the clear. Not for logs.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Whether it is a telephone number as people write it, which a trunk can be asked to call:
    /// digits, perhaps after a `+`.
    pub fn is_dialable(&self) -> bool {
        let digits = self.0.strip_prefix('+').unwrap_or(&self.0);
        (3..=20).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit())
    }
}

const WITHHELD: &str = "anonymous";

impl fmt::Display for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A word that tells of nobody: masked it would look like the end of a number.
        if self.0.eq_ignore_ascii_case(WITHHELD) {
            return f.write_str(WITHHELD);
        }
        let n = self.0.chars().count();
        let shown = if n > 4 { 2 } else { 0 };
        f.write_str("…")?;
        self.0
            .chars()
            .skip(n - shown)
            .try_for_each(|c| write!(f, "{c}"))
    }
}

impl fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A key of a telephone: `0`–`9`, `*`, `#`, `A`–`D`.
///
/// `Debug` shows it, since single keys are the path through a menu; whole entries are
/// [`Digits`], which does not.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(u8);

impl Key {
    /// The key that always reaches a person.
    pub const ZERO: Key = Key(b'0');
    /// Back; within an entry: clear.
    pub const STAR: Key = Key(b'*');
    /// End of an entry.
    pub const HASH: Key = Key(b'#');

    /// `c` as a key; lower-case `a`–`d` are accepted.
    pub fn from_char(c: char) -> Option<Key> {
        match c {
            '0'..='9' | '*' | '#' | 'A'..='D' => Some(Key(c as u8)),
            'a'..='d' => Some(Key(c as u8 - 32)),
            _ => None,
        }
    }

    /// The event number of RFC 4733 section 3.2 (0–15) as a key.
    pub fn from_event(event: u8) -> Option<Key> {
        b"0123456789*#ABCD".get(usize::from(event)).map(|&b| Key(b))
    }

    /// The event number of RFC 4733 section 3.2.
    pub fn event(self) -> u8 {
        match self.0 {
            b'*' => 10,
            b'#' => 11,
            d @ b'A'..=b'D' => d - b'A' + 12,
            d => d - b'0',
        }
    }

    /// The key as printed on the phone.
    pub const fn as_char(self) -> char {
        self.0 as char
    }

    /// 0–9 for a digit.
    pub fn digit(self) -> Option<u8> {
        self.0.is_ascii_digit().then(|| self.0 - b'0')
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.as_char())
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.as_char())
    }
}

/// Digits that a caller entered. `Debug` and `Display` show their count only.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Digits(String);

impl Digits {
    /// Nothing entered yet.
    pub fn new() -> Digits {
        Digits::default()
    }

    /// One more key.
    pub fn push(&mut self, key: Key) {
        self.0.push(key.as_char());
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// None entered.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Forget them.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// In the clear. Not for logs; for the agent's screen only if the entry is not sensitive.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Digits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{} digits>", self.0.len())
    }
}

impl fmt::Debug for Digits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::now::Wall;

    #[test]
    fn contact_ids_round_trip_and_sort_by_time() {
        let a = ContactId::new(Wall::from_unix_millis(1_795_000_000_000), u32::MAX);
        let b = ContactId::new(Wall::from_unix_millis(1_795_000_000_001), 0);
        assert!(a < b);
        assert!(a.to_string() < b.to_string());
        assert_eq!(a.to_string().parse(), Ok(a));
        assert_eq!("ZZZZZZZZZZZZZ".parse::<ContactId>(), Err(BadContactId));
    }

    #[test]
    fn what_identifies_a_person_is_not_printed() {
        assert_eq!(format!("{:?}", PhoneNumber::new("+4930901820")), "…20");
        assert_eq!(format!("{}", PhoneNumber::new("1234")), "…");
        assert_eq!(format!("{}", PhoneNumber::withheld()), "anonymous");
        let mut d = Digits::new();
        d.push(Key::ZERO);
        assert_eq!(format!("{d:?} {d}"), "<1 digits> <1 digits>");
    }

    #[test]
    fn keys_and_their_event_numbers() {
        for e in 0..16 {
            assert_eq!(Key::from_event(e).map(Key::event), Some(e));
        }
        assert_eq!(Key::from_event(16), None);
        assert_eq!(Key::from_char('#'), Some(Key::HASH));
        assert_eq!(Key::from_char('e'), None);
    }
}
