//! Closed states whose ids a source learns from rows: a process that has just started may have read none that shows them.

use super::Mirror;
use super::dressed::PAGE;
use crate::model::{ClosedStatus, Job, Kind};
use crate::{Latchel, Result};

/// Work orders that are read to be shown a state: some may have been opened again since, or deleted.
const SHOWN: usize = 3;

impl Mirror {
    /// True if the source knows the id of this closed state. If not, it is had to read work orders that the mirror has in it, until it
    /// does; once a run. Creates that are under way at once wait for each other here.
    pub(super) async fn knows_state(&self, closed: ClosedStatus) -> bool {
        if self.source.knows_state(closed) {
            return true;
        }
        let mut sought = self.states_sought.lock().await;
        if !sought.contains(&closed) {
            sought.push(closed);
            // What cannot be read now is read by the next run.
            let _ = self.read_some(closed).await;
        }
        self.source.knows_state(closed)
    }

    async fn read_some(&self, closed: ClosedStatus) -> Result<()> {
        let (mut shown, mut after) = (0, None);
        loop {
            let kept = self.store.page(&self.account, Kind::WorkOrder, after, PAGE).await?;
            let Some(last) = kept.last() else { return Ok(()) };
            after = Some(last.id);
            for one in &kept {
                if one.read::<Job>().is_ok_and(|job| job.closed() == Some(closed)) {
                    // The mirror learns of it too, so that the next run does not begin with one that is gone.
                    match self.refresh(Kind::WorkOrder, one.id).await {
                        Err(error) if !error.is_about_the_request() => return Err(error),
                        _ => shown += 1,
                    }
                    if shown == SHOWN || self.source.knows_state(closed) {
                        return Ok(());
                    }
                }
            }
        }
    }
}
