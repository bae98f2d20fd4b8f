//! A page's voice by the crate `webrtc`: its session descriptions, ICE, DTLS and SRTP have not a line in
//! common with the server's, so that what both misunderstand alike is found.
//!
//! It lives on a runtime of its own. When that is taken away there is nobody any more, and nothing was
//! said: so ends a page whose computer is switched off.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rtc::media_stream::MediaStreamTrack;
use rtc::peer_connection::configuration::RTCOfferOptions;
use rtc::rtp_transceiver::rtp_sender::{
    RTCRtpCodec, RTCRtpCodecParameters, RTCRtpCodingParameters, RTCRtpEncodingParameters,
    RtpCodecKind,
};
use rtc::shared::marshal::Unmarshal;
use tokio::runtime::Runtime;
use tokio::sync::mpsc;
use webrtc::media_stream::track_local::TrackLocal;
use webrtc::media_stream::track_local::static_rtp::TrackLocalStaticRTP;
use webrtc::media_stream::track_remote::{TrackRemote, TrackRemoteEvent};
use webrtc::peer_connection::{
    MediaEngine, PeerConnection, PeerConnectionBuilder, PeerConnectionEventHandler,
    RTCPeerConnectionState, RTCSessionDescription, Registry, SettingEngineBuilder,
    register_default_interceptors,
};
use webrtc::rtp_transceiver::RTCRtpTransceiverDirection;

use super::media::{Media, Packet};

/// What a page speaks, the preferred first.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Codec {
    /// 48 kHz, as payload type 111, with telephone-event of the same clock.
    Opus,
    /// G.711, µ-law.
    Pcmu,
    /// G.711, A-law.
    Pcma,
}

/// How much of its addresses an offer has.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Gathering {
    /// All of them: they are waited for.
    Full,
    /// None yet. A lite server needs none (RFC 8445 §2.5): the page's checks come from there.
    Trickle,
}

/// One page's connection.
pub struct Peer {
    runtime: Option<Runtime>,
    connection: Arc<dyn PeerConnection>,
    heard: Arc<Heard>,
    gathering: Gathering,
    /// The next offer begins ICE anew, from another port.
    restarts: bool,
}

struct Heard {
    states: Mutex<Vec<RTCPeerConnectionState>>,
    ear: Box<dyn Fn(Packet) + Send + Sync>,
}

#[async_trait::async_trait]
impl PeerConnectionEventHandler for Here {
    async fn on_connection_state_change(&self, state: RTCPeerConnectionState) {
        self.0.states.lock().expect("no panic").push(state);
    }

    async fn on_track(&self, track: Arc<dyn TrackRemote>) {
        let heard = Arc::clone(&self.0);
        tokio::spawn(async move {
            while let Some(event) = track.poll().await {
                if let TrackRemoteEvent::OnRtpPacket(packet) = event {
                    (heard.ear)(as_heard(&packet));
                }
            }
        });
    }
}

struct Here(Arc<Heard>);

fn as_heard(packet: &rtc_rtp::Packet) -> Packet {
    let header = &packet.header;
    Packet {
        at: Instant::now(),
        // The connection keeps it to itself.
        from: SocketAddr::from(([127, 0, 0, 1], 0)),
        pt: header.payload_type,
        marker: header.marker,
        seq: header.sequence_number,
        timestamp: header.timestamp,
        ssrc: header.ssrc,
        payload: packet.payload.to_vec(),
    }
}

