//! Parts of a sync, and looking into what it did.

use chrono::TimeDelta;
use mock_pms::{Side, World};
use serde_json::Value;

use crate::both_ways::new_job;
use crate::setup::{Setup, binary, noon};

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// A world in which Latchel has nothing yet.
fn empty_latchel(world: &mut World) {
    let latchel = &mut world.latchel;
    (latchel.properties, latchel.residents, latchel.jobs) = Default::default();
}

#[tokio::test]
async fn only_and_direction_leave_the_rest_alone() {
    let mut setup = Setup::new("all", empty_latchel).await;
    let counts = |setup: &Setup| {
        setup.server.read(|world| {
            let made = |id: &Option<String>| id.is_some();
            let properties = world.latchel.properties.iter().filter(|one| made(&one.ref_property_id)).count();
            let residents = world.latchel.residents.iter().filter(|one| made(&one.ref_user_id)).count();
            let jobs = world.latchel.jobs.iter().filter(|one| made(&one.ref_job_id)).count();
            (properties > 0, residents > 0, jobs > 0)
        })
    };
    setup.run(0, &["sync", "--only", "properties"]).await;
    assert_eq!(counts(&setup), (true, false, false));
    setup.run(0, &["sync", "--only", "residents"]).await;
    assert_eq!(counts(&setup), (true, true, false));
    setup.advance(TimeDelta::minutes(10));
    let job = new_job(&setup, "Diagnosing Issue");
    setup.advance(TimeDelta::minutes(10));
    setup.run(0, &["sync", "--only", "work-orders", "--direction", "to-latchel"]).await;
    assert_eq!(counts(&setup), (true, true, true));
    let there = |setup: &Setup| {
        setup.server.read(|world| world.latchel.jobs.get(job).expect("it").ref_job_id.is_some())
    };
    assert!(!there(&setup), "nothing went to the platform yet");
    setup.run(0, &["sync", "--direction", "to-platform"]).await;
    assert!(there(&setup));
}

#[tokio::test]
async fn since_reaches_back_further_than_the_window() {
    let long_ago = noon() - TimeDelta::days(500);
    let mut setup = Setup::new("none", |world| {
        empty_latchel(world);
        let rental = world.platform.properties.get_mut(1_001).expect("the second rental");
        rental.updated_at = long_ago;
        let units: Vec<_> =
            world.platform.units.iter().filter(|one| one.property_id == 1_001).map(|one| one.id).collect();
        units
            .into_iter()
            .for_each(|id| world.platform.units.get_mut(id).expect("the unit").updated_at = long_ago);
    })
    .await;
    setup.run(0, &["sync", "--only", "properties"]).await;
    let count = |setup: &Setup| setup.server.read(|world| world.latchel.properties.len());
    let inside = count(&setup);
    setup.run(0, &["sync", "--only", "properties", "--since", "1000d"]).await;
    let all = count(&setup);
    assert!(all > inside, "{all} of a longer span, {inside} of the window");
    setup.advance(TimeDelta::minutes(1));
    setup.run(0, &["sync", "--only", "properties", "--since", "2020-01-01"]).await;
    assert_eq!(count(&setup), all);
}

