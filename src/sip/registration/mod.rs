//! Our own registration at a trunk (RFC 3261 §10.2), so that its calls come in.
//!
//! The machine says when to send which REGISTER; who drives it builds the message around it
//! (Via, From, To, Contact of the flow it goes by) and carries it in a client transaction.

#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::time::Duration;

use super::digest::{AuthHeader, ClientSession, Credentials};
use super::message::{Contacts, HeaderName, Response};
use crate::now::{Mono, Now};

/// First wait after a failure; doubled each time.
const BACK_OFF_FIRST: Duration = Duration::from_secs(5);
/// Longest wait after a failure, also when the trunk asks for more.
const BACK_OFF_MOST: Duration = Duration::from_secs(300);
/// Longer intervals than a day are not asked for, whatever Min-Expires says.
const EXPIRES_MOST: u32 = 86_400;
/// A transaction ends by itself after 32 s; should it not, we go on after this.
const PATIENCE: Duration = Duration::from_secs(45);
/// After a lost connection: soon, but not all of a trunk's customers at once.
const RECONNECT: Duration = Duration::from_secs(2);

/// What a registration needs to know.
#[derive(Clone, Debug)]
pub struct RegistrationConfig {
    /// The Request-URI, e.g. `sip:trunk.example`; also the digest's.
    pub request_uri: String,
    /// Account at the trunk.
    pub credentials: Option<Credentials>,
    /// How long a registration is asked for, in seconds.
    pub expires: u32,
}

/// One REGISTER to send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegisterRequest {
    /// The Request-URI.
    pub request_uri: String,
    /// The same for all of one registration (RFC 3261 §10.2.4).
    pub call_id: String,
    /// One higher each time.
    pub cseq: u32,
    /// The `expires` of our Contact; 0 takes it back.
    pub expires: u32,
    /// The answer to the trunk's challenge.
    pub authorization: Option<AuthHeader>,
}

/// The registration began, failed or ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RegistrationEvent {
    /// Whether the trunk has our address now.
    pub registered: bool,
    /// The final status of the last attempt; 0 when there was no answer.
    pub status: u16,
}

/// What it is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// Nothing: not begun, or taken back.
    Off,
    /// The next attempt is at this time.
    Waiting { at: Mono },
    /// A REGISTER is under way.
    Asking { give_up: Mono },
    /// The last REGISTER is under way.
    Leaving { give_up: Mono },
}

/// Keeps one address registered at one trunk.
#[derive(Debug)]
pub struct Registration {
    config: RegistrationConfig,
    session: Option<ClientSession>,
    stage: Stage,
    /// Until when the trunk has our address.
    until: Option<Mono>,
    /// Failures since the last success.
    failures: u32,
    /// 423 since the last success.
    raised: u32,
    expires: u32,
    call_id: String,
    cseq: u32,
    random: u64,
    requests: VecDeque<RegisterRequest>,
    events: VecDeque<RegistrationEvent>,
    told: Option<RegistrationEvent>,
}

impl Registration {
    /// Not begun yet. `seed` must differ from registration to registration.
    pub fn new(config: RegistrationConfig, seed: u64) -> Registration {
        let mut registration = Registration {
            session: config.credentials.clone().map(ClientSession::new),
            expires: config.expires.clamp(1, EXPIRES_MOST),
            config,
            stage: Stage::Off,
            until: None,
            failures: 0,
            raised: 0,
            call_id: String::new(),
            cseq: 0,
            random: seed,
            requests: VecDeque::new(),
            events: VecDeque::new(),
            told: None,
        };
        let (a, b) = (registration.roll(), registration.roll());
        registration.call_id = format!("{a:016x}{b:016x}");
        registration
    }

    /// Whether the trunk has our address.
    pub fn is_registered(&self) -> bool {
        self.until.is_some()
    }

    /// Registers, now.
    pub fn start(&mut self, now: Now) {
        match self.stage {
            Stage::Off | Stage::Waiting { .. } => self.ask(now),
            Stage::Asking { .. } | Stage::Leaving { .. } => {}
        }
    }

