//! Tells those who watch how the queues look, as soon as that may have changed.

use std::time::Duration;

use super::clock;
use super::queue::QueueHandle;
use crate::live::{Live, QueueNow};
use crate::now::{Now, Wall};
use crate::queue::snapshot::{AcdSnapshot, QueueSnapshot};

/// So long a change waits for further ones: each look costs the queue's task a moment.
const GATHER: Duration = Duration::from_millis(100);
/// How often it is looked without a reason.
const LOOK: Duration = Duration::from_secs(1);

/// Runs until the queue's task ends.
pub async fn keep(queue: QueueHandle, live: Live) {
    while let Some(snapshot) = queue.snapshot().await {
        live.queues(queues(&snapshot, clock::now()));
        // Whether it was stirred or not, it is looked at.
        let _ = tokio::time::timeout(LOOK, live.stirred()).await;
        tokio::time::sleep(GATHER).await;
    }
}

/// The queues as others see them.
pub fn queues(snapshot: &AcdSnapshot, now: Now) -> Vec<QueueNow> {
    snapshot.queues.iter().map(|q| queue(q, now)).collect()
}

fn queue(q: &QueueSnapshot, now: Now) -> QueueNow {
    let waited = i64::try_from(q.longest_wait.as_millis()).unwrap_or(i64::MAX);
    let since = Wall::from_unix_millis(now.wall.unix_millis().saturating_sub(waited));
    QueueNow {
        queue: q.name.clone(),
        waiting: q.waiting,
        waiting_since: (q.waiting > 0).then_some(since),
        staffed: q.staffed,
        ready: q.ready,
        counts: q.counts.into(),
    }
}
