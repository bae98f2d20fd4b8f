use super::*;
use crate::ids::ContactId;
use crate::menu::outcome::Reason;
use crate::record::timeline::MessageId;
use crate::record::verdict::Stage;

fn view(reveal: bool) -> View {
    View {
        reveal,
        zone: TimeZone::fixed(jiff::tz::offset(1)),
    }
}

fn row() -> ContactRow {
    ContactRow {
        id: ContactId::from_u64(1 << 60),
        line: "support".into(),
        dialled: "100".into(),
        caller: PhoneNumber::new("+4930901820"),
        started: Wall::from_unix_millis(1_795_000_000_000),
        ended: Some(Duration::from_secs(70)),
        queue: Some("people".into()),
        agent: Some("ann".into()),
        code: None,
        waited: Duration::from_secs(7),
        talked: Duration::from_secs(3_661),
        message: None,
        verdict: Some(Verdict::CallerHungUp {
            stage: Stage::Talking,
        }),
        containment: Some("to_person".into()),
    }
}

fn timeline() -> Timeline {
    let mut t = Timeline::new(row().started);
    let outside = TransferTo::Number {
        number: PhoneNumber::new("+34911234567"),
    };
    let events = [
        Event::Started {
            line: "support".into(),
            dialled: "100".into(),
            caller: PhoneNumber::new("+4930901820"),
        },
        Event::Entry {
            name: "account".into(),
            value: EntryValue::Clear("0#".to_owned()),
        },
        Event::Queued {
            queue: "people".into(),
            reason: Reason::Fault {
                what: "\u{1b}[2J".into(),
            },
            language: None,
        },
        Event::TransferStarted {
            agent: "ann".into(),
            to: outside.clone(),
        },
        Event::Ended {
            verdict: Verdict::TransferredOut { to: outside },
        },
    ];
    for (i, e) in events.into_iter().enumerate() {
        t.push(Duration::from_millis(61_300 * i as u64), e);
    }
    t
}

#[test]
fn the_list_is_a_table_with_masked_numbers() {
    let expected = "\
TIME                 CONTACT        LINE     CALLER  WAIT  TALK     AGENT  END
2026-11-18 12:06:40  1000000000000  support  …20     0:07  1:01:01  ann    caller hung up while talking to an agent
";
    assert_eq!(contacts(&[row()], &view(false)), expected);
    assert!(contacts(&[row()], &view(true)).contains("+4930901820"));
}

#[test]
fn the_timeline_is_told_in_words() {
    let expected = "\
contact 1000000000000 on line support at 2026-11-18 12:06:40
   0:00.0  …20 calls 100
   1:01.3  learned account: 2 characters
   2:02.6  to queue people: fault: ?[2J
   3:03.9  ann hands on to …67
   4:05.2  transferred to …67
waited 0:07, talked 1:01:01, to_person
";
    assert_eq!(contact(&row(), &timeline(), &view(false)), expected);
    let clear = contact(&row(), &timeline(), &view(true));
    assert!(
        clear.contains("+34911234567") && clear.contains("account: 0#"),
        "{clear}"
    );
}

#[test]
fn json_is_masked_too() {
    let json = contact_json(&row(), Some(&timeline()), &view(false)).to_string();
    for secret in ["4930901820", "34911234567", "0#"] {
        assert!(!json.contains(secret), "{json}");
    }
    let clear = contact_json(&row(), Some(&timeline()), &view(true));
    assert_eq!(clear["timeline"][4]["to"]["number"], "+34911234567");
    assert_eq!(clear["started"], "2026-11-18T11:06:40Z");
}

#[test]
fn messages_say_which_were_never_confirmed() {
    let m = MessageRow {
        id: MessageId(7),
        contact: row().id,
        line: None,
        queue: Some("people".into()),
        caller: Some(row().caller),
        taken: row().started,
        length: Duration::from_millis(12_750),
        file: "x-1.wav".into(),
        recovered: true,
    };
    let text = messages(std::slice::from_ref(&m), &view(false));
    assert!(
        text.contains("0:12") && text.contains("x-1.wav (recovered)"),
        "{text}"
    );
    assert!(!text.contains("901820"));
    assert_eq!(message_json(&m, &view(false))["caller"], "…20");
}
