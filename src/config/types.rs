//! The checked settings: what the server is built from. Every value in here has been checked.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::mistake::Mistake;
use crate::ids::{AgentId, Language, NodeName, PromptName, QueueName, SkillName};
use crate::outside::Outside;
use crate::queue::action::OverflowStep;
use crate::sdp::plan::Codec;
use crate::sip::flow::Transport;
use crate::statistics::threshold::Threshold;

pub use super::api::{Api, ApiTls, Webhook};
pub use super::recording::Recording;
pub use super::retention::Retention;
pub use super::secret::Secret;
pub use super::uri::SipUri;
pub use super::waiting::{Comfort, Statistics, WaitingKey};
pub use crate::queue::settings::{ServiceLevel, Strategy, Unstaffed};
pub use crate::sip::flow::Network;

/// All settings of one server.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// Signalling.
    pub sip: Sip,
    /// Voice.
    pub media: Media,
    /// Those who answer.
    pub agents: Vec<Agent>,
    /// Where callers wait for them.
    pub queues: Vec<Queue>,
    /// What agents dial and press.
    pub features: super::Features,
    /// What callers leave when nobody is free.
    pub messages: Messages,
    /// How those are called who asked for it.
    pub callbacks: Callbacks,
    /// Providers through which calls come in and go out.
    pub trunks: Vec<Trunk>,
    /// Which numbers may be called by them.
    pub outside: Arc<Outside>,
    /// Menu files.
    pub lines: Lines,
    /// Recorded prompts.
    pub prompts: Prompts,
    /// How e-mails are sent; `None`: not at all.
    pub mail: Option<Mail>,
    /// Who knows the callers; `None`: nobody is asked.
    pub crm: Option<super::Crm>,
    /// What is kept.
    pub store: Store,
    /// How long.
    pub retention: Retention,
    /// How statistics are counted.
    pub statistics: Statistics,
    /// Metrics and health.
    pub http: Http,
    /// The HTTP API.
    pub api: Api,
    /// Who is told of what happens.
    pub webhooks: Vec<Webhook>,
    /// Shutting down.
    pub stop: Stop,
    /// Logs.
    pub log: Log,
    /// No agent was configured, so these are the two of the demo (`agent1`, `agent2`): say so at
    /// the start, with their password.
    pub demo: bool,
    /// Where the web service of the demo line listens; `None`: nowhere.
    pub demo_service: Option<SocketAddr>,
    /// The settings file, as it was named; `None`: there is none.
    pub source: Option<String>,
}

/// Signalling: section `[sip]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Sip {
    /// Where to listen.
    pub listen: Vec<Listen>,
    /// The address to write into Contact, Via and SDP when listening on all interfaces behind
    /// NAT; otherwise the interface's own.
    pub advertise: Option<IpAddr>,
    /// The realm of digest authentication (RFC 8760); also in the HA1 of agents.
    pub realm: String,
    /// Host names (lower case) that are us, beside our addresses. Empty: any name is taken.
    pub domains: Vec<String>,
    /// Certificate for TLS listeners.
    pub tls: Option<Tls>,
    /// Bounds.
    pub limits: SipLimits,
    /// RFC 4028.
    pub session_timer: SessionTimer,
    /// How long agents' registrations live (RFC 3261 §10.2.1).
    pub registration: Registration,
    /// Networks whose calls need no proof of identity beyond their address (trunk gateways):
    /// their `P-Asserted-Identity` is believed.
    pub trusted_peers: Vec<Network>,
    /// How long the SIP messages of calls are kept, masked; `None`: not at all.
    pub trace: Option<Duration>,
}

/// One listener.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listen {
    /// The transport.
    pub transport: Transport,
    /// Address and port; port 0: any free one (for tests).
    pub addr: SocketAddr,
    /// Do without it when it can not be bound: the default IPv6 listeners on a host without IPv6.
    pub optional: bool,
}

/// Certificate chain and private key in PEM files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tls {
    /// The chain, our certificate first.
    pub cert: PathBuf,
    /// The private key (PKCS#8, SEC1 or PKCS#1).
    pub key: PathBuf,
    /// Certificates (PEM) of those who vouch for the servers that we connect to; `None`: what
    /// the system believes.
    pub ca: Option<PathBuf>,
}

/// Bounds on what the signalling side holds: `[sip.limits]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SipLimits {
    /// Calls at a time; above it new ones get 503 with Retry-After.
    pub max_calls: usize,
    /// Bytes of one SIP message.
    pub max_message: usize,
    /// TCP and TLS connections at a time.
    pub max_connections: usize,
    /// Contacts registered per agent.
    pub max_contacts: usize,
}

/// RFC 4028: `[sip.session_timer]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionTimer {
    /// Session-Expires that we ask for. Zero: no session timer of our own (a peer's is honoured).
    pub expires: Duration,
    /// Min-SE: the smallest that we accept (RFC 4028 §5: at least 90 s).
    pub min: Duration,
}

/// Registration lifetimes: `[sip.registration]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Registration {
    /// Shorter ones get 423 (Interval Too Brief).
    pub min: Duration,
    /// Longer ones are cut to this.
    pub max: Duration,
}

