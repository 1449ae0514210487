//! The mock refuses exactly the bodies that the contract's schemas refuse, as far as one field can show.

use axum::http::Method;
use serde_json::{Value, json};

use super::Latchel;

/// Values of every type, good and bad.
fn values() -> Vec<Value> {
    vec![
        Value::Null,
        json!(""),
        json!("x"),
        json!("7"),
        json!("x".repeat(51)),
        json!("2026-03-01"),
        json!("2026-02-30"),
        json!("2026-03-01T00:00:00Z"),
        json!("2026-03-01T00:00:00"),
        json!("urgent"),
        json!("Completed"),
        json!("completed"),
        json!(-1),
        json!(0),
        json!(1),
        json!(2),
        json!(0.5),
        json!(true),
        json!([]),
        json!({}),
    ]
}

/// Fields whose good values may still name nothing.
const REFERENCES: [&str; 5] = ["property_id", "tenant_id", "portfolio_id", "ref_property_id", "ref_unit_id"];

async fn compare(method: Method, path: &str, schema: &str, base: Value) {
    let latchel = Latchel::start().await;
    let shape = &latchel.contract.document()["components"]["schemas"][schema]["properties"];
    let names: Vec<&String> = shape.as_object().expect("properties").keys().collect();
    for name in names {
        for value in values() {
            let mut body = base.clone();
            body[name] = value;
            let faults = latchel.contract.faults(schema, &body);
            let reply = latchel.ask(method.clone(), path, Some(body.clone())).await;
            match faults.is_empty() {
                true if REFERENCES.contains(&name.as_str()) => {}
                true => assert!(reply.status < 300, "{path} refused {body}: {}", reply.body),
                false => assert_eq!(reply.fault(), (422, Some(name.as_str())), "{body}: {faults:?}"),
            }
        }
    }
}

#[tokio::test]
async fn properties() {
    let new = json!({
        "name": "Oak", "address1": "2 Oak St", "city": "Reno", "state": "NV", "zip": "89502", "is_active": true,
    });
    compare(Method::POST, "/v1/properties", "NewProperty", new).await;
    compare(Method::PATCH, "/v1/properties/1", "PropertyPatch", json!({})).await;
}

#[tokio::test]
async fn residents() {
    let new = json!({ "name": "Cid", "is_active": true });
    compare(Method::POST, "/v1/residents", "NewResident", new).await;
    compare(Method::PATCH, "/v1/residents/1", "ResidentPatch", json!({})).await;
}

#[tokio::test]
async fn jobs() {
    compare(Method::POST, "/v1/jobs", "NewJob", json!({ "property_id": 1, "name": "Leak" })).await;
    compare(Method::PATCH, "/v1/jobs/1", "JobPatch", json!({})).await;
}

#[tokio::test]
async fn look_ups_of_everything() {
    // An array may be empty, and every other value is refused.
    for (path, schema) in [
        ("/v1/properties/lookup", "PropertyLookup"),
        ("/v1/residents/lookup", "ResidentLookup"),
        ("/v1/jobs/lookup", "JobLookup"),
    ] {
        compare(Method::POST, path, schema, json!({})).await;
    }
}
