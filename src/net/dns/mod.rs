//! Locating SIP servers (RFC 3263): NAPTR, SRV, A and AAAA, with an overall time limit.
//!
//! Runs beside the endpoint, never on its receive path: a resolver that does not answer costs
//! the one call that waits for it, and only for the time limit.

mod order;
#[cfg(test)]
mod tests;

use std::future::Future;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use hickory_resolver::TokioResolver;
use hickory_resolver::config::{
    ConnectionConfig, NameServerConfig, ResolveHosts, ResolverConfig, ResolverOpts,
};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::proto::rr::{RData, RecordType};
use tokio::sync::Semaphore;
use tokio::time::timeout;

pub use order::{Naptr, Srv};

use crate::now::Mono;
use crate::sip::endpoint::ResolvedTarget;
use crate::sip::flow::Transport;
use crate::task::clock;

/// Targets in one answer.
const MAX_TARGETS: usize = 16;

/// Bounds of a [`Locator`].
#[derive(Clone, Copy, Debug)]
pub struct DnsLimits {
    /// All look-ups for one question together.
    pub overall: Duration,
    /// One look-up: some servers never answer NAPTR, and the others must have their turn.
    pub each: Duration,
    /// Questions at a time; more wait, within their time limit.
    pub in_flight: usize,
}

impl Default for DnsLimits {
    fn default() -> DnsLimits {
        DnsLimits {
            overall: Duration::from_secs(5),
            each: Duration::from_secs(2),
            in_flight: 32,
        }
    }
}

/// What is to be located.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// A name or an address (IPv6 in brackets or not).
    pub host: String,
    /// The URI's port: then no SRV is asked for (RFC 3263 §4.2).
    pub port: Option<u16>,
    /// The URI's transport: then no NAPTR is asked for (§4.1).
    pub transport: Option<Transport>,
    /// `sips`: only TLS will do.
    pub secure: bool,
}

/// What we can reach at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reach {
    /// We have UDP.
    pub udp: bool,
    /// We have TCP.
    pub tcp: bool,
    /// We have TLS.
    pub tls: bool,
    /// We have IPv4.
    pub v4: bool,
    /// We have IPv6.
    pub v6: bool,
}

impl Reach {
    fn has(self, transport: Transport) -> bool {
        match transport {
            Transport::Udp => self.udp,
            Transport::Tcp => self.tcp,
            Transport::Tls => self.tls,
            Transport::Wss => false,
        }
    }

    fn has_family(self, ip: IpAddr) -> bool {
        if ip.is_ipv4() { self.v4 } else { self.v6 }
    }
}

/// Looks records up. `None`: no answer, or not in time.
pub trait Records: Send + Sync {
    /// NAPTR records.
    fn naptr(&self, name: &str) -> impl Future<Output = Option<Vec<Naptr>>> + Send;
    /// SRV records.
    fn srv(&self, name: &str) -> impl Future<Output = Option<Vec<Srv>>> + Send;
    /// Addresses.
    fn addresses(
        &self,
        name: &str,
        reach: Reach,
    ) -> impl Future<Output = Option<Vec<IpAddr>>> + Send;
}

/// The target of a question that needs no look-up: a literal address.
pub fn literal(question: &Question) -> Option<ResolvedTarget> {
    let bare = question.host.strip_prefix('[');
    let bare = bare.and_then(|h| h.strip_suffix(']'));
    let ip: IpAddr = bare.unwrap_or(&question.host).parse().ok()?;
    let transport = plain_transport(question);
    Some(ResolvedTarget {
        transport,
        remote: SocketAddr::new(ip, question.port.unwrap_or(default_port(transport))),
        server_name: None,
    })
}

/// RFC 3263 §4.1 where neither NAPTR nor SRV are asked.
fn plain_transport(question: &Question) -> Transport {
    match (question.transport, question.secure) {
        (Some(Transport::Wss), _) => Transport::Wss,
        (_, true) => Transport::Tls,
        (Some(transport), false) => transport,
        (None, false) => Transport::Udp,
    }
}

fn default_port(transport: Transport) -> u16 {
    match transport {
        Transport::Udp | Transport::Tcp => 5060,
        Transport::Tls => 5061,
        Transport::Wss => 443,
    }
}

