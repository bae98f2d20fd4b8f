//! Commands that go by the HTTP API: to the server that runs with this folder, by its socket, or to
//! nobody but the store, where none runs.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::UnixStream;
use tokio::sync::mpsc;
use tower::ServiceExt;

use super::{FAILED, MISTAKES, NOT_FOUND, OK};
use crate::api::serve::SOCKET;
use crate::api::who::Peer;
use crate::api::{self, Api, Over};
use crate::config::Config;
use crate::observe::drafts::Drafts;
use crate::observe::menus::MenuState;
use crate::observe::prompts::PromptShelf;
use crate::queue::acd::Acd;
use crate::server::build;
use crate::store::{Store, StoreError};
use crate::task::callbacks::CallbacksHandle;
use crate::task::desk::DeskHandle;
use crate::task::queue::{self, Directory};
use crate::task::settings::{InUse, SettingsFile};
use crate::task::tapes::Tapes;

/// What only a server that runs can do.
pub const NOT_RUNNING: &str = "no server runs with this data folder; start it first\n";

/// Why a command was not done, in words, and the exit code.
pub type Refused = (String, u8);

/// How often a folder that is in use is tried again, and the pause in between.
const TRIES: u32 = 30;
const AGAIN: Duration = Duration::from_millis(100);

/// The way to the API.
pub enum Way {
    /// A server runs.
    Running(Box<UnixStream>),
    /// None runs: the same handlers over the store.
    Here(axum::Router, Store),
}

/// A server that runs with this folder, if one does.
pub async fn running(dir: &Path) -> Option<Way> {
    let stream = UnixStream::connect(dir.join(SOCKET)).await.ok()?;
    Some(Way::Running(Box::new(stream)))
}

/// The way to the API, whether a server runs or not.
///
/// # Errors
/// The store can not be opened.
pub async fn way(config: &Config) -> Result<Way, StoreError> {
    let mut tries = TRIES;
    let store = loop {
        if let Some(running) = running(&config.store.dir).await {
            return Ok(running);
        }
        match Store::open(&config.store).await {
            Ok((store, _)) => break store,
            // A server that starts, or another command: either way a moment helps.
            Err(StoreError::InUse(_)) if tries > 0 => {
                tries -= 1;
                tokio::time::sleep(AGAIN).await;
            }
            Err(e) => return Err(e),
        }
    };
    let acd = Acd::new(build::acd(config));
    let queue = queue::spawn(acd, Directory::default(), store.clone());
    let menus = MenuState::default();
    // Nobody reads menus here.
    let (reload, _) = mpsc::channel(1);
    let settings = InUse::new(Arc::new(config.clone()));
    let api = Api::new(Over {
        settings,
        store: store.clone(),
        queue,
        menus,
        reload,
        file: SettingsFile::default(),
        drafts: Drafts::default(),
        prompts: PromptShelf::default(),
        callbacks: CallbacksHandle::default(),
        tapes: Tapes::none(),
        desk: DeskHandle::default(),
    })
    .await?;
    Ok(Way::Here(
        api::router(api, axum::Router::new(), None),
        store,
    ))
}

