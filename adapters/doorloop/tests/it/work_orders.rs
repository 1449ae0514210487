use latchel_sync_core::ErrorKind;
use latchel_sync_core::model::*;
use serde_json::{Value, json};

use crate::far::{Far, all, instant, invalid, oid, ok, record, serve_moving, window};

pub fn task(id: u32, kind: &str) -> Value {
    json!({"id": oid(id), "type": kind, "subject": "Tap", "description": "It drips.", "status": "IN_PROGRESS",
        "priority": "HIGH", "requestedByTenant": oid(21), "assignedToUsers": [oid(41), oid(42)],
        "property": oid(1), "unit": oid(11), "entryPermission": "YES", "entryNotes": "Ring first.",
        "createdAt": 1_772_341_200_000_i64, "updatedAt": 1_772_350_200_000_i64})
}

fn with(mut task: Value, name: &str, value: Value) -> Value {
    task[name] = value;
    task
}

async fn listed(tasks: Value) -> Vec<Row<WorkOrder>> {
    let far = Far::new().await;
    far.list("/api/tasks", tasks).await;
    all(far.platform.work_orders(window())).await
}

#[tokio::test]
async fn a_task_is_a_work_order_with_all_its_assignees() {
    let rows = listed(json!([with(task(81, "TENANT_REQUEST"), "reference", json!("WO-7"))])).await;
    let one = record(&rows[0]);
    assert_eq!((one.id.as_str(), one.number.as_str()), (oid(81).as_str(), "WO-7"));
    assert_eq!((one.title.as_str(), one.description.as_str()), ("Tap", "It drips."));
    assert_eq!(one.property.key(), format!("{}/{}", oid(1), oid(11)));
    assert_eq!(one.requested_by, Some(ResidentId::new(oid(21))));
    assert_eq!(one.assigned_users, [UserId::new(oid(41)), UserId::new(oid(42))]);
    assert_eq!(one.status, WorkOrderStatus::Open("IN_PROGRESS".to_owned()));
    assert_eq!((one.severity, one.entry_allowed), (Severity::Urgent, Some(true)));
    assert_eq!(one.access_instructions.as_deref(), Some("Ring first."));
    assert_eq!(one.marker, None);
}

#[tokio::test]
async fn without_a_reference_the_number_is_the_id_and_a_marker_is_no_number() {
    let marked = with(task(82, "WORK_ORDER"), "reference", json!("[Latchel #48211]"));
    let rows = listed(json!([task(81, "WORK_ORDER"), marked])).await;
    assert_eq!(record(&rows[0]).number, oid(81));
    assert_eq!(record(&rows[1]).number, oid(82));
    assert_eq!(record(&rows[1]).marker, Some(Marker::for_job(JobId(48211))));
}

#[tokio::test]
async fn the_last_line_of_a_description_may_be_the_marker_and_a_quoted_one_is_none() {
    let last = with(task(81, "WORK_ORDER"), "description", json!("It drips.\n\n[Latchel #5]\n"));
    let quoted = with(task(82, "WORK_ORDER"), "description", json!("See [Latchel #5] of last year"));
    let rows = listed(json!([last, quoted])).await;
    assert_eq!(record(&rows[0]).marker, Some(Marker::for_job(JobId(5))));
    assert_eq!(record(&rows[0]).description, "It drips.");
    assert_eq!(record(&rows[1]).marker, None);
}

#[tokio::test]
async fn times_are_seconds_milliseconds_or_text() {
    let at = instant("2026-03-01T07:30:00Z");
    for spelt in [
        json!(1_772_350_200),
        json!(1_772_350_200_000_i64),
        json!(1_772_350_200.0),
        json!("1772350200000"),
        json!("2026-03-01T07:30:00.000Z"),
        json!("2026-02-28T23:30:00-08:00"),
    ] {
        let rows = listed(json!([with(task(81, "WORK_ORDER"), "updatedAt", spelt.clone())])).await;
        let Freshness::Stamped { updated_at, .. } = record(&rows[0]).freshness else { panic!("{spelt}") };
        assert_eq!(updated_at, Some(at), "{spelt}");
    }
    let rows = listed(json!([with(task(81, "WORK_ORDER"), "updatedAt", json!("yesterday"))])).await;
    let told = &record(&rows[0]).freshness;
    assert!(matches!(told, Freshness::Fingerprint { .. }), "nothing says when it changed: {told:?}");
}

