//! Tasks as work orders.

use std::collections::HashSet;

use async_stream::try_stream;
use chrono::{DateTime, Utc};
use futures::{StreamExt, TryStreamExt};
use latchel_sync_core::model::{
    Fingerprint, Freshness, Marker, PropertyId, PropertyRef, ResidentId, Row, Severity, UnitId, UserId,
    Window, WorkOrder, WorkOrderId,
};
use latchel_sync_core::{Pages, Result};
use latchel_sync_http::loose::StatusWords;
use latchel_sync_http::read_row;
use serde_json::{Value, json};

use crate::api::{Api, FEW, row_id, string};
use crate::census::{Census, Readings, Verdict, left_to_the_next_run, restless};
use crate::wire::Task;

pub(crate) const TASKS: &str = "api/tasks";

/// Settings by which tasks are read.
#[derive(Debug)]
pub(crate) struct Reading {
    /// The types that are work orders.
    pub types: Vec<String>,
    pub words: StatusWords,
}

/// All tasks, of which the core takes those in the window by their own stamps. What is no work order is named only
/// where it changed in the window, so that old ones do not come back in every run.
pub(crate) fn all<'a>(api: &'a Api, reading: &'a Reading, window: Window) -> Pages<'a, WorkOrder> {
    try_stream! {
        let mut readings = Readings::default();
        loop {
            let census = Census::default();
            {
                let mut pages = api.counted(TASKS, &census).pages();
                while let Some(page) = pages.try_next().await? {
                    yield page.iter().filter_map(|row| reading.row_in(row, window)).collect::<Vec<_>>();
                }
            }
            match readings.judge(census) {
                Verdict::Whole => return,
                Verdict::Torn => {}
                Verdict::Restless => return left_to_the_next_run(TASKS),
            }
        }
    }
    .boxed()
}

pub(crate) async fn by_id(api: &Api, reading: &Reading, ids: &[WorkOrderId]) -> Result<Vec<Row<WorkOrder>>> {
    if ids.len() <= FEW {
        let mut found = Vec::new();
        for id in ids {
            found.extend(api.find(&format!("{TASKS}/{id}")).await?.map(|row| reading.row(&row)));
        }
        return Ok(found);
    }
    let wanted: HashSet<&str> = ids.iter().map(WorkOrderId::as_str).collect();
    let mut readings = Readings::default();
    loop {
        let (census, mut found) = (Census::default(), Vec::new());
        {
            let mut pages = api.counted(TASKS, &census).whole();
            while let Some(page) = pages.try_next().await? {
                let asked =
                    page.iter().filter(|row| row_id(row).is_some_and(|id| wanted.contains(id.as_str())));
                found.extend(asked.map(|row| reading.row(row)));
            }
        }
        // One that is missing would be taken for one that is gone.
        match readings.judge(census) {
            Verdict::Whole => return Ok(found),
            Verdict::Torn => {}
            Verdict::Restless => return Err(restless(TASKS)),
        }
    }
}

/// The tasks that carry exactly this marker; the search only says which contain its words. The brackets are left out of
/// it, because nothing says how they are read.
pub(crate) async fn by_marker(api: &Api, marker: &Marker) -> Result<Vec<WorkOrderId>> {
    let words = marker.to_string().replace(['[', ']'], "");
    let found = api.list(TASKS).query("filter_text", words).all().await?;
    let text = |row: &Value, name: &str| string(row, name).unwrap_or_default();
    let carries =
        |row: &&Value| marker_in(&text(row, "reference"), &text(row, "description")).as_ref() == Some(marker);
    Ok(found.iter().filter(carries).filter_map(row_id).map(WorkOrderId::new).collect())
}

/// The marker of a task: in its reference, or at the end of its description, where it is put if DoorLoop did not keep
/// the reference. People may quote one elsewhere.
pub(crate) fn marker_in(reference: &str, description: &str) -> Option<Marker> {
    Marker::whole(reference).or_else(|| Some(Marker::on_last_line(description)?.1))
}

