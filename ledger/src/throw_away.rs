//! PostgreSQL for tests: the server that `TEST_DATABASE_URL` names, or a throw-away cluster of this process.
#![allow(clippy::expect_used, clippy::panic, reason = "tests: a failure is a panic")]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use sqlx::{Connection, PgConnection};

/// The address of an empty database that nobody else has.
pub async fn fresh_url() -> String {
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
