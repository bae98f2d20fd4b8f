//! Passwords, and what proves who somebody is without one.

use std::sync::LazyLock;

use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Argon2, Params};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use tokio::sync::Semaphore;

use super::problem::Problem;

/// What tokens for programs begin with, so that they are known where they should not be.
pub const TOKEN_PREFIX: &str = "zl_";
/// Letters and digits that are not taken for each other.
const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

/// Each takes 19 MiB and some 20 ms of a core that calls need as well.
static AT_ONCE: Semaphore = Semaphore::const_new(2);

/// What is checked for a user that there is not: as long as for one that there is.
static NOBODY: LazyLock<String> = LazyLock::new(|| hash_now("nobody").unwrap_or_default());

/// 256 random bits as text.
pub fn random() -> String {
    let bytes: [u8; 32] = rand::random();
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A password for people to type: 80 random bits in four groups.
pub fn password() -> String {
    let bytes: [u8; 16] = rand::random();
    let letter = |b: &u8| char::from(LETTERS[usize::from(b & 31)]);
    let groups = bytes.chunks(4).map(|g| g.iter().map(letter).collect());
    groups.collect::<Vec<String>>().join("-")
}

/// SHA-256 in hexadecimal: what is kept of random secrets, which nobody can guess; and the tag of what
/// may change.
pub fn digest(secret: impl AsRef<[u8]>) -> String {
    hex(&Sha256::digest(secret))
}

/// HMAC-SHA256 (RFC 2104) in hexadecimal.
pub fn sign(key: &str, text: &str) -> String {
    // Keys of any length are taken.
    match Hmac::<Sha256>::new_from_slice(key.as_bytes()) {
        Ok(mut mac) => {
            mac.update(text.as_bytes());
            hex(&mac.finalize().into_bytes())
        }
        Err(_) => String::new(),
    }
}

/// Whether two texts are the same, in a time that does not tell where they differ.
pub fn same(a: &str, b: &str) -> bool {
    a.len() == b.len() && bool::from(a.as_bytes().ct_eq(b.as_bytes()))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// argon2id, version 19, with the parameters that OWASP names first.
fn argon() -> Argon2<'static> {
    Argon2::new(
        argon2::Algorithm::Argon2id,
        argon2::Version::V0x13,
        Params::default(),
    )
}

fn hash_now(password: &str) -> Option<String> {
    let bytes: [u8; 16] = rand::random();
    let salt = SaltString::encode_b64(&bytes).ok()?;
    let hash = argon().hash_password(password.as_bytes(), &salt).ok()?;
    Some(hash.to_string())
}

/// The PHC string of a password.
///
/// # Errors
/// Too many are made at this moment.
pub async fn hash(password: String) -> Result<String, Problem> {
    let hashed = slowly(move || hash_now(&password)).await?;
    hashed.ok_or_else(Problem::internal)
}

/// Whether it is the password of this PHC string; without one it is not, and takes as long.
///
/// # Errors
/// Too many are checked at this moment.
pub async fn verify(password: String, known: Option<String>) -> Result<bool, Problem> {
    slowly(move || {
        let hash = known.as_deref().unwrap_or(&NOBODY);
        let right = PasswordHash::new(hash)
            .is_ok_and(|hash| argon().verify_password(password.as_bytes(), &hash).is_ok());
        right && known.is_some()
    })
    .await
}

async fn slowly<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Problem> {
    let wait = tokio::time::timeout(std::time::Duration::from_secs(5), AT_ONCE.acquire());
    let Ok(Ok(permit)) = wait.await else {
        return Err(Problem::unavailable("too many sign in at this moment"));
    };
    let done = tokio::task::spawn_blocking(work).await;
    drop(permit);
    done.map_err(|_| Problem::internal())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_is_known_by_its_hash_only() {
        let hash = hash("correct horse".to_owned()).await.unwrap();
        assert!(
            hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{hash}"
        );
        let check = async |password: &str, hash: Option<&String>| {
            verify(password.to_owned(), hash.cloned()).await.unwrap()
        };
        assert!(check("correct horse", Some(&hash)).await);
        assert!(!check("correct hors", Some(&hash)).await);
        // There is no such user: not even with the password of nobody.
        assert!(!check("nobody", None).await);
        assert!(!check("x", Some(&"no hash".to_owned())).await);
    }

    #[test]
    fn what_is_made_is_never_the_same_twice() {
        assert_ne!(random(), random());
        assert_eq!(random().len(), 43);
        let password = password();
        assert_eq!(password.len(), 19, "{password}");
        assert!(same("abc", "abc") && !same("abc", "abd") && !same("abc", "abcd"));
        // RFC 4231, case 2.
        let signed = sign("Jefe", "what do ya want for nothing?");
        assert!(
            signed.starts_with("5bdcc146bf60754e6a042426089575c7"),
            "{signed}"
        );
    }
}
