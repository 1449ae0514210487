//! References and identities within a world: each error names the path.

use std::collections::HashSet;

use chrono::Datelike;

use super::{Id, Lease, Record, Table, Task, World, WorldError};

/// Platform ids are 32 bits wide on some platforms.
const MAX_PLATFORM_ID: Id = i32::MAX as Id;

/// Years that every zone and every date format can tell.
const YEARS: std::ops::RangeInclusive<i32> = 1970..=9999;

impl World {
    /// Checks that the world's time can be told.
    pub(crate) fn check_clock(&self) -> Result<(), WorldError> {
        if YEARS.contains(&self.now().year()) {
            return Ok(());
        }
        Err(invalid("clock.now".to_owned(), format!("{} is outside of 1970 to 9999", self.now())))
    }

    /// Checks that every id is usable and that every reference leads somewhere.
    pub(crate) fn check_references(&self) -> Result<(), WorldError> {
        self.check_platform()?;
        self.check_latchel()
    }

    fn check_platform(&self) -> Result<(), WorldError> {
        let p = &self.platform;
        check_ids("platform", &p.properties, MAX_PLATFORM_ID)?;
        check_ids("platform", &p.property_groups, MAX_PLATFORM_ID)?;
        check_ids("platform", &p.units, MAX_PLATFORM_ID)?;
        check_ids("platform", &p.tenants, MAX_PLATFORM_ID)?;
        check_ids("platform", &p.leases, MAX_PLATFORM_ID)?;
        check_ids("platform", &p.users, MAX_PLATFORM_ID)?;
        check_ids("platform", &p.vendors, MAX_PLATFORM_ID)?;
        check_ids("platform", &p.categories, MAX_PLATFORM_ID)?;
        check_ids("platform", &p.tasks, MAX_PLATFORM_ID)?;
        check_ids("platform", &p.work_orders, MAX_PLATFORM_ID)?;
        for (i, group) in p.property_groups.iter().enumerate() {
            for (j, id) in group.property_ids.iter().enumerate() {
                let path = || format!("platform.property_groups[{i}].property_ids[{j}]");
                refers(path, "property", &p.properties, Some(*id))?;
            }
        }
        for (i, user) in p.users.iter().enumerate() {
            for (j, id) in user.property_ids.iter().flatten().enumerate() {
                let path = || format!("platform.users[{i}].property_ids[{j}]");
                refers(path, "property", &p.properties, Some(*id))?;
            }
        }
        for (i, unit) in p.units.iter().enumerate() {
            let path = || format!("platform.units[{i}].property_id");
            refers(path, "property", &p.properties, Some(unit.property_id))?;
        }
        for (i, lease) in p.leases.iter().enumerate() {
            self.check_lease(&format!("platform.leases[{i}]"), lease)?;
        }
        for (i, task) in p.tasks.iter().enumerate() {
            self.check_task(&format!("platform.tasks[{i}]"), task)?;
        }
        let mut steps = HashSet::new();
        for (i, order) in p.work_orders.iter().enumerate() {
            let at = |field: &'static str| move || format!("platform.work_orders[{i}].{field}");
            refers(at("task_id"), "task", &p.tasks, Some(order.task_id))?;
            refers(at("vendor_id"), "vendor", &p.vendors, order.vendor_id)?;
            for (j, step) in order.steps.iter().enumerate() {
                let path = |field: &str| format!("platform.work_orders[{i}].steps[{j}].{field}");
                for id in &step.assigned_to {
                    refers(|| path("assigned_to"), "user", &p.users, Some(*id))?;
                }
                if !steps.insert(step.id) {
                    return Err(invalid(path("id"), format!("id {} occurs twice", step.id)));
                }
            }
        }
        Ok(())
    }

