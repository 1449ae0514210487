//! Webhooks of the two systems, to the server as a process. Its schedule has nothing to do before tomorrow, so that whatever
//! arrives is there because of a webhook.

use std::time::Duration;

use chrono::TimeDelta;
use latchel_sync_core::ledger::Trigger;
use latchel_sync_core::model::Kind;
use mock_pms::world::{Job, TaskStatus, WorkOrder};
use mock_pms::{Dialect, SentWebhook, Side, Subscription, WebhookFault};

use crate::pairs::{pairs, untrue};
use crate::serving::{Serving, until};
use crate::setup::{Setup, small_world, small_world_unknown_to_latchel};

const KEY: &str = "8a2f6c1e-0d57-4f0b-9a55-1f6f2f1b7a10";
const SECRET: &str = "shown-beside-the-webhook";

const SELDOM: &str = "sync_method = \"all\"\n\
    schedule = { work_orders = \"24h\", properties_and_residents = \"24h\", jitter = \"1ms\" }";

/// A setup a minute after its first sync.
async fn synced() -> Setup {
    let webhooks =
        format!("webhooks = {{ latchel_key = \"{KEY}\", platform = {{ secret = \"{SECRET}\" }} }}");
    let setup = Setup::of(small_world(), &format!("{SELDOM}\n{webhooks}")).await;
    after_its_first_sync(setup).await
}

async fn after_its_first_sync(mut setup: Setup) -> Setup {
    setup.sync(0).await;
    // What Latchel had at the account's sync start stays where it is (rule L2).
    setup.advance(TimeDelta::minutes(1));
    setup
}

/// Both systems tell this process from now on.
fn subscribe(setup: &Setup, serving: &Serving, faults: &[WebhookFault]) {
    let one = |side: Side, secret: &str| {
        let (url, secret) = (format!("{}webhooks/main/{side}", serving.url), secret.to_owned());
        Subscription { side, url, secret, faults: faults.to_vec() }
    };
    let both = vec![one(Side::Latchel, KEY), one(Side::Platform, SECRET)];
    setup.server.subscribe(both).expect("subscriptions");
}

fn report(setup: &Setup, name: &str) {
    setup.edit(&format!(
        r#"[{{"side": "latchel", "collection": "jobs", "create": {{"source": "Tenant Call", "state": "Diagnosing Issue",
            "name": "{name}", "description": "It drips.", "property_id": 501}}}}]"#
    ));
}

fn becomes(setup: &Setup, name: &str, state: &str) {
    let id = setup.server.read(|world| {
        world.latchel.jobs.iter().find(|job| job.name == name).map(|job| job.id).expect("it was reported")
    });
    setup.edit(&format!(
        r#"[{{"side": "latchel", "collection": "jobs", "id": {id}, "set": {{"state": "{state}"}}}}]"#
    ));
}

/// Somebody makes a work order on the platform, for a task that is Latchel's.
fn order(setup: &Setup, title: &str) {
    setup.edit(&format!(
        r#"[{{"collection": "work_orders", "create": {{"task_id": 71, "title": "{title}", "vendor_id": 51, "status": "new",
            "priority": "normal", "details": "It drips."}}}}]"#
    ));
}

/// The platform's work orders of this name; their titles carry our mark too.
fn on_platform(setup: &Setup, name: &str) -> Vec<WorkOrder> {
    let named = |one: &&WorkOrder| one.title.as_deref().is_some_and(|title| title.starts_with(name));
    setup.server.read(|world| world.platform.work_orders.iter().filter(named).cloned().collect())
}

/// Latchel's work orders of the platform's one of this name.
fn in_latchel(setup: &Setup, title: &str) -> Vec<Job> {
    let ids: Vec<_> = on_platform(setup, title).iter().map(|one| one.id).collect();
    let id = |job: &Job| setup.platform().work_order(job.ref_job_id.as_deref()?);
    let of = |one: &&Job| id(one).is_some_and(|id| ids.contains(&id));
    setup.server.read(|world| world.latchel.jobs.iter().filter(of).cloned().collect())
}

fn is_created(setup: &Setup, name: &str) -> bool {
    let numbered = in_latchel(setup, name).iter().any(|job| job.order_number.is_some());
    numbered && !on_platform(setup, name).is_empty()
}

fn is_completed(setup: &Setup, name: &str) -> bool {
    setup.server.read(|world| {
        let task = |one: &WorkOrder| world.platform.tasks.get(one.task_id).map(|task| task.status);
        on_platform(setup, name).iter().any(|one| task(one) == Some(TaskStatus::Completed))
    })
}

fn statuses(sent: &[SentWebhook]) -> Vec<Option<u16>> {
    sent.iter().map(|one| one.status).collect()
}

