//! How German numbers are put together: one word below a million, joined without a space.

use super::{EIN, EINE};
use crate::menu::say::phrase::{Join, Phrase};
use crate::menu::say::word::{self, Word};

/// The whole of a number; `last` is its final one, if it ends in one.
pub(super) fn number(out: &mut Phrase, n: u64, last: Word) {
    if n == 0 {
        return out.push(Word::Cardinal(0, ""));
    }
    let join = greater(out, n / 1000 * 1000);
    below_thousand(out, join, n % 1000, last);
}

/// Whole thousands, none for 0. How what follows is joined.
fn greater(out: &mut Phrase, n: u64) -> Join {
    for (size, one, many) in [
        (1_000_000_000, word::MILLIARD, word::MILLIARDS),
        (1_000_000, word::MILLION, word::MILLIONS),
    ] {
        match n / size % 1000 {
            0 => {}
            1 => {
                out.push(EINE);
                out.push(one);
            }
            group => {
                below_thousand(out, Join::Space, group, EIN);
                out.push(many);
            }
        }
    }
    let thousands = n / 1000 % 1000;
    if thousands == 0 {
        return Join::Space;
    }
    below_thousand(out, Join::Space, thousands, EIN);
    out.add(Join::Glued, word::THOUSAND);
    Join::Glued
}

/// One word; none for 0. How what follows is joined to it.
fn below_thousand(out: &mut Phrase, mut join: Join, n: u64, last: Word) -> Join {
    let (hundreds, rest) = ((n / 100) as u8, (n % 100) as u8);
    if hundreds > 0 {
        out.add(join, Word::Hundreds(hundreds));
        join = Join::Glued;
    }
    match rest {
        0 => join,
        1 => {
            out.add(join, last);
            Join::Glued
        }
        _ => {
            out.add(join, Word::Cardinal(rest, ""));
            Join::Glued
        }
    }
}

/// A place in a row.
pub(super) fn place(out: &mut Phrase, n: u32, ending: &'static str) {
    let n = u64::from(n);
    let rest = (n % 100) as u8;
    if rest > 0 || n == 0 {
        let join = greater(out, n / 1000 * 1000);
        let join = below_thousand(out, join, n % 1000 / 100 * 100, EIN);
        if rest > 31 && !rest.is_multiple_of(10) {
            out.add(join, Word::UnitAnd(rest % 10));
            out.add(Join::Glued, Word::Ordinal(rest / 10 * 10, ending));
        } else {
            out.add(join, Word::Ordinal(rest, ending));
        }
        return;
    }
    let (size, below, names) = match n {
        _ if !n.is_multiple_of(1000) => (100, 10, [word::HUNDREDTH, word::HUNDREDTH_EN]),
        _ if !n.is_multiple_of(1_000_000) => (1000, 1000, [word::THOUSANDTH, word::THOUSANDTH_EN]),
        _ if !n.is_multiple_of(1_000_000_000) => {
            (1_000_000, 1000, [word::MILLIONTH, word::MILLIONTH_EN])
        }
        _ => (1_000_000_000, 1000, [word::MILLIARDTH, word::MILLIARDTH_EN]),
    };
    let group = n / size % below;
    let join = greater(out, n - group * size);
    below_thousand(out, join, group, EIN);
    let [plain, bent] = names;
    out.add(Join::Glued, if ending.is_empty() { plain } else { bent });
}
