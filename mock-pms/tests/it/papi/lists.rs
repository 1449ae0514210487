//! Pages: ten rows, a link that forgets, and an order that nobody can rely on.

use std::collections::HashSet;

use mock_pms::Switch;
use serde_json::Value;

use super::{Far, large, switched};

#[tokio::test]
async fn a_page_has_ten_rows_whatever_is_asked() {
    let far = Far::of(large()).await;
    for list in ["/properties", "/tenants"] {
        for query in ["", "?page=1", "?per_page=100", "?limit=500", "?page=0", "?page=first", "?page="] {
            let page = far.one(&format!("{list}{query}")).await;
            assert_eq!(page["data"].as_array().map(Vec::len), Some(10), "{list}{query}");
            let next = page["links"]["next"].as_str().expect("another page");
            assert!(next.ends_with(&format!("/v1{list}?page=2")), "{next}");
        }
    }
}

#[tokio::test]
async fn beyond_the_last_page_there_is_nothing() {
    let far = Far::of(large()).await;
    let page = far.one("/properties?page=1000").await;
    assert_eq!((&page["data"], &page["links"]["next"]), (&Value::Array(Vec::new()), &Value::Null));
    assert!(page.get("meta").is_none());
}

#[tokio::test]
async fn who_asks_for_a_filter_that_is_not_there_gets_everything() {
    let far = Far::start().await;
    let all = far.ids("/properties").await.len();
    assert_eq!(far.ids("/properties?ref_property_id=1&is_active=1").await.len(), all);
    assert_eq!(far.ids("/jobs?property_id=99&ref_job_id=1&Updated_At_Start_Date=2099-01-01").await, [701]);
}

#[tokio::test]
async fn a_walk_repeats_rows_and_misses_as_many() {
    let far = Far::of(large()).await;
    let all = far.server.read(|world| world.latchel.properties.len());
    let (mut repeated, mut walks) = (0, HashSet::new());
    for _ in 0..10 {
        let walk = far.walk("/properties?").await;
        assert_eq!(walk.len(), all);
        repeated += all - walk.iter().collect::<HashSet<_>>().len();
        walks.insert(walk);
    }
    let share = repeated as f64 / (10 * all) as f64;
    assert!((0.03..0.07).contains(&share), "{share}");
    assert_eq!(walks.len(), 10);
}

#[tokio::test]
async fn the_same_walk_goes_the_same_way_in_another_mock() {
    let (one, other) = (Far::of(large()).await, Far::of(large()).await);
    assert_eq!(one.walk("/properties?").await, other.walk("/properties?").await);
}

#[tokio::test]
async fn a_list_that_fits_a_page_is_whole_in_any_order() {
    let far = Far::of(large()).await;
    far.server.edit(|world| {
        let ids: Vec<_> = world.latchel.jobs.iter().map(|job| job.id).skip(10).collect();
        ids.into_iter().for_each(|id| drop(world.latchel.jobs.remove(id)));
    });
    let mut orders = HashSet::new();
    for _ in 0..5 {
        let mut page = far.ids("/jobs").await;
        orders.insert(page.clone());
        page.sort_unstable();
        page.dedup();
        assert_eq!(page.len(), 10);
    }
    assert!(orders.len() > 1);
}

#[tokio::test]
async fn a_stable_order_can_be_had() {
    let far = Far::of(switched(large(), "unstable-order", Switch::Off)).await;
    let walk = far.walk("/tenants?").await;
    assert!(walk.is_sorted() && walk.len() > 40, "{walk:?}");
    assert_eq!(walk.iter().collect::<HashSet<_>>().len(), walk.len());
}

#[tokio::test]
async fn who_follows_the_link_loses_the_filter() {
    let mut world = switched(large(), "unstable-order", Switch::Off);
    let old = "2020-01-01T00:00:00Z".parse().expect("an instant");
    let last = world.latchel.jobs.iter().last().cloned().expect("a job");
    for _ in 0..30 {
        let id = world.next_id::<mock_pms::world::Job>();
        world.insert(mock_pms::world::Job { id, updated_at: old, ..last.clone() }).expect("a job");
    }
    let recent = "/jobs?updated_at_start_date=2026-02-01&";
    let far = Far::of(world.clone()).await;
    let wanted = far.walk(recent).await.len();
    assert!(wanted > 10 && wanted < 30, "{wanted}");
    let next = far.one(recent).await["links"]["next"].as_str().expect("a second page").to_owned();
    let followed = far.ids(next.rsplit_once("/v1").expect("a path").1).await;
    assert_eq!(followed, far.ids("/jobs?page=2").await);
    assert_ne!(followed, far.ids(&format!("{recent}page=2")).await);
    let far = Far::of(switched(world, "forgetful-links", Switch::Off)).await;
    let next = far.one(recent).await["links"]["next"].as_str().expect("a second page").to_owned();
    assert!(next.contains("updated_at_start_date=2026-02-01&page=2"), "{next}");
}
