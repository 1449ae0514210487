//! Tests of several processes on one PostgreSQL ledger.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::TimeDelta;
use latchel_sync_core::in_memory::{
    Intercept, Journal, LatchelWorld, MemoryLatchel, MemoryPlatform, PlatformWorld,
};
use latchel_sync_core::ledger::{Run, Trigger};
use latchel_sync_core::model::{Kind, Phase, RecordKey};
use latchel_sync_ledger::desk::Delivery;
use latchel_sync_ledger::jobs::SharedJobs;
use latchel_sync_ledger::{PostgresLedger, throw_away};
use latchel_sync_server::actions::{self, Extent, MassChange};
use latchel_sync_server::jobs::{QueuedJob, QueuedJobId};
use latchel_sync_server::schedule::Schedule;
use latchel_sync_server::{Account, App, Clock, Readers, Served, ServerConfig, ServerRole, router};
use tests::simulation::pair;
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::visitor::Visitor;
use crate::world::{ACCOUNT, account, start};

/// Longest time that anything here takes, on a machine that does much else.
const LONGEST: Duration = Duration::from_secs(120);
const LEASE: TimeDelta = TimeDelta::seconds(2);
/// Time without a sign of life after which a worker is gone.
const GONE: Duration = Duration::from_secs(2);

/// A database, and the clock of all processes.
struct Site {
    url: String,
    clock: Clock,
}

/// A process, with systems of its own that hold the same.
struct Process {
    app: Arc<App>,
    journal: Arc<Journal>,
}

impl Site {
    async fn new() -> Self {
        Self { url: throw_away::fresh_url().await, clock: Clock::starting_at(start()) }
    }

    async fn process(&self, role: ServerRole, host: &str) -> Process {
        self.with(role, host, |_| {}).await
    }

    async fn with(&self, role: ServerRole, host: &str, change: impl FnOnce(&mut Account)) -> Process {
        let ledger = PostgresLedger::open(&self.url).await.expect("a ledger").with_lease(LEASE);
        let shared = SharedJobs::open(&ledger).await.expect("the jobs").taking_over_after(GONE);
        let journal = Arc::new(Journal::new());
        let platform = PlatformWorld { now: start(), ..pair::world() };
        let platform = Arc::new(MemoryPlatform::new(platform, journal.clone()));
        let latchel = LatchelWorld { now: start(), ..LatchelWorld::default() };
        let latchel = Arc::new(MemoryLatchel::new(latchel, journal.clone()));
        let mut account = account(&platform, &latchel, Readers::default());
        // Nothing is due unless the test says so.
        account.schedule = timetables("24h", TimeDelta::days(100_000));
        change(&mut account);
        let ledger = Arc::new(ledger);
        let config = ServerConfig { role, ..ServerConfig::default() };
        let books = (ledger.clone() as _, ledger as _, Some(shared));
        let app = App::serving(config, (Served::all([account]), None), books, self.clock, host.to_owned());
        Process { app, journal }
    }
}

fn timetables(text: &str, jitter: TimeDelta) -> Schedule {
    let timetable = || text.parse().expect("a timetable");
    Schedule { work_orders: timetable(), properties_and_residents: timetable(), reconciliation: None, jitter }
}

impl Process {
    fn begin(&self) -> JoinHandle<()> {
        let app = self.app.clone();
        tokio::spawn(async move { app.work().await })
    }

    async fn ask(&self) -> QueuedJobId {
        let asked = actions::sync(&self.app, "robin", ACCOUNT, Extent::Everything, MassChange::Guarded).await;
        asked.expect("a job")
    }

    async fn job(&self, id: QueuedJobId) -> QueuedJob {
        self.app.jobs.get(id).await.expect("the jobs").expect("it is kept")
    }

    /// The job, once it is as `is_so` says.
    async fn until(&self, id: QueuedJobId, is_so: impl Fn(&QueuedJob) -> bool) -> QueuedJob {
        let mut changes = self.app.jobs.changes();
        let seen = async {
            loop {
                let job = self.job(id).await;
                if is_so(&job) {
                    return job;
                }
                changes.changed().await.expect("it works");
            }
        };
        tokio::time::timeout(LONGEST, seen).await.expect("in time")
    }

    async fn ended(&self, id: QueuedJobId) -> QueuedJob {
        self.until(id, |job| job.ended_at.is_some()).await
    }

