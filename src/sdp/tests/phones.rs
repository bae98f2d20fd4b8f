//! Offers as phones, servers, trunks and session border controllers write them, and what
//! becomes of each. Those of baresip and sipp are captured, the others written after the
//! documentation and behaviour of their kind.

use std::fmt::Write as _;

use super::*;
use crate::sdp::plan::MediaPlan;

macro_rules! offer {
    ($name:literal) => {
        include_str!(concat!("offers/", $name, ".sdp"))
    };
}

/// The plan and the media lines of the answer, in a few words.
fn outcome(result: Result<(Bytes, MediaPlan), Refusal>) -> String {
    let (body, plan) = match result {
        Ok(ok) => ok,
        Err(refusal) => return format!("{} {refusal:?}", refusal.status()),
    };
    let mut s = format!("{:?} {}", plan.codec, plan.send_payload_type);
    match plan.dtmf {
        Some(d) => {
            assert_eq!(d.send_payload_type, d.recv_payload_type);
            let _ = write!(s, ", keys {}/{}", d.send_payload_type, d.clock_rate);
        }
        None => s.push_str(", no keys"),
    }
    if let Some(pt) = plan.comfort_noise {
        let _ = write!(s, ", noise {pt}");
    }
    if let Some(srtp) = &plan.srtp {
        let _ = write!(s, ", {:?}", srtp.suite);
    }
    let to = |a: Option<std::net::SocketAddr>| a.map_or("nowhere".to_owned(), |a| a.to_string());
    let rtcp = plan
        .remote_rtcp
        .map_or("none".to_owned(), |a| a.port().to_string());
    let _ = write!(
        s,
        ", {:?} to {} rtcp {rtcp}",
        plan.direction,
        to(plan.remote_rtp)
    );
    if plan.rtcp_mux {
        s.push_str(" mux");
    }
    for line in lines(&body, "m=") {
        let _ = write!(s, "\n{line}");
    }
    // Whatever was offered, these belong to what we do not speak.
    for never in [
        "a=candidate",
        "a=ice",
        "a=group",
        "a=mid",
        "a=fingerprint",
        "a=setup",
    ] {
        assert_eq!(lines(&body, never), Vec::<&str>::new());
    }
    s
}

fn crlf(offer: &str) -> String {
    offer.replace('\n', "\r\n")
}

#[track_caller]
fn check_with(offer: &str, local: &LocalMedia, want: &str) {
    let offer = crlf(offer);
    let want: Vec<&str> = want.lines().map(str::trim).collect();
    let got = outcome(Session::new(1).answer(offer.as_bytes(), local));
    assert_eq!(got, want.join("\n"));
    // Whoever answers must take the same offer as often as it is sent.
    let mut s = Session::new(1);
    let first = s.answer(offer.as_bytes(), local);
    assert_eq!(first, s.answer(offer.as_bytes(), local));
}

#[track_caller]
fn check(offer: &str, want: &str) {
    check_with(offer, &local(), want);
}

fn over_tls() -> LocalMedia {
    LocalMedia {
        secure_signalling: true,
        ..local()
    }
}

fn g711_only() -> LocalMedia {
    LocalMedia {
        codecs: vec![Codec::Pcma, Codec::Pcmu],
        ..local()
    }
}

#[test]
fn who_takes_encrypted_voice_only_is_offered_that() {
    let mut s = Session::new(1);
    let offer = s.offer(&over_tls());
    let other = s.insisting(&offer).expect("there are keys");
    let text = |b: &Bytes| String::from_utf8(b.to_vec()).expect("text");
    assert_eq!(text(&other), text(&offer).replace("RTP/AVP", "RTP/SAVP"));
    let (answer, _) = Session::new(2).answer(&other, &over_tls()).expect("taken");
    assert!(text(&answer).contains(" RTP/SAVP "), "{}", text(&answer));
    let plan = s.accept(&answer).expect("what was offered");
    assert!(plan.srtp.is_some());
    // From then on it is the profile of the talk.
    let renewed = s.offer(&over_tls());
    assert!(text(&renewed).contains(" RTP/SAVP "));
    assert_eq!(s.insisting(&renewed), None);
    // Over signalling that others can read there are no keys.
    let mut s = Session::new(1);
    let offer = s.offer(&local());
    assert_eq!(s.insisting(&offer), None);
}

