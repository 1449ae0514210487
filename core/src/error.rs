//! The one error of the core and of every adapter.

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// The result of a call to a platform, to Latchel or to the ledger.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The longest pause that a run waits for, if a far side asks for one. Until a longer one is over every call would be
/// refused, so that the run ends, and a later one goes on.
pub const LONGEST_PAUSE_WITHIN_A_RUN: Duration = Duration::from_secs(60);

/// Kind of a failure; callers branch on this and never on the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorKind {
    /// The credentials were refused.
    Unauthorized,
    /// The credentials are fine, but do not permit this.
    Forbidden,
    /// The record or address that was asked for is not there.
    NotFound,
    /// The far side refused the request's content.
    Refused,
    /// The far side asks for a pause, because there were too many calls.
    RateLimited,
    /// The far side could not be reached, or failed on its own account.
    Unavailable,
    /// The far side is closed for a while by its own schedule, which is no fault of anyone's.
    Paused,
    /// No answer came in time, or it broke off.
    Timeout,
    /// An answer came that could not be understood.
    Malformed,
    /// A write was answered, but reading back did not show it.
    Unconfirmed,
    /// The configuration is wrong.
    Config,
    /// The ledger failed.
    Ledger,
    /// Another run of the same account is under way.
    Busy,
    /// The platform cannot do this.
    Unsupported,
    /// A create was sent before, and its outcome is not known yet (rule E1).
    Unsettled,
    /// The run would have set too many records inactive at once, or a system shows nothing any more (rule G1).
    MassChange,
    /// latchel-sync itself failed, by a mistake in its own code.
    Internal,
}

impl ErrorKind {
    /// Advice to people, in a sentence; `None` where the error alone can tell.
    pub fn remedy(self) -> Option<&'static str> {
        Some(match self {
            Self::Unauthorized => "Check the key in the configuration: it was refused.",
            Self::Forbidden => "Give the key's user the permission that the error names.",
            Self::RateLimited => "Wait: the next run goes on from there.",
            Self::Paused => "Nothing is wrong: try again when it is open.",
            Self::Unavailable | Self::Timeout => {
                "Check the address in the configuration, and that this machine can reach it."
            }
            Self::Busy => "Wait until the other run has ended, or stop it.",
            Self::MassChange => {
                "Look at `latchel-sync plan`; if so many are to become inactive, add `--allow-mass-change`."
            }
            _ => return None,
        })
    }

    /// The kind's name in JSON and the ledger.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unauthorized => "unauthorized",
            Self::Forbidden => "forbidden",
            Self::NotFound => "not_found",
            Self::Refused => "refused",
            Self::RateLimited => "rate_limited",
            Self::Unavailable => "unavailable",
            Self::Paused => "paused",
            Self::Timeout => "timeout",
            Self::Malformed => "malformed",
            Self::Unconfirmed => "unconfirmed",
            Self::Config => "config",
            Self::Ledger => "ledger",
            Self::Busy => "busy",
            Self::Unsupported => "unsupported",
            Self::Unsettled => "unsettled",
            Self::MassChange => "mass_change",
            Self::Internal => "internal",
        }
    }
}

