//! The talks that are recorded just now: their files, and who may say that they pause.

use std::collections::HashMap;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{RwLock, mpsc, oneshot, watch};
use tracing::{Instrument, error, warn};

use super::clock;
use super::deck::{Deck, Reel, Written};
use crate::call::event::{CallEvent, TapeEvent, TapeId};
use crate::ids::{AgentId, ContactId, QueueName};
use crate::media::tap::{Side, Tap, Tapped};
use crate::observe::figures;
use crate::record::taping::{Pause, Silence, TapedBy};
use crate::store::recordings::{TalkBegun, TalkEnd, TalkMeta};
use crate::store::{Store, StoreError};

/// Packets that may wait for the writer: five seconds of both sides.
const WAITING: usize = 512;
/// A call that has not paused by then is not going to.
const PATIENCE: Duration = Duration::from_secs(3);
/// How often it is tried to complete what is kept of a recording, and how long after another.
const MOST_TRIES: u32 = 60;
const TRY_AGAIN: Duration = Duration::from_secs(5);
/// How long a server that stops waits for the last recordings.
const LAST_WRITES: Duration = Duration::from_secs(5);

/// The recordings of this server. Clones are the same.
#[derive(Clone, Debug)]
pub struct Tapes {
    /// `None`: this process records nothing.
    deck: Option<Deck>,
    /// Touched when a recording begins, pauses and ends, and when somebody asks.
    now: Arc<Mutex<HashMap<ContactId, Entry>>>,
    /// Held for reading by each that is not on the disk yet.
    writing: Arc<RwLock<()>>,
}

#[derive(Clone, Debug)]
struct Entry {
    tape: TapeId,
    queue: QueueName,
    agent: AgentId,
    call: mpsc::Sender<CallEvent>,
    paused: watch::Receiver<bool>,
}

/// What goes on with a contact's recording.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TapeNow {
    /// In which queue.
    pub queue: QueueName,
    /// Who talks with the caller.
    pub agent: AgentId,
    /// It is paused.
    pub paused: bool,
}

impl Tapes {
    /// Recordings are written by this deck.
    pub fn new(deck: Deck) -> Tapes {
        Tapes {
            deck: Some(deck),
            now: Arc::default(),
            writing: Arc::default(),
        }
    }

    /// Where nothing is recorded: the command line without a server.
    pub fn none() -> Tapes {
        Tapes {
            deck: None,
            now: Arc::default(),
            writing: Arc::default(),
        }
    }

    /// The recording of a contact; `None`: it is not recorded now.
    pub fn of(&self, contact: ContactId) -> Option<TapeNow> {
        let entry = self.entries().get(&contact).cloned()?;
        Some(TapeNow {
            queue: entry.queue,
            agent: entry.agent,
            paused: *entry.paused.borrow(),
        })
    }

    /// Has a recording pause or go on, and waits until it does. `None`: it is over.
    pub async fn pause(&self, contact: ContactId, pause: bool, by: TapedBy) -> Option<TapeNow> {
        let mut entry = self.entries().get(&contact).cloned()?;
        let wish = TapeEvent::Pause { pause, by };
        entry.call.send(CallEvent::Tape(wish)).await.ok()?;
        let done = entry.paused.wait_for(|paused| *paused == pause);
        let done = tokio::time::timeout(PATIENCE, done).await;
        done.ok()?.ok()?;
        Some(TapeNow {
            queue: entry.queue,
            agent: entry.agent,
            paused: pause,
        })
    }

    /// The calls are over: waits until their recordings are on the disk, but not for long. What is
    /// not, the next start finds.
    pub async fn finish(&self) {
        let all = tokio::time::timeout(LAST_WRITES, self.writing.write());
        if all.await.is_err() {
            warn!("recordings are not complete; the next start completes them");
        }
    }

    fn entries(&self) -> std::sync::MutexGuard<'_, HashMap<ContactId, Entry>> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins a recording; what becomes of it is seen to without the call.
    pub fn begin(
        &self,
        store: Store,
        tape: TapeId,
        meta: TalkMeta,
        call: mpsc::Sender<CallEvent>,
    ) -> Option<Running> {
        let deck = self.deck.clone()?;
        let (sink, packets) = mpsc::channel(WAITING);
        let (pauses_out, pauses) = oneshot::channel();
        let (paused_out, paused) = watch::channel(false);
        let contact = meta.contact;
        let entry = Entry {
            tape,
            queue: meta.queue.clone(),
            agent: meta.agent.clone(),
            call: call.clone(),
            paused,
        };
        self.entries().insert(contact, entry);
        let running = Running {
            tape,
            tap: (sink, Arc::default()),
            began_ms: millis(),
            silent: None,
            pauses: Vec::new(),
            paused: paused_out,
            told: Some(pauses_out),
            tapes: self.clone(),
            contact,
        };
        let work = write(
            store,
            deck,
            meta,
            running.began_ms,
            packets,
            running.tap.1.clone(),
            pauses,
        );
        let writing = Arc::clone(&self.writing).try_read_owned();
        let whole = async move {
            // As long as this goes on, the store is not closed.
            let _writing = writing;
            if let Err(what) = work.await {
                error!(what, "a talk could not be recorded");
                let failed = TapeEvent::Failed { tape, what };
                // The call may be over by then.
                let _ = call.send(CallEvent::Tape(failed)).await;
            }
        };
        tokio::spawn(whole.in_current_span());
        Some(running)
    }
}

