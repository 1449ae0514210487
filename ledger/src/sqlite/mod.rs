//! The ledger on SQLite: what of the SQL in `ops/` is SQLite's own.

#[path = "../ops/account_states.rs"]
mod account_states;
#[path = "../ops/accounts.rs"]
mod accounts;
#[path = "../ops/alerts.rs"]
mod alerts;
#[path = "../ops/audit.rs"]
mod audit;
#[path = "../ops/browsers.rs"]
mod browsers;
#[path = "../ops/call_limits.rs"]
mod call_limits;
#[path = "../ops/causes.rs"]
mod causes;
#[path = "../ops/check.rs"]
mod check;
#[path = "../ops/days.rs"]
mod days;
#[path = "../ops/deliveries.rs"]
mod deliveries;
#[path = "../ops/desk.rs"]
mod desk;
#[path = "../ops/everywhere.rs"]
mod everywhere;
#[path = "../ops/kept.rs"]
mod kept;
#[path = "../ops/ledger.rs"]
mod ledger;
#[path = "../ops/links.rs"]
mod links;
#[path = "../ops/mirror.rs"]
mod mirror;
#[path = "../ops/outcomes.rs"]
mod outcomes;
#[path = "../ops/pauses.rs"]
mod pauses;
#[path = "../ops/pending.rs"]
mod pending;
#[path = "../ops/prune.rs"]
mod prune;
#[path = "../ops/recall.rs"]
mod recall;
#[path = "../ops/runs.rs"]
mod runs;
#[path = "../ops/schema.rs"]
mod schema;
#[path = "../ops/search.rs"]
mod search;
#[path = "../ops/statement.rs"]
mod statement;
#[path = "../ops/tries.rs"]
mod tries;
#[path = "../ops/users.rs"]
mod users;

mod as_found;
mod open;
mod problem;
mod read;

pub use open::SqliteLedger;

use crate::migrations::SQLITE as MIGRATIONS;

type Backend = SqliteLedger;
type Database = sqlx::Sqlite;
type Pool = sqlx::SqlitePool;
type Connection = sqlx::SqliteConnection;
type Row = sqlx::sqlite::SqliteRow;

impl SqliteLedger {
    /// Connections for reading what people look at.
    fn readers(&self) -> &Pool {
        &self.readers
    }
}

/// Writers take turns from the start instead of failing when they find out.
const BEGIN: &str = "BEGIN IMMEDIATE";
/// The same for what is shared with other processes.
const BEGIN_WRITING: &str = BEGIN;
/// The texts of all rows in one, with another text between them.
const LINES: &str = "group_concat";
/// The character with a number.
const CHAR: &str = "char";
/// The elements of the JSON array that is the fourth parameter, as rows of `value` and its `place`, counted from 0.
const ELEMENTS: &str = "(SELECT value, key AS place FROM json_each($4)) AS elements";
/// Writers take turns, so that a lease that was read needs no lock.
const SHARE: &str = "";
/// Writers take turns, so that a row that was read needs no lock.
const UPDATE: &str = "";
/// A file has no clock of its own, and is used by one machine.
const CLOCK: Option<&str> = None;
/// Statement that lists what SQLite finds wrong with the file; the one row `ok` if nothing.
const INTEGRITY: &str = "PRAGMA integrity_check";
/// A record's JSON, of which `->>` takes a member.
const JSON: &str = "data";
/// Text is compared byte by byte anyway.
const BYTES: &str = "";
/// `LIKE` for which letters of ASCII are the same in any case.
const LIKE: &str = "LIKE";
/// Place of a text in another, counted from 1; 0 if it is not there.
const PLACE: &str = "instr";
