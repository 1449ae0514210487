//! Tests that a sync is done on both systems if people ask for it, and is written down.

use latchel_sync_core::LedgerAdmin;
use latchel_sync_core::ledger::{RunStatus, Trigger};
use latchel_sync_core::model::{Address, Freshness, Property, PropertyRef, Row};
use latchel_sync_server::actions::{self, Extent, MassChange};

use crate::world::{ACCOUNT, World, start};

#[tokio::test]
async fn a_sync_that_somebody_asks_for_goes_over_both_systems_and_is_in_the_audit_trail() {
    let world = World::new().await;
    let id = PropertyRef::from_key("1/101");
    world.platform.edit(|platform| platform.properties.insert(id.clone(), Row::Record(property(&id))));
    let app = world.app.clone();
    let asked = actions::sync(&app, "robin", ACCOUNT, Extent::Everything, MassChange::Guarded).await;
    let work = tokio::spawn({
        let app = app.clone();
        async move { app.work().await }
    });
    let job = asked.expect("a job");
    app.jobs.idle().await;
    app.stop.stop();
    work.await.expect("no panic");

    let job = app.jobs.get(job).await.expect("the jobs").expect("it is kept");
    assert_eq!(job.state(), RunStatus::Success.as_str(), "{job:?}");
    let references = world.latchel.edit(|latchel| {
        latchel.properties.values().filter_map(|one| one.reference.clone()).collect::<Vec<_>>()
    });
    assert_eq!(references, [id]);
    assert_eq!(world.journal.take_writes().len(), 1);
    let runs = world.ledger.runs(Some(ACCOUNT), 10).await.expect("runs");
    assert_eq!(runs.iter().filter(|run| run.trigger == Trigger::Manual).count(), 1);
    assert_eq!(world.audit().await, ["robin sync_asked_for everything"]);
}

pub fn property(id: &PropertyRef) -> Property {
    let text = |text: &str| Some(text.to_owned());
    Property {
        id: id.clone(),
        property_name: "Elm".to_owned(),
        unit_name: text("101"),
        address: Address {
            line1: text("1 Elm Street"),
            line2: None,
            city: text("Boise"),
            state: text("ID"),
            postal_code: text("83702"),
        },
        is_active: true,
        freshness: Freshness::Stamped { created_at: None, updated_at: Some(start()) },
    }
}
