//! The listeners for HTTP.

use std::io;
use std::net::SocketAddr;

use tokio::net::TcpListener;
use tracing::warn;

/// Listens at `at`; where that is taken and `elsewhere` allows it, at a free port beside it: who
/// tries the demo should not fail over a port that they did not ask for.
///
/// # Errors
/// What the system says.
pub(super) async fn listen(at: SocketAddr, elsewhere: bool) -> io::Result<TcpListener> {
    match TcpListener::bind(at).await {
        Err(e) if elsewhere && e.kind() == io::ErrorKind::AddrInUse => {
            warn!(
                port = at.port(),
                "taken by another program: a free port is used"
            );
            TcpListener::bind(SocketAddr::new(at.ip(), 0)).await
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::listen;

    #[tokio::test]
    async fn a_port_that_is_taken_is_an_error_or_another_port() {
        let first = listen("127.0.0.1:0".parse().unwrap(), false).await.unwrap();
        let taken = first.local_addr().unwrap();
        assert!(listen(taken, false).await.is_err());
        let second = listen(taken, true).await.unwrap().local_addr().unwrap();
        assert_eq!(second.ip(), taken.ip());
        assert_ne!(second.port(), taken.port());
    }
}
