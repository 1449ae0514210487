//! Tests of the alerts to people, over a chat's webhook that stands in for Slack and over a mail server.

mod late;
mod over;

use std::sync::Mutex;
use std::time::Duration;

use chrono::{DateTime, Utc};
use latchel_sync_core::engine::{Mode, Quiet, Request};
use latchel_sync_core::in_memory::Intercept;
use latchel_sync_core::model::{InvalidRecord, Kind, PropertyId, PropertyRef, RecordKey, Row};
use latchel_sync_core::{ErrorKind, LedgerAdmin};
use latchel_sync_server::actions::{self, Extent, MassChange, Wish};
use latchel_sync_server::alerts::{AlertsConfig, EmailConfig, Watcher};
use latchel_sync_server::{Secret, ServerConfig};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::world::{ACCOUNT, World, pass};

/// A chat's webhook, whose address is a secret.
async fn chat() -> (MockServer, ServerConfig) {
    let chat = MockServer::start().await;
    let alerts =
        AlertsConfig { webhook: Some(secret(format!("{}/hook/abc", chat.uri()))), ..Default::default() };
    (chat, ServerConfig { alerts, ..ServerConfig::default() })
}

fn secret(text: String) -> Secret {
    Secret::from(secrecy::SecretString::from(text))
}

/// Answers so from now on.
async fn answers(chat: &MockServer, status: u16) {
    chat.reset().await;
    let response = ResponseTemplate::new(status);
    Mock::given(method("POST")).and(path("/hook/abc")).respond_with(response).mount(chat).await;
}

/// Texts that the chat got since it was last asked. From now on it answers with `status`.
async fn got(chat: &MockServer, status: u16) -> Vec<String> {
    let requests = chat.received_requests().await.expect("requests");
    answers(chat, status).await;
    let text =
        |body: &[u8]| serde_json::from_slice::<Value>(body).ok()?["text"].as_str().map(ToOwned::to_owned);
    requests.iter().filter_map(|request| text(&request.body)).collect()
}

fn watcher(world: &World) -> Watcher {
    Watcher::new(&world.app.config.alerts).expect("a watcher")
}

/// Runs everything so often, a minute apart, with each call of the platform failing like this.
async fn runs(world: &World, times: usize, fails: Option<ErrorKind>) {
    world.journal.decide(move |_| fails.map_or(Intercept::Proceed, Intercept::Fail));
    for _ in 0..times {
        pass(Duration::from_secs(60)).await;
        let engine = world
            .app
            .accounts
            .get(ACCOUNT)
            .expect("an account")
            .engine(world.ledger.clone())
            .expect("its systems");
        engine.run(&Request::everything(Mode::Apply, world.app.clock.now()), &Quiet).await.expect("a run");
    }
}

