//! Writes to Latchel that have to wait, whatever the rules decide.

use crate::engine::context::Context;
use crate::engine::phases::flow::Flow;
use crate::ledger::Pending;
use crate::model::{Kind, Reason, Side};
use crate::rules::Decision;
use crate::{Held, LatchelWrite, Result};

/// Obstacle to what a decision would write to Latchel. The number of a work order that was made on the platform is not
/// among it: rule L7 knows when that has to wait.
pub(in crate::engine) async fn held<F: Flow>(
    flow: &F,
    case: &F::Case,
    decision: &Decision<F::Action>,
) -> Result<Option<Held>> {
    let Some(action) = decision.action.as_ref().filter(|_| flow.phase().source() == Side::Platform) else {
        return Ok(None);
    };
    if flow.creates(action) {
        return Ok(flow.obstacles(&[case]).await?.into_iter().flatten().next());
    }
    if flow.kind_of(action).writes() { update_held(flow.context()).await } else { Ok(None) }
}

/// Obstacle to changing a record in Latchel.
pub(in crate::engine) async fn update_held(cx: &Context<'_>) -> Result<Option<Held>> {
    cx.latchel().holds(&LatchelWrite::Update).await
}

/// Tells for each pending record, in order, if what held it back still does, so that it need not be read again.
pub(in crate::engine) async fn still_held(
    cx: &Context<'_>,
    kind: Kind,
    pending: &[Pending],
) -> Result<Vec<bool>> {
    let has = |reason| pending.iter().any(|one| one.outcome.reason == reason);
    let off = has(Reason::LatchelWritesOff) && update_held(cx).await?.is_some();
    let create = LatchelWrite::Create { kind, made_at: Some(cx.now), sent_before: None, closed: None };
    let incomplete = has(Reason::MirrorIncomplete) && cx.latchel().holds(&create).await?.is_some();
    let guarded = has(Reason::HeldForAdoption) && cx.adoption().await?.guard().is_some();
    let still = |one: &Pending| match one.outcome.reason {
        Reason::LatchelWritesOff => off,
        Reason::MirrorIncomplete => incomplete,
        Reason::HeldForAdoption => guarded,
        _ => false,
    };
    Ok(pending.iter().map(still).collect())
}
