//! The section `[crm]`: who knows the callers.

use std::time::Duration;

use super::api::{SECRET, url};
use super::reader::{Table, duration, text};
use super::types::Secret;

/// The operator's own books, which are asked who calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Crm {
    /// Where it is asked.
    pub url: String,
    /// Signs what is asked.
    pub secret: Secret,
    /// An answer within this time is on the card in time.
    pub budget: Duration,
}

pub(super) fn read(mut t: Table<'_>) -> Option<Crm> {
    let address = t.need("url", "\"https://crm.example.org/who\"", url);
    let has_secret = t.has("secret");
    let secret = t.secret("secret", |s| match text(s) {
        Ok(s) if s.len() >= SECRET => Ok(Secret::new(s)),
        Ok(_) | Err(_) => Err(format!("write at least {SECRET} characters")),
    });
    if !has_secret {
        t.tell(
            "secret",
            "is missing",
            "write `secret = \"…\"`, as the CRM knows it: it signs what is asked",
        );
    }
    let budget = t.get(
        "budget",
        Duration::from_millis(800),
        duration("50ms", "10s"),
    );
    t.finish();
    Some(Crm {
        url: address?,
        secret: secret?,
        budget,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Config, Layers, load};

    fn read(text: &str) -> Result<Config, Vec<String>> {
        let layers = Layers {
            file: Some(("zeroline.toml".to_owned(), text.to_owned())),
            ..Layers::default()
        };
        load(&layers, Secret::new("demo"))
            .map_err(|all| all.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn nobody_is_asked_unless_the_settings_say_so() {
        assert_eq!(read("").unwrap().crm, None);
        let text = "[crm]\nurl = \"http://crm.local/who\"\nsecret = \"0123456789abcdef\"\n";
        let crm = read(text).unwrap().crm.unwrap();
        assert_eq!(crm.budget, Duration::from_millis(800));
        assert!(!format!("{crm:?}").contains("0123"));
        let told = read("[crm]\nurl = \"crm\"\nbudget = \"1m\"\n").unwrap_err();
        for part in ["crm.url: `crm`", "crm.secret: is missing", "crm.budget"] {
            assert!(told.iter().any(|t| t.contains(part)), "{part}: {told:#?}");
        }
    }
}
