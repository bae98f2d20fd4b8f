//! The rehearsal, rehearsed.

mod chance;
mod outside;
mod times;
mod trial;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::house::{House, Plan};
use crate::call::setup::{QueueSound, WaitingKeys};
use crate::cli::Options;
use crate::ids::{Language, PromptName};
use crate::menu::system as sys;
use crate::menu::tree::Line;
use crate::queue::settings::{AcdSettings, AgentSettings, QueueSettings};
use crate::setup::{self, Purpose};

/// The demo line as it is served.
pub(crate) fn demo() -> Arc<House> {
    let dir = tempfile::tempdir().unwrap();
    house_of(dir.path(), None)
}

/// A small line of the basic kinds.
pub(crate) fn small() -> Arc<House> {
    let dir = tempfile::tempdir().unwrap();
    let menus = dir.path().join("menus");
    std::fs::create_dir(&menus).unwrap();
    std::fs::write(menus.join("small.yaml"), include_str!("small.yaml")).unwrap();
    house_of(dir.path(), Some(&menus))
}

/// The lines of a menus folder as they are served; `None`: the demo line.
pub(crate) fn house_of(data: &Path, menus: Option<&Path>) -> Arc<House> {
    let options = Options {
        data: Some(data.join("data")),
        menus: menus.map(Path::to_owned),
        ..Options::default()
    };
    match setup::load(&options, Purpose::Check) {
        Ok(setup) => setup::rehearse::house(&setup),
        Err(told) => panic!("{}", told.join("\n")),
    }
}

/// The lines of [`crate::menu::walk::tests`], whose prompts have names for words; nobody waits
/// for ever.
pub(crate) fn house(lines: Vec<Arc<Line>>, text: &str) -> Arc<House> {
    let queue = |name: &str| QueueSettings {
        max_wait: Some(Duration::from_secs(1_800)),
        ..QueueSettings::new(name)
    };
    let agents = ["ann", "ben"].map(|a| AgentSettings::new(a, ["people", "sales"]));
    let settings = AcdSettings {
        queues: ["people", "sales"].map(queue).into(),
        agents: agents.into(),
        ..AcdSettings::default()
    };
    house_with(lines, text, settings)
}

/// The same with other queues and agents.
pub(crate) fn house_with(lines: Vec<Arc<Line>>, text: &str, acd: AcdSettings) -> Arc<House> {
    let sound = || QueueSound {
        calls_out: true,
        connecting: Some(PromptName::new(sys::CONNECTING)),
        music: Some(PromptName::new(sys::MUSIC)),
        whisper: false,
        recording: crate::config::Recording::Off,
        comfort: Some(PromptName::new(sys::COMFORT)),
        keys: WaitingKeys {
            callback: true,
            message: true,
            self_service: true,
        },
        affinity: None,
        wrap_up_codes: Vec::new(),
    };
    Arc::new(House::new(Plan {
        lines,
        prompts: crate::menu::walk::tests::known(text).prompts,
        fallback: Language::default(),
        acd,
        sounds: [("people".into(), sound()), ("sales".into(), sound())].into(),
        message: (Duration::from_secs(1), Duration::from_secs(180)),
        transfer_ring: Duration::from_secs(25),
    }))
}
