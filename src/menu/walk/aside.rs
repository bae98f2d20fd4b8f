//! Between the menus and the people: back from the queue, to what stands beside the nodes, and out
//! of the menu when a person is there.

use super::{Doing, Walk};
use crate::menu::tree::Aside;
use crate::now::Now;

impl Walk {
    /// The caller comes back from the queue into self-service: to the menu that they left, with
    /// path, entries and trail kept. Does nothing while the menu has not been left.
    pub fn resume(&mut self, now: Now) {
        if self.doing == Doing::Left {
            let place = self.trail.last().copied().unwrap_or(self.line.start);
            self.last_key = None;
            self.enter(now, place);
        }
    }

    /// The caller, who waits, asks for something that stands beside the nodes. `false`: they are
    /// in the menu, or the line does not have it.
    pub fn turn_to(&mut self, now: Now, what: Aside) -> bool {
        let place = self.line.aside(what).filter(|_| self.doing == Doing::Left);
        let Some(place) = place else {
            return false;
        };
        self.last_key = None;
        self.enter(now, place);
        true
    }

    /// Which place beside the nodes the caller is at, if at one.
    pub fn beside(&self) -> Option<Aside> {
        self.line.is_aside(self.at)
    }

    /// The caller is taken out of the menu by others. An entry that was under way, unless it is
    /// sensitive, is told as far as it has come.
    pub fn put_down(&mut self, now: Now) {
        self.entry_so_far(now);
        self.hush();
        self.doing = Doing::Left;
        self.ahead.clear();
    }
}
