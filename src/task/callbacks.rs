//! Those who are to be called back take their places in line: when they ask, at the start, and
//! when another attempt is due. What comes of an attempt is written down here.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tracing::{error, info, warn};

use super::clock;
use crate::call::event::{CallEvent, CallbackStep};
use crate::call::setup::{CallBack, CallStart};
use crate::ids::{ContactId, LegId, PhoneNumber};
use crate::live::Stored;
use crate::now::{Mono, Now, Wall};
use crate::outside::Outside;
use crate::queue::acd::NotAnswered;
use crate::record::card::ContextCard;
use crate::record::timeline::CallbackId;
use crate::sip::flow::Transport;
use crate::store::{Attempt, CallbackRow, Store};

/// How often the store is asked, beside whenever something new is there.
const LOOK: Duration = Duration::from_secs(30);
/// A store that does not answer is asked again then; so long rests who could not be called for a
/// fault of ours.
const PAUSE: Duration = Duration::from_secs(10);
/// So many stand in line at once.
const MOST: u32 = 500;
/// What came of one whose number may not be called.
const NOT_ALLOWED: &str = "the number may not be called";
/// News that may wait.
const NEWS: usize = 1024;
/// What a call may be told and has not taken yet.
const WAITING_EVENTS: usize = 64;

/// Tells what is new of callbacks. The usual one tells nobody.
#[derive(Clone, Debug, Default)]
pub struct CallbacksHandle(Option<mpsc::Sender<News>>);

/// What is new.
#[derive(Debug)]
pub enum News {
    /// A wish was stored, or ended by people.
    Changed,
    /// How far a call is.
    Step(CallbackId, CallbackStep),
    /// The customer does not want it any more.
    Cancelled(CallbackId),
    /// The call is over.
    Over(CallbackId),
}

impl CallbacksHandle {
    /// With the end where the news arrive.
    pub fn new() -> (CallbacksHandle, mpsc::Receiver<News>) {
        let (handle, news) = mpsc::channel(NEWS);
        (CallbacksHandle(Some(handle)), news)
    }

    /// A wish was stored or ended. Who is not told looks by themselves, a little later.
    pub fn changed(&self) {
        if let Some(news) = &self.0 {
            let _ = news.try_send(News::Changed);
        }
    }

    /// How far the call is with somebody.
    pub async fn step(&self, callback: CallbackId, step: CallbackStep) {
        self.tell(News::Step(callback, step)).await;
    }

    /// The customer has called in, or does not want it any more.
    pub async fn cancelled(&self, callback: CallbackId) {
        self.tell(News::Cancelled(callback)).await;
    }

    /// The call to somebody is over.
    pub async fn over(&self, callback: CallbackId) {
        self.tell(News::Over(callback)).await;
    }

    async fn tell(&self, what: News) {
        if let Some(news) = &self.0 {
            // The task ends only with the server.
            let _ = news.send(what).await;
        }
    }
}

/// How callbacks are carried out.
#[derive(Clone, Debug)]
pub struct Settings {
    /// By which trunk; `None`: by nobody but people.
    pub trunk: Option<String>,
    /// Which numbers may be called.
    pub outside: Arc<Outside>,
    /// How long after an attempt in vain the next one is due.
    pub retry_every: Duration,
    /// How many attempts there are.
    pub attempts: u32,
}

/// A call that is to take its place in line.
#[derive(Debug)]
pub struct Planned {
    /// Who, and where.
    pub what: CallBack,
    /// The contact of this call.
    pub start: CallStart,
    /// The channel of what the call is told.
    pub events: (mpsc::Sender<CallEvent>, mpsc::Receiver<CallEvent>),
}

/// Runs as long as the server.
pub async fn run(
    store: Store,
    settings: Settings,
    mut news: mpsc::Receiver<News>,
    plans: mpsc::Sender<Planned>,
) {
    let mut callbacks = Callbacks {
        store,
        settings,
        plans,
        out: HashMap::new(),
        resting: HashMap::new(),
    };
    callbacks.greet().await;
    loop {
        let pause = callbacks.look().await;
        tokio::select! {
            what = news.recv() => match what {
                Some(what) => callbacks.handle(what).await,
                None => return,
            },
            () = tokio::time::sleep(pause) => {}
        }
    }
}

