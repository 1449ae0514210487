//! A ledger that cannot be used: a clear error with what to do, exit code 2, and nothing is lost.

use std::process::{Command, Output};

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection};

use crate::setup::{Setup, binary};

fn told(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(2), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout)
}

async fn synced() -> (Setup, std::path::PathBuf) {
    let setup = Setup::small("all").await;
    setup.sync(0).await;
    let path = setup.folder.path().join("latchel-sync.sqlite");
    (setup, path)
}

#[tokio::test]
async fn one_that_another_process_locks_is_waited_for_and_then_named() {
    let (setup, path) = synced().await;
    let mut other = SqliteConnectOptions::new().filename(&path).connect().await.expect("a connection");
    sqlx::query("BEGIN IMMEDIATE").execute(&mut other).await.expect("a lock");
    let told = told(&setup.output(&["sync"]).await);
    assert!(told.contains("locked by another process: wait"), "{told}");
    other.close().await.expect("it ends");
    assert_eq!(setup.sync(0).await, [], "nothing was lost");
}

#[tokio::test]
async fn one_that_is_cut_short_or_overwritten_is_kept_as_it_is() {
    let (setup, path) = synced().await;
    let sound = std::fs::read(&path).expect("the ledger");
    for damaged in [sound[..sound.len() / 2].to_vec(), vec![0x55; sound.len()], b"{}".to_vec()] {
        std::fs::write(&path, &damaged).expect("damage");
        for args in [&["sync"][..], &["status"]] {
            let output = setup.output(args).await;
            if output.status.code() == Some(0) {
                continue;
            }
            let told = told(&output);
            assert!(told.contains("keep a copy") && told.contains("backup"), "{args:?}: {told}");
        }
        let _ = std::fs::remove_file(path.with_extension("sqlite-wal"));
        let _ = std::fs::remove_file(path.with_extension("sqlite-shm"));
    }
    std::fs::write(&path, &sound).expect("the backup");
    assert_eq!(setup.sync(0).await, [], "a backup goes on where it was");
}

#[tokio::test]
async fn one_that_cannot_grow_is_named_and_the_next_run_goes_on() {
    let mut setup = Setup::small("all").await;
    // As a full disk would, but without one: no file may grow beyond this.
    let script = "trap '' XFSZ; ulimit -f 150; exec \"$0\" --now \"$1\" sync";
    let now = setup.now.to_rfc3339();
    let mut command = Command::new("sh");
    command.current_dir(setup.folder.path()).args(["-c", script]).arg(binary()).arg(&now);
    let output = tokio::task::spawn_blocking(move || command.output().expect("it runs")).await;
    let output = output.expect("no panic");
    let said =
        String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout);
    assert!(matches!(output.status.code(), Some(1 | 2)), "{said}");
    assert!(said.contains("the disk of the ledger"), "{said}");
    setup.advance(chrono::TimeDelta::minutes(15));
    setup.sync(0).await;
    crate::pairs::pairs(&setup);
    setup.run(0, &["ledger", "check"]).await;
}

#[tokio::test]
async fn a_backup_is_whole_while_a_sync_runs_and_replaces_nothing() {
    let (setup, path) = synced().await;
    let mut other = SqliteConnectOptions::new().filename(&path).connect().await.expect("a connection");
    sqlx::query("BEGIN IMMEDIATE").execute(&mut other).await.expect("a writer");
    setup.run(0, &["ledger", "backup", "copy.sqlite"]).await;
    other.close().await.expect("it ends");
    let copy = setup.folder.path().join("copy.sqlite");
    let before = std::fs::read(&copy).expect("a copy");
    let refused = told(&setup.output(&["ledger", "backup", "copy.sqlite"]).await);
    assert!(refused.contains("there is a file already"), "{refused}");
    assert_eq!(std::fs::read(&copy).expect("a copy"), before);
    std::fs::rename(&copy, &path).expect("restored");
    assert_eq!(setup.sync(0).await, [], "it holds everything");
    setup.run(0, &["ledger", "check"]).await;
}

#[tokio::test]
async fn a_folder_that_is_not_there_is_named() {
    let setup = Setup::small("all").await;
    let path = setup.folder.path().join("latchel-sync.toml");
    let text = std::fs::read_to_string(&path).expect("the configuration");
    std::fs::write(&path, format!("ledger = \"nowhere/ledger.sqlite\"\n{text}")).expect("written");
    let told = told(&setup.output(&["sync"]).await);
    assert!(told.contains("nowhere/ledger.sqlite") && told.contains("its folder must be there"), "{told}");
    assert!(setup.writes().is_empty());
}
