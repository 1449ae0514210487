//! Skeletons of new adapters: for `latchel-sync adapters new`, and as a program of its own, `cargo run -p scaffold -- NAME`,
//! which starts without building the command.

mod new;
mod register;
mod skeleton;

use std::fmt;

pub use new::write;
pub use skeleton::Style;

/// Reason for which a skeleton was not written, or not whole.
#[derive(Debug)]
pub struct Problem {
    /// True if what was asked for cannot be; false if writing failed.
    pub is_usage: bool,
    message: String,
    /// Advice; empty if there is none.
    pub hint: String,
}

impl Problem {
    fn usage(message: impl Into<String>) -> Self {
        Self { is_usage: true, message: message.into(), hint: String::new() }
    }

    fn run(error: &std::io::Error) -> Self {
        Self { is_usage: false, message: error.to_string(), hint: String::new() }
    }

    fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: hint.into(), ..self }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Problem {}
