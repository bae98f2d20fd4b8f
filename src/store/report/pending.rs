//! What is still to be done for callers: calls back and follow-ups.

use super::{View, clean, table};
use crate::store::{CallbackRow, OutboxRow};

/// Callbacks as a table, a line each.
pub fn callbacks(rows: &[CallbackRow], view: &View) -> String {
    let head = [
        "ASKED", "DUE", "ID", "NUMBER", "QUEUE", "LINE", "LANGUAGE", "TRIED", "STATE",
    ];
    let lines = rows.iter().map(|c| {
        [
            view.time(c.asked),
            due(c, view),
            c.id.to_string(),
            view.number(&c.number),
            clean(c.queue.as_str()),
            clean(c.line.as_str()),
            clean(c.language.as_str()),
            c.attempts.to_string(),
            clean(&c.state),
        ]
    });
    table(&head, lines)
}

/// A time that was chosen, or that of the next attempt.
fn due(c: &CallbackRow, view: &View) -> String {
    match c.until.is_some() || c.attempts > 0 {
        true => view.time(c.due),
        false => "soon".to_owned(),
    }
}

/// Follow-ups as a table, a line each. Nothing of what is in them shows.
pub fn outbox(rows: &[OutboxRow], view: &View) -> String {
    let head = [
        "ASKED", "ID", "CONTACT", "LINE", "NODE", "TO", "TRIED", "STATE", "LAST",
    ];
    let lines = rows.iter().map(|o| {
        [
            view.time(o.created),
            o.id.to_string(),
            o.contact.to_string(),
            clean(o.line.as_str()),
            clean(o.node.as_str()),
            clean(&o.receiver),
            o.attempts.to_string(),
            clean(&o.state),
            clean(o.outcome.as_deref().unwrap_or("-")),
        ]
    });
    table(&head, lines)
}

/// One callback, for whoever calls.
pub fn callback(c: &CallbackRow, view: &View) -> String {
    let caller = c.caller.as_ref();
    let caller = caller.map_or("a withheld number".to_owned(), |n| view.number(n));
    format!(
        "callback {} ({})\nnumber    {}\nasked by  {caller}, {}\ndue       {}\nline      {}\nqueue     {}\n\
         language  {}\ntried     {} times\n",
        c.id,
        clean(&c.state),
        view.number(&c.number),
        view.time(c.asked),
        due(c, view),
        clean(c.line.as_str()),
        clean(c.queue.as_str()),
        clean(c.language.as_str()),
        c.attempts
    )
}
