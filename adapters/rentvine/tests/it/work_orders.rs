use latchel_sync_core::model::{
    ClosedStatus, Freshness, JobId, Marker, Row, Severity, WorkOrder, WorkOrderId, WorkOrderStatus,
};
use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use crate::far::{Far, STATUSES, WORK_ORDERS, all, instant, invalid, record, statuses, window, work_order};

fn with(mut one: Value, changes: &[(&str, Value)]) -> Value {
    for (name, value) in changes {
        one["workOrder"][*name] = value.clone();
    }
    one
}

async fn read(settings: Value, statuses: Value, rows: Value) -> Vec<Row<WorkOrder>> {
    let far = Far::with(settings).await;
    far.list(STATUSES, statuses).await;
    far.list(WORK_ORDERS, rows).await;
    all(far.platform.work_orders(window())).await
}

#[tokio::test]
async fn a_work_order_is_read_whole() {
    let rows = read(json!({}), statuses(), json!([work_order(81)])).await;
    let one = record(&rows[0]);
    assert_eq!((one.id.as_str(), one.number.as_str()), ("81", "WO-81"));
    assert_eq!((one.title.as_str(), one.description.as_str()), ("", "The tap drips"));
    assert_eq!(one.property.key(), "1/11");
    assert_eq!(one.requested_by.as_ref().map(|id| id.as_str()), Some("21"));
    assert_eq!(one.assigned_users.iter().map(|id| id.as_str()).collect::<Vec<_>>(), ["41"], "and no vendor");
    assert_eq!(one.status, WorkOrderStatus::Open("Open".to_owned()));
    assert_eq!((one.severity, one.scheduled_start, one.marker), (Severity::Normal, None, None));
    let stamped = Freshness::Stamped {
        created_at: Some(instant("2025-01-01T00:00:00Z")),
        updated_at: Some(window().from),
    };
    assert_eq!(one.freshness, stamped, "the window is cut by the core");
}

#[tokio::test]
async fn what_is_not_there_is_none_and_numbers_are_as_good_as_text() {
    let sparse = json!({"workOrderID": 81, "propertyID": 1, "unitID": "0", "priorityID": 3,
        "workOrderStatusID": 14, "description": null, "assignedToUserID": "", "requestedByContactID": 0});
    let lost = with(work_order(82), &[("propertyID", Value::Null)]);
    let rows = read(json!({}), statuses(), json!([sparse, lost])).await;
    let one = record(&rows[0]);
    assert_eq!((one.number.as_str(), one.property.key().as_str()), ("81", "1"));
    assert_eq!((one.severity, one.requested_by.as_ref()), (Severity::Urgent, None));
    assert_eq!(one.status, WorkOrderStatus::Open("On Hold".to_owned()));
    assert!(one.assigned_users.is_empty());
    assert!(matches!(one.freshness, Freshness::Fingerprint { .. }));
    assert!(matches!(&rows[1], Row::NotSupported { id, .. } if id == "82"));
}

#[tokio::test]
async fn statuses_are_the_accounts_and_an_unknown_one_is_open() {
    let own = json!([
        {"workOrderStatus": {"workOrderStatusID": "31", "primaryWorkOrderStatusID": "3", "name": "Canceled by owner"}},
        {"workOrderStatusID": 32, "primaryWorkOrderStatusID": 3, "name": "Done"},
        {"workOrderStatus": {"workOrderStatusID": "33", "primaryWorkOrderStatusID": "9", "name": "Dreaming"}},
        {"workOrderStatus": {"workOrderStatusID": {}, "name": "odd"}},
    ]);
    let of = |id: &str, primary: Value| {
        with(work_order(81), &[("workOrderStatusID", json!(id)), ("primaryWorkOrderStatusID", primary)])
    };
    let rows = json!([
        of("31", json!("3")),
        of("32", Value::Null),
        of("33", json!("9")),
        of("77", json!("5")),
        of("77", json!("2")),
        of("32", json!("1"))
    ]);
    let read = read(json!({}), own, rows).await;
    let status: Vec<_> = read.iter().map(|row| record(row).status.clone()).collect();
    let open = |word: &str| WorkOrderStatus::Open(word.to_owned());
    let closed = WorkOrderStatus::Closed;
    assert_eq!(
        status,
        [
            closed(ClosedStatus::Cancelled),
            closed(ClosedStatus::Completed),
            open("Dreaming"),
            closed(ClosedStatus::Cancelled),
            open("77"),
            open("Done")
        ]
    );
}

