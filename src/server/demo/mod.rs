//! The demo's web service: what the demo line asks for invoices and orders, so that its `ask`
//! nodes find something, and what takes its report of a damaged parcel. Reached from this machine
//! only; it keeps nothing and changes nothing.

mod data;

use std::future::{Future, IntoFuture};
use std::net::SocketAddr;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use jiff::civil::Date;
use tokio::net::TcpListener;
use tracing::{info, warn};

use crate::config::Config;
use crate::task::clock;

/// Octets of a report.
const MAX_REPORT: usize = 4096;

/// Where the demo's web service listens: only when the demo line is served.
pub fn wanted(config: &Config) -> Option<SocketAddr> {
    config.demo_service.filter(|_| config.lines.dir.is_none())
}

/// Listens, and answers until `stop` is done. Where it can not listen, the server runs without it:
/// who looks something up goes to a person.
pub async fn start(
    at: SocketAddr,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Option<SocketAddr> {
    let listener = TcpListener::bind(at).await;
    let bound = listener.and_then(|l| Ok((l.local_addr()?, l)));
    match bound {
        Ok((bound, listener)) => {
            let served = axum::serve(listener, router()).with_graceful_shutdown(stop);
            tokio::spawn(served.into_future());
            Some(bound)
        }
        Err(e) => {
            warn!(
                "the demo's web service can not listen on {at}: {e}; who looks up an invoice goes \
                 to a person; choose another by demo.service"
            );
            None
        }
    }
}

fn router() -> Router {
    let invoice = async |Path(number): Path<String>| answer(data::invoice(&number, today()));
    let order = async |Path(number): Path<String>| answer(data::order(&number, today()));
    Router::new()
        .route("/invoices/{number}", get(invoice))
        .route("/orders/{number}", get(order))
        .route("/parcels", post(parcel))
        .layer(DefaultBodyLimit::max(MAX_REPORT))
}

/// A damaged parcel. The log tells what came, and nothing of whose it is.
async fn parcel(body: Bytes) -> StatusCode {
    match data::report(&body) {
        Some(report) => {
            let data::Report { order, caller } = report;
            info!(order, caller, "the demo's web service: a damaged parcel");
            StatusCode::NO_CONTENT
        }
        None => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

fn answer(found: Option<serde_json::Value>) -> Response {
    match found {
        Some(found) => {
            let json = [(header::CONTENT_TYPE, "application/json")];
            (json, found.to_string()).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// In the zone of the demo's calendar, so that nothing is due on another day than the caller's.
fn today() -> Date {
    let now = jiff::Timestamp::from_millisecond(clock::now().wall.unix_millis());
    let zone = jiff::tz::TimeZone::get("Europe/Copenhagen").unwrap_or(jiff::tz::TimeZone::UTC);
    now.unwrap_or_default().to_zoned(zone).date()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prompts::embedded;

    #[test]
    fn it_is_there_with_the_demo_line_only() {
        let demo = crate::config::load(&Default::default(), crate::config::Secret::new("x"));
        let mut config = demo.unwrap();
        let usual = wanted(&config).map(|at| at.to_string());
        assert_eq!(usual.as_deref(), Some(embedded::DEMO_SERVICE));
        let asks = embedded::DEMO.iter().map(|(_, text)| text);
        assert_eq!(
            asks.map(|t| t.matches(embedded::DEMO_SERVICE).count())
                .sum::<usize>(),
            3
        );
        config.lines.dir = Some("menus".into());
        assert_eq!(wanted(&config), None);
        config.lines.dir = None;
        config.demo_service = None;
        assert_eq!(wanted(&config), None);
    }

    #[tokio::test]
    async fn it_answers_look_ups_takes_reports_and_nothing_else() {
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let until = async {
            let _ = stopped.await;
        };
        let at = start(([127, 0, 0, 1], 0).into(), until).await.unwrap();
        let send = async |method: &str, path: &str, body: &str| {
            use tokio::io::{AsyncReadExt, AsyncWriteExt};
            let mut stream = tokio::net::TcpStream::connect(at).await.unwrap();
            let request = format!(
                "{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\
                 Content-Length: {}\r\n\r\n{body}",
                body.len()
            );
            stream.write_all(request.as_bytes()).await.unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).await.unwrap();
            answer
        };
        let ask = async |method: &str, path: &str| send(method, path, "").await;
        let found = ask("GET", "/invoices/204515").await;
        assert!(found.starts_with("HTTP/1.1 200 "), "{found}");
        assert!(found.contains("\"state\":\"open\""), "{found}");
        let order = ask("GET", "/orders/31415").await;
        assert!(order.contains("\"progress\":\"shipped\""), "{order}");
        for path in [
            "/invoices/204519",
            "/invoices/x",
            "/invoices/",
            "/",
            "/orders/31415/x",
        ] {
            let answer = ask("GET", path).await;
            assert!(answer.starts_with("HTTP/1.1 404 "), "{path}: {answer}");
        }
        let posted = ask("POST", "/invoices/204515").await;
        assert!(posted.starts_with("HTTP/1.1 405 "), "{posted}");
        let body = r#"{"order":"31415","from":"5550900","wish":"A new parcel"}"#;
        let reported = send("POST", "/parcels", body).await;
        assert!(reported.starts_with("HTTP/1.1 204 "), "{reported}");
        let nonsense = send("POST", "/parcels", "nonsense").await;
        assert!(nonsense.starts_with("HTTP/1.1 422 "), "{nonsense}");
        let endless = send("POST", "/parcels", &"x".repeat(MAX_REPORT + 1)).await;
        assert!(endless.starts_with("HTTP/1.1 413 "), "{endless}");
        // Where somebody else listens, the server runs without it.
        assert_eq!(start(at, std::future::pending()).await, None);
        drop(stop);
    }
}
