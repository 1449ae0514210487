//! The server as a process: what it does by itself, and that it can be stopped and killed at any time.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use http_body_util::BodyExt;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use mock_pms::Moment;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::pairs::pairs;
use crate::setup::Setup;

/// A process that serves.
pub struct Serving {
    process: Child,
    /// The dashboard's address, with its slash at the end.
    pub url: String,
}

impl Serving {
    /// Starts it, and waits until it listens.
    pub async fn start(setup: &Setup) -> Self {
        Self::by(setup.command(&["serve", "--listen", "127.0.0.1:0"])).await
    }

    /// The same by another command, which says what `serve` says.
    pub async fn by(mut command: Command) -> Self {
        command.stdout(Stdio::piped()).stderr(Stdio::null());
        tokio::task::spawn_blocking(move || {
            let mut process = command.spawn().expect("it starts");
            let mut first = String::new();
            let out = process.stdout.take().expect("a pipe");
            BufReader::new(out).read_line(&mut first).expect("a line");
            let (_, url) = first.trim().split_once(": ").expect("the address");
            let url = url.to_owned();
            Self { process, url }
        })
        .await
        .expect("no panic")
    }

    /// Body of one of its pages.
    pub async fn page(&self, path: &str) -> String {
        self.page_unless_closed(path).await.expect("an answer")
    }

    /// The same; `None` if the connection was closed before the question had arrived, as a reload may do with one that is there and
    /// has said nothing yet.
    pub async fn page_unless_closed(&self, path: &str) -> Option<String> {
        let client = Client::builder(TokioExecutor::new()).build_http::<String>();
        let url = format!("{}{path}", self.url).parse().expect("an address");
        let answer = client.get(url).await.ok()?;
        let body = answer.into_body().collect().await.expect("a body").to_bytes();
        Some(String::from_utf8(body.to_vec()).expect("text"))
    }

    /// Sends it a signal by its name.
    pub fn signal(&self, name: &str) {
        let id = self.process.id().to_string();
        let sent = std::process::Command::new("kill").args(["-s", name, &id]).status().expect("kill runs");
        assert!(sent.success());
    }

    /// Waits for its end, and returns its exit code; `None` if a signal ended it.
    pub async fn end(mut self) -> Option<i32> {
        tokio::task::spawn_blocking(move || self.process.wait().expect("it ends").code())
            .await
            .expect("no panic")
    }
}

