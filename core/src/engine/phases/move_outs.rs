//! Rule R6: move-outs that are reached without any change on the platform.

use chrono::NaiveDate;
use futures::FutureExt;

use crate::engine::context::Context;
use crate::engine::driver::failure::failed;
use crate::engine::driver::held::update_held;
use crate::engine::driver::mass_change::MassChangeGuard;
use crate::engine::driver::outcome::{decided_in, outcome};
use crate::engine::driver::tally::Tally;
use crate::engine::one_by_one::together_or_one_by_one;
use crate::engine::patience::Patience;
use crate::engine::phases::flow::Applied;
use crate::engine::phases::index::index;
use crate::engine::phases::resident::{is_absent, update};
use crate::ledger::{Action, Outcome};
use crate::model::{Kind, LatchelResident, LatchelResidentId, Link, ResidentMemory, Side, Status};
use crate::rules::{ResidentAction, Trace, decide_move_out};
use crate::{Error, Held, Result};

const PAGE: u32 = 200;

/// Sets every linked resident inactive whose move-out was reached since the last evaluation and whom this run has not
/// decided yet. This comes before the platform's list, which is not brought over after a move-out (rule R3).
pub(in crate::engine) async fn evaluate_move_outs(
    cx: &Context<'_>,
    guard: &MassChangeGuard,
    tally: &mut Tally<'_>,
) -> Result<()> {
    // Counted first, because rule G1 judges all of them together, before any of them is set inactive.
    let mut moved_out = 0;
    let mut after: Option<String> = None;
    loop {
        let links = cx.ledger().with_reached_dates(cx.account(), cx.today, after.as_deref(), PAGE).await?;
        let Some(last) = links.last() else { break };
        after = Some(last.platform_id.clone());
        moved_out += links
            .iter()
            .filter(|link| link.resident.as_ref().is_some_and(|one| leaves(one, cx.today)))
            .count();
    }
    guard.check(cx, Kind::Resident, moved_out as u64).await?;

    let mut after: Option<String> = None;
    let mut patience = Patience::default();
    loop {
        let links = cx.ledger().with_reached_dates(cx.account(), cx.today, after.as_deref(), PAGE).await?;
        let Some(last) = links.last() else { return Ok(()) };
        after = Some(last.platform_id.clone());
        let links = undecided(cx, links).await?;
        if links.is_empty() {
            continue;
        }

        let (found, mut outcomes) = in_latchel(cx, &links).await?;
        let mut residents = index(found, |resident| Some(resident.id));
        let mut evaluated = Ok(());
        for (link, newest) in &links {
            let resident = residents.remove(&LatchelResidentId(link.latchel_id));
            // Latchel's own date counts: the remembered one may be older than a write whose answer was lost.
            let resident = resident.filter(|one| one.move_out.is_some_and(|day| day <= cx.today));
            let (Some(resident), Some(memory)) = (resident, &link.resident) else { continue };
            // Behind a mirror, somebody may have changed the move-out in Latchel since, or removed the resident.
            let resident = match cx.reading(afresh(cx, resident)).await {
                Err(error) if error.is_about_the_request() => {
                    outcomes.push(unreadable(cx, link, &error));
                    continue;
                }
                resident => resident?,
            };
            let resident = resident.filter(|one| one.move_out.is_some_and(|day| day <= cx.today));
            let Some(resident) = resident else { continue };
            evaluated = cx.stop.check();
            if evaluated.is_err() {
                break;
            }
            let (outcome, patience) = evaluate(cx, link, memory, &resident, &mut patience).await?;
            // The platform's content is not looked at here, so that its fingerprint stays (rule W5).
            let fingerprint = newest.as_ref().and_then(|newest| newest.fingerprint.clone());
            outcomes.extend(outcome.map(|outcome| Outcome { fingerprint, ..outcome }));
            evaluated = patience;
            if evaluated.is_err() {
                break;
            }
        }
        cx.ledger().record(&cx.lease, &outcomes).await?;
        outcomes.iter().for_each(|outcome| tally.outcome(outcome));
        evaluated?;
        cx.keep_lease().await?;
    }
}

