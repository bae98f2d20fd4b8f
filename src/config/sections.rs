//! The sections of the settings, in the order of [`Config`].

use std::collections::HashSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use ::config::{Map, Value};

use super::api;
use super::crm;
use super::deliver;
use super::features;
use super::mail;
use super::outside;
use super::people;
use super::prompts;
use super::reader::{Parsed, Table, Told, choice, duration, flag, name, number, text};
use super::retention;
use super::types::*;
use crate::sdp::plan::Codec;
use crate::sip::flow::Transport;

/// The port of SIP, and the one of SIP over TLS (RFC 3261 §19.1.2).
const SIP_PORT: u16 = 5060;
const SIPS_PORT: u16 = 5061;

pub(super) fn read(told: &Told, values: Map<String, Value>, demo_password: Secret) -> Config {
    let mut root = Table::root(told, values);
    let sip = sip(root.table("sip"));
    let media = media(root.table("media"));
    let trunks = people::trunks(root.tables("trunks"), &sip.listen);
    let outside = Arc::new(outside::read(root.table("outside"), &trunks));
    let queues = people::queues(root.tables("queues"), &outside);
    let agents = root.tables("agents");
    let demo = agents.is_none();
    let mut t = root.table("demo");
    let chosen = t.secret("password", |s| text(s).map(Secret::new));
    let demo_password = chosen.unwrap_or(demo_password);
    let service = Some(SocketAddr::from(([127, 0, 0, 1], 9061)));
    let demo_service = t.get("service", service, demo_service);
    t.finish();
    let agents = match agents {
        Some(tables) => people::agents(tables, &queues),
        None => people::demo_agents(&queues, demo_password),
    };
    let features = features::read(root.table("features"));
    let mut t = root.table("messages");
    let messages = Messages {
        max: t.get("max", Duration::from_secs(180), duration("5s", "30m")),
        min: t.get("min", Duration::from_secs(1), duration("0s", "10s")),
    };
    t.finish();
    let mut t = root.table("callbacks");
    let attempts = t.get("attempts", 3, number(1, 20));
    let callbacks = Callbacks {
        retry_every: t.get(
            "retry_every",
            Duration::from_secs(900),
            duration("1s", "24h"),
        ),
        attempts: u32::try_from(attempts).unwrap_or(3),
        after_drop: t.get("after_drop", true, flag),
    };
    t.finish();
    let mut t = root.table("lines");
    let lines = Lines {
        dir: t.opt("dir", path),
    };
    t.finish();
    let prompts = root.table("prompts");
    let store = store(root.table("store"));
    let mut t = root.table("statistics");
    let statistics = Statistics {
        short_abandon: t.get(
            "short_abandon",
            Duration::from_secs(5),
            duration("0s", "5m"),
        ),
        repeat_days: t.get("repeat_days", 7, number(1, 366)),
    };
    t.finish();
    let prompts = prompts::read(prompts, &store);
    let sends_mail = root.has("mail");
    let mail = match sends_mail {
        true => mail::read(root.table("mail")),
        false => {
            root.table("mail").finish();
            None
        }
    };
    let crm = match root.has("crm") {
        true => crm::read(root.table("crm")),
        false => {
            root.table("crm").finish();
            None
        }
    };
    let mut t = root.table("http");
    let http = Http {
        listen: t.get(
            "listen",
            Some(SocketAddr::from(([127, 0, 0, 1], 9060))),
            http,
        ),
    };
    t.finish();
    let retention = retention::read(root.table("retention"));
    let api = api::read(root.table("api"));
    let webhooks = api::webhooks(root.tables("webhooks"));
    deliver::check(told, &queues, sends_mail, &webhooks);
    let mut t = root.table("stop");
    let stop = Stop {
        grace: t.get("grace", Duration::from_secs(30), duration("0s", "24h")),
    };
    t.finish();
    let mut t = root.table("log");
    let log = Log {
        format: t.get("format", LogFormat::Text, choice(LOG_FORMATS)),
        filter: t.get("filter", "info".to_owned(), text),
    };
    t.finish();
    root.finish();
    Config {
        sip,
        media,
        agents,
        queues,
        features,
        messages,
        callbacks,
        trunks,
        outside,
        lines,
        prompts,
        mail,
        crm,
        store,
        statistics,
        retention,
        http,
        api,
        webhooks,
        stop,
        log,
        demo,
        demo_service,
        source: None,
    }
}

