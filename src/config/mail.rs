//! The section `[mail]`: through which server e-mails go.

use super::reader::{Parsed, Table, choice, text};
use super::sections::path;
use super::types::{Mail, MailTls, Secret};

const TLS: &[(&str, MailTls)] = &[
    ("starttls", MailTls::StartTls),
    ("on", MailTls::On),
    ("off", MailTls::Off),
];

/// The usual port (RFC 6409 §3.1, RFC 8314 §7.3, RFC 5321 §4.5.4.2).
fn port(tls: MailTls) -> u16 {
    match tls {
        MailTls::StartTls => 587,
        MailTls::On => 465,
        MailTls::Off => 25,
    }
}

pub(super) fn read(mut t: Table<'_>) -> Option<Mail> {
    let smtp = t.need("smtp", "\"mail.example.org\"", server);
    let from = t.need("from", "\"line@example.org\"", address);
    let tls = t.get("tls", MailTls::StartTls, choice(TLS));
    let ca = t.opt("ca", path);
    let user = t.opt("user", text);
    let password = t.secret("password", |s| text(s).map(Secret::new));
    if user.is_some() != password.is_some() {
        t.tell(
            "user",
            "`user` and `password` belong together",
            "give both, or none",
        );
    }
    if password.is_some() && tls == MailTls::Off {
        t.tell(
            "tls",
            "the password would go in the clear",
            "write `tls = \"starttls\"` or `\"on\"`, or leave user and password out",
        );
    }
    t.finish();
    let (host, given) = smtp?;
    Some(Mail {
        host,
        port: given.unwrap_or_else(|| port(tls)),
        tls,
        ca,
        from: from?,
        login: user.zip(password),
    })
}

/// `mail.example.org` or `mail.example.org:587`.
fn server(t: &str) -> Parsed<(String, Option<u16>)> {
    let like = || "write a host, or host and port, like `mail.example.org:587`".to_owned();
    let (host, port) = match t.rsplit_once(':') {
        Some((host, port)) => (host, Some(port.parse().map_err(|_| like())?)),
        None => (t, None),
    };
    let good = |c: char| c.is_ascii_alphanumeric() || ".-".contains(c);
    match !host.is_empty() && host.chars().all(good) {
        true => Ok((host.to_owned(), port)),
        false => Err(like()),
    }
}

pub(super) fn address(t: &str) -> Parsed<String> {
    let plain = |s: &str| !s.is_empty() && s.chars().all(|c| c.is_ascii_graphic() && c != '@');
    match t.split_once('@') {
        Some((local, domain)) if plain(local) && plain(domain) && t.len() <= 254 => {
            Ok(t.to_owned())
        }
        Some(_) | None => Err("write an address, like `line@example.org`".to_owned()),
    }
}
