//! A certificate of our own for the console: made and signed by the server itself, so that what
//! people type is not read on the way before somebody has got them a real one. It is kept, because
//! a browser is told once that it is believed.

use std::fs;
use std::io::{self, Write as _};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rcgen::{CertificateParams, DnType, KeyPair, date_time_ymd};
use sha2::{Digest as _, Sha256};
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;

use crate::now::Wall;

const DAY: Duration = Duration::from_secs(24 * 3600);
/// Some browsers believe no certificate that holds for more than 825 days.
const HOLDS: Duration = DAY.saturating_mul(800);
/// A start makes a new one when so few are left.
const LEFT: Duration = DAY.saturating_mul(90);

/// A certificate that we made, in files.
#[derive(Debug, PartialEq, Eq)]
pub struct Own {
    /// PEM file of the certificate.
    pub cert: PathBuf,
    /// PEM file of its private key, for the owner's eyes only.
    pub key: PathBuf,
    /// SHA-256 over the certificate, as browsers show it (`AB:CD:…`).
    pub fingerprint: String,
}

/// Why there is none.
#[derive(Debug, thiserror::Error)]
pub enum OwnError {
    /// It could not be made.
    #[error("no certificate can be made for the console: {0}; give api.cert and api.key")]
    Make(#[from] rcgen::Error),
    /// It could not be kept or read again.
    #[error("{}: {cause} (the console's own certificate; or give api.cert and api.key)", .file.display())]
    File {
        /// Which file.
        file: PathBuf,
        /// Why.
        cause: io::Error,
    },
}

/// The certificate in the folder `tls` of `dir`; made when there is none, or when it will soon hold no
/// more. `at`: by which address we are reached, besides this machine's own.
///
/// # Errors
/// [`OwnError`].
pub fn own(dir: &Path, at: IpAddr, now: Wall) -> Result<Own, OwnError> {
    let now = u64::try_from(now.unix_millis()).unwrap_or_default();
    let now = UNIX_EPOCH + Duration::from_millis(now);
    let dir = dir.join("tls");
    let (cert, key) = (dir.join("console.pem"), dir.join("console.key"));
    if !holds(&cert, now) || !key.exists() {
        make(&dir, &cert, &key, at, now)?;
    }
    let der = CertificateDer::from_pem_file(&cert).map_err(|e| OwnError::File {
        file: cert.clone(),
        cause: io::Error::other(e),
    })?;
    let octets = Sha256::digest(&der);
    let octets: Vec<String> = octets.iter().map(|o| format!("{o:02X}")).collect();
    Ok(Own {
        cert,
        key,
        fingerprint: octets.join(":"),
    })
}

/// Whether there is one that was not made too long ago. A clock that was turned back is no reason to
/// have everybody believe a new one.
fn holds(cert: &Path, now: SystemTime) -> bool {
    let made = fs::metadata(cert).and_then(|m| m.modified());
    made.is_ok_and(|made| now.duration_since(made).unwrap_or_default() < HOLDS - LEFT)
}

fn make(dir: &Path, cert: &Path, key: &Path, at: IpAddr, now: SystemTime) -> Result<(), OwnError> {
    let pair = KeyPair::generate()?;
    let mut names = vec!["localhost".to_owned()];
    if let Ok(host) = rustix::system::uname().nodename().to_str()
        && !host.is_empty()
        && host != "localhost"
    {
        names.push(host.to_owned());
    }
    for address in [Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into(), at] {
        if !address.is_unspecified() && !names.contains(&address.to_string()) {
            names.push(address.to_string());
        }
    }
    let mut params = CertificateParams::new(names)?;
    params
        .distinguished_name
        .push(DnType::CommonName, "Zeroline console");
    // Browsers keep certificates by issuer and number: two servers must not share one.
    params.serial_number = Some(rand::random::<[u8; 16]>().to_vec().into());
    // A day of grace for clocks that are slow.
    let day = |at: SystemTime| {
        let at = jiff::Timestamp::try_from(at).unwrap_or_default();
        let day = at.to_zoned(jiff::tz::TimeZone::UTC).date();
        let (month, day_of) = (day.month().unsigned_abs(), day.day().unsigned_abs());
        date_time_ymd(day.year().into(), month, day_of)
    };
    params.not_before = day(now - DAY);
    params.not_after = day(now + HOLDS);
    let made = params.self_signed(&pair)?;
    let kept = |file: &Path, cause| OwnError::File {
        file: file.to_owned(),
        cause,
    };
    fs::create_dir_all(dir).map_err(|e| kept(dir, e))?;
    // The certificate last: only with its key beside it does it count.
    write(key, &pair.serialize_pem()).map_err(|e| kept(key, e))?;
    write(cert, &made.pem()).map_err(|e| kept(cert, e))
}

/// Whole or not at all, and never readable by others.
fn write(file: &Path, text: &str) -> io::Result<()> {
    let new = file.with_extension("new");
    let _ = fs::remove_file(&new);
    let mut to = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&new)?;
    to.write_all(text.as_bytes())?;
    to.sync_all()?;
    fs::rename(&new, file)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::task::clock;

    fn today() -> Wall {
        clock::now().wall
    }

    #[test]
    fn it_is_made_once_and_again_before_it_ends() {
        let dir = tempfile::tempdir().unwrap();
        let at = "192.0.2.10".parse().unwrap();
        let first = own(dir.path(), at, today()).unwrap();
        assert_eq!(first.fingerprint.len(), 32 * 3 - 1);
        let mode = |f: &Path| {
            std::os::unix::fs::PermissionsExt::mode(&fs::metadata(f).unwrap().permissions()) & 0o777
        };
        assert_eq!(mode(&first.key), 0o600);
        let later = |days: u32| {
            own(
                dir.path(),
                at,
                Wall::from_unix_millis(today().unix_millis() + i64::from(days) * 86_400_000),
            )
            .unwrap()
        };
        assert_eq!(later(700), first);
        assert_ne!(later(711).fingerprint, first.fingerprint);
        // A crash between the two files.
        fs::remove_file(&first.key).unwrap();
        own(dir.path(), at, today()).unwrap();
        crate::net::tls::acceptor(&first.cert, &first.key).unwrap();
    }

    #[test]
    fn what_can_not_be_kept_is_told_with_the_file() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("tls"), "a file").unwrap();
        let told = own(dir.path(), Ipv4Addr::UNSPECIFIED.into(), today());
        let told = told.unwrap_err().to_string();
        assert!(told.contains("/tls") && told.contains("api.cert"), "{told}");
    }
}
