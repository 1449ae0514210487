use latchel_sync_core::{Error, ErrorKind};

/// The error for a ledger call that failed.
pub(crate) fn failed(doing: &'static str) -> impl FnOnce(sqlx::Error) -> Error {
    move |error| {
        let what = trouble(&error).unwrap_or("the ledger failed");
        Error::new(ErrorKind::Ledger, what).with("while", doing).with_source(error)
    }
}

/// Says what is wrong with the ledger's file or database, and what to do; `None` where the error's code does not tell.
pub(crate) fn trouble(error: &sqlx::Error) -> Option<&'static str> {
    let sqlx::Error::Database(problem) = error else { return None };
    let code = problem.code()?;
    // PostgreSQL's have five characters, SQLite's are numbers.
    match code.as_ref() {
        "53100" => return Some(FULL),
        "25006" => return Some(READ_ONLY),
        "55P03" => return Some(LOCKED),
        _ => {}
    }
    match primary(&code)? {
        5 | 6 => Some(LOCKED),
        8 => Some(READ_ONLY),
        10 => Some("the disk of the ledger failed, or is full: look at it; what was recorded before stays"),
        11 | 26 => Some(
            "the ledger is no ledger, or is damaged: keep a copy, and go on with a backup or with an empty one, from \
             which a sync finds its records again",
        ),
        13 => Some(FULL),
        14 => Some(
            "the ledger cannot be opened: its folder must be there, and this user must be able to write to it",
        ),
        _ => None,
    }
}

/// SQLite's primary result code.
pub(crate) fn code(error: &sqlx::Error) -> Option<u32> {
    primary(&error.as_database_error()?.code()?)
}

/// The last byte of a result code is the kind, and the others say more of it.
fn primary(code: &str) -> Option<u32> {
    Some(code.parse::<u32>().ok()? & 0xff)
}

/// Problem of a ledger that no sync of this version has opened yet.
pub(crate) const OLDER: &str = "the ledger is older than this version: run a sync first";

/// True if a ledger could not be opened for reading because its tables are older than this version.
pub fn is_older(error: &Error) -> bool {
    error.kind() == ErrorKind::Ledger && error.message() == OLDER
}

const FULL: &str = "the disk of the ledger is full: make room; what was recorded before stays, and the next run goes on \
                    from there";
const READ_ONLY: &str = "the ledger is read-only: let this user write to its file and its folder";
const LOCKED: &str = "the ledger is locked by another process: wait until that has ended, or end it";

/// The error for a stored record that cannot be read back, which only a damaged ledger holds.
pub(crate) fn unreadable(what: &'static str) -> impl FnOnce(serde_json::Error) -> Error {
    move |error| {
        Error::new(ErrorKind::Ledger, "a record in the ledger cannot be read")
            .with("record", what)
            .with_source(error)
    }
}