/// Voice: section `[media]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Media {
    /// First and last UDP port for RTP and RTCP, both included.
    pub ports: (u16, u16),
    /// Media threads; `None`: one per core.
    pub threads: Option<NonZeroUsize>,
    /// Codecs that we speak, the preferred first.
    pub codecs: Vec<Codec>,
    /// Try for real-time priority (SCHED_FIFO); without the right to it the threads go on at the
    /// best nice value.
    pub realtime: bool,
    /// A leg from which no RTP came for this long (although it should) is given up.
    pub rtp_silence: Duration,
    /// Encryption of voice.
    pub srtp: SrtpPolicy,
}

/// When voice is encrypted (SDES, RFC 4568).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SrtpPolicy {
    /// Never; offers of RTP/SAVP only are refused.
    Off,
    /// Where signalling is on TLS: taken when offered, offered by us.
    OnTls,
    /// Calls without it are refused.
    Required,
}

/// A person who answers: one of `[[agents]]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Agent {
    /// The user part of their SIP address, and their user name for authentication.
    pub id: AgentId,
    /// The name that callers' records and other agents see.
    pub name: String,
    /// What they authenticate with. `None`: they do not register, `contact` says where they are.
    pub secret: Option<AgentSecret>,
    /// A phone that is always there, without registration.
    pub contact: Option<SipUri>,
    /// The queues that they answer, in the order of the file.
    pub queues: Vec<QueueName>,
    /// What they can do, languages by their tags among it, from 1 (a little) to [`SkillName::MAX_LEVEL`].
    pub skills: BTreeMap<SkillName, u8>,
    /// How long their phone rings, in place of the queue's.
    pub ring_for: Option<Duration>,
    /// Time after a call, in place of the queue's.
    pub wrap_up: Option<Duration>,
    /// So many tasks they may have taken at once; `None`: any number.
    pub max_tasks: Option<usize>,
    /// May listen to other agents' talks, and speak in them.
    pub supervisor: bool,
    /// Their phone is asked to answer by itself what the queue offers.
    pub auto_answer: bool,
    /// In which language the server speaks to them; `None`: in that of the prompts.
    pub language: Option<Language>,
}

/// What an agent authenticates with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AgentSecret {
    /// The password in the clear: every digest algorithm works.
    Password(Secret),
    /// H(user:realm:password) only (RFC 7616 §3.4.2); what is `None` can not be used.
    Ha1 {
        /// 32 hexadecimal characters, lower case.
        md5: Option<Secret>,
        /// 64 hexadecimal characters, lower case.
        sha256: Option<Secret>,
    },
}

/// What a queue asks callers when an agent has ended the talk.
#[derive(Clone, Debug, PartialEq)]
pub struct AfterTalk {
    /// A `survey` of the lines whose callers are asked.
    pub node: NodeName,
    /// What is told should no line have it.
    pub missing: Mistake,
}

/// Where callers wait: one of `[[queues]]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Queue {
    /// Its name, as menus and agents use it.
    pub name: QueueName,
    /// Who is offered the next caller.
    pub strategy: Strategy,
    /// How long an agent's phone rings before the agent counts as missed.
    pub ring_for: Duration,
    /// Time for an agent after each call.
    pub wrap_up: Duration,
    /// As many may wait; the next one overflows.
    pub max_callers: usize,
    /// Waiting longer overflows.
    pub max_wait: Duration,
    /// What callers meet when no agent of the queue is signed in.
    pub unstaffed: Unstaffed,
    /// Music while waiting.
    pub music: PromptName,
    /// A kind word now and then.
    pub comfort: Option<Comfort>,
    /// How often callers are told their place (and when it gets better); `None`: never.
    pub position_every: Option<Duration>,
    /// Agents hear who it is before the caller is connected.
    pub whisper: bool,
    /// Whether talks are recorded.
    pub recording: Recording,
    /// What callers can ask for by a key while they wait, besides 0 and 9.
    pub waiting_keys: Vec<WaitingKey>,
    /// Who called within that time is kept for the agent with whom they talked; `None`: nobody.
    pub affinity: Option<Duration>,
    /// For how long, while that agent is at work on something else.
    pub affinity_hold: Duration,
    /// The level at which agents should speak a caller's language; 0: it does not matter.
    pub language_level: u8,
    /// The levels that a waiting caller needs fall by one each time this has passed.
    pub relax_every: Duration,
    /// How many callers should talk to a person within how long.
    pub service_level: ServiceLevel,
    /// Where those go whom the queue can not keep; the last step takes a promise.
    pub overflow: Vec<OverflowStep>,
    /// What agents may say of a talk when they write it up.
    pub wrap_up_codes: Vec<String>,
    /// To whom messages of its callers go.
    pub messages_to: Vec<super::MessagesTo>,
    /// Limits for its figures.
    pub thresholds: Vec<Threshold>,
    /// Agents are told when a supervisor only listens.
    pub monitor_notice: bool,
    /// Callers are asked this when an agent has ended the talk: a `survey` of the line that they called.
    pub survey: Option<AfterTalk>,
}