/// A failure: its kind, what was being done, on what, and the cause. It never holds a secret.
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    message: String,
    context: Vec<(&'static str, String)>,
    retry_after: Option<Duration>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl Error {
    /// A failure of `kind`, in one sentence without a full stop.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            kind,
            message: message.into(),
            context: Vec::new(),
            retry_after: None,
            source: None,
        }))
    }

    /// Adds the thing that it happened on, for example `("url", ...)` or `("field", ...)`.
    pub fn with(mut self, name: &'static str, value: impl fmt::Display) -> Self {
        self.0.context.push((name, value.to_string()));
        self
    }

    /// Adds the time after which to try again: the pause that the far side asked for, or what is left of the lease of another run.
    pub fn with_retry_after(mut self, pause: Duration) -> Self {
        self.0.retry_after = Some(pause);
        self
    }

    /// Adds the cause.
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// A copy of the failure, with the causes as text: a record's failure may also be what ends the phase.
    pub fn again(&self) -> Self {
        let mut causes = Vec::new();
        let mut source = self.source();
        while let Some(cause) = source {
            causes.push(cause.to_string());
            source = cause.source();
        }
        Self(Box::new(Inner {
            kind: self.0.kind,
            message: self.0.message.clone(),
            context: self.0.context.clone(),
            retry_after: self.0.retry_after,
            source: (!causes.is_empty()).then(|| causes.join(": ").into()),
        }))
    }

    /// Its kind.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The failure in a sentence, without context and cause.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The value of a context entry, for example the field that was wrong.
    pub fn context(&self, name: &str) -> Option<&str> {
        self.0.context.iter().find(|(key, _)| *key == name).map(|(_, value)| value.as_str())
    }

    /// Time after which to try again: the pause that the far side asked for, or what is left of another run's lease.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// True if the far side is closed for a while by its own schedule, which is no failure.
    pub fn is_pause(&self) -> bool {
        self.0.kind == ErrorKind::Paused
    }

    /// True if the same call may succeed a moment later.
    pub fn is_temporary(&self) -> bool {
        matches!(self.0.kind, ErrorKind::RateLimited | ErrorKind::Unavailable | ErrorKind::Timeout)
    }

    /// True if the far side takes no more calls for longer than [`LONGEST_PAUSE_WITHIN_A_RUN`].
    pub fn asks_for_a_long_pause(&self) -> bool {
        let is_long = |pause: Duration| pause > LONGEST_PAUSE_WITHIN_A_RUN;
        self.0.kind == ErrorKind::RateLimited && self.0.retry_after.is_some_and(is_long)
    }

    /// True if further calls like it are likely to fail as well, so that a phase should end. The next phase asks for other
    /// things, and may well succeed, unless the error [ends the run](Self::ends_the_run) (rule E2).
    pub fn ends_the_phase(&self) -> bool {
        self.ends_the_run()
            || matches!(self.0.kind, ErrorKind::RateLimited | ErrorKind::Unavailable | ErrorKind::Timeout)
    }

    /// True if no phase could do anything any more: the credentials are refused, a far side is closed or asks for a long
    /// pause, the lease or the ledger is lost, or people have to look first (rule G1).
    pub fn ends_the_run(&self) -> bool {
        self.is_final() || self.0.kind == ErrorKind::MassChange
    }

    /// True if this run can do nothing more at all, so that not even the next record is tried.
    pub fn is_final(&self) -> bool {
        self.asks_for_a_long_pause()
            || matches!(
                self.0.kind,
                ErrorKind::Unauthorized | ErrorKind::Paused | ErrorKind::Ledger | ErrorKind::Busy
            )
    }

    /// True if it is about the thing that was asked for, so that asking for something else may succeed.
    pub fn is_about_the_request(&self) -> bool {
        matches!(self.0.kind, ErrorKind::Refused | ErrorKind::NotFound | ErrorKind::Malformed)
    }

    /// True if a write that failed like this may have happened all the same.
    pub fn leaves_outcome_unknown(&self) -> bool {
        matches!(
            self.0.kind,
            ErrorKind::Unavailable
                | ErrorKind::Paused
                | ErrorKind::Timeout
                | ErrorKind::Malformed
                | ErrorKind::Unconfirmed
                | ErrorKind::Ledger
        )
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)?;
        for (i, (name, value)) in self.0.context.iter().enumerate() {
            write!(f, "{}{name}: {value}", if i == 0 { " (" } else { ", " })?;
        }
        if !self.0.context.is_empty() {
            f.write_str(")")?;
        }
        let mut source = self.source();
        while let Some(cause) = source {
            write!(f, ": {cause}")?;
            source = cause.source();
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {self}", self.0.kind)
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_ref().map(|source| &**source as &(dyn StdError + 'static))
    }
}
