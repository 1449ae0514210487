use latchel_sync_core::ErrorKind;
use latchel_sync_core::model::*;
use serde_json::{Value, json};

use crate::far::{Far, all, invalid, oid, ok, record, serve_moving, window};

fn address(street: &str) -> Value {
    json!({"street1": street, "street2": "", "city": "Portland", "state": "OR", "zip": "97201", "country": "US",
        "lat": "45.5", "lng": "-122.6"})
}

pub fn property(id: u32) -> Value {
    json!({"id": oid(id), "name": format!("Elm {id}"), "type": "MULTI_FAMILY", "class": "RESIDENTIAL",
        "address": address("12 Elm Street"), "owners": [], "active": true})
}

pub fn unit(id: u32, of: u32) -> Value {
    json!({"id": oid(id), "name": format!("{id}A"), "property": oid(of), "active": true, "beds": 2, "baths": 1,
        "addressSameAsProperty": true, "marketRent": 900})
}

async fn lists(properties: Value, units: Value) -> Far {
    let far = Far::new().await;
    far.list("/api/properties", properties).await;
    far.list("/api/units", units).await;
    far
}

/// Key, name and activity of each row that was understood.
async fn read(far: &Far) -> Vec<(String, String, bool)> {
    let rows = all(far.platform.properties(window())).await;
    let records = rows.iter().filter_map(|row| match row {
        Row::Record(one) => Some((one.id.key(), one.name(), one.is_active)),
        _ => None,
    });
    records.collect()
}

fn key(property: u32, unit: u32) -> String {
    format!("{}/{}", oid(property), oid(unit))
}

#[tokio::test]
async fn a_property_is_its_units_or_itself_without_any() {
    let far = lists(json!([property(1), property(2)]), json!([unit(11, 1), unit(12, 1)])).await;
    let expected = [
        (key(1, 11), "Elm 1, 11A".to_owned(), true),
        (key(1, 12), "Elm 1, 12A".to_owned(), true),
        (oid(2), "Elm 2".to_owned(), true),
    ];
    assert_eq!(read(&far).await, expected);
    assert_eq!(far.asked().await.len(), 2, "no call for a record alone");
}

#[tokio::test]
async fn a_unit_is_active_only_if_its_property_is_and_what_does_not_say_is() {
    let mut hidden = property(1);
    hidden["active"] = json!(false);
    let mut silent = property(2);
    silent.as_object_mut().expect("a record").remove("active");
    let mut closed = unit(22, 2);
    closed["active"] = json!(false);
    let mut quiet = unit(23, 2);
    quiet.as_object_mut().expect("a record").remove("active");
    let far = lists(json!([hidden, silent]), json!([unit(11, 1), unit(21, 2), closed, quiet])).await;
    let active: Vec<_> = read(&far).await.into_iter().map(|(key, _, active)| (key, active)).collect();
    let expected = [(key(1, 11), false), (key(2, 21), true), (key(2, 22), false), (key(2, 23), true)];
    assert_eq!(active, expected);
}

#[tokio::test]
async fn an_address_is_the_units_own_unless_it_shares_or_lacks_it() {
    let with = |id, same: bool, address: Value| {
        let mut unit = unit(id, 1);
        unit["addressSameAsProperty"] = json!(same);
        unit["address"] = address;
        unit
    };
    let units = json!([
        with(11, false, address("14 Elm Street")),
        with(12, true, address("99 Old Street")),
        with(13, false, json!({"city": "Portland"})),
        with(14, false, Value::Null),
    ]);
    let far = lists(json!([property(1)]), units).await;
    let rows = all(far.platform.properties(window())).await;
    let streets: Vec<_> = rows.iter().map(|row| record(row).address.line1.as_deref()).collect();
    assert_eq!(
        streets,
        [Some("14 Elm Street"), Some("12 Elm Street"), Some("12 Elm Street"), Some("12 Elm Street")]
    );
    assert_eq!(record(&rows[0]).address.state.as_deref(), Some("OR"));
    assert_eq!(record(&rows[0]).address.line2, None, "an empty text is none");
}

