//! Time stamps that a change leaves untouched: the worst case for a client that polls by last update.

use chrono::{DateTime, Utc};
use mock_pms::world::{Lease, Property, Record, Task, Tenant, Unit, WorkOrder};
use serde_json::json;

use super::Buildium;

fn updated_at<T: Record>(buildium: &Buildium, id: i64, at: impl Fn(&T) -> DateTime<Utc>) -> DateTime<Utc> {
    buildium.server.read(|world| world.get::<T>(id).map(at)).expect("a record")
}

#[tokio::test]
async fn a_task_and_its_work_orders_do_not_move_each_other() {
    let buildium = Buildium::start().await;
    let order = updated_at(&buildium, 81, |o: &WorkOrder| o.updated_at);
    let task = updated_at(&buildium, 71, |t: &Task| t.updated_at);
    let body = json!({ "EntryAllowed": "Yes", "VendorId": 51, "TaskId": 71 });
    buildium.post("/v1/workorders", &body).await.good();
    let body = json!({ "EntryAllowed": "Yes", "VendorId": 51 });
    buildium.put("/v1/workorders/83", &body).await.good();
    assert_eq!(updated_at(&buildium, 71, |t: &Task| t.updated_at), task);

    let body = json!({ "Title": "Tap", "TaskStatus": "Completed", "Priority": "High" });
    buildium.put("/v1/tasks/residentrequests/71", &body).await.good();
    assert_eq!(updated_at(&buildium, 81, |o: &WorkOrder| o.updated_at), order);
    // Nor does the work order's own status follow.
    let order = buildium.one("/v1/workorders/81").await;
    assert_eq!((&order["Status"], &order["Task"]["Status"]), (&"New".into(), &"Completed".into()));
}

#[tokio::test]
async fn hiding_a_rental_does_not_move_its_units() {
    let buildium = Buildium::start().await;
    let unit = updated_at(&buildium, 11, |u: &Unit| u.updated_at);
    buildium.server.edit(|world| {
        world.clock.advance(chrono::TimeDelta::hours(1));
        world.update(1, |p: &mut Property| p.active = false).expect("the rental");
    });
    assert_eq!(buildium.ids("/v1/rentals?lastupdatedfrom=2026-03-02T21:00:00Z").await, [1]);
    assert_eq!(updated_at(&buildium, 11, |u: &Unit| u.updated_at), unit);
}

#[tokio::test]
async fn a_lease_and_its_tenants_do_not_move_each_other() {
    let buildium = Buildium::start().await;
    let tenant = updated_at(&buildium, 21, |t: &Tenant| t.updated_at);
    let lease = updated_at(&buildium, 32, |l: &Lease| l.updated_at);
    buildium.server.edit(|world| {
        world.clock.advance(chrono::TimeDelta::hours(1));
        world.update(31, |l: &mut Lease| l.to_date = None).expect("the lease");
        world.update(23, |t: &mut Tenant| t.email = None).expect("the tenant");
    });
    assert_eq!(updated_at(&buildium, 21, |t: &Tenant| t.updated_at), tenant);
    assert_eq!(updated_at(&buildium, 32, |l: &Lease| l.updated_at), lease);
    assert_eq!(buildium.ids("/v1/leases?lastupdatedfrom=2026-03-02T21:00:00Z").await, [31]);
}
