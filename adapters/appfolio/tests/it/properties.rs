use latchel_sync_core::ErrorKind;
use latchel_sync_core::model::{PropertyGroup, PropertyId, PropertyRef, UnitId};
use serde_json::{Value, json};
use wiremock::{Request, ResponseTemplate};

use crate::far::{Far, all, invalid, property, record, unit, window};

const HIDDEN: &str = "2026-03-01T18:00:00Z";

#[tokio::test]
async fn a_changed_property_brings_its_units_and_hides_them() {
    let far = Far::new().await;
    far.list("properties", json!([property("a1", json!(HIDDEN)), property("a2", Value::Null)])).await;
    far.list_for("units", &[("filters[PropertyId]", "a1,a2")], json!([unit("b1", "a1"), unit("b2", "a1")]))
        .await;
    far.list("units", json!([])).await;
    let rows = all(far.platform.properties(window())).await;
    let read: Vec<_> = rows.iter().map(|row| (record(row).id.key(), record(row).is_active)).collect();
    let expected = [("a1/b1", false), ("a1/b2", false), ("a2", true)].map(|(id, on)| (id.to_owned(), on));
    assert_eq!(read, expected);
    let first = record(&rows[0]);
    assert_eq!((first.name(), first.address.state.as_deref()), ("Elm a1, Unit b1".to_owned(), Some("OR")));
    assert_eq!(first.address.line2, None, "an empty text says nothing");
    let asked = far.asked().await;
    assert!(asked.iter().all(|one| one.contains("filters[IncludeHidden]=true")), "{asked:?}");
    assert_eq!(asked.len(), 3, "no call for a record");
}

#[tokio::test]
async fn a_changed_unit_comes_with_its_property_and_one_without_is_named() {
    let far = Far::new().await;
    far.list_for("properties", &[("filters[Id]", "a1,a9")], json!([property("a1", Value::Null)])).await;
    far.list("properties", json!([])).await;
    far.list("units", json!([unit("b1", "a1"), unit("b9", "a9")])).await;
    let rows = all(far.platform.properties(window())).await;
    assert_eq!(record(&rows[0]).id.key(), "a1/b1");
    assert_eq!(invalid(&rows[1]), ("a9/b9", "PropertyId"));
    assert_eq!((rows.len(), far.asked().await.len()), (2, 3));
}

#[tokio::test]
async fn units_with_an_address_of_their_own_have_it_and_one_that_is_hidden_is_inactive() {
    let far = Far::new().await;
    let mut own = unit("b1", "a1");
    own["Address1"] = json!("14 Elm Street");
    let mut hidden = unit("b2", "a1");
    hidden["HiddenAt"] = json!(HIDDEN);
    far.list_for("properties", &[("filters[Id]", "a1")], json!([property("a1", Value::Null)])).await;
    far.list_for("units", &[("filters[PropertyId]", "a1")], json!([own, hidden])).await;
    let refs = ["b1", "b2"].map(|unit| PropertyRef::new(PropertyId::new("a1"), Some(UnitId::new(unit))));
    let rows = far.platform.properties_by_id(&refs).await.expect("rows");
    let read: Vec<_> =
        rows.iter().map(|row| (record(row).address.line1.as_deref(), record(row).is_active)).collect();
    assert_eq!(read, [(Some("14 Elm Street"), true), (Some("12 Elm Street"), false)]);
}

#[tokio::test]
async fn an_odd_row_stays_alone_and_names_its_field() {
    let far = Far::new().await;
    let mut odd = property("a1", Value::Null);
    odd["HiddenAt"] = json!("yesterday");
    let nameless = json!({"Name": "Nobody"});
    far.list("properties", json!([odd, nameless, property("a2", Value::Null)])).await;
    let mut bad_unit = unit("b1", "a2");
    bad_unit["HiddenAt"] = json!({});
    far.list_for("units", &[("filters[PropertyId]", "a2")], json!([bad_unit])).await;
    far.list("units", json!([])).await;
    let rows = all(far.platform.properties(window())).await;
    assert_eq!(rows.len(), 3, "{rows:?}");
    assert_eq!(invalid(&rows[0]), ("a1", "HiddenAt"));
    assert!(invalid(&rows[1]).0.contains("without an id") && invalid(&rows[1]).1 == "Id");
    assert_eq!(invalid(&rows[2]), ("a2/b1", "HiddenAt"));
}

#[tokio::test]
async fn groups_are_what_properties_say_they_are_in() {
    let far = Far::new().await;
    let mut none = property("a3", Value::Null);
    none["PropertyGroupIds"] = Value::Null;
    far.list("properties", json!([property("a1", Value::Null), property("a2", Value::Null), none])).await;
    let groups = far.platform.property_groups().await.expect("groups");
    let [group] = groups.as_slice() else { panic!("{groups:?}") };
    assert_eq!((group.id.as_str(), group.name.as_str(), group.properties.len()), ("e1", "e1", 2));
}

/// Groups as `ID NAME: PROPERTIES`.
async fn groups(far: &Far) -> Vec<String> {
    let shown = |group: PropertyGroup| {
        let members: Vec<_> = group.properties.iter().map(|id| id.as_str()).collect();
        format!("{} {}: {}", group.id.as_str(), group.name, members.join(" "))
    };
    far.platform.property_groups().await.expect("groups").into_iter().map(shown).collect()
}

#[tokio::test]
async fn groups_have_names_and_properties_in_their_own_list() {
    let far = Far::new().await;
    let listed = json!([{"Id": "e1", "Name": "North", "PropertyIds": ["a1", "a2", null]}, {"Id": "e2", "PropertyIds": []},
        {"Name": "no id"}]);
    far.list("property_groups", listed).await;
    assert_eq!(groups(&far).await, ["e1 North: a1 a2", "e2 e2: "]);
    assert_eq!(far.asked().await.len(), 1, "no property is asked for its groups");
}

#[tokio::test]
async fn a_group_that_names_no_properties_has_those_that_name_it() {
    let far = Far::new().await;
    far.list("property_groups", json!([{"Id": "e1", "Name": "North"}])).await;
    far.list("properties", json!([property("a1", Value::Null)])).await;
    assert_eq!(groups(&far).await, ["e1 North: a1"]);
}

#[tokio::test]
async fn a_list_of_groups_is_asked_for_without_a_filter_too_and_an_outage_is_an_error() {
    let far = Far::new().await;
    let bare = |request: &Request| match request.url.query().unwrap_or_default().contains("filters") {
        true => ResponseTemplate::new(400),
        false => ResponseTemplate::new(200)
            .set_body_json(json!({"data": [{"Id": "e1", "Name": "North", "PropertyIds": ["a1"]}]})),
    };
    far.respond_for("property_groups", &[], bare).await;
    assert_eq!(groups(&far).await, ["e1 North: a1"]);
    let far = Far::new().await;
    far.answers("GET", "property_groups", ResponseTemplate::new(533)).await;
    assert_eq!(far.platform.property_groups().await.expect_err("night").kind(), ErrorKind::Paused);
}

#[tokio::test]
async fn many_ids_are_asked_for_in_few_calls_and_no_call_is_made_for_none() {
    let far = Far::new().await;
    far.list("properties", json!([])).await;
    far.list("units", json!([])).await;
    let refs: Vec<_> =
        (0..200).map(|n| PropertyRef::new(PropertyId::new(format!("{n:08x}")), None)).collect();
    assert!(far.platform.properties_by_id(&refs).await.expect("rows").is_empty());
    assert_eq!(far.asked().await.len(), 3);
    assert!(far.asked().await.iter().all(|one| one.len() < 4_096));
}