#[tokio::test]
async fn every_page_is_read_by_its_number() {
    let units: Vec<_> = (0..2_500).map(|id| unit(10_000 + id, 1 + id % 3)).collect();
    let far = lists(json!([property(1), property(2), property(3)]), json!(units)).await;
    assert_eq!(read(&far).await.len(), 2_500);
    let asked = far.asked().await;
    assert_eq!(asked.len(), 4, "{asked:#?}");
    assert!(asked[3].contains("page_number=3&page_size=1000"), "{}", asked[3]);
}

#[tokio::test]
async fn only_what_a_sync_reads_is_in_the_fingerprint() {
    let prints = async |change: fn(&mut Value)| {
        let mut unit = unit(11, 1);
        change(&mut unit);
        let far = lists(json!([property(1)]), json!([unit])).await;
        let rows = all(far.platform.properties(window())).await;
        record(&rows[0]).freshness.fingerprint().cloned().expect("a fingerprint")
    };
    let before = prints(|_| {}).await;
    assert_eq!(prints(|unit| unit["marketRent"] = json!(1_000)).await, before);
    assert_ne!(prints(|unit| unit["name"] = json!("B")).await, before);
    assert_ne!(prints(|unit| unit["active"] = json!(false)).await, before);
}

#[tokio::test]
async fn the_last_change_of_a_unit_and_of_its_property_is_in_the_fingerprint_and_decides_at_first() {
    const EARLY: &str = "2026-03-01T10:00:00.000Z";
    const LATE: &str = "2026-03-02T10:00:00.000Z";
    let read = async |of_property: Value, of_unit: Option<Value>| {
        let (mut property, mut unit) = (property(1), unit(11, 1));
        property["updatedAt"] = of_property;
        let units = of_unit.map(|at| {
            unit["updatedAt"] = at;
            json!([unit])
        });
        let far = lists(json!([property]), units.unwrap_or_else(|| json!([]))).await;
        let rows = all(far.platform.properties(window())).await;
        let freshness = record(&rows[0]).freshness.clone();
        let Freshness::Fingerprint { fingerprint, at_least } = freshness else { panic!("{freshness:?}") };
        (fingerprint, at_least)
    };
    let (before, at_least) = read(json!(EARLY), Some(json!(EARLY))).await;
    assert_eq!(at_least, EARLY.parse().ok());
    for (of_property, of_unit) in [(EARLY, LATE), (LATE, EARLY)] {
        let (after, at_least) = read(json!(of_property), Some(json!(of_unit))).await;
        assert_ne!(after, before);
        assert_eq!(at_least, LATE.parse().ok());
    }
    let (alone, at_least) = read(json!(EARLY), None).await;
    assert_eq!(at_least, EARLY.parse().ok());
    assert_ne!(read(json!(LATE), None).await.0, alone);
    assert_eq!(read(json!("soon"), Some(json!(null))).await.1, None, "what is no time decides nothing");
}

/// A unit was deleted between two pages, so that the next one slipped past the reader; maybe the one of property 2.
#[tokio::test]
async fn a_property_may_be_taken_for_its_own_unit_only_if_every_unit_was_seen() {
    for (moves, readings, is_taken) in [(1, 2, true), (9, 3, false)] {
        let far = Far::new().await;
        far.list("/api/properties", json!([property(1), property(2)])).await;
        serve_moving(&far, "/api/units", moves, |id| unit(10_000 + id, 1)).await;
        let read = read(&far).await;
        assert_eq!(read.iter().any(|(key, _, _)| *key == oid(2)), is_taken, "{moves}");
        assert_eq!(far.asked().await.len(), 1 + 2 * readings);
        let units: std::collections::HashSet<_> = read.iter().filter(|(key, ..)| *key != oid(2)).collect();
        assert!(units.len() >= 1_000, "{}", units.len());
    }
}

