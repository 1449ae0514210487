use std::sync::{Mutex, PoisonError};

use super::clock::Clock;

/// The story as it is told.
#[derive(Debug)]
pub enum Log {
    Silent,
    /// On stdout, line by line.
    Aloud,
    /// For whoever compares it.
    Kept(Mutex<Vec<String>>),
}

impl Log {
    pub fn say(&self, clock: Clock, who: &str, what: impl FnOnce() -> String) {
        let line = |what: String| format!("{} {who:<9} {what}", clock.now().format("%m-%d %H:%M:%S%.3f"));
        match self {
            Self::Silent => {}
            Self::Aloud => println!("{}", line(what())),
            Self::Kept(lines) => lines.lock().unwrap_or_else(PoisonError::into_inner).push(line(what())),
        }
    }
}
