use latchel_sync_core::model::*;
use serde_json::{Value, json};

use crate::far::{Far, HUGE, SINCE, all, building, invalid, record, serve, unit, window};

fn ids(rows: &[Row<Property>]) -> Vec<String> {
    rows.iter().map(|row| record(row).id.key()).collect()
}

#[tokio::test]
async fn a_changed_building_brings_its_units_and_a_house_is_its_own() {
    let far = Far::new().await;
    far.list_for(
        "buildings",
        &[SINCE, ("includeDeactivated", "true")],
        json!([
            building(1, "Yes", true),
            building(2, "No", true),
            building(HUGE, "Yes", false),
            building(4, "Yes", true),
        ]),
    )
    .await;
    far.list_for("units", &[SINCE], json!([])).await;
    let mut off = unit(12, 1);
    off["active"] = json!(false);
    far.list_for("units", &[("includeDeactivated", "true")], json!([unit(11, 1), off, unit(HUGE + 1, HUGE)]))
        .await;
    let rows = all(far.platform.properties(window())).await;
    let mut read: Vec<_> = rows.iter().map(record).map(|one| (one.id.key(), one.is_active)).collect();
    read.sort();
    let huge = format!("{HUGE}/{}", HUGE + 1);
    assert_eq!(
        read,
        [("1/11", true), ("1/12", false), ("2", true), ("4", true), (huge.as_str(), false)]
            .map(|(id, active)| (id.to_owned(), active))
    );
    let first = rows.iter().map(record).find(|one| one.id.key() == "1/11").expect("the unit");
    assert_eq!(first.name(), "Elm 1, 11A");
    assert_eq!(first.address.missing_parts(), Vec::<&str>::new());
    assert_eq!(first.address.line2, None, "an empty text is none");
    assert_eq!(first.freshness, Freshness::Filtered);
}

#[tokio::test]
async fn houses_alone_cost_no_look_at_the_units_beyond_the_changed_ones() {
    let far = Far::new().await;
    far.list_for("buildings", &[SINCE], json!([building(2, "No", true), building(3, "no", true)])).await;
    far.list_for("units", &[SINCE], json!([])).await;
    assert_eq!(ids(&all(far.platform.properties(window())).await), ["2", "3"]);
    assert_eq!(far.asked().await.len(), 2, "{:?}", far.asked().await);
}

#[tokio::test]
async fn a_changed_unit_brings_the_name_and_the_activity_of_its_building() {
    let far = Far::new().await;
    far.list_for("buildings", &[SINCE], json!([])).await;
    serve(&far, "buildings", json!([building(1, "Yes", false)])).await;
    let mut bare = unit(12, 1);
    bare["address"] = json!({"city": "Boise"});
    far.list_for("units", &[SINCE], json!([unit(11, 1), bare])).await;
    let rows = all(far.platform.properties(window())).await;
    assert_eq!(ids(&rows), ["1/11", "1/12"]);
    assert!(rows.iter().all(|row| !record(row).is_active));
    assert_eq!(
        record(&rows[1]).address.city.as_deref(),
        Some("Portland"),
        "the building's where it has no street"
    );
}

#[tokio::test]
async fn many_records_cost_pages_and_few_a_call_each() {
    for (count, most) in [(8, 11), (400, 4)] {
        let far = Far::new().await;
        far.list_for("buildings", &[SINCE], json!([])).await;
        serve(&far, "buildings", (0..count).map(|id| building(id + 1, "Yes", true)).collect()).await;
        far.list_for("units", &[SINCE], (0..count).map(|id| unit(1_000 + id, id + 1)).collect()).await;
        assert_eq!(all(far.platform.properties(window())).await.len() as i64, count);
        let calls = far.asked().await.len();
        assert!(calls <= most, "{calls} calls for {count} units");
    }
}

#[tokio::test]
async fn pages_go_on_until_one_is_not_full_whatever_the_total_says() {
    let far = Far::new().await;
    let rows: Value = (0..1_001).map(|id| building(id + 1, "No", true)).collect();
    far.list_for("buildings", &[SINCE], rows).await;
    far.list_for("units", &[SINCE], json!([])).await;
    assert_eq!(all(far.platform.properties(window())).await.len(), 1_001);
    let buildings: Vec<_> =
        far.asked().await.into_iter().filter(|one| one.starts_with("GET buildings")).collect();
    let offsets: Vec<_> = buildings.iter().map(|one| one.split("offset=").nth(1).unwrap_or("0")).collect();
    assert_eq!(offsets, ["0", "500", "1000"]);
}

