//! Times at which people can call back: as many callbacks in each as there are people for them.

use std::sync::Arc;
use std::time::Duration;

use jiff::civil::Date;

use super::Speech;
use crate::menu::calendar::{Calendar, Local, Moments};
use crate::menu::outcome::Slot;
use crate::now::Wall;

/// So many times are offered at once: by the keys 2, 3 and 4.
pub const OFFERED: usize = 3;
/// The minutes of a day.
const DAY: u16 = 24 * 60;
/// More stretches of opening hours than there are in any two weeks.
const STRETCHES: usize = 200;

/// Times that callers can choose from.
#[derive(Debug, PartialEq)]
pub struct Slots {
    /// When people call, and by whose clock times are told.
    pub hours: Arc<Calendar>,
    /// How long a slot is, in minutes. Slots begin with the day, one after the other.
    pub every: u16,
    /// How many callbacks may be due in one.
    pub each: u32,
    /// How far ahead they are offered, in days; today is the first.
    pub days: u16,
    /// As soon as possible is 1; and how to reach a person. The times follow.
    pub ask: Speech,
    /// What is said after each time: its key.
    pub press: [Speech; OFFERED],
    /// The time that was chosen is taken by now.
    pub taken: Speech,
    /// It is stored. The time follows.
    pub stored: Speech,
    /// After it.
    pub goodbye: Speech,
    /// The longest that reading a time takes, by language; `None`: not known.
    pub(in crate::menu) longest: Vec<Option<Duration>>,
}

impl Slots {
    /// How long a slot is.
    pub fn length(&self) -> Duration {
        Duration::from_secs(60 * u64::from(self.every))
    }

    /// The slot that begins then.
    pub fn slot(&self, due: Wall) -> Slot {
        Slot {
            due,
            length: self.length(),
            each: self.each,
        }
    }

    /// From when until when slots matter: one slot ahead of now at the least.
    pub fn reach(&self, now: Wall) -> (Wall, Wall) {
        let from = now.after(self.length());
        let today = self.hours.local(now).date();
        let end = add_days(today, self.days);
        let to = match self.hours.moments(Local::midnight(end).datetime()) {
            Moments::Once(at) | Moments::Skipped(at) | Moments::Twice(at, _) => at,
        };
        (from, to.max(from))
    }

    /// The next slots in which there is room; `due`: when callbacks are due already.
    pub fn free(&self, now: Wall, due: &[Wall]) -> Vec<Wall> {
        let (from, to) = self.reach(now);
        let open = self.open(from, to);
        let room = |start: Wall| {
            let end = start.after(self.length());
            let inside = open.iter().any(|(o, c)| *o <= start && end <= *c);
            let taken = due.iter().filter(|at| start <= **at && **at < end).count();
            inside && taken < self.each as usize
        };
        let free = self.starts(from, to).filter(|start| room(*start));
        free.take(OFFERED).collect()
    }

    /// When it is open between two moments, stretch by stretch; what begins before is cut off.
    fn open(&self, from: Wall, to: Wall) -> Vec<(Wall, Wall)> {
        let mut stretches = Vec::new();
        let mut at = from;
        for _ in 0..STRETCHES {
            if at >= to {
                break;
            }
            let status = self.hours.status(at);
            let next = status.until.unwrap_or(Wall::from_unix_millis(i64::MAX));
            if status.open {
                stretches.push((at, next));
            }
            at = next;
        }
        stretches
    }

    /// The first moments of all slots between two moments. A slot that the clock leaves out does not
    /// take place; one that comes twice does once.
    fn starts(&self, from: Wall, to: Wall) -> impl Iterator<Item = Wall> {
        let first = self.hours.local(from).date();
        let days = (0..=self.days).map(move |day| add_days(first, day));
        let minutes = (0..DAY).step_by(usize::from(self.every.max(1)));
        let shown = days.flat_map(move |day| minutes.clone().map(move |minute| (day, minute)));
        let moments = shown.filter_map(|(day, minute)| {
            let time = jiff::civil::time(hour(minute), rest(minute), 0, 0);
            match self.hours.moments(day.to_datetime(time)) {
                Moments::Once(at) | Moments::Twice(at, _) => Some(at),
                Moments::Skipped(_) => None,
            }
        });
        moments.filter(move |at| from <= *at && *at < to)
    }

    /// The longest that reading a time takes, in a language by its place; zero where it is not known.
    pub fn longest_time(&self, language: u8) -> Duration {
        let longest = self.longest.get(usize::from(language));
        longest.copied().flatten().unwrap_or_default()
    }

    pub(super) fn speeches(&self) -> impl Iterator<Item = &Speech> {
        let own = [&self.ask, &self.taken, &self.stored, &self.goodbye];
        own.into_iter().chain(&self.press)
    }
}

fn hour(minute: u16) -> i8 {
    i8::try_from(minute / 60).unwrap_or(0)
}

fn rest(minute: u16) -> i8 {
    i8::try_from(minute % 60).unwrap_or(0)
}

fn add_days(date: Date, days: u16) -> Date {
    date.saturating_add(jiff::Span::new().days(i64::from(days)))
}

#[cfg(test)]
mod tests;
