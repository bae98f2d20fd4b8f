//! `dial`: a call to an outside number.

use std::time::Duration;

use super::line::{Context, duration};
use super::source::{Fields, Source};
use super::words;
use super::yaml::Yaml;
use crate::ids::PhoneNumber;
use crate::menu::tree::{Dial, Target};

/// Shorter rings nobody hears, and longer ones nobody waits for.
const RING: (Duration, Duration) = (Duration::from_secs(5), Duration::from_secs(120));

pub(super) fn dial(src: &mut Source<'_>, cx: &Context<'_>, yaml: &Yaml) -> Option<Dial> {
    let like = "dial: { number: \"+4930901820\" }";
    let mut fields = Fields::new(src, yaml, "a dial", like)?;
    let number = fields.need(src, "number", "\"+4930901820\"");
    let meanwhile = fields.take("say").map(|y| words::read(src, cx, y));
    let ring = fields.take("ring");
    let missing = fields.take("missing");
    let missing = match missing {
        Some(y) => cx.target(src, Some(y)),
        None => Some(Target::Human),
    };
    fields.finish(src);
    if missing == Some(Target::Repeat) {
        src.error(
            yaml.at,
            "a number that nobody answers would be called for ever",
            "let `missing` lead to a menu, `back` or `human`",
        );
    }
    let ring = match ring {
        None => Some(Duration::from_secs(25)),
        Some(y) => {
            let fits = |text: &str| duration(text).filter(|d| (RING.0..=RING.1).contains(d));
            src.value(y, "ring", "25s`, from `5s` to `2m", fits)
        }
    };
    let number = number?;
    let text = src.text(number, "number", "\"+4930901820\"")?;
    if text.contains(['{', '}']) {
        src.error(
            number.at,
            "a number that is called can not have values in it",
            "write the whole number: else callers could choose whom we call, at your expense; by \
             `choose` other nodes can be reached for each value",
        );
        return None;
    }
    let at = number.at;
    let number = src.value(number, "number", "\"+4930901820\"", dialable)?;
    if !cx.known.outside.allows(&number) {
        src.warn(
            at,
            "this number is one that agents may not call",
            "menus call it all the same, for every caller who asks: make sure that it is meant, and \
             what it costs; `outside` in the settings says which numbers may be called",
        );
    }
    if !cx.known.trunk {
        src.warn(
            yaml.at,
            "no outside number can be called: there is no trunk",
            "configure one under [[trunks]]; until then callers go where `missing` leads",
        );
    }
    let meanwhile = match meanwhile {
        Some(words) => Some(words?.speech()),
        None => None,
    };
    Some(Dial {
        number,
        meanwhile,
        ring: ring?,
        missing: missing?,
    })
}

/// What a trunk can be asked to call.
fn dialable(text: &str) -> Option<PhoneNumber> {
    let number = PhoneNumber::new(text);
    number.is_dialable().then_some(number)
}
