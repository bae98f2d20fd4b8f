//! What one event costs the interpreter: a key, the end of a prompt, a silence.

use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use zeroline::ids::{Key, Language, QueueName};
use zeroline::menu::load::{Known, load};
use zeroline::menu::tree::Line;
use zeroline::menu::walk::{Caller, Walk};
use zeroline::now::Now;
use zeroline::prompts::{PromptLibrary, embedded};

fn demo() -> Arc<Line> {
    let language = Language::new(embedded::LANGUAGE);
    let languages = std::slice::from_ref(&language);
    let prompts = PromptLibrary::load(None, languages, &[]).expect("prompts");
    let known = Known {
        prompts: [(language.clone(), prompts.facts(&language).clone())].into(),
        queues: [QueueName::new("support")].into(),
        ..Known::default()
    };
    let (file, text) = embedded::DEMO_LINE;
    Arc::new(load(file, text, &known).expect("the demo line").0)
}

fn drain(walk: &mut Walk) {
    while let Some(action) = walk.poll_action() {
        black_box(action);
    }
    black_box(walk.poll_timeout());
}

fn menu_step(c: &mut Criterion) {
    let line = demo();
    let now = Now::default();
    let start = || {
        let mut walk = Walk::start(Arc::clone(&line), Caller::default(), now);
        drain(&mut walk);
        walk
    };
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
    // 2, eight digits, 1 for right, the end of a say, 2 for the main menu.
    let keys: Vec<Key> = "212345678".chars().filter_map(Key::from_char).collect();
    group.bench_function("an account of 12 events", |b| {
        b.iter_batched_ref(
            start,
            |walk| {
                for key in &keys {
                    walk.handle_key(now, *key);
                    drain(walk);
                }
                walk.handle_key(now, keys[1]);
                drain(walk);
                walk.handle_played(now);
                drain(walk);
                walk.handle_key(now, keys[0]);
                drain(walk);
            },
            BatchSize::SmallInput,
        );
    });
    group.finish();
}

criterion_group!(benches, menu_step);
criterion_main!(benches);
