//! The pages as whole requests; what their forms do is seen in the two systems.

use chrono::TimeDelta;
use latchel_sync_core::engine::{Mode, Quiet, Request};
use latchel_sync_core::ledger::{NewRun, Run, RunStatus, Trigger};
use latchel_sync_core::model::{Phase, RunId, *};
use latchel_sync_core::{Ledger, LedgerAdmin};
use latchel_sync_ledger::desk::{Desk, Forget, Role};
use tests::simulation::pair;

use crate::visitor::{Answer, Visitor};
use crate::world::{ACCOUNT, World, start};

/// A world with a property, a work order of the platform there and one of Latchel, after a first sync.
pub(crate) async fn synced() -> World {
    let world = World::new().await;
    world.fill();
    world.sync().await;
    world
}

pub(crate) async fn page(visitor: &mut Visitor, path: &str) -> String {
    let answer = visitor.get(path).await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.body);
    answer.body
}

pub(crate) fn leads_to<'a>(answer: &'a Answer, path: &str) -> &'a str {
    assert_eq!((answer.status, answer.header("location").starts_with(path)), (303, true), "{}", answer.body);
    answer.header("location")
}

#[tokio::test]
async fn the_first_page_tells_how_each_account_is_and_what_comes_next() {
    let world = synced().await;
    let told = page(&mut world.visitor(), "/").await;
    for text in ["main", "Buildium", "healthy", "Last sync", "next sync", "Last 14 days: 1 in order"] {
        assert!(told.contains(text), "{text}: {told}");
    }
    assert!(page(&mut world.visitor(), "/accounts/main").await.contains("2 March: in order, 1 run, "));
    world.sync().await;
    assert!(page(&mut world.visitor(), "/accounts/main").await.contains("2 March: in order, 2 runs, "));
    let day = page(&mut world.visitor(), "/accounts/main/days/2026-03-02").await;
    assert!(day.contains("Runs on 2 March 2026") && day.matches("/runs/").count() == 2, "{day}");
    assert!(page(&mut world.visitor(), "/accounts/main/days/2026-03-01").await.contains("No run"));
}

#[tokio::test]
async fn sync_all_data_brings_over_what_people_entered() {
    let world = synced().await;
    let job = world.add_job("Fence", "It fell over.");
    assert_eq!(world.made_from(job), 0);
    let mut visitor = world.visitor();
    leads_to(&visitor.post("/accounts/main/sync", "extent=everything").await, "/accounts/main");
    world.work().await;
    assert_eq!(world.made_from(job), 1);
    let told = page(&mut visitor, "/accounts/main").await;
    assert!(told.contains("asked for by local") && told.contains("done"), "{told}");
    assert!(page(&mut visitor, "/runs").await.contains("local on test/1"));
    assert!(page(&mut visitor, "/accounts/main/audit").await.contains("sync asked for"));
}

#[tokio::test]
async fn a_preview_says_what_would_be_written_and_writes_nothing_until_it_is_applied() {
    let world = synced().await;
    let job = world.add_job("Fence", "It fell over.");
    let mut visitor = world.visitor();
    let answer = visitor.post("/accounts/main/preview", "extent=everything").await;
    let plan = leads_to(&answer, "/jobs/").to_owned();
    world.work().await;
    let told = page(&mut visitor, &plan).await;
    assert!(told.contains("A sync now would write 1 record") && told.contains("Fence"), "{told}");
    assert_eq!(world.made_from(job), 0);
    leads_to(&visitor.post(&format!("{plan}/apply"), "").await, "/accounts/main");
    world.work().await;
    assert_eq!(world.made_from(job), 1);
}

#[tokio::test]
async fn one_work_order_is_explained_and_synced_alone() {
    let world = synced().await;
    let (job, other) = (world.add_job("Fence", "It fell over."), world.add_job("Door", "It creaks."));
    let mut visitor = world.visitor();
    let address = format!("/accounts/main/records/work-order/{}", job.0);
    let told = page(&mut visitor, &address).await;
    for text in ["Sync this one now", "What was asked, in order", "work_order_created", "It fell over."] {
        assert!(told.contains(text), "{text}: {told}");
    }
    leads_to(&visitor.post(&format!("{address}/sync"), "").await, "/jobs/");
    world.work().await;
    assert_eq!((world.made_from(job), world.made_from(other)), (1, 0));
    let told = page(&mut visitor, &address).await;
    assert!(told.contains("This work order was successfully synced with Buildium."), "{told}");
}

