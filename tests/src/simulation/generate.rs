//! Records of an account's two systems before its first sync.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use latchel_sync_core::engine::AccountSettings;
use latchel_sync_core::in_memory::{
    Journal, LatchelWorld, MemoryLatchel, MemoryPlatform, PlatformWorld, Texts,
};
use latchel_sync_core::model::*;
use latchel_sync_core::{Platform, Portfolio};

use super::account::{Account, Face, Habits, Stamps};
use super::chance::Chance;
use super::clock::Clock;
use super::foreign;
use super::history::Event;
use super::log::Log;
use super::pair::{LATCHEL_USER, job, property, resident, unit, work_order};
use super::profile::{Profile, profile};
use super::quoted::{self, Keeps};
use super::tally::Shared;

/// Age of all records at the first sync.
const BEFORE: TimeDelta = TimeDelta::hours(20);

/// An account by chance.
pub fn account(
    name: &str,
    chance: &mut Chance,
    clock: Clock,
    (log, tally): (Arc<Log>, Arc<Shared>),
) -> Account {
    let journal = || Arc::new(Journal::new());
    let everything = MemoryPlatform::new(PlatformWorld::default(), journal()).capabilities();
    let Profile { name: like, capabilities, habits } = profile(chance, everything);
    tally.platform(like);
    let settings = AccountSettings {
        name: name.to_owned(),
        time_zone: chance.pick(&[chrono_tz::America::Los_Angeles, chrono_tz::UTC, chrono_tz::Asia::Tokyo]),
        policy: policy(chance),
    };
    let made = clock.now() - BEFORE;
    let guard = settings.policy.adoption.guard;
    let platform = platform_world(chance, &habits, made, guard);
    let mut latchel = latchel_world(chance, made);
    if guard == AdoptionGuard::On {
        foreign::add(chance, &mut latchel);
    }
    if chance.percent(30)
        && let Some(one) = adopted(chance, &platform, made)
    {
        if habits.face != Face::Whole {
            house(&mut latchel, &one);
        }
        latchel.residents.insert(one.id, one);
    }
    let systems = (
        MemoryPlatform::new(platform, journal()).with_capabilities(capabilities),
        MemoryLatchel::new(latchel, journal()).with_visibility_delay(habits.declared_lag),
    );
    let account = Account::new(settings, systems, habits, clock, (log, tally));
    note_all(&account);
    account
}

fn policy(chance: &mut Chance) -> Policy {
    let mut policy =
        Policy::new(chance.pick(&[SyncMethod::All, SyncMethod::All, SyncMethod::Assigned, SyncMethod::None]));
    // Without it properties share an address, so that nearly everything would be held back as a twin.
    if chance.percent(60) {
        policy.adoption.guard = AdoptionGuard::Off;
    }
    let leave_out = |chance: &mut Chance| match chance.percent(30) {
        true => NewRecords::Skip,
        false => NewRecords::Create,
    };
    policy.properties.new_inactive = leave_out(chance);
    policy.residents.new_moved_out = leave_out(chance);
    if chance.percent(40) {
        policy.properties.gone = GoneProperties::Deactivate;
    }
    if chance.percent(30) {
        policy.residents.returning = Returning::Leave;
    }
    if chance.percent(30) {
        policy.work_orders.closed = ClosedWorkOrders::Skip;
    }
    if chance.percent(30) {
        policy.mass_change = MassChangePolicy { percent: 30, at_least: 2 };
    }
    if chance.percent(20) {
        policy.exclude.groups.insert("Sold".to_owned());
    }
    if chance.percent(10) {
        policy.exclude.properties.insert("3".to_owned());
    }
    if chance.percent(20) {
        let method = chance.pick(&[SyncMethod::All, SyncMethod::Assigned, SyncMethod::None]);
        policy.sync_method_overrides.properties.insert(PropertyId::new("2"), method);
    }
    if chance.percent(20) {
        let method = chance.pick(&[SyncMethod::All, SyncMethod::None]);
        policy.sync_method_overrides.portfolios.insert("51".to_owned(), method);
    }
    policy
}

/// Properties 1 to 3 have two units, the others none; nobody knows of property 9 yet.
pub fn units(count: i64) -> Vec<PropertyRef> {
    (1..=count)
        .flat_map(|number| match number {
            1..=3 => vec![unit(&number.to_string(), Some("A")), unit(&number.to_string(), Some("B"))],
            _ => vec![unit(&number.to_string(), None)],
        })
        .collect()
}

/// A property as it is first entered: where the guard compares addresses, each has its own.
pub fn new_property(guard: AdoptionGuard, id: &PropertyRef) -> Property {
    let mut one = property(id);
    if guard == AdoptionGuard::On {
        one.address.line1 = Some(format!("{} Elm Street", id.property));
    }
    one
}

