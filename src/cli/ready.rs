//! What the operator is told when the server has started.

use std::net::SocketAddr;

use super::demo_text;
use crate::config::{AgentSecret, Config};
use crate::server::Server;
use crate::setup::Setup;
use crate::sip::flow::Transport;

/// What the operator is told once the server is ready.
pub struct Told {
    demo: Option<(String, String)>,
}

impl Told {
    /// Of what is about to start.
    pub fn of(setup: &Setup) -> Told {
        let number = setup
            .menus
            .lines
            .iter()
            .flat_map(|l| &l.numbers)
            .next()
            .cloned();
        let demo = setup
            .config
            .demo
            .then(|| (number.unwrap_or_default(), demo_password(&setup.config)));
        Told { demo }
    }

    /// Tells it.
    pub fn print(&self, server: &Server) {
        for b in &server.bound {
            println!(
                "listening for SIP on {} {}",
                b.transport.via_word(),
                b.address
            );
        }
        if let Some(http) = server.http {
            println!("metrics and health on http://{http}/metrics and /health");
        }
        if let Some(api) = &server.api {
            println!("console on {api}/, API on {api}/api/v1");
            if let Some(fingerprint) = &server.fingerprint {
                println!(
                    "  with a certificate of its own, of which browsers warn: believe it if its SHA-256 is\n  \
                     {fingerprint}\n  or set api.cert and api.key to one that they know"
                );
            }
        }
        if let Some(password) = &server.first_password {
            println!(
                "first start: sign in as {}, password {} (shown only now; `zeroline users \
                 reset-password {}` makes a new one)",
                crate::api::FIRST_USER,
                password.reveal(),
                crate::api::FIRST_USER
            );
        }
        let udp = server
            .bound
            .iter()
            .find(|b| b.transport == Transport::Udp && b.address.is_ipv4());
        if let (Some((number, password)), Some(udp)) = (&self.demo, udp) {
            let reach = SocketAddr::new(server.reachable_at(udp.address.ip()), udp.address.port());
            println!("{}", demo_text(reach, number, password));
        }
        println!("ready");
    }
}

fn demo_password(config: &Config) -> String {
    match config.agents.first().and_then(|a| a.secret.as_ref()) {
        Some(AgentSecret::Password(p)) => p.reveal().to_owned(),
        Some(AgentSecret::Ha1 { .. }) | None => "(as configured)".to_owned(),
    }
}
