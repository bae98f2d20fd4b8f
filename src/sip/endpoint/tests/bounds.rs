//! A peer that would have us do without end what each costs something: its effort is not ours.

use super::harness::*;
use crate::sip::endpoint::leg::{MOST_FORKS, MOST_PRACKS};
use crate::sip::leg::LegCommand;

const ANSWER: &str = "Content-Type: application/sdp\n";

#[test]
fn branches_without_end_accept_our_invite() {
    let mut s = Script::new();
    let (_, invite) = s.call();
    s.answer_as(&invite, 200, "one", ANSWER, "x");
    s.heard();
    for n in 0..100 {
        s.answer_as(&invite, 200, &format!("other{n}"), ANSWER, "x");
    }
    let heard = s.heard();
    let count = |what: &str| heard.iter().filter(|m| *m == what).count();
    assert_eq!((count("ACK"), count("BYE")), (MOST_FORKS, MOST_FORKS));
    // One whose ACK was lost gets it again, and no second BYE.
    s.answer_as(&invite, 200, "other3", ANSWER, "x");
    assert_eq!(s.heard(), ["ACK"]);
}

#[test]
fn reliable_ringing_without_end() {
    let mut s = Script::new();
    let (_, invite) = s.call();
    for n in 1..1000 {
        s.answer(&invite, 180, &format!("Require: 100rel\nRSeq: {n}\n"), "");
    }
    assert_eq!(s.heard().len(), usize::from(MOST_PRACKS));
    assert_eq!(s.told().len(), usize::from(MOST_PRACKS));
    // The call itself is not harmed.
    s.answer(&invite, 200, ANSWER, "x");
    assert_eq!(s.told(), ["Answered x"]);
}

#[test]
fn a_session_shorter_than_short() {
    let mut s = Script::new();
    let (_, invite) = s.call();
    let headers = format!("Session-Expires: 1;refresher=uac\nAllow: UPDATE\n{ANSWER}");
    s.answer(&invite, 200, &headers, "x");
    s.heard();
    s.wait(44_999);
    assert!(s.heard().is_empty());
    s.wait(1);
    assert_eq!(s.heard(), ["UPDATE"]);
}

#[test]
fn ever_longer_sessions() {
    let mut s = Script::new();
    let (leg, _) = s.established("Supported: timer\nSession-Expires: 90;refresher=uas\n");
    s.command(leg, LegCommand::Offer { offer: sdp("new") });
    let mut asked = 0;
    while let Some(reinvite) = s.requests().into_iter().find(|r| &r.body[..] == b"new") {
        asked += 1;
        s.answer(
            &reinvite,
            422,
            &format!("Min-SE: {}\n", 80_000 + 1000 * asked),
            "",
        );
    }
    assert_eq!(asked, 7);
    assert_eq!(s.told(), ["OfferRefused 422"]);
}