#[test]
fn softphones() {
    check(
        offer!("baresip"),
        "Opus 96, keys 105/8000, SendRecv to 192.0.2.2:46068 rtcp 46069
         m=audio 20000 RTP/AVP 96 105",
    );
    check_with(
        offer!("baresip"),
        &g711_only(),
        "Pcmu 0, keys 105/8000, SendRecv to 192.0.2.2:46068 rtcp 46069
         m=audio 20000 RTP/AVP 0 105",
    );
    check(
        offer!("linphone"),
        "Opus 96, keys 101/48000, SendRecv to 203.0.113.5:7078 rtcp 40412
         m=audio 20000 RTP/AVPF 96 101
         m=video 0 RTP/AVPF 96",
    );
    check_with(
        offer!("linphone"),
        &g711_only(),
        "Pcmu 0, keys 100/8000, SendRecv to 203.0.113.5:7078 rtcp 40412
         m=audio 20000 RTP/AVPF 0 100
         m=video 0 RTP/AVPF 96",
    );
    check(
        offer!("microsip"),
        "Opus 96, keys 101/48000, SendRecv to 192.168.1.21:4006 rtcp 4007
         m=audio 20000 RTP/AVP 96 101",
    );
    check(
        offer!("zoiper"),
        "Opus 106, keys 98/48000, SendRecv to 192.168.1.22:55328 rtcp 55328 mux
         m=audio 20000 RTP/AVP 106 98",
    );
}

#[test]
fn softphones_that_encrypt() {
    // Without a secret way for the keys an opportunity is passed by, and a must refused.
    check(
        offer!("baresip-srtp"),
        "Opus 96, keys 105/8000, SendRecv to 192.0.2.2:46088 rtcp 46089
         m=audio 20000 RTP/AVP 96 105",
    );
    check(offer!("baresip-srtp-mandatory"), "488 KeysInTheClear");
    check_with(
        offer!("baresip-srtp"),
        &over_tls(),
        "Opus 96, keys 105/8000, AesCm128HmacSha1_80, SendRecv to 192.0.2.2:46088 rtcp 46089
         m=audio 20000 RTP/AVP 96 105",
    );
    check_with(
        offer!("baresip-srtp-mandatory"),
        &over_tls(),
        "Opus 96, keys 105/8000, AesCm128HmacSha1_80, SendRecv to 192.0.2.2:46018 rtcp 46019
         m=audio 20000 RTP/SAVP 96 105",
    );
    // DTLS is for browsers, whose legs have a stack of their own.
    check(offer!("baresip-dtls-ice"), "488 NoAudio");
    check(offer!("chrome-sip"), "488 NoAudio");
}

#[test]
fn sipp() {
    check(
        offer!("sipp-uac"),
        "Pcmu 0, no keys, SendRecv to 192.0.2.2:6000 rtcp 6001
         m=audio 20000 RTP/AVP 0",
    );
    check(
        offer!("sipp-uac-pcap"),
        "Pcma 8, keys 101/8000, SendRecv to 192.0.2.2:6000 rtcp 6001
         m=audio 20000 RTP/AVP 8 101",
    );
}

#[test]
fn servers() {
    check(
        offer!("asterisk"),
        "Pcma 8, keys 101/8000, SendRecv to 203.0.113.40:14238 rtcp 14239
         m=audio 20000 RTP/AVP 8 101",
    );
    check(
        offer!("freeswitch"),
        "Opus 102, keys 103/48000, SendRecv to 203.0.113.41:27234 rtcp 27235
         m=audio 20000 RTP/AVP 102 103",
    );
    check_with(
        offer!("freeswitch"),
        &g711_only(),
        "Pcmu 0, keys 101/8000, noise 13, SendRecv to 203.0.113.41:27234 rtcp 27235
         m=audio 20000 RTP/AVP 0 13 101",
    );
    // The media is not where the signalling is.
    check(
        offer!("cisco"),
        "Opus 114, keys 101/8000, SendRecv to 203.0.113.43:24580 rtcp 24581
         m=audio 20000 RTP/AVP 114 101",
    );
}

