//! The ledger on PostgreSQL: what of the SQL in `ops/` is PostgreSQL's own.

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

pub mod jobs;
mod open;

pub use open::PostgresLedger;

use crate::migrations::POSTGRES as MIGRATIONS;

type Backend = PostgresLedger;
type Database = sqlx::Postgres;
type Pool = sqlx::PgPool;
type Connection = sqlx::PgConnection;
type Row = sqlx::postgres::PgRow;

impl PostgresLedger {
    /// Connections for reading what people look at: those for everything else, because there are enough.
    fn readers(&self) -> &Pool {
        &self.pool
    }
}

const BEGIN: &str = "BEGIN";
/// A process that only reads the ledger still counts its calls.
const BEGIN_WRITING: &str = "BEGIN READ WRITE";
/// The texts of all rows in one, with another text between them.
const LINES: &str = "string_agg";
/// The character with a number.
const CHAR: &str = "chr";
/// The elements of the JSON array that is the fourth parameter, as rows of `value` and its `place`, counted from 0.
const ELEMENTS: &str = "(SELECT value, number - 1 AS place FROM jsonb_array_elements_text(CAST($4 AS JSONB)) \
                        WITH ORDINALITY AS numbered(value, number)) AS elements";
/// Nobody takes a lease over between its being read and the write that it permits.
const SHARE: &str = " FOR SHARE";
/// Nobody else changes a row between its being read and being written.
const UPDATE: &str = " FOR UPDATE";
/// The server's clock, also within a transaction.
const CLOCK: Option<&str> = Some("SELECT clock_timestamp()");
/// PostgreSQL has no such test of its own.
const INTEGRITY: &str = "SELECT 'ok'";
/// A record's JSON, of which `->>` takes a member. PostgreSQL has no text with the character 0, which a label may hold.
const JSON: &str = r"CAST(REPLACE(data, '\u0000', '\ufffd') AS JSON)";
/// Text is compared byte by byte, and not by the database's language.
const BYTES: &str = r#" COLLATE "C""#;
/// `LIKE` for which letters are the same in any case: those of ASCII, if they are compared byte by byte.
const LIKE: &str = "ILIKE";
/// Place of a text in another, counted from 1; 0 if it is not there.
const PLACE: &str = "strpos";
