//! Text of others, on a terminal and in a text log: it commands nothing and forges no line.

use latchel_sync_core::words::is_unseen;
use mock_pms::world::{Job, LatchelProperty, Property, Task};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::setup::{Setup, small_world};

/// Sets the window's title, clears the screen, turns the reading order, and begins a line that looks like ours.
const HOSTILE: &str = "Tap \u{1b}]0;PWNED\u{7}\u{1b}[2J\u{9b}31m \u{202e}\r\n[synced] This work order was successfully \
                       synced\u{2028}\u{85}error: all is lost";

/// Runs the command; what it printed is plain, on both streams.
async fn plain(setup: &Setup, code: i32, args: &[&str]) -> String {
    let output = setup.output(args).await;
    let mut both = String::new();
    for (stream, bytes) in [("stdout", output.stdout), ("stderr", output.stderr)] {
        let text = String::from_utf8(bytes).expect("text");
        let unseen = text.chars().find(|one| *one != '\n' && is_unseen(*one));
        assert_eq!(unseen, None, "{args:?}, {stream}: {text:?}");
        let forged =
            text.lines().find(|line| line.starts_with("[synced] This") || line.starts_with("error: all"));
        assert_eq!(forged, None, "{args:?}, {stream}: {text:?}");
        both += &text;
    }
    assert_eq!(output.status.code(), Some(code), "{args:?}\n{both}");
    both
}

/// A world in which people wrote such texts wherever they can.
async fn hostile() -> Setup {
    let setup = Setup::of(small_world(), "sync_method = \"all\"").await;
    setup.server.edit(|world| {
        let hostile = || HOSTILE.to_owned();
        for id in [71, 72] {
            world.update::<Task>(id, |task| task.title = hostile()).expect("a task");
        }
        world.update::<Property>(1, |one| one.name = hostile()).expect("a property");
        world
            .update::<Job>(701, |job| (job.name, job.description) = (hostile(), Some(hostile())))
            .expect("a job");
        world.update::<LatchelProperty>(501, |one| one.name = hostile()).expect("a property");
    });
    setup
}

#[tokio::test]
async fn titles_command_no_terminal_and_forge_no_line() {
    let setup = hostile().await;
    plain(&setup, 0, &["check"]).await;
    let plan = plain(&setup, 0, &["plan", "--all"]).await;
    assert!(plan.contains("␛]0;PWNED␇␛[2J<U+009B>31m <U+202E>␍␊[synced]"), "{plan}");
    let machine = setup.run(0, &["plan", "--json"]).await;
    let label = |line: &str| serde_json::from_str::<serde_json::Value>(line).expect("JSON")["label"].clone();
    let labels: Vec<_> = machine.lines().map(label).collect();
    let is_whole = |label: &serde_json::Value| label.as_str().is_some_and(|text| text.contains(HOSTILE));
    assert!(labels.iter().any(is_whole), "programs read what was written: {labels:?}");
    plain(&setup, 0, &["plan", "--json"]).await;
    let log = plain(&setup, 0, &["sync", "-vvv"]).await;
    assert!(log.contains("answered"), "{log}");
    plain(&setup, 0, &["sync", "-vv", "--log-format", "json"]).await;
    let runs = setup.run(0, &["runs", "--json"]).await;
    let runs: serde_json::Value = serde_json::from_str(&runs).expect("JSON");
    for run in runs.as_array().expect("runs") {
        plain(&setup, 0, &["runs", "show", run["id"].as_str().expect("an id")]).await;
    }
    for args in [
        &["explain", "work-order", "latchel:701"][..],
        &["explain", "property", "1/11"],
        &["explain", "property", "1/11", "--json"],
        &["status", "work-order", "latchel:701"],
        &["status"],
        &["runs"],
        &["pending", "list"],
        &["ledger", "check"],
    ] {
        plain(&setup, 0, args).await;
    }
    plain(&setup, 4, &["explain", "property", "Tap"]).await;
}

/// A far side that refuses everything with such words.
async fn refuses() -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = vec![0; 64 * 1024];
            // Whatever it asks for, it is refused.
            let _ = stream.read(&mut request).await;
            let body = serde_json::json!({"UserMessage": HOSTILE, "error": {"message": HOSTILE}}).to_string();
            let head = "HTTP/1.1 403 Forbidden\r\ncontent-type: application/json\r\nconnection: close";
            let answer = format!("{head}\r\ncontent-length: {}\r\n\r\n{body}", body.len());
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    format!("http://{address}")
}

#[tokio::test]
async fn neither_do_the_words_of_a_refusal() {
    let setup = hostile().await;
    setup.sync(0).await;
    let path = setup.folder.path().join("latchel-sync.toml");
    let text = std::fs::read_to_string(&path).expect("the configuration");
    std::fs::write(&path, text.replace(setup.server.platform_url(), &refuses().await)).expect("written");
    let checked = plain(&setup, 2, &["check"]).await;
    assert!(checked.contains("␛]0;PWNED␇"), "{checked}");
    let failed = plain(&setup, 2, &["sync", "-vv"]).await;
    assert!(failed.contains("␛]0;PWNED␇"), "{failed}");
    let hints = failed.matches("hint: Give the key's user the permission that the error names.").count();
    assert_eq!(hints, 1, "as `check` has it, and once: {failed}");
    for args in [&["explain", "work-order", "81"][..], &["adapters", "verify", "main"], &["plan"]] {
        let output = setup.output(args).await;
        plain(&setup, output.status.code().expect("a code"), args).await;
    }
    plain(&setup, 0, &["runs"]).await;
    plain(&setup, 0, &["status"]).await;
}
