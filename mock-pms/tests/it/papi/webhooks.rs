//! Webhooks of changes, whoever makes them: they tell more of a job than can be read.

use mock_pms::{Side, Subscription, Switch, World};
use serde_json::{Value, json};

use super::records::keys;
use super::{Far, example, switched};

const SECRET: &str = "8a2f6c1e-0d57-4f0b-9a55-1f6f2f1b7a10";

/// Keys of a job that only webhooks have.
const ONLY_TOLD: &str = "is_archived is_resident_responsible is_tenant_caused job_rated_at managed_by ref_service_request_id \
    state_updated_at vendor_locked_in";

/// A server that tells somebody who never answers.
async fn telling(world: World) -> Far {
    let far = Far::of(world).await;
    let (url, secret) = ("http://127.0.0.1:1/hook".to_owned(), SECRET.to_owned());
    let one = Subscription { side: Side::Latchel, url, secret, faults: Vec::new() };
    far.server.subscribe(vec![one]).expect("a subscription");
    far
}

async fn told(far: &Far, count: usize) -> Vec<Value> {
    let sent = far.server.webhooks_reach(count).await;
    assert_eq!(sent.len(), count);
    sent.into_iter().map(|one| one.body).collect()
}

#[tokio::test]
async fn a_change_over_the_api_is_told_with_keys_that_cannot_be_read() {
    let far = telling(example()).await;
    far.patch("/jobs/701", json!({ "order_number": "77" })).await.good();
    let told = told(&far, 1).await.remove(0);
    assert_eq!(
        (&told["object_type"], &told["event"], &told["secret"]),
        (&json!("Job"), &json!("updated"), &json!(SECRET))
    );
    assert_eq!(told["updated"]["order_number"], "77");
    let job = far.one("/jobs/701").await["data"].clone();
    let more: Vec<_> = keys(&told["object"]).into_iter().filter(|key| job.get(key).is_none()).collect();
    assert_eq!(more.join(" "), ONLY_TOLD);
    assert!(keys(&job).iter().all(|key| told["object"][key] == job[key]));
}

#[tokio::test]
async fn an_edit_is_told_too() {
    let far = telling(example()).await;
    let edits = json!([
        { "side": "latchel", "collection": "jobs", "id": 701, "set": { "is_archived": true } },
        { "side": "latchel", "collection": "portfolios", "id": 1, "set": { "integration_sync_method": "No Work Orders" } },
    ]);
    let edits: Vec<mock_pms::Edit> = serde_json::from_value(edits).expect("edits");
    far.server.edit(|world| world.apply(&edits)).expect("the edits fit");
    let told = told(&far, 2).await;
    let of = |kind: &str| told.iter().find(|one| one["object_type"] == kind).expect("it").clone();
    assert_eq!(of("Job")["updated"]["is_archived"], 1);
    assert_eq!(of("Portfolio")["object"]["integration_sync_method"], "No Work Orders");
}

#[tokio::test]
async fn records_that_were_made_are_told_and_a_resident_keeps_its_contact_data() {
    let far = telling(example()).await;
    let tenant = json!({ "name": "Ben", "property_id": 501, "email": "ben@example.com", "move_in_date": "2026-01-01" });
    far.make("/tenants", tenant).await;
    let body = json!({ "name": "x", "address1": "1 A St", "city": "Reno", "state": "NV", "zip": "89501" });
    far.make("/properties", body).await;
    let told = told(&far, 2).await;
    assert_eq!((&told[0]["object_type"], &told[0]["event"]), (&json!("Resident"), &json!("created")));
    for untold in ["email", "phone", "property_id", "move_in_date", "move_out_date"] {
        assert!(told[0]["object"].get(untold).is_none(), "{untold}");
    }
    assert_eq!(
        (&told[1]["object_type"], &told[1]["object"]["address1"]),
        (&json!("Property"), &json!("1 A St"))
    );
}

#[tokio::test]
async fn a_new_job_may_be_told_of_twice() {
    let job = json!({ "name": "Leak", "property_id": 501 });
    let far = telling(switched(example(), "created-and-updated", Switch::On)).await;
    far.make("/jobs", job).await;
    let told = told(&far, 2).await;
    assert_eq!((&told[0]["event"], &told[1]["event"]), (&json!("created"), &json!("updated")));
    assert_eq!(told[0]["object"], told[1]["object"]);
}
