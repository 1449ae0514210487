//! The ledger on PostgreSQL: the database that `TEST_DATABASE_URL` names, or a throw-away cluster of our own.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use latchel_sync_core::{ErrorKind, Ledger};
use latchel_sync_ledger::PostgresLedger;
use sqlx::{Connection, PgConnection};

latchel_sync_ledger::ledger_suite!(fresh);

/// An empty database of its own for each test.
async fn fresh() -> PostgresLedger {
    PostgresLedger::open(&fresh_url().await).await.expect("a ledger")
}

async fn fresh_url() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let name = format!("ledger_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let (server, database) = server_url().rsplit_once('/').expect("a database's address");
    let mut connection =
        PgConnection::connect(&format!("{server}/{database}")).await.expect("the server answers");
    let create = format!("CREATE DATABASE {name}");
    sqlx::query(sqlx::AssertSqlSafe(create)).execute(&mut connection).await.expect("a database");
    format!("{server}/{name}")
}

/// A cluster that ends with this process.
struct Cluster {
    url: String,
}

/// A folder for this process; those of processes that have ended are removed.
fn own_folder() -> PathBuf {
    let name = |process: &str| format!("latchel-sync-postgres-{process}");
    for entry in std::fs::read_dir(std::env::temp_dir()).expect("the temporary folder").flatten() {
        let found = entry.file_name().to_string_lossy().into_owned();
        let process = found.strip_prefix(&name("")).map(str::to_owned);
        if process.is_some_and(|process| !Path::new("/proc").join(process).exists()) {
            // Another test may be removing it too.
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
    let folder = std::env::temp_dir().join(name(&std::process::id().to_string()));
    std::fs::create_dir(&folder).expect("a folder");
    folder
}

fn server_url() -> &'static str {
    static GIVEN: OnceLock<Option<String>> = OnceLock::new();
    static CLUSTER: OnceLock<Cluster> = OnceLock::new();
    let given = GIVEN.get_or_init(|| std::env::var("TEST_DATABASE_URL").ok());
    given.as_deref().unwrap_or_else(|| &CLUSTER.get_or_init(Cluster::start).url)
}

impl Cluster {
    fn start() -> Self {
        let folder = own_folder();
        let data = folder.join("data");
        if is_root() {
            run(Command::new("chown").arg("postgres").arg(&folder));
        }
        run(as_postgres(&program("initdb"))
            .args(["--auth=trust", "--username=postgres", "--no-sync", "-D"])
            .arg(&data));
        let port = free_port();
        let mut server = as_postgres(&program("postgres"));
        server.arg("-D").arg(&data).args(["-p", &port.to_string(), "-c", "listen_addresses=127.0.0.1"]);
        server.args(["-c", "fsync=off", "-k"]).arg(&folder);
        server.stdout(Stdio::null()).stderr(Stdio::null());
        // The server is to end with this process, which Linux takes for the thread that started it.
        std::thread::spawn(move || {
            server.spawn().and_then(|mut server| server.wait()).expect("postgres runs");
        });
        let cluster = Self { url: format!("postgres://postgres@127.0.0.1:{port}/postgres") };
        for _ in 0..200 {
            if std::net::TcpStream::connect(("127.0.0.1", port)).is_ok() && ready(port) {
                return cluster;
            }
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        panic!("PostgreSQL does not answer");
    }
}

fn ready(port: u16) -> bool {
    let mut ask = Command::new(program("pg_isready"));
    ask.args(["-h", "127.0.0.1", "-p", &port.to_string()]).stdout(Stdio::null());
    ask.status().is_ok_and(|status| status.success())
}

fn free_port() -> u16 {
    let socket = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    socket.local_addr().expect("its address").port()
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output().expect("id runs");
    id.stdout.trim_ascii() == b"0"
}

/// PostgreSQL refuses to run as root.
fn as_postgres(program: &Path) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups", "--pdeathsig=KILL"]).arg(program);
    command.current_dir("/");
    command
}

/// A program of the newest PostgreSQL on this machine. A missing one fails the test: `scripts/test` installs it.
fn program(name: &str) -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut found: Vec<_> = versions.map(|entry| entry.path().join("bin").join(name)).collect();
    found.retain(|path| path.exists());
    found.sort();
    let on_path = std::env::var_os("PATH").unwrap_or_default();
    let on_path = std::env::split_paths(&on_path).map(|folder| folder.join(name)).find(|path| path.exists());
    found
        .pop()
        .or(on_path)
        .unwrap_or_else(|| panic!("{name} is missing: install PostgreSQL, or set TEST_DATABASE_URL"))
}

fn run(command: &mut Command) {
    let output = command.output().expect("it runs");
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}

#[tokio::test]
async fn a_ledger_opens_again_and_for_reading_only() {
    let url = fresh_url().await;
    assert!(PostgresLedger::open_existing(&url).await.expect("an empty database").is_none());
    PostgresLedger::open(&url).await.expect("a ledger");
    PostgresLedger::open(&url).await.expect("again");
    let reader = PostgresLedger::open_existing(&url).await.expect("a ledger").expect("its tables");
    assert!(reader.accounts().await.expect("it can be read").is_empty());
    let run = latchel_sync_ledger::suite::new_run("a");
    assert_eq!(reader.begin_run(&run).await.expect_err("read-only").kind(), ErrorKind::Ledger);
}

#[tokio::test]
async fn no_error_shows_the_password() {
    for url in ["postgres://me:hunter2@127.0.0.1:9/x", "postgres://me:hunter2@[/x", "hunter2"] {
        let error = PostgresLedger::open(url).await.expect_err("nobody is there");
        assert!(!format!("{error} {error:?}").contains("hunter2"), "{error}");
    }
}

#[tokio::test]
async fn of_many_runs_at_once_one_gets_the_lease() {
    let ledger = fresh().await;
    let runs = (0..16).map(|_| {
        let ledger = ledger.clone();
        tokio::spawn(async move { ledger.begin_run(&latchel_sync_ledger::suite::new_run("a")).await })
    });
    let mut got = 0;
    for run in runs.collect::<Vec<_>>() {
        match run.await.expect("no panic") {
            Ok(_) => got += 1,
            Err(error) => assert_eq!(error.kind(), ErrorKind::Busy, "{error}"),
        }
    }
    assert_eq!(got, 1);
}
