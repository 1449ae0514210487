use std::any::Any;
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use latchel_sync_core::{Error, ErrorKind, Result};
use sqlx::migrate::MigrateError;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Connection, SqliteConnection, SqlitePool};

use super::as_found::AsFound;
use super::problem::{newer, problem};
use super::{MIGRATIONS, account_states};
use crate::LEASE;
use crate::error::trouble;

/// Longest time that a writer waits for another process's write.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Size of the part of the file that is kept in memory, in kibibytes as SQLite writes them. Each connection fills its share
/// little by little and never gives it back; what is not in it is in the system's cache. Four times as much makes no sync
/// faster (docs/performance.md).
const CACHE: &str = "-4000";

/// The same for each connection that only reads.
const READER_CACHE: &str = "-1000";

/// Most connections that read at once what people look at. Readers and the writer do not wait for each other (WAL).
const READERS: u32 = 3;

/// The ledger in one SQLite database.
#[derive(Clone)]
pub struct SqliteLedger {
    pub(super) pool: SqlitePool,
    /// Connections for reading what people look at, so that nobody waits for a search through everything.
    pub(super) readers: SqlitePool,
    pub(super) lease: TimeDelta,
    pub(super) path: Option<PathBuf>,
    /// State of the file when it was opened, if it is read without SQLite's locks.
    pub(super) unlocked: Option<AsFound>,
    /// Guard of a ledger without a lasting file. The pool replaces a connection that takes too long to come back, and without
    /// this the ledger would go with it.
    pub(super) _kept: Option<Arc<dyn Any + Send + Sync>>,
}

impl SqliteLedger {
    /// Opens the ledger at `path`, and creates it, readable by its owner alone, if it is not there.
    ///
    /// # Errors
    ///
    /// If the file cannot be created or opened, is no ledger, or was written by a newer version.
    pub async fn open(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let what = "the ledger cannot be written: its folder must be there, and this user must be able to write to both";
        create_private(path).map_err(|error| problem(what, path).with_source(error))?;
        let options = file(path).journal_mode(SqliteJournalMode::Wal);
        let ledger = Self::connect(options, Some(path)).await?.migrated().await?;
        Ok(Self { readers: readers(path), ..ledger })
    }

    /// A ledger in memory, gone with the last handle.
    ///
    /// # Errors
    ///
    /// If SQLite cannot make one.
    pub async fn in_memory() -> Result<Self> {
        let refused =
            |error| Error::new(ErrorKind::Ledger, "a ledger in memory cannot be made").with_source(error);
        // A database of its own, by a name that no other has, which lives as long as a connection to it.
        let options = SqliteConnectOptions::from_str("sqlite::memory:").map_err(refused)?;
        let kept = SqliteConnection::connect_with(&options).await.map_err(refused)?;
        let ledger = Self::connect(options, None).await?.migrated().await?;
        Ok(Self { _kept: Some(Arc::new(kept)), ..ledger })
    }

    /// A ledger in a temporary file, readable by this user alone, gone with the last handle.
    ///
    /// # Errors
    ///
    /// If the file cannot be created.
    pub async fn scratch() -> Result<Self> {
        let refused =
            |error| Error::new(ErrorKind::Ledger, "a temporary file cannot be created").with_source(error);
        let kept = tempfile::Builder::new().prefix("latchel-sync-").tempdir().map_err(refused)?;
        // Nobody reads it after a crash.
        let options = SqliteConnectOptions::new()
            .filename(kept.path().join("ledger"))
            .create_if_missing(true)
            .synchronous(SqliteSynchronous::Off)
            .journal_mode(SqliteJournalMode::Memory);
        let ledger = Self::connect(options, None).await?.migrated().await?;
        Ok(Self { _kept: Some(Arc::new(kept)), ..ledger })
    }

    /// Writes a copy of the ledger, as it is now, to a new file that its owner alone can read.
    ///
    /// # Errors
    ///
    /// If the file is there already, or cannot be written.
    pub async fn backup(&self, to: impl AsRef<Path>) -> Result<()> {
        let to = to.as_ref();
        let refused = |error: std::io::Error| problem("the backup cannot be written", to).with_source(error);
        if to.exists() {
            return Err(problem("there is a file already where the backup would go", to));
        }
        create_private(to).map_err(refused)?;
        let name = to.to_str().ok_or_else(|| problem("the name of the backup is not text", to))?;
        self.copy_to(name).await.map_err(|error| {
            // Half a backup is none; the ledger itself is untouched.
            let _ = std::fs::remove_file(to);
            problem(trouble(&error).unwrap_or("the backup cannot be written"), to).with_source(error)
        })
    }

