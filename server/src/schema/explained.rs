//! The shapes of banners and explanations.

use chrono::{DateTime, Utc};
use utoipa::ToSchema;

use super::{Action, Fate, Link, Outcome, Reason, RecordKey, RecordPart, RuleId, Side, Status};

/// Banner on top of a work order.
#[derive(ToSchema)]
pub struct Banner {
    /// Status of the record.
    pub status: Status,
    /// One sentence.
    pub headline: String,
    /// Number and title, by which people know it.
    pub label: String,
    /// Explanation in words: the reason, and what it waits for, or the platform's own error.
    pub explanation: String,
    /// Advice on what the user can do about it; empty if nothing is wrong, or if there is nothing to do.
    pub remedy: String,
    /// The platform's number.
    pub platform_number: Option<String>,
    /// Latchel's number.
    pub latchel_number: Option<String>,
    /// The platform's id.
    pub platform_id: Option<String>,
    /// Latchel's id.
    pub latchel_id: Option<i64>,
    /// Instant at which a read-back confirmed it, UTC.
    pub verified_at: Option<DateTime<Utc>>,
    /// The newest reason.
    pub reason: Option<Reason>,
    /// The rule that gave it.
    pub rule: Option<RuleId>,
    /// Status of each way, if the two ways differ; empty otherwise.
    pub ways: Vec<Way>,
    /// Instant at which that was decided, UTC.
    pub decided_at: Option<DateTime<Utc>>,
    /// Last try if it failed, with its error, and the next try; null otherwise.
    pub retry: Option<Retry>,
}

/// One of the two ways of a work order, with its status.
#[derive(ToSchema)]
pub struct Way {
    /// The side that the way begins at.
    pub from: Side,
    /// Status of it.
    pub status: Status,
}

/// A part in which the two sides differ, and what comes of that.
#[derive(ToSchema)]
pub struct PartDiffers {
    /// The part.
    pub part: RecordPart,
    /// Fate of the difference.
    pub fate: Fate,
}

/// Explanation of why a record stands as it does, and of what the next run would do with it.
#[derive(ToSchema)]
pub struct Explanation {
    /// The record.
    pub key: RecordKey,
    /// Name that people know it by.
    pub label: String,
    /// Content on the platform, if it is there; e-mail and phone are masked.
    #[schema(value_type = Option<Object>)]
    pub platform: Option<serde_json::Value>,
    /// Content in Latchel, if it is there; e-mail and phone are masked.
    #[schema(value_type = Option<Object>)]
    pub latchel: Option<serde_json::Value>,
    /// The parts in which the two sides differ, by name only, and what comes of that.
    pub differs: Vec<PartDiffers>,
    /// The link that the ledger remembers.
    pub link: Option<Link>,
    /// The newest outcome that the ledger remembers.
    pub outcome: Option<Outcome>,
    /// Every question that was asked, in order, with its answer; the one that decided is marked.
    pub checks: Vec<Check>,
    /// The reason that a run would give now.
    pub reason: Reason,
    /// Detail that the reason leaves open.
    pub detail: Option<String>,
    /// Action that a run would take now.
    pub action: Action,
    /// Last try if it failed, with its error, and the next try; null otherwise.
    pub retry: Option<Retry>,
}

/// The last try of a record, which failed, and the next one.
#[derive(ToSchema)]
pub struct Retry {
    /// Start of the run that tried last, UTC.
    pub failed_at: DateTime<Utc>,
    /// Error of the far side.
    pub error: Option<String>,
    /// Number of tries so far.
    pub attempts: u32,
    /// Earliest instant of the next try, UTC; null for the next run.
    pub next_try: Option<DateTime<Utc>>,
    /// True if somebody dismissed it, so that it is tried again only once something about it changes.
    pub dismissed: bool,
    /// Action of that try; null where the last one failed before that was known.
    pub action: Option<Action>,
}

/// A record among several that a text names.
#[derive(ToSchema)]
pub struct Choice {
    /// Its keys: two for a pair, the platform's first.
    pub keys: Vec<RecordKey>,
    /// Name or number that people know it by. A resident's name is the platform's word of this moment; the ledger has none.
    pub label: String,
    /// Status; null if no run has said anything of it.
    pub status: Option<Status>,
}

/// A question that a rule asked of a record, with its answer.
#[derive(ToSchema)]
pub struct Check {
    /// The rule.
    pub rule: RuleId,
    /// The question, in words.
    pub question: String,
    /// Its answer: yes or no, or what was found. Instants are in the account's time zone.
    pub answer: String,
    /// True of the one question, of all that were asked of the record, by whose answer it was decided.
    pub decided: bool,
}
