//! Keys in SDP.

use super::*;
use crate::sdp::plan::SrtpSuite;

const KEY30: &str = "WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz";
const GCM128: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==";

fn secure(policy: SrtpPolicy) -> LocalMedia {
    let mut l = local();
    l.srtp = policy;
    l.secure_signalling = true;
    l
}

fn offer(profile: &str, cryptos: &[&str]) -> String {
    let m = format!("m=audio 4000 {profile} 8");
    let cryptos: Vec<_> = cryptos.iter().map(|c| format!("a=crypto:{c}")).collect();
    let mut all = vec![m.as_str()];
    all.extend(cryptos.iter().map(String::as_str));
    sdp(&all)
}

fn cm(tag: u32) -> String {
    format!("{tag} AES_CM_128_HMAC_SHA1_80 inline:{KEY30}|2^31")
}

#[test]
fn the_first_usable_crypto_line_is_taken_and_its_tag_echoed() {
    let l = secure(SrtpPolicy::Offered);
    let with_mki = format!("1 AES_CM_128_HMAC_SHA1_80 inline:{KEY30}|2^20|1:4");
    let short = "2 AES_CM_128_HMAC_SHA1_80 inline:AAAA".to_owned();
    let unknown = format!("3 F8_128_HMAC_SHA1_80 inline:{KEY30}");
    let plain = format!("4 AES_CM_128_HMAC_SHA1_80 inline:{KEY30} UNENCRYPTED_SRTP");
    let two = format!("5 AES_CM_128_HMAC_SHA1_80 inline:{KEY30};inline:{KEY30}");
    let good = format!("7 AES_CM_128_HMAC_SHA1_32 inline:{KEY30}|2^31 WSH=128");
    let gcm = format!("8 AEAD_AES_128_GCM inline:{GCM128}");
    let offer = offer(
        "RTP/SAVP",
        &[&with_mki, &short, &unknown, &plain, &two, &good, &gcm],
    );
    let (body, plan) = answer(&offer, &l).unwrap();
    let srtp = plan.srtp.unwrap();
    assert_eq!(srtp.suite, SrtpSuite::AesCm128HmacSha1_32);
    assert_eq!(srtp.remote_key.len(), 30);
    assert_eq!(srtp.local_key, [7; 30]);
    assert!(body.contains("m=audio 20000 RTP/SAVP 8\r\n"));
    let crypto = lines(body.as_bytes(), "a=crypto:");
    assert_eq!(crypto.len(), 1);
    assert!(crypto[0].starts_with("a=crypto:7 AES_CM_128_HMAC_SHA1_32 inline:"));
    // What is agreed is what the media side can use.
    assert!(crate::media::srtp::SrtpSession::new(&srtp).is_ok());
}

#[test]
fn base64_may_lack_its_padding() {
    let bare = GCM128.trim_end_matches('=');
    let offer = offer("RTP/SAVPF", &[&format!("1 aead_aes_128_gcm inline:{bare}")]);
    let (_, plan) = answer(&offer, &secure(SrtpPolicy::Offered)).unwrap();
    assert_eq!(plan.srtp.unwrap().suite, SrtpSuite::AeadAes128Gcm);
}

#[test]
fn policy_and_signalling_decide() {
    use SrtpPolicy::*;
    let one = cm(1);
    let (savp, avp, opportunity) = (
        offer("RTP/SAVP", &[&one]),
        offer("RTP/AVP", &[]),
        offer("RTP/AVP", &[&one]),
    );
    let got = |offer: &str, policy, secret| {
        let mut l = secure(policy);
        l.secure_signalling = secret;
        answer(offer, &l).map(|(_, p)| p.srtp.is_some())
    };
    for (offer, policy, secret, want) in [
        (&savp, Never, true, Err(Refusal::NoCommonSuite)),
        (&savp, Offered, true, Ok(true)),
        (&savp, Required, true, Ok(true)),
        (&savp, Offered, false, Err(Refusal::KeysInTheClear)),
        (&savp, Required, false, Err(Refusal::KeysInTheClear)),
        (&avp, Never, true, Ok(false)),
        (&avp, Offered, true, Ok(false)),
        (&avp, Required, true, Err(Refusal::SrtpRequired)),
        (&avp, Required, false, Err(Refusal::SrtpRequired)),
        (&opportunity, Never, true, Ok(false)),
        (&opportunity, Offered, true, Ok(true)),
        (&opportunity, Required, true, Ok(true)),
        (&opportunity, Offered, false, Ok(false)),
    ] {
        assert_eq!(
            got(offer, policy, secret),
            want,
            "{offer} {policy:?} {secret}"
        );
    }
}

