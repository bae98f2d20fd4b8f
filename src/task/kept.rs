//! What a call asks of the store and waits for, though never for long.

use std::time::Duration;

use tokio::sync::mpsc;
use tracing::{Instrument, error, warn};

use super::callbacks::CallbacksHandle;
use super::clock;
use crate::call::event::{
    CallEvent, CallbackWish, GuidePlace, Known, OpenCallback, StoredCallback,
};
use crate::ids::{ContactId, LineName, PhoneNumber, QueueName};
use crate::menu::outcome::AskId;
use crate::now::Wall;
use crate::observe::figures;
use crate::record::card::ContextCard;
use crate::record::customer::Learnt;
use crate::store::{CallbackMeta, KeptCallback, Reader, Store, StoreError};

/// A store that takes longer to tell where a guide was left is not waited for.
const LONGEST_RECALL: Duration = Duration::from_secs(2);
/// A call that is as old is one about which somebody may want to know something.
pub(super) const STAYS: Duration = Duration::from_millis(200);
/// How long a caller waits for the store to tell which times are taken.
const LONGEST_FINDING: Duration = Duration::from_secs(2);
/// How long a caller waits for the store to keep their wish to be called back.
const LONGEST_STORING: Duration = Duration::from_secs(8);

/// Finds where a guide was left. The call goes on meanwhile.
pub(super) fn recall(
    reader: Reader,
    ask: AskId,
    place: GuidePlace,
    events: mpsc::Sender<CallEvent>,
) {
    let recall = async move {
        let found = reader.guide_step(&place, clock::now().wall);
        let step = match tokio::time::timeout(LONGEST_RECALL, found).await {
            Ok(Ok(step)) => step,
            Ok(Err(e)) => {
                warn!(error = %e, "where a guide was left is not known");
                None
            }
            Err(_) => None,
        };
        // The call may be over by then.
        let _ = events.send(CallEvent::Recalled(ask, step)).await;
    };
    tokio::spawn(recall.in_current_span());
}

/// Finds what is known of a caller from before, beside the call: what is not found before the call
/// needs it is not used.
///
/// `last_agent`: somebody keeps callers for the agent whom they know. `false`: nothing is to be found,
/// which is known without looking, and nothing is told.
pub(super) fn look_up(
    store: &Store,
    line: LineName,
    caller: PhoneNumber,
    last_agent: bool,
    events: mpsc::Sender<CallEvent>,
) -> bool {
    let awaits = store.may_await_call(&line, &caller);
    if !awaits && !last_agent {
        return false;
    }
    let reader = store.reader();
    let find = async move {
        let open = match awaits {
            true => reader.open_callback(&line, &caller).await,
            false => Ok(None),
        };
        let last = match last_agent {
            true => reader.last_talk(&caller).await,
            false => Ok(None),
        };
        let (open, agent) = match (open, last) {
            (Ok(open), Ok(last)) => (open, last),
            (Err(e), _) | (_, Err(e)) => {
                warn!(error = %e, "what a caller did before is not known");
                (None, None)
            }
        };
        let callback = open.map(|row| OpenCallback {
            callback: row.id,
            queue: row.queue,
            since: row.asked,
            agent: row.agent,
        });
        let known = Known { callback, agent };
        // The call may be over by then.
        let _ = events.send(CallEvent::Known(known)).await;
    };
    tokio::spawn(find.in_current_span());
    true
}

/// Finds what our own record knows of a caller, for the card: earlier contacts, and what is owed.
pub(super) fn history(
    reader: Reader,
    contact: ContactId,
    caller: PhoneNumber,
    events: mpsc::Sender<CallEvent>,
) {
    let find = async move {
        match reader.history(&caller, contact).await {
            Ok(history) => {
                let learnt = Box::new(Learnt::History(history));
                // The call may be over by then.
                let _ = events.send(CallEvent::Learnt(learnt)).await;
            }
            Err(e) => warn!(error = %e, "earlier contacts of a caller are not known"),
        }
    };
    tokio::spawn(find.in_current_span());
}

