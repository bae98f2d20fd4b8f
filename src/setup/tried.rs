//! A settings file that is not in use yet, judged by what a reload is made of.

use std::path::PathBuf;

use super::{Purpose, USUAL, layers, named_file, read_all};
use crate::cli::Options;
use crate::config::{self, Mistake, Secret};
use crate::task::settings::{InUse, Judge, Wrong};

/// The file of a running server.
pub struct Tried {
    /// Where its settings come from.
    pub options: Options,
    /// Those that it goes by.
    pub settings: InUse,
}

impl Judge for Tried {
    fn path(&self) -> PathBuf {
        named_file(&self.options).unwrap_or_else(|| PathBuf::from(USUAL))
    }

    fn elsewhere(&self, section: &str) -> Option<String> {
        let layers = layers(&self.options, None);
        let mut flags = layers.flags.into_iter();
        if let Some(flag) = flags.find(|f| f.key.starts_with(section)) {
            return Some(format!("{} {}", flag.flag, flag.key));
        }
        let variable = format!("ZEROLINE__{}", section.to_uppercase());
        let mut names = layers.environment.into_keys();
        names.find(|name| name.starts_with(&variable))
    }

    fn check(&self, text: &str) -> Vec<Wrong> {
        let file = (self.path().display().to_string(), text.to_owned());
        let layers = layers(&self.options, Some(file));
        let (config, mistakes) = config::read(&layers, Secret::new("demo"));
        let mut wrong: Vec<Wrong> = mistakes.into_iter().map(Wrong::from).collect();
        let Some(config) = config else {
            return wrong;
        };
        let renewed = config::renewed(&self.settings.now(), config);
        let mut told = renewed.mistakes;
        read_all(&renewed.config, Purpose::Check, &mut told);
        wrong.extend(told.into_iter().map(|what| Wrong {
            what,
            ..Wrong::default()
        }));
        wrong
    }
}

impl From<Mistake> for Wrong {
    fn from(m: Mistake) -> Wrong {
        Wrong {
            key: m.key,
            what: m.what,
            remedy: m.remedy,
        }
    }
}
