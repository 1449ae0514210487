//! Records of which a list says no more than that they may have changed.

use crate::Result;
use crate::engine::driver::outcome::{decided_in, outcome};
use crate::engine::driver::prepare::{Prepared, Reader, Sorted};
use crate::engine::phases::flow::Flow;
use crate::ledger::Outcome;
use crate::model::{Reason, Row};
use crate::rules::Remembered;

impl<F: Flow> Reader<'_, F> {
    /// Looks up the records that the page only hinted at. This waits for the page's turn: records that earlier pages
    /// brought whole are decided by then, as `is_undecided` and the ledger tell, and cost no call.
    pub async fn resolved(
        self,
        mut page: Prepared<F::Case>,
        is_undecided: impl Fn(&str) -> bool,
    ) -> Result<Prepared<F::Case>> {
        let mut hinted = std::mem::take(&mut page.hinted);
        if hinted.is_empty() {
            return Ok(page);
        }
        let (cx, phase) = (self.flow().context(), self.flow().phase());
        let memories = cx.recall(phase.kind(), phase.source(), hinted.keys().cloned()).await?;
        let mut intents = Vec::new();
        for memory in memories {
            if decided_in(&memory, cx) || !is_undecided(&memory.key.id) {
                hinted.remove(&memory.key.id);
            } else {
                intents.extend(memory.intent.map(|intent| *intent));
            }
        }
        let (rows, failures) = self.fetch(hinted.keys().cloned().collect()).await?;
        let mut sorted = Sorted::new();
        sorted.outcomes.extend(failures.into_iter().map(|failure| {
            let fingerprint = hinted.get(&failure.key.id).cloned();
            Outcome { fingerprint, ..failure }
        }));
        // Rows that came exist, whatever is decided of them. Those that stay in `hinted` are gone.
        for row in rows.iter().filter(|row| !matches!(row, Row::Hint { .. })) {
            hinted.remove(&self.row_id(row));
        }
        for (row, memory) in self.with_memories(rows).await?.0 {
            // A hint without a memory counts as a change, unless the account has no memories of this phase yet (rule
            // W5).
            let remembers_nothing = cx.remembered(&memory) == Remembered::NothingYet;
            self.sort(row, memory, page.scope.filter(|_| remembers_nothing), &mut sorted);
        }
        let Sorted { inside, outcomes, outside, hinted: _ } = sorted;
        outcomes.iter().for_each(|failure| drop(hinted.remove(&failure.key.id)));
        page.gone.extend(intents.into_iter().filter(|intent| hinted.contains_key(&intent.source.id)));
        page.outcomes.extend(outcomes);
        page.outcomes.extend(hinted.into_iter().map(|(id, fingerprint)| Outcome {
            fingerprint: Some(fingerprint),
            ..outcome(cx, self.flow().key(id), Reason::GoneFromSource, None)
        }));
        page.outside.extend(outside);
        page.displaced.extend(self.displaced(&inside));
        page.cases = match (page.cases, self.gather(inside, &mut page.outcomes).await) {
            (Ok(mut cases), Ok(more)) => {
                cases.extend(more);
                Ok(cases)
            }
            (Err(error), _) | (_, Err(error)) => Err(error),
        };
        Ok(page)
    }
}