impl Reading {
    /// A task, unless it is no work order and nothing says that it changed in the window.
    fn row_in(&self, row: &Value, window: Window) -> Option<Row<WorkOrder>> {
        let (read, stamps) = self.read(row);
        match read {
            Row::NotSupported { .. } if !stamps.may_lie_in(window) => None,
            read => Some(read),
        }
    }

    fn row(&self, row: &Value) -> Row<WorkOrder> {
        self.read(row).0
    }

    fn read(&self, row: &Value) -> (Row<WorkOrder>, Stamps) {
        let task = match read_row::<Task>(row) {
            Ok(task) => task,
            Err(bad) => return (Row::Invalid(bad.of_row("task", row_id(row), row)), Stamps::default()),
        };
        let stamps = Stamps { created_at: task.created_at, updated_at: task.updated_at };
        let (reference, description) = (task.reference.as_deref(), task.description.as_deref());
        let marker = marker_in(reference.unwrap_or_default(), description.unwrap_or_default());
        let kind = task.kind.as_deref().unwrap_or("task without a type");
        let not_supported = |what: String| {
            let content = json!([kind, task.property]);
            Row::NotSupported { id: task.id.clone(), what, fingerprint: Some(Fingerprint::of(&content)) }
        };
        if marker.is_none() && !self.types.iter().any(|one| one == kind) {
            return (not_supported(format!("a task of the type {kind}, which is no work order")), stamps);
        }
        match task.property.clone() {
            Some(property) => (Row::Record(self.work_order(task, property, marker, &stamps)), stamps),
            None => (not_supported("a task that is of no property".to_owned()), stamps),
        }
    }

    fn work_order(&self, task: Task, property: String, marker: Option<Marker>, stamps: &Stamps) -> WorkOrder {
        // What the marker stands in tells people nothing; a task has no other number than its reference.
        let reference = task.reference.filter(|reference| Marker::whole(reference).is_none());
        let description = task.description.unwrap_or_default();
        let description =
            Marker::on_last_line(&description).map_or(&*description, |(before, _)| before).to_owned();
        let mut work_order = WorkOrder {
            number: reference.map_or_else(|| task.id.clone(), |reference| reference.trim().to_owned()),
            id: WorkOrderId::new(task.id),
            title: task.subject.unwrap_or_default(),
            description,
            property: PropertyRef::new(PropertyId::new(property), task.unit.map(UnitId::new)),
            requested_by: task.requested_by_tenant.map(ResidentId::new),
            assigned_users: task.assigned_to_users.into_iter().map(UserId::new).collect(),
            status: self.words.read(&task.status),
            severity: match task.priority.as_deref() {
                Some("HIGH") => Severity::Urgent,
                _ => Severity::Normal,
            },
            scheduled_start: None,
            entry_allowed: match task.entry_permission.as_deref() {
                Some("YES") => Some(true),
                Some("NO") => Some(false),
                _ => None,
            },
            access_instructions: task.entry_notes,
            marker,
            freshness: Freshness::Filtered,
        };
        // A work order has string keys only, so that nothing is left out of its JSON.
        let content = || serde_json::to_value(&work_order).unwrap_or_default();
        work_order.freshness = Freshness::of_record(stamps.created_at, stamps.updated_at, content);
        work_order
    }
}

/// Times (UTC) at which a task was created and changed, as far as it tells them.
#[derive(Default)]
struct Stamps {
    created_at: Option<DateTime<Utc>>,
    updated_at: Option<DateTime<Utc>>,
}

impl Stamps {
    fn may_lie_in(&self, window: Window) -> bool {
        let mut known = [self.created_at, self.updated_at].into_iter().flatten().peekable();
        known.peek().is_none() || known.any(|at| window.contains(at))
    }
}
