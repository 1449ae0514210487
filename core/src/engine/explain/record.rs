//! A record through the steps of a run, with a trace and without a write.

use crate::engine::driver::failure::failed;
use crate::engine::driver::held::held;
use crate::engine::driver::prepare::Reader;
use crate::engine::explain::explanation::Explanation;
use crate::engine::explain::gone::explain_gone;
use crate::engine::explain::named::Named;
use crate::engine::masked::masked;
use crate::engine::phases::flow::{Applied, Flow};
use crate::ledger::{Action, Outcome, RecordMemory, Retry};
use crate::model::{Freshness, Part, Reason, RecordKey, Row, RuleId, Status, Window};
use crate::rules::{Decision, Trace, WindowVerdict, judge_window};
use crate::{ErrorKind, Result};

/// Takes these records through the steps of a run, with a trace and without a write.
pub(super) async fn explain<F: Flow>(
    flow: &F,
    window: Window,
    keys: &[(&RecordKey, &Named)],
) -> Result<Vec<Explanation>> {
    let cx = flow.context();
    let mut explained = Vec::new();
    for (key, named) in keys {
        let (unread, detail) = match flow.fetch(std::slice::from_ref(&key.id)).await {
            Ok(rows) => {
                let mut found = explain_rows(flow, window, rows).await?;
                if !found.is_empty() {
                    explained.append(&mut found);
                    continue;
                }
                (Reason::GoneFromSource, None)
            }
            Err(error) if error.is_about_the_request() => (Reason::CallFailed, Some(error.to_string())),
            Err(error) => return Err(error),
        };
        if **named == Named::InLedger {
            let trace = Trace::on().in_zone(cx.zone());
            let unread_alone = || Explanation { detail, ..Explanation::new((*key).clone(), unread, trace) };
            let memory = cx.ledger().recall(cx.account(), std::slice::from_ref(key)).await?.pop();
            explained.push(match memory {
                Some(memory) if unread == Reason::GoneFromSource => explain_gone(flow, memory).await?,
                Some(memory) => unread_alone().remembering(memory),
                None => unread_alone(),
            });
        }
    }
    Ok(explained)
}

async fn explain_rows<F: Flow>(
    flow: &F,
    window: Window,
    rows: Vec<Row<F::Record>>,
) -> Result<Vec<Explanation>> {
    let (cx, phase) = (flow.context(), flow.phase());
    let mut explained = Vec::new();
    for row in rows {
        let id = Reader(flow).row_id(&row);
        let Some(memory) = cx.recall(phase.kind(), phase.source(), [id]).await?.pop() else { continue };
        let said = |reason, detail| {
            let trace = Trace::on().in_zone(cx.zone());
            Explanation { detail: Some(detail), ..Explanation::new(memory.key.clone(), reason, trace) }
        };
        let unread = match row {
            Row::Record(record) => {
                explained.extend(explain_one(flow, window, record, memory).await?);
                continue;
            }
            Row::Invalid(invalid) => {
                said(Reason::InvalidRecord, format!("{}: {}", invalid.field, invalid.problem))
            }
            Row::NotSupported { what, .. } => said(Reason::NotSupported, what),
            Row::Hint { .. } => continue,
        };
        explained.push(unread.remembering(memory));
    }
    Ok(explained)
}

