use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use latchel_sync_core::model::{Kind, RecordKey, Side};
use latchel_sync_core::registry::{Access, Settings, platforms, webhooks};
use latchel_sync_core::{ErrorKind, Headers, Result, Webhooks};
use ring::hmac;
use serde_json::{Map, Value, json};
use wiremock::matchers::any;
use wiremock::{Mock, ResponseTemplate};

use crate::far::{Far, instant, unit};

const SECRET: &str = "a secret of Buildium";
const NOW: &str = "2026-03-02T08:00:00Z";
/// The same in seconds since 1970.
const STAMP: i64 = 1_772_438_400;

fn reader(far: &Far) -> Arc<dyn Webhooks> {
    let adapter = webhooks(Side::Platform, "buildium").expect("it is registered");
    let secret = |name: &str, value: &str| (name.to_owned(), value.to_owned().into());
    let own = Settings::new(adapter.settings, Map::new(), [secret("secret", SECRET)].into());
    let values = Map::from_iter([("base_url".to_owned(), json!(far.server.uri()))]);
    let of_adapter = Settings::new(
        platforms()[0].settings,
        values,
        [secret("client_id", "one"), secret("client_secret", "two")].into(),
    );
    (adapter.connect)(&own, &of_adapter.with_access(Access::ReadOnly)).expect("a reader")
}

/// Signed as the contract sheet says, in the test's own words.
fn signature(secret: &str, stamp: &str, body: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    BASE64_STANDARD.encode(hmac::sign(&key, format!("{stamp}.{body}").as_bytes()))
}

fn signed(secret: &str, stamp: &str, body: &str) -> Headers {
    let signature = signature(secret, stamp, body);
    [("buildium-webhook-timestamp", stamp), ("Buildium-Webhook-Signature", &signature)].into_iter().collect()
}

async fn read(far: &Far, body: &str) -> Result<Vec<RecordKey>> {
    let headers = signed(SECRET, &STAMP.to_string(), body);
    reader(far).read(&headers, body.as_bytes(), instant(NOW)).await
}

fn event(name: &str, ids: Value) -> String {
    let mut event = json!({"EventName": name, "EventDateTime": "2026-03-02T07:59:58Z", "AccountId": 7});
    event.as_object_mut().expect("an object").extend(ids.as_object().expect("an object").clone());
    event.to_string()
}

/// Records that an event names, as `KIND ID`.
async fn named(far: &Far, name: &str, ids: Value) -> Vec<String> {
    let found = read(far, &event(name, ids)).await.expect("it is read");
    assert!(found.iter().all(|key| key.side == Side::Platform));
    found.iter().map(ToString::to_string).collect()
}

fn work_order_event() -> String {
    event("WorkOrder.Updated", json!({"WorkOrderId": 9}))
}

#[tokio::test]
async fn a_signed_event_names_its_record() {
    let far = Far::new().await;
    assert_eq!(named(&far, "WorkOrder.Created", json!({"WorkOrderId": 9})).await, ["work order 9"]);
    assert_eq!(named(&far, "Rental.Updated", json!({"PropertyId": 12})).await, ["property 12"]);
    let ids = json!({"PropertyId": 12, "UnitId": 13});
    assert_eq!(named(&far, "RentalUnit.Updated", ids).await, ["property 12/13"]);
    assert_eq!(far.asked().await, [""; 0], "nothing had to be asked for");
}

#[tokio::test]
async fn what_an_event_leaves_out_is_asked_for() {
    let far = Far::new().await;
    let orders = json!([{"Id": 9, "Task": {"Id": 5}}, {"Id": 10, "Task": {"Id": 5}}]);
    far.list_for("/v1/workorders", &[("taskids", "5")], orders).await;
    far.one("/v1/rentals/units/13", unit(13, 12)).await;
    let leases = json!([{"Id": 31, "PropertyId": 12}, {"Id": 32, "PropertyId": 14}]);
    far.one("/v1/leases/tenants/21", json!({"Id": 21, "Leases": leases})).await;
    far.one("/v1/leases/31", json!({"Id": 31, "PropertyId": 12, "Tenants": [{"Id": 21}, {"Id": 22}]})).await;

    for name in ["Task.Updated", "Task.History.Created"] {
        assert_eq!(named(&far, name, json!({"TaskId": 5})).await, ["work order 9", "work order 10"]);
    }
    assert_eq!(named(&far, "RentalUnit.Updated", json!({"UnitId": 13})).await, ["property 12/13"]);
    let tenant = named(&far, "LeaseTenant.Updated", json!({"TenantId": 21})).await;
    assert_eq!(tenant, ["resident 21@12", "resident 21@14"]);
    for name in ["Lease.Updated", "Lease.MoveOut.Created"] {
        assert_eq!(named(&far, name, json!({"LeaseId": 31})).await, ["resident 21@12", "resident 22@12"]);
    }
    assert!(far.asked().await.iter().all(|one| one.starts_with("GET")));
}

