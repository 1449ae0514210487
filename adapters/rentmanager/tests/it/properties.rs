use latchel_sync_core::model::{Freshness, PropertyRef};
use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use crate::far::{SINCE, all, invalid, logged_in, property, record, unit, window};

#[tokio::test]
async fn a_changed_property_brings_its_units_and_a_changed_unit_its_property() {
    let far = logged_in(json!({})).await;
    far.list("Properties", json!([property(1, true), property(2, false)])).await;
    far.list("Units", json!([unit(11, 1), unit(12, 1)])).await;
    let rows = all(far.platform.properties(window())).await;
    let keys: Vec<_> = rows.iter().map(|row| record(row).id.key()).collect();
    assert_eq!(keys, ["1/11", "1/12", "2", "1/11", "1/12"]);
    let first = record(&rows[0]);
    assert_eq!((first.property_name.as_str(), first.unit_name.as_deref()), ("Elm 1", Some("11A")));
    assert_eq!(first.address.line1.as_deref(), Some("12 Elm Street"));
    assert_eq!(first.address.line2.as_deref(), Some("Unit A"));
    assert_eq!(first.address.state.as_deref(), Some("OR"));
    let updated_at = "2026-03-01T19:00:00Z".parse().ok();
    assert_eq!(first.freshness, Freshness::Stamped { created_at: None, updated_at }, "the later of the two");
    assert!(first.is_active && !record(&rows[2]).is_active);
    assert_eq!(
        far.asked().await,
        [
            format!("GET Properties?{SINCE}"),
            "GET Units?PropertyID,in,(1,2)".to_owned(),
            format!("GET Units?{SINCE}"),
            "GET Properties?PropertyID,eq,1".to_owned(),
        ]
    );
    let requests = far.server.received_requests().await.expect("recording");
    let list = requests.iter().find(|one| one.url.path() == "/Properties").expect("the list");
    let asked: Vec<_> = list.url.query_pairs().filter(|(name, _)| name != "filters").collect();
    let asked: Vec<_> = asked.iter().map(|(name, value)| format!("{name}={value}")).collect();
    assert_eq!(
        asked,
        [
            "fields=PropertyID,Name,ShortName,IsActive,UpdateDate,Addresses",
            "embeds=Addresses",
            "pagenumber=1",
            "pagesize=1000"
        ]
    );
}

#[tokio::test]
async fn the_units_of_many_properties_are_one_list() {
    let far = logged_in(json!({})).await;
    let properties: Vec<Value> = (1..=20).map(|id| property(id, true)).collect();
    far.list("Properties", json!(properties)).await;
    far.list("Units", json!([unit(21, 7)])).await;
    let rows = all(far.platform.properties(window())).await;
    assert!(rows.iter().any(|row| record(row).id.key() == "7/21"));
    let asked = far.asked().await;
    let ids: Vec<_> = (1..=20).map(|id| id.to_string()).collect();
    assert_eq!(asked[1], format!("GET Units?PropertyID,in,({})", ids.join(",")));
    assert_eq!(asked.len(), 4, "{asked:?}");
}

#[tokio::test]
async fn a_filter_of_several_values_that_is_refused_or_finds_nothing_is_spelled_otherwise() {
    let refusal = ResponseTemplate::new(400).set_body_json(json!({"Message": "The request is invalid."}));
    for answer in [refusal, ResponseTemplate::new(204)] {
        let far = logged_in(json!({})).await;
        far.list("Properties", json!([property(1, true), property(2, true)])).await;
        far.respond_for("Units", &[("filters", "PropertyID,in,(1,2)")], answer).await;
        far.list("Units", json!([unit(11, 1), unit(21, 2)])).await;
        let rows = all(far.platform.properties(window())).await;
        let keys: Vec<_> = rows[..2].iter().map(|row| record(row).id.key()).collect();
        assert_eq!(keys, ["1/11", "2/21"], "no property passes for one without units");
        let before = far.asked().await.len();
        all(far.platform.properties(window())).await;
        let asked = far.asked().await.split_off(before);
        assert!(asked.contains(&"GET Units?PropertyID,eq,2".to_owned()), "{asked:?}");
        assert!(!asked.iter().any(|one| one.contains(",in,")), "it is tried once: {asked:?}");
    }
}

