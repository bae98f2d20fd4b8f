//! One audio line against what we bring: codec, addresses, direction, keys.

use std::net::SocketAddr;

use super::Refusal;
use super::address::{self, BadAddress};
use super::crypto::{self, Crypto};
use super::formats::Formats;
use super::local::{KeyMaterial, LocalMedia, Preference, SrtpPolicy};
use super::parse::{Connection, Description, Media};
use super::plan::{Codec, Direction, DtmfPlan, MediaPlan, SrtpPlan};
use super::web::{self, Memory};
use super::write::AudioLine;

/// The profiles of RTP that we speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Profile {
    /// In the clear (RFC 3551, 4585), with keys as an opportunity (RFC 8643).
    Plain,
    /// SRTP with keys in the description (RFC 4568).
    Sdes,
    /// SRTP with keys by DTLS (RFC 5764): browsers.
    Dtls,
}

impl Profile {
    /// `None` for profiles that are not ours.
    pub(super) fn of(protocol: &str) -> Option<Profile> {
        let is = |p: &str| protocol.eq_ignore_ascii_case(p);
        if is("RTP/AVP") || is("RTP/AVPF") {
            Some(Profile::Plain)
        } else if is("RTP/SAVP") || is("RTP/SAVPF") {
            Some(Profile::Sdes)
        } else if is(web::PROFILE) || is("UDP/TLS/RTP/SAVP") {
            Some(Profile::Dtls)
        } else {
            None
        }
    }
}

pub(super) fn is_secure(protocol: &str) -> bool {
    Profile::of(protocol) == Some(Profile::Sdes)
}

/// What a session brings to a negotiation.
pub(super) struct Own<'s> {
    pub keys: &'s KeyMaterial,
    pub web: &'s Memory,
}

pub(super) type Chosen = (usize, MediaPlan, AudioLine);

/// The audio line to take, with the answer to it: a secure one before a plain one, as phones
/// that offer both mean it; among equals the first.
pub(super) fn choose(
    description: &Description<'_>,
    local: &LocalMedia,
    own: &Own<'_>,
) -> Result<Chosen, Refusal> {
    let mut why = Refusal::NoAudio;
    for profile in [Profile::Dtls, Profile::Sdes, Profile::Plain] {
        for (i, media) in description.media.iter().enumerate() {
            let usable = media.is_audio() && media.port != 0;
            if !usable || Profile::of(media.protocol) != Some(profile) {
                continue;
            }
            match answered(description, media, local, own) {
                Ok((plan, line)) => return Ok((i, plan, line)),
                Err(e) if why == Refusal::NoAudio => why = e,
                Err(_) => {}
            }
        }
    }
    Err(why)
}

/// The answer to one audio line.
fn answered(
    description: &Description<'_>,
    media: &Media<'_>,
    local: &LocalMedia,
    own: &Own<'_>,
) -> Result<(MediaPlan, AudioLine), Refusal> {
    let formats = Formats::of(media);
    let ours = |c: &Codec| local.codecs.contains(c);
    let codec = match local.preference {
        Preference::Theirs => formats.audio.iter().map(|a| a.1).find(ours),
        Preference::Ours => {
            let theirs = |c: &Codec| formats.payload_type(*c).is_some();
            local.codecs.iter().copied().find(theirs)
        }
    };
    let codec = codec.ok_or(Refusal::NoCommonCodec)?;
    let pt = formats.payload_type(codec).ok_or(Refusal::NoCommonCodec)?;
    let browser = Profile::of(media.protocol) == Some(Profile::Dtls);
    let (web, web_line) = if browser {
        // Who does not speak to us by WebSocket is not known to be a browser.
        let fingerprint = local.web.ok_or(Refusal::NoAudio)?;
        let theirs = description.web_of(media);
        let (plan, line) = own.web.answered(&theirs, own.keys, fingerprint)?;
        (Some(Box::new(plan)), Some(line))
    } else {
        (None, None)
    };
    let remote = Remote::of(description, media, local)?;
    let (srtp, crypto) = match browser {
        true => (None, None),
        false => answer_srtp(media, local, own.keys)?,
    };
    let event = formats.event_for(codec).filter(|_| local.dtmf);
    let comfort_noise = formats.comfort_noise.filter(|_| codec != Codec::Opus);
    let direction = meet(local.direction, remote.direction);
    // Browsers have no other way (RFC 8834 §4.5).
    let rtcp_mux = browser || (media.rtcp_mux && local.rtcp_mux);
    let line = AudioLine {
        protocol: media.protocol.to_owned(),
        port: local.rtp_port,
        audio: vec![(pt, codec)],
        events: event.into_iter().collect(),
        comfort_noise,
        direction,
        rtcp_port: (!rtcp_mux).then_some(local.rtcp_port),
        rtcp_mux,
        cryptos: crypto.into_iter().collect(),
        web: web_line,
    };
    let plan = MediaPlan {
        remote_rtp: remote.rtp,
        remote_rtcp: if rtcp_mux { remote.rtp } else { remote.rtcp },
        rtcp_mux,
        codec,
        send_payload_type: pt,
        recv: vec![(pt, codec)],
        dtmf: event.map(|(pt, clock_rate)| DtmfPlan {
            send_payload_type: pt,
            recv_payload_type: pt,
            clock_rate,
        }),
        comfort_noise,
        direction,
        srtp,
        web,
    };
    Ok((plan, line))
}

