//! Latchel's Partner API behind the mirror, from the command to the mock.

use chrono::TimeDelta;
use mock_pms::{Side, Switch, World};
use serde_json::{Value, json};

use crate::setup::Setup;

const ON: &str = "writes = \"on\"";

fn reasons(run: &str) -> Value {
    let run: Value = serde_json::from_str(run).expect("JSON");
    let run = run.as_array().map_or(run.clone(), |runs| runs[0].clone());
    let mut all = serde_json::Map::new();
    for phase in run["phases"].as_array().expect("phases") {
        for (reason, count) in phase["counts"].as_object().expect("counts") {
            let before = all.get(reason).and_then(Value::as_u64).unwrap_or_default();
            all.insert(reason.clone(), json!(before + count.as_u64().unwrap_or_default()));
        }
    }
    Value::Object(all)
}

fn sizes(world: &World) -> [usize; 3] {
    let latchel = &world.latchel;
    [latchel.properties.iter().count(), latchel.residents.iter().count(), latchel.jobs.iter().count()]
}

/// Writes to Latchel so far.
fn written(setup: &Setup) -> usize {
    setup.writes().iter().filter(|request| request.side == Side::Latchel).count()
}

#[tokio::test]
async fn with_writes_off_everything_that_reads_works() {
    let setup = Setup::on_partner_api(|_| (), "").await;
    let before = setup.server.read(sizes);
    let run = setup.run(0, &["sync", "--json"]).await;
    let held = reasons(&run)["latchel_writes_off"].as_u64().unwrap_or_default();
    assert!(held > 5, "{run}");
    assert_eq!((written(&setup), setup.server.read(sizes)), (0, before));
    // Nothing waits for ever: the same records are written as soon as writes are on.
    let mut setup = setup.with_latchel_settings(ON);
    setup.now += TimeDelta::minutes(15);
    let run = setup.run(0, &["sync", "--json"]).await;
    assert_eq!(reasons(&run).get("latchel_writes_off"), None, "{run}");
    assert!(setup.server.read(sizes)[0] > before[0], "{run}");
}

#[tokio::test]
async fn what_was_synced_is_not_written_again_whatever_the_lists_repeat_or_leave_out() {
    let mut setup = Setup::on_partner_api(|_| (), ON).await;
    for _ in 0..3 {
        setup.run(0, &["sync", "--json"]).await;
        setup.now += TimeDelta::minutes(15);
    }
    let (before, writes) = (setup.server.read(sizes), written(&setup));
    for _ in 0..3 {
        setup.run(0, &["sync", "--json"]).await;
        setup.now += TimeDelta::minutes(15);
    }
    assert_eq!((setup.server.read(sizes), written(&setup)), (before, writes));
}

#[tokio::test]
async fn nothing_is_created_before_the_list_is_proven() {
    // Two calls in a span let a run read one page, and no more.
    let setup =
        Setup::on_partner_api(|_| (), &format!("{ON}\ncalls_per_span = 100000\ncalls_share = 0.00002")).await;
    let before = setup.server.read(sizes);
    let state = setup.run(1, &["mirror", "status", "--json"]).await;
    assert!(state.contains("\"proven\": false") || state.contains("\"proven\":false"), "{state}");
    let explained = setup.run(0, &["plan", "--only", "properties", "--json"]).await;
    assert!(explained.contains("mirror_incomplete"), "{explained}");
    assert_eq!((setup.server.read(sizes), written(&setup)), (before, 0));
}

/// Somebody closes a work order on the platform before it was ever seen.
fn call_one_off(setup: &Setup) {
    setup.edit(
        r#"[{"collection": "tasks", "create": {"id": 200, "kind": "todo", "title": "Called off", "property_id": 1, "unit_id": 11,
                "status": "closed", "priority": "normal", "assigned_to": 41}},
            {"collection": "work_orders", "create": {"id": 299, "task_id": 200, "title": "Called off", "vendor_id": 51}}]"#,
    );
}

/// State in which it is in Latchel, if it is there.
fn arrived_as(setup: &Setup) -> Option<String> {
    setup.server.read(|world| {
        let arrived = world.latchel.jobs.iter().find(|job| job.ref_job_id.as_deref() == Some("299"));
        arrived.map(|job| job.state.clone())
    })
}

#[tokio::test]
async fn a_cancelled_one_waits_and_fails_not_until_latchel_has_shown_that_state() {
    let mut setup = Setup::of_partner_api(crate::setup::small_world(), "sync_method = \"all\"", ON).await;
    call_one_off(&setup);
    setup.run(0, &["sync"]).await;
    setup.advance(TimeDelta::minutes(15));
    setup.run(0, &["sync"]).await;
    assert_eq!(arrived_as(&setup), None);
    let waiting = setup.run(0, &["pending", "list"]).await;
    assert!(waiting.contains("mirror_incomplete") && waiting.contains("the state Cancelled"), "{waiting}");
    crate::both_ways::new_job(&setup, "Cancelled");
    for _ in 0..2 {
        setup.advance(TimeDelta::minutes(15));
        setup.run(0, &["sync"]).await;
    }
    assert_eq!(arrived_as(&setup).as_deref(), Some("Cancelled"));
}

#[tokio::test]
async fn a_cancelled_one_arrives_cancelled_though_no_list_of_this_run_shows_that_state() {
    let mut setup = Setup::of_partner_api(crate::setup::small_world(), "sync_method = \"all\"", ON).await;
    let cancelled = crate::both_ways::new_job(&setup, "Cancelled");
    setup.run(0, &["sync"]).await;
    // What is asked for from now on is younger than that work order; the mirror alone knows of it.
    for _ in 0..2 {
        setup.advance(TimeDelta::days(10));
        setup.run(0, &["sync"]).await;
    }
    call_one_off(&setup);
    setup.advance(TimeDelta::minutes(15));
    setup.server.clear_requests();
    setup.run(0, &["sync"]).await;
    assert_eq!(arrived_as(&setup).as_deref(), Some("Cancelled"));
    let shown = format!("/v1/jobs/{cancelled}");
    let read = setup.server.requests().iter().filter(|one| one.path == shown).count();
    assert_eq!(read, 1, "the mirror knew which work order shows the state");
}

#[tokio::test]
async fn what_is_reported_in_the_small_hours_arrives_whatever_the_zone_of_latchels_days_is() {
    for days in [Switch::Off, Switch::On] {
        let mut world = crate::setup::small_world();
        world.latchel.company.quirks.insert("utc-days".to_owned(), days);
        let mut setup = Setup::of_partner_api(world, "sync_method = \"all\"", ON).await;
        setup.run(0, &["sync"]).await;
        // From noon in Los Angeles to the evening, which is the next day in UTC.
        for hours in [3, 3] {
            setup.advance(TimeDelta::hours(hours));
            setup.run(0, &["sync"]).await;
        }
        setup.advance(TimeDelta::minutes(15));
        crate::both_ways::new_job(&setup, "Diagnosing Issue");
        let orders = |setup: &Setup| setup.server.read(|world| world.platform.work_orders.len());
        let before = orders(&setup);
        setup.advance(TimeDelta::minutes(15));
        setup.run(0, &["sync"]).await;
        assert_eq!(orders(&setup), before + 1, "days in UTC: {days:?}");
    }
}