#[tokio::test]
async fn a_server_that_gives_smaller_pages_is_read_to_the_end() {
    let far = Far::new().await;
    let rows: Vec<_> = (0..5).map(|id| building(id + 1, "No", true)).collect();
    for (offset, page) in rows.chunks(2).enumerate().map(|(at, page)| (at * 2, page)) {
        let answer = wiremock::ResponseTemplate::new(200)
            .insert_header("x-total-count", if page.len() == 2 { "5" } else { "1" })
            .set_body_json(page);
        wiremock::Mock::given(wiremock::matchers::path(format!("{}buildings", crate::far::BASE)))
            .and(wiremock::matchers::query_param("offset", offset.to_string()))
            .respond_with(answer)
            .mount(&far.server)
            .await;
    }
    far.list_for("units", &[SINCE], json!([])).await;
    assert_eq!(all(far.platform.properties(window())).await.len(), 5);
}

#[tokio::test]
async fn an_odd_row_stays_alone_and_names_its_field() {
    let far = Far::new().await;
    let mut odd = building(1, "No", true);
    odd["active"] = json!("perhaps");
    far.list_for("buildings", &[SINCE], json!([odd, building(2, "No", true), {"name": "no id"}])).await;
    let mut lost = unit(11, 2);
    lost["buildingID"] = json!(null);
    far.list_for("units", &[SINCE], json!([lost, unit(12, 99)])).await;
    far.answers("GET", "buildings/99", wiremock::ResponseTemplate::new(404)).await;
    let rows = all(far.platform.properties(window())).await;
    let bad: Vec<_> = rows.iter().filter(|row| matches!(row, Row::Invalid(_))).map(invalid).collect();
    assert_eq!(bad.len(), 4, "{bad:?}");
    assert!(bad.contains(&("1", "active")) && bad.contains(&("99/12", "buildingID")), "{bad:?}");
    assert!(
        bad.contains(&("11", "buildingID")) || bad.iter().any(|(_, field)| *field == "buildingID"),
        "{bad:?}"
    );
    assert_eq!(rows.len(), 5);
}

#[tokio::test]
async fn a_building_may_not_pass_for_its_own_unit_while_a_unit_hides_whose_it_is() {
    let far = Far::new().await;
    far.list_for("buildings", &[SINCE], json!([building(1, "Yes", true)])).await;
    far.list_for("units", &[SINCE], json!([])).await;
    far.list_for("units", &[("buildingID", "1")], json!([])).await;
    assert_eq!(ids(&all(far.platform.properties(window())).await), ["1"], "none is known");
    let far = Far::new().await;
    let many: Vec<_> = (1..=9).map(|id| building(id, "Yes", true)).collect();
    far.list_for("buildings", &[SINCE], json!(many)).await;
    far.list_for("units", &[SINCE], json!([])).await;
    serve(&far, "units", json!([unit(11, 1), {"id": 12, "buildingID": "?"}])).await;
    let rows = all(far.platform.properties(window())).await;
    let records: Vec<_> = rows.iter().filter(|row| matches!(row, Row::Record(_))).collect();
    assert_eq!(records.len(), 1, "{rows:?}");
}

#[tokio::test]
async fn those_asked_for_are_read_and_those_gone_left_out() {
    let far = Far::new().await;
    serve(&far, "buildings", json!([building(1, "Yes", true), building(2, "No", true)])).await;
    serve(&far, "units", json!([unit(11, 1), unit(12, 1)])).await;
    far.answers("GET", "buildings/3", wiremock::ResponseTemplate::new(404)).await;
    let wanted = ["1/12", "2", "3/1"].map(PropertyRef::from_key);
    let rows = far.platform.properties_by_id(&wanted).await.expect("rows");
    let mut found = ids(&rows);
    found.sort();
    assert_eq!(found, ["1/12", "2"]);
}

#[tokio::test]
async fn portfolios_are_groups_of_buildings() {
    let far = Far::new().await;
    serve(&far, "portfolios", json!([{"id": 5, "name": "Not managed"}, {"id": 6, "name": "Empty"}])).await;
    let mut one = building(1, "No", true);
    one["portfolioID"] = json!(5);
    serve(&far, "buildings", json!([one, building(2, "No", true)])).await;
    let groups = far.platform.property_groups().await.expect("groups");
    let read: Vec<_> =
        groups.iter().map(|one| (one.id.as_str(), one.name.as_str(), one.properties.len())).collect();
    assert_eq!(read, [("5", "Not managed", 1), ("6", "Empty", 0)]);
}
