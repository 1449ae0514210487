//! A ledger that a newer version upgrades while this one works on it.

use std::time::Duration;

use latchel_sync_core::LedgerAdmin;
use latchel_sync_ledger::SqliteLedger;
use latchel_sync_server::schedule::Schedule;
use sqlx::{Connection, SqliteConnection};

use crate::world::{ACCOUNT, World, pass};

#[tokio::test]
async fn a_process_whose_ledger_a_newer_version_upgraded_begins_nothing_any_more_and_says_so() {
    let folder = tempfile::TempDir::new().expect("a folder");
    let path = folder.path().join("ledger.sqlite");
    let mut world = World::over(SqliteLedger::open(&path).await.expect("a ledger")).await;
    world.restart(|account| {
        let timetable = || "5s".parse().expect("a timetable");
        let (work_orders, properties_and_residents) = (timetable(), timetable());
        account.schedule = Schedule { work_orders, properties_and_residents, ..account.schedule.clone() };
    });
    let runs = async || world.ledger.runs(Some(ACCOUNT), 1_000).await.expect("runs").len();
    let upgraded = async {
        let mut changes = world.app.jobs.changes();
        while runs().await == 0 {
            changes.changed().await.expect("it works");
        }
        assert_eq!(world.visitor().get("/readyz").await.status, 200);
        let mut newer =
            SqliteConnection::connect(&format!("sqlite:{}", path.display())).await.expect("the same file");
        let upgrade = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
                       VALUES (9999, 'later', TRUE, x'00', 0)";
        sqlx::query(upgrade).execute(&mut newer).await.expect("upgraded");
        while world.visitor().get("/readyz").await.status == 200 {
            pass(Duration::from_secs(1)).await;
        }
        let ready = world.visitor().get("/readyz").await;
        assert!(ready.body.contains("a newer version has upgraded the ledger"), "{}", ready.body);
        assert_eq!(world.visitor().get("/").await.status, 200, "pages go on");
        // What was asked for and not begun waits on.
        while world.app.jobs.counts().await.expect("the jobs").1 > 0 {
            pass(Duration::from_secs(1)).await;
        }
        let ended = runs().await;
        for _ in 0..60 {
            pass(Duration::from_secs(1)).await;
        }
        assert_eq!(runs().await, ended, "nothing is begun any more");
    };
    tokio::select! {
        () = world.app.work() => panic!("it goes on telling people"),
        () = upgraded => {}
    }
}
