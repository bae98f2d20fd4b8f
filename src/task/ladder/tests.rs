use super::*;
use crate::sip::flow::Transport;

fn said(call_id: &str, first: &str, sent: bool) -> Item {
    let method = if first.contains("REGISTER") {
        "REGISTER"
    } else {
        "INVITE"
    };
    let text = format!(
        "{first}\r\nFrom: <sip:+49301234567@gw>;tag=1\r\nTo: <sip:anna@zeroline>\r\n\
         Call-ID: {call_id}\r\nCSeq: 1 {method}\r\n\r\n"
    );
    Item::Said(Said {
        at: Wall::from_unix_millis(7),
        sent,
        flow: Flow {
            transport: Transport::Udp,
            local: ([127, 0, 0, 1], 5060).into(),
            remote: ([192, 0, 2, 9], 5062).into(),
        },
        bytes: text.into_bytes().into(),
    })
}

const INVITE: &str = "INVITE sip:100@zeroline SIP/2.0";
const OK: &str = "SIP/2.0 200 OK";

fn contact(n: u32) -> ContactId {
    ContactId::new(Wall::from_unix_millis(1_795_000_000_000), n)
}

fn told(rows: &[SignalMeta]) -> Vec<(u32, &str, &str)> {
    rows.iter().map(|r| (r.leg, &*r.party, &*r.what)).collect()
}

#[test]
fn messages_of_before_a_call_is_known_belong_to_it_and_legs_are_counted() {
    let mut ladder = Ladder::default();
    let now = Mono::default();
    ladder.handle(now, said("one", INVITE, false));
    ladder.handle(now, said("one", "SIP/2.0 100 Trying", true));
    assert!(ladder.take(9).is_empty());
    ladder.handle(now, Item::Leg(LegId(1), "one".into()));
    ladder.handle(now, Item::Contact(LegId(1), contact(1)));
    // Of a leg that we place the contact is known first.
    ladder.handle(now, Item::Contact(LegId(2), contact(1)));
    ladder.handle(now, Item::Leg(LegId(2), "two".into()));
    let first = ladder.take(9);
    assert_eq!(
        told(&first),
        [(1, "…67", "INVITE"), (1, "…67", "100 Trying")]
    );
    ladder.handle(now, said("two", INVITE, true));
    ladder.handle(now, said("two", OK, false));
    ladder.handle(now, said("one", OK, true));
    let mut next = ladder.take(9);
    next.sort_by_key(|r| r.leg);
    let wanted = [
        (1, "…67", "200 OK"),
        (2, "anna", "INVITE"),
        (2, "anna", "200 OK"),
    ];
    assert_eq!(told(&next), wanted);
    assert!(next.iter().all(|r| r.contact == contact(1)));
    assert!(ladder.take(9).is_empty());
}

#[test]
fn what_no_contact_has_is_forgotten_and_nothing_grows_without_a_bound() {
    let mut ladder = Ladder::default();
    let now = Mono::default();
    for _ in 0..1_000 {
        ladder.handle(now, said("guess", INVITE, false));
    }
    ladder.handle(now, Item::Leg(LegId(9), "guess".into()));
    assert_eq!(ladder.calls["guess"].waiting.len(), EARLY);
    ladder.handle_timeout(now + NOBODYS);
    assert!(ladder.calls.is_empty() && ladder.legs.is_empty());
    ladder.handle(now, Item::Leg(LegId(1), "one".into()));
    ladder.handle(now, Item::Contact(LegId(1), contact(1)));
    for _ in 0..1_000 {
        ladder.handle(now, said("one", INVITE, false));
    }
    assert_eq!(ladder.take(10_000).len(), MESSAGES as usize);
    // A talk may be silent for long.
    ladder.handle_timeout(now + NOBODYS);
    assert_eq!(ladder.calls.len(), 1);
    ladder.handle_timeout(now + OVER);
    assert!(ladder.calls.is_empty() && ladder.counts.is_empty());
}

#[test]
fn a_handle_that_keeps_nothing_takes_nothing() {
    let handle = LadderHandle::default();
    let Item::Said(Said { flow, bytes, .. }) = said("one", INVITE, false) else {
        panic!("a message");
    };
    handle.came(Now::default(), flow, &bytes);
    handle.leg(LegId(1), "one");
    handle.contact(LegId(1), contact(1));
    assert!(handle.items.is_none());
}
