//! Follow-ups against real servers on loopback.

mod delivered;

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener};

use sqlx::{Connection, Executor};

use super::*;
use crate::config::{Layers, Mail, MailTls, Secret};
use crate::ids::ContactId;

/// Answers each connection with the next status, and tells what came.
fn web(statuses: &'static [u16]) -> (SocketAddr, std::sync::mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (tell, told) = std::sync::mpsc::sync_channel(4);
    std::thread::spawn(move || {
        for (status, stream) in statuses.iter().zip(listener.incoming().flatten()) {
            let mut lines = BufReader::new(stream.try_clone().unwrap());
            let (mut head, mut length) = (String::new(), 0);
            loop {
                let mut line = String::new();
                if lines.read_line(&mut line).unwrap_or(0) == 0 || line == "\r\n" {
                    break;
                }
                let lower = line.to_ascii_lowercase();
                if let Some(n) = lower.strip_prefix("content-length:") {
                    length = n.trim().parse().unwrap();
                }
                head.push_str(&line);
            }
            let mut body = vec![0; length];
            std::io::Read::read_exact(&mut lines, &mut body).unwrap();
            let _ = tell.send(format!("{head}\n{}", String::from_utf8_lossy(&body)));
            let mut stream = stream;
            let answer =
                format!("HTTP/1.1 {status} X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            stream.write_all(answer.as_bytes()).unwrap();
        }
    });
    (address, told)
}

/// Takes one mail by the letter of RFC 5321 §3.3, or answers RCPT with another code.
fn smtp(rcpt: &'static str) -> (SocketAddr, std::sync::mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (tell, told) = std::sync::mpsc::sync_channel(4);
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut lines = BufReader::new(stream.try_clone().unwrap());
        stream.write_all(b"220 mail.local\r\n").unwrap();
        let mut all = String::new();
        let mut data = false;
        loop {
            let mut line = String::new();
            if lines.read_line(&mut line).unwrap_or(0) == 0 {
                break;
            }
            all.push_str(&line);
            let answer = match (data, line.trim_end()) {
                (true, ".") => {
                    data = false;
                    "250 taken"
                }
                (true, _) => continue,
                (false, "DATA") => {
                    data = true;
                    "354 go on"
                }
                (false, "QUIT") => "221 bye",
                (false, l) if l.starts_with("RCPT") => rcpt,
                (false, _) => "250 ok",
            };
            stream
                .write_all(format!("{answer}\r\n").as_bytes())
                .unwrap();
        }
        let _ = tell.send(all);
    });
    (address, told)
}

fn created() -> Wall {
    Wall::from_unix_millis(1_795_000_000_000)
}

fn meta(letter: Letter) -> OutboxMeta {
    OutboxMeta {
        contact: ContactId::new(created(), 7),
        line: "support".into(),
        node: "tell".into(),
        letter,
        created: clock::now().wall,
        until: until(clock::now().wall),
    }
}

fn hook(at: SocketAddr) -> OutboxMeta {
    meta(Letter::Webhook {
        url: format!("http://{at}/calls/47"),
        body: "{\"account\":\"47\"}".to_owned(),
    })
}

fn mail(at: SocketAddr) -> Option<Mailer> {
    let mail = Mail {
        host: at.ip().to_string(),
        port: at.port(),
        tls: MailTls::Off,
        ca: None,
        from: "line@northwind.example".to_owned(),
        login: None,
    };
    Some(Mailer::new(&mail).unwrap())
}

fn ways(mail: Option<Mailer>) -> Ways {
    let web = HttpClient::new().unwrap();
    Ways {
        web,
        mail,
        settings: settings(),
    }
}

/// Those without a file.
fn settings() -> InUse {
    let config = crate::config::load(&Layers::default(), Secret::new("demo"));
    InUse::new(Arc::new(config.unwrap_or_else(|m| panic!("{m:?}"))))
}

