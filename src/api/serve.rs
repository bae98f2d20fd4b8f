//! Listens: TCP with or without TLS for browsers and programs, and a socket in the server's folder
//! for the command line on this machine.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UnixListener};
use tokio::sync::{Semaphore, watch};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tower::ServiceExt;
use tracing::{debug, warn};

use super::who::Peer;

/// Connections at a time; the next one waits to be taken.
const CONNECTIONS: usize = 1024;
/// How long a request's head may take, and a TLS handshake.
const HEAD: Duration = Duration::from_secs(15);
/// Octets of a request's head, and its header fields.
const MAX_HEAD: usize = 16 << 10;
const MAX_FIELDS: usize = 64;
/// After an accept that failed for want of something.
const PAUSE: Duration = Duration::from_millis(200);
/// The name of the socket in the server's folder.
pub const SOCKET: &str = "api.sock";

/// Answers on `listener` until `stop` turns true.
pub async fn tcp(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    router: Router,
    stop: watch::Receiver<bool>,
) {
    let room = Arc::new(Semaphore::new(CONNECTIONS));
    let mut stopping = stop.clone();
    loop {
        let Ok(permit) = Arc::clone(&room).acquire_owned().await else {
            return;
        };
        let (stream, peer) = tokio::select! {
            () = stopped(&mut stopping) => return,
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(e) => {
                    warn!(error = %e, "the API can not take a connection");
                    tokio::time::sleep(PAUSE).await;
                    continue;
                }
            }
        };
        // Small answers go out at once; without this they are merely slower.
        let _ = stream.set_nodelay(true);
        let (tls, router, stop) = (tls.clone(), router.clone(), stop.clone());
        tokio::spawn(async move {
            match tls {
                None => connection(stream, Peer::Net(peer), router, stop).await,
                Some(tls) => match tokio::time::timeout(HEAD, secured(stream, tls)).await {
                    Ok(Ok(stream)) => connection(stream, Peer::Net(peer), router, stop).await,
                    Ok(Err(e)) => debug!(error = %e, "no TLS"),
                    Err(_) => debug!("no TLS in time"),
                },
            }
            drop(permit);
        });
    }
}

/// The first octet of a TLS handshake (RFC 8446 §5.1).
const HANDSHAKE: u8 = 22;
const BY_HTTPS: &[u8] = b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\n\
    Connection: close\r\nContent-Length: 58\r\n\r\nThis address speaks HTTPS: write https:// in front of it.\n";

/// Who comes in the clear is told what to write: a browser shows a broken connection otherwise.
async fn secured(mut stream: TcpStream, tls: TlsAcceptor) -> std::io::Result<TlsStream<TcpStream>> {
    let mut first = [0];
    if stream.peek(&mut first).await? == 1 && first[0] != HANDSHAKE {
        // What was asked is read, or closing would take the answer away.
        let mut asked = [0; 4096];
        let _ = stream.read(&mut asked).await?;
        stream.write_all(BY_HTTPS).await?;
        stream.shutdown().await?;
        return Err(std::io::Error::other("asked in the clear"));
    }
    tls.accept(stream).await
}

/// The socket for the command line, in place of one that a crash left. Only the owner may use it.
///
/// # Errors
/// The file system can not have it: then the command line reads the store.
pub fn bind_local(dir: &Path) -> std::io::Result<(UnixListener, PathBuf)> {
    use std::os::unix::fs::PermissionsExt;
    let path = dir.join(SOCKET);
    // The store's lock is ours: nobody else listens on it.
    let _ = std::fs::remove_file(&path);
    let listener = UnixListener::bind(&path)?;
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600))?;
    Ok((listener, path))
}

/// Answers the command line until `stop` turns true.
pub async fn local(
    listener: UnixListener,
    path: PathBuf,
    router: Router,
    stop: watch::Receiver<bool>,
) {
    let mut stopping = stop.clone();
    loop {
        tokio::select! {
            () = stopped(&mut stopping) => break,
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    let uid = stream.peer_cred().ok().map(|c| c.uid());
                    let peer = Peer::Local(uid);
                    tokio::spawn(connection(stream, peer, router.clone(), stop.clone()));
                }
                Err(e) => {
                    warn!(error = %e, "the API can not take a connection");
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }
    let _ = std::fs::remove_file(path);
}

async fn stopped(stop: &mut watch::Receiver<bool>) {
    // An error means that the server is gone, which is a stop as well.
    let _ = stop.wait_for(|&s| s).await;
}

async fn connection<S>(stream: S, peer: Peer, router: Router, mut stop: watch::Receiver<bool>)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = router.map_request(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(peer);
        request.map(axum::body::Body::new)
    });
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD)
        .max_buf_size(MAX_HEAD)
        .max_headers(MAX_FIELDS)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(service))
        .with_upgrades();
    tokio::pin!(served);
    let ended = tokio::select! {
        ended = served.as_mut() => Some(ended),
        () = stopped(&mut stop) => None,
    };
    let ended = match ended {
        Some(ended) => ended,
        None => {
            // The answer that is under way is given.
            served.as_mut().graceful_shutdown();
            served.await
        }
    };
    if let Err(e) = ended {
        debug!(error = %e, "a connection of the API broke");
    }
}
