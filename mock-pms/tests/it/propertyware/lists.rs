//! Paging, sorting and filters.

use mock_pms::{GenerateSpec, World};
use serde_json::Value;

use super::{Propertyware, faults};

const LISTS: [&str; 7] =
    ["/buildings", "/units", "/contacts", "/leases", "/portfolios", "/vendors", "/workorders"];

fn large() -> World {
    let now = "2026-03-02T20:00:00Z".parse().expect("a time");
    World::generate(&GenerateSpec { units: 700, seed: 5, now })
}

#[tokio::test]
async fn every_record_is_as_the_specification_has_it() {
    let propertyware = Propertyware::of(large()).await;
    for list in LISTS {
        let ids = propertyware.ids(&format!("{list}?orderby=id asc&limit=500").replace(' ', "%20")).await;
        assert!(!ids.is_empty(), "{list}");
        for id in ids.iter().take(5) {
            assert_eq!(propertyware.one(&format!("{list}/{id}")).await["id"], *id);
        }
        let reply = propertyware.get(&format!("{list}/999999999999999999")).await;
        assert_eq!(reply.status, 404, "{list}");
        assert_eq!(propertyware.get(&format!("{list}/abc")).await.body, Value::Null);
    }
}

#[tokio::test]
async fn the_total_is_true_on_full_pages_and_the_rows_of_the_last() {
    let propertyware = Propertyware::of(large()).await;
    let all = propertyware.server.read(|world| world.platform.units.len());
    assert!(all > 500);
    let mut seen = Vec::new();
    // More than 500 cannot be had at once.
    for (offset, rows, said) in [(0, 500, all), (500, all - 500, all - 500), (all, 0, 0)] {
        let reply = propertyware
            .get(&format!("/units?includeDeactivated=true&orderby=id%20asc&limit=5000&offset={offset}"))
            .await;
        assert_eq!(reply.header("x-total-count").and_then(|text| text.parse().ok()), Some(said));
        let page = reply.good();
        assert_eq!(page.as_array().map(Vec::len), Some(rows));
        seen.extend(page.as_array().into_iter().flatten().filter_map(|row| row["id"].as_i64()));
    }
    assert!(seen.is_sorted() && seen.len() == all);
    assert_eq!(propertyware.ids("/contacts").await.len(), 100, "by default");
}

#[tokio::test]
async fn without_an_order_each_page_has_another_one() {
    let propertyware = Propertyware::of(large()).await;
    let first = propertyware.ids("/units?limit=500").await;
    assert_ne!(first, propertyware.ids("/units?limit=500").await);
    let down = propertyware.ids("/units?limit=500&orderby=id%20desc").await;
    assert!(down.is_sorted_by(|a, b| a > b));
    assert_eq!(faults(&propertyware.get("/units?orderby=colour").await), ["orderby"]);
}

#[tokio::test]
async fn the_filter_by_change_is_exact_and_takes_instants_with_a_zone() {
    let propertyware = Propertyware::start().await;
    let since = |at: &str| format!("/workorders?orderby=id%20asc&lastModifiedDateTimeStart={at}");
    assert_eq!(propertyware.ids(&since("2026-03-01T07:30:00Z")).await, [81, 83]);
    assert_eq!(propertyware.ids(&since("2026-03-01T07:30:01Z")).await, [83]);
    assert_eq!(propertyware.ids(&since("2026-03-01T01:30:01-06:00")).await, [83]);
    let until = "/workorders?lastModifiedDateTimeEnd=2026-02-27T18:00:00Z";
    assert_eq!(propertyware.ids(until).await, [82]);
    for bad in ["2026-03-01", "2026-03-01T07:30:00", "yesterday"] {
        let reply = propertyware.get(&since(bad)).await;
        assert_eq!((reply.status, &reply.body), (400, &Value::Null), "{bad}");
    }
}

#[tokio::test]
async fn what_is_no_parameter_or_no_value_of_one_is_refused() {
    let propertyware = Propertyware::start().await;
    for list in LISTS {
        assert_eq!(faults(&propertyware.get(&format!("{list}?anything=1")).await), ["anything"]);
        for query in ["limit=x", "offset=-1"] {
            assert_eq!(propertyware.get(&format!("{list}?{query}")).await.body, Value::Null);
        }
        assert_eq!(faults(&propertyware.get(&format!("{list}?limit=0")).await), ["limit"]);
    }
    assert_eq!(faults(&propertyware.get("/contacts?type=GHOST").await), ["type"]);
    assert_eq!(faults(&propertyware.get("/workorders?priority=URGENT").await), ["priority"]);
    assert_eq!(propertyware.status("/leases?moveInDateStart=2026-01-01").await, 501, "known, not imitated");
}

#[tokio::test]
async fn lists_are_narrowed_by_their_own_filters() {
    let propertyware = Propertyware::start().await;
    for (query, ids) in [
        ("/units?orderby=id%20asc&buildingID=1", &[11, 12][..]),
        ("/buildings?leaseID=32", &[2]),
        ("/buildings?includeDeactivated=true&portfolioID=1", &[3]),
        ("/leases?buildingID=2", &[32]),
        ("/leases?unitID=2", &[32]),
        ("/leases?status=Terminated&unitID=12", &[34]),
        ("/contacts?type=OWNER", &[]),
        ("/vendors?active=false", &[52]),
        ("/workorders?orderby=id%20asc&status=In%20Progress", &[81, 83]),
        ("/workorders?buildingID=2", &[82]),
    ] {
        assert_eq!(propertyware.ids(query).await, ids, "{query}");
    }
}
