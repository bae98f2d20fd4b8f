//! A client for HTTP and HTTPS: asks one thing, within a time and a size. Redirects are not
//! followed and proxies are not used: the answer comes from where the operator said, or there is
//! none.

use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};

use super::tls::{TlsError, client_config};

/// Connections that are kept for the next request, per server, and how long.
const KEPT: usize = 8;
const KEPT_FOR: Duration = Duration::from_secs(30);
/// Octets of a response's head: more is no answer for us.
const MAX_HEAD: usize = 64 << 10;

/// The bounds of one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// From the name look-up to the last octet of the answer.
    pub time: Duration,
    /// Octets of the answer's body.
    pub body: usize,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// Nobody there, or not who the certificate should show.
    #[error("can not connect: {0}")]
    Connect(String),
    /// The time is over.
    #[error("no whole answer within {0:?}")]
    Slow(Duration),
    /// The answer is larger than what is taken.
    #[error("the answer has more than {0} octets")]
    Large(usize),
    /// The connection broke, or what came is not HTTP.
    #[error("no usable answer: {0}")]
    Broken(String),
}

/// The client. Clones share their connections. To be used in one runtime.
#[derive(Clone, Debug)]
pub struct HttpClient {
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
}

impl HttpClient {
    /// A client that believes the certificates that the system believes.
    ///
    /// # Errors
    /// [`TlsError`] when the system's certificates can not be read.
    pub fn new() -> Result<HttpClient, TlsError> {
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(client_config(None)?)
            .https_or_http()
            .enable_http1()
            .wrap_connector(tcp);
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(KEPT_FOR)
            .pool_max_idle_per_host(KEPT)
            .http1_max_buf_size(MAX_HEAD)
            .build(connector);
        Ok(HttpClient { client })
    }

    /// Asks, and waits for the whole answer, whatever its status.
    ///
    /// # Errors
    /// [`HttpError`]; none of them names the request's headers.
    pub async fn send(
        &self,
        request: Request<Full<Bytes>>,
        limits: Limits,
    ) -> Result<Response<Bytes>, HttpError> {
        let whole = async {
            let response = self.client.request(request).await.map_err(|e| {
                let cause = innermost(&e);
                if e.is_connect() {
                    HttpError::Connect(cause)
                } else {
                    HttpError::Broken(cause)
                }
            })?;
            let (head, body) = response.into_parts();
            let body = Limited::new(body, limits.body).collect().await;
            let body = body.map_err(|e| match e.downcast_ref::<LengthLimitError>() {
                Some(_) => HttpError::Large(limits.body),
                None => HttpError::Broken(innermost(&*e)),
            })?;
            Ok(Response::from_parts(head, body.to_bytes()))
        };
        let timed = tokio::time::timeout(limits.time, whole).await;
        timed.unwrap_or(Err(HttpError::Slow(limits.time)))
    }
}

/// The errors of the layers say less and less the higher they are.
pub(super) fn innermost(e: &(dyn std::error::Error + 'static)) -> String {
    let mut e = e;
    while let Some(cause) = e.source() {
        e = cause;
    }
    e.to_string()
}

#[cfg(test)]
mod tests;
