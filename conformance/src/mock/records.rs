//! The suite's records in the words of the mock's world.

use latchel_sync_core::model::{self, Kind, Severity};
use mock_pms::World;
use mock_pms::world::{
    Address, EditError, EntryAllowed, Id, Lease, LeaseTenant, MoveOut, Phone, PhoneKind, Priority, Property,
    PropertyGroup, PropertyKind, Record, Task, TaskKind, TaskStatus, Tenant, Unit, User, UserKind, Vendor,
    WorkOrder,
};

use crate::records::{
    Added, Handle, NewProperty, NewResident, NewUser, NewWorkOrder, PropertyChange, ResidentChange, Standing,
    Status, WorkOrderChange,
};
use crate::report::{Able, Cannot};

pub(super) fn add_property(world: &mut World, new: &NewProperty) -> Able<Added> {
    let now = world.now();
    let id = world.next_id::<Property>();
    let kind = if new.units.is_empty() { PropertyKind::SingleFamily } else { PropertyKind::MultiFamily };
    insert(
        world,
        Property {
            id,
            name: new.name.clone(),
            address: address(&new.address),
            active: true,
            kind,
            created_at: now,
            updated_at: now,
        },
    )?;
    let mut units = Vec::new();
    for unit in &new.units {
        let unit = Unit {
            id: world.next_id::<Unit>(),
            property_id: id,
            number: unit.name.clone(),
            address: address(&unit.address),
            created_at: now,
            updated_at: now,
        };
        units.push(insert(world, unit)?);
    }
    Ok(Added { property: handle(id), units })
}

pub(super) fn change_property(world: &mut World, property: &Handle, change: &PropertyChange) -> Able<()> {
    let change = |property: &mut Property| match change {
        PropertyChange::Rename(name) => property.name.clone_from(name),
        PropertyChange::Hide => property.active = false,
        PropertyChange::Unhide => property.active = true,
    };
    done(world.update(id(property)?, change))
}

/// Adds a resident, with a lease for each stay.
pub(super) fn add_resident(world: &mut World, new: &NewResident) -> Able<Handle> {
    let now = world.now();
    let tenant_id = world.next_id::<Tenant>();
    let phone = |kind, number: &str| Phone { kind, number: number.to_owned() };
    insert(
        world,
        Tenant {
            id: tenant_id,
            first_name: new.first_name.clone(),
            last_name: new.last_name.clone(),
            email: Some(new.email.clone()),
            phones: vec![phone(PhoneKind::Home, &new.home_phone), phone(PhoneKind::Cell, &new.cell_phone)],
            tax_id: None,
            date_of_birth: None,
            comment: None,
            created_at: now,
            updated_at: now,
        },
    )?;
    for stay in &new.stays {
        let lease = Lease {
            id: world.next_id::<Lease>(),
            property_id: id(&stay.property)?,
            unit_id: optional(&stay.unit)?,
            from_date: stay.move_in,
            to_date: None,
            status: None,
            tenants: vec![LeaseTenant { tenant_id, move_in: Some(stay.move_in) }],
            move_outs: stay.move_out.into_iter().map(|move_out| leaving(tenant_id, move_out)).collect(),
            created_at: now,
            updated_at: now,
        };
        insert(world, lease)?;
    }
    Ok(handle(tenant_id))
}

fn leaving(tenant_id: Id, move_out: chrono::NaiveDate) -> MoveOut {
    MoveOut { tenant_id, move_out, notice: None }
}

pub(super) fn change_resident(world: &mut World, resident: &Handle, change: &ResidentChange) -> Able<()> {
    let tenant_id = id(resident)?;
    match change {
        ResidentChange::Rename(name) => {
            done(world.update(tenant_id, |tenant: &mut Tenant| tenant.last_name.clone_from(name)))
        }
        ResidentChange::MoveOut(day) => {
            let mut leases = world.platform.leases.iter();
            let lease = leases.find(|lease| lease.tenants.iter().any(|one| one.tenant_id == tenant_id));
            let lease = lease.map(|lease| lease.id).ok_or_else(|| Cannot::to("find the resident's lease"))?;
            done(world.update(lease, |lease: &mut Lease| lease.move_outs = vec![leaving(tenant_id, *day)]))
        }
    }
}