impl Peer {
    /// The voice of `media` from now on: what it sends goes this way, and what comes is in its packets.
    pub fn of(media: &Media, codecs: &[Codec], gathering: Gathering) -> Peer {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .expect("a runtime");
        let heard = Arc::new(Heard {
            states: Mutex::default(),
            ear: Box::new(media.ear()),
        });
        let track = track(media.ssrc(), codecs);
        let (out, mut packets) = mpsc::unbounded_channel::<rtc_rtp::Packet>();
        media.through(move |bytes| {
            let packet = rtc_rtp::Packet::unmarshal(&mut &bytes[..]).expect("RTP of our own");
            // Nobody is there any more.
            let _ = out.send(packet);
        });
        let handler = Arc::new(Here(Arc::clone(&heard)));
        let connection = runtime.block_on(connect(handler, codecs, Arc::clone(&track)));
        runtime.spawn(async move {
            while let Some(packet) = packets.recv().await {
                // As a browser: what is said before there is a way is lost.
                let _ = track.write_rtp(packet).await;
            }
        });
        Peer {
            runtime: Some(runtime),
            connection,
            heard,
            gathering,
            restarts: false,
        }
    }

    /// The next offer begins ICE anew, from another port.
    pub fn restart(&mut self) {
        self.restarts = true;
    }

    /// A new offer that says this direction.
    pub fn offer(&mut self, direction: &str) -> String {
        let options = RTCOfferOptions {
            ice_restart: std::mem::take(&mut self.restarts),
        };
        let direction = match direction {
            "sendrecv" => RTCRtpTransceiverDirection::Sendrecv,
            "sendonly" => RTCRtpTransceiverDirection::Sendonly,
            "recvonly" => RTCRtpTransceiverDirection::Recvonly,
            _ => RTCRtpTransceiverDirection::Inactive,
        };
        let connection = Arc::clone(&self.connection);
        let gathering = self.gathering;
        self.run(async move {
            for transceiver in connection.get_transceivers().await {
                transceiver
                    .set_direction(direction)
                    .await
                    .expect("a direction");
            }
            let offer = connection
                .create_offer(Some(options))
                .await
                .expect("an offer");
            let early = offer.sdp.clone();
            connection
                .set_local_description(offer)
                .await
                .expect("our own offer");
            match gathering {
                Gathering::Full => gathered(&*connection).await,
                Gathering::Trickle => early,
            }
        })
    }

    /// The answer to an offer.
    pub fn answer(&mut self, offer: &str) -> String {
        let offer = RTCSessionDescription::offer(offer.to_owned()).expect("SDP of the server");
        let connection = Arc::clone(&self.connection);
        self.run(async move {
            connection
                .set_remote_description(offer)
                .await
                .expect("the server's offer");
            let answer = connection.create_answer(None).await.expect("an answer");
            connection
                .set_local_description(answer)
                .await
                .expect("our own answer");
            gathered(&*connection).await
        })
    }

    /// The other side's answer to our offer.
    pub fn accept(&mut self, answer: &str) {
        let answer = RTCSessionDescription::answer(answer.to_owned()).expect("SDP of the server");
        let connection = Arc::clone(&self.connection);
        self.run(async move {
            connection
                .set_remote_description(answer)
                .await
                .expect("the server's answer");
        });
    }

    /// Waits until its path and keys are there.
    #[track_caller]
    pub fn wait_connected(&self, limit: Duration) {
        self.wait_state(RTCPeerConnectionState::Connected, limit);
    }