/// `7d`, or `off`.
fn trace(t: &str) -> Parsed<Option<Duration>> {
    if t == "off" {
        return Ok(None);
    }
    let days = t.strip_suffix('d').and_then(|days| days.parse().ok());
    match days {
        Some(days @ 1..=366_u64) => Ok(Some(Duration::from_secs(days * 86_400))),
        Some(_) | None => Err("write days from `1d` to `366d`, or `off`".to_owned()),
    }
}

const LOG_FORMATS: &[(&str, LogFormat)] = &[("text", LogFormat::Text), ("json", LogFormat::Json)];

fn sip(mut t: Table<'_>) -> Sip {
    let listen = t.list("listen", listen);
    if listen.as_ref().is_some_and(Vec::is_empty) {
        t.tell("listen", "nobody could call", "give at least one address");
    }
    let listen: Vec<Listen> = listen.map_or_else(everywhere, |l| l.concat());
    let mut seen = HashSet::new();
    for l in listen.iter().filter(|l| l.addr.port() != 0) {
        if !seen.insert((l.transport, l.addr)) {
            let word = l.transport.via_word().to_lowercase();
            t.tell(
                "listen",
                format!("{word}:{} is there twice", l.addr),
                "remove one",
            );
        }
    }
    let advertise = t.opt("advertise", |s| {
        let ip: Option<IpAddr> = s.parse().ok();
        ip.filter(|ip| !ip.is_unspecified())
            .ok_or_else(|| "write the IP address that others reach us at".to_owned())
    });
    let realm = t.get("realm", "zeroline".to_owned(), realm);
    let domains = t.list("domains", |s| name(s).map(|s| s.to_lowercase()));
    let tls = tls(&mut t, &listen);
    let mut l = t.table("limits");
    let limits = SipLimits {
        max_calls: l.get("max_calls", 4000, number(1, 1_000_000)),
        max_message: l.get("max_message", 65_535, number(2048, 65_535)),
        max_connections: l.get("max_connections", 2048, number(1, 100_000)),
        max_contacts: l.get("max_contacts", 10, number(1, 100)),
    };
    l.finish();
    let mut s = t.table("session_timer");
    let session_timer = SessionTimer {
        expires: s.get("expires", Duration::from_secs(1800), |v| match v {
            "0" | "never" => Ok(Duration::ZERO),
            v => duration("90s", "24h")(v).map_err(|e| format!("{e}, or `never`")),
        }),
        min: s.get("min", Duration::from_secs(90), duration("90s", "1h")),
    };
    if session_timer.expires != Duration::ZERO && session_timer.expires < session_timer.min {
        s.tell(
            "expires",
            "is shorter than `min`",
            "raise it, or lower `min`",
        );
    }
    s.finish();
    let mut r = t.table("registration");
    let registration = Registration {
        min: r.get("min", Duration::from_secs(60), duration("10s", "1h")),
        max: r.get("max", Duration::from_secs(3600), duration("60s", "24h")),
    };
    if registration.max < registration.min {
        r.tell("max", "is shorter than `min`", "raise it, or lower `min`");
    }
    r.finish();
    let trusted_peers = t.list("trusted_peers", network).unwrap_or_default();
    let trace = t.get("trace", None, trace);
    t.finish();
    Sip {
        listen,
        advertise,
        realm,
        domains: domains.unwrap_or_default(),
        tls,
        limits,
        session_timer,
        registration,
        trusted_peers,
        trace,
    }
}

