use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{
    Freshness, JobId, LatchelPropertyId, LatchelResidentId, Marker, PropertyRef, ResidentId, UserId,
    WorkOrderId,
};

/// The two ways in which a work order ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClosedStatus {
    /// The work was done.
    Completed,
    /// The work was called off.
    Cancelled,
}

impl ClosedStatus {
    const ALL: [Self; 2] = [Self::Completed, Self::Cancelled];

    /// The status's name in JSON and the ledger.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::Cancelled => "cancelled",
        }
    }

    /// Reads back what [`ClosedStatus::as_str`] wrote.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == name)
    }
}

impl fmt::Display for ClosedStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Completed => "Completed",
            Self::Cancelled => "Cancelled",
        })
    }
}

/// A platform work order's status, as far as the rules tell statuses apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum WorkOrderStatus {
    /// Not closed; the platform's own word for it.
    Open(String),
    /// Closed.
    Closed(ClosedStatus),
}

impl WorkOrderStatus {
    /// Reads a platform's word for a status: completed or else cancelled if the word `is` one for that, and open if it
    /// is for neither, so that an unknown word closes nothing.
    pub fn from_word(word: &str, is: impl Fn(ClosedStatus) -> bool) -> Self {
        let closed = ClosedStatus::ALL.into_iter().find(|status| is(*status));
        closed.map_or_else(|| Self::Open(word.to_owned()), Self::Closed)
    }

    /// The closed status, if it is one.
    pub fn closed(&self) -> Option<ClosedStatus> {
        match self {
            Self::Closed(status) => Some(*status),
            Self::Open(_) => None,
        }
    }
}

impl fmt::Display for WorkOrderStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Open(word) => f.write_str(word),
            Self::Closed(status) => status.fmt(f),
        }
    }
}

/// Urgency of a work order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// The default.
    #[default]
    Normal,
    /// Soon.
    Urgent,
    /// At once.
    Emergency,
}

/// A work order on the platform.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WorkOrder {
    /// Its id.
    pub id: WorkOrderId,
    /// The number that people know it by.
    pub number: String,
    /// Its title, without our marker; empty where the platform has none.
    pub title: String,
    /// Its description.
    pub description: String,
    /// The property or unit where the work is done.
    pub property: PropertyRef,
    /// The resident who asked for it.
    pub requested_by: Option<ResidentId>,
    /// The users assigned to it, never vendors.
    pub assigned_users: Vec<UserId>,
    /// Its status.
    pub status: WorkOrderStatus,
    /// Its urgency.
    pub severity: Severity,
    /// Planned start of the work, UTC.
    pub scheduled_start: Option<DateTime<Utc>>,
    /// The resident's permission to enter; `None` where it is not known.
    pub entry_allowed: Option<bool>,
    /// Instructions for getting in.
    pub access_instructions: Option<String>,
    /// Our marker, if it carries one (rule WP6).
    pub marker: Option<Marker>,
    /// Stamps or fingerprint by which a change is noticed.
    pub freshness: Freshness,
}

/// A work order to create on the platform from one in Latchel (rule L6).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NewWorkOrder {
    /// The property or unit where the work is done.
    pub property: PropertyRef,
    /// Its title.
    pub title: String,
    /// Its description.
    pub description: String,
    /// Instructions for the vendor.
    pub vendor_instructions: Option<String>,
    /// Its urgency.
    pub severity: Severity,
    /// True if the unit is vacant.
    pub is_vacant: bool,
    /// The resident's permission to enter; `None` where it is not known.
    pub entry_allowed: Option<bool>,
    /// Instructions for getting in.
    pub access_instructions: Option<String>,
    /// The resident who asked for it, where the platform knows them.
    pub requested_by: Option<ResidentId>,
    /// The Latchel user, to whom it is assigned; `None` where the platform cannot assign
    /// ([`Capabilities::assign_user`](crate::Capabilities::assign_user)).
    pub assigned_to: Option<UserId>,
}

/// A Latchel work order's state, as far as the rules tell states apart. The words are in `contracts/latchel.md`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum JobState {
    /// *Completed*.
    Completed,
    /// *Cancelled* (*Canceled*).
    Cancelled,
    /// *Forwarded to PM*.
    ForwardedToPm,
    /// Any other state, by its name.
    Other(String),
}

