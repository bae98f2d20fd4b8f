use std::time::Duration;

use sqlx::Connection;
use sqlx::sqlite::SqliteConnection;

use super::super::rows::ContactFilter;
use super::super::*;
use crate::ids::{Digits, Key, PhoneNumber};
use crate::menu::outcome::Reason;
use crate::menu::value::Value;
use crate::record::timeline::{EntryValue, MessageId};
use crate::record::verdict::{Stage, Verdict};

pub(super) fn contact(n: u32) -> ContactId {
    ContactId::new(Wall::from_unix_millis(1_795_000_000_000), n)
}

pub(super) fn secs(s: u64) -> Duration {
    Duration::from_secs(s)
}

pub(super) fn meta(n: u32) -> MessageMeta {
    MessageMeta {
        contact: contact(n),
        line: Some("support".into()),
        queue: Some("people".into()),
        caller: Some(PhoneNumber::new("+4930901820")),
        taken: contact(n).started(),
        length: Duration::ZERO,
    }
}

pub(super) fn started() -> Event {
    Event::Started {
        line: "support".into(),
        dialled: "100".into(),
        caller: PhoneNumber::new("+4930901820"),
    }
}

fn hung_up(stage: Stage) -> Event {
    Event::Ended {
        verdict: Verdict::CallerHungUp { stage },
    }
}

pub(super) fn speech(seconds: usize) -> Vec<i16> {
    (0..8_000 * seconds)
        .map(|i| if i / 9 % 2 == 0 { 4_000 } else { -4_000 })
        .collect()
}

#[tokio::test]
async fn a_contact_comes_back_with_its_timeline_and_facts() {
    let dir = tempfile::tempdir().unwrap();
    let (store, recovered) = Store::open(dir.path()).await.unwrap();
    assert_eq!(recovered, Recovered::default());
    let mut pin = Digits::new();
    pin.push(Key::ZERO);
    let events = [
        (0, started()),
        (0, Event::Answered),
        (
            3,
            Event::Entry {
                name: "pin".into(),
                value: EntryValue::of(&Value::Digits(pin), true),
            },
        ),
        (
            5,
            Event::Queued {
                queue: "people".into(),
                reason: Reason::Asked,
                language: None,
            },
        ),
        (
            20,
            Event::Connected {
                agent: "ann".into(),
            },
        ),
        (50, hung_up(Stage::Talking)),
    ];
    for (at, e) in events.clone() {
        store.record(contact(1), secs(at), e);
    }
    store.record(contact(2), secs(0), started());
    store.flush().await.unwrap();

    let (row, timeline) = store.reader().contact(contact(1)).await.unwrap().unwrap();
    assert_eq!(row.waited, secs(15));
    assert_eq!(row.talked, secs(30));
    assert_eq!(row.ended, Some(secs(50)));
    assert_eq!(row.agent, Some("ann".into()));
    assert_eq!(row.caller.reveal(), "+4930901820");
    assert_eq!(row.containment.as_deref(), Some("to_person"));
    let kept: Vec<_> = timeline
        .entries()
        .iter()
        .map(|e| (e.at.as_secs(), e.event.clone()))
        .collect();
    assert_eq!(kept, events);

    let reader = Reader::open(dir.path()).await.unwrap();
    let all = reader
        .contacts(&ContactFilter::default(), 10)
        .await
        .unwrap();
    assert_eq!(all.len(), 2);
    assert_eq!(all[0].id, contact(2));
    let filters = [
        (
            ContactFilter {
                open: true,
                ..Default::default()
            },
            contact(2),
        ),
        (
            ContactFilter {
                agent: Some("ann".into()),
                ..Default::default()
            },
            contact(1),
        ),
        (
            ContactFilter {
                verdict: Some("caller_hung_up".into()),
                ..Default::default()
            },
            contact(1),
        ),
    ];
    for (filter, expected) in filters {
        let found = reader.contacts(&filter, 10).await.unwrap();
        assert_eq!(
            found.iter().map(|c| c.id).collect::<Vec<_>>(),
            [expected],
            "{filter:?}"
        );
    }
    let nobody = ContactFilter {
        since: Some(Wall::from_unix_millis(1_795_000_000_001)),
        ..Default::default()
    };
    assert!(reader.contacts(&nobody, 10).await.unwrap().is_empty());
    store.close().await;
    assert!(matches!(store.flush().await, Err(StoreError::Closed)));
}

