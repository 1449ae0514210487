//! Rule R6: dates pass without any change on the platform.

use chrono::NaiveDate;

use super::context::Context;
use super::drive::{decided_in, index, outcome};
use super::flow::Applied;
use super::guard::Guard;
use super::patience::Patience;
use super::resident::{followed, update};
use super::settle::failed;
use super::tally::Tally;
use crate::Result;
use crate::ledger::{Action, Link, Memory, Outcome, ResidentMemory};
use crate::model::{Kind, LatchelResident, LatchelResidentId, Side};
use crate::rules::{ResidentAction, Trace, decide_lapse};

const PAGE: u32 = 200;

/// Which of a resident's dates was reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lapse {
    /// The move-out, after which nothing from the platform is brought over (rule R3), so that these come first.
    MoveOut,
    /// The move-in alone. What the platform says of the resident counts before that (rule R2), so that these come last.
    MoveIn,
}

impl Lapse {
    /// By the date that Latchel has: what is remembered may be older than a write whose answer was lost.
    fn is_it(self, resident: &LatchelResident, today: NaiveDate) -> bool {
        resident.move_out.is_some_and(|day| day <= today) == (self == Self::MoveOut)
    }
}

/// Evaluates every linked resident one of whose dates was reached since the last evaluation, and whom this run has not
/// decided otherwise.
pub(super) async fn evaluate_lapses(
    cx: &Context<'_>,
    lapse: Lapse,
    guard: &Guard,
    tally: &mut Tally<'_>,
) -> Result<()> {
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
    let mut patience = Patience::default();
    loop {
        let links = cx.ledger().lapsing(cx.account(), cx.today, after.as_deref(), PAGE).await?;
        let Some(last) = links.last() else { return Ok(()) };
        after = Some(last.platform_id.clone());
        let links = undecided(cx, links, lapse).await?;
        if links.is_empty() {
            continue;
        }

        let ids: Vec<_> = links.iter().map(|(link, _)| LatchelResidentId(link.latchel_id)).collect();
        let mut residents =
            index(cx.reading(cx.latchel().residents_by_id(&ids)).await?, |resident| Some(resident.id));
        let mut outcomes = Vec::new();
        let mut evaluated = Ok(());
        for (link, newest) in &links {
            let resident = residents.remove(&LatchelResidentId(link.latchel_id));
            let resident = resident.filter(|resident| lapse.is_it(resident, cx.today));
            let (Some(resident), Some(memory)) = (resident, &link.resident) else { continue };
            evaluated = cx.stop.check();
            if evaluated.is_err() {
                break;
            }
            let (outcome, patience) = evaluate(cx, link, memory, &resident, &mut patience).await?;
            // The platform's content is what it was when somebody last looked at it (rule W5).
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

/// The links to evaluate now, with the residents' newest outcomes. A resident who is pending is left to that: what is
/// tried again is the platform's whole word (rule R2), of which a move-in is a part, and a move-out ends it (rule R3).
async fn undecided(cx: &Context<'_>, links: Vec<Link>, lapse: Lapse) -> Result<Vec<(Link, Option<Outcome>)>> {
    let ids = links.iter().map(|link| link.platform_id.clone());
    let memories = cx.recall(Kind::Resident, Side::Platform, ids).await?;
    let pairs = links.into_iter().zip(memories);
    let pending = |memory: &Memory| memory.outcome.as_deref().is_some_and(Outcome::is_tried_again);
    // Nobody moves in whom the platform no longer has (rule R8).
    let gone = |memory: &Memory| memory.outcome.as_deref().is_some_and(|newest| newest.reason.is_gone());
    let waits = |memory: &Memory| lapse == Lapse::MoveIn && (pending(memory) || gone(memory));
    let ready = |memory: &Memory| !decided_in(memory, cx) && !waits(memory);
    Ok(pairs
        .filter(|(_, memory)| ready(memory))
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
    let decision = decide_lapse(resident, memory, cx.today, &mut Trace::off());
    let Some(ResidentAction::Update(_, patch)) = &decision.action else {
        let kept = ResidentMemory { evaluated_on: cx.today, sent: None, ..followed(memory, resident) };
        cx.put_link(&Link { resident: Some(kept), ..link.clone() }).await?;
        return Ok((None, Ok(())));
    };
    let action = if patch.is_active == Some(false) { Action::Deactivate } else { Action::Update };
    let done: Result<()> = match cx.is_dry() {
        true => Ok(()),
        false => cx.writing(update(cx, resident, patch, link)).await,
    };
    let base = outcome(cx, link.key(Side::Platform), decision.reason, decision.detail);
    let counterpart = Some(link.latchel_id.to_string());
    Ok(match done {
        Ok(()) => {
            patience.succeeded();
            (Some(Outcome { action, counterpart, ..base }), Ok(()))
        }
        Err(error) => {
            let Applied { reason, detail, .. } = failed(&error);
            (Some(Outcome { reason, detail, counterpart, ..base }), patience.failed(&error))
        }
    })
}

/// Whether the resident was active when last evaluated, and has moved out by today.
fn leaves(memory: &ResidentMemory, today: NaiveDate) -> bool {
    memory.is_active && memory.move_out.is_some_and(|day| day <= today)
}
