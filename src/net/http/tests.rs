//! What servers may do. Answers without end or in time are tried with speech engines
//! (`prompts::engine`).

use std::io::{Read, Write};
use std::net::TcpListener;

use super::*;

const LIMITS: Limits = Limits {
    time: Duration::from_secs(20),
    body: 100,
};

/// Answers `connections` connections with these octets, and gives back where.
fn server(connections: usize, answer: Vec<u8>) -> std::net::SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten().take(connections) {
            let mut part = [0; 4096];
            let _ = stream.read(&mut part);
            let _ = stream.write_all(&answer);
        }
    });
    address
}

async fn get(client: &HttpClient, url: String) -> Result<Response<Bytes>, HttpError> {
    let request = Request::get(url).body(Full::default()).unwrap();
    client.send(request, LIMITS).await
}

#[tokio::test]
async fn bodies_and_heads_have_bounds() {
    let client = HttpClient::new().unwrap();
    let fits = [b"HTTP/1.1 200 OK\r\n\r\n".as_slice(), &[b'x'; 100]].concat();
    let response = get(&client, format!("http://{}/", server(1, fits.clone())))
        .await
        .unwrap();
    assert_eq!(response.body().len(), 100);
    let large = [fits.as_slice(), b"x"].concat();
    let e = get(&client, format!("http://{}/", server(1, large)))
        .await
        .unwrap_err();
    assert!(matches!(e, HttpError::Large(100)), "{e}");
    let head = format!(
        "HTTP/1.1 200 OK\r\nA: {}\r\n\r\n",
        "x".repeat(16 * MAX_HEAD)
    );
    let e = get(&client, format!("http://{}/", server(1, head.into())))
        .await
        .unwrap_err();
    assert!(matches!(e, HttpError::Broken(_)), "{e}");
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_not_followed() {
    let elsewhere = server(1, b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".to_vec());
    let redirect =
        format!("HTTP/1.1 307 X\r\nLocation: http://{elsewhere}/\r\nContent-Length: 0\r\n\r\n");
    let client = HttpClient::new().unwrap();
    let url = format!("http://{}/", server(1, redirect.into()));
    assert_eq!(get(&client, url).await.unwrap().status(), 307);
}

/// The server shows a certificate that nobody vouches for.
#[tokio::test]
async fn an_unknown_certificate_is_not_believed() {
    use tokio_rustls::rustls::{ServerConfig, crypto::ring, pki_types::PrivateKeyDer};
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let config = ServerConfig::builder_with_provider(std::sync::Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(std::sync::Arc::new(config));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let _ = acceptor.accept(stream).await;
        }
    });
    let client = HttpClient::new().unwrap();
    let e = get(&client, format!("https://localhost:{port}/"))
        .await
        .unwrap_err();
    assert!(matches!(e, HttpError::Connect(_)), "{e}");
    assert!(
        e.to_string().contains("UnknownIssuer") || e.to_string().contains("certificate"),
        "{e}"
    );
}
