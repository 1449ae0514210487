use chrono::{DateTime, Utc};
use latchel_sync_core::model::*;
use serde_json::json;

use crate::far::{Far, all, far, invalid, property, record, serve, unit, window};

fn named(id: &str) -> PropertyRef {
    PropertyRef::from_key(id)
}

fn entered(freshness: &Freshness) -> Option<DateTime<Utc>> {
    match freshness {
        Freshness::Fingerprint { at_least, .. } => *at_least,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn units_stand_for_their_property_and_a_property_without_any_for_itself() {
    let mut elsewhere = unit(12, 1);
    for (column, value) in [("unit_street", "3 Side Lane"), ("unit_street2", ""), ("unit_city", "Reno")] {
        elsewhere[column] = json!(value);
    }
    let mut bare = unit(13, 1);
    bare["unit_street"] = json!(null);
    let far = far(&[
        ("property_directory", json!([property(1), property(2)])),
        ("unit_directory", json!([unit(11, 1), elsewhere, bare])),
    ])
    .await;
    let rows = all(far.platform.properties(window())).await;
    let found: Vec<_> = rows.iter().map(record).collect();
    let told: Vec<_> = found.iter().map(|one| (one.id.key(), one.name(), one.address.one_line())).collect();
    let line = |id: &str, name: &str, line: &str| (id.to_owned(), name.to_owned(), line.to_owned());
    assert_eq!(
        told,
        [
            line("1/11", "Elm 1, 11A", "12 Elm Street, Unit 11, Portland, OR, 97201"),
            line("1/12", "Elm 1, 12A", "3 Side Lane, Reno, OR, 97201"),
            line("1/13", "Elm 1, 13A", "12 Elm Street, Portland, OR, 97201"),
            line("2", "Elm 2", "12 Elm Street, Portland, OR, 97201"),
        ]
    );
    // The end of the day in the account's zone.
    assert_eq!(entered(&found[0].freshness), "2026-02-28T07:59:59Z".parse().ok());
    assert!(found.iter().all(|one| one.is_active));
}

#[tokio::test]
async fn what_is_hidden_is_inactive_where_it_is_listed_and_a_unit_goes_with_its_property() {
    for hidden in ["Hidden", "inactive"] {
        let (mut tower, mut flat) = (property(1), unit(21, 2));
        tower["visibility"] = json!(hidden);
        flat["visibility"] = json!(hidden);
        let units = json!([unit(11, 1), flat, unit(22, 2), unit(31, 3)]);
        let properties = json!([tower, property(2)]);
        let far = far(&[("property_directory", properties), ("unit_directory", units)]).await;
        let rows = all(far.platform.properties(window())).await;
        let told: Vec<_> = rows.iter().map(|row| (record(row).id.key(), record(row).is_active)).collect();
        let unit = |id: &str, is_active| (id.to_owned(), is_active);
        assert_eq!(told, [unit("1/11", false), unit("2/21", false), unit("2/22", true)], "3 is not listed");
    }
}

#[tokio::test]
async fn a_fingerprint_moves_with_what_is_read_and_with_nothing_else() {
    let of = async |change: fn(&mut serde_json::Value)| {
        let mut one = unit(11, 1);
        change(&mut one);
        let far =
            far(&[("property_directory", json!([property(1)])), ("unit_directory", json!([one]))]).await;
        record(&all(far.platform.properties(window())).await[0]).freshness.fingerprint().cloned()
    };
    let before = of(|_| {}).await;
    assert_eq!(of(|one| one["market_rent"] = json!("2,000.00")).await, before);
    for changed in [
        of(|one| one["unit_name"] = json!("B")).await,
        of(|one| one["visibility"] = json!("Hidden")).await,
        of(|one| one["unit_zip"] = json!("97202")).await,
    ] {
        assert_ne!(changed, before);
    }
}

#[tokio::test]
async fn rows_that_sum_others_up_are_left_out_and_bad_ones_stay_alone() {
    let mut total = property(7);
    (total["property_id"], total["property_city"]) = (json!(null), json!("*"));
    let mut several = property(3);
    several["property_city"] = json!("*");
    let mut odd = property(4);
    odd["visibility"] = json!(["Hidden"]);
    let mut stray = unit(51, 1);
    stray["property_id"] = json!({});
    let far = far(&[
        ("property_directory", json!([total, several, odd, property(1), property(2)])),
        ("unit_directory", json!([unit(11, 1), unit(41, 4), stray])),
    ])
    .await;
    let rows = all(far.platform.properties(window())).await;
    let bad: Vec<_> = rows.iter().filter(|row| matches!(row, Row::Invalid(_))).map(invalid).collect();
    for expected in [("4", "visibility"), ("4/41", "property_id"), ("2", "property_id"), ("3", "property_id")]
    {
        assert!(bad.contains(&expected), "{expected:?}: {bad:?}");
    }
    assert!(bad.iter().any(|(id, field)| id.starts_with("?unit") && *field == "property_id"), "{bad:?}");
    let good: Vec<_> = rows.iter().filter(|row| matches!(row, Row::Record(_))).map(record).collect();
    assert!(good.len() == 1 && good[0].id == named("1/11"), "{good:?}");
}

#[tokio::test]
async fn those_asked_for_are_found_in_the_reports_and_none_costs_no_call() {
    let far = far(&[
        ("property_directory", json!([property(1), property(2)])),
        ("unit_directory", json!([unit(11, 1), unit(12, 1)])),
    ])
    .await;
    let found = async |ids: &[&str]| {
        let ids: Vec<_> = ids.iter().map(|id| named(id)).collect();
        let rows = far.platform.properties_by_id(&ids).await.expect("rows");
        rows.iter().map(|row| record(row).id.key()).collect::<Vec<_>>()
    };
    assert_eq!(found(&["1/12", "2", "9"]).await, ["1/12", "2"]);
    assert_eq!(found(&["1"]).await, ["1/11", "1/12"], "a property stands for its units");
    far.server.reset().await;
    assert!(found(&[]).await.is_empty());
}

#[tokio::test]
async fn other_ids_are_those_of_the_stack_api_and_of_a_house_without_its_one_unit() {
    let mut unknown = unit(22, 2);
    unknown["unit_integration_id"] = json!(null);
    let far = far(&[
        ("property_directory", json!([property(1), property(2), property(3)])),
        ("unit_directory", json!([unit(11, 1), unit(21, 2), unknown])),
    ])
    .await;
    let aliases = far.platform.aliases(Kind::Property).await.expect("aliases");
    let told: Vec<_> = aliases.iter().map(|one| (one.id.as_str(), one.other.as_str())).collect();
    assert_eq!(
        told,
        [("1/11", "p-1/u-11"), ("1/11", "p-1"), ("1/11", "1"), ("2/21", "p-2/u-21"), ("3", "p-3")]
    );
    assert!(far.platform.aliases(Kind::WorkOrder).await.expect("none").is_empty());
}

#[tokio::test]
async fn groups_have_the_properties_that_their_rows_name() {
    let row = |id: i64, group: &str, name: &str| json!({"property_id": id, "property_group_id": group, "property_group_name": name});
    let far = Far::new().await;
    let rows = json!([row(1, "7", "North"), row(2, "7", "North"), row(1, "8", ""), {"property_id": 3}]);
    serve(&far, &[("property_group_directory", rows)]).await;
    let groups = far.platform.property_groups().await.expect("groups");
    let told: Vec<_> =
        groups.iter().map(|one| (one.id.as_str(), one.name.as_str(), one.properties.len())).collect();
    assert_eq!(told, [("7", "North", 2), ("8", "8", 1)]);
}
