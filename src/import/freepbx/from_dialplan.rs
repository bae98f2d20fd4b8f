//! What the generated dialplan tells.

use super::super::flow::Hours;
use super::dialplan::{Context, Contexts, Extension, Step};
use super::hours::Week;
use super::things::{Failed, Route, ThingKind, Things};

/// Extensions of a menu that are no keys.
const NO_KEYS: [&str; 9] = ["s", "t", "i", "h", "hang", "return", "fax", "e", "T"];
const HANG_UP: &str = "app-blackhole,hangup,1";

/// Reads the contexts.
pub fn read(contexts: &Contexts, things: &mut Things) {
    for (name, context) in contexts {
        if name.starts_with("ivr-") && context.extension("s").is_some() {
            menu(name, context, contexts, things);
        } else if name.starts_with("app-announcement-") {
            announcement(name, context, things);
        } else {
            match name.as_str() {
                "ext-queues" | "ext-group" => people(name, context, things),
                "timeconditions" => times(context, things),
                "app-daynight" => switches(context, things),
                "ext-miscdests" => outside(context, things),
                n if n.starts_with("ext-did") => routes(context, things),
                _ => {}
            }
        }
    }
    for (name, kind) in [
        ("ext-queues", "ext-queues"),
        ("ext-group", "ext-group"),
        ("timeconditions", "timeconditions"),
        ("app-daynight", "app-daynight"),
        ("ext-miscdests", "ext-miscdests"),
    ] {
        if contexts.contains_key(name) {
            things.complete.push(kind);
        }
    }
    if !contexts.is_empty() {
        things.complete.extend(["ivr-", "app-announcement-"]);
    }
}

/// Where an extension goes in the end; a `Goto` to its own start is none. Empty: the call ends.
fn end(extension: &Extension) -> String {
    let mut to = String::new();
    for step in &extension.steps {
        match step.app.as_str() {
            "goto" if !is_start(&step.args) => to.clone_from(&step.args),
            "gotoif" => {
                if let Some((to_then, _)) = branches(&step.args)
                    && to_then.contains(',')
                    && !to_then.contains('$')
                {
                    to = to_then.to_owned();
                }
            }
            "dial" => to = dialled(&step.args),
            _ => {}
        }
    }
    if to.is_empty() {
        HANG_UP.to_owned()
    } else {
        to
    }
}

fn is_start(args: &str) -> bool {
    matches!(args, "s,start" | "s,begin" | "s,1") || !args.contains(',')
}

/// `Dial(PJSIP/201,…)`: whose telephone rings.
fn dialled(args: &str) -> String {
    let first = args.split([',', '&']).next().unwrap_or_default();
    let who = first.rsplit('/').next().unwrap_or(first);
    let who = who.split('@').next().unwrap_or(who);
    format!("from-did-direct,{who},1")
}

/// `condition?then:else`.
fn branches(args: &str) -> Option<(&str, &str)> {
    let (_, ways) = args.rsplit_once('?')?;
    Some(ways.split_once(':').unwrap_or((ways, "")))
}

fn recordings(extension: &Extension) -> Vec<String> {
    let mut all = Vec::new();
    for step in &extension.steps {
        let said = match step.app.as_str() {
            "set" => step.args.strip_prefix("IVR_MSG=").unwrap_or_default(),
            "background" | "playback" => step.args.split(',').next().unwrap_or_default(),
            _ => "",
        };
        let said = said.split('&').map(str::trim);
        all.extend(
            said.filter(|f| !f.is_empty() && !f.contains('$'))
                .map(str::to_owned),
        );
    }
    all
}