    fn check_lease(&self, path: &str, lease: &Lease) -> Result<(), WorldError> {
        let p = &self.platform;
        refers(|| format!("{path}.property_id"), "property", &p.properties, Some(lease.property_id))?;
        refers(|| format!("{path}.unit_id"), "unit", &p.units, lease.unit_id)?;
        self.unit_fits(path, Some(lease.property_id), lease.unit_id)?;
        for (j, tenant) in lease.tenants.iter().enumerate() {
            let path = || format!("{path}.tenants[{j}].tenant_id");
            refers(path, "tenant", &p.tenants, Some(tenant.tenant_id))?;
        }
        for (j, leaving) in lease.move_outs.iter().enumerate() {
            if !lease.tenants.iter().any(|t| t.tenant_id == leaving.tenant_id) {
                let message = format!("tenant {} is not on lease {}", leaving.tenant_id, lease.id);
                return Err(invalid(format!("{path}.move_outs[{j}].tenant_id"), message));
            }
        }
        Ok(())
    }

    fn check_task(&self, path: &str, task: &Task) -> Result<(), WorldError> {
        let p = &self.platform;
        refers(|| format!("{path}.property_id"), "property", &p.properties, task.property_id)?;
        refers(|| format!("{path}.unit_id"), "unit", &p.units, task.unit_id)?;
        self.unit_fits(path, task.property_id, task.unit_id)?;
        refers(|| format!("{path}.lease_id"), "lease", &p.leases, task.lease_id)?;
        refers(|| format!("{path}.requested_by"), "tenant", &p.tenants, task.requested_by)?;
        refers(|| format!("{path}.assigned_to"), "user", &p.users, task.assigned_to)?;
        for (j, user) in task.also_assigned_to.iter().enumerate() {
            let path = || format!("{path}.also_assigned_to[{j}]");
            refers(path, "user", &p.users, Some(*user))?;
        }
        refers(|| format!("{path}.category_id"), "category", &p.categories, task.category_id)
    }

    fn unit_fits(&self, path: &str, property_id: Option<Id>, unit_id: Option<Id>) -> Result<(), WorldError> {
        match unit_id.and_then(|id| self.platform.units.get(id)) {
            Some(unit) if Some(unit.property_id) != property_id => Err(invalid(
                format!("{path}.unit_id"),
                format!("unit {} belongs to property {}", unit.id, unit.property_id),
            )),
            _ => Ok(()),
        }
    }

    fn check_latchel(&self) -> Result<(), WorldError> {
        let l = &self.latchel;
        check_ids("latchel", &l.portfolios, Id::MAX)?;
        check_ids("latchel", &l.properties, Id::MAX)?;
        check_ids("latchel", &l.residents, Id::MAX)?;
        check_ids("latchel", &l.jobs, Id::MAX)?;
        for (i, property) in l.properties.iter().enumerate() {
            let path = || format!("latchel.properties[{i}].portfolio_id");
            refers(path, "portfolio", &l.portfolios, property.portfolio_id)?;
        }
        for (i, resident) in l.residents.iter().enumerate() {
            let path = || format!("latchel.residents[{i}].property_id");
            refers(path, "property", &l.properties, resident.property_id)?;
        }
        for (i, job) in l.jobs.iter().enumerate() {
            let at = |field: &'static str| move || format!("latchel.jobs[{i}].{field}");
            refers(at("property_id"), "property", &l.properties, Some(job.property_id))?;
            refers(at("tenant_id"), "resident", &l.residents, job.tenant_id)?;
        }
        Ok(())
    }
}

fn check_ids<T: Record>(side: &str, table: &Table<T>, max: Id) -> Result<(), WorldError> {
    for (i, row) in table.iter().enumerate() {
        if !(1..=max).contains(&row.id()) {
            let message = format!("{} is outside 1..={max}", row.id());
            return Err(invalid(format!("{side}.{}[{i}].id", T::COLLECTION), message));
        }
    }
    Ok(())
}

fn refers<T: Record>(
    path: impl Fn() -> String,
    what: &str,
    table: &Table<T>,
    id: Option<Id>,
) -> Result<(), WorldError> {
    match id {
        Some(id) if !table.contains(id) => Err(invalid(path(), format!("no {what} {id}"))),
        _ => Ok(()),
    }
}

fn invalid(path: String, message: String) -> WorldError {
    WorldError::Invalid { path, message }
}