/// The residents as Latchel has them, and failed outcomes of those that cannot be read.
async fn in_latchel(
    cx: &Context<'_>,
    links: &[(Link, Option<Outcome>)],
) -> Result<(Vec<LatchelResident>, Vec<Outcome>)> {
    let ids: Vec<_> = links.iter().map(|(link, _)| LatchelResidentId(link.latchel_id)).collect();
    let ask = |ids: Vec<_>| async move { cx.reading(cx.latchel().residents_by_id(&ids)).await }.boxed();
    let (residents, failures) = together_or_one_by_one(&ids, ask).await?;
    let of = |(id, error): (LatchelResidentId, Error)| {
        let (link, _) = links.iter().find(|(link, _)| link.latchel_id == id.0)?;
        Some(unreadable(cx, link, &error))
    };
    Ok((residents, failures.into_iter().filter_map(of).collect()))
}

fn unreadable(cx: &Context<'_>, link: &Link, error: &Error) -> Outcome {
    let Applied { reason, detail, .. } = failed(error);
    let counterpart = Some(link.latchel_id.to_string());
    Outcome { counterpart, ..outcome(cx, link.key(Side::Platform), reason, detail) }
}

/// The links to evaluate now, with the residents' newest outcomes. A resident whom the platform no longer has is
/// evaluated only for a move-out.
async fn undecided(cx: &Context<'_>, links: Vec<Link>) -> Result<Vec<(Link, Option<Outcome>)>> {
    let ids = links.iter().map(|link| link.platform_id.clone());
    let memories = cx.recall(Kind::Resident, Side::Platform, ids).await?;
    let pairs = links.into_iter().zip(memories);
    Ok(pairs
        .filter(|(link, memory)| {
            let moves_out = link.resident.as_ref().is_some_and(|one| leaves(one, cx.today));
            !decided_in(memory, cx) && (moves_out || !memory.outcome.as_deref().is_some_and(is_absent))
        })
        .map(|(link, memory)| (link, memory.outcome.map(|newest| *newest)))
        .collect())
}

/// Decides one resident. Where nothing is to be written the evaluation is remembered, but there is no outcome: the
/// resident may still have one of this run's pages.
async fn evaluate(
    cx: &Context<'_>,
    link: &Link,
    memory: &ResidentMemory,
    resident: &LatchelResident,
    patience: &mut Patience,
) -> Result<(Option<Outcome>, Result<()>)> {
    let decision = decide_move_out(resident, memory, cx.today, &mut Trace::off());
    let Some(ResidentAction::Update(_, patch)) = &decision.action else {
        let kept = ResidentMemory {
            evaluated_on: cx.today,
            sent: None,
            sent_dates: None,
            ..memory.followed(resident)
        };
        cx.put_link(&Link { resident: Some(kept), ..link.clone() }).await?;
        return Ok((None, Ok(())));
    };
    let counterpart = Some(link.latchel_id.to_string());
    if let Some(Held { reason, detail }) = update_held(cx).await? {
        let detail = Some(detail).filter(|detail| !detail.is_empty());
        let base = outcome(cx, link.key(Side::Platform), reason, detail);
        return Ok((Some(Outcome { counterpart, ..base }), Ok(())));
    }
    let action = if patch.is_active == Some(false) { Action::Deactivate } else { Action::Update };
    let done: Result<()> = match cx.is_dry() {
        true => Ok(()),
        false => cx.writing(update(cx, resident, patch, link)).await,
    };
    let base = outcome(cx, link.key(Side::Platform), decision.reason, decision.detail);
    Ok(match done {
        Ok(()) => {
            patience.succeeded();
            (Some(Outcome { action, counterpart, ..base }), Ok(()))
        }
        Err(error) => {
            let Applied { reason, detail, .. } = failed(&error);
            let tried = Some(action).filter(|_| reason.status() == Status::Failed);
            (Some(Outcome { reason, detail, counterpart, tried, ..base }), patience.failed(&error))
        }
    })
}

/// The resident as they are now, where Latchel is answered for from memory: something may be written because of it.
async fn afresh(cx: &Context<'_>, resident: LatchelResident) -> Result<Option<LatchelResident>> {
    let latchel = cx.latchel();
    if cx.is_dry() || !latchel.remembers() {
        return Ok(Some(resident));
    }
    latchel.refresh(Kind::Resident, resident.id.0).await?;
    Ok(latchel.residents_by_id(&[resident.id]).await?.into_iter().next())
}

/// True if the resident was active when last evaluated, and has moved out by today.
fn leaves(memory: &ResidentMemory, today: NaiveDate) -> bool {
    memory.is_active && memory.move_out.is_some_and(|day| day <= today)
}
