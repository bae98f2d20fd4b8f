//! From checked settings to what each part is made with.

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use std::time::Duration;

use crate::call::faults::Faults;
use crate::call::setup::{Affinity, Prompts, QueueSound, WaitingKeys};
use crate::config::{self, Config, WaitingKey};
use crate::ids::{AgentId, Language, LineName, NodeName, PromptName, QueueName};
use crate::menu::load::Lines;
use crate::menu::system;
use crate::menu::tree::Line;
use crate::net::local::LocalAddresses;
use crate::net::media::MediaConfig;
use crate::prompts::PromptLibrary;
use crate::queue::settings::{AcdSettings, AgentSettings, QueueSettings};
use crate::sdp::SrtpPolicy;
use crate::sip::digest::{Credentials, Secret, Tickets};
use crate::sip::endpoint::{
    EndpointConfig, EndpointLimits, Listener, SessionTimerConfig, TrunkConfig, TrunkCredentials,
};
use crate::sip::flow::{Network, Transport};
use crate::sip::leg::Contact;
use crate::sip::message::Uri;
use crate::sip::registrar::RegistrarConfig;
use crate::task::queue::Directory;
use crate::webrtc::Identity;

/// The queue machine's settings.
pub(crate) fn acd(config: &Config) -> AcdSettings {
    AcdSettings {
        queues: config.queues.iter().map(queue).collect(),
        agents: config
            .agents
            .iter()
            .map(|a| AgentSettings {
                id: a.id.clone(),
                queues: a.queues.clone(),
                skills: a.skills.clone(),
                ring_for: a.ring_for,
                wrap_up: a.wrap_up,
            })
            .collect(),
        ..AcdSettings::default()
    }
}

fn queue(q: &config::Queue) -> QueueSettings {
    QueueSettings {
        strategy: q.strategy,
        ring_for: q.ring_for,
        wrap_up: q.wrap_up,
        max_callers: q.max_callers,
        max_wait: Some(q.max_wait),
        unstaffed: q.unstaffed,
        comfort_every: q.comfort.as_ref().map(|c| c.every),
        position_every: q.position_every,
        language_level: q.language_level,
        relax_every: q.relax_every,
        overflow: q.overflow.clone(),
        ..QueueSettings::new(q.name.clone())
    }
}

/// What callers of each queue hear, and can ask for.
pub(crate) fn sounds(config: &Config) -> HashMap<QueueName, QueueSound> {
    let calls_out = !config.trunks.is_empty();
    let keys = |q: &config::Queue| WaitingKeys {
        // Who can not be called is not promised it.
        callback: calls_out && q.waiting_keys.contains(&WaitingKey::Callback),
        message: q.waiting_keys.contains(&WaitingKey::Message),
        self_service: q.waiting_keys.contains(&WaitingKey::SelfService),
    };
    let sound = |q: &config::Queue| QueueSound {
        calls_out,
        keys: keys(q),
        affinity: q.affinity.map(|within| Affinity {
            within,
            hold: q.affinity_hold,
        }),
        connecting: Some(PromptName::new(system::CONNECTING)),
        music: Some(q.music.clone()),
        comfort: q.comfort.as_ref().map(|c| c.prompt.clone()),
        whisper: q.whisper,
        recording: q.recording,
        wrap_up_codes: q.wrap_up_codes.clone(),
    };
    config
        .queues
        .iter()
        .map(|q| (q.name.clone(), sound(q)))
        .collect()
}

/// In which language the server speaks to which agent, if not in that of the prompts.
pub(super) fn languages(config: &Config) -> HashMap<AgentId, Language> {
    let own = config.agents.iter().filter_map(|a| {
        let language = a.language.clone()?;
        Some((a.id.clone(), language))
    });
    own.collect()
}

/// Whose phones are asked to answer by themselves.
pub(super) fn auto_answer(config: &Config) -> HashSet<AgentId> {
    let those = config.agents.iter().filter(|a| a.auto_answer);
    those.map(|a| a.id.clone()).collect()
}

