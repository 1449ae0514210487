use latchel_sync_core::ledger::{Phase, Run, Trigger};
use latchel_sync_core::model::{
    Address, Freshness, InvalidRecord, Property, PropertyRef, Resident, ResidentRef, Row, Tenancy,
};
use latchel_sync_server::jobs::{NewJob, Work};

use crate::world::{ACCOUNT, World, start};

/// Fills the platform: one property that can be synced and where somebody lives, one whose address lacks its state, and two rows that
/// cannot be understood.
pub fn fill(world: &World) {
    let stamp = Freshness::Stamped { created_at: None, updated_at: Some(start()) };
    let part = |text: &str| Some(text.to_owned());
    let property = |id: &str, state: Option<String>| Property {
        id: PropertyRef::new(id.into(), None),
        property_name: format!("Fir Street {id}"),
        unit_name: None,
        address: Address {
            line1: part("7 Fir Street"),
            line2: None,
            city: part("Portland"),
            state,
            postal_code: part("97201"),
        },
        is_active: true,
        freshness: stamp.clone(),
    };
    let resident = Resident {
        id: ResidentRef::new("31".into(), "10".into()),
        name: "Ada Moss".to_owned(),
        email: part("ada.moss@home.example"),
        phone: part("(503) 555-0142"),
        tenancies: vec![Tenancy { unit: None, move_in: None, move_out: None }],
        freshness: stamp.clone(),
    };
    world.platform.edit(|platform| {
        for one in [property("10", part("OR")), property("11", None)] {
            platform.properties.insert(one.id.clone(), Row::Record(one));
        }
        for id in ["12", "13"] {
            let invalid = InvalidRecord {
                id: id.to_owned(),
                field: "Name".to_owned(),
                problem: "it is missing".to_owned(),
            };
            platform.properties.insert(PropertyRef::new(id.into(), None), Row::Invalid(invalid));
        }
        platform.residents.insert(resident.id.clone(), Row::Record(resident));
    });
}

impl World {
    /// Does a job as the server would, from asking for it until it has ended; returns the run that it was.
    pub async fn run(&self, phases: &[Phase]) -> Run {
        let work = Work::Sync { phases: phases.to_vec(), allow_mass_change: false };
        let by = "the schedule".to_owned();
        let job = NewJob { account: ACCOUNT.to_owned(), work, trigger: Trigger::Schedule, by };
        let id = self.app.jobs.ask(job, self.app.clock.now());
        self.work_until_idle().await;
        self.app.jobs.get(id).and_then(|job| job.run).expect("a run")
    }

    /// Lets the server work until nothing waits and nothing is under way. What it asks for by itself is done too.
    pub async fn work_until_idle(&self) {
        tokio::select! {
            () = self.app.work() => {}
            () = self.app.jobs.idle() => {}
        }
    }
}