pub(super) fn add_work_order(world: &mut World, new: &NewWorkOrder) -> Able<Handle> {
    let now = world.now();
    let status = status(new.status);
    let priority = if new.severity == Severity::Normal { Priority::Normal } else { Priority::High };
    let requested_by = optional(&new.requested_by)?;
    let lease = requested_by.and_then(|tenant| {
        let mut leases = world.platform.leases.iter();
        leases.find(|lease| lease.tenants.iter().any(|one| one.tenant_id == tenant))
    });
    let task = Task {
        id: world.next_id::<Task>(),
        kind: if requested_by.is_some() { TaskKind::ResidentRequest } else { TaskKind::Todo },
        title: new.title.clone(),
        description: Some(new.description.clone()),
        property_id: Some(id(&new.property)?),
        unit_id: optional(&new.unit)?,
        lease_id: lease.map(|lease| lease.id),
        requested_by,
        contact: None,
        assigned_to: optional(&new.assigned_to)?,
        also_assigned_to: Vec::new(),
        status,
        priority,
        due: None,
        category_id: None,
        entry_permitted: None,
        pets: None,
        entry_notes: None,
        history: Vec::new(),
        created_at: now,
        updated_at: now,
    };
    let order = WorkOrder {
        id: world.next_id::<WorkOrder>(),
        task_id: task.id,
        title: Some(new.title.clone()),
        status: Some(status),
        priority: Some(priority),
        due: None,
        details: Some(new.description.clone()),
        vendor_id: optional(&new.vendor)?.or_else(|| world.platform.vendors.iter().next().map(|one| one.id)),
        vendor_notes: None,
        entry_allowed: match new.entry_allowed {
            Some(true) => EntryAllowed::Yes,
            Some(false) => EntryAllowed::No,
            None => EntryAllowed::Unknown,
        },
        entry_notes: new.access_instructions.clone(),
        entry_contact_ids: Vec::new(),
        reference: None,
        status_word: None,
        scheduled_start: new.scheduled_start,
        invoice_number: None,
        chargeable_to: None,
        line_items: Vec::new(),
        steps: Vec::new(),
        created_at: now,
        updated_at: now,
    };
    insert(world, task)?;
    insert(world, order)
}

/// Changes a work order and its task. A description stands on both; a status and an assignment are the task's alone,
/// and so is their stamp.
pub(super) fn change_work_order(
    world: &mut World,
    work_order: &Handle,
    change: &WorkOrderChange,
) -> Able<()> {
    let order = id(work_order)?;
    let absent = || Cannot::to("find the work order");
    let task = world.get::<WorkOrder>(order).map(|order| order.task_id).ok_or_else(absent)?;
    match change {
        WorkOrderChange::Assign(user) => {
            let user = optional(user)?;
            done(world.update(task, |task: &mut Task| {
                task.assigned_to = user;
                task.also_assigned_to.clear();
            }))
        }
        WorkOrderChange::Status(new) => {
            let new = status(*new);
            done(world.update(task, |task: &mut Task| task.status = new))?;
            done(world.update(order, |order: &mut WorkOrder| {
                order.status = Some(new);
                order.status_word = None;
            }))
        }
    }
}

pub(super) fn double_newest_work_order(world: &mut World) -> Able<()> {
    let newest = world.platform.work_orders.iter().max_by_key(|order| order.id);
    let mut order = newest.cloned().ok_or_else(|| Cannot::to("double a work order: there is none"))?;
    let task = world.get::<Task>(order.task_id).cloned();
    let mut task = task.ok_or_else(|| Cannot::to("double a work order without a task"))?;
    task.id = world.next_id::<Task>();
    (order.id, order.task_id) = (world.next_id::<WorkOrder>(), task.id);
    insert(world, task)?;
    insert(world, order).map(|_| ())
}

