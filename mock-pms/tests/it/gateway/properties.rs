//! Properties.

use serde_json::{Value, json};

use super::Latchel;

fn new() -> Value {
    json!({
        "name": "Oak, 2", "address1": "2 Oak St", "city": "Reno", "state": "NV", "zip": "89502",
        "is_active": true, "ref_property_id": "9", "ref_unit_id": "92", "address2": null,
        "integration_data": "Oak, 2", "portfolio_id": 5,
    })
}

#[tokio::test]
async fn a_property_is_made_and_read() {
    let latchel = Latchel::start().await;
    let reply = latchel.post("/v1/properties", new()).await;
    assert_eq!(reply.status, 201);
    let made = reply.good();
    assert_eq!(made["property_id"], 5);
    assert_eq!(made["created_at"], "2026-03-10T12:00:00Z");
    assert_eq!(latchel.get("/v1/properties/5").await.good(), made);
    assert_eq!(latchel.get("/v1/properties/6").await.fault(), (404, None));
    assert_eq!(latchel.get("/v1/properties/five").await.status, 404);
}

#[tokio::test]
async fn the_same_references_again_make_a_second_property() {
    let latchel = Latchel::start().await;
    latchel.post("/v1/properties", new()).await.good();
    latchel.post("/v1/properties", new()).await.good();
    let refs = json!({ "refs": [{ "ref_property_id": "9", "ref_unit_id": "92" }], "ids": [5] });
    assert_eq!(latchel.post("/v1/properties/lookup", refs).await.each("property_id"), [5, 6]);
}

#[tokio::test]
async fn a_reference_without_a_unit_matches_only_such() {
    let latchel = Latchel::start().await;
    let refs = json!({ "refs": [
        { "ref_property_id": "7", "ref_unit_id": null },
        { "ref_property_id": "8", "ref_unit_id": null },
        { "ref_property_id": "8", "ref_unit_id": "81" },
    ] });
    assert_eq!(latchel.post("/v1/properties/lookup", refs).await.each("property_id"), [4]);
}

#[tokio::test]
async fn what_a_new_property_lacks_is_named() {
    let latchel = Latchel::start().await;
    for name in ["name", "address1", "city", "state", "zip", "is_active"] {
        let mut without = new();
        without.as_object_mut().expect("an object").remove(name);
        assert_eq!(latchel.post("/v1/properties", without).await.fault(), (422, Some(name)));
    }
    for (name, value) in [("state", json!("")), ("portfolio_id", json!(7)), ("ref_property_id", Value::Null)]
    {
        let mut wrong = new();
        wrong[name] = value;
        let blamed = if name == "ref_property_id" { "ref_unit_id" } else { name };
        assert_eq!(latchel.post("/v1/properties", wrong).await.fault(), (422, Some(blamed)));
    }
    assert_eq!(latchel.get("/v1/properties").await.good()["total"], 4);
}

#[tokio::test]
async fn a_patch_changes_what_it_names_and_never_the_adjusted_address() {
    let latchel = Latchel::start().await;
    let before = latchel.get("/v1/properties/1").await.good();
    let patch = json!({ "address1": "10 Elm St", "address2": null, "is_active": false });
    let after = latchel.patch("/v1/properties/1", patch).await.good();
    let mut expected = before;
    expected["address1"] = json!("10 Elm St");
    expected["is_active"] = json!(false);
    expected["updated_at"] = json!("2026-03-10T12:00:00Z");
    assert_eq!(after, expected);
    assert_eq!(after["adjusted_address"]["zip"], "89501-0001");
}

#[tokio::test]
async fn the_adjusted_address_and_the_references_cannot_be_written() {
    let latchel = Latchel::start().await;
    let mut made = new();
    made["adjusted_address"] = Value::Null;
    let fault = latchel.post("/v1/properties", made).await;
    assert_eq!(fault.fault(), (422, Some("adjusted_address")));
    for name in
        ["adjusted_address", "ref_property_id", "ref_unit_id", "portfolio_id", "integration_sync_method"]
    {
        let reply = latchel.patch("/v1/properties/1", json!({ "city": "Elko", name: null })).await;
        assert_eq!(reply.fault(), (422, Some(name)));
    }
    assert_eq!(latchel.get("/v1/properties/1").await.good()["city"], "Reno");
    assert_eq!(latchel.patch("/v1/properties/9", json!({})).await.status, 404);
}
