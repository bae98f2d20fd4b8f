//! TLS for SIP (RFC 3261 §26.3): our certificate as a server, and what we believe as a client.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio_rustls::rustls::client::danger::{
    HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier,
};
use tokio_rustls::rustls::crypto::{CryptoProvider, ring};
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use tokio_rustls::rustls::{
    self, ClientConfig, DigitallySignedStruct, RootCertStore, ServerConfig, SignatureScheme,
};
use tokio_rustls::{TlsAcceptor, TlsConnector};

/// Why TLS can not be had. Names the file and what to do.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file that can not be read, or is no PEM.
    #[error("{}: {cause} (a PEM file was expected)", .file.display())]
    File {
        /// Which.
        file: PathBuf,
        /// Why.
        cause: String,
    },
    /// A PEM file without what it is for.
    #[error("{}: no {what} in it", .file.display())]
    Nothing {
        /// Which.
        file: PathBuf,
        /// Certificate or key.
        what: &'static str,
    },
    /// The certificate and the key do not belong together, or are of no use.
    #[error("TLS certificate or key: {0}")]
    Unusable(#[from] rustls::Error),
}

/// The server's side: PEM files of our chain (our certificate first) and its key.
///
/// # Errors
/// [`TlsError`], before any port is bound.
pub fn acceptor(chain: &Path, key: &Path) -> Result<TlsAcceptor, TlsError> {
    let certificates = certificates(chain)?;
    let key = PrivateKeyDer::from_pem_file(key).map_err(|e| file_error(key, &e))?;
    let config = ServerConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(certificates, key)?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// Where the system keeps the certificates that it believes.
const SYSTEM_CA_FILES: [&str; 4] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
];

/// What we believe as a client.
#[derive(Clone)]
pub struct TlsClient {
    verified: TlsConnector,
    unverified: TlsConnector,
    /// Lower case.
    unverified_names: BTreeSet<String>,
}

impl std::fmt::Debug for TlsClient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TlsClient")
            .field("unverified_names", &self.unverified_names)
            .finish_non_exhaustive()
    }
}

impl TlsClient {
    /// Believes what `ca_file` (PEM) holds, or what the system believes. Servers of
    /// `unverified_names` (a trunk's host or domain) are believed without proof: anybody on
    /// the way can then listen and pretend, so each is warned about.
    ///
    /// # Errors
    /// [`TlsError`] when the file can not be used. A system without certificates is no error:
    /// then no server is believed.
    pub fn new(ca_file: Option<&Path>, unverified_names: &[String]) -> Result<TlsClient, TlsError> {
        for name in unverified_names {
            tracing::warn!(
                %name,
                "TLS certificate of this server is NOT VERIFIED: calls to it can be listened to and diverted"
            );
        }
        let verified = client_config(ca_file)?;
        let unverified = ClientConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(NoProof(provider())))
            .with_no_client_auth();
        Ok(TlsClient {
            verified: TlsConnector::from(Arc::new(verified)),
            unverified: TlsConnector::from(Arc::new(unverified)),
            unverified_names: unverified_names
                .iter()
                .map(|n| {
                    let bare = n.trim_start_matches('[').trim_end_matches(']');
                    bare.to_ascii_lowercase()
                })
                .collect(),
        })
    }

    /// The connector for a server, and the name that its certificate must bear: `name`, or
    /// the address itself. `None` when `name` is no name.
    pub(super) fn connector(
        &self,
        name: Option<&str>,
        address: IpAddr,
    ) -> Option<(&TlsConnector, ServerName<'static>)> {
        let known_as = name.map_or_else(|| address.to_string(), str::to_ascii_lowercase);
        let bare = known_as.trim_start_matches('[').trim_end_matches(']');
        let connector = if self.unverified_names.contains(bare) {
            &self.unverified
        } else {
            &self.verified
        };
        let server = match name {
            Some(_) => ServerName::try_from(bare.to_owned()).ok()?,
            None => ServerName::IpAddress(address.into()),
        };
        Some((connector, server))
    }
}

/// A client that believes what `ca_file` (PEM) holds, or what the system believes.
///
/// # Errors
/// [`TlsError`] when the file can not be used. A system without certificates is no error: then
/// no server is believed.
pub fn client_config(ca_file: Option<&Path>) -> Result<ClientConfig, TlsError> {
    let mut roots = RootCertStore::empty();
    match ca_file {
        Some(file) => {
            for certificate in certificates(file)? {
                roots.add(certificate)?;
            }
        }
        None => {
            let found = SYSTEM_CA_FILES.iter().map(Path::new).find(|f| f.is_file());
            if let Some(file) = found {
                roots.add_parsable_certificates(certificates(file)?);
            } else {
                tracing::warn!("no CA certificates on this system: no TLS server is believed");
            }
        }
    }
    let config = ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(config)
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

pub(super) fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let certificates = CertificateDer::pem_file_iter(file)
        .map_err(|e| file_error(file, &e))?
        .collect::<Result<Vec<_>, _>>()
        .map_err(|e| file_error(file, &e))?;
    if certificates.is_empty() {
        return Err(TlsError::Nothing {
            file: file.to_owned(),
            what: "certificate",
        });
    }
    Ok(certificates)
}

fn file_error(file: &Path, cause: &dyn std::fmt::Display) -> TlsError {
    TlsError::File {
        file: file.to_owned(),
        cause: cause.to_string(),
    }
}

/// Believes any certificate, but still checks that the peer has its key.
#[derive(Debug)]
struct NoProof(Arc<CryptoProvider>);

impl ServerCertVerifier for NoProof {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        rustls::crypto::verify_tls12_signature(message, cert, dss, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, cert, dss, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
