use latchel_sync_core::model::{
    ClosedStatus, Freshness, JobId, Marker, Row, Severity, WorkOrderId, WorkOrderStatus,
};
use latchel_sync_http::testing::parameter;
use serde_json::{Value, json};
use wiremock::{Request, ResponseTemplate};

use crate::far::{SINCE, all, invalid, issue, logged_in, record, unit, window};

/// An issue with some fields changed, and without those that are null.
fn issue_with(id: i64, fields: Value) -> Value {
    let mut one = issue(id);
    let members = one.as_object_mut().expect("a record");
    for (name, value) in fields.as_object().expect("fields") {
        members.insert(name.clone(), value.clone());
        members.retain(|_, value| !value.is_null());
    }
    one
}

#[tokio::test]
async fn an_issue_is_a_work_order_with_all_that_it_tells() {
    let far = logged_in(json!({})).await;
    far.list("ServiceManagerIssues", json!([issue(81)])).await;
    let rows = all(far.platform.work_orders(window())).await;
    let one = record(&rows[0]);
    assert_eq!((one.id.as_str(), one.number.as_str()), ("81", "81"));
    assert_eq!((one.title.as_str(), one.description.as_str()), ("Tap drips", "Day and night."));
    assert_eq!(one.property.key(), "1/11");
    assert_eq!(one.requested_by.as_ref().map(|id| id.as_str()), Some("21"));
    assert_eq!(one.assigned_users.iter().map(|id| id.as_str()).collect::<Vec<_>>(), ["41"], "and no vendor");
    assert_eq!(
        (&one.status, one.severity),
        (&WorkOrderStatus::Open("[Latchel] Open".to_owned()), Severity::Urgent)
    );
    assert_eq!(one.marker, None);
    let stamps = Freshness::Stamped {
        created_at: "2026-03-01T06:00:00Z".parse().ok(),
        updated_at: "2026-03-01T17:00:00Z".parse().ok(),
    };
    assert_eq!(one.freshness, stamps);
    let asked = far.asked().await;
    assert_eq!(asked[0], format!("GET ServiceManagerIssues?{SINCE}"));
    assert_eq!(asked[1..], ["GET ServiceManagerStatuses", "GET ServiceManagerPriorities"]);
}

#[tokio::test]
async fn a_run_without_changed_issues_asks_for_no_tables() {
    let far = logged_in(json!({})).await;
    far.list("ServiceManagerIssues", json!([])).await;
    assert!(all(far.platform.work_orders(window())).await.is_empty());
    assert_eq!(far.asked().await.len(), 1);
}

#[tokio::test]
async fn a_status_means_what_its_name_says_and_closed_is_done_unless_it_says_otherwise() {
    let far = logged_in(json!({})).await;
    let closed = |status: i64, is_closed: bool| json!({"StatusID": status, "IsClosed": is_closed});
    far.list(
        "ServiceManagerIssues",
        json!([
            issue_with(1, closed(12, true)),
            issue_with(2, closed(13, true)),
            issue_with(3, closed(99, true)),
            issue_with(4, closed(99, false)),
            issue_with(
                5,
                json!({"StatusID": null, "IsClosed": null, "PriorityID": 13, "AssignedToUserID": 0})
            ),
        ]),
    )
    .await;
    let rows = all(far.platform.work_orders(window())).await;
    let statuses: Vec<_> = rows.iter().map(|row| record(row).status.clone()).collect();
    let open = |word: &str| WorkOrderStatus::Open(word.to_owned());
    let completed = WorkOrderStatus::Closed(ClosedStatus::Completed);
    let cancelled = WorkOrderStatus::Closed(ClosedStatus::Cancelled);
    assert_eq!(statuses, [completed.clone(), cancelled, completed, open("status 99"), open("Open")]);
    let last = record(&rows[4]);
    assert_eq!((last.severity, last.assigned_users.len()), (Severity::Emergency, 0));
}

#[tokio::test]
async fn a_place_is_told_by_the_issue_or_by_its_links_or_by_the_unit_alone() {
    let far = logged_in(json!({})).await;
    let nowhere = json!({"PropertyID": null, "UnitID": null, "TenantID": null});
    let linked = |more: Value| {
        let mut fields = nowhere.clone();
        more.as_object().expect("fields").iter().for_each(|(name, value)| fields[name] = value.clone());
        fields
    };
    let links = json!({"LinkedProperties": [{"PropertyID": 4}], "LinkedTenants": [{"TenantID": 24}]});
    far.list(
        "ServiceManagerIssues",
        json!([
            issue_with(1, linked(json!({"PropertyID": 3}))),
            issue_with(2, linked(links)),
            issue_with(3, linked(json!({"LinkedUnits": [{"UnitID": 51, "PropertyID": 5}]}))),
            issue_with(4, linked(json!({"LinkedUnits": [{"UnitID": 61}]}))),
            issue_with(5, nowhere.clone()),
        ]),
    )
    .await;
    far.list("Units", json!([unit(61, 6)])).await;
    let rows = all(far.platform.work_orders(window())).await;
    let places: Vec<_> = rows[..4].iter().map(|row| record(row).property.key()).collect();
    assert_eq!(places, ["3", "4", "5/51", "6/61"]);
    assert_eq!(record(&rows[1]).requested_by.as_ref().map(|id| id.as_str()), Some("24"));
    assert!(matches!(&rows[4], Row::NotSupported { id, .. } if id == "5"), "{:?}", rows[4]);
    assert!(far.asked().await.contains(&"GET Units?UnitID,eq,61".to_owned()));
}

