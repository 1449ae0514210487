//! The memory of a resident, and changes in Latchel written so that it can be kept.

use crate::Result;
use crate::engine::context::Context;
use crate::engine::phases::create::unconfirmed;
use crate::ledger::{Intent, RecordMemory};
use crate::model::{LatchelResident, Link, ResidentMemory, ResidentPatch, SentDates};
use crate::rules::active;

/// Memory of a resident. If its create was sent and not confirmed, the memory is made from what Latchel shows.
pub(in crate::engine) fn remembered(
    cx: &Context<'_>,
    memory: &RecordMemory,
    latchel: Option<&LatchelResident>,
) -> Option<ResidentMemory> {
    match (&memory.link, &memory.intent, latchel) {
        (Some(link), _, Some(latchel)) => link.resident.as_ref().map(|memory| memory.confirmed_by(latchel)),
        (Some(link), _, None) => link.resident.clone(),
        (None, Some(intent), Some(latchel)) => Some(created(cx, latchel, intent)),
        _ => None,
    }
}

/// Changes a resident, confirms it by reading back, and remembers what Latchel holds now. A new activity, and the dates of
/// somebody inactive, are written down before they are sent, so that if the answer is lost they are not taken for somebody's
/// change in Latchel.
pub(in crate::engine) async fn update(
    cx: &Context<'_>,
    latchel: &LatchelResident,
    patch: &ResidentPatch,
    base: &Link,
) -> Result<()> {
    let id = latchel.id;
    let memory = base.resident.clone().unwrap_or_else(|| ResidentMemory::of(latchel, cx.today));
    if patch.is_active.is_some() || !latchel.is_active {
        let sending = ResidentMemory {
            sent: patch.is_active,
            sent_dates: Some(SentDates {
                move_in: patch.move_in.unwrap_or(latchel.move_in),
                move_out: patch.move_out.unwrap_or(latchel.move_out),
            }),
            ..memory.followed(latchel)
        };
        cx.put_link(&Link { resident: Some(sending), ..base.clone() }).await?;
    }
    cx.renew_lease().await?;
    cx.latchel().update_resident(id, patch).await?;
    let read = cx.latchel().residents_by_id(&[id]).await?;
    let Some(resident) = read.iter().find(|resident| shows(resident, patch)) else {
        return Err(unconfirmed("the change"));
    };
    // The sync sets residents inactive only by a date (rules R2, R6).
    let by_date = patch.is_active.map_or(memory.by_date && !resident.is_active, |is_active| !is_active);
    let kept =
        ResidentMemory { by_date, turns_on: memory.turns_on, ..ResidentMemory::of(resident, cx.today) };
    cx.put_link(&Link { resident: Some(kept), verified_at: Some(cx.now), ..base.clone() }).await
}

/// Memory to keep of a resident from a create that was not confirmed. An inactive one counts as inactive by a date
/// (rule R9) if Latchel has the dates that were sent, and these meant inactive on that day. Dates may have passed since
/// (rule R6).
pub(in crate::engine) fn created(
    cx: &Context<'_>,
    resident: &LatchelResident,
    intent: &Intent,
) -> ResidentMemory {
    let day = cx.date(intent.created_at);
    let shown = SentDates { move_in: resident.move_in, move_out: resident.move_out };
    let as_sent = intent.dates.is_none_or(|sent| sent == shown);
    let by_date = as_sent && !resident.is_active && !active(resident.move_in, resident.move_out, day);
    ResidentMemory { by_date, ..ResidentMemory::of(resident, day) }
}

fn shows(resident: &LatchelResident, patch: &ResidentPatch) -> bool {
    patch.move_in.is_none_or(|date| date == resident.move_in)
        && patch.move_out.is_none_or(|date| date == resident.move_out)
        && patch.unit.as_ref().is_none_or(|home| home.unit == resident.unit)
        && patch.is_active.is_none_or(|is_active| is_active == resident.is_active)
}
