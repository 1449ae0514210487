//! Explanations: what a run would do with a record, and why.

mod explanation;
mod gone;
mod named;
mod record;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Deserialize;
use tokio::time::Instant;
use uuid::Uuid;

pub use explanation::Explanation;
use named::{Named, guessed};
use record::explain;

use crate::Result;
use crate::engine::context::{Context, Purpose};
use crate::engine::masked::masked;
use crate::engine::phases::export::Export;
use crate::engine::phases::import::Import;
use crate::engine::phases::property::Properties;
use crate::engine::phases::resident::Residents;
use crate::engine::{Engine, StopSignal};
use crate::ledger::{Lease, bare, exact, look_up};
use crate::model::{
    Job, Kind, LatchelPropertyId, LatchelResidentId, Phase, Reason, RecordKey, RuleId, RunId, Side, WorkOrder,
};
use crate::rules::{Trace, work_order_differences};

impl Engine {
    /// Explains the records of `kind` that `text` names: an id of either side, a number, a part of a property's name. Empty
    /// if neither side nor the ledger knows one.
    ///
    /// # Errors
    ///
    /// If one of the two systems or the ledger cannot be read.
    pub async fn explain(&self, kind: Kind, text: &str, now: DateTime<Utc>) -> Result<Vec<Explanation>> {
        let cx = self.explaining(kind, now).await?;
        let account = self.ledger.account(&self.account.name).await?;
        let added_at = account.map_or(now, |account| account.created_at);
        let keys = self.keys(kind, text).await?;
        let on = |side| keys.iter().filter(|(key, _)| key.side == side).collect::<Vec<_>>();
        let window = async |phase| self.window_now(&cx, phase, added_at).await;
        let mut explained = match kind {
            Kind::Property => {
                explain(&Properties(&cx), window(Phase::Properties).await?, &on(Side::Platform)).await?
            }
            Kind::Resident => {
                explain(&Residents(&cx), window(Phase::Residents).await?, &on(Side::Platform)).await?
            }
            Kind::WorkOrder => {
                let (to_latchel, to_platform) = (Phase::WorkOrdersToLatchel, Phase::WorkOrdersToPlatform);
                let mut both = explain(&Import(&cx), window(to_latchel).await?, &on(Side::Platform)).await?;
                both.extend(explain(&Export(&cx), window(to_platform).await?, &on(Side::Latchel)).await?);
                compared(both)
            }
        };
        explained.extend(self.latchel_only(kind, text).await?);
        Ok(explained)
    }

    /// The records of `kind` that `text` may name: an id of either side, or a work order's number. One that is not in the
    /// ledger may not exist.
    ///
    /// # Errors
    ///
    /// If the ledger cannot be read.
    pub async fn named(&self, kind: Kind, text: &str) -> Result<Vec<RecordKey>> {
        Ok(self.keys(kind, text).await?.into_keys().collect())
    }

    /// Reads all that is needed to take records of `kind` through a run's steps without a write.
    pub(super) async fn explaining(&self, kind: Kind, now: DateTime<Utc>) -> Result<Context<'_>> {
        let account = self.ledger.account(&self.account.name).await?;
        let sync_start = account.map_or(now, |account| account.sync_start);
        let phases: Vec<Phase> = Phase::ALL.into_iter().filter(|phase| phase.kind() == kind).collect();
        // Nothing is written, so that this lease need not be held.
        let lease = Lease { account: self.account.name.clone(), run: RunId(Uuid::now_v7()) };
        let stop = StopSignal::default();
        let clock = (now, Instant::now());
        Context::prepare(self, lease, Purpose::Explain, clock, sync_start, &phases, &stop).await
    }

    /// The records that `text` may name: what the ledger finds, and the text itself taken as an id.
    async fn keys(&self, kind: Kind, text: &str) -> Result<BTreeMap<RecordKey, Named>> {
        let mut keys = guessed(kind, text);
        for memory in look_up(&*self.ledger, &self.account.name, kind, text).await? {
            if let Some(link) = &memory.link {
                keys.insert(link.key(Side::Platform), Named::InLedger);
                keys.insert(link.key(Side::Latchel), Named::InLedger);
            }
            keys.insert(memory.key, Named::InLedger);
        }
        Ok(keys)
    }

    /// Explains a property or resident that exists in Latchel alone (rule L1).
    async fn latchel_only(&self, kind: Kind, text: &str) -> Result<Option<Explanation>> {
        let id = exact(kind, text).filter(|key| key.side == Side::Latchel).map(|key| key.id);
        let Ok(id) = id.as_deref().unwrap_or(bare(text)).parse::<i64>() else { return Ok(None) };
        let held = match kind {
            Kind::Property => {
                let found = self.latchel.properties_by_id(&[LatchelPropertyId(id)]).await?;
                let alone = found.iter().find(|one| one.reference.is_none());
                alone.and_then(|one| Some((one.name.clone(), serde_json::to_value(one).ok()?)))
            }
            Kind::Resident => {
                let found = self.latchel.residents_by_id(&[LatchelResidentId(id)]).await?;
                let alone = found.iter().find(|one| one.reference.is_none());
                alone.and_then(|one| Some((String::new(), serde_json::to_value(one).ok()?)))
            }
            Kind::WorkOrder => None,
        };
        let mut trace = Trace::on();
        trace.check(RuleId::L1, "Does it carry a reference to the platform?", &"no", true);
        let key = RecordKey::latchel(kind, id);
        Ok(held.map(|(label, held)| Explanation {
            label,
            latchel: Some(masked(held)),
            ..Explanation::new(key, Reason::LatchelOnly, trace)
        }))
    }
}

/// Compares the two halves of a pair of work orders, which are explained one by one. What the rules bring over of their
/// differences is the way to the platform.
fn compared(explained: Vec<Explanation>) -> Vec<Explanation> {
    let platform = explained.iter().find_map(|one| WorkOrder::deserialize(one.platform.as_ref()?).ok());
    let Some(platform) = platform else { return explained };
    let of_pair =
        |one: &Explanation| one.link.as_ref().is_some_and(|link| link.platform_id == platform.id.as_str());
    let compared = |one: Explanation| match one.latchel.as_ref().and_then(|held| Job::deserialize(held).ok())
    {
        Some(job) if of_pair(&one) => one.differing(work_order_differences(&platform, &job)),
        _ => one,
    };
    explained.into_iter().map(compared).collect()
}
