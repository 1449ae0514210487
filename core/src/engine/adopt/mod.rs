//! Taking over an account that was synced before (rule A2): which records of the two sides are one.

mod aliases;
mod apply;
mod check;
mod listed;
mod matching;
mod properties;
mod references;
mod residents;
mod seen;
mod work_orders;

use chrono::{DateTime, Days, Utc};
use serde::{Deserialize, Serialize};

use crate::engine::context::Context;
use crate::engine::{Engine, Observer, StopSignal};
use crate::model::{Kind, Window};
use crate::{Result, RunBegin};

pub use apply::{Adopted, Refusal};
use seen::Seen;

/// Age of the work orders that are looked at, in days.
const WORK_ORDER_DAYS: Days = Days::new(90);
/// Number of candidates that are shown for one record of the platform.
const SHOWN: usize = 10;
/// Number of records that are looked up together.
const CHUNK: usize = 500;

/// A pair that is one record, or may be (rule A2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    /// Kind of the record.
    pub kind: Kind,
    /// Its id on the platform.
    pub platform_id: String,
    /// Name by which people know it: a property's name, a work order's number and title. Empty for a resident.
    pub label: String,
    /// Its id in Latchel.
    pub latchel_id: i64,
    /// The reference that Latchel's record carries, as another program left it.
    pub latchel_reference: Option<String>,
    /// Evidence for or against the pair, in words.
    pub evidence: String,
    /// Decision about the pair.
    pub decision: AdoptDecision,
}

/// Decision about a proposed pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum AdoptDecision {
    /// The two are one record.
    #[serde(rename = "link")]
    Link,
    /// Left to people.
    #[serde(rename = "")]
    Undecided,
}

impl AdoptDecision {
    /// The decision in a table: `link`, or empty.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Link => "link",
            Self::Undecided => "",
        }
    }

    fn link_if(holds: bool) -> Self {
        if holds { Self::Link } else { Self::Undecided }
    }
}

/// Proposals for an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposals {
    /// The pairs: properties, then residents, then work orders.
    pub pairs: Vec<Proposal>,
    /// Lists that could not be read whole, for people. As long as there are any, nothing is decided: what is missing may
    /// be a second candidate.
    pub warnings: Vec<String>,
}

/// Order to take an account over.
#[derive(Debug, Clone)]
pub struct AdoptRequest {
    /// The pairs, with people's decisions; `None` for those that are proposed now.
    pub rows: Option<Vec<Proposal>>,
    /// True to write the references of the linked records to Latchel too.
    pub write_references: bool,
    /// *Now*, UTC.
    pub now: DateTime<Utc>,
    /// Holder of the lease, for people.
    pub holder: String,
    /// Asks the run to end.
    pub stop: StopSignal,
}

impl Engine {
    /// Compares both sides and proposes pairs of records that nothing links yet (rule A2). Writes nothing.
    ///
    /// # Errors
    ///
    /// If one of the two systems or the ledger cannot be read.
    pub async fn adopt_proposals(&self, now: DateTime<Utc>, observer: &dyn Observer) -> Result<Proposals> {
        let cx = Box::pin(self.explaining(Kind::Property, now)).await?;
        Ok(Box::pin(propose(&cx, observer)).await?.0)
    }
}

/// Proposes pairs, and keeps what a check of them needs.
async fn propose(cx: &Context<'_>, observer: &dyn Observer) -> Result<(Proposals, Seen)> {
    let since = Window { from: cx.now - WORK_ORDER_DAYS };
    // A day more, because nobody knows Latchel's zone.
    cx.latchel().reach_back(since.from.date_naive() - Days::new(1)).await?;
    let begin = RunBegin::of_all(cx.now, true);
    let warnings = cx.latchel().begin(&begin).await?;

    let mut seen = Seen::default();
    let (properties, places) = Box::pin(properties::propose(cx, observer, &mut seen)).await?;
    let residents = Box::pin(residents::propose(cx, &places, observer, &mut seen)).await?;
    let work_orders = Box::pin(work_orders::propose(cx, &places, (since, observer), &mut seen)).await?;
    seen.units = places.into_units();

    let mut pairs = [properties, residents, work_orders].concat();
    if !warnings.is_empty() {
        pairs.iter_mut().for_each(|pair| pair.decision = AdoptDecision::Undecided);
    }
    Ok((Proposals { pairs, warnings }, seen))
}
