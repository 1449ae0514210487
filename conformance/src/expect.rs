//! Sentences of checks that fail.

use std::fmt::Debug;

use latchel_sync_core::{Error, ErrorKind, Result};

use crate::report::{Stop, Verdict};

/// Ends the check unless the condition holds.
macro_rules! ensure {
    ($condition:expr, $($words:tt)+) => {
        if !$condition {
            return Err($crate::Stop::Failed(format!($($words)+)));
        }
    };
}
pub(crate) use ensure;

/// Ends the check unless `seen` is `expected`.
pub(crate) fn same<T: PartialEq + Debug + ?Sized>(what: &str, seen: &T, expected: &T) -> Verdict {
    ensure!(seen == expected, "{what} must be {expected:?}, and is {seen:?}");
    Ok(())
}

/// Ends the check unless the call failed with this kind.
pub(crate) fn fails<T>(what: &str, answer: Result<T>, kind: ErrorKind) -> Result<Error, Stop> {
    match answer {
        Err(error) if error.kind() == kind => Ok(error),
        Err(error) => Err(Stop::failed(format!("{what} must fail as {kind:?}, and fails as {error:?}"))),
        Ok(_) => Err(Stop::failed(format!("{what} must fail as {kind:?}, and succeeds"))),
    }
}
