//! A newcomer's first minutes: the mock with the configuration that it prints, the demo with its dashboard, a
//! server under the name of this machine.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use latchel_sync_ledger::SqliteLedger;
use latchel_sync_ledger::desk::{Desk, Pause};
use tempfile::TempDir;

use crate::serving::Serving;
use crate::setup::{Setup, binary, noon};

/// A command that goes on until the test is over.
struct Running {
    process: Child,
    told: BufReader<ChildStdout>,
}

impl Running {
    fn start(args: &[&str]) -> Self {
        let mut command = Command::new(binary());
        let mut process =
            command.args(args).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("it starts");
        let told = BufReader::new(process.stdout.take().expect("a pipe"));
        Self { process, told }
    }

    /// Output up to the line that begins so, and that line.
    fn tells(&mut self, end: &str) -> String {
        let mut text = String::new();
        loop {
            let mut line = String::new();
            assert_ne!(self.told.read_line(&mut line).expect("text"), 0, "it ended after: {text}");
            text += &line;
            if line.starts_with(end) {
                return text;
            }
        }
    }
}

/// Nobody is left behind by a test that fails.
impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The head of the answer to a GET, to a server that names itself so.
fn head(address: &str, path: &str, host: &str) -> String {
    let mut stream = TcpStream::connect(address).expect("a connection");
    let request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).expect("sent");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("an answer");
    let answer = String::from_utf8_lossy(&answer);
    answer.split("\r\n\r\n").next().unwrap_or_default().to_owned()
}

fn told_by(folder: &TempDir, args: &[&str], code: i32) -> String {
    let output = Command::new(binary()).current_dir(folder.path()).args(args).output().expect("it runs");
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(
        output.status.code(),
        Some(code),
        "{args:?}: {told}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    told
}

#[test]
fn what_the_mock_prints_is_a_configuration_with_which_it_is_synced() {
    for latchel in ["papi", "gateway"] {
        let mut mock = Running::start(&["mock", "--generate", "units=5,seed=7", "--latchel", latchel]);
        let printed = mock.tells("# Its world can be read");
        let folder = TempDir::new().expect("a folder");
        std::fs::write(folder.path().join("latchel-sync.toml"), printed).expect("written");
        assert!(told_by(&folder, &["check"], 0).contains("Latchel user: Team Latchel"), "{latchel}");
        told_by(&folder, &["sync"], 0);
        assert!(told_by(&folder, &["status"], 0).contains("mock: ok"), "{latchel}");
    }
}

#[test]
fn while_somebody_looks_around_in_the_demo_its_clocks_go() {
    let mut demo = Running::start(&["demo", "--units", "20", "--serve", "--listen", "127.0.0.1:0"]);
    let told = demo.tells("dashboard: ");
    let address = told.split("A mock Buildium at http://").nth(1).and_then(|rest| rest.split(' ').next());
    let address = address.unwrap_or_else(|| panic!("no address: {told}"));
    let shown = || {
        let head = head(address, "/", address);
        let date =
            head.lines().find_map(|line| line.to_lowercase().strip_prefix("date: ").map(str::to_owned));
        date.unwrap_or_else(|| panic!("no date: {head}"))
    };
    // A clock that goes shows another second before long, and then none is two minutes behind after two minutes.
    let (first, begin) = (shown(), Instant::now());
    while shown() == first {
        assert!(begin.elapsed() < Duration::from_secs(30), "the clock stands still at {first}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_listens_under_the_name_of_this_machine() {
    let setup = Setup::small("all").await;
    let serving = Serving::by(setup.command(&["serve", "--listen", "localhost:0"])).await;
    let address = serving.url.trim_start_matches("http://").trim_end_matches('/').to_owned();
    let port = address.rsplit(':').next().expect("a port").to_owned();
    for host in [address.clone(), format!("localhost:{port}")] {
        let head = head(&address, "/", &host);
        assert!(head.starts_with("HTTP/1.1 200"), "{host}: {head}");
    }
    serving.signal("TERM");
    assert_eq!(serving.end().await, Some(0));
}

#[tokio::test]
async fn status_says_who_paused_an_account_and_what_needs_somebody() {
    let setup = Setup::small("all").await;
    setup.sync(0).await;
    let status = setup.run(0, &["status"]).await;
    assert!(!status.contains("paused"), "{status}");
    // The address of Hazel House lacks a part.
    for part in [
        "needs attention:",
        "Hazel House: the address has no state.",
        "hint: Complete the address in Buildium",
    ] {
        assert!(status.contains(part), "{part}: {status}");
    }
    let ledger = SqliteLedger::open(setup.ledger_file()).await.expect("the ledger");
    let pause = Pause { account: "main".to_owned(), by: "robin".to_owned(), since: noon() };
    ledger.pause(&pause).await.expect("paused");
    let status = setup.run(0, &["status"]).await;
    assert!(
        status.contains("paused by robin since 2026-03-02 12:00 PST: nothing is synced by itself"),
        "{status}"
    );
    assert!(!status.contains("next sync of"), "{status}");
    assert!(ledger.resume("main").await.expect("resumed"));
    assert!(!setup.run(0, &["status"]).await.contains("paused"));
}
