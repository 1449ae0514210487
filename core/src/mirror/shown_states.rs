//! Closed states whose ids a source learns from rows: a process that has just started may have read none that shows them.

use super::Mirror;
use super::dressed::PAGE;
use crate::Result;
use crate::model::{ClosedStatus, Job, JobId, Kind};

/// Work orders that are read to be shown a state: some may have been opened again since, or deleted.
const SHOWN: usize = 3;

impl Mirror {
    /// Has the source read work orders that the mirror has in this closed state, until it knows the state; once a run.
    pub(super) async fn show_state(&self, closed: ClosedStatus) {
        if self.source.knows_state(closed) {
            return;
        }
        {
            let mut state = self.state();
            if state.states_sought.contains(&closed) {
                return;
            }
            state.states_sought.push(closed);
        }
        // Without the state's id the create says what it lacks, and is tried again.
        let _ = self.read_some(closed).await;
    }

    async fn read_some(&self, closed: ClosedStatus) -> Result<()> {
        let (mut shown, mut after) = (0, None);
        loop {
            let kept = self.store.page(&self.account, Kind::WorkOrder, after, PAGE).await?;
            let Some(last) = kept.last() else { return Ok(()) };
            after = Some(last.id);
            for one in &kept {
                if one.read::<Job>().is_ok_and(|job| job.closed() == Some(closed)) {
                    self.source.job(JobId(one.id)).await?;
                    shown += 1;
                    if shown == SHOWN || self.source.knows_state(closed) {
                        return Ok(());
                    }
                }
            }
        }
    }
}
