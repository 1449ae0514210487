//! Paging, sorting and filters.

use std::collections::BTreeSet;

use mock_pms::World;
use mock_pms::world::{Address, Unit};
use serde_json::Value;

use super::{Buildium, faults};
use crate::client::example;

/// The example with so many more units that one page cannot hold them.
fn crowded(units: i64) -> World {
    let mut world = example();
    let at = world.now();
    for id in 1000..1000 + units {
        let address = Address::default();
        let number = format!("{}", id % 10);
        world
            .insert(Unit { id, property_id: 1, number, address, created_at: at, updated_at: at })
            .expect("a free id");
    }
    world
}

#[tokio::test]
async fn a_page_is_50_rows_unless_told_otherwise_and_never_more_than_1000() {
    let buildium = Buildium::of(crowded(1_200)).await;
    for (query, rows) in [("", 50), ("?limit=7", 7), ("?limit=1000", 1000), ("?limit=5000", 1000)] {
        let reply = buildium.get(&format!("/v1/rentals/units{query}")).await;
        assert_eq!(reply.header("x-total-count"), Some("1202"));
        assert_eq!(reply.body.as_array().map(Vec::len), Some(rows), "{query}");
    }
    let beyond = buildium.get("/v1/rentals/units?offset=1202").await;
    assert_eq!((beyond.status, &beyond.body), (200, &Value::Array(Vec::new())));
    for query in ["limit=0", "limit=-1", "limit=x", "limit=", "offset=-1", "offset=1.5"] {
        let reply = buildium.get(&format!("/v1/rentals/units?{query}")).await;
        assert_eq!((reply.status, faults(&reply).len()), (400, 1), "{query}");
    }
}

#[tokio::test]
async fn pages_sorted_by_id_hold_each_row_once() {
    let buildium = Buildium::of(crowded(500)).await;
    for order in ["Id", "id%20asc", "UnitNumber%20desc,Id", "Id%20desc"] {
        let seen = walk(&buildium, &format!("orderby={order}")).await;
        assert_eq!(seen.len(), 502);
        assert_eq!(seen.iter().collect::<BTreeSet<_>>().len(), 502, "{order}");
    }
}

#[tokio::test]
async fn pages_without_a_unique_order_repeat_and_skip_rows() {
    let buildium = Buildium::of(crowded(500)).await;
    for query in ["", "orderby=UnitNumber"] {
        let seen = walk(&buildium, query).await;
        assert_eq!(seen.len(), 502);
        assert!(seen.iter().collect::<BTreeSet<_>>().len() < 502, "{query}");
    }
}

async fn walk(buildium: &Buildium, query: &str) -> Vec<i64> {
    let mut seen = Vec::new();
    for offset in (0..502).step_by(100) {
        seen.extend(buildium.ids(&format!("/v1/rentals/units?limit=100&offset={offset}&{query}")).await);
    }
    seen
}

#[tokio::test]
async fn rows_are_sorted_as_asked() {
    let buildium = Buildium::start().await;
    assert_eq!(buildium.ids("/v1/rentals?orderby=Id%20desc").await, [3, 2, 1]);
    assert_eq!(buildium.ids("/v1/rentals?orderby=Name").await, [2, 1, 3]);
    assert_eq!(buildium.ids("/v1/rentals?orderby=IsActive%20desc,Name%20DESC").await, [1, 2, 3]);
    assert_eq!(buildium.ids("/v1/workorders?orderby=Amount%20desc,Id%20desc").await, [81, 83, 82]);
    for order in ["Nonsense", "Id%20sideways", "Id%20asc%20asc", "LastUpdatedDateTime"] {
        assert_eq!(buildium.status(&format!("/v1/rentals?orderby={order}")).await, 400, "{order}");
    }
    assert_eq!(buildium.ids("/v1/tasks?orderby=LastUpdatedDateTime").await, [74, 72, 71, 73]);
}

