//! The ledger on PostgreSQL: what of the SQL in `ops/` is PostgreSQL's own.

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

pub use open::PostgresLedger;

type Engine = PostgresLedger;
type Database = sqlx::Postgres;
type Pool = sqlx::PgPool;
type Connection = sqlx::PgConnection;
type Row = sqlx::postgres::PgRow;

const BEGIN: &str = "BEGIN";
/// The records of all rows, which are JSON without a line break, as lines of one text.
const LINES: &str = "string_agg(data, chr(10))";
/// The elements of the JSON array that is the fourth parameter, as rows of `value`.
const ELEMENTS: &str = "jsonb_array_elements_text(CAST($4 AS JSONB)) AS elements(value)";
/// An outcome as JSON.
const DATA: &str = "CAST(outcomes.data AS JSONB)";
/// The text of the instant at which a run began.
const DATE: &str = "CAST(data AS JSONB) ->> 'now'";
/// Nobody takes a lease over between its being read and the write that it permits.
const SHARE: &str = " FOR SHARE";
/// PostgreSQL has no such test of its own.
const INTEGRITY: &str = "SELECT 'ok'";