#[tokio::test]
async fn people_are_told_once_and_again_when_it_is_over() {
    let (chat, config) = chat().await;
    let world = World::with(config).await;
    let mut watcher = watcher(&world);
    answers(&chat, 500).await;
    runs(&world, 2, Some(ErrorKind::Unavailable)).await;
    watcher.check(&world.app).await.expect("a check");
    assert_eq!(got(&chat, 500).await, Vec::<String>::new(), "two runs are not three");

    runs(&world, 1, Some(ErrorKind::Unavailable)).await;
    watcher.check(&world.app).await.expect("a check");
    assert_eq!(got(&chat, 200).await.len(), 1, "it was tried, and did not work");
    watcher.check(&world.app).await.expect("a check");
    assert_eq!(got(&chat, 200).await, Vec::<String>::new(), "there is a pause");

    // Whoever is started again goes on where the one before was.
    let mut watcher = self::watcher(&world);
    pass(Duration::from_secs(60)).await;
    watcher.check(&world.app).await.expect("a check");
    insta::assert_json_snapshot!(got(&chat, 200).await, @r#"
    [
      "main: The last 3 runs failed, the newest with: the call failed (call: platform: users ).\nSince 2026-03-02 08:01 UTC. http://127.0.0.1:8787/accounts/main"
    ]
    "#);
    let mut watcher = self::watcher(&world);
    runs(&world, 1, Some(ErrorKind::Unavailable)).await;
    watcher.check(&world.app).await.expect("a check");
    assert_eq!(got(&chat, 503).await, Vec::<String>::new(), "once is enough");

    runs(&world, 1, None).await;
    watcher.check(&world.app).await.expect("a check");
    assert_eq!(got(&chat, 200).await.len(), 1);
    pass(Duration::from_secs(60)).await;
    watcher.check(&world.app).await.expect("a check");
    insta::assert_json_snapshot!(got(&chat, 200).await, @r#"
    [
      "main: this is over: The last 3 runs failed, the newest with: the call failed (call: platform: users ).\nFrom 2026-03-02 08:01 UTC to 2026-03-02 08:07 UTC. http://127.0.0.1:8787/accounts/main"
    ]
    "#);
    watcher.check(&world.app).await.expect("a check");
    assert_eq!(got(&chat, 200).await, Vec::<String>::new());
    assert_eq!(world.app.desk.alerts().await.expect("alerts"), []);
}

/// Texts that the chat gets after one run in which each call fails like this.
async fn told_of(fails: ErrorKind) -> Vec<String> {
    let (chat, config) = chat().await;
    let world = World::with(config).await;
    answers(&chat, 200).await;
    runs(&world, 1, Some(fails)).await;
    watcher(&world).check(&world.app).await.expect("a check");
    got(&chat, 200).await
}

#[tokio::test]
async fn refused_credentials_are_told_after_one_run() {
    for kind in [ErrorKind::Unauthorized, ErrorKind::Forbidden] {
        let told = told_of(kind).await;
        assert!(told.len() == 1 && told[0].contains("The credentials were refused"), "{told:?}");
    }
    assert_eq!(told_of(ErrorKind::Timeout).await, Vec::<String>::new());
}

#[tokio::test]
async fn a_mistake_of_ours_ends_its_job_is_counted_and_told_and_takes_no_worker() {
    let (chat, config) = chat().await;
    let world = World::with(config).await;
    answers(&chat, 200).await;
    // More often than there are workers.
    for method in ["users", "properties"].iter().cycle().take(12) {
        world.journal.decide(move |call| {
            assert_ne!(call.method, *method, "a mistake of ours");
            Intercept::Proceed
        });
        pass(Duration::from_secs(60)).await;
        let job = actions::sync(&world.app, "robin", ACCOUNT, Extent::Everything, MassChange::Guarded).await;
        world.work().await;
        let job = world.app.jobs.get(job.expect("a job")).await.expect("the jobs").expect("it is kept");
        assert_eq!(job.state(), "failed", "{job:?}");
    }
    watcher(&world).check(&world.app).await.expect("a check");
    // The server's own look ends with the work, at times after its message left and before that was written down.
    let told = got(&chat, 200).await;
    assert!(
        !told.is_empty() && told.iter().all(|text| text.contains("latchel-sync itself failed")),
        "{told:?}"
    );
    let metrics = world.visitor().get("/metrics").await.body;
    let failed = metrics
        .lines()
        .find_map(|line| line.strip_prefix(r#"latchel_sync_runs_total{account="main",status="failed"} "#));
    assert!(failed.is_some_and(|runs| runs.parse().is_ok_and(|runs: u64| runs >= 12)), "{metrics}");
    world.journal.decide(|_| Intercept::Proceed);
    runs(&world, 1, None).await;
    let newest = &world.ledger.runs(Some(ACCOUNT), 1).await.expect("runs")[0];
    assert_eq!(newest.status, latchel_sync_core::ledger::RunStatus::Success, "nobody holds the account");
}

#[tokio::test]
async fn a_run_that_the_guard_stopped_is_told_with_the_way_on() {
    let told = told_of(ErrorKind::MassChange).await;
    assert!(told.len() == 1 && told[0].contains("--account main --allow-mass-change"), "{told:?}");
}

#[tokio::test]
async fn records_that_failed_are_told_after_an_hour_until_somebody_dismisses_them() {
    let (chat, config) = chat().await;
    let world = World::with(config).await;
    let mut watcher = watcher(&world);
    answers(&chat, 200).await;
    let problem = "it is missing".to_owned();
    let invalid = InvalidRecord { id: "801".to_owned(), field: "Name".to_owned(), problem };
    let id = PropertyRef::new(PropertyId::new("801"), None);
    world.platform.edit(|platform| platform.properties.insert(id, Row::Invalid(invalid)));
    runs(&world, 1, None).await;
    pass(Duration::from_secs(58 * 60)).await;
    runs(&world, 1, None).await;
    watcher.check(&world.app).await.expect("a check");
    assert_eq!(got(&chat, 200).await, Vec::<String>::new());
    runs(&world, 1, None).await;
    watcher.check(&world.app).await.expect("a check");
    let told = got(&chat, 200).await;
    assert!(told.len() == 1 && told[0].contains("1 record failed, some for longer than 1h"), "{told:?}");
    let key = RecordKey::platform(Kind::Property, "801");
    actions::settle(&world.app, "robin", ACCOUNT, Wish::Dismiss, &[key]).await.expect("a dismissal");
    watcher.check(&world.app).await.expect("a check");
    let told = got(&chat, 200).await;
    assert!(told.len() == 1 && told[0].starts_with("main: this is over: 1 record failed"), "{told:?}");
}

#[tokio::test]
async fn a_gap_is_told_with_the_command_that_covers_it() {
    let (chat, config) = chat().await;
    let mut world = World::with(config).await;
    world.restart(|account| account.settings.policy.window.catch_up = false);
    answers(&chat, 200).await;
    runs(&world, 1, None).await;
    // The part of the schedule that is overdue is told too.
    pass(Duration::from_secs(80 * 60 * 60)).await;
    watcher(&world).check(&world.app).await.expect("a check");
    let told = got(&chat, 200).await;
    let gap = |text: &&String| text.contains("`latchel-sync sync --account main --since 2026-03-02T08:01:");
    assert_eq!(told.iter().filter(gap).count(), 1, "{told:?}");
}

/// Texts that the chat gets when a server that was just started looks.
async fn told_at_once(world: &World, chat: &MockServer) -> Vec<String> {
    watcher(world).check(&world.app).await.expect("a check");
    got(chat, 200).await
}

#[tokio::test]
async fn a_credential_that_expires_is_told_two_weeks_before_until_its_day_is_another() {
    let day = |text: &str| Some(text.parse().expect("a day"));
    let (chat, config) = chat().await;
    let mut world = World::with(config).await;
    answers(&chat, 200).await;
    // Whatever else is overdue then is not told of a paused account.
    actions::pause(&world.app, "robin", ACCOUNT).await.expect("a pause");
    world.restart(|account| account.expiries.platform = day("2026-03-17"));
    let midnight = "2026-03-03T08:00:00Z".parse::<DateTime<Utc>>().expect("an instant");
    let until_midnight = (midnight - world.app.clock.now()).to_std().expect("it is to come");
    pass(until_midnight - Duration::from_secs(60)).await;
    assert_eq!(
        told_at_once(&world, &chat).await,
        Vec::<String>::new(),
        "it is fifteen days where the account is"
    );
    pass(Duration::from_secs(120)).await;
    insta::assert_json_snapshot!(told_at_once(&world, &chat).await, @r#"
    [
      "main: Buildium's credential expires on 2026-03-17. Put the next one and its own day into the configuration and start the server again.\nSince 2026-03-03 08:01 UTC. http://127.0.0.1:8787/accounts/main"
    ]
    "#);
    assert_eq!(told_at_once(&world, &chat).await, Vec::<String>::new(), "once is enough");

    // The other one, which is over already, is news of its own.
    world.restart(|account| {
        (account.expiries.platform, account.expiries.latchel) = (day("2026-03-17"), day("2026-03-03"));
    });
    insta::assert_json_snapshot!(told_at_once(&world, &chat).await, @r#"
    [
      "main: Latchel's credential expired on 2026-03-03. Put the next one and its own day into the configuration and start the server again.\nSince 2026-03-03 08:01 UTC. http://127.0.0.1:8787/accounts/main"
    ]
    "#);

    world.restart(|account| account.expiries.platform = day("2027-03-17"));
    insta::assert_json_snapshot!(told_at_once(&world, &chat).await, @r#"
    [
      "main: this is over: Buildium's credential expires on 2026-03-17. Put the next one and its own day into the configuration and start the server again.\nFrom 2026-03-03 08:01 UTC to 2026-03-03 08:01 UTC. http://127.0.0.1:8787/accounts/main",
      "main: this is over: Latchel's credential expired on 2026-03-03. Put the next one and its own day into the configuration and start the server again.\nFrom 2026-03-03 08:01 UTC to 2026-03-03 08:01 UTC. http://127.0.0.1:8787/accounts/main"
    ]
    "#);
    assert_eq!(world.app.desk.alerts().await.expect("alerts"), []);
}

#[tokio::test]
async fn no_success_in_three_intervals_is_told_unless_the_account_is_paused() {
    let (chat, config) = chat().await;
    let world = World::with(config).await;
    let mut watcher = watcher(&world);
    answers(&chat, 200).await;
    runs(&world, 1, None).await;
    pass(Duration::from_secs(44 * 60)).await;
    watcher.check(&world.app).await.expect("a check");
    assert_eq!(got(&chat, 200).await, Vec::<String>::new());
    actions::pause(&world.app, "robin", ACCOUNT).await.expect("a pause");
    pass(Duration::from_secs(120)).await;
    watcher.check(&world.app).await.expect("a check");
    assert_eq!(got(&chat, 200).await, Vec::<String>::new(), "somebody wants it so");
    actions::resume(&world.app, "robin", ACCOUNT).await.expect("an end");
    watcher.check(&world.app).await.expect("a check");
    insta::assert_json_snapshot!(got(&chat, 200).await, @r#"
    [
      "main: The work orders were last synced successfully at 2026-03-02 08:01 UTC, and are due every 15m.\nSince 2026-03-02 08:46 UTC. http://127.0.0.1:8787/accounts/main"
    ]
    "#);
}

#[tokio::test]
async fn the_server_looks_by_itself_after_a_run() {
    let (chat, mut config) = chat().await;
    config.alerts.failed_runs = 1;
    let world = World::with(config).await;
    answers(&chat, 200).await;
    world.journal.decide(|_| Intercept::Fail(ErrorKind::Unavailable));
    let told = async {
        loop {
            let requests = chat.received_requests().await.expect("requests");
            if !requests.is_empty() {
                return;
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        () = world.app.work() => panic!("it works on"),
        () = told => {}
    }
}

/// A mail server that takes one e-mail; returns what it was sent.
async fn take_one(listener: TcpListener) -> String {
    let (stream, _) = listener.accept().await.expect("a connection");
    let mut stream = BufReader::new(stream);
    let got = Mutex::new(String::new());
    stream.write_all(b"220 test\r\n").await.expect("a greeting");
    let mut in_data = false;
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await.expect("a line") == 0 {
            break;
        }
        got.lock().expect("no panic").push_str(&line);
        let reply = match line.trim_end() {
            "." => "250 taken",
            _ if in_data => continue,
            "DATA" => "354 go on",
            "QUIT" => "221 bye",
            line if line.starts_with("EHLO") => "250 test",
            _ => "250 fine",
        };
        in_data = reply.starts_with("354") || in_data && !reply.starts_with("250 taken");
        stream.write_all(format!("{reply}\r\n").as_bytes()).await.expect("a reply");
        if reply.starts_with("250 taken") {
            break;
        }
    }
    got.into_inner().expect("no panic")
}

#[tokio::test]
async fn an_e_mail_says_the_same_while_the_chat_does_not_work() {
    let (chat, mut config) = chat().await;
    answers(&chat, 404).await;
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
    let smtp = secret(format!("smtp://{}", listener.local_addr().expect("an address")));
    let (from, to) = ("latchel-sync@example.com".to_owned(), vec!["ops@example.com".to_owned()]);
    config.alerts.email = Some(EmailConfig { smtp, from, to });
    let world = World::with(config).await;
    let mail = tokio::spawn(take_one(listener));
    runs(&world, 1, Some(ErrorKind::Unauthorized)).await;
    watcher(&world).check(&world.app).await.expect("a check");
    let mail = mail.await.expect("an e-mail");
    for part in [
        "MAIL FROM:<latchel-sync@example.com>",
        "RCPT TO:<ops@example.com>",
        "Subject: latchel-sync: main needs somebody",
        "The credentials were refused",
    ] {
        assert!(mail.contains(part), "{part}: {mail}");
    }
    let written = world.app.desk.alerts().await.expect("alerts");
    let told: Vec<_> = written.iter().map(|alert| (&*alert.kind, alert.told_at.is_some())).collect();
    assert_eq!(told, [("credentials_refused/email", true), ("credentials_refused/webhook", false)]);
}

#[test]
fn a_channel_that_cannot_be_used_is_refused_without_telling_the_secret() {
    let config =
        |webhook: &str| AlertsConfig { webhook: Some(secret(webhook.to_owned())), ..Default::default() };
    let mail = |smtp: &str, from: &str| AlertsConfig {
        email: Some(EmailConfig {
            smtp: secret(smtp.to_owned()),
            from: from.to_owned(),
            to: vec!["a@b.example".to_owned()],
        }),
        ..Default::default()
    };
    for (config, key) in [
        (config("http://chat.example/s3cret"), "webhook"),
        (config("s3cret"), "webhook"),
        (mail("smtp://u:s3cret@mail.example", "a@b.example"), "email.smtp"),
        (mail("smtps://u:s3cret@", "a@b.example"), "email.smtp"),
        (mail("smtps://u:s3cret@mail.example", "nobody"), "email.from"),
    ] {
        let error = Watcher::new(&config).expect_err("a mistake");
        assert_eq!(error.context("key"), Some(key), "{error}");
        assert!(!error.to_string().contains("s3cret"), "{error}");
    }
}
