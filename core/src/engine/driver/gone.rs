//! Records that are no longer where they came from.

use std::collections::BTreeSet;

use crate::Result;
use crate::engine::driver::failure::failed_write;
use crate::engine::driver::held::update_held;
use crate::engine::driver::outcome::{News, counterpart_of, outcome};
use crate::engine::driver::state::Driver;
use crate::engine::driver::tally::Tally;
use crate::engine::phases::flow::{Applied, Flow, Gone};
use crate::ledger::{Action, Outcome, RecordMemory};
use crate::model::{InvalidRecord, Reason, RecordKey, Row};
use crate::rules::{Decision, Trace};

impl<F: Flow> Driver<'_, F> {
    /// Decides, applies and records what follows for records that their source no longer has; for linked ones by rules
    /// P8 and R8. Their deactivations wait with the phase's others (rule G1).
    pub(in crate::engine) async fn gone(
        &mut self,
        ids: BTreeSet<String>,
        tally: &mut Tally<'_>,
    ) -> Result<()> {
        let (cx, phase) = (self.flow.context(), self.flow.phase());
        let memories = cx.recall(phase.kind(), phase.source(), ids).await?;
        let (linked, others): (Vec<_>, Vec<_>) =
            memories.into_iter().partition(|memory| memory.link.is_some());
        let unlinked = others.into_iter().map(|memory| Outcome {
            label: label_of(&memory),
            ..outcome(cx, memory.key, Reason::GoneFromSource, None)
        });
        let mut news: Vec<_> = unlinked.map(News::New).collect();
        let mut end = Ok(());
        for gone in cx.reading(self.flow.gone(linked, &mut Trace::off())).await? {
            let acts = gone.decision.action.is_some();
            if acts && !self.guard.off && !self.released {
                self.hold_id(gone.memory.key.id);
                continue;
            }
            end = cx.stop.check();
            if end.is_err() {
                break;
            }
            let gone = if acts { cx.reading(self.gone_afresh(gone)).await? } else { gone };
            let applied = match gone.decision.action {
                Some(_) => match update_held(cx).await? {
                    Some(held) => Ok(Applied::held(held)),
                    None => cx.writing(self.flow.apply_gone(&gone)).await,
                },
                None => Ok(left(&gone.decision)),
            };
            if acts {
                cx.changed();
            }
            end = match &applied {
                Err(error) => self.patience.failed(error),
                Ok(_) => Ok(()),
            };
            let Applied { reason, action, detail, .. } = applied.unwrap_or_else(|error| failed_write(&error));
            let base = outcome(cx, gone.memory.key.clone(), reason, detail);
            let label = label_of(&gone.memory);
            let told = Outcome { label, action, counterpart: counterpart_of(&gone.memory), ..base };
            news.push(News::beside(&gone.memory, told));
            if end.is_err() {
                break;
            }
        }
        self.record(news, tally).await?;
        end
    }

    /// The decision by the counterpart as it is now, where Latchel is answered for from memory: something is about to be
    /// written.
    async fn gone_afresh(&self, gone: Gone<F::Action>) -> Result<Gone<F::Action>> {
        let (cx, memory) = (self.flow.context(), &gone.memory);
        let counterpart = memory.link.as_deref().map(|link| link.latchel_id);
        let Some(id) = counterpart.filter(|_| !cx.is_dry() && cx.latchel().remembers()) else {
            return Ok(gone);
        };
        cx.latchel().refresh(memory.key.kind, id).await?;
        let again = self.flow.gone(vec![memory.clone()], &mut Trace::off()).await?.into_iter().next();
        Ok(again.unwrap_or(gone))
    }
}

/// Outcome of a decision that writes nothing.
fn left<A>(decision: &Decision<A>) -> Applied {
    Applied { detail: decision.detail.clone(), ..Applied::plain(decision.reason, Action::None) }
}

fn label_of(memory: &RecordMemory) -> String {
    memory.outcome.as_deref().map(|newest| newest.label.clone()).unwrap_or_default()
}

impl<A> Gone<A> {
    /// A decision to write nothing, because the record is gone and no rule asks for more.
    pub fn plain(memory: RecordMemory) -> Self {
        Self { memory, decision: Decision::leave(Reason::GoneFromSource), counterpart: None }
    }
}

/// Finds an unreadable row that may be the record: one without an id, or the row of the whole that the record is a part
/// of. A record that may be there is not gone.
pub(in crate::engine) fn hides<'r, T>(rows: &'r [Row<T>], key: &RecordKey) -> Option<&'r InvalidRecord> {
    let unreadable = rows.iter().filter_map(|row| match row {
        Row::Invalid(invalid) => Some(invalid),
        _ => None,
    });
    let is_whole_of = |invalid: &InvalidRecord| {
        let rest = key.id.strip_prefix(&invalid.id);
        rest.is_some_and(|rest| rest.starts_with(['/', '@']))
    };
    unreadable.into_iter().find(|invalid| invalid.is_nameless() || is_whole_of(invalid))
}
