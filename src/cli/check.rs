//! `zeroline check`: what was proven of the lines, and what laws say of them.

use std::fmt::Write as _;

use serde_json::json;

use super::{MISTAKES, OK};
use crate::check::law::{self, Profile, Verdict};
use crate::check::{judge, report};
use crate::setup::{self, Setup};

/// What is told of lines that are proven, and the exit code.
pub fn run(setup: &Setup, json: bool, profile: Option<Profile>) -> (String, u8) {
    let rulings = profile.map(|profile| {
        let queues = setup::queues(&setup.config);
        judge(profile, &setup.menus.lines, &setup.menus.facts, &queues)
    });
    let unmet = rulings.iter().flatten();
    let ok = unmet.filter(|r| r.verdict == Verdict::NotMet).count() == 0;
    let code = if ok { OK } else { MISTAKES };
    if json {
        let whole = json!({
            "ok": ok,
            "warnings": setup.warnings,
            "lines": setup.menus.reports,
            "law": rulings,
        });
        return (format!("{whole}\n"), code);
    }
    let mut told: String = setup.warnings.iter().map(|w| format!("{w}\n")).collect();
    for report in &setup.menus.reports {
        told.push_str(&report::text(report));
    }
    for (name, calendar) in setup.menus.lines.calendars() {
        let _ = writeln!(told, "{name}: a calendar, in {}", calendar.zone_name());
    }
    if let Some(rulings) = &rulings {
        told.push_str(&law::text(rulings));
    }
    told.push_str(if ok {
        "all good\n"
    } else {
        "rules are not met\n"
    });
    (told, code)
}

/// Mistakes as one JSON object.
pub fn mistakes(told: &[String]) -> String {
    format!("{}\n", json!({ "ok": false, "mistakes": told }))
}
