//! The rehearsal, rehearsed.

mod chance;
mod trial;

use std::path::Path;
use std::sync::Arc;

use super::house::{House, Plan};
use crate::call::setup::QueueSound;
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

/// The lines of [`crate::menu::walk::tests`], whose prompts have names for words.
pub(crate) fn house(lines: Vec<Arc<Line>>, text: &str) -> Arc<House> {
    let known = crate::menu::walk::tests::known(text);
    let sound = QueueSound {
        connecting: Some(PromptName::new(sys::CONNECTING)),
        music: Some(PromptName::new(sys::MUSIC)),
        comfort: Some(PromptName::new(sys::COMFORT)),
    };
    // Nobody waits for ever, as in the settings.
    let queue = |name: &str| QueueSettings {
        max_wait: Some(std::time::Duration::from_secs(1_800)),
        ..QueueSettings::new(name)
    };
    let agents = ["ann", "ben"].map(|a| AgentSettings::new(a, ["people", "sales"]));
    Arc::new(House::new(Plan {
        lines,
        prompts: known.prompts,
        fallback: Language::default(),
        acd: AcdSettings {
            queues: ["people", "sales"].map(queue).into(),
            agents: agents.into(),
            ..AcdSettings::default()
        },
        sounds: [("people".into(), sound.clone()), ("sales".into(), sound)].into(),
        message: (
            std::time::Duration::from_secs(1),
            std::time::Duration::from_secs(180),
        ),
        transfer_ring: std::time::Duration::from_secs(25),
    }))
}
