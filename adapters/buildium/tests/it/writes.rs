use latchel_sync_core::ErrorKind;
use latchel_sync_core::model::*;
use serde_json::{Value, json};
use wiremock::matchers::{method, path};
use wiremock::{Mock, ResponseTemplate};

use crate::far::Far;
use crate::work_orders::{task, work_order};

fn new() -> NewWorkOrder {
    NewWorkOrder {
        property: PropertyRef::new(PropertyId::new("1"), Some(UnitId::new("11"))),
        title: "Fence".to_owned(),
        description: "It fell over.".to_owned(),
        vendor_instructions: Some("Bring nails.".to_owned()),
        severity: Severity::Normal,
        is_vacant: false,
        entry_allowed: Some(false),
        access_instructions: None,
        requested_by: None,
        assigned_to: Some(UserId::new("41")),
    }
}

fn vendor(id: i64, name: &str, active: bool) -> Value {
    json!({"Id": id, "IsCompany": true, "IsActive": active, "FirstName": "", "LastName": "", "CompanyName": name})
}

async fn answers(far: &Far, verb: &str, at: &str, answer: ResponseTemplate) {
    Mock::given(method(verb)).and(path(at)).respond_with(answer).mount(&far.server).await;
}

#[tokio::test]
async fn a_new_work_order_has_the_vendor_the_assignee_and_the_marker_in_both_titles() {
    let far = Far::new().await;
    far.list("/v1/vendors", json!([vendor(50, "Pipes", true), vendor(51, "LATCHEL Inc", true)])).await;
    answers(&far, "POST", "/v1/workorders", ResponseTemplate::new(201).set_body_json(work_order(82, 72)))
        .await;
    let marker = Marker::for_job(JobId(7));
    let id = far.platform.create_work_order(&new(), &marker).await.expect("an id");
    assert_eq!(id.as_str(), "82");
    assert_eq!(
        far.written().await,
        [json!({
            "Title": "Fence [Latchel #7]", "WorkDetails": "It fell over.", "EntryAllowed": "No", "EntryNotes": null,
            "VendorId": 51, "VendorNotes": "Bring nails.",
            "Task": {"Title": "Fence [Latchel #7]", "Priority": "Normal", "Status": "New", "PropertyId": 1,
                "UnitId": 11, "AssignedToUserId": 41},
        })]
    );
}

#[tokio::test]
async fn texts_are_cut_as_buildium_counts_them_and_within_no_character() {
    let far = Far::new().await;
    far.list("/v1/vendors", json!([vendor(51, "LATCHEL Inc", true)])).await;
    answers(&far, "POST", "/v1/workorders", ResponseTemplate::new(201).set_body_json(work_order(82, 72)))
        .await;
    let long = NewWorkOrder {
        title: format!("{}{}", "💧".repeat(60), "x".repeat(41)),
        description: "💧".repeat(40_000),
        ..new()
    };
    far.platform.create_work_order(&long, &Marker::for_job(JobId(7))).await.expect("an id");
    let sent = &far.written().await[0];
    let length =
        |pointer: &str| sent.pointer(pointer).and_then(Value::as_str).expect("a text").encode_utf16().count();
    assert!((126..=127).contains(&length("/Title")), "{sent}");
    assert_eq!(sent["Title"], sent["Task"]["Title"]);
    assert!(sent["Title"].as_str().is_some_and(|title| title.ends_with("💧 [Latchel #7]")), "{sent}");
    assert_eq!(length("/WorkDetails"), 65_534);
}