#[tokio::test]
async fn properties_that_move_are_read_again_and_a_look_up_among_restless_ones_says_so() {
    for (moves, readings) in [(1, 2), (9, 3)] {
        let far = Far::new().await;
        serve_moving(&far, "/api/properties", moves, |id| property(10_000 + id)).await;
        far.list("/api/units", json!([])).await;
        let read: std::collections::HashSet<_> = read(&far).await.into_iter().collect();
        assert_eq!(read.len(), if moves == 1 { 1_001 } else { 1_000 });
        assert_eq!(far.asked().await.len(), 3 * readings);
        let ids: Vec<_> =
            (0..6).map(|id| PropertyRef::new(PropertyId::new(oid(10_000 + id)), None)).collect();
        let looked_up = far.platform.properties_by_id(&ids).await;
        match moves {
            1 => assert_eq!(looked_up.expect("by then it stands still").len(), 6),
            _ => assert_eq!(looked_up.expect_err("one may be missing").kind(), ErrorKind::Malformed),
        }
    }
}

#[tokio::test]
async fn what_cannot_be_read_stays_alone_and_names_its_field() {
    let mut bad = property(1);
    bad["active"] = json!("perhaps");
    let mut odd = unit(21, 2);
    odd["active"] = json!([]);
    let mut stray = unit(22, 2);
    stray.as_object_mut().expect("a record").remove("property");
    let units = json!([unit(11, 1), odd, unit(23, 2), stray, unit(41, 4)]);
    let far = lists(json!([bad, property(2), property(3)]), units).await;
    let rows = all(far.platform.properties(window())).await;
    assert_eq!(invalid(&rows[0]), (oid(1).as_str(), "active"));
    assert_eq!(invalid(&rows[1]), (key(1, 11).as_str(), "property"), "whose property cannot be read");
    assert_eq!(invalid(&rows[2]), (key(2, 21).as_str(), "active"));
    assert_eq!(record(&rows[3]).id.key(), key(2, 23));
    assert!(invalid(&rows[4]).0.starts_with('?'), "without a property it has no key");
    assert_eq!(invalid(&rows[5]), (key(4, 41).as_str(), "property"), "whose property is nowhere");
    assert_eq!(invalid(&rows[6]), (oid(3).as_str(), "property"), "which the stray unit may belong to");
    assert_eq!(rows.len(), 7);
}

#[tokio::test]
async fn by_id_a_few_are_asked_for_alone_and_many_by_one_reading_of_the_lists() {
    let far = Far::new().await;
    let units: Vec<_> = (1..=9).map(|id| unit(100 + id, id)).collect();
    far.list_for("/api/units", &[("filter_property", &oid(1))], json!([unit(101, 1), unit(102, 1)])).await;
    far.answers("GET", &format!("/api/properties/{}", oid(1)), ok(property(1))).await;
    far.list("/api/properties", json!((1..=9).map(property).collect::<Vec<_>>())).await;
    far.list("/api/units", json!(units)).await;
    let reference = |property: u32, unit: u32| PropertyRef::from_key(&key(property, unit));

    let few = [reference(1, 101), PropertyRef::from_key(&oid(8))];
    let found = far.platform.properties_by_id(&few).await.expect("rows");
    assert_eq!(found.iter().map(|row| record(row).id.key()).collect::<Vec<_>>(), [key(1, 101)]);
    let calls = far.asked().await.len();
    assert_eq!(calls, 3, "the property, its units, and one that is not there");

    let many: Vec<_> = (1..=7).map(|id| reference(id, 100 + id)).collect();
    let found = far.platform.properties_by_id(&many).await.expect("rows");
    assert_eq!(found.iter().map(|row| record(row).id.clone()).collect::<Vec<_>>(), many);
    assert_eq!(far.asked().await.len() - calls, 2);

    let whole = PropertyRef::from_key(&oid(1));
    assert_eq!(far.platform.properties_by_id(&[whole]).await.expect("rows").len(), 2, "it has units now");
}
