use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http_body_util::BodyExt;
use latchel_sync_core::Webhooks;
use latchel_sync_core::ledger::{Run, Trigger};
use latchel_sync_core::model::*;
use latchel_sync_core::registry::{Settings, latchels, platforms, webhooks};
use latchel_sync_ledger::desk::Desk;
use latchel_sync_server::{App, Clock, Readers, ServerConfig, router};
use ring::hmac;
use serde_json::{Map, json};
use tokio::task::JoinHandle;
use tower::ServiceExt;

use crate::manual_links::property;
use crate::world::{ACCOUNT, World, account, start};

pub const KEY: &str = "8a2f6c1e-0d57-4f0b-9a55-1f6f2f1b7a10";
const SECRET: &str = "a secret of Buildium";
pub const LATCHEL: &str = "/webhooks/main/latchel";
pub const PLATFORM: &str = "/webhooks/main/platform";

/// Readers of the webhooks: Latchel's, and Buildium's as the platform's.
pub fn readers() -> Readers {
    let known = |side| match side {
        Side::Platform => platforms().into_iter().find(|one| one.name == "buildium").map(|one| one.settings),
        Side::Latchel => latchels().first().map(|one| one.settings),
    };
    let known = |side| known(side).expect("it is registered");
    let reader = |side, name, key: &str, value: &str| -> Option<Arc<dyn Webhooks>> {
        let secret = |name: &str| (name.to_owned(), "unused".to_owned().into());
        let secrets = [secret("client_id"), secret("client_secret"), secret("api_key")];
        let values = Map::from_iter([("base_url".to_owned(), json!("http://127.0.0.1:9"))]);
        let adapter = webhooks(side, name).expect("it is registered");
        let own =
            Settings::new(adapter.settings, Map::new(), [(key.to_owned(), value.to_owned().into())].into());
        Some((adapter.connect)(&own, &Settings::new(known(side), values, secrets.into())).expect("a reader"))
    };
    Readers {
        platform: reader(Side::Platform, "buildium", "secret", SECRET),
        latchel: reader(Side::Latchel, "latchel", "latchel_key", KEY),
    }
}

/// A server that webhooks may be sent to, with a property on the platform.
pub async fn listening() -> World {
    let world = World::listening(ServerConfig::default(), readers()).await;
    let id = PropertyRef::from_key("12/34");
    world.platform.edit(|platform| platform.properties.insert(id.clone(), Row::Record(property(&id))));
    world
}

/// The server is started, and its first runs by the schedule are over.
pub async fn at_work(world: &World) -> JoinHandle<()> {
    let app = world.app.clone();
    let work = tokio::spawn(async move { app.work().await });
    let mut changes = world.app.jobs.changes();
    let scheduled = async || {
        let runs = runs_by(&world.app, Trigger::Schedule).await;
        runs.iter().map(|run| run.phases.len()).sum::<usize>()
    };
    while scheduled().await < 4 {
        changes.changed().await.expect("jobs");
    }
    world.app.jobs.idle().await;
    work
}

/// The server after a restart: another process over the same books and the same two systems.
pub fn restarted(world: &World) -> Arc<App> {
    let account = account(&world.platform, &world.latchel, readers());
    let clock = Clock::starting_at(start() + chrono::TimeDelta::minutes(1));
    let (ledger, desk) = (world.ledger.clone(), world.ledger.clone());
    App::new(ServerConfig::default(), [account], ledger, desk, clock, "test/2".to_owned())
}

pub async fn runs_by(app: &App, trigger: Trigger) -> Vec<Run> {
    let runs = app.ledger.runs(Some(ACCOUNT), 100).await.expect("runs");
    runs.into_iter().filter(|run| run.trigger == trigger && run.took_ms.is_some()).collect()
}

/// The deliveries that were not worked on.
pub async fn open(desk: &dyn Desk) -> usize {
    desk.deliveries(ACCOUNT, 1_000).await.expect("deliveries").len()
}

/// Waits until each delivery was worked on.
pub async fn worked_off(app: &App) {
    let done = async {
        while open(&*app.desk).await > 0 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), done).await.expect("it is worked on");
}

/// An answer: its status and its body.
pub type Answer = (u16, String);

