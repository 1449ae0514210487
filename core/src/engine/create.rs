use uuid::Uuid;

use super::context::Context;
use crate::ledger::{Intent, IntentId, Link};
use crate::model::{Marker, RecordKey};
use crate::{Error, ErrorKind, Result};

/// Creates a record exactly once (rule E1): the intent is durable before the call, and ends with the link that a
/// read-back confirmed. After a failure that leaves the outcome unknown the intent stays, and the next look at the
/// record searches for what it may have made before anything is sent again.
pub(super) async fn create_once<Id>(
    cx: &Context<'_>,
    source: RecordKey,
    label: String,
    marker: Option<Marker>,
    call: impl Future<Output = Result<Id>>,
    confirm: impl AsyncFnOnce(Id) -> Result<Link>,
) -> Result<Link> {
    let id = IntentId(Uuid::now_v7());
    let intent = Intent { id, source, label, marker, run: cx.run, created_at: cx.now };
    cx.ledger().open_intent(cx.account(), &intent).await?;

    let created = match call.await {
        Ok(created) => created,
        Err(error) => {
            if !error.leaves_outcome_unknown() {
                cx.ledger().settle_intent(cx.account(), id, None).await?;
            }
            return Err(error);
        }
    };
    let link = confirm(created).await?;
    cx.ledger().settle_intent(cx.account(), id, Some(&link)).await?;
    Ok(link)
}

/// The error for a write that reading back did not show.
pub(super) fn unconfirmed(what: &str) -> Error {
    Error::new(ErrorKind::Unconfirmed, format!("reading back did not show {what}"))
}
