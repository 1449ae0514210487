use std::collections::HashSet;

use latchel_sync_core::model::{PropertyId, PropertyRef, Row, UnitId};
use serde_json::{Value, json};

use crate::far::{Far, all, invalid, record, rental, unit, window};

fn key(row: &Row<latchel_sync_core::model::Property>) -> String {
    record(row).id.key()
}

#[tokio::test]
async fn a_rental_is_its_units_or_itself_and_its_units_are_as_active_as_it_is() {
    let far = Far::new().await;
    far.list_for(
        "/v1/rentals",
        &[("lastupdatedfrom", "2026-03-01T05:30:15Z")],
        json!([rental(1, false), rental(2, true)]),
    )
    .await;
    far.list_for("/v1/rentals/units", &[("propertyids", "1")], json!([unit(11, 1), unit(12, 1)])).await;
    far.list_for("/v1/rentals/units", &[("lastupdatedfrom", "2026-03-01T05:30:15Z")], json!([])).await;
    let rows = all(far.platform.properties(window())).await;
    let read: Vec<_> = rows.iter().map(|row| (key(row), record(row).is_active, record(row).name())).collect();
    assert_eq!(
        read,
        [
            ("1/11".to_owned(), false, "Elm 1, 11A".to_owned()),
            ("1/12".to_owned(), false, "Elm 1, 12A".to_owned()),
            ("2".to_owned(), true, "Elm 2".to_owned()),
        ]
    );
    let address = &record(&rows[0]).address;
    assert_eq!((address.line1.as_deref(), address.line2.as_deref()), (Some("12 Elm Street"), None));
    assert_eq!((address.state.as_deref(), address.postal_code.as_deref()), (Some("OR"), Some("97201")));
}

#[tokio::test]
async fn a_changed_unit_comes_with_its_rental_though_that_did_not_change() {
    let far = Far::new().await;
    far.list_for("/v1/rentals", &[("propertyids", "1")], json!([rental(1, true)])).await;
    far.list_for("/v1/rentals", &[("lastupdatedfrom", "2026-03-01T05:30:15Z")], json!([])).await;
    far.list("/v1/rentals/units", json!([unit(11, 1)])).await;
    let rows = all(far.platform.properties(window())).await;
    assert_eq!(rows.iter().map(key).collect::<Vec<_>>(), ["1/11"]);
    assert!(record(&rows[0]).is_active);
}

#[tokio::test]
async fn neither_a_total_that_is_wrong_nor_a_row_that_comes_twice_loses_a_row() {
    for (total, twice) in [("1", false), ("99999", false), ("1200", true)] {
        let far = Far::new().await;
        let rentals: Vec<Value> = (1..=1_200).map(|id| rental(id, true)).collect();
        let answer = move |request: &wiremock::Request| {
            let offset = request.url.query_pairs().find(|(name, _)| name == "offset").map(|(_, value)| value);
            let offset: usize = offset.and_then(|offset| offset.parse().ok()).unwrap_or_default();
            let mut page: Vec<_> = rentals.iter().skip(offset).take(1_000).collect();
            if twice {
                page.extend(page.first().copied());
            }
            wiremock::ResponseTemplate::new(200).insert_header("X-Total-Count", total).set_body_json(page)
        };
        wiremock::Mock::given(wiremock::matchers::path("/v1/rentals"))
            .respond_with(answer)
            .mount(&far.server)
            .await;
        far.list("/v1/rentals/units", json!([])).await;
        let read: HashSet<_> = all(far.platform.properties(window())).await.iter().map(key).collect();
        assert_eq!(read.len(), 1_200, "a total of {total}, a row twice: {twice}");
    }
}

