//! Keys in SDP (RFC 4568; suites of RFC 4568 §6.2 and RFC 7714 §14.2).

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::local::KeyMaterial;
use super::plan::SrtpSuite;

/// In the order in which we offer them.
pub(super) const SUITES: [SrtpSuite; 4] = [
    SrtpSuite::AeadAes256Gcm,
    SrtpSuite::AeadAes128Gcm,
    SrtpSuite::AesCm128HmacSha1_80,
    SrtpSuite::AesCm128HmacSha1_32,
];

/// With or without padding: both are met.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

const fn name(suite: SrtpSuite) -> &'static str {
    match suite {
        SrtpSuite::AesCm128HmacSha1_80 => "AES_CM_128_HMAC_SHA1_80",
        SrtpSuite::AesCm128HmacSha1_32 => "AES_CM_128_HMAC_SHA1_32",
        SrtpSuite::AeadAes128Gcm => "AEAD_AES_128_GCM",
        SrtpSuite::AeadAes256Gcm => "AEAD_AES_256_GCM",
    }
}

/// Master key and salt together.
const fn key_len(suite: SrtpSuite) -> usize {
    match suite {
        SrtpSuite::AesCm128HmacSha1_80 | SrtpSuite::AesCm128HmacSha1_32 => 30,
        SrtpSuite::AeadAes128Gcm => 28,
        SrtpSuite::AeadAes256Gcm => 44,
    }
}

/// Our key for a suite: its own part of the randomness.
pub(super) fn local_key(material: &KeyMaterial, suite: SrtpSuite) -> Vec<u8> {
    let mut at = 0;
    for s in SUITES {
        let end = at + key_len(s);
        if s == suite {
            return material.0[at..end].to_vec();
        }
        at = end;
    }
    Vec::new()
}

/// A crypto attribute that we can use.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Crypto {
    pub tag: u32,
    pub suite: SrtpSuite,
    pub key: Vec<u8>,
}

impl Crypto {
    /// `1 AES_CM_128_HMAC_SHA1_80 inline:…|2^31 WSH=64`. `None` for what we do not do: other
    /// suites, several keys, a master key identifier, parameters that change the packets
    /// (RFC 4568 §6.3).
    pub(super) fn parse(value: &str) -> Option<Crypto> {
        let mut words = value.split_ascii_whitespace();
        let tag = words.next()?;
        if tag.len() > 9 {
            return None;
        }
        let tag = tag.parse().ok()?;
        let suite = words.next()?;
        let suite = SUITES
            .into_iter()
            .find(|s| name(*s).eq_ignore_ascii_case(suite))?;
        let params = words.next()?;
        let (method, key) = params.split_once(':')?;
        if !method.eq_ignore_ascii_case("inline") {
            return None;
        }
        let mut parts = key.split('|');
        let key = BASE64.decode(parts.next()?).ok()?;
        // What follows is a lifetime, which no call reaches, or `MKI:length`.
        if key.len() != key_len(suite) || parts.any(|p| p.contains(':')) {
            return None;
        }
        // A minus marks what may be ignored; the window size is a hint.
        let harmless = |w: &str| w.starts_with('-') || w.starts_with("WSH=");
        words.all(harmless).then_some(Crypto { tag, suite, key })
    }

    /// The attribute's value.
    pub(super) fn to_value(&self) -> String {
        let key = base64::engine::general_purpose::STANDARD.encode(&self.key);
        format!("{} {} inline:{key}", self.tag, name(self.suite))
    }
}
