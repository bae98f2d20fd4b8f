//! What browsers add to a description: a path found by ICE (RFC 8839) and keys agreed by DTLS
//! (RFC 5763, 8122). We are the lite side of ICE: reachable, and checked by the browser.

use std::fmt::Write as _;
use std::net::SocketAddr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use sha2::{Digest as _, Sha256};

use super::Refusal;
use super::local::KeyMaterial;
use super::plan::{Fingerprint, IceCredentials, WebPlan};

/// The profile that we offer to browsers (RFC 8834 §4.2).
pub(super) const PROFILE: &str = "UDP/TLS/RTP/SAVPF";
/// The priority of a host candidate (RFC 8445 §5.1.2.1): the only one, so any will do.
const PRIORITY: u32 = 2_130_706_431;
/// Longest of ours and theirs (RFC 8839 §5.4).
const MAX_CREDENTIAL: usize = 256;

/// Who begins the DTLS handshake (RFC 4145 §4, RFC 5763 §5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Setup {
    Active,
    Passive,
    ActPass,
}

impl Setup {
    const fn word(self) -> &'static str {
        match self {
            Setup::Active => "active",
            Setup::Passive => "passive",
            Setup::ActPass => "actpass",
        }
    }
}

/// The attributes of a media line, or of the session, which holds for lines without their own.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Attributes<'a> {
    pub ufrag: Option<&'a str>,
    pub password: Option<&'a str>,
    pub fingerprint: Option<Fingerprint>,
    pub setup: Option<Setup>,
    pub mid: Option<&'a str>,
    /// Media lines are to share one path (RFC 9143).
    pub bundle: bool,
}

impl<'a> Attributes<'a> {
    /// Takes what is one of them; others are none of its business.
    pub(super) fn read(&mut self, name: &str, value: &'a str) {
        let value = value.trim();
        let credential = || (!value.is_empty() && value.len() <= MAX_CREDENTIAL).then_some(value);
        match name {
            "ice-ufrag" => self.ufrag = credential(),
            "ice-pwd" => self.password = credential(),
            // Several hashes may be given; ours is the one that all browsers give.
            "fingerprint" => self.fingerprint = self.fingerprint.or(Fingerprint::parse(value)),
            "setup" => {
                self.setup = [Setup::Active, Setup::Passive, Setup::ActPass]
                    .into_iter()
                    .find(|s| s.word().eq_ignore_ascii_case(value));
            }
            "mid" => self.mid = Some(value).filter(|v| is_token(v)),
            "group" => self.bundle |= value.starts_with("BUNDLE"),
            _ => {}
        }
    }

    /// With what the session says for all lines.
    pub(super) fn or(self, session: Attributes<'a>) -> Attributes<'a> {
        Attributes {
            ufrag: self.ufrag.or(session.ufrag),
            password: self.password.or(session.password),
            fingerprint: self.fingerprint.or(session.fingerprint),
            setup: self.setup.or(session.setup),
            mid: self.mid,
            bundle: session.bundle,
        }
    }
}

/// What is put into an answer as it came must not be able to break lines (RFC 5888 §4).
fn is_token(word: &str) -> bool {
    (1..=32).contains(&word.len())
        && word
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
}

/// What we say about it on our media line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct WebLine {
    pub ours: IceCredentials,
    pub fingerprint: Fingerprint,
    pub setup: Setup,
    pub mid: Option<String>,
    pub bundle: bool,
}

impl WebLine {
    /// For the session's part of a description.
    pub(super) fn write_session(&self, s: &mut String) {
        // Writing to a String does not fail.
        if let (true, Some(mid)) = (self.bundle, &self.mid) {
            let _ = write!(s, "a=group:BUNDLE {mid}\r\n");
        }
        s.push_str("a=ice-lite\r\n");
    }

    /// For the media line, whose RTP is received at `at`.
    pub(super) fn write_media(&self, s: &mut String, at: SocketAddr) {
        if let Some(mid) = &self.mid {
            let _ = write!(s, "a=mid:{mid}\r\na=msid:- audio\r\n");
        }
        let IceCredentials { ufrag, password } = &self.ours;
        let (ip, port) = (at.ip().to_canonical(), at.port());
        let _ = write!(
            s,
            "a=ice-ufrag:{ufrag}\r\na=ice-pwd:{password}\r\n\
             a=fingerprint:{}\r\na=setup:{}\r\n\
             a=candidate:1 1 udp {PRIORITY} {ip} {port} typ host\r\na=end-of-candidates\r\n",
            self.fingerprint,
            self.setup.word()
        );
    }
}

