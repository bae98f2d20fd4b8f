//! What one event costs the interpreter: a key, the end of a prompt, a silence.

use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use zeroline::ids::{Key, Language, QueueName};
use zeroline::menu::load::{self, Known, load_all};
use zeroline::menu::say;
use zeroline::menu::tree::Line;
use zeroline::menu::walk::{Caller, Walk};
use zeroline::now::{Now, Wall};
use zeroline::prompts::cache::Cache;
use zeroline::prompts::{PromptLibrary, Speech, Text, embedded};

fn demo() -> Arc<Line> {
    let languages: Vec<Language> = embedded::TRANSCRIPTS
        .iter()
        .map(|(language, _)| Language::new(*language))
        .collect();
    let (mut prompts, _) = PromptLibrary::read(None, &languages, &[]);
    let known = |prompts: &PromptLibrary| Known {
        language: Language::new(embedded::LANGUAGE),
        prompts: languages
            .iter()
            .map(|l| (l.clone(), prompts.facts(l).clone()))
            .collect(),
        queues: [QueueName::new("support")].into(),
        ..Known::default()
    };
    let nobody = Speech::new(Vec::new(), Cache::new(Path::new("none")));
    for language in &languages {
        let values = say::Language::from_tag(language.as_str()).map(say::vocabulary);
        let values = values.into_iter().flatten().map(|f| (f.name, f.text));
        prompts
            .speak_named(language, values, &nobody, None)
            .expect("recordings");
    }
    let (texts, _) = load::texts(embedded::DEMO.iter().copied(), &known(&prompts));
    let texts = texts.into_iter().map(|t| Text {
        place: t.file,
        language: t.language,
        text: t.text,
    });
    prompts
        .promise(&texts.collect::<Vec<_>>(), &nobody)
        .expect("recordings");
    let lines = load_all(embedded::DEMO.iter().copied(), &known(&prompts)).expect("the demo line");
    Arc::clone(lines.by_number("100").expect("the demo line"))
}

fn drain(walk: &mut Walk) {
    while let Some(action) = walk.poll_action() {
        black_box(action);
    }
    black_box(walk.poll_timeout());
}

fn menu_step(c: &mut Criterion) {
    let line = demo();
    // A Monday at noon: calls come in years whose holidays are known from the first one on.
    let now = Now {
        wall: Wall::from_unix_millis(1_796_036_400_000), // 2026-11-30T11:00:00Z
        ..Now::default()
    };
    let at = |now: Now| {
        let mut walk = Walk::start(Arc::clone(&line), Caller::default(), now);
        drain(&mut walk);
        walk
    };
    let start = || at(now);
    let mut group = c.benchmark_group("menu_step");
    group.bench_function("start", |b| b.iter(start));
    for (name, key) in [
        ("zero", '0'),
        ("option", '2'),
        ("wrong", '8'),
        ("repeat", '9'),
    ] {
        let key = Key::from_char(key).expect("a key");
        group.bench_function(name, |b| {
            b.iter_batched_ref(
                start,
                |walk| {
                    walk.handle_key(now, key);
                    drain(walk);
                },
                BatchSize::SmallInput,
            );
        });
    }
    let night = now.after(Duration::from_secs(12 * 3600));
    let key = Key::from_char('2').expect("a key");
    group.bench_function("option at night", |b| {
        b.iter_batched_ref(
            || at(night),
            |walk| {
                walk.handle_key(night, key);
                drain(walk);
            },
            BatchSize::SmallInput,
        );
    });
    group.bench_function("played then silence", |b| {
        b.iter_batched_ref(
            start,
            |walk| {
                walk.handle_played(now);
                walk.handle_timeout(now.after(Duration::from_secs(6)));
                drain(walk);
            },
            BatchSize::SmallInput,
        );
    });
    // English, invoices, six digits of one, 1 for right; then what is told of it, 9 once more.
    let keys: Vec<Key> = "1112345619".chars().filter_map(Key::from_char).collect();
    group.bench_function("an invoice in 10 keys", |b| {
        b.iter_batched_ref(
            start,
            |walk| {
                for key in &keys {
                    walk.handle_key(now, *key);
                    drain(walk);
                }
            },
            BatchSize::SmallInput,
        );
    });
    group.finish();
}

criterion_group!(benches, menu_step);
criterion_main!(benches);
