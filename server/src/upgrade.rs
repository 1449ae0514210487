//! A ledger that a newer version upgrades while this one works on it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use latchel_sync_core::LedgerAdmin;
use latchel_sync_core::engine::StopSignal;

/// Time between two looks at the ledger's version.
const BETWEEN_LOOKS: Duration = Duration::from_secs(10);

/// Work in the background, which goes on until the server ends or its ledger is a newer version's: what is under way then ends after
/// the record at hand, nothing new is begun, and pages are shown on.
#[derive(Debug, Default)]
pub(crate) struct Upgrade {
    rest: StopSignal,
    is_done: AtomicBool,
}

impl Upgrade {
    /// Asks all work in the background to end.
    pub fn rest(&self) -> StopSignal {
        self.rest.clone()
    }

    /// True once the ledger is a newer version's.
    pub fn is_done(&self) -> bool {
        self.is_done.load(Ordering::Relaxed)
    }

    /// Looks for it until `stop` is set, and has the work end with either.
    pub async fn heed(&self, ledger: &dyn LedgerAdmin, stop: &StopSignal) {
        while !stop.is_set() {
            let is_newer = tokio::select! {
                () = stop.asked() => break,
                is_newer = ledger.is_newer() => is_newer,
            };
            match is_newer {
                Ok(false) => {}
                Ok(true) if self.is_done.swap(true, Ordering::Relaxed) => {}
                Ok(true) => {
                    tracing::error!(
                        "a newer version has upgraded the ledger: this process ends what is under way and begins nothing any \
                         more; replace it by the newer version"
                    );
                    self.rest.stop();
                }
                Err(error) => tracing::debug!(%error, "the ledger's version could not be looked at"),
            }
            tokio::select! {
                () = stop.asked() => {}
                () = tokio::time::sleep(BETWEEN_LOOKS) => {}
            }
        }
        self.rest.stop();
    }
}