fn platform_world(
    chance: &mut Chance,
    habits: &Habits,
    made: DateTime<Utc>,
    guard: AdoptionGuard,
) -> PlatformWorld {
    let stamps = habits.stamps;
    let units = units(chance.from(2, 5));
    let user = |id: &str, name: &str| User { id: UserId::new(id), name: name.to_owned(), is_active: true };
    let mut world = PlatformWorld {
        now: made,
        users: vec![user(LATCHEL_USER, "LATCHEL maintenance"), user("2", "Robin Keeper")],
        groups: vec![PropertyGroup {
            id: GroupId::new("77"),
            name: "Sold".to_owned(),
            properties: vec![PropertyId::new("2")],
        }],
        ..PlatformWorld::default()
    };
    for id in &units {
        let mut one = new_property(guard, id);
        one.is_active = !chance.percent(15);
        if chance.percent(10) {
            one.address.state = None;
        }
        put_property(&mut world, stamps, one);
    }
    if chance.percent(20) {
        let invalid = InvalidRecord {
            id: "8".to_owned(),
            field: "Address".to_owned(),
            problem: "it is a number".to_owned(),
        };
        world.properties.insert(unit("8", None), Row::Invalid(invalid));
    }
    for number in 1..=chance.from(2, 5) {
        let home = chance.pick(&units);
        let mut one = resident(&home);
        one.id.resident = ResidentId::new(format!("R{number}"));
        one.tenancies = vec![tenancy(chance, &home, made)];
        put_resident(&mut world, stamps, one);
    }
    for number in 1..=chance.from(1, 4) {
        let home = if chance.percent(15) { unit("9", None) } else { chance.pick(&units) };
        let one = new_work_order(chance, habits.keeps, &world, number, &home);
        put_work_order(&mut world, chance.percent(30), one);
    }
    if chance.percent(30) {
        let row = Row::NotSupported { id: "F1".to_owned(), what: "a file".to_owned(), fingerprint: None };
        world.work_orders.insert(WorkOrderId::new("F1"), row);
    }
    if chance.percent(15) {
        world.unreachable.push(PropertyId::new("1"));
    }
    world
}

/// A stay that is over, goes on, or is to come.
pub fn tenancy(chance: &mut Chance, home: &PropertyRef, now: DateTime<Utc>) -> Tenancy {
    let day = |days: i64| Some((now + TimeDelta::days(days)).date_naive());
    let (move_in, move_out) = match chance.below(6) {
        0 => (day(-300), day(chance.from(-20, 0))),
        1 => (day(-300), day(chance.from(1, 9))),
        2 => (day(chance.from(1, 9)), None),
        3 => (None, None),
        4 => (day(chance.from(1, 4)), day(chance.from(5, 9))),
        _ => (day(-300), None),
    };
    Tenancy { unit: home.unit.clone(), move_in, move_out }
}

/// A work order at `home`, asked for by somebody of the property if somebody lives there.
pub fn new_work_order(
    chance: &mut Chance,
    keeps: Keeps,
    world: &PlatformWorld,
    number: i64,
    home: &PropertyRef,
) -> WorkOrder {
    let neighbour = world.residents.keys().find(|one| one.property == home.property);
    let status = match chance.below(5) {
        0 => WorkOrderStatus::Closed(chance.pick(&[ClosedStatus::Completed, ClosedStatus::Cancelled])),
        _ => WorkOrderStatus::Open("New".to_owned()),
    };
    let one = WorkOrder {
        id: WorkOrderId::new(format!("W{number}")),
        number: format!("N{number}"),
        requested_by: neighbour.map(|one| one.resident.clone()),
        assigned_users: vec![UserId::new(if chance.percent(60) { LATCHEL_USER } else { "2" })],
        status,
        ..work_order(home)
    };
    if chance.percent(80) {
        return one;
    }
    let (title, description) = quoted::words(chance);
    keeps.read(WorkOrder { title, description, ..one })
}

fn latchel_world(chance: &mut Chance, made: DateTime<Utc>) -> LatchelWorld {
    let texts = chance.pick(&[Texts::AsSent, Texts::Trimmed]);
    let mut world = LatchelWorld { now: made, texts, ..LatchelWorld::default() };
    if chance.percent(40) {
        let id = LatchelPropertyId(90);
        world.properties.insert(id, by_hand(id, None));
        let resident = LatchelResident {
            id: LatchelResidentId(190),
            reference: None,
            unit: None,
            name: "Bo Bell".to_owned(),
            email: None,
            phone: None,
            contact_known: true,
            move_in: None,
            move_out: None,
            is_active: true,
        };
        world.residents.insert(resident.id, resident);
    }
    // Somebody has typed in a property of the platform, with its reference.
    if chance.percent(25) {
        let id = LatchelPropertyId(91);
        let portfolio = chance.percent(50).then_some(PortfolioId(51));
        world.properties.insert(id, LatchelProperty { portfolio, ..by_hand(id, Some(unit("1", Some("A")))) });
    }
    let method = chance.pick(&[None, None, Some(SyncMethod::Assigned)]);
    world.portfolios.push(Portfolio { id: PortfolioId(51), name: "North".to_owned(), sync_method: method });
    if chance.percent(50) {
        let property = world.properties.keys().last().copied();
        world.jobs.insert(JobId(290), job(JobId(290), property, made));
    }
    world
}