struct Callbacks {
    store: Store,
    settings: Settings,
    plans: mpsc::Sender<Planned>,
    /// Those who stand in line or are being called.
    out: HashMap<CallbackId, Out>,
    /// Not to be begun before.
    resting: HashMap<CallbackId, Mono>,
}

/// Somebody who stands in line or is being called.
struct Out {
    call: mpsc::Sender<CallEvent>,
    /// How often they had been tried when they took their place.
    attempts: u32,
}

impl Callbacks {
    /// Says at the start what will become of those that are open.
    async fn greet(&self) {
        let open = self.store.reader().callbacks(false, MOST).await;
        let open = open.map_or(0, |rows| rows.iter().filter(|r| is_open(r)).count());
        match &self.settings.trunk {
            Some(_) if open > 0 => info!(open, "callbacks take their places in line"),
            Some(_) => {}
            None => info!(
                open,
                "there is no trunk: callbacks wait for people, see `zeroline callbacks`"
            ),
        }
    }

    /// Begins what is due. How long to wait until the next look.
    async fn look(&mut self) -> Duration {
        let Some(trunk) = self.settings.trunk.clone() else {
            return LOOK;
        };
        let rows = match self.store.reader().callbacks(false, MOST).await {
            Ok(rows) => rows,
            Err(e) => {
                warn!(error = %e, "who is to be called back is not known");
                return PAUSE;
            }
        };
        let now = clock::now();
        self.call_off(now.wall, &rows);
        self.resting.retain(|_, until| *until > now.mono);
        let mut next = LOOK;
        for row in rows.into_iter().filter(is_open) {
            if self.out.contains_key(&row.id) {
                continue;
            }
            if !self.settings.outside.calls_back(&row.number) {
                self.may_not_be(now.wall, &row).await;
                continue;
            }
            let due = row.due.since(now.wall);
            let rests = self.resting.get(&row.id).map(|at| at.since(now.mono));
            let wait = due.max(rests.unwrap_or_default());
            if wait.is_zero() {
                self.begin(now, row, trunk.clone()).await;
            } else {
                next = next.min(wait);
            }
        }
        next
    }

    /// Those whom people have called, who are not to be called, or who have chosen a time that has not
    /// come, leave the line.
    fn call_off(&self, now: Wall, open: &[CallbackRow]) {
        // Not all are known.
        if open.len() >= MOST as usize {
            return;
        }
        let stands = |id: &CallbackId, out: &Out| {
            let row = open.iter().find(|r| r.id == *id && is_open(r));
            // One that has been tried meanwhile is due again later, and is ending.
            row.is_some_and(|r| r.due <= now || r.state != "open" || r.attempts != out.attempts)
        };
        for (_, out) in self.out.iter().filter(|(id, out)| !stands(id, out)) {
            // One that does not take it now is told at the next look.
            let _ = out.call.try_send(CallEvent::Cancelled);
        }
    }

    /// The settings have changed since it was promised, or the server promised it by itself: people
    /// find it among those who were not reached, and why.
    async fn may_not_be(&self, now: Wall, row: &CallbackRow) {
        warn!(callback = %row.id, "a callback may not be carried out: see `outside` in the settings");
        let failed = Attempt::Failed {
            outcome: NOT_ALLOWED.to_owned(),
            due: now,
            most: 0,
        };
        self.write(row.id, failed).await;
    }

