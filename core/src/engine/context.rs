use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use futures::future::try_join3;
use tokio::sync::OnceCell;
use tokio::time::Instant;

use crate::engine::exclusions::ExcludedGroups;
use crate::engine::lease::{PROMPT, RENEW_AFTER};
use crate::engine::phases::adoption::Adoption;
use crate::engine::phases::taken_over;
use crate::engine::{Engine, StopSignal};
use crate::ledger::{Intent, IntentId, Lease, RecordMemory};
use crate::model::{
    Kind, LatchelProperty, LatchelPropertyId, Link, Origin, Phase, Policy, PortfolioId, PropertyRef,
    RecordKey, RunId, Side, SyncMethod, User, UserId,
};
use crate::rules::{Assignees, Remembered, choose_latchel_user};
use crate::{Error, ErrorKind, Finding, Latchel, LatchelOnly, Ledger, Platform, Result};

/// Purpose of a look at a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// To write.
    Apply,
    /// To say what would be written; links that the writes would make are kept in the overlay.
    Plan,
    /// To explain the record; nothing is kept.
    Explain,
}

/// State that every step of a run needs, read once at its start.
pub(super) struct Context<'a> {
    engine: &'a Engine,
    pub run: RunId,
    pub lease: Lease,
    pub purpose: Purpose,
    pub now: DateTime<Utc>,
    pub today: NaiveDate,
    pub sync_start: DateTime<Utc>,
    pub portfolios: HashMap<PortfolioId, SyncMethod>,
    pub assignees: Assignees,
    pub stop: StopSignal,
    /// True while the phase at hand is one that no run of the account has gone through yet (rule W5).
    first: AtomicBool,
    latchel_user: Result<User, String>,
    excluded_groups: ExcludedGroups,
    latchel_only: OnceCell<LatchelOnly>,
    adoption: OnceCell<Adoption>,
    next_planned_id: AtomicI64,
    started: Instant,
    changes: AtomicU64,
    /// Time of the lease's last renewal, in milliseconds after `started`.
    renewed: AtomicU64,
}

impl<'a> Context<'a> {
    /// Reads what `phases` need: users and portfolios for work orders, groups where the policy excludes some. `now` is
    /// the time at the monotonic instant `started`, from which [`Self::clock`] counts, so that a process that stood
    /// still before it got here dates no later call too early.
    pub async fn prepare(
        engine: &'a Engine,
        lease: Lease,
        purpose: Purpose,
        (now, started): (DateTime<Utc>, Instant),
        sync_start: DateTime<Utc>,
        phases: &[Phase],
        stop: &StopSignal,
    ) -> Result<Self> {
        let policy = &engine.account.policy;
        let work_orders = phases.iter().any(|phase| phase.kind() == Kind::WorkOrder);
        let users = async { if work_orders { engine.platform.users().await } else { Ok(Vec::new()) } };
        let portfolios =
            async { if work_orders { engine.latchel.portfolios().await } else { Ok(Vec::new()) } };
        let properties = phases.contains(&Phase::Properties);
        let excluded = ExcludedGroups::read(&*engine.platform, &policy.exclude);
        let groups = async { if properties { excluded.await } else { Ok(ExcludedGroups::default()) } };
        let (users, portfolios, excluded_groups) = try_join3(users, portfolios, groups).await?;
        Ok(Self {
            engine,
            run: lease.run,
            lease,
            purpose,
            now,
            today: engine.local_date(now),
            sync_start,
            portfolios: portfolios.into_iter().filter_map(|one| Some((one.id, one.sync_method?))).collect(),
            assignees: Assignees::among(&users, policy),
            stop: stop.clone(),
            first: AtomicBool::new(false),
            latchel_user: choose_latchel_user(&users, policy).cloned(),
            excluded_groups,
            latchel_only: OnceCell::new(),
            adoption: OnceCell::new(),
            next_planned_id: AtomicI64::new(-1),
            started,
            changes: AtomicU64::new(0),
            renewed: AtomicU64::new(0),
        })
    }

    /// Present time: the run's *now* and the time that has passed since. It dates calls; rules decide by *now* alone.
    pub fn clock(&self) -> DateTime<Utc> {
        self.now + self.started.elapsed()
    }

    /// Takes note of the last success of the phase that comes next; `None` if it has never succeeded.
    pub fn goes_on_from(&self, last_success: Option<DateTime<Utc>>) {
        self.first.store(last_success.is_none(), Ordering::Relaxed);
    }