/// Somebody whom another sync has entered: active or not, with dates that may be others than the platform's.
fn adopted(chance: &mut Chance, world: &PlatformWorld, made: DateTime<Utc>) -> Option<LatchelResident> {
    let one = records(&world.residents).into_iter().next()?;
    let stay = match chance.percent(50) {
        true => one.tenancies.first()?.clone(),
        false => tenancy(chance, &PropertyRef::new(one.id.property.clone(), None), made),
    };
    Some(LatchelResident {
        id: LatchelResidentId(191),
        reference: Some(one.id),
        unit: stay.unit,
        name: one.name,
        email: one.email,
        phone: one.phone,
        contact_known: true,
        move_in: stay.move_in,
        move_out: stay.move_out,
        is_active: chance.percent(40),
    })
}

/// Gives somebody who is in Latchel already a property to live at, which lists tell.
fn house(world: &mut LatchelWorld, one: &LatchelResident) {
    let home = one.reference.as_ref().map(|own| PropertyRef::new(own.property.clone(), one.unit.clone()));
    if !world.properties.values().any(|one| one.reference == home) {
        let id = LatchelPropertyId(92);
        world.properties.insert(id, by_hand(id, home));
    }
}

pub(super) fn by_hand(id: LatchelPropertyId, reference: Option<PropertyRef>) -> LatchelProperty {
    LatchelProperty {
        id,
        portfolio: None,
        reference,
        name: "The corner house".to_owned(),
        source_address: Address::default(),
        integration_data: None,
        is_active: true,
        sync_method: None,
    }
}

fn freshness(stamps: Stamps, content: serde_json::Value, now: DateTime<Utc>) -> Freshness {
    match stamps {
        Stamps::Instants => Freshness::Stamped { created_at: None, updated_at: Some(now) },
        Stamps::Fingerprints => {
            Freshness::Fingerprint { fingerprint: Fingerprint::of(&content), at_least: None }
        }
    }
}

/// Puts a property as it is now.
pub fn put_property(world: &mut PlatformWorld, stamps: Stamps, mut one: Property) {
    let content = serde_json::json!([one.property_name, one.unit_name, one.address, one.is_active]);
    one.freshness = freshness(stamps, content, world.now);
    world.properties.insert(one.id.clone(), Row::Record(one));
}

/// Puts a resident as they are now.
pub fn put_resident(world: &mut PlatformWorld, stamps: Stamps, mut one: Resident) {
    let content = serde_json::json!([one.name, one.email, one.phone, one.tenancies]);
    one.freshness = freshness(stamps, content, world.now);
    world.residents.insert(one.id.clone(), Row::Record(one));
}

/// Puts a work order as it is now; of one that is hinted, lists show no more than that it may have changed.
pub fn put_work_order(world: &mut PlatformWorld, hinted: bool, mut one: WorkOrder) {
    let created_at = (!world.work_orders.contains_key(&one.id)).then_some(world.now);
    one.freshness = Freshness::Stamped { created_at, updated_at: Some(world.now) };
    if hinted || world.hinted.contains_key(&one.id) {
        let content = serde_json::json!([one.status, one.assigned_users, one.marker]);
        world.hinted.insert(one.id.clone(), Fingerprint::of(&content));
    }
    world.work_orders.insert(one.id.clone(), Row::Record(one));
}

/// Writes down what is there from the start.
fn note_all(account: &Account) {
    let records: (Vec<_>, Vec<_>, Vec<_>) = account.on_platform(|world| {
        (records(&world.properties), records(&world.residents), records(&world.work_orders))
    });
    records.0.into_iter().for_each(|one| account.note(Event::Property(one)));
    records.1.into_iter().for_each(|one| account.note(Event::Resident(one)));
    records.2.into_iter().for_each(|one| account.note(Event::WorkOrder(one)));
    let latchel = account.in_latchel(|world| world.clone());
    latchel.properties.into_values().for_each(|one| account.note(Event::LatchelProperty(one)));
    latchel.residents.into_values().for_each(|one| account.note(Event::LatchelResident(one)));
    latchel.jobs.into_values().for_each(|one| account.note(Event::Job(one)));
}

/// The rows that are records.
pub fn records<K: Ord, T: Clone>(rows: &BTreeMap<K, Row<T>>) -> Vec<T> {
    let record = |row: &Row<T>| match row {
        Row::Record(record) => Some(record.clone()),
        Row::Hint { .. } | Row::NotSupported { .. } | Row::Invalid(_) => None,
    };
    rows.values().filter_map(record).collect()
}

/// The rows of a page that are records.
pub fn rows_to_records<T: Clone>(rows: &[Row<T>]) -> Vec<T> {
    let record = |row: &Row<T>| if let Row::Record(record) = row { Some(record.clone()) } else { None };
    rows.iter().filter_map(record).collect()
}