/// Answers with an issue that shows its place in the form that `shows` says for what was asked for: by ids of its own, by
/// links, or not at all; `None` refuses.
fn by_form(shows: fn(&str, &str) -> Option<&'static str>) -> impl Fn(&Request) -> ResponseTemplate {
    move |request: &Request| {
        let said = |name| parameter::<String>(request, name).unwrap_or_default();
        let place = match shows(&said("fields"), &said("embeds")) {
            None => {
                return ResponseTemplate::new(400)
                    .set_body_json(json!({"Message": "The request is invalid."}));
            }
            Some("ids") => json!({"LinkedUnits": null}),
            Some("links") => json!({"PropertyID": null, "UnitID": null, "TenantID": null,
                "LinkedUnits": [{"UnitID": 11, "PropertyID": 1}], "LinkedTenants": [{"TenantID": 21}]}),
            Some(_) => json!({"PropertyID": null, "UnitID": null, "TenantID": null}),
        };
        ResponseTemplate::new(200).set_body_json(json!([issue_with(81, place)]))
    }
}

#[tokio::test]
async fn issues_are_asked_for_with_both_forms_of_a_place_or_with_what_is_not_refused() {
    type Shows = fn(&str, &str) -> Option<&'static str>;
    let both: Shows = |fields, embeds| {
        let asked = fields.contains("PropertyID,UnitID")
            && fields.contains("LinkedUnits")
            && embeds.contains("LinkedUnits");
        Some(if asked { "links" } else { "none" })
    };
    let no_ids: Shows = |fields, _| (!fields.contains("PropertyID,UnitID")).then_some("links");
    let no_fields: Shows =
        |fields, embeds| fields.is_empty().then_some(if embeds.is_empty() { "none" } else { "links" });
    let nothing: Shows = |fields, embeds| (fields.is_empty() && embeds.is_empty()).then_some("ids");
    for (shows, tries) in [(both, 1), (no_ids, 2), (no_fields, 3), (nothing, 4)] {
        let far = logged_in(json!({})).await;
        far.respond_for("ServiceManagerIssues", &[], by_form(shows)).await;
        for tries in [tries, 1] {
            let before = far.asked().await.len();
            let rows = all(far.platform.work_orders(window())).await;
            assert_eq!(record(&rows[0]).property.key(), "1/11");
            assert_eq!(record(&rows[0]).requested_by.as_ref().map(|id| id.as_str()), Some("21"));
            let asked = far.asked().await.split_off(before);
            let lists = asked.iter().filter(|one| one.starts_with("GET ServiceManagerIssues")).count();
            assert_eq!(lists, tries, "{asked:?}");
        }
    }
}

#[tokio::test]
async fn an_issue_that_cannot_be_read_stays_alone() {
    let far = logged_in(json!({})).await;
    far.list(
        "ServiceManagerIssues",
        json!([issue_with(81, json!({"IsClosed": "nearly"})), issue(82), {"Title": "x"}]),
    )
    .await;
    let rows = all(far.platform.work_orders(window())).await;
    assert_eq!(invalid(&rows[0]), ("81", "IsClosed"));
    assert_eq!(record(&rows[1]).id.as_str(), "82");
    assert_eq!(invalid(&rows[2]).1, "ServiceManagerIssueID");
}

#[tokio::test]
async fn a_marker_is_found_by_the_title_and_compared_whole() {
    let far = logged_in(json!({})).await;
    let titled = |id, title: &str| issue_with(id, json!({"Title": title}));
    let found =
        json!([titled(1, "A [Latchel #7]"), titled(2, "B [Latchel #77]"), titled(3, "C [Latchel #7]")]);
    far.list("ServiceManagerIssues", found).await;
    let ids = far.platform.find_by_marker(&Marker::for_job(JobId(7))).await.expect("ids");
    assert_eq!(ids, ["1", "3"].map(WorkOrderId::new));
    assert_eq!(far.asked().await, ["GET ServiceManagerIssues?Title,ct,[Latchel #7]"]);
}

#[tokio::test]
async fn one_is_read_by_itself_and_several_by_one_list_each_time_afresh() {
    let far = logged_in(json!({})).await;
    far.one("ServiceManagerIssues/81", issue_with(81, json!({"Title": "Ours [Latchel #7]"}))).await;
    far.list("ServiceManagerIssues", json!((81..=95).map(issue).collect::<Vec<_>>())).await;
    let one = far.platform.work_orders_by_id(&[WorkOrderId::new("81")]).await.expect("a row");
    assert_eq!(
        (record(&one[0]).title.as_str(), record(&one[0]).marker),
        ("Ours", Some(Marker::for_job(JobId(7))))
    );
    assert!(far.platform.work_orders_by_id(&[WorkOrderId::new("99")]).await.expect("none").is_empty());
    let ids: Vec<_> = (81..=90).map(|id| WorkOrderId::new(id.to_string())).collect();
    assert_eq!(far.platform.work_orders_by_id(&ids).await.expect("rows").len(), 10);
    let asked = far.asked().await;
    assert_eq!(
        asked.last().map(String::as_str),
        Some("GET ServiceManagerIssues?ServiceManagerIssueID,in,(81,82,83,84,85,86,87,88,89,90)")
    );
    let tables = asked.iter().filter(|one| one.ends_with("Statuses")).count();
    assert_eq!(tables, 1, "the tables are known from the first time: {asked:?}");
}
