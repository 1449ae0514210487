//! The words: kinds, sides, statuses, reasons.

use std::borrow::Cow;

use latchel_sync_core::model;
use utoipa::openapi::schema::{Object, ObjectBuilder, SchemaType, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// The kinds of record that are synced.
#[derive(ToSchema)]
#[schema(rename_all = "kebab-case")]
pub enum Kind {
    Property,
    Resident,
    WorkOrder,
}

/// The system that a record was read from.
#[derive(ToSchema)]
#[schema(rename_all = "kebab-case")]
pub enum Side {
    Platform,
    Latchel,
}

/// Thing that a record needs before a sync can get on with it: somebody, or time alone.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum Need {
    Somebody,
    Time,
}

/// The parts of a run, in their order.
#[derive(ToSchema)]
#[schema(rename_all = "kebab-case")]
pub enum Phase {
    Properties,
    Residents,
    WorkOrdersToLatchel,
    WorkOrdersToPlatform,
}

/// Trigger of a run: somebody by hand, the schedule, or a webhook.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum Trigger {
    Manual,
    Schedule,
    Webhook,
}

/// Status of a run; `unfinished` is one that is under way or was interrupted.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum RunStatus {
    Unfinished,
    Success,
    Paused,
    Partial,
    Failed,
}

/// Status of a record.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum Status {
    Synced,
    Pending,
    NotSynced,
    Failed,
}

/// Action on a record that was taken, or would be.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum Action {
    None,
    Create,
    Update,
    Deactivate,
    Link,
    Close,
}

/// A part of a record that both sides have.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum RecordPart {
    Name,
    Address,
    IntegrationData,
    Activity,
    Email,
    Phone,
    MoveIn,
    MoveOut,
    Unit,
    Description,
    Status,
    Number,
    Severity,
    EntryAllowed,
    AccessInstructions,
}

/// Fate of a difference between the two sides: the next run brings it over, something holds that back, or each side keeps its
/// own.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum Fate {
    NextRun,
    HeldBack,
    Kept,
}

/// Sync method: which platform work orders are imported, and whether anything is written to the platform (rule M).
#[derive(ToSchema)]
#[schema(rename_all = "lowercase")]
pub enum SyncMethod {
    All,
    Assigned,
    None,
}

/// Kind of a failure.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum ErrorKind {
    Unauthorized,
    Forbidden,
    NotFound,
    Refused,
    RateLimited,
    Unavailable,
    Paused,
    Timeout,
    Malformed,
    Unconfirmed,
    Config,
    Ledger,
    Busy,
    Unsupported,
    Unsettled,
    MassChange,
    Internal,
}

/// A reason's code; `latchel-sync rules` lists them with what they mean.
pub struct Reason;

/// A rule's id, as docs/rules.md has it.
pub struct RuleId;

impl PartialSchema for Reason {
    fn schema() -> RefOr<Schema> {
        words("Why a record stands as it does; docs/rules.md says what each means.", reasons()).into()
    }
}

impl ToSchema for Reason {
    fn name() -> Cow<'static, str> {
        "Reason".into()
    }
}

impl PartialSchema for RuleId {
    fn schema() -> RefOr<Schema> {
        words("A rule, as docs/rules.md has it.", model::RuleId::ALL.iter().map(|rule| rule.as_str())).into()
    }
}

impl ToSchema for RuleId {
    fn name() -> Cow<'static, str> {
        "RuleId".into()
    }
}

fn reasons() -> impl Iterator<Item = &'static str> {
    model::Reason::ALL.iter().map(|reason| reason.code())
}

fn words(description: &str, words: impl Iterator<Item = &'static str>) -> Object {
    ObjectBuilder::new()
        .schema_type(SchemaType::Type(Type::String))
        .enum_values(Some(words))
        .description(Some(description))
        .build()
}
