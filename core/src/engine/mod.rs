//! A run: for each phase, pages stream in, are looked up in batches, decided, applied and recorded.
//!
//! A plan is a run with [`Mode::Plan`]: the same steps with the writes taken out, over an
//! [`Overlay`](crate::ledger::Overlay) so that the ledger stays as it was.

mod explain;
mod request;

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

pub use explain::{Banner, Explanation, banner};
pub use request::{Mode, Observer, Quiet, Request, StopSignal};

use crate::ledger::Run;
use crate::model::{Kind, Policy};
use crate::{Finding, Latchel, Ledger, Platform, Result};

/// An account's configuration, as far as a run needs it.
#[derive(Debug, Clone)]
pub struct AccountSettings {
    /// Its name.
    pub name: String,
    /// The time zone of its local dates.
    pub time_zone: Tz,
    /// What it decides about the rules.
    pub policy: Policy,
}

/// One account's pairing of a platform with Latchel, over a ledger.
pub struct Engine {
    account: AccountSettings,
    platform: Arc<dyn Platform>,
    latchel: Arc<dyn Latchel>,
    ledger: Arc<dyn Ledger>,
}

impl Engine {
    /// Puts the parts together; nothing is called yet.
    pub fn new(
        account: AccountSettings,
        platform: Arc<dyn Platform>,
        latchel: Arc<dyn Latchel>,
        ledger: Arc<dyn Ledger>,
    ) -> Self {
        Self { account, platform, latchel, ledger }
    }

    /// Runs the requested phases. The account is added to the ledger if it is new, with `now` as its sync start.
    ///
    /// # Errors
    ///
    /// Only if the run could not begin or its end not be recorded; what fails on the way is in the [`Run`].
    pub async fn run(&self, _request: &Request, _observer: &dyn Observer) -> Result<Run> {
        todo!()
    }

    /// Tests both ends and what the rules need of them: credentials, permissions, the Latchel user, clock skew.
    pub async fn check(&self, _now: DateTime<Utc>) -> Vec<Finding> {
        todo!()
    }

    /// Explains the records of `kind` that `text` names: an id of either side, or a work order's number.
    ///
    /// # Errors
    ///
    /// If one of the two systems or the ledger cannot be read.
    pub async fn explain(&self, _kind: Kind, _text: &str, _now: DateTime<Utc>) -> Result<Vec<Explanation>> {
        todo!()
    }
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine").field("account", &self.account.name).finish_non_exhaustive()
    }
}
