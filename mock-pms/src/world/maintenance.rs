//! A work order with its task, as most platforms show it: one record.

use chrono::{DateTime, Utc};

use super::{
    EditError, EntryAllowed, HistoryEntry, Id, Priority, Task, TaskKind, TaskStatus, WorkOrder, World,
};

/// A work order and the task that carries its status, its place and who it is assigned to.
#[derive(Debug, Clone, Copy)]
pub struct Maintenance<'w> {
    /// The work order.
    pub order: &'w WorkOrder,
    /// Its task.
    pub task: &'w Task,
}

impl Maintenance<'_> {
    /// Everybody it is assigned to.
    pub fn assignees(&self) -> Vec<Id> {
        self.task.assigned_to.iter().chain(&self.task.also_assigned_to).copied().collect()
    }

    /// The last change of either.
    pub fn updated_at(&self) -> DateTime<Utc> {
        self.order.updated_at.max(self.task.updated_at)
    }
}

/// Content of a new work order. All other fields get their defaults.
#[derive(Debug, Clone)]
pub struct NewMaintenance {
    /// Title of both.
    pub title: String,
    /// Description of the task.
    pub description: Option<String>,
    /// Its property.
    pub property_id: Option<Id>,
    /// Its unit.
    pub unit_id: Option<Id>,
    /// Lease of whoever asked for it.
    pub lease_id: Option<Id>,
    /// Tenant who asked for it.
    pub requested_by: Option<Id>,
    /// Everybody it is assigned to.
    pub assigned_to: Vec<Id>,
    /// Its vendor.
    pub vendor_id: Option<Id>,
    /// The task's status.
    pub status: TaskStatus,
    /// The status as a platform with words of its own spells it.
    pub status_word: Option<String>,
    /// Its priority.
    pub priority: Priority,
    /// Permission to enter.
    pub entry_allowed: EntryAllowed,
    /// Advice on how to get in.
    pub entry_notes: Option<String>,
    /// Advice for the vendor.
    pub vendor_notes: Option<String>,
    /// Reference to a record of another system.
    pub reference: Option<String>,
    /// Planned start, UTC.
    pub scheduled_start: Option<DateTime<Utc>>,
}

impl World {
    /// Every work order with its task, in file order.
    pub fn maintenance(&self) -> impl Iterator<Item = Maintenance<'_>> {
        self.platform.work_orders.iter().filter_map(|order| self.with_task(order))
    }

    /// One of them, by the work order's id.
    pub fn maintenance_of(&self, id: Id) -> Option<Maintenance<'_>> {
        self.with_task(self.platform.work_orders.get(id)?)
    }

    fn with_task<'w>(&'w self, order: &'w WorkOrder) -> Option<Maintenance<'w>> {
        Some(Maintenance { order, task: self.platform.tasks.get(order.task_id)? })
    }

    /// Makes a work order with a task of its own, and returns the work order's id.
    pub fn open_maintenance(&mut self, new: NewMaintenance) -> Result<Id, EditError> {
        let now = self.now();
        let mut assignees = new.assigned_to.into_iter();
        let assigned_to = assignees.next();
        let task = Task {
            id: self.next_id::<Task>(),
            kind: if new.requested_by.is_some() { TaskKind::ResidentRequest } else { TaskKind::Todo },
            title: new.title.clone(),
            description: new.description.clone(),
            property_id: new.property_id,
            unit_id: new.unit_id,
            lease_id: new.lease_id,
            requested_by: new.requested_by,
            contact: None,
            assigned_to,
            also_assigned_to: assignees.collect(),
            status: new.status,
            priority: new.priority,
            due: None,
            category_id: None,
            entry_permitted: None,
            pets: None,
            entry_notes: None,
            history: vec![HistoryEntry {
                at: now,
                message: None,
                status: new.status,
                priority: new.priority,
                assigned_to,
                due: None,
            }],
            created_at: now,
            updated_at: now,
        };
        let order = WorkOrder {
            id: self.next_id::<WorkOrder>(),
            task_id: task.id,
            title: Some(new.title),
            status: Some(new.status),
            priority: Some(new.priority),
            due: None,
            details: new.description,
            vendor_id: new.vendor_id,
            vendor_notes: new.vendor_notes,
            entry_allowed: new.entry_allowed,
            entry_notes: new.entry_notes,
            entry_contact_ids: Vec::new(),
            reference: new.reference,
            status_word: new.status_word,
            scheduled_start: new.scheduled_start,
            invoice_number: None,
            chargeable_to: None,
            line_items: Vec::new(),
            steps: Vec::new(),
            created_at: now,
            updated_at: now,
        };
        self.insert(task)?;
        self.insert(order)
    }

    /// Changes a work order and its task together, as a person at a screen would.
    pub fn change_maintenance(
        &mut self,
        id: Id,
        change: impl FnOnce(&mut WorkOrder, &mut Task),
    ) -> Result<(), EditError> {
        let now = self.now();
        let absent = || EditError::absent::<WorkOrder>(id);
        let order = self.platform.work_orders.get_mut(id).ok_or_else(absent)?;
        let task = self.platform.tasks.get_mut(order.task_id).ok_or_else(absent)?;
        change(order, task);
        order.status = Some(task.status);
        (order.updated_at, task.updated_at) = (now, now);
        Ok(())
    }
}
