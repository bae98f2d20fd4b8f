//! Binds the SIP sockets and starts the task that owns the endpoint.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use tokio::sync::mpsc;
use tracing::{debug, warn};

use super::build;
use crate::config::Config;
use crate::net::dns::{DnsLimits, Locator, SystemRecords};
use crate::net::local::LocalAddresses;
use crate::net::stream::StreamLimits;
use crate::net::tls::{self, TlsClient, TlsError};
use crate::sip::digest::Tickets;
use crate::sip::endpoint::{Endpoint, Listener};
use crate::sip::registrar::Registrar;
use crate::task::clock;
use crate::task::ladder::LadderHandle;
use crate::task::sip::{
    self, BindError, Bound, IncomingCall, SipHandle, SipNotice, SipSetup, Sockets,
};

/// Why signalling could not start.
#[derive(Debug, thiserror::Error)]
pub enum SignallingError {
    /// A port is taken, or not ours to take.
    #[error("{0}; stop what listens there, or choose another by --listen")]
    Bind(#[from] BindError),
    /// The certificate.
    #[error(transparent)]
    Tls(#[from] TlsError),
}

/// Where it goes what comes in.
pub(super) struct Ways {
    /// Calls.
    pub incoming: mpsc::Sender<IncomingCall>,
    /// News of agents and trunks.
    pub notices: mpsc::Sender<SipNotice>,
    /// Messages that are kept.
    pub ladder: LadderHandle,
}

pub(super) fn start(
    config: &Config,
    addresses: &LocalAddresses,
    tickets: Tickets,
    ways: Ways,
) -> Result<(SipHandle, Vec<Bound>), SignallingError> {
    let acceptor = match &config.sip.tls {
        Some(files) => Some(tls::acceptor(&files.cert, &files.key)?),
        None => None,
    };
    let mut sockets = Sockets::new();
    let mut bound = Vec::new();
    for listen in &config.sip.listen {
        match sockets.bind(listen.transport, listen.addr, acceptor.as_ref()) {
            Ok(b) => bound.push(b),
            Err(e) if listen.optional => debug!("{e}; going on without"),
            Err(e) => return Err(e.into()),
        }
    }
    let listeners = bound.iter().map(|b| Listener {
        transport: b.transport,
        bind: b.address,
        advertise: advertised(b.address, addresses),
    });
    let mut endpoint = Endpoint::new(build::endpoint(config, listeners.collect()), rand::random());
    endpoint.set_registrar(Registrar::new(
        build::registrar(config, tickets),
        rand::random(),
    ));
    for trunk in config.trunks.iter().filter(|t| t.register) {
        let expires = u32::try_from(trunk.expires.as_secs()).unwrap_or(u32::MAX);
        endpoint.start_registration(clock::now(), &trunk.name, expires);
    }
    let locator = Locator::<SystemRecords>::system(DnsLimits::default())
        .map_err(|e| warn!("names can not be looked up: {e}"))
        .ok();
    let limits = StreamLimits {
        message_size: config.sip.limits.max_message,
        connections: config.sip.limits.max_connections,
        ..StreamLimits::default()
    };
    let ca = config.sip.tls.as_ref().and_then(|tls| tls.ca.as_deref());
    let tls = Some(TlsClient::new(ca, &build::unverified(config))?);
    let setup = SipSetup {
        endpoint,
        sockets,
        limits,
        tls,
        locator,
        incoming: ways.incoming,
        notices: ways.notices,
        ladder: ways.ladder,
    };
    let (handle, _task) = sip::start(setup);
    Ok((handle, bound))
}

/// What we write into Via and Contact for a listener.
fn advertised(bound: SocketAddr, addresses: &LocalAddresses) -> SocketAddr {
    if !bound.ip().is_unspecified() {
        return SocketAddr::new(addresses.told(bound.ip()), bound.port());
    }
    let outward: IpAddr = if bound.is_ipv4() {
        addresses.toward(None).1
    } else {
        // The documentation prefix (RFC 3849): no packet is sent, the route is asked for.
        let anywhere = Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1);
        addresses.toward(Some(anywhere.into())).1
    };
    SocketAddr::new(outward, bound.port())
}
