//! A phase in which nothing of a list could be synced, for one reason. That is a mistake of ours or of the configuration rather
//! than what anybody wants, and must not pass for a quiet run.

use crate::engine::driver::tally::Tally;
use crate::engine::phases::flow::Flow;
use crate::ledger::Outcome;
use crate::model::Phase;
use crate::{Error, ErrorKind, Result};

/// So many records are no coincidence.
const SAYS_SOMETHING: u64 = 3;

/// Records that were skipped because their kind is not synced.
#[derive(Debug, Default)]
pub(super) struct Skipped {
    pub records: u64,
    what: Option<String>,
    is_mixed: bool,
    /// One of them was synced before.
    has_linked: bool,
}

impl Skipped {
    pub fn add(&mut self, outcome: &Outcome) {
        if self.records > 0 && self.what != outcome.detail {
            self.is_mixed = true;
        }
        self.records += 1;
        self.what.clone_from(&outcome.detail);
        self.has_linked |= outcome.counterpart.is_some();
    }
}

/// Fails with [`ErrorKind::Malformed`] if all work orders of a list were skipped for one reason, and nothing says that such
/// ones are ever anything else: either one of them was synced before, or none ever was. The phase is no success then, so that
/// the next runs cover the same time again, until somebody has found out.
pub(super) async fn is_something_synced<F: Flow>(flow: &F, tally: &Tally<'_>) -> Result<()> {
    let Some(Skipped { records, what, has_linked, .. }) = all_skipped(flow.phase(), tally) else {
        return Ok(());
    };
    let cx = flow.context();
    if !has_linked && cx.ledger().linked(&cx.lease.account, flow.phase().kind()).await? > 0 {
        return Ok(());
    }
    let what = what.as_deref().unwrap_or("no record of a kind that is synced");
    let message = format!(
        "all {records} work orders of the list were skipped for one reason ({what}), which is hardly what anybody wants: run \
         `check`, and see in the platform's README what its work orders must have; the next run covers the same time again"
    );
    Err(Error::new(ErrorKind::Malformed, message))
}

fn all_skipped<'t>(phase: Phase, tally: &'t Tally<'_>) -> Option<&'t Skipped> {
    let skipped = tally.skipped();
    let all = phase == Phase::WorkOrdersToLatchel && skipped.records == tally.looked_at();
    (all && skipped.records >= SAYS_SOMETHING && !skipped.is_mixed).then_some(skipped)
}
