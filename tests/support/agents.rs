//! Many agents behind one address: they ring, and note who rang them and when.

use std::collections::HashMap;
use std::net::{SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::sip::{Msg, uri_of, user_of};

/// Agents without registration (`contact = "sip:{id}@…"`), all on one port.
pub struct Agents {
    /// Where they are.
    pub at: SocketAddr,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    stop: AtomicBool,
    /// Caller's number → the INVITE for them and its time of arrival; the first one counts.
    rung: Mutex<HashMap<String, (Instant, Msg)>>,
}

impl Agents {
    /// Opens the port.
    pub fn new() -> Agents {
        let socket = UdpSocket::bind("127.0.0.1:0").expect("a loopback port");
        socket
            .set_read_timeout(Some(Duration::from_millis(50)))
            .expect("a socket option");
        let at = socket.local_addr().expect("a bound socket");
        let shared = Arc::new(Shared::default());
        let theirs = shared.clone();
        let thread = std::thread::spawn(move || serve(&socket, &theirs));
        Agents {
            at,
            shared,
            thread: Some(thread),
        }
    }

    /// Waits until an agent's phone rings for this caller.
    pub fn rung_by(&self, caller: &str, limit: Duration) -> Option<(Instant, Msg)> {
        let end = Instant::now() + limit;
        loop {
            let rung = self
                .shared
                .rung
                .lock()
                .expect("no panic")
                .get(caller)
                .cloned();
            if rung.is_some() || Instant::now() > end {
                return rung;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Agents {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::Relaxed);
        if let Some(t) = self.thread.take() {
            let _ = t.join();
        }
    }
}

fn serve(socket: &UdpSocket, shared: &Shared) {
    let mut buf = vec![0; 65536];
    let mut ringing: HashMap<String, Msg> = HashMap::new();
    while !shared.stop.load(Ordering::Relaxed) {
        let Ok((n, from)) = socket.recv_from(&mut buf) else {
            continue;
        };
        let at = Instant::now();
        let Some((m, _)) = Msg::parse(&buf[..n]) else {
            continue;
        };
        let call_id = m.header("Call-ID").unwrap_or_default().to_owned();
        let reply = |request: &Msg, status: u16, reason: &str| {
            let mut r = Msg::response(request, status, reason);
            let to = request.header("To").unwrap_or_default();
            r.set("To", format!("{to};tag=a"));
            let r = r.with("Contact", format!("<sip:agents@{}>", from_local(socket)));
            socket.send_to(&r.bytes(), from).expect("loopback");
        };
        match m.method() {
            "INVITE" if m.status().is_none() => {
                let caller = user_of(uri_of(m.header("From").unwrap_or_default())).to_owned();
                let mut rung = shared.rung.lock().expect("no panic");
                rung.entry(caller).or_insert((at, m.clone()));
                drop(rung);
                reply(&m, 180, "Ringing");
                ringing.insert(call_id, m);
            }
            "CANCEL" => {
                reply(&m, 200, "OK");
                if let Some(invite) = ringing.remove(&call_id) {
                    reply(&invite, 487, "Request Terminated");
                }
            }
            "OPTIONS" | "BYE" => reply(&m, 200, "OK"),
            _ => {}
        }
    }
}

fn from_local(socket: &UdpSocket) -> SocketAddr {
    socket.local_addr().expect("a bound socket")
}