    /// Memory of the content of a record of the phase at hand (rule W5).
    pub fn remembered<'m>(&self, memory: &'m RecordMemory) -> Remembered<'m> {
        match memory.outcome.as_deref().and_then(|newest| newest.fingerprint.as_ref()) {
            Some(fingerprint) => Remembered::Fingerprint(fingerprint),
            None if self.first.load(Ordering::Relaxed) => Remembered::NothingYet,
            None => Remembered::Nothing,
        }
    }

    /// The account's local date of an instant.
    pub fn date(&self, at: DateTime<Utc>) -> NaiveDate {
        self.engine.local_date(at)
    }

    /// Renews the lease, directly before each call that writes. If the answer took longer than `PROMPT`, the lease may
    /// have been lost since it was given, and the ledger is asked again. Fails with [`ErrorKind::Busy`] if another run
    /// has taken over.
    pub async fn renew_lease(&self) -> Result<()> {
        let mut asked = Instant::now();
        self.ledger().renew_lease(&self.lease).await?;
        while asked.elapsed() > PROMPT {
            asked = Instant::now();
            self.ledger().renew_lease(&self.lease).await?;
        }
        let renewed = u64::try_from(asked.duration_since(self.started).as_millis()).unwrap_or(u64::MAX);
        self.renewed.fetch_max(renewed, Ordering::Relaxed);
        Ok(())
    }

    /// Renews the lease if the last renewal is `RENEW_AFTER` or longer ago.
    pub async fn keep_lease(&self) -> Result<()> {
        let renewed = self.started + Duration::from_millis(self.renewed.load(Ordering::Relaxed));
        if renewed.elapsed() < RENEW_AFTER { Ok(()) } else { self.renew_lease().await }
    }

    /// Number of changes that this run has made in either system or in the ledger's links and intents. If it differs
    /// from the number when a read began, what was read may be out of date.
    pub fn changes(&self) -> u64 {
        self.changes.load(Ordering::Relaxed)
    }

    /// Counts a change, once it is made.
    pub fn changed(&self) {
        self.changes.fetch_add(1, Ordering::Relaxed);
    }

    /// Writes an intent down, which the ledger accepts only from the run that holds the lease. The lease then lasts for
    /// the call that follows: if it may be overdue it is renewed, because another run could take it while that call is
    /// on its way.
    pub async fn open_intent(&self, intent: &Intent) -> Result<()> {
        let asked = Instant::now();
        self.ledger().open_intent(&self.lease, intent).await?;
        self.changed();
        if asked.elapsed() > PROMPT { self.renew_lease().await } else { self.keep_lease().await }
    }

    /// Ends an intent: with the link that came of it, or without one.
    pub async fn settle_intent(&self, intent: IntentId, link: Option<&Link>) -> Result<()> {
        let settled = self.ledger().settle_intent(&self.lease, intent, link).await;
        self.changed();
        settled
    }

    pub fn account(&self) -> &str {
        &self.engine.account.name
    }

    pub fn policy(&self) -> &Policy {
        &self.engine.account.policy
    }

    pub fn platform(&self) -> &'a dyn Platform {
        &*self.engine.platform
    }

    pub fn latchel(&self) -> &'a dyn Latchel {
        &*self.engine.latchel
    }

    pub fn ledger(&self) -> &'a dyn Ledger {
        &*self.engine.ledger
    }

    /// The account's time zone.
    pub fn zone(&self) -> Tz {
        self.engine.account.time_zone
    }

    /// True if nothing is to be written to either system.
    pub fn is_dry(&self) -> bool {
        self.purpose != Purpose::Apply
    }

    /// Counts of records that were made by hand in Latchel (rule L1), read once a run.
    pub async fn latchel_only(&self) -> Result<LatchelOnly> {
        let count = || self.reading(self.latchel().latchel_only());
        self.latchel_only.get_or_try_init(count).await.copied()
    }

    /// Properties that Latchel may have under other references, read once a run, before the first create (rule A1).
    pub async fn adoption(&self) -> Result<&Adoption> {
        self.adoption.get_or_try_init(|| Box::pin(self.reading(Box::pin(Adoption::look_up(self))))).await
    }

    /// The Latchel user (rule M3); [`ErrorKind::Config`] if there is not exactly one.
    pub fn latchel_user(&self) -> Result<&User> {
        self.latchel_user.as_ref().map_err(|problem| Error::new(ErrorKind::Config, problem.clone()))
    }

    /// Assignee of new work orders (rule L6); `None` if the platform cannot assign.
    pub fn assignee(&self) -> Result<Option<UserId>> {
        let assigns = self.platform().capabilities().assign_user;
        assigns.then(|| Ok(self.latchel_user()?.id.clone())).transpose()
    }

    /// Entries of the configuration that exclude nothing (rule P5), as warnings.
    pub fn idle_exclusions(&self) -> impl Iterator<Item = String> {
        self.excluded_groups.idle().iter().map(Finding::sentence)
    }

    /// The entry of the configuration that excludes a property (rule P5).
    pub fn excluded_by(&self, reference: &PropertyRef) -> Option<String> {
        let excluded = &self.policy().exclude.properties;
        let property = reference.property.as_str();
        if excluded.contains(property) {
            return Some(format!("property {property}"));
        }
        let unit = reference.key();
        if excluded.contains(&unit) {
            return Some(format!("unit {unit}"));
        }
        self.excluded_groups.of(property)
    }

    /// Memories of the records with these ids on one side, in the order of the ids.
    pub async fn recall(
        &self,
        kind: Kind,
        side: Side,
        ids: impl IntoIterator<Item = String>,
    ) -> Result<Vec<RecordMemory>> {
        let keys: Vec<_> = ids.into_iter().map(|id| RecordKey { kind, side, id }).collect();
        if keys.is_empty() { Ok(Vec::new()) } else { self.ledger().recall(self.account(), &keys).await }
    }

    /// The Latchel properties for these rentable units: those that were taken over by their link (rule A2), others by reference, else
    /// by link; in a plan also those that the same plan would create.
    pub async fn latchel_properties(
        &self,
        refs: HashSet<PropertyRef>,
    ) -> Result<HashMap<PropertyRef, LatchelProperty>> {
        let mut wanted: Vec<_> = refs.into_iter().collect();
        wanted.sort();
        if wanted.is_empty() {
            return Ok(HashMap::new());
        }
        let memories =
            self.recall(Kind::Property, Side::Platform, wanted.iter().map(PropertyRef::key)).await?;
        let wanted: Vec<_> = wanted.into_iter().zip(memories.into_iter().map(|memory| memory.link)).collect();
        let may_refer =
            |link: &Option<Box<Link>>| link.as_ref().is_none_or(|link| link.origin != Origin::Adopted);
        let referring: Vec<_> =
            wanted.iter().filter(|(_, link)| may_refer(link)).map(|(one, _)| one.clone()).collect();
        let mut found: HashMap<PropertyRef, LatchelProperty> = HashMap::new();
        for property in taken_over::properties_by_ref(self, &referring).await? {
            let Some(reference) = property.reference.clone() else { continue };
            // Of several with one reference an active one counts, then the one with the lowest id.
            match found.get(&reference) {
                Some(other) if (other.is_active, -other.id.0) >= (property.is_active, -property.id.0) => {}
                _ => {
                    found.insert(reference, property);
                }
            }
        }

        let missing = wanted.into_iter().filter(|(reference, _)| !found.contains_key(reference));
        let links: Vec<_> = missing.filter_map(|(reference, link)| Some((reference, link?))).collect();
        let ids: Vec<_> =
            links.iter().map(|(_, link)| LatchelPropertyId(link.latchel_id)).filter(|id| id.0 > 0).collect();
        // Properties that a plan would create have negative ids: Latchel is not asked for those.
        let by_id = if ids.is_empty() { Vec::new() } else { self.latchel().properties_by_id(&ids).await? };
        let by_id: HashMap<_, _> = by_id.into_iter().map(|property| (property.id, property)).collect();
        for (reference, link) in links {
            let id = LatchelPropertyId(link.latchel_id);
            let planned = || (id.0 < 0).then(|| planned_property(id, &reference));
            if let Some(property) = by_id.get(&id).cloned().or_else(planned) {
                found.insert(reference, property);
            }
        }
        Ok(found)
    }

    /// A link of this run, verified now.
    pub fn link(&self, kind: Kind, platform_id: impl ToString, latchel_id: i64, origin: Origin) -> Link {
        Link {
            kind,
            platform_id: platform_id.to_string(),
            latchel_id,
            origin,
            run: self.run,
            created_at: self.now,
            verified_at: Some(self.now),
            platform_number: None,
            latchel_number: None,
            number_written_at: None,
            close: None,
            resident: None,
            sent_for: None,
            not_stored: Vec::new(),
        }
    }

    /// Saves a link, unless the record is only being explained.
    pub async fn put_link(&self, link: &Link) -> Result<()> {
        match self.purpose {
            Purpose::Explain => Ok(()),
            Purpose::Apply | Purpose::Plan => {
                let put = self.ledger().put_link(&self.lease, link).await;
                self.changed();
                put
            }
        }
    }

    /// An id for a record that a plan would create; negative, so that it equals no real one.
    pub fn planned_id(&self) -> i64 {
        self.next_planned_id.fetch_sub(1, Ordering::Relaxed)
    }
}

impl Engine {
    /// The account's local date of an instant.
    pub(super) fn local_date(&self, at: DateTime<Utc>) -> NaiveDate {
        at.with_timezone(&self.account.time_zone).date_naive()
    }
}

fn planned_property(id: LatchelPropertyId, reference: &PropertyRef) -> LatchelProperty {
    LatchelProperty {
        id,
        portfolio: None,
        reference: Some(reference.clone()),
        name: String::new(),
        source_address: crate::model::Address::default(),
        integration_data: None,
        is_active: true,
        sync_method: None,
    }
}
