use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use axum::Router;
use chrono::{DateTime, TimeDelta, Utc};
use latchel_sync_core::Result;
use latchel_sync_core::engine::{AccountSettings, Mode, Quiet, Request};
use latchel_sync_core::in_memory::{Journal, LatchelWorld, MemoryLatchel, MemoryPlatform, PlatformWorld};
use latchel_sync_core::model::{Job, JobId, Marker, Policy, Row, SyncMethod, User, UserId, WorkOrder};
use latchel_sync_ledger::SqliteLedger;
use latchel_sync_ledger::desk::{Desk, Role};
use latchel_sync_server::access::users::{self, Proof};
use latchel_sync_server::schedule::Schedule;
use latchel_sync_server::{
    Account, AccountPages, App, Clock, Connected, Expiries, Origin, Readers, Reporter, ServerConfig, router,
};
use secrecy::ExposeSecret;
use tests::simulation::pair;

use crate::visitor::Visitor;

/// A server with one account, `main`, whose two systems and books are in memory. Nothing is synced by itself unless the test
/// runs [`App::work`].
pub struct World {
    pub app: Arc<App>,
    pub ledger: Arc<SqliteLedger>,
    pub platform: Arc<MemoryPlatform>,
    pub latchel: Arc<MemoryLatchel>,
    pub journal: Arc<Journal>,
    pub router: Router,
}

pub const ACCOUNT: &str = "main";
pub const PASSWORD: &str = "correct horse battery";

/// Instant at which the server was started, UTC.
pub fn start() -> DateTime<Utc> {
    "2026-03-02T08:00:00Z".parse().expect("an instant")
}

impl World {
    /// A server as it is without configuration: on loopback, and nobody has been added.
    pub async fn new() -> Self {
        Self::with(ServerConfig::default()).await
    }

    pub async fn with(config: ServerConfig) -> Self {
        Self::listening(config, Readers::default()).await
    }

    /// One that webhooks may be sent to.
    pub async fn listening(config: ServerConfig, webhooks: Readers) -> Self {
        Self::built(config, webhooks, SqliteLedger::in_memory().await.expect("a ledger"))
    }

    /// One with this ledger.
    pub async fn over(ledger: SqliteLedger) -> Self {
        Self::built(ServerConfig::default(), Readers::default(), ledger)
    }

    fn built(config: ServerConfig, webhooks: Readers, ledger: SqliteLedger) -> Self {
        let journal = Arc::new(Journal::new());
        let user = User { id: UserId::new("1"), name: "Latchel".to_owned(), is_active: true };
        let platform = PlatformWorld { now: start(), users: vec![user], ..PlatformWorld::default() };
        let platform = Arc::new(MemoryPlatform::new(platform, journal.clone()));
        let latchel = LatchelWorld { now: start(), ..LatchelWorld::default() };
        let latchel = Arc::new(MemoryLatchel::new(latchel, journal.clone()));
        let ledger = Arc::new(ledger);
        let account = account(&platform, &latchel, webhooks);
        let clock = Clock::starting_at(start());
        let host = "test/1".to_owned();
        let app = App::new(config, [account], ledger.clone(), ledger.clone(), clock, host);
        let router = router(app.clone());
        Self { app, ledger, platform, latchel, journal, router }
    }

    /// Starts the server again, with a change of the account's configuration.
    pub fn restart(&mut self, change: impl FnOnce(&mut Account)) {
        let mut account = account(&self.platform, &self.latchel, Readers::default());
        change(&mut account);
        let (config, clock) = (self.app.config.clone(), Clock::starting_at(self.app.clock.now()));
        let (ledger, desk, host) = (self.ledger.clone(), self.ledger.clone(), self.app.host.clone());
        self.app = App::new(config, [account], ledger, desk, clock, host);
        self.router = router(self.app.clone());
    }

    /// Adds somebody with [`PASSWORD`].
    pub async fn add(&self, name: &str, role: Role) {
        let password = Proof::Password(PASSWORD.to_owned().into());
        users::add(self.desk(), name, role, password, self.app.clock.now()).await.expect("a user");
    }

    /// Adds a program; returns its token.
    pub async fn add_program(&self, name: &str, role: Role) -> String {
        let token = users::add(self.desk(), name, role, Proof::Token, self.app.clock.now()).await;
        token.expect("a user").expect("a token").expose_secret().to_owned()
    }