/// `GotoIf($[${TIMEOUT_LOOPCOUNT} > 3]?final)`: more than so many, or as many.
fn failed(extension: Option<&Extension>) -> Failed {
    let Some(extension) = extension else {
        // Asterisk ends the call where nothing is written.
        return Failed {
            tries: Some(1),
            to: HANG_UP.to_owned(),
        };
    };
    let count = |step: &&Step| step.app == "gotoif" && step.args.contains("LOOPCOUNT");
    let counted = extension.steps.iter().find(count).and_then(|step| {
        let (condition, _) = step.args.split_once('?')?;
        let digits: String = condition
            .chars()
            .rev()
            .skip_while(|c| !c.is_ascii_digit())
            .collect();
        let digits = digits
            .chars()
            .take_while(char::is_ascii_digit)
            .collect::<Vec<_>>();
        let n: usize = digits.into_iter().rev().collect::<String>().parse().ok()?;
        let more = condition.contains('>') && !condition.contains(">=");
        Some(if more { n.saturating_add(1) } else { n })
    });
    let again = extension
        .steps
        .iter()
        .any(|s| s.app == "goto" && is_start(&s.args));
    let leaves = extension.steps.iter().any(|s| match s.app.as_str() {
        "goto" => !is_start(&s.args),
        "hangup" | "dial" | "gotoif" => true,
        _ => false,
    });
    Failed {
        tries: match (counted, again && !leaves) {
            (Some(n), _) => Some(n),
            (None, true) => None,
            (None, false) => Some(1),
        },
        to: end(extension),
    }
}

fn menu(name: &str, context: &Context, contexts: &Contexts, things: &mut Things) {
    let Some(start) = context.extension("s") else {
        return;
    };
    let keys = context.extensions.iter();
    let keys = keys
        .filter(|e| !NO_KEYS.contains(&e.name.as_str()))
        .map(|e| {
            let back = e.steps.iter().any(|s| s.args.contains(",return,"));
            (e.name.clone(), end(e), back)
        });
    let wait = start.steps.iter().find(|s| s.app == "waitexten");
    let wait = wait.and_then(|s| s.args.split(',').next()?.trim().parse().ok());
    let mut lost = Vec::new();
    for include in &context.includes {
        if include.starts_with("from-did-direct") || include.starts_with("from-ivr-directory") {
            lost.push("callers could dial extensions".to_owned());
        } else if contexts
            .get(include)
            .is_some_and(|c| !c.extensions.is_empty())
        {
            lost.push(format!("what is written in [{include}]"));
        }
    }
    let voicemail = |s: &Step| s.app == "set" && s.args.contains("IVR_RETVM=RETURN");
    let kind = ThingKind::Ivr {
        recordings: recordings(start),
        keys: keys.collect(),
        silence: failed(context.extension("t")),
        wrong: failed(context.extension("i")),
        wait,
        back_from_voicemail: start.steps.iter().any(voicemail),
    };
    things.add_losing(
        name.to_owned(),
        &context.at,
        label(name, context),
        kind,
        lost,
    );
}

/// What people call what a context is.
fn label<'a>(name: &'a str, context: &'a Context) -> &'a str {
    if context.title.is_empty() {
        name
    } else {
        &context.title
    }
}

fn announcement(name: &str, context: &Context, things: &mut Things) {
    let Some(start) = context.extension("s") else {
        return;
    };
    let back = start.steps.iter().any(|s| s.args.contains(",return,"));
    let kind = ThingKind::Announcement {
        recordings: recordings(start),
        to: end(start),
        back,
    };
    things.add(name.to_owned(), &start.at, label(name, context), kind);
}

fn people(name: &str, context: &Context, things: &mut Things) {
    for e in &context.extensions {
        if e.name.is_empty() || !e.name.bytes().all(|b| b.is_ascii_digit()) {
            continue;
        }
        let to = e.steps.iter().rev().find(|s| s.app == "goto");
        let ends = e.steps.iter().any(|s| s.app == "hangup");
        let unanswered = match (to, ends) {
            (Some(s), _) => Some(s.args.clone()),
            (None, true) => Some(HANG_UP.to_owned()),
            (None, false) => None,
        };
        let word = if name == "ext-group" {
            "group"
        } else {
            "queue"
        };
        let label = format!("{word} {}", e.name);
        let kind = ThingKind::People { unanswered };
        things.add(format!("{name},{}", e.name), &e.at, &label, kind);
    }
}

