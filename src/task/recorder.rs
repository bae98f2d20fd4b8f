//! One task per message being recorded: samples in, a promise out.

use std::time::Duration;

use tokio::sync::mpsc;

use crate::ids::ContactId;
use crate::store::{Recording, Store, StoreError};

/// How much one message may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// With less speech than this it is no message.
    pub min: Duration,
    /// What comes after this much is not kept.
    pub max: Duration,
}

/// Records what comes (8,000 samples per second) until the sender is dropped or `max` is
/// reached. What was said is on the disk from then on, and not yet a message.
///
/// # Errors
/// It could not be written; what could be saved of it is found at the next start.
pub async fn take_message(
    store: &Store,
    mut samples: mpsc::Receiver<Vec<i16>>,
    max: Duration,
    contact: ContactId,
) -> Result<Recording, StoreError> {
    let mut recording = begin(store, contact).await?;
    while let Some(chunk) = samples.recv().await {
        recording = push(recording, chunk, max).await?;
        if recording.length() >= max {
            break;
        }
    }
    Ok(recording)
}

async fn begin(store: &Store, contact: ContactId) -> Result<Recording, StoreError> {
    store.begin_recording(contact).await
}

/// A chunk is up to a second, so this is one short visit to the file per second.
async fn push(
    mut recording: Recording,
    mut chunk: Vec<i16>,
    max: Duration,
) -> Result<Recording, StoreError> {
    let room = max.saturating_sub(recording.length()).as_millis() * 8;
    chunk.truncate(usize::try_from(room).unwrap_or(usize::MAX));
    tokio::task::spawn_blocking(move || recording.push(&chunk).map(|()| recording))
        .await
        .map_err(|_| StoreError::Closed)?
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::now::Wall;
    use crate::record::timeline::MessageId;
    use crate::store::MessageMeta;

    fn meta() -> MessageMeta {
        MessageMeta {
            contact: ContactId::new(Wall::from_unix_millis(1_795_000_000_000), 7),
            line: None,
            queue: None,
            caller: None,
            taken: Wall::default(),
            length: Duration::ZERO,
        }
    }

    /// As a caller who hangs up at its end has it.
    async fn record_message(
        store: &Store,
        samples: mpsc::Receiver<Vec<i16>>,
        limits: Limits,
        meta: MessageMeta,
    ) -> Result<(MessageId, Duration), StoreError> {
        let taken = take_message(store, samples, limits.max, meta.contact).await?;
        store.save_recording(taken, limits.min, meta).await
    }

    fn second(level: i16) -> Vec<i16> {
        (0..8_000)
            .map(|i| if i % 20 < 10 { level } else { -level })
            .collect()
    }

    const LIMITS: Limits = Limits {
        min: Duration::from_secs(1),
        max: Duration::from_secs(5),
    };

    #[tokio::test]
    async fn what_is_said_is_stored_without_the_silence_around() {
        let dir = tempfile::tempdir().unwrap();
        let (store, _) = Store::open(dir.path()).await.unwrap();
        let (send, receive) = mpsc::channel(8);
        for level in [0, 0, 3_000, 3_000, 0] {
            send.send(second(level)).await.unwrap();
        }
        drop(send);
        let (id, length) = record_message(&store, receive, LIMITS, meta())
            .await
            .unwrap();
        assert_eq!(length, Duration::from_millis(2_750));
        let message = store.reader().message(id).await.unwrap().unwrap();
        assert!(store.reader().message_file(&message).exists());
    }

    #[tokio::test]
    async fn it_ends_at_the_limit_although_the_caller_goes_on() {
        let dir = tempfile::tempdir().unwrap();
        let (store, _) = Store::open(dir.path()).await.unwrap();
        let (send, receive) = mpsc::channel(1);
        let talker =
            tokio::spawn(async move { while send.send(vec![3_000; 7_000]).await.is_ok() {} });
        let (_, length) = record_message(&store, receive, LIMITS, meta())
            .await
            .unwrap();
        assert_eq!(length, LIMITS.max);
        talker.await.unwrap();
    }

    #[tokio::test]
    async fn silence_is_not_a_message() {
        let dir = tempfile::tempdir().unwrap();
        let (store, _) = Store::open(dir.path()).await.unwrap();
        let (send, receive) = mpsc::channel(8);
        send.send(second(10)).await.unwrap();
        drop(send);
        let got = record_message(&store, receive, LIMITS, meta()).await;
        assert!(matches!(got, Err(StoreError::TooShort)));
        assert!(store.reader().messages(1).await.unwrap().is_empty());
    }
}