/// Waits until nothing is open; what became of the only one.
async fn settled(store: &Store, state: &str) -> OutboxRow {
    loop {
        let row = store.reader().outbox(true, 1).await.unwrap().pop();
        if let Some(row) = row.filter(|r| r.state == state && r.attempts > 0) {
            return row;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn what_waits_in_the_store_is_sent_once_the_server_is_there() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = Store::open(dir.path()).await.unwrap();
    let (address, told) = web(&[204]);
    // Handed over before the server began: as after a restart.
    let id = store.save_letter(hook(address)).await.unwrap();
    let sending = tokio::spawn(run(store.clone(), ways(None), OutboxHandle::default()));
    let row = settled(&store, "sent").await;
    assert_eq!((row.id, row.letter), (id, None));
    let request = told.recv().unwrap();
    assert!(
        request.starts_with("POST /calls/47 HTTP/1.1\r\n"),
        "{request}"
    );
    assert!(request.ends_with("{\"account\":\"47\"}"), "{request}");
    let name = format!("\"zeroline-{}-{id}\"", row.contact).to_ascii_lowercase();
    assert!(
        request
            .to_ascii_lowercase()
            .contains(&format!("idempotency-key: {name}")),
        "{request}"
    );
    sending.abort();
}

#[tokio::test]
async fn a_refusal_is_tried_again_later_and_what_is_new_goes_first() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = Store::open(dir.path()).await.unwrap();
    let (address, told) = web(&[503]);
    let handle = OutboxHandle::default();
    let sending = tokio::spawn(run(store.clone(), ways(None), handle));
    store.save_letter(hook(address)).await.unwrap();
    let row = settled(&store, "open").await;
    assert_eq!(row.outcome.as_deref(), Some("answered with status 503"));
    assert!(row.due > row.created && row.letter.is_some());
    told.recv().unwrap();
    sending.abort();
}

#[tokio::test]
async fn what_can_not_be_written_down_is_not_sent_once_more() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = Store::open(dir.path()).await.unwrap();
    let (address, told) = web(&[204, 204]);
    store.save_letter(hook(address)).await.unwrap();
    // Another process holds the database for longer than the first pause.
    let options =
        sqlx::sqlite::SqliteConnectOptions::new().filename(dir.path().join("zeroline.db"));
    let mut other = sqlx::SqliteConnection::connect_with(&options)
        .await
        .unwrap();
    other.execute("BEGIN IMMEDIATE").await.unwrap();
    let sending = tokio::spawn(run(store.clone(), ways(None), OutboxHandle::default()));
    tokio::time::sleep(FIRST_PAUSE + Duration::from_secs(4)).await;
    other.execute("ROLLBACK").await.unwrap();
    let row = settled(&store, "sent").await;
    assert_eq!(row.attempts, 1);
    told.try_recv().unwrap();
    assert!(told.try_recv().is_err(), "sent twice");
    sending.abort();
}

#[tokio::test]
async fn a_mail_is_taken_by_the_server_or_refused_for_good() {
    for (answer, state) in [("250 ok", "sent"), ("550 no such user", "given_up")] {
        let dir = tempfile::tempdir().unwrap();
        let (store, _) = Store::open(dir.path()).await.unwrap();
        let (address, told) = smtp(answer);
        let letter = Letter::Mail {
            to: "office@northwind.example".to_owned(),
            subject: "Call from 47".to_owned(),
            text: "Grüße\n.\nAccount 47.".to_owned(),
        };
        store.save_letter(meta(letter)).await.unwrap();
        let run = run(store.clone(), ways(mail(address)), OutboxHandle::default());
        let sending = tokio::spawn(run);
        let row = settled(&store, state).await;
        sending.abort();
        if state == "sent" {
            let said = told.recv().unwrap();
            for part in [
                "MAIL FROM:<line@northwind.example>",
                "RCPT TO:<office@northwind.example>",
                "Subject: Call from 47",
                &format!(
                    "Message-ID: <zeroline-{}-{}@northwind.example>",
                    row.contact, row.id
                ),
            ] {
                assert!(said.contains(part), "{part}\n{said}");
            }
        } else {
            assert_eq!(row.outcome.as_deref(), Some("the mail server answered 550"));
        }
    }
}

#[test]
fn pauses_grow_and_end() {
    let seconds: Vec<u64> = (0..12).map(|n| pause(n).as_secs()).collect();
    assert_eq!(
        seconds,
        [10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600, 3600]
    );
    assert_eq!(pause(u32::MAX), LONGEST_PAUSE);
    let row = |seconds: i64| OutboxRow {
        id: OutboxId(1),
        contact: ContactId::new(created(), 7),
        line: "support".into(),
        node: "tell".into(),
        receiver: String::new(),
        letter: None,
        created: created(),
        due: created(),
        until: Wall::from_unix_millis(created().unix_millis() + seconds * 1000),
        state: "open".to_owned(),
        attempts: 0,
        outcome: None,
    };
    let failed = || Err(Failure::NotNow("dead".to_owned()));
    let outcome = "dead".to_owned();
    assert_eq!(
        judged(failed(), &row(9), created()),
        Tried::GivenUp {
            outcome: outcome.clone()
        }
    );
    let due = Wall::from_unix_millis(created().unix_millis() + 10_000);
    assert_eq!(
        judged(failed(), &row(10), created()),
        Tried::Later { due, outcome }
    );
}