/// Nobody is left behind by a test that fails.
impl Drop for Serving {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Waits until this holds; it is looked at after each request that the process makes, which are many.
pub async fn until(setup: &Setup, what: &str, holds: impl Fn(&Setup) -> bool) {
    let (done, told) = mpsc::channel();
    setup.server.watch(move |moment, _| {
        if moment == Moment::Done {
            // Nobody listens any more once the test has seen what it waits for.
            let _ = done.send(());
        }
        true
    });
    let mut told = Some(told);
    while !holds(setup) {
        let waiting = told.take().expect("it is put back");
        let wait = move || waiting.recv_timeout(Duration::from_secs(60)).map(|()| waiting);
        let waited = tokio::task::spawn_blocking(wait).await.expect("no panic");
        told = Some(waited.unwrap_or_else(|_| panic!("{what}: nothing happens any more")));
    }
    setup.server.stop_watching();
}

/// Settings of an account that is synced every second.
pub const OFTEN: &str = "sync_method = \"all\"\n\
    schedule = { work_orders = \"1s\", properties_and_residents = \"1s\", jitter = \"1ms\" }";

#[tokio::test(flavor = "multi_thread")]
async fn changes_arrive_by_themselves_and_it_ends_when_it_is_told_to() {
    let undisturbed = Setup::small("all").await;
    undisturbed.sync(0).await;
    let expected = pairs(&undisturbed);
    let setup = Setup::of(crate::setup::small_world(), OFTEN).await;
    let serving = Serving::start(&setup).await;
    until(&setup, "the first sync", |setup| pairs(setup) == expected).await;
    // Somebody reports something in Latchel, and it comes to the platform.
    setup.edit(
        r#"[{"side": "latchel", "collection": "jobs", "create": {"source": "Tenant Call", "state": "Diagnosing Issue",
            "name": "Tap", "description": "It drips.", "property_id": 501,
            "created_at": "2026-03-02T20:30:00Z", "updated_at": "2026-03-02T20:30:00Z"}}]"#,
    );
    until(&setup, "a change", |setup| pairs(setup).len() > expected.len()).await;
    serving.signal("TERM");
    assert_eq!(serving.end().await, Some(0));
    assert_eq!(setup.run(0, &["ledger", "check"]).await, "the ledger is sound\n");
    let by = setup.run(0, &["runs"]).await;
    assert!(by.contains("the schedule"), "{by}");
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_and_started_again_it_ends_where_one_ends_that_was_left_alone() {
    let undisturbed = Setup::small("all").await;
    undisturbed.sync(0).await;
    let expected = pairs(&undisturbed);
    for write in [1, 2, 3, 5] {
        let mut setup = Setup::of(crate::setup::small_world(), OFTEN).await;
        let (here, there) = mpsc::channel();
        let mut seen = 0;
        setup.server.watch(move |moment, request| {
            seen += u32::from(moment == Moment::Done && request.is_write());
            if seen == write {
                seen += 1;
                // The test waits for exactly this.
                let _ = here.send(());
            }
            true
        });
        let serving = Serving::start(&setup).await;
        tokio::task::spawn_blocking(move || there.recv_timeout(Duration::from_secs(60)).expect("it writes"))
            .await
            .expect("no panic");
        serving.signal("KILL");
        assert_eq!(serving.end().await, None);
        // By now a create would show whose answer was lost; without this the test would wait as long.
        setup.advance(chrono::TimeDelta::minutes(10));
        let again = Serving::start(&setup).await;
        until(&setup, &format!("killed after write {write}"), |setup| pairs(setup) == expected).await;
        again.signal("INT");
        assert_eq!(again.end().await, Some(0));
    }
}

