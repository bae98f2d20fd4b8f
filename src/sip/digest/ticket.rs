//! Passwords that hold for some minutes: for phones in pages, whose people signed in there already and
//! should not be asked for another password.
//!
//! The name says whose it is and until when, and the password follows from the name by a key: nothing
//! has to be remembered, nor taken back.

use hmac::{Hmac, Mac};
use sha2::Sha256;

use super::to_hex;
use crate::now::Wall;

/// Makes them, and knows them again. `Debug` shows nothing of the key.
#[derive(Clone)]
pub struct Tickets {
    key: Vec<u8>,
}

/// Name and password for a digest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ticket {
    /// `1795000000.anna`: until when, in seconds since 1970, and whose.
    pub username: String,
    /// Follows from it.
    pub password: String,
}

impl Tickets {
    /// `key`: random, and secret.
    pub fn new(key: impl Into<Vec<u8>>) -> Tickets {
        Tickets { key: key.into() }
    }

    /// For this user, until then.
    pub fn issue(&self, user: &str, until: Wall) -> Ticket {
        let username = format!("{}.{user}", until.unix_secs());
        Ticket {
            password: self.password(&username),
            username,
        }
    }

    pub(super) fn password(&self, username: &str) -> String {
        // Any length of key will do.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.key) else {
            return String::new();
        };
        mac.update(b"ticket ");
        mac.update(username.as_bytes());
        to_hex(&mac.finalize().into_bytes())
    }
}

impl std::fmt::Debug for Tickets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tickets(…)")
    }
}

/// Whose it is, if it is of that form and holds still.
pub(super) fn holder(username: &str, now: Wall) -> Option<&str> {
    let (until, user) = username.split_once('.')?;
    let until: i64 = until.parse().ok()?;
    (until >= now.unix_secs()).then_some(user)
}