#[tokio::test]
async fn pages_are_ordered_by_id_and_read_until_the_total() {
    let far = Far::new().await;
    let rentals: Vec<Value> = (1..=1_500).map(|id| rental(id, true)).collect();
    far.list("/v1/rentals", json!(rentals)).await;
    far.list("/v1/rentals/units", json!([])).await;
    let rows = all(far.platform.properties(window())).await;
    assert_eq!(rows.len(), 1_500);
    let asked = far.asked().await;
    let lists: Vec<_> = asked.iter().filter(|one| one.starts_with("GET /v1/rentals?last")).collect();
    assert_eq!(lists.len(), 2, "{lists:#?}");
    assert!(
        lists.iter().all(|one| one.contains("orderby=Id+asc") && one.contains("limit=1000")),
        "{lists:#?}"
    );
    assert!(lists[1].contains("offset=1000"), "{lists:#?}");
    let longest = asked.iter().filter_map(|one| one.split_once('?')).map(|(_, query)| query.len()).max();
    assert!(longest < Some(4_096), "Buildium answers a longer query with a 500: {longest:?}");
}

#[tokio::test]
async fn a_row_that_cannot_be_read_names_its_field_and_fails_alone() {
    let far = Far::new().await;
    let mut bad = rental(1, true);
    bad["IsActive"] = json!("maybe");
    let mut bad_unit = unit(21, 2);
    bad_unit["Id"] = json!("of old");
    far.list("/v1/rentals", json!([bad, rental(2, true)])).await;
    far.list("/v1/rentals/units", json!([unit(22, 2), bad_unit])).await;
    let rows = all(far.platform.properties(window())).await;
    assert_eq!(invalid(&rows[0]), ("1", "IsActive"));
    assert_eq!(key(&rows[1]), "2/22");
    assert_eq!(invalid(&rows[2]).1, "Id");
}

#[tokio::test]
async fn a_rental_whose_only_unit_cannot_be_read_is_not_taken_for_one_without_units() {
    for (broken, expected) in [("Id", 1), ("PropertyId", 2)] {
        let far = Far::new().await;
        let mut bad = unit(11, 1);
        bad[broken] = json!({});
        far.list("/v1/rentals", json!([rental(1, true)])).await;
        far.list_for("/v1/rentals/units", &[("propertyids", "1")], json!([bad])).await;
        far.list("/v1/rentals/units", json!([])).await;
        let rows = all(far.platform.properties(window())).await;
        assert_eq!(rows.len(), expected, "{broken}");
        let named: Vec<_> = rows.iter().map(invalid).collect();
        assert!(named.iter().all(|(_, field)| *field == broken), "{named:?}");
    }
}

#[tokio::test]
async fn one_that_is_asked_for_by_id_comes_as_the_unit_that_was_asked_for() {
    let far = Far::new().await;
    far.list_for("/v1/rentals", &[("propertyids", "1")], json!([rental(1, true)])).await;
    far.list("/v1/rentals/units", json!([unit(11, 1), unit(12, 1)])).await;
    let one = |unit: Option<&str>| PropertyRef::new(PropertyId::new("1"), unit.map(UnitId::new));
    let rows = far.platform.properties_by_id(&[one(Some("12"))]).await.expect("rows");
    assert_eq!(rows.iter().map(key).collect::<Vec<_>>(), ["1/12"]);
    let rows = far.platform.properties_by_id(&[one(None)]).await.expect("rows");
    assert_eq!(rows.iter().map(key).collect::<Vec<_>>(), ["1/11", "1/12"], "it has units since");
    let rows = far.platform.properties_by_id(&[one(Some("99"))]).await.expect("rows");
    assert_eq!(rows, []);
}

#[tokio::test]
async fn groups_come_with_their_properties() {
    let far = Far::new().await;
    let group = json!({"Id": 5, "Name": "North", "Description": "",
        "Properties": [{"Id": 1, "Type": "Rental", "Href": ""}], "CreatedByUserId": 1});
    far.list("/v1/propertygroups", json!([group])).await;
    let groups = far.platform.property_groups().await.expect("groups");
    assert_eq!((groups[0].id.as_str(), groups[0].name.as_str()), ("5", "North"));
    assert_eq!(groups[0].properties, [PropertyId::new("1")]);
}
