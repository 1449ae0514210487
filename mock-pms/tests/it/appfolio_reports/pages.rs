//! Pages of a report, and its two shapes.

use axum::http::Method;
use mock_pms::{GenerateSpec, Options, Switch, World};
use serde_json::{Value, json};

use super::{KEY, Reports, column, path};
use crate::client::JSON;

async fn large(quirks: &[(&str, Switch)]) -> Reports {
    let now = "2026-03-02T15:00:00Z".parse().expect("a time");
    let mut world = World::generate(&GenerateSpec { units: 120, seed: 3, now });
    let named = quirks.iter().map(|(name, switch)| ((*name).to_owned(), *switch));
    world.platform.account.quirks.extend(named);
    Reports::of(world, Options::unlimited()).await
}

/// Rows of all pages, and the addresses of the later ones.
async fn walk(server: &Reports, report: &str, body: &Value) -> (Vec<Value>, Vec<String>) {
    let mut page = server.post(&path(report), body).await.json();
    let (mut rows, mut links) = (Vec::new(), Vec::new());
    loop {
        let some = page["results"].as_array().expect("rows");
        assert!(!some.is_empty() && some.len() <= 25);
        rows.extend(some.iter().cloned());
        let Some(next) = page["next_page_url"].as_str().map(ToOwned::to_owned) else { return (rows, links) };
        let relative = next.strip_prefix(server.0.platform_url()).unwrap_or(&next).to_owned();
        page = server.post(&relative, &json!({})).await.json();
        links.push(next);
    }
}

#[tokio::test]
async fn pages_are_linked_by_the_host_or_without_it_and_keep_the_filters() {
    for switch in [Switch::On, Switch::Off] {
        let server = large(&[("short-pages", Switch::On), ("relative-next-page", switch)]).await;
        let filter = json!({ "unit_visibility": "all", "columns": ["unit_id", "unit_name"] });
        let (rows, links) = walk(&server, "unit_directory", &filter).await;
        let units =
            server.0.read(|world| world.platform.units.iter().map(|unit| json!(unit.id)).collect::<Vec<_>>());
        assert!(links.len() > 2);
        assert_eq!(column(&rows, "unit_id"), units);
        assert!(rows.iter().all(|row| row.as_object().is_some_and(|row| row.len() == 2)), "{rows:?}");
        assert!(links.iter().all(|link| link.starts_with('/') == (switch == Switch::On)), "{links:?}");
    }
}

#[tokio::test]
async fn a_later_page_is_there_for_a_post_without_parameters_alone() {
    let server = large(&[("short-pages", Switch::On)]).await;
    let next = server.post(&path("unit_directory"), &json!({})).await.json()["next_page_url"].clone();
    let next = next.as_str().expect("a second page");
    let got = server.ask(Method::GET, next, &[KEY, JSON], "{}".to_owned()).await;
    assert_eq!((got.status, got.text().as_str()), (404, ""));
    assert_eq!(server.post(next, &json!({ "unit_visibility": "all" })).await.status, 400);
    assert_eq!(server.post(next, &json!({})).await.status, 200);
    let lost = format!("{}?page=1", path("unit_directory"));
    assert_eq!(server.post(&lost, &json!({})).await.status, 404);
}

#[tokio::test]
async fn a_page_has_five_thousand_rows() {
    let server = large(&[]).await;
    server.0.edit(|world| {
        let unit = world.platform.units.iter().next().cloned().expect("a unit");
        let more = 5_001 - world.platform.units.len() as i64;
        (0..more)
            .for_each(|at| drop(world.insert(mock_pms::world::Unit { id: 70_000 + at, ..unit.clone() })));
    });
    let all = json!({ "unit_visibility": "all" });
    let page = server.post(&path("unit_directory"), &all).await.json();
    assert_eq!(page["results"].as_array().map(Vec::len), Some(5_000));
    let last = server.post(page["next_page_url"].as_str().expect("a link"), &json!({})).await.json();
    assert_eq!((last["results"].as_array().map(Vec::len), &last["next_page_url"]), (Some(1), &Value::Null));
}

#[tokio::test]
async fn a_bare_array_has_all_rows() {
    let bare = large(&[("bare-arrays", Switch::On), ("short-pages", Switch::On)]).await;
    let wrapped = large(&[]).await;
    let rows = wrapped.all("unit_directory").await;
    assert!(rows.len() > 25);
    assert_eq!(bare.post(&path("unit_directory"), &json!({})).await.json(), json!(rows));
    let asked = wrapped.post(&path("unit_directory"), &json!({ "paginate_results": false })).await;
    assert_eq!(asked.json(), json!(rows));
}
