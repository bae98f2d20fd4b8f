//! What the table of fields is made of.

/// One mapping.
pub(super) struct Mapping {
    /// The name of its definition.
    pub name: &'static str,
    /// What mistakes call it; a test compares by that.
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "the test that holds the table true")
    )]
    pub of: &'static str,
    pub about: &'static str,
    /// Languages are keys as well.
    pub says: bool,
    /// The operator's names are keys as well.
    pub open: bool,
    /// Exactly one of these must be there.
    pub one_of: &'static [&'static str],
    pub fields: &'static [Field],
}

/// One key.
pub(super) struct Field {
    pub name: &'static str,
    pub about: &'static str,
    pub shape: Shape,
    pub needed: bool,
}

/// What may stand under a key.
pub(super) enum Shape {
    Text,
    Flag,
    Duration,
    Tries,
    /// `8`, `4-8`.
    Range,
    Words,
    /// One or a list of them.
    Some(&'static Shape),
    List(&'static Shape),
    /// By the keys 1 to 9.
    Keys(&'static Shape),
    /// By names of the operator's.
    Named(&'static Shape),
    Mapping(&'static str),
    Either(&'static [Shape]),
}

pub(super) const fn may(name: &'static str, shape: Shape, about: &'static str) -> Field {
    Field {
        name,
        about,
        shape,
        needed: false,
    }
}

pub(super) const fn must(name: &'static str, shape: Shape, about: &'static str) -> Field {
    Field {
        name,
        about,
        shape,
        needed: true,
    }
}

pub(super) const fn of(
    name: &'static str,
    of: &'static str,
    about: &'static str,
    fields: &'static [Field],
) -> Mapping {
    Mapping {
        name,
        of,
        about,
        says: false,
        open: false,
        one_of: &[],
        fields,
    }
}

/// The same wherever a node has it.
pub(super) const LABEL: &str = "What agents and reports show";
