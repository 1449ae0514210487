//! Taking over an account that another program has filled, from the dashboard.

use latchel_sync_core::Ledger;
use latchel_sync_core::model::{Kind, LatchelProperty, LatchelPropertyId, PropertyRef, RecordKey, Row, Side};

use crate::manual_links::property;
use crate::world::{ACCOUNT, World};

const DECIDED: &str = "1/101";
const DOUBLED: &str = "2/201";

/// A world whose Latchel has each of two houses under references of another kind, the second one twice.
fn filled(world: &World) {
    let houses = [(DECIDED, "1 Elm Street", vec![501]), (DOUBLED, "2 Oak Street", vec![502, 503])];
    for (id, street, there) in houses {
        let id = PropertyRef::from_key(id);
        let mut house = property(&id);
        house.address.line1 = Some(street.to_owned());
        house.unit_name.clone_from(&id.unit.as_ref().map(|unit| unit.as_str().to_owned()));
        for number in there {
            let foreign = LatchelProperty {
                id: LatchelPropertyId(number),
                portfolio: None,
                reference: Some(PropertyRef::from_key(&format!("90{number}"))),
                name: house.name(),
                source_address: house.address.clone(),
                integration_data: None,
                is_active: true,
                sync_method: None,
            };
            world.latchel.edit(|latchel| latchel.properties.insert(foreign.id, foreign));
        }
        world.platform.edit(|platform| platform.properties.insert(id, Row::Record(house)));
    }
}

/// Latchel's property that each house is linked with.
async fn links(world: &World) -> Vec<Option<i64>> {
    let key = |id: &str| RecordKey { kind: Kind::Property, side: Side::Platform, id: id.to_owned() };
    let memories = world.ledger.recall(ACCOUNT, &[key(DECIDED), key(DOUBLED)]).await.expect("memories");
    memories.iter().map(|memory| memory.link.as_ref().map(|link| link.latchel_id)).collect()
}

#[tokio::test]
async fn pairs_are_proposed_and_linked_as_people_decide_and_nothing_is_created() {
    let world = World::new().await;
    filled(&world);
    let mut visitor = world.visitor();
    let asked = visitor.get("/accounts/main/adopt").await;
    assert!(asked.body.contains("Take over what another program synced?"), "{}", asked.body);
    let answer = visitor.post("/accounts/main/adopt", "").await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    let job = answer.header("location").to_owned();
    world.work().await;
    let told = visitor.get(&job).await.body;
    assert!(told.contains("<strong>1</strong> properties with exactly one on each side"), "{told}");
    assert!(told.contains("properties: ") && told.contains(" records read on both sides, done"), "{told}");
    assert!(
        told.contains(&format!("<code>{DECIDED}</code>")),
        "the pair that would be linked is shown: {told}"
    );
    let box_of = |latchel: i64| {
        let label = format!("property {DOUBLED} is Latchel's {latchel}");
        let (before, _) = told.split_once(&label).unwrap_or_else(|| panic!("{label}: {told}"));
        let (_, value) = before.rsplit_once("value=\"").expect("a value");
        value.split_once('"').expect("its end").0.to_owned()
    };
    assert_eq!(links(&world).await, [None, None], "nothing is linked before somebody says so");

    let answer = visitor.post(&format!("{job}/link"), &format!("pair={}", box_of(503))).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    world.work().await;
    assert_eq!(links(&world).await, [Some(501), Some(503)]);
    // The schedule has synced meanwhile, and brought over what differs.
    let writes = world.journal.take_writes();
    assert!(writes.iter().all(|call| call.method.starts_with("update_")), "nothing is created: {writes:?}");
    assert_eq!(world.audit().await.last().map(String::as_str), Some("local adoption_asked_for 2 pairs"));

    // Both candidates of one house cannot be it.
    let done = visitor.get(answer.header("location")).await.body;
    assert!(done.contains("Taking over") && !done.contains("Not linked"), "{done}");
    let again = visitor.post(&format!("{job}/link"), &format!("pair={}", box_of(502))).await;
    world.work().await;
    let told = visitor.get(again.header("location")).await.body;
    assert!(told.contains("Not linked") && told.contains("it is linked with Latchel&#39;s 503"), "{told}");
    assert_eq!(links(&world).await, [Some(501), Some(503)]);
}
