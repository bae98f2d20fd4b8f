//! Which outside numbers may be called, by agents and for callers who want to be called back: a
//! guard against those who would have us call what they earn from, at our expense.

mod plan;

use self::plan::PREMIUM;
pub use self::plan::{EMERGENCY, country_of};
use crate::ids::PhoneNumber;

/// What the operator allows. The longest beginning that fits decides; of two that are as long, the
/// one that forbids.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outside {
    country: Option<String>,
    rules: Vec<Rule>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Rule {
    /// How numbers begin, as [`Outside::read`] gives them.
    begins: String,
    /// Nothing follows.
    whole: bool,
    allows: bool,
}

/// How numbers begin, as people write it: `+45 90`, `0045 90`, `0900`, `112`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Beginning(String);

impl Beginning {
    /// Spaces and the like do not count, nor what stands for the rest of the number.
    pub fn parse(text: &str) -> Option<Beginning> {
        let text = text.trim().trim_end_matches(['*', '…', '.']);
        // The zero of one's own country, in a number for those abroad.
        let text = text.replace("(0)", "");
        let kept: String = text.chars().filter(|c| !" -/().".contains(*c)).collect();
        let kept = international(&kept);
        let digits = kept.strip_prefix('+').unwrap_or(&kept);
        // A `+` alone is every country.
        let few = usize::from(!kept.starts_with('+'));
        let good = (few..=20).contains(&digits.len())
            && digits.bytes().all(|b| b.is_ascii_digit())
            && !(kept.starts_with('+') && digits.starts_with('0'));
        good.then_some(Beginning(kept))
    }

    /// Written with the country, so that it says nothing of numbers written without.
    pub fn is_international(&self) -> bool {
        self.0.starts_with('+')
    }

    /// As numbers begin that are read as from this country.
    fn read(&self, country: Option<&str>) -> Vec<String> {
        let text = &self.0;
        let Some(country) = country.filter(|_| !self.is_international()) else {
            return vec![text.clone()];
        };
        match plan::own(country).within {
            Some(within) => match text.strip_prefix(within) {
                Some(rest) => vec![format!("+{country}{rest}")],
                None => vec![text.clone()],
            },
            // Short numbers begin as long ones do.
            None => vec![text.clone(), format!("+{country}{text}")],
        }
    }
}

impl std::fmt::Display for Beginning {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// `+` in place of the `00` that most countries dial for abroad.
fn international(number: &str) -> String {
    match number.strip_prefix("00") {
        Some(rest) if !rest.starts_with('0') => format!("+{rest}"),
        Some(_) | None => number.to_owned(),
    }
}

impl Default for Outside {
    /// All but what costs more than a call.
    fn default() -> Outside {
        Outside::new(None, None, &[], true)
    }
}

impl Outside {
    /// `country`: the one in which numbers are that do not say theirs, by its digits. `allow`:
    /// `None` is everything. `premium`: what is known to cost more than a call is forbidden too.
    pub fn new(
        country: Option<&str>,
        allow: Option<&[Beginning]>,
        forbid: &[Beginning],
        premium: bool,
    ) -> Outside {
        let rules = |all: &[Beginning], allows: bool| -> Vec<Rule> {
            let read = all.iter().flat_map(|b| b.read(country));
            let rule = |begins| Rule {
                begins,
                whole: false,
                allows,
            };
            read.map(rule).collect()
        };
        let mut all = match allow {
            Some(allow) => rules(allow, true),
            None => vec![Rule {
                begins: String::new(),
                whole: false,
                allows: true,
            }],
        };
        all.extend(rules(forbid, false));
        if premium {
            let known: Vec<Beginning> = PREMIUM
                .iter()
                .filter_map(|p| Beginning::parse(p))
                // A number of no country says nothing where the country is known.
                .filter(|p| country.is_none() || p.is_international())
                .collect();
            all.extend(rules(&known, false));
        }
        all.extend(EMERGENCY.iter().map(|number| Rule {
            begins: (*number).to_owned(),
            whole: true,
            allows: true,
        }));
        Outside {
            country: country.map(str::to_owned),
            rules: all,
        }
    }

    /// Whether it is known in which country numbers are that do not say theirs.
    pub fn knows_country(&self) -> bool {
        self.country.is_some()
    }

    /// Whether agents may call this number.
    pub fn allows(&self, number: &PhoneNumber) -> bool {
        let number = self.read(number.reveal());
        let fits = |r: &&Rule| match r.whole {
            true => number == r.begins,
            false => number.starts_with(&r.begins),
        };
        let fitting = self.rules.iter().filter(fits);
        let longest = fitting.max_by_key(|r| (r.begins.len(), !r.allows));
        longest.is_some_and(|r| r.allows)
    }

    /// Whether a caller may be called back at this number: nobody is to send the fire brigade by it.
    pub fn calls_back(&self, number: &PhoneNumber) -> bool {
        !EMERGENCY.contains(&number.reveal()) && self.allows(number)
    }

    /// The number with its country, as far as that can be told.
    fn read(&self, number: &str) -> String {
        if EMERGENCY.contains(&number) {
            return number.to_owned();
        }
        let number = international(number);
        if number.starts_with('+') {
            return number;
        }
        let own = self.country.as_deref().and_then(|country| {
            let long = plan::own(country).digits(&number)?;
            Some(format!("+{country}{long}"))
        });
        match own {
            Some(own) => own,
            // Too long for a number without its country: providers take it as one with.
            None if number.len() >= PROVIDERS && !number.starts_with('0') => format!("+{number}"),
            None => number,
        }
    }
}

/// From this many digits on, a number that is none of the own country is one of another.
const PROVIDERS: usize = 10;

#[cfg(test)]
mod tests;
