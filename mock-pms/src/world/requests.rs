//! The platform's maintenance: tasks, their history, work orders.

use chrono::{DateTime, NaiveDate, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Id, Phone};

/// A task category.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Category {
    pub id: Id,
    pub name: String,
}

/// Sort of a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum TaskKind {
    ContactRequest,
    ResidentRequest,
    Todo,
    RentalOwnerRequest,
}

/// State of a task or a work order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum TaskStatus {
    New,
    InProgress,
    Completed,
    Deferred,
    Closed,
}

/// Urgency of a task or a work order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Priority {
    Low,
    Normal,
    High,
}

/// Somebody outside the system who asked for something.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Contact {
    pub first_name: String,
    #[serde(default)]
    pub last_name: Option<String>,
    #[serde(default)]
    pub email: Option<String>,
    #[serde(default)]
    pub phones: Vec<Phone>,
}

/// A step in a task's life.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the names say it")]
pub struct HistoryEntry {
    pub at: DateTime<Utc>,
    #[serde(default)]
    pub message: Option<String>,
    pub status: TaskStatus,
    pub priority: Priority,
    #[serde(default)]
    pub assigned_to: Option<Id>,
    #[serde(default)]
    pub due: Option<NaiveDate>,
}

/// A task: what carries the status and the assigned user of a maintenance request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Task {
    pub id: Id,
    pub kind: TaskKind,
    pub title: String,
    #[serde(default)]
    pub description: Option<String>,
    #[serde(default)]
    pub property_id: Option<Id>,
    #[serde(default)]
    pub unit_id: Option<Id>,
    /// The lease under which a resident asked.
    #[serde(default)]
    pub lease_id: Option<Id>,
    /// The tenant who asked.
    #[serde(default)]
    pub requested_by: Option<Id>,
    /// The person who asked, for a contact request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<Contact>,
    /// The staff user it is assigned to.
    #[serde(default)]
    pub assigned_to: Option<Id>,
    /// Those beside the first, on a platform that takes several.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also_assigned_to: Vec<Id>,
    pub status: TaskStatus,
    pub priority: Priority,
    #[serde(default)]
    pub due: Option<NaiveDate>,
    #[serde(default)]
    pub category_id: Option<Id>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry_permitted: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pets: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry_notes: Option<String>,
    #[serde(default)]
    pub history: Vec<HistoryEntry>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// Answer to the question whether somebody may enter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum EntryAllowed {
    #[default]
    Unknown,
    Yes,
    No,
}

/// A line of a work order's costs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the names say it")]
pub struct LineItem {
    #[serde(default)]
    pub gl_account_id: Option<Id>,
    pub quantity: f64,
    pub unit_price: f64,
    #[serde(default)]
    pub memo: Option<String>,
}

/// A step of a work order, with an id that no step of another has.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Step {
    pub id: Id,
    pub description: String,
    #[serde(default)]
    pub completed_at: Option<DateTime<Utc>>,
    #[serde(default)]
    pub due: Option<NaiveDate>,
    /// Users who do it.
    #[serde(default)]
    pub assigned_to: Vec<Id>,
    #[serde(default)]
    pub tags: Option<String>,
    #[serde(default)]
    pub private: bool,
    #[serde(default)]
    pub starred: bool,
    #[serde(default)]
    pub comments: Vec<String>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// A work order: what a vendor is sent for a task. Its own status, priority and due date may disagree
/// with the task's; absent ones are unknown to the platform.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the names say it")]
pub struct WorkOrder {
    pub id: Id,
    pub task_id: Id,
    #[serde(default)]
    pub title: Option<String>,
    #[serde(default)]
    pub status: Option<TaskStatus>,
    #[serde(default)]
    pub priority: Option<Priority>,
    #[serde(default)]
    pub due: Option<NaiveDate>,
    #[serde(default)]
    pub details: Option<String>,
    /// Absent on a platform where a work order needs none.
    #[serde(default)]
    pub vendor_id: Option<Id>,
    #[serde(default)]
    pub vendor_notes: Option<String>,
    #[serde(default)]
    pub entry_allowed: EntryAllowed,
    #[serde(default)]
    pub entry_notes: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub entry_contact_ids: Vec<Id>,
    /// Text that a client wrote to find the work order again, on a platform that has a field for that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// The platform's own word for the status, where it has several for what the task's status says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status_word: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scheduled_start: Option<DateTime<Utc>>,
    #[serde(default)]
    pub invoice_number: Option<String>,
    #[serde(default)]
    pub chargeable_to: Option<String>,
    #[serde(default)]
    pub line_items: Vec<LineItem>,
    /// Steps of the work, on a platform that keeps tasks within a work order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<Step>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

impl WorkOrder {
    /// Sum of its lines.
    pub fn amount(&self) -> f64 {
        self.line_items.iter().map(|line| line.quantity * line.unit_price).sum()
    }
}