/// The closed status that each status of an account has, where all work orders tell their primary status.
async fn closed(statuses: &[(&str, &str, Value)]) -> Vec<Option<ClosedStatus>> {
    let own = statuses.iter().enumerate().map(|(at, (primary, name, is_system))| {
        json!({"workOrderStatus": {"workOrderStatusID": at.to_string(), "primaryWorkOrderStatusID": primary,
            "name": name, "isSystemStatus": is_system}})
    });
    let orders = statuses.iter().enumerate().map(|(at, (primary, ..))| {
        let status =
            [("workOrderStatusID", json!(at.to_string())), ("primaryWorkOrderStatusID", json!(primary))];
        with(work_order(81), &status)
    });
    let read = read(json!({}), own.collect(), orders.collect()).await;
    read.iter().map(|row| record(row).status.closed()).collect()
}

#[tokio::test]
async fn a_primary_status_means_what_it_is_called_whatever_its_number() {
    let (done, off) = (Some(ClosedStatus::Completed), Some(ClosedStatus::Cancelled));
    let (system, own, unsaid) = (json!("1"), json!("0"), Value::Null);
    let live = closed(&[
        ("3", "On Hold", system.clone()),
        ("4", "Completed", system.clone()),
        ("5", "Cancelled", system.clone()),
        ("3", "Waiting for Parts", own.clone()),
        ("4", "Invoiced", own.clone()),
        ("4", "Canceled by owner", own.clone()),
    ])
    .await;
    assert_eq!(live, [None, done, off, None, done, off]);
    let unmarked = closed(&[
        ("3", "On Hold", unsaid.clone()),
        ("3", "Waiting for Parts", unsaid.clone()),
        ("4", "Completed", unsaid.clone()),
    ])
    .await;
    assert_eq!(unmarked, [None, None, done], "nothing says which are Rentvine's own");
    let documented = closed(&[
        ("3", "Closed", system.clone()),
        ("4", "On Hold", system),
        ("3", "Waiting for Invoice", own.clone()),
        ("3", "Hold for owner", own.clone()),
        ("4", "Completed", own),
    ])
    .await;
    assert_eq!(documented, [done, None, done, None, None], "and what is on hold by its name is never over");
    let silent =
        closed(&[("3", "Done", unsaid.clone()), ("4", "Household", unsaid.clone()), ("5", "Off", unsaid)])
            .await;
    assert_eq!(silent, [done, None, off], "the documented numbers");
}

#[tokio::test]
async fn a_status_that_the_settings_name_means_what_they_say() {
    let settings = json!({"status": {"cancelled": "waiting for invoice", "completed": "14"}});
    let of = |id: &str, primary: &str| {
        with(
            work_order(81),
            &[("workOrderStatusID", json!(id)), ("primaryWorkOrderStatusID", json!(primary))],
        )
    };
    let read = read(settings, statuses(), json!([of("26", "3"), of("14", "4")])).await;
    let closed: Vec<_> = read.iter().map(|row| record(row).status.closed()).collect();
    assert_eq!(closed, [Some(ClosedStatus::Cancelled), Some(ClosedStatus::Completed)]);
}

