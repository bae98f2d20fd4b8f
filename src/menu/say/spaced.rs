//! The numbers of English, Danish and Norwegian: words one after the other, the last one or
//! two digits joined by "and".

use super::phrase::Phrase;
use super::word::{self, Word};

/// In what the three differ.
pub(super) struct Numbers {
    /// 1–99 as they stand before "thousand" (and 1 before "hundred").
    pub(super) before_thousand: fn(u8) -> Word,
    /// 1–99 as they stand before "million".
    pub(super) before_million: fn(u8) -> Word,
    /// One and more.
    pub(super) million: [Word; 2],
    /// One and more.
    pub(super) milliard: [Word; 2],
    /// An ordinal begins with a bare "hundred" or "thousand".
    pub(super) bare_ordinals: bool,
}

impl Numbers {
    /// Any number; `last` gives its last two digits as what follows asks.
    pub(super) fn cardinal(&self, out: &mut Phrase, n: u64, last: fn(u8) -> Word) {
        self.number(out, n, last, false);
    }

    /// `bare`: "hundred and first" rather than "one hundred and first".
    fn number(&self, out: &mut Phrase, n: u64, last: fn(u8) -> Word, bare: bool) {
        if n == 0 {
            return out.push(Word::Cardinal(0, ""));
        }
        for (size, [one, many]) in [(1_000_000_000, self.milliard), (1_000_000, self.million)] {
            let group = n / size % 1000;
            if group > 0 {
                self.group(out, group, self.before_million, false, false);
                out.push(if group == 1 { one } else { many });
            }
        }
        let thousands = n / 1000 % 1000;
        let bare_here = bare && n < 1_000_000;
        if thousands > 0 {
            if !(bare_here && thousands == 1) {
                self.group(out, thousands, self.before_thousand, false, bare_here);
            }
            out.push(word::THOUSAND);
        }
        let bare_here = bare && n < 1000;
        self.group(out, n % 1000, last, n >= 1000, bare_here);
    }

    /// Below a thousand; nothing for 0. `joined`: greater words came before.
    fn group(&self, out: &mut Phrase, n: u64, last: fn(u8) -> Word, joined: bool, bare: bool) {
        let (hundreds, rest) = ((n / 100) as u8, (n % 100) as u8);
        if hundreds > 0 {
            out.push(match hundreds {
                1 if bare => word::HUNDRED,
                _ => Word::Hundreds(hundreds),
            });
        }
        if rest > 0 {
            if hundreds > 0 || joined {
                out.push(word::AND);
            }
            out.push(last(rest));
        }
    }

    /// A place in a row; `last` adds the ordinal of the last two digits, 0 included.
    pub(super) fn ordinal(&self, out: &mut Phrase, n: u32, last: impl Fn(&mut Phrase, u8)) {
        let n = u64::from(n);
        let rest = (n % 100) as u8;
        if rest > 0 || n == 0 {
            if n > 100 {
                self.head(out, n - u64::from(rest));
                out.push(word::AND);
            }
            return last(out, rest);
        }
        let (size, below, name, form) = match n {
            _ if !n.is_multiple_of(1000) => (100, 10, word::HUNDREDTH, self.before_thousand),
            _ if !n.is_multiple_of(1_000_000) => {
                (1000, 1000, word::THOUSANDTH, self.before_thousand)
            }
            _ if !n.is_multiple_of(1_000_000_000) => {
                (1_000_000, 1000, word::MILLIONTH, self.before_million)
            }
            _ => (1_000_000_000, 1000, word::MILLIARDTH, self.before_million),
        };
        let group = n / size % below;
        let head = n - group * size;
        if head > 0 {
            self.head(out, head);
        }
        let bare = self.bare_ordinals && head == 0;
        if !(bare && group == 1) {
            self.group(out, group, form, false, bare);
        }
        out.push(name);
    }

    /// What comes before the last word of an ordinal: a multiple of 100.
    fn head(&self, out: &mut Phrase, n: u64) {
        self.number(out, n, counted, self.bare_ordinals);
    }
}

/// As one counts.
pub(super) fn counted(n: u8) -> Word {
    Word::Cardinal(n, "")
}