#[tokio::test]
async fn a_long_list_is_read_page_by_page() {
    let far = logged_in(json!({})).await;
    let properties: Vec<Value> = (1..=2_000).map(|id| property(id, true)).collect();
    far.list("Properties", json!(properties)).await;
    far.list("Units", json!([])).await;
    assert_eq!(all(far.platform.properties(window())).await.len(), 2_000);
    let lists = far.asked().await.into_iter().filter(|one| one.starts_with("GET Properties")).count();
    assert_eq!(lists, 3, "whatever the total says, nobody knows what is behind a full page");
}

#[tokio::test]
async fn a_row_that_cannot_be_read_stays_alone_and_names_its_field() {
    let far = logged_in(json!({})).await;
    let mut bad = property(1, true);
    bad["IsActive"] = json!("maybe");
    far.list("Properties", json!([bad, property(2, true), property(3, true)])).await;
    let mut odd = unit(21, 2);
    odd["UnitID"] = json!("new");
    let mut stray = unit(31, 3);
    stray["PropertyID"] = json!({});
    far.list("Units", json!([odd, stray])).await;
    let rows = all(far.platform.properties(window())).await;
    assert_eq!(invalid(&rows[0]), ("1", "IsActive"));
    assert!(rows.iter().any(|row| matches!(row, latchel_sync_core::model::Row::Invalid(one)
        if one.id.starts_with("?unit") && one.field == "UnitID")));
    let third =
        rows.iter().find(|row| matches!(row, latchel_sync_core::model::Row::Invalid(one) if one.id == "3"));
    assert_eq!(invalid(third.expect("the property whose unit it may be")).1, "PropertyID");
}

#[tokio::test]
async fn an_address_may_lack_what_it_likes() {
    let far = logged_in(json!({})).await;
    let mut bare = property(1, true);
    bare["Addresses"] =
        json!([{"Street": "1 Old Road"}, {"Street": " \r\n 7 New Road ", "State": "", "IsPrimary": true}]);
    let mut in_lines = property(3, true);
    in_lines["Addresses"] = json!([{"Street": "", "Street1": "9 Elm Street", "Street2": "Unit B"}]);
    let mut none = property(2, true);
    none.as_object_mut().expect("a record").remove("Addresses");
    far.list("Properties", json!([bare, none, in_lines])).await;
    far.list("Units", json!([])).await;
    let rows = all(far.platform.properties(window())).await;
    let address = &record(&rows[0]).address;
    assert_eq!(
        (address.line1.as_deref(), &address.line2, &address.state),
        (Some("7 New Road"), &None, &None)
    );
    assert_eq!(record(&rows[1]).address.line1, None);
    let address = &record(&rows[2]).address;
    assert_eq!((address.line1.as_deref(), address.line2.as_deref()), (Some("9 Elm Street"), Some("Unit B")));
}

#[tokio::test]
async fn what_is_asked_for_by_id_is_what_comes() {
    let far = logged_in(json!({})).await;
    far.list("Properties", json!([property(1, true), property(2, true)])).await;
    far.list("Units", json!([unit(11, 1), unit(12, 1)])).await;
    let ids = ["1/12", "2", "9"].map(PropertyRef::from_key);
    let found = far.platform.properties_by_id(&ids).await.expect("rows");
    let keys: Vec<_> = found.iter().map(|row| record(row).id.key()).collect();
    assert_eq!(keys, ["1/12", "2"]);
    assert!(far.platform.properties_by_id(&[]).await.expect("none").is_empty());
}
