//! A speech server on the loopback interface, as good or bad as a test wants it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// What it does with every request.
pub enum Answer {
    /// 200 with this body.
    Whole(Vec<u8>),
    /// The same in chunks.
    Chunked(Vec<u8>),
    /// Another status.
    Status(u16, String),
    /// Nothing, and the connection stays open.
    Never,
    /// The body byte by byte, slower than anybody waits.
    Drip,
    /// A body without end.
    Endless,
    /// Not HTTP.
    Garbage,
    /// The connection ends.
    Close,
}

/// What was asked.
#[derive(Default)]
pub struct Asked {
    pub head: String,
    pub body: Vec<u8>,
}

pub struct Server {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<Asked>>>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    pub fn new(answer: Answer) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let asked: Arc<Mutex<Vec<Asked>>> = Arc::default();
        let stop: Arc<AtomicBool> = Arc::default();
        let (log, stopped) = (Arc::clone(&asked), Arc::clone(&stop));
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if stopped.load(Ordering::SeqCst) {
                    return;
                }
                // A client that has gone away is what some tests are about.
                let _ = serve(stream, &answer, &log, &stopped);
            }
        });
        Server {
            address,
            asked,
            stop,
            thread: Some(thread),
        }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// How often it was asked.
    pub fn times(&self) -> usize {
        self.asked
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .len()
    }

    /// The last request.
    pub fn asked(&self) -> Asked {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.pop().expect("nobody asked")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        // Wakes it.
        let _ = TcpStream::connect(self.address);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn serve(
    mut stream: TcpStream,
    answer: &Answer,
    log: &Mutex<Vec<Asked>>,
    stopped: &AtomicBool,
) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut asked = Asked::default();
    while !asked.head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut asked.head)? == 0 {
            return Ok(());
        }
    }
    let length = asked
        .head
        .to_lowercase()
        .split("content-length: ")
        .nth(1)
        .and_then(|rest| rest.split("\r\n").next()?.parse().ok());
    asked.body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut asked.body)?;
    log.lock()
        .unwrap_or_else(PoisonError::into_inner)
        .push(asked);
    let head = |status: u16, rest: &str| {
        format!("HTTP/1.1 {status} X\r\nConnection: close\r\n{rest}\r\n").into_bytes()
    };
    let sized = |n: usize| head(200, &format!("Content-Length: {n}\r\n"));
    match answer {
        Answer::Whole(body) => {
            stream.write_all(&sized(body.len()))?;
            stream.write_all(body)
        }
        Answer::Chunked(body) => {
            stream.write_all(&head(200, "Transfer-Encoding: chunked\r\n"))?;
            for part in body.chunks(1000) {
                write!(stream, "{:x}\r\n", part.len())?;
                stream.write_all(part)?;
                stream.write_all(b"\r\n")?;
            }
            stream.write_all(b"0\r\n\r\n")
        }
        Answer::Status(status, body) => {
            let rest = format!("Content-Length: {}\r\nLocation: /other\r\n", body.len());
            stream.write_all(&head(*status, &rest))?;
            stream.write_all(body.as_bytes())
        }
        Answer::Never => {
            // Until the other side gives up.
            let mut rest = Vec::new();
            reader.read_to_end(&mut rest).map(|_| ())
        }
        Answer::Drip => {
            stream.write_all(&sized(1_000_000))?;
            while !stopped.load(Ordering::SeqCst) {
                stream.write_all(b"x")?;
                std::thread::sleep(Duration::from_millis(20));
            }
            Ok(())
        }
        Answer::Endless => {
            stream.write_all(&head(200, ""))?;
            let part = vec![7; 1 << 20];
            loop {
                stream.write_all(&part)?;
            }
        }
        Answer::Garbage => stream.write_all(b"\x00\x01 what is this\r\n\r\n"),
        Answer::Close => Ok(()),
    }
}