fn everywhere() -> Vec<Listen> {
    let v4 = SocketAddr::from((Ipv4Addr::UNSPECIFIED, SIP_PORT));
    let v6 = SocketAddr::from((Ipv6Addr::UNSPECIFIED, SIP_PORT));
    let one = |transport, addr: SocketAddr| Listen {
        transport,
        addr,
        optional: addr.is_ipv6(),
    };
    vec![
        one(Transport::Udp, v4),
        one(Transport::Tcp, v4),
        one(Transport::Udp, v6),
        one(Transport::Tcp, v6),
    ]
}

fn listen(t: &str) -> Parsed<Vec<Listen>> {
    let like = "write `udp:0.0.0.0:5060`, `tcp:[::]:5060`, `tls:0.0.0.0:5061`, or an address \
                without transport for UDP and TCP";
    let (transports, addr): (&[Transport], &str) = match t.split_once(':') {
        Some(("udp", rest)) => (&[Transport::Udp], rest),
        Some(("tcp", rest)) => (&[Transport::Tcp], rest),
        Some(("tls", rest)) => (&[Transport::Tls], rest),
        Some(_) | None => (&[Transport::Udp, Transport::Tcp], t),
    };
    let port = match transports {
        [Transport::Tls] => SIPS_PORT,
        _ => SIP_PORT,
    };
    let bare = addr.trim_start_matches('[').trim_end_matches(']');
    let addr: SocketAddr = match (addr.parse(), bare.parse::<IpAddr>()) {
        (Ok(addr), _) => addr,
        (Err(_), Ok(ip)) => SocketAddr::new(ip, port),
        (Err(_), Err(_)) => return Err(like.to_owned()),
    };
    let one = |&transport| Listen {
        transport,
        addr,
        optional: false,
    };
    Ok(transports.iter().map(one).collect())
}

fn realm(t: &str) -> Parsed<String> {
    let good = text(t).is_ok() && t.is_ascii() && !t.contains(['"', '\\']);
    if good {
        Ok(t.to_owned())
    } else {
        Err("use ASCII without quotes and backslashes".to_owned())
    }
}

fn tls(t: &mut Table<'_>, listen: &[Listen]) -> Option<Tls> {
    let wanted = listen.iter().any(|l| l.transport == Transport::Tls);
    let given = t.has("tls");
    let mut tls = t.table("tls");
    if !given {
        if wanted {
            t.tell(
                "tls",
                "a TLS listener needs a certificate",
                "write a section [sip.tls] with cert and key (PEM files)",
            );
        }
        return None;
    }
    let cert = tls.need("cert", "\"/etc/zeroline/cert.pem\"", path);
    let key = tls.need("key", "\"/etc/zeroline/key.pem\"", path);
    let ca = tls.opt("ca", path);
    tls.finish();
    Some(Tls {
        cert: cert?,
        key: key?,
        ca,
    })
}

pub(super) fn network(t: &str) -> Parsed<Network> {
    let like = "write an address or a network, like `192.0.2.10` or `192.0.2.0/24`";
    let (addr, prefix) = t.split_once('/').map_or((t, None), |(a, p)| (a, Some(p)));
    let addr: IpAddr = addr.parse().map_err(|_| like.to_owned())?;
    let most = if addr.is_ipv4() { 32 } else { 128 };
    let prefix = match prefix {
        None => most,
        Some(p) => p.parse().map_err(|_| like.to_owned())?,
    };
    if prefix > most {
        return Err(format!("the prefix is at most {most}"));
    }
    Ok(Network { addr, prefix })
}

