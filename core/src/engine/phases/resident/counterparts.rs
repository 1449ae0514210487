use crate::Result;
use crate::engine::context::Context;
use crate::engine::phases::counterparts::{Counterparts, links};
use crate::engine::phases::taken_over;
use crate::ledger::RecordMemory;
use crate::model::{LatchelResident, LatchelResidentId, Resident};

/// Each resident's counterpart: the linked one, else one that carries the reference.
pub(super) async fn counterparts(
    cx: &Context<'_>,
    records: &[(Resident, RecordMemory)],
) -> Result<Counterparts<LatchelResident>> {
    let mut found = Counterparts::none(records.len());
    let ids: Vec<_> = links(records).map(LatchelResidentId).collect();
    if !ids.is_empty() {
        found.linked(records, cx.latchel().residents_by_id(&ids).await?, |resident| resident.id.0);
    }
    let refs = found.missing(records, |resident| resident.id.clone());
    let by_ref = taken_over::residents_by_ref(cx, &refs).await?;
    let keys = (|one: &LatchelResident| one.id.0, |one: &LatchelResident| one.reference.clone());
    found.referred(records, |resident| resident.id.clone(), by_ref, keys);
    Ok(found)
}