/// Number of webhooks of one side with this result, as the process counts them.
async fn counted(serving: &Serving, side: Side, result: &str) -> usize {
    let metrics = serving.page("metrics").await;
    let name = format!(r#"latchel_sync_webhooks_total{{account="main",source="{side}",result="{result}"}} "#);
    let line = metrics.lines().find_map(|line| line.strip_prefix(&name));
    line.map_or(0, |count| count.parse().expect("a number"))
}

/// Ends it, and says by what each of its runs was started.
async fn ended(setup: &Setup, serving: Serving) -> Vec<Trigger> {
    serving.signal("TERM");
    assert_eq!(serving.end().await, Some(0));
    assert_eq!(setup.run(0, &["ledger", "check"]).await, "the ledger is sound\n");
    let ledger = setup.ledger().await;
    assert_eq!(untrue(setup, &*ledger).await, [""; 0]);
    let mut runs = ledger.runs(None, 1_000).await.expect("runs");
    // The first is the one before it was started.
    runs.pop();
    runs.iter().map(|run| run.trigger).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_is_in_the_other_system_without_the_schedule() {
    let setup = synced().await;
    let serving = Serving::start(&setup).await;
    subscribe(&setup, &serving, &[]);
    report(&setup, "Fence");
    until(&setup, "a work order of Latchel", |setup| is_created(setup, "Fence")).await;
    becomes(&setup, "Fence", "Completed");
    until(&setup, "its end", |setup| is_completed(setup, "Fence")).await;
    order(&setup, "Gutter");
    until(&setup, "a work order of the platform", |setup| !in_latchel(setup, "Gutter").is_empty()).await;

    let runs = ended(&setup, serving).await;
    assert!(runs.len() >= 3 && runs.iter().all(|trigger| *trigger == Trigger::Webhook), "{runs:?}");
    let counts =
        ["Fence", "Gutter"].map(|name| (on_platform(&setup, name).len(), in_latchel(&setup, name).len()));
    assert_eq!(counts, [(1, 1); 2]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_twice_and_in_the_wrong_order_ends_as_what_comes_well() {
    let polled = synced().await;
    report(&polled, "Fence");
    report(&polled, "Gate");
    order(&polled, "Gutter");
    order(&polled, "Gable");
    polled.sync(0).await;
    becomes(&polled, "Fence", "Awaiting Invoice");
    becomes(&polled, "Fence", "Completed");
    polled.sync(0).await;

    let setup = synced().await;
    let serving = Serving::start(&setup).await;
    let (once, twice) = (&[][..], &[WebhookFault::Doubled, WebhookFault::Overtaken]);
    subscribe(&setup, &serving, twice);
    report(&setup, "Fence");
    report(&setup, "Gate");
    order(&setup, "Gutter");
    order(&setup, "Gable");
    let all = ["Fence", "Gate", "Gutter", "Gable"];
    until(&setup, "all that was reported", |setup| all.iter().all(|name| is_created(setup, name))).await;
    subscribe(&setup, &serving, twice);
    becomes(&setup, "Fence", "Awaiting Invoice");
    becomes(&setup, "Fence", "Completed");
    until(&setup, "its end", |setup| is_completed(setup, "Fence")).await;
    // What was told of at the beginning is told of once more; whatever that does is done when something later has arrived.
    subscribe(&setup, &serving, once);
    for number in 0..8 {
        let again = setup.server.send_again(number).await.expect("it was sent");
        assert_eq!(again.status, Some(200));
    }
    for one in [&polled, &setup] {
        report(one, "Hinge");
    }
    polled.sync(0).await;
    until(&setup, "the last", |setup| is_created(setup, "Hinge")).await;
    // Each was sent twice, and again; of the work orders that were reported each system tells by itself.
    for side in [Side::Latchel, Side::Platform] {
        assert!(counted(&serving, side, "doubled").await >= 6, "{side}");
    }
    let runs = ended(&setup, serving).await;
    assert!(runs.iter().all(|trigger| *trigger == Trigger::Webhook), "{runs:?}");
    assert_eq!(pairs(&setup), pairs(&polled));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_by_whom_it_says_is_refused_and_counted_and_changes_nothing() {
    let setup = synced().await;
    let serving = Serving::start(&setup).await;
    subscribe(&setup, &serving, &[WebhookFault::Forged]);
    report(&setup, "Fence");
    order(&setup, "Gutter");
    let refused = setup.server.webhooks_reach(2).await;
    assert_eq!(statuses(&refused), [Some(401); 2]);
    for side in [Side::Latchel, Side::Platform] {
        assert_eq!(counted(&serving, side, "invalid").await, 1, "{side}");
        assert_eq!(counted(&serving, side, "accepted").await, 0, "{side}");
    }
    // One that is genuine is worked on, and nothing else with it.
    subscribe(&setup, &serving, &[]);
    report(&setup, "Gate");
    until(&setup, "the genuine one", |setup| is_created(setup, "Gate")).await;
    let runs = ended(&setup, serving).await;
    assert!(runs.iter().all(|trigger| *trigger == Trigger::Webhook), "{runs:?}");
    assert_eq!((on_platform(&setup, "Fence").len(), in_latchel(&setup, "Gutter").len()), (0, 0));
    // The window sees to them.
    setup.sync(0).await;
    assert!(is_created(&setup, "Fence") && !in_latchel(&setup, "Gutter").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_once_it_has_answered_it_still_does_what_it_was_told() {
    let setup = synced().await;
    let serving = Serving::start(&setup).await;
    subscribe(&setup, &serving, &[]);
    // Neither system can be reached, so that it cannot get further than the answer.
    setup.server.watch(|_, _| false);
    report(&setup, "Fence");
    order(&setup, "Gutter");
    let sent = setup.server.webhooks_reach(2).await;
    assert_eq!(statuses(&sent), [Some(200); 2]);
    serving.signal("KILL");
    assert_eq!(serving.end().await, None);
    setup.server.stop_watching();
    assert_eq!((on_platform(&setup, "Fence").len(), in_latchel(&setup, "Gutter").len()), (0, 0));

    let again = Serving::start(&setup).await;
    subscribe(&setup, &again, &[]);
    let arrived = |setup: &Setup| is_created(setup, "Fence") && !in_latchel(setup, "Gutter").is_empty();
    until(&setup, "what was told before", arrived).await;
    let runs = ended(&setup, again).await;
    assert!(runs.iter().all(|trigger| *trigger == Trigger::Webhook), "{runs:?}");
    assert_eq!((on_platform(&setup, "Fence").len(), in_latchel(&setup, "Gutter").len()), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn appfolio_is_believed_by_the_keys_that_it_publishes() {
    let webhooks = "webhooks = { platform = { jwks_url = \"PLATFORM/.well-known/jwks.json\" } }";
    let policy = format!("{SELDOM}\n{webhooks}");
    let setup = Setup::on(Dialect::APPFOLIO, small_world_unknown_to_latchel(), &policy).await;
    let file = setup.folder.path().join("latchel-sync.toml");
    let config = std::fs::read_to_string(&file).expect("the configuration");
    std::fs::write(&file, config.replace("PLATFORM", setup.server.platform_url())).expect("it is written");
    let setup = after_its_first_sync(setup).await;
    let serving = Serving::start(&setup).await;
    let subscribe = |faults: &[WebhookFault]| {
        let (url, secret) = (format!("{}webhooks/main/platform", serving.url), String::new());
        let one = Subscription { side: Side::Platform, url, secret, faults: faults.to_vec() };
        setup.server.subscribe(vec![one]).expect("a subscription");
    };
    subscribe(&[WebhookFault::Forged]);
    order(&setup, "Gable");
    assert_eq!(statuses(&setup.server.webhooks_reach(1).await), [Some(401)]);
    assert_eq!(counted(&serving, Side::Platform, "invalid").await, 1);
    subscribe(&[]);
    order(&setup, "Gutter");
    until(&setup, "a work order of AppFolio", |setup| !in_latchel(setup, "Gutter").is_empty()).await;
    let runs = ended(&setup, serving).await;
    assert!(!runs.is_empty() && runs.iter().all(|trigger| *trigger == Trigger::Webhook), "{runs:?}");
    assert_eq!(["Gutter", "Gable"].map(|title| in_latchel(&setup, title).len()), [1, 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_mirror_hears_of_a_property_and_asks_for_it_by_one_call() {
    let policy = format!("{SELDOM}\nwebhooks = {{ latchel_key = \"{KEY}\" }}");
    let setup = Setup::on_partner_api(|_| (), "writes = \"on\"").await.with_policy(&policy);
    let mut setup = after_its_first_sync(setup).await;
    // What was just seen would not be asked for again.
    setup.advance(TimeDelta::hours(1));
    let id = setup.server.read(|world| world.latchel.properties.iter().map(|one| one.id).max()).expect("one");
    let serving = Serving::start(&setup).await;
    let url = format!("{}webhooks/main/latchel", serving.url);
    let one = Subscription { side: Side::Latchel, url, secret: KEY.to_owned(), faults: Vec::new() };
    setup.server.subscribe(vec![one]).expect("a subscription");
    setup.server.clear_requests();
    setup.edit(&format!(
        r#"[{{"side": "latchel", "collection": "properties", "id": {id}, "set": {{"name": "Renamed by hand"}}}}]"#
    ));
    let kept = async || {
        let kept = setup.ledger().await.by_id("main", Kind::Property, &[id]).await.expect("the mirror");
        kept.first().is_some_and(|one| one.body.contains("Renamed by hand"))
    };
    assert!(!kept().await, "the mirror is older");
    assert_eq!(statuses(&setup.server.webhooks_reach(1).await), [Some(200)]);
    assert_eq!(counted(&serving, Side::Latchel, "accepted").await, 1);
    let path = format!("/v1/properties/{id}");
    let asked = |setup: &Setup| setup.server.requests().iter().any(|one| one.path == path);
    until(&setup, "a question about the property", asked).await;
    // The call is over before the mirror has kept what it said.
    tokio::time::timeout(Duration::from_secs(60), async {
        while !kept().await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await
    .expect("the mirror has the new name");
    let runs = ended(&setup, serving).await;
    assert_eq!(runs, [Trigger::Webhook]);
    assert_eq!(setup.server.requests().len(), 1);
}