/// What callers leave when nobody is free: section `[messages]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Messages {
    /// The longest message.
    pub max: Duration,
    /// Shorter ones are not kept; the caller is asked again.
    pub min: Duration,
}

/// How those are called back who asked for it: section `[callbacks]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Callbacks {
    /// How long after an attempt in vain the next one is due.
    pub retry_every: Duration,
    /// How many attempts there are.
    pub attempts: u32,
    /// Whom the network takes out of a queue is called back without having asked for it.
    pub after_drop: bool,
}

/// A provider: one of `[[trunks]]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Trunk {
    /// Its name, for logs and metrics.
    pub name: String,
    /// Registrar and proxy.
    pub uri: SipUri,
    /// Account at the provider.
    pub user: Option<String>,
    /// Its password.
    pub password: Option<Secret>,
    /// Register there, so that calls come in.
    pub register: bool,
    /// How long a registration is asked for.
    pub expires: Duration,
    /// Our numbers at this provider, as the provider dials them.
    pub numbers: Vec<String>,
    /// Networks that its calls come from: their `P-Asserted-Identity` is believed.
    pub peers: Vec<Network>,
    /// Whether its TLS certificate must hold. `false`: anybody on the way can pretend to be it.
    pub verify: bool,
}

/// Menu files: section `[lines]`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lines {
    /// Folder of `*.yaml`; `None`: the embedded demo line.
    pub dir: Option<PathBuf>,
}

/// Recorded prompts, and speech made from text: section `[prompts]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prompts {
    /// Folder of `<language>/<name>.wav`, in place of or beside the embedded ones.
    pub dir: Option<PathBuf>,
    /// The language of lines that name none.
    pub language: Language,
    /// Where speech that was made from text is kept.
    pub cache: PathBuf,
    /// Who makes speech from text; the first that speaks a language is asked. Empty: nobody, all
    /// texts must be recorded.
    pub engines: Vec<SpeechEngine>,
}

/// Makes speech from text, when prompts are loaded: one of `[[prompts.engines]]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpeechEngine {
    /// What it is.
    pub kind: SpeechEngineKind,
    /// What it is asked for; empty: every language.
    pub languages: Vec<Language>,
    /// The engine's name of the voice for a language.
    pub voices: BTreeMap<Language, String>,
    /// In percent of the engine's own speed.
    pub speed: u16,
    /// How long one text may take.
    pub timeout: Duration,
}

/// A kind of speech engine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SpeechEngineKind {
    /// The program `espeak-ng`: many languages, a robot's voice.
    Espeak {
        /// Name or path.
        program: PathBuf,
        /// From 0 to 99, as the program takes it.
        pitch: u8,
    },
    /// The program `flite`: English only, somewhat kinder.
    Flite {
        /// Name or path.
        program: PathBuf,
    },
    /// A server that takes `POST /v1/audio/speech` as OpenAI's does.
    Http {
        /// The whole URL.
        url: String,
        /// Which of its models.
        model: String,
        /// Sent as `Authorization: Bearer`.
        key: Option<Secret>,
    },
}

/// What is kept: section `[store]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Store {
    /// Folder for everything that is not in the database, and for that as well.
    pub dir: PathBuf,
    /// A PostgreSQL database in place of the one in the folder: `postgres://…`.
    pub url: Option<Secret>,
    /// In place of the password in its address.
    pub password: Option<Secret>,
    /// A file that holds the password.
    pub password_file: Option<PathBuf>,
}

impl Store {
    /// The SQLite database.
    pub fn database(&self) -> PathBuf {
        self.dir.join("zeroline.db")
    }

    /// Callers' messages as WAV files.
    pub fn messages(&self) -> PathBuf {
        self.dir.join("messages")
    }
}

/// Metrics and health: section `[http]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Http {
    /// Where to listen; `None`: not at all.
    pub listen: Option<SocketAddr>,
}

/// How e-mails are sent: section `[mail]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Mail {
    /// The server that takes them (RFC 5321).
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is protected.
    pub tls: MailTls,
    /// PEM file of those who vouch for it; `None`: the system's.
    pub ca: Option<PathBuf>,
    /// Who they are from.
    pub from: String,
    /// Name and password for the server.
    pub login: Option<(String, Secret)>,
}

/// How the connection to a mail server is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailTls {
    /// Begun in the clear and then encrypted (RFC 3207); a server that can not is not used.
    StartTls,
    /// Encrypted from the start (RFC 8314 §3.3).
    On,
    /// Not at all: for a server on the same machine.
    Off,
}

/// Shutting down: section `[stop]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stop {
    /// How long live calls may go on after a stop was asked for; then they get a BYE.
    pub grace: Duration,
}

/// Logs: section `[log]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Log {
    /// Lines for people or for machines.
    pub format: LogFormat,
    /// What is logged, as `tracing_subscriber::EnvFilter` reads it.
    pub filter: String,
}

/// The form of a log line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object per line.
    Json,
}
