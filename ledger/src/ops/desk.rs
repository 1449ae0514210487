use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use latchel_sync_core::Result;
use latchel_sync_core::ledger::{Counts, Outcome};
use latchel_sync_core::model::{RecordKey, RunId};
use uuid::Uuid;

use super::{
    Backend, alerts, audit, browsers, causes, days, deliveries, everywhere, kept, outcomes, pauses, prune,
    search, tries, users,
};
use crate::desk::{
    Alert, AuditEntry, Browser, Causes, DayOfRuns, Delivery, Desk, Filter, Forget, Found, FoundIn,
    KeptAccount, Pairing, Pause, Session, TryKey, User, Wrote,
};

#[async_trait]
impl Desk for Backend {
    async fn users(&self) -> Result<Vec<User>> {
        users::all(self.readers()).await
    }

    async fn put_user(&self, user: &User) -> Result<()> {
        users::put(&self.pool, user).await
    }

    async fn remove_user(&self, name: &str) -> Result<bool> {
        users::remove(&self.pool, name).await
    }

    async fn begin_session(&self, session: &Session) -> Result<()> {
        users::begin_session(&self.pool, session).await
    }

    async fn session(&self, id: &str, now: DateTime<Utc>) -> Result<Option<(Session, User)>> {
        users::session(self.readers(), id, now).await
    }

    async fn end_session(&self, id: &str) -> Result<()> {
        users::end_session(&self.pool, id).await
    }

    async fn count_try(&self, keys: &[TryKey], now: DateTime<Utc>) -> Result<TimeDelta> {
        tries::count(&self.pool, keys, now).await
    }

    async fn try_was_right(&self, forgotten: &TryKey, taken_back: &TryKey) -> Result<()> {
        tries::was_right(&self.pool, forgotten, taken_back).await
    }

    async fn offer_pairing(&self, pairing: &Pairing) -> Result<()> {
        browsers::offer(&self.pool, pairing).await
    }

    async fn take_pairing(&self, hash: &str, now: DateTime<Utc>) -> Result<Option<Pairing>> {
        browsers::take(&self.pool, hash, now).await
    }

    async fn add_browser(&self, browser: &Browser) -> Result<()> {
        browsers::add(&self.pool, browser).await
    }

    async fn browsers(&self) -> Result<Vec<Browser>> {
        browsers::all(self.readers()).await
    }

    async fn browser(&self, hash: &str) -> Result<Option<Browser>> {
        browsers::with_hash(self.readers(), hash).await
    }

    async fn put_browser(&self, browser: &Browser) -> Result<()> {
        browsers::put(&self.pool, browser).await
    }

    async fn end_browser(&self, id: Uuid) -> Result<bool> {
        browsers::end(&self.pool, id).await
    }

    async fn note(&self, entry: &AuditEntry) -> Result<()> {
        audit::note(&self.pool, entry).await
    }

    async fn audit(
        &self,
        account: Option<&str>,
        before: Option<Uuid>,
        limit: u32,
    ) -> Result<Vec<AuditEntry>> {
        audit::page(self.readers(), account, before, limit).await
    }

    async fn kept_revision(&self) -> Result<i64> {
        kept::revision(self.readers()).await
    }

    async fn kept_names(&self) -> Result<Vec<String>> {
        kept::names(self.readers()).await
    }

    async fn kept_since(&self, revision: i64) -> Result<Vec<KeptAccount>> {
        kept::since(self.readers(), revision).await
    }

    async fn kept(&self, name: &str) -> Result<Option<KeptAccount>> {
        kept::one(self.readers(), name).await
    }

    async fn put_kept(&self, account: &KeptAccount) -> Result<bool> {
        kept::put(&self.pool, account).await
    }

    async fn remove_kept(&self, name: &str) -> Result<bool> {
        kept::remove(&self.pool, name).await
    }

    async fn pauses(&self) -> Result<Vec<Pause>> {
        pauses::all(self.readers()).await
    }

    async fn pause(&self, pause: &Pause) -> Result<()> {
        pauses::pause(&self.pool, pause).await
    }

    async fn resume(&self, account: &str) -> Result<bool> {
        pauses::resume(&self.pool, account).await
    }

    async fn accept(&self, delivery: &Delivery) -> Result<bool> {
        deliveries::accept(&self.pool, delivery).await
    }

    async fn deliveries(&self, account: &str, limit: u32) -> Result<Vec<Delivery>> {
        deliveries::open(&self.pool, account, limit).await
    }

    async fn left_behind(&self, before: DateTime<Utc>) -> Result<Vec<String>> {
        deliveries::left_behind(self.readers(), before).await
    }

    async fn worked_on(&self, deliveries: &[Uuid]) -> Result<()> {
        deliveries::worked_on(&self.pool, deliveries).await
    }

    async fn alerts(&self) -> Result<Vec<Alert>> {
        alerts::all(self.readers()).await
    }

    async fn put_alert(&self, alert: &Alert) -> Result<()> {
        alerts::put(&self.pool, alert).await
    }

    async fn end_alert(&self, account: &str, kind: &str) -> Result<()> {
        alerts::end(&self.pool, account, kind).await
    }

    async fn find_outcomes(
        &self,
        account: &str,
        filter: &Filter,
        after: Option<&RecordKey>,
        limit: u32,
    ) -> Result<Vec<Found>> {
        search::outcomes(self.readers(), account, filter, after, limit).await
    }

    async fn search(&self, text: &str, limit: u32) -> Result<Vec<FoundIn>> {
        everywhere::search(self.readers(), text, limit).await
    }

    async fn of_run(
        &self,
        run: RunId,
        wrote: Wrote,
        after: Option<&RecordKey>,
        limit: u32,
    ) -> Result<Vec<Outcome>> {
        outcomes::by_action(self.readers(), run, wrote, after, limit).await
    }

    async fn find_outcomes_before(
        &self,
        account: &str,
        filter: &Filter,
        before: &RecordKey,
        limit: u32,
    ) -> Result<Vec<Found>> {
        search::outcomes_before(self.readers(), account, filter, before, limit).await
    }

    async fn count_outcomes(&self, account: &str, filter: &Filter) -> Result<Counts> {
        search::count(self.readers(), account, filter).await
    }

    async fn causes(&self, account: &str, most: u32) -> Result<Causes> {
        causes::all(self.readers(), account, most).await
    }

    async fn history(&self, account: &str, key: &RecordKey, limit: u32) -> Result<Vec<Outcome>> {
        search::history(self.readers(), account, key, limit).await
    }

    async fn run_days(&self, accounts: &[String], from: NaiveDate) -> Result<Vec<DayOfRuns>> {
        days::read(self.readers(), accounts, from).await
    }

    async fn prune(&self, forget: Forget) -> Result<u64> {
        prune::prune(&self.pool, forget).await
    }
}
