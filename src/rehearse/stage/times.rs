//! Wishes to be called back, and the times that are chosen for them: the part of the store.

use super::Stage;
use super::agenda::Due;
use super::sounds::PATIENCE;
use crate::call::event::{CallEvent, CallbackWish, OpenCallback, StoredCallback};
use crate::ids::QueueName;
use crate::menu::outcome::AskId;
use crate::now::Wall;
use crate::record::timeline::CallbackId;
use crate::rehearse::moment::Happening;
use crate::rehearse::world::Storing;

impl Stage {
    /// When callbacks of a queue are due.
    pub(super) fn find_times(
        &mut self,
        n: usize,
        ask: AskId,
        queue: &QueueName,
        from: Wall,
        to: Wall,
    ) {
        let due = self.booked.iter().filter(|(_, of, _)| of == queue);
        let due = due
            .map(|(_, _, at)| *at)
            .filter(|at| from <= *at && *at < to);
        let due: Vec<Wall> = due.collect();
        let (after, due) = match self.fate_of_storing() {
            Storing::Stored(after) => (after, Some(due)),
            Storing::Fails(after) => (after, None),
            Storing::Silent => return,
        };
        self.later(after, Due::Tell(n, CallEvent::Times(ask, due)));
    }

    /// Whether the time of this wish is taken by now.
    fn is_taken(&mut self, wish: &CallbackWish) -> bool {
        let Some(slot) = &wish.slot else {
            return false;
        };
        let within = |at: &Wall| slot.due <= *at && *at < slot.end();
        let own = |who: &Option<_>| who.as_ref() == Some(&wish.number);
        let others = self.booked.iter();
        let others = others.filter(|(who, of, at)| !own(who) && *of == wish.queue && within(at));
        let taken = others.count() >= slot.each as usize;
        let quicker = self.world.crowded && !taken;
        if quicker {
            let others = (0..slot.each).map(|_| (None, wish.queue.clone(), slot.due));
            self.booked.extend(others);
        }
        taken || quicker
    }

    /// The wish is due at its time, and at no other any more.
    fn book(&mut self, wish: &CallbackWish) {
        self.booked
            .retain(|(who, _, _)| who.as_ref() != Some(&wish.number));
        if let Some(slot) = &wish.slot {
            let booking = (Some(wish.number.clone()), wish.queue.clone(), slot.due);
            self.booked.push(booking);
        }
    }

    /// Nobody is to be called back any more by this one.
    pub(super) fn cancel_callback(&mut self, callback: CallbackId) {
        let mut gone = self.callbacks.iter();
        let gone = gone.find(|(_, open)| open.callback == callback);
        let Some(number) = gone.map(|(number, _)| number.clone()) else {
            return;
        };
        self.callbacks.remove(&number);
        self.booked
            .retain(|(who, _, _)| who.as_ref() != Some(&number));
    }

    pub(super) fn store_callback(&mut self, n: usize, ask: AskId, wish: &CallbackWish) {
        let fate = self.fate_of_storing();
        let next = OpenCallback {
            callback: CallbackId(i64::from(self.stored_callbacks) + 1),
            queue: wish.queue.clone(),
            since: wish.since.unwrap_or(self.now.wall),
            agent: None,
        };
        let open = self.callbacks.get(&wish.number).cloned();
        let (after, stored) = match fate {
            Storing::Stored(after) if self.is_taken(wish) => {
                return self.later(after, Due::Tell(n, CallEvent::TimeTaken(ask)));
            }
            Storing::Stored(after) => {
                self.book(wish);
                let since = open.as_ref().map(|open| open.since);
                let callback = open.as_ref().map_or(next.callback, |open| open.callback);
                if open.is_none() {
                    self.stored_callbacks += 1;
                    self.callbacks.insert(wish.number.clone(), next);
                }
                self.callers[n].called_back = Some(callback);
                (after, Some(StoredCallback { callback, since }))
            }
            Storing::Fails(after) => {
                self.fails_to_store(n, after.min(PATIENCE));
                (after, None)
            }
            Storing::Silent => {
                let trouble = "the store is never heard of again";
                self.tell(Some(n), Happening::Trouble(trouble.into()));
                return self.fails_to_store(n, PATIENCE);
            }
        };
        self.later(after, Due::Tell(n, CallEvent::CallbackStored(ask, stored)));
    }
}
