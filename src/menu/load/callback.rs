//! `callback`: the wish to be called back.

use std::sync::Arc;
use std::time::Duration;

use super::compose::{self, ZeroForm};
use super::line::{Context, queue};
use super::source::{Fields, Source};
use super::words::{self, system};
use super::yaml::{At, Data, Yaml};
use super::{choose, nodes, slots, template};
use crate::menu::say;
use crate::menu::system as names;
use crate::menu::tree::{Callback, Collect, Confirm, NumberPattern, Slots, Speech, Target};

/// The value that holds the number; it is on the context card.
pub(super) const NUMBER: &str = "callback";
/// Numbers are 3 to 15 digits, perhaps after an international prefix.
const DIGITS: (usize, usize) = (3, 17);

pub(super) fn callback(src: &mut Source<'_>, cx: &Context<'_>, yaml: &Yaml) -> Option<Callback> {
    let like = "callback: { queue: support }";
    if let Data::Scalar { .. } = yaml.data {
        let queue = queue(src, yaml, "callback", cx.known)?;
        let (wait, tries) = (cx.defaults.wait, cx.defaults.tries);
        return compose(src, cx, yaml.at, queue, Vec::new(), None, None, wait, tries);
    }
    let mut fields = Fields::new(src, yaml, "a callback", like)?;
    let at = fields.at;
    let named = fields.need(src, "queue", "support");
    let named = named.and_then(|y| queue(src, y, "queue", cx.known));
    let intro = fields.take("say").map(|y| words::read(src, cx, y));
    let numbers = match fields.take("numbers") {
        Some(y) => choose::patterns(src, y, "numbers"),
        None => Some(Vec::new()),
    };
    let slots = fields.take("slots").map(|y| slots::slots(src, cx, y));
    let wait = nodes::wait(src, fields.take("wait"), "wait", cx.defaults.wait);
    let tries = nodes::tries(src, fields.take("tries"), cx.defaults.tries);
    fields.finish(src);
    let intro = match intro {
        Some(words) => Some(words?.speech()),
        None => None,
    };
    let slots = match slots {
        Some(slots) => Some(slots?),
        None => None,
    };
    compose(src, cx, at, named?, numbers?, intro, slots, wait, tries)
}

#[expect(clippy::too_many_arguments, reason = "each is one part of the node")]
pub(super) fn compose(
    src: &mut Source<'_>,
    cx: &Context<'_>,
    at: At,
    queue: crate::ids::QueueName,
    numbers: Vec<NumberPattern>,
    intro: Option<Speech>,
    slots: Option<Slots>,
    wait: Duration,
    tries: usize,
) -> Option<Callback> {
    // Numbers begin with 0 in most countries: 0 and then # is the person.
    let form = ZeroForm::ThenHash;
    let question = system(src, cx, at, names::CALLBACK_NUMBER)?;
    let speech = compose::with_zero(src, cx, at, question, form)?;
    let again = compose::again_number(src, cx, at, tries, &speech, form)?;
    let read = nodes::read_back(src, cx, at, wait)?;
    let right = system(src, cx, at, names::CALLBACK_RIGHT)?;
    let offer = Confirm {
        before: system(src, cx, at, names::CALLBACK_OFFER)?.speech(),
        after: compose::with_zero(src, cx, at, right, ZeroForm::Plain)?,
        digits: read.digits.clone(),
        wait,
    };
    let (min, max) = DIGITS;
    let number = Collect {
        speech,
        again,
        min,
        max,
        leading_zero: true,
        into: template::variable(src, cx, at, NUMBER, &[])?,
        confirm: Some(read),
        first_wait: wait,
        between: Duration::from_secs(5),
        go: Target::Human,
    };
    let reads_times = cx.languages.iter().map(|language| {
        let known = say::Language::from_tag(language.as_str());
        known.is_some_and(|known| {
            let words = say::vocabulary(known);
            let there = |f: &say::Fragment| cx.known.facts(language, &f.name).is_some();
            words.iter().all(there)
        })
    });
    Some(Callback {
        queue,
        numbers,
        outside: Arc::clone(&cx.known.outside),
        intro,
        offer,
        number,
        stored: system(src, cx, at, names::CALLBACK_STORED)?.speech(),
        kept: system(src, cx, at, names::CALLBACK_KEPT)?.speech(),
        since: system(src, cx, at, names::CALLBACK_SINCE)?.speech(),
        clock: cx.calendar.clone(),
        slots,
        reads_times: reads_times.collect(),
    })
}
