use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use latchel_sync_core::model::{RecordKey, Side};
use latchel_sync_core::registry::{Access, Settings, platforms, webhooks};
use latchel_sync_core::{ErrorKind, Headers, Result, Webhooks};
use ring::hmac;
use serde_json::{Map, Value, json};
use wiremock::ResponseTemplate;

use crate::far::{Far, instant};

const SECRET: &str = "a key of Rentvine";
const NOW: &str = "2026-03-02T08:00:00Z";
/// The same in seconds since 1970.
const STAMP: i64 = 1_772_438_400;

fn reader(far: &Far) -> Arc<dyn Webhooks> {
    let adapter = webhooks(Side::Platform, "rentvine").expect("it is registered");
    let secret = |name: &str, value: &str| (name.to_owned(), value.to_owned().into());
    let own = Settings::new(adapter.settings, Map::new(), [secret("secret", SECRET)].into());
    let platform = platforms().into_iter().find(|one| one.name == "rentvine").expect("it is registered");
    let values = Map::from_iter([
        ("base_url".to_owned(), json!(far.server.uri())),
        ("calls_per_second".to_owned(), json!(1_000)),
    ]);
    let secrets = [secret("access_key", "one"), secret("secret", "two")].into();
    let of_adapter = Settings::new(platform.settings, values, secrets);
    (adapter.connect)(&own, &of_adapter.with_access(Access::ReadOnly)).expect("a reader")
}