#[tokio::test]
async fn our_marker_is_the_last_line_by_itself_and_no_part_of_the_text() {
    let described = |html: &str| with(work_order(81), &[("description", json!(html))]);
    let rows = json!([
        described("<p>Roof leaks</p><p>At night</p><p>[Latchel #5]</p>"),
        described("Roof leaks\n[Latchel #5]\nadded by hand"),
        described("<p>As in [Latchel #5], the roof leaks</p>"),
        described("<p>[Latchel #50]</p>"),
    ]);
    let read = read(json!({}), statuses(), rows).await;
    let marked: Vec<_> =
        read.iter().map(record).map(|one| (one.description.as_str(), one.marker.map(|m| m.job()))).collect();
    assert_eq!(
        marked,
        [
            ("Roof leaks\n\nAt night", Some(JobId(5))),
            ("Roof leaks\n[Latchel #5]\nadded by hand", None),
            ("As in [Latchel #5], the roof leaks", None),
            ("", Some(JobId(50))),
        ]
    );
    assert_eq!(record(&read[0]).marker, Some(Marker::for_job(JobId(5))));
}

#[tokio::test]
async fn a_description_is_the_text_that_people_see() {
    let shown = [
        ("<p>One</p><p>two<br>three<br/>four</p>", "One\n\ntwo\nthree\nfour"),
        (
            "<P class=\"a\">The <b>red</b> tap &amp; the caf&eacute;&nbsp;&#39;s</P>",
            "The red tap & the café 's",
        ),
        ("<ul><li>one</li><li>two</li></ul>after", "one\ntwo\n\n\nafter"),
        ("<!-- hidden -->shown", "shown"),
        ("&lt;b&gt;&amp;amp;", "<b>&amp;"),
        ("5 < 6 & 7 > 6, <3", "5 < 6 & 7 > 6, <3"),
        ("plain\ntext, no end <b", "plain\ntext, no end <b"),
        ("", ""),
    ];
    let described = |(html, _)| with(work_order(81), &[("description", json!(html))]);
    let read = read(json!({}), statuses(), shown.map(described).into_iter().collect()).await;
    let read: Vec<_> = read.iter().map(|row| record(row).description.as_str()).collect();
    assert_eq!(read, shown.map(|(_, text)| text));
}

#[tokio::test]
async fn an_odd_row_stays_alone_and_names_its_field() {
    let odd = with(work_order(82), &[("assignedToUserID", json!(["x"]))]);
    let nameless = with(work_order(83), &[("workOrderID", Value::Null)]);
    let rows = json!([odd, work_order(81), nameless, {"workOrder": null}]);
    let read = read(json!({}), statuses(), rows).await;
    assert_eq!(invalid(&read[0]), ("82", "workOrder.assignedToUserID"));
    assert_eq!(record(&read[1]).id.as_str(), "81");
    assert_eq!(invalid(&read[2]).1, "workOrder.workOrderID");
    assert_eq!(invalid(&read[3]).1, "workOrder");
}

#[tokio::test]
async fn few_are_read_by_themselves_and_many_by_the_list() {
    let far = Far::new().await;
    far.list(STATUSES, statuses()).await;
    far.one(&format!("{WORK_ORDERS}/81"), work_order(81)).await;
    far.answers("GET", &format!("{WORK_ORDERS}/82"), ResponseTemplate::new(404)).await;
    let ids =
        |range: std::ops::Range<u32>| range.map(|id| WorkOrderId::new(id.to_string())).collect::<Vec<_>>();
    let rows = far.platform.work_orders_by_id(&ids(81..83)).await.expect("rows");
    assert_eq!(rows.iter().map(|row| record(row).id.as_str()).collect::<Vec<_>>(), ["81"]);

    let far = Far::new().await;
    far.list(STATUSES, statuses()).await;
    far.list(WORK_ORDERS, (1..=90).map(work_order).collect()).await;
    let rows = far.platform.work_orders_by_id(&ids(60..100)).await.expect("rows");
    assert_eq!(rows.len(), 31);
    assert_eq!(far.asked().await.len(), 3, "{:?}", far.asked().await);
}
