//! Every environment variable that the command reads.

/// The configuration file.
pub(crate) const CONFIG: &str = "LATCHEL_SYNC_CONFIG";
/// Filter of what is logged, in the notation of `tracing`.
pub(crate) const LOG: &str = "LATCHEL_SYNC_LOG";