/// From the first packet to the row that is complete.
async fn write(
    store: Store,
    deck: Deck,
    meta: TalkMeta,
    begin_ms: u64,
    packets: mpsc::Receiver<Tapped>,
    lost: Arc<AtomicU64>,
    pauses: oneshot::Receiver<Vec<Pause>>,
) -> Result<(), String> {
    let queue = meta.queue.clone();
    let begun = store.begin_talk(meta).await;
    let begun = begun.map_err(|e| {
        figures::recorded(&queue, false, 0);
        e.to_string()
    })?;
    let (done, told) = oneshot::channel();
    let reel = Reel {
        file: begun.file.try_clone().map_err(|e| e.to_string())?,
        begin_ms,
        packets,
        lost,
        done,
    };
    deck.write(reel)?;
    let Written {
        length,
        lost,
        failed,
    } = told.await.map_err(|_| "the recorder is gone".to_owned())?;
    figures::recorded(&queue, failed.is_none(), lost);
    // The talk goes on where the disk failed: it is not waited for.
    let pauses = match failed {
        None => pauses.await.unwrap_or_default(),
        Some(_) => Vec::new(),
    };
    let end = TalkEnd {
        length,
        pauses,
        lost,
        fault: failed.clone(),
    };
    let kept = keep(store, begun, end);
    match failed {
        None => kept.await,
        Some(what) => {
            // The call is told at once.
            tokio::spawn(kept.in_current_span());
            Err(what)
        }
    }
}

/// Completes what is kept of a recording; a disk that is full now may not be so later.
async fn keep(store: Store, begun: TalkBegun, end: TalkEnd) -> Result<(), String> {
    let mut tries = 0;
    loop {
        let e = match store.end_talk(&begun, end.clone()).await {
            Ok(()) => return Ok(()),
            Err(e) => e,
        };
        tries += 1;
        if tries == MOST_TRIES || matches!(e, StoreError::Closed) {
            return Err(e.to_string());
        }
        warn!(error = %e, "a recording can not be completed yet");
        tokio::time::sleep(TRY_AGAIN).await;
    }
}

/// A recording of a call, as its task has it. Dropped, it is over.
#[derive(Debug)]
pub struct Running {
    tape: TapeId,
    tap: (mpsc::Sender<Tapped>, Arc<AtomicU64>),
    began_ms: u64,
    /// Since when nobody is heard, and why.
    silent: Option<(u64, Silence)>,
    pauses: Vec<Pause>,
    paused: watch::Sender<bool>,
    told: Option<oneshot::Sender<Vec<Pause>>>,
    tapes: Tapes,
    contact: ContactId,
}

impl Running {
    /// Which.
    pub fn id(&self) -> TapeId {
        self.tape
    }

    /// What a leg is tapped with.
    pub fn tap(&self, side: Side) -> Tap {
        Tap {
            side,
            sink: self.tap.0.clone(),
            lost: Arc::clone(&self.tap.1),
        }
    }

    /// From now on nobody is heard, and why; `None`: somebody is.
    pub fn silent(&mut self, why: Option<Silence>) {
        let at = millis().saturating_sub(self.began_ms);
        self.end_pause(at);
        self.silent = why.map(|why| (at, why));
        // Nobody may be watching.
        let _ = self.paused.send_replace(why == Some(Silence::Paused));
    }

    fn end_pause(&mut self, at: u64) {
        if let Some((from_ms, why)) = self.silent.take() {
            self.pauses.push(Pause {
                from_ms,
                to_ms: at,
                why,
            });
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let at = millis().saturating_sub(self.began_ms);
        self.end_pause(at);
        if let Some(told) = self.told.take() {
            // The writer may have failed before.
            let _ = told.send(std::mem::take(&mut self.pauses));
        }
        let mut entries = self.tapes.entries();
        if entries
            .get(&self.contact)
            .is_some_and(|e| e.tape == self.tape)
        {
            entries.remove(&self.contact);
        }
    }
}

fn millis() -> u64 {
    u64::try_from(clock::mono().since_start().as_millis()).unwrap_or(u64::MAX)
}
