use futures::FutureExt;
use latchel_sync_core::Latchel;
use latchel_sync_core::model::{
    Address, JobId, LatchelPropertyId, LatchelResidentId, NewJob, NewProperty, NewResident, PropertyId,
    PropertyPatch, PropertyRef, ResidentId, ResidentPatch, ResidentRef, Severity, Tenancy, UnitId, Window,
    WorkOrderId,
};
use latchel_sync_core::registry::{ConnectedLatchel, latchels};

use crate::far::Far;
use crate::script::Script;
use crate::seen::Seen;

/// The Latchel adapter against a Latchel that answers the input, which is a script: its first line names the method of
/// [`Latchel`] that is called.
pub fn latchel(input: &[u8]) {
    let script = Script::read(input);
    let (seen, called) = play(&script);
    let Some(worse) = script.with_unreadable_rows() else { return };
    let (with_unreadable, called_then) = play(&worse);
    if called_then.len() <= called.len() {
        with_unreadable.hides_none_of(&seen);
    }
}

fn play(script: &Script) -> (Seen, Vec<String>) {
    Far::run(script, async |far| {
        let adapter = latchels().into_iter().find(|one| one.name == "latchel-gateway").expect("an adapter");
        let connected = adapter.connect(&far.settings(adapter.settings)).expect("settings");
        let ConnectedLatchel::Whole(latchel) = connected else { unreachable!("a gateway needs no mirror") };
        call(&*latchel, &script.call).boxed_local().await
    })
}

async fn call(latchel: &dyn Latchel, name: &str) -> Seen {
    let window = Window { from: "2026-03-01T05:30:15Z".parse().expect("an instant") };
    let property = PropertyRef::new(PropertyId::new("1"), Some(UnitId::new("11")));
    let resident = ResidentRef::new(ResidentId::new("21"), PropertyId::new("1"));
    let work_order = WorkOrderId::new("81");
    match name {
        "check" => Seen::of(latchel.check().await),
        "portfolios" => Seen::of(latchel.portfolios().await),
        "properties_by_ref" => Seen::of(latchel.properties_by_ref(&[property]).await),
        "properties_by_id" => Seen::of(latchel.properties_by_id(&[LatchelPropertyId(1)]).await),
        "residents_by_ref" => Seen::of(latchel.residents_by_ref(&[resident]).await),
        "residents_by_id" => Seen::of(latchel.residents_by_id(&[LatchelResidentId(1)]).await),
        "jobs_by_ref" => Seen::of(latchel.jobs_by_ref(&[work_order]).await),
        "jobs_by_id" => Seen::of(latchel.jobs_by_id(&[JobId(1)]).await),
        "latchel_only" => Seen::of(latchel.latchel_only().await),
        "update_property" => {
            Seen::of(latchel.update_property(LatchelPropertyId(1), &PropertyPatch::default()).await)
        }
        "update_resident" => {
            Seen::of(latchel.update_resident(LatchelResidentId(1), &ResidentPatch::default()).await)
        }
        "write_number_back" => Seen::of(latchel.write_number_back(JobId(1), "81", &work_order).await),
        "create_property" => {
            let new = NewProperty {
                reference: property,
                name: "Elm".to_owned(),
                source_address: Address::default(),
                integration_data: String::new(),
                is_active: true,
            };
            Seen::of(latchel.create_property(&new).await)
        }
        "create_resident" => {
            let new = NewResident {
                reference: resident,
                tenancy: Tenancy { unit: None, move_in: None, move_out: None },
                home: LatchelPropertyId(1),
                name: "Ada".to_owned(),
                email: None,
                phone: None,
                is_active: true,
            };
            Seen::of(latchel.create_resident(&new).await)
        }
        "create_job" => {
            let new = NewJob {
                work_order,
                number: "81".to_owned(),
                name: "Leak".to_owned(),
                description: "It drips".to_owned(),
                property: LatchelPropertyId(1),
                resident: None,
                severity: Severity::Normal,
                scheduled_start: None,
                entry_allowed: None,
                access_instructions: None,
                closed: None,
            };
            Seen::of(latchel.create_job(&new).await)
        }
        _ => Seen::pages(latchel.jobs(window), |one| one.id.to_string()).await,
    }
}