#[tokio::test]
async fn filters_pick_what_they_say() {
    let buildium = Buildium::start().await;
    let cases: &[(&str, &[i64])] = &[
        ("/v1/rentals?status=Active", &[1, 2]),
        ("/v1/rentals?status=InActive", &[3]),
        ("/v1/rentals?propertyids=1&propertyids=3", &[1, 3]),
        ("/v1/rentals?location=reno", &[3]),
        ("/v1/rentals?subtypes=SingleFamily&subtypes=Storage", &[2, 3]),
        ("/v1/rentals/units?propertyids=2", &[]),
        ("/v1/leases/tenants?propertyids=1", &[21, 22, 23]),
        ("/v1/leases/tenants?unitids=12", &[22, 23]),
        ("/v1/leases/tenants?unitids=12&leasetermstatuses=Future", &[22]),
        ("/v1/leases/tenants?name=chlo%C3%A9", &[23]),
        ("/v1/leases?leasestatuses=Active&leasestatuses=Future", &[31, 32, 33]),
        ("/v1/users?usertypes=Staff&status=Active", &[41, 42]),
        ("/v1/users?status=Inactive", &[43]),
        ("/v1/vendors?name=latchel", &[51]),
        ("/v1/vendors?status=Inactive", &[52]),
        ("/v1/propertygroups?propertyids=3", &[1]),
        ("/v1/propertygroups?propertyids=1", &[]),
        ("/v1/tasks?assignedtoid=41", &[71]),
        ("/v1/tasks?statuses=New&statuses=Deferred", &[73, 74]),
        ("/v1/tasks?type=Todo", &[72]),
        ("/v1/tasks?tasktitle=TAP", &[71]),
        ("/v1/tasks?entitytype=Rental&entityid=2", &[72, 74]),
        ("/v1/tasks?entitytype=Association&entityid=2", &[]),
        ("/v1/tasks?unitid=11", &[71]),
        ("/v1/workorders?taskids=71", &[81, 83]),
        ("/v1/workorders?assignedtoid=42", &[82]),
        ("/v1/workorders?entitytype=Rental&entityid=1", &[81, 83]),
        ("/v1/workorders?vendorids=52", &[82]),
        ("/v1/workorders?title=tap", &[81, 83]),
        // By its own status: the task's is InProgress.
        ("/v1/workorders?statuses=New", &[81]),
        ("/v1/workorders?statuses=InProgress", &[]),
    ];
    for (path, expected) in cases {
        assert_eq!(buildium.ids(&format!("{path}&orderby=Id")).await, *expected, "{path}");
    }
    for path in [
        "/v1/rentals?status=Inactive",
        "/v1/users?status=InActive",
        "/v1/rentals?propertyids=1,3",
        "/v1/workorders?statuses=Unknown",
        "/v1/tasks?entityid=2",
        "/v1/tasks?entitytype=rental&entityid=2",
    ] {
        assert_eq!(buildium.status(path).await, 400, "{path}");
    }
}

#[tokio::test]
async fn instants_and_dates_are_spelled_in_one_way_each() {
    let buildium = Buildium::start().await;
    for path in ["/v1/rentals", "/v1/rentals/units", "/v1/leases/tenants", "/v1/leases", "/v1/vendors"] {
        assert_eq!(buildium.status(&format!("{path}?lastupdatedfrom=2026-02-28T20:00:00Z")).await, 200);
        for wrong in
            ["2026-02-28", "2026-02-28T20:00:00", "2026-02-28T20:00:00%2B00:00", "2026-02-28T20:00:00.0Z"]
        {
            assert_eq!(
                buildium.status(&format!("{path}?lastupdatedfrom={wrong}")).await,
                400,
                "{path} {wrong}"
            );
        }
    }
    for path in ["/v1/tasks", "/v1/tasks/todorequests", "/v1/workorders"] {
        assert_eq!(buildium.status(&format!("{path}?lastupdatedfrom=2026-02-28")).await, 200);
        for wrong in ["2026-02-28T20:00:00Z", "2026-2-28", "28.02.2026", "2026-02-30"] {
            assert_eq!(
                buildium.status(&format!("{path}?lastupdatedto={wrong}")).await,
                400,
                "{path} {wrong}"
            );
        }
    }
    let created = "/v1/leases?createddatetimefrom=2026-03-02";
    assert_eq!(buildium.ids(&format!("{created}%2019:00:00")).await, [33]);
    assert_eq!(buildium.status(&format!("{created}T19:00:00Z")).await, 400);
}

#[tokio::test]
async fn both_ends_of_an_instant_filter_belong_to_it() {
    let buildium = Buildium::start().await;
    let at = "2026-03-01T18:00:00Z";
    assert_eq!(buildium.ids(&format!("/v1/rentals?lastupdatedfrom={at}")).await, [1]);
    assert_eq!(buildium.ids("/v1/rentals?lastupdatedfrom=2026-03-01T18:00:01Z").await, Vec::<i64>::new());
    assert_eq!(buildium.ids(&format!("/v1/rentals?lastupdatedto={at}&orderby=Id")).await, [1, 2, 3]);
}

#[tokio::test]
async fn days_are_cut_where_the_account_is() {
    // Task 71 was updated at 07:30 UTC on the 1st, which is still the evening of the 28th in Los Angeles.
    let buildium = Buildium::start().await;
    assert_eq!(buildium.ids("/v1/tasks?lastupdatedfrom=2026-03-01&orderby=Id").await, [73]);
    assert_eq!(buildium.ids("/v1/tasks?lastupdatedfrom=2026-02-28&orderby=Id").await, [71, 73]);

    let mut world = example();
    world.platform.account.date_filter_timezone = Some(chrono_tz::UTC);
    let buildium = Buildium::of(world).await;
    assert_eq!(buildium.ids("/v1/tasks?lastupdatedfrom=2026-03-01&orderby=Id").await, [71, 73]);
}