/// Finds when callbacks of a queue are due. The call goes on meanwhile, and without the answer should
/// it be late.
pub(super) fn find_times(
    reader: Reader,
    ask: AskId,
    queue: QueueName,
    (from, to): (Wall, Wall),
    events: mpsc::Sender<CallEvent>,
) {
    let find = async move {
        let due = reader.callbacks_due(&queue, from, to);
        let due = match tokio::time::timeout(LONGEST_FINDING, due).await {
            Ok(Ok(due)) => Some(due),
            Ok(Err(e)) => {
                warn!(error = %e, "when callbacks are due is not known: no times are offered");
                None
            }
            Err(_) => None,
        };
        // The call may be over by then.
        let _ = events.send(CallEvent::Times(ask, due)).await;
    };
    tokio::spawn(find.in_current_span());
}

/// Makes the wish to be called back durable; the call hears of it in any case, and once more when
/// it is stored after all.
pub(super) fn store_callback(
    store: Store,
    ask: AskId,
    wish: CallbackWish,
    card: &ContextCard,
    events: mpsc::Sender<CallEvent>,
    callbacks: CallbacksHandle,
) {
    let meta = CallbackMeta {
        contact: card.contact,
        line: card.line.clone(),
        queue: wish.queue,
        caller: wish.caller,
        number: wish.number,
        language: wish.language,
        asked: wish.since.unwrap_or_else(|| clock::now().wall),
        wished: clock::now().wall,
        slot: wish.slot,
        needs: wish.needs,
        priority: wish.priority,
    };
    let keep = async move {
        let queue = meta.queue.clone();
        let saving = store.save_callback(meta);
        tokio::pin!(saving);
        let (saved, late) = match tokio::time::timeout(LONGEST_STORING, &mut saving).await {
            Ok(saved) => (saved, false),
            Err(_) => {
                error!("a callback could not be stored in time");
                let _ = events.send(CallEvent::CallbackStored(ask, None)).await;
                // It may be yet: then somebody calls, and the record says why.
                (saving.await, true)
            }
        };
        let stored = match saved {
            Ok(KeptCallback { callback, since }) => {
                figures::callback_stored(&queue);
                callbacks.changed();
                Some(StoredCallback { callback, since })
            }
            Err(StoreError::SlotTaken) if !late => {
                let _ = events.send(CallEvent::TimeTaken(ask)).await;
                return;
            }
            Err(e) => {
                error!(error = %e, "a callback could not be stored");
                None
            }
        };
        if stored.is_some() || !late {
            let _ = events.send(CallEvent::CallbackStored(ask, stored)).await;
        }
    };
    tokio::spawn(keep.in_current_span());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::Language;

    fn wish() -> CallbackWish {
        let number = PhoneNumber::new("+4530901820");
        CallbackWish {
            queue: "people".into(),
            number: number.clone(),
            caller: Some(number),
            language: Language::new("en"),
            since: None,
            slot: None,
            needs: std::collections::BTreeMap::new(),
            priority: 0,
        }
    }

    #[tokio::test]
    async fn a_call_hears_what_became_of_its_wish_in_any_case() {
        let dir = tempfile::tempdir().unwrap();
        let (store, _) = Store::open(dir.path()).await.unwrap();
        let contact = ContactId::new(Wall::from_unix_millis(1_795_000_000_000), 7);
        let number = PhoneNumber::new("+4530901820");
        let card = ContextCard::new(contact, "support".into(), number, contact.started());
        let (events, mut heard) = mpsc::channel(4);
        store_callback(
            store.clone(),
            AskId(1),
            wish(),
            &card,
            events.clone(),
            CallbacksHandle::default(),
        );
        let first = heard.recv().await;
        let Some(CallEvent::CallbackStored(AskId(1), Some(stored))) = first else {
            panic!("{first:?}");
        };
        assert_eq!(stored.since, None);
        // It is on the disk by then.
        let row = store.reader().callback(stored.callback).await.unwrap();
        assert_eq!(row.map(|r| r.contact), Some(contact));

        store.close().await;
        store_callback(
            store.clone(),
            AskId(2),
            wish(),
            &card,
            events.clone(),
            CallbacksHandle::default(),
        );
        let broken = heard.recv().await;
        assert!(
            matches!(broken, Some(CallEvent::CallbackStored(AskId(2), None))),
            "{broken:?}"
        );
        let place = GuidePlace {
            line: "support".into(),
            guide: "router".into(),
            caller: PhoneNumber::new("+4530901820"),
        };
        recall(store.reader(), AskId(3), place, events);
        let none = heard.recv().await;
        assert!(
            matches!(none, Some(CallEvent::Recalled(AskId(3), None))),
            "{none:?}"
        );
    }
}
