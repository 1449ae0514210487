use latchel_sync_core::{Error, ErrorKind};

/// The error for a ledger call that failed.
pub(crate) fn failed(doing: &'static str) -> impl FnOnce(sqlx::Error) -> Error {
    move |error| {
        let what = match &error {
            sqlx::Error::Database(problem) if problem.message().contains("locked") => {
                "the ledger is locked by another process"
            }
            sqlx::Error::Database(problem) if problem.message().contains("readonly") => {
                "the ledger is read-only"
            }
            sqlx::Error::Database(problem) if problem.message().contains("full") => {
                "the disk of the ledger is full"
            }
            sqlx::Error::Database(problem) if problem.message().contains("I/O error") => {
                "the disk of the ledger failed, or is full"
            }
            sqlx::Error::Database(problem) if problem.message().contains("malformed") => {
                "the ledger is damaged: keep a copy, and go on with a backup or an empty one"
            }
            _ => "the ledger failed",
        };
        Error::new(ErrorKind::Ledger, what).with("while", doing).with_source(error)
    }
}

/// The error for a stored record that cannot be read back, which only a damaged ledger holds.
pub(crate) fn unreadable(what: &'static str) -> impl FnOnce(serde_json::Error) -> Error {
    move |error| {
        Error::new(ErrorKind::Ledger, "a record in the ledger cannot be read")
            .with("record", what)
            .with_source(error)
    }
}
