//! What the proof of a large line costs: 1,000 nodes of all kinds in 4 languages.

use std::fmt::Write as _;
use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use zeroline::check::{Overflow, Queue, Said, check, expand};
use zeroline::ids::{Language, PromptName, QueueName};
use zeroline::menu::load::{Known, Lines, PromptFacts, load_all};
use zeroline::menu::say;
use zeroline::prompts::{PromptLibrary, embedded};

const NODES: usize = 1_000;
/// So many kinds of leaves.
const LEAVES: usize = 14;
/// When callers can be called back.
const OFFICE: &str =
    "calendar: office\nlabel: Office\nzone: Europe/Copenhagen\nhours:\n  mon-fri: 08:00-18:00\n";

/// A tree of menus with five options each, whose leaves are the other kinds in turn; each leaf
/// but a good-bye leads back to some menu.
fn text() -> String {
    let mut text = String::from(
        "line: large\nnumbers: [\"1\"]\nlanguages: [en, de, da, nb]\nhuman: support\nstart: tongue\n\
         tries: 3\nnodes:\n  tongue: { language: { options: { 1: en, 2: de, 3: da, 4: nb }, go: n0 } }\n",
    );
    let menus = NODES / 5;
    for n in 0..NODES {
        let _ = match n {
            _ if n < menus => {
                let options: Vec<String> = (1..=5)
                    .map(|k| {
                        let to = n * 5 + k;
                        let go = match to < NODES {
                            true => format!("n{to}"),
                            false => "human".to_owned(),
                        };
                        format!("{k}: {{ say: {{ prompt: sys-position-1 }}, go: {go} }}")
                    })
                    .collect();
                let greeting = "greeting: { prompt: sys-connecting }";
                writeln!(
                    text,
                    "  n{n}: {{ menu: {{ {greeting}, options: {{ {} }} }} }}",
                    options.join(", ")
                )
            }
            _ => writeln!(text, "  n{n}: {{ {} }}", leaf(n, menus)),
        };
    }
    text
}

/// The other kinds, each as large as operators write it.
fn leaf(n: usize, menus: usize) -> String {
    let go = format!("n{}", n % menus);
    let other = format!("n{}", (n + 1) % menus);
    match n % LEAVES {
        0 => "queue: support".to_owned(),
        1 => "goodbye: { prompt: sys-goodbye }".to_owned(),
        2 => "say: { prompt: sys-comfort, interrupt: false, go: back }".to_owned(),
        3 => format!(
            "collect: {{ say: {{ prompt: sys-message-short }}, digits: 4-8, leading_zero: true, \
             confirm: true, into: account, go: {go} }}"
        ),
        4 => format!("say: {{ prompt: sys-comfort, go: {go} }}"),
        5 => format!(
            "choose: [{{ when: {{ caller: \"+45*\" }}, go: human }}, \
             {{ when: {{ language: de }}, go: {go} }}, {{ go: {other} }}]"
        ),
        6 => format!(
            "ask: {{ get: \"http://crm.local/{n}\", say: {{ prompt: sys-connecting }}, \
             take: {{ x: number }}, go: {go}, missing: {other} }}"
        ),
        // Seven steps, as in the demo line.
        7 => format!(
            "guide: {{ steps: {{ {} }}, solved: {go}, resume: 24h }}",
            steps(&other)
        ),
        8 => format!(
            "survey: {{ questions: {{ helpful: {{ prompt: sys-comfort }}, \
             settled: {{ say: {{ prompt: sys-silence }}, scale: 1-2 }} }}, go: {go} }}"
        ),
        9 => "callback: { queue: support, slots: { hours: office, each: 2 } }".to_owned(),
        10 => "message: support".to_owned(),
        11 => format!(
            "send: {{ webhook: \"http://crm.local/{n}\", body: {{ from: caller }}, \
             required: true, go: {go} }}"
        ),
        12 => format!(
            "send: {{ webhook: \"http://crm.local/{n}\", body: {{ from: caller }}, go: {go} }}"
        ),
        _ => format!(
            "dial: {{ number: \"+441632960200\", say: {{ prompt: sys-connecting }}, missing: {go} }}"
        ),
    }
}

/// A question, what to do, a question, and so on.
fn steps(otherwise: &str) -> String {
    let step = |i: usize| {
        let next = match i {
            6 => "solved".to_owned(),
            _ => format!("s{}", i + 1),
        };
        let ways = match i % 2 {
            0 => format!("yes: {next}, no: {otherwise}"),
            _ => format!("next: {next}"),
        };
        format!("s{i}: {{ say: {{ prompt: sys-silence }}, {ways} }}")
    };
    (0..7).map(step).collect::<Vec<_>>().join(", ")
}

/// Where these are, times for a callback are offered.
fn words_of_times(tag: &str) -> impl Iterator<Item = (PromptName, PromptFacts)> {
    let language = say::Language::from_tag(tag).expect("a language that is read");
    say::vocabulary(language).into_iter().map(|word| {
        let facts = PromptFacts {
            transcript: Some(word.text),
            length: Some(Duration::from_millis(400)),
        };
        (word.name, facts)
    })
}

fn loaded(text: &str, known: &Known) -> Lines {
    let lines = load_all([("large.yaml", text), ("office.yaml", OFFICE)], known);
    lines.unwrap_or_else(|mistakes| panic!("{}", mistakes[0]))
}

fn proof(c: &mut Criterion) {
    let english = Language::new(embedded::LANGUAGE);
    let prompts = PromptLibrary::load(None, std::slice::from_ref(&english), &[]).expect("prompts");
    // The English recordings stand for those of the others.
    let facts = prompts.facts(&english).clone();
    let languages = ["en", "de", "da", "nb"].map(|tag| {
        let mut facts = facts.clone();
        facts.extend(words_of_times(tag));
        (Language::new(tag), facts)
    });
    let office = load_all([("office.yaml", OFFICE)], &Known::default()).expect("opening hours");
    let known = Known {
        language: english,
        prompts: languages.into(),
        calendars: office.calendars().clone(),
        queues: [QueueName::new("support")].into(),
        trunk: true,
        voiceless: true,
        ..Known::default()
    };
    let queues = [Queue {
        name: QueueName::new("support"),
        overflow: vec![Overflow::Message],
        max_wait: Duration::from_secs(1800),
    }];
    let text = text();
    let lines = loaded(&text, &known);
    let checked = check(&lines, &known.prompts, &queues);
    assert!(checked.findings.is_empty(), "{}", checked.findings[0]);
    let report = &checked.reports[0];
    println!("{} states, {} edges", report.states, report.edges);
    let mut group = c.benchmark_group("check 1,000 nodes in 4 languages");
    group.sample_size(10);
    group.bench_function("load", |b| b.iter(|| black_box(loaded(&text, &known))));
    group.bench_function("expand", |b| {
        b.iter(|| {
            for (line, origin) in lines.with_origins() {
                let said = Said::new(line, &known.prompts, &origin.texts);
                black_box(expand(line, &said, &queues));
            }
        });
    });
    group.bench_function("expand, prove and report", |b| {
        b.iter(|| black_box(check(&lines, &known.prompts, &queues)));
    });
    group.finish();
}

criterion_group!(benches, proof);
criterion_main!(benches);
