//! Every key that the loader knows in lines and fragments, mapping by mapping.

use super::table::Shape::{
    self, Duration, Either, Flag, Keys, List, Named, Range, Some, Text, Tries, Words,
};
use super::table::{LABEL, Mapping, may, must, of};

const GO: &str = "Where to: a node, `human`, `back` or `repeat`";
const WAIT: &str = "Silence that counts as a failed try, 1s to 60s";
const TRIES: &str = "Failed tries, then a person: 1 to 3";
const AGAIN: &str =
    "What is said after each failed try but the last, each shorter than the one before";

/// All of them.
pub(super) const ALL: &[Mapping] = &[
    of(
        "line",
        "the file",
        "What callers reach by a number",
        &[
            must("line", Text, "Its name"),
            may("label", Text, LABEL),
            may(
                "languages",
                Some(&Text),
                "Those it speaks; calls begin with the first",
            ),
            must("numbers", Some(&Text), "What is dialled to reach it"),
            must("human", Text, "The queue behind 0"),
            may(
                "calendar",
                Text,
                "Its opening hours: the name of a calendar",
            ),
            may("wait", Duration, WAIT),
            may("tries", Tries, TRIES),
            may(
                "use",
                Either(&[Some(&Text), Named(&Named(&Text))]),
                "Fragments, and where their exits lead",
            ),
            must("start", Text, "The node where calls begin"),
            must(
                "nodes",
                Named(&Shape::Mapping("node")),
                "The nodes, by names of your choice",
            ),
        ],
    ),
    of(
        "fragment",
        "a fragment",
        "Nodes that several lines share",
        &[
            must("fragment", Text, "Its name"),
            must("start", Text, "The node that `go: NAME` leads to"),
            may(
                "exits",
                Some(&Text),
                "The ways out, which each line lets lead somewhere",
            ),
            must(
                "nodes",
                Named(&Shape::Mapping("node")),
                "The nodes, by names of your choice",
            ),
        ],
    ),
    Mapping {
        one_of: &[
            "menu", "language", "say", "collect", "choose", "ask", "guide", "survey", "send",
            "dial", "queue", "callback", "message", "goodbye",
        ],
        ..of(
            "node",
            "node",
            "One step of a call",
            &[
                may("label", Text, LABEL),
                may(
                    "needs",
                    Some(&Text),
                    "The skills that people need for who comes by here, `cards` or `cards:2` \
                     (1 to 5, by default 3); it holds until another node says otherwise",
                ),
                may(
                    "priority",
                    Text,
                    "How urgent who comes by here is, 0 to 9; it holds likewise",
                ),
                may("menu", Shape::Mapping("menu"), "Offers keys"),
                may("language", Shape::Mapping("language"), "Offers languages"),
                may("say", Shape::Mapping("say"), "Says something and goes on"),
                may("collect", Shape::Mapping("collect"), "Takes digits"),
                may(
                    "choose",
                    List(&Shape::Mapping("case")),
                    "Goes on by what is known: the first that fits",
                ),
                may("ask", Shape::Mapping("ask"), "Asks a web service"),
                may(
                    "guide",
                    Shape::Mapping("guide"),
                    "Leads through steps, one at a time",
                ),
                may("survey", Shape::Mapping("survey"), "Asks how it was"),
                may("send", Shape::Mapping("send"), "Sends a follow-up"),
                may("dial", Shape::Mapping("dial"), "Calls an outside number"),
                may("queue", Text, "Leads to the people of this queue"),
                may(
                    "callback",
                    Either(&[Text, Shape::Mapping("callback")]),
                    "Promises to call back",
                ),
                may(
                    "message",
                    Text,
                    "Takes a message for the people of this queue",
                ),
                may("goodbye", Words, "Says its words and ends the call"),
            ],
        )
    },
    of(
        "menu",
        "a menu",
        "Offers the keys 1 to 9",
        &[
            may("greeting", Words, "Said on the first visit only"),
            must(
                "options",
                Keys(&Shape::Mapping("option")),
                "What each key does",
            ),
            may("again", Some(&Words), AGAIN),
            may("wait", Duration, WAIT),
            may("tries", Tries, TRIES),
        ],
    ),
    of(
        "option",
        "option",
        "One key of a menu",
        &[
            may(
                "say",
                Words,
                "What it is for; text becomes a sentence with its key",
            ),
            must("go", Text, GO),
        ],
    ),
    of(
        "language",
        "a language",
        "Offers languages, each in its own words",
        &[
            may("greeting", Words, "Said on the first visit only"),
            must(
                "options",
                Keys(&Either(&[Text, Shape::Mapping("language-option")])),
                "The language of each key",
            ),
            must("go", Text, GO),
            may("again", Some(&Words), AGAIN),
            may("wait", Duration, WAIT),
            may("tries", Tries, TRIES),
        ],
    ),
    of(
        "language-option",
        "a language",
        "One key of a language",
        &[
            must("language", Text, "The call goes on in it"),
            must("say", Words, "How it is offered, in its own words"),
        ],
    ),
    Mapping {
        says: true,
        ..of(
            "say",
            "a say",
            "Says something and goes on",
            &[
                may("text", Words, "Words in every language of the line"),
                may("prompt", Some(&Text), "Recordings by name"),
                may("go", Text, GO),
                may("interrupt", Flag, "Whether a key cuts it short"),
            ],
        )
    },
    of(
        "collect",
        "a collect",
        "Takes digits",
        &[
            must("say", Words, "The question"),
            must("digits", Range, "How many: `8` or `4-8`"),
            may(
                "leading_zero",
                Flag,
                "An entry may begin with 0; a person is then 0 and #",
            ),
            must("into", Text, "The value that holds the entry"),
            may(
                "sensitive",
                Flag,
                "Never shown, stored or said to anybody but the caller",
            ),
            may("confirm", Flag, "Read back: 1 is right, 2 once more"),
            may("wait", Duration, WAIT),
            may(
                "between",
                Duration,
                "Silence between digits that ends an entry",
            ),
            may("tries", Tries, TRIES),
            may("again", Some(&Words), AGAIN),
            may("go", Text, GO),
        ],
    ),
    of(
        "case",
        "a case",
        "One way on, and when it is taken",
        &[
            may(
                "when",
                Shape::Mapping("when"),
                "All must hold; without it: else",
            ),
            must("go", Text, GO),
        ],
    ),
    Mapping {
        open: true,
        ..of(
            "when",
            "`when`",
            "What must hold; other keys are values",
            &[
                may("open", Text, "A calendar is open; `yes`: the line's own"),
                may(
                    "closed",
                    Text,
                    "A calendar is closed; `yes`: the line's own",
                ),
                may("language", Some(&Text), "The call goes on in one of these"),
                may(
                    "caller",
                    Either(&[Some(&Text), Shape::Mapping("test")]),
                    "The caller's number, like `+45*`",
                ),
            ],
        )
    },
    of(
        "test",
        "a test",
        "A test of a value",
        &[
            may("known", Flag, "It is there"),
            may("over", Text, "It is more than this"),
            may("under", Text, "It is less than this"),
        ],
    ),
    Mapping {
        one_of: &["get", "post"],
        ..of(
            "ask",
            "an ask",
            "Asks a web service",
            &[
                may("get", Text, "The address, with {values} behind the host"),
                may("post", Text, "The address, with {values} behind the host"),
                may(
                    "body",
                    Named(&Text),
                    "What is posted as JSON: member and value",
                ),
                may("timeout", Duration, "How long it may take, 100ms to 10s"),
                may("say", Words, "Said meanwhile"),
                may(
                    "take",
                    Named(&Either(&[Text, Shape::Mapping("value")])),
                    "What is taken from the answer",
                ),
                may("go", Text, GO),
                may("missing", Text, "Where to when it knows nothing"),
            ],
        )
    },
    of(
        "value",
        "a value",
        "One value of an answer",
        &[
            may("from", Text, "Names of JSON members, with dots between"),
            must(
                "as",
                Text,
                "digits, text, number, money EUR, date, time or flag",
            ),
            may("optional", Flag, "It may be missing"),
        ],
    ),
    of(
        "guide",
        "a guide",
        "Leads through steps, one at a time",
        &[
            must(
                "steps",
                Named(&Shape::Mapping("step")),
                "What is tried, the first first",
            ),
            must("solved", Text, GO),
            may(
                "resume",
                Duration,
                "Who calls again by then may go on at their step, 1m to 31d",
            ),
            may("wait", Duration, WAIT),
            may("tries", Tries, TRIES),
            may("time", Duration, "What 3 gives, 30s to 30m"),
            may("remind", Duration, "How often a word is said meanwhile"),
        ],
    ),
    of(
        "step",
        "step",
        "A question with `yes` and `no`, or something to do with `next`",
        &[
            must("say", Words, "What to do, or the question"),
            may("yes", Text, "Where 1 leads: a step, `solved` or a node"),
            may("no", Text, "Where 2 leads"),
            may("next", Text, "Where 1 leads when it is done"),
        ],
    ),
    of(
        "survey",
        "a survey",
        "Asks how it was, one key for each question",
        &[
            may("say", Words, "Said before the first question"),
            must(
                "questions",
                Named(&Either(&[Words, Shape::Mapping("question")])),
                "The questions, by the names of their values",
            ),
            may("scale", Text, "The keys that are answers: `1-5`"),
            may("wait", Duration, "Silence that leaves a question out"),
            may("go", Text, GO),
        ],
    ),
    of(
        "question",
        "question",
        "A question with a scale of its own",
        &[
            must("say", Words, "The question"),
            may("scale", Text, "The keys that are answers: `1-5`"),
        ],
    ),
    Mapping {
        one_of: &["webhook", "mail"],
        ..of(
            "send",
            "a send",
            "Sends a follow-up, while the call goes on",
            &[
                may(
                    "webhook",
                    Text,
                    "The address to post to, with {values} behind the host",
                ),
                may(
                    "body",
                    Named(&Either(&[Text, Shape::Mapping("written")])),
                    "What is posted as JSON: member and value, or `{ text: … }`",
                ),
                may("mail", Text, "The address that an e-mail is for"),
                may("subject", Text, "Of the e-mail, with {values}"),
                may("text", Text, "Of the e-mail, with {values}"),
                may(
                    "required",
                    Flag,
                    "Who can not be served so goes to a person; if not, to `go`",
                ),
                may("go", Text, GO),
            ],
        )
    },
    of(
        "dial",
        "a dial",
        "Calls an outside number through a trunk",
        &[
            must("number", Text, "The whole number, without values"),
            may("say", Words, "Said while it rings"),
            may("ring", Duration, "How long it may ring, 5s to 2m"),
            may("missing", Text, "Where to when nobody is reached"),
        ],
    ),
    of(
        "written",
        "a member",
        "Text in what is posted",
        &[must("text", Text, "With {values}")],
    ),
    of(
        "callback",
        "a callback",
        "Promises to call back",
        &[
            must("queue", Text, "Whose people call"),
            may("say", Words, "Said before the rest"),
            may("numbers", Some(&Text), "Only these are called, like `+45*`"),
            may(
                "slots",
                Shape::Mapping("slots"),
                "Times that can be chosen, besides as soon as possible",
            ),
            may("wait", Duration, WAIT),
            may("tries", Tries, TRIES),
        ],
    ),
    of(
        "slots",
        "slots",
        "Times at which people can call back",
        &[
            must(
                "hours",
                Text,
                "Only while this calendar is open; `yes`: the line's own",
            ),
            must(
                "each",
                Text,
                "How many callbacks may be due in one slot, 1 to 1000",
            ),
            may("every", Duration, "How long a slot is, 5m to 4h"),
            may("days", Text, "How far ahead, 1 to 14; today is the first"),
        ],
    ),
    Mapping {
        says: true,
        ..of(
            "said",
            "what is said",
            "A recording, or words by language",
            &[
                may("text", Words, "Words in every language of the line"),
                may("prompt", Some(&Text), "Recordings by name"),
            ],
        )
    },
    of(
        "recording",
        "what is said",
        "A recording of one language",
        &[
            may("text", Text, "What is said in it"),
            must("prompt", Some(&Text), "Its name"),
        ],
    ),
];
