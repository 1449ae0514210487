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
    assert_eq!(far.asked().await.len(), 4);
}

/// Portfolios with these ids, where the filter is ignored.
async fn deaf(portfolios: &[u32], properties: Value) -> Far {
    let far = Far::new().await;
    let rows = portfolios.iter().map(|id| json!({"id": oid(*id), "name": "North"})).collect();
    far.list("/api/portfolios", rows).await;
    far.list("/api/properties", properties).await;
    far
}

#[tokio::test]
async fn a_filter_that_is_ignored_excludes_nobody_however_many_portfolios_there_are() {
    for portfolios in [&[7][..], &[7, 8]] {
        let far = deaf(portfolios, properties(&[1, 2])).await;
        let error = far.platform.property_groups().await.expect_err("each has all");
        assert_eq!(error.kind(), ErrorKind::Malformed, "{portfolios:?}");
    }
    assert!(deaf(&[], properties(&[1])).await.platform.property_groups().await.expect("none").is_empty());
    let empty = deaf(&[7], properties(&[])).await.platform.property_groups().await.expect("one");
    assert!(empty.len() == 1 && empty[0].properties.is_empty(), "{empty:?}");
}

#[tokio::test]
async fn a_portfolio_may_have_every_property_and_an_unknown_one_may_be_refused() {
    let nobodys = [("filter_group", "000000000000000000000000")];
    for (status, kind) in [(200, None), (404, None), (422, None), (405, Some(ErrorKind::Forbidden))] {
        let far = far(properties(&[1, 2]), properties(&[1, 2])).await;
        let answer = ResponseTemplate::new(status).set_body_json(json!({"total": 0, "data": []}));
        far.respond_for("/api/properties", &nobodys, answer).await;
        match far.platform.property_groups().await {
            Ok(groups) => {
                assert_eq!(kind, None, "{status}");
                assert!(groups.iter().all(|group| group.properties.len() == 2), "{groups:?}");
            }
            Err(error) => assert_eq!(Some(error.kind()), kind, "{status}"),
        }
    }
}

#[tokio::test]
async fn without_the_list_of_portfolios_it_is_an_error() {
    let far = Far::new().await;
    far.answers("GET", "/api/portfolios", ResponseTemplate::new(405)).await;
    assert_eq!(far.platform.property_groups().await.expect_err("not allowed").kind(), ErrorKind::Forbidden);
}
