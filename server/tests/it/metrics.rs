//! `/metrics` and `/readyz`.

use std::collections::BTreeSet;
use std::time::Duration;

use latchel_sync_core::model::{InvalidRecord, PropertyId, PropertyRef, Row};
use latchel_sync_core::registry::{RateLimit, Settings};
use latchel_sync_http::Transport;
use latchel_sync_ledger::desk::Role;
use latchel_sync_server::actions::{self, Extent, MassChange};
use wiremock::matchers::method;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::world::{ACCOUNT, World, pass};

/// The lines of `/metrics` that begin so, in their order.
async fn lines(world: &World, begin: &str) -> Vec<String> {
    let answer = world.visitor().get("/metrics").await;
    assert_eq!((answer.status, answer.header("content-type").starts_with("text/plain")), (200, true));
    let mut lines: Vec<_> =
        answer.body.lines().filter(|line| line.starts_with(begin)).map(ToOwned::to_owned).collect();
    lines.sort();
    lines
}

/// A server that has synced once, with a record that failed, and has called somebody twice.
async fn busy() -> World {
    let world = World::new().await;
    world.fill();
    world.platform.edit(|platform| {
        let invalid = InvalidRecord {
            id: "801".to_owned(),
            field: "Name".to_owned(),
            problem: "it is missing".to_owned(),
        };
        platform.properties.insert(PropertyRef::new(PropertyId::new("801"), None), Row::Invalid(invalid));
    });
    let asked = actions::sync(&world.app, "robin", ACCOUNT, Extent::Everything, MassChange::Guarded).await;
    asked.expect("a job");
    world.work().await;
    let far = MockServer::start().await;
    let late = ResponseTemplate::new(200).set_delay(Duration::from_secs(60));
    Mock::given(method("POST")).respond_with(late).mount(&far).await;
    Mock::given(method("GET")).respond_with(ResponseTemplate::new(200)).mount(&far).await;
    let limits = [RateLimit { calls: 1_000, seconds: 1 }];
    let transport = Transport::builder("Far", &far.uri(), &Settings::default()).rate_limits(&limits);
    let transport = transport.timeout(Duration::from_millis(500)).build().expect("a transport");
    let calls = async {
        transport.get("one").send().await.expect("an answer");
        transport.post("two").send().await.expect_err("no answer in time");
    };
    world.app.metrics.scope(calls).await;
    world
}

#[tokio::test]
async fn it_tells_what_was_done_and_how_things_stand() {
    let world = busy().await;
    insta::assert_json_snapshot!(lines(&world, "latchel_sync_runs_total").await, @r#"
    [
      "latchel_sync_runs_total{account=\"main\",status=\"partial\"} 1"
    ]
    "#);
    insta::assert_json_snapshot!(lines(&world, "latchel_sync_outcomes_total").await, @r#"
    [
      "latchel_sync_outcomes_total{account=\"main\",reason=\"invalid_record\"} 1",
      "latchel_sync_outcomes_total{account=\"main\",reason=\"property_new\"} 2",
      "latchel_sync_outcomes_total{account=\"main\",reason=\"resident_new\"} 2",
      "latchel_sync_outcomes_total{account=\"main\",reason=\"work_order_imported\"} 2"
    ]
    "#);
    insta::assert_json_snapshot!(lines(&world, "latchel_sync_calls_total").await, @r#"
    [
      "latchel_sync_calls_total{system=\"Far\",status=\"200\"} 1",
      "latchel_sync_calls_total{system=\"Far\",status=\"none\"} 1"
    ]
    "#);
    insta::assert_json_snapshot!(lines(&world, "latchel_sync_failed_records").await, @r#"
    [
      "latchel_sync_failed_records{account=\"main\"} 1"
    ]
    "#);
    insta::assert_json_snapshot!(lines(&world, "latchel_sync_jobs").await, @r#"
    [
      "latchel_sync_jobs{state=\"under_way\"} 0",
      "latchel_sync_jobs{state=\"waiting\"} 0"
    ]
    "#);
    let waits = lines(&world, "latchel_sync_rate_limit_wait_seconds_count").await;
    assert_eq!(waits, [r#"latchel_sync_rate_limit_wait_seconds_count{system="Far"} 2"#]);
}

#[tokio::test]
async fn two_servers_of_one_process_do_not_count_into_each_other() {
    let (_busy, idle) = (busy().await, World::new().await);
    assert!(lines(&idle, "latchel_sync_runs_total").await.is_empty());
}

/// Webhooks are counted where they arrive.
const ELSEWHERE: &str = "latchel_sync_webhooks_total";

#[tokio::test]
async fn the_docs_and_the_dashboard_name_what_there_is() {
    let world = busy().await;
    let types = lines(&world, "# TYPE ").await;
    let emitted: BTreeSet<_> = types.iter().filter_map(|line| line.split(' ').nth(2)).collect();
    let docs = include_str!("../../../docs/metrics.md");
    let rows = docs.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    let documented: BTreeSet<_> = rows.filter(|name| *name != ELSEWHERE).collect();
    assert_eq!(documented, emitted.into_iter().filter(|name| *name != ELSEWHERE).collect());
    let dashboard = include_str!("../../../docs/grafana-dashboard.json");
    let is_name = |c: char| c.is_ascii_lowercase() || c == '_';
    let used = dashboard.match_indices("latchel_sync_").map(|(at, _)| {
        let end = dashboard[at..].find(|c| !is_name(c)).expect("an end");
        dashboard[at..at + end]
            .trim_end_matches("_bucket")
            .trim_end_matches("_sum")
            .trim_end_matches("_count")
    });
    let used: BTreeSet<_> = used.filter(|name| *name != ELSEWHERE).collect();
    assert!(used.len() > 5 && used.is_subset(&documented), "{used:?}");
}

#[tokio::test]
async fn it_is_for_viewers_once_there_are_users() {
    let world = World::new().await;
    let token = world.add_program("prometheus", Role::Viewer).await;
    assert_eq!(world.visitor().get("/metrics").await.status, 401);
    assert_eq!(world.visitor().with_token(&token).get("/metrics").await.status, 200);
}

#[tokio::test]
async fn it_is_ready_while_it_works() {
    let world = World::new().await;
    let before = world.visitor().get("/readyz").await;
    assert_eq!(before.status, 503);
    assert!(before.body.contains("the worker") && before.body.contains("the scheduler"), "{}", before.body);
    world.work().await;
    assert_eq!(world.visitor().get("/readyz").await.status, 200);
    pass(Duration::from_secs(180)).await;
    assert_eq!(world.visitor().get("/readyz").await.status, 503, "it does not go round any more");
}
