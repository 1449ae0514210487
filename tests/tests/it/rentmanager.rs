//! The built binary against the mock Rent Manager.

use chrono::TimeDelta;
use mock_pms::world::{Property, PropertyGroup, Table, Task, TaskStatus, World};
use mock_pms::{Dialect, Fault, FaultPlan, FaultRule, GenerateSpec, LoggedRequest, Side, Switch};

use crate::both_ways::{new_job, set_state};
use crate::platforms::{
    Lacks, generated, latchel_facts, lost_create_is_found, same_state_after, there_and_back,
};
use crate::setup::{Setup, noon};

const RENT_MANAGER: Dialect = Dialect::RENTMANAGER;

/// The calls to the platform since the last sync began.
fn calls(setup: &Setup) -> Vec<LoggedRequest> {
    setup.server.requests().into_iter().filter(|request| request.side == Side::Platform).collect()
}

#[tokio::test]
async fn a_first_sync_ends_as_with_buildium_and_a_second_reads_lists_alone() {
    // A first run takes every resident, because nothing says when their leases changed.
    let first = ["sync", "--since", "2000-01-01T00:00:00Z"];
    let setup = same_state_after(&first, RENT_MANAGER, &[Lacks::Entry]).await;
    let calls = calls(&setup);
    let by_path = |request: &LoggedRequest| request.path.ends_with(|last: char| last.is_ascii_digit());
    assert!(!calls.iter().any(by_path), "{calls:?}");
    // Up to eight properties are asked for one by one, and up to eight for the changed units.
    assert!(calls.len() <= 27, "{} calls", calls.len());
    assert_eq!(calls.iter().filter(|request| request.is_log_in()).count(), 1, "{calls:?}");
}

#[tokio::test]
async fn a_work_order_goes_there_and_back() {
    let mut setup = generated(RENT_MANAGER, "assigned", |_| {}).await;
    let id = there_and_back(&mut setup, "ServiceManagerIssueID").await;
    setup.server.read(|world| {
        let made = world.platform.work_orders.get(id).expect("it is there");
        assert_eq!(made.status_word.as_deref(), Some("[Latchel] Completed"));
        let title = made.title.as_deref().expect("a title");
        assert!(title.starts_with("Broken fence [Latchel #"), "{title}");
        assert_eq!(made.details.as_deref(), Some("The fence fell over."));
    });
    let banner = setup.run(0, &["status", "work-order", &id.to_string()]).await;
    assert!(banner.contains("successfully synced with Rent Manager"), "{banner}");
}

#[tokio::test]
async fn a_cancelled_one_is_cancelled_there_and_one_taken_from_latchel_is_left_alone() {
    let mut setup = generated(RENT_MANAGER, "assigned", |_| {}).await;
    setup.sync(0).await;
    let mut made = Vec::new();
    for _ in 0..2 {
        setup.advance(TimeDelta::minutes(10));
        let job = new_job(&setup, "Diagnosing Issue");
        setup.advance(TimeDelta::minutes(10));
        setup.sync(0).await;
        let task = setup.server.read(|world| {
            let order = world.platform.work_orders.iter().last().expect("the new one");
            order.task_id
        });
        made.push((job, task));
    }
    let [(first, first_task), (second, second_task)] = made[..] else { panic!("two of them") };
    setup.server.edit(|world| {
        let take = |task: &mut Task| task.assigned_to = Some(9_002);
        world.update::<Task>(second_task, take).expect("the task");
    });
    set_state(&mut setup, first, "Cancelled");
    set_state(&mut setup, second, "Cancelled");
    let writes = setup.sync(0).await;
    assert_eq!(writes.len(), 1, "{writes:?}");
    setup.server.read(|world| {
        let status = |task| world.platform.tasks.get(task).expect("the task").status;
        assert_eq!((status(first_task), status(second_task)), (TaskStatus::Closed, TaskStatus::New));
    });
    let banner = setup.run(0, &["status", "work-order", &second.to_string()]).await;
    assert!(banner.contains("unassigned_stops_updates"), "{banner}");
}

#[tokio::test]
async fn a_create_whose_answer_was_lost_is_found_by_its_title() {
    let mut setup = generated(RENT_MANAGER, "all", |_| {}).await;
    lost_create_is_found(&mut setup, "/ServiceManagerIssues", TimeDelta::hours(2)).await;
}

#[tokio::test]
async fn check_finds_nothing_wrong_and_explains_wrong_passwords_and_missing_names() {
    let setup = generated(RENT_MANAGER, "assigned", |_| {}).await;
    let checked = setup.run(0, &["check"]).await;
    assert!(!checked.contains("ERROR") && !checked.contains("warning"), "{checked}");
    assert!(setup.writes().is_empty());
    let path = setup.folder.path().join("latchel-sync.toml");
    let good = std::fs::read_to_string(&path).expect("the configuration");
    for (bad, said) in [
        (good.replace("password = \"", "password = \"wrong-"), "`username`, `password` and `location_id`"),
        (
            good.replace("location_id = \"1\"", "location_id = \"2\""),
            "`username`, `password` and `location_id`",
        ),
        (
            good.replace("[account.latchel]", "names = { open = \"Unheard\" }\n[account.latchel]"),
            "no status named \"Unheard\"",
        ),
    ] {
        assert_ne!(bad, good);
        std::fs::write(&path, bad).expect("a configuration");
        let checked = setup.run(2, &["check"]).await;
        assert_eq!(checked.lines().filter(|line| line.contains("ERROR")).count(), 1, "{checked}");
        assert!(checked.contains(said), "{checked}");
    }
}

