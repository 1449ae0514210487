//! Runs that are told to stop, that run out of time or that are frozen, while a far side keeps them waiting.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use mock_pms::{Fault, FaultPlan, FaultRule, Side};

use crate::setup::{Setup, binary};

fn every(side: Side, method: &str, fault: Fault) -> FaultPlan {
    let rule = FaultRule {
        side: Some(side),
        method: Some(method.to_owned()),
        path: None,
        body: None,
        calls: Vec::new(),
        probability: None,
        times: None,
        fault,
    };
    FaultPlan { seed: 1, faults: vec![rule] }
}

/// A sync that is under way: its first call was answered.
async fn begun(setup: &Setup) -> Child {
    let mut command = Command::new(binary());
    command
        .current_dir(setup.folder.path())
        .args(["--now", &setup.now.to_rfc3339(), "-vv", "sync"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    // The mock answers meanwhile.
    tokio::task::spawn_blocking(move || answered(&mut command)).await.expect("no panic")
}

fn answered(command: &mut Command) -> Child {
    let mut child = command.spawn().expect("latchel-sync runs");
    let mut lines = BufReader::new(child.stderr.take().expect("piped")).lines();
    let answered = lines.by_ref().any(|line| line.is_ok_and(|line| line.contains("answered")));
    assert!(answered, "it got an answer");
    // What follows is read so that the pipe never fills.
    std::thread::spawn(move || lines.for_each(drop));
    child
}

fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill").args([&format!("-{name}"), &child.id().to_string()]).status();
    assert!(sent.is_ok_and(|status| status.success()), "{name}");
}

async fn ended(child: Child) -> (Option<i32>, String) {
    let output = tokio::task::spawn_blocking(move || child.wait_with_output().expect("it ends")).await;
    let output = output.expect("no panic");
    (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
}

#[tokio::test]
async fn the_deadline_ends_a_run_cleanly_whatever_it_waits_for() {
    for (side, fault) in [
        (Side::Platform, Fault::Latency { ms: 25_000 }),
        (Side::Latchel, Fault::Latency { ms: 25_000 }),
        (Side::Platform, Fault::Status { status: 429, retry_after: Some(55) }),
        (Side::Latchel, Fault::Status { status: 503, retry_after: Some(55) }),
    ] {
        let setup = Setup::small("all").await;
        setup.server.set_faults(every(side, "GET", fault.clone()));
        let begin = Instant::now();
        let output = setup.output(&["sync", "--deadline", "1s"]).await;
        let told =
            format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(begin.elapsed() < Duration::from_secs(20), "{side} {fault:?}: {:?}", begin.elapsed());
        assert_eq!(output.status.code(), Some(1), "{side} {fault:?}: {told}");
        assert!(told.contains("the deadline of 1s is reached") && told.contains("asked to stop"), "{told}");
        setup.server.set_faults(FaultPlan::default());
        setup.sync(0).await;
    }
}

#[tokio::test]
async fn a_first_signal_ends_a_wait() {
    for name in ["INT", "TERM"] {
        let setup = Setup::small("all").await;
        setup.server.set_faults(every(Side::Latchel, "GET", Fault::Latency { ms: 25_000 }));
        let child = begun(&setup).await;
        signal(&child, name);
        let begin = Instant::now();
        let (code, told) = ended(child).await;
        assert_eq!(code, Some(1), "{name}: {told}");
        assert!(told.contains("asked to stop"), "{told}");
        assert!(begin.elapsed() < Duration::from_secs(20), "{name}");
        setup.server.set_faults(FaultPlan::default());
        setup.sync(0).await;
        crate::pairs::pairs(&setup);
    }
}

#[tokio::test]
async fn a_run_that_was_frozen_while_another_took_over_writes_nothing_any_more() {
    let setup = Setup::small("all").await;
    setup.server.set_faults(every(Side::Latchel, "GET", Fault::Latency { ms: 1_000 }));
    let frozen = begun(&setup).await;
    signal(&frozen, "STOP");
    setup.server.set_faults(FaultPlan::default());
    assert!(!setup.sync(0).await.is_empty(), "the other one does the work");
    setup.server.clear_requests();
    signal(&frozen, "CONT");
    let (code, told) = ended(frozen).await;
    assert_eq!(setup.writes(), [], "{told}");
    assert!(matches!(code, Some(1 | 2)), "{code:?} {told}");
    assert!(told.contains("another run has taken over the account"), "{told}");
    crate::pairs::pairs(&setup);
}

#[tokio::test]
async fn a_second_run_is_told_who_holds_the_account_since_when_and_until_when() {
    let setup = Setup::small("all").await;
    let path = setup.folder.path().join("latchel-sync.toml");
    let text = std::fs::read_to_string(&path).expect("the configuration");
    std::fs::write(&path, text.replace("lease = \"1ms\"", "lease = \"2s\"")).expect("written");
    setup.server.set_faults(every(Side::Latchel, "GET", Fault::Latency { ms: 25_000 }));
    let mut first = begun(&setup).await;
    let second = setup.output(&["sync"]).await;
    let told = String::from_utf8_lossy(&second.stderr).into_owned();
    assert_eq!(second.status.code(), Some(2), "{told}");
    for part in [&format!("process {}", first.id()), "since: ", "free, if that run was killed, in: "] {
        assert!(told.contains(part), "{part}: {told}");
    }
    first.kill().expect("killed");
    first.wait().expect("it ended");
    setup.server.set_faults(FaultPlan::default());
    // Its hold ends by itself.
    let begin = Instant::now();
    while setup.output(&["sync"]).await.status.code() != Some(0) {
        assert!(begin.elapsed() < Duration::from_secs(20));
    }
}
