//! What an [`Endpoint`](super::Endpoint) is told when it is made.

use std::net::SocketAddr;

use crate::sip::flow::{Flow, Network, Transport};
use crate::sip::transaction::Timers;

/// Everything that an [`Endpoint`](super::Endpoint) needs to know from the start.
#[derive(Clone, Debug)]
pub struct EndpointConfig {
    /// The sockets that the edge has bound. At least one.
    pub listeners: Vec<Listener>,
    /// `User-Agent` of our requests and `Server` of our responses.
    pub user_agent: String,
    /// Bounds of the tables.
    pub limits: EndpointLimits,
    /// The timers of RFC 3261 §17.
    pub timers: Timers,
    /// Session timers (RFC 4028).
    pub session: SessionTimerConfig,
    /// Peers whose `P-Asserted-Identity` is believed (RFC 3325 §5).
    pub trusted_peers: Vec<Network>,
    /// Trunks for outside numbers.
    pub trunks: Vec<TrunkConfig>,
}

impl EndpointConfig {
    /// Defaults for these listeners: no trunks, nobody trusted.
    pub fn new(listeners: Vec<Listener>) -> EndpointConfig {
        EndpointConfig {
            listeners,
            user_agent: concat!("Zeroline/", env!("CARGO_PKG_VERSION")).to_owned(),
            limits: EndpointLimits::default(),
            timers: Timers::default(),
            session: SessionTimerConfig::default(),
            trusted_peers: Vec::new(),
            trunks: Vec::new(),
        }
    }
}

/// One bound socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listener {
    /// How SIP travels on it.
    pub transport: Transport,
    /// The bound address: `Flow::local` of what arrives on it.
    pub bind: SocketAddr,
    /// The address in our Via and Contact: the public one behind a NAT. An unspecified
    /// address is replaced by the address of the flow's local end, or by loopback.
    pub advertise: SocketAddr,
}

/// Bounds of the tables; above them new work is answered 503 with Retry-After.
#[derive(Clone, Copy, Debug)]
pub struct EndpointLimits {
    /// INVITEs from outside that have no final answer yet.
    pub pending_invites: usize,
    /// Legs in any state.
    pub legs: usize,
    /// Server transactions of any kind; room is kept for requests in known dialogs.
    pub transactions: usize,
    /// Size of a message in octets.
    pub message_size: usize,
    /// Seconds in Retry-After of a 503.
    pub retry_after: u32,
}

impl Default for EndpointLimits {
    fn default() -> EndpointLimits {
        EndpointLimits {
            pending_invites: 2_000,
            legs: 20_000,
            transactions: 40_000,
            message_size: 65_535,
            retry_after: 5,
        }
    }
}

/// Session timers (RFC 4028).
#[derive(Clone, Copy, Debug)]
pub struct SessionTimerConfig {
    /// The interval that we ask for, in seconds; 0: none is asked for, a peer's is obeyed.
    pub expires: u32,
    /// The shortest that we accept, in seconds; at least 90 (RFC 4028 §4).
    pub min_se: u32,
}

impl Default for SessionTimerConfig {
    fn default() -> SessionTimerConfig {
        SessionTimerConfig {
            expires: 1800,
            min_se: 90,
        }
    }
}

/// A way to outside numbers.
#[derive(Clone, Debug)]
pub struct TrunkConfig {
    /// Its name in the configuration.
    pub name: String,
    /// Host of the Request-URI: a name (resolved by RFC 3263) or an address.
    pub host: String,
    /// Port, when it is not the default or found by SRV.
    pub port: Option<u16>,
    /// Transport, when it is not left to NAPTR.
    pub transport: Option<Transport>,
    /// Host part of From, and of the digest's realm check; `host` when `None`.
    pub domain: Option<String>,
    /// User name and password for digest.
    pub credentials: Option<TrunkCredentials>,
    /// Whether to register there (and the user part of our address of record).
    pub register: Option<String>,
    /// What the trunk's numbers for us are sent from: believed like `trusted_peers`.
    pub peers: Vec<Network>,
}

/// Digest credentials of a trunk.
#[derive(Clone)]
pub struct TrunkCredentials {
    /// User name.
    pub username: String,
    /// Password.
    pub password: String,
}

impl std::fmt::Debug for TrunkCredentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TrunkCredentials(…)")
    }
}

/// One place to send a request to, as resolved (RFC 3263).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResolvedTarget {
    /// How.
    pub transport: Transport,
    /// Where.
    pub remote: SocketAddr,
    /// For TLS: the name to verify in the peer's certificate.
    pub server_name: Option<String>,
}

impl EndpointConfig {
    /// The flow from the best of our listeners to `target`; `None` when no listener has its
    /// transport and address family.
    pub fn flow_to(&self, target: &ResolvedTarget) -> Option<Flow> {
        self.listeners
            .iter()
            .filter(|l| {
                l.transport == target.transport && l.bind.is_ipv4() == target.remote.is_ipv4()
            })
            // A socket bound to loopback reaches loopback only, and the other way round one
            // that is bound to an outside address is not the one to reach loopback with.
            .max_by_key(|l| u8::from(l.bind.ip().is_loopback() == target.remote.ip().is_loopback()))
            .map(|l| Flow {
                transport: l.transport,
                local: l.bind,
                remote: target.remote,
            })
    }
}