impl Way {
    /// Asks, and gives what is answered.
    ///
    /// # Errors
    /// What the API says, in words.
    pub async fn ask(
        self,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> Result<Value, Refused> {
        let bytes = self.bytes(method, path, body).await?;
        Ok(serde_json::from_slice(&bytes).unwrap_or(Value::Null))
    }

    /// Asks, and gives what is answered as it is: a recording.
    ///
    /// # Errors
    /// What the API says, in words.
    pub async fn bytes(
        self,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> Result<Bytes, Refused> {
        let body = body.map(|b| b.to_string()).unwrap_or_default();
        let request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", api::BASE))
            .header(http::header::HOST, "localhost")
            .header(http::header::CONTENT_TYPE, "application/json")
            .body(Full::new(Bytes::from(body)))
            .map_err(|e| (format!("{e}\n"), MISTAKES))?;
        let (status, bytes) = match self {
            Way::Running(stream) => by_socket(*stream, request).await,
            Way::Here(router, store) => {
                let answered = here(router, request).await;
                store.close().await;
                answered
            }
        }
        .map_err(|e| (format!("zeroline: {e}\n"), FAILED))?;
        match status.is_success() {
            true => Ok(bytes),
            false => {
                let problem = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
                Err(refused(status, &problem))
            }
        }
    }
}

async fn by_socket(
    stream: UnixStream,
    request: Request<Full<Bytes>>,
) -> Result<(StatusCode, Bytes), hyper::Error> {
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    let connection = tokio::spawn(connection);
    let response = sender.send_request(request).await?;
    let status = response.status();
    let body = response.into_body().collect().await?.to_bytes();
    connection.abort();
    Ok((status, body))
}

async fn here(
    router: axum::Router,
    request: Request<Full<Bytes>>,
) -> Result<(StatusCode, Bytes), hyper::Error> {
    let uid = rustix::process::getuid().as_raw();
    let mut request = request.map(axum::body::Body::new);
    request.extensions_mut().insert(Peer::Local(Some(uid)));
    let response = match router.oneshot(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    };
    let status = response.status();
    let body = response.into_body().collect().await;
    Ok((status, body.map(|b| b.to_bytes()).unwrap_or_default()))
}

/// A problem in words.
fn refused(status: StatusCode, problem: &Value) -> Refused {
    let mut told = problem["title"].as_str().map_or_else(
        || format!("the server answered with status {}", status.as_u16()),
        str::to_owned,
    );
    if let Some(remedy) = problem["remedy"].as_str() {
        told.push_str("; ");
        told.push_str(remedy);
    }
    told.push('\n');
    for e in problem["errors"].as_array().into_iter().flatten() {
        let part = |name: &str| e[name].as_str().unwrap_or_default();
        told.push_str(&format!(
            "{}: {}; {}\n",
            part("field"),
            part("what"),
            part("remedy")
        ));
    }
    let code = match status {
        StatusCode::NOT_FOUND => NOT_FOUND,
        StatusCode::UNPROCESSABLE_ENTITY => MISTAKES,
        _ => FAILED,
    };
    (told, code)
}

/// Rows as a table, a line each: the fields of these names under these heads.
pub fn table(rows: &[Value], columns: &[(&str, &str)]) -> String {
    let cell = |row: &Value, field: &str| match &row[field] {
        Value::Null => "-".to_owned(),
        Value::String(s) => s.replace(char::is_control, "?"),
        Value::Array(all) => {
            let all: Vec<&str> = all.iter().filter_map(Value::as_str).collect();
            all.join(",")
        }
        other => other.to_string(),
    };
    let heads = columns.iter().map(|(head, _)| (*head).to_owned()).collect();
    let lines = rows
        .iter()
        .map(|row| columns.iter().map(|(_, field)| cell(row, field)).collect());
    let lines: Vec<Vec<String>> = std::iter::once(heads).chain(lines).collect();
    let wide = |s: &str| s.chars().count();
    let widths: Vec<usize> = (0..columns.len())
        .map(|i| lines.iter().map(|l| wide(&l[i])).max().unwrap_or(0))
        .collect();
    let mut out = String::new();
    for line in lines {
        let mut told = String::new();
        for (cell, width) in line.iter().zip(&widths) {
            told.push_str(cell);
            told.extend(std::iter::repeat_n(' ', width + 2 - wide(cell)));
        }
        out.push_str(told.trim_end());
        out.push('\n');
    }
    out
}

/// A list as a table, or as JSON, one object per line.
pub fn listed(list: &Value, json: bool, columns: &[(&str, &str)]) -> String {
    let rows = list.as_array().cloned().unwrap_or_default();
    match json {
        true => rows.iter().map(|r| format!("{r}\n")).collect(),
        false => table(&rows, columns),
    }
}

/// What is told, and the exit code.
pub fn told(done: Result<String, Refused>) -> (String, u8) {
    match done {
        Ok(told) => (told, OK),
        Err(refused) => refused,
    }
}

/// A name as a part of a path.
pub fn part(name: &str) -> String {
    form_urlencoded::byte_serialize(name.as_bytes())
        .collect::<String>()
        .replace('+', "%20")
}
