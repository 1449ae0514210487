use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use futures::future::BoxFuture;
use latchel_sync_core::engine::StopSignal;
use latchel_sync_core::{LedgerAdmin, Result};
use latchel_sync_ledger::desk::{Desk, Forget};
use latchel_sync_ledger::jobs::SharedJobs;
use tokio::sync::Mutex;
use tokio::task::{AbortHandle, JoinSet};
use uuid::Uuid;

use crate::access::LogIns;
use crate::accounts::{Account, Accounts, Keeper, Served};
use crate::alerts::Watcher;
use crate::clock::Clock;
use crate::config::{ServerConfig, ServerRole};
use crate::jobs::{Jobs, Queue, Shared, SharedWorker, Worker};
use crate::metrics::Metrics;
use crate::pulse::Pulses;
use crate::schedule::Scheduler;
use crate::upgrade::Upgrade;
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
    /// Jobs of the server, or of all servers on this ledger.
    pub jobs: Arc<dyn Queue>,
    /// The jobs that are under way in this process.
    local: Arc<Jobs>,
    /// The jobs that all processes share, if they do.
    shared: Option<Arc<Shared>>,
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
        Self::serving(config, (Served::all(accounts), None), (ledger, desk, None), clock, host)
    }

    /// The same with accounts that may be left out, with the keeper of those that may change, and with the jobs that all processes
    /// on the ledger share, if they do.
    pub fn serving(
        config: ServerConfig,
        (served, keeper): (Served, Option<Arc<dyn Keeper>>),
        (ledger, desk, shared): (Arc<dyn LedgerAdmin>, Arc<dyn Desk>, Option<SharedJobs>),
        clock: Clock,
        host: String,
    ) -> Arc<Self> {
        let local = Arc::new(Jobs::new(config.jobs_at_once));
        let shared = shared.map(|store| Arc::new(Shared::new(store, local.clone(), clock)));
        let jobs: Arc<dyn Queue> = match &shared {
            Some(shared) => shared.clone(),
            None => local.clone(),
        };
        Arc::new(Self {
            jobs,
            local,
            shared,
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
            upgrade: Upgrade::default(),
            stop: StopSignal::default(),
        })
    }

    /// Does jobs, keeps the schedule, works on what came by webhook and tidies up until [`App::stop`] is set and what is under way
    /// has ended. A process for the pages alone does none of this.
    pub async fn work(&self) {
        let rest = self.upgrade.rest();
        // In boxes, so that what the others need takes no room on the stack.
        let work: BoxFuture<'_, ()> = match (&self.shared, self.config.role) {
            (Some(_), ServerRole::Web) => Box::pin(async {
                let metrics = self.metrics.keep(self.stop.clone());
                tokio::join!(self.look(), self.keep_accounts(), metrics);
            }),
            (Some(shared), _) => Box::pin(async {
                let worker = SharedWorker {
                    worker: self.worker(),
                    shared: shared.clone(),
                    desk: self.desk.clone(),
                    name: format!("{}, {}", self.host, Uuid::now_v7()).into(),
                };
                tokio::join!(worker.work(rest.clone()), self.look(), self.keep_up());
            }),
            (None, _) => Box::pin(async {
                let scheduler = self.scheduler().keep(rest.clone());
                let worker = self.worker().work(rest.clone());
                tokio::join!(worker, scheduler, self.dispatch(), self.keep_up());
            }),
        };
        let heed = self.upgrade.heed(&*self.ledger, &self.stop);
        self.metrics.scope(async { tokio::join!(heed, work) }).await;
    }

    /// Does what is to be done beside the jobs.
    async fn keep_up(&self) {
        tokio::join!(
            self.keep_accounts(),
            self.let_go(),
            self.tidy(),
            self.take_up(),
            self.metrics.keep(self.stop.clone()),
            self.watch(),
        );
    }

    /// Has whoever watches the jobs look again each second: nobody tells of what other processes do.
    async fn look(&self) {
        while !self.stop.is_set() {
            self.local.changed_elsewhere();
            tokio::select! {
                () = self.stop.asked() => {}
                () = tokio::time::sleep(BETWEEN_LOOKS) => {}
            }
        }
    }

    /// True if this process has a duty that one at a time has, and has it then for so long at least.
    pub(crate) async fn has_duty(&self, name: &str, length: TimeDelta) -> bool {
        let Some(shared) = &self.shared else { return true };
        shared.store.take_duty(name, &self.host, length).await.unwrap_or_else(|error| {
            tracing::warn!(%error, duty = name, "it could not be found out which process has a duty");
            false
        })
    }

    /// Has somebody work on what an account's webhooks told of.
    pub(crate) async fn told(&self, account: &str) {
        let Some(shared) = &self.shared else { return self.arrivals.notify(account) };
        if let Err(error) = shared.told(account).await {
            // What is kept is taken up later.
            tracing::warn!(account, %error, "nobody could be told of what came by webhook");
        }
    }

    fn worker(&self) -> Worker {
        Worker {
            jobs: self.local.clone(),
            accounts: self.accounts.clone(),
            ledger: self.ledger.clone(),
            clock: self.clock,
            host: self.host.clone(),
            metrics: self.metrics.clone(),
            pulses: self.pulses.clone(),
        }
    }

    fn scheduler(&self) -> Scheduler {
        Scheduler {
            jobs: self.local.clone(),
            accounts: self.accounts.clone(),
            ledger: self.ledger.clone(),
            desk: self.desk.clone(),
            clock: self.clock,
            pulses: self.pulses.clone(),
        }
    }

    /// Works on what came by webhook for the accounts that are synced, whichever these are now.
    async fn dispatch(&self) {
        let (mut changes, rest) = (self.accounts.changes(), self.upgrade.rest());
        let (mut working, mut tasks) = (HashMap::new(), JoinSet::new());
        while !rest.is_set() {
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
                    let task = tasks.spawn(self.dispatcher(name).keep(rest.clone()));
                    working.insert(name.clone(), task);
                }
            }
            drop(served);
            tokio::select! {
                () = rest.asked() => {}
                _ = changes.changed() => {}
            }
        }
        while tasks.join_next().await.is_some() {}
    }

    /// Takes up the changes of the accounts that the ledger keeps.
    async fn keep_accounts(&self) {
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
            jobs: self.local.clone(),
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
                Ok(accounts) => {
                    for account in accounts.iter().filter(|account| self.accounts.contains_key(account)) {
                        self.left_behind(account).await;
                    }
                }
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

    async fn left_behind(&self, account: &str) {
        let Some(shared) = &self.shared else { return self.arrivals.notify(account) };
        if let Err(error) = shared.left_behind(account).await {
            tracing::warn!(account, %error, "what other processes left behind could not be taken up");
        }
    }

    /// Forgets what is older than the retention.
    async fn tidy(&self) {
        let rest = self.upgrade.rest();
        while !rest.is_set() {
            if self.has_duty("tidying up", TIDYING).await {
                self.forget().await;
            }
            tokio::select! {
                () = rest.asked() => {}
                () = tokio::time::sleep(BETWEEN_TIDYINGS) => {}
            }
        }
    }

    async fn forget(&self) {
        let now = self.clock.now();
        let before = now - self.config.retention;
        let forget = Forget { idle_before: before.max(now - IDLE_KEPT), before };
        match self.desk.prune(forget).await {
            Ok(0) => {}
            Ok(rows) => tracing::info!(rows, "forgot what is older than the retention"),
            Err(error) => tracing::warn!(%error, "the ledger could not be tidied up"),
        }
        if let Some(shared) = &self.shared
            && let Err(error) = shared.store.forget(now - JOBS_KEPT).await
        {
            tracing::warn!(%error, "old jobs could not be forgotten");
        }
    }
}

/// Time for which a process that has begun to tidy up keeps others from it.
const TIDYING: TimeDelta = TimeDelta::minutes(50);
const BETWEEN_LOOKS: Duration = Duration::from_secs(1);
/// Time for which a run is kept that found nothing new, if the retention is longer.
const IDLE_KEPT: TimeDelta = TimeDelta::days(7);
/// Time for which a job that has ended is kept in the ledger for people.
const JOBS_KEPT: TimeDelta = TimeDelta::days(1);
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