#[tokio::test]
async fn contact_data_of_residents_is_not_shown() {
    let world = synced().await;
    let told = page(&mut world.visitor(), "/accounts/main/records/resident/R13@13").await;
    assert!(told.contains("Ada Abara") && told.contains("a…@example.com"), "{told}");
    assert!(!told.contains("ada@example.com"), "{told}");
}

#[tokio::test]
async fn markup_in_a_work_order_is_shown_as_text() {
    let world = synced().await;
    let job = world.add_job("<script>alert(1)</script>", "<img src=x onerror=alert(1)>");
    let mut visitor = world.visitor();
    visitor.post("/accounts/main/sync", "extent=everything").await;
    world.work().await;
    let pages = [
        format!("/accounts/main/records/work-order/{}", job.0),
        "/accounts/main/results".to_owned(),
        "/accounts/main".to_owned(),
    ];
    for path in pages {
        let told = page(&mut visitor, &path).await;
        assert!(!told.contains("<script>alert") && !told.contains("<img"), "{path}: {told}");
    }
}

#[tokio::test]
async fn results_are_narrowed_exported_retried_and_dismissed() {
    let world = synced().await;
    world.platform.edit(|far| {
        let lost = PropertyRef::new(PropertyId::new("404"), None);
        let order = WorkOrder { id: WorkOrderId::new("=W2"), ..pair::work_order(&lost) };
        far.work_orders.insert(order.id.clone(), Row::Record(order));
    });
    world.sync().await;
    let mut visitor = world.visitor();
    let told = page(&mut visitor, "/accounts/main/results?status=pending").await;
    assert!(
        told.contains("=W2")
            && told.contains("no counterpart on the other side")
            && !told.contains("records/resident/"),
        "{told}"
    );
    assert!(page(&mut visitor, "/accounts/main/results?text=nowhere").await.contains("No record matches"));
    assert_eq!(visitor.get("/accounts/main/results?status=odd").await.status, 422);

    let table = visitor.get("/accounts/main/results.csv?status=pending").await;
    assert_eq!(table.header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(table.body.lines().count(), 2, "{}", table.body);
    assert!(table.body.contains("work-order,platform,'=W2,"), "{}", table.body);

    let form = "wish=dismiss&key=work-order+platform+%3DW2";
    leads_to(
        &visitor.post("/accounts/main/results?status=pending", form).await,
        "/accounts/main/results?status=pending",
    );
    let waiting = async || world.ledger.all_pending(ACCOUNT).await.expect("what waits");
    assert!(waiting().await[0].dismissed);
    visitor.post("/accounts/main/results?status=pending", "wish=retry&all=on").await;
    assert!(!waiting().await[0].dismissed);
    assert_eq!(visitor.post("/accounts/main/results", "wish=retry").await.status, 422);
    assert_eq!(visitor.post("/accounts/main/results", "wish=retry&key=odd").await.status, 422);
}

#[tokio::test]
async fn pause_and_resume_are_kept() {
    let world = synced().await;
    let mut visitor = world.visitor();
    visitor.post("/accounts/main/pause", "").await;
    assert!(page(&mut visitor, "/accounts/main").await.contains("Paused by local"));
    assert_eq!(world.app.desk.pauses().await.expect("pauses").len(), 1);
    visitor.post("/accounts/main/resume", "").await;
    assert!(world.app.desk.pauses().await.expect("pauses").is_empty());
}

#[tokio::test]
async fn the_sync_start_is_moved_after_a_page_that_says_what_follows() {
    let world = synced().await;
    let mut visitor = world.visitor();
    let sync_start = async || {
        let account = world.ledger.account(ACCOUNT).await.expect("it reads").expect("it is there");
        account.sync_start.to_rfc3339()
    };
    let first = sync_start().await;
    let told = page(&mut visitor, "/accounts/main/sync-start?start=2026-03-01T08%3A00").await;
    for text in ["to 2026-03-01 08:00 PST?", "It is 2026-03-02 00:00 PST now", "So far, none was left alone"]
    {
        assert!(told.contains(text), "{text}: {told}");
    }
    assert_eq!(sync_start().await, first, "a question changes nothing");
    let answer = visitor.post("/accounts/main/sync-start", "start=2026-03-01T08%3A00").await;
    leads_to(&answer, "/accounts/main");
    assert_eq!(sync_start().await, "2026-03-01T16:00:00+00:00");
    assert!(
        page(&mut visitor, "/accounts/main/sync-start?start=2026-03-01T08%3A00").await.contains("Nothing")
    );

    // Moved forward, it keeps away a work order that would have been created; and that is told when it is moved back.
    let job = world.add_job("Fence", "It fell over.");
    let told = page(&mut visitor, "/accounts/main/sync-start?start=2026-03-02T09%3A00").await;
    assert!(told.contains("are never created there") && told.contains("None of Latchel's waits"), "{told}");
    visitor.post("/accounts/main/sync-start", "start=2026-03-02T09%3A00").await;
    world.sync().await;
    assert_eq!(world.made_from(job), 0);
    let told = page(&mut visitor, "/accounts/main/sync-start?start=2026-03-01T08%3A00").await;
    let list = "/accounts/main/results?kind=work-order&#38;from=latchel&#38;reason=before_sync_start";
    assert!(told.contains(&format!("<a href=\"{list}\">1 of Latchel's</a>")), "{told}");
    assert!(page(&mut visitor, &list.replace("&#38;", "&")).await.contains("Fence"));
    visitor.post("/accounts/main/sync-start", "start=2026-03-01T08%3A00").await;
    world.sync().await;
    assert_eq!(world.made_from(job), 1);

    for wrong in ["yesterday", "2026-03-08T02%3A30"] {
        let path = format!("/accounts/main/sync-start?start={wrong}");
        assert_eq!(visitor.get(&path).await.status, 422, "{wrong}");
        assert_eq!(visitor.post("/accounts/main/sync-start", &format!("start={wrong}")).await.status, 422);
    }
}

#[tokio::test]
async fn what_a_remedy_names_is_shown_as_code() {
    let world = synced().await;
    world.platform.edit(|far| {
        let lost = PropertyRef::new(PropertyId::new("404"), None);
        let order = WorkOrder { id: WorkOrderId::new("W2"), ..pair::work_order(&lost) };
        far.work_orders.insert(order.id.clone(), Row::Record(order));
    });
    world.sync().await;
    let mut visitor = world.visitor();
    for path in ["/accounts/main/results?status=pending", "/accounts/main/records/work-order/W2"] {
        let told = page(&mut visitor, path).await;
        assert!(told.contains("with <code>explain property</code>") && !told.contains('`'), "{path}: {told}");
    }
}

#[tokio::test]
async fn what_is_not_there_is_said_to_be_not_there() {
    let world = synced().await;
    let mut visitor = world.visitor();
    for path in [
        "/nowhere",
        "/accounts/other",
        "/accounts/other/results",
        "/accounts/other/results.csv",
        "/accounts/other/days/2026-03-02",
        "/accounts/main/days/yesterday",
        "/accounts/other/live",
        "/accounts/main/records/lease/1",
        "/accounts/main/records/work-order/nowhere",
        "/runs/00000000-0000-0000-0000-000000000000",
        "/jobs/00000000-0000-0000-0000-000000000000",
        "/assets/none.css",
    ] {
        assert_eq!(visitor.get(path).await.status, 404, "{path}");
    }
    assert_eq!(visitor.post("/accounts/other/sync", "extent=everything").await.status, 404);
}

#[tokio::test]
async fn a_viewer_is_offered_nothing_that_changes_anything() {
    let world = synced().await;
    let mut viewer = world.logged_in("vera", Role::Viewer).await;
    for path in ["/accounts/main", "/accounts/main/results", "/accounts/main/records/work-order/W13"] {
        let told = page(&mut viewer, path).await;
        assert!(told.contains("action=\"/logout\""), "{path}: {told}");
        let forms = told.matches("method=\"post\"").count();
        assert!(forms == 1 || (forms == 2 && path.ends_with("results")), "{path}: {told}");
    }
    assert_eq!(viewer.post("/accounts/main/sync", "extent=everything").await.status, 403);
}

#[tokio::test]
async fn a_system_that_cannot_be_asked_leaves_what_the_ledger_knows() {
    let world = synced().await;
    world.journal.decide(|call| match call.method {
        "users" => latchel_sync_core::in_memory::Intercept::Fail(latchel_sync_core::ErrorKind::Unavailable),
        _ => latchel_sync_core::in_memory::Intercept::Proceed,
    });
    let told = page(&mut world.visitor(), "/accounts/main/records/work-order/W13").await;
    assert!(
        told.contains("Buildium and Latchel could not be asked") && told.contains("successfully synced"),
        "{told}"
    );
}

#[tokio::test]
async fn a_credential_that_expires_is_told_on_both_pages_once_its_day_is_near() {
    let mut world = synced().await;
    for (day, is_near) in [("2026-03-17", false), ("2026-03-16", true)] {
        world.restart(|account| account.expiries.platform = day.parse().ok());
        for path in ["/", "/accounts/main"] {
            let told = page(&mut world.visitor(), path).await;
            assert_eq!(told.contains(&format!("credential expires on {day}")), is_near, "{path}: {told}");
        }
        assert!(
            page(&mut world.visitor(), "/accounts/main").await.contains("Credential of Buildium: expires")
        );
    }
    world.restart(|_| ());
    assert!(!page(&mut world.visitor(), "/accounts/main").await.contains("Credential of"));
}

#[tokio::test]
async fn a_gap_is_told_with_what_to_do() {
    let world = World::new().await;
    world.fill();
    let policy = Policy {
        window: WindowPolicy { catch_up: false, ..WindowPolicy::default() },
        ..Policy::new(SyncMethod::All)
    };
    let mut settings = world.app.accounts.get(ACCOUNT).expect("an account").settings.clone();
    settings.policy = policy;
    let one = &world.app.accounts.get(ACCOUNT).expect("an account");
    let before = Request::everything(Mode::Apply, start() - TimeDelta::days(20));
    one.engine(world.ledger.clone()).expect("its systems").run(&before, &Quiet).await.expect("a run");
    let health = latchel_sync_server::views::health(&settings, &one.schedule, &*world.ledger, start()).await;
    assert_eq!(health.expect("it reads").health, "gap");
}

#[tokio::test]
async fn a_run_that_ends_after_a_newer_one_is_seen_and_so_is_what_one_under_way_does() {
    let world = synced().await;
    let last = async || {
        let view = latchel_sync_server::views::account(&world.app, ACCOUNT).await.expect("it reads");
        let phases = view.expect("it is there").health.phases;
        phases.iter().find(|one| one.phase == Phase::Properties).and_then(|one| one.last_success)
    };
    let before = last().await;
    let later = start() + TimeDelta::hours(2);
    let run = |phase| NewRun {
        id: RunId(uuid::Uuid::now_v7()),
        account: ACCOUNT.to_owned(),
        now: later,
        day: None,
        trigger: Trigger::Schedule,
        holder: "a test".to_owned(),
        phases: vec![phase],
    };
    let ended = |run: &NewRun| Run { status: RunStatus::Success, took_ms: Some(1), ..Run::begin(run) };
    let (older, newer) = (run(Phase::Properties), run(Phase::WorkOrdersToLatchel));
    let lease = world.ledger.begin_run(&older).await.expect("it begins");
    assert_eq!(last().await, before);
    world.ledger.begin_run(&newer).await.expect("it begins");
    world.ledger.finish_run(&ended(&newer)).await.expect("it ends");
    assert_eq!(last().await, before);

    world.ledger.set_last_success(&lease, Phase::Properties, later).await.expect("it is written");
    assert_eq!(last().await, Some(later), "the run is under way still");
    let last_of_all = later + TimeDelta::minutes(1);
    world.ledger.set_last_success(&lease, Phase::Properties, last_of_all).await.expect("it is written");
    world.ledger.finish_run(&ended(&older)).await.expect("it ends");
    assert_eq!(last().await, Some(last_of_all));
}

#[tokio::test]
async fn a_day_counts_the_runs_that_found_nothing_when_they_are_forgotten() {
    let world = synced().await;
    for _ in 0..4 {
        world.sync().await;
    }
    let read = async |path: &str| page(&mut world.visitor(), path).await;
    let day = "/accounts/main/days/2026-03-02";
    let before = read(day).await;
    assert!(before.matches("/runs/").count() == 5 && !before.contains("not listed"), "{before}");
    let idle_before = start() + TimeDelta::days(1);
    let forgotten = world.ledger.prune(Forget { idle_before, before: start() - TimeDelta::days(90) }).await;
    assert_eq!(forgotten.expect("pruned"), 2, "neither those that found something nor the newest");
    let after = read(day).await;
    assert!(
        after.matches("/runs/").count() == 3 && after.contains("2 more runs were counted and are not listed"),
        "{after}"
    );
    assert!(read("/accounts/main").await.contains("2 March: in order, 5 runs, "));
    assert!(read("/").await.contains("Last 14 days: 1 in order"));
}
