//! Offer and answer for one leg (RFC 3264).

use std::net::SocketAddr;

use bytes::Bytes;

use super::Refusal;
use super::address::{self, BadAddress};
use super::crypto::{self, Crypto};
use super::formats::Formats;
use super::local::{KeyMaterial, LocalMedia, Preference, SrtpPolicy};
use super::parse::{self, Connection, Description, Media};
use super::plan::{Codec, Direction, DtmfPlan, MediaPlan, SrtpPlan};
use super::write::{self, AudioLine, DeadLine, Line};

/// One leg's side of offer and answer: remembers what was said, so that media lines keep
/// their place, payload types their meaning, and the version counts changes only.
#[derive(Clone, Debug)]
pub struct Session {
    id: u64,
    version: u64,
    /// What was sent last, written with version 0.
    last_sent: Option<String>,
    /// The lines as agreed; `None` in the audio's place.
    shape: Vec<Option<DeadLine>>,
    protocol: Option<String>,
    payload_types: [u8; Codec::ALL.len()],
    event_types: [(u8, u32); 2],
    keys: Option<KeyMaterial>,
    offered: Option<(LocalMedia, AudioLine)>,
    plan: Option<MediaPlan>,
}

impl Session {
    /// A new leg. `id` is random and goes into `o=` (RFC 8866 §5.2).
    pub fn new(id: u64) -> Session {
        Session {
            // Some readers keep it in a signed number.
            id: id & (u64::MAX >> 1),
            version: 0,
            last_sent: None,
            shape: Vec::new(),
            protocol: None,
            payload_types: [0, 8, 9, 111],
            event_types: [(101, 8000), (110, 48_000)],
            keys: None,
            offered: None,
            plan: None,
        }
    }

    /// What is agreed at the moment.
    pub fn plan(&self) -> Option<&MediaPlan> {
        self.plan.as_ref()
    }

    /// The answer to an offer, first or renewed, and what it means.
    ///
    /// # Errors
    /// [`Refusal`]; the session stays as it was.
    pub fn answer(
        &mut self,
        offer: &[u8],
        local: &LocalMedia,
    ) -> Result<(Bytes, MediaPlan), Refusal> {
        let description = parse::parse(offer)?;
        let keys = self.keys.get_or_insert_with(|| local.keys.clone()).clone();
        let (at, mut plan, line) = match choose(&description, local, &keys) {
            Ok(chosen) => chosen,
            Err(refusal) => self.closed(&description, refusal)?,
        };
        plan.recv.sort_by_key(|r| r.1 != plan.codec);
        self.shape = description
            .media
            .iter()
            .enumerate()
            .map(|(i, m)| (i != at).then(|| dead(m)))
            .collect();
        self.remember(&line);
        self.protocol = Some(line.protocol.clone());
        self.offered = None;
        let timing = description.timing.unwrap_or("0 0");
        let body = self.send(local, timing, line);
        self.plan = Some(plan.clone());
        Ok((body, plan))
    }

    /// Our offer: the first, a late one, or a renewed one. Hold by `local.direction`.
    pub fn offer(&mut self, local: &LocalMedia) -> Bytes {
        let keys = self.keys.get_or_insert_with(|| local.keys.clone());
        let may_send_keys = local.secure_signalling && local.srtp != SrtpPolicy::Never;
        let cryptos = if may_send_keys {
            let lines = crypto::SUITES.into_iter().zip(1..).map(|(suite, tag)| {
                let key = crypto::local_key(keys, suite);
                Crypto { tag, suite, key }.to_value()
            });
            lines.collect()
        } else {
            Vec::new()
        };
        // A renewed offer keeps its profile as long as that carries what is wanted.
        let wanted = |p: &&String| {
            if is_secure(p) {
                may_send_keys
            } else {
                local.srtp != SrtpPolicy::Required
            }
        };
        let protocol = match self.protocol.as_ref().filter(wanted) {
            Some(p) => p.clone(),
            None if local.srtp == SrtpPolicy::Required => "RTP/SAVP".to_owned(),
            None => "RTP/AVP".to_owned(),
        };
        let audio: Vec<_> = local
            .codecs
            .iter()
            .map(|&c| (self.payload_types[c as usize], c))
            .collect();
        let rates: Vec<u32> = audio.iter().map(|a| a.1.clock_rate()).collect();
        let events = self.event_types.iter().copied();
        let events = events.filter(|e| local.dtmf && rates.contains(&e.1));
        let line = AudioLine {
            protocol,
            port: local.rtp_port,
            events: events.collect(),
            audio,
            comfort_noise: None,
            direction: local.direction,
            rtcp_port: Some(local.rtcp_port),
            rtcp_mux: local.rtcp_mux,
            cryptos,
        };
        if self.shape.is_empty() {
            self.shape = vec![None];
        }
        self.offered = Some((local.clone(), line.clone()));
        self.send(local, "0 0", line)
    }

    /// The answer to our last offer. The same answer may come twice (183 and 200).
    ///
    /// # Errors
    /// [`Refusal`]; the session stays as it was, and the leg is best ended.
    pub fn accept(&mut self, answer: &[u8]) -> Result<MediaPlan, Refusal> {
        let (local, line) = self.offered.as_ref().ok_or(Refusal::NoOffer)?;
        let description = parse::parse(answer)?;
        let place = self.shape.iter().position(Option::is_none).unwrap_or(0);
        let media = description
            .media
            .get(place)
            .filter(|m| m.is_audio())
            .or_else(|| description.media.iter().find(|m| m.is_audio()))
            .filter(|m| m.port != 0)
            .ok_or(Refusal::NoAudio)?;
        let keys = self.keys.clone().unwrap_or_else(|| local.keys.clone());
        let plan = accepted(&description, media, local, line, &keys)?;
        self.protocol = Some(line.protocol.clone());
        self.plan = Some(plan.clone());
        Ok(plan)
    }

