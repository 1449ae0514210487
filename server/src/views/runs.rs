use latchel_sync_core::Result;
use latchel_sync_core::ledger::{Outcome, Run};
use latchel_sync_core::model::{RecordKey, RunId};
use serde::Serialize;

use crate::app::App;

/// A run, with a page of what was new or changed in it.
#[derive(Debug, Clone, Serialize)]
pub struct RunView {
    /// The run.
    pub run: Run,
    /// Outcomes that were new or changed in the run, in the order of the records.
    pub outcomes: Vec<Outcome>,
    /// Record after which the next page begins; `None` if there is no next page.
    pub next: Option<RecordKey>,
}

/// The newest runs, newest first; of every account if `account` is `None`.
///
/// # Errors
///
/// If the ledger cannot be read.
pub async fn runs(app: &App, account: Option<&str>, limit: u32) -> Result<Vec<Run>> {
    app.ledger.runs(account, limit).await
}

/// One run; `None` if there is none with this id.
///
/// # Errors
///
/// If the ledger cannot be read.
pub async fn run(app: &App, id: RunId, after: Option<&RecordKey>, limit: u32) -> Result<Option<RunView>> {
    let Some(run) = app.ledger.run(id).await? else { return Ok(None) };
    let mut outcomes = app.ledger.run_outcomes(id, after, limit + 1).await?;
    let next = super::results::cut(&mut outcomes, limit, |outcome| outcome.key.clone());
    Ok(Some(RunView { run, outcomes, next }))
}
