//! The API on real sockets: TCP, TLS and the one in the server's folder.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::sync::watch;

use super::*;
use crate::api::serve;
use crate::net::tls;

async fn answer<S>(mut stream: S, request: &str) -> String
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
{
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    let read = stream.read_to_end(&mut answer);
    // One that is closed in the middle has told what it had to.
    let _ = tokio::time::timeout(Duration::from_secs(30), read)
        .await
        .expect("an end");
    String::from_utf8_lossy(&answer).into_owned()
}

const ASK: &str = "GET /api/v1/session HTTP/1.1\r\nHost: desk\r\nConnection: close\r\n\r\n";

#[tokio::test]
async fn whoever_may_read_the_servers_folder_needs_no_password() {
    let house = House::new().await;
    let dir = tempfile::tempdir().unwrap();
    let (stop, stopped) = watch::channel(false);
    // One that a crash left is no hindrance.
    drop(serve::bind_local(dir.path()).unwrap());
    let (listener, path) = serve::bind_local(dir.path()).unwrap();
    let mode =
        std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&path).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);
    let task = tokio::spawn(serve::local(
        listener,
        path.clone(),
        house.router.clone(),
        stopped,
    ));
    let told = answer(UnixStream::connect(&path).await.unwrap(), ASK).await;
    assert!(
        told.starts_with("HTTP/1.1 200") && told.contains("\"who\":\"local\""),
        "{told}"
    );
    stop.send(true).unwrap();
    task.await.unwrap();
    assert!(!path.exists());
}

#[tokio::test]
async fn by_tcp_somebody_must_say_who_they_are_and_heads_are_bounded() {
    let house = House::new().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    let (stop, stopped) = watch::channel(false);
    let task = tokio::spawn(serve::tcp(listener, None, house.router.clone(), stopped));
    let connect = async || TcpStream::connect(at).await.unwrap();
    let told = answer(connect().await, ASK).await;
    assert!(told.starts_with("HTTP/1.1 401"), "{told}");
    let token = house.token(Role::Operator, None).await;
    let known = ASK.replace("Host", &format!("Authorization: Bearer {token}\r\nHost"));
    let told = answer(connect().await, &known).await;
    assert!(
        told.starts_with("HTTP/1.1 200") && told.contains("token operator"),
        "{told}"
    );
    let many: String = (0..100).map(|n| format!("X-{n}: y\r\n")).collect();
    let long = format!("X: {}\r\n", "y".repeat(40_000));
    for head in [many, long] {
        let told = answer(
            connect().await,
            &ASK.replace("Host", &format!("{head}Host")),
        )
        .await;
        assert!(told.starts_with("HTTP/1.1 431"), "{told}");
    }
    stop.send(true).unwrap();
    task.await.unwrap();
}

#[tokio::test]
async fn by_tls_as_well() {
    let house = House::new().await;
    let dir = tempfile::tempdir().unwrap();
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let (cert, key) = (dir.path().join("cert.pem"), dir.path().join("key.pem"));
    std::fs::write(&cert, made.cert.pem()).unwrap();
    std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    let (_stop, stopped) = watch::channel(false);
    let acceptor = tls::acceptor(&cert, &key).unwrap();
    tokio::spawn(serve::tcp(
        listener,
        Some(acceptor),
        house.router.clone(),
        stopped,
    ));
    let client = Arc::new(tls::client_config(Some(&cert)).unwrap());
    let stream = TcpStream::connect(at).await.unwrap();
    let name = "localhost".try_into().unwrap();
    let stream = tokio_rustls::TlsConnector::from(client).connect(name, stream);
    let told = answer(stream.await.unwrap(), ASK).await;
    assert!(told.starts_with("HTTP/1.1 401"), "{told}");
    let told = answer(TcpStream::connect(at).await.unwrap(), ASK).await;
    assert!(
        told.starts_with("HTTP/1.1 400") && told.ends_with("write https:// in front of it.\n"),
        "{told}"
    );
}
