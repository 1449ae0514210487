//! Commands that only read: what they leave behind, and what they can do where they may not write.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};
use std::time::SystemTime;

use mock_pms::Moment;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection};

use crate::setup::Setup;

/// Every command that only reads the ledger.
const READING: [&[&str]; 8] = [
    &["status"],
    &["status", "work-order", "901"],
    &["runs"],
    &["pending", "list"],
    &["accounts", "list"],
    &["explain", "property", "1204"],
    &["ledger", "check"],
    &["plan"],
];

/// The folder's files with their content.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let entries = fs::read_dir(folder).expect("the folder").flatten();
    let mut files: Vec<_> = entries
        .map(|entry| {
            let name = entry.file_name().to_string_lossy().into_owned();
            (name, fs::read(entry.path()).expect("a file"))
        })
        .collect();
    files.sort();
    files
}

fn permit(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).expect("ours");
}

/// A synced account whose folder and ledger everybody may read, and nobody but their owner write.
async fn readable() -> Setup {
    synced_and_readable(Setup::small("all").await).await
}

async fn synced_and_readable(setup: Setup) -> Setup {
    setup.sync(0).await;
    permit(&setup.ledger_file(), 0o644);
    permit(setup.folder.path(), 0o755);
    setup
}

/// Runs the command as somebody whom permissions keep from writing, which they do not keep root from.
async fn as_reader(setup: &Setup, args: &[&str]) -> Output {
    let own = setup.command(args);
    let id = Command::new("id").arg("-u").output().expect("id runs");
    let mut command = if id.stdout.trim_ascii() == b"0" {
        let mut other = Command::new("setpriv");
        other.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(own.get_program());
        other.args(own.get_args()).current_dir(setup.folder.path());
        other.envs(own.get_envs().filter_map(|(key, value)| Some((key, value?))));
        other
    } else {
        own
    };
    permit(setup.folder.path(), 0o555);
    let run = tokio::task::spawn_blocking(move || command.output().expect("it runs"));
    let output = run.await.expect("no panic");
    permit(setup.folder.path(), 0o755);
    output
}

fn told(output: &Output) -> String {
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    format!("{out}{err}")
}

#[tokio::test]
async fn a_command_that_ends_by_itself_leaves_the_ledger_in_one_file() {
    let setup = Setup::small("all").await;
    let names = || files(setup.folder.path()).into_iter().map(|(name, _)| name).collect::<Vec<_>>();
    setup.output(&["status"]).await;
    assert_eq!(names(), ["latchel-sync.toml"], "none is made to read");
    setup.sync(0).await;
    assert_eq!(names(), ["latchel-sync.sqlite", "latchel-sync.toml"]);
    let before = files(setup.folder.path());
    for args in READING {
        setup.output(args).await;
        assert!(files(setup.folder.path()) == before, "{args:?}");
    }
    setup.run(1, &["sync", "--deadline", "1ms"]).await;
    setup.output(&["pending", "retry"]).await;
    setup.run(0, &["ledger", "backup", "copy.sqlite"]).await;
    assert_eq!(names(), ["copy.sqlite", "latchel-sync.sqlite", "latchel-sync.toml"]);
}

#[tokio::test]
async fn they_need_not_write_where_the_ledger_is() {
    let setup = readable().await;
    let before = files(setup.folder.path());
    for args in READING {
        let (here, there) = (setup.output(args).await, as_reader(&setup, args).await);
        assert_eq!(here.status.code(), there.status.code(), "{args:?}: {}", told(&there));
        assert_eq!(there.stdout.is_empty(), here.stdout.is_empty(), "{args:?}: {}", told(&there));
        assert!(files(setup.folder.path()) == before, "{args:?}");
    }
    let refused = as_reader(&setup, &["sync"]).await;
    assert_eq!(refused.status.code(), Some(2));
    assert!(told(&refused).contains("this user must be able to write"), "{}", told(&refused));
}

