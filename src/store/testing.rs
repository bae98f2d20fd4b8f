//! Where tests have their stores: in the folder that they name. With `ZEROLINE_TEST_POSTGRES`, the
//! folder of a PostgreSQL's socket, their databases are there, one schema for each folder.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;

use super::{Elsewhere, Place};
use crate::config::Secret;

#[path = "../../tests/support/postgres.rs"]
pub mod postgres;

/// Names the folder of a running PostgreSQL.
pub const ELSEWHERE: &str = "ZEROLINE_TEST_POSTGRES";

impl From<&Path> for Place {
    fn from(dir: &Path) -> Place {
        let database = std::env::var_os(ELSEWHERE).map(|server| {
            let mut hash = DefaultHasher::new();
            dir.hash(&mut hash);
            let schema = format!("t{:016x}", hash.finish());
            elsewhere(&postgres::url(Path::new(&server), &schema))
        });
        Place {
            dir: dir.to_owned(),
            database,
        }
    }
}

/// A database by its address alone.
pub fn elsewhere(url: &str) -> Elsewhere {
    Elsewhere {
        url: Secret::new(url),
        password: None,
        password_file: None,
    }
}
