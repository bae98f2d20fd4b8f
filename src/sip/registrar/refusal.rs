//! What a REGISTER is refused with.

use crate::sip::message::HeaderName;

/// A response other than 200: status, its own reason phrase, and headers.
pub(super) struct Refusal {
    pub(super) status: u16,
    pub(super) reason: Option<&'static str>,
    pub(super) headers: Vec<(HeaderName, String)>,
}

impl Refusal {
    pub(super) fn new(status: u16) -> Refusal {
        Refusal {
            status,
            reason: None,
            headers: Vec::new(),
        }
    }

    pub(super) fn because(status: u16, reason: &'static str) -> Refusal {
        Refusal {
            reason: Some(reason),
            ..Refusal::new(status)
        }
    }

    pub(super) fn with(mut self, name: HeaderName, value: String) -> Refusal {
        self.headers.push((name, value));
        self
    }
}