#[tokio::test]
async fn a_recording_is_trimmed_and_too_little_is_not_a_message() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = Store::open(dir.path()).await.unwrap();
    let mut r = store.begin_recording(contact(1)).await.unwrap();
    r.push(&[0; 16_000]).unwrap();
    r.push(&speech(2)).unwrap();
    r.push(&[0; 40_000]).unwrap();
    assert_eq!(r.length(), secs(9));
    let (id, length) = store.save_recording(r, secs(1), meta(1)).await.unwrap();
    assert_eq!(length, Duration::from_millis(2_750));

    let mut short = store.begin_recording(contact(1)).await.unwrap();
    short.push(&speech(1)[..4_000]).unwrap();
    let short = store.save_recording(short, secs(1), meta(1)).await;
    assert!(matches!(short, Err(StoreError::TooShort)));

    let second = store.save_message(meta(1), speech(1)).await.unwrap();
    assert!(second > id);
    let reader = store.reader();
    let message = reader.message(id).await.unwrap().unwrap();
    assert_eq!(message.length, length);
    assert!(!message.recovered);
    let wav = hound::WavReader::open(reader.message_file(&message)).unwrap();
    assert_eq!(wav.duration(), 22_000);
    assert_eq!(reader.messages(10).await.unwrap().len(), 2);
    let left = std::fs::read_dir(dir.path().join(RECORDING))
        .unwrap()
        .count();
    assert_eq!(left, 0, "raw files are gone");
}

#[tokio::test]
async fn what_a_crash_left_is_closed_and_kept() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = Store::open(dir.path()).await.unwrap();
    store.record(contact(1), secs(0), started());
    store.record(contact(1), secs(1), Event::Answered);
    let queued = Event::Queued {
        queue: "people".into(),
        reason: Reason::Silence,
        language: None,
    };
    store.record(contact(1), secs(2), queued);
    store.record(
        contact(1),
        secs(9),
        Event::Offered {
            agent: "ann".into(),
        },
    );
    store.flush().await.unwrap();
    // Killed while two record, one of them without a word yet; and between a file and its row.
    let mut r = store.begin_recording(contact(1)).await.unwrap();
    r.push(&speech(3)).unwrap();
    std::mem::forget(r);
    let mut quiet = store.begin_recording(contact(2)).await.unwrap();
    quiet.push(&[0; 80_000]).unwrap();
    std::mem::forget(quiet);
    let orphan = store.save_message(meta(3), speech(2)).await.unwrap();
    // What can not be read keeps nobody from the rest.
    for folder in [RECORDING, MESSAGES] {
        let odd = dir
            .path()
            .join(folder)
            .join(format!("{}-1.wav", contact(9)));
        std::fs::create_dir(odd).unwrap();
    }
    let lost = store.change(|db| {
        Box::pin(async move {
            sql::query("DELETE FROM messages").execute(db).await?;
            Ok(())
        })
    });
    lost.await.unwrap();
    store.close().await;
    drop(store);

    let (store, recovered) = Store::open(dir.path()).await.unwrap();
    let expected = Recovered {
        contacts: 1,
        messages: 2,
        discarded: 1,
        // What they said is kept: whoever hears it calls back.
        callbacks: 0,
    };
    assert_eq!(recovered, expected);
    let reader = store.reader();
    let (row, timeline) = reader.contact(contact(1)).await.unwrap().unwrap();
    assert_eq!(row.verdict, Some(Verdict::ServerLost));
    assert_eq!(timeline.verdict(), Some(&Verdict::ServerLost));
    assert_eq!(row.waited, secs(7));
    let messages = reader.messages(10).await.unwrap();
    assert_eq!(messages.len(), 2);
    assert!(messages.iter().all(|m| m.recovered));
    let mine = messages.iter().find(|m| m.contact == contact(1)).unwrap();
    assert_eq!(mine.queue, Some("people".into()));
    assert_eq!(mine.length, secs(3));
    assert_eq!(row.message, Some(mine.id));
    for m in &messages {
        let wav = hound::WavReader::open(reader.message_file(m)).unwrap();
        assert_eq!(wav.duration() / 8, m.length.as_millis() as u32);
    }
    assert_ne!(orphan, MessageId(0));
    drop((store, reader));
}

#[tokio::test]
async fn a_crash_after_a_promise_does_not_unsay_it() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = Store::open(dir.path()).await.unwrap();
    store.record(contact(1), secs(0), started());
    store.flush().await.unwrap();
    // Killed before the words "message stored" reached the timeline.
    let message = store.save_message(meta(1), speech(2)).await.unwrap();
    store.close().await;
    drop(store);

    let (store, _) = Store::open(dir.path()).await.unwrap();
    let reader = store.reader();
    let (row, timeline) = reader.contact(contact(1)).await.unwrap().unwrap();
    let promised = Verdict::MessageStored { message };
    assert_eq!(row.verdict, Some(promised.clone()));
    assert_eq!(row.message, Some(message));
    assert_eq!(timeline.verdict(), Some(&promised));
    let told = |e: &Event| matches!(e, Event::MessageStored { .. });
    assert_eq!(
        timeline.entries().iter().filter(|e| told(&e.event)).count(),
        1
    );
    drop((store, reader));
}

