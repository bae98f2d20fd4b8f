//! Follow-ups: handed over by a call that goes on, and sent also after the server was killed.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::audio::{share, sine};
use crate::support::media::KeyWay;
use crate::support::ports;
use crate::support::server::{Server, server};

/// What is said after the follow-up was handed over.
const TOLD: f64 = 1300.0;

fn with(web: SocketAddr) -> Server {
    let menu = format!(
        r#"
line: main
numbers: ["100"]
human: support
start: menu
nodes:
  menu:
    menu:
      greeting: {{ prompt: greeting, text: "To speak to a person, press zero." }}
      options:
        1: {{ say: {{ prompt: info, text: "one" }}, go: tell }}
  tell:
    send:
      webhook: "http://{web}/calls"
      body: {{ from: caller, note: {{ text: "call {{caller}} back" }} }}
      required: yes
      go: told
  told: {{ say: {{ prompt: told, text: "Noted.", go: menu }} }}
"#
    );
    server()
        .file("menus/main.yaml", menu.into_bytes())
        .prompt("en/told", &sine(TOLD, 6000.0, 2.0))
        .start()
}

/// Takes one request and tells its body.
fn take(listener: TcpListener) -> Receiver<String> {
    let (tell, told) = channel();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a request");
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
        lines.read_exact(&mut body).expect("a body");
        let _ = tell.send(String::from_utf8_lossy(&body).into_owned());
        let _ = stream.write_all(b"HTTP/1.1 204 OK\r\nConnection: close\r\n\r\n");
    });
    told
}

/// Calls, asks for the follow-up, and hears that it is noted.
#[track_caller]
fn call(server: &Server, number: &str) {
    let mut caller = server.phone(number);
    caller.call("100");
    std::thread::sleep(Duration::from_millis(300));
    caller.media.press('1', KeyWay::Event, 100);
    let heard = (0..20).any(|_| {
        let heard = caller.media.listen(Duration::from_millis(300));
        share(&heard, TOLD) > 0.8
    });
    assert!(heard, "{}", caller.transcript());
    assert_eq!(caller.hang_up(), 200);
}

/// What the office gets of a call of the only contact there is.
fn body(server: &Server) -> Value {
    let list = server.command(&["contacts", "list", "--json"]);
    let contact: Value =
        serde_json::from_str(list.lines().next().expect("a contact")).expect("JSON");
    let contact = contact["contact"].as_str().expect("its id").to_owned();
    json!({ "contact": contact, "from": "5550900", "note": "call 5550900 back" })
}

#[test]
fn a_follow_up_is_sent_while_the_call_goes_on() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("bound");
    let server = with(address);
    let told = take(listener);
    call(&server, "5550900");
    let body = told
        .recv_timeout(Duration::from_secs(10))
        .expect("a request");
    let body: Value = serde_json::from_str(&body).expect("JSON");
    assert_eq!(body, self::body(&server));
    let sent = (0..50).any(|_| {
        std::thread::sleep(Duration::from_millis(100));
        server
            .command(&["outbox", "list", "--all"])
            .contains("sent")
    });
    assert!(sent, "{}", server.command(&["outbox", "list", "--all"]));
    let ended = (0..50).any(|_| {
        std::thread::sleep(Duration::from_millis(100));
        let list = server.command(&["contacts", "list", "--json"]);
        list.contains("caller_hung_up")
    });
    assert!(ended, "the call is over by the caller");
}

#[test]
fn what_nobody_takes_survives_the_server_and_is_sent_when_somebody_does() {
    // A port that nobody listens on: ours, until later.
    let address = ports::free(Ipv4Addr::LOCALHOST.into());
    let mut server = with(address);
    call(&server, "5550900");
    let tried = (0..50).any(|_| {
        std::thread::sleep(Duration::from_millis(100));
        server.command(&["outbox"]).contains("can not connect")
    });
    assert!(tried, "{}", server.command(&["outbox"]));
    let list = server.command(&["outbox"]);
    assert!(list.contains("open") && !list.contains("5550900"), "{list}");
    server.crash_and_restart();
    let told = take(TcpListener::bind(address).expect("the port"));
    let retried = server.command(&["outbox", "retry", "1"]);
    assert!(retried.contains("follow-up 1 is tried again"), "{retried}");
    let body = told
        .recv_timeout(Duration::from_secs(15))
        .expect("a request");
    let body: Value = serde_json::from_str(&body).expect("JSON");
    assert_eq!(body, self::body(&server));
}
