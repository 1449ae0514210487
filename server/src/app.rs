use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use latchel_sync_core::engine::StopSignal;
use latchel_sync_core::{LedgerAdmin, Result};
use latchel_sync_ledger::desk::{Desk, Forget};
use tokio::sync::Mutex;
use tokio::task::{AbortHandle, JoinSet};

use crate::access::LogIns;
use crate::access::browser::Pairings;
use crate::accounts::{Account, Accounts, Keeper, Served};
use crate::alerts::Watcher;
use crate::clock::Clock;
use crate::config::ServerConfig;
use crate::jobs::{Jobs, Worker};
use crate::metrics::Metrics;
use crate::pulse::Pulses;
use crate::schedule::Scheduler;
use crate::webhooks::{Arrivals, Dispatcher};

/// Everything that the server is made of; each request sees it.
pub struct App {
    /// Configuration of the server.
    pub config: ServerConfig,
    /// The accounts.
    pub accounts: Arc<Accounts>,
    /// Keeper of those whose configuration is in the ledger, where there is one.
    pub keeper: Option<Arc<dyn Keeper>>,
    taking_up: Mutex<()>,
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
    /// The log-ins that were tried lately.
    pub(crate) log_ins: LogIns,
    /// The codes that were tried lately, to connect a browser.
    pub(crate) pairings: Pairings,
    /// Tells of what came by webhook.
    pub(crate) arrivals: Arrivals,
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
        Self::serving(config, (Served::all(accounts), None), (ledger, desk), clock, host)
    }

    /// The same with accounts that may be left out, and with the keeper of those that may change.
    pub fn serving(
        config: ServerConfig,
        (served, keeper): (Served, Option<Arc<dyn Keeper>>),
        (ledger, desk): (Arc<dyn LedgerAdmin>, Arc<dyn Desk>),
        clock: Clock,
        host: String,
    ) -> Arc<Self> {
        Arc::new(Self {
            jobs: Arc::new(Jobs::new(config.jobs_at_once)),
            config,
            arrivals: Arrivals::default(),
            accounts: Arc::new(Accounts::new(served)),
            keeper,
            taking_up: Mutex::default(),
            ledger,
            desk,
            clock,
            metrics: Arc::default(),
            pulses: Arc::default(),
            host,
            log_ins: LogIns::default(),
            pairings: Pairings::default(),
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
        let work = async {
            tokio::join!(
                worker.work(self.stop.clone()),
                scheduler.keep(self.stop.clone()),
                self.dispatch(),
                self.let_go(),
                self.keep_up(),
                self.tidy(),
                self.take_up(),
                self.metrics.keep(self.stop.clone()),
                self.watch(),
            )
        };
        self.metrics.scope(work).await;
    }

    /// Works on what came by webhook for the accounts that are synced, whichever these are now.
    async fn dispatch(&self) {
        let mut changes = self.accounts.changes();
        let (mut working, mut tasks) = (HashMap::new(), JoinSet::new());
        while !self.stop.is_set() {
            let served = changes.borrow_and_update().clone();
            working.retain(|name, task: &mut AbortHandle| {
                let stays = served.synced.contains_key(name);
                if !stays {
                    // What it has not worked on is still in the ledger.
                    task.abort();
                }
                stays
            });
            for name in served.synced.keys() {
                if !working.contains_key(name) {
                    let task = tasks.spawn(self.dispatcher(name).keep(self.stop.clone()));
                    working.insert(name.clone(), task);
                }
            }
            drop(served);
            tokio::select! {
                () = self.stop.asked() => {}
                _ = changes.changed() => {}
            }
        }
        while tasks.join_next().await.is_some() {}
    }

    /// Takes up the changes of the accounts that the ledger keeps.
    async fn keep_up(&self) {
        while !self.stop.is_set() {
            if let Err(error) = self.take_up_accounts().await {
                tracing::warn!(%error, "the accounts of the ledger could not be looked at");
            }
            tokio::select! {
                () = self.stop.asked() => {}
                () = tokio::time::sleep(BETWEEN_LOOKS_AT_ACCOUNTS) => {}
            }
        }
    }

    /// Serves the accounts of the ledger as they are now.
    ///
    /// # Errors
    ///
    /// If the ledger cannot be read.
    pub(crate) async fn take_up_accounts(&self) -> Result<()> {
        let Some(keeper) = &self.keeper else { return Ok(()) };
        // Older news never follow newer ones.
        let _turn = self.taking_up.lock().await;
        if let Some(served) = keeper.news().await? {
            self.accounts.replace(served);
        }
        Ok(())
    }

    /// Lets go of connections to systems that nobody used for long.
    async fn let_go(&self) {
        while !self.stop.is_set() {
            tokio::select! {
                () = self.stop.asked() => {}
                () = tokio::time::sleep(BETWEEN_LETTINGS_GO) => {}
            }
            self.accounts.now().synced.values().for_each(|one| one.systems.tidy(LONGEST_UNUSED));
        }
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
        while !self.stop.is_set() {
            match self.desk.left_behind(self.clock.now() - LEFT_BEHIND).await {
                Ok(accounts) => accounts.iter().for_each(|account| self.arrivals.notify(account)),
                Err(error) => {
                    tracing::warn!(%error, "what other processes left behind could not be looked at")
                }
            }
            tokio::select! {
                () = self.stop.asked() => {}
                () = tokio::time::sleep(BETWEEN_TAKINGS_UP) => {}
            }
        }
    }

    /// Forgets what is older than the retention.
    async fn tidy(&self) {
        while !self.stop.is_set() {
            let now = self.clock.now();
            let before = now - self.config.retention;
            let forget = Forget { idle_before: before.max(now - IDLE_KEPT), before };
            match self.desk.prune(forget).await {
                Ok(0) => {}
                Ok(rows) => tracing::info!(rows, "forgot what is older than the retention"),
                Err(error) => tracing::warn!(%error, "the ledger could not be tidied up"),
            }
            tokio::select! {
                () = self.stop.asked() => {}
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
const BETWEEN_LOOKS_AT_ACCOUNTS: Duration = Duration::from_secs(3);
const BETWEEN_LETTINGS_GO: Duration = Duration::from_secs(5 * 60);
/// Time after which an account's unused connections are let go of: longer than any limit of calls reaches back, because with them goes the
/// memory of the calls that were made.
const LONGEST_UNUSED: Duration = Duration::from_secs(2 * 60 * 60);

impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("App").field("accounts", &self.accounts.now().synced.keys()).finish_non_exhaustive()
    }
}
