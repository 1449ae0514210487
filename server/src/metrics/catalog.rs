use latchel_sync_http::{CALLS, RATE_LIMIT_WAIT};
use metrics::{describe_counter, describe_gauge, describe_histogram};

pub(super) const RUNS: &str = "latchel_sync_runs_total";
pub(super) const OUTCOMES: &str = "latchel_sync_outcomes_total";
pub(super) const PENDING: &str = "latchel_sync_pending_records";
pub(super) const FAILED: &str = "latchel_sync_failed_records";
pub(super) const LAG: &str = "latchel_sync_lag_seconds";
pub(super) const PAUSED: &str = "latchel_sync_paused";
pub(super) const JOBS: &str = "latchel_sync_jobs";

/// Says what the metrics mean to the recorder that is in use. Webhooks are counted where
/// they arrive.
pub(super) fn describe() {
    describe_counter!(RUNS, "Runs that ended, by account and status.");
    describe_counter!(OUTCOMES, "Outcomes of records in runs that ended, by account and reason.");
    describe_counter!(CALLS, "Calls that left, by system and the answer's status.");
    describe_counter!("latchel_sync_webhooks_total", "Webhooks that arrived, by what came of them.");
    describe_histogram!(RATE_LIMIT_WAIT, "How long calls waited for rate limits, in seconds, by system.");
    describe_gauge!(PENDING, "Records that wait for something, by account.");
    describe_gauge!(FAILED, "Records that failed, by account.");
    describe_gauge!(LAG, "Seconds since the last success, by account and phase.");
    describe_gauge!(PAUSED, "1 while somebody has paused the account, else 0.");
    describe_gauge!(JOBS, "Jobs, by state.");
}
