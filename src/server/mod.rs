//! The composition root: binds, spawns, routes calls to lines, and drains at the end.
//!
//! Everything that can be wrong in files is found before, by [`crate::setup`]; what can fail
//! here are ports, sockets and the disk.

mod agents;
mod api;
pub(crate) mod build;
mod demo;
mod drafts;
mod drain;
mod figures;
pub mod host;
mod listen;
mod news;
mod pictures;
mod reload;
mod signalling;
pub mod signals;

use std::future::Future;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use tokio::sync::{mpsc, watch};
use tokio::task::{JoinHandle, JoinSet};
use tracing::{debug, error};

use self::listen::listen;
use self::reload::Reloads;
use crate::call::setup::{CallSetup, CallStart};
use crate::cli::Options;
use crate::config::{Config, Secret};
use crate::ids::{ContactId, LegId, PhoneNumber};
use crate::menu::load::Lines;
use crate::net;
use crate::net::certificate::OwnError;
use crate::net::http::HttpClient;
use crate::net::mail::{MailError, Mailer};
use crate::net::media::MediaPool;
use crate::net::tls::TlsError;
use crate::net::web::WebError;
use crate::observe::calendars::Calendars;
use crate::observe::menus::MenuState;
use crate::observe::{self, Health, Readiness};
use crate::queue::acd::Acd;
use crate::setup::Setup;
use crate::sip::leg::LegCommand;
use crate::store::{Store, StoreError};
use crate::task::board::Board;
use crate::task::call::{self, FirstLeg, Tools};
use crate::task::callbacks::{self, CallbacksHandle, News, Planned};
use crate::task::clock;
use crate::task::crm::CrmHandle;
use crate::task::deck::Deck;
use crate::task::deliver;
use crate::task::desk::{Click, DeskHandle};
use crate::task::hooks;
use crate::task::ladder::LadderHandle;
use crate::task::outbox::{self, OutboxHandle, Ways};
use crate::task::queue;
use crate::task::rarely::Rarely;
use crate::task::recorder::Limits;
use crate::task::retention;
use crate::task::settings::InUse;
use crate::task::sip::{Bound, IncomingCall, SipHandle, SipNotice};
use crate::task::tapes::Tapes;
use crate::webrtc::Identity;

/// How many calls may wait to be begun; the next one is answered 503.
const INCOMING: usize = 1024;
/// Seconds after which a caller whom we had no room for may try again (RFC 3261 §21.5.4).
const RETRY_AFTER: u32 = 5;
/// Scanners dial thousands.
static UNKNOWN: Rarely = Rarely::new();

/// How much news of agents and trunks may wait.
const NOTICES: usize = 1024;

