//! Several processes, one PostgreSQL ledger, and a far side that notes when each call arrives: no second has more calls than the
//! limit, whatever becomes of the processes.
//!
//! The processes are this test itself, started anew.

use std::collections::BTreeMap;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use latchel_sync_core::registry::{RateLimit, Settings};
use latchel_sync_http::{CallLimits, Transport};
use latchel_sync_ledger::PostgresLedger;
use latchel_sync_ledger::throw_away::fresh_url;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, sleep};

const CALLS: u32 = 20;
const SECOND: Duration = Duration::from_secs(1);

/// Notes when the calls of each process arrive.
#[derive(Clone, Default)]
struct FarSide(Arc<Mutex<Vec<(Instant, String)>>>);

impl FarSide {
    async fn listen(&self) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let this = self.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(this.clone().answer(stream));
            }
        });
        address
    }

    async fn answer(self, mut stream: TcpStream) {
        let mut buffer = [0; 4096];
        while let Ok(1..) = stream.read(&mut buffer).await {
            let text = String::from_utf8_lossy(&buffer);
            let process = text.split_whitespace().nth(1).unwrap_or_default().trim_matches('/').to_owned();
            self.0.lock().expect("no panic").push((Instant::now(), process));
            let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}";
            if stream.write_all(answer).await.is_err() {
                break;
            }
        }
    }

    /// The calls since then, by process.
    fn since(&self, begin: Instant) -> BTreeMap<String, usize> {
        let mut counted = BTreeMap::new();
        for (_, process) in self.0.lock().expect("no panic").iter().filter(|(at, _)| *at >= begin) {
            *counted.entry(process.clone()).or_default() += 1;
        }
        counted
    }

    /// Number of calls beyond the limit: those before which it was used up within a second. The first one of the process that
    /// thawed then does not count, because it may have been let through before.
    fn beyond(&self, process: &str, thawed: Instant) -> usize {
        let calls = self.0.lock().expect("no panic").clone();
        let first = calls.iter().position(|(at, by)| *at >= thawed && by == process);
        let others = calls.iter().enumerate().filter(|(place, _)| Some(*place) != first);
        let arrived: Vec<_> = others.map(|(_, (at, _))| *at).collect();
        let some = CALLS as usize;
        arrived.windows(some + 1).filter(|calls| calls[some] - calls[0] < SECOND).count()
    }
}

/// A process that calls `far` for as long as it lives.
fn process(name: &str, far: &str, ledger: &str) -> Child {
    let mut command = Command::new(std::env::current_exe().expect("this test"));
    command
        .args(["--exact", "shared_limits::calls_for_as_long_as_it_lives", "--ignored"])
        .envs([("NAME", name), ("FAR", far), ("LEDGER", ledger)])
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command.spawn().expect("it runs")
}

#[tokio::test]
#[ignore = "it is a process of the other tests"]
async fn calls_for_as_long_as_it_lives() {
    let [Ok(name), Ok(far), Ok(ledger)] = ["NAME", "FAR", "LEDGER"].map(std::env::var) else { return };
    let ledger = PostgresLedger::open(&ledger).await.expect("a ledger");
    CallLimits::of_process().share(Arc::new(ledger));
    let parent = std::os::unix::process::parent_id();
    let settings = Settings::default().with_limit_group("group main".to_owned());
    let call = async || {
        let limits = [RateLimit { calls: CALLS, seconds: 1 }];
        while std::os::unix::process::parent_id() == parent {
            let far =
                Transport::builder("Far", &far, &settings).rate_limits(&limits).build().expect("a far side");
            // As after a HUP: a connection that is made anew goes on where the one before was.
            for _ in 0..10 {
                if far.get(&name).send().await.is_err() {
                    return;
                }
            }
        }
    };
    tokio::join!(call(), call(), call(), call());
}

fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill").args([&format!("-{name}"), &child.id().to_string()]).status();
    assert!(sent.is_ok_and(|status| status.success()), "{name}");
}

fn kill(mut child: Child) {
    child.kill().expect("killed");
    child.wait().expect("it ended");
}

/// Waits until each of these processes has made a call, and returns when that was.
async fn under_way(far: &FarSide, begin: Instant, names: &[&str]) -> Instant {
    while !names.iter().all(|name| far.since(begin).contains_key(*name)) {
        assert!(begin.elapsed() < 60 * SECOND, "{:?}", far.since(begin));
        sleep(SECOND / 50).await;
    }
    Instant::now()
}

#[tokio::test]
async fn processes_that_are_killed_and_frozen_make_no_call_too_many() {
    let (far, ledger) = (FarSide::default(), fresh_url().await);
    let address = far.listen().await;
    let begin = Instant::now();
    let one = process("one", &address, &ledger);
    let alone = under_way(&far, begin, &["one"]).await;
    sleep(5 * SECOND).await;
    let used = far.since(alone)["one"];
    assert!(used >= 90, "one process alone makes {used} of 100 calls");
    let (two, three) = (process("two", &address, &ledger), process("three", &address, &ledger));
    let together = under_way(&far, alone, &["two", "three"]).await;
    sleep(4 * SECOND).await;
    let used = far.since(together);
    assert!(used.values().sum::<usize>() >= 70 && used.len() == 3, "of 80 calls: {used:?}");
    // Longer than a block lasts, while the others go on.
    signal(&two, "STOP");
    let frozen = Instant::now();
    sleep(8 * SECOND).await;
    let thawed = Instant::now();
    signal(&two, "CONT");
    let together = under_way(&far, thawed, &["two"]).await;
    assert!(far.since(frozen).values().sum::<usize>() >= 100, "{:?}", far.since(frozen));
    kill(two);
    kill(one);
    sleep(8 * SECOND).await;
    let used = far.since(together);
    assert!(used["three"] >= 80, "it has what the others held: {used:?}");
    assert_eq!(far.beyond("two", thawed), 0);
    kill(three);
}
