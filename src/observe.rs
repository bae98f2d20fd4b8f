//! Logs, metrics and health: what an operator can see of a running server.
//!
//! Numbers and digits are in types that do not print themselves; what is logged is logged by
//! these types, and no metric has a label that a caller could fill. Labels are of closed sets
//! (verdicts, stages) or come from the configuration (lines, queues).

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use axum::Router;
use axum::http::{StatusCode, header};
use axum::routing::get;
use metrics_exporter_prometheus::{
    Matcher, PrometheusBuilder, PrometheusHandle, PrometheusRecorder,
};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::util::SubscriberInitExt;

use self::menus::MenuState;
use crate::config::{Log, LogFormat};

pub mod calendars;
pub mod drafts;
pub mod figures;
pub mod limits;
pub mod lines;
pub mod menus;
pub mod prompts;
pub mod walks;

#[cfg(test)]
mod tests;

/// Why logs or metrics could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum ObserveError {
    /// The filter is not one.
    #[error("log filter {filter:?}: {source}")]
    Filter {
        /// As configured.
        filter: String,
        /// What is wrong with it.
        source: tracing_subscriber::filter::ParseError,
    },
    /// There is one already in this process.
    #[error("logging is set up already")]
    LogTwice,
    /// There is one already in this process.
    #[error("metrics are set up already")]
    MetricsTwice,
}

/// Sends the process's logs to standard error in the form and with the filter configured.
/// The variable `RUST_LOG`, if set, wins over the filter.
///
/// # Errors
/// [`ObserveError::Filter`], or when it was called before.
pub fn start_logging(log: &Log) -> Result<(), ObserveError> {
    let filter = match std::env::var("RUST_LOG") {
        Ok(filter) if !filter.trim().is_empty() => filter,
        Ok(_) | Err(_) => log.filter.clone(),
    };
    subscriber(log.format, &filter, std::io::stderr)?
        .try_init()
        .map_err(|_| ObserveError::LogTwice)
}

/// The subscriber of [`start_logging`], writing to `writer`.
///
/// # Errors
/// [`ObserveError::Filter`].
pub fn subscriber<W>(
    format: LogFormat,
    filter: &str,
    writer: W,
) -> Result<Box<dyn tracing::Subscriber + Send + Sync>, ObserveError>
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let filter = EnvFilter::try_new(filter).map_err(|source| ObserveError::Filter {
        filter: filter.to_owned(),
        source,
    })?;
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(writer);
    Ok(match format {
        // Colours are for terminals; standard error is often a file.
        LogFormat::Text => Box::new(
            builder
                .with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr()))
                .finish(),
        ),
        LogFormat::Json => Box::new(
            builder
                .json()
                .flatten_event(true)
                .with_current_span(true)
                .with_span_list(false)
                .finish(),
        ),
    })
}

/// Collects the process's metrics from now on.
///
/// # Errors
/// [`ObserveError::MetricsTwice`] when it was called before.
pub fn start_metrics() -> Result<PrometheusHandle, ObserveError> {
    let recorder = recorder();
    let handle = recorder.handle();
    metrics::set_global_recorder(recorder).map_err(|_| ObserveError::MetricsTwice)?;
    figures::describe();
    Ok(handle)
}

/// A recorder with the buckets of our histograms, not installed.
pub fn recorder() -> PrometheusRecorder {
    const WAITS: [f64; 12] = [
        1.0, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 180.0, 300.0, 600.0, 1_200.0, 3_600.0,
    ];
    let mut builder = PrometheusBuilder::new();
    for name in [
        figures::QUEUE_WAIT,
        figures::CALL_TALK,
        figures::CALL_LENGTH,
    ] {
        // The only error is an empty list of buckets.
        if let Ok(with) = std::mem::take(&mut builder)
            .set_buckets_for_metric(Matcher::Full(name.to_owned()), &WAITS)
        {
            builder = with;
        }
    }
    builder.build_recorder()
}

/// How far the server is: what load balancers and orchestrators ask.
#[derive(Clone, Debug, Default)]
pub struct Health(Arc<AtomicU8>);

/// How far the server is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readiness {
    /// Not all ports are open yet.
    Starting,
    /// Takes calls.
    Ready,
    /// Takes no new calls; those in progress go on.
    Draining,
}

impl Health {
    /// Starting.
    pub fn new() -> Health {
        Health::default()
    }

    /// Says how far the server is now.
    pub fn set(&self, readiness: Readiness) {
        let n = match readiness {
            Readiness::Starting => 0,
            Readiness::Ready => 1,
            Readiness::Draining => 2,
        };
        self.0.store(n, Ordering::Relaxed);
    }

    /// How far it is.
    pub fn get(&self) -> Readiness {
        match self.0.load(Ordering::Relaxed) {
            1 => Readiness::Ready,
            2 => Readiness::Draining,
            _ => Readiness::Starting,
        }
    }
}

/// `/metrics` for Prometheus; `/health` and `/health/ready`: 200 while calls are taken, else
/// 503; `/health/live`: 200 as long as the process answers; `/menus`: the menus in use, and why
/// newer ones were refused, as JSON.
pub fn router(metrics: PrometheusHandle, health: Health, menus: MenuState) -> Router {
    let metrics = move || {
        let text = metrics.render();
        async move {
            let kind = "text/plain; version=0.0.4; charset=utf-8";
            ([(header::CONTENT_TYPE, kind)], text)
        }
    };
    let menus = move || {
        let json = menus.json();
        async move { ([(header::CONTENT_TYPE, "application/json")], json) }
    };
    probes(health)
        .route("/metrics", get(metrics))
        .route("/menus", get(menus))
}

/// `/health`, `/health/ready` and `/health/live` alone: they tell nothing else.
pub fn probes(health: Health) -> Router {
    let ready = move || {
        let readiness = health.get();
        async move {
            match readiness {
                Readiness::Ready => (StatusCode::OK, "ready\n"),
                Readiness::Starting => (StatusCode::SERVICE_UNAVAILABLE, "starting\n"),
                Readiness::Draining => (StatusCode::SERVICE_UNAVAILABLE, "draining\n"),
            }
        }
    };
    Router::new()
        .route("/health", get(ready.clone()))
        .route("/health/ready", get(ready))
        .route("/health/live", get(async || "live\n"))
}

/// Answers on `listener` until `stop` is done.
///
/// # Errors
/// Of the listener.
pub async fn serve(
    listener: tokio::net::TcpListener,
    router: Router,
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    axum::serve(listener, router)
        .with_graceful_shutdown(stop)
        .await
}

/// Folds samples into their buckets every few seconds, so that they do not pile up when
/// nobody asks for the metrics. Runs until dropped.
pub async fn upkeep(metrics: PrometheusHandle) {
    let mut tick = tokio::time::interval(Duration::from_secs(5));
    loop {
        tick.tick().await;
        metrics.run_upkeep();
    }
}
