//! Starts the HTTP API over the server's parts.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use tokio::sync::{mpsc, watch};
use tracing::warn;

use super::listen::listen;
use super::{StartError, drafts};
use crate::api::phone::Door;
use crate::api::{self, Api, Over, serve};
use crate::cli::Options;
use crate::config::{ApiTls, Config, Secret};
use crate::ids::{AgentId, QueueName};
use crate::live::{self, Live};
use crate::net::local::LocalAddresses;
use crate::net::{certificate, tls};
use crate::observe::menus::MenuState;
use crate::observe::prompts::PromptShelf;
use crate::observe::{self, Health};
use crate::setup::Tried;
use crate::setup::shelf::Shelf;
use crate::task::call::Tools;
use crate::task::clock;
use crate::task::desk::DeskHandle;
use crate::task::settings::{InUse, SettingsFile};

/// What is told to those who watch.
pub(super) fn watched(config: &Config) -> Live {
    let now = clock::now().wall;
    live::spawn(rand::random(), names(config), quiet(config), now)
}

/// The agents and their names.
pub(super) fn names(config: &Config) -> Vec<(AgentId, String)> {
    let agents = config.agents.iter();
    agents.map(|a| (a.id.clone(), a.name.clone())).collect()
}

/// The queues in which agents are not told of supervisors who only listen.
pub(super) fn quiet(config: &Config) -> Vec<QueueName> {
    let quiet = config.queues.iter().filter(|q| !q.monitor_notice);
    quiet.map(|q| q.name.clone()).collect()
}

/// Where contacts' pages are to be seen, if others than this machine reach the console.
pub(super) fn cards(config: &Config, addresses: &LocalAddresses) -> Option<String> {
    let origin = match (&config.api.origin, config.api.listen) {
        (Some(origin), _) => origin.trim_end_matches('/').to_owned(),
        (None, Some(at)) if !at.ip().is_loopback() && at.port() != 0 => {
            let scheme = match config.api.tls {
                ApiTls::Clear => "http",
                ApiTls::Own | ApiTls::Files { .. } => "https",
            };
            let reach = SocketAddr::new(addresses.reachable_at(at.ip()), at.port());
            format!("{scheme}://{reach}")
        }
        (None, _) => return None,
    };
    Some(format!("{origin}/contacts"))
}

/// What the API is to be made of.
pub(super) struct Wanted<'t> {
    pub options: Options,
    pub settings: InUse,
    pub tools: &'t Tools,
    pub menus: MenuState,
    pub health: Health,
    pub reload: mpsc::Sender<()>,
    pub desk: DeskHandle,
}

/// What came of it.
pub(super) struct Started {
    /// As browsers write it.
    pub address: Option<String>,
    /// Of the certificate that the server made itself, if it has one: SHA-256, as browsers show it.
    pub fingerprint: Option<String>,
    /// Of the first administrator, made by this start.
    pub first_password: Option<Secret>,
    /// Where it answers for metrics and health as well, if it does.
    pub shared: Option<SocketAddr>,
}

impl Wanted<'_> {
    /// Listens. `rest` is what else is answered where it is to share its address.
    pub async fn start(
        self,
        rest: Router,
        stop: watch::Receiver<bool>,
    ) -> Result<Started, StartError> {
        let (config, store) = (self.settings.now(), &self.tools.store);
        let queue = self.tools.queue.clone();
        let api = Api::new(Over {
            settings: self.settings.clone(),
            store: store.clone(),
            queue,
            menus: self.menus,
            reload: self.reload,
            file: SettingsFile(Arc::new(Tried {
                options: self.options,
                settings: self.settings.clone(),
            })),
            drafts: drafts::of(self.settings.clone()),
            prompts: PromptShelf::new(Shelf::new(self.settings)),
            callbacks: self.tools.callbacks.clone(),
            tapes: self.tools.tapes.clone(),
            desk: self.desk,
        })
        .await?;
        let shared = config.api.listen.is_some_and(|at| at.port() != 0)
            && config.api.listen == config.http.listen;
        let more = match shared {
            true => rest,
            false => observe::probes(self.health),
        };
        let listener = match config.api.listen {
            Some(at) => {
                let bound = listen(at, config.demo).await;
                let bound = bound.and_then(|l| l.local_addr().map(|at| (l, at)));
                Some(bound.map_err(|e| StartError::Api(at, e))?)
            }
            None => None,
        };
        let door = listener.as_ref().map(|(_, at)| Door {
            streams: self.tools.sip.streams(),
            local: *at,
        });
        let router = api::router(api, more, door);
        match serve::bind_local(&config.store.dir) {
            Ok((listener, path)) => {
                tokio::spawn(serve::local(listener, path, router.clone(), stop.clone()));
            }
            Err(e) => warn!(error = %e, "the command line can not be answered"),
        }
        let Some((listener, at)) = listener else {
            return Ok(Started {
                address: None,
                fingerprint: None,
                first_password: None,
                shared: None,
            });
        };
        let reach = self.tools.addresses.reachable_at(at.ip());
        let mut fingerprint = None;
        let tls = match &config.api.tls {
            ApiTls::Clear => None,
            ApiTls::Files { cert, key } => Some(tls::acceptor(cert, key)?),
            ApiTls::Own => {
                let own = certificate::own(&config.store.dir, reach, clock::now().wall)?;
                fingerprint = Some(own.fingerprint);
                Some(tls::acceptor(&own.cert, &own.key)?)
            }
        };
        let first_password = api::first_user(store).await?.map(Secret::new);
        let scheme = if tls.is_some() { "https" } else { "http" };
        let address = config.api.origin.clone();
        tokio::spawn(serve::tcp(listener, tls, router, stop));
        Ok(Started {
            address: Some(
                address
                    .unwrap_or_else(|| format!("{scheme}://{}", SocketAddr::new(reach, at.port()))),
            ),
            fingerprint,
            first_password,
            shared: shared.then_some(at),
        })
    }
}

/// What the system asks for, beside what the API asks for.
pub(super) async fn pass_on(mut asked: mpsc::Receiver<()>, ask: mpsc::Sender<()>) {
    while asked.recv().await.is_some() {
        // Full: somebody has asked already.
        let _ = ask.try_send(());
    }
}
