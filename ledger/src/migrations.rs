//! The tables' migrations, as files of SQL within the program. They are listed by hand: sqlx's macro for them would build
//! SQLite and both drivers a second time, for itself.

use std::sync::LazyLock;

use sqlx::SqlStr;
use sqlx::migrate::{Migration, MigrationType, Migrator};

/// The migrations of one engine's folder, each by its number and its name.
macro_rules! migrations {
    ($engine:literal: $($number:literal $name:literal,)+) => {
        LazyLock::new(|| {
            Migrator::with_migrations(vec![$(
                migration($number, $name, include_str!(concat!("../migrations/", $engine, "/", $number, "_", $name, ".sql"))),
            )+])
        })
    };
}

pub(crate) static SQLITE: LazyLock<Migrator> = migrations!("sqlite":
    "0001" "ledger",
    "0002" "leases_by_phase",
    "0003" "desk",
    "0004" "labels",
    "0005" "turns",
    "0006" "mirror",
    "0007" "browsers",
    "0008" "waits",
    "0009" "account_states",
    "0011" "kept_accounts",
    "0012" "shared",
);

pub(crate) static POSTGRES: LazyLock<Migrator> = migrations!("postgres":
    "0001" "ledger",
    "0002" "desk",
    "0003" "labels",
    "0004" "turns",
    "0005" "mirror",
    "0006" "browsers",
    "0007" "waits",
    "0008" "account_states",
    "0009" "jobs",
    "0010" "kept_accounts",
    "0011" "shared",
);

fn migration(number: &str, name: &str, sql: &'static str) -> Migration {
    let version = number.bytes().fold(0, |version, digit| version * 10 + i64::from(digit - b'0'));
    let description = name.replace('_', " ");
    Migration::new(version, description.into(), MigrationType::Simple, SqlStr::from_static(sql), false)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    /// Ledgers that are there were made by what sqlx reads in the folders, and are compared with it by number and checksum.
    #[tokio::test]
    async fn what_is_listed_is_what_is_in_the_folders() {
        for (engine, listed) in [("sqlite", &SQLITE), ("postgres", &POSTGRES)] {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(engine);
            let found = Migrator::new(folder).await.unwrap();
            let all = |migrator: &Migrator| -> Vec<_> {
                let parts = |one: &Migration| {
                    (
                        one.version,
                        one.description.clone(),
                        one.migration_type,
                        one.checksum.clone(),
                        one.no_tx,
                    )
                };
                migrator.iter().map(parts).collect()
            };
            assert_eq!(all(listed), all(&found), "{engine}");
        }
    }

    /// Processes of the version before go on while the ledger is upgraded (docs/scaling.md).
    #[test]
    fn a_migration_takes_nothing_away_unless_it_says_since_when_that_is_not_used() {
        for (listed, before) in [(&SQLITE, 9), (&POSTGRES, 8)] {
            for one in listed.iter().filter(|one| one.version > before) {
                let sql = one.sql.as_str().to_uppercase();
                let takes =
                    ["DROP ", "RENAME ", "SET NOT NULL", " TYPE "].iter().any(|word| sql.contains(word));
                assert!(!takes || sql.contains("-- NOT USED SINCE VERSION "), "{}", one.version);
            }
        }
    }
}