    /// A renewed offer with the audio's port 0 stops the stream, it does not end the call.
    fn closed(
        &self,
        description: &Description<'_>,
        refusal: Refusal,
    ) -> Result<(usize, MediaPlan, AudioLine), Refusal> {
        let plan = self.plan.as_ref().ok_or(refusal)?;
        let at = description
            .media
            .iter()
            .position(|m| m.is_audio() && m.port == 0 && profile(m.protocol).is_some());
        let (Refusal::NoAudio, Some(at)) = (refusal, at) else {
            return Err(refusal);
        };
        let mut plan = plan.clone();
        plan.remote_rtp = None;
        plan.remote_rtcp = None;
        plan.direction = Direction::Inactive;
        let line = AudioLine {
            protocol: description.media[at].protocol.to_owned(),
            port: 0,
            audio: vec![(plan.send_payload_type, plan.codec)],
            events: Vec::new(),
            comfort_noise: None,
            direction: Direction::Inactive,
            rtcp_port: None,
            rtcp_mux: false,
            cryptos: Vec::new(),
        };
        Ok((at, plan, line))
    }

    /// Payload types keep their meaning for the whole session (RFC 3264 §8.3.2).
    fn remember(&mut self, line: &AudioLine) {
        for &(pt, codec) in &line.audio {
            self.payload_types[codec as usize] = pt;
        }
        for &(pt, rate) in &line.events {
            for slot in &mut self.event_types {
                if slot.1 == rate {
                    slot.0 = pt;
                }
            }
        }
        self.part_payload_types();
    }

    /// Numbers that the peer gave to one thing are not ours for another.
    fn part_payload_types(&mut self) {
        let mut used: Vec<u8> = self.payload_types.to_vec();
        let free = |used: &[u8]| (96..128).find(|p| !used.contains(p)).unwrap_or(127);
        let opus = Codec::Opus as usize;
        if used
            .iter()
            .filter(|p| **p == self.payload_types[opus])
            .count()
            > 1
        {
            self.payload_types[opus] = free(&used);
            used.push(self.payload_types[opus]);
        }
        for slot in &mut self.event_types {
            if used.contains(&slot.0) {
                slot.0 = free(&used);
            }
            used.push(slot.0);
        }
    }

    /// Writes a body; its version counts up when anything else in it changed
    /// (RFC 3264 §8).
    fn send(&mut self, local: &LocalMedia, timing: &str, line: AudioLine) -> Bytes {
        let mut line = Some(line);
        let lines: Vec<Line> = self
            .shape
            .iter()
            .filter_map(|place| match place {
                Some(dead) => Some(Line::Dead(dead.clone())),
                None => line.take().map(Line::Audio),
            })
            .collect();
        let bare = write::body(self.id, 0, local.address, timing, &lines);
        if self.last_sent.as_ref() != Some(&bare) {
            self.version += 1;
            self.last_sent = Some(bare);
        }
        write::body(self.id, self.version, local.address, timing, &lines).into()
    }
}

fn dead(media: &Media<'_>) -> DeadLine {
    DeadLine {
        kind: media.kind.to_owned(),
        protocol: media.protocol.to_owned(),
        format: (*media.formats.first().unwrap_or(&"0")).to_owned(),
    }
}

fn is_secure(protocol: &str) -> bool {
    profile(protocol) == Some(true)
}

/// Whether a profile of ours is a secure one; `None` for profiles that are not ours
/// (DTLS-SRTP among them).
fn profile(protocol: &str) -> Option<bool> {
    let is = |p: &str| protocol.eq_ignore_ascii_case(p);
    if is("RTP/AVP") || is("RTP/AVPF") {
        Some(false)
    } else if is("RTP/SAVP") || is("RTP/SAVPF") {
        Some(true)
    } else {
        None
    }
}

type Chosen = (usize, MediaPlan, AudioLine);

/// The audio line to take, with the answer to it: a secure one before a plain one, as phones
/// that offer both mean it; among equals the first.
fn choose(
    description: &Description<'_>,
    local: &LocalMedia,
    keys: &KeyMaterial,
) -> Result<Chosen, Refusal> {
    let mut why = Refusal::NoAudio;
    for secure in [true, false] {
        for (i, media) in description.media.iter().enumerate() {
            let usable = media.is_audio() && media.port != 0;
            if !usable || profile(media.protocol) != Some(secure) {
                continue;
            }
            match answered(description, media, local, keys) {
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
    keys: &KeyMaterial,
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
    let remote = Remote::of(description, media, local)?;
    let (srtp, crypto) = answer_srtp(media, local, keys)?;
    let event = formats.event_for(codec).filter(|_| local.dtmf);
    let comfort_noise = formats.comfort_noise.filter(|_| codec != Codec::Opus);
    let direction = meet(local.direction, remote.direction);
    let rtcp_mux = media.rtcp_mux && local.rtcp_mux;
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
    };
    Ok((plan, line))
}

/// What an answer to our audio line means.
fn accepted(
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
    let remote = Remote::of(description, media, local)?;
    let srtp = accept_srtp(media, local, line, keys)?;
    let event_types = formats.event_for(codec).and_then(|(theirs, rate)| {
        let ours = line.events.iter().find(|e| e.1 == rate)?;
        Some(DtmfPlan {
            send_payload_type: theirs,
            recv_payload_type: ours.0,
            clock_rate: rate,
        })
    });
    let rtcp_mux = media.rtcp_mux && line.rtcp_mux;
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
