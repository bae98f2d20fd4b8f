//! Offer and answer for one leg (RFC 3264).

use bytes::Bytes;

use super::Refusal;
use super::crypto::{self, Crypto};
use super::local::{KeyMaterial, LocalMedia, SrtpPolicy};
use super::negotiate::{Own, Profile, accepted, choose, is_secure};
use super::parse::{self, Description, Media};
use super::plan::{Codec, Direction, MediaPlan};
use super::web::{self, Memory};
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
    web: Memory,
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
            web: Memory::default(),
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
        let own = Own {
            keys: &keys,
            web: &self.web,
        };
        let (at, mut plan, line) = match choose(&description, local, &own) {
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
        if let (Some(plan), Some(line)) = (&plan.web, &line.web) {
            self.web.keep(plan, line);
        }
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
        let wanted = |p: &&String| match Profile::of(p) {
            Some(Profile::Sdes) => may_send_keys,
            Some(Profile::Dtls) => local.web.is_some(),
            Some(Profile::Plain) | None => local.srtp != SrtpPolicy::Required,
        };
        let browser = local.web.filter(|_| {
            let agreed = self.protocol.as_deref().map(Profile::of);
            agreed.is_none_or(|p| p == Some(Profile::Dtls))
        });
        let cryptos = match browser {
            Some(_) => Vec::new(),
            None => cryptos,
        };
        let protocol = match self.protocol.as_ref().filter(wanted) {
            Some(p) => p.clone(),
            None if browser.is_some() => web::PROFILE.to_owned(),
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
            rtcp_port: browser.is_none().then_some(local.rtcp_port),
            rtcp_mux: browser.is_some() || local.rtcp_mux,
            cryptos,
            web: browser.map(|fingerprint| self.web.offered(keys, fingerprint)),
        };
        if self.shape.is_empty() {
            self.shape = vec![None];
        }
        self.offered = Some((local.clone(), line.clone()));
        self.send(local, "0 0", line)
    }

    /// Our last offer once more, for who takes encrypted voice only: an opportunity (RFC 8643) is
    /// nothing to a phone that demands RTP/SAVP. `None` where there are no keys, or it is that.
    pub fn insisting(&self, offer: &Bytes) -> Option<Bytes> {
        let (_, line) = self.offered.as_ref()?;
        if line.cryptos.is_empty() || Profile::of(&line.protocol) != Some(Profile::Plain) {
            return None;
        }
        let text = std::str::from_utf8(offer).ok()?;
        let plain = format!("m=audio {} {} ", line.port, line.protocol);
        let secure = format!("m=audio {} RTP/SAVP ", line.port);
        let text = text
            .contains(&plain)
            .then(|| text.replacen(&plain, &secure, 1))?;
        Some(Bytes::from(text))
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
        // They may have answered what [`Session::insisting`] says.
        let insisted = is_secure(media.protocol) && !line.cryptos.is_empty();
        self.protocol = Some(match insisted {
            true => media.protocol.to_owned(),
            false => line.protocol.clone(),
        });
        if let (Some(plan), Some(line)) = (&plan.web, &line.web) {
            self.web.keep(plan, line);
        }
        self.plan = Some(plan.clone());
        Ok(plan)
    }

    /// A renewed offer with the audio's port 0 stops the stream, it does not end the call.
    /// One that wants something else in its place (T.38) is refused: the call then goes on as
    /// it was (RFC 3261 §14.2), and a fax gateway tries by voice.
    fn closed(
        &self,
        description: &Description<'_>,
        refusal: Refusal,
    ) -> Result<(usize, MediaPlan, AudioLine), Refusal> {
        let plan = self.plan.as_ref().ok_or(refusal)?;
        let at = description
            .media
            .iter()
            .position(|m| m.is_audio() && m.port == 0 && Profile::of(m.protocol).is_some());
        let (Refusal::NoAudio, Some(at)) = (refusal, at) else {
            return Err(refusal);
        };
        if description
            .media
            .iter()
            .any(|m| !m.is_audio() && m.port != 0)
        {
            return Err(refusal);
        }
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
            web: None,
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
