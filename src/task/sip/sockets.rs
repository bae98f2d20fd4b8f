//! Binding the sockets before anything starts, so that a port in use is told at once.

use std::io;
use std::net::SocketAddr;

use tokio_rustls::TlsAcceptor;

use crate::net::tcp::StreamListener;
use crate::net::udp::UdpListener;
use crate::sip::flow::Transport;

/// An address that can not be bound.
#[derive(Debug, thiserror::Error)]
#[error("can not listen on {transport:?} {address}: {cause}")]
pub struct BindError {
    /// The transport.
    pub transport: Transport,
    /// The address.
    pub address: SocketAddr,
    /// What the system said.
    pub cause: io::Error,
}

/// One socket, as it was bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bound {
    /// The transport.
    pub transport: Transport,
    /// The address, with the port that was given for port 0.
    pub address: SocketAddr,
}

/// The bound sockets of one SIP task.
#[derive(Default)]
pub struct Sockets {
    pub(super) udp: Vec<UdpListener>,
    pub(super) streams: Vec<StreamListener>,
}

impl Sockets {
    /// None yet.
    pub fn new() -> Sockets {
        Sockets::default()
    }

    /// Binds one more. TLS needs `tls`. Must be called within the runtime.
    ///
    /// # Errors
    /// [`BindError`].
    pub fn bind(
        &mut self,
        transport: Transport,
        address: SocketAddr,
        tls: Option<&TlsAcceptor>,
    ) -> Result<Bound, BindError> {
        let failed = |cause| BindError {
            transport,
            address,
            cause,
        };
        let address = match transport {
            Transport::Udp => {
                let socket = UdpListener::bind(address).map_err(failed)?;
                let local = socket.local();
                self.udp.push(socket);
                local
            }
            Transport::Tcp => self.stream(address, None).map_err(failed)?,
            Transport::Tls => {
                let tls = tls.ok_or_else(|| failed(io::Error::other("no certificate")))?;
                self.stream(address, Some(tls.clone())).map_err(failed)?
            }
            Transport::Wss => {
                return Err(failed(io::Error::from(io::ErrorKind::Unsupported)));
            }
        };
        Ok(Bound { transport, address })
    }

    fn stream(&mut self, address: SocketAddr, tls: Option<TlsAcceptor>) -> io::Result<SocketAddr> {
        let listener = StreamListener::bind(address, tls)?;
        let local = listener.local();
        self.streams.push(listener);
        Ok(local)
    }
}