/// What a leg remembers of it between offers.
#[derive(Clone, Debug, Default)]
pub(super) struct Memory {
    /// As it is agreed.
    pub plan: Option<WebPlan>,
    /// The name of the media line.
    pub mid: Option<String>,
    /// How often the browser began ICE anew: each time we have other credentials (RFC 8839 §4.4.1.1.1).
    pub restarts: u32,
}

impl Memory {
    /// Our line of an offer.
    pub(super) fn offered(&self, keys: &KeyMaterial, fingerprint: Fingerprint) -> WebLine {
        WebLine {
            ours: credentials(keys, self.restarts),
            fingerprint,
            setup: Setup::ActPass,
            mid: Some(self.mid.clone().unwrap_or_else(|| "0".to_owned())),
            bundle: true,
        }
    }

    /// The answer to what a browser offers.
    ///
    /// # Errors
    /// Something is missing in the offer, or of a kind that is not ours.
    pub(super) fn answered(
        &self,
        theirs: &Attributes<'_>,
        keys: &KeyMaterial,
        fingerprint: Fingerprint,
    ) -> Result<(WebPlan, WebLine), Refusal> {
        let (credentials_of_peer, their_fingerprint) = needed(theirs)?;
        let anew = self
            .plan
            .as_ref()
            .filter(|p| p.theirs != credentials_of_peer);
        let ours = credentials(keys, self.restarts + u32::from(anew.is_some()));
        // Who began the handshake stays who it was: the keys are those of that handshake.
        let before = self
            .plan
            .as_ref()
            .filter(|p| p.fingerprint == their_fingerprint);
        let active = match (theirs.setup, before) {
            (Some(Setup::Passive), _) => true,
            (Some(Setup::Active), _) => false,
            (Some(Setup::ActPass) | None, before) => before.is_some_and(|p| p.active),
        };
        let setup = if active {
            Setup::Active
        } else {
            Setup::Passive
        };
        let line = WebLine {
            ours: ours.clone(),
            fingerprint,
            setup,
            mid: theirs.mid.map(str::to_owned),
            bundle: theirs.bundle,
        };
        let plan = WebPlan {
            ours,
            theirs: credentials_of_peer,
            fingerprint: their_fingerprint,
            active,
        };
        Ok((plan, line))
    }

    /// What the answer to an offer of ours means.
    ///
    /// # Errors
    /// As [`Memory::answered`].
    pub(super) fn accepted(line: &WebLine, theirs: &Attributes<'_>) -> Result<WebPlan, Refusal> {
        let (credentials_of_peer, fingerprint) = needed(theirs)?;
        Ok(WebPlan {
            ours: line.ours.clone(),
            theirs: credentials_of_peer,
            fingerprint,
            active: theirs.setup == Some(Setup::Passive),
        })
    }

    /// An answer of ours was given.
    pub(super) fn keep(&mut self, plan: &WebPlan, line: &WebLine) {
        if self.plan.as_ref().is_some_and(|p| p.theirs != plan.theirs) {
            self.restarts += 1;
        }
        self.plan = Some(plan.clone());
        self.mid.clone_from(&line.mid);
    }
}

fn needed(theirs: &Attributes<'_>) -> Result<(IceCredentials, Fingerprint), Refusal> {
    let (Some(ufrag), Some(password)) = (theirs.ufrag, theirs.password) else {
        return Err(Refusal::Malformed("no ICE credentials"));
    };
    let fingerprint = theirs.fingerprint.ok_or(Refusal::NoFingerprint)?;
    let credentials = IceCredentials {
        ufrag: ufrag.to_owned(),
        password: password.to_owned(),
    };
    Ok((credentials, fingerprint))
}

/// Ours: from the leg's randomness, and other ones after each restart. Their alphabet is that of
/// base64 (RFC 8839 §5.4).
fn credentials(keys: &KeyMaterial, restarts: u32) -> IceCredentials {
    let digest = Sha256::new()
        .chain_update(b"ice")
        .chain_update(keys.0)
        .chain_update(restarts.to_be_bytes())
        .finalize();
    let (ufrag, rest) = digest.split_at(6);
    IceCredentials {
        ufrag: BASE64.encode(ufrag),
        password: BASE64.encode(rest.get(..18).unwrap_or(rest)),
    }
}