pub(super) fn remove(world: &mut World, kind: Kind, record: &Handle) -> Able<()> {
    let id = id(record)?;
    let platform = &mut world.platform;
    let removed = match kind {
        Kind::Property => platform.properties.remove(id).is_some(),
        Kind::Resident => {
            let of = |lease: &&Lease| lease.tenants.iter().any(|one| one.tenant_id == id);
            let leases: Vec<_> = platform.leases.iter().filter(of).map(|lease| lease.id).collect();
            for lease in leases {
                platform.leases.remove(lease);
            }
            platform.tenants.remove(id).is_some()
        }
        Kind::WorkOrder => {
            let order = platform.work_orders.remove(id);
            order.is_some_and(|order| platform.tasks.remove(order.task_id).is_some())
        }
    };
    removed.then_some(()).ok_or_else(|| Cannot::to("remove what is not there"))
}

/// Adds a user that is like the Latchel user except for the name, so that work orders can be assigned to it.
pub(super) fn keep_users_from(world: &mut World, property: &Handle) -> Able<()> {
    let shut = id(property)?;
    let all: Vec<_> = world.platform.properties.iter().map(|one| one.id).collect();
    let users: Vec<_> = world.platform.users.iter().map(|one| one.id).collect();
    for user in users {
        let keep =
            |user: &mut User| user.property_ids.get_or_insert_with(|| all.clone()).retain(|id| *id != shut);
        world.update::<User>(user, keep).map_err(|error| Cannot::to(error.to_string()))?;
    }
    Ok(())
}

pub(super) fn add_user(world: &mut World, new: &NewUser) -> Able<Handle> {
    let mut users = world.platform.users.iter();
    let model = users.find(|user| user.kind == UserKind::Staff && user.active).cloned();
    let model = model.ok_or_else(|| Cannot::to("add a user like another: there is none"))?;
    let id = world.next_id::<User>();
    insert(
        world,
        User {
            id,
            first_name: new.first_name.clone(),
            last_name: new.last_name.clone(),
            email: Some(format!("user{id}@example.com")),
            active: new.standing == Standing::Active,
            ..model
        },
    )
}

pub(super) fn add_vendor(world: &mut World, name: &str) -> Able<Handle> {
    let now = world.now();
    let id = world.next_id::<Vendor>();
    insert(
        world,
        Vendor {
            id,
            company_name: name.to_owned(),
            email: None,
            active: true,
            created_at: now,
            updated_at: now,
        },
    )
}

pub(super) fn add_group(world: &mut World, name: &str, properties: &[Handle]) -> Able<Handle> {
    let property_ids = properties.iter().map(id).collect::<Able<_>>()?;
    let group = PropertyGroup { id: world.next_id::<PropertyGroup>(), name: name.to_owned(), property_ids };
    insert(world, group)
}

fn status(status: Status) -> TaskStatus {
    match status {
        Status::New => TaskStatus::New,
        Status::InProgress => TaskStatus::InProgress,
        Status::Completed => TaskStatus::Completed,
        Status::Cancelled => TaskStatus::Closed,
    }
}

fn address(address: &model::Address) -> Address {
    let address = address.clone();
    Address {
        line1: address.line1,
        line2: address.line2,
        city: address.city,
        state: address.state,
        postal_code: address.postal_code,
        ..Address::default()
    }
}

fn handle(id: Id) -> Handle {
    Handle(id.to_string())
}

fn id(handle: &Handle) -> Able<Id> {
    handle.0.parse().map_err(|_| Cannot::to(format!("read {handle:?} as one of its own")))
}

fn optional(handle: &Option<Handle>) -> Able<Option<Id>> {
    handle.as_ref().map(id).transpose()
}

fn insert<T: Record>(world: &mut World, row: T) -> Able<Handle> {
    world.insert(row).map(handle).map_err(|error| Cannot::to(format!("add a record: {error}")))
}

fn done(answer: Result<(), EditError>) -> Able<()> {
    answer.map_err(|error| Cannot::to(format!("change a record: {error}")))
}