/// Answers questions, a bounded number at a time. Clones share the bound.
pub struct Locator<R> {
    records: Arc<R>,
    limits: DnsLimits,
    turns: Arc<Semaphore>,
}

impl<R> Clone for Locator<R> {
    fn clone(&self) -> Locator<R> {
        Locator {
            records: Arc::clone(&self.records),
            limits: self.limits,
            turns: Arc::clone(&self.turns),
        }
    }
}

impl Locator<SystemRecords> {
    /// With the system's resolver settings (`/etc/resolv.conf`, `/etc/hosts`).
    ///
    /// # Errors
    /// When those can not be read; the text says why.
    pub fn system(limits: DnsLimits) -> Result<Locator<SystemRecords>, String> {
        Ok(Locator::new(SystemRecords::system(limits)?, limits))
    }
}

impl<R: Records> Locator<R> {
    /// With these records.
    pub fn new(records: R, limits: DnsLimits) -> Locator<R> {
        Locator {
            records: Arc::new(records),
            limits,
            turns: Arc::new(Semaphore::new(limits.in_flight.max(1))),
        }
    }

    /// The targets, best first; none when there is no answer in time. `random` spreads the
    /// load over servers of one priority (RFC 2782).
    pub async fn locate(
        &self,
        question: &Question,
        reach: Reach,
        random: u64,
    ) -> Vec<ResolvedTarget> {
        if let Some(target) = literal(question) {
            return vec![target];
        }
        let until = clock::mono() + self.limits.overall;
        let Ok(Ok(_turn)) = timeout(self.limits.overall, self.turns.acquire()).await else {
            return Vec::new();
        };
        let search = Search {
            records: &*self.records,
            limits: self.limits,
            until,
            reach,
        };
        let mut targets = search.run(question, random).await;
        targets.truncate(MAX_TARGETS);
        targets
    }
}

/// One question under way.
struct Search<'a, R> {
    records: &'a R,
    limits: DnsLimits,
    until: Mono,
    reach: Reach,
}

impl<R: Records> Search<'_, R> {
    async fn run(&self, question: &Question, random: u64) -> Vec<ResolvedTarget> {
        let host = question.host.trim_end_matches('.');
        let mut dice = order::Dice::new(random);
        if question.port.is_some() {
            let transport = plain_transport(question);
            let port = question.port.unwrap_or(default_port(transport));
            return self.hosts(host, host, port, transport).await;
        }
        let services = match question.transport {
            Some(_) => vec![self.service(plain_transport(question), host)],
            None => {
                let naptr = self.limited(self.records.naptr(host)).await;
                let found = order::services(naptr.unwrap_or_default(), question.secure);
                if found.is_empty() {
                    // RFC 3263 §4.1: no NAPTR, so each of ours is tried.
                    let ours = [Transport::Udp, Transport::Tcp, Transport::Tls];
                    ours.into_iter()
                        .filter(|t| !question.secure || t.is_secure())
                        .map(|t| self.service(t, host))
                        .collect()
                } else {
                    found
                }
            }
        };
        let mut targets = Vec::new();
        for (transport, name) in services {
            if !self.reach.has(transport) || targets.len() >= MAX_TARGETS {
                continue;
            }
            let records = self.limited(self.records.srv(&name)).await;
            for srv in order::by_priority(records.unwrap_or_default(), &mut dice) {
                let found = self.hosts(&srv.target, host, srv.port, transport).await;
                targets.extend(found);
            }
        }
        if targets.is_empty() {
            let transport = plain_transport(question);
            return self
                .hosts(host, host, default_port(transport), transport)
                .await;
        }
        targets
    }

    fn service(&self, transport: Transport, host: &str) -> (Transport, String) {
        let prefix = match transport {
            Transport::Udp => "_sip._udp",
            Transport::Tcp => "_sip._tcp",
            Transport::Tls | Transport::Wss => "_sips._tcp",
        };
        (transport, format!("{prefix}.{host}"))
    }

    /// The addresses of one server. `domain` is what its certificate must bear: the name that
    /// was asked for, not where DNS led (RFC 5922 §4).
    async fn hosts(
        &self,
        name: &str,
        domain: &str,
        port: u16,
        transport: Transport,
    ) -> Vec<ResolvedTarget> {
        let addresses = self.limited(self.records.addresses(name, self.reach)).await;
        addresses
            .unwrap_or_default()
            .into_iter()
            .filter(|ip| self.reach.has_family(*ip))
            .take(MAX_TARGETS)
            .map(|ip| ResolvedTarget {
                transport,
                remote: SocketAddr::new(ip, port),
                server_name: transport.is_secure().then(|| domain.to_owned()),
            })
            .collect()
    }

    /// One look-up, within what is left of the time.
    async fn limited<T>(&self, lookup: impl Future<Output = Option<T>>) -> Option<T> {
        let left = self.until.since(clock::mono()).min(self.limits.each);
        if left.is_zero() {
            return None;
        }
        timeout(left, lookup).await.ok().flatten()
    }
}

