//! What a line asks of a caller who does not know it: how long until they are where an option
//! leads.
//!
//! Callers select by listening. In the comparisons that are public the time to the right
//! option, and with it errors and dislike, follows the time spent listening and the number of
//! menus gone through, and not the number of options in one menu: Virzi and Huitema (1997,
//! "Telephone-Based Menus: Evidence that Broader is Better than Deeper") found selection
//! faster in broad menus, for first and for repeated use; Commarford, Lewis, Al-Awar Smither
//! and Gentzler (2008, Human Factors 50) found broad menus easier on working memory and
//! better liked. So the score is a time, and each further menu costs what it costs to listen
//! to it.
//!
//! The average caller hears each menu from its beginning until the key of their option has
//! been told, makes up their mind and presses: 1.35 s and 0.28 s, the mental act and the
//! keystroke of an average typist in the keystroke-level model (Card, Moran and Newell 1980).
//! What a `say` tells on the way is heard out. A digit of an entry takes 0.75 s, the model's
//! time for the keys of codes.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::time::Duration;

use serde::Serialize;

use super::said::Said;
use crate::menu::system;
use crate::menu::tree::{Choice, Kind, Line, Menu, NodeId, Speech, Target};

/// Making up one's mind, and pressing one key.
const CHOOSE: Duration = Duration::from_millis(1_630);
/// One key of an entry.
const DIGIT: Duration = Duration::from_millis(750);

/// The effort of a line in one language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Effort {
    /// Where options lead in the end: nodes that are no menus, reached from menus.
    pub destinations: usize,
    /// The mean time from the answer to one of them, in milliseconds.
    pub mean_ms: u64,
    /// The longest.
    pub worst_ms: u64,
    /// Where that is.
    pub worst: Option<String>,
    /// The lengths of all recordings on the way are known.
    pub exact: bool,
}

/// Measures a line in one language.
pub(super) fn effort(line: &Line, said: &Said<'_>, language: u8) -> Effort {
    let mut exact = true;
    let times = times(line, said, language, &mut exact);
    let reached = times.iter().filter(|(id, (_, chosen))| {
        *chosen && line.node(**id).is_some_and(|n| is_destination(&n.kind))
    });
    let reached: Vec<(Duration, NodeId)> = reached.map(|(id, (t, _))| (*t, *id)).collect();
    let total: Duration = reached.iter().map(|(t, _)| *t).sum();
    let worst = reached.iter().max_by_key(|(t, _)| *t);
    let count = u32::try_from(reached.len()).unwrap_or(u32::MAX).max(1);
    Effort {
        destinations: reached.len(),
        mean_ms: millis(total / count),
        worst_ms: worst.map_or(0, |(t, _)| millis(*t)),
        worst: worst
            .and_then(|(_, id)| line.node(*id))
            .map(|n| n.name.as_str().to_owned()),
        exact,
    }
}

/// When a caller who does not know the line comes to each node at the earliest.
pub(super) fn arrivals(line: &Line, said: &Said<'_>, language: u8) -> BTreeMap<NodeId, Duration> {
    let times = times(line, said, language, &mut true);
    times
        .into_iter()
        .map(|(id, (time, _))| (id, time))
        .collect()
}

/// The time until each node begins, and whether a menu led there.
fn times(
    line: &Line,
    said: &Said<'_>,
    language: u8,
    exact: &mut bool,
) -> BTreeMap<NodeId, (Duration, bool)> {
    let mut times = BTreeMap::new();
    let mut open = BinaryHeap::from([Reverse((Duration::ZERO, line.start, false))]);
    while let Some(Reverse((time, node, chosen))) = open.pop() {
        if times.contains_key(&node) {
            continue;
        }
        times.insert(node, (time, chosen));
        let Some(n) = line.node(node) else { continue };
        for (cost, target, by_choice) in ways(&n.kind, said, language, exact) {
            match target {
                Target::Node(to) => open.push(Reverse((time + cost, to, by_choice))),
                Target::Human | Target::Back | Target::Repeat => {}
            }
        }
    }
    times
}

