//! The runs that are disturbed, and what must come of them: between them they touch every rule.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use latchel_sync_core::model::Reason;
use mock_pms::world::{Lease, Tenant};
use mock_pms::{Dialect, Fault, FaultPlan, FaultRule, LoggedRequest, Side};

use crate::both_ways::{new_job, set_state};
use crate::pairs::{pairs, untrue};
use crate::setup::{Setup, small_world, small_world_unknown_to_latchel};

/// Two systems and a ledger as they stand before a run, that run, and the one that follows it.
pub struct Story {
    pub start: Setup,
    /// Faults that happen in the run, whether it is disturbed or not.
    pub faults: FaultPlan,
    pub run: &'static [&'static str],
    pub next: &'static [&'static str],
}

/// Platforms besides Buildium on which a story can go both ways: AppFolio's Reports API only reads.
pub fn others_that_take_writes() -> impl Iterator<Item = Dialect> {
    let reads = [Dialect::BUILDIUM, Dialect::APPFOLIO_REPORTS];
    Dialect::ALL.iter().copied().filter(move |platform| !reads.contains(platform))
}

impl Story {
    /// A first sync of a handful of everything.
    pub async fn first_sync() -> Self {
        Self::of(Setup::small("all").await)
    }

    /// A first sync, a work order that goes out, and changes on both sides: a little of everything that writes.
    pub async fn both_ways() -> Self {
        Self::both_ways_in(Setup::small("all").await).await
    }

    /// The same on another platform.
    pub async fn both_ways_on(platform: Dialect) -> Self {
        Self::both_ways_in(
            Setup::on(platform, small_world_unknown_to_latchel(), "sync_method = \"all\"").await,
        )
        .await
    }

    /// The same with Latchel's Partner API, behind the mirror.
    pub async fn both_ways_on_partner_api() -> Self {
        let setup = Setup::of_partner_api(small_world(), "sync_method = \"all\"", "writes = \"on\"").await;
        Self::both_ways_in(setup).await
    }

    /// The same, in a setup of the small world in which nothing has happened yet.
    pub async fn both_ways_in(mut setup: Setup) -> Self {
        setup.sync(0).await;
        setup.advance(TimeDelta::minutes(15));
        let job = new_job(&setup, "Diagnosing Issue");
        setup.advance(TimeDelta::minutes(15));
        setup.sync(0).await;
        set_state(&mut setup, job, "Completed");
        new_job(&setup, "Diagnosing Issue");
        setup.edit(include_str!("data/both_ways_changes.json"));
        setup.advance(TimeDelta::minutes(15));
        Self::of(setup)
    }

