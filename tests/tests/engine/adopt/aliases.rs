//! Rule A2: records that another program knows by other ids, which the platform tells.

use latchel_sync_core::model::*;
use tests::simulation::pair::{Pair, unit};

use super::{adopt, double, filled, proposals, told};

/// Gives Latchel's records another address, name and number, so that nothing but an id tells which they are; the platform
/// tells the other ids of its records.
fn known_by_other_ids(pair: &Pair) {
    pair.latchel.edit(|world| {
        for one in world.properties.values_mut() {
            one.source_address.line1 = Some(format!("{} Oak Street", one.id));
        }
        world.residents.values_mut().for_each(|one| one.name = format!("Resident {}", one.id));
        world.jobs.values_mut().for_each(|one| one.number = Some(format!("L{}", one.id)));
    });
    let alias = |kind, id: &str, other: &str| (kind, Alias { id: id.to_owned(), other: other.to_owned() });
    pair.platform.edit(|world| {
        world.aliases = vec![
            alias(Kind::Property, "12/34", "F12/34"),
            alias(Kind::Property, "13", "another"),
            alias(Kind::Property, "13", "F13"),
            alias(Kind::Resident, "R12@12", "FR12@F12"),
            alias(Kind::Resident, "R13@13", "FR13@F13"),
            alias(Kind::WorkOrder, "W12", "FW12"),
            alias(Kind::WorkOrder, "W13", "FW13"),
        ];
    });
}

#[tokio::test]
async fn records_are_known_by_other_ids_that_the_platform_tells() {
    let pair = filled().await;
    known_by_other_ids(&pair);
    let found = proposals(&pair).await;
    let all: Vec<_> = found.pairs.iter().map(told).collect();
    assert_eq!(
        all,
        [
            (Kind::Property, "12/34", 100, "link"),
            (Kind::Property, "13", 101, "link"),
            (Kind::Resident, "R12@12", 200, "link"),
            (Kind::Resident, "R13@13", 201, "link"),
            (Kind::WorkOrder, "W12", 300, "link"),
            (Kind::WorkOrder, "W13", 301, "link"),
        ]
    );
    let evidence = "the reference in Latchel is another id of the platform's record";
    assert!(found.pairs.iter().all(|pair| pair.evidence.starts_with(evidence)), "{found:?}");
    assert_eq!(found.pairs[0].latchel_reference.as_deref(), Some("F12/34"));
    let adopted = adopt(&pair, None).await;
    assert_eq!((adopted.linked, adopted.refused.len()), (6, 0));
}

#[tokio::test]
async fn an_id_that_two_records_claim_or_that_is_another_places_tells_nothing() {
    let pair = filled().await;
    known_by_other_ids(&pair);
    pair.platform.edit(|world| world.aliases.clear());
    assert_eq!(proposals(&pair).await.pairs, [], "without other ids nothing tells which they are");

    let pair = filled().await;
    known_by_other_ids(&pair);
    pair.platform.edit(|world| {
        let twice = Alias { id: "13".to_owned(), other: "F12/34".to_owned() };
        world.aliases.push((Kind::Property, twice));
        let elsewhere = Alias { id: "W13".to_owned(), other: "F13W".to_owned() };
        world.aliases.push((Kind::WorkOrder, elsewhere));
    });
    // Somebody moved the work order of 13 to 12 in Latchel, and entered 13 a second time.
    double(&pair);
    pair.latchel.edit(|world| {
        let again = &mut world.properties.get_mut(&LatchelPropertyId(150)).expect("it is there");
        again.reference = Some(unit("F13", None));
        let job = &mut world.jobs.get_mut(&JobId(301)).expect("it is there");
        (job.property, job.work_order) = (Some(LatchelPropertyId(100)), Some(WorkOrderId::new("F13W")));
    });
    let found = proposals(&pair).await;
    assert_eq!(found.pairs, []);
}
