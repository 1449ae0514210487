use std::fmt;
use std::process::ExitCode;

use anyhow::Error;

/// Exit code of the command; of several, the greatest counts. A second interrupt ends with 130.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Exit {
    /// Done.
    Done = 0,
    /// Done, but some records failed, or what was asked for does not exist.
    Partial = 1,
    /// It could not run.
    Failed = 2,
    /// Wrong usage or configuration.
    Usage = 3,
    /// Several records are called as was asked, and were listed.
    Several = 4,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Error that ended a command early, with a hint at what to do.
#[derive(Debug)]
pub struct Failure {
    pub(crate) exit: Exit,
    error: Error,
    hint: Option<String>,
}

impl Failure {
    /// It could not run.
    pub(crate) fn run(error: impl Into<Error>) -> Self {
        Self { exit: Exit::Failed, error: error.into(), hint: None }
    }

    /// Wrong usage or configuration.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self { exit: Exit::Usage, error: Error::msg(message.into()), hint: None }
    }

    /// The same with another exit code.
    pub(crate) fn exit(self, exit: Exit) -> Self {
        Self { exit, ..self }
    }

    /// The same, with what to do if that is known.
    pub fn hint_if(self, hint: Option<String>) -> Self {
        Self { hint, ..self }
    }

    /// The error and the hint in one line.
    pub(crate) fn line(&self) -> String {
        let hint = self.hint.as_ref().map(|hint| format!(" (hint: {hint})"));
        format!("{:#}{}", self.error, hint.unwrap_or_default())
    }

    /// The same, with what to do.
    pub(crate) fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }
}

/// Shows the error, and the hint on a line of its own.
impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#}", self.error)?;
        self.hint.as_ref().map_or(Ok(()), |hint| write!(f, "\nhint: {hint}"))
    }
}

impl From<latchel_sync_core::Error> for Failure {
    fn from(error: latchel_sync_core::Error) -> Self {
        // The error's own text already has its cause.
        let hint = error.kind().remedy().map(str::to_owned);
        Self::run(Error::msg(error.to_string())).hint_if(hint)
    }
}

/// Tells people of a failure, and returns the exit that goes with it.
pub(crate) fn report(failure: &Failure) -> Exit {
    note!("error: {:#}", failure.error);
    if let Some(hint) = &failure.hint {
        note!("hint: {hint}");
    }
    failure.exit
}
