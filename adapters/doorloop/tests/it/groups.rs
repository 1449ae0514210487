use latchel_sync_core::ErrorKind;
use latchel_sync_core::model::PropertyGroup;
use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use crate::far::{Far, oid};

/// Portfolios 7 and 8, of which each has these properties by the filter.
async fn far(seven: Value, eight: Value) -> Far {
    let far = Far::new().await;
    let portfolios = json!([{"id": oid(7), "name": "North"}, {"id": oid(8)}, {"name": "no id"}]);
    far.list("/api/portfolios", portfolios).await;
    far.list_for("/api/properties", &[("filter_group", &oid(7))], seven).await;
    far.list_for("/api/properties", &[("filter_group", &oid(8))], eight).await;
    far
}

fn properties(ids: &[u32]) -> Value {
    ids.iter().map(|id| json!({"id": oid(*id), "name": "Elm"})).collect()
}

#[tokio::test]
async fn a_portfolio_is_a_group_of_the_properties_that_its_filter_finds() {
    let far = far(properties(&[1, 2]), properties(&[])).await;
    let shown = |group: PropertyGroup| {
        let members: Vec<_> = group.properties.iter().map(|id| id.as_str().to_owned()).collect();
        (group.id.as_str().to_owned(), group.name, members)
    };
    let groups: Vec<_> =
        far.platform.property_groups().await.expect("groups").into_iter().map(shown).collect();
    let expected = [(oid(7), "North".to_owned(), vec![oid(1), oid(2)]), (oid(8), oid(8), Vec::new())];
    assert_eq!(groups, expected);
    assert_eq!(far.asked().await.len(), 3);
}

#[tokio::test]
async fn a_filter_that_is_ignored_excludes_nobody() {
    let far = far(properties(&[1, 2]), properties(&[1, 2])).await;
    let error = far.platform.property_groups().await.expect_err("each has all");
    assert_eq!(error.kind(), ErrorKind::Malformed);
}

#[tokio::test]
async fn without_the_list_of_portfolios_it_is_an_error() {
    let far = Far::new().await;
    far.answers("GET", "/api/portfolios", ResponseTemplate::new(405)).await;
    assert_eq!(far.platform.property_groups().await.expect_err("not allowed").kind(), ErrorKind::Forbidden);
}
