use std::fmt;
use std::future::poll_fn;
use std::pin::pin;
use std::time::Duration;

use latchel_sync_core::engine::StopSignal;
use latchel_sync_core::ledger::{Run, RunStatus};
use latchel_sync_http::RATE_LIMIT_WAIT;
use metrics::counter;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusRecorder};

use super::catalog::{OUTCOMES, RUNS, describe};

/// Counts of one server. They are the server's own and not the process's, so that two of them do not count into each other.
pub struct Metrics(PrometheusRecorder);

impl Default for Metrics {
    fn default() -> Self {
        let builder = PrometheusBuilder::new();
        let wait = Matcher::Full(RATE_LIMIT_WAIT.to_owned());
        let builder = builder
            .set_buckets_for_metric(wait, &WAITS)
            .unwrap_or_else(|error| unreachable!("there are buckets: {error}"));
        let metrics = Self(builder.build_recorder());
        metrics::with_local_recorder(&metrics.0, describe);
        metrics
    }
}

/// Bounds of the buckets for waits, in seconds: from one that nobody notices to the longest pause within a run.
const WAITS: [f64; 8] = [0.01, 0.1, 0.5, 1.0, 5.0, 15.0, 30.0, 60.0];

impl Metrics {
    /// Does `work`; what it counts, counts here. A task that it spawns needs a scope of its own.
    pub async fn scope<T>(&self, work: impl Future<Output = T>) -> T {
        let mut work = pin!(work);
        poll_fn(|cx| metrics::with_local_recorder(&self.0, || work.as_mut().poll(cx))).await
    }

    /// Counts a run that has ended.
    pub(crate) fn ended(&self, run: &Run) {
        metrics::with_local_recorder(&self.0, || {
            let status = run.status.as_str();
            counter!(RUNS, "account" => run.account.clone(), "status" => status).increment(1);
            for (reason, records) in run.phases.iter().flat_map(|phase| &phase.counts) {
                counter!(OUTCOMES, "account" => run.account.clone(), "reason" => reason.code())
                    .increment(*records);
            }
        });
    }

    /// Counts a run of the account that a mistake of ours broke off before it could say how it ended.
    pub(crate) fn broken(&self, account: &str) {
        metrics::with_local_recorder(&self.0, || {
            let status = RunStatus::Failed.as_str();
            counter!(RUNS, "account" => account.to_owned(), "status" => status).increment(1);
        });
    }

    /// Sorts what was measured into its buckets now and then, without which it would pile up where nobody asks for it.
    pub(crate) async fn keep(&self, stop: StopSignal) {
        while !stop.is_set() {
            self.0.handle().run_upkeep();
            tokio::select! {
                () = stop.asked() => {}
                () = tokio::time::sleep(BETWEEN_UPKEEPS) => {}
            }
        }
    }

    pub(super) fn render(&self) -> String {
        self.0.handle().render()
    }
}

const BETWEEN_UPKEEPS: Duration = Duration::from_secs(30);

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Metrics").finish_non_exhaustive()
    }
}
