//! What destinations of FreePBX are, by their names.

use std::collections::{BTreeMap, BTreeSet};

use super::super::flow::{At, Hours};
use super::super::name;

/// Everything that was read.
#[derive(Debug, Default)]
pub struct Things {
    /// By [`key`] of their destination.
    pub by_key: BTreeMap<String, Thing>,
    /// Numbers and where they lead.
    pub routes: Vec<Route>,
    /// Opening hours.
    pub hours: Vec<Hours>,
    /// Their names.
    pub hours_names: BTreeSet<String>,
    /// Kinds of destinations of which all are in the files: one that is not there is missing.
    pub complete: Vec<&'static str>,
    /// Names of extensions.
    pub people: BTreeMap<String, String>,
    /// What has no counterpart: where, what, instead.
    pub unmapped: Vec<(At, String, String)>,
}

/// A number and where it leads.
#[derive(Debug)]
pub struct Route {
    /// What is dialled; empty: anything.
    pub number: String,
    /// What people call it.
    pub label: String,
    /// Where it leads.
    pub to: String,
    /// Where it is written.
    pub at: At,
}

/// One destination.
#[derive(Debug)]
pub struct Thing {
    /// What people call it.
    pub label: String,
    /// Where it is written.
    pub at: At,
    /// What it is.
    pub kind: ThingKind,
    /// What of it has no counterpart.
    pub lost: Vec<String>,
}

/// What failed tries lead to.
#[derive(Debug)]
pub struct Failed {
    /// How many; `None`: it goes on for ever.
    pub tries: Option<usize>,
    /// The destination; empty: the call ends.
    pub to: String,
}

/// What a destination is. Destinations within are by name.
#[derive(Debug)]
pub enum ThingKind {
    /// A menu.
    Ivr {
        /// What is said.
        recordings: Vec<String>,
        /// Entries, and whether they lead back to a menu before.
        keys: Vec<(String, String, bool)>,
        /// Failed tries.
        silence: Failed,
        /// Failed tries.
        wrong: Failed,
        /// Seconds.
        wait: Option<u64>,
        /// Who left a message comes back.
        back_from_voicemail: bool,
    },
    /// Something said.
    Announcement {
        /// What.
        recordings: Vec<String>,
        /// And then.
        to: String,
        /// Back to the menu, if there is one.
        back: bool,
    },
    /// People: a queue or a ring group.
    People {
        /// When nobody answers; `None`: that is not told.
        unanswered: Option<String>,
    },
    /// By the clock.
    Times {
        /// Opening hours, if they could be read.
        hours: Option<String>,
        /// When it is open.
        open: String,
        /// Else.
        closed: String,
    },
    /// By a switch that people set.
    Switch {
        /// By day.
        day: String,
        /// By night.
        night: String,
    },
    /// A number outside.
    Outside(String),
    /// The call ends, and the caller is called back and led there.
    Callback(String),
    /// Something without a counterpart.
    Other(String),
}

impl Things {
    /// Adds one by the key of its destination, over one that is there.
    pub fn add(&mut self, key: String, at: &At, label: &str, kind: ThingKind) {
        self.add_losing(key, at, label, kind, Vec::new());
    }

    /// As [`Things::add`], with what of it has no counterpart.
    pub fn add_losing(
        &mut self,
        key: String,
        at: &At,
        label: &str,
        kind: ThingKind,
        lost: Vec<String>,
    ) {
        let thing = Thing {
            label: label.to_owned(),
            at: at.clone(),
            kind,
            lost,
        };
        self.by_key.insert(key, thing);
    }

    /// Adds opening hours, under a name that no others have, and gives that name. Without any
    /// there are none.
    pub fn add_hours(&mut self, name: &str, hours: Hours) -> Option<String> {
        if hours.week.is_empty() {
            return None;
        }
        let name = name::fresh(name, "hours", &mut self.hours_names);
        self.hours.push(Hours {
            name: name.clone(),
            ..hours
        });
        Some(name)
    }

    /// Whether there is anything to import.
    pub fn has_menus(&self) -> bool {
        !self.routes.is_empty() || self.by_key.keys().any(|k| k.starts_with("ivr-"))
    }
}

/// A destination without its priority, and without the `s` that most have.
pub fn key(destination: &str) -> String {
    let mut parts = destination.split(',').map(str::trim);
    let context = parts.next().unwrap_or_default();
    match parts.next() {
        None | Some("s" | "") => context.to_owned(),
        Some(extension) => format!("{context},{extension}"),
    }
}
