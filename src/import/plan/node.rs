//! A planned line and its nodes.

use std::collections::{BTreeMap, BTreeSet};

use super::super::flow::{At, Condition, Said, StepId, Unmapped};

/// A line of ours in the making.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// The line's name.
    pub name: String,
    /// What is dialled.
    pub numbers: Vec<String>,
    /// Whether the files tell all of that.
    pub numbers_told: bool,
    /// The queue behind 0.
    pub human: String,
    /// The language, if it is known.
    pub language: Option<String>,
    /// The first of them is where calls begin.
    pub nodes: Vec<Node>,
    /// Queues that must be configured, and what they were.
    pub queues: BTreeMap<String, BTreeSet<String>>,
    /// Numbers that a trunk must be able to call, and what they were.
    pub outside: BTreeMap<String, BTreeSet<String>>,
    /// Recordings: path of the original → name of ours.
    pub prompts: BTreeMap<String, String>,
    /// What has no counterpart.
    pub unmapped: Vec<Unmapped>,
    /// Steps that became nodes, or are listed as left out.
    pub seen: BTreeSet<StepId>,
    /// Entries of menus that got another key, or none.
    pub moved: Vec<Moved>,
    /// What the operator should look at.
    pub hints: Vec<(At, String)>,
}

/// An entry of a menu that can not stay where it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// The menu.
    pub step: StepId,
    /// What was entered.
    pub key: String,
    /// What it was for.
    pub what: String,
    /// Its key now; `None`: none was free.
    pub to: Option<usize>,
}

/// A node of ours in the making.
#[derive(Clone, Debug)]
pub struct Node {
    /// Its name.
    pub name: String,
    /// What agents and reports show.
    pub label: String,
    /// Where it comes from, and what is missing.
    pub comments: Vec<String>,
    /// Where it comes from.
    pub at: At,
    /// What it does.
    pub kind: Kind,
}

/// Where an edge leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// To a node, by its place in [`Plan::nodes`].
    Node(usize),
    /// To a person.
    Human,
    /// To the menu before.
    Back,
}

/// What a node does.
#[derive(Clone, Debug)]
pub enum Kind {
    /// Not yet filled in.
    Empty,
    /// Offers keys.
    Menu {
        /// What is said first.
        greeting: Vec<Said>,
        /// Key, what is said about it, where it leads.
        options: Vec<(usize, Option<String>, Target)>,
        /// Failed tries, where the usual number is not meant.
        tries: Option<usize>,
        /// Seconds, where the usual number is not meant.
        wait: Option<u64>,
    },
    /// Takes digits.
    Collect {
        /// What is said.
        said: Vec<Said>,
        /// The fewest and the most.
        digits: (usize, usize),
        /// The value's name.
        into: String,
        /// Failed tries, where the usual number is not meant.
        tries: Option<usize>,
        /// Where it leads.
        go: Target,
    },
    /// Says something.
    Say {
        /// What.
        said: Vec<Said>,
        /// Where it leads.
        go: Target,
    },
    /// Parts the ways.
    Choose {
        /// When, and where to.
        cases: Vec<(Condition, Target)>,
        /// Else.
        otherwise: Target,
    },
    /// Asks a web service.
    Ask {
        /// Its address.
        url: String,
        /// Whether values are posted.
        post: bool,
        /// Values that are posted.
        body: Vec<String>,
        /// Where it leads.
        go: Target,
    },
    /// Calls a number outside.
    Dial {
        /// Which.
        number: String,
        /// Seconds, where the usual number is not meant.
        ring: Option<u64>,
        /// Where it leads when nobody is reached there.
        missing: Target,
    },
    /// Promises to call back: the people who do.
    Callback(String),
    /// Leads to people.
    Queue(String),
    /// Takes a message.
    Message(String),
    /// Ends the call.
    Goodbye,
}
