//! Paging, filters and look-ups, which all kinds of record share.

use serde_json::{Value, json};

use super::{Latchel, world};

/// All ids of a list, page by page; `meanwhile` runs after each page.
async fn walk(latchel: &Latchel, list: &str, id: &str, limit: usize, meanwhile: impl Fn()) -> Vec<Vec<i64>> {
    let mut pages = Vec::new();
    let mut path = format!("/v1/{list}?limit={limit}");
    loop {
        let page = latchel.get(&path).await;
        pages.push(page.each(id).iter().map(|id| id.as_i64().expect("an id")).collect());
        meanwhile();
        match page.good()["next_cursor"].as_str() {
            Some(cursor) => path = format!("/v1/{list}?limit={limit}&cursor={cursor}"),
            None => return pages,
        }
    }
}

#[tokio::test]
async fn a_cursor_walks_through_every_list_by_id() {
    let latchel = Latchel::start().await;
    let none = || ();
    assert_eq!(walk(&latchel, "jobs", "job_id", 3, none).await, [vec![1, 2, 3], vec![4]]);
    assert_eq!(walk(&latchel, "jobs", "job_id", 2, none).await, [[1, 2], [3, 4]]);
    assert_eq!(walk(&latchel, "properties", "property_id", 3, none).await, [vec![1, 2, 3], vec![4]]);
    assert_eq!(walk(&latchel, "residents", "user_id", 1, none).await, [[1], [2]]);
    assert_eq!(walk(&latchel, "portfolios", "portfolio_id", 1, none).await, [[5], [6]]);
}

#[tokio::test]
async fn a_cursor_survives_change() {
    let latchel = Latchel::start().await;
    let change = || {
        latchel.server.edit(|world| {
            let _ = world.latchel.jobs.remove(1);
            for id in [2, 3, 4] {
                let _ = world.update(id, |job: &mut mock_pms::world::Job| job.name.push('!'));
            }
        });
    };
    assert_eq!(walk(&latchel, "jobs", "job_id", 1, change).await, [[1], [2], [3], [4]]);
}

#[tokio::test]
async fn bad_parameters_are_named() {
    let latchel = Latchel::start().await;
    let foreign = latchel.get("/v1/jobs?limit=1").await.good()["next_cursor"].clone();
    let foreign = format!("/v1/properties?cursor={}", foreign.as_str().expect("a cursor"));
    for (path, name) in [
        ("/v1/jobs?limit=0", "limit"),
        ("/v1/jobs?limit=501", "limit"),
        ("/v1/jobs?limit=ten", "limit"),
        ("/v1/jobs?limit=1&limit=2", "limit"),
        ("/v1/jobs?cursor=", "cursor"),
        ("/v1/jobs?cursor=3", "cursor"),
        (foreign.as_str(), "cursor"),
        ("/v1/jobs?has_ref=true", "has_ref"),
        ("/v1/jobs?updated_since=2026-03-01", "updated_since"),
        ("/v1/properties?has_ref=1", "has_ref"),
        ("/v1/portfolios?updated_since=2026-03-01T00:00:00Z", "updated_since"),
    ] {
        assert_eq!(latchel.get(path).await.fault(), (400, Some(name)), "{path}");
    }
    assert_eq!(latchel.get("/v1/jobs?limit=500").await.status, 200);
}

#[tokio::test]
async fn updated_since_includes_the_instant_itself() {
    let latchel = Latchel::start().await;
    for (since, ids) in [
        ("2026-03-06T00:00:00Z", vec![3, 4]),
        ("2026-03-05T16:00:01-08:00", vec![4]),
        ("2026-03-09T00:00:00Z", vec![]),
    ] {
        let reply = latchel.get(&format!("/v1/jobs?updated_since={since}")).await;
        assert_eq!(reply.each("job_id"), ids, "{since}");
    }
    latchel.patch("/v1/properties/3", json!({ "name": "Oak" })).await.good();
    let changed = latchel.get("/v1/properties?updated_since=2026-03-10T12:00:00Z&has_ref=false").await;
    assert_eq!(changed.each("property_id"), [3]);
    assert_eq!(changed.good()["total"], 1);
}

