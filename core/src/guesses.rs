//! Guesses of a Latchel adapter about an API whose reference is not at hand, and the two ways to confirm them: by the vendor's own
//! OpenAPI document, and in a sandbox.

use std::fmt;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;

use crate::Result;
use crate::registry::Settings;

/// A descriptor of an adapter whose guesses can be confirmed; the adapter submits it beside its own.
#[derive(Debug)]
pub struct GuessesAdapter {
    /// The name of the adapter.
    pub adapter: &'static str,
    /// Ways to confirm what it guesses.
    pub guesses: &'static dyn Guesses,
}

inventory::collect!(GuessesAdapter);

/// Guesses of the adapter `name`, if it has any.
pub fn guesses(name: &str) -> Option<&'static dyn Guesses> {
    inventory::iter::<GuessesAdapter>.into_iter().find(|one| one.adapter == name).map(|one| one.guesses)
}

/// Receiver of what a trial is about to do, for people.
pub type Told<'a> = &'a (dyn Fn(&str) + Send + Sync);

/// Ways to confirm what an adapter guesses.
#[async_trait]
pub trait Guesses: Send + Sync + fmt::Debug {
    /// Compares each call of the adapter with an OpenAPI document; calls nobody.
    ///
    /// # Errors
    ///
    /// [`Malformed`](crate::ErrorKind::Malformed) if the document is not an OpenAPI document.
    fn against(&self, document: &Value) -> Result<SpecReport>;

    /// Makes, changes and closes records in the vendor's sandbox, whatever the settings say about writes.
    ///
    /// # Behavior
    ///
    /// - Nothing is sent to any other host than the sandbox's or this machine.
    /// - What was made is cancelled or set inactive at the end, also where a step in between failed.
    ///
    /// # Errors
    ///
    /// [`Config`](crate::ErrorKind::Config) with the context `key` if the settings name another host; any failure of the first
    /// read, before which nothing was made.
    async fn in_sandbox(
        &self,
        settings: &Settings,
        now: DateTime<Utc>,
        told: Told<'_>,
    ) -> Result<TrialReport>;
}

/// Result of a comparison of an adapter with an OpenAPI document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SpecReport {
    /// The document's title and version, as it has them.
    pub document: String,
    /// Every call of the adapter.
    pub calls: Vec<CallReport>,
}

/// Comparison of one call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CallReport {
    /// Method and path.
    pub call: String,
    /// Purpose, for people.
    pub purpose: &'static str,
    /// Agreement of the whole call.
    pub verdict: Agreement,
    /// Everything that is not as the adapter has it.
    pub differences: Vec<Difference>,
    /// Everything that is not quite as the adapter has it, and does no harm.
    pub notes: Vec<String>,
}

/// Agreement of an adapter with a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Agreement {
    /// The document has it so.
    Agrees,
    /// The document has it otherwise.
    Differs,
    /// The document does not have it.
    NotThere,
}

/// One thing that is not as the adapter has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Part of the call, as `body` or `answer`.
    pub part: &'static str,
    /// Name of the field, parameter or header; empty if it is about the part as a whole.
    pub name: String,
    /// Agreement about it.
    pub verdict: Agreement,
    /// Description of the difference, for people.
    pub detail: String,
}

/// Result of a trial in a sandbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TrialReport {
    /// Mark in the names of all that was made.
    pub mark: String,
    /// Every guess, in the order in which they were tried.
    pub guesses: Vec<Guess>,
    /// Records that are still open or active, for people to put away.
    pub left: Vec<String>,
}

/// A guess, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Guess {
    /// Its name, as `properties.create`.
    pub guess: String,
    /// The guess as a sentence.
    pub about: String,
    /// Verdict.
    pub verdict: Verdict,
    /// Evidence or reason, without secrets; empty where there is nothing to add.
    pub detail: String,
}

/// Verdict on a guess.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It is so.
    Holds,
    /// It is otherwise.
    DoesNotHold,
    /// Something before it failed.
    NotTried,
}

impl SpecReport {
    /// True if every call agrees.
    pub fn agrees(&self) -> bool {
        self.calls.iter().all(|call| call.verdict == Agreement::Agrees)
    }
}

impl TrialReport {
    /// True if every guess was tried and holds.
    pub fn holds(&self) -> bool {
        self.guesses.iter().all(|guess| guess.verdict == Verdict::Holds)
    }
}
