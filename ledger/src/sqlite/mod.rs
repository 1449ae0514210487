//! The ledger on SQLite: what of the SQL in `ops/` is SQLite's own.

#[path = "../ops/accounts.rs"]
mod accounts;
#[path = "../ops/browse.rs"]
mod browse;
#[path = "../ops/check.rs"]
mod check;
#[path = "../ops/desk.rs"]
mod desk;
#[path = "../ops/ledger.rs"]
mod ledger;
#[path = "../ops/links.rs"]
mod links;
#[path = "../ops/outcomes.rs"]
mod outcomes;
#[path = "../ops/pending.rs"]
mod pending;
#[path = "../ops/prune.rs"]
mod prune;
#[path = "../ops/recall.rs"]
mod recall;
#[path = "../ops/runs.rs"]
mod runs;

mod open;
mod read;

pub use open::SqliteLedger;

type Engine = SqliteLedger;
type Database = sqlx::Sqlite;
type Pool = sqlx::SqlitePool;
type Connection = sqlx::SqliteConnection;
type Row = sqlx::sqlite::SqliteRow;

/// Writers take turns from the start instead of failing when they find out.
const BEGIN: &str = "BEGIN IMMEDIATE";
/// The records of all rows, which are JSON without a line break, as lines of one text.
const LINES: &str = "group_concat(data, char(10))";
/// The elements of the JSON array that is the fourth parameter, as rows of `value`.
const ELEMENTS: &str = "json_each($4)";
/// An outcome as JSON.
const DATA: &str = "outcomes.data";
/// The text of the instant at which a run began.
const DATE: &str = "data ->> 'now'";
/// Writers take turns, so that a lease that was read needs no lock.
const SHARE: &str = "";
/// What SQLite finds wrong with the file; the one row `ok` if nothing.
const INTEGRITY: &str = "PRAGMA integrity_check";
