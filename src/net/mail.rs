//! Sends e-mails through one server (RFC 5321), one at a time.

use std::time::Duration;

use lettre::message::Mailbox;
use lettre::message::header::ContentType;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};

use crate::config::{Mail, MailTls};

/// For each step of the conversation with the server.
const STEP: Duration = Duration::from_secs(20);
/// For all of it.
const WHOLE: Duration = Duration::from_secs(60);

/// Why an e-mail was not taken.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// It is not tried again: the server will not take it as it is (a 5yz reply, RFC 5321
    /// §4.2.1), or it is no e-mail.
    #[error("{0}")]
    Refused(String),
    /// It may be taken later.
    #[error("{0}")]
    NotNow(String),
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
    /// The sender's address is none, or the system's certificates can not be read.
    pub fn new(mail: &Mail) -> Result<Mailer, MailError> {
        let refused = |e: &dyn std::fmt::Display| MailError::Refused(e.to_string());
        let from = mail.from.parse().map_err(|e| refused(&e))?;
        let parameters = || TlsParameters::new(mail.host.clone()).map_err(|e| refused(&e));
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
    ) -> Result<(), MailError> {
        let to: Mailbox = to
            .parse()
            .map_err(|_| MailError::Refused("the receiver is no mail address".to_owned()))?;
        let domain = self.from.email.domain();
        let mail = Message::builder()
            .from(self.from.clone())
            .to(to)
            .subject(subject)
            .message_id(Some(format!("<{name}@{domain}>")))
            .header(ContentType::TEXT_PLAIN)
            .body(text)
            .map_err(|_| MailError::Refused("it can not be written as an e-mail".to_owned()))?;
        match tokio::time::timeout(WHOLE, self.transport.send(mail)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(e)) if e.is_permanent() => Err(MailError::Refused(told(&e))),
            Ok(Err(e)) => Err(MailError::NotNow(told(&e))),
            Err(_) => Err(MailError::NotNow("the mail server is too slow".to_owned())),
        }
    }
}

/// The reply's code alone: servers repeat addresses in their words.
fn told(e: &lettre::transport::smtp::Error) -> String {
    match e.status() {
        Some(code) => format!("the mail server answered {code}"),
        None if e.is_tls() => "no encrypted connection to the mail server".to_owned(),
        None if e.is_timeout() => "the mail server is too slow".to_owned(),
        None => "no conversation with the mail server".to_owned(),
    }
}