/// The prompts as calls look for them.
pub(super) fn prompts(config: &Config, library: PromptLibrary) -> Prompts {
    Prompts {
        fallback: config.prompts.language.clone(),
        languages: library.into_prompts().into_iter().collect(),
    }
}

/// The lines by name.
pub(super) fn lines(lines: &Lines) -> HashMap<LineName, Arc<Line>> {
    let all = lines.iter().map(|l| (l.name.clone(), Arc::clone(l)));
    all.collect()
}

/// The lines by number.
pub(super) fn numbers(lines: &Lines) -> HashMap<String, LineName> {
    let of = |l: &Arc<Line>| {
        let name = l.name.clone();
        let numbers = l.numbers.clone().into_iter();
        numbers.map(move |n| (n, name.clone()))
    };
    lines.iter().flat_map(of).collect()
}

/// Who can be reached by which name or number.
pub(super) fn directory(config: &Config, lines: &Lines) -> Directory {
    let fixed = config
        .agents
        .iter()
        .filter_map(|a| Some((a.id.clone(), fixed_contact(a)?)));
    Directory {
        queues: config.queues.iter().map(|q| q.name.clone()).collect(),
        lines: numbers(lines),
        trunk: config.trunks.first().map(|t| t.name.clone()),
        outside: Arc::clone(&config.outside),
        fixed: fixed.collect::<HashMap<AgentId, Contact>>(),
    }
}

fn fixed_contact(agent: &config::Agent) -> Option<Contact> {
    let uri = agent.contact.as_ref()?.as_str().to_owned();
    Some(Contact {
        uri,
        path: Vec::new(),
        flow: None,
    })
}

/// The media threads' settings.
pub(super) fn media(config: &Config, web: Option<Identity>) -> MediaConfig {
    MediaConfig {
        web,
        threads: config.media.threads.map_or(0, std::num::NonZero::get),
        ports: config.media.ports.0..=config.media.ports.1,
        realtime: config.media.realtime,
        silent_after: config.media.rtp_silence,
        ..MediaConfig::default()
    }
}

/// How our own address is found for each phone.
pub(super) fn addresses(config: &Config) -> LocalAddresses {
    let mut listening = config.sip.listen.iter().map(|l| l.addr.ip());
    let first: Option<IpAddr> = listening.next();
    let only = first.filter(|ip| !ip.is_unspecified() && listening.all(|other| other == *ip));
    LocalAddresses::new(config.sip.advertise, only)
}

/// How long an agent's transfer rings its target.
pub(crate) const TRANSFER_RING: Duration = Duration::from_secs(25);

/// Faults on purpose, for the tests: never in a server that is built for use.
pub(super) fn faults() -> Faults {
    let asked = |name: &str| std::env::var(name).ok().filter(|_| cfg!(debug_assertions));
    let times = asked("ZEROLINE_TEST_PANICS_ON_THE_WAY").and_then(|n| n.parse().ok());
    Faults {
        at_node: asked("ZEROLINE_TEST_PANIC_AT").map(NodeName::new),
        on_the_way: Arc::new(AtomicU32::new(times.unwrap_or(0))),
    }
}

/// When voice is encrypted.
pub(super) fn srtp(config: &Config) -> SrtpPolicy {
    match config.media.srtp {
        config::SrtpPolicy::Off => SrtpPolicy::Never,
        config::SrtpPolicy::OnTls => SrtpPolicy::Offered,
        config::SrtpPolicy::Required => SrtpPolicy::Required,
    }
}

/// Which trunks are called by TLS.
pub(super) fn tls_trunks(config: &Config) -> HashSet<String> {
    let all = config.trunks.iter().filter_map(trunk);
    let tls = all.filter(|t| t.transport == Some(Transport::Tls));
    tls.map(|t| t.name).collect()
}

