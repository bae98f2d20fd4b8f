//! What the proof of a large line costs: 1,000 nodes of all kinds in 4 languages.

use std::fmt::Write as _;
use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use zeroline::check::{Overflow, Queue, Said, check, expand};
use zeroline::ids::{Language, QueueName};
use zeroline::menu::load::{Known, Lines, load_all};

use zeroline::prompts::{PromptLibrary, embedded};

const NODES: usize = 1_000;

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
            _ => match n % 7 {
                5 => writeln!(
                    text,
                    "  n{n}: {{ choose: [{{ when: {{ caller: \"+45*\" }}, go: human }}, \
                     {{ when: {{ language: de }}, go: n{} }}, {{ go: n{} }}] }}",
                    n % menus,
                    (n + 1) % menus
                ),
                6 => writeln!(
                    text,
                    "  n{n}: {{ ask: {{ get: \"http://crm.local/{n}\", take: {{ x: number }}, \
                     go: n{} }} }}",
                    n % menus
                ),
                0 => writeln!(text, "  n{n}: {{ queue: support }}"),
                1 => writeln!(text, "  n{n}: {{ goodbye: {{ prompt: sys-goodbye }} }}"),
                2 => writeln!(
                    text,
                    "  n{n}: {{ say: {{ prompt: sys-comfort, interrupt: false, go: back }} }}"
                ),
                3 => writeln!(
                    text,
                    "  n{n}: {{ collect: {{ say: {{ prompt: sys-message-short }}, digits: 4-8, \
                     leading_zero: true, confirm: true, into: account, go: n{} }} }}",
                    n % menus
                ),
                _ => writeln!(
                    text,
                    "  n{n}: {{ say: {{ prompt: sys-comfort, go: n{} }} }}",
                    n % menus
                ),
            },
        };
    }
    text
}

fn loaded(text: &str, known: &Known) -> Lines {
    let lines = load_all([("large.yaml", text)], known);
    lines.unwrap_or_else(|mistakes| panic!("{}", mistakes[0]))
}

fn proof(c: &mut Criterion) {
    let english = Language::new(embedded::LANGUAGE);
    let prompts = PromptLibrary::load(None, std::slice::from_ref(&english), &[]).expect("prompts");
    let languages = ["en", "de", "da", "nb"].map(Language::new);
    // The English recordings stand for those of the others.
    let facts = prompts.facts(&english).clone();
    let known = Known {
        language: english,
        prompts: languages.map(|l| (l, facts.clone())).into(),
        queues: [QueueName::new("support")].into(),
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