#[tokio::test]
async fn what_is_gone_or_of_no_interest_names_nothing() {
    let far = Far::new().await;
    Mock::given(any()).respond_with(ResponseTemplate::new(404)).mount(&far.server).await;
    for (name, ids) in [
        ("Lease.Deleted", json!({"LeaseId": 31})),
        ("RentalUnit.Deleted", json!({"UnitId": 13})),
        ("TaskCategory.Updated", json!({"TaskCategoryId": 1})),
        ("Vendor.Created", json!({"VendorId": 1})),
        ("RentalOwner.Created", json!({"RentalOwnerId": 1})),
    ] {
        assert_eq!(named(&far, name, ids).await, [""; 0], "{name}");
    }
}

#[tokio::test]
async fn a_wrong_signature_is_refused() {
    let far = Far::new().await;
    let (reader, stamp, body) = (reader(&far), STAMP.to_string(), work_order_event());
    let right = signature(SECRET, &stamp, &body);
    let one = |headers: &[(&str, &str)]| headers.iter().copied().collect::<Headers>();
    let other_stamp = (STAMP + 1).to_string();
    let wrong = [
        one(&[]),
        one(&[("buildium-webhook-timestamp", &stamp)]),
        one(&[("buildium-webhook-signature", &right)]),
        one(&[("buildium-webhook-timestamp", &stamp), ("buildium-webhook-signature", "no base64!")]),
        one(&[("buildium-webhook-timestamp", &other_stamp), ("buildium-webhook-signature", &right)]),
        signed("another secret", &stamp, &body),
        signed(SECRET, &stamp, &body.replace('9', "8")),
    ];
    for headers in wrong {
        let error = reader.read(&headers, body.as_bytes(), instant(NOW)).await.expect_err("refused");
        assert_eq!(error.kind(), ErrorKind::Unauthorized, "{error}");
        assert!(!format!("{error:?}").contains(&right) && !format!("{error:?}").contains(SECRET));
    }
    assert!(!format!("{reader:?}").contains(SECRET));
}

#[tokio::test]
async fn one_that_is_repeated_after_five_minutes_or_from_the_future_is_refused() {
    let far = Far::new().await;
    let (reader, body) = (reader(&far), work_order_event());
    for (away, accepted) in [(0, true), (-300, true), (300, true), (-301, false), (301, false)] {
        let headers = signed(SECRET, &(STAMP + away).to_string(), &body);
        let read = reader.read(&headers, body.as_bytes(), instant(NOW)).await;
        match accepted {
            true => assert_eq!(read.expect("near enough"), [RecordKey::platform(Kind::WorkOrder, 9)]),
            false => assert_eq!(read.expect_err("too far").kind(), ErrorKind::Unauthorized),
        }
    }
    let headers = signed(SECRET, "yesterday", &body);
    let error = reader.read(&headers, body.as_bytes(), instant(NOW)).await.expect_err("no time");
    assert_eq!(error.kind(), ErrorKind::Unauthorized);
}

#[tokio::test]
async fn white_space_that_was_added_between_the_parts_breaks_no_signature() {
    let far = Far::new().await;
    let sent = event("WorkOrder.Updated", json!({"WorkOrderId": 9, "Note": " a \" b \\", "Days": [1, 2]}));
    let headers = signed(SECRET, &STAMP.to_string(), &sent);
    let event: Value = serde_json::from_str(&sent).expect("JSON");
    let spaced = serde_json::to_string_pretty(&event).expect("JSON");
    let reader = reader(&far);
    let read = reader.read(&headers, spaced.as_bytes(), instant(NOW)).await;
    assert_eq!(read.expect("it is read"), [RecordKey::platform(Kind::WorkOrder, 9)]);
    let changed = spaced.replace(" a ", "a");
    let error =
        reader.read(&headers, changed.as_bytes(), instant(NOW)).await.expect_err("a text is signed as it is");
    assert_eq!(error.kind(), ErrorKind::Unauthorized);
}

#[tokio::test]
async fn a_signed_body_of_another_shape_is_malformed_and_an_outage_is_not() {
    let far = Far::new().await;
    let unnamed = event("WorkOrder.Updated", json!({"TaskId": 5}));
    for body in ["garbage", "[]", "{}", r#"{"EventName":7}"#, &unnamed] {
        let error = read(&far, body).await.expect_err("malformed");
        assert_eq!(error.kind(), ErrorKind::Malformed, "{body}");
        assert!(!format!("{error:?}").contains("garbage"));
    }
    Mock::given(any()).respond_with(ResponseTemplate::new(403)).mount(&far.server).await;
    let error = read(&far, &event("Task.Updated", json!({"TaskId": 5}))).await.expect_err("refused");
    assert_eq!(error.kind(), ErrorKind::Forbidden);
}
