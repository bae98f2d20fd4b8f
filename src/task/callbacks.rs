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
use crate::queue::callbacks::{Callbacks, Open};
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
    /// The customer does not want it any more, since then.
    Cancelled(CallbackId, Wall),
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
        self.tell(News::Cancelled(callback, clock::now().wall))
            .await;
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
    let mut task = Task {
        store,
        settings,
        plans,
        callbacks: Callbacks::new(PAUSE),
        calls: HashMap::new(),
    };
    task.greet().await;
    loop {
        let next = task.look().await;
        let pause = match task.write().await {
            true => next,
            false => next.min(PAUSE),
        };
        tokio::select! {
            what = news.recv() => match what {
                Some(what) => task.handle(what),
                None => return,
            },
            () = tokio::time::sleep(pause) => {}
        }
    }
}

struct Task {
    store: Store,
    settings: Settings,
    plans: mpsc::Sender<Planned>,
    callbacks: Callbacks<(Attempt, Wall)>,
    /// Of those who stand in line or are being called.
    calls: HashMap<CallbackId, mpsc::Sender<CallEvent>>,
}

impl Task {
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
        let all = rows.len() < MOST as usize;
        let mut open: Vec<CallbackRow> = rows.into_iter().filter(is_open).collect();
        open.retain(|row| {
            let under_way = self.calls.contains_key(&row.id);
            let may = under_way || self.settings.outside.calls_back(&row.number);
            if !may {
                self.may_not_be(now.wall, row.id);
            }
            may
        });
        let known: Vec<Open> = open.iter().map(as_known).collect();
        let look = self.callbacks.look(now, &known, all);
        for id in look.call_off {
            if let Some(call) = self.calls.get(&id) {
                // One that does not take it now is told at the next look.
                let _ = call.try_send(CallEvent::Cancelled);
            }
        }
        for row in open.into_iter().filter(|row| look.begin.contains(&row.id)) {
            self.begin(now, row, trunk.clone()).await;
        }
        look.next.map_or(LOOK, |next| next.min(LOOK))
    }

    /// The settings have changed since it was promised, or the server promised it by itself: people
    /// find it among those who were not reached, and why.
    fn may_not_be(&mut self, now: Wall, id: CallbackId) {
        if self.callbacks.is_unwritten(id) {
            return;
        }
        warn!(callback = %id, "a callback may not be carried out: see `outside` in the settings");
        let failed = Attempt::Failed {
            outcome: NOT_ALLOWED.to_owned(),
            due: now,
            most: 0,
        };
        self.callbacks.handle_happened(id, (failed, now));
    }

    async fn begin(&mut self, now: Now, row: CallbackRow, trunk: String) {
        let id = row.id;
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
            callback: id,
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
        self.calls.insert(id, events.0.clone());
        let plan = Planned {
            what,
            start,
            events,
        };
        if self.plans.send(plan).await.is_err() {
            self.over(id);
        }
    }

    fn handle(&mut self, what: News) {
        match what {
            News::Changed => {}
            News::Step(callback, step) => self.step(callback, step),
            News::Cancelled(callback, at) => {
                self.callbacks
                    .handle_happened(callback, (Attempt::Cancelled, at));
                if let Some(call) = self.calls.get(&callback) {
                    let _ = call.try_send(CallEvent::Cancelled);
                }
            }
            News::Over(callback) => self.over(callback),
        }
    }

    fn over(&mut self, callback: CallbackId) {
        self.calls.remove(&callback);
        self.callbacks.handle_over(clock::mono(), callback);
    }

    fn step(&mut self, callback: CallbackId, step: CallbackStep) {
        let what = match step {
            CallbackStep::Begun { agent } => Attempt::Begun { agent },
            CallbackStep::CalledOff => Attempt::CalledOff,
            CallbackStep::Done => Attempt::Done,
            CallbackStep::Failed { cause } => Attempt::Failed {
                outcome: word(cause).to_owned(),
                due: clock::now().wall.after(self.settings.retry_every),
                most: self.settings.attempts,
            },
        };
        self.happened(callback, what);
    }

    fn happened(&mut self, callback: CallbackId, what: Attempt) {
        let now = clock::now().wall;
        self.callbacks.handle_happened(callback, (what, now));
    }

    /// Writes down what has happened, in this order; what the disk refuses is kept and tried again.
    /// `false`: it has refused something.
    async fn write(&mut self) -> bool {
        while let Some((callback, (what, at))) = self.callbacks.unwritten() {
            let (callback, kind) = (*callback, kind(what));
            if let Err(e) = self.store.attempt(callback, what.clone(), *at).await {
                error!(error = %e, %callback, "what became of a callback could not be written down yet");
                return false;
            }
            self.callbacks.handle_written();
            self.tell(callback, kind).await;
        }
        true
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

/// What is told of it.
fn kind(what: &Attempt) -> &'static str {
    match what {
        Attempt::Begun { .. } => "callback.calling",
        Attempt::CalledOff => "callback.put_back",
        Attempt::Failed { .. } => "callback.tried",
        Attempt::Done => "callback.done",
        Attempt::Cancelled => "callback.cancelled",
    }
}

fn is_open(row: &CallbackRow) -> bool {
    matches!(row.state.as_str(), "open" | "calling")
}

/// The moment of that time by the world's clock; the start for all that was before it.
fn as_of(now: Now, asked: Wall) -> Mono {
    now.mono - now.wall.since(asked)
}

fn as_known(row: &CallbackRow) -> Open {
    Open {
        callback: row.id,
        due: row.due,
        attempts: row.attempts,
        calling: row.state == "calling",
    }
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
            wished: asked,
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
