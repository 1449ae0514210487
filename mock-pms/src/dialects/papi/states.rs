//! The states of a job. Two of their numbers are known, that of "Finding Service Provider" and that of "Needs Approval"; the
//! others are ours, and no client can know them but from the rows.

/// State that Latchel picks for a new job at a vacant property.
pub(super) const FIRST_WHEN_VACANT: &str = "Finding Service Provider";
/// State that Latchel picks for any other new job.
pub(super) const FIRST: &str = "Diagnosing Issue";

const STATES: [(i64, &str); 20] = [
    (1, "Diagnosing Issue"),
    (2, "Troubleshooting"),
    (3, "Finding Service Provider"),
    (5, "Scheduling Service Provider"),
    (6, "Scheduling Resident"),
    (7, "Awaiting Work Date"),
    (9, "Rescheduling Resident"),
    (10, "Confirming Completion"),
    (12, "Completed"),
    (14, "Waiting for Materials"),
    (15, "Cancelled"),
    (15, "Canceled"),
    (18, "Awaiting Estimate"),
    (19, "Awaiting Invoice"),
    (22, "Forwarded to PM"),
    (23, "Waiting for PM"),
    (26, "Needs Owner Approval"),
    (27, "Needs Approval"),
    (30, "Pending"),
    (31, "Pending – Awaiting Payment Details"),
];

/// States that a client may put a job into.
const CLOSED: [&str; 2] = ["Completed", "Cancelled"];

/// A state's number; one beyond 1,000 for a name of the account's own.
pub(super) fn number(name: &str) -> i64 {
    let name = name.trim();
    let known = STATES.iter().find(|(_, known)| known.eq_ignore_ascii_case(name)).map(|(id, _)| *id);
    let own = || name.bytes().fold(0, |sum, byte| (sum * 31 + i64::from(byte)) % 9_000);
    known.unwrap_or_else(|| 1_000 + own())
}

/// The closed state with this number.
pub(super) fn closed(id: i64) -> Option<&'static str> {
    CLOSED.into_iter().find(|name| number(name) == id)
}
