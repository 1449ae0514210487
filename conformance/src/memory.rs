//! The platform in memory as a far side: the least that the suite can be run against.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use latchel_sync_core::in_memory::{Intercept, Journal, MemoryPlatform, PlatformWorld};
use latchel_sync_core::model::{
    ClosedStatus, Freshness, GroupId, Kind, Property, PropertyGroup, PropertyId, PropertyRef, Resident,
    ResidentId, ResidentRef, Row, Tenancy, UnitId, User, UserId, WorkOrder, WorkOrderId, WorkOrderStatus,
};
use latchel_sync_core::{ErrorKind, Platform};
use serde_json::{Value, json};

use crate::far_side::{Answered, FarSide, Ground, SeenCall, Setup, Trouble};
use crate::records::{
    Added, Handle, NewProperty, NewResident, NewUser, NewWorkOrder, PropertyChange, ResidentChange, Standing,
    Status, Stay, WorkOrderChange,
};
use crate::report::{Able, Cannot};

/// Runs the suite against [`MemoryPlatform`].
#[derive(Debug, Clone, Copy, Default)]
pub struct MemorySetup;

#[async_trait]
impl Setup for MemorySetup {
    fn subject(&self) -> String {
        "the platform in memory".to_owned()
    }

    async fn fresh(&self, _ground: Ground) -> Able<Box<dyn FarSide>> {
        let now = "2026-03-02T20:00:00Z".parse().map_err(|_| Cannot::to("tell the time"))?;
        let latchel = User { id: UserId::new("u1"), name: "Team Latchel".to_owned(), is_active: true };
        let world = PlatformWorld { now, users: vec![latchel], ..PlatformWorld::default() };
        let journal = Arc::new(Journal::new());
        let platform = Arc::new(MemoryPlatform::new(world, journal.clone()));
        Ok(Box::new(MemoryFarSide { platform, journal, next: Mutex::new(100) }))
    }
}

struct MemoryFarSide {
    platform: Arc<MemoryPlatform>,
    journal: Arc<Journal>,
    next: Mutex<u32>,
}

impl MemoryFarSide {
    fn handle(&self, letter: char) -> Handle {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        *next += 1;
        Handle(format!("{letter}{next}"))
    }

    fn edit<T>(&self, edit: impl FnOnce(&mut PlatformWorld) -> Option<T>) -> Able<T> {
        self.platform.edit(edit).ok_or_else(|| Cannot::to("change what is not there"))
    }
}

#[async_trait]
impl FarSide for MemoryFarSide {
    fn platform(&self) -> Arc<dyn Platform> {
        self.platform.clone()
    }

    fn secrets(&self) -> Vec<String> {
        Vec::new()
    }

    async fn now(&self) -> DateTime<Utc> {
        self.platform.edit(|world| world.now)
    }

    async fn set_clock(&self, now: DateTime<Utc>) -> Able<()> {
        self.platform.edit(|world| world.now = now);
        Ok(())
    }

    async fn add_property(&self, new: &NewProperty) -> Able<Added> {
        let property = self.handle('p');
        let units: Vec<_> = new.units.iter().map(|unit| (self.handle('n'), unit)).collect();
        self.platform.edit(|world| {
            let row = |unit: Option<&Handle>, name: Option<&str>, address: &_| Property {
                id: PropertyRef::new(PropertyId::new(&property.0), unit.map(|unit| UnitId::new(&unit.0))),
                property_name: new.name.clone(),
                unit_name: name.map(ToOwned::to_owned),
                address: Clone::clone(address),
                is_active: true,
                freshness: created(world.now),
            };
            let mut rows: Vec<_> = units
                .iter()
                .map(|(handle, unit)| row(Some(handle), Some(&unit.name), &unit.address))
                .collect();
            if rows.is_empty() {
                rows.push(row(None, None, &new.address));
            }
            world.properties.extend(rows.into_iter().map(|row| (row.id.clone(), Row::Record(row))));
        });
        Ok(Added { property, units: units.into_iter().map(|(handle, _)| handle).collect() })
    }

    async fn change_property(&self, property: &Handle, change: &PropertyChange) -> Able<()> {
        self.platform.edit(|world| {
            let now = world.now;
            let of = world.properties.values_mut().filter_map(record);
            for one in of.filter(|one| one.id.property.as_str() == property.0) {
                match change {
                    PropertyChange::Rename(name) => one.property_name.clone_from(name),
                    PropertyChange::Hide => one.is_active = false,
                    PropertyChange::Unhide => one.is_active = true,
                }
                touch(&mut one.freshness, now);
            }
        });
        Ok(())
    }

