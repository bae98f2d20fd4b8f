//! What a rehearsal needs of settings, menus and prompts.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use super::{Menus, Setup};
use crate::cli::call::{self, CallArgs, Lines, Sound, Terminal, Tools};
use crate::config::Config;
use crate::menu::outcome::{WebReply, WebRequest};
use crate::net::http::HttpClient;
use crate::prompts::embedded;
use crate::rehearse::house::{House, Plan};
use crate::sdp::plan::Codec;
use crate::server::build;
use crate::task::{clock, web};

/// The lines, queues and prompts that the server would run with.
pub fn house(setup: &Setup) -> Arc<House> {
    house_of(&setup.config, &setup.menus)
}

/// The same, with these menus.
pub fn house_of(config: &Config, menus: &Menus) -> Arc<House> {
    Arc::new(House::new(Plan {
        lines: menus.lines.iter().cloned().collect(),
        prompts: menus.facts.clone(),
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

/// What plays the prompts of these settings.
///
/// # Errors
/// What is wrong with prompts or menus, or that there is no player; ready to print.
pub fn sound(config: &Config) -> Result<Sound, Vec<String>> {
    let mut config = config.clone();
    config.media.codecs = vec![Codec::Pcmu];
    let menus = super::menus(&config)?;
    Sound::new(menus.prompts).map_err(|told| vec![told])
}

/// Makes a call in the terminal: keys as asked for, or from standard input.
///
/// # Errors
/// Standard input or output fails.
pub fn call(setup: &Setup, asked: &CallArgs, sound: Option<Sound>) -> io::Result<u8> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let mut client: Option<HttpClient> = None;
    let mut ask = |request: &WebRequest| -> Result<WebReply, String> {
        let made = match client.take() {
            Some(made) => made,
            None => HttpClient::new().map_err(|e| format!("failed: {e}"))?,
        };
        let kept = client.insert(made);
        runtime.block_on(web::answer(kept, request.clone()))
    };
    let mut keys = asked.keys.clone();
    let mut terminal = None;
    let mut lines = Lines(io::BufReader::new(io::stdin()));
    if keys.is_none() {
        terminal = Terminal::open();
    }
    let input: &mut dyn call::Input = match (&mut keys, &mut terminal) {
        (Some(keys), _) => keys,
        (None, Some(terminal)) => terminal,
        (None, None) => &mut lines,
    };
    let tools = Tools {
        input,
        web: &mut ask,
        sound,
        out: &mut io::stdout(),
    };
    call::run(&house(setup), asked, clock::now().wall, tools)
}