    async fn runs(&self) -> Vec<Run> {
        self.app.ledger.runs(Some(ACCOUNT), 100).await.expect("runs")
    }

    async fn end(&self, work: JoinHandle<()>) {
        self.app.stop.stop();
        work.await.expect("no panic");
    }

    async fn get(&self, path: &str) -> (u16, String) {
        let origin = format!("http://{}", self.app.config.listen);
        let answer = Visitor::of(router(self.app.clone()), &origin).get(path).await;
        (answer.status, answer.body)
    }
}

fn holder(job: &QueuedJob) -> &str {
    job.run.as_ref().map_or("", |run| &run.holder)
}

#[tokio::test]
async fn what_is_asked_for_at_one_process_is_done_by_another_and_seen_at_both() {
    let site = Site::new().await;
    let web = site.process(ServerRole::Web, "web/1").await;
    let web_work = web.begin();
    let id = web.ask().await;
    assert_eq!(web.ask().await, id, "the same waits already");
    assert_eq!(web.job(id).await.state(), "waiting");
    let worker = site.process(ServerRole::Worker, "worker/1").await;
    assert_eq!(worker.job(id).await.state(), "waiting");
    let (_, metrics) = worker.get("/metrics").await;
    assert!(metrics.contains("latchel_sync_jobs{state=\"waiting\"} 1"), "{metrics}");

    let worker_work = worker.begin();
    for process in [&web, &worker] {
        let job = process.ended(id).await;
        assert_eq!((job.state(), holder(&job)), ("success", "robin on worker/1"), "{job:?}");
        assert_eq!(job.phases.len(), Phase::ALL.len(), "{job:?}");
        let jobs = process.app.jobs.of(ACCOUNT).await.expect("the jobs");
        assert_eq!(jobs.iter().map(|job| job.id).collect::<Vec<_>>(), [id]);
    }
    let (status, page) = web.get(&format!("/jobs/{}", id.0)).await;
    assert!(status == 200 && page.contains("robin"), "{page}");
    assert_ne!(web.ask().await, id, "it has ended");
    web.app.jobs.idle().await;
    assert!(web.journal.take().is_empty(), "it calls nobody");
    web.end(web_work).await;
    worker.end(worker_work).await;
}

#[tokio::test]
async fn what_a_report_and_a_plan_say_is_seen_elsewhere() {
    let site = Site::new().await;
    let (web, worker) =
        (site.process(ServerRole::Web, "web/1").await, site.process(ServerRole::Worker, "worker/1").await);
    let work = (web.begin(), worker.begin());
    let report = actions::report(&web.app, "robin", ACCOUNT).await.expect("a job");
    let plan = actions::plan(&web.app, "robin", ACCOUNT, Extent::Everything).await.expect("a job");
    let job = web.ended(report).await;
    assert_eq!(job.state(), "success");
    assert!(job.report.is_some_and(|text| text.contains("The platform on")));
    let job = web.ended(plan).await;
    assert!(job.state() == "success" && !job.planned.is_empty(), "{job:?}");
    web.end(work.0).await;
    worker.end(work.1).await;
}

