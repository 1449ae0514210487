//! Opening the ledger's file for reading only, also where this user may not write.

use std::cmp::Ordering;
use std::path::Path;

use latchel_sync_core::Result;
use sqlx::SqlitePool;
use sqlx::sqlite::SqliteConnectOptions;

use super::as_found::{AsFound, UNREADABLE};
use super::open::{SqliteLedger, file, pool};
use super::problem::{newer, problem};
use crate::LEASE;
use crate::error::{OLDER, code, trouble};
use crate::migrations::SQLITE as MIGRATIONS;

const WRITTEN: &str = "the ledger was written to while it was read, and this user may not write to its folder, which is \
                       how readers and writers get on: what was shown may be wrong, so run the command again";

impl SqliteLedger {
    /// Opens the ledger at `path` for reading only, and writes nothing to it; `None` if it is not there.
    ///
    /// If this user may write to the folder, readers and writers take turns as SQLite has it. If not, the file is read as
    /// one that nobody writes, and [`close`](latchel_sync_core::LedgerAdmin::close) says if somebody did.
    ///
    /// # Errors
    ///
    /// As for [`SqliteLedger::open`], and if it is older than this version.
    pub async fn open_existing(path: impl AsRef<Path>) -> Result<Option<Self>> {
        let path = path.as_ref();
        if !path.try_exists().map_err(|error| problem(UNREADABLE, path).with_source(error))? {
            return Ok(None);
        }
        // The last one to leave puts the file in order, which takes a connection that could write.
        let (opened, unlocked) = match opened(file(path).pragma("query_only", "ON")).await {
            Err(error) if is_kept_from_writing(&error) => {
                let as_found = AsFound::of(path)?;
                (opened(file(path).read_only(true).immutable(true)).await, Some(as_found))
            }
            opened => (opened, None),
        };
        let (pool, applied) = opened.map_err(|error| {
            problem(trouble(&error).unwrap_or("the file is not a ledger"), path).with_source(error)
        })?;
        let newest = MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or_default();
        let refused = match applied.cmp(&newest) {
            Ordering::Equal => {
                let (readers, path) = (pool.clone(), Some(path.to_owned()));
                return Ok(Some(Self { pool, readers, lease: LEASE, path, unlocked, _kept: None }));
            }
            Ordering::Less => problem(OLDER, path),
            Ordering::Greater => newer(Some(path)),
        };
        pool.close().await;
        Err(refused)
    }

    /// Checks a ledger that was closed. It is an error if the file was read without SQLite's locks and somebody wrote to it.
    pub(super) fn closed(&self) -> Result<()> {
        match (&self.path, &self.unlocked) {
            (Some(path), Some(as_found)) if AsFound::of(path).ok().as_ref() != Some(as_found) => {
                Err(problem(WRITTEN, path))
            }
            _ => Ok(()),
        }
    }
}

/// Opens the file, and reads which version of the ledger it is.
async fn opened(options: SqliteConnectOptions) -> Result<(SqlitePool, i64), sqlx::Error> {
    let pool = pool(options).await?;
    let applied = sqlx::query_scalar("SELECT COALESCE(MAX(version), 0) FROM _sqlx_migrations");
    match applied.fetch_one(&pool).await {
        Ok(applied) => Ok((pool, applied)),
        Err(error) => {
            pool.close().await;
            Err(error)
        }
    }
}

/// True if SQLite could not make the files that it needs beside the ledger's.
fn is_kept_from_writing(error: &sqlx::Error) -> bool {
    matches!(code(error), Some(8 | 14))
}
