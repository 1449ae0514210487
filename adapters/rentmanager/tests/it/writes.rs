use latchel_sync_core::ErrorKind;
use latchel_sync_core::model::*;
use serde_json::{Value, json};
use wiremock::matchers::{body_partial_json, method};
use wiremock::{Mock, ResponseTemplate};

use crate::far::{Far, issue, logged_in};

const ISSUE: &str = "ServiceManagerIssues/81";

fn new() -> NewWorkOrder {
    NewWorkOrder {
        property: PropertyRef::new(PropertyId::new("1"), Some(UnitId::new("11"))),
        title: "Fence".to_owned(),
        description: "It fell over.".to_owned(),
        vendor_instructions: Some("Bring nails.".to_owned()),
        severity: Severity::Emergency,
        is_vacant: true,
        entry_allowed: Some(false),
        access_instructions: Some("Ring first.".to_owned()),
        requested_by: Some(ResidentId::new("21")),
        assigned_to: Some(UserId::new("41")),
    }
}

fn marker() -> Marker {
    Marker::for_job(JobId(7))
}

fn made(body: Value) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(body)
}

#[tokio::test]
async fn a_new_issue_has_the_accounts_ids_and_what_has_no_field_in_its_description() {
    let far = logged_in(json!({})).await;
    far.answers("POST", "ServiceManagerIssues", made(json!([issue(82)]))).await;
    let id = far.platform.create_work_order(&new(), &marker()).await.expect("an id");
    assert_eq!(id.as_str(), "82");
    assert_eq!(
        far.written().await,
        [json!([{
            "Title": "Fence [Latchel #7]",
            "Description": "It fell over.\n\nFor the vendor: Bring nails.\n\nEntry is not allowed.\n\nAccess: Ring first.\n\n\
                            The unit is vacant.",
            "CategoryID": 11, "StatusID": 11, "PriorityID": 13, "PropertyID": 1, "UnitID": 11, "TenantID": 21,
            "LinkedProperties": [{"PropertyID": 1}], "LinkedUnits": [{"UnitID": 11}],
            "LinkedTenants": [{"TenantID": 21}], "AssignedToUserID": 41,
        }])]
    );
}

#[tokio::test]
async fn a_plain_one_says_no_more_than_it_knows_and_may_be_answered_alone() {
    let far = logged_in(json!({})).await;
    far.answers("POST", "ServiceManagerIssues", made(issue(83))).await;
    let plain = NewWorkOrder {
        property: PropertyRef::new(PropertyId::new("2"), None),
        title: "ä".repeat(200),
        vendor_instructions: None,
        severity: Severity::Normal,
        is_vacant: false,
        entry_allowed: None,
        access_instructions: None,
        requested_by: None,
        assigned_to: None,
        ..new()
    };
    assert_eq!(far.platform.create_work_order(&plain, &marker()).await.expect("an id").as_str(), "83");
    let sent = &far.written().await[0][0];
    let title = sent["Title"].as_str().expect("a title");
    assert!(title.chars().count() == 100 && title.ends_with("ä [Latchel #7]"), "{title}");
    let description = sent["Description"].as_str().expect("a description");
    assert!(description.starts_with(&"ä".repeat(200)), "what was cut off is kept: {description}");
    assert_eq!(sent["PriorityID"], 11);
    assert_eq!(sent["LinkedProperties"], json!([{"PropertyID": 2}]));
    for absent in ["UnitID", "TenantID", "AssignedToUserID", "LinkedUnits", "LinkedTenants"] {
        assert!(sent.get(absent).is_none(), "{sent}");
    }
}

/// The actions with which a new issue is linked, when it shows `place` after it was created.
async fn linked_afterwards(unit: Option<&str>, place: Value) -> Vec<String> {
    let far = logged_in(json!({})).await;
    far.answers("POST", "ServiceManagerIssues", made(json!([{"ServiceManagerIssueID": 82}]))).await;
    let mut row = json!({"ServiceManagerIssueID": 82, "Title": "Fence [Latchel #7]"});
    row.as_object_mut().expect("a record").extend(place.as_object().expect("fields").clone());
    far.one("ServiceManagerIssues/82", row).await;
    let place = PropertyRef::new(PropertyId::new("1"), unit.map(UnitId::new));
    let new = NewWorkOrder { property: place, ..new() };
    let id =
        far.platform.create_work_order(&new, &marker()).await.expect("an id, though no action is answered");
    assert_eq!(id.as_str(), "82");
    let actions = far.writes().await.split_off(1);
    actions.iter().map(|one| format!("{}?{}", one.url.path(), one.url.query().unwrap_or_default())).collect()
}