#[test]
fn trunks_and_border_controllers() {
    check_with(
        offer!("teams-sbc"),
        &over_tls(),
        "G722 9, keys 101/8000, noise 13, AesCm128HmacSha1_80, SendRecv to 198.51.100.1:51380 \
         rtcp 51380 mux
         m=audio 20000 RTP/SAVP 9 13 101
         m=video 0 RTP/SAVP 122
         m=application 0 RTP/SAVP 127",
    );
    check(offer!("teams-sbc"), "488 KeysInTheClear");
    // 30 ms and 40 ms are what it sends; ours are 20 ms, which all take.
    check(
        offer!("trunk-bare"),
        "Pcma 8, keys 96/8000, SendRecv to 198.51.100.1:30012 rtcp 30013
         m=audio 20000 RTP/AVP 8 96",
    );
    check(
        offer!("trunk-no-events"),
        "Pcma 8, no keys, noise 13, SendRecv to 198.51.100.1:30014 rtcp 30015
         m=audio 20000 RTP/AVP 8 13",
    );
    check(
        offer!("trunk-events-127"),
        "Pcmu 0, keys 127/8000, SendRecv to 198.51.100.1:30016 rtcp 30017
         m=audio 20000 RTP/AVP 0 127",
    );
    // Mobile networks: of AMR we have nothing, of A-law we do.
    check(
        offer!("ims"),
        "Pcma 8, keys 100/8000, SendRecv to 198.51.100.1:49120 rtcp 49121
         m=audio 20000 RTP/AVP 8 100",
    );
}

#[test]
fn telephone_event_by_any_dynamic_number() {
    for pt in 96..=127 {
        let offer = offer!("trunk-events-127").replace("127", &pt.to_string());
        check(
            &offer,
            &format!(
                "Pcmu 0, keys {pt}/8000, SendRecv to 198.51.100.1:30016 rtcp 30017
                 m=audio 20000 RTP/AVP 0 {pt}"
            ),
        );
    }
}

/// A renewed offer in a call that began plainly.
#[track_caller]
fn check_renewed(offer: &str, want: &str) {
    let mut s = Session::new(1);
    s.answer(crlf(offer!("trunk-bare")).as_bytes(), &local())
        .unwrap();
    let before = s.plan().cloned();
    let got = outcome(s.answer(crlf(offer).as_bytes(), &local()));
    let want: Vec<&str> = want.lines().map(str::trim).collect();
    assert_eq!(got, want.join("\n"));
    if got.starts_with("488") {
        assert_eq!(s.plan().cloned(), before);
    }
    // And back again.
    let back = outcome(s.answer(crlf(offer!("trunk-bare")).as_bytes(), &local()));
    assert!(back.contains("SendRecv to 198.51.100.1:30012"), "{back}");
}

#[test]
fn hold_old_and_new() {
    check_renewed(
        offer!("hold-sendonly"),
        "Pcma 8, keys 96/8000, RecvOnly to 198.51.100.1:30012 rtcp 30013
         m=audio 20000 RTP/AVP 8 96",
    );
    check_renewed(
        offer!("hold-inactive"),
        "Pcma 8, keys 96/8000, Inactive to 198.51.100.1:30012 rtcp 30013
         m=audio 20000 RTP/AVP 8 96",
    );
    check_renewed(
        offer!("hold-0.0.0.0"),
        "Pcma 8, keys 96/8000, RecvOnly to nowhere rtcp none
         m=audio 20000 RTP/AVP 8 96",
    );
    check_renewed(
        offer!("hold-0.0.0.0-inactive"),
        "Pcma 8, keys 96/8000, Inactive to nowhere rtcp none
         m=audio 20000 RTP/AVP 8 96",
    );
}

#[test]
fn fax_is_refused_and_the_call_goes_on_by_voice() {
    check_renewed(offer!("t38-reinvite"), "488 NoAudio");
    // An answer that refuses both lines would leave the call without any media.
    check_renewed(offer!("t38-beside-closed-audio"), "488 NoAudio");
}
