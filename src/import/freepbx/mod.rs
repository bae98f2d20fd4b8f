//! FreePBX: an SQL dump of its tables, or the dialplan that it generates of them.
//!
//! Both name destinations alike (`ivr-3,s,1`, `ext-queues,600,1`), so both are read into
//! [`things::Things`] by destination.

mod build;
mod dialplan;
mod from_dialplan;
mod from_tables;
mod hours;
mod sql;
mod things;

use self::things::Things;
use super::flow::Flow;
use super::{File, Unreadable};

/// Reads files that belong together.
pub fn read(files: &[File]) -> Result<Flow, Vec<Unreadable>> {
    let mut wrong = Vec::new();
    let mut tables = sql::Tables::default();
    let mut contexts = dialplan::Contexts::default();
    for file in files {
        if is_dialplan(&file.text) {
            dialplan::read(file, &mut contexts);
        } else if let Err(e) = sql::read(file, &mut tables) {
            wrong.push(e);
        }
    }
    if !wrong.is_empty() {
        return Err(wrong);
    }
    let mut things = Things::default();
    from_tables::read(&tables, &mut things);
    from_dialplan::read(&contexts, &mut things);
    if !things.has_menus() {
        let at = super::flow::At::new(files.first().map_or("", |f| &f.name), 1);
        return Err(vec![Unreadable::new(
            at,
            "no menu of FreePBX is in the files",
            "give a dump of the database `asterisk` (mysqldump asterisk), or \
             extensions_additional.conf",
        )]);
    }
    Ok(build::flow(things))
}

/// Whether the first line that says something is one of a dialplan.
fn is_dialplan(text: &str) -> bool {
    let mut lines = text.lines().map(str::trim);
    let first = lines.find(|l| !l.is_empty() && !l.starts_with(';'));
    first.is_some_and(|l| l.starts_with('[') || l.starts_with("#include") || l.starts_with("exten"))
}
