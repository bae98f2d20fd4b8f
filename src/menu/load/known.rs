//! What menu files may refer to, and what they need.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use crate::ids::{CalendarName, Language, NodeName, PromptName, QueueName};
use crate::menu::calendar::Calendar;
use crate::outside::Outside;

/// What menu files may refer to.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// The language of lines that do not say theirs.
    pub language: Language,
    /// Languages that lines can name: built in, or with a folder of prompts.
    pub languages: BTreeSet<Language>,
    /// Prompts by language, those that speech engines made included.
    pub prompts: BTreeMap<Language, BTreeMap<PromptName, PromptFacts>>,
    /// Queues.
    pub queues: BTreeSet<QueueName>,
    /// What queues ask those whose talk an agent has ended: a `survey` of the line that they called.
    pub surveys: BTreeMap<QueueName, NodeName>,
    /// Opening hours.
    pub calendars: BTreeMap<CalendarName, Arc<Calendar>>,
    /// Outside numbers can be called.
    pub trunk: bool,
    /// Which of them, but for those that menus dial.
    pub outside: Arc<Outside>,
    /// Mail can be sent.
    pub mail: bool,
    /// Text that nobody has said yet is taken: its voice comes later. See [`super::texts`].
    pub voiceless: bool,
    /// So is a recording that is not there: for who wants to know which are missing.
    pub unrecorded: bool,
}

impl Known {
    pub(super) fn facts(&self, language: &Language, name: &PromptName) -> Option<&PromptFacts> {
        self.prompts.get(language)?.get(name)
    }

    /// Whether some language has a recording of that name.
    pub(super) fn has_prompt(&self, name: &str) -> bool {
        let name = PromptName::new(name);
        self.prompts.values().any(|all| all.contains_key(&name))
    }
}

/// A text of a menu file that a speech engine has to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// In which language.
    pub language: Language,
    /// What.
    pub text: String,
    /// Where it stands.
    pub file: String,
    /// In which line, from 1.
    pub line: usize,
}

/// What is known about a recorded prompt.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PromptFacts {
    /// What is said in it.
    pub transcript: Option<String>,
    /// How long it is.
    pub length: Option<Duration>,
}