#[tokio::test]
async fn records_without_a_reference_are_counted_apart() {
    let latchel = Latchel::start().await;
    for (path, total, ids) in [
        ("/v1/properties?limit=1&", 4, [vec![1], vec![3]]),
        ("/v1/residents?limit=1&", 2, [vec![1], vec![2]]),
    ] {
        let id = if path.contains("properties") { "property_id" } else { "user_id" };
        let with = latchel.get(&format!("{path}has_ref=true")).await;
        let without = latchel.get(&format!("{path}has_ref=false")).await;
        assert_eq!(
            [with.each(id), without.each(id)],
            ids.map(|row| row.into_iter().map(Value::from).collect::<Vec<_>>())
        );
        let without = without.good()["total"].as_i64().expect("a number");
        assert_eq!((with.good()["total"].as_i64(), without), (Some(total - 1), 1));
    }
}

#[tokio::test]
async fn a_look_up_has_500_entries_at_most() {
    let latchel = Latchel::start().await;
    let ids: Vec<i64> = (1..=500).collect();
    let words: Vec<String> = ids.iter().map(|id| format!("wo-{id}")).collect();
    let one = json!([{ "ref_property_id": "7", "ref_unit_id": "71" }]);
    let same = json!([{ "ref_user_id": "t1", "ref_property_id": "7" }]);
    for (list, full, over) in [
        ("properties", json!({ "ids": ids }), json!({ "ids": ids, "refs": one })),
        ("residents", json!({ "ids": ids }), json!({ "ids": ids, "refs": same })),
        ("residents", json!({ "property_ids": ids }), json!({ "ids": [1], "property_ids": ids })),
        ("jobs", json!({ "ref_job_ids": words }), json!({ "ref_job_ids": words, "order_numbers": ["900"] })),
    ] {
        let path = format!("/v1/{list}/lookup");
        assert!(!latchel.post(&path, full).await.each("created_at").is_empty(), "{list}");
        let reply = latchel.post(&path, over).await;
        assert_eq!(reply.status, 413, "{list}");
        assert_eq!(reply.body["error"]["code"], "payload_too_large");
        assert_eq!(latchel.post(&path, json!({})).await.good(), json!({ "data": [] }));
    }
}

#[tokio::test]
async fn a_malformed_entry_of_a_look_up_is_named() {
    let latchel = Latchel::start().await;
    for (list, body, field) in [
        ("jobs", json!({ "job_ids": [1, "2"] }), "job_ids[1]"),
        ("jobs", json!({ "ref_job_ids": [""] }), "ref_job_ids[0]"),
        ("jobs", json!({ "order_numbers": null }), "order_numbers"),
        ("properties", json!({ "refs": [7] }), "refs[0]"),
        ("properties", json!({ "refs": [{ "ref_property_id": "7" }] }), "refs[0].ref_unit_id"),
        ("residents", json!({ "refs": [{ "ref_user_id": "t1" }] }), "refs[0].ref_property_id"),
        ("residents", json!({ "refs": [], "names": [] }), "names"),
        ("residents", json!({ "property_ids": ["1"] }), "property_ids[0]"),
    ] {
        assert_eq!(latchel.post(&format!("/v1/{list}/lookup"), body).await.fault(), (422, Some(field)));
    }
}

#[tokio::test]
async fn look_ups_are_no_writes_in_the_log() {
    let latchel = Latchel::of(&world()).await;
    latchel.post("/v1/jobs/lookup", json!({ "job_ids": [1] })).await.good();
    latchel.patch("/v1/jobs/1", json!({ "order_number": "1" })).await.good();
    let writes: Vec<bool> = latchel.server.requests().iter().map(|request| request.is_write()).collect();
    assert_eq!(writes, [false, true]);
}