#[tokio::test]
async fn runs_accounts_status_and_explain_tell_what_was_done() {
    let mut setup = Setup::new("all", |_| {}).await;
    assert!(setup.run(0, &["status"]).await.contains("never run"));
    setup.sync(0).await;
    setup.advance(TimeDelta::minutes(10));
    let job = new_job(&setup, "Diagnosing Issue");
    setup.advance(TimeDelta::minutes(10));
    setup.sync(0).await;
    let number = setup.server.read(|world| world.latchel.jobs.get(job).expect("it").order_number.clone());
    let number = number.expect("the platform's number");

    let status = json(&setup.run(0, &["status", "--json"]).await);
    assert_eq!(
        (&status[0]["health"], &status[0]["failed"]),
        (&Value::from("ok"), &Value::from(0)),
        "{status}"
    );
    let runs = json(&setup.run(0, &["runs", "--json"]).await);
    assert_eq!(runs.as_array().map(Vec::len), Some(2), "{runs}");
    let newest = runs[0]["id"].as_str().expect("an id");
    let shown = setup.run(0, &["runs", "show", newest]).await;
    assert!(shown.contains("work_order_created"), "{shown}");
    setup.run(1, &["runs", "show", "01a20b69-7d00-7683-847f-bee54ab0016e"]).await;

    for id in [job.to_string(), number.clone()] {
        let banner = setup.run(0, &["status", "work-order", &id]).await;
        assert!(banner.starts_with("[synced] ") && banner.contains(&number), "{id}: {banner}");
        let explained = setup.run(0, &["explain", "work-order", &id]).await;
        for part in ["in Latchel", "Linked since", "What was asked", "decided, by rule L10"] {
            assert!(explained.contains(part), "{part} is missing: {explained}");
        }
    }
    setup.run(1, &["status", "work-order", "99999999"]).await;
    setup.run(1, &["explain", "property", "Nowhere Street"]).await;

    let accounts = json(&setup.run(0, &["accounts", "show", "main", "--json"]).await);
    assert!(accounts.to_string().contains("sync_start"), "{accounts}");
    for (when, instant) in
        [("2026-03-01T00:00:00Z", "2026-03-01T00:00:00Z"), ("2026-03-02", "2026-03-02T08:00:00Z")]
    {
        setup.run(0, &["accounts", "set-sync-start", "main", when]).await;
        assert!(setup.run(0, &["accounts", "show", "main"]).await.contains(instant), "{when}");
    }
    setup.run(3, &["accounts", "set-sync-start", "main", "soon"]).await;
    setup.run(3, &["accounts", "set-sync-start", "nobody", "2026-03-01"]).await;
}

#[tokio::test]
async fn status_shows_a_gap_that_the_next_window_leaves() {
    let mut setup = Setup::new("none", |_| {}).await;
    let path = setup.folder.path().join("latchel-sync.toml");
    let text = std::fs::read_to_string(&path).expect("the configuration");
    let strict = text.replacen("sync_method", "window = { catch_up = false }\nsync_method", 1);
    std::fs::write(&path, strict).expect("a configuration");
    setup.sync(0).await;
    setup.advance(TimeDelta::hours(72));
    let status = json(&setup.run(0, &["status", "--json"]).await);
    assert_eq!(status[0]["health"], "ok", "{status}");
    setup.advance(TimeDelta::hours(1));
    let status = setup.run(0, &["status"]).await;
    assert!(status.starts_with("main: gap") && status.contains("sync --since 2026-03-02T"), "{status}");
    let output = setup.output(&["sync"]).await;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("not covered by the window") && said.contains("--since 2026-03-02T"), "{said}");
}

#[tokio::test]
async fn a_dismissed_record_is_left_alone_until_it_is_retried() {
    let setup = Setup::new("all", |_| {}).await;
    setup.sync(0).await;
    let pending = json(&setup.run(0, &["pending", "list", "--json"]).await);
    let one = &pending[0]["outcome"]["key"];
    let (kind, id) = (one["kind"].as_str().expect("a kind"), one["id"].as_str().expect("an id"));
    let (kind, id) = (kind.to_owned(), id.to_owned());
    setup.run(0, &["pending", "dismiss", &kind, &id]).await;
    let listed = json(&setup.run(0, &["pending", "list", "--json"]).await);
    assert_eq!(listed[0]["dismissed"], true, "{listed}");
    setup.run(0, &["pending", "retry", &kind, &id]).await;
    let listed = json(&setup.run(0, &["pending", "list", "--json"]).await);
    assert_eq!(listed[0]["dismissed"], false, "{listed}");
    setup.run(1, &["pending", "dismiss", &kind, "no-such-id"]).await;
}

#[tokio::test]
async fn the_ledger_is_checked_and_copied() {
    let setup = Setup::new("all", |_| {}).await;
    setup.sync(0).await;
    assert!(setup.run(0, &["ledger", "check"]).await.contains("is sound"));
    setup.run(0, &["ledger", "backup", "copy.sqlite"]).await;
    setup.run(2, &["ledger", "backup", "copy.sqlite"]).await;
    let folder = setup.folder.path();
    let before = std::fs::metadata(folder.join("copy.sqlite")).expect("the copy");
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(before.permissions().mode() & 0o777, 0o600);
    }
    std::fs::rename(folder.join("copy.sqlite"), folder.join("latchel-sync.sqlite")).expect("put in place");
    for rest in ["latchel-sync.sqlite-wal", "latchel-sync.sqlite-shm"] {
        drop(std::fs::remove_file(folder.join(rest)));
    }
    assert_eq!(setup.sync(0).await, [], "the copy remembers everything");
}

