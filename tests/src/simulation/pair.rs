use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use chrono::{DateTime, TimeDelta, Utc};
use latchel_sync_core::engine::{AccountSettings, Engine, Mode, Observer, Request};
use latchel_sync_core::in_memory::{Journal, LatchelWorld, MemoryLatchel, MemoryPlatform, PlatformWorld};
use latchel_sync_core::ledger::{Outcome, Run};
use latchel_sync_core::mirror::Mirror;
use latchel_sync_core::model::*;
use latchel_sync_ledger::SqliteLedger;

use super::only_lists::OnlyLists;

/// The id of the platform user that is Latchel.
pub const LATCHEL_USER: &str = "1";

/// Both systems, an empty ledger, and the engine between them.
pub struct Pair {
    pub platform: Arc<MemoryPlatform>,
    pub latchel: Arc<MemoryLatchel>,
    pub journal: Arc<Journal>,
    pub ledger: Arc<SqliteLedger>,
    pub engine: Engine,
    policy: Policy,
    pub now: DateTime<Utc>,
}

/// The outcomes of a run, by key.
#[derive(Debug, Default)]
struct Seen(Mutex<Vec<Outcome>>);

impl Observer for Seen {
    fn outcome(&self, _phase: Phase, outcome: &Outcome) {
        self.0.lock().expect("no panic").push(outcome.clone());
    }
}

/// Results of a run.
pub struct Done {
    pub run: Run,
    pub outcomes: Vec<Outcome>,
}

impl Done {
    /// The reason of the one outcome of a record.
    #[track_caller]
    pub fn reason(&self, key: &RecordKey) -> Reason {
        let found: Vec<_> = self.outcomes.iter().filter(|outcome| outcome.key == *key).collect();
        let [outcome] = found.as_slice() else { panic!("{key}: {found:?} of {:?}", self.outcomes) };
        outcome.reason
    }
}

impl Pair {
    /// A pair with the method `all`.
    pub async fn new(platform: PlatformWorld) -> Self {
        let policy = Policy::new(SyncMethod::All);
        Self::with(platform, policy, |platform| platform).await
    }

    pub async fn with(
        world: PlatformWorld,
        policy: Policy,
        change: impl FnOnce(MemoryPlatform) -> MemoryPlatform,
    ) -> Self {
        let (now, journal) = (world.now, Arc::new(Journal::new()));
        let latchel = LatchelWorld { now, ..LatchelWorld::default() };
        let platform = Arc::new(change(MemoryPlatform::new(world, Arc::clone(&journal))));
        let latchel = Arc::new(MemoryLatchel::new(latchel, Arc::clone(&journal)));
        let (ledger, engine) = engine(&policy, &platform, &latchel).await;
        Self { platform, latchel, journal, ledger, engine, policy, now }
    }

    /// Goes on as a new process to which Latchel can only list, in so many calls of ten minutes.
    pub fn only_list(&mut self, calls: u32) -> Arc<OnlyLists> {
        let source = Arc::new(OnlyLists::of(&self.latchel, calls));
        self.begin_anew(&source);
        source
    }

    /// Goes on as a new process with a mirror of this.
    pub fn begin_anew(&mut self, source: &Arc<OnlyLists>) {
        self.begin_with(self.mirror(source));
    }

    /// The same as a process that takes Latchel's webhooks.
    pub fn begin_anew_told(&mut self, source: &Arc<OnlyLists>) {
        self.begin_with(self.mirror(source).with_webhooks());
    }

    fn mirror(&self, source: &Arc<OnlyLists>) -> Mirror {
        let (store, ledger) = (self.ledger.clone(), self.ledger.clone());
        Mirror::new(Arc::clone(source) as _, store, ledger, "main")
    }

    fn begin_with(&mut self, mirror: Mirror) {
        let account = settings(&self.policy);
        self.engine = Engine::new(account, self.platform.clone(), Arc::new(mirror), self.ledger.clone());
    }

    /// Goes on with an empty ledger.
    pub async fn lose_ledger(&mut self) {
        (self.ledger, self.engine) = engine(&self.policy, &self.platform, &self.latchel).await;
    }

    /// Lets time pass everywhere.
    pub fn advance(&mut self, by: TimeDelta) {
        self.now += by;
        self.platform.edit(|world| world.now = self.now);
        self.latchel.edit(|world| world.now = self.now);
    }

    /// Lets everything so far fall out of the window.
    pub async fn let_it_age(&mut self) {
        self.advance(TimeDelta::hours(1));
        self.sync().await;
        self.advance(TimeDelta::days(10));
    }

    /// Syncs everything.
    pub async fn sync(&self) -> Done {
        self.run(Mode::Apply).await
    }

    pub async fn run(&self, mode: Mode) -> Done {
        self.request(&Request::everything(mode, self.now)).await
    }

    pub async fn request(&self, request: &Request) -> Done {
        let seen = Seen::default();
        let run = self.engine.run(request, &seen).await.expect("a run");
        Done { run, outcomes: seen.0.into_inner().expect("no panic") }
    }

    /// Adds a rentable unit to the platform, or puts it in place of what is there.
    pub fn add_property(&self, id: &PropertyRef) {
        self.platform.edit(|world| {
            let one = Property { freshness: stamped(world.now), ..property(id) };
            world.properties.insert(id.clone(), Row::Record(one));
        });
    }

