//! Tags that people quote, on every platform: they are text (rules E4, WP6).

use chrono::TimeDelta;
use mock_pms::world::{Job, Table, Task, WorkOrder, World};
use mock_pms::{Dialect, GenerateSpec};

use crate::both_ways::new_job;
use crate::setup::{Setup, noon};

const ALL: [Dialect; 6] = [
    Dialect::BUILDIUM,
    Dialect::APPFOLIO,
    Dialect::DOORLOOP,
    Dialect::PROPERTYWARE,
    Dialect::RENTMANAGER,
    Dialect::RENTVINE,
];

async fn synced(platform: Dialect) -> Setup {
    let mut world = World::generate(&GenerateSpec { units: 60, seed: 3, now: noon() });
    // What Latchel has in a generated world refers to the ids that Buildium gives.
    world.latchel.properties = Table::default();
    world.latchel.residents = Table::default();
    world.latchel.jobs = Table::default();
    let mut setup = Setup::on(platform, world, "sync_method = \"all\"").await;
    setup.sync(0).await;
    setup.advance(TimeDelta::minutes(10));
    setup
}

/// Somebody on the platform asks for work in these words, at another property than the Latchel work order's.
fn ask(setup: &Setup, job: i64, words: &str) {
    setup.server.edit(|world| {
        let place = world.latchel.jobs.get(job).expect("the job").property_id;
        let name = world.latchel.properties.get(place).expect("its property").name.clone();
        let here = |id: i64| world.platform.properties.get(id).is_some_and(|one| name.starts_with(&one.name));
        let elsewhere = |order: &&WorkOrder| {
            let task = world.platform.tasks.get(order.task_id).expect("its task");
            let property = task.property_id.and_then(|id| world.platform.properties.get(id));
            // One whose address lacks nothing is in Latchel.
            let in_latchel = property.is_some_and(|one| one.active && one.address.state.is_some());
            let open = task.status != mock_pms::world::TaskStatus::Closed;
            open && in_latchel && task.property_id.is_some_and(|id| !here(id))
        };
        let order = world.platform.work_orders.iter().find(elsewhere).expect("one elsewhere").clone();
        let task = world.platform.tasks.get(order.task_id).expect("its task").clone();
        let (next_task, next) = (
            world.platform.tasks.iter().map(|one| one.id).max().unwrap_or_default() + 1,
            world.platform.work_orders.iter().map(|one| one.id).max().unwrap_or_default() + 1,
        );
        let (created_at, updated_at) = (world.now(), world.now());
        let said = Some(words.to_owned());
        let asked = Task {
            id: next_task,
            title: words.to_owned(),
            description: said.clone(),
            created_at,
            updated_at,
            ..task
        };
        world.platform.tasks.insert(asked).expect("a free id");
        let asked = WorkOrder {
            id: next,
            task_id: next_task,
            title: said.clone(),
            details: said,
            created_at,
            updated_at,
            ..order
        };
        world.platform.work_orders.insert(asked).expect("a free id");
    });
}

/// The number of work orders on each side.
fn counts(setup: &Setup) -> (usize, usize) {
    setup.server.read(|world| (world.platform.work_orders.len(), world.latchel.jobs.len()))
}

/// Syncs twice: everything is brought over once, and nothing failed.
async fn sync_to_the_end(setup: &mut Setup) {
    for _ in 0..2 {
        setup.sync(0).await;
        setup.advance(TimeDelta::minutes(10));
    }
    assert_eq!(setup.sync(0).await, [], "{}: nothing is left to do", setup.platform());
}

#[tokio::test]
async fn a_tag_that_somebody_quotes_links_nothing_and_hides_nothing() {
    for platform in ALL {
        for words in ["Same trouble as in [Latchel #JOB] last week", "As in [Latchel #JOB]"] {
            let mut setup = synced(platform).await;
            let job = new_job(&setup, "Diagnosing Issue");
            ask(&setup, job, &words.replace("JOB", &job.to_string()));
            let (orders, jobs) = counts(&setup);
            sync_to_the_end(&mut setup).await;
            let told = format!("{platform}: {words}");
            // The one that quotes is imported, and the one that is quoted is created.
            assert_eq!(counts(&setup), (orders + 1, jobs + 1), "{told}");
            let own = setup.server.read(|world| world.latchel.jobs.get(job).expect("it").ref_job_id.clone());
            let others = setup.server.read(|world| {
                let same = |one: &&Job| one.ref_job_id == own;
                world.latchel.jobs.iter().filter(same).count()
            });
            assert_eq!((own.is_some(), others), (true, 1), "{told}");
        }
    }
}

#[tokio::test]
async fn a_follow_up_that_quotes_another_work_order_is_made_once_and_synced() {
    for platform in ALL {
        let mut setup = synced(platform).await;
        let quoted = new_job(&setup, "Diagnosing Issue");
        let follow_up = new_job(&setup, "Diagnosing Issue");
        setup.server.edit(|world| {
            let words = format!("Still drips. See [Latchel #{quoted}]");
            let says = |one: &mut Job| (one.name, one.description) = (words.clone(), Some(words.clone()));
            world.update::<Job>(follow_up, says).expect("the follow-up");
        });
        let (orders, jobs) = counts(&setup);
        sync_to_the_end(&mut setup).await;
        assert_eq!(counts(&setup), (orders + 2, jobs), "{platform}");
        let status = setup.run(0, &["status", "work-order", &follow_up.to_string(), "--json"]).await;
        assert!(status.contains("\"synced\""), "{platform}: {status}");
    }
}
