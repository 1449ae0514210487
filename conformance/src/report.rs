use std::fmt;

use latchel_sync_core::Error;
use latchel_sync_core::words::visible;

/// Result of one check.
pub type Verdict = Result<(), Stop>;

/// Result of preparing a far side, or a word on why it cannot.
pub type Able<T> = Result<T, Cannot>;

/// Something that a far side cannot do, in a few words, such as "set its clock".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cannot(pub String);

impl Cannot {
    /// Says that the far side cannot do this.
    pub fn to(what: impl Into<String>) -> Self {
        Self(what.into())
    }
}

/// Cause that ended a check early.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop {
    /// The adapter does not do what it must: what was expected, and what was seen.
    Failed(String),
    /// It could not be checked.
    NotChecked(Gap),
}

/// Cause for which something could not be checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Gap {
    /// By its capabilities, or by what its records show, the platform has no such notion.
    Platform(String),
    /// The far side cannot be prepared for it.
    FarSide(String),
}

impl Stop {
    /// The adapter does not do what it must.
    pub fn failed(what: impl Into<String>) -> Self {
        Self::Failed(what.into())
    }

    /// The platform has no such notion.
    pub fn no_notion(why: impl Into<String>) -> Self {
        Self::NotChecked(Gap::Platform(why.into()))
    }
}

impl From<Cannot> for Stop {
    fn from(Cannot(what): Cannot) -> Self {
        Self::NotChecked(Gap::FarSide(what))
    }
}

/// A call that should have succeeded.
impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Failed(format!("a call failed that should succeed: {error:?}"))
    }
}

impl fmt::Display for Gap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Platform(why) => f.write_str(why),
            Self::FarSide(what) => write!(f, "the far side cannot {what}"),
        }
    }
}

/// One line of a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The check's name, `METHOD::WHAT`.
    pub name: &'static str,
    /// The behaviour that it checks, as the trait's documentation says it.
    pub behavior: &'static str,
    /// Result of the check.
    pub verdict: Verdict,
}

/// Results of the suite, in the order of the checks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Name of the adapter that was checked.
    pub subject: String,
    /// Result of each check.
    pub lines: Vec<Line>,
}

impl Report {
    /// The checks that failed.
    pub fn failures(&self) -> impl Iterator<Item = &Line> {
        self.lines.iter().filter(|line| matches!(line.verdict, Err(Stop::Failed(_))))
    }

    /// The checks that could not be made, each with the reason.
    pub fn not_checked(&self) -> impl Iterator<Item = (&Line, &Gap)> {
        self.lines.iter().filter_map(|line| match &line.verdict {
            Err(Stop::NotChecked(gap)) => Some((line, gap)),
            _ => None,
        })
    }

    /// Fails a test with the whole report if a check failed.
    ///
    /// # Panics
    ///
    /// If a check failed.
    pub fn assert(&self) {
        assert!(self.failures().next().is_none(), "{self}");
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, behavior, verdict } = self;
        match verdict {
            Ok(()) => writeln!(f, "  passed       {name}"),
            Err(Stop::NotChecked(gap)) => writeln!(f, "  not checked  {name}: {gap}"),
            Err(Stop::Failed(what)) => {
                let what = visible(what);
                writeln!(f, "  FAILED       {name}\n    must: {behavior}\n    but:  {what}")
            }
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "Conformance of {}", self.subject)?;
        self.lines.iter().try_for_each(|line| line.fmt(f))?;
        let (failed, not_checked) = (self.failures().count(), self.not_checked().count());
        let passed = self.lines.len() - failed - not_checked;
        write!(f, "{passed} passed, {failed} failed, {not_checked} not checked")
    }
}
