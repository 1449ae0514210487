//! The real engine and rules over both systems in memory: stories of what people do while syncs run, fail and die.

pub mod crash;
mod oracle;
pub mod pair;
pub mod story;