/// Signed in the test's own words.
fn tag(secret: &str, signed: &str) -> Vec<u8> {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    hmac::sign(&key, signed.as_bytes()).as_ref().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn headers(stamp: &str, signature: &str) -> Headers {
    [("X-Rentvine-Timestamp", stamp), ("x-rentvine-signature", signature)].into_iter().collect()
}

fn signed(secret: &str, stamp: &str, body: &str) -> Headers {
    headers(stamp, &BASE64_STANDARD.encode(tag(secret, &format!("{stamp}{body}"))))
}

async fn read(far: &Far, body: &str) -> Result<Vec<RecordKey>> {
    let headers = signed(SECRET, &STAMP.to_string(), body);
    reader(far).read(&headers, body.as_bytes(), instant(NOW)).await
}

/// Records that a body names, as `KIND ID`.
async fn named(far: &Far, body: Value) -> Vec<String> {
    let found = read(far, &body.to_string()).await.expect("it is read");
    assert!(found.iter().all(|key| key.side == Side::Platform));
    found.iter().map(ToString::to_string).collect()
}

#[tokio::test]
async fn an_event_names_its_record_wherever_that_stands() {
    let far = Far::new().await;
    let order = json!({"workOrderID": "9", "propertyID": "12", "unitID": "13", "leaseID": "31"});
    for body in [
        json!({"event_type": "work_order.created", "data": order}),
        json!({"type": "WorkOrderUpdated", "workOrder": order}),
        json!({"event": "Work Order Updated", "data": {"workOrder": order}}),
        json!({"topic": "work-order.updated", "data": {"id": 9}}),
        json!({"event_type": "work_order.updated", "entity_id": "9"}),
        json!({"data": order}),
        order.clone(),
    ] {
        assert_eq!(named(&far, body.clone()).await, ["work order 9"], "{body}");
    }
    let property = json!({"propertyID": 12, "name": "Elm"});
    for body in [json!({"event_type": "property.updated", "data": property}), json!({"property": property})] {
        assert_eq!(named(&far, body.clone()).await, ["property 12"], "{body}");
    }
    let unit = json!({"unitID": "13", "propertyID": "12"});
    for body in [json!({"event_type": "unit.created", "data": unit}), json!({"unit": unit})] {
        assert_eq!(named(&far, body.clone()).await, ["property 12/13"], "{body}");
    }
    assert_eq!(far.asked().await, [""; 0], "nothing had to be asked for");
}

#[tokio::test]
async fn what_an_event_leaves_out_is_asked_for() {
    let far = Far::new().await;
    let tenants = json!([{"contactID": "21"}, {"contactID": "22"}, {"name": "nobody"}]);
    far.one("leases/31", json!({"lease": {"leaseID": "31", "propertyID": "12", "tenants": tenants}})).await;
    for body in [
        json!({"event_type": "lease.updated", "data": {"leaseID": "31", "propertyID": "12", "unitID": "13"}}),
        json!({"lease": {"leaseID": "31"}}),
    ] {
        assert_eq!(named(&far, body).await, ["resident 21@12", "resident 22@12"]);
    }
    // A lease by itself may not name its tenants.
    far.one("leases/32", json!({"leaseID": "32", "propertyID": "12"})).await;
    let exported = json!([{"lease": {"leaseID": "31", "propertyID": "12", "tenants": []}},
        {"lease": {"leaseID": "32", "propertyID": "14", "tenants": [{"contactID": "23"}]}}]);
    let since = [("dateTimeModifiedMin", "2026-03-01T07:00:00Z")];
    far.list_for("leases/export", &since, exported).await;
    assert_eq!(named(&far, json!({"lease": {"leaseID": "32"}})).await, ["resident 23@14"]);
    let unit = json!([{"unit": {"unitID": "13"}, "property": {"propertyID": "12"}}]);
    far.list_for("properties/units/export", &[since[0], ("isActive", "false")], unit).await;
    far.list("properties/units/export", json!([])).await;
    assert_eq!(named(&far, json!({"unit": {"unitID": "13"}})).await, ["property 12/13"]);
    assert_eq!(named(&far, json!({"unit": {"unitID": "14"}})).await, [""; 0]);
    assert!(far.asked().await.iter().all(|one| one.starts_with("GET")));
}

#[tokio::test]
async fn what_is_gone_or_of_no_interest_names_nothing() {
    let far = Far::new().await;
    far.answers("GET", "leases/31", ResponseTemplate::new(404)).await;
    for body in [
        json!({"event_type": "lease.updated", "data": {"leaseID": "31"}}),
        json!({"event_type": "lease_charge.created", "data": {"leaseID": "31", "leaseChargeID": "7"}}),
        json!({"event_type": "vendor.created", "data": {"id": "7"}}),
    ] {
        assert_eq!(named(&far, body.clone()).await, [""; 0], "{body}");
    }
}

#[tokio::test]
async fn either_form_of_the_signature_is_taken() {
    let far = Far::new().await;
    let (stamp, body) = (STAMP.to_string(), r#"{"workOrderID": 9}"#);
    let with_stamp = tag(SECRET, &format!("{stamp}{body}"));
    let alone = tag(SECRET, body);
    for signature in [
        BASE64_STANDARD.encode(&with_stamp),
        hex(&alone),
        hex(&alone).to_uppercase(),
        format!("sha256={}", hex(&alone)),
        hex(&with_stamp),
        BASE64_STANDARD.encode(&alone),
    ] {
        let read = reader(&far).read(&headers(&stamp, &signature), body.as_bytes(), instant(NOW)).await;
        assert_eq!(read.expect(&signature).len(), 1);
    }
}

#[tokio::test]
async fn a_wrong_signature_is_refused() {
    let far = Far::new().await;
    let (reader, stamp, body) = (reader(&far), STAMP.to_string(), r#"{"workOrderID": 9}"#);
    let right = BASE64_STANDARD.encode(tag(SECRET, &format!("{stamp}{body}")));
    let one = |headers: &[(&str, &str)]| headers.iter().copied().collect::<Headers>();
    let hex_of_another = hex(&tag("another key", body));
    let wrong = [
        one(&[]),
        one(&[("x-rentvine-timestamp", &stamp)]),
        one(&[("x-rentvine-signature", &right)]),
        one(&[
            ("x-rentvine-timestamp", &stamp),
            ("x-rentvine-signature", &right),
            ("X-Rentvine-Signature", &right),
        ]),
        headers(&(STAMP + 1).to_string(), &right),
        headers(&stamp, "no base64!"),
        headers(&stamp, ""),
        headers(&stamp, &hex_of_another),
        headers(&stamp, &right[..20]),
        signed("another key", &stamp, body),
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
async fn one_that_is_repeated_after_five_minutes_or_from_the_future_is_refused_in_either_form() {
    let far = Far::new().await;
    let (reader, body) = (reader(&far), r#"{"workOrderID": 9}"#);
    for (away, accepted) in [(0, true), (-300, true), (300, true), (-301, false), (301, false)] {
        let stamp = (STAMP + away).to_string();
        for headers in [signed(SECRET, &stamp, body), headers(&stamp, &hex(&tag(SECRET, body)))] {
            let read = reader.read(&headers, body.as_bytes(), instant(NOW)).await;
            match accepted {
                true => assert_eq!(read.expect("near enough").len(), 1),
                false => assert_eq!(read.expect_err("too far").kind(), ErrorKind::Unauthorized),
            }
        }
    }
    for (stamp, accepted) in
        [("1772438400000", true), (NOW, true), ("1772438400001000", false), ("yesterday", false)]
    {
        let read = reader.read(&signed(SECRET, stamp, body), body.as_bytes(), instant(NOW)).await;
        assert_eq!(read.is_ok(), accepted, "{stamp}");
    }
}

#[tokio::test]
async fn a_signed_body_of_another_shape_is_malformed_and_an_outage_is_not() {
    let far = Far::new().await;
    for body in [
        "garbage",
        "[]",
        "{}",
        r#"{"event_type":7}"#,
        r#"{"event_type":"lease.updated","data":{"id":"../x"}}"#,
    ] {
        let error = read(&far, body).await.expect_err("malformed");
        assert_eq!(error.kind(), ErrorKind::Malformed, "{body}");
        assert!(!format!("{error:?}").contains("garbage"));
    }
    far.answers("GET", "leases/31", ResponseTemplate::new(403)).await;
    let error = read(&far, r#"{"leaseID":"31"}"#).await.expect_err("refused");
    assert_eq!(error.kind(), ErrorKind::Forbidden);
}
