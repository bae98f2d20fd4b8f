//! The steps from an empty database to today's: what is released is never changed, only added to.

use std::sync::LazyLock;

use sqlx::SqlSafeStr;
use sqlx::migrate::{Migration, MigrationType, Migrator};

macro_rules! steps {
    ($($name:literal,)*) => { &[$(($name, include_str!(concat!("migrations/", $name)))),*] };
}

/// By name and text. A list, and not the macro `migrate!`: that would have all of the database's
/// code, SQLite's included, built a second time, for the compiler.
static STEPS: &[(&str, &str)] = steps![
    "0001_contacts_messages_agents.sql",
    "0002_guide_steps.sql",
    "0003_callbacks.sql",
    "0004_outbox.sql",
    "0005_agent_states.sql",
    "0006_callback_places.sql",
    "0010_people.sql",
    "0011_tasks.sql",
    "0020_recordings.sql",
    "0021_chat_approvals.sql",
    "0022_message_delivery.sql",
    "0030_menu_versions.sql",
    "0031_sip_messages.sql",
    "0032_callback_wished.sql",
    "0033_contact_codes.sql",
];

/// All steps, as SQLite takes them.
pub static MIGRATIONS: LazyLock<Migrator> = LazyLock::new(|| {
    let steps = STEPS.iter().filter_map(|(name, sql)| step(name, sql));
    Migrator::with_migrations(steps.collect())
});

/// `0001_what_it_is_for.sql`.
fn step(name: &'static str, sql: &'static str) -> Option<Migration> {
    let (number, what) = name.strip_suffix(".sql")?.split_once('_')?;
    Some(Migration::new(
        number.parse().ok()?,
        what.replace('_', " ").into(),
        MigrationType::Simple,
        sql.into_sql_str(),
        false,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_file_is_a_step_and_no_number_comes_twice() {
        let dir = concat!(env!("CARGO_MANIFEST_DIR"), "/src/store/migrations");
        let mut files: Vec<String> = std::fs::read_dir(dir)
            .unwrap()
            .map(|e| e.unwrap().file_name().into_string().unwrap())
            .collect();
        files.sort();
        let listed: Vec<&str> = STEPS.iter().map(|(name, _)| *name).collect();
        assert_eq!(listed, files);
        let mut numbers: Vec<i64> = MIGRATIONS.iter().map(|m| m.version).collect();
        numbers.dedup();
        assert_eq!(numbers.len(), STEPS.len());
    }

    /// A database that was made by an earlier release knows the first step by this sum.
    #[test]
    fn what_is_released_is_not_changed() {
        let first = MIGRATIONS.iter().next().unwrap();
        let sum: String = first.checksum.iter().map(|b| format!("{b:02x}")).collect();
        assert_eq!(
            (first.version, &*first.description),
            (1, "contacts messages agents")
        );
        assert_eq!(
            sum,
            "59ac7c97bc42709b6e6549fa13a7afd8c0d0c86bf2070bdd19b208a0139a31832cb8c366eb7333372e4a432eec0d2250"
        );
    }
}
