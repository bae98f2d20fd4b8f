//! What the tables of FreePBX tell.

use std::collections::BTreeMap;

use super::super::flow::Hours;
use super::hours::Week;
use super::sql::{Row, Tables};
use super::things::{Failed, Route, ThingKind, Things};

/// Reads the tables.
pub fn read(tables: &Tables, things: &mut Things) {
    let recordings: BTreeMap<&str, &str> = tables
        .rows("recordings")
        .iter()
        .map(|r| (r.get("id"), r.get("filename")))
        .collect();
    for row in tables.rows("users") {
        let (extension, name) = (row.get("extension"), row.get("name"));
        things.people.insert(extension.to_owned(), name.to_owned());
    }
    menus(tables, &recordings, things);
    people(tables, things);
    times(tables, things);
    small(tables, &recordings, things);
    for row in tables.rows("incoming") {
        let number = row.get("extension");
        if !row.get("cidnum").is_empty() {
            let what = format!("the route of {number} for certain callers");
            let instead = "left out: part them by `choose` with `caller`".to_owned();
            things.unmapped.push((row.at.clone(), what, instead));
            continue;
        }
        things.routes.push(Route {
            number: number.to_owned(),
            label: row.get("description").to_owned(),
            to: row.get("destination").to_owned(),
            at: row.at.clone(),
        });
    }
    const COMPLETE: [(&str, &str); 7] = [
        ("ivr_details", "ivr-"),
        ("announcement", "app-announcement-"),
        ("queues_config", "ext-queues"),
        ("ringgroups", "ext-group"),
        ("timeconditions", "timeconditions"),
        ("daynight", "app-daynight"),
        ("miscdests", "ext-miscdests"),
    ];
    let complete = COMPLETE.iter().filter(|(table, _)| tables.has(table));
    things.complete.extend(complete.map(|(_, kind)| *kind));
}

/// The files of a recording, or none: ids of recordings that are gone are as silent as none.
fn files(recordings: &BTreeMap<&str, &str>, id: &str) -> Vec<String> {
    let files = recordings.get(id).copied().unwrap_or_default();
    let files = files.split('&').filter(|f| !f.is_empty());
    files.map(str::to_owned).collect()
}

fn menus(tables: &Tables, recordings: &BTreeMap<&str, &str>, things: &mut Things) {
    let mut entries: BTreeMap<&str, Vec<&Row>> = BTreeMap::new();
    for row in tables.rows("ivr_entries") {
        entries.entry(row.get("ivr_id")).or_default().push(row);
    }
    for row in tables.rows("ivr_details") {
        let id = row.get("id");
        let mut own = entries.get(id).cloned().unwrap_or_default();
        own.sort_by_key(|e| {
            let key = e.get("selection");
            (key.parse::<u64>().map_or(u64::MAX, |n| n), key)
        });
        let failed = |loops: &str, to: &str, word: &str| {
            // So many times it is said again; then the destination.
            if let Ok(retries) = row.get(loops).parse::<usize>() {
                return Failed {
                    tries: Some(retries.saturating_add(1)),
                    to: row.get(to).to_owned(),
                };
            }
            let own = own.iter().find(|e| e.get("selection") == word);
            Failed {
                tries: Some(1),
                to: own
                    .map_or("app-blackhole,hangup,1", |e| e.get("dest"))
                    .to_owned(),
            }
        };
        let silence = failed("timeout_loops", "timeout_destination", "t");
        let wrong = failed("invalid_loops", "invalid_destination", "i");
        let keys = own
            .iter()
            .filter(|e| !matches!(e.get("selection"), "t" | "i" | ""));
        let keys = keys.map(|e| {
            let back = e.get("ivr_ret") == "1";
            (
                e.get("selection").to_owned(),
                e.get("dest").to_owned(),
                back,
            )
        });
        let mut lost = Vec::new();
        if !matches!(row.get("directdial"), "" | "0" | "Disabled" | "CHECKED") {
            lost.push("callers could dial extensions".to_owned());
        }
        for (column, when) in [
            ("invalid_retry_recording", "after a wrong key"),
            ("timeout_retry_recording", "after silence"),
        ] {
            let own = files(recordings, row.get(column));
            if !own.is_empty() {
                lost.push(format!("the recording {} {when}", own.join(" and ")));
            }
        }
        let label = match row.get("name") {
            "" => format!("IVR {id}"),
            name => name.to_owned(),
        };
        let kind = ThingKind::Ivr {
            recordings: files(recordings, row.get("announcement")),
            keys: keys.collect(),
            silence,
            wrong,
            wait: row.get("timeout_time").parse().ok(),
            back_from_voicemail: !matches!(row.get("retvm"), "" | "0"),
        };
        things.add_losing(format!("ivr-{id}"), &row.at, &label, kind, lost);
    }
}

