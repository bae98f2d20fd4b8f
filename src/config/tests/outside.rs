//! Which numbers may be called, as operators write it.

use super::*;
use crate::ids::PhoneNumber;

const TRUNK: &str = "[[trunks]]\nname = \"p\"\nuri = \"sip:sip.example.net\"\n\
                     numbers = [\"100\", \"+4530901820\"]\n";

#[track_caller]
fn calls(file: &str, numbers: &[(&str, bool)]) {
    let outside = good(file).outside;
    for (number, may) in numbers {
        assert_eq!(outside.allows(&PhoneNumber::new(number)), *may, "{number}");
    }
}

#[test]
fn the_country_is_that_of_our_own_numbers() {
    calls(
        TRUNK,
        &[
            ("30901820", true),
            ("+4930901820", true),
            ("90123456", false),
            ("0900123456", true),
        ],
    );
    calls(
        &format!("{TRUNK}[outside]\ncountry = \"+49\"\n"),
        &[("90123456", true), ("0900123456", false)],
    );
    calls(
        &format!("{TRUNK}[outside]\nforbid = []\n"),
        &[("90123456", true), ("+979123456789", true)],
    );
    calls(
        &format!(
            "{TRUNK}[outside]\nallow = [\"+45…\", \"0049 (0) 30\"]\nforbid = [\"premium\", \"+45 70\"]\n"
        ),
        &[
            ("30901820", true),
            ("+4930901820", true),
            ("+4989123456", false),
            ("70123456", false),
            ("90123456", false),
            ("112", true),
        ],
    );
}

#[test]
fn rules_that_can_not_be() {
    told(
        "[outside]\ncountry = \"Denmark\"\nallow = [\"all\", \"+45\"]\nforbid = [\"+45\", \"x\"]\n",
        &[],
        &[],
        &[
            "zeroline.toml:2: outside.country: `Denmark` does not fit; write the code of a country, \
             like `+45`",
            "zeroline.toml:3: outside.allow[0]: `all` does not fit; write how numbers begin, like \
             `+45`, `0900` or `112`",
            "zeroline.toml:4: outside.forbid[1]: `x` does not fit; write how numbers begin, like \
             `+45`, `0900` or `112`, or `premium`",
        ],
    );
    told(
        "[outside]\nallow = [\"+45\", \"0049 30\"]\nforbid = [\"premium\", \"+49 30\"]\n",
        &[],
        &[],
        &[
            "zeroline.toml:3: outside.forbid: `+4930` is allowed as well; keep one of them",
            "zeroline.toml:1: outside.country: is missing: what is forbidden with a `+` could be \
             called without its country; write the country whose numbers are dialled without one, \
             like `country = \"+45\"`",
        ],
    );
}