    async fn copy_to(&self, name: &str) -> Result<(), sqlx::Error> {
        // What keeps a reader from writing would keep it from writing the copy.
        let mut connection = self.pool.acquire().await?;
        let reads_only: i64 = sqlx::query_scalar("PRAGMA query_only").fetch_one(&mut *connection).await?;
        sqlx::query("PRAGMA query_only = OFF").execute(&mut *connection).await?;
        let written = sqlx::query("VACUUM INTO $1").bind(name).execute(&mut *connection).await;
        if reads_only != 0 {
            sqlx::query("PRAGMA query_only = ON").execute(&mut *connection).await?;
        }
        written.map(|_| ())
    }

    /// The same ledger with another length for leases that nobody renews.
    pub fn with_lease(self, lease: TimeDelta) -> Self {
        Self { lease, ..self }
    }

    async fn connect(options: SqliteConnectOptions, path: Option<&Path>) -> Result<Self> {
        let pool = pool(options).await.map_err(|error| {
            let what = trouble(&error).unwrap_or("the ledger cannot be opened");
            let error = Error::new(ErrorKind::Ledger, what).with_source(error);
            path.into_iter().fold(error, |error, path| error.with("file", path.display()))
        })?;
        let (readers, path) = (pool.clone(), path.map(Path::to_owned));
        Ok(Self { pool, readers, lease: LEASE, path, unlocked: None, _kept: None })
    }

    /// The same, brought up to date; closed if that fails.
    async fn migrated(self) -> Result<Self> {
        match self.migrate().await {
            Ok(()) => Ok(self),
            Err(error) => {
                self.pool.close().await;
                Err(error)
            }
        }
    }

    async fn migrate(&self) -> Result<()> {
        MIGRATIONS.run(&self.pool).await.map_err(|error| match error {
            MigrateError::VersionMissing(_) | MigrateError::VersionMismatch(_) => newer(self.path.as_deref()),
            other => {
                let cause = match &other {
                    MigrateError::Execute(cause) | MigrateError::ExecuteMigration(cause, _) => trouble(cause),
                    _ => None,
                };
                let what = cause.unwrap_or("the file is not a ledger, or is damaged");
                let error = Error::new(ErrorKind::Ledger, what).with_source(other);
                self.path.iter().fold(error, |error, path| error.with("file", path.display()))
            }
        })?;
        account_states::complete(&self.pool).await
    }
}

impl fmt::Debug for SqliteLedger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteLedger").field("path", &self.path).finish_non_exhaustive()
    }
}

/// One connection, so that this process's writers take turns instead of failing with "locked".
pub(super) async fn pool(options: SqliteConnectOptions) -> Result<SqlitePool, sqlx::Error> {
    SqlitePoolOptions::new()
        .max_connections(1)
        .idle_timeout(None)
        .max_lifetime(None)
        // SQLite ends a transaction by itself where the disk is full, and sqlx never hears of it.
        .before_acquire(|connection, _| Box::pin(async { Ok(!connection.is_in_transaction()) }))
        .connect_with(options.busy_timeout(BUSY_TIMEOUT))
        .await
}

/// None is opened before it is needed: most commands read nothing that people look at.
fn readers(path: &Path) -> SqlitePool {
    let options = file(path).pragma("cache_size", READER_CACHE).pragma("query_only", "ON");
    SqlitePoolOptions::new()
        .max_connections(READERS)
        .idle_timeout(None)
        .max_lifetime(None)
        .connect_lazy_with(options.busy_timeout(BUSY_TIMEOUT))
}

pub(super) fn file(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .synchronous(SqliteSynchronous::Full)
        .pragma("cache_size", CACHE)
}

