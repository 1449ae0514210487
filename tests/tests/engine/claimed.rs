//! Two platform properties that claim one of Latchel's (rule P7).

use chrono::TimeDelta;
use latchel_sync_core::model::*;

use tests::simulation::pair::{Pair, unit, world};

/// Latchel's property of the platform's 13, whose reference somebody has pointed to the platform's new 14 since.
async fn pointed_elsewhere() -> (Pair, LatchelPropertyId) {
    let mut pair = Pair::new(world()).await;
    pair.sync().await;
    pair.advance(TimeDelta::hours(1));
    let id = pair.latchel.edit(|world| {
        let of_13 = |one: &&LatchelProperty| one.reference == Some(unit("13", None));
        world.properties.values().find(of_13).expect("it was created").id
    });
    point(&pair, id, "14");
    pair.add_property(&unit("14", None));
    (pair, id)
}

fn point(pair: &Pair, id: LatchelPropertyId, property: &str) {
    pair.latchel.edit(|world| {
        world.properties.get_mut(&id).expect("it is there").reference = Some(unit(property, None));
    });
}

fn key(property: &str) -> RecordKey {
    RecordKey::platform(Kind::Property, unit(property, None))
}

/// The names of Latchel's properties: the platform's 13 is `Elm 13`, and so on.
fn names(pair: &Pair) -> Vec<(LatchelPropertyId, String)> {
    pair.latchel.edit(|world| world.properties.values().map(|one| (one.id, one.name.clone())).collect())
}

#[tokio::test]
async fn the_linked_one_wins_and_the_other_is_flagged_and_writes_nothing() {
    let (mut pair, id) = pointed_elsewhere().await;
    let before = names(&pair);
    let done = pair.sync().await;
    assert_eq!(done.reason(&key("14")), Reason::PropertyPossibleDuplicate);
    let flagged = done.outcomes.iter().find(|outcome| outcome.key == key("14")).expect("it was looked at");
    assert_eq!(flagged.detail.as_deref(), Some("linked to property 13"));
    assert_eq!(names(&pair), before);

    pair.advance(TimeDelta::hours(1));
    pair.platform.edit(|world| {
        let Some(Row::Record(one)) = world.properties.get_mut(&unit("13", None)) else {
            panic!("it is there")
        };
        "Oak 13".clone_into(&mut one.property_name);
    });
    let done = pair.sync().await;
    assert_eq!(done.reason(&key("13")), Reason::PropertyChanged, "it is the linked one as before");
    assert!(names(&pair).contains(&(id, "Oak 13".to_owned())));

    point(&pair, id, "13");
    pair.advance(TimeDelta::hours(1));
    let done = pair.sync().await;
    assert_eq!(done.reason(&key("14")), Reason::PropertyNew, "nothing is claimed any more");
}

#[tokio::test]
async fn one_that_nobody_is_linked_to_belongs_to_whom_it_refers_to() {
    let (mut pair, id) = pointed_elsewhere().await;
    pair.lose_ledger().await;
    let done = pair.sync().await;
    assert_eq!(done.reason(&key("14")), Reason::PropertyChanged);
    assert!(names(&pair).contains(&(id, "Elm 14".to_owned())));
    assert_eq!(done.reason(&key("13")), Reason::PropertyNew);
}