#[tokio::test]
async fn deactivating_a_property_deactivates_its_units_and_activating_it_brings_none_back() {
    let mut setup = generated(RENT_MANAGER, "none", |_| {}).await;
    setup.sync(0).await;
    let property = setup.server.read(|world| {
        let units = |id| world.platform.units.iter().filter(|unit| unit.property_id == id).count();
        // Few enough to be no mass change (rule G1).
        let fits =
            |one: &&Property| one.active && one.address.state.is_some() && (2..10).contains(&units(one.id));
        world.platform.properties.iter().find(fits).expect("a property with units").id
    });
    for (active, some) in [(false, true), (true, false)] {
        setup.advance(TimeDelta::minutes(15));
        let change = |one: &mut Property| one.active = active;
        setup.server.edit(|world| world.update::<Property>(property, change).expect("the property"));
        let writes = setup.sync(0).await;
        assert_eq!(!writes.is_empty(), some, "{writes:?}");
    }
}

#[tokio::test]
async fn an_issue_that_somebody_else_changed_meanwhile_is_read_again_and_closed() {
    let mut setup = generated(RENT_MANAGER, "all", |_| {}).await;
    setup.sync(0).await;
    setup.advance(TimeDelta::minutes(10));
    let job = new_job(&setup, "Diagnosing Issue");
    setup.advance(TimeDelta::minutes(10));
    setup.sync(0).await;
    let task =
        setup.server.read(|world| world.platform.work_orders.iter().last().expect("the new one").task_id);
    set_state(&mut setup, job, "Completed");
    // As if it had been changed between the reading and the write, and by nobody who decided otherwise.
    let rule = FaultRule {
        side: Some(Side::Platform),
        method: Some("POST".to_owned()),
        path: Some("/ServiceManagerIssues/".to_owned()),
        times: Some(1),
        ..FaultRule::always(Fault::Status { status: 409, retry_after: None })
    };
    setup.server.set_faults(FaultPlan { seed: 0, faults: vec![rule] });
    let writes = setup.sync(0).await;
    assert_eq!(writes.iter().map(|write| write.status).collect::<Vec<_>>(), [409, 200], "{writes:?}");
    let status = setup.server.read(|world| world.platform.tasks.get(task).expect("the task").status);
    assert_eq!(status, TaskStatus::Completed);
    assert_eq!(setup.sync(0).await, []);
}

/// Latchel's records after a first sync that leaves a group out, and the number of work orders that a new job of Latchel's made.
async fn state_without_a_group(switch: Switch) -> (Vec<String>, usize) {
    let mut world = World::generate(&GenerateSpec { units: 60, seed: 3, now: noon() });
    for quirk in ["capped-pages", "memberless-groups", "private-reach"] {
        world.platform.account.quirks.insert(quirk.to_owned(), switch);
    }
    let known = |one: &&Property| one.active && one.address.state.is_some();
    let excluded = world.platform.properties.iter().filter(known).nth(1).expect("a property").id;
    let group = world.platform.property_groups.iter().next().expect("a group").clone();
    let only = |group: &mut PropertyGroup| group.property_ids = vec![excluded];
    world.update::<PropertyGroup>(group.id, only).expect("the group");
    world.latchel.properties = Table::default();
    world.latchel.residents = Table::default();
    world.latchel.jobs = Table::default();
    let policy = format!("sync_method = \"assigned\"\nexclude = {{ groups = [{:?}] }}", group.name);
    let mut setup = Setup::on(RENT_MANAGER, world, &policy).await;
    setup.run(0, &["sync", "--since", "2000-01-01T00:00:00Z"]).await;
    let mut facts = latchel_facts(&setup, &[]);
    facts.sort();
    setup.advance(TimeDelta::minutes(10));
    new_job(&setup, "Diagnosing Issue");
    setup.advance(TimeDelta::minutes(10));
    let orders = |setup: &Setup| setup.server.read(|world| world.platform.work_orders.len());
    let before = orders(&setup);
    setup.sync(0).await;
    let made = orders(&setup) - before;
    let excluded = Some(excluded.to_string());
    let is_there =
        setup.server.read(|world| world.latchel.properties.iter().any(|one| one.ref_property_id == excluded));
    assert!(!is_there, "{excluded:?} is excluded");
    (facts, made)
}

#[tokio::test]
async fn what_is_shown_in_small_parts_or_not_at_all_ends_neither_an_exclusion_nor_an_export() {
    let (usual, odd) = (state_without_a_group(Switch::Off).await, state_without_a_group(Switch::On).await);
    assert_eq!(usual, odd);
    assert!(odd.0.len() > 40 && odd.1 == 1, "{} {}", odd.0.len(), odd.1);
}
