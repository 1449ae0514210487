//! Several processes on one ledger, each with a role.

use std::process::Command;

use latchel_sync_ledger::throw_away;

use crate::pairs::pairs;
use crate::serving::{OFTEN, Serving, until};
use crate::setup::Setup;

fn serve(setup: &Setup, role: &str) -> Command {
    setup.command(&["serve", "--listen", "127.0.0.1:0", "--role", role])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_is_killed_is_made_good_by_another() {
    made_good_after("KILL").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_is_frozen_is_made_good_by_another_and_changes_nothing_when_it_thaws() {
    made_good_after("STOP").await;
}

/// Sends this signal to a worker amid a sync, and starts another.
async fn made_good_after(signal: &str) {
    let undisturbed = Setup::small("all").await;
    undisturbed.sync(0).await;
    let expected = pairs(&undisturbed);
    let url = throw_away::fresh_url().await;
    let mut setup = Setup::of(crate::setup::small_world(), OFTEN).await.on_postgres(url);
    let web = Serving::by(serve(&setup, "web")).await;
    let first = Serving::by(serve(&setup, "worker")).await;
    until(&setup, "the first writes", |setup| !setup.writes().is_empty()).await;
    first.signal(signal);
    // By now a create would show whose answer was lost; without this the test would wait as long.
    setup.advance(chrono::TimeDelta::minutes(10));
    let other = Serving::by(serve(&setup, "worker")).await;
    until(&setup, &format!("after {signal}"), |setup| pairs(setup) == expected).await;
    assert!(web.page("").await.contains("main"), "pages");
    assert_eq!(web.page("healthz").await, "ok\n");
    assert_eq!(other.page("healthz").await, "ok\n");
    if signal == "STOP" {
        first.signal("CONT");
        first.signal("TERM");
        assert_eq!(first.end().await, Some(0));
        assert_eq!(pairs(&setup), expected);
    } else {
        assert_eq!(first.end().await, None);
    }
    for process in [other, web] {
        process.signal("TERM");
        assert_eq!(process.end().await, Some(0));
    }
    assert_eq!(setup.run(0, &["ledger", "check"]).await, "the ledger is sound\n");
}

#[tokio::test]
async fn a_role_is_for_processes_that_share_a_ledger() {
    let setup = Setup::small("all").await;
    for role in ["web", "worker"] {
        let refused = serve(&setup, role).output().expect("it runs");
        let told = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert_eq!(refused.status.code(), Some(3), "{told}");
        assert!(told.contains("a ledger on SQLite is for one process") && told.contains("hint: "), "{told}");
    }
}