#[tokio::test]
async fn each_role_serves_its_own() {
    let site = Site::new().await;
    let worker = site.process(ServerRole::Worker, "worker/1").await;
    for (path, status) in [("/healthz", 200), ("/metrics", 200), ("/", 404), ("/api/v1/accounts", 404)] {
        assert_eq!(worker.get(path).await.0, status, "{path}");
    }
    // It does not go round yet.
    assert_eq!(worker.get("/readyz").await.0, 503);
    let work = worker.begin();
    let ready = async {
        while worker.get("/readyz").await.0 != 200 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(LONGEST, ready).await.expect("ready in time");
    worker.end(work).await;
    let web = site.process(ServerRole::Web, "web/1").await;
    for path in ["/healthz", "/readyz", "/metrics", "/", "/api/v1/accounts"] {
        assert_eq!(web.get(path).await.0, 200, "{path}");
    }
}

#[tokio::test]
async fn a_job_outlives_every_process() {
    let site = Site::new().await;
    let id = site.process(ServerRole::All, "all/1").await.ask().await;
    let later = site.process(ServerRole::All, "all/2").await;
    let work = later.begin();
    assert_eq!(holder(&later.ended(id).await), "robin on all/2");
    later.end(work).await;
}

#[tokio::test]
async fn the_work_of_a_worker_that_is_killed_is_taken_over() {
    let site = Site::new().await;
    let killed = site.process(ServerRole::All, "killed/1").await;
    let id = killed.ask().await;
    let work = Arc::new(Mutex::new(None::<tokio::task::AbortHandle>));
    let (reached, is_reached) = tokio::sync::oneshot::channel();
    let (kill, mut reached) = (work.clone(), Some(reached));
    killed.journal.decide(move |_| {
        if let Some(reached) = reached.take() {
            kill.lock().expect("a handle").take().expect("it works").abort();
            reached.send(()).expect("somebody waits");
        }
        Intercept::Fail(latchel_sync_core::ErrorKind::Unavailable)
    });
    let handle = {
        let mut work = work.lock().expect("a handle");
        let handle = killed.begin();
        *work = Some(handle.abort_handle());
        handle
    };
    is_reached.await.expect("it is under way");
    assert!(handle.await.expect_err("killed").is_cancelled());
    let other = site.process(ServerRole::All, "other/1").await;
    assert_eq!(other.job(id).await.ended_at, None);
    let work = other.begin();
    let job = other.ended(id).await;
    assert_eq!((job.state(), holder(&job)), ("success", "robin on other/1"), "{job:?}");
    other.end(work).await;
}

#[tokio::test]
async fn a_process_that_is_to_end_gives_its_work_back() {
    let site = Site::new().await;
    let first = site.process(ServerRole::All, "first/1").await;
    let id = first.ask().await;
    let stop = first.app.stop.clone();
    first.journal.decide(move |_| {
        stop.stop();
        Intercept::Proceed
    });
    first.begin().await.expect("it ends");
    let job = first.job(id).await;
    assert_eq!((job.state(), job.began_at), ("waiting", None), "{job:?}");
    let second = site.process(ServerRole::All, "second/1").await;
    let work = second.begin();
    let job = second.ended(id).await;
    assert_eq!((job.state(), holder(&job)), ("success", "robin on second/1"), "{job:?}");
    second.end(work).await;
}

#[tokio::test]
async fn two_workers_do_each_due_date_once() {
    let site = Site::new().await;
    let often = |account: &mut Account| account.schedule = timetables("1s", TimeDelta::zero());
    let (one, other) = (
        site.with(ServerRole::Worker, "one/1", often).await,
        site.with(ServerRole::All, "other/1", often).await,
    );
    let work = (one.begin(), other.begin());
    let of_work_orders =
        |run: &&Run| run.phases.iter().any(|report| report.phase == Phase::WorkOrdersToPlatform);
    let seen = async {
        loop {
            let runs = one.runs().await;
            let begun: Vec<_> = runs.iter().filter(of_work_orders).map(|run| run.now).collect();
            if begun.len() >= 6 {
                return begun;
            }
            tokio::task::yield_now().await;
        }
    };
    let begun = tokio::time::timeout(LONGEST, seen).await.expect("none is lost");
    let gaps: Vec<_> = begun.windows(2).map(|two| two[0] - two[1]).collect();
    assert!(gaps.iter().all(|gap| *gap >= TimeDelta::seconds(1)), "none is doubled: {gaps:?}");
    one.end(work.0).await;
    other.end(work.1).await;
}

#[tokio::test]
async fn what_webhooks_told_of_is_worked_on_by_whoever_lives() {
    let site = Site::new().await;
    let gone = site.process(ServerRole::Web, "gone/1").await;
    let delivery = Delivery {
        id: Uuid::now_v7(),
        account: ACCOUNT.to_owned(),
        record: RecordKey::latchel(Kind::WorkOrder, 1),
        digest: "a digest".to_owned(),
        received_at: gone.app.clock.now() - TimeDelta::seconds(9),
    };
    // It was answered, and its process ended before it told anybody.
    assert!(gone.app.desk.accept(&delivery).await.expect("the ledger"));
    let worker = site.process(ServerRole::Worker, "worker/1").await;
    let work = worker.begin();
    let worked_on = async {
        while !worker.app.desk.deliveries(ACCOUNT, 10).await.expect("the ledger").is_empty() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(LONGEST, worked_on).await.expect("in time");
    let runs = worker.runs().await;
    assert!(runs.iter().all(|run| run.trigger == Trigger::Webhook) && runs.len() == 1, "{runs:?}");
    worker.end(work).await;
}
