//! DoorLoop's words for what the world holds.

use serde_json::{Map, Value, json};

use crate::world::{Address, EntryAllowed, Phone, PhoneKind, Priority, PropertyKind, TaskStatus};

/// Two words mean that nobody has begun; which of them it is, is the work order's status word.
pub(super) const STATUS: &[(&str, (TaskStatus, Option<&str>))] = &[
    ("NOT_STARTED", (TaskStatus::New, None)),
    ("RECEIVED", (TaskStatus::New, Some("RECEIVED"))),
    ("IN_PROGRESS", (TaskStatus::InProgress, None)),
    ("COMPLETED", (TaskStatus::Completed, None)),
    ("ARCHIVED", (TaskStatus::Closed, None)),
];

pub(super) const PRIORITY: &[(&str, Priority)] =
    &[("LOW", Priority::Low), ("MEDIUM", Priority::Normal), ("HIGH", Priority::High)];

pub(super) const ENTRY: &[(&str, EntryAllowed)] =
    &[("NOT_APPLICABLE", EntryAllowed::Unknown), ("YES", EntryAllowed::Yes), ("NO", EntryAllowed::No)];

/// Type of a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TaskType {
    Internal,
    TenantRequest,
    OwnerRequest,
    WorkOrder,
}

pub(super) const TASK_TYPE: &[(&str, TaskType)] = &[
    ("INTERNAL_TASK", TaskType::Internal),
    ("TENANT_REQUEST", TaskType::TenantRequest),
    ("OWNER_REQUEST", TaskType::OwnerRequest),
    ("WORK_ORDER", TaskType::WorkOrder),
];

/// The word for a status. What was put off is what somebody has received and not begun.
pub(super) fn status(status: TaskStatus, word: Option<&str>) -> &'static str {
    let known = word.and_then(|word| STATUS.iter().find(|(name, (of, _))| *name == word && *of == status));
    match (known, status) {
        (Some((name, _)), _) => name,
        (None, TaskStatus::New) => "NOT_STARTED",
        (None, TaskStatus::Deferred) => "RECEIVED",
        (None, TaskStatus::InProgress) => "IN_PROGRESS",
        (None, TaskStatus::Completed) => "COMPLETED",
        (None, TaskStatus::Closed) => "ARCHIVED",
    }
}

/// The word for a value; each table holds every value of its type.
pub(super) fn word<T: PartialEq>(words: &[(&'static str, T)], value: &T) -> &'static str {
    words.iter().find(|(_, meaning)| meaning == value).map_or("", |(word, _)| word)
}

pub(super) fn is_residential(kind: PropertyKind) -> bool {
    !matches!(kind, PropertyKind::Office | PropertyKind::Retail)
}

pub(super) fn property_type(kind: PropertyKind) -> &'static str {
    match kind {
        PropertyKind::SingleFamily => "SINGLE_FAMILY_HOME",
        PropertyKind::MultiFamily => "MULTI_FAMILY",
        PropertyKind::CondoTownhome => "CONDO",
        PropertyKind::Office => "OFFICE",
        PropertyKind::Retail => "RETAIL",
    }
}

pub(super) fn address(address: &Address) -> Value {
    let second = [&address.line2, &address.line3].into_iter().flatten().cloned().collect::<Vec<_>>();
    without_nulls(json!({
        "street1": address.line1,
        "street2": (!second.is_empty()).then(|| second.join(", ")),
        "city": address.city,
        "state": address.state,
        "zip": address.postal_code,
        "country": "US",
    }))
}

pub(super) fn phones(phones: &[Phone]) -> Value {
    let kind = |kind: PhoneKind| match kind {
        PhoneKind::Home => "Home",
        PhoneKind::Office => "Work",
        PhoneKind::Cell => "Mobile",
    };
    phones.iter().map(|phone| json!({ "type": kind(phone.kind), "number": phone.number })).collect()
}

/// Leaves out the members of an object that are null.
pub(super) fn without_nulls(record: Value) -> Value {
    match record {
        Value::Object(members) => {
            members.into_iter().filter(|(_, value)| !value.is_null()).collect::<Map<_, _>>().into()
        }
        other => other,
    }
}