async fn explain_one<F: Flow>(
    flow: &F,
    window: Window,
    record: F::Record,
    memory: RecordMemory,
) -> Result<Option<Explanation>> {
    let cx = flow.context();
    let mut trace = Trace::on().in_zone(cx.zone());
    let remembered = cx.remembered(&memory);
    let stamps = flow.stamps(&record);
    let verdict = judge_window(&stamps, window, remembered, &mut trace);
    let Some(case) = flow.gather(vec![(record, memory.clone())]).await?.pop() else { return Ok(None) };
    let decision = flow.decide(&case, &mut trace);
    let mut wanted = changed(flow, &decision);
    let mut applied = apply(flow, &case, decision, &mut trace).await?;

    let waits = memory.pending.as_deref().is_some_and(|pending| !pending.dismissed);
    // Rows of a list that the platform filters have no stamps: only the list itself tells, and is read if that matters.
    let verdict = match verdict {
        WindowVerdict::Inside if stamps == Freshness::Filtered && !waits && is_news(&applied) => {
            in_the_list(flow, window, &flow.id(flow.record(&case)), &mut trace).await?
        }
        verdict => verdict,
    };
    // Outside the window a run looks at no record, unless it is pending, so that nothing comes of this decision.
    if let WindowVerdict::Outside(reason) = verdict
        && !waits
        && is_news(&applied)
    {
        applied = Applied::plain(reason, Action::None);
    }
    // A date that was reached counts whatever the window (rule R6).
    let mut reached = Trace::on().in_zone(cx.zone());
    if applied.action == Action::None
        && let Some(decision) =
            flow.reached_date(&case, &mut reached).filter(|decision| decision.action.is_some())
    {
        wanted = changed(flow, &decision);
        (applied, trace) = (apply(flow, &case, decision, &mut reached).await?, reached);
    }

    // A record that failed and has not changed rests until its next try, whatever would then be done with it.
    let retry = memory.pending.as_deref().and_then(Retry::of);
    let unchanged =
        matches!(verdict, WindowVerdict::Outside(_)) || Reader(flow).rests(flow.record(&case), &memory);
    let retry = retry.map(|retry| Retry { action: Some(applied.action), ..retry });
    let rests = retry.as_ref().is_some_and(|retry| retry.rests(cx.now)) && unchanged;
    if let (true, Some(newest)) = (rests, memory.outcome.as_deref()) {
        let Outcome { reason, detail, .. } = newest.clone();
        applied = Applied { detail, ..Applied::plain(reason, Action::None) };
    }

    let (platform, latchel) = flow.sides(&case);
    let explanation = Explanation {
        label: flow.label(flow.record(&case)),
        platform: platform.filter(|held| !held.is_null()).map(masked),
        latchel: latchel.filter(|held| !held.is_null()).map(masked),
        detail: applied.detail,
        action: applied.action,
        ..Explanation::new(memory.key.clone(), applied.reason, trace)
    };
    let explanation = Explanation { retry, wanted, ..explanation.remembering(memory) };
    Ok(Some(explanation.differing(flow.differing(&case))))
}

fn changed<F: Flow>(flow: &F, decision: &Decision<F::Action>) -> Vec<Part> {
    decision.action.as_ref().map(|action| flow.changed(action)).unwrap_or_default()
}

async fn apply<F: Flow>(
    flow: &F,
    case: &F::Case,
    decision: Decision<F::Action>,
    trace: &mut Trace,
) -> Result<Applied> {
    if decision.action.is_none() {
        return Ok(Applied::new(decision, Action::None));
    }
    if let Some(held) = held(flow, case, &decision).await? {
        return Ok(Applied::held(held));
    }
    match flow.apply(case, decision, trace).await {
        Err(error) if error.is_about_the_request() || error.kind() == ErrorKind::Unsettled => {
            Ok(failed(&error))
        }
        applied => applied,
    }
}

/// True if the result comes only of looking at the record: it writes, waits or failed. Outside the window a run writes
/// nothing, and no record begins to wait.
fn is_news(applied: &Applied) -> bool {
    applied.action != Action::None || matches!(applied.reason.status(), Status::Pending | Status::Failed)
}

/// Reads the platform's list of the window up to the record, where nothing else tells if the record is in the window.
async fn in_the_list<F: Flow>(
    flow: &F,
    window: Window,
    id: &str,
    trace: &mut Trace,
) -> Result<WindowVerdict> {
    let reader = Reader(flow);
    let mut pages = flow.pages(window);
    let mut listed = false;
    while let (false, Some(page)) = (listed, futures::StreamExt::next(&mut pages).await) {
        listed = page?.iter().any(|row| reader.row_id(row) == id);
    }
    let answer = if listed { "yes" } else { "no" };
    let question = "Does the platform list it among what was created or updated in the window?";
    trace.check(RuleId::W1, question, &answer, !listed);
    Ok(if listed { WindowVerdict::Inside } else { WindowVerdict::Outside(Reason::OutsideWindow) })
}