#[tokio::test]
async fn a_new_issue_that_shows_no_place_is_linked_to_it_and_one_that_does_is_not() {
    let unit = "/ServiceManagerIssues/82/LinkUnit?unitID=11";
    assert_eq!(linked_afterwards(Some("11"), json!({})).await, [unit]);
    assert_eq!(linked_afterwards(Some("11"), json!({"PropertyID": 1})).await, [unit], "the unit is missing");
    assert_eq!(
        linked_afterwards(None, json!({})).await,
        ["/ServiceManagerIssues/82/LinkProperty?propertyID=1"]
    );
    let none = [""; 0];
    assert_eq!(linked_afterwards(Some("11"), json!({"PropertyID": 1, "UnitID": 11})).await, none);
    assert_eq!(linked_afterwards(Some("11"), json!({"LinkedUnits": [{"UnitID": 11}]})).await, none);
    assert_eq!(linked_afterwards(None, json!({"LinkedProperties": [{"PropertyID": 1}]})).await, none);
}

#[tokio::test]
async fn without_the_accounts_names_nothing_is_sent_and_the_missing_one_is_told() {
    let far = logged_in(json!({"names": {"category": "Upkeep"}})).await;
    let error = far.platform.create_work_order(&new(), &marker()).await.expect_err("no such category");
    assert_eq!(error.kind(), ErrorKind::Config);
    assert!(error.message().contains("no category named \"Upkeep\""), "{error}");
    assert!(far.written().await.is_empty());
}

#[tokio::test]
async fn a_create_without_an_id_in_its_answer_is_not_taken_for_one() {
    let far = logged_in(json!({})).await;
    far.answers("POST", "ServiceManagerIssues", made(json!([]))).await;
    let error = far.platform.create_work_order(&new(), &marker()).await.expect_err("no id");
    assert_eq!((error.kind(), error.context("field")), (ErrorKind::Malformed, Some("ServiceManagerIssueID")));
}

#[tokio::test]
async fn closing_sends_the_status_and_the_key_to_what_was_read_alone() {
    for (closed, status) in [(ClosedStatus::Completed, 12), (ClosedStatus::Cancelled, 13)] {
        let far = logged_in(json!({})).await;
        far.one(ISSUE, issue(81)).await;
        far.answers("POST", ISSUE, made(issue(81))).await;
        far.platform.close_work_order(&WorkOrderId::new("81"), closed).await.expect("closed");
        assert_eq!(
            far.written().await,
            [json!({"ServiceManagerIssueID": 81, "ConcurrencyID": 7, "UpdateDate": "2026-03-01T09:00:00",
                "StatusID": status, "IsClosed": true})]
        );
    }
}

/// An issue that is another one at the second reading, and takes writes with the second key alone.
async fn changed_meanwhile(second: Value) -> Far {
    let far = logged_in(json!({})).await;
    let first = ResponseTemplate::new(200).set_body_json(issue(81));
    Mock::given(method("GET"))
        .and(wiremock::matchers::path(format!("/{ISSUE}")))
        .respond_with(first)
        .up_to_n_times(1)
        .with_priority(1)
        .mount(&far.server)
        .await;
    far.one(ISSUE, second).await;
    let fits = body_partial_json(json!({"ConcurrencyID": 8}));
    Mock::given(method("POST"))
        .and(fits)
        .respond_with(made(issue(81)))
        .with_priority(2)
        .mount(&far.server)
        .await;
    let conflict = json!({"UserMessage": "changed", "DeveloperMessage": "changed", "ErrorCode": -1});
    far.answers("POST", ISSUE, ResponseTemplate::new(409).set_body_json(conflict)).await;
    far
}

#[tokio::test]
async fn an_issue_whose_text_was_changed_meanwhile_is_closed_with_the_new_key() {
    let mut second = issue(81);
    (second["ConcurrencyID"], second["Description"]) = (json!(8), json!("More of it."));
    let far = changed_meanwhile(second).await;
    far.platform.close_work_order(&WorkOrderId::new("81"), ClosedStatus::Completed).await.expect("closed");
    let keys: Vec<_> = far.written().await.iter().map(|body| body["ConcurrencyID"].clone()).collect();
    assert_eq!(keys, [json!(7), json!(8)]);
}

#[tokio::test]
async fn an_issue_that_was_taken_from_its_user_meanwhile_is_left_alone() {
    for (field, value) in [("AssignedToUserID", json!(42)), ("StatusID", json!(13))] {
        let mut second = issue(81);
        second["ConcurrencyID"] = json!(8);
        second[field] = value;
        let far = changed_meanwhile(second).await;
        let closing = far.platform.close_work_order(&WorkOrderId::new("81"), ClosedStatus::Completed).await;
        let error = closing.expect_err("somebody decided otherwise");
        assert_eq!((error.kind(), error.context("status")), (ErrorKind::Refused, Some("409")));
        assert_eq!(far.written().await.len(), 1, "{field}");
    }
}

#[tokio::test]
async fn what_is_gone_is_not_found() {
    let far = logged_in(json!({})).await;
    far.answers("GET", ISSUE, ResponseTemplate::new(404)).await;
    let closing = far.platform.close_work_order(&WorkOrderId::new("81"), ClosedStatus::Completed).await;
    assert_eq!(closing.expect_err("gone").kind(), ErrorKind::NotFound);
}
