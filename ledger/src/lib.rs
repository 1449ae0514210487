//! The ledger of latchel-sync on SQLite: one file, created on first use, readable by its owner alone.
#![warn(missing_docs)]

mod accounts;
mod error;
mod links;
mod open;
mod outcomes;
mod pending;
mod recall;
mod runs;
mod sqlite;
#[cfg(feature = "suite")]
pub mod suite;

pub use open::SqliteLedger;
