//! What a telephone system does with a call, in the form that all formats are read into.

use std::fmt;
use std::sync::Arc;

use serde::Serialize;

use super::emit::one_line;

/// Names that are longer are cut.
const LONGEST_NAME: usize = 200;

/// A place in a file that is imported.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct At {
    /// The file, as it was named.
    pub file: Arc<str>,
    /// Counted from 1.
    pub line: usize,
}

impl At {
    /// A line of a file.
    pub fn new(file: &str, line: usize) -> At {
        At {
            file: Arc::from(file),
            line,
        }
    }
}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// Everything that was read.
#[derive(Clone, Debug, Default)]
pub struct Flow {
    /// What calls go through; shared by all entries.
    pub steps: Vec<Step>,
    /// Where calls come in. Each becomes a line.
    pub entries: Vec<Entry>,
    /// Opening hours that steps refer to by name.
    pub hours: Vec<Hours>,
    /// What belongs to no step and has no counterpart.
    pub unmapped: Vec<Unmapped>,
}

/// Where calls come in.
#[derive(Clone, Debug)]
pub struct Entry {
    /// What people call it.
    pub label: String,
    /// What was dialled; empty when the files do not tell.
    pub numbers: Vec<String>,
    /// The language that is spoken, if the files tell.
    pub language: Option<String>,
    /// Where a call begins.
    pub start: Way,
    /// Where it is written.
    pub at: At,
}

/// A step by its place in [`Flow::steps`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StepId(pub usize);

/// One thing that happens to a call.
#[derive(Clone, Debug)]
pub struct Step {
    /// The original's name for it: `ivr-3`, `gather_main`.
    pub id: String,
    /// What people call it.
    pub label: String,
    /// Where it is written.
    pub at: At,
    /// What happens.
    pub what: What,
    /// What of it has no counterpart.
    pub lost: Vec<String>,
}

/// Something without a counterpart.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Unmapped {
    /// Where it is written.
    pub at: At,
    /// What it is.
    pub what: String,
    /// What stands in its place.
    pub instead: String,
}

/// Where a call goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Way {
    /// To a step.
    Step(StepId),
    /// The call is ended.
    HangUp,
    /// To the menu that the caller came from.
    Back,
    /// To something that is not there, by its name.
    Missing(String),
}

/// What is said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// Words.
    Text(String),
    /// A recording by its path or address, and the words in it if they are written down.
    Recording(String, Option<String>),
    /// A value that an [`What::Entry`] brought.
    Value(String),
}

/// What happens after failed tries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct After {
    /// How many; `None`: for ever, nothing else happens.
    pub tries: Option<usize>,
    /// And then.
    pub then: Way,
}

impl After {
    /// After so many.
    pub fn tries(tries: usize, then: Way) -> After {
        let tries = Some(tries.max(1));
        After { tries, then }
    }

    /// The caller is asked again and again.
    pub fn never() -> After {
        After {
            tries: None,
            then: Way::HangUp,
        }
    }
}

/// What happens in a step.
#[derive(Clone, Debug)]
pub enum What {
    /// Keys are offered.
    Menu(Menu),
    /// Digits are taken.
    Entry(Digits),
    /// Something is said.
    Say {
        /// What.
        said: Vec<Said>,
        /// And then.
        go: Way,
    },
    /// The way parts by what is known.
    Choose {
        /// The first that holds is taken.
        cases: Vec<(Condition, Way)>,
        /// When none does.
        otherwise: Way,
    },
    /// A web service is asked.
    Ask {
        /// Its address; `{name}` is a value.
        url: String,
        /// Whether `body` is posted.
        post: bool,
        /// Names of values that are sent.
        body: Vec<String>,
        /// With an answer.
        go: Way,
        /// Without one.
        failed: Way,
    },
    /// People answer.
    People {
        /// What they are called: a queue, a ring group, an extension.
        queue: String,
        /// What happens when none of them does, if that is told.
        unanswered: Option<Way>,
    },
    /// A number outside is called.
    Outside {
        /// Which, or the address of a phone.
        number: String,
        /// For so many seconds, if that is told.
        ring: Option<u64>,
        /// What happens when nobody answers there.
        unanswered: Way,
        /// What happens when it is busy.
        busy: Way,
    },
    /// The call ends, and the caller is called back.
    Callback {
        /// Whom they talk with then.
        go: Way,
    },
    /// A message is recorded.
    Voicemail {
        /// Whose box.
        of: String,
        /// And then.
        go: Way,
    },
    /// Something that has no counterpart.
    Other {
        /// What.
        what: String,
        /// How the call goes on after it, if it does.
        go: Option<Way>,
    },
}