    /// Two first runs, one of them on a bad line, changes on both sides, and a day that begins.
    pub async fn every_rule() -> Self {
        let mut world = small_world();
        world.raw_overrides =
            serde_json::from_str(include_str!("data/every_rule_overrides.json")).expect("overrides");
        let policy = "sync_method = \"all\"\nexclude = { properties = [\"4\"] }\n\
                      sync_method_overrides = { properties = { 5 = \"none\", 6 = \"assigned\" } }";
        let mut setup = Setup::of(world, policy).await;
        setup.edit(include_str!("data/every_rule_before.json"));
        setup.run(1, &["sync"]).await;
        // Nothing but a day moves this resident in.
        setup.server.edit(|world| {
            let long_ago = world.now() - TimeDelta::days(30);
            let age_lease = |lease: &mut Lease| (lease.created_at, lease.updated_at) = (long_ago, long_ago);
            let age_tenant = |one: &mut Tenant| (one.created_at, one.updated_at) = (long_ago, long_ago);
            world.update_silently(41, age_lease).expect("the lease");
            world.update_silently(24, age_tenant).expect("the tenant");
        });

        // Shortly before midnight where the account is.
        setup.advance(TimeDelta::minutes(12 * 60 - 1));
        setup.edit(include_str!("data/every_rule_lost.json"));
        setup.advance(TimeDelta::seconds(45));
        let once = |method: &str, path: &str| FaultRule {
            method: Some(method.to_owned()),
            path: Some(path.to_owned()),
            times: Some(1),
            ..FaultRule::always(Fault::CutBefore)
        };
        setup.server.set_faults(FaultPlan {
            seed: 0,
            faults: vec![once("POST", "/v1/workorders"), once("PATCH", "/v1/jobs/")],
        });
        setup.run(1, &["sync"]).await;
        setup.server.set_faults(FaultPlan::default());
        // Somebody does not want to wait until what failed is tried again.
        setup.run(0, &["pending", "retry", "--all"]).await;

        setup.advance(TimeDelta::seconds(10));
        setup.edit(include_str!("data/every_rule_changes.json"));
        set_states(
            &setup,
            &[
                ("91", "Completed"),
                ("92", "Cancelled"),
                ("93", "Forwarded to PM"),
                ("94", "Awaiting Invoice"),
                ("95", "Completed"),
                ("96", "Completed"),
                ("97", "Completed"),
                ("98", "Completed"),
            ],
        );
        move_references(&setup);
        copy_work_order(&setup, 813);
        let quiet = latchel_property(&setup, "5");
        setup.edit(&format!(
            r#"[{{"side": "latchel", "collection": "jobs", "create": {{"id": 824, "source": "Tenant Call",
                "state": "Diagnosing Issue", "name": "At a quiet house", "property_id": {quiet}}}}}]"#
        ));
        setup.advance(TimeDelta::seconds(20));
        let renamed = latchel_property(&setup, "10");
        let pretend = FaultRule {
            side: Some(Side::Latchel),
            method: Some("PATCH".to_owned()),
            path: Some(format!("/v1/properties/{renamed}")),
            ..FaultRule::always(Fault::Pretend)
        };
        Self { faults: FaultPlan { seed: 0, faults: vec![pretend] }, ..Self::of(setup) }
    }

    /// The policies that leave records out, and a run that the guard stops until somebody says that it is meant.
    pub async fn cautious() -> Self {
        let policy = "sync_method = \"all\"\nproperties = { new_inactive = \"skip\" }\n\
                      residents = { new_moved_out = \"skip\" }\nwork_orders = { closed = \"skip\" }\n\
                      mass_change = { percent = 1, at_least = 1 }";
        let mut setup = Setup::of(small_world(), policy).await;
        setup.run(0, &["sync"]).await;
        setup.advance(TimeDelta::minutes(15));
        setup.edit(
            r#"[{"collection": "properties", "id": 1, "set": {"active": false}},
                {"collection": "tasks", "id": 72, "set": {"status": "completed"}}]"#,
        );
        setup.advance(TimeDelta::minutes(15));
        Self { next: &["sync", "--allow-mass-change"], ..Self::of(setup) }
    }

    fn of(start: Setup) -> Self {
        Self { start, faults: FaultPlan::default(), run: &["sync"], next: &["sync"] }
    }

    /// A copy of the setup at which the story begins.
    pub async fn begin(&self) -> Setup {
        let setup = self.start.copy().await;
        setup.server.set_faults(self.faults.clone());
        setup
    }

    /// The story without any disturbance: what it leaves, and the requests of the run.
    pub async fn undisturbed(&self) -> (Vec<String>, Vec<LoggedRequest>) {
        let mut setup = self.begin().await;
        setup.server.clear_requests();
        setup.output(self.run).await;
        let requests = setup.server.requests();
        follow_up(self.next, &mut setup).await;
        (pairs(&setup), requests)
    }

    /// After a create that was answered and not carried out: that is told of and nothing is sent again, unless what was
    /// pretended was no create.
    pub async fn is_reported(&self, mut setup: Setup, expected: &[String], what: &str) {
        let before = setup.copy().await;
        follow_up(self.next, &mut setup).await;
        if pairs(&setup) == expected {
            return self.is_made_good(before, expected, what).await;
        }
        let told = setup.run(1, &["ledger", "check"]).await;
        assert!(told.contains("is not confirmed"), "{what}: {told}");
        assert_eq!(untrue(&setup, &*setup.ledger().await).await, [""; 0], "{what}: said to be synced");
        setup.advance(TimeDelta::hours(7));
        setup.server.clear_requests();
        setup.output(&["sync"]).await;
        assert_eq!(changes(&setup), [], "{what}: it was sent again");
    }

    /// After whatever happened to the run: one more makes it good, and then nothing is left to do.
    pub async fn is_made_good(&self, setup: Setup, expected: &[String], what: &str) {
        make_good(self.next, setup, expected, what).await;
    }
}

/// The run that follows, a quarter of an hour later, on a good line.
async fn follow_up(run: &[&str], setup: &mut Setup) {
    setup.server.set_faults(FaultPlan::default());
    setup.advance(TimeDelta::minutes(15));
    let output = setup.output(run).await;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.code().is_some_and(|code| code <= 1), "{said}");
}

/// Whatever happened to the run before: `next` makes it good, and then nothing is left to do.
pub async fn make_good(next: &[&str], mut setup: Setup, expected: &[String], what: &str) {
    follow_up(next, &mut setup).await;
    assert_eq!(pairs(&setup), expected, "{what}");
    let ledger = setup.ledger().await;
    assert_eq!(untrue(&setup, &*ledger).await, [""; 0], "{what}: said to be synced");
    assert_eq!(ledger.check().await.expect("checked"), [""; 0], "{what}");
    drop(ledger);
    setup.advance(TimeDelta::minutes(15));
    setup.server.clear_requests();
    let output = setup.output(&["sync"]).await;
    assert!(output.status.code().is_some_and(|code| code <= 1), "{what}");
    assert_eq!(changes(&setup), [], "{what}: something was left to do");
}

/// The writes that changed something.
fn changes(setup: &Setup) -> Vec<LoggedRequest> {
    setup.writes().into_iter().filter(|write| write.status < 300).collect()
}

