//! Records as they are now, directly before something is written because of them.

use crate::engine::phases::flow::Flow;
use crate::model::{RecordKey, Row, Side};
use crate::{Error, ErrorKind, Result};

/// The case as it is now, where Latchel is answered for from memory: something is about to be written because of it. It is looked
/// up again whatever the call shows: memory may have learned of a change since the case was made.
pub(super) async fn afresh<F: Flow>(flow: &F, case: &F::Case) -> Result<Option<F::Case>> {
    let cx = flow.context();
    if cx.is_dry() || !cx.latchel().remembers() {
        return Ok(None);
    }
    let key = &flow.memory(case).key;
    let records = match flow.phase().source() {
        // A look-up by its id reads the work order, with its texts.
        Side::Latchel => flow.fetch(std::slice::from_ref(&key.id)).await?,
        Side::Platform => {
            let counterpart = flow.counterpart(case).and_then(|id| id.parse().ok());
            let Some(id) = counterpart else { return Ok(None) };
            cx.latchel().refresh(key.kind, id).await?;
            vec![Row::Record(flow.record(case).clone())]
        }
    };
    let Some(Row::Record(record)) = records.into_iter().next() else {
        return Err(no_longer_shown(key));
    };
    let memory = cx.ledger().recall(cx.account(), std::slice::from_ref(key)).await?.into_iter().next();
    let memory = memory.unwrap_or_else(|| flow.memory(case).clone());
    Ok(flow.gather(vec![(record, memory)]).await?.into_iter().next())
}

/// Error for a record of which Latchel shows nothing any more.
pub(super) fn no_longer_shown(key: &RecordKey) -> Error {
    Error::new(ErrorKind::NotFound, "Latchel no longer shows the record").with("record", key)
}