    async fn begin(&mut self, now: Now, row: CallbackRow, trunk: String) {
        let contact = ContactId::new(now.wall, rand::random());
        let known = self.store.reader().contact(row.contact).await;
        let (card, dialled) = match known {
            Ok(Some((first, timeline))) => {
                let number = row.number.clone();
                let card = ContextCard::of(row.contact, row.line.clone(), number, &timeline);
                (card, first.dialled)
            }
            Ok(None) | Err(_) => {
                let number = row.number.clone();
                let card = ContextCard::new(row.contact, row.line.clone(), number, row.asked);
                (card, String::new())
            }
        };
        let events = mpsc::channel(WAITING_EVENTS);
        let start = CallStart {
            contact,
            // Another one is taken when the customer is called.
            leg: LegId(0),
            line: row.line,
            dialled: PhoneNumber::new(dialled),
            caller: Some(row.number.clone()),
            caller_name: String::new(),
            offer: None,
            transport: Transport::Udp,
            remote: IpAddr::V4(Ipv4Addr::UNSPECIFIED),
        };
        let what = CallBack {
            callback: row.id,
            queue: row.queue,
            number: row.number,
            agent: row.agent,
            trunk,
            since: as_of(now, row.asked),
            language: row.language,
            needs: row.needs,
            priority: row.priority,
            card,
        };
        let out = Out {
            call: events.0.clone(),
            attempts: row.attempts,
        };
        self.out.insert(row.id, out);
        let plan = Planned {
            what,
            start,
            events,
        };
        if self.plans.send(plan).await.is_err() {
            self.out.remove(&row.id);
        }
    }

    async fn handle(&mut self, what: News) {
        match what {
            News::Changed => {}
            News::Step(callback, step) => self.step(callback, step).await,
            News::Cancelled(callback) => {
                self.write(callback, Attempt::Cancelled).await;
                if let Some(out) = self.out.get(&callback) {
                    let _ = out.call.try_send(CallEvent::Cancelled);
                }
            }
            News::Over(callback) => {
                self.out.remove(&callback);
                let until = clock::mono() + PAUSE;
                self.resting.insert(callback, until);
            }
        }
    }

    async fn step(&mut self, callback: CallbackId, step: CallbackStep) {
        let what = match step {
            CallbackStep::Begun { agent } => Attempt::Begun { agent },
            CallbackStep::CalledOff => Attempt::CalledOff,
            CallbackStep::Done => Attempt::Done,
            CallbackStep::Failed { cause } => Attempt::Failed {
                outcome: word(cause).to_owned(),
                due: later(clock::now().wall, self.settings.retry_every),
                most: self.settings.attempts,
            },
        };
        self.write(callback, what).await;
    }

    async fn write(&self, callback: CallbackId, what: Attempt) {
        let now = clock::now().wall;
        let kind = match what {
            Attempt::Begun { .. } => "callback.calling",
            Attempt::CalledOff => "callback.put_back",
            Attempt::Failed { .. } => "callback.tried",
            Attempt::Done => "callback.done",
            Attempt::Cancelled => "callback.cancelled",
        };
        match self.store.attempt(callback, what, now).await {
            Ok(()) => self.tell(callback, kind).await,
            Err(e) => {
                error!(error = %e, %callback, "what became of a callback could not be written down");
            }
        }
    }

    /// Those who look at the list learn how it stands.
    async fn tell(&self, callback: CallbackId, kind: &'static str) {
        let Ok(Some(row)) = self.store.reader().callback(callback).await else {
            return;
        };
        self.store.live().stored(Stored {
            kind,
            queue: Some(row.queue.clone()),
            only: None,
            data: serde_json::json!({
                "callback": callback,
                "queue": row.queue,
                "state": row.state,
                "attempts": row.attempts,
            }),
        });
    }
}

fn is_open(row: &CallbackRow) -> bool {
    matches!(row.state.as_str(), "open" | "calling")
}

/// The moment of that time by the world's clock; the start for all that was before it.
fn as_of(now: Now, asked: Wall) -> Mono {
    now.mono - now.wall.since(asked)
}

fn later(now: Wall, by: Duration) -> Wall {
    let ms = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
    Wall::from_unix_millis(now.unix_millis().saturating_add(ms))
}

