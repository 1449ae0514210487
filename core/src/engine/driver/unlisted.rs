//! Linked records that may be gone (rules P8, R8): a list did not show them although it was whole, or something new took
//! their place.

use std::collections::BTreeSet;

use foldhash::HashSet;

use crate::Result;
use crate::engine::driver::state::{Driver, Found};

use crate::engine::driver::outcome::{decided_in, outcome};
use crate::engine::driver::tally::{Tally, hash};
use crate::engine::phases::flow::{Displaced, Flow};
use crate::ledger::{Outcome, RecordMemory};
use crate::model::Reason;

/// Links that are read at once, and about as many records that are asked for at once.
const PAGE: u32 = 1_000;
/// Limit to the records that are asked for because one new record may have displaced them.
const FEW: u32 = 50;
/// Limit to the listed linked records that are remembered, some 19 MB. Those beyond are asked for by their ids.
const REMEMBERED_AT_MOST: usize = 1_000_000;

/// The linked records that a list showed, by a hash of their ids.
#[derive(Debug, Default)]
pub(in crate::engine) struct ListedIds(HashSet<u64>);

impl ListedIds {
    pub fn add(&mut self, ids: impl IntoIterator<Item = u64>) {
        for id in ids {
            if self.0.len() >= REMEMBERED_AT_MOST {
                return;
            }
            self.0.insert(id);
        }
    }

    fn contains(&self, id: &str) -> bool {
        self.0.contains(&hash(id))
    }
}

/// Choice of the unlisted records to ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::engine) enum Unlisted {
    /// All of them.
    All,
    /// Only records that are not known to be gone yet, so that a gone record does not cost a call in every run.
    New,
}

impl<F: Flow> Driver<'_, F> {
    /// Asks by id for each linked record that the list did not show, because a list may pass one over, and takes those
    /// that are not there for gone. The links are read in pages.
    pub(in crate::engine) async fn unlisted(
        &mut self,
        listed: &ListedIds,
        which: Unlisted,
        tally: &mut Tally<'_>,
    ) -> Result<()> {
        let (cx, phase) = (self.flow.context(), self.flow.phase());
        let mut after: Option<String> = None;
        let mut asked = Vec::new();
        loop {
            cx.stop.check()?;
            tally.may_go_on(cx).await?;
            cx.keep_lease().await?;
            let links = cx.ledger().links(cx.account(), phase.kind(), after.as_deref(), PAGE).await?;
            let is_last = links.last().is_none();
            after = links.last().map(|link| link.platform_id.clone());
            let unlisted = links.into_iter().map(|link| link.platform_id).filter(|id| !listed.contains(id));
            let memories = cx.recall(phase.kind(), phase.source(), unlisted).await?;
            asked.extend(memories.into_iter().filter(|memory| self.is_asked_for(memory, which)));
            if asked.len() >= PAGE as usize || is_last && !asked.is_empty() {
                self.ask(std::mem::take(&mut asked), tally).await?;
            }
            if is_last {
                return Ok(());
            }
        }
    }

    /// Asks for linked records that may have ended when a new one began. An account's first run knows of none.
    pub(in crate::engine) async fn displaced(&mut self, tally: &mut Tally<'_>) -> Result<()> {
        let (cx, phase) = (self.flow.context(), self.flow.phase());
        let displaced = std::mem::take(&mut self.displaced);
        if displaced.is_empty() || cx.ledger().last_success(cx.account(), phase).await?.is_none() {
            return Ok(());
        }
        let mut ids = BTreeSet::new();
        for one in displaced {
            match one {
                Displaced::Id(id) => drop(ids.insert(id)),
                Displaced::Beginning(text) => {
                    let links = cx.ledger().links(cx.account(), phase.kind(), Some(&text), FEW).await?;
                    let links = links.into_iter().map(|link| link.platform_id);
                    ids.extend(links.take_while(|id| id.starts_with(&text)));
                }
            }
        }
        let mut asked = cx.recall(phase.kind(), phase.source(), ids).await?;
        asked.retain(|memory| self.is_asked_for(memory, Unlisted::New));
        if asked.is_empty() { Ok(()) } else { self.ask(asked, tally).await }
    }

    fn is_asked_for(&self, memory: &RecordMemory, which: Unlisted) -> bool {
        let cx = self.flow.context();
        let is_gone = memory.outcome.as_deref().is_some_and(|newest| newest.reason.is_gone());
        let waits =
            memory.pending.as_deref().and_then(|pending| pending.next_try()).is_some_and(|at| at > cx.now);
        memory.link.is_some()
            && self.is_undecided(&memory.key.id)
            && !decided_in(memory, cx)
            && !waits
            && (which == Unlisted::All || !is_gone)
    }

    async fn ask(&mut self, memories: Vec<RecordMemory>, tally: &mut Tally<'_>) -> Result<()> {
        let cx = self.flow.context();
        let (mut newest, mut intents) = (Vec::new(), Vec::new());
        for memory in memories {
            intents.extend(memory.intent.map(|intent| *intent));
            // A record that was linked by hand may have no outcome.
            let none = || outcome(cx, memory.key.clone(), Reason::GoneFromSource, None);
            let one: Outcome = memory.outcome.map_or_else(none, |newest| *newest);
            newest.push(one);
        }
        self.by_id(newest, &intents, Found::Asked, tally).await
    }
}
