use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use futures::future::join_all;
use latchel_sync_core::LedgerAdmin;
use latchel_sync_core::engine::StopSignal;
use latchel_sync_ledger::desk::{Desk, Forget};

use crate::access::LogIns;
use crate::accounts::Account;
use crate::alerts::Watcher;
use crate::clock::Clock;
use crate::config::ServerConfig;
use crate::jobs::{Jobs, Worker};
use crate::metrics::Metrics;
use crate::pulse::Pulses;
use crate::schedule::Scheduler;
use crate::upgrade::Upgrade;
use crate::webhooks::{Arrivals, Dispatcher};

/// Everything that the server is made of; each request sees it.
pub struct App {
    /// Configuration of the server.
    pub config: ServerConfig,
    /// The accounts, by name.
    pub accounts: Arc<BTreeMap<String, Arc<Account>>>,
    /// Accounts that are not synced, because their configuration is wrong, by name: what is wrong and what to do, without secrets.
    pub left_out: BTreeMap<String, String>,
    /// Memory of the sync.
    pub ledger: Arc<dyn LedgerAdmin>,
    /// Memory of the server.
    pub desk: Arc<dyn Desk>,
    /// Clock.
    pub clock: Clock,
    /// Jobs of the server.
    pub jobs: Arc<Jobs>,
    /// Metrics that the server counts.
    pub metrics: Arc<Metrics>,
    /// Pulses, which show whether its loops go round.
    pub(crate) pulses: Arc<Pulses>,
    /// This host and process, for people.
    pub host: String,
    /// The log-ins that are being looked at.
    pub(crate) log_ins: LogIns,
    /// Tells of what came by webhook.
    pub(crate) arrivals: Arrivals,
    /// Tells whether the ledger is a newer version's, and ends the work in the background then.
    pub(crate) upgrade: Upgrade,
    /// Asks everything to end.
    pub stop: StopSignal,
}

impl App {
    /// The platform's name for people; of an account that is not there any more it is not known.
    pub(crate) fn platform_title(&self, account: &str) -> &'static str {
        self.accounts.get(account).map_or("the platform", |one| one.platform_title)
    }

    /// Puts the parts together; nothing is done yet.
    pub fn new(
        config: ServerConfig,
        accounts: impl IntoIterator<Item = Account>,
        ledger: Arc<dyn LedgerAdmin>,
        desk: Arc<dyn Desk>,
        clock: Clock,
        host: String,
    ) -> Arc<Self> {
        Self::with_left_out(config, accounts, BTreeMap::new(), (ledger, desk), clock, host)
    }

    /// The same with accounts that are not synced, by name, because of what is wrong with their configuration.
    pub fn with_left_out(
        config: ServerConfig,
        accounts: impl IntoIterator<Item = Account>,
        left_out: BTreeMap<String, String>,
        (ledger, desk): (Arc<dyn LedgerAdmin>, Arc<dyn Desk>),
        clock: Clock,
        host: String,
    ) -> Arc<Self> {
        let by_name = |account: Account| (account.settings.name.clone(), Arc::new(account));
        let accounts: Arc<BTreeMap<_, _>> = Arc::new(accounts.into_iter().map(by_name).collect());
        Arc::new(Self {
            jobs: Arc::new(Jobs::new(config.jobs_at_once)),
            config,
            arrivals: Arrivals::of_accounts(accounts.keys()),
            accounts,
            left_out,
            ledger,
            desk,
            clock,
            metrics: Arc::default(),
            pulses: Arc::default(),
            host,
            log_ins: LogIns::default(),
            upgrade: Upgrade::default(),
            stop: StopSignal::default(),
        })
    }

    /// Does jobs, keeps the schedule, works on what came by webhook and tidies up until [`App::stop`] is set and what is under way has ended.
    pub async fn work(&self) {
        let worker = Worker {
            jobs: self.jobs.clone(),
            accounts: self.accounts.clone(),
            ledger: self.ledger.clone(),
            clock: self.clock,
            host: self.host.clone(),
            metrics: self.metrics.clone(),
            pulses: self.pulses.clone(),
        };
        let scheduler = Scheduler {
            jobs: self.jobs.clone(),
            accounts: self.accounts.clone(),
            ledger: self.ledger.clone(),
            desk: self.desk.clone(),
            clock: self.clock,
            pulses: self.pulses.clone(),
        };
        let rest = self.upgrade.rest();
        let dispatchers = join_all(self.accounts.keys().map(|name| self.dispatcher(name).keep(rest.clone())));
        let work = async {
            tokio::join!(
                self.upgrade.heed(&*self.ledger, &self.stop),
                worker.work(rest.clone()),
                scheduler.keep(rest.clone()),
                dispatchers,
                self.tidy(),
                self.take_up(),
                self.metrics.keep(self.stop.clone()),
                self.watch(),
            )
        };
        self.metrics.scope(work).await;
    }

    fn dispatcher(&self, account: &str) -> Dispatcher {
        Dispatcher {
            account: account.to_owned(),
            jobs: self.jobs.clone(),
            desk: self.desk.clone(),
            clock: self.clock,
            arrivals: self.arrivals.of(account),
        }
    }

    /// Tells people what they should know.
    async fn watch(&self) {
        match Watcher::new(&self.config.alerts) {
            Ok(watcher) => watcher.keep(self).await,
            Err(error) => tracing::error!(%error, "nobody is told of anything: the configuration is wrong"),
        }
    }

    /// Has what came by webhook worked on that another process took and left behind.
    async fn take_up(&self) {
        let rest = self.upgrade.rest();
        while !rest.is_set() {
            match self.desk.left_behind(self.clock.now() - LEFT_BEHIND).await {
                Ok(accounts) => accounts.iter().for_each(|account| self.arrivals.notify(account)),
                Err(error) => {
                    tracing::warn!(%error, "what other processes left behind could not be looked at")
                }
            }
            tokio::select! {
                () = rest.asked() => {}
                () = tokio::time::sleep(BETWEEN_TAKINGS_UP) => {}
            }
        }
    }

    /// Forgets what is older than the retention.
    async fn tidy(&self) {
        let rest = self.upgrade.rest();
        while !rest.is_set() {
            let now = self.clock.now();
            let before = now - self.config.retention;
            let forget = Forget { idle_before: before.max(now - IDLE_KEPT), before };
            match self.desk.prune(forget).await {
                Ok(0) => {}
                Ok(rows) => tracing::info!(rows, "forgot what is older than the retention"),
                Err(error) => tracing::warn!(%error, "the ledger could not be tidied up"),
            }
            tokio::select! {
                () = rest.asked() => {}
                () = tokio::time::sleep(BETWEEN_TIDYINGS) => {}
            }
        }
    }
}

/// Time for which a run is kept that found nothing new, if the retention is longer.
const IDLE_KEPT: TimeDelta = TimeDelta::days(7);
/// Age of a delivery at which any process works on it, not only the one that took it.
const LEFT_BEHIND: TimeDelta = TimeDelta::seconds(8);
const BETWEEN_TAKINGS_UP: Duration = Duration::from_secs(4);
const BETWEEN_TIDYINGS: Duration = Duration::from_secs(60 * 60);

impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("App").field("accounts", &self.accounts.keys()).finish_non_exhaustive()
    }
}