impl JobState {
    /// Reads a state's name, ignoring case.
    pub fn from_name(name: &str) -> Self {
        match name.trim().to_lowercase().as_str() {
            "completed" => Self::Completed,
            "cancelled" | "canceled" => Self::Cancelled,
            "forwarded to pm" => Self::ForwardedToPm,
            _ => Self::Other(name.to_owned()),
        }
    }
}

impl fmt::Display for JobState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Completed => "Completed",
            Self::Cancelled => "Cancelled",
            Self::ForwardedToPm => "Forwarded to PM",
            Self::Other(name) => name,
        })
    }
}

/// A work order in Latchel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Job {
    /// Its id in Latchel.
    pub id: JobId,
    /// Its number there; people may change it, so that nothing is matched by it.
    pub number: Option<String>,
    /// The platform work order that it refers to (`ref_job_id`).
    pub work_order: Option<WorkOrderId>,
    /// Its name.
    pub name: String,
    /// Its description.
    pub description: String,
    /// Instructions for the vendor.
    pub vendor_instructions: Option<String>,
    /// Instructions for getting in.
    pub access_instructions: Option<String>,
    /// The resident's permission to enter; `None` where it is not known.
    pub entry_allowed: Option<bool>,
    /// Its urgency.
    pub severity: Severity,
    /// Its state.
    pub state: JobState,
    /// True if it was archived, as a work order is that was merged into another.
    pub is_archived: bool,
    /// True if the unit is vacant.
    pub is_vacant: bool,
    /// The property or unit where the work is done.
    pub property: Option<LatchelPropertyId>,
    /// The resident who asked for it.
    pub resident: Option<LatchelResidentId>,
    /// Instant of creation, UTC.
    pub created_at: DateTime<Utc>,
    /// Instant of the last update, UTC.
    pub updated_at: DateTime<Utc>,
    /// Instant of the last change of its state, UTC, where Latchel tells: notes and invoices move `updated_at` alone
    /// (rule L8).
    pub state_updated_at: Option<DateTime<Utc>>,
    /// Latchel's word for it in the addresses of its pages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slug: Option<String>,
}

impl Job {
    /// The closed status, if it has ended (rule L8). One that was archived before it was completed was merged into
    /// another: cancelled.
    pub fn closed(&self) -> Option<ClosedStatus> {
        match self.state {
            JobState::Completed => Some(ClosedStatus::Completed),
            JobState::Cancelled => Some(ClosedStatus::Cancelled),
            JobState::ForwardedToPm => None,
            JobState::Other(_) => self.is_archived.then_some(ClosedStatus::Cancelled),
        }
    }
}

/// A part of a work order on the platform that is not stored as we sent it (rules E3, S1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Difference {
    /// Our marker is missing or altered.
    Marker,
    /// It is at another property.
    Property,
    /// It is at another unit of the property, or at none.
    Unit,
    /// It is not assigned to Latchel.
    Assignee,
}

/// A work order to create in Latchel from one on the platform (rules WP4, WP7).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NewJob {
    /// The platform work order that it refers to (`ref_job_id`).
    pub work_order: WorkOrderId,
    /// The platform's number.
    pub number: String,
    /// The first 50 characters (in UTF-16 units) of the description, or of the title where there is none.
    pub name: String,
    /// The whole description.
    pub description: String,
    /// The property or unit where the work is done.
    pub property: LatchelPropertyId,
    /// The resident who asked for it, if known in Latchel.
    pub resident: Option<LatchelResidentId>,
    /// Its urgency.
    pub severity: Severity,
    /// Planned start of the work, UTC.
    pub scheduled_start: Option<DateTime<Utc>>,
    /// The resident's permission to enter; `None` where it is not known.
    pub entry_allowed: Option<bool>,
    /// Instructions for getting in.
    pub access_instructions: Option<String>,
    /// The closed state to import it in; `None` lets Latchel choose the first state.
    pub closed: Option<ClosedStatus>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_closes_by_the_first_status_that_it_is_a_word_for() {
        let of = |word: &str| {
            WorkOrderStatus::from_word(word, |status| match status {
                ClosedStatus::Completed => ["Done", "Closed"].contains(&word),
                ClosedStatus::Cancelled => ["Void", "Closed"].contains(&word),
            })
        };
        assert_eq!(of("Closed"), WorkOrderStatus::Closed(ClosedStatus::Completed));
        assert_eq!(of("Void"), WorkOrderStatus::Closed(ClosedStatus::Cancelled));
        assert_eq!(of("done"), WorkOrderStatus::Open("done".to_owned()));
    }
}