    /// Somebody with a browser, who is not logged in.
    pub fn visitor(&self) -> Visitor {
        Visitor::of(self.router.clone(), &format!("http://{}", self.app.config.listen))
    }

    /// Somebody with a browser who has just been added and has logged in.
    pub async fn logged_in(&self, name: &str, role: Role) -> Visitor {
        self.add(name, role).await;
        let mut visitor = self.visitor();
        let answer = visitor.log_in(name, PASSWORD).await;
        assert_eq!(answer.status, 303, "{}", answer.body);
        visitor
    }

    /// Actions of people, newest first, as `NAME ACTION DETAIL`.
    pub async fn audit(&self) -> Vec<String> {
        let entries = self.desk().audit(None, None, 100).await.expect("the audit trail");
        let text =
            entries.into_iter().map(|entry| format!("{} {} {}", entry.user, entry.action, entry.detail));
        text.map(|text| text.trim_end().to_owned()).collect()
    }

    /// Gives the platform two rentable units, a resident and a work order in each, and the Latchel user.
    pub fn fill(&self) {
        self.platform.edit(|platform| *platform = PlatformWorld { now: start(), ..pair::world() });
    }

    /// Syncs everything, as the command would.
    pub async fn sync(&self) {
        let engine = self
            .app
            .accounts
            .get(ACCOUNT)
            .expect("an account")
            .engine(self.ledger.clone())
            .expect("its systems");
        let request = Request::everything(Mode::Apply, self.app.clock.now());
        engine.run(&request, &Quiet).await.expect("a run");
    }

    /// Works until nothing waits any more.
    pub async fn work(&self) {
        tokio::select! {
            biased;
            () = self.app.work() => {}
            () = self.app.jobs.idle() => {}
        }
    }

    /// Somebody reports something in Latchel, at a property that is synced.
    pub fn add_job(&self, name: &str, description: &str) -> JobId {
        self.latchel.edit(|latchel| {
            let property = latchel.properties.values().find(|one| one.reference.is_some()).map(|one| one.id);
            let id = JobId(latchel.jobs.keys().last().map_or(300, |last| last.0 + 1));
            let at = start() + TimeDelta::minutes(1);
            let (name, description) = (name.to_owned(), description.to_owned());
            latchel.jobs.insert(id, Job { name, description, ..pair::job(id, property, at) });
            id
        })
    }

    /// Number of work orders that the platform has because of one of Latchel's.
    pub fn made_from(&self, job: JobId) -> usize {
        let marker = Some(Marker::for_job(job));
        self.platform.edit(|platform| {
            let made = |row: &&Row<WorkOrder>| matches!(row, Row::Record(one) if one.marker == marker);
            platform.work_orders.values().filter(made).count()
        })
    }

    fn desk(&self) -> &dyn Desk {
        &*self.app.desk
    }
}

/// A report that says no more than when it was made.
struct Reported;

#[async_trait]
impl Reporter for Reported {
    async fn report(&self, now: DateTime<Utc>) -> Result<String> {
        Ok(format!("The platform on {}", now.date_naive()))
    }
}

/// The account [`ACCOUNT`] over these two systems.
pub fn account(platform: &Arc<MemoryPlatform>, latchel: &Arc<MemoryLatchel>, webhooks: Readers) -> Account {
    Account {
        settings: AccountSettings {
            name: ACCOUNT.to_owned(),
            time_zone: chrono_tz::America::Los_Angeles,
            policy: Policy::new(SyncMethod::All),
        },
        platform_title: "Buildium",
        origin: Origin::File,
        systems: Arc::new(Connected { platform: platform.clone(), latchel: latchel.clone() }),
        webhooks,
        expiries: Expiries::default(),
        pages: AccountPages::default(),
        reporter: Arc::new(Reported),
        schedule: Schedule {
            work_orders: "15m".parse().expect("a timetable"),
            properties_and_residents: "24h".parse().expect("a timetable"),
            reconciliation: None,
            jitter: TimeDelta::zero(),
        },
    }
}

/// Lets so much time pass for the server, and none for the test.
pub async fn pass(time: Duration) {
    tokio::time::pause();
    tokio::time::advance(time).await;
    tokio::time::resume();
}
