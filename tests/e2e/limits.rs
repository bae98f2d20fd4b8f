//! A limit of a queue is crossed: told in the event stream and to a webhook.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::mpsc::channel;
use std::time::Duration;

use serde_json::{Value, json};

use crate::people::zero;
use crate::support::api::Stream;
use crate::support::server::server;

#[test]
fn a_limit_that_is_crossed_is_told_to_who_watches_and_to_a_webhook() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let at = listener.local_addr().expect("bound");
    let (tell, told) = channel();
    std::thread::spawn(move || {
        while let Ok((mut stream, _)) = listener.accept() {
            let mut lines = BufReader::new(stream.try_clone().expect("a socket"));
            let mut length = 0;
            loop {
                let mut line = String::new();
                if lines.read_line(&mut line).unwrap_or(0) == 0 || line == "\r\n" {
                    break;
                }
                let lower = line.to_ascii_lowercase();
                if let Some(n) = lower.strip_prefix("content-length:") {
                    length = n.trim().parse().unwrap_or(0);
                }
            }
            let mut body = vec![0; length];
            let _ = lines.read_exact(&mut body);
            let _ = stream.write_all(b"HTTP/1.1 204 OK\r\nConnection: close\r\n\r\n");
            let _ = tell.send(serde_json::from_slice::<Value>(&body).unwrap_or_default());
        }
    });
    let server = server()
        .queue("ring_for = \"5s\"\nunstaffed = \"wait\"\nthresholds = [\"waiting > 0: warning\"]")
        .with(&format!(
            "[[webhooks]]\nname = \"pager\"\nurl = \"http://{at}/limits\"\n\
             events = [\"queue.threshold\"]\nsecret = \"0123456789abcdef\"\n"
        ))
        .start();
    let made = server.command(&["tokens", "add", "test", "--role", "supervisor"]);
    let token = made
        .lines()
        .find(|l| l.starts_with("zl_"))
        .expect("a token");
    let stream = Stream::open(server.api, token, None);
    stream.wait("picture");
    let mut caller = zero(&server, "5550930");
    let (_, crossed) = stream.wait("queue.threshold");
    let hooked = told
        .recv_timeout(Duration::from_secs(15))
        .expect("a webhook");
    assert_eq!(hooked["event"], "queue.threshold", "{hooked}");
    for (whose, told) in [("stream", &crossed), ("webhook", &hooked)] {
        let told = told.to_string();
        for part in ["\"support\"", "waiting > 0", "\"warning\"", "\"raised\""] {
            let part = part.to_owned();
            assert!(told.contains(&part), "{whose}: no {part} in {told}");
        }
    }
    // Whoever follows later finds it in the picture of the queue.
    let later = Stream::open(server.api, token, None);
    let (_, picture) = later.wait("picture");
    let stands = &picture["queues"][0]["thresholds"][0];
    assert_eq!(stands["level"], json!("warning"), "{picture}");
    assert_eq!(caller.hang_up(), 200);
}
