//! `guide`: steps to go through one at a time.

use std::collections::BTreeSet;
use std::time::Duration;

use super::compose::{self, ZeroForm};
use super::line::{Context, RESERVED, duration, word};
use super::nodes;
use super::source::{Fields, Source};
use super::words::{self, Words, system};
use super::yaml::{At, Yaml};
use crate::menu::system as names;
use crate::menu::tree::{Answers, Guide, GuideResume, GuideStep, Pause, Target, Way};
use crate::text::nearest;

/// What answers lead to when all is well.
const SOLVED: &str = "solved";
/// The most steps.
const MAX_STEPS: usize = 100;
/// A day.
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

pub(super) fn guide(src: &mut Source<'_>, cx: &Context<'_>, yaml: &Yaml) -> Option<Guide> {
    let like = "guide: { steps: { lamp: { say: …, yes: solved, no: human } }, solved: … }";
    let mut fields = Fields::new(src, yaml, "a guide", like)?;
    let at = fields.at;
    let listed = fields.need(src, "steps", "{ lamp: { say: …, yes: solved, no: human } }");
    let solved = fields.need(src, SOLVED, "NODE");
    let solved = solved.and_then(|y| cx.target(src, Some(y)));
    let keep = fields
        .take("resume")
        .map(|y| span(src, y, "resume", "24h", Duration::from_secs(60), DAY * 31));
    let wait = nodes::wait(src, fields.take("wait"), "wait", cx.defaults.wait);
    let tries = nodes::tries(src, fields.take("tries"), cx.defaults.tries);
    let longest = fields.take("time").map_or(Some(DAY / 288), |y| {
        let (least, most) = (Duration::from_secs(30), Duration::from_secs(1800));
        span(src, y, "time", "5m", least, most)
    });
    let every = fields
        .take("remind")
        .map_or(Some(Duration::from_secs(45)), |y| {
            let (least, most) = (Duration::from_secs(10), Duration::from_secs(300));
            span(src, y, "remind", "45s", least, most)
        });
    fields.finish(src);

    let listed = Fields::new(src, listed?, "`steps`", "lamp: { say: … }")?.take_all();
    if listed.is_empty() || listed.len() > MAX_STEPS {
        src.error(
            at,
            format!(
                "a guide has from 1 to {MAX_STEPS} steps, not {}",
                listed.len()
            ),
            "write what to try first as the first step",
        );
        return None;
    }
    let steps: Vec<&str> = listed.iter().map(|(name, _, _)| *name).collect();
    let read = listed.iter().map(|(name, at, yaml)| {
        if name_taken(src, name, *at) {
            return None;
        }
        step(src, cx, &steps, name, yaml, tries)
    });
    let read: Option<Vec<GuideStep>> = read.collect::<Vec<_>>().into_iter().collect();
    let resume = match keep {
        Some(keep) => Some(resume(src, cx, at, keep?, tries)?),
        None => None,
    };
    let pause = Pause {
        ready: told(src, cx, at, names::GUIDE_TIME)?,
        reminder: told(src, cx, at, names::GUIDE_REMINDER)?,
        every: every?,
        longest: longest?,
    };
    let guide = Guide {
        steps: read?,
        solved: solved?,
        resume,
        wait,
        pause,
    };
    doubts(
        src,
        &guide,
        &listed.iter().map(|(_, at, _)| *at).collect::<Vec<_>>(),
        at,
    );
    Some(guide)
}

fn name_taken(src: &mut Source<'_>, name: &str, at: At) -> bool {
    let taken = name == SOLVED || RESERVED.contains(&name) || word(name).is_none();
    if taken {
        src.error(
            at,
            format!("a step can not be called `{name}`"),
            "use letters, digits, - and _; not solved, human, back or repeat",
        );
    }
    taken
}

/// A duration within bounds; days are taken as well.
pub(super) fn span(
    src: &mut Source<'_>,
    yaml: &Yaml,
    key: &str,
    like: &str,
    least: Duration,
    most: Duration,
) -> Option<Duration> {
    let days = |text: &str| {
        let days: u32 = text.trim().strip_suffix('d')?.trim().parse().ok()?;
        DAY.checked_mul(days)
    };
    let read = |text: &str| days(text).or_else(|| duration(text));
    let got = src.value(yaml, key, like, read)?;
    let show = |d: Duration| match d.as_secs() {
        s if s % 86_400 == 0 => format!("{}d", s / 86_400),
        _ => crate::text::show_duration(d),
    };
    if !(least..=most).contains(&got) {
        src.error(
            yaml.at,
            format!("`{key}` must be from {} to {}", show(least), show(most)),
            format!("write it like `{key}: {like}`"),
        );
        return None;
    }
    Some(got)
}