    /// Takes the registration back (RFC 3261 §10.2.2). Nothing is sent when there is none.
    pub fn stop(&mut self, now: Now) {
        match self.stage {
            Stage::Off | Stage::Leaving { .. } => {}
            Stage::Waiting { .. } | Stage::Asking { .. } => {
                // An unanswered attempt may have reached the trunk: it is taken back too.
                let reached = self.until.is_some() || matches!(self.stage, Stage::Asking { .. });
                if reached {
                    self.leave(now);
                } else {
                    self.stage = Stage::Off;
                }
            }
        }
    }

    /// The final response to the last [`RegisterRequest`]. `contact`: the URI that was sent
    /// in its Contact.
    pub fn handle_response(&mut self, now: Now, response: &Response, contact: &str) {
        let status = response.status;
        match self.stage {
            Stage::Asking { .. } => {}
            Stage::Leaving { .. } => {
                // A last challenge is answered, anything else is good enough.
                if matches!(status, 401 | 407) && self.take_challenge(response) {
                    self.leave(now);
                } else {
                    self.off(status);
                }
                return;
            }
            Stage::Off | Stage::Waiting { .. } => return,
        }
        match status {
            200..=299 => self.succeeded(now, response, contact),
            401 | 407 if self.take_challenge(response) => self.ask(now),
            423 if self.raised < 2 => match response.headers.min_expires() {
                Ok(Some(min)) if min > self.expires && min <= EXPIRES_MOST => {
                    self.raised += 1;
                    self.expires = min;
                    self.ask(now);
                }
                Ok(_) | Err(_) => self.failed(now, status, None),
            },
            _ => {
                let wait = response.headers.retry_after().ok().flatten();
                let wait = wait.map(|s| Duration::from_secs(s.into()));
                self.failed(now, status, wait);
            }
        }
    }

    /// No response came: time-out, nowhere to send to, connection refused.
    pub fn handle_failure(&mut self, now: Now) {
        match self.stage {
            Stage::Asking { .. } => self.failed(now, 0, None),
            Stage::Leaving { .. } => self.off(0),
            Stage::Off | Stage::Waiting { .. } => {}
        }
    }

    /// The connection by which we are registered is gone: the trunk can not reach us.
    pub fn handle_flow_lost(&mut self, now: Now) {
        match self.stage {
            Stage::Waiting { .. } if self.until.is_some() => {
                self.until = None;
                self.tell(0);
                let wait = self.spread(RECONNECT);
                self.stage = Stage::Waiting {
                    at: now.mono + wait,
                };
            }
            Stage::Off | Stage::Waiting { .. } | Stage::Asking { .. } | Stage::Leaving { .. } => {}
        }
    }

    /// The time that [`Registration::poll_timeout`] named has come.
    pub fn handle_timeout(&mut self, now: Now) {
        if self.until.is_some_and(|until| until <= now.mono) {
            self.until = None;
            let status = self.told.map_or(0, |t| t.status);
            let status = if status < 300 { 0 } else { status };
            self.tell(status);
        }
        match self.stage {
            Stage::Waiting { at } if at <= now.mono => self.ask(now),
            Stage::Asking { give_up } if give_up <= now.mono => self.failed(now, 0, None),
            Stage::Leaving { give_up } if give_up <= now.mono => self.off(0),
            Stage::Off | Stage::Waiting { .. } | Stage::Asking { .. } | Stage::Leaving { .. } => {}
        }
    }

