use crate::Result;
use crate::engine::explain::explanation::Explanation;
use crate::engine::masked::masked;
use crate::engine::phases::flow::Flow;
use crate::ledger::{Action, RecordMemory};
use crate::model::{Reason, Side};
use crate::rules::Trace;

/// Explains a record that the ledger knows and its source no longer has. A deactivation is announced only for a record
/// that is tried again: it is not certain that a run would read any other.
pub(super) async fn explain_gone<F: Flow>(flow: &F, memory: RecordMemory) -> Result<Explanation> {
    let cx = flow.context();
    let trace = || Trace::on().in_zone(cx.zone());
    let plain = |memory: RecordMemory| {
        Explanation::new(memory.key.clone(), Reason::GoneFromSource, trace()).remembering(memory)
    };
    if memory.link.is_none() {
        return Ok(plain(memory));
    }
    let mut asked = trace();
    let Some(gone) = flow.gone(vec![memory.clone()], &mut asked).await?.pop() else {
        return Ok(plain(memory));
    };
    let held = gone.counterpart.filter(|held| !held.is_null()).map(masked);
    let (platform, latchel) = match memory.key.side {
        Side::Platform => (None, held),
        Side::Latchel => (held, None),
    };
    let is_tried = memory.outcome.as_ref().is_some_and(|newest| newest.is_tried_again());
    let action = match gone.decision.action.is_some() && is_tried {
        true => Action::Deactivate,
        false => Action::None,
    };
    let explained = Explanation {
        platform,
        latchel,
        detail: gone.decision.detail,
        action,
        ..Explanation::new(memory.key.clone(), gone.decision.reason, asked)
    };
    Ok(explained.remembering(memory))
}
