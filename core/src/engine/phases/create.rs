use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use crate::engine::check::SKEW_WARNING;
use crate::engine::context::Context;
use crate::ledger::{Intent, IntentId, RecordMemory};
use crate::model::{Link, Marker, Origin, PropertyRef, RecordKey, SentDates, Side};
use crate::{Error, ErrorKind, Result};

/// Facts that are written down before a create.
pub(in crate::engine) struct NewIntent<'a> {
    /// The record that it is created from.
    pub source: RecordKey,
    /// Name or number by which people know the record.
    pub label: String,
    /// The marker, where the new record is on the platform.
    pub marker: Option<Marker>,
    /// The rentable unit that it is for, where the new record is on the platform.
    pub property: Option<PropertyRef>,
    /// The dates, where the new record is a resident.
    pub dates: Option<SentDates>,
    /// An earlier create for the record whose outcome is not known.
    pub open: Option<&'a Intent>,
    /// The link of the record, though its counterpart is not to be found.
    pub linked: Option<&'a Link>,
    /// Longest time that a record may stay invisible after its create.
    pub visibility_delay: Duration,
}

/// Creates a record exactly once (rules E1, E3). The intent is durable before the call. It ends with the link, which
/// `link` makes from the answered id, before anything is read back. After a failure that leaves the outcome unknown the
/// intent stays, and the next look at the record searches for what the create may have made before anything is sent
/// again.
pub(in crate::engine) async fn create_once<Id>(
    cx: &Context<'_>,
    create: NewIntent<'_>,
    call: impl Future<Output = Result<Id>>,
    link: impl FnOnce(&Id) -> Link,
) -> Result<Link> {
    let NewIntent { source, label, marker, property, dates, open, linked, visibility_delay } = create;
    // The caller has searched for what earlier creates made and found nothing. That proves something only once their
    // records would be visible.
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
            // A clear refusal made nothing, and ends the intent. After any other failure the record may be there.
            if !error.leaves_outcome_unknown() {
                cx.settle_intent(id, None).await?;
            }
            return Err(error);
        }
    };
    // Saved before the read-back: a run that dies here leaves a link to confirm, not a create to search for.
    let link = Link { verified_at: None, ..link(&created) };
    check_new(cx, &link, &source).await?;
    cx.settle_intent(id, Some(&link)).await?;
    Ok(link)
}

/// Settles an earlier create of a record for which nothing is to be created any more, after the search for what it may
/// have made found nothing.
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

/// Largest difference between two machines' clocks, if each is so near to the right time that nobody is warned.
const CLOCKS_APART: TimeDelta = TimeDelta::seconds(2 * SKEW_WARNING.num_seconds());

/// Fails with [`ErrorKind::Unsettled`] while a record whose create was sent at `sent`, perhaps by another machine's
/// clock, may not be visible yet. From then on, a search that finds nothing proves that nothing was made.
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

/// Refuses an answer that names a record of another pair, which the new link would break: [`ErrorKind::Unconfirmed`].
/// The intent stays, and the next look at the record searches for what was made. A platform work order that only
/// the unconfirmed answer to another create there names is accepted: reading it back shows whose marker it carries.
async fn check_new(cx: &Context<'_>, link: &Link, source: &RecordKey) -> Result<()> {
    let side = match source.side {
        Side::Platform => Side::Latchel,
        Side::Latchel => Side::Platform,
    };
    let made = link.key(side);
    let memories = cx.recall(made.kind, side, [made.id.clone()]).await?;
    let taken = |memory: RecordMemory| {
        let other = memory.link.filter(|other| other.key(source.side) != *source);
        let made = |other: &Link| other.origin == Origin::FromLatchel && other.awaits_confirmation();
        other.is_some_and(|other| source.side == Side::Platform || !made(&other))
    };
    if memories.into_iter().any(taken) {
        let message = "the answer to the create names a record that is linked with another";
        return Err(Error::new(ErrorKind::Unconfirmed, message).with("record", made));
    }
    Ok(())
}

/// Saves the link as confirmed, once a read-back has shown the new record as it was sent.
pub(in crate::engine) async fn confirmed(cx: &Context<'_>, link: Link) -> Result<()> {
    cx.put_link(&Link { verified_at: Some(cx.now), ..link }).await
}

/// The id in Latchel that the answer to our create named, if no read-back has shown it yet.
pub(in crate::engine) fn answered(memory: &RecordMemory) -> Option<i64> {
    let link = memory.link.as_deref().filter(|link| link.origin == Origin::FromPlatform)?;
    link.awaits_confirmation().then_some(link.latchel_id)
}

/// The error for a write that reading back did not show.
pub(in crate::engine) fn unconfirmed(what: &str) -> Error {
    Error::new(ErrorKind::Unconfirmed, format!("reading back did not show {what}"))
}