#[tokio::test]
async fn a_deadline_ends_a_sync_and_the_next_one_goes_on() {
    let setup = Setup::new("all", |_| {}).await;
    let output = setup.output(&["sync", "--deadline", "1ms"]).await;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("deadline") && matches!(output.status.code(), Some(1 | 2)), "{said}");
    setup.sync(0).await;
    assert_eq!(setup.sync(0).await, []);
}

#[tokio::test]
async fn hiding_a_whole_portfolio_stops_until_it_is_allowed() {
    let mut setup = Setup::new("none", |_| {}).await;
    setup.sync(0).await;
    setup.advance(TimeDelta::minutes(15));
    setup.server.edit(|world| {
        let ids: Vec<_> = world.platform.properties.iter().map(|one| one.id).collect();
        for id in ids {
            world.update::<mock_pms::world::Property>(id, |one| one.active = false).expect("the rental");
        }
    });
    setup.advance(TimeDelta::minutes(15));
    let output = setup.output(&["sync"]).await;
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.code() == Some(1) && told.contains("--allow-mass-change"), "{told}");
    assert!(setup.server.read(|world| world.latchel.properties.iter().any(|one| one.is_active)));
    setup.run(0, &["sync", "--allow-mass-change"]).await;
    let left = |one: &mock_pms::world::LatchelProperty| one.is_active && one.ref_property_id.is_some();
    assert!(!setup.server.read(|world| world.latchel.properties.iter().any(left)));
}

#[tokio::test]
async fn the_demo_tells_its_story_to_the_end() {
    let told = tokio::task::spawn_blocking(|| {
        std::process::Command::new(binary()).args(["demo", "--units", "120"]).output().expect("it runs")
    });
    let output = told.await.expect("no panic");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{text}\n{}", String::from_utf8_lossy(&output.stderr));
    for part in [
        "is hidden on the platform",
        "is unhidden on the platform",
        "is set Completed in Latchel",
        "is set Cancelled in Latchel",
        "is set Forwarded to PM in Latchel",
        "is taken from Latchel on the platform",
        "arrives at property",
        "the move-out day",
        "property_deactivated",
        "status_completed",
        "status_cancelled",
        "forwarded_to_pm_no_write",
        "unassigned_stops_updates",
        "no_property_match",
        "resident_lapsed",
        "no write",
        "What to try next",
    ] {
        assert!(text.contains(part), "{part:?} is missing: {text}");
    }
    // As people know it, though a mirror answered.
    let completed = text.lines().find(|line| line.contains("status_completed")).expect("it is told");
    assert!(completed.contains("Reported by phone, no. 1"), "{completed}");
}

#[tokio::test]
async fn logs_can_be_json_and_hold_no_secret() {
    let setup = Setup::new("all", |_| {}).await;
    let output = setup.output(&["-vv", "--log-format", "json", "sync"]).await;
    let log = String::from_utf8_lossy(&output.stderr).into_owned();
    let lines: Vec<_> = log.lines().filter(|line| line.starts_with('{')).map(json).collect();
    assert!(lines.iter().any(|line| line["fields"]["message"] == "answered"), "every call is told: {log}");
    let all = format!("{log}{}", String::from_utf8_lossy(&output.stdout));
    for secret in ["mock-client-secret", "mock-api-key"] {
        assert!(!all.contains(secret), "{secret}");
    }
    assert!(setup.server.requests().iter().any(|request| request.side == Side::Platform));
}

#[tokio::test]
async fn log_lines_that_go_into_a_file_have_no_colours() {
    let setup = Setup::new("all", |_| {}).await;
    let output = setup.output(&["-vv", "sync"]).await;
    let log = String::from_utf8_lossy(&output.stderr);
    assert!(log.contains("answered") && !log.contains('\u{1b}'), "{log}");
}
