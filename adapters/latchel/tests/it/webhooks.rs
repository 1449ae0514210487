use std::sync::Arc;

use latchel_sync_core::model::{Kind, RecordKey, Side};
use latchel_sync_core::registry::{Settings, webhooks};
use latchel_sync_core::{ErrorKind, Headers, Result, Webhooks};
use serde_json::{Map, Value, json};

const KEY: &str = "8a2f6c1e-0d57-4f0b-9a55-1f6f2f1b7a10";
const OTHER: &str = "8a2f6c1e-0d57-4f0b-9a55-1f6f2f1b7a11";

fn reader() -> Arc<dyn Webhooks> {
    let adapter = webhooks(Side::Latchel, "latchel").expect("it is registered");
    let key = ("latchel_key".to_owned(), KEY.to_owned().into());
    (adapter.connect)(&Settings::new(adapter.settings, Map::new(), [key].into()), &Settings::default())
        .expect("a reader")
}

fn envelope(object_type: &str, object: Value, secret: &str) -> Value {
    json!({"object_type": object_type, "event": "updated", "object": object, "updated": {"state_id": 3},
        "secret": secret, "platform": "LATCHEL"})
}

fn job(secret: &str) -> Value {
    let job = json!({"job_id": 41, "slug": "ab12c", "ref_job_id": "9", "updated_at": "2026-03-02T08:00:00Z"});
    envelope("Job", job, secret)
}

async fn read(header: Option<&str>, body: impl ToString) -> Result<Vec<RecordKey>> {
    let headers: Headers = header.into_iter().map(|key| ("X-Api-Key", key)).collect();
    let now = "2026-03-02T08:00:00Z".parse().expect("an instant");
    reader().read(&headers, body.to_string().as_bytes(), now).await
}

async fn refused(header: Option<&str>, body: impl ToString) -> ErrorKind {
    let error = read(header, body).await.expect_err("it is refused");
    for secret in [KEY, OTHER, "ab12c"] {
        assert!(!format!("{error:?}").contains(secret), "{error:?}");
    }
    error.kind()
}

#[tokio::test]
async fn a_job_names_its_work_order_on_latchels_side() {
    let found = read(Some(KEY), job(KEY)).await.expect("it is read");
    assert_eq!(found, [RecordKey::latchel(Kind::WorkOrder, 41)]);
}

#[tokio::test]
async fn a_property_and_a_resident_are_named_for_the_mirror() {
    let property = envelope("Property", json!({"property_id": "7"}), KEY);
    let resident = envelope("Resident", json!({"user_id": 8}), KEY);
    let named = |kind, id| [RecordKey::latchel(kind, id)];
    assert_eq!(read(Some(KEY), &property).await.expect("it is read"), named(Kind::Property, 7));
    assert_eq!(read(Some(KEY), &resident).await.expect("it is read"), named(Kind::Resident, 8));
    for object_type in ["Portfolio", "Invoice", "File", "Owner"] {
        let found = read(Some(KEY), envelope(object_type, json!({"property_id": 1}), KEY)).await;
        assert_eq!(found.expect("it is read"), [], "{object_type}");
    }
}

#[tokio::test]
async fn the_key_must_be_right_in_the_header_and_in_the_body() {
    assert_eq!(refused(None, job(KEY)).await, ErrorKind::Unauthorized);
    assert_eq!(refused(Some(OTHER), job(KEY)).await, ErrorKind::Unauthorized);
    assert_eq!(refused(Some(&KEY[..35]), job(KEY)).await, ErrorKind::Unauthorized);
    assert_eq!(refused(Some(KEY), job(OTHER)).await, ErrorKind::Unauthorized);
    assert_eq!(refused(Some(OTHER), "garbage").await, ErrorKind::Unauthorized);
}

#[tokio::test]
async fn a_body_of_another_shape_is_malformed() {
    let odd = [json!({"job_id": "ab12c"}), json!({"job_id": -1}), json!({"job_id": 0}), json!({})];
    let odd = odd.map(|job| envelope("Job", job, KEY).to_string());
    let shapeless = ["garbage".to_owned(), "[]".to_owned(), json!({"secret": KEY}).to_string()];
    for body in shapeless.into_iter().chain(odd) {
        assert_eq!(refused(Some(KEY), &body).await, ErrorKind::Malformed, "{body}");
    }
}