pub async fn send(world: &World, request: Request<Body>) -> Answer {
    let (mut parts, body) = request.into_parts();
    parts.extensions.insert(ConnectInfo(std::net::SocketAddr::from(([192, 0, 2, 7], 443))));
    let routes = router(world.app.clone());
    let answer = routes.oneshot(Request::from_parts(parts, body)).await.expect("an answer");
    let status = answer.status().as_u16();
    let body = answer.into_body().collect().await.expect("a body").to_bytes();
    (status, String::from_utf8(body.to_vec()).expect("text"))
}

pub async fn post(world: &World, path: &str, headers: &[(&str, &str)], body: impl Into<Body>) -> Answer {
    let request = Request::post(path).header("host", "sync.example.com");
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    send(world, request.body(body.into()).expect("a request")).await
}

/// Body that Latchel sends of a work order.
pub fn envelope(job: JobId, updated_at: &str) -> String {
    let object = json!({"job_id": job.0, "updated_at": updated_at, "ref_job_id": null});
    json!({"object_type": "Job", "event": "updated", "object": object, "updated": {"state_id": 3},
        "secret": KEY, "platform": "LATCHEL"})
    .to_string()
}

pub async fn latchel_tells(world: &World, job: JobId, updated_at: &str) -> u16 {
    post(world, LATCHEL, &[("x-api-key", KEY)], envelope(job, updated_at)).await.0
}

/// Headers and body that Buildium sends of a work order; the headers sign it.
pub fn event(work_order: i64, at: i64) -> ([(&'static str, String); 2], String) {
    let body =
        json!({"EventName": "WorkOrder.Updated", "EventDateTime": "2026-03-02T07:59:58Z", "AccountId": 7,
        "WorkOrderId": work_order})
        .to_string();
    let key = hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes());
    let signature = BASE64_STANDARD.encode(hmac::sign(&key, format!("{at}.{body}").as_bytes()));
    ([("buildium-webhook-timestamp", at.to_string()), ("buildium-webhook-signature", signature)], body)
}

pub async fn buildium_tells(world: &World, work_order: i64, at: i64) -> u16 {
    let (headers, body) = event(work_order, at);
    let headers = headers.each_ref().map(|(name, value)| (*name, value.as_str()));
    post(world, PLATFORM, &headers, body).await.0
}

/// A Latchel work order that people made a moment after the start.
pub fn add_job(world: &World) -> JobId {
    world.latchel.edit(|latchel| {
        let property = latchel.properties.values().next().map(|one| one.id);
        let id = JobId(latchel.jobs.keys().last().map_or(300, |last| last.0 + 1));
        let at = start() + chrono::TimeDelta::minutes(1);
        let job = Job {
            id,
            number: None,
            work_order: None,
            name: "Fence".to_owned(),
            description: "It fell over.".to_owned(),
            vendor_instructions: None,
            access_instructions: None,
            entry_allowed: None,
            severity: Severity::Normal,
            state: JobState::Other("Diagnosing Issue".to_owned()),
            is_archived: false,
            is_vacant: false,
            property,
            resident: None,
            created_at: at,
            updated_at: at,
            state_updated_at: Some(at),
            slug: None,
        };
        latchel.jobs.insert(id, job);
        id
    })
}

/// The platform's work orders that are there because of a Latchel work order.
pub fn made_from(world: &World, job: JobId) -> Vec<WorkOrder> {
    let marker = Some(Marker::for_job(job));
    world.platform.edit(|platform| {
        let records = platform.work_orders.values().filter_map(|row| match row {
            Row::Record(work_order) => Some(work_order),
            _ => None,
        });
        records.filter(|work_order| work_order.marker == marker).cloned().collect()
    })
}

pub fn add_work_order(world: &World, id: i64) {
    let id = WorkOrderId::new(id.to_string());
    let work_order = WorkOrder {
        id: id.clone(),
        number: format!("N{id}"),
        title: "Tap".to_owned(),
        description: "It drips.".to_owned(),
        property: PropertyRef::from_key("12/34"),
        requested_by: None,
        assigned_users: vec![UserId::new("1")],
        status: WorkOrderStatus::Open("New".to_owned()),
        severity: Severity::Normal,
        scheduled_start: None,
        entry_allowed: None,
        access_instructions: None,
        marker: None,
        freshness: Freshness::Stamped { created_at: Some(start()), updated_at: Some(start()) },
    };
    world.platform.edit(|platform| platform.work_orders.insert(id, Row::Record(work_order)));
}

/// Number of work orders that Latchel has.
pub fn jobs(world: &World) -> usize {
    world.latchel.edit(|latchel| latchel.jobs.len())
}
