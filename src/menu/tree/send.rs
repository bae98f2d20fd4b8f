//! A follow-up that is sent by the server, while the call goes on.

use super::{Target, UrlPart, VariableId};

/// Hands a follow-up to the outbox and goes on at once.
#[derive(Debug, PartialEq)]
pub struct Send {
    /// What is sent, and to whom.
    pub what: FollowUp,
    /// The caller goes on only when it is durable, and to a person when it can not be. If not, the
    /// caller goes on in any case, and what fails is in the record.
    pub required: bool,
    /// Where to, afterwards.
    pub go: Target,
}

/// What is sent, as the menu says it.
#[derive(Debug, PartialEq)]
pub enum FollowUp {
    /// A JSON object, posted to a web address.
    Webhook {
        /// The address; values are percent-encoded.
        url: Vec<UrlPart>,
        /// The members of the object.
        body: Vec<(String, Member)>,
    },
    /// An e-mail.
    Mail {
        /// The address that it is for.
        to: String,
        /// Its subject.
        subject: Vec<TextPart>,
        /// Its text.
        text: Vec<TextPart>,
    },
}

/// What a member of a JSON object holds.
#[derive(Debug, PartialEq)]
pub enum Member {
    /// A value; null if it is not known.
    Value(VariableId),
    /// Text.
    Text(Vec<TextPart>),
}

/// A part of a text that is written, not said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TextPart {
    /// As it stands.
    Text(String),
    /// A value as it is written; `-` if it is not known.
    Value(VariableId),
}
