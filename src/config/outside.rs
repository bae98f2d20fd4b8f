//! The section `[outside]`: which numbers may be called by the trunks.

use super::reader::{Parsed, Table};
use super::types::Trunk;
use crate::outside::{Beginning, Outside, country_of};

/// The word for all numbers that are known to cost more than a call.
const PREMIUM: &str = "premium";

#[derive(Clone, Debug, PartialEq)]
enum Forbidden {
    Premium,
    Number(Beginning),
}

pub(super) fn read(mut t: Table<'_>, trunks: &[Trunk]) -> Outside {
    let ours = trunks.iter().flat_map(|t| &t.numbers);
    let ours = ours.filter_map(|n| country_of(n)).next();
    let given = t.has("country");
    let country = t.opt("country", country);
    let country = country.or_else(|| ours.map(str::to_owned));
    let allow = t.list("allow", beginning);
    let forbid = t.list("forbid", |s| match s.trim() {
        PREMIUM => Ok(Forbidden::Premium),
        s => beginning(s)
            .map(Forbidden::Number)
            .map_err(|like| format!("{like}, or `{PREMIUM}`")),
    });
    let forbid = forbid.unwrap_or_else(|| vec![Forbidden::Premium]);
    let named: Vec<Beginning> = forbid.iter().filter_map(Forbidden::number).collect();
    if let Some(both) = named
        .iter()
        .find(|b| allow.iter().flatten().any(|a| a == *b))
    {
        t.tell(
            "forbid",
            format!("`{both}` is allowed as well"),
            "keep one of them",
        );
    }
    if country.is_none() && !given && named.iter().any(Beginning::is_international) {
        t.tell(
            "country",
            "is missing: what is forbidden with a `+` could be called without its country",
            "write the country whose numbers are dialled without one, like `country = \"+45\"`",
        );
    }
    t.finish();
    let premium = forbid.contains(&Forbidden::Premium);
    Outside::new(country.as_deref(), allow.as_deref(), &named, premium)
}

impl Forbidden {
    fn number(&self) -> Option<Beginning> {
        match self {
            Forbidden::Premium => None,
            Forbidden::Number(beginning) => Some(beginning.clone()),
        }
    }
}

fn beginning(t: &str) -> Parsed<Beginning> {
    let like = "write how numbers begin, like `+45`, `0900` or `112`";
    Beginning::parse(t).ok_or_else(|| like.to_owned())
}

/// `+45`, by its digits.
fn country(t: &str) -> Parsed<String> {
    let code = country_of(t).filter(|code| t.strip_prefix('+') == Some(code));
    code.map(str::to_owned)
        .ok_or_else(|| "write the code of a country, like `+45`".to_owned())
}