/// A mirror learns of each record that it reads; where the ledger is only read, it forgets that again.
#[tokio::test]
async fn behind_a_mirror_every_kind_is_explained_without_a_write() {
    let setup = synced_and_readable(Setup::on_partner_api(|_| (), "writes = \"on\"").await).await;
    let (property, resident, order, job) = setup.server.read(|world| {
        let of_latchel = world.latchel.properties.iter().find_map(|one| one.ref_property_id.clone());
        (
            of_latchel.expect("a property"),
            world.latchel.residents.iter().find_map(|one| one.ref_user_id.clone()).expect("a resident"),
            world.platform.work_orders.iter().next().expect("a work order").id.to_string(),
            world.latchel.jobs.iter().next().expect("a job").id.to_string(),
        )
    });
    let before = files(setup.folder.path());
    for (kind, id) in
        [("property", property), ("resident", resident), ("work-order", order), ("work-order", job)]
    {
        let output = as_reader(&setup, &["explain", kind, &id]).await;
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        // Several units of one property are a list to choose from.
        assert!(
            [Some(0), Some(4)].contains(&output.status.code()),
            "{kind} {id}: {:?}: {said}",
            output.status
        );
    }
    assert_eq!(files(setup.folder.path()), before);
}

#[tokio::test]
async fn they_see_what_another_user_has_just_written() {
    let setup = readable().await;
    let mut other =
        SqliteConnectOptions::new().filename(setup.ledger_file()).connect().await.expect("a connection");
    sqlx::query("UPDATE accounts SET sync_start = '2031-01-01T00:00:00Z'")
        .execute(&mut other)
        .await
        .expect("written");
    let seen = as_reader(&setup, &["accounts", "list"]).await;
    assert_eq!(seen.status.code(), Some(0), "{}", told(&seen));
    assert!(told(&seen).contains("2031-01-01"), "{}", told(&seen));
    other.close().await.expect("it ends");
}

#[tokio::test]
async fn what_cannot_be_read_without_writing_is_refused_with_the_reason() {
    let setup = readable().await;
    let beside = setup.folder.path().join("latchel-sync.sqlite-wal");
    fs::write(&beside, "what a killed run left").expect("a file");
    let refused = as_reader(&setup, &["status"]).await;
    assert_eq!(refused.status.code(), Some(2), "{}", told(&refused));
    assert!(told(&refused).contains("read a copy of both files"), "{}", told(&refused));
    fs::remove_file(&beside).expect("ours");

    permit(&setup.ledger_file(), 0o400);
    let refused = as_reader(&setup, &["status"]).await;
    // Where the tests do not run as root, the reader is the owner.
    if refused.status.code() != Some(0) {
        assert!(told(&refused).contains("must be able to read its file"), "{}", told(&refused));
    }
}

#[tokio::test]
async fn an_older_ledger_is_named_and_left_as_it_is() {
    let setup = readable().await;
    let mut other =
        SqliteConnectOptions::new().filename(setup.ledger_file()).connect().await.expect("a connection");
    sqlx::query("DELETE FROM _sqlx_migrations WHERE version <> 1").execute(&mut other).await.expect("older");
    other.close().await.expect("it ends");
    let before = files(setup.folder.path());
    for args in READING {
        for output in [setup.output(args).await, as_reader(&setup, args).await] {
            assert_eq!(output.status.code(), Some(2), "{args:?}: {}", told(&output));
            assert!(told(&output).contains("older than this version"), "{args:?}: {}", told(&output));
        }
        assert!(files(setup.folder.path()) == before, "{args:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ledger_that_changes_while_it_is_read_without_locks_is_no_success() {
    let setup = readable().await;
    let path = setup.ledger_file();
    setup.server.watch(move |moment, _| {
        if moment == Moment::Arrived {
            let file = fs::File::open(&path).expect("the ledger");
            file.set_modified(SystemTime::UNIX_EPOCH).expect("ours");
        }
        true
    });
    let plan = as_reader(&setup, &["plan"]).await;
    assert_eq!(plan.status.code(), Some(2), "{}", told(&plan));
    assert!(told(&plan).contains("written to while it was read"), "{}", told(&plan));
}
