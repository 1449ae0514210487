use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::Serialize;

use crate::ledger::{Outcome, RecordMemory, Retry};
use crate::model::{Reason, RuleId, Side, Status, Tense};
use crate::words::{naming, sentence};

/// Sync status to show on top of a work order (RULES.md, S).
#[derive(Debug, Clone, Serialize)]
pub struct Banner {
    /// Status of the sync.
    pub status: Status,
    /// The status in one sentence.
    pub headline: String,
    /// Number and title, by which people know it.
    pub label: String,
    /// The reason in words, then the next try, what it waits for, or the platform's own error.
    pub explanation: String,
    /// Advice to the user; empty if nothing is wrong, or if there is nothing to do.
    pub remedy: String,
    /// The platform's number.
    pub platform_number: Option<String>,
    /// Latchel's number.
    pub latchel_number: Option<String>,
    /// The platform's id.
    pub platform_id: Option<String>,
    /// Latchel's id.
    pub latchel_id: Option<i64>,
    /// Instant at which a read-back confirmed the pair, UTC.
    pub verified_at: Option<DateTime<Utc>>,
    /// The newest reason.
    pub reason: Option<Reason>,
    /// The rule that gave it.
    pub rule: Option<RuleId>,
    /// Status of each way, if the two ways differ; empty otherwise.
    pub ways: Vec<Way>,
    /// Instant of that decision, UTC.
    pub decided_at: Option<DateTime<Utc>>,
    /// The last try and the next one, if the last one failed.
    pub retry: Option<Retry>,
}

/// One of the two ways of a work order, with its status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Way {
    /// The side that the way begins at.
    pub from: Side,
    /// Status of it.
    pub status: Status,
}

/// Makes the banner of one work order from what is remembered of it on either side; `platform_name` is the PMS's title, and
/// instants in sentences are told in `zone`, seen from `now`. *Synced* needs a link that a read-back confirmed, and no side
/// that waits, failed or was stopped.
pub fn banner(memories: &[RecordMemory], platform_name: &str, now: DateTime<Utc>, zone: Tz) -> Banner {
    let link = memories.iter().find_map(|memory| memory.link.as_deref());
    let told = memories.iter().filter_map(|memory| Some((memory, memory.outcome.as_deref()?)));
    let worst_of = told.max_by_key(|(_, outcome)| severity(outcome));
    let worst = worst_of.map(|(_, outcome)| outcome);
    let retry = worst_of.and_then(|(memory, _)| Retry::of(memory.pending.as_deref()?));
    let next = worst.zip(retry.as_ref()).map(|(outcome, retry)| retry.sentence(&outcome.key, now, zone));
    let verified_at = link.and_then(|link| link.verified_at);
    let status = match (worst.map(Outcome::status), verified_at) {
        (Some(status), _) if status != Status::Synced => status,
        (_, Some(_)) => Status::Synced,
        (Some(_), None) => Status::Pending,
        (None, None) => Status::NotSynced,
    };
    let own =
        |side| memories.iter().find(|memory| memory.key.side == side).map(|memory| memory.key.id.clone());
    Banner {
        status,
        headline: headline(status, verified_at.is_some(), platform_name),
        label: label(memories),
        explanation: worst.map(|outcome| explanation(outcome, next.as_deref())).unwrap_or_default(),
        remedy: worst
            .filter(|_| status != Status::Synced)
            .map_or_else(String::new, |outcome| outcome.reason.remedy().to_owned()),
        platform_number: link.and_then(|link| link.platform_number.clone()),
        latchel_number: link.and_then(|link| link.latchel_number.clone()),
        platform_id: link.map(|link| link.platform_id.clone()).or_else(|| own(Side::Platform)),
        latchel_id: link.map(|link| link.latchel_id).or_else(|| own(Side::Latchel)?.parse().ok()),
        verified_at,
        reason: worst.map(|outcome| outcome.reason),
        rule: worst.map(|outcome| outcome.reason.rule_for(&outcome.key)),
        ways: ways(memories),
        decided_at: worst.map(|outcome| outcome.at),
        retry,
    }
}

impl Banner {
    /// The same for people who know the PMS by its title alone.
    pub fn naming(self, platform_name: &str) -> Self {
        let [explanation, remedy] = [&self.explanation, &self.remedy].map(|text| naming(text, platform_name));
        Self { explanation, remedy, ..self }
    }

    /// The same for people who see the work order in the PMS itself: its other side is Latchel.
    pub fn on_platform(self) -> Self {
        Self { headline: headline(self.status, self.verified_at.is_some(), "Latchel"), ..self }
    }
}

fn headline(status: Status, was_verified: bool, other: &str) -> String {
    match status {
        Status::Synced => format!("This work order was successfully synced with {other}."),
        Status::Pending => "This work order is waiting to be synced.".to_owned(),
        Status::NotSynced if was_verified => {
            format!("This work order was synced with {other}, but is no longer kept in step.")
        }
        Status::NotSynced => format!("This work order is not synced with {other}."),
        Status::Failed => "The last attempt to sync this work order failed.".to_owned(),
    }
}

/// Sort key of the outcome to show: failed comes first, then pending, not synced, synced; among equals the newest.
fn severity(outcome: &Outcome) -> (u8, DateTime<Utc>) {
    let rank = match outcome.status() {
        Status::Failed => 3,
        Status::Pending => 2,
        Status::NotSynced => 1,
        Status::Synced => 0,
    };
    (rank, outcome.at)
}

/// The two ways, if their statuses differ.
fn ways(memories: &[RecordMemory]) -> Vec<Way> {
    let way = |from| {
        let memory = memories.iter().find(|memory| memory.key.side == from)?;
        Some(Way { from, status: memory.outcome.as_deref()?.status() })
    };
    let both = way(Side::Platform).zip(way(Side::Latchel));
    both.filter(|(one, other)| one.status != other.status)
        .map(|(one, other)| vec![one, other])
        .unwrap_or_default()
}

fn label(memories: &[RecordMemory]) -> String {
    let mut labels = memories.iter().filter_map(|memory| Some(&memory.outcome.as_deref()?.label));
    labels.find(|label| !label.is_empty()).cloned().unwrap_or_default()
}

fn explanation(outcome: &Outcome, next: Option<&str>) -> String {
    let reason = outcome.reason.sentence(Tense::Has);
    if let Some(next) = next {
        return format!("{reason} {next}");
    }
    match (&outcome.detail, outcome.status()) {
        (Some(detail), _) => format!("{reason} {}", sentence(detail)),
        (None, Status::Pending | Status::Failed) => format!("{reason} It is tried again in the next run."),
        (None, _) => reason.to_owned(),
    }
}