    async fn add_resident(&self, new: &NewResident) -> Able<Handle> {
        let handle = self.handle('r');
        self.platform.edit(|world| {
            for stay in &new.stays {
                let id = ResidentRef::new(ResidentId::new(&handle.0), PropertyId::new(&stay.property.0));
                let resident = Resident {
                    id: id.clone(),
                    name: format!("{} {}", new.first_name, new.last_name),
                    email: Some(new.email.clone()),
                    phone: Some(new.cell_phone.clone()),
                    tenancies: Vec::new(),
                    freshness: created(world.now),
                };
                let row = world.residents.entry(id).or_insert(Row::Record(resident));
                if let Row::Record(resident) = row {
                    resident.tenancies.push(tenancy(stay));
                }
            }
        });
        Ok(handle)
    }

    async fn change_resident(&self, resident: &Handle, change: &ResidentChange) -> Able<()> {
        self.platform.edit(|world| {
            let now = world.now;
            let of = world.residents.values_mut().filter_map(record);
            for one in of.filter(|one| one.id.resident.as_str() == resident.0) {
                match change {
                    ResidentChange::Rename(last_name) => {
                        let first_name = one.name.split(' ').next().unwrap_or_default();
                        one.name = format!("{first_name} {last_name}");
                    }
                    ResidentChange::MoveOut(day) => one.tenancies[0].move_out = Some(*day),
                }
                touch(&mut one.freshness, now);
            }
        });
        Ok(())
    }

    async fn add_work_order(&self, new: &NewWorkOrder) -> Able<Handle> {
        let handle = self.handle('w');
        self.platform.edit(|world| {
            let id = WorkOrderId::new(&handle.0);
            let property = PropertyId::new(&new.property.0);
            let work_order = WorkOrder {
                id: id.clone(),
                number: format!("WO-{id}"),
                title: new.title.clone(),
                description: new.description.clone(),
                property: PropertyRef::new(property, new.unit.as_ref().map(|unit| UnitId::new(&unit.0))),
                requested_by: new.requested_by.as_ref().map(|one| ResidentId::new(&one.0)),
                assigned_users: new.assigned_to.iter().map(|one| UserId::new(&one.0)).collect(),
                status: status(new.status),
                severity: new.severity,
                scheduled_start: new.scheduled_start,
                entry_allowed: new.entry_allowed,
                access_instructions: new.access_instructions.clone(),
                marker: None,
                freshness: created(world.now),
            };
            world.work_orders.insert(id, Row::Record(work_order));
        });
        Ok(handle)
    }

    async fn change_work_order(&self, work_order: &Handle, change: &WorkOrderChange) -> Able<()> {
        self.edit(|world| {
            let now = world.now;
            let one = world.work_orders.get_mut(&WorkOrderId::new(&work_order.0)).and_then(record)?;
            match change {
                WorkOrderChange::Assign(user) => {
                    one.assigned_users = user.iter().map(|user| UserId::new(&user.0)).collect();
                }
                WorkOrderChange::Status(new) => one.status = status(*new),
            }
            touch(&mut one.freshness, now);
            Some(())
        })
    }

    async fn double_newest_work_order(&self) -> Able<()> {
        let id = WorkOrderId::new(self.handle('w').0);
        self.edit(|world| {
            let mut newest = world.work_orders.values_mut().filter_map(record).next_back()?.clone();
            newest.id = id.clone();
            world.work_orders.insert(id, Row::Record(newest));
            Some(())
        })
    }

    async fn remove(&self, kind: Kind, record: &Handle) -> Able<()> {
        self.platform.edit(|world| match kind {
            Kind::Property => world.properties.retain(|id, _| id.property.as_str() != record.0),
            Kind::Resident => world.residents.retain(|id, _| id.resident.as_str() != record.0),
            Kind::WorkOrder => world.work_orders.retain(|id, _| id.as_str() != record.0),
        });
        Ok(())
    }

    async fn add_user(&self, new: &NewUser) -> Able<Handle> {
        let handle = self.handle('u');
        let user = User {
            id: UserId::new(&handle.0),
            name: format!("{} {}", new.first_name, new.last_name),
            is_active: new.standing == Standing::Active,
        };
        self.platform.edit(|world| world.users.push(user));
        Ok(handle)
    }