fn create_private(path: &Path) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(|_| ())
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use latchel_sync_core::ledger::{Account, NewRun, Trigger};
    use latchel_sync_core::model::{Phase, RunId};
    use latchel_sync_core::{Ledger, LedgerAdmin};

    use super::*;
    use crate::desk::{Desk, Filter, Role, User};

    #[tokio::test]
    async fn what_people_look_at_waits_for_no_writer_and_nothing_that_is_written_is_missed() {
        let folder = tempfile::tempdir().unwrap();
        let ledger = SqliteLedger::open(folder.path().join("ledger.sqlite")).await.unwrap();
        let now = DateTime::UNIX_EPOCH;
        for name in ["main", "other"] {
            let account = Account { name: name.to_owned(), sync_start: now, created_at: now };
            ledger.add_account(&account).await.unwrap();
            assert_eq!(ledger.account(name).await.unwrap(), Some(account));
        }
        let under_way = ledger.pool.begin_with("BEGIN IMMEDIATE").await.unwrap();
        let everything = Filter::default();
        let found = ledger.find_outcomes("main", &everything, None, 10);
        let (found, runs) =
            tokio::time::timeout(BUSY_TIMEOUT, async { tokio::join!(found, ledger.runs(None, 10)) })
                .await
                .expect("nobody waits");
        assert_eq!((found.unwrap().len(), runs.unwrap().len()), (0, 0));
        drop(under_way);
        ledger.close().await.unwrap();
        let left: Vec<_> =
            std::fs::read_dir(folder.path()).unwrap().flatten().map(|one| one.file_name()).collect();
        assert_eq!(left, ["ledger.sqlite"], "no second file stays behind");
    }

    #[tokio::test]
    async fn all_connections_together_keep_a_few_megabytes_of_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let ledger = SqliteLedger::open(folder.path().join("ledger.sqlite")).await.unwrap();
        let (mut kibibytes, mut held) = (0, Vec::new());
        for (pool, connections) in [(&ledger.pool, 1), (&ledger.readers, READERS)] {
            for _ in 0..connections {
                let mut connection = pool.acquire().await.unwrap();
                let size: i64 =
                    sqlx::query_scalar("PRAGMA cache_size").fetch_one(&mut *connection).await.unwrap();
                assert!(size < 0, "in kibibytes, and not in pages: {size}");
                kibibytes -= size;
                held.push(connection);
            }
        }
        assert_eq!((held.len(), kibibytes), (4, 7_000));
    }

    #[tokio::test]
    async fn a_disk_that_is_full_is_named_each_time_and_written_to_once_there_is_room() {
        let folder = tempfile::tempdir().unwrap();
        let ledger = SqliteLedger::open(folder.path().join("ledger.sqlite")).await.unwrap();
        let now = DateTime::UNIX_EPOCH;
        let account = "main".to_owned();
        ledger
            .add_account(&Account { name: account.clone(), sync_start: now, created_at: now })
            .await
            .unwrap();
        let run = NewRun {
            id: RunId(uuid::Uuid::nil()),
            account,
            now,
            day: None,
            trigger: Trigger::Manual,
            holder: "too long for the room that is left".repeat(10_000),
            phases: vec![Phase::Properties],
        };
        for _ in 0..2 {
            // No page more than there are; the limit is the connection's.
            sqlx::query("PRAGMA max_page_count = 1").execute(&ledger.pool).await.unwrap();
            let refused = ledger.begin_run(&run).await.unwrap_err().to_string();
            assert!(refused.contains("the disk of the ledger is full"), "{refused}");
        }
        ledger.pool.acquire().await.unwrap().close().await.unwrap();
        assert_eq!(ledger.runs(None, 10).await.unwrap(), []);
        ledger.begin_run(&run).await.unwrap();
    }

    async fn put_user(ledger: &SqliteLedger) {
        let (name, hash) = ("robin".to_owned(), "a hash".to_owned());
        let user = User { name, hash, role: Role::Viewer, is_token: false, created_at: DateTime::UNIX_EPOCH };
        ledger.put_user(&user).await.expect("it is written");
    }

    #[tokio::test]
    async fn a_ledger_without_a_lasting_file_outlives_its_connection() {
        for ledger in [SqliteLedger::in_memory().await, SqliteLedger::scratch().await] {
            let ledger = ledger.expect("a ledger");
            put_user(&ledger).await;
            ledger.pool.acquire().await.expect("a connection").close().await.expect("it ends");
            assert_eq!(ledger.users().await.expect("they are read").len(), 1);
        }
    }

    #[tokio::test]
    async fn two_ledgers_in_memory_share_nothing() {
        let one = SqliteLedger::in_memory().await.expect("a ledger");
        let other = SqliteLedger::in_memory().await.expect("another");
        put_user(&one).await;
        assert_eq!(other.users().await.expect("they are read").len(), 0);
    }
}