/// A question with `yes` and `no`, or something to do with `next`.
fn step(
    src: &mut Source<'_>,
    cx: &Context<'_>,
    steps: &[&str],
    name: &str,
    yaml: &Yaml,
    tries: usize,
) -> Option<GuideStep> {
    let like = "{ say: \"Is the lamp green?\", yes: solved, no: human }";
    let mut fields = Fields::new(src, yaml, &format!("step `{name}`"), like)?;
    let at = fields.at;
    let said = fields.need(src, "say", "\"Is the lamp green?\"");
    let said = said.and_then(|y| words::read(src, cx, y));
    let (yes, no, next) = (fields.take("yes"), fields.take("no"), fields.take("next"));
    fields.finish(src);
    let answers = match (yes, no, next) {
        (Some(yes), Some(no), None) => {
            let ways = (
                way(src, cx, steps, "yes", yes),
                way(src, cx, steps, "no", no),
            );
            match ways {
                (Some(yes), Some(no)) => Some(Answers::YesNo { yes, no }),
                (_, _) => None,
            }
        }
        (None, None, Some(next)) => way(src, cx, steps, "next", next).map(Answers::Done),
        (_, _, _) => {
            src.error(
                at,
                format!("step `{name}` must either ask or tell what to do"),
                "give a question `yes` and `no`, and what is only to be done `next`",
            );
            None
        }
    };
    let (long, short) = match answers? {
        Answers::YesNo { .. } => (names::GUIDE_KEYS, names::GUIDE_KEYS_SHORT),
        Answers::Done(_) => (names::GUIDE_DONE, names::GUIDE_DONE_SHORT),
    };
    let (said, long, short) = (
        said?,
        system(src, cx, at, long)?,
        system(src, cx, at, short)?,
    );
    let keys = compose::with_zero(src, cx, at, short.clone(), ZeroForm::Plain)?;
    let first = compose::with_zero(src, cx, at, said.clone().then(long), ZeroForm::Plain)?;
    let speech = compose::with_zero(src, cx, at, said.then(short), ZeroForm::Plain)?;
    Some(GuideStep {
        name: name.to_owned(),
        again: compose::again_short(src, cx, at, tries, &speech, &keys)?,
        first,
        speech,
        answers: answers?,
    })
}

fn way(
    src: &mut Source<'_>,
    cx: &Context<'_>,
    steps: &[&str],
    key: &str,
    yaml: &Yaml,
) -> Option<Way> {
    let name = src.text(yaml, key, SOLVED)?;
    if name == SOLVED {
        return Some(Way::Solved);
    }
    if let Some(i) = steps.iter().position(|s| *s == name) {
        return Some(Way::Step(i));
    }
    if !cx.leads(name) {
        let remedy = match nearest(name, steps.iter().copied().chain([SOLVED])) {
            Some(near) => format!("did you mean `{near}`?"),
            None => cx.other_node(name, &[SOLVED, "human", "back"]),
        };
        src.error(
            yaml.at,
            format!("`{name}` is neither a step of this guide nor a node of this line"),
            remedy,
        );
        return None;
    }
    cx.target(src, Some(yaml)).map(Way::Go)
}

fn resume(
    src: &mut Source<'_>,
    cx: &Context<'_>,
    at: At,
    keep: Duration,
    tries: usize,
) -> Option<GuideResume> {
    let speech = told(src, cx, at, names::GUIDE_RESUME)?;
    Some(GuideResume {
        keep,
        again: compose::again_short(src, cx, at, tries, &speech, &speech)?,
        speech,
    })
}

/// One of the server's own prompts that tell about keys.
fn told(
    src: &mut Source<'_>,
    cx: &Context<'_>,
    at: At,
    name: &str,
) -> Option<crate::menu::tree::Speech> {
    let words: Words = system(src, cx, at, name)?;
    compose::with_zero(src, cx, at, words, ZeroForm::Plain)
}

/// Steps that no answer leads to, and a guide that solves nothing.
fn doubts(src: &mut Source<'_>, guide: &Guide, places: &[At], at: At) {
    let mut reached = BTreeSet::from([0]);
    let mut next = vec![0];
    let mut solves = false;
    while let Some(step) = next.pop().and_then(|i| guide.steps.get(i)) {
        for way in step.ways() {
            match way {
                Way::Step(i) if reached.insert(i) => next.push(i),
                Way::Step(_) | Way::Go(Target::Human | Target::Back | Target::Repeat) => {}
                Way::Solved => solves = true,
                Way::Go(Target::Node(_)) => {}
            }
        }
    }
    for (i, (step, at)) in guide.steps.iter().zip(places).enumerate() {
        if !reached.contains(&i) {
            src.warn(
                *at,
                format!("nothing leads to the step `{}`", step.name),
                "lead there by an answer of another step, or remove it",
            );
        }
    }
    if !solves {
        src.warn(
            at,
            "no answer of this guide leads to `solved`",
            "let the answer that shows success do so",
        );
    }
}
