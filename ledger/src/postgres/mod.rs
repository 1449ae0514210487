//! The ledger on PostgreSQL: what of the SQL in `ops/` is PostgreSQL's own.

#[path = "../ops/accounts.rs"]
mod accounts;
#[path = "../ops/check.rs"]
mod check;
#[path = "../ops/deliveries.rs"]
mod deliveries;
#[path = "../ops/desk.rs"]
mod desk;
#[path = "../ops/ledger.rs"]
mod ledger;
#[path = "../ops/links.rs"]
mod links;
#[path = "../ops/look.rs"]
mod look;
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
#[path = "../ops/statement.rs"]
mod statement;
#[path = "../ops/told.rs"]
mod told;
#[path = "../ops/users.rs"]
mod users;

mod open;

pub use open::PostgresLedger;

type Engine = PostgresLedger;
type Database = sqlx::Postgres;
type Pool = sqlx::PgPool;
type Connection = sqlx::PgConnection;
type Row = sqlx::postgres::PgRow;

impl PostgresLedger {
    /// Where what people look at is read: with everything else, because there are connections enough.
    fn readers(&self) -> &Pool {
        &self.pool
    }
}

const BEGIN: &str = "BEGIN";
/// The records of all rows, which are JSON without a line break, as lines of one text.
const LINES: &str = "string_agg(data, chr(10))";
/// The elements of the JSON array that is the fourth parameter, as rows of `value`.
const ELEMENTS: &str = "jsonb_array_elements_text(CAST($4 AS JSONB)) AS elements(value)";
/// Nobody takes a lease over between its being read and the write that it permits.
const SHARE: &str = " FOR SHARE";
/// PostgreSQL has no such test of its own.
const INTEGRITY: &str = "SELECT 'ok'";
/// A record's JSON, of which `->>` takes a member. PostgreSQL has no text with the character 0, which a label may hold.
const JSON: &str = r"CAST(REPLACE(data, '\u0000', '\ufffd') AS JSON)";
/// Text is compared byte by byte, and not by the database's language.
const BYTES: &str = r#" COLLATE "C""#;
/// `LIKE` for which letters are the same in any case: those of ASCII, if they are compared byte by byte.
const LIKE: &str = "ILIKE";