    /// Waits until it says so of its connection.
    #[track_caller]
    pub fn wait_state(&self, wanted: RTCPeerConnectionState, limit: Duration) {
        let end = Instant::now() + limit;
        while self.states().last() != Some(&wanted) {
            assert!(
                Instant::now() < end,
                "{wanted} after {limit:?}: {:?}",
                self.states()
            );
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// What became of the connection so far.
    pub fn states(&self) -> Vec<RTCPeerConnectionState> {
        self.heard.states.lock().expect("no panic").clone()
    }

    /// The ports that it is reached at.
    pub fn ports(&self) -> Vec<u16> {
        let connection = Arc::clone(&self.connection);
        let told = self.run(async move { connection.local_description().await });
        let told = told.map(|d| d.sdp).unwrap_or_default();
        let candidates = told.lines().filter_map(|l| l.strip_prefix("a=candidate:"));
        let mut ports: Vec<u16> = candidates
            .filter_map(|c| c.split(' ').nth(5)?.parse().ok())
            .collect();
        ports.dedup();
        ports
    }

    /// Closes it as a page does that has hung up: DTLS says goodbye.
    pub fn close(&mut self) {
        let connection = Arc::clone(&self.connection);
        self.run(async move { connection.close().await })
            .expect("it closes");
    }

    fn run<T: Send + 'static>(&self, what: impl Future<Output = T> + Send + 'static) -> T {
        let runtime = self.runtime.as_ref().expect("it is there");
        let limited = async { tokio::time::timeout(Duration::from_secs(5), what).await };
        runtime.block_on(limited).expect("within 5 s")
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// The description once it has an address.
async fn gathered(connection: &dyn PeerConnection) -> String {
    loop {
        let told = connection.local_description().await.map(|d| d.sdp);
        if let Some(told) = told.filter(|t| t.contains("a=candidate:")) {
            return told;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

async fn connect(
    handler: Arc<Here>,
    codecs: &[Codec],
    track: Arc<TrackLocalStaticRTP>,
) -> Arc<dyn PeerConnection> {
    let mut engine = MediaEngine::default();
    for codec in known(codecs) {
        engine
            .register_codec(codec, RtpCodecKind::Audio)
            .expect("a codec");
    }
    let registry = register_default_interceptors(Registry::new(), &mut engine).expect("usual ones");
    let settings = SettingEngineBuilder::new()
        .with_include_loopback_candidate(true)
        // Another network has other sockets.
        .with_discard_local_candidates_during_ice_restart(true)
        .build();
    let connection = PeerConnectionBuilder::new()
        .with_media_engine(engine)
        .with_interceptor_registry(registry)
        .with_setting_engine(settings)
        .with_handler(handler)
        .with_udp_addrs(vec!["127.0.0.1:0".to_owned()])
        .build()
        .await
        .expect("a connection");
    connection.add_track(track).await.expect("a track");
    // By itself it would offer that of the track alone.
    for transceiver in connection.get_transceivers().await {
        let all = transceiver.set_codec_preferences(known(codecs)).await;
        all.expect("codecs that it knows");
    }
    Arc::new(connection)
}

fn track(ssrc: u32, codecs: &[Codec]) -> Arc<TrackLocalStaticRTP> {
    let codec = known(codecs).remove(0).rtp_codec;
    let coding = RTCRtpEncodingParameters {
        rtp_coding_parameters: RTCRtpCodingParameters {
            ssrc: Some(ssrc),
            ..RTCRtpCodingParameters::default()
        },
        active: true,
        codec,
        ..RTCRtpEncodingParameters::default()
    };
    Arc::new(TrackLocalStaticRTP::new(MediaStreamTrack::new(
        "page".to_owned(),
        "microphone".to_owned(),
        "microphone".to_owned(),
        RtpCodecKind::Audio,
        vec![coding],
    )))
}

/// As Chromium numbers them, with telephone-event for each clock.
fn known(codecs: &[Codec]) -> Vec<RTCRtpCodecParameters> {
    let codec =
        |payload_type, name: &str, clock_rate, channels, fmtp: &str| RTCRtpCodecParameters {
            rtp_codec: RTCRtpCodec {
                mime_type: format!("audio/{name}"),
                clock_rate,
                channels,
                sdp_fmtp_line: fmtp.to_owned(),
                rtcp_feedback: vec![],
            },
            payload_type,
        };
    let mut all: Vec<_> = codecs
        .iter()
        .map(|c| match c {
            Codec::Opus => codec(111, "opus", 48_000, 2, "minptime=10;useinbandfec=1"),
            Codec::Pcmu => codec(0, "PCMU", 8_000, 0, ""),
            Codec::Pcma => codec(8, "PCMA", 8_000, 0, ""),
        })
        .collect();
    if codecs.contains(&Codec::Opus) {
        all.push(codec(110, "telephone-event", 48_000, 0, ""));
    }
    if codecs.iter().any(|c| *c != Codec::Opus) {
        all.push(codec(126, "telephone-event", 8_000, 0, ""));
    }
    all
}
