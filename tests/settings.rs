//! The settings, menus and prompts that the repository's own tests and load use are sound.

mod support;

use std::path::PathBuf;

use support::server::{server, write_wav};
use zeroline::cli::Options;
use zeroline::setup::{Purpose, load};

#[track_caller]
fn sound(options: &Options) {
    let loaded = load(options, Purpose::Check);
    let loaded = loaded.unwrap_or_else(|mistakes| panic!("{}", mistakes.join("\n")));
    // The load test's queues without agents are there to be waited in, and its limit of calls
    // is there not to be met.
    let mut warnings = loaded.warnings;
    // The prompts of the tests are tones, as loud as they are best told apart.
    let meant = [
        "no agent answers the queue",
        "sip.limits.max_calls",
        "prompts too soft, too loud or clipped",
    ];
    warnings.retain(|w| !meant.iter().any(|m| w.contains(m)));
    assert!(warnings.is_empty(), "{}", warnings.join("\n"));
}

#[test]
fn of_the_load_test() {
    let folder = support::scratch("load");
    let prompts = folder.path().join("en");
    std::fs::create_dir(&prompts).expect("scratch");
    for name in ["main", "sub", "moh", "silence"] {
        write_wav(&prompts.join(format!("{name}.wav")), &[0; 8000]);
    }
    let ivr = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("benches/ivr");
    sound(&Options {
        config: Some(ivr.join("zeroline.toml")),
        menus: Some(ivr.join("menus")),
        prompts: Some(folder.path().into()),
        ..Options::default()
    });
}

#[test]
fn of_the_end_to_end_tests() {
    let folder = support::scratch("settings");
    let ports = ["127.0.0.1:5070", "127.0.0.1:5071", "127.0.0.1:5072"];
    let [sip, sips, http] = ports.map(|a| a.parse().expect("an address"));
    server()
        .tls()
        .queue("ring_for = \"30s\"\nwrap_up = \"0s\"")
        .static_agents(20, sip)
        .with("[stop]\ngrace = \"1s\"\n[sip.limits]\nmax_calls = 100")
        .write(folder.path(), sip, sips, http);
    let at = |name: &str| Some(folder.path().join(name));
    sound(&Options {
        config: at("zeroline.toml"),
        menus: at("menus"),
        prompts: at("prompts"),
        ..Options::default()
    });
}
