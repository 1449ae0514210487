use std::path::PathBuf;

use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(crate) enum LedgerAction {
    /// Look for what a sound ledger never holds; 1 if there is any.
    Check,
    /// Copy a SQLite ledger to a new file, also while a sync runs.
    Backup {
        /// The new file.
        file: PathBuf,
    },
}
