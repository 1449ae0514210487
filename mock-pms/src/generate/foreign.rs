//! A Latchel that another program fills: by small numbers of its own in place of the platform's ids.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::Foreign;
use super::spelling::{Place, spelled};
use crate::world::{
    Id, Job, LatchelProperty, Lease, ManagedBy, Platform, Priority, Property, Record, Resident, Severity,
    Table, Task, TaskStatus, Tenant, Unit, WorkOrder, World,
};

/// The program, as the jobs that it makes name it.
const SOURCE: &str = "Appfolio Plugin";
/// Distance of a reference to what is gone, and of one that would be an id of the platform otherwise.
const FAR: Id = 1_000_000;

/// Puts what the other program left in the place of what Latchel has.
pub(super) fn fill(world: &mut World, how: Foreign, seed: u64) {
    let mut filler = Filler::new(world, how, seed);
    let mut units: HashMap<Id, Vec<&Unit>> = HashMap::new();
    for unit in &world.platform.units {
        units.entry(unit.property_id).or_default().push(unit);
    }
    for property in world.platform.properties.iter().filter(|one| one.address.state.is_some()) {
        match units.get(&property.id) {
            None => filler.rentable(property, None),
            Some(units) => units.iter().for_each(|unit| filler.rentable(property, Some(unit))),
        }
    }
    if how.stale {
        world.platform.properties.iter().step_by(10).for_each(|property| filler.gone_place(property));
    }
    world.platform.leases.iter().for_each(|lease| filler.residents(lease));
    world.platform.work_orders.iter().for_each(|order| filler.job(order));
    let Filler { properties, residents, jobs, .. } = filler;
    world.latchel.properties = properties;
    world.latchel.residents = residents;
    world.latchel.jobs = jobs;
    world.latchel.company.filled_by = Some(SOURCE.to_owned());
}

struct Filler {
    platform: Platform,
    numbers: Numbers,
    portfolio: Option<Id>,
    how: Foreign,
    chance: ChaCha8Rng,
    now: DateTime<Utc>,
    today: NaiveDate,
    /// Latchel's property for each rentable unit that is there.
    homes: HashMap<(Id, Option<Id>), Id>,
    /// Latchel's resident for each tenant that is there.
    people: HashMap<Id, Id>,
    properties: Table<LatchelProperty>,
    residents: Table<Resident>,
    jobs: Table<Job>,
}

impl Filler {
    fn new(world: &World, how: Foreign, seed: u64) -> Self {
        Self {
            numbers: Numbers::of(&world.platform, how),
            platform: world.platform.clone(),
            portfolio: world.latchel.portfolios.iter().next().map(|one| one.id),
            how,
            chance: ChaCha8Rng::seed_from_u64(seed ^ 0xF0E1),
            now: world.now(),
            today: world.platform_today(),
            homes: HashMap::new(),
            people: HashMap::new(),
            properties: Table::default(),
            residents: Table::default(),
            jobs: Table::default(),
        }
    }

    /// The reference as it is by now: some are lost, and some lead nowhere.
    fn kept(&mut self, own: Option<String>) -> Option<String> {
        let (is_stale, is_bare) = (self.once_in(12), self.once_in(8));
        match (self.how.bare && is_bare, self.how.stale && is_stale) {
            (true, _) => None,
            (false, true) => gone(&own?),
            (false, false) => own,
        }
    }

    /// True once in so many times.
    fn once_in(&mut self, times: u32) -> bool {
        self.chance.random_range(0..times) == 0
    }

    fn rentable(&mut self, property: &Property, unit: Option<&Unit>) {
        let is_absent = self.once_in(2);
        if self.how.half && is_absent {
            return;
        }
        let id = self.property(property, unit);
        self.homes.insert((property.id, unit.map(|unit| unit.id)), id);
        let is_doubled = self.once_in(10);
        if self.how.doubled && is_doubled {
            self.property(property, unit);
        }
    }

    fn property(&mut self, property: &Property, unit: Option<&Unit>) -> Id {
        let number = unit.map(|unit| unit.number.as_str());
        let Place { name, address1, address2, city } = spelled(&property.address, number, &mut self.chance);
        let id = 300_000 + count(&self.properties);
        let own = self.numbers.properties.get(&property.id).cloned();
        let ref_property_id = self.kept(own.clone());
        let unit = unit.filter(|_| ref_property_id == own);
        let ref_unit_id = unit.and_then(|unit| self.numbers.units.get(&unit.id).cloned());
        let at = self.now - TimeDelta::days(400);
        let address = &property.address;
        let row = LatchelProperty {
            id,
            portfolio_id: self.portfolio,
            integration_data: Some(name.clone()),
            name,
            address1,
            address2,
            city,
            state: address.state.clone().unwrap_or_default(),
            zip: address.postal_code.clone().unwrap_or_default(),
            adjusted_address: None,
            is_active: property.active,
            ref_property_id,
            ref_unit_id,
            integration_sync_method: None,
            default_access_instructions: None,
            created_at: at,
            updated_at: at,
        };
        // Its id is one more than that of the row before.
        let _ = self.properties.insert(row);
        id
    }

    /// A place in the street of a property that the platform has no more.
    fn gone_place(&mut self, property: &Property) {
        let mut address = property.address.clone();
        address.line1 = address.line1.map(|line| format!("100{line}"));
        address.state.get_or_insert_with(|| "OR".to_owned());
        let home = self.property(&Property { address, ..property.clone() }, None);
        if let Some(row) = self.properties.get_mut(home) {
            row.ref_property_id = row.ref_property_id.take().and_then(|own| gone(&own));
        }
    }

