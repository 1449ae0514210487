use std::time::Duration;

use uuid::Uuid;

use super::context::Context;
use crate::ledger::{Intent, IntentId, Link};
use crate::model::{Marker, RecordKey};
use crate::{Error, ErrorKind, Result};

/// What is written down before a create.
pub(super) struct NewIntent<'a> {
    /// The record that it is created from.
    pub source: RecordKey,
    /// What people know the record by.
    pub label: String,
    /// The marker, where the new record is on the platform.
    pub marker: Option<Marker>,
    /// A create before this one whose outcome is not known.
    pub open: Option<&'a Intent>,
    /// How long what that one made may stay invisible.
    pub visibility_delay: Duration,
}

/// Creates a record exactly once (rule E1): the intent is durable before the call, and ends with the link that a
/// read-back confirmed. After a failure that leaves the outcome unknown the intent stays, and the next look at the
/// record searches for what it may have made before anything is sent again.
pub(super) async fn create_once<Id>(
    cx: &Context<'_>,
    create: NewIntent<'_>,
    call: impl Future<Output = Result<Id>>,
    confirm: impl AsyncFnOnce(Id) -> Result<Link>,
) -> Result<Link> {
    let NewIntent { source, label, marker, open, visibility_delay } = create;
    if let Some(open) = open {
        let shown_by = open.created_at + visibility_delay;
        if cx.clock() < shown_by {
            let message = "a create was sent before, and may not be visible yet";
            return Err(
                Error::new(ErrorKind::Unsettled, message).with("until", shown_by.format("%H:%M:%S UTC"))
            );
        }
    }
    let id = IntentId(Uuid::now_v7());
    let intent = Intent { id, source, label, marker, run: cx.run, created_at: cx.clock() };
    cx.ledger().open_intent(&cx.lease, &intent).await?;

    let created = match call.await {
        Ok(created) => created,
        Err(error) => {
            if !error.leaves_outcome_unknown() {
                cx.ledger().settle_intent(&cx.lease, id, None).await?;
            }
            return Err(error);
        }
    };
    let link = confirm(created).await?;
    cx.ledger().settle_intent(&cx.lease, id, Some(&link)).await?;
    Ok(link)
}

/// The error for a write that reading back did not show.
pub(super) fn unconfirmed(what: &str) -> Error {
    Error::new(ErrorKind::Unconfirmed, format!("reading back did not show {what}"))
}