#[tokio::test]
async fn one_server_per_folder_and_a_newer_schema_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    assert!(matches!(
        Reader::open(dir.path()).await,
        Err(StoreError::Missing(_))
    ));
    let (store, _) = Store::open(dir.path()).await.unwrap();
    assert!(matches!(
        Store::open(dir.path()).await,
        Err(StoreError::InUse(_))
    ));
    store.close().await;
    drop(store);
    let db = dir.path().join(DATABASE);
    let mut db = SqliteConnection::connect(db.to_str().unwrap())
        .await
        .unwrap();
    sqlx::query(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
         VALUES (99, 'to come', 1, x'00', 0)",
    )
    .execute(&mut db)
    .await
    .unwrap();
    db.close().await.unwrap();
    let error = Store::open(dir.path()).await.unwrap_err();
    let newest = MIGRATIONS.iter().map(|m| m.version).max().unwrap();
    assert!(
        matches!(error, StoreError::Newer { found: 99, known, .. } if known == newest),
        "{error}"
    );
}

#[tokio::test]
async fn a_damaged_database_is_said_to_be_one() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join(DATABASE), [7; 8_192]).unwrap();
    let error = Store::open(dir.path()).await.unwrap_err();
    assert!(matches!(error, StoreError::Damaged { .. }), "{error}");
}

#[tokio::test]
async fn agents_are_kept_with_when_they_were_last_seen() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = Store::open(dir.path()).await.unwrap();
    let at = Wall::from_unix_millis;
    let ann = "ann".into();
    store.agent(&ann, &AgentState::Ready, at(1_000));
    store.flush().await.unwrap();
    store.agent(&ann, &AgentState::Offline, at(2_000));
    store.flush().await.unwrap();
    store.agent(&ann, &AgentState::Offline, at(3_000));
    store.flush().await.unwrap();
    let agents = store.reader().agents().await.unwrap();
    assert_eq!(agents.len(), 1);
    assert_eq!(agents[0].state, AgentState::Offline);
    assert_eq!(agents[0].changed, at(3_000));
    assert_eq!(agents[0].seen, Some(at(2_000)));
}

#[tokio::test]
async fn a_burst_never_waits_and_what_has_no_room_is_counted() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = Store::open(dir.path()).await.unwrap();
    store.record(contact(1), secs(0), started());
    // The writing task shares this thread and can not run before the next await.
    for _ in 0..BACKLOG + 99 {
        store.record(contact(1), secs(1), Event::LookedBack);
    }
    assert_eq!(store.dropped(), 100);
    store.flush().await.unwrap();
    store.record(contact(1), secs(2), hung_up(Stage::Menu));
    store.flush().await.unwrap();
    let (row, timeline) = store.reader().contact(contact(1)).await.unwrap().unwrap();
    assert!(row.verdict.is_some());
    // A timeline is bounded too, and its end is kept.
    assert!(timeline.dropped() > 0);
    assert!(timeline.verdict().is_some());
}

#[tokio::test]
async fn a_batch_of_any_size_is_written_whole() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = Store::open(dir.path()).await.unwrap();
    // Around the number of rows that one statement takes, for both tables.
    for (first, calls) in [(0, 1), (1_000, 31), (2_000, 32), (3_000, 33), (4_000, 300)] {
        for n in first..first + calls {
            store.record(contact(n), secs(0), started());
            for _ in 0..n % 7 {
                store.record(contact(n), secs(1), Event::LookedBack);
            }
            // Every other one goes on when the batch is written.
            if n % 2 == 0 {
                store.record(contact(n), secs(2), hung_up(Stage::Menu));
            }
        }
        store.flush().await.unwrap();
        for n in first..first + calls {
            let (row, timeline) = store.reader().contact(contact(n)).await.unwrap().unwrap();
            assert_eq!(row.verdict.is_some(), n % 2 == 0, "contact {n}");
            assert_eq!(row.ended, (n % 2 == 0).then(|| secs(2)));
            let events = 1 + n % 7 + u32::from(n % 2 == 0);
            assert_eq!(timeline.entries().len(), events as usize, "contact {n}");
        }
        // And ends in a later one.
        for n in (first..first + calls).filter(|n| n % 2 == 1) {
            store.record(contact(n), secs(3), hung_up(Stage::Menu));
        }
        store.flush().await.unwrap();
        for n in (first..first + calls).filter(|n| n % 2 == 1) {
            let (row, _) = store.reader().contact(contact(n)).await.unwrap().unwrap();
            assert_eq!(row.ended, Some(secs(3)), "contact {n}");
        }
    }
    let (reader, all) = (store.reader(), ContactFilter::default());
    let rows = reader.contacts(&all, 10_000).await.unwrap();
    assert_eq!(rows.len(), 1 + 31 + 32 + 33 + 300);
}