/// Sets the states of the Latchel work orders that refer to these platform work orders.
fn set_states(setup: &Setup, states: &[(&str, &str)]) {
    setup.server.edit(|world| {
        for (work_order, state) in states {
            let refers = |job: &&mock_pms::world::Job| job.ref_job_id.as_deref() == Some(work_order);
            let job = world.latchel.jobs.iter().find(refers).expect("an imported one").id;
            let set = |job: &mut mock_pms::world::Job| job.state = (*state).to_owned();
            world.update(job, set).expect("the job");
        }
    });
}

/// The Latchel property that refers to this rental.
fn latchel_property(setup: &Setup, rental: &str) -> i64 {
    setup.server.read(|world| {
        let refers = |one: &&mock_pms::world::LatchelProperty| one.ref_property_id.as_deref() == Some(rental);
        world.latchel.properties.iter().find(refers).expect("a synced property").id
    })
}

/// Somebody turns the reference of rental 9's Latchel property to rental 12, and deactivates a resident.
fn move_references(setup: &Setup) {
    let twin = latchel_property(setup, "9");
    setup.server.edit(|world| {
        let set = |one: &mut mock_pms::world::LatchelProperty| one.ref_property_id = Some("12".to_owned());
        world.update(twin, set).expect("the property");
        let refers = |one: &&mock_pms::world::Resident| one.ref_user_id.as_deref() == Some("28");
        let hal = world.latchel.residents.iter().find(refers).expect("a synced resident").id;
        world.update::<mock_pms::world::Resident>(hal, |one| one.is_active = false).expect("the resident");
    });
}

/// Somebody copies the platform work order of a Latchel work order, title and all.
pub fn copy_work_order(setup: &Setup, job: i64) {
    setup.server.edit(|world| {
        let marker = format!("[Latchel #{job}]");
        let marked = |one: &&mock_pms::world::WorkOrder| {
            one.title.as_ref().is_some_and(|title| title.contains(&marker))
        };
        let order = world.platform.work_orders.iter().find(marked).expect("an exported one").clone();
        let task = world.platform.tasks.get(order.task_id).expect("its task").clone();
        let next_task = world.platform.tasks.iter().map(|one| one.id).max().unwrap_or_default() + 1;
        let next = world.platform.work_orders.iter().map(|one| one.id).max().unwrap_or_default() + 1;
        let now = world.now();
        let copied = mock_pms::world::Task { id: next_task, created_at: now, updated_at: now, ..task };
        world.platform.tasks.insert(copied).expect("a free id");
        let copied = mock_pms::world::WorkOrder {
            id: next,
            task_id: next_task,
            created_at: now,
            updated_at: now,
            ..order
        };
        world.platform.work_orders.insert(copied).expect("a free id");
    });
}

/// Every reason that the runs of a ledger recorded.
async fn reasons(setup: &Setup) -> BTreeSet<Reason> {
    let runs = setup.ledger().await.runs(None, 100).await.expect("runs");
    runs.iter().flat_map(|run| &run.phases).flat_map(|phase| phase.counts.keys().copied()).collect()
}

/// Reasons that cannot occur in a run over Buildium and Latchel, and an explanation of each.
const CANNOT_OCCUR: [(Reason, &str); 11] = [
    (Reason::FarSidePaused, "neither is ever closed by its own schedule"),
    (Reason::PropertyGoneFromSource, "a reconciliation finds it"),
    (Reason::ResidentGoneFromSource, "a reconciliation finds it"),
    (Reason::ResidentReturned, "nobody comes back within a quarter of an hour"),
    (Reason::PropertyNotAssignedToLatchel, "Buildium does not tell which properties a user can reach"),
    (
        Reason::NotSupportedByPlatform,
        "nobody deactivates a rental or unassigns a task of what is to be closed",
    ),
    (Reason::LatchelWritesOff, "the gateway always takes writes"),
    (Reason::MirrorIncomplete, "the gateway needs no mirror"),
    (Reason::HeldForAdoption, "no other program has filled Latchel"),
    (Reason::PossibleTwin, "nobody enters in Latchel what is on the platform"),
    (Reason::Adopted, "nothing is taken over"),
];

#[tokio::test]
async fn between_them_the_stories_touch_every_rule() {
    let mut found = BTreeSet::new();
    for story in [Story::first_sync().await, Story::every_rule().await, Story::cautious().await] {
        let mut setup = story.begin().await;
        setup.output(story.run).await;
        follow_up(story.next, &mut setup).await;
        found.extend(reasons(&setup).await);
    }
    let impossible: BTreeSet<_> = CANNOT_OCCUR.iter().map(|(reason, _)| *reason).collect();
    let expected: BTreeSet<_> = Reason::ALL.iter().copied().filter(|one| !impossible.contains(one)).collect();
    let missing: Vec<_> = expected.difference(&found).collect();
    let surprising: Vec<_> = found.difference(&expected).collect();
    assert!(missing.is_empty() && surprising.is_empty(), "missing: {missing:?}; surprising: {surprising:?}");
}