/// The SIP machine's settings.
pub(super) fn endpoint(config: &Config, listeners: Vec<Listener>) -> EndpointConfig {
    let limits = EndpointLimits {
        legs: config.sip.limits.max_calls.saturating_mul(4),
        pending_invites: config.sip.limits.max_calls,
        transactions: config.sip.limits.max_calls.saturating_mul(8),
        message_size: config.sip.limits.max_message,
        ..EndpointLimits::default()
    };
    EndpointConfig {
        limits,
        session: SessionTimerConfig {
            expires: seconds(config.sip.session_timer.expires),
            min_se: seconds(config.sip.session_timer.min),
        },
        trusted_peers: config.sip.trusted_peers.clone(),
        trunks: config.trunks.iter().filter_map(trunk).collect(),
        ..EndpointConfig::new(listeners)
    }
}

fn trunk(t: &config::Trunk) -> Option<TrunkConfig> {
    let uri: Uri = Uri::parse(t.uri.as_str().as_bytes()).ok()?;
    let transport = match uri
        .param("transport")
        .map(str::to_ascii_lowercase)
        .as_deref()
    {
        Some("udp") => Some(Transport::Udp),
        Some("tcp") => Some(Transport::Tcp),
        Some("tls") => Some(Transport::Tls),
        Some(_) | None => uri.is_secure().then_some(Transport::Tls),
    };
    let credentials = match (&t.user, &t.password) {
        (Some(user), Some(password)) => Some(TrunkCredentials {
            username: user.clone(),
            password: password.reveal().to_owned(),
        }),
        (_, _) => None,
    };
    Some(TrunkConfig {
        name: t.name.clone(),
        host: uri.host.to_string(),
        port: uri.port,
        transport,
        domain: None,
        credentials,
        register: t.register.then(|| t.user.clone()).flatten(),
        peers: peers(t, &uri),
    })
}

/// What a trunk's calls come from: as configured, else its own address where that is known.
fn peers(t: &config::Trunk, uri: &Uri) -> Vec<Network> {
    match (t.peers.as_slice(), uri.host.ip()) {
        ([], Some(addr)) => vec![Network::host(addr)],
        (peers, _) => peers.to_vec(),
    }
}

/// The hosts of trunks whose certificate need not hold.
pub(super) fn unverified(config: &Config) -> Vec<String> {
    let careless = config.trunks.iter().filter(|t| !t.verify);
    let hosts = careless.filter_map(|t| Uri::parse(t.uri.as_str().as_bytes()).ok());
    hosts.map(|uri| uri.host.to_string()).collect()
}

/// The agents who register, and what they prove themselves with.
pub(super) fn users(config: &Config) -> Vec<Credentials> {
    let users = config.agents.iter().filter_map(|a| {
        let secret = match a.secret.as_ref()? {
            config::AgentSecret::Password(p) => Secret::Plain(p.reveal().to_owned()),
            config::AgentSecret::Ha1 { md5, sha256 } => Secret::Ha1 {
                md5: md5.as_ref().map(|s| s.reveal().to_owned()),
                sha256: sha256.as_ref().map(|s| s.reveal().to_owned()),
            },
        };
        Some(Credentials {
            username: a.id.as_str().to_owned(),
            secret,
        })
    });
    users.collect()
}

/// Who may register.
pub(super) fn registrar(config: &Config, tickets: Tickets) -> RegistrarConfig {
    let mut r = RegistrarConfig::new(&config.sip.realm);
    r.auth.users = users(config);
    r.auth.tickets = Some(tickets);
    r.domains = config.sip.domains.clone();
    r.min_expires = config.sip.registration.min;
    r.max_expires = config.sip.registration.max;
    r.default_expires = config.sip.registration.max;
    r.max_contacts = config.sip.limits.max_contacts;
    r
}

fn seconds(d: Duration) -> u32 {
    u32::try_from(d.as_secs()).unwrap_or(u32::MAX)
}