#[tokio::test]
async fn a_task_that_does_not_say_when_it_changed_is_known_by_its_content() {
    let silent = with(task(81, "WORK_ORDER"), "updatedAt", Value::Null);
    let print = async |task: Value| {
        let rows = listed(json!([task])).await;
        record(&rows[0]).freshness.clone()
    };
    let before = print(silent.clone()).await;
    let Freshness::Fingerprint { at_least, .. } = &before else { panic!("{before:?}") };
    assert_eq!(*at_least, Some(instant("2026-03-01T05:00:00Z")), "it was created then");
    assert_eq!(print(silent.clone()).await, before);
    assert_ne!(print(with(silent, "assignedToUsers", json!([]))).await, before);
}

#[tokio::test]
async fn the_types_that_are_work_orders_can_be_chosen_and_the_others_are_named_while_they_are_new() {
    let old = with(
        with(task(85, "INTERNAL_TASK"), "createdAt", json!(1_600_000_000)),
        "updatedAt",
        json!(1_600_000_000),
    );
    let tasks = json!([
        task(81, "TENANT_REQUEST"),
        task(82, "WORK_ORDER"),
        task(83, "INTERNAL_TASK"),
        task(84, "OWNER_REQUEST"),
        old,
        with(task(86, "INTERNAL_TASK"), "reference", json!("[Latchel #5]")),
        with(task(87, "CHORE"), "property", Value::Null),
        with(task(88, "WORK_ORDER"), "property", Value::Null),
    ]);
    for (settings, taken) in [
        (json!({}), [81, 82, 86].as_slice()),
        (json!({"work_order_types": "internal_task,OWNER_REQUEST"}), &[83, 84, 85, 86]),
    ] {
        let far = Far::with(settings).await;
        far.list("/api/tasks", tasks.clone()).await;
        let rows = all(far.platform.work_orders(window())).await;
        let (records, others): (Vec<_>, Vec<_>) = rows.iter().partition(|row| matches!(row, Row::Record(_)));
        let ids: Vec<_> = records.into_iter().map(|row| record(row).id.to_string()).collect();
        assert_eq!(ids, taken.iter().map(|id| oid(*id)).collect::<Vec<_>>());
        assert_eq!(others.len(), 4, "{others:?}");
        assert!(others.iter().all(|row| matches!(row, Row::NotSupported { .. })), "{others:?}");
    }
}

#[tokio::test]
async fn words_that_are_not_known_are_harmless() {
    let mut strange = task(81, "WORK_ORDER");
    strange["status"] = json!("PAUSED");
    strange["priority"] = json!("COSMIC");
    strange["entryPermission"] = json!("PERHAPS");
    strange["assignedToUsers"] = Value::Null;
    let rows = listed(json!([strange])).await;
    let one = record(&rows[0]);
    assert_eq!(one.status, WorkOrderStatus::Open("PAUSED".to_owned()));
    assert_eq!((one.severity, one.entry_allowed), (Severity::Normal, None));
    assert!(one.assigned_users.is_empty());
}

#[tokio::test]
async fn statuses_are_closed_as_the_configuration_says() {
    for (settings, word, expected) in [
        (json!({}), "COMPLETED", Some(ClosedStatus::Completed)),
        (json!({}), "ARCHIVED", Some(ClosedStatus::Cancelled)),
        (json!({}), "RECEIVED", None),
        (
            json!({"status": {"completed": "ARCHIVED", "cancelled": "X"}}),
            "ARCHIVED",
            Some(ClosedStatus::Completed),
        ),
    ] {
        let far = Far::with(settings).await;
        let at = format!("/api/tasks/{}", oid(81));
        far.answers("GET", &at, ok(with(task(81, "WORK_ORDER"), "status", json!(word)))).await;
        let rows = far.platform.work_orders_by_id(&[WorkOrderId::new(oid(81))]).await.expect("rows");
        assert_eq!(record(&rows[0]).status.closed(), expected, "{word}");
    }
}

