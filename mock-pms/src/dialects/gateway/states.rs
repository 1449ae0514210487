//! The states of a job. Their names are public; of their numbers only that of "Finding Service Provider"
//! is, and the others are ours.

/// State that Latchel picks for a new job at a vacant property.
pub(super) const FIRST_WHEN_VACANT: &str = "Finding Service Provider";
/// State that Latchel picks for any other new job.
pub(super) const FIRST: &str = "Diagnosing Issue";

const STATES: [(i64, &str); 20] = [
    (1, "Pending"),
    (2, "Diagnosing Issue"),
    (3, "Finding Service Provider"),
    (4, "Troubleshooting"),
    (5, "Scheduling Resident"),
    (6, "Scheduling Service Provider"),
    (7, "Rescheduling Resident"),
    (8, "Awaiting Work Date"),
    (9, "Confirming Completion"),
    (10, "Awaiting Invoice"),
    (11, "Awaiting Estimate"),
    (12, "Needs Owner Approval"),
    (13, "Needs Approval"),
    (14, "Waiting for Materials"),
    (15, "Waiting for PM"),
    (16, "Pending – Awaiting Payment Details"),
    (17, "Completed"),
    (18, "Cancelled"),
    (18, "Canceled"),
    (19, "Forwarded to PM"),
];

/// A state's number; 0 for a name that nobody knows.
pub(super) fn number(name: &str) -> i64 {
    let name = name.trim();
    STATES.iter().find(|(_, known)| known.eq_ignore_ascii_case(name)).map_or(0, |(id, _)| *id)
}
