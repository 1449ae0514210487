//! Tells people of what they would have to look for otherwise: once when it begins, and once when it is over.
//!
//! Each message is written down for each channel, so that a restart repeats nothing and a channel that does not work holds
//! up no other.

mod channel;
mod condition;
mod config;
mod findings;
mod mail;
mod notice;
mod rehearsal;
mod watcher;

pub use condition::Condition;
pub use config::{AlertsConfig, EmailConfig};
pub use rehearsal::{Rehearsed, rehearse};
pub use watcher::Watcher;
