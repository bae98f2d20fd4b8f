//! Settings: file, environment and flags in, checked types out, every mistake at once.
//!
//! Layers, the later over the earlier: what is built in, the TOML file, the environment
//! (`ZEROLINE__SIP__LISTEN` for `sip.listen`), the flags. Lists are replaced, not joined.
//! Everything is text to the reader, so that all three ways take the same forms.

mod api;
mod crm;
mod deliver;
pub mod edit;
mod features;
mod locate;
mod mail;
mod mistake;
mod outside;
mod overflow;
mod people;
mod prompts;
mod reader;
mod recording;
mod retention;
mod running;
mod secret;
mod sections;
mod thresholds;
mod types;
mod uri;
mod waiting;

use std::collections::HashMap;

use ::config::{Config as Layered, Environment, FileFormat, Format, Map, Source, Value};

pub use api::EVENTS as WEBHOOK_EVENTS;
pub use crm::Crm;
pub use deliver::MessagesTo;
pub use features::Features;
pub use mistake::{Mistake, Place};
pub use running::{Renewed, renewed};
pub use types::*;

/// Reads the name of a language, as the settings do.
///
/// # Errors
/// What to write instead.
pub fn language(text: &str) -> Result<crate::ids::Language, String> {
    prompts::language(text)
}

/// What settings are made of. Nothing in it is read from the outside here.
#[derive(Clone, Debug, Default)]
pub struct Layers {
    /// The file's name, for mistakes, and its text.
    pub file: Option<(String, String)>,
    /// The environment; only names that begin with `ZEROLINE__` count.
    pub environment: HashMap<String, String>,
    /// What the flags say.
    pub flags: Vec<Flag>,
}

/// A setting given on the command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flag {
    /// As the operator wrote it, for mistakes: `--listen`.
    pub flag: String,
    /// The key: `sip.listen`.
    pub key: String,
    /// The value; lists with commas.
    pub value: String,
}

/// Checks all layers together. `demo_password` is what the two demo agents get when no agent is
/// configured.
///
/// # Errors
/// Every mistake.
pub fn load(layers: &Layers, demo_password: Secret) -> Result<Config, Vec<Mistake>> {
    match read(layers, demo_password) {
        (Some(config), mistakes) if mistakes.is_empty() => Ok(config),
        (Some(_) | None, mistakes) => Err(mistakes),
    }
}

/// The same, but what could be read is given beside the mistakes (with defaults in place of what
/// is wrong), so that menus and prompts can be checked in the same go.
pub fn read(layers: &Layers, demo_password: Secret) -> (Option<Config>, Vec<Mistake>) {
    let told = reader::Told::new(layers.file.clone());
    let mut builder = Layered::builder();
    if let Some((name, text)) = &layers.file {
        match FileFormat::Toml.parse(Some(name), text) {
            Ok(values) => builder = builder.add_source(Given(values)),
            Err(e) => return (None, vec![Mistake::syntax(name, &e.to_string())]),
        }
    }
    let environment = Environment::with_prefix("ZEROLINE")
        .prefix_separator("__")
        .separator("__")
        .source(Some(layers.environment.clone()));
    let flags = layers.flags.iter().map(|f| {
        let value = Value::new(Some(&f.flag), f.value.clone());
        (f.key.clone(), value)
    });
    let built = builder
        .add_source(environment)
        .add_source(Given(flags.collect()))
        .build();
    let values = match built.map(|c| c.cache.into_table()) {
        Ok(Ok(values)) => values,
        Ok(Err(e)) | Err(e) => return (None, vec![Mistake::general(&e.to_string())]),
    };
    let mut config = sections::read(&told, values, demo_password);
    config.source = layers.file.as_ref().map(|(name, _)| name.clone());
    (Some(config), told.finish())
}

/// Values whose origin is already known, as a source of the crate `config`.
#[derive(Clone, Debug)]
struct Given(Map<String, Value>);

impl Source for Given {
    fn clone_into_box(&self) -> Box<dyn Source + Send + Sync> {
        Box::new(self.clone())
    }

    fn collect(&self) -> Result<Map<String, Value>, ::config::ConfigError> {
        Ok(self.0.clone())
    }
}

#[cfg(test)]
mod tests;