/// Keys are offered.
#[derive(Clone, Debug)]
pub struct Menu {
    /// What is said.
    pub said: Vec<Said>,
    /// What callers may enter, in the order of the file, and where it leads.
    pub keys: Vec<(String, Way)>,
    /// When nothing is pressed.
    pub silence: After,
    /// When something else is pressed.
    pub wrong: After,
    /// Seconds that a key is waited for.
    pub wait: Option<u64>,
}

/// Digits are taken.
#[derive(Clone, Debug)]
pub struct Digits {
    /// What is said.
    pub said: Vec<Said>,
    /// The fewest.
    pub min: usize,
    /// The most.
    pub max: usize,
    /// The name of the value.
    pub into: String,
    /// When nothing is pressed.
    pub silence: After,
    /// When too little is.
    pub wrong: After,
    /// With the digits.
    pub go: Way,
}

/// What a way is chosen by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// These hours say open.
    Open(String),
    /// The caller's number begins with this, or is it.
    Caller(String),
    /// A value is this.
    Is(String, String),
    /// Something that we can not ask for.
    Other(String),
}

/// Opening hours: weekly spans.
#[derive(Clone, Debug)]
pub struct Hours {
    /// Their name.
    pub name: String,
    /// What people call them.
    pub label: String,
    /// Whose clock, if that is told.
    pub zone: Option<String>,
    /// Days of the week like `mon-fri`, and spans of them like `09:00-17:00`.
    pub week: Vec<(String, Vec<String>)>,
    /// What of them has no counterpart.
    pub lost: Vec<String>,
    /// Where they are written.
    pub at: At,
}

impl Flow {
    /// A step. Ids of another flow give `None` or a wrong one.
    pub fn step(&self, id: StepId) -> Option<&Step> {
        self.steps.get(id.0)
    }

    /// Finds failed tries that lead to the same question again, and so have no end: by words
    /// only, or in silence by other menus as well.
    pub(super) fn find_endless(&mut self) {
        for i in 0..self.steps.len() {
            let id = StepId(i);
            let (silent, wrong) = match self.steps.get(i).map(|s| &s.what) {
                Some(What::Menu(m)) => (
                    self.comes_back(id, &m.silence.then, true),
                    self.comes_back(id, &m.wrong.then, false),
                ),
                Some(What::Entry(d)) => (
                    self.comes_back(id, &d.silence.then, true),
                    self.comes_back(id, &d.wrong.then, false),
                ),
                Some(_) | None => continue,
            };
            let Some(step) = self.steps.get_mut(i) else {
                continue;
            };
            let afters = match &mut step.what {
                What::Menu(m) => [(&mut m.silence, silent), (&mut m.wrong, wrong)],
                What::Entry(d) => [(&mut d.silence, silent), (&mut d.wrong, wrong)],
                What::Say { .. }
                | What::Choose { .. }
                | What::Ask { .. }
                | What::People { .. }
                | What::Outside { .. }
                | What::Callback { .. }
                | What::Voicemail { .. }
                | What::Other { .. } => continue,
            };
            for (after, endless) in afters {
                if endless {
                    after.tries = None;
                }
            }
        }
    }

    fn comes_back(&self, start: StepId, way: &Way, silent: bool) -> bool {
        let mut way = way;
        // A way longer than this is not followed.
        for _ in 0..100 {
            let Way::Step(id) = way else { return false };
            if *id == start {
                return true;
            }
            way = match self.step(*id).map(|s| &s.what) {
                Some(What::Say { go, .. } | What::Ask { go, .. }) => go,
                Some(What::Other { go: Some(go), .. }) => go,
                Some(What::Menu(m)) if silent => &m.silence.then,
                Some(What::Entry(d)) if silent => &d.silence.then,
                Some(_) | None => return false,
            };
        }
        false
    }

    /// Adds a step; whatever it is called is on one line.
    pub fn push(&mut self, step: Step) -> StepId {
        self.steps.push(Step {
            id: one_line(&step.id, LONGEST_NAME),
            label: one_line(&step.label, LONGEST_NAME),
            ..step
        });
        StepId(self.steps.len() - 1)
    }
}

impl What {
    /// Where it leads without a key pressed and without anybody answering.
    pub fn by_itself(&self) -> Vec<&Way> {
        match self {
            What::Say { go, .. } | What::Ask { go, .. } => vec![go],
            What::Choose { cases, otherwise } => {
                cases.iter().map(|(_, w)| w).chain([otherwise]).collect()
            }
            What::Other { go, .. } => go.iter().collect(),
            What::Menu(_)
            | What::Entry(_)
            | What::People { .. }
            | What::Outside { .. }
            | What::Callback { .. }
            | What::Voicemail { .. } => Vec::new(),
        }
    }
}
