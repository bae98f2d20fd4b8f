//! The section `[api]`: who may reach the HTTP API, and how; and `[[webhooks]]`, whom it tells.

use std::collections::HashSet;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use super::reader::{Parsed, Table, duration, flag, name, text};
use super::sections::{http, network, path};
use super::types::Secret;
use crate::sip::flow::Network;
use crate::text::nearest;

/// What webhooks may be asked for.
pub const EVENTS: [&str; 8] = [
    "contact.begun",
    "contact.queued",
    "contact.connected",
    "contact.wrapped_up",
    "contact.ended",
    "message.stored",
    "callback.stored",
    "queue.threshold",
];
/// A shorter secret can be guessed.
pub(super) const SECRET: usize = 16;

/// The HTTP API: section `[api]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Api {
    /// Where to listen; `None`: not at all (the command line is answered all the same).
    pub listen: Option<SocketAddr>,
    /// How what goes over it is kept from others.
    pub tls: ApiTls,
    /// What browsers' addresses begin with, where somebody else stands between (`https://…`).
    pub origin: Option<String>,
    /// Those whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<Network>,
    /// Whose pages may have phones here besides ours (`https://shop.example`).
    pub phone_origins: Vec<String>,
    /// A session that was not used for so long is over.
    pub session_idle: Duration,
    /// A session is over then, however busy.
    pub session_max: Duration,
}

impl Api {
    /// Whether browsers come by HTTPS.
    pub fn is_secure(&self) -> bool {
        match &self.origin {
            Some(origin) => origin.starts_with("https://"),
            None => self.tls != ApiTls::Clear,
        }
    }
}

/// How connections to the API are kept from others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ApiTls {
    /// Not at all: they stay on this machine, or a proxy with HTTPS stands between.
    Clear,
    /// By the server's own certificate, which it makes and signs itself and keeps with its data.
    Own,
    /// By PEM files.
    Files {
        /// The chain, our certificate first.
        cert: PathBuf,
        /// The private key.
        key: PathBuf,
    },
}

/// Who is told of what happens: one of `[[webhooks]]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Webhook {
    /// Its name, for the outbox.
    pub name: String,
    /// Where to.
    pub url: String,
    /// Of what.
    pub events: Vec<String>,
    /// Signs what is sent.
    pub secret: Secret,
    /// With callers' numbers in the clear.
    pub numbers: bool,
}

pub(super) fn read(mut t: Table<'_>) -> Api {
    let listen = t.get(
        "listen",
        Some(SocketAddr::from(([127, 0, 0, 1], 8080))),
        |s| http(s).map_err(|_| "write address and port, like `127.0.0.1:8080`, or `off`".into()),
    );
    let cert = t.opt("cert", path);
    let key = t.opt("key", path);
    if cert.is_some() != key.is_some() {
        t.tell(
            if cert.is_some() { "key" } else { "cert" },
            "`cert` and `key` belong together",
            "give both (PEM files), or none",
        );
    }
    let origin_given = t.opt("origin", origin);
    let proxied = origin_given
        .as_deref()
        .is_some_and(|o| o.starts_with("https://"));
    let tls = match cert.zip(key) {
        Some((cert, key)) => ApiTls::Files { cert, key },
        // Passwords and callers' numbers do not go over a network in the clear.
        None if listen.is_some_and(|at| !at.ip().is_loopback()) && !proxied => ApiTls::Own,
        None => ApiTls::Clear,
    };
    let api = Api {
        listen,
        tls,
        origin: origin_given,
        trusted_proxies: t.list("trusted_proxies", network).unwrap_or_default(),
        phone_origins: t.list("phone_origins", origin).unwrap_or_default(),
        session_idle: t.get(
            "session_idle",
            Duration::from_secs(3600),
            duration("1m", "24h"),
        ),
        session_max: t.get(
            "session_max",
            Duration::from_secs(12 * 3600),
            duration("5m", "24h"),
        ),
    };
    if api.session_max < api.session_idle {
        t.tell(
            "session_max",
            "is shorter than `session_idle`",
            "raise it, or lower `session_idle`",
        );
    }
    t.finish();
    api
}

/// `https://desk.example.org`: what the browser's address begins with.
fn origin(t: &str) -> Parsed<String> {
    let like = || "write what the browser's address begins with, like `https://desk.example.org`";
    let host = t
        .strip_prefix("https://")
        .or_else(|| t.strip_prefix("http://"));
    let good = |h: &str| {
        !h.is_empty()
            && h.chars()
                .all(|c| c.is_ascii_alphanumeric() || ".-:[]".contains(c))
    };
    match host {
        Some(host) if good(host) => Ok(t.to_ascii_lowercase()),
        Some(_) | None => Err(like().to_owned()),
    }
}

pub(super) fn webhooks(tables: Option<Vec<Table<'_>>>) -> Vec<Webhook> {
    let mut hooks = Vec::new();
    let mut names = HashSet::new();
    for mut t in tables.unwrap_or_default() {
        let named = t.need("name", "\"crm\"", name);
        if named.as_ref().is_some_and(|n| !names.insert(n.clone())) {
            t.tell(
                "name",
                "another webhook has this name",
                "choose one of its own",
            );
        }
        let url = t.need("url", "\"https://crm.example.org/zeroline\"", url);
        let events = t.list("events", event);
        let events = events.unwrap_or_else(|| EVENTS.map(str::to_owned).to_vec());
        if events.is_empty() {
            t.tell(
                "events",
                "nothing would be sent",
                "name at least one, or leave it out for all",
            );
        }
        let has_secret = t.has("secret");
        let secret = t.secret("secret", |s| match text(s) {
            Ok(s) if s.len() >= SECRET => Ok(Secret::new(s)),
            Ok(_) | Err(_) => Err(format!("write at least {SECRET} characters")),
        });
        if !has_secret {
            t.tell(
                "secret",
                "is missing",
                "write `secret = \"…\"`, as the receiver knows it: it signs what is sent",
            );
        }
        let numbers = t.get("numbers", false, flag);
        t.finish();
        if let (Some(name), Some(url), Some(secret)) = (named, url, secret) {
            hooks.push(Webhook {
                name,
                url,
                events,
                secret,
                numbers,
            });
        }
    }
    hooks
}

