//! A client of the HTTP API.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::Value;

/// An answer: status, head and JSON.
pub type Answer = (u16, String, Value);

/// Asks with these header lines and this body.
#[track_caller]
pub fn ask(at: SocketAddr, method: &str, path: &str, head: &str, body: Option<&Value>) -> Answer {
    let body = body.map(ToString::to_string).unwrap_or_default();
    let mut s = TcpStream::connect_timeout(&at, Duration::from_secs(2)).expect("the API");
    s.set_read_timeout(Some(Duration::from_secs(30)))
        .expect("a socket");
    write!(
        s,
        "{method} /api/v1{path} HTTP/1.1\r\nHost: {at}\r\n{head}Content-Type: application/json\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
    .expect("the API");
    let mut bytes = Vec::new();
    s.read_to_end(&mut bytes).expect("an answer");
    let text = String::from_utf8_lossy(&bytes);
    let (head, body) = text.split_once("\r\n\r\n").expect("an answer");
    let status = head.split(' ').nth(1).and_then(|s| s.parse().ok());
    let json = serde_json::from_str(body).unwrap_or(Value::Null);
    (status.expect("a status"), head.to_owned(), json)
}

/// Events that are being read.
pub struct Stream(Arc<Mutex<Vec<(String, String, Value)>>>);

impl Stream {
    /// From now on, or from after this one on.
    pub fn open(at: SocketAddr, token: &str, last: Option<&str>) -> Stream {
        let mut s = TcpStream::connect_timeout(&at, Duration::from_secs(2)).expect("the API");
        let last = last
            .map(|l| format!("Last-Event-ID: {l}\r\n"))
            .unwrap_or_default();
        write!(
            s,
            "GET /api/v1/events HTTP/1.1\r\nHost: {at}\r\nAuthorization: Bearer {token}\r\n{last}\r\n"
        )
        .expect("the API");
        let heard = Arc::new(Mutex::new(Vec::new()));
        let all = Arc::clone(&heard);
        std::thread::spawn(move || {
            let (mut id, mut kind) = (String::new(), String::new());
            for line in BufReader::new(s).lines().map_while(Result::ok) {
                if let Some(value) = line.strip_prefix("id: ") {
                    value.clone_into(&mut id);
                } else if let Some(value) = line.strip_prefix("event: ") {
                    value.clone_into(&mut kind);
                } else if let Some(value) = line.strip_prefix("data: ") {
                    let data = serde_json::from_str(value).unwrap_or(Value::Null);
                    let event = (id.clone(), kind.clone(), data);
                    all.lock().expect("no panic").push(event);
                }
            }
        });
        Stream(heard)
    }

    /// The first event of this kind: its id and data.
    #[track_caller]
    pub fn wait(&self, kind: &str) -> (String, Value) {
        let end = Instant::now() + Duration::from_secs(10);
        loop {
            let found = {
                let all = self.0.lock().expect("no panic");
                all.iter().find(|(_, k, _)| k == kind).cloned()
            };
            if let Some((id, _, data)) = found {
                return (id, data);
            }
            assert!(Instant::now() < end, "no {kind} among {:?}", self.kinds());
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// The data of all of this kind that came.
    pub fn all(&self, kind: &str) -> Vec<Value> {
        let all = self.0.lock().expect("no panic");
        let of = all.iter().filter(|(_, k, _)| k == kind);
        of.map(|(_, _, data)| data.clone()).collect()
    }

    /// The kinds of those that came.
    pub fn kinds(&self) -> Vec<String> {
        let all = self.0.lock().expect("no panic");
        all.iter().map(|(_, kind, _)| kind.clone()).collect()
    }
}