#[tokio::test]
async fn what_cannot_be_read_stays_alone_and_names_its_field() {
    let mut nameless = with(task(82, "WORK_ORDER"), "status", json!(5));
    nameless.as_object_mut().expect("a record").remove("id");
    let bad = with(task(81, "WORK_ORDER"), "assignedToUsers", json!([{"name": "Ann"}]));
    let rows = listed(json!([bad, nameless, task(83, "WORK_ORDER")])).await;
    assert_eq!(invalid(&rows[0]), (oid(81).as_str(), "assignedToUsers"));
    assert!(invalid(&rows[1]).0.starts_with('?'));
    assert_eq!(record(&rows[2]).id.as_str(), oid(83));
}

#[tokio::test]
async fn by_id_one_that_is_gone_is_left_out_and_many_are_one_reading_of_the_list() {
    let far = Far::new().await;
    far.answers("GET", &format!("/api/tasks/{}", oid(1)), ok(task(1, "WORK_ORDER"))).await;
    far.list("/api/tasks", json!((1..=20).map(|id| task(id, "WORK_ORDER")).collect::<Vec<_>>())).await;
    let ids = |all: &[u32]| all.iter().map(|id| WorkOrderId::new(oid(*id))).collect::<Vec<_>>();
    let few = far.platform.work_orders_by_id(&ids(&[1, 99])).await.expect("rows");
    assert_eq!(few.len(), 1);
    let before = far.asked().await.len();
    let many = far.platform.work_orders_by_id(&ids(&[3, 4, 5, 6, 7, 8, 99])).await.expect("rows");
    assert_eq!((many.len(), far.asked().await.len() - before), (6, 1));
}

#[tokio::test]
async fn a_marker_is_searched_for_by_its_words_and_must_be_whole() {
    let far = Far::new().await;
    let found = json!([
        with(task(81, "INTERNAL_TASK"), "reference", json!("[Latchel #5]")),
        with(task(82, "INTERNAL_TASK"), "reference", json!("[Latchel #55]")),
        with(task(83, "INTERNAL_TASK"), "description", json!("Fence\n\n[Latchel #5]")),
        with(task(84, "INTERNAL_TASK"), "subject", json!("Latchel #5")),
    ]);
    far.list_for("/api/tasks", &[("filter_text", "Latchel #5")], found).await;
    let found = far.platform.find_by_marker(&Marker::for_job(JobId(5))).await.expect("ids");
    assert_eq!(found, [WorkOrderId::new(oid(81)), WorkOrderId::new(oid(83))]);
}

#[tokio::test]
async fn tasks_that_move_are_read_again_and_a_look_up_among_restless_ones_says_so() {
    let row = |id: u32| task(10_000 + id, "TENANT_REQUEST");
    for (moves, readings) in [(1, 2), (9, 3)] {
        let far = Far::new().await;
        serve_moving(&far, "/api/tasks", moves, row).await;
        let rows = all(far.platform.work_orders(window())).await;
        let ids: std::collections::HashSet<_> = rows.iter().map(|row| record(row).id.clone()).collect();
        assert_eq!(ids.len(), if moves == 1 { 1_001 } else { 1_000 });
        assert_eq!(far.asked().await.len(), 2 * readings);

        let far = Far::new().await;
        serve_moving(&far, "/api/tasks", moves, row).await;
        let ids: Vec<_> = (0..6).map(|id| WorkOrderId::new(oid(10_000 + id))).collect();
        let looked_up = far.platform.work_orders_by_id(&ids).await;
        match moves {
            1 => assert_eq!(looked_up.expect("the second reading").len(), 6),
            _ => assert_eq!(looked_up.expect_err("one may be missing").kind(), ErrorKind::Malformed),
        }
    }
}
