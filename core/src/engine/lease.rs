//! Times within which a run renews its lease.

use std::time::Duration;

/// Longest time that an answer of the ledger may take and still be relied on when it arrives; far below a lease's
/// length.
pub(super) const PROMPT: Duration = Duration::from_secs(10);
/// Time that a call may take, waits and pauses included, before the lease is renewed; far below a lease's length.
pub(super) const RENEW_AFTER: Duration = Duration::from_secs(20);
