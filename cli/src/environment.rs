//! Every environment variable that the command reads.

/// The configuration file.
pub(crate) const CONFIG: &str = "LATCHEL_SYNC_CONFIG";
/// Pause before a failed call is tried again.
pub(crate) const FIRST_PAUSE: &str = "LATCHEL_SYNC_FIRST_PAUSE";
/// Filter of what is logged, in the notation of `tracing`.
pub(crate) const LOG: &str = "LATCHEL_SYNC_LOG";
/// Key by which the secrets of the ledger's accounts are sealed: base64 of 32 bytes.
pub(crate) const MASTER_KEY: &str = "LATCHEL_SYNC_MASTER_KEY";
/// The one of before, while it is changed.
pub(crate) const OLD_MASTER_KEY: &str = "LATCHEL_SYNC_MASTER_KEY_OLD";