fn people(tables: &Tables, things: &mut Things) {
    for row in tables.rows("queues_config") {
        let number = row.get("extension");
        let unanswered = match (row.get("dest"), row.get("maxwait")) {
            ("", "" | "0") => None,
            ("", _) => Some("app-blackhole,hangup,1".to_owned()),
            (to, _) => Some(to.to_owned()),
        };
        let label = match row.get("descr") {
            "" => format!("queue {number}"),
            name => name.to_owned(),
        };
        let kind = ThingKind::People { unanswered };
        things.add(format!("ext-queues,{number}"), &row.at, &label, kind);
    }
    for row in tables.rows("ringgroups") {
        let number = row.get("grpnum");
        let unanswered = Some(row.get("postdest").to_owned()).filter(|t| !t.is_empty());
        let label = match row.get("description") {
            "" => format!("group {number}"),
            name => name.to_owned(),
        };
        let kind = ThingKind::People { unanswered };
        things.add(format!("ext-group,{number}"), &row.at, &label, kind);
    }
}

fn times(tables: &Tables, things: &mut Things) {
    let mut groups: BTreeMap<&str, Vec<&Row>> = BTreeMap::new();
    for row in tables.rows("timegroups_details") {
        groups.entry(row.get("timegroupid")).or_default().push(row);
    }
    let names = tables.rows("timegroups_groups");
    let names: BTreeMap<&str, &str> = names
        .iter()
        .map(|r| (r.get("id"), r.get("description")))
        .collect();
    for row in tables.rows("timeconditions") {
        let id = row.get("timeconditions_id");
        let group = row.get("time");
        let mut week = Week::default();
        for times in groups.get(group).into_iter().flatten() {
            week.add(times.get("time"));
        }
        let label = names.get(group).copied().unwrap_or("hours");
        let lost = std::mem::take(&mut week.lost);
        let rows = week.rows();
        let hours = Hours {
            name: String::new(),
            label: label.to_owned(),
            zone: Some(row.get("timezone").to_owned()),
            week: rows,
            lost,
            at: row.at.clone(),
        };
        let hours = things.add_hours(&format!("{label} {id}"), hours);
        let kind = ThingKind::Times {
            hours,
            open: row.get("truegoto").to_owned(),
            closed: row.get("falsegoto").to_owned(),
        };
        let label = row.get("displayname");
        things.add(format!("timeconditions,{id}"), &row.at, label, kind);
    }
}

fn small(tables: &Tables, recordings: &BTreeMap<&str, &str>, things: &mut Things) {
    for row in tables.rows("announcement") {
        let kind = ThingKind::Announcement {
            recordings: files(recordings, row.get("recording_id")),
            to: row.get("post_dest").to_owned(),
            back: row.get("return_ivr") == "1",
        };
        let key = format!("app-announcement-{}", row.get("announcement_id"));
        things.add(key, &row.at, row.get("description"), kind);
    }
    let mut switches: BTreeMap<&str, (Option<&Row>, &str, &str, &str)> = BTreeMap::new();
    for row in tables.rows("daynight") {
        let switch = switches.entry(row.get("ext")).or_default();
        switch.0 = switch.0.or(Some(row));
        match row.get("dmode") {
            "day" => switch.1 = row.get("dest"),
            "night" => switch.2 = row.get("dest"),
            "fc_description" => switch.3 = row.get("dest"),
            _ => {}
        }
    }
    for (id, (row, day, night, label)) in switches {
        let Some(row) = row else { continue };
        let kind = ThingKind::Switch {
            day: day.to_owned(),
            night: night.to_owned(),
        };
        let label = if label.is_empty() {
            "day and night"
        } else {
            label
        };
        things.add(format!("app-daynight,{id}"), &row.at, label, kind);
    }
    for row in tables.rows("miscdests") {
        let kind = ThingKind::Outside(row.get("destdial").to_owned());
        let key = format!("ext-miscdests,{}", row.get("id"));
        things.add(key, &row.at, row.get("description"), kind);
    }
    for row in tables.rows("callback") {
        // One to a number of its own calls somebody else back.
        let kind = match row.get("callbacknum") {
            "" => ThingKind::Callback(row.get("destination").to_owned()),
            number => ThingKind::Other(format!("the call back to {number},")),
        };
        let key = format!("callback,{}", row.get("callback_id"));
        things.add(key, &row.at, row.get("description"), kind);
    }
    for row in tables.rows("directory_details") {
        let kind = ThingKind::Other("the directory to dial by name".to_owned());
        let key = format!("directory,{}", row.get("id"));
        things.add(key, &row.at, row.get("dirname"), kind);
    }
    for row in tables.rows("languages") {
        let kind = ThingKind::Other("the change of language to".to_owned());
        let key = format!("app-languages,{}", row.get("language_id"));
        things.add(key, &row.at, row.get("description"), kind);
    }
}