pub(super) fn url(t: &str) -> Parsed<String> {
    let good = text(t).is_ok()
        && !t.contains(char::is_whitespace)
        && t.parse::<http::Uri>().is_ok_and(|u| {
            u.host().is_some_and(|h| !h.is_empty())
                && matches!(u.scheme_str(), Some("http" | "https"))
                && u.authority().is_some_and(|a| !a.as_str().contains('@'))
        });
    match good {
        true => Ok(t.to_owned()),
        false => Err("write a whole address, like `https://crm.example.org/zeroline`".to_owned()),
    }
}

fn event(t: &str) -> Parsed<String> {
    if EVENTS.contains(&t) {
        return Ok(t.to_owned());
    }
    Err(match nearest(t, EVENTS) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("there are: {}", EVENTS.join(", ")),
    })
}

/// A code of a queue: what agents choose from.
pub(super) fn code(t: &str) -> Parsed<String> {
    match text(t) {
        Ok(t) if t.chars().count() <= 40 => Ok(t),
        Ok(_) | Err(_) => Err("write one to 40 characters".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::ApiTls;
    use crate::config::{Config, Layers, Secret, load};

    fn read(text: &str) -> Result<Config, Vec<String>> {
        let layers = Layers {
            file: Some(("zeroline.toml".to_owned(), text.to_owned())),
            ..Layers::default()
        };
        load(&layers, Secret::new("demo"))
            .map_err(|all| all.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn the_api_is_on_this_machine_only_unless_somebody_says_more() {
        let usual = read("").unwrap().api;
        assert_eq!(usual.listen, Some(([127, 0, 0, 1], 8080).into()));
        assert!(!usual.is_secure());
        assert_eq!(read("[api]\nlisten = \"off\"").unwrap().api.listen, None);
        let proxied = read("[api]\norigin = \"https://Desk.example\"")
            .unwrap()
            .api;
        assert!(proxied.is_secure() && proxied.origin.as_deref() == Some("https://desk.example"));
    }

    #[test]
    fn beyond_this_machine_it_is_https_with_a_certificate_of_its_own_or_by_a_proxy() {
        let of = |text: &str| read(&format!("[api]\n{text}")).unwrap().api;
        let open = of("listen = \"0.0.0.0:8080\"");
        assert!(open.tls == ApiTls::Own && open.is_secure());
        assert_eq!(of("listen = \"[::1]:8080\"").tls, ApiTls::Clear);
        let behind = of("listen = \"0.0.0.0:8080\"\norigin = \"https://desk.example\"");
        assert!(behind.tls == ApiTls::Clear && behind.is_secure());
        let named = of("listen = \"0.0.0.0:8080\"\norigin = \"http://desk.example\"");
        assert_eq!(named.tls, ApiTls::Own);
        let files = of("listen = \"0.0.0.0:8080\"\ncert = \"a.pem\"\nkey = \"b.pem\"");
        assert!(matches!(files.tls, ApiTls::Files { .. }));
    }

    #[test]
    fn every_mistake_is_told() {
        let text = "[api]\nlisten = \"8080\"\ncert = \"a.pem\"\norigin = \"desk\"\nsession_max = \"5m\"\n\
                    [[webhooks]]\nname = \"crm\"\nurl = \"ftp://x\"\nevents = [\"contact.end\"]\n\
                    [[webhooks]]\nname = \"crm\"\nurl = \"https://crm.example\"\nsecret = \"4711\"\n\
                    [[queues]]\nname = \"x\"\nwrap_up_codes = [\"a\", \"a\"]\n";
        let told = read(text).unwrap_err();
        for part in [
            "api.listen: `8080` does not fit",
            "api.key: `cert` and `key` belong together",
            "api.origin: `desk` does not fit",
            "api.session_max: is shorter than `session_idle`",
            "webhooks[0].url: `ftp://x` does not fit",
            "did you mean `contact.ended`?",
            "webhooks[0].secret: is missing",
            "webhooks[1].name: another webhook has this name",
            "webhooks[1].secret: the value does not fit; write at least 16 characters",
            "queues[0].wrap_up_codes: `a` is there twice",
        ] {
            assert!(told.iter().any(|t| t.contains(part)), "{part} in {told:#?}");
        }
        assert_eq!(told.len(), 10, "{told:#?}");
        assert!(!told.join("\n").contains("4711"));
    }

    #[test]
    fn a_webhook_is_asked_for_everything_unless_it_says_less() {
        let text = "[[webhooks]]\nname = \"crm\"\nurl = \"https://crm.example/x\"\n\
                    secret = \"0123456789abcdef\"\n";
        let config = read(text).unwrap();
        let hook = &config.webhooks[0];
        assert_eq!(
            (hook.events.len(), hook.numbers),
            (super::EVENTS.len(), false)
        );
        assert!(!format!("{hook:?}").contains("0123456789"));
    }
}