    /// Adds a Latchel work order at the first Latchel property that has a reference.
    pub fn add_job(&self, state: &str) -> JobId {
        self.latchel.edit(|world| {
            let property = world.properties.values().find(|one| one.reference.is_some());
            let id = JobId(world.jobs.keys().last().map_or(300, |last| last.0 + 1));
            let property = property.map(|one| one.id);
            let job = Job { state: JobState::from_name(state), ..job(id, property, world.now) };
            world.jobs.insert(id, job);
            id
        })
    }

    /// The platform's work orders that are there because of a Latchel work order.
    pub fn made_from(&self, job: JobId) -> Vec<WorkOrder> {
        let marker = Some(Marker::for_job(job));
        self.platform.edit(|world| {
            let made = world.work_orders.values().filter_map(|row| match row {
                Row::Record(work_order) if work_order.marker == marker => Some(work_order.clone()),
                _ => None,
            });
            made.collect()
        })
    }
}

async fn engine(
    policy: &Policy,
    platform: &Arc<MemoryPlatform>,
    latchel: &Arc<MemoryLatchel>,
) -> (Arc<SqliteLedger>, Engine) {
    // A run that died keeps nobody out: time in a story is not this machine's.
    let ledger = SqliteLedger::in_memory().await.expect("a ledger").with_lease(TimeDelta::zero());
    let ledger = Arc::new(ledger);
    (ledger.clone(), Engine::new(settings(policy), platform.clone(), latchel.clone(), ledger))
}

fn settings(policy: &Policy) -> AccountSettings {
    let time_zone = chrono_tz::America::Los_Angeles;
    AccountSettings { name: "main".to_owned(), time_zone, policy: policy.clone() }
}

pub fn noon() -> DateTime<Utc> {
    "2026-03-02T20:00:00Z".parse().expect("an instant")
}

/// A world with two rentable units, a resident in each, a work order of each, and the Latchel user.
pub fn world() -> PlatformWorld {
    let user = |id: &str, name: &str| User { id: UserId::new(id), name: name.to_owned(), is_active: true };
    let units = [unit("12", Some("34")), unit("13", None)];
    PlatformWorld {
        now: noon(),
        properties: keyed(units.iter().map(property), |one| one.id.clone()),
        residents: keyed(units.iter().map(resident), |one| one.id.clone()),
        work_orders: keyed(units.iter().map(work_order), |one| one.id.clone()),
        users: vec![user(LATCHEL_USER, "LATCHEL maintenance"), user("2", "Robin Keeper")],
        ..PlatformWorld::default()
    }
}

fn keyed<K: Ord, T>(records: impl Iterator<Item = T>, key: fn(&T) -> K) -> BTreeMap<K, Row<T>> {
    records.map(|record| (key(&record), Row::Record(record))).collect()
}

pub fn unit(property: &str, unit: Option<&str>) -> PropertyRef {
    PropertyRef::new(PropertyId::new(property), unit.map(UnitId::new))
}

pub fn stamped(at: DateTime<Utc>) -> Freshness {
    Freshness::Stamped { created_at: Some(at), updated_at: Some(at) }
}

pub fn property(id: &PropertyRef) -> Property {
    let text = |text: &str| Some(text.to_owned());
    Property {
        id: id.clone(),
        property_name: format!("Elm {}", id.property),
        unit_name: id.unit.as_ref().map(ToString::to_string),
        address: Address {
            line1: text("1 Elm Street"),
            line2: None,
            city: text("Boise"),
            state: text("ID"),
            postal_code: text("83702"),
        },
        is_active: true,
        freshness: stamped(noon()),
    }
}

/// The resident `R` and the number of the property.
pub fn resident(unit: &PropertyRef) -> Resident {
    let move_in = "2025-06-01".parse().ok();
    Resident {
        id: ResidentRef::new(ResidentId::new(format!("R{}", unit.property)), unit.property.clone()),
        name: "Ada Abara".to_owned(),
        email: Some("ada@example.com".to_owned()),
        phone: None,
        tenancies: vec![Tenancy { unit: unit.unit.clone(), move_in, move_out: None }],
        freshness: stamped(noon()),
    }
}

/// A Latchel work order as people make it.
pub fn job(id: JobId, property: Option<LatchelPropertyId>, at: DateTime<Utc>) -> Job {
    Job {
        id,
        number: None,
        work_order: None,
        name: "Fence".to_owned(),
        description: "It fell over.".to_owned(),
        vendor_instructions: None,
        access_instructions: None,
        entry_allowed: None,
        severity: Severity::Normal,
        state: JobState::Other("Diagnosing Issue".to_owned()),
        is_archived: false,
        is_vacant: false,
        property,
        resident: None,
        created_at: at,
        updated_at: at,
        state_updated_at: Some(at),
        slug: None,
    }
}

/// The work order `W` and the number of the property, assigned to the Latchel user.
pub fn work_order(unit: &PropertyRef) -> WorkOrder {
    WorkOrder {
        id: WorkOrderId::new(format!("W{}", unit.property)),
        number: format!("N{}", unit.property),
        title: "Tap".to_owned(),
        description: "It drips.".to_owned(),
        property: unit.clone(),
        requested_by: Some(ResidentId::new(format!("R{}", unit.property))),
        assigned_users: vec![UserId::new(LATCHEL_USER)],
        status: WorkOrderStatus::Open("New".to_owned()),
        severity: Severity::Normal,
        scheduled_start: None,
        entry_allowed: None,
        access_instructions: None,
        marker: None,
        freshness: stamped(noon()),
    }
}
