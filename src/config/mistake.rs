//! What is wrong in the settings.

use std::fmt;

/// Where a setting came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// The file, and the line where it could be told.
    File {
        /// The name.
        name: String,
        /// From 1.
        line: Option<usize>,
    },
    /// An environment variable.
    Environment(String),
    /// A flag.
    Flag(String),
    /// Built in, or several places together.
    Nowhere,
}

/// One mistake. `Display`: `zeroline.toml:12: queues[0].strategy: what is wrong; what to do`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// Where.
    pub place: Place,
    /// The key, from the root: `queues[0].strategy`.
    pub key: String,
    /// What is wrong.
    pub what: String,
    /// What to do.
    pub remedy: String,
}

impl Mistake {
    pub(super) fn syntax(file: &str, error: &str) -> Mistake {
        let line = error.split("line ").nth(1).and_then(|rest| {
            let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
            digits.parse().ok()
        });
        let told: Vec<&str> = error.trim().lines().map(str::trim_end).collect();
        Mistake {
            place: Place::File {
                name: file.to_owned(),
                line,
            },
            key: String::new(),
            what: format!("not well-formed TOML\n  {}", told.join("\n  ")),
            remedy: String::new(),
        }
    }

    pub(super) fn general(what: &str) -> Mistake {
        Mistake {
            place: Place::Nowhere,
            key: String::new(),
            what: what.to_owned(),
            remedy: "write keys like `sip.listen`".to_owned(),
        }
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Place::File { name, line: None } => write!(f, "{name}: ")?,
            Place::File {
                name,
                line: Some(n),
            } => write!(f, "{name}:{n}: ")?,
            Place::Environment(name) => write!(f, "environment {name}: ")?,
            Place::Flag(name) => write!(f, "{name}: ")?,
            Place::Nowhere => {}
        }
        if !self.key.is_empty() {
            write!(f, "{}: ", self.key)?;
        }
        f.write_str(&self.what)?;
        if !self.remedy.is_empty() {
            write!(f, "; {}", self.remedy)?;
        }
        Ok(())
    }
}
