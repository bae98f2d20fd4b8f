//! A question to a web service.

use std::time::Duration;

use super::{Speech, Target, VariableId};

/// Asks a web service. What it can not tell in time, or tells wrong, is a fault: a person.
#[derive(Debug, PartialEq)]
pub struct Ask {
    /// Whether the values of `body` are posted.
    pub method: Method,
    /// The address; values are percent-encoded.
    pub url: Vec<UrlPart>,
    /// Names and values of the JSON object that is posted.
    pub body: Vec<(String, VariableId)>,
    /// How long the service may take.
    pub timeout: Duration,
    /// Said while the service is asked.
    pub meanwhile: Option<Speech>,
    /// What is taken from the answer.
    pub fields: Vec<Field>,
    /// Where to with the answer.
    pub go: Target,
    /// Where to when the service does not know it (404, or a field that must be there is not).
    pub missing: Target,
}

/// How a web service is asked (RFC 9110 §9).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// GET.
    Get,
    /// POST with a JSON object.
    Post,
}

/// A part of a web address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UrlPart {
    /// As it stands.
    Text(String),
    /// A value, percent-encoded.
    Value(VariableId),
}

/// One value in an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Names of JSON members, from the outside in.
    pub path: Vec<String>,
    /// Where the value goes.
    pub into: VariableId,
    /// The answer counts as missing without it.
    pub required: bool,
}