    /// Vendors are not part of the model, so that there is nothing to confuse them with.
    async fn add_vendor(&self, _name: &str) -> Able<Handle> {
        Ok(self.handle('v'))
    }

    async fn add_group(&self, name: &str, properties: &[Handle]) -> Able<Handle> {
        let handle = self.handle('g');
        let properties = properties.iter().map(|one| PropertyId::new(&one.0)).collect();
        let group = PropertyGroup { id: GroupId::new(&handle.0), name: name.to_owned(), properties };
        self.platform.edit(|world| world.groups.push(group));
        Ok(handle)
    }

    async fn keep_users_from(&self, property: &Handle) -> Able<()> {
        self.platform.edit(|world| world.unreachable.push(PropertyId::new(&property.0)));
        Ok(())
    }

    async fn trouble(&self, trouble: Option<Trouble>) -> Able<()> {
        let mut left = 1;
        match trouble {
            None => self.journal.decide(|_| Intercept::Proceed),
            Some(Trouble::Failing(_)) => self.journal.decide(|_| Intercept::Fail(ErrorKind::Unavailable)),
            Some(Trouble::FailingOnce) => {
                self.journal.decide(move |_| once(&mut left, ErrorKind::Unavailable))
            }
            Some(Trouble::TooManyOnce) => {
                self.journal.decide(move |_| once(&mut left, ErrorKind::RateLimited))
            }
            Some(Trouble::AnswersOfWritesLost) => {
                self.journal
                    .decide(|call| if call.writes() { Intercept::LoseAnswer } else { Intercept::Proceed });
            }
            Some(Trouble::ForbiddenBehindAWrite) => {
                let mut was_written = false;
                self.journal.decide(move |call| match was_written {
                    true => Intercept::Fail(ErrorKind::Forbidden),
                    false => {
                        was_written = call.writes();
                        Intercept::Proceed
                    }
                });
            }
            Some(other) => return Err(Cannot::to(format!("answer with {other:?}: it sends no answers"))),
        }
        Ok(())
    }

    async fn calls(&self) -> Able<Vec<SeenCall>> {
        let calls = self.journal.take();
        Ok(calls.iter().map(|call| SeenCall { what: call.to_string(), answer: Answered::Normally }).collect())
    }

    async fn forget_calls(&self) -> Able<()> {
        self.journal.take();
        Ok(())
    }

    async fn snapshot(&self) -> Able<Value> {
        Ok(self.platform.edit(|world| {
            let work_orders: serde_json::Map<_, _> =
                world.work_orders.iter().map(|(id, row)| (id.to_string(), work_order(row))).collect();
            let rest = PlatformWorld { work_orders: std::collections::BTreeMap::new(), ..world.clone() };
            json!({ "work_orders": work_orders, "rest": format!("{rest:?}") })
        }))
    }

    fn follows_status(&self, pointer: &str) -> bool {
        pointer.contains("/status") || pointer.contains("/freshness")
    }
}

fn work_order(row: &Row<WorkOrder>) -> Value {
    match row {
        Row::Record(one) => serde_json::to_value(one).unwrap_or_default(),
        other => format!("{other:?}").into(),
    }
}

fn once(left: &mut u32, kind: ErrorKind) -> Intercept {
    match std::mem::take(left) {
        0 => Intercept::Proceed,
        _ => Intercept::Fail(kind),
    }
}

fn record<T>(row: &mut Row<T>) -> Option<&mut T> {
    match row {
        Row::Record(record) => Some(record),
        _ => None,
    }
}

fn created(now: DateTime<Utc>) -> Freshness {
    Freshness::Stamped { created_at: Some(now), updated_at: Some(now) }
}

fn touch(freshness: &mut Freshness, now: DateTime<Utc>) {
    if let Freshness::Stamped { updated_at, .. } = freshness {
        *updated_at = Some(now);
    }
}

fn tenancy(stay: &Stay) -> Tenancy {
    Tenancy {
        unit: stay.unit.as_ref().map(|unit| UnitId::new(&unit.0)),
        move_in: Some(stay.move_in),
        move_out: stay.move_out,
    }
}

fn status(status: Status) -> WorkOrderStatus {
    match status {
        Status::New => WorkOrderStatus::Open("New".to_owned()),
        Status::InProgress => WorkOrderStatus::Open("In progress".to_owned()),
        Status::Completed => WorkOrderStatus::Closed(ClosedStatus::Completed),
        Status::Cancelled => WorkOrderStatus::Closed(ClosedStatus::Cancelled),
    }
}