/// Records by the system's resolver.
pub struct SystemRecords {
    resolver: TokioResolver,
}

impl SystemRecords {
    fn system(limits: DnsLimits) -> Result<SystemRecords, String> {
        let mut builder = TokioResolver::builder_tokio().map_err(|e| e.to_string())?;
        options(builder.options_mut(), limits);
        let resolver = builder.build().map_err(|e| e.to_string())?;
        Ok(SystemRecords { resolver })
    }

    /// By these name servers (over UDP) and no other; hosts files are left aside.
    ///
    /// # Errors
    /// When no resolver can be made of them; the text says why.
    pub fn by_servers(servers: &[SocketAddr], limits: DnsLimits) -> Result<SystemRecords, String> {
        let mut config = ResolverConfig::default();
        for server in servers {
            let mut connection = ConnectionConfig::udp();
            connection.port = server.port();
            let server = NameServerConfig::new(server.ip(), true, vec![connection]);
            config.add_name_server(server);
        }
        let provider = TokioRuntimeProvider::default();
        let mut builder = TokioResolver::builder_with_config(config, provider);
        options(builder.options_mut(), limits);
        builder.options_mut().use_hosts_file = ResolveHosts::Never;
        let resolver = builder.build().map_err(|e| e.to_string())?;
        Ok(SystemRecords { resolver })
    }

    async fn lookup<T>(
        &self,
        name: &str,
        kind: RecordType,
        read: impl Fn(&RData) -> Option<T>,
    ) -> Option<Vec<T>> {
        // Fully qualified: no search list.
        let name = format!("{}.", name.trim_end_matches('.'));
        let lookup = self.resolver.lookup(name.as_str(), kind).await.ok()?;
        let answers = lookup.answers().iter();
        Some(
            answers
                .filter_map(|r| read(&r.data))
                .take(MAX_TARGETS)
                .collect(),
        )
    }
}

fn options(options: &mut ResolverOpts, limits: DnsLimits) {
    options.timeout = limits.each;
    options.attempts = 1;
    options.cache_size = 512;
}

impl Records for SystemRecords {
    async fn naptr(&self, name: &str) -> Option<Vec<Naptr>> {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let read = |data: &RData| match data {
            RData::NAPTR(n) => Some(Naptr {
                order: n.order,
                preference: n.preference,
                flags: text(&n.flags),
                service: text(&n.services),
                replacement: n.replacement.to_utf8(),
            }),
            _ => None,
        };
        self.lookup(name, RecordType::NAPTR, read).await
    }

    async fn srv(&self, name: &str) -> Option<Vec<Srv>> {
        let read = |data: &RData| match data {
            RData::SRV(s) => Some(Srv {
                priority: s.priority,
                weight: s.weight,
                port: s.port,
                target: s.target.to_utf8(),
            }),
            _ => None,
        };
        self.lookup(name, RecordType::SRV, read).await
    }

    async fn addresses(&self, name: &str, reach: Reach) -> Option<Vec<IpAddr>> {
        let read = |data: &RData| match data {
            RData::A(a) => Some(IpAddr::V4(a.0)),
            RData::AAAA(a) => Some(IpAddr::V6(a.0)),
            _ => None,
        };
        let v4 = async {
            match reach.v4 {
                true => self.lookup(name, RecordType::A, read).await,
                false => None,
            }
        };
        let v6 = async {
            match reach.v6 {
                true => self.lookup(name, RecordType::AAAA, read).await,
                false => None,
            }
        };
        let (v4, v6) = tokio::join!(v4, v6);
        let mut all = v4.unwrap_or_default();
        all.extend(v6.unwrap_or_default());
        Some(all)
    }
}
