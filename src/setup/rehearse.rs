//! What a rehearsal needs of settings, menus and prompts.

use std::path::PathBuf;
use std::sync::Arc;

use super::Setup;
use crate::config::Config;
use crate::prompts::embedded;
use crate::rehearse::house::{House, Plan};
use crate::server::build;

/// The lines, queues and prompts that the server would run with.
pub fn house(setup: &Setup) -> Arc<House> {
    let config = &setup.config;
    Arc::new(House::new(Plan {
        lines: setup.menus.lines.iter().cloned().collect(),
        prompts: setup.menus.facts.clone(),
        fallback: config.prompts.language.clone(),
        acd: build::acd(config),
        sounds: build::sounds(config),
        message: (config.messages.min, config.messages.max),
        transfer_ring: build::TRANSFER_RING,
    }))
}

/// The test files beside the menus: names and texts.
///
/// # Errors
/// What can not be read, ready to print.
pub fn tests(config: &Config) -> Result<Vec<(String, String)>, Vec<String>> {
    let Some(dir) = &config.lines.dir else {
        let (file, text) = embedded::DEMO_TESTS;
        return Ok(vec![(file.to_owned(), text.to_owned())]);
    };
    let dir = dir.join("tests");
    let shown = dir.display();
    let entries = std::fs::read_dir(&dir).map_err(|e| {
        let remedy = "write tests there (docs/testing-menus.md)";
        vec![format!("{shown}: can not be read: {e}; {remedy}")]
    })?;
    let mut paths: Vec<PathBuf> = entries
        .flatten()
        .map(|e| e.path())
        .filter(|p| p.extension().is_some_and(|e| e == "yaml" || e == "yml"))
        .collect();
    paths.sort();
    if paths.is_empty() {
        return Err(vec![format!("{shown}: no test file (*.yaml) in here")]);
    }
    let mut files = Vec::new();
    let mut told = Vec::new();
    for path in paths {
        let name = path.display().to_string();
        match std::fs::read_to_string(&path) {
            Ok(text) => files.push((name, text)),
            Err(e) => told.push(format!(
                "{name}: can not be read: {e}; make it readable UTF-8"
            )),
        }
    }
    if told.is_empty() {
        Ok(files)
    } else {
        Err(told)
    }
}