/// Why the server could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Signalling.
    #[error(transparent)]
    Signalling(#[from] signalling::SignallingError),
    /// Media threads.
    #[error("the media threads can not be started: {0}")]
    Media(std::io::Error),
    /// The record.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Metrics and health.
    #[error("can not listen for metrics on {0}: {1}; choose another by --http, or `--http off`")]
    Http(SocketAddr, std::io::Error),
    /// The API.
    #[error(
        "can not listen for the API on {0}: {1}; choose another by --set api.listen=ADDRESS, or \
         `off`"
    )]
    Api(SocketAddr, std::io::Error),
    /// The certificates that web services are believed by.
    #[error(transparent)]
    Web(#[from] TlsError),
    /// The certificate for the console that we make ourselves.
    #[error(transparent)]
    Certificate(#[from] OwnError),
    /// The certificate for browsers' media.
    #[error(transparent)]
    Browsers(#[from] WebError),
    /// The way to the mail server.
    #[error("mail can not be sent: {0}; see [mail]")]
    Mail(#[from] MailError),
    /// Metrics.
    #[error(transparent)]
    Observe(#[from] observe::ObserveError),
}

/// A server that is bound and ready to take calls.
pub struct Server {
    /// Where it listens for SIP.
    pub bound: Vec<Bound>,
    /// Where it answers for metrics and health.
    pub http: Option<SocketAddr>,
    /// Where the API is, as an address for browsers.
    pub api: Option<String>,
    /// SHA-256 of the API's certificate, where it is one that the server made itself.
    pub fingerprint: Option<String>,
    /// The password of the first administrator, whom this start has made: to be told once.
    pub first_password: Option<Secret>,
    config: Arc<Config>,
    options: Options,
    /// Those of `config`, for all others.
    settings: InUse,
    lines: Lines,
    menus: MenuState,
    agents: Arc<agents::Agents>,
    tools: Tools,
    incoming: mpsc::Receiver<IncomingCall>,
    notices: mpsc::Receiver<SipNotice>,
    callbacks: mpsc::Receiver<News>,
    clicks: mpsc::Receiver<Click>,
    health: Health,
    http_stop: watch::Sender<bool>,
    mail: Option<Mailer>,
    reload: (mpsc::Sender<()>, mpsc::Receiver<()>),
}

/// Binds everything and starts what the calls stand on. Must be called within the runtime.
///
/// # Errors
/// [`StartError`]; nothing is left running.
pub async fn start(setup: Setup) -> Result<Server, StartError> {
    let Setup {
        config,
        options,
        menus,
        ..
    } = setup;
    let told = pictures::told(&menus.lines, &menus.facts, &menus.reports);
    let (lines, prompts) = (menus.lines, menus.prompts);
    let calendars = Calendars::new(lines.calendars().values().cloned());
    let mail = config.mail.as_ref().map(Mailer::new).transpose()?;
    let metrics = observe::start_metrics()?;
    // What a crash left behind the store tells itself.
    let (store, _) = Store::open(&config.store).await?;
    let store = store.telling(api::watched(&config));
    // Browsers come by the console's port.
    let web = config
        .api
        .listen
        .map(|_| net::web::identity())
        .transpose()?;
    let shown = web.as_ref().map(Identity::fingerprint);
    let media = MediaPool::start(build::media(&config, web)).map_err(StartError::Media)?;
    let addresses = build::addresses(&config);
    let (incoming_in, incoming) = mpsc::channel(INCOMING);
    let (notices_in, notices) = mpsc::channel(NOTICES);
    let tickets = crate::api::tickets(&store).await?;
    let ladder = match config.sip.trace {
        Some(_) => LadderHandle::start(store.clone()),
        None => LadderHandle::default(),
    };
    let ways = signalling::Ways {
        incoming: incoming_in,
        notices: notices_in,
        ladder,
    };
    let (sip, bound) = signalling::start(&config, &addresses, tickets, ways)?;
    let acd = Acd::new(build::acd(&config));
    let queue = queue::spawn(acd, build::directory(&config, &lines), store.clone());
    let own_ports = bound.iter().map(|b| b.address).collect();
    let setup = Arc::new(CallSetup {
        prompts: Arc::new(build::prompts(&config, prompts)),
        lines: build::lines(&lines),
        sounds: build::sounds(&config),
        leg_ids: Arc::default(),
        codecs: config.media.codecs.clone(),
        srtp: build::srtp(&config),
        tls_trunks: build::tls_trunks(&config),
        web: shown,
        own_ports,
        message_limit: config.messages.max,
        transfer_ring: build::TRANSFER_RING,
        outside: Arc::clone(&config.outside),
        agents: build::languages(&config),
        auto_answer: build::auto_answer(&config),
        features: config.features.clone(),
        callback_after_drop: config.callbacks.after_drop,
        card_url: api::cards(&config, &addresses),
        faults: build::faults(),
    });
    let message = Limits {
        min: config.messages.min,
        max: config.messages.max,
    };
    let (callbacks, of_callbacks) = CallbacksHandle::new();
    let web = HttpClient::new()?;
    let tools = Tools {
        setup,
        sip,
        media,
        queue,
        store,
        crm: CrmHandle::new(config.crm.clone(), web.clone()),
        web,
        outbox: OutboxHandle::default(),
        callbacks,
        addresses,
        message,
        tapes: Tapes::new(Deck::start().map_err(StartError::Media)?),
    };

    let health = Health::new();
    let menus = MenuState::default();
    menus.loaded(clock::now().wall, told);
    menus.keep(calendars);
    let (http_stop, stopped) = watch::channel(false);
    if let Some(at) = demo::wanted(&config) {
        demo::start(at, until(stopped.clone())).await;
    }
    let config = Arc::new(config);
    let reload = mpsc::channel(1);
    let (desk, clicks) = DeskHandle::new();
    let rest = observe::router(metrics.clone(), health.clone(), menus.clone());
    let settings = InUse::new(Arc::clone(&config));
    let api = api::Wanted {
        options: options.clone(),
        settings: settings.clone(),
        tools: &tools,
        menus: menus.clone(),
        health: health.clone(),
        reload: reload.0.clone(),
        desk,
    };
    let api = api.start(rest.clone(), stopped.clone()).await?;
    let http = match config.http.listen {
        None => None,
        // The API's listener answers for it as well.
        Some(_) if api.shared.is_some() => api.shared,
        Some(at) => {
            let listener = listen(at, config.demo).await;
            let listener = listener.map_err(|e| StartError::Http(at, e))?;
            let at = listener.local_addr().map_err(|e| StartError::Http(at, e))?;
            tokio::spawn(observe::serve(listener, rest, until(stopped)));
            Some(at)
        }
    };
    tokio::spawn(observe::upkeep(metrics));
    Ok(Server {
        bound,
        http,
        agents: Arc::new(agents::Agents::new(&config)),
        options,
        settings,
        api: api.address,
        fingerprint: api.fingerprint,
        first_password: api.first_password,
        config,
        lines,
        menus,
        tools,
        incoming,
        notices,
        callbacks: of_callbacks,
        clicks,
        health,
        http_stop,
        mail,
        reload,
    })
}

async fn until(mut stop: watch::Receiver<bool>) {
    // An error means that the server is gone, which is a stop as well.
    let _ = stop.wait_for(|&s| s).await;
}

impl Server {
    /// The address that a phone elsewhere would reach us at when we listen on `bound`.
    pub fn reachable_at(&self, bound: IpAddr) -> IpAddr {
        self.tools.addresses.reachable_at(bound)
    }

    /// Takes calls until `shutdown` is done, then lets live calls finish (at most for the
    /// grace period), ends the rest by BYE, and returns when the record is on the disk.
    /// Whenever `reload` says so, settings, menus and prompts are read anew.
    pub async fn run(mut self, shutdown: impl Future<Output = ()>, reload: mpsc::Receiver<()>) {
        let (stop, stopping) = watch::channel(false);
        let mut calls = JoinSet::new();
        let notices = std::mem::replace(&mut self.notices, mpsc::channel(1).1);
        let news = tokio::spawn(news::pass_on(notices, self.tools.queue.clone()));
        let (sip, media) = (self.tools.sip.clone(), self.tools.media.clone());
        let counted = tokio::spawn(figures::keep(sip, media));
        let ways = Ways {
            web: self.tools.web.clone(),
            mail: self.mail.take(),
            settings: self.settings.clone(),
        };
        let (store, handle) = (self.tools.store.clone(), self.tools.outbox.clone());
        let hooked = hooks::feed(store.clone(), self.settings.clone(), handle.clone());
        let settings = self.settings.clone();
        let left = move || deliver::receivers(&settings.now());
        let left = deliver::feed(store.clone(), left, handle.clone());
        let feeding = tokio::spawn(async move { tokio::join!(hooked, left) });
        let sending = tokio::spawn(outbox::run(store, ways, handle));
        let (mut planned, calling) = self.call_back();
        let board = Board::new(
            self.tools.queue.clone(),
            self.tools.store.clone(),
            self.tools.outbox.clone(),
            self.settings.clone(),
        );
        board.begin().await;
        self.health.set(Readiness::Ready);
        let (ask, asked) = std::mem::replace(&mut self.reload, mpsc::channel(1));
        tokio::spawn(api::pass_on(reload, ask));
        let mut reloads = Reloads::new(
            self.options.clone(),
            self.settings.clone(),
            asked,
            self.menus.clone(),
        );
        let board = tokio::spawn(board.keep());
        let removing = retention::keep(
            self.tools.store.clone(),
            self.config.retention,
            self.config.sip.trace,
        );
        let removing = tokio::spawn(removing);
        tokio::pin!(shutdown);
        loop {
            tokio::select! {
                biased;
                () = &mut shutdown => break,
                Some(ended) = calls.join_next() => told(ended),
                read = reloads.next() => self.reloaded(read).await,
                Some(plan) = planned.recv() => self.begin_back(plan, &mut calls, &stopping),
                Some(click) = self.clicks.recv() => {
                    calls.spawn(click.run(self.tools.clone(), stopping.clone()));
                }
                call = self.incoming.recv() => match call {
                    Some(call) => self.begin(call, &mut calls, &stopping),
                    None => {
                        error!("signalling has ended; the server stops");
                        break;
                    }
                },
            }
        }
        self.health.set(Readiness::Draining);
        drain::drain(
            &self.tools,
            self.config.stop.grace,
            &mut self.incoming,
            &mut calls,
            &stop,
        )
        .await;
        news.abort();
        counted.abort();
        board.abort();
        removing.abort();
        // What was not sent is there at the next start.
        feeding.abort();
        sending.abort();
        calling.abort();
        self.tools.tapes.finish().await;
        self.tools.store.close().await;
        self.tools.media.stop();
        // Nobody asks for metrics of a server that is gone.
        let _ = self.http_stop.send(true);
    }

    /// Those who are to be called back, as they stand in line. Without a trunk nobody is.
    fn call_back(&mut self) -> (mpsc::Receiver<Planned>, JoinHandle<()>) {
        let (plans, planned) = mpsc::channel(INCOMING);
        let callbacks = &self.config.callbacks;
        let ways = callbacks::Settings {
            trunk: self.config.trunks.first().map(|t| t.name.clone()),
            outside: Arc::clone(&self.config.outside),
            retry_every: callbacks.retry_every,
            attempts: callbacks.attempts,
        };
        let notices = std::mem::replace(&mut self.callbacks, mpsc::channel(1).1);
        let store = self.tools.store.clone();
        let calling = tokio::spawn(callbacks::run(store, ways, notices, plans));
        (planned, calling)
    }

    /// Somebody takes their place in line, to be called back.
    fn begin_back(&self, plan: Planned, calls: &mut JoinSet<()>, stopping: &watch::Receiver<bool>) {
        let tools = self.tools.clone();
        let line = tools.setup.lines.get(&plan.start.line).cloned();
        // The line that they called is gone: another one does for the words.
        let line = line.or_else(|| self.lines.iter().next().cloned());
        if let Some(line) = line {
            calls.spawn(call::run_back(tools, plan, line, stopping.clone()));
        }
    }

    /// A call came in: the number decides about the line.
    fn begin(&self, call: IncomingCall, calls: &mut JoinSet<()>, stopping: &watch::Receiver<bool>) {
        let IncomingCall {
            mut invite,
            events,
            sender,
        } = call;
        if calls.len() >= self.config.sip.limits.max_calls {
            debug!("full: a call was refused");
            calls.spawn(refuse(
                self.tools.sip.clone(),
                invite.leg,
                503,
                Some(RETRY_AFTER),
            ));
            return;
        }
        let now = clock::now();
        let contact = ContactId::new(now.wall, rand::random());
        let known = |number: &PhoneNumber| self.lines.by_number(number.reveal());
        if known(&invite.dialled).is_none()
            && let Some(named) = invite.named.take()
        {
            invite.dialled = named;
        }
        let line = known(&invite.dialled);
        let Some(line) = line.filter(|_| invite.replaces.is_none()) else {
            let call = IncomingCall {
                invite,
                events,
                sender,
            };
            return self.no_line(call, calls, stopping);
        };
        let start = CallStart {
            contact,
            leg: invite.leg,
            line: line.name.clone(),
            dialled: invite.dialled,
            caller: invite.caller,
            caller_name: invite.caller_name,
            offer: invite.offer,
            transport: invite.flow.transport,
            remote: invite.flow.remote.ip(),
        };
        let key = invite.user_to_user.as_deref().and_then(call::followed::key);
        let first = FirstLeg {
            events,
            sender,
            key: key.map(str::to_owned),
        };
        calls.spawn(call::run(
            self.tools.clone(),
            first,
            start,
            Arc::clone(line),
            stopping.clone(),
        ));
    }
}

async fn refuse(sip: SipHandle, leg: LegId, status: u16, retry_after: Option<u32>) {
    let reject = LegCommand::Reject {
        status,
        retry_after,
    };
    // Signalling that is gone refuses nothing, and nobody waits for it.
    let _ = sip.command(leg, reject).await;
}

fn told(ended: Result<(), tokio::task::JoinError>) {
    if let Err(e) = ended {
        error!(error = %e, "a call's task has failed");
    }
}