/// What an answer to our audio line means.
pub(super) fn accepted(
    description: &Description<'_>,
    media: &Media<'_>,
    local: &LocalMedia,
    line: &AudioLine,
    keys: &KeyMaterial,
) -> Result<MediaPlan, Refusal> {
    let formats = Formats::of(media);
    let offered = |c: Codec| line.audio.iter().find(|a| a.1 == c).map(|a| a.0);
    let common: Vec<_> = formats
        .audio
        .iter()
        .filter_map(|&(theirs, c)| offered(c).map(|ours| (theirs, ours, c)))
        .collect();
    let &(send_payload_type, _, codec) = common.first().ok_or(Refusal::NoCommonCodec)?;
    let mut recv: Vec<(u8, Codec)> = common.iter().map(|&(_, ours, c)| (ours, c)).collect();
    // What arrives is numbered by us; some send with their own numbers all the same.
    for &(theirs, _, c) in &common {
        let taken = recv.iter().any(|r| r.0 == theirs);
        let event = line.events.iter().any(|e| e.0 == theirs);
        if !taken && !event {
            recv.push((theirs, c));
        }
    }
    let web = match &line.web {
        Some(ours) => Some(Box::new(Memory::accepted(
            ours,
            &description.web_of(media),
        )?)),
        None => None,
    };
    let remote = Remote::of(description, media, local)?;
    let srtp = match web {
        Some(_) => None,
        None => accept_srtp(media, local, line, keys)?,
    };
    let event_types = formats.event_for(codec).and_then(|(theirs, rate)| {
        let ours = line.events.iter().find(|e| e.1 == rate)?;
        Some(DtmfPlan {
            send_payload_type: theirs,
            recv_payload_type: ours.0,
            clock_rate: rate,
        })
    });
    let rtcp_mux = web.is_some() || (media.rtcp_mux && line.rtcp_mux);
    Ok(MediaPlan {
        remote_rtp: remote.rtp,
        remote_rtcp: if rtcp_mux { remote.rtp } else { remote.rtcp },
        rtcp_mux,
        codec,
        send_payload_type,
        recv,
        dtmf: event_types,
        comfort_noise: formats.comfort_noise,
        direction: meet(line.direction, remote.direction),
        srtp,
        web,
    })
}

/// Our direction, given what we want and what they say: each side sends only if the other
/// receives (RFC 3264 §6.1).
fn meet(ours: Direction, theirs: Direction) -> Direction {
    match (
        ours.sends() && theirs.receives(),
        ours.receives() && theirs.sends(),
    ) {
        (true, true) => Direction::SendRecv,
        (true, false) => Direction::SendOnly,
        (false, true) => Direction::RecvOnly,
        (false, false) => Direction::Inactive,
    }
}

/// Where the peer takes media, and who sends as they see it.
struct Remote {
    rtp: Option<SocketAddr>,
    rtcp: Option<SocketAddr>,
    direction: Direction,
}

