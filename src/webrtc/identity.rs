//! The certificate that browsers are shown. It proves nothing by itself: its fingerprint travels in
//! the session description, whose way is the proof (RFC 8827 §6.5).

use std::sync::Arc;
use std::time::Duration;

use dimpl::{Config, DtlsCertificate};
use sha2::{Digest as _, Sha256};

use crate::sdp::plan::Fingerprint;

/// A lost flight of the handshake is sent again after this, then after twice as much: a caller
/// waits for it.
const FIRST_RESEND: Duration = Duration::from_millis(150);
/// So often.
const RESENDS: usize = 6;

/// Our certificate, with how handshakes are held. Clones are the same.
#[derive(Clone)]
pub struct Identity {
    pub(super) config: Arc<Config>,
    pub(super) certificate: DtlsCertificate,
    fingerprint: Fingerprint,
}

/// No handshake can be held with it.
#[derive(Debug, thiserror::Error)]
#[error("DTLS can not be set up: {0}")]
pub struct IdentityError(String);

impl Identity {
    /// Of a self-signed certificate and its key, both as DER; the key is one of P-256.
    ///
    /// # Errors
    /// [`IdentityError`].
    pub fn new(certificate: Vec<u8>, private_key: Vec<u8>) -> Result<Identity, IdentityError> {
        // A cookie would prove that the peer is where it says it is: ICE has proved that.
        let config = Config::builder()
            .use_server_cookie(false)
            .flight_start_rto(FIRST_RESEND)
            .flight_retries(RESENDS)
            .build()
            .map_err(|e| IdentityError(e.to_string()))?;
        Ok(Identity {
            fingerprint: fingerprint(&certificate),
            config: Arc::new(config),
            certificate: DtlsCertificate {
                certificate,
                private_key,
            },
        })
    }

    /// For the session description.
    pub fn fingerprint(&self) -> Fingerprint {
        self.fingerprint
    }
}

impl std::fmt::Debug for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Identity").field(&self.fingerprint).finish()
    }
}

/// RFC 8122 §5.
pub(super) fn fingerprint(certificate: &[u8]) -> Fingerprint {
    Fingerprint(Sha256::digest(certificate).into())
}
