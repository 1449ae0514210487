//! The ledger of latchel-sync on SQLite.
