//! Every environment variable that the command reads.

/// The configuration file.
pub(crate) const CONFIG: &str = "LATCHEL_SYNC_CONFIG";
/// What is logged, as `tracing` filters spell it.
pub(crate) const LOG: &str = "LATCHEL_SYNC_LOG";
