use latchel_sync_core::Headers;
use latchel_sync_core::model::{Kind, RecordKey, Side};
use latchel_sync_core::registry::{Settings, webhooks};
use serde_json::{Map, json};

const KEY: &str = "8a2f6c1e-0d57-4f0b-9a55-1f6f2f1b7a10";

/// A gateway is asked for everything else, so that no mirror has to hear of it.
#[tokio::test]
async fn work_orders_alone_are_heard_of() {
    let adapter = webhooks(Side::Latchel, "latchel-gateway").expect("it is registered");
    let key = ("latchel_key".to_owned(), KEY.to_owned().into());
    let settings = Settings::new(adapter.settings, Map::new(), [key].into());
    let reader = (adapter.connect)(&settings, &Settings::default()).expect("a reader");
    let headers: Headers = [("X-Api-Key", KEY)].into_iter().collect();
    let now = "2026-03-02T08:00:00Z".parse().expect("an instant");
    for (object_type, found) in [
        ("Job", vec![RecordKey::latchel(Kind::WorkOrder, 4)]),
        ("Property", Vec::new()),
        ("Resident", Vec::new()),
    ] {
        let object = json!({"job_id": 4, "property_id": 4, "user_id": 4});
        let body = json!({"object_type": object_type, "event": "updated", "object": object, "secret": KEY});
        let read = reader.read(&headers, body.to_string().as_bytes(), now).await;
        assert_eq!(read.expect("it is read"), found, "{object_type}");
    }
}
