//! A CRM that is fast, slow, talks nonsense, never ends, or is not there.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use super::*;
use crate::config::Secret;
use crate::now::Wall;

const SECRET: &str = "0123456789abcdef";
const ANN: &str = "{\"name\": \"Ann Example\", \"tier\": \"gold\"}";
const BUDGET: Duration = Duration::from_millis(300);

/// How the other side answers.
enum Manner {
    /// With this status and body, after so long.
    With(u16, &'static str, Duration),
    /// With octets, for ever.
    Endless,
}

/// Answers one question in that manner, and tells what was asked.
async fn crm(manner: Manner) -> (String, oneshot::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/who", listener.local_addr().unwrap());
    let (tell, told) = oneshot::channel();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut asked = Vec::new();
        while !asked.ends_with(b"}") {
            assert_ne!(stream.read_buf(&mut asked).await.unwrap(), 0);
        }
        // Not every test wants to know.
        let _ = tell.send(String::from_utf8(asked).unwrap());
        match manner {
            Manner::With(status, body, after) => {
                tokio::time::sleep(after).await;
                let length = body.len();
                let answer =
                    format!("HTTP/1.1 {status} X\r\nContent-Length: {length}\r\n\r\n{body}");
                // Whoever asked may have gone.
                let _ = stream.write_all(answer.as_bytes()).await;
            }
            Manner::Endless => {
                let head = "HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\n";
                let mut sent = stream.write_all(head.as_bytes()).await;
                while sent.is_ok() {
                    sent = stream.write_all(b"5\r\n{\"a\":\r\n").await;
                }
            }
        }
    });
    (url, told)
}

/// What a call hears of it, to the last word.
async fn heard(url: &str) -> Vec<Crm> {
    let settings = config::Crm {
        url: url.to_owned(),
        secret: Secret::new(SECRET),
        budget: BUDGET,
    };
    let handle = CrmHandle::new(Some(settings), HttpClient::new().unwrap());
    let contact = ContactId::new(Wall::from_unix_millis(1_795_000_000_000), 7);
    let (events, mut inbox) = mpsc::channel(8);
    let caller = PhoneNumber::new("+4530901820");
    handle.ask(contact, "support".into(), caller, events);
    let mut heard = Vec::new();
    while let Some(event) = inbox.recv().await {
        match event {
            CallEvent::Learnt(learnt) => match *learnt {
                Learnt::Crm(crm) => heard.push(crm),
                Learnt::History(_) => panic!("nobody asked for it"),
            },
            other => panic!("{other:?}"),
        }
    }
    heard
}

fn name(crm: &Crm) -> Option<(&str, bool)> {
    match crm {
        Crm::Known { customer, late } => Some((customer.name.as_deref()?, *late)),
        _ => None,
    }
}

#[tokio::test]
async fn a_fast_one_is_asked_with_a_signature_and_its_answer_is_known() {
    let (url, asked) = crm(Manner::With(200, ANN, Duration::ZERO)).await;
    let told = heard(&url).await;
    assert_eq!(told[0], Crm::Asked);
    assert_eq!(name(&told[1]), Some(("Ann Example", false)));
    assert_eq!(told.len(), 2);
    let asked = asked.await.unwrap();
    let (head, body) = asked.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("POST /who "), "{head}");
    assert!(body.contains("\"number\":\"+4530901820\""), "{body}");
    let value = |name: &str| {
        let line = head.lines().find_map(|l| l.strip_prefix(name));
        line.unwrap().trim_start_matches(": ").to_owned()
    };
    let at: i64 = value("webhook-timestamp").parse().unwrap();
    let signed = hooks::signature(SECRET, &value("webhook-id"), at, body);
    assert_eq!(value("webhook-signature"), signed);
}

#[tokio::test]
async fn a_slow_one_is_late_and_known_all_the_same() {
    let (url, _asked) = crm(Manner::With(200, ANN, 3 * BUDGET)).await;
    let told = heard(&url).await;
    assert_eq!(told[..2], [Crm::Asked, Crm::Late]);
    assert_eq!(name(&told[2]), Some(("Ann Example", true)));
}

#[tokio::test]
async fn one_who_does_not_know_them_says_so() {
    for (status, body) in [(404, "no"), (204, ""), (200, "{}")] {
        let (url, _asked) = crm(Manner::With(status, body, Duration::ZERO)).await;
        assert_eq!(heard(&url).await, [Crm::Asked, Crm::Stranger], "{status}");
    }
}

#[tokio::test]
async fn nonsense_no_end_and_nobody_there_are_told_and_nothing_else() {
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let dead = format!("http://{}/", nobody.local_addr().unwrap());
    drop(nobody);
    let garbage = crm(Manner::With(200, "<html>", Duration::ZERO)).await.0;
    let broken = crm(Manner::With(500, ANN, Duration::ZERO)).await.0;
    let endless = crm(Manner::Endless).await.0;
    for (url, part) in [
        (garbage, "not what was asked for"),
        (broken, "status 500"),
        (endless, "octets"),
        (dead, "can not connect"),
    ] {
        let told = heard(&url).await;
        match told.last() {
            Some(Crm::Failed(why)) => assert!(why.contains(part), "{why}"),
            other => panic!("{part}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn without_one_nothing_is_asked() {
    let handle = CrmHandle::new(None, HttpClient::new().unwrap());
    let (events, mut inbox) = mpsc::channel(8);
    let contact = ContactId::new(Wall::from_unix_millis(1_795_000_000_000), 7);
    handle.ask(contact, "support".into(), PhoneNumber::new("1"), events);
    assert!(inbox.recv().await.is_none());
}
