//! Jobs.

use serde_json::{Value, json};

use super::{Latchel, world};

fn new(property_id: i64) -> Value {
    json!({
        "property_id": property_id, "name": "Leak", "description": "Leak under the sink", "order_number": "77",
        "ref_job_id": "wo-77", "scheduled_start": "2026-03-12T09:00:00-08:00", "severity": "urgent",
    })
}

#[tokio::test]
async fn latchel_picks_the_first_state_by_vacancy() {
    let latchel = Latchel::start().await;
    let reply = latchel.post("/v1/jobs", new(1)).await;
    assert_eq!(reply.status, 201);
    let lived_in = reply.good();
    assert_eq!(lived_in["state"]["name"], "Diagnosing Issue");
    let vacant = latchel.post("/v1/jobs", new(4)).await.good();
    assert_eq!(vacant["state"], json!({ "state_id": 3, "name": "Finding Service Provider" }));
    assert_eq!((&vacant["is_vacant"], &lived_in["is_vacant"]), (&json!(true), &json!(false)));
    assert_eq!(latchel.get("/v1/jobs/5").await.good(), lived_in);
    assert_eq!(latchel.get("/v1/jobs/7").await.fault(), (404, None));
}

#[tokio::test]
async fn a_new_job_is_an_api_request_with_flags_by_severity() {
    let latchel = Latchel::start().await;
    let mut body = new(1);
    body["tenant_id"] = json!(1);
    body["enter_permission"] = json!(1);
    let job = latchel.post("/v1/jobs", body).await.good();
    let shown = ["source", "is_urgent", "is_emergency", "scheduled_start", "tenant_id", "enter_permission"];
    let shown: Vec<&Value> = shown.iter().map(|name| &job[*name]).collect();
    assert_eq!(json!(shown), json!(["API Request", 1, 0, "2026-03-12T17:00:00Z", 1, 1]));
}

#[tokio::test]
async fn a_job_may_be_imported_closed() {
    let latchel = Latchel::start().await;
    for state in ["Completed", "Cancelled"] {
        let mut body = new(4);
        body["state"] = json!(state);
        assert_eq!(latchel.post("/v1/jobs", body).await.good()["state"]["name"], state);
    }
    let mut body = new(4);
    body["state"] = json!("Awaiting Invoice");
    assert_eq!(latchel.post("/v1/jobs", body).await.fault(), (422, Some("state")));
}

#[tokio::test]
async fn a_job_that_cannot_be_is_refused_by_field() {
    let latchel = Latchel::start().await;
    for (name, value) in [
        ("property_id", json!(99)),
        ("property_id", json!("1")),
        ("tenant_id", json!(99)),
        ("name", json!("")),
        ("name", json!("ä".repeat(51))),
        ("severity", json!("high")),
        ("scheduled_start", json!("2026-03-12")),
        ("enter_permission", json!(true)),
        ("vendor_description", json!("x")),
        ("is_urgent", json!(1)),
    ] {
        let mut body = new(1);
        body[name] = value;
        assert_eq!(latchel.post("/v1/jobs", body).await.fault(), (422, Some(name)));
    }
    let mut longest = new(1);
    longest["name"] = json!("ä".repeat(50));
    assert_eq!(latchel.post("/v1/jobs", longest).await.good()["job_id"], 5);
}

#[tokio::test]
async fn a_repeated_post_makes_a_duplicate() {
    let latchel = Latchel::start().await;
    latchel.post("/v1/jobs", new(1)).await.good();
    latchel.post("/v1/jobs", new(1)).await.good();
    let found = latchel.post("/v1/jobs/lookup", json!({ "ref_job_ids": ["wo-77"] })).await;
    assert_eq!(found.each("job_id"), [5, 6]);
}

#[tokio::test]
async fn a_look_up_finds_by_reference_id_and_number() {
    let latchel = Latchel::start().await;
    latchel.patch("/v1/jobs/3", json!({ "order_number": "901" })).await.good();
    for (body, ids) in [
        (json!({ "ref_job_ids": ["wo-4", "none"], "job_ids": [1, 4, 99] }), vec![1, 4]),
        (json!({ "order_numbers": ["901"] }), vec![3]),
        (json!({ "order_numbers": ["900"] }), vec![1, 2, 4]),
    ] {
        assert_eq!(latchel.post("/v1/jobs/lookup", body).await.each("job_id"), ids);
    }
}

#[tokio::test]
async fn a_patch_writes_the_number_back_and_nothing_else() {
    let latchel = Latchel::start().await;
    let mut expected = latchel.get("/v1/jobs/2").await.good();
    let patch = json!({ "order_number": "1001", "ref_job_id": "wo-9" });
    let patched = latchel.patch("/v1/jobs/2", patch).await.good();
    expected["order_number"] = json!("1001");
    expected["ref_job_id"] = json!("wo-9");
    expected["updated_at"] = json!("2026-03-10T12:00:00Z");
    assert_eq!(patched, expected);
    for name in ["state", "name", "property_id"] {
        assert_eq!(latchel.patch("/v1/jobs/2", json!({ name: "x" })).await.fault(), (422, Some(name)));
    }
    assert_eq!(latchel.patch("/v1/jobs/9", json!({})).await.status, 404);
}

#[tokio::test]
async fn states_keep_their_spelling_and_slugs_differ() {
    let latchel = Latchel::start().await;
    let jobs = latchel.get("/v1/jobs").await;
    let states = ["Finding Service Provider", "Completed", "Some New State", "canceled"];
    let names: Vec<_> = jobs.each("state").into_iter().map(|state| state["name"].clone()).collect();
    assert_eq!(names, states);
    let mut slugs = jobs.each("slug");
    slugs.dedup();
    assert_eq!(slugs.len(), 4);
}

#[tokio::test]
async fn an_override_makes_nonsense_of_one_answer() {
    let mut world = world();
    world["raw_overrides"] = json!([{ "kind": "job", "id": 1, "set": { "enter_permission": 1 } }]);
    let latchel = Latchel::of(&world).await;
    assert_eq!(
        latchel.get("/v1/jobs").await.each("enter_permission"),
        [json!(1), json!(null), json!(null), json!(null)]
    );
}
