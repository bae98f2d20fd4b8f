//! The certificate for browsers' media: one for each run of the server, signed by itself.

use rcgen::{CertificateParams, KeyPair};

use crate::webrtc::{Identity, IdentityError};

/// Why there is none.
#[derive(Debug, thiserror::Error)]
pub enum WebError {
    /// It could not be made.
    #[error("no certificate for browsers' media: {0}")]
    Certificate(#[from] rcgen::Error),
    /// It is of no use.
    #[error(transparent)]
    Identity(#[from] IdentityError),
}

/// Makes one.
///
/// # Errors
/// [`WebError`].
pub fn identity() -> Result<Identity, WebError> {
    let key = KeyPair::generate()?;
    let mut params = CertificateParams::new(Vec::new())?;
    // Browsers keep certificates by issuer and number: two servers must not share one.
    params.serial_number = Some(rand::random::<[u8; 16]>().to_vec().into());
    let certificate = params.self_signed(&key)?;
    Ok(Identity::new(
        certificate.der().to_vec(),
        key.serialize_der(),
    )?)
}
