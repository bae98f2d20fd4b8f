//! Recordings of talks: their rows, what a crash leaves, and that they go.

use std::io::Write;
use std::time::Duration;

use super::promises::{contact, secs};
use crate::config::Retention;
use crate::now::Wall;
use crate::record::taping::{Pause, Silence};
use crate::store::Store;
use crate::store::audit::{Deed, DeedFilter};
use crate::store::recordings::{TalkBegun, TalkEnd, TalkFilter, TalkMeta, TalkRow};

fn meta(number: u32, day: i64) -> TalkMeta {
    TalkMeta {
        contact: contact(0),
        number,
        queue: "support".into(),
        agent: "anna".into(),
        agreed: true,
        began: later(day),
    }
}

fn later(days: i64) -> Wall {
    Wall::from_unix_millis(contact(0).started().unix_millis() + days * 86_400_000)
}

/// A second of sound, as the recorder writes it.
fn sound(begun: &TalkBegun, seconds: usize) {
    let spec = hound::WavSpec {
        channels: 2,
        sample_rate: 8_000,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let file = begun.file.try_clone().unwrap();
    let mut wav = hound::WavWriter::new(std::io::BufWriter::new(file), spec).unwrap();
    for n in 0..seconds * 16_000 {
        wav.write_sample((n % 100) as i16).unwrap();
    }
    wav.finalize().unwrap();
}

fn end(seconds: u64) -> TalkEnd {
    TalkEnd {
        length: secs(seconds),
        pauses: vec![Pause {
            from_ms: 100,
            to_ms: 200,
            why: Silence::Paused,
        }],
        lost: 3,
        fault: None,
    }
}

async fn all(store: &Store) -> Vec<TalkRow> {
    store
        .reader()
        .talks(&TalkFilter::default(), 99)
        .await
        .unwrap()
}

async fn removals(store: &Store) -> Vec<String> {
    let deeds = store
        .reader()
        .deeds(&DeedFilter::default(), 99)
        .await
        .unwrap();
    let removed = deeds
        .into_iter()
        .filter(|d| d.deed.deed == "recording.remove");
    removed.map(|d| d.deed.detail.unwrap_or_default()).collect()
}

#[tokio::test]
async fn a_recording_has_a_row_from_its_begin_and_a_hash_at_its_end() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = Store::open(dir.path()).await.unwrap();
    let begun = store.begin_talk(meta(1, 0)).await.unwrap();
    let id = begun.id;
    assert_eq!(all(&store).await[0].length, None);
    // One of the same name would be lost.
    assert!(store.begin_talk(meta(1, 0)).await.is_err());
    sound(&begun, 2);
    store.end_talk(&begun, end(2)).await.unwrap();
    let row = store.reader().talk(id).await.unwrap().unwrap();
    assert_eq!((row.length, row.lost), (Some(secs(2)), 3));
    assert_eq!(row.pauses, end(2).pauses);
    assert_eq!(row.consent, "agreed");
    assert_eq!(row.sha256.as_ref().map(String::len), Some(64));
    let file = store.reader().talk_file(&row);
    assert_eq!(hound::WavReader::open(file).unwrap().duration(), 16_000);
    let of_others = TalkFilter {
        agent: Some("bert".into()),
        ..TalkFilter::default()
    };
    assert!(
        store
            .reader()
            .talks(&of_others, 9)
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn what_a_crash_left_is_made_whole_and_what_is_empty_goes() {
    let dir = tempfile::tempdir().unwrap();
    {
        let (store, _) = Store::open(dir.path()).await.unwrap();
        let begun = store.begin_talk(meta(1, 0)).await.unwrap();
        sound(&begun, 1);
        // Half a second more than the header knows, and half a moment.
        let mut file = begun.file.try_clone().unwrap();
        std::io::Seek::seek(&mut file, std::io::SeekFrom::End(0)).unwrap();
        file.write_all(&[1; 16_003]).unwrap();
        store.begin_talk(meta(2, 0)).await.unwrap();
        let no_row = dir.path().join("recordings/under-way");
        let name = format!("{}-7.wav", contact(0));
        let made = format!("{}-1.wav", contact(0));
        std::fs::copy(no_row.join(made), no_row.join(name)).unwrap();
        store.close().await;
    }
    let (store, _) = Store::open(dir.path()).await.unwrap();
    let rows = all(&store).await;
    assert_eq!(rows.len(), 2, "{rows:?}");
    for row in &rows {
        assert_eq!(row.length, Some(Duration::from_millis(1_500)));
        assert_eq!(row.fault.as_deref(), Some("the server was lost"));
        let wav = hound::WavReader::open(store.reader().talk_file(row)).unwrap();
        assert_eq!(wav.duration(), 12_000);
    }
    assert_eq!(
        (rows[1].consent.as_str(), rows[1].agent.is_some()),
        ("agreed", true)
    );
    assert_eq!(
        (rows[0].consent.as_str(), rows[0].agent.is_some()),
        ("unknown", false)
    );
    // Once.
    store.close().await;
    drop(store);
    let (store, _) = Store::open(dir.path()).await.unwrap();
    assert_eq!(all(&store).await, rows);
}

#[tokio::test]
async fn the_old_go_and_which_it_was_can_be_shown() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = Store::open(dir.path()).await.unwrap();
    for (number, day) in [(1, 0), (2, 20)] {
        let begun = store.begin_talk(meta(number, day)).await.unwrap();
        sound(&begun, 1);
        store.end_talk(&begun, end(1)).await.unwrap();
    }
    let going = store.begin_talk(meta(3, 0)).await.unwrap();
    let ages = Retention {
        recordings: Some(secs(30 * 86_400)),
        ..Retention::default()
    };
    let gone = store.forget(&ages, later(31)).await.unwrap();
    assert_eq!(gone.recordings, 1);
    let rows = all(&store).await;
    let deleted: Vec<bool> = rows.iter().rev().map(|r| r.deleted.is_some()).collect();
    assert_eq!(deleted, [true, false, false]);
    let old = &rows[2];
    assert!(!store.reader().talk_file(old).exists());
    assert!(store.reader().talk_file(&rows[1]).exists());
    let told = removals(&store).await;
    assert!(told[0].contains(old.sha256.as_deref().unwrap()), "{told:?}");
    assert_eq!(store.forget(&ages, later(31)).await.unwrap().recordings, 0);
    // By hand: once, and not while it goes on.
    let deed = Deed {
        at: later(31),
        who: "boss".to_owned(),
        role: "supervisor".to_owned(),
        source: "test".to_owned(),
        deed: "recording.remove".to_owned(),
        target: String::new(),
        detail: None,
    };
    assert!(store.remove_talk(rows[1].id, deed.clone()).await.unwrap());
    assert!(!store.remove_talk(rows[1].id, deed.clone()).await.unwrap());
    assert!(!store.remove_talk(going.id, deed).await.unwrap());
    assert_eq!(removals(&store).await.len(), 2);
}
