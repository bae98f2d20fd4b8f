//! Against a small mail server on loopback, with a certificate of its own making.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;

use super::*;
use crate::config::Secret;
use crate::net::tls;

/// How the server is.
#[derive(Clone, Copy)]
struct Kind {
    tls: MailTls,
    /// The ways of login that it offers, once the connection is encrypted.
    logins: &'static str,
    rcpt: &'static str,
}

const KIND: Kind = Kind {
    tls: MailTls::StartTls,
    logins: "PLAIN LOGIN",
    rcpt: "250 ok",
};

/// What came, line by line; `+`: encrypted.
type Said = Arc<Mutex<Vec<String>>>;

struct Server {
    port: u16,
    said: Said,
    /// Who vouches for it.
    ca: PathBuf,
    _dir: tempfile::TempDir,
}

async fn server(kind: Kind) -> Server {
    let dir = tempfile::tempdir().unwrap();
    let (ca, key) = (dir.path().join("cert.pem"), dir.path().join("key.pem"));
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    std::fs::write(&ca, made.cert.pem()).unwrap();
    std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    let acceptor = tls::acceptor(&ca, &key).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let said = Said::default();
    let heard = Arc::clone(&said);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            if kind.tls == MailTls::On {
                if let Ok(stream) = acceptor.accept(stream).await {
                    talk(stream, true, true, kind, &heard).await;
                }
            } else if let Some(stream) = talk(stream, true, false, kind, &heard).await
                && let Ok(stream) = acceptor.accept(stream).await
            {
                talk(stream, false, true, kind, &heard).await;
            }
        }
    });
    let _dir = dir;
    Server {
        port,
        said,
        ca,
        _dir,
    }
}

/// One conversation; `Some`: it goes on encrypted.
async fn talk<S: AsyncRead + AsyncWrite + Unpin>(
    stream: S,
    greet: bool,
    encrypted: bool,
    kind: Kind,
    said: &Said,
) -> Option<S> {
    let mut stream = BufReader::new(stream);
    let (mut known, mut data, mut name) = (false, false, None);
    let mut answer = if greet {
        "220 mail\r\n".to_owned()
    } else {
        String::new()
    };
    loop {
        stream.write_all(answer.as_bytes()).await.ok()?;
        let mut line = String::new();
        if stream.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        let line = line.trim_end();
        let mark = if encrypted { "+" } else { "" };
        said.lock().unwrap().push(format!("{mark}{line}"));
        let right = |right| {
            if right {
                "235 welcome"
            } else {
                "535 5.7.8 you are not line@x"
            }
        };
        let words = match line {
            "." => {
                data = false;
                "250 taken"
            }
            _ if data => {
                answer.clear();
                continue;
            }
            _ if line.starts_with("EHLO") => match (encrypted, kind.tls) {
                (true, _) => &format!("250-mail\r\n250 AUTH {}", kind.logins),
                (false, MailTls::StartTls) => "250-mail\r\n250 STARTTLS",
                (false, _) => "250 mail",
            },
            "STARTTLS" => {
                stream.write_all(b"220 go on\r\n").await.ok()?;
                return Some(stream.into_inner());
            }
            // \0line\0secret
            _ if line.starts_with("AUTH PLAIN ") => {
                known = line == "AUTH PLAIN AGxpbmUAc2VjcmV0";
                right(known)
            }
            "AUTH LOGIN" => "334 VXNlcm5hbWU6",
            _ if name.is_none() && line == "bGluZQ==" => {
                name = Some(());
                "334 UGFzc3dvcmQ6"
            }
            _ if name.is_some() && !known && !line.contains(' ') => {
                known = line == "c2VjcmV0";
                right(known)
            }
            _ if line.starts_with("MAIL") && encrypted && !known => "530 5.7.0 log in",
            _ if line.starts_with("RCPT") => kind.rcpt,
            "DATA" => {
                data = true;
                "354 go on"
            }
            _ => "250 ok",
        };
        answer = format!("{words}\r\n");
    }
}

fn mailer(server: &Server, tls: MailTls, ca: Option<&Path>, password: Option<&str>) -> Mailer {
    let mail = Mail {
        host: "localhost".to_owned(),
        port: server.port,
        tls,
        ca: ca.map(Path::to_owned),
        from: "line@northwind.example".to_owned(),
        login: password.map(|p| ("line".to_owned(), Secret::new(p.to_owned()))),
    };
    Mailer::new(&mail).unwrap()
}

async fn send(mailer: &Mailer) -> Result<(), MailError> {
    let to = "office@northwind.example";
    mailer
        .send(
            "zeroline-1",
            to,
            "A call".to_owned(),
            "Account 47.".to_owned(),
            None,
        )
        .await
}

/// What came, and nothing of the letter or the login in the clear.
fn said(server: &Server) -> Vec<String> {
    let said = server.said.lock().unwrap().clone();
    for line in said.iter().filter(|l| !l.starts_with('+')) {
        assert!(
            line.starts_with("EHLO") || line == "STARTTLS" || line == "QUIT",
            "{said:?}"
        );
    }
    said
}

