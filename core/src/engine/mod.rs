//! A run: for each phase, pages stream in, are looked up in batches, decided, applied and recorded.
//!
//! A plan is a run with [`Mode::Plan`]: the same steps with the writes taken out, over an
//! [`Overlay`](crate::ledger::Overlay) so that the ledger stays as it was.

mod adopt;
mod banner;
mod check;
mod context;
mod driver;
mod exclusions;
mod explain;
mod lease;
mod linkable;
mod manual_links;
mod masked;
mod names;
mod one_by_one;
mod patience;
mod phases;
mod request;
mod run;
mod search;

use std::fmt;
use std::sync::Arc;

use chrono_tz::Tz;

pub use adopt::{AdoptDecision, AdoptRequest, Adopted, Proposal, Proposals, Refusal};
pub use banner::{Banner, Way, banner};
pub use explain::Explanation;
pub use linkable::{Candidate, LikelyPair, LinkWanted, Linkable};
pub use manual_links::{IN_LATCHEL, ON_THE_PLATFORM};
pub use names::{Nameless, Names};
pub use request::{Lists, Mode, Observer, Quiet, Request, StopSignal};
pub use search::Choice;

use crate::model::Policy;
use crate::{Latchel, Ledger, Platform};

/// An account's configuration, as far as a run needs it.
#[derive(Debug, Clone)]
pub struct AccountSettings {
    /// Its name.
    pub name: String,
    /// The time zone of its local dates.
    pub time_zone: Tz,
    /// Choices that the rules leave to the account.
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
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine").field("account", &self.account.name).finish_non_exhaustive()
    }
}