    fn residents(&mut self, lease: &Lease) {
        let Some(home) = self.homes.get(&(lease.property_id, lease.unit_id)).copied() else { return };
        for part in &lease.tenants {
            let Some(tenant) = self.platform.tenants.get(part.tenant_id).cloned() else { continue };
            let out = lease.move_outs.iter().find(|one| one.tenant_id == tenant.id).map(|one| one.move_out);
            self.resident(&tenant, home, part.move_in, out);
        }
    }

    fn resident(&mut self, tenant: &Tenant, home: Id, from: Option<NaiveDate>, out: Option<NaiveDate>) {
        let id = 600_000 + count(&self.residents);
        let own = self.numbers.tenants.get(&tenant.id).cloned();
        let ref_user_id = self.kept(own);
        let property = self.properties.get(home);
        let at = self.now - TimeDelta::days(100);
        let row = Resident {
            id,
            name: format!("{} {}", tenant.first_name, tenant.last_name),
            email: tenant.email.clone(),
            phone: tenant.phones.last().map(|phone| phone.number.clone()),
            is_active: from.is_none_or(|day| day <= self.today) && out.is_none_or(|day| self.today < day),
            ref_user_id,
            ref_property_id: property.and_then(|one| one.ref_property_id.clone()),
            ref_unit_id: property.and_then(|one| one.ref_unit_id.clone()),
            property_id: Some(home),
            move_in_date: from,
            move_out_date: out,
            integration_data: None,
            created_at: at,
            updated_at: at,
        };
        let _ = self.residents.insert(row);
        self.people.insert(tenant.id, id);
    }

    fn job(&mut self, order: &WorkOrder) {
        let Some(task) = self.platform.tasks.get(order.task_id).cloned() else { return };
        let Some(property) = task.property_id else { return };
        let Some(home) = self.homes.get(&(property, task.unit_id)).copied() else { return };
        let id = 900_000 + count(&self.jobs);
        let own = self.numbers.work_orders.get(&order.id).cloned();
        let ref_job_id = self.kept(own);
        let is_urgent = task.priority == Priority::High;
        let row = Job {
            id,
            source: SOURCE.to_owned(),
            state: state_of(&task, id).to_owned(),
            state_updated_at: order.updated_at,
            scheduled_start: None,
            scheduled_end: None,
            is_urgent,
            is_emergency: false,
            severity: if is_urgent { Severity::Urgent } else { Severity::Normal },
            order_number: ref_job_id.is_some().then(|| order.id.to_string()),
            name: task.title.chars().take(50).collect(),
            description: order.details.clone().or_else(|| Some(task.title.clone())),
            vendor_description: None,
            access_instructions: None,
            enter_permission: None,
            max_cost: None,
            estimate: None,
            is_vacant: task.requested_by.is_none(),
            is_archived: false,
            is_resident_responsible: false,
            managed_by: ManagedBy::Latchel,
            tenant_id: task.requested_by.and_then(|tenant| self.people.get(&tenant).copied()),
            pm_id: Some(1),
            property_id: home,
            vendor_id: Some(7_001),
            ref_job_id,
            ref_service_request_id: None,
            created_at: order.created_at,
            updated_at: order.updated_at,
        };
        let _ = self.jobs.insert(row);
    }
}

fn count<T: Record>(table: &Table<T>) -> Id {
    Id::try_from(table.len()).unwrap_or(Id::MAX)
}

/// The other program's numbers for the platform's records, by kind.
struct Numbers {
    properties: HashMap<Id, String>,
    units: HashMap<Id, String>,
    tenants: HashMap<Id, String>,
    work_orders: HashMap<Id, String>,
}

impl Numbers {
    fn of(platform: &Platform, how: Foreign) -> Self {
        Self {
            properties: numbered(&platform.properties, how),
            units: numbered(&platform.units, how),
            tenants: numbered(&platform.tenants, how),
            work_orders: numbered(&platform.work_orders, how),
        }
    }
}

/// The place of each record among all of its kind, or a number far off where that is an id of the platform; or that id.
fn numbered<T: Record>(table: &Table<T>, how: Foreign) -> HashMap<Id, String> {
    let number = |id: Id, place: Id| match (how.known, table.contains(place)) {
        (true, _) => id,
        (false, true) => place + 2 * FAR,
        (false, false) => place,
    };
    table.iter().zip(1..).map(|(row, place)| (row.id(), number(row.id(), place).to_string())).collect()
}

/// A number of the same kind that names nothing any more.
fn gone(reference: &str) -> Option<String> {
    let number: Id = reference.parse().ok()?;
    Some((number + FAR).to_string())
}

/// A state that fits the platform's status; open jobs differ by their ids.
fn state_of(task: &Task, id: Id) -> &'static str {
    match (task.status, id % 3) {
        (TaskStatus::Completed, _) => "Completed",
        (TaskStatus::Closed, _) => "Cancelled",
        (TaskStatus::Deferred, _) => "Waiting for PM",
        (TaskStatus::New, _) => "Finding Service Provider",
        (TaskStatus::InProgress, 0) => "Needs Approval",
        (TaskStatus::InProgress, _) => "Scheduling Service Provider",
    }
}