#[tokio::test]
async fn a_letter_goes_out_encrypted_and_logged_in() {
    for tls in [MailTls::StartTls, MailTls::On] {
        for logins in ["PLAIN LOGIN", "LOGIN", "CRAM-MD5 PLAIN"] {
            let server = server(Kind {
                tls,
                logins,
                ..KIND
            })
            .await;
            let mailer = mailer(&server, tls, Some(&server.ca), Some("secret"));
            send(&mailer).await.unwrap();
            let said = said(&server);
            let has = |text: &str| said.iter().any(|l| l == text);
            assert!(has("+MAIL FROM:<line@northwind.example>"), "{said:?}");
            assert!(has("+Account 47."), "{said:?}");
            assert_eq!(has("+AUTH LOGIN"), logins == "LOGIN", "{said:?}");
        }
    }
}

#[tokio::test]
async fn a_login_that_is_not_taken_leaves_the_letter_for_later() {
    for logins in ["PLAIN", "LOGIN"] {
        let server = server(Kind { logins, ..KIND }).await;
        let mailer = mailer(&server, MailTls::StartTls, Some(&server.ca), Some("wrong"));
        let told = send(&mailer).await.unwrap_err();
        assert!(matches!(told, MailError::NotNow(_)), "{told:?}");
        let words = "the mail server does not take user and password (535)";
        assert_eq!(told.to_string(), words);
        assert!(!said(&server).iter().any(|l| l.starts_with("+MAIL")));
    }
    let server = server(KIND).await;
    let none = mailer(&server, MailTls::StartTls, Some(&server.ca), None);
    let told = send(&none).await.unwrap_err();
    assert!(matches!(told, MailError::NotNow(_)), "{told:?}");
    assert!(told.to_string().contains("wants a login"), "{told}");
}

#[tokio::test]
async fn a_server_that_offers_no_login_that_we_know() {
    let server = server(Kind {
        logins: "CRAM-MD5",
        ..KIND
    })
    .await;
    let mailer = mailer(&server, MailTls::StartTls, Some(&server.ca), Some("secret"));
    let told = send(&mailer).await.unwrap_err();
    assert!(matches!(told, MailError::NotNow(_)), "{told:?}");
    assert!(
        told.to_string().contains("authentication mechanism"),
        "{told}"
    );
    said(&server);
}

#[tokio::test]
async fn a_server_that_nobody_vouches_for_gets_nothing() {
    for tls in [MailTls::StartTls, MailTls::On] {
        let server = server(Kind { tls, ..KIND }).await;
        let mailer = mailer(&server, tls, None, Some("secret"));
        let told = send(&mailer).await.unwrap_err();
        assert!(matches!(told, MailError::NotNow(_)), "{told:?}");
        assert!(told.to_string().contains("is not believed"), "{told}");
        assert!(told.to_string().contains("`mail.ca`"), "{told}");
        assert!(!said(&server).iter().any(|l| l.starts_with('+')));
    }
}

#[tokio::test]
async fn a_server_that_can_not_encrypt_gets_nothing() {
    let server = server(Kind {
        tls: MailTls::Off,
        ..KIND
    })
    .await;
    for tls in [MailTls::StartTls, MailTls::On] {
        let mailer = mailer(&server, tls, Some(&server.ca), Some("secret"));
        let told = send(&mailer).await.unwrap_err();
        assert!(matches!(told, MailError::NotNow(_)), "{told:?}");
        assert!(
            told.to_string()
                .starts_with("no conversation with the mail server: "),
            "{told}"
        );
        // What it says in the clear is not what is sent to it.
        server
            .said
            .lock()
            .unwrap()
            .retain(|l| l.starts_with("MAIL") || l.starts_with("AUTH"));
        assert_eq!(said(&server), Vec::<String>::new());
    }
}

#[tokio::test]
async fn a_receiver_that_there_is_none_of_is_given_up() {
    let server = server(Kind {
        rcpt: "550 no office@northwind.example",
        ..KIND
    })
    .await;
    let mailer = mailer(&server, MailTls::StartTls, Some(&server.ca), Some("secret"));
    let told = send(&mailer).await.unwrap_err();
    assert!(matches!(told, MailError::Refused(_)), "{told:?}");
    assert_eq!(told.to_string(), "the mail server answered 550");
}

#[test]
fn a_file_of_no_certificates_is_said_at_the_start() {
    let mail = Mail {
        host: "localhost".to_owned(),
        port: 587,
        tls: MailTls::On,
        ca: Some("Cargo.toml".into()),
        from: "line@northwind.example".to_owned(),
        login: None,
    };
    let told = Mailer::new(&mail).map(|_| ()).unwrap_err().to_string();
    assert!(told.contains("Cargo.toml: no certificate in it"), "{told}");
}
