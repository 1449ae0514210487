//! Fields that a record shows, to the last key.

use mock_pms::world::{Job, Resident};
use serde_json::{Value, json};

use super::{Far, large};

/// All keys that a job was seen with.
const KEYS_OF_A_JOB: &str = "access_instructions created_at description enter_permission estimate estimate_note is_emergency \
    is_mandatory is_urgent is_vacant issue_id job_id job_rating location_id manually_assign_vendor max_cost name order_number pm_id \
    problem_id project_id property_id rating_comments ref_job_id scheduled_end scheduled_start severity slug source state state_id \
    tenant_id updated_at vendor_description vendor_id vendor_rating";

pub(super) fn keys(record: &Value) -> Vec<String> {
    let mut keys: Vec<_> = record.as_object().expect("a record").keys().cloned().collect();
    keys.sort_unstable();
    keys
}

#[tokio::test]
async fn a_job_has_its_keys_and_no_others_alone_and_in_a_list() {
    let far = Far::start().await;
    let job = far.one("/jobs/701").await["data"].clone();
    assert_eq!(keys(&job).join(" "), KEYS_OF_A_JOB);
    assert_eq!(far.one("/jobs").await["data"], json!([job]));
    let shown = [&job["is_urgent"], &job["location_id"], &job["created_at"], &job["state"]["name"]];
    assert_eq!(json!(shown), json!([1, null, "2026-03-02T10:00:00.000000Z", "Diagnosing Issue"]));
}

#[tokio::test]
async fn references_are_text_and_sums_are_numbers() {
    let far = Far::start().await;
    far.server
        .edit(|world| {
            world.update(701, |job: &mut Job| {
                job.ref_job_id = Some("4711".to_owned());
                job.max_cost = Some(250.5);
            })
        })
        .expect("the job");
    let job = far.one("/jobs/701").await["data"].clone();
    assert_eq!(
        (&job["ref_job_id"], &job["max_cost"], &job["job_id"]),
        (&json!("4711"), &json!(250.5), &json!(701))
    );
}

#[tokio::test]
async fn the_history_of_a_job_has_its_state() {
    let far = Far::start().await;
    let rows = far.one("/jobs/701/history/state").await["data"].clone();
    assert_eq!(keys(&rows[0]), ["state", "state_id", "updated_at"]);
}

#[tokio::test]
async fn a_tenant_says_where_it_lives_by_latchels_own_id() {
    let far = Far::start().await;
    let tenant = far.one("/tenants/601").await["data"].clone();
    assert!(tenant.get("ref_property_id").is_none() && tenant.get("ref_unit_id").is_none());
    let shown =
        ["user_id", "property_id", "email", "is_active", "ref_user_id", "move_in_date", "move_out_date"];
    let shown: Vec<_> = shown.iter().map(|name| tenant[*name].clone()).collect();
    assert_eq!(json!(shown), json!([601, 501, "ada@example.com", 1, "21", "2025-09-01", null]));
    far.server
        .edit(|world| {
            let odd = |data: &str| Some(data.to_owned());
            world.update(601, |row: &mut Resident| row.integration_data = odd("{\"lease\": 7}"))
        })
        .expect("the resident");
    assert_eq!(far.one("/tenants").await["data"][0]["integration_data"], json!({ "lease": 7 }));
}

#[tokio::test]
async fn a_property_shows_its_address_and_references() {
    let far = Far::start().await;
    let property = far.one("/properties/501").await["data"].clone();
    let shown = ["property_id", "address1", "address2", "zip", "is_active", "ref_property_id", "ref_unit_id"];
    let shown: Vec<_> = shown.iter().map(|name| property[*name].clone()).collect();
    assert_eq!(json!(shown), json!([501, "12 Elm Street", "Unit 101", "97201", 1, "1", "11"]));
    assert!(property.get("adjusted_address").is_none());
}

#[tokio::test]
async fn all_pages_of_a_large_account_are_as_they_are_known_to_be() {
    let far = Far::of(large()).await;
    for list in ["/jobs?", "/properties?", "/tenants?"] {
        assert!(far.walk(list).await.len() > 10, "{list}");
    }
    let id = far.ids("/jobs").await[0];
    far.one(&format!("/jobs/{id}")).await;
}

#[tokio::test]
async fn an_override_makes_nonsense_of_one_answer() {
    let mut world = super::example();
    let text = json!([{ "kind": "job", "id": 701, "set": { "is_urgent": true }, "remove": ["name"] }]);
    world.raw_overrides = serde_json::from_value(text).expect("overrides");
    let far = Far::of(world).await;
    let job = far.bearing(&[("x-api-key", "mock-api-key")], "/jobs/701");
    let job = job.await.body["data"].clone();
    assert_eq!((&job["is_urgent"], job.get("name")), (&json!(true), None));
}
