//! A ledger in memory. It keeps the promises of every ledger, and its clock follows tokio's, paused or not.

mod book;
mod leases;
mod mirror;

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};

use self::book::Book;
use self::leases::Leases;
use super::locked;
use crate::Result;
use crate::ledger::{
    Account, AccountState, Counts, Intent, IntentId, Lease, Ledger, LedgerAdmin, NewRun, Outcome, Pending,
    RecordMemory, Run,
};
use crate::model::{Kind, Link, Phase, Reason, RecordKey, RunId, Side};

/// Length of a lease that nobody renews.
const LEASE: Duration = Duration::from_secs(120);

/// A ledger that ends with the process.
#[derive(Debug)]
pub struct MemoryLedger {
    lease: Duration,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    accounts: BTreeMap<String, Account>,
    leases: Leases,
    runs: BTreeMap<RunId, Run>,
    watermarks: BTreeMap<(String, Phase), DateTime<Utc>>,
    reconciled: BTreeMap<String, DateTime<Utc>>,
    states: BTreeMap<String, AccountState>,
    books: BTreeMap<String, Book>,
    mirrors: BTreeMap<String, mirror::Kept>,
}

impl MemoryLedger {
    /// An empty ledger.
    pub fn new() -> Self {
        Self { lease: LEASE, state: Mutex::default() }
    }

    /// The same ledger with another length for leases that nobody renews.
    pub fn with_lease(self, lease: Duration) -> Self {
        Self { lease, ..self }
    }

    /// True if no other run has taken over from the one that got this lease.
    pub fn is_held(&self, lease: &Lease) -> bool {
        self.state().leases.holds(lease)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        locked(&self.state)
    }

    /// Reads an account's records; an empty book where nothing was written yet.
    fn read<T>(&self, account: &str, read: impl FnOnce(&Book) -> T) -> Result<T> {
        Ok(match self.state().books.get(account) {
            Some(book) => read(book),
            None => read(&Book::default()),
        })
    }

    /// Changes an account's records, unless another run has taken over.
    fn write<T>(&self, lease: &Lease, write: impl FnOnce(&mut Book) -> Result<T>) -> Result<T> {
        let mut state = self.state();
        state.leases.fence(lease)?;
        write(state.books.entry(lease.account.clone()).or_default())
    }
}

impl Default for MemoryLedger {
    fn default() -> Self {
        Self::new()
    }
}

#[async_trait]
impl Ledger for MemoryLedger {
    async fn account(&self, name: &str) -> Result<Option<Account>> {
        Ok(self.state().accounts.get(name).cloned())
    }

    async fn add_account(&self, account: &Account) -> Result<()> {
        self.state().accounts.entry(account.name.clone()).or_insert_with(|| account.clone());
        Ok(())
    }

    async fn begin_run(&self, run: &NewRun) -> Result<Lease> {
        let mut state = self.state();
        state.leases.take(run, self.lease)?;
        let begun = Run::begin(run);
        state.states.entry(run.account.clone()).or_default().take(&begun);
        state.runs.insert(run.id, begun);
        Ok(Lease { account: run.account.clone(), run: run.id })
    }

    async fn renew_lease(&self, lease: &Lease) -> Result<()> {
        self.state().leases.renew(lease, self.lease)
    }

    async fn finish_run(&self, run: &Run) -> Result<()> {
        let mut state = self.state();
        state.runs.insert(run.id, run.clone());
        state.leases.give_back(&run.account, run.id);
        let reasons: Vec<_> = AccountState::counted().collect();
        let counts = state.books.get(&run.account).map(|book| book.counts(&reasons)).unwrap_or_default();
        let own = state.states.entry(run.account.clone()).or_default();
        own.take(run);
        own.count(&counts);
        Ok(())
    }

    async fn last_success(&self, account: &str, phase: Phase) -> Result<Option<DateTime<Utc>>> {
        Ok(self.state().watermarks.get(&(account.to_owned(), phase)).copied())
    }

    async fn set_last_success(&self, lease: &Lease, phase: Phase, at: DateTime<Utc>) -> Result<()> {
        let mut state = self.state();
        state.leases.fence(lease)?;
        state.watermarks.insert((lease.account.clone(), phase), at);
        Ok(())
    }

    async fn set_last_reconciled(&self, lease: &Lease, at: DateTime<Utc>) -> Result<()> {
        let mut state = self.state();
        state.leases.fence(lease)?;
        state.reconciled.insert(lease.account.clone(), at);
        Ok(())
    }

    async fn recall(&self, account: &str, keys: &[RecordKey]) -> Result<Vec<RecordMemory>> {
        self.read(account, |book| keys.iter().map(|key| book.recall(key)).collect())
    }

    async fn record(&self, lease: &Lease, outcomes: &[Outcome]) -> Result<()> {
        if outcomes.is_empty() {
            return Ok(());
        }
        self.write(lease, |book| {
            outcomes.iter().for_each(|outcome| book.record(lease.run, outcome));
            Ok(())
        })
    }