#[tokio::test]
async fn without_one_vendor_to_choose_nothing_is_created() {
    for (settings, vendors, said) in [
        (json!({}), json!([vendor(50, "Pipes", true)]), "no active vendor has \"latchel\""),
        (json!({}), json!([vendor(51, "Latchel", false)]), "no active vendor"),
        (
            json!({}),
            json!([vendor(51, "Latchel A", true), vendor(52, "Latchel B", true)]),
            "51 (Latchel A), 52",
        ),
        (json!({"vendor": "Pipes"}), json!([vendor(51, "Latchel", true)]), "which `vendor` names"),
    ] {
        let far = Far::with(settings).await;
        far.list("/v1/vendors", vendors).await;
        let error = far.platform.create_work_order(&new(), &Marker::for_job(JobId(7))).await.expect_err(said);
        assert_eq!(error.kind(), ErrorKind::Config);
        assert!(error.message().contains(said), "{error}");
        assert!(far.asked().await.iter().all(|one| one.starts_with("GET")));
    }
}

#[tokio::test]
async fn a_create_is_sent_once_whatever_the_answer() {
    for (status, kind) in
        [(500, ErrorKind::Unavailable), (503, ErrorKind::Unavailable), (422, ErrorKind::Refused)]
    {
        let far = Far::new().await;
        far.list("/v1/vendors", json!([vendor(51, "Latchel", true)])).await;
        let body = json!({"UserMessage": "No.", "ErrorCode": null,
            "Errors": [{"Key": "Task.AssignedToUserId", "Value": "unknown user"}]});
        answers(&far, "POST", "/v1/workorders", ResponseTemplate::new(status).set_body_json(body)).await;
        let error = far.platform.create_work_order(&new(), &Marker::for_job(JobId(7))).await.expect_err("no");
        assert_eq!(error.kind(), kind);
        assert_eq!(error.context("answer"), Some("No.; Task.AssignedToUserId: unknown user"));
        let posts = far.asked().await.iter().filter(|one| one.starts_with("POST")).count();
        assert_eq!(posts, 1, "{status}");
    }
}

#[tokio::test]
async fn closing_keeps_every_field_that_the_put_would_null() {
    for (kind, collection, rest) in [
        ("Todo", "todorequests", json!({"PropertyId": 1, "UnitId": 11})),
        ("ResidentRequest", "residentrequests", json!({})),
        ("RentalOwnerRequest", "rentalownerrequests", json!({"PropertyId": 1, "UnitId": 11})),
        (
            "ContactRequest",
            "contactrequests",
            json!({"PropertyId": 1, "UnitId": 11, "ContactDetail": {"FirstName": "Gus"}}),
        ),
    ] {
        let far = Far::new().await;
        far.one("/v1/workorders/81", work_order(81, 71)).await;
        far.one("/v1/tasks/71", task(71, kind)).await;
        let at = format!("/v1/tasks/{collection}/71");
        far.one(&at, json!({"Id": 71, "ContactDetail": {"FirstName": "Gus"}})).await;
        answers(&far, "PUT", &at, ResponseTemplate::new(200).set_body_json(json!({"Id": 71}))).await;
        far.platform
            .close_work_order(&WorkOrderId::new("81"), ClosedStatus::Cancelled)
            .await
            .expect("closed");
        let mut expected = json!({"Title": "Tap", "TaskStatus": "Closed", "Priority": "High",
            "AssignedToUserId": 41, "CategoryId": 61, "SubCategoryId": 62, "DueDate": "2026-03-05"});
        for (name, value) in rest.as_object().expect("a table") {
            expected[name] = value.clone();
        }
        assert_eq!(far.written().await, [expected], "{kind}");
    }
}

#[tokio::test]
async fn a_task_of_a_kind_without_a_put_is_not_supported() {
    let far = Far::new().await;
    far.one("/v1/workorders/81", work_order(81, 71)).await;
    far.one("/v1/tasks/71", task(71, "HolidayRequest")).await;
    let error = far.platform.close_work_order(&WorkOrderId::new("81"), ClosedStatus::Completed).await;
    assert_eq!(error.expect_err("no PUT").kind(), ErrorKind::Unsupported);
}

#[tokio::test]
async fn closing_what_is_gone_says_so() {
    let far = Far::new().await;
    let error = far.platform.close_work_order(&WorkOrderId::new("81"), ClosedStatus::Completed).await;
    assert_eq!(error.expect_err("gone").kind(), ErrorKind::NotFound);
}
