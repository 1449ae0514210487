//! Residents.

use serde_json::{Value, json};

use super::Latchel;

fn new() -> Value {
    json!({
        "name": "Cid", "is_active": true, "email": "cid@example.com", "phone": null, "ref_user_id": "t3",
        "ref_property_id": "8", "move_in_date": "2026-01-31", "move_out_date": null,
    })
}

#[tokio::test]
async fn a_resident_lives_where_the_references_say() {
    let latchel = Latchel::start().await;
    let reply = latchel.post("/v1/residents", new()).await;
    assert_eq!(reply.status, 201);
    let made = reply.good();
    assert_eq!((&made["user_id"], &made["property_id"]), (&json!(3), &json!(4)));
    assert_eq!(latchel.get("/v1/residents/3").await.good(), made);
    assert_eq!(latchel.get("/v1/residents/4").await.fault(), (404, None));
}

#[tokio::test]
async fn references_that_match_no_property_are_refused() {
    let latchel = Latchel::start().await;
    for (property, unit, field) in [
        (json!("99"), Value::Null, "ref_property_id"),
        (json!("8"), json!("81"), "ref_unit_id"),
        (json!("7"), Value::Null, "ref_property_id"),
        (Value::Null, json!("71"), "ref_unit_id"),
    ] {
        let mut body = new();
        body["ref_property_id"] = property;
        body["ref_unit_id"] = unit;
        assert_eq!(latchel.post("/v1/residents", body).await.fault(), (422, Some(field)));
    }
    assert_eq!(latchel.get("/v1/residents").await.good()["total"], 2);
}

#[tokio::test]
async fn the_same_resident_again_is_a_second_one() {
    let latchel = Latchel::start().await;
    latchel.post("/v1/residents", new()).await.good();
    latchel.post("/v1/residents", new()).await.good();
    let refs = json!({ "refs": [
        { "ref_user_id": "t3", "ref_property_id": "8" },
        { "ref_user_id": "t1", "ref_property_id": "8" },
    ], "ids": [1, 3, 77] });
    assert_eq!(latchel.post("/v1/residents/lookup", refs).await.each("user_id"), [1, 3, 4]);
}

#[tokio::test]
async fn a_property_that_is_named_is_the_home_whatever_references_it_carries() {
    let latchel = Latchel::start().await;
    let mut body = new();
    (body["ref_property_id"], body["ref_unit_id"]) = (json!("99"), Value::Null);
    body["property_id"] = json!(4);
    let made = latchel.post("/v1/residents", body.clone()).await.good();
    assert_eq!((&made["property_id"], &made["ref_property_id"]), (&json!(4), &json!("99")));
    let moved = json!({ "property_id": 1, "ref_unit_id": "98" });
    let moved = latchel.patch("/v1/residents/3", moved).await.good();
    assert_eq!((&moved["property_id"], &moved["ref_unit_id"]), (&json!(1), &json!("98")));
    body["property_id"] = json!(77);
    assert_eq!(latchel.post("/v1/residents", body).await.fault(), (422, Some("property_id")));
    let nowhere = latchel.patch("/v1/residents/3", json!({ "property_id": 77 })).await;
    assert_eq!(nowhere.fault(), (422, Some("property_id")));
}

#[tokio::test]
async fn who_lives_at_a_property_is_found_by_it() {
    let latchel = Latchel::start().await;
    let at = async |homes: Value| {
        latchel.post("/v1/residents/lookup", json!({ "property_ids": homes })).await.each("user_id")
    };
    let home = latchel.get("/v1/residents/1").await.good()["property_id"].clone();
    assert_eq!(at(json!([home, 99])).await, [1]);
    assert_eq!(at(json!([99])).await, [0; 0]);
    latchel.patch("/v1/residents/1", json!({ "is_active": false })).await.good();
    assert_eq!(at(json!([home])).await, [0; 0], "who has left does not live there");
}

#[tokio::test]
async fn a_patch_sets_and_null_clears() {
    let latchel = Latchel::start().await;
    let dates = json!({ "move_in_date": "2026-02-01", "move_out_date": "2026-03-31", "is_active": false });
    let patched = latchel.patch("/v1/residents/1", dates).await.good();
    assert_eq!((&patched["move_in_date"], &patched["is_active"]), (&json!("2026-02-01"), &json!(false)));
    let cleared = latchel.patch("/v1/residents/1", json!({ "move_out_date": null })).await.good();
    assert_eq!((&cleared["move_out_date"], &cleared["move_in_date"]), (&Value::Null, &json!("2026-02-01")));
    assert_eq!(cleared["updated_at"], "2026-03-10T12:00:00Z");
}

#[tokio::test]
async fn a_new_unit_is_a_new_home() {
    let latchel = Latchel::start().await;
    let reply = latchel.patch("/v1/residents/1", json!({ "ref_unit_id": "72" })).await;
    assert_eq!(reply.fault(), (422, Some("ref_unit_id")));
    let cleared = latchel.patch("/v1/residents/1", json!({ "ref_unit_id": null })).await.good();
    assert_eq!((&cleared["ref_unit_id"], &cleared["property_id"]), (&Value::Null, &Value::Null));
    let back = latchel.patch("/v1/residents/1", json!({ "ref_unit_id": "71" })).await.good();
    assert_eq!(back["property_id"], 1);
    let reply = latchel.patch("/v1/residents/2", json!({ "ref_unit_id": "71" })).await;
    assert_eq!(reply.fault(), (422, Some("ref_unit_id")));
}

#[tokio::test]
async fn a_patch_cannot_make_somebody_else_of_a_resident() {
    let latchel = Latchel::start().await;
    for name in ["ref_user_id", "ref_property_id", "integration_data"] {
        let reply = latchel.patch("/v1/residents/1", json!({ name: null })).await;
        assert_eq!(reply.fault(), (422, Some(name)));
    }
}
