//! The course of a trial: guesses are noted one by one, and a failure of one leads to the others that can be tried without it.

use chrono::{DateTime, NaiveDate, Utc};
use latchel_sync_core::guesses::{Guess, Told, TrialReport, Verdict};
use latchel_sync_core::mirror::{JobsAsked, LatchelSource};
use latchel_sync_core::model::ClosedStatus;
use latchel_sync_core::{Error, ErrorKind, Result};
use latchel_sync_http::read_row;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::alike::{changed_beside, differences};
use crate::guesses::Collection;
use crate::source::Source;

/// Pages of work orders that are read at most to learn the id of the state *Cancelled*.
const STATE_PAGES: u32 = 10;

/// A trial under way.
pub(super) struct Trial<'a> {
    pub source: Source,
    pub today: NaiveDate,
    /// Mark in the names of all that is made.
    pub mark: String,
    /// The same as a reference.
    pub reference: String,
    told: Told<'a>,
    guesses: Vec<Guess>,
    left: Vec<String>,
}

/// A record that was made, with the answer that showed it.
#[derive(Debug)]
pub(super) struct Made {
    pub id: i64,
    /// The body that it was made with.
    sent: Value,
    /// The record as it was shown last; `None` if it could not be read.
    shown: Option<Value>,
}

impl<'a> Trial<'a> {
    pub fn new(source: Source, now: DateTime<Utc>, told: Told<'a>) -> Self {
        Self {
            source,
            today: now.date_naive(),
            mark: format!("latchel-sync test {}", now.format("%Y-%m-%d %H:%M:%S UTC")),
            reference: format!("latchel-sync-test-{}", now.format("%Y%m%dT%H%M%SZ")),
            told,
            guesses: Vec::new(),
            left: Vec::new(),
        }
    }

    /// The whole course. Only the first read may end it: after that something may have been made, which is put away.
    pub async fn run(mut self) -> Result<TrialReport> {
        self.say("reading work orders, for the id of the state Cancelled");
        self.learn_the_state().await?;
        let property = self.property().await;
        let resident = self.resident(property.as_ref()).await;
        let job = self.job(property.as_ref(), resident.as_ref()).await;
        self.closed_import(property.as_ref()).await;
        self.cancel(job).await;
        self.deactivate_resident(resident).await;
        self.deactivate_property(property).await;
        Ok(TrialReport { mark: self.mark, guesses: self.guesses, left: self.left })
    }

    pub fn say(&self, what: &str) {
        (self.told)(what);
    }

    /// Reads work orders until one has shown the state, within bounds.
    async fn learn_the_state(&mut self) -> Result<()> {
        // Whichever day it was: the ids stay the same.
        let asked = JobsAsked::Updated(NaiveDate::default());
        for page in 1..=STATE_PAGES {
            let read = self.source.jobs(asked, page).await?;
            if read.is_last() || self.source.states.closed(ClosedStatus::Cancelled).is_some() {
                break;
            }
        }
        Ok(())
    }

    pub fn note(
        &mut self,
        guess: &str,
        about: impl Into<String>,
        verdict: Verdict,
        detail: impl Into<String>,
    ) {
        let detail = self.source.api.transport.without_secrets(&detail.into());
        let detail = detail.chars().filter(|c| !c.is_control()).collect();
        self.guesses.push(Guess { guess: guess.to_owned(), about: about.into(), verdict, detail });
    }

    pub fn not_tried(&mut self, guess: &str, about: impl Into<String>, why: &str) {
        self.note(guess, about, Verdict::NotTried, why);
    }

    /// A guess that holds if there are no problems.
    fn judge(&mut self, guess: &str, about: &str, problems: &[String]) {
        let verdict = if problems.is_empty() { Verdict::Holds } else { Verdict::DoesNotHold };
        self.note(guess, about, verdict, problems.join("; "));
    }

    /// Notes a record for people to put away.
    pub fn leave(&mut self, what: String) {
        self.left.push(what);
    }