    async fn put_link(&self, lease: &Lease, link: &Link) -> Result<()> {
        self.write(lease, |book| book.put_link(link))
    }

    async fn unlink(&self, lease: &Lease, kind: Kind, platform_id: &str) -> Result<bool> {
        self.write(lease, |book| Ok(book.unlink(kind, platform_id)))
    }

    async fn open_intent(&self, lease: &Lease, intent: &Intent) -> Result<()> {
        self.write(lease, |book| {
            book.open_intent(intent);
            Ok(())
        })
    }

    async fn settle_intent(&self, lease: &Lease, intent: IntentId, link: Option<&Link>) -> Result<()> {
        self.write(lease, |book| book.settle_intent(intent, link))
    }

    async fn pending(
        &self,
        account: &str,
        kind: Kind,
        side: Side,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<Pending>> {
        let mut all = self.all_pending(account).await?;
        all.retain(|one| {
            let key = &one.outcome.key;
            (key.kind, key.side, one.dismissed) == (kind, side, false) && after.is_none_or(|id| *key.id > *id)
        });
        all.truncate(limit as usize);
        Ok(all)
    }

    async fn retry(&self, account: &str, key: &RecordKey) -> Result<bool> {
        Ok(self.state().books.get_mut(account).is_some_and(|book| book.retry(key)))
    }

    async fn with_reached_dates(
        &self,
        account: &str,
        today: NaiveDate,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<Link>> {
        let reached = |link: &&Link| link.resident.as_ref().is_some_and(|memory| memory.is_due(today));
        self.read(account, |book| {
            let links = book.links(Kind::Resident, after).filter(reached);
            links.take(limit as usize).cloned().collect()
        })
    }

    async fn find(&self, account: &str, kind: Kind, text: &str) -> Result<Vec<RecordMemory>> {
        self.read(account, |book| book.find(kind, text))
    }

    async fn linked(&self, account: &str, kind: Kind) -> Result<u64> {
        self.read(account, |book| book.links(kind, None).count() as u64)
    }

    async fn links(&self, account: &str, kind: Kind, after: Option<&str>, limit: u32) -> Result<Vec<Link>> {
        self.read(account, |book| book.links(kind, after).take(limit as usize).cloned().collect())
    }
}

#[async_trait]
impl LedgerAdmin for MemoryLedger {
    async fn accounts(&self) -> Result<Vec<Account>> {
        Ok(self.state().accounts.values().cloned().collect())
    }

    async fn set_sync_start(&self, account: &str, sync_start: DateTime<Utc>) -> Result<()> {
        if let Some(account) = self.state().accounts.get_mut(account) {
            account.sync_start = sync_start;
        }
        Ok(())
    }

    async fn runs(&self, account: Option<&str>, limit: u32) -> Result<Vec<Run>> {
        let state = self.state();
        let of_account = |run: &&Run| account.is_none_or(|account| run.account == account);
        Ok(state.runs.values().rev().filter(of_account).take(limit as usize).cloned().collect())
    }

    async fn account_states(&self, account: Option<&str>) -> Result<BTreeMap<String, AccountState>> {
        let state = self.state();
        let mut states = state.states.clone();
        for ((account, phase), at) in &state.watermarks {
            states.entry(account.clone()).or_default().succeeded.insert(*phase, *at);
        }
        for (account, at) in &state.reconciled {
            states.entry(account.clone()).or_default().reconciled = Some(*at);
        }
        states.retain(|name, _| account.is_none_or(|account| account == name));
        Ok(states)
    }

    async fn run(&self, id: RunId) -> Result<Option<Run>> {
        Ok(self.state().runs.get(&id).cloned())
    }

    async fn run_outcomes(&self, id: RunId, after: Option<&RecordKey>, limit: u32) -> Result<Vec<Outcome>> {
        let account = self.state().runs.get(&id).map(|run| run.account.clone());
        self.read(&account.unwrap_or_default(), |book| book.run_outcomes(id, after, limit))
    }

    async fn last_reconciled(&self, account: &str) -> Result<Option<DateTime<Utc>>> {
        Ok(self.state().reconciled.get(account).copied())
    }

    async fn all_pending(&self, account: &str) -> Result<Vec<Pending>> {
        self.read(account, Book::all_pending)
    }

    async fn dismiss(&self, account: &str, key: &RecordKey) -> Result<bool> {
        Ok(self.state().books.get_mut(account).is_some_and(|book| book.dismiss(key)))
    }

    async fn check(&self) -> Result<Vec<String>> {
        let state = self.state();
        let wrong = |(name, book): (&String, &Book)| -> Vec<String> {
            book.check().into_iter().map(|what| format!("{name}: {what}")).collect()
        };
        Ok(state.books.iter().flat_map(wrong).collect())
    }

    async fn counts(&self, account: &str, reasons: &[Reason]) -> Result<Counts> {
        self.read(account, |book| book.counts(reasons))
    }
}