fn word(cause: NotAnswered) -> &'static str {
    match cause {
        NotAnswered::NoAnswer => "no answer",
        NotAnswered::Busy => "busy",
        NotAnswered::Refused => "refused",
        NotAnswered::Unreachable => "unreachable",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::Language;
    use crate::menu::outcome::Slot;
    use crate::store::CallbackMeta;

    /// Longer than anything takes here.
    const LONG: Duration = Duration::from_secs(10);

    fn wish(asked: Wall, due: Option<Wall>) -> CallbackMeta {
        let number = PhoneNumber::new("+4530901820");
        CallbackMeta {
            contact: ContactId::new(asked, 7),
            line: "support".into(),
            queue: "people".into(),
            number: number.clone(),
            caller: Some(number),
            language: Language::new("en"),
            asked,
            slot: due.map(|due| Slot {
                due,
                length: Duration::from_secs(1800),
                each: 1,
            }),
            needs: std::collections::BTreeMap::new(),
            priority: 0,
        }
    }

    #[tokio::test]
    async fn nobody_is_called_before_the_time_that_they_chose() {
        let dir = tempfile::tempdir().unwrap();
        let (store, _) = Store::open(dir.path()).await.unwrap();
        let (callbacks, news) = CallbacksHandle::new();
        let (plans_in, mut plans) = mpsc::channel(8);
        let settings = Settings {
            trunk: Some("provider".to_owned()),
            outside: Arc::default(),
            retry_every: LONG,
            attempts: 3,
        };
        tokio::spawn(run(store.clone(), settings, news, plans_in));
        let asked = clock::now().wall;
        let due = asked.after(Duration::from_millis(800));
        let kept = store.save_callback(wish(asked, Some(due))).await.unwrap();
        callbacks.changed();
        let planned = tokio::time::timeout(LONG, plans.recv()).await;
        let mut planned = planned.unwrap().unwrap();
        let now = clock::now();
        assert!(now.wall >= due, "{:?} too early", due.since(now.wall));
        // Their place is as of the time when they asked.
        assert!(now.mono.since(planned.what.since) >= due.since(asked));
        assert_eq!(planned.what.callback, kept.callback);

        // Who stands in line and chooses a time that has not come leaves the line.
        let later = asked.after(Duration::from_secs(3600));
        let moved = store
            .save_callback(wish(now.wall, Some(later)))
            .await
            .unwrap();
        assert_eq!(moved.callback, kept.callback);
        callbacks.changed();
        let told = tokio::time::timeout(LONG, planned.events.1.recv()).await;
        let told = told.unwrap();
        assert!(matches!(told, Some(CallEvent::Cancelled)), "{told:?}");
        let row = store
            .reader()
            .callback(kept.callback)
            .await
            .unwrap()
            .unwrap();
        assert_eq!((row.state.as_str(), row.due), ("open", later));
    }

    #[tokio::test]
    async fn whose_number_may_not_be_called_any_more_is_shown_to_people() {
        let dir = tempfile::tempdir().unwrap();
        let (store, _) = Store::open(dir.path()).await.unwrap();
        let (callbacks, news) = CallbacksHandle::new();
        let (plans_in, mut plans) = mpsc::channel(8);
        let settings = Settings {
            trunk: Some("provider".to_owned()),
            outside: Arc::new(Outside::new(Some("45"), Some(&[]), &[], true)),
            retry_every: LONG,
            attempts: 3,
        };
        let asked = clock::now().wall;
        let kept = store.save_callback(wish(asked, None)).await.unwrap();
        tokio::spawn(run(store.clone(), settings, news, plans_in));
        callbacks.changed();
        let reader = store.reader();
        let shown = async {
            loop {
                let row = reader.callback(kept.callback).await.unwrap().unwrap();
                if row.state != "open" {
                    return row;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let row = tokio::time::timeout(LONG, shown).await.unwrap();
        let why = row.outcome.as_deref();
        assert_eq!((row.state.as_str(), why), ("unreached", Some(NOT_ALLOWED)));
        assert!(plans.try_recv().is_err());
    }
}