/// `GotoIfTime(09:00-17:00,mon-fri,*,*?truegoto)`, then the way when it is closed.
fn times(context: &Context, things: &mut Things) {
    for e in &context.extensions {
        let mut week = Week::default();
        let mut open = String::new();
        for step in e.steps.iter().filter(|s| s.app == "gotoiftime") {
            if let Some((time, to)) = step.args.split_once('?') {
                week.add(time);
                to.clone_into(&mut open);
            }
        }
        if open.is_empty() {
            continue;
        }
        let behind = |label: &str| {
            let steps = e.steps.iter().skip_while(|s| s.label != label);
            let mut to = steps.filter(|s| s.app == "goto" && s.args.contains(','));
            to.next().map(|s| s.args.clone())
        };
        let label = open.clone();
        if !open.contains(',') {
            open = behind(&label).unwrap_or_default();
        }
        let closed = behind("falsegoto").or_else(|| {
            let steps = e.steps.iter().skip_while(|s| s.app != "gotoiftime");
            let mut to = steps.filter(|s| s.app == "goto" && s.args.contains(','));
            to.find(|s| s.args != open).map(|s| s.args.clone())
        });
        let lost = std::mem::take(&mut week.lost);
        let rows = week.rows();
        let hours = Hours {
            name: String::new(),
            label: format!("time condition {}", e.name),
            zone: None,
            week: rows,
            lost,
            at: e.at.clone(),
        };
        let hours = things.add_hours(&format!("hours {}", e.name), hours);
        let kind = ThingKind::Times {
            hours,
            open,
            closed: closed.unwrap_or_else(|| HANG_UP.to_owned()),
        };
        let label = format!("time condition {}", e.name);
        things.add(format!("timeconditions,{}", e.name), &e.at, &label, kind);
    }
}

fn switches(context: &Context, things: &mut Things) {
    for e in &context.extensions {
        let night = e
            .steps
            .iter()
            .find(|s| s.app == "gotoif" && s.args.contains("NIGHT"));
        let Some((then, other)) = night.and_then(|s| branches(&s.args)) else {
            continue;
        };
        let kind = ThingKind::Switch {
            day: if other.is_empty() {
                end(e)
            } else {
                other.to_owned()
            },
            night: then.to_owned(),
        };
        let label = format!("day and night {}", e.name);
        things.add(format!("app-daynight,{}", e.name), &e.at, &label, kind);
    }
}

fn outside(context: &Context, things: &mut Things) {
    for e in &context.extensions {
        let to = e
            .steps
            .iter()
            .rev()
            .find(|s| s.app == "goto" || s.app == "dial");
        let Some(to) = to else { continue };
        // `Goto(from-internal,0123,1)`, `Dial(Local/0123@from-internal)`
        let parts = to.args.split(',');
        let number = parts
            .filter_map(|p| p.split('@').next()?.rsplit('/').next())
            .find(|p| p.bytes().any(|b| b.is_ascii_digit()));
        let named = e
            .steps
            .iter()
            .find_map(|s| s.args.strip_prefix("MiscDest:"));
        let label = named.map_or_else(|| format!("number {}", e.name), |n| n.trim().to_owned());
        let kind = ThingKind::Outside(number.unwrap_or_default().trim().to_owned());
        things.add(format!("ext-miscdests,{}", e.name), &e.at, &label, kind);
    }
}

fn routes(context: &Context, things: &mut Things) {
    for e in &context.extensions {
        let to = end(e);
        if to == HANG_UP || e.name == "fax" || e.name == "h" {
            continue;
        }
        let number = if e.name == "s" || e.name.starts_with('_') {
            ""
        } else {
            &e.name
        };
        things.routes.push(Route {
            number: number.to_owned(),
            label: String::new(),
            to,
            at: e.at.clone(),
        });
    }
}
