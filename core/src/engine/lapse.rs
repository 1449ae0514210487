//! Rule R6: dates pass without any change on the platform.

use chrono::NaiveDate;

use super::context::Context;
use super::drive::{index, outcome};
use super::guard::Guard;
use super::resident::{reference_of, seen, update};
use super::settle::failed;
use super::tally::Tally;
use crate::Result;
use crate::ledger::{Action, Link, Outcome, ResidentMemory};
use crate::model::{Kind, LatchelResident, LatchelResidentId, ResidentPatch, ResidentRef, Side};
use crate::rules::{ResidentAction, Trace, decide_lapse};

const PAGE: u32 = 200;

/// Evaluates every linked resident one of whose dates was reached since the last evaluation.
pub(super) async fn evaluate_lapses(cx: &Context<'_>, guard: &Guard, tally: &mut Tally<'_>) -> Result<()> {
    let mut moved_out = 0;
    let mut after: Option<String> = None;
    loop {
        let links = cx.ledger().lapsing(cx.account(), cx.today, after.as_deref(), PAGE).await?;
        let Some(last) = links.last() else { break };
        after = Some(last.platform_id.clone());
        moved_out += links
            .iter()
            .filter(|link| link.resident.as_ref().is_some_and(|one| leaves(one, cx.today)))
            .count();
    }
    guard.check(cx, Kind::Resident, moved_out as u64).await?;

    let mut after: Option<String> = None;
    loop {
        let links = cx.ledger().lapsing(cx.account(), cx.today, after.as_deref(), PAGE).await?;
        let Some(last) = links.last() else { return Ok(()) };
        after = Some(last.platform_id.clone());

        let ids: Vec<_> = links.iter().map(|link| LatchelResidentId(link.latchel_id)).collect();
        let mut residents = index(cx.latchel().residents_by_id(&ids).await?, |resident| Some(resident.id));
        let mut outcomes = Vec::new();
        for link in &links {
            let resident = residents.remove(&LatchelResidentId(link.latchel_id));
            if let (Some(resident), Some(memory)) = (resident, &link.resident) {
                outcomes.extend(evaluate(cx, link, memory, &resident).await?);
            }
        }
        cx.ledger().record(&cx.lease, &outcomes).await?;
        outcomes.iter().for_each(|outcome| tally.outcome(outcome));
        cx.ledger().renew_lease(&cx.lease).await?;
    }
}

/// Decides one resident. Where nothing is to be written the evaluation is remembered, but there is no outcome: the
/// resident may still have one of this run's pages.
async fn evaluate(
    cx: &Context<'_>,
    link: &Link,
    memory: &ResidentMemory,
    resident: &LatchelResident,
) -> Result<Option<Outcome>> {
    let decision = decide_lapse(resident, memory, cx.today, &mut Trace::off());
    let Some(ResidentAction::Update(id, patch)) = &decision.action else {
        let kept = ResidentMemory { is_active: memory.is_active, ..seen(resident, cx) };
        cx.put_link(&Link { resident: Some(kept), ..link.clone() }).await?;
        return Ok(None);
    };
    let action = if patch.is_active == Some(false) { Action::Deactivate } else { Action::Update };
    let done: Result<()> = match cx.is_dry() {
        true => Ok(()),
        false => held_update(cx, *id, patch, &reference_of(link)?, Some(link)).await,
    };
    let base = outcome(cx, link.key(Side::Platform), decision.reason, decision.detail);
    Ok(Some(match done {
        Ok(()) => Outcome { action, counterpart: Some(link.latchel_id.to_string()), ..base },
        Err(error) => Outcome { reason: failed(&error).reason, detail: Some(error.to_string()), ..base },
    }))
}

/// Whether the resident was active when last evaluated, and has moved out by today.
fn leaves(memory: &ResidentMemory, today: NaiveDate) -> bool {
    memory.is_active && memory.move_out.is_some_and(|day| day <= today)
}

/// Changes the resident if the run still holds its lease.
async fn held_update(
    cx: &Context<'_>,
    id: LatchelResidentId,
    patch: &ResidentPatch,
    reference: &ResidentRef,
    link: Option<&Link>,
) -> Result<()> {
    cx.hold().await?;
    update(cx, id, patch, reference, link).await
}
