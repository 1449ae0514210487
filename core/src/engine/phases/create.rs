use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use crate::engine::check::SKEW_WARNING;
use crate::engine::context::Context;
use crate::ledger::{Intent, IntentId, Link, Memory, Origin, SentDates};
use crate::model::{Marker, PropertyRef, RecordKey, Side};
use crate::{Error, ErrorKind, Result};

/// What is written down before a create.
pub(in crate::engine) struct NewIntent<'a> {
    /// The record that it is created from.
    pub source: RecordKey,
    /// What people know the record by.
    pub label: String,
    /// The marker, where the new record is on the platform.
    pub marker: Option<Marker>,
    /// The rentable unit that it is for, where the new record is on the platform.
    pub property: Option<PropertyRef>,
    /// The dates, where the new record is a resident.
    pub dates: Option<SentDates>,
    /// A create before this one whose outcome is not known.
    pub open: Option<&'a Intent>,
    /// The pair that the record is part of, though its counterpart is not to be found.
    pub linked: Option<&'a Link>,
    /// How long what was made before may stay invisible.
    pub visibility_delay: Duration,
}

/// Creates a record exactly once (rules E1, E3): the intent is durable before the call, and ends with the link that the
/// answer names, before anything is read back; `link` makes it from the id. After a failure that leaves the outcome
/// unknown the intent stays, and the next look at the record searches for what it may have made before anything is sent
/// again.
pub(in crate::engine) async fn create_once<Id>(
    cx: &Context<'_>,
    create: NewIntent<'_>,
    call: impl Future<Output = Result<Id>>,
    link: impl FnOnce(&Id) -> Link,
) -> Result<Link> {
    let NewIntent { source, label, marker, property, dates, open, linked, visibility_delay } = create;
    let before = [open.map(|open| open.created_at), linked.map(|link| link.created_at)];
    before.into_iter().flatten().try_for_each(|sent| shown_by_now(cx, sent, visibility_delay))?;
    let id = IntentId(Uuid::now_v7());
    let intent = Intent {
        id,
        source: source.clone(),
        label,
        marker,
        property,
        dates,
        run: cx.run,
        created_at: cx.clock(),
    };
    cx.open_intent(&intent).await?;

    let created = match call.await {
        Ok(created) => created,
        Err(error) => {
            if !error.leaves_outcome_unknown() {
                cx.settle_intent(id, None).await?;
            }
            return Err(error);
        }
    };
    let link = Link { verified_at: None, ..link(&created) };
    check_new(cx, &link, &source).await?;
    cx.settle_intent(id, Some(&link)).await?;
    Ok(link)
}

/// Settles the create that was sent for a record before, if nothing is to be created for it any more and looking for what
/// it may have made found nothing.
///
/// # Errors
///
/// [`ErrorKind::Unsettled`] while what it made may not be visible yet.
pub(in crate::engine) async fn settle_nothing(
    cx: &Context<'_>,
    open: &Intent,
    visibility_delay: Duration,
) -> Result<()> {
    shown_by_now(cx, open.created_at, visibility_delay)?;
    cx.settle_intent(open.id, None).await
}

/// How far the clocks of two machines may be apart that each stay within what is warned of.
const CLOCKS_APART: TimeDelta = TimeDelta::seconds(2 * SKEW_WARNING.num_seconds());

/// Whether what a create made that was sent then, perhaps by another machine's clock, is visible by now, so that looking
/// for it tells.
pub(in crate::engine) fn shown_by_now(
    cx: &Context<'_>,
    sent: DateTime<Utc>,
    visibility_delay: Duration,
) -> Result<()> {
    let shown_by = sent + visibility_delay + CLOCKS_APART;
    if visibility_delay.is_zero() || cx.clock() >= shown_by {
        return Ok(());
    }
    let message = "a create was sent before, and may not be visible yet";
    Err(Error::new(ErrorKind::Unsettled, message).with("until", shown_by.format("%Y-%m-%d %H:%M:%S UTC")))
}

/// Refuses an answer that names a record which is part of another pair: believed, it would tear that apart. The intent
/// stays, and the next look at the record searches for what was made. A platform work order of which nothing but another
/// answer is known is taken: which of the two it carries the marker of, reading it back says.
async fn check_new(cx: &Context<'_>, link: &Link, source: &RecordKey) -> Result<()> {
    let side = match source.side {
        Side::Platform => Side::Latchel,
        Side::Latchel => Side::Platform,
    };
    let made = link.key(side);
    let memories = cx.recall(made.kind, side, [made.id.clone()]).await?;
    let taken = |memory: Memory| {
        let other = memory.link.filter(|other| other.key(source.side) != *source);
        other.is_some_and(|other| source.side == Side::Platform || !other.awaits_confirmation())
    };
    if memories.into_iter().any(taken) {
        let message = "the answer to the create names a record that is linked with another";
        return Err(Error::new(ErrorKind::Unconfirmed, message).with("record", made));
    }
    Ok(())
}

/// Keeps the link of what was created, once a read-back has shown it whole.
pub(in crate::engine) async fn confirmed(cx: &Context<'_>, link: Link) -> Result<()> {
    cx.put_link(&Link { verified_at: Some(cx.now), ..link }).await
}

/// The id in Latchel that the answer to our create named, if no read-back has shown it yet.
pub(in crate::engine) fn answered(memory: &Memory) -> Option<i64> {
    let link = memory.link.as_deref().filter(|link| link.origin == Origin::FromPlatform)?;
    link.awaits_confirmation().then_some(link.latchel_id)
}

/// The error for a write that reading back did not show.
pub(in crate::engine) fn unconfirmed(what: &str) -> Error {
    Error::new(ErrorKind::Unconfirmed, format!("reading back did not show {what}"))
}