    /// Notes what became of a create, and reads the record back.
    pub async fn made<W: DeserializeOwned>(
        &mut self,
        collection: Collection,
        body: &Value,
        created: Result<i64>,
    ) -> Option<Made> {
        let name = collection.path();
        let about = format!(
            "POST /{name} takes these fields as plain JSON and answers with the new {}",
            collection.id()
        );
        let guess = |what: &str| format!("{name}.{what}");
        let (read, fields) =
            (about_read(collection), "a record that was made is shown with every field as it was sent");
        let id = match created {
            Ok(id) => id,
            Err(error) => {
                if error.leaves_outcome_unknown() {
                    self.leave(format!(
                        "perhaps one of /{name} with \"{}\" in its name: no id came back",
                        self.mark
                    ));
                }
                self.note(&guess("create"), about, verdict(&error), told(&error));
                self.not_tried(&guess("read"), read, "nothing was made");
                self.not_tried(&guess("fields"), fields, "nothing was made");
                return None;
            }
        };
        self.note(&guess("create"), about, Verdict::Holds, format!("{} {id}", collection.id()));
        let shown = match self.shown::<W>(collection, id).await {
            Ok(shown) => {
                self.note(&guess("read"), read, Verdict::Holds, "");
                self.judge(&guess("fields"), fields, &differences(body, &shown));
                Some(shown)
            }
            Err((verdict, problem)) => {
                self.note(&guess("read"), read, verdict, problem);
                self.not_tried(&guess("fields"), fields, "the record could not be read");
                None
            }
        };
        Some(Made { id, sent: body.clone(), shown })
    }

    /// Notes what became of a change: it is shown, and nothing else has changed.
    pub async fn changed<W: DeserializeOwned>(
        &mut self,
        collection: Collection,
        made: &mut Made,
        body: &Value,
        answer: Result<()>,
        guess: (&str, String),
    ) -> bool {
        let (name, about) = guess;
        let rest = format!("{name}.rest");
        let about_rest = "the fields that a change does not name stay as they are";
        if let Err(error) = answer {
            self.note(name, about, verdict(&error), told(&error));
            self.not_tried(&rest, about_rest, "nothing was changed");
            return false;
        }
        let (Some(before), Ok(after)) = (made.shown.take(), self.shown::<W>(collection, made.id).await)
        else {
            let why = "it was taken, and could not be read back";
            self.not_tried(name, about, why);
            self.not_tried(&rest, about_rest, why);
            return false;
        };
        let problems = differences(body, &after);
        self.judge(name, &about, &problems);
        self.judge(&rest, about_rest, &changed_beside(body, &made.sent, &before, &after));
        made.shown = Some(after);
        problems.is_empty()
    }

    /// A record as it is shown, if the adapter's own reader understands it.
    async fn shown<W: DeserializeOwned>(
        &self,
        collection: Collection,
        id: i64,
    ) -> Result<Value, (Verdict, String)> {
        let path = collection.one(id);
        let wrong = |problem: String| (Verdict::DoesNotHold, format!("GET /{path} {problem}"));
        let row = self.source.api.one(&path).await.map_err(|error| (verdict(&error), told(&error)))?;
        let row = row.ok_or_else(|| wrong("finds nothing".to_owned()))?;
        self.source.states.learn(&row);
        match read_row::<W>(&row) {
            Ok(_) => Ok(row),
            Err(bad) => Err(wrong(format!("cannot be understood: {}: {}", bad.field, bad.problem))),
        }
    }
}

/// Verdict on a guess whose call failed: a far side that is not there, or will not hear us, says nothing of it.
pub(super) fn verdict(error: &Error) -> Verdict {
    match error.kind() {
        ErrorKind::Unavailable
        | ErrorKind::Timeout
        | ErrorKind::RateLimited
        | ErrorKind::Paused
        | ErrorKind::Unauthorized => Verdict::NotTried,
        _ => Verdict::DoesNotHold,
    }
}

fn about_read(collection: Collection) -> String {
    format!("GET /{} shows one record in `data`", collection.one(format!("{{{}}}", collection.id())))
}

/// A failure for the report: the status and the far side's own words.
pub(super) fn told(error: &Error) -> String {
    let mut parts = vec![error.message().to_owned()];
    parts.extend(error.context("status").map(|status| format!("status {status}")));
    parts.extend(error.context("call").map(str::to_owned));
    parts.extend(error.context("field").map(|field| format!("field {field}")));
    parts.extend(error.context("answer").map(|answer| format!("answer: {answer}")));
    parts.join(", ")
}
