//! The ledger of latchel-sync: on SQLite, one file that is created on first use and readable by its owner alone; or on
//! PostgreSQL, for many accounts and many workers.
//!
//! The SQL is written once, in `ops/`, and compiled for both; the differences are in `sqlite/` and `postgres/`.
#![warn(missing_docs)]
#![allow(
    clippy::duplicate_mod,
    reason = "ops/ is compiled once for each engine, so that both run the same text"
)]

pub mod desk;
mod error;
mod migrations;
mod postgres;
mod sqlite;
#[cfg(feature = "suite")]
pub mod suite;
#[cfg(feature = "suite")]
pub mod throw_away;

use chrono::TimeDelta;

pub use error::is_older;
pub use postgres::{PostgresLedger, jobs};
pub use sqlite::SqliteLedger;

/// Time that a lease lasts if nobody renews it: longer than the longest page takes, short enough to wait for.
const LEASE: TimeDelta = TimeDelta::seconds(120);