impl Remote {
    fn of(d: &Description<'_>, media: &Media<'_>, local: &LocalMedia) -> Result<Remote, Refusal> {
        if media.max_ptime.is_some_and(|ms| ms > 0 && ms < 20) {
            return Err(Refusal::PacketTime);
        }
        let direction = d.direction_of(media);
        if Profile::of(media.protocol) == Some(Profile::Dtls) {
            // ICE finds where, and only who knows the password is found.
            return Ok(Remote {
                rtp: None,
                rtcp: None,
                direction,
            });
        }
        let ip = match d.connection_of(media) {
            None => return Err(Refusal::Malformed("no connection line")),
            Some(Connection::HostName) => return Err(BadAddress::HostName.into()),
            Some(Connection::Ip(ip)) => ip,
        };
        if ip.is_unspecified() {
            // Hold as before RFC 3264 (§8.4): nothing is to be sent.
            return Ok(Remote {
                rtp: None,
                rtcp: None,
                direction: if direction.sends() {
                    Direction::SendOnly
                } else {
                    Direction::Inactive
                },
            });
        }
        let check = |to| address::check(to, local.address, local.peer, &local.own_ports);
        let rtp = check(SocketAddr::new(ip, media.port))?;
        // RFC 3605; by default the next port (RFC 3550 §11). Not worth refusing a call for.
        let rtcp = match media.rtcp {
            Some((port, Some(Connection::Ip(ip)))) => Some(SocketAddr::new(ip, port)),
            Some((_, Some(Connection::HostName))) => None,
            Some((port, None)) => Some(SocketAddr::new(ip, port)),
            None => media.port.checked_add(1).map(|p| SocketAddr::new(ip, p)),
        };
        Ok(Remote {
            rtp: Some(rtp),
            rtcp: rtcp.and_then(|to| check(to).ok()),
            direction,
        })
    }
}

type SrtpAnswer = (Option<SrtpPlan>, Option<String>);

/// The first crypto line that we can use, answered with its tag (RFC 4568 §5.1.2). On a plain
/// profile crypto lines are an opportunity (RFC 8643), on a secure one a must.
fn answer_srtp(
    media: &Media<'_>,
    local: &LocalMedia,
    keys: &KeyMaterial,
) -> Result<SrtpAnswer, Refusal> {
    let must = is_secure(media.protocol);
    let required = local.srtp == SrtpPolicy::Required;
    if local.srtp == SrtpPolicy::Never {
        return if must {
            Err(Refusal::NoCommonSuite)
        } else {
            Ok((None, None))
        };
    }
    if !local.secure_signalling {
        return match (must, required) {
            (true, _) => Err(Refusal::KeysInTheClear),
            (false, true) => Err(Refusal::SrtpRequired),
            (false, false) => Ok((None, None)),
        };
    }
    let Some(theirs) = media.cryptos.iter().find_map(|c| Crypto::parse(c)) else {
        return match (must, required) {
            (true, _) => Err(Refusal::NoCommonSuite),
            (false, true) => Err(Refusal::SrtpRequired),
            (false, false) => Ok((None, None)),
        };
    };
    let ours = Crypto {
        tag: theirs.tag,
        suite: theirs.suite,
        key: crypto::local_key(keys, theirs.suite),
    };
    let value = ours.to_value();
    let plan = SrtpPlan {
        suite: theirs.suite,
        local_key: ours.key,
        remote_key: theirs.key,
    };
    Ok((Some(plan), Some(value)))
}

/// The crypto line of an answer must be one of those that we offered (RFC 4568 §5.1.3).
fn accept_srtp(
    media: &Media<'_>,
    local: &LocalMedia,
    line: &AudioLine,
    keys: &KeyMaterial,
) -> Result<Option<SrtpPlan>, Refusal> {
    let must = is_secure(&line.protocol) || local.srtp == SrtpPolicy::Required;
    let offered = |c: &Crypto| {
        let i = (c.tag as usize).wrapping_sub(1);
        crypto::SUITES.get(i) == Some(&c.suite) && !line.cryptos.is_empty()
    };
    let theirs = media
        .cryptos
        .iter()
        .find_map(|c| Crypto::parse(c))
        .filter(offered);
    match theirs {
        Some(c) => Ok(Some(SrtpPlan {
            suite: c.suite,
            local_key: crypto::local_key(keys, c.suite),
            remote_key: c.key,
        })),
        None if must && media.cryptos.is_empty() => Err(Refusal::SrtpRequired),
        None if must || (is_secure(media.protocol)) => Err(Refusal::NoCommonSuite),
        // Crypto in the answer that was not offered: the peer will encrypt with a key that
        // does not count.
        None if !media.cryptos.is_empty() && !line.cryptos.is_empty() => {
            Err(Refusal::NoCommonSuite)
        }
        None => Ok(None),
    }
}