fn media(mut t: Table<'_>) -> Media {
    let codecs = t.list("codecs", choice(CODECS));
    let codecs = codecs.unwrap_or_else(|| CODECS.iter().map(|(_, c)| *c).collect());
    if codecs.is_empty() {
        t.tell("codecs", "nothing could be heard", "name at least one");
    }
    if (1..codecs.len()).any(|i| codecs[..i].contains(&codecs[i])) {
        t.tell("codecs", "a codec is there twice", "remove one");
    }
    let media = Media {
        ports: t.get("ports", (20_000, 29_999), ports),
        threads: t.opt("threads", |s| match number(1, 256)(s)? {
            0 => Err(String::new()),
            n => NonZeroUsize::new(n).ok_or_else(String::new),
        }),
        codecs,
        realtime: t.get("realtime", true, flag),
        rtp_silence: t.get("rtp_silence", Duration::from_secs(30), duration("5s", "1h")),
        srtp: t.get("srtp", SrtpPolicy::OnTls, choice(SRTP)),
    };
    t.finish();
    media
}

const CODECS: &[(&str, Codec)] = &[
    ("pcma", Codec::Pcma),
    ("pcmu", Codec::Pcmu),
    ("g722", Codec::G722),
    ("opus", Codec::Opus),
];

const SRTP: &[(&str, SrtpPolicy)] = &[
    ("off", SrtpPolicy::Off),
    ("on-tls", SrtpPolicy::OnTls),
    ("required", SrtpPolicy::Required),
];

fn ports(t: &str) -> Parsed<(u16, u16)> {
    let like = || "write first and last port, like `20000-29999`, at least 10 of them, above 1023";
    let (first, last) = t.split_once('-').ok_or_else(like)?;
    let port = |s: &str| s.trim().parse::<u16>().map_err(|_| like());
    let (first, last) = (port(first)?, port(last)?);
    if first < 1024 || last < first || last - first < 9 {
        return Err(like().to_owned());
    }
    Ok((first, last))
}

fn store(mut t: Table<'_>) -> Store {
    let elsewhere = t.has("url");
    let store = Store {
        dir: t.get("dir", PathBuf::from("data"), path),
        // Both may hold a password.
        url: t.secret("url", |s| database(s).map(Secret::new)),
        password: t.secret("password", |s| text(s).map(Secret::new)),
        password_file: t.opt("password_file", path),
    };
    let both = store.password.is_some() && store.password_file.is_some();
    if both {
        t.tell(
            "password_file",
            "there is a `password` as well",
            "remove one",
        );
    }
    let given = store.password.is_some() || store.password_file.is_some();
    if !elsewhere && given {
        let key = if store.password.is_some() {
            "password"
        } else {
            "password_file"
        };
        t.tell(
            key,
            "there is no database that asks for it",
            "write `url` as well, or remove it",
        );
    }
    t.finish();
    store
}

fn database(t: &str) -> Parsed<String> {
    let like = "write `postgres://user@host/database`";
    let rest = t
        .strip_prefix("postgres://")
        .or_else(|| t.strip_prefix("postgresql://"));
    match rest {
        Some(rest) if !rest.is_empty() && text(t).is_ok() => Ok(t.to_owned()),
        Some(_) | None => Err(like.to_owned()),
    }
}

pub(super) fn path(t: &str) -> Parsed<PathBuf> {
    text(t).map(PathBuf::from)
}

fn demo_service(t: &str) -> Parsed<Option<SocketAddr>> {
    let like = "write an address of this machine and a port, like `127.0.0.1:9061`, or `off`";
    match http(t) {
        Ok(Some(at)) if !at.ip().is_loopback() || at.port() == 0 => Err(like.to_owned()),
        Ok(at) => Ok(at),
        Err(_) => Err(like.to_owned()),
    }
}

pub(super) fn http(t: &str) -> Parsed<Option<SocketAddr>> {
    match t {
        "off" | "false" => Ok(None),
        t => t
            .parse()
            .map(Some)
            .map_err(|_| "write address and port, like `127.0.0.1:9060`, or `off`".to_owned()),
    }
}