    /// When to call [`Registration::handle_timeout`].
    pub fn poll_timeout(&self) -> Option<Mono> {
        let next = match self.stage {
            Stage::Off => None,
            Stage::Waiting { at } => Some(at),
            Stage::Asking { give_up } | Stage::Leaving { give_up } => Some(give_up),
        };
        match (next, self.until) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        }
    }

    /// What to send next.
    pub fn poll_request(&mut self) -> Option<RegisterRequest> {
        self.requests.pop_front()
    }

    /// What happened.
    pub fn poll_event(&mut self) -> Option<RegistrationEvent> {
        self.events.pop_front()
    }

    fn ask(&mut self, now: Now) {
        let give_up = now.mono + PATIENCE;
        self.stage = Stage::Asking { give_up };
        self.send(self.expires);
    }

    fn leave(&mut self, now: Now) {
        let give_up = now.mono + PATIENCE;
        self.stage = Stage::Leaving { give_up };
        self.send(0);
    }

    fn send(&mut self, expires: u32) {
        self.cseq = self.cseq.wrapping_add(1) & 0x7fff_ffff;
        let cnonce = format!("{:016x}", self.roll());
        let uri = self.config.request_uri.clone();
        let authorization = self
            .session
            .as_mut()
            .and_then(|s| s.authorize("REGISTER", &uri, b"", &cnonce));
        self.requests.clear();
        self.requests.push_back(RegisterRequest {
            request_uri: uri,
            call_id: self.call_id.clone(),
            cseq: self.cseq,
            expires,
            authorization,
        });
    }

    /// Whether trying again with an answer makes sense.
    fn take_challenge(&mut self, response: &Response) -> bool {
        let name = if response.status == 407 {
            HeaderName::ProxyAuthenticate
        } else {
            HeaderName::WwwAuthenticate
        };
        let values: Vec<&str> = response
            .headers
            .fields(name)
            .filter_map(|v| std::str::from_utf8(v).ok())
            .collect();
        let session = self.session.as_mut();
        session.is_some_and(|s| s.handle_challenge(response.status, &values).is_ok())
    }

    fn succeeded(&mut self, now: Now, response: &Response, contact: &str) {
        if let Some(session) = &mut self.session {
            session.handle_success();
        }
        (self.failures, self.raised) = (0, 0);
        let granted = granted(response, contact).unwrap_or(self.expires);
        // A trunk that grants nothing is asked again, but not in a circle.
        let granted = Duration::from_secs(granted.clamp(10, EXPIRES_MOST).into());
        self.until = Some(now.mono + granted);
        // At 75 to 85 %: the trunk's customers do not all come at once.
        let part = 75 + u32::try_from(self.roll() % 11).unwrap_or(5);
        let at = now.mono + granted * part / 100;
        self.stage = Stage::Waiting { at };
        self.tell(response.status);
    }

    fn failed(&mut self, now: Now, status: u16, asked: Option<Duration>) {
        let doubled = BACK_OFF_FIRST.saturating_mul(1 << self.failures.min(10));
        self.failures = self.failures.saturating_add(1);
        let mut wait = self.spread(doubled.min(BACK_OFF_MOST));
        if let Some(asked) = asked {
            wait = wait.max(asked.min(BACK_OFF_MOST));
        }
        self.stage = Stage::Waiting {
            at: now.mono + wait,
        };
        self.tell(status);
    }

    fn off(&mut self, status: u16) {
        self.stage = Stage::Off;
        self.until = None;
        self.tell(status);
    }

    fn tell(&mut self, status: u16) {
        let event = RegistrationEvent {
            registered: self.until.is_some(),
            status,
        };
        // A refresh is no news.
        if self.told != Some(event) {
            self.told = Some(event);
            self.events.push_back(event);
        }
    }

    /// 50 to 100 % of `most` (RFC 5626 §4.5).
    fn spread(&mut self, most: Duration) -> Duration {
        let percent = 50 + u32::try_from(self.roll() % 51).unwrap_or(0);
        most * percent / 100
    }

    /// SplitMix64: enough to spread load and for a cnonce, whose secrecy does not matter.
    fn roll(&mut self) -> u64 {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.random;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

/// The seconds that the trunk granted to our Contact (RFC 3261 §10.2.4): what it says beside
/// it, else in Expires.
fn granted(response: &Response, contact: &str) -> Option<u32> {
    let headers = &response.headers;
    let list = match headers.contacts() {
        Ok(Contacts::Addresses(list)) => list,
        Ok(Contacts::Star) | Err(_) => Vec::new(),
    };
    let ours = super::message::Uri::parse(contact.as_bytes()).ok();
    let mine = list
        .iter()
        .find(|a| ours.as_ref().is_some_and(|o| o.equivalent(&a.uri)));
    // A trunk that rewrites our address lists but one.
    let only = if list.len() == 1 { list.first() } else { None };
    let said = mine.or(only).and_then(|a| a.expires());
    said.or_else(|| headers.expires().ok().flatten())
}
