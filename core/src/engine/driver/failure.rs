//! Outcomes of calls that failed.

use crate::engine::phases::flow::Applied;
use crate::ledger::Action;
use crate::model::Reason;
use crate::{Error, ErrorKind};

/// Outcome of a write that failed. An answer that cannot be read is a failed call here; it does not make the record
/// invalid.
pub(in crate::engine) fn failed_write(error: &Error) -> Applied {
    match failed(error) {
        answer if answer.reason == Reason::InvalidRecord => Applied { reason: Reason::CallFailed, ..answer },
        other => other,
    }
}

/// Outcome of a call that failed, by the kind of its error.
pub(in crate::engine) fn failed(error: &Error) -> Applied {
    let reason = match error.kind() {
        ErrorKind::Paused => Reason::FarSidePaused,
        ErrorKind::Unconfirmed => Reason::NotConfirmed,
        ErrorKind::Malformed => Reason::InvalidRecord,
        ErrorKind::Unsupported => Reason::NotSupportedByPlatform,
        ErrorKind::Unsettled => Reason::CreateUnsettled,
        _ => Reason::CallFailed,
    };
    Applied { detail: Some(error.to_string()), ..Applied::plain(reason, Action::None) }
}