#[test]
fn of_a_secure_and_a_plain_line_the_policy_takes_one() {
    let both = sdp(&[
        "m=audio 4000 RTP/AVP 8",
        "m=audio 4002 RTP/SAVP 8",
        &format!("a=crypto:{}", cm(1)),
    ]);
    let ports = |policy, secret| {
        let mut l = secure(policy);
        l.secure_signalling = secret;
        let (body, plan) = answer(&both, &l).unwrap();
        assert_eq!(lines(body.as_bytes(), "m=").len(), 2);
        plan.remote_rtp.unwrap().port()
    };
    assert_eq!(ports(SrtpPolicy::Offered, true), 4002);
    assert_eq!(ports(SrtpPolicy::Required, true), 4002);
    assert_eq!(ports(SrtpPolicy::Never, true), 4000);
    assert_eq!(ports(SrtpPolicy::Offered, false), 4000);
}

#[test]
fn our_offers_carry_keys_only_where_they_are_secret() {
    let mut l = secure(SrtpPolicy::Offered);
    let body = Session::new(1).offer(&l);
    assert_eq!(lines(&body, "a=crypto:").len(), 4);
    assert!(text(&body).contains(" RTP/AVP "));
    l.srtp = SrtpPolicy::Required;
    let body = Session::new(1).offer(&l);
    assert!(text(&body).contains(" RTP/SAVP "));
    l.secure_signalling = false;
    let body = Session::new(1).offer(&l);
    assert!(lines(&body, "a=crypto:").is_empty());
    assert!(text(&body).contains(" RTP/SAVP "), "never silently plain");
    l.srtp = SrtpPolicy::Never;
    l.secure_signalling = true;
    let body = Session::new(1).offer(&l);
    assert!(lines(&body, "a=crypto:").is_empty());
}

#[test]
fn each_suite_has_a_key_of_its_own() {
    let mut l = secure(SrtpPolicy::Required);
    for (i, b) in l.keys.0.iter_mut().enumerate() {
        *b = i as u8;
    }
    let body = Session::new(1).offer(&l);
    let keys: Vec<_> = lines(&body, "a=crypto:")
        .iter()
        .map(|c| c.split("inline:").nth(1).unwrap()[..16].to_owned())
        .collect();
    for (i, k) in keys.iter().enumerate() {
        assert!(!keys[i + 1..].contains(k));
    }
    assert_eq!(format!("{:?}", l.keys), "KeyMaterial(…)");
}

#[test]
fn the_answer_must_choose_among_our_keys() {
    let mut s = Session::new(1);
    s.offer(&secure(SrtpPolicy::Required));
    let got = |s: &mut Session, profile: &str, cryptos: &[&str]| {
        s.accept(offer(profile, cryptos).as_bytes())
            .map(|p| p.srtp.map(|s| s.suite))
    };
    let third = cm(3);
    assert_eq!(
        got(&mut s, "RTP/SAVP", &[&third]),
        Ok(Some(SrtpSuite::AesCm128HmacSha1_80))
    );
    assert_eq!(
        got(&mut s, "RTP/SAVP", &[&cm(1)]),
        Err(Refusal::NoCommonSuite)
    );
    assert_eq!(
        got(&mut s, "RTP/SAVP", &[&cm(0)]),
        Err(Refusal::NoCommonSuite)
    );
    assert_eq!(got(&mut s, "RTP/AVP", &[]), Err(Refusal::SrtpRequired));
    let mut s = Session::new(1);
    s.offer(&secure(SrtpPolicy::Offered));
    assert_eq!(got(&mut s, "RTP/AVP", &[]), Ok(None));
    assert_eq!(
        got(&mut s, "RTP/AVP", &[&third]),
        Ok(Some(SrtpSuite::AesCm128HmacSha1_80))
    );
}

#[test]
fn a_renewed_offer_keeps_profile_and_keys() {
    let l = secure(SrtpPolicy::Offered);
    let mut s = Session::new(1);
    let (_, first) = s
        .answer(offer("RTP/SAVP", &[&cm(1)]).as_bytes(), &l)
        .unwrap();
    let mut later = l.clone();
    later.keys = KeyMaterial([99; KEY_MATERIAL]);
    let body = s.offer(&later);
    assert!(text(&body).contains(" RTP/SAVP "));
    let again = s.accept(offer("RTP/SAVP", &[&cm(3)]).as_bytes()).unwrap();
    assert_eq!(first.srtp.unwrap().local_key, again.srtp.unwrap().local_key);
}