/// What it costs to go each way from a node, and whether that is by an option of a menu.
fn ways(
    kind: &Kind,
    said: &Said<'_>,
    language: u8,
    exact: &mut bool,
) -> Vec<(Duration, Target, bool)> {
    let mut heard = |speech: &Speech| {
        let length = said.length(speech, language);
        *exact &= length.is_some();
        length.unwrap_or_default()
    };
    match kind {
        Kind::Menu(menu) | Kind::Language(menu) => {
            let whole = heard(&menu.first);
            let keys = menu.options.iter().zip(1..);
            let options = keys.filter_map(|(option, key)| Some((option.as_ref()?, key)));
            // Who chooses another language is no caller of this one.
            let spoken = |o: &Choice| o.language.is_none_or(|l| l.place() == language);
            options
                .filter(|(option, _)| spoken(option))
                .map(|(option, key)| {
                    let told = key_told_at(menu, said, language, key).unwrap_or(whole);
                    (told + CHOOSE, option.go, true)
                })
                .collect()
        }
        Kind::Say(say) => vec![(heard(&say.speech), say.go, false)],
        Kind::Collect(collect) => {
            let keys = u32::try_from(collect.max).unwrap_or(u32::MAX);
            let read_back = match &collect.confirm {
                Some(confirm) => heard(&confirm.before) + heard(&confirm.after) + CHOOSE,
                None => Duration::ZERO,
            };
            let time = heard(&collect.speech) + DIGIT * keys + read_back;
            vec![(time, collect.go, false)]
        }
        Kind::Choose(choose) => {
            let cases = choose.cases.iter().map(|case| case.go);
            let ways = cases.chain([choose.otherwise]);
            ways.map(|go| (Duration::ZERO, go, false)).collect()
        }
        Kind::Ask(ask) => {
            let time = ask.meanwhile.as_ref().map(&mut heard).unwrap_or_default();
            vec![(time, ask.go, false), (time, ask.missing, false)]
        }
        // The shortest way out of it: one step.
        Kind::Guide(guide) => {
            let step = guide
                .steps
                .first()
                .map(|s| heard(&s.first))
                .unwrap_or_default();
            let ways = kind.targets().into_iter();
            ways.map(|go| (step + CHOOSE, go, true)).collect()
        }
        Kind::Survey(survey) => {
            let intro = survey.intro.as_ref().map(&mut heard).unwrap_or_default();
            let asked = survey.questions.iter().map(|q| heard(&q.speech) + CHOOSE);
            vec![(intro + asked.sum::<Duration>(), survey.go, false)]
        }
        Kind::Send(send) => vec![(Duration::ZERO, send.go, false)],
        // Who comes there is where they wanted to be.
        Kind::Dial(_) => Vec::new(),
        Kind::Queue(_) | Kind::Callback(_) | Kind::Message(_) | Kind::Goodbye(_) => Vec::new(),
    }
}

fn is_destination(kind: &Kind) -> bool {
    match kind {
        Kind::Menu(_) | Kind::Language(_) | Kind::Choose(_) | Kind::Ask(_) | Kind::Send(_) => false,
        Kind::Say(_)
        | Kind::Collect(_)
        | Kind::Guide(_)
        | Kind::Dial(_)
        | Kind::Survey(_)
        | Kind::Queue(_)
        | Kind::Callback(_)
        | Kind::Message(_)
        | Kind::Goodbye(_) => true,
    }
}

/// When a menu's first prompt has told a key: at the end of "press N", or of the recording
/// whose words name the key; within a recording by the share of its words.
pub(super) fn key_told_at(
    menu: &Menu,
    said: &Said<'_>,
    language: u8,
    key: usize,
) -> Option<Duration> {
    let press = system::press(key);
    let mut heard = Duration::ZERO;
    for part in said.parts(&menu.first, language) {
        let length = part.length?;
        if part.name.is_some_and(|name| name.as_str() == press) {
            return Some(heard + length);
        }
        if let Some((_, share)) = part.keys().iter().find(|(k, _)| *k == key) {
            return Some(heard + length.mul_f64(*share));
        }
        heard += length;
    }
    None
}

/// When the first option of a menu begins to be told: where the greeting ends.
pub(super) fn first_option_at(menu: &Menu, said: &Said<'_>, language: u8) -> Option<Duration> {
    let begins = said.parts(&menu.body, language).next()?;
    let count = |speech| said.parts(speech, language).count();
    let composed = count(&menu.first) > count(&menu.body)
        || said
            .parts(&menu.first, language)
            .any(|p| p.name.is_some_and(|n| n.as_str().starts_with("sys-press-")));
    let mut heard = Duration::ZERO;
    for part in said.parts(&menu.first, language) {
        if composed && part.name == begins.name {
            return Some(heard);
        }
        let told = part.keys().iter().map(|(_, share)| *share);
        if let Some(share) = told.reduce(f64::min) {
            return Some(heard + part.length?.mul_f64(share));
        }
        heard += part.length?;
    }
    Some(heard)
}

/// Whole milliseconds.
pub(super) fn millis(d: Duration) -> u64 {
    u64::try_from(d.as_millis()).unwrap_or(u64::MAX)
}
