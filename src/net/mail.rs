//! Sends e-mails through one server (RFC 5321), each in a conversation of its own.

use std::time::Duration;

use lettre::message::header::ContentType;
use lettre::message::{Attachment, Mailbox, MultiPart, SinglePart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, CertificateStore, Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};

use super::http::innermost;
use super::tls::certificates;
use crate::config::{Mail, MailTls};

/// For each step of the conversation with the server.
const STEP: Duration = Duration::from_secs(20);
/// For all of it.
const WHOLE: Duration = Duration::from_secs(60);

/// Why an e-mail was not taken.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// It is of no use to try again: the server will not take it as it is (a 5yz reply, RFC 5321
    /// §4.2.1), or it is no e-mail.
    #[error("{0}")]
    Refused(String),
    /// It may be taken later.
    #[error("{0}")]
    NotNow(String),
}

/// A file that goes with an e-mail.
#[derive(Debug)]
pub struct Attached {
    /// Its name.
    pub name: String,
    /// Its type (RFC 2046).
    pub kind: &'static str,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// The way to the server.
#[derive(Clone)]
pub struct Mailer {
    from: Mailbox,
    transport: AsyncSmtpTransport<Tokio1Executor>,
}

impl Mailer {
    /// As the settings say.
    ///
    /// # Errors
    /// The sender's address is none, or the certificates can not be read.
    pub fn new(mail: &Mail) -> Result<Mailer, MailError> {
        let refused = |e: &dyn std::fmt::Display| MailError::Refused(e.to_string());
        let from = mail.from.parse().map_err(|e| refused(&e))?;
        let parameters = || -> Result<TlsParameters, MailError> {
            let mut tls = TlsParameters::builder(mail.host.clone());
            if let Some(file) = &mail.ca {
                tls = tls.certificate_store(CertificateStore::None);
                for certificate in certificates(file).map_err(|e| refused(&e))? {
                    let certificate = Certificate::from_der(certificate.to_vec());
                    tls = tls.add_root_certificate(certificate.map_err(|e| refused(&e))?);
                }
            }
            tls.build().map_err(|e| refused(&e))
        };
        let tls = match mail.tls {
            MailTls::StartTls => Tls::Required(parameters()?),
            MailTls::On => Tls::Wrapper(parameters()?),
            MailTls::Off => Tls::None,
        };
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&mail.host)
            .port(mail.port)
            .tls(tls)
            .timeout(Some(STEP));
        if let Some((user, password)) = &mail.login {
            let password = password.reveal().to_owned();
            builder = builder.credentials(Credentials::new(user.clone(), password));
        }
        Ok(Mailer {
            from,
            transport: builder.build(),
        })
    }

    /// Sends one. `name` makes its Message-ID (RFC 5322 §3.6.4): the same for each attempt, so that
    /// one that arrives twice can be known.
    ///
    /// # Errors
    /// [`MailError`]; it names neither the receiver nor what is written.
    pub async fn send(
        &self,
        name: &str,
        to: &str,
        subject: String,
        text: String,
        with: Option<Attached>,
    ) -> Result<(), MailError> {
        let to: Mailbox = to
            .parse()
            .map_err(|_| MailError::Refused("the receiver is no mail address".to_owned()))?;
        let domain = self.from.email.domain();
        let mail = Message::builder()
            .from(self.from.clone())
            .to(to)
            .subject(subject)
            .message_id(Some(format!("<{name}@{domain}>")));
        let mail = match with {
            None => mail.header(ContentType::TEXT_PLAIN).body(text),
            Some(with) => {
                let part = ContentType::parse(with.kind)
                    .map(|kind| Attachment::new(with.name).body(with.bytes, kind))
                    .map_err(|_| MailError::Refused("it has no type".to_owned()))?;
                let parts = MultiPart::mixed().singlepart(SinglePart::plain(text));
                mail.multipart(parts.singlepart(part))
            }
        };
        let mail =
            mail.map_err(|_| MailError::Refused("it can not be written as an e-mail".to_owned()))?;
        match tokio::time::timeout(WHOLE, self.transport.send(mail)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(e)) if e.is_permanent() && !is_of_us(&e) => Err(MailError::Refused(told(&e))),
            Ok(Err(e)) => Err(MailError::NotNow(told(&e))),
            Err(_) => Err(MailError::NotNow("the mail server is too slow".to_owned())),
        }
    }
}

/// Replies that are about who we are and not about the letter: a login is missing, too weak or
/// wrong (RFC 4954 §6), or TLS comes first (RFC 3207 §4). Once the settings are right it is taken.
const OF_US: [u16; 4] = [530, 534, 535, 538];

fn is_of_us(e: &lettre::transport::smtp::Error) -> bool {
    e.status().is_some_and(|code| OF_US.contains(&code.into()))
}

/// Of a reply the code alone: servers repeat addresses in their words.
fn told(e: &lettre::transport::smtp::Error) -> String {
    let Some(code) = e.status() else {
        return untold(e);
    };
    match u16::from(code) {
        530 => "the mail server wants a login or TLS first (530)".to_owned(),
        534 | 535 | 538 => format!("the mail server does not take user and password ({code})"),
        _ => format!("the mail server answered {code}"),
    }
}

/// Why there is no reply, or none that we know. What is told is of our own libraries' making.
fn untold(e: &lettre::transport::smtp::Error) -> String {
    let cause = innermost(e);
    if e.is_timeout() {
        "the mail server is too slow".to_owned()
    } else if e.is_response() {
        "the mail server answered what is no SMTP".to_owned()
    } else if cause.starts_with("invalid peer certificate") {
        format!("the mail server is not believed ({cause}); `mail.ca` names who vouches for it")
    } else {
        format!("no conversation with the mail server: {cause}")
    }
}

#[cfg(test)]
mod tests;