/// Whoever connects and says nothing keeps neither people out nor the server from its own calls and files.
#[tokio::test(flavor = "multi_thread")]
async fn with_few_descriptors_it_answers_and_syncs_among_hundreds_that_say_nothing() {
    let setup = Setup::of(crate::setup::small_world(), OFTEN).await;
    let serve = setup.command(&["serve", "--listen", "127.0.0.1:0"]);
    let mut few = Command::new("sh");
    few.args(["-c", "ulimit -n 256; exec \"$0\" \"$@\""]).arg(serve.get_program()).args(serve.get_args());
    few.current_dir(setup.folder.path());
    few.envs(serve.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let serving = Serving::by(few).await;
    let address = serving.url.trim_start_matches("http://").trim_end_matches('/').to_owned();
    let mut silent = Vec::new();
    for _ in 0..300 {
        let mut stream = TcpStream::connect(&address).await.expect("a connection");
        stream.write_all(b"GET / HTTP/1.1\r\n").await.expect("sent");
        silent.push(stream);
    }
    let mut asks = TcpStream::connect(&address).await.expect("a connection");
    asks.write_all(b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await.expect("sent");
    let mut answer = String::new();
    let read = asks.read_to_string(&mut answer);
    tokio::time::timeout(Duration::from_secs(60), read).await.expect("in time").expect("text");
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    until(&setup, "a sync", |setup| setup.server.read(|world| world.latchel.jobs.len() > 1)).await;
    drop(silent);
    serving.signal("TERM");
    assert_eq!(serving.end().await, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_signal_hup_has_the_configuration_read_anew_and_a_wrong_one_changes_nothing() {
    let setup = Setup::of(crate::setup::small_world(), OFTEN).await;
    let path = setup.folder.path().join("latchel-sync.toml");
    let before = std::fs::read_to_string(&path).expect("the configuration");
    let serving = Serving::start(&setup).await;
    until(&setup, "the first sync", |setup| !pairs(setup).is_empty()).await;
    let accounts = async || {
        let mut tries = 0;
        let told = loop {
            match serving.page_unless_closed("api/v1/accounts").await {
                Some(told) => break told,
                None => tries += 1,
            }
            assert!(tries < 100, "it answers no more");
        };
        let told: serde_json::Value = serde_json::from_str(&told).expect("JSON");
        let all = told["accounts"].as_array().expect("accounts").clone();
        all.into_iter().map(|one| one["account"].as_str().map(str::to_owned)).collect::<Vec<_>>()
    };
    let first = accounts().await;
    assert_eq!(first.len(), 1);

    // Whatever makes a start impossible, and another ledger.
    for wrong in ["[[account]\n".to_owned(), format!("ledger = \"other.sqlite\"\n{before}")] {
        std::fs::write(&path, wrong).expect("a configuration");
        serving.signal("HUP");
        setup.server.clear_requests();
        until(&setup, "it goes on", |setup| setup.server.requests().len() > 20).await;
        assert_eq!(accounts().await, first);
    }

    let second = before.replace("name = \"main\"", "name = \"second\"");
    assert_ne!(second, before);
    let (_, second) = second.split_at(second.find("[[account]]").expect("an account"));
    std::fs::write(&path, format!("{before}\n{second}")).expect("a configuration");
    serving.signal("HUP");
    let both = tokio::time::timeout(Duration::from_secs(60), async {
        while accounts().await.len() < 2 {
            tokio::task::yield_now().await;
        }
    });
    both.await.expect("the second account");
    assert_eq!(accounts().await, [first[0].clone(), Some("second".to_owned())]);
    serving.signal("TERM");
    assert_eq!(serving.end().await, Some(0));
    assert_eq!(setup.run(0, &["ledger", "check"]).await, "the ledger is sound\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_with_a_mistake_is_left_out_and_said_and_the_others_are_synced() {
    let setup = Setup::of(crate::setup::small_world(), OFTEN).await;
    let file = setup.folder.path().join("latchel-sync.toml");
    let sound = std::fs::read_to_string(&file).expect("the configuration");
    let account = &sound[sound.find("[[account]]").expect("an account")..];
    let zone = account.replace("\"main\"", "\"elsewhere\"").replace("America/Los_Angeles", "Mars/Olympus");
    let keyless = account.replace("\"main\"", "\"keyless\"");
    let keyless = keyless.replace("api_key = \"mock-api-key\"", "api_key = { env = \"NOT_SET_ANYWHERE\" }");
    // TOML itself refuses this one.
    let unclosed = account.replace("\"main\"", "\"unclosed\"").replace("Los_Angeles\"", "Los_Angeles");
    std::fs::write(&file, format!("{sound}{zone}{unclosed}{keyless}")).expect("a configuration");

    let serving = Serving::start(&setup).await;
    until(&setup, "a sync", |setup| !setup.writes().is_empty()).await;
    let page = serving.page("").await;
    for part in ["elsewhere", "Mars/Olympus", "unclosed", "keyless", "NOT_SET_ANYWHERE", "Mend it"] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let told = setup.run(1, &["status"]).await;
    assert_eq!(told.matches("cannot be synced").count(), 3, "{told}");
    let told: serde_json::Value =
        serde_json::from_str(&setup.run(1, &["status", "--json"]).await).expect("JSON");
    let wrong = told.as_array().expect("accounts").iter().filter(|one| one["problem"].is_string()).count();
    assert_eq!(wrong, 3, "{told}");
    serving.signal("TERM");
    assert_eq!(serving.end().await, Some(0));

    // Without any sound account there is nothing to serve.
    std::fs::write(&file, sound.replace("America/Los_Angeles", "Mars/Olympus")).expect("a configuration");
    let output = setup.output(&["serve", "--listen", "127.0.0.1:0"]).await;
    assert_eq!(output.status.code(), Some(3));
}
