//! One day of the local clock, from midnight to midnight.

use jiff::civil::Date;

use super::{Calendar, Local, Moments, Status};
use crate::now::Wall;

/// From when on something holds, and what: the first begins with the day.
pub(super) fn look(calendar: &Calendar, date: Date) -> Vec<(Wall, Status<'_>)> {
    let begin = |local: Local| match calendar.moments(local.datetime()) {
        Moments::Once(at) | Moments::Skipped(at) | Moments::Twice(at, _) => at,
    };
    let midnight = Local::midnight(date);
    let (mut at, end) = (begin(midnight), begin(midnight.tomorrow()));
    let mut stretches = Vec::new();
    while at < end {
        let status = calendar.status(at);
        let until = status.until.unwrap_or(end);
        stretches.push((at, status));
        at = until;
    }
    stretches
}
