//! A platform as a worker's engine sees it.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::DateTime;
use futures::{StreamExt, TryStreamExt};
use latchel_sync_core::in_memory::{Journal, MemoryPlatform};
use latchel_sync_core::model::*;
use latchel_sync_core::{Capabilities, ChangeFilter, Pages, Platform, Probe, Result};

use super::account::{Made, Read};
use super::fault_injector::FaultInjector;
use super::history::{Event, How};
use super::pages::{garble, page_after};
use super::{eligible, watch};

/// The platform of one account, through a worker's fault injector.
#[derive(Debug)]
pub struct FarPlatform(pub Arc<FaultInjector>);

const SIDE: Side = Side::Platform;

impl FarPlatform {
    fn real(&self) -> &MemoryPlatform {
        &self.0.account.platform
    }

    /// State that it shows now, which may be an old copy.
    fn shown(&self, read: Read) -> MemoryPlatform {
        let world = self.0.account.shown_on_platform(read);
        MemoryPlatform::new(world, Arc::new(Journal::new())).with_capabilities(self.real().capabilities())
    }

    /// Pages of three rows, each read when it is asked for.
    fn pages<T: Clone + Send + 'static>(
        &self,
        phase: Phase,
        window: Window,
        list: for<'p> fn(&'p MemoryPlatform, Window) -> Pages<'p, T>,
        id: fn(&T) -> String,
    ) -> Pages<'_, T> {
        // What cannot be narrowed holds everything in every run.
        let capabilities = self.real().capabilities();
        let narrowed = match phase {
            Phase::Properties => capabilities.properties_since,
            Phase::Residents => capabilities.residents_since,
            _ => capabilities.work_orders_since,
        };
        let from = match narrowed {
            ChangeFilter::None => DateTime::UNIX_EPOCH,
            _ => window.from - self.0.account.habits.superset,
        };
        futures::stream::try_unfold(None::<String>, move |after| async move {
            let page = self
                .0
                .read(SIDE, phase.as_str(), async || {
                    let platform = self.shown(Read::Plain);
                    let rows: Vec<Row<T>> = list(&platform, Window { from }).try_concat().await?;
                    Ok(page_after(&self.0, rows, after.as_deref(), id))
                })
                .await?;
            Ok(page.map(|(rows, last)| (rows, Some(last))))
        })
        .map_ok(move |rows| garble(&self.0, phase, rows, id))
        .boxed()
    }

    /// Writes a new work order's marker where this platform keeps it.
    fn keep_marker(&self, id: &WorkOrderId) {
        let keeps = self.0.account.habits.keeps;
        self.0.account.on_platform(|world| {
            if let Some(Row::Record(one)) = world.work_orders.get_mut(id) {
                *one = keeps.stored(one.clone());
            }
        });
    }

    /// Stores a new work order otherwise than it was sent, sometimes: without the marker, the unit or the assignee.
    fn alter(&self, id: &WorkOrderId) -> bool {
        if !self.0.alters() {
            return false;
        }
        let part = self.0.chance(|chance| chance.below(3));
        self.0.account.on_platform(|world| match world.work_orders.get_mut(id) {
            Some(Row::Record(one)) => {
                let before = one.clone();
                match part {
                    0 => one.marker = None,
                    1 => one.property.unit = None,
                    _ => one.assigned_users.clear(),
                }
                *one != before
            }
            _ => false,
        })
    }

    /// Shows a property; what a list has beyond the window is not looked at.
    fn show_property(&self, row: &Row<Property>, window: Option<Window>) {
        let Row::Record(one) = row else { return };
        let mut view = self.0.view();
        view.properties.insert(one.id.clone(), one.clone());
        match window {
            None => self.0.account.note(Event::PropertyAskedFor(one.clone())),
            Some(_) if is_inside(&one.freshness, window) => {
                self.0.account.note(Event::PropertyShown(view.run(), one.clone()));
            }
            Some(_) => {}
        }
    }

    fn show_resident(&self, row: &Row<Resident>, window: Option<Window>) {
        let Row::Record(one) = row else { return };
        let mut view = self.0.view();
        view.residents.insert(one.id.clone(), one.clone());
        if is_inside(&one.freshness, window) {
            self.0.account.note(Event::ResidentShown(view.run(), one.clone()));
        }
    }

    fn show_work_order(&self, row: &Row<WorkOrder>, window: Option<Window>) {
        let Row::Record(one) = row else { return };
        let eligible = eligible::to_import(&self.0.account, one);
        let how = if window.is_some() { How::Listed } else { How::ById };
        let mut view = self.0.view();
        view.work_orders.insert(one.id.clone(), one.clone());
        if is_inside(&one.freshness, window) {
            self.0.account.note(Event::WorkOrderShown(view.run(), one.clone(), eligible, how));
        }
    }
}

/// W1, W5: whether a row of a list lies in the window; one that is asked for by its id is always looked at.
fn is_inside(freshness: &Freshness, window: Option<Window>) -> bool {
    match (freshness, window) {
        (Freshness::Stamped { created_at, updated_at }, Some(window)) => {
            [created_at, updated_at].into_iter().flatten().any(|at| *at >= window.from)
        }
        _ => true,
    }
}

#[async_trait]
impl Platform for FarPlatform {
    fn capabilities(&self) -> Capabilities {
        self.real().capabilities()
    }

    async fn check(&self) -> Result<Probe> {
        self.0.read(SIDE, "check", || self.real().check()).await
    }

    fn properties(&self, window: Window) -> Pages<'_, Property> {
        self.pages(
            Phase::Properties,
            window,
            |platform, window| platform.properties(window),
            |one| one.id.key(),
        )
        .inspect_ok(move |rows| rows.iter().for_each(|row| self.show_property(row, Some(window))))
        .boxed()
    }

    fn residents(&self, window: Window) -> Pages<'_, Resident> {
        self.pages(
            Phase::Residents,
            window,
            |platform, window| platform.residents(window),
            |one| one.id.key(),
        )
        .inspect_ok(move |rows| rows.iter().for_each(|row| self.show_resident(row, Some(window))))
        .boxed()
    }

    fn work_orders(&self, window: Window) -> Pages<'_, WorkOrder> {
        let phase = Phase::WorkOrdersToLatchel;
        self.pages(phase, window, |platform, window| platform.work_orders(window), |one| one.id.to_string())
            .inspect_ok(move |rows| rows.iter().for_each(|row| self.show_work_order(row, Some(window))))
            .boxed()
    }

    async fn properties_by_id(&self, ids: &[PropertyRef]) -> Result<Vec<Row<Property>>> {
        let act = async || self.shown(Read::Plain).properties_by_id(ids).await;
        let rows = self.0.read(SIDE, "properties by id", act).await?;
        rows.iter().for_each(|row| self.show_property(row, None));
        Ok(rows)
    }

    async fn residents_by_id(&self, ids: &[ResidentRef]) -> Result<Vec<Row<Resident>>> {
        let act = async || self.shown(Read::Plain).residents_by_id(ids).await;
        let rows = self.0.read(SIDE, "residents by id", act).await?;
        rows.iter().for_each(|row| self.show_resident(row, None));
        Ok(rows)
    }

    async fn work_orders_by_id(&self, ids: &[WorkOrderId]) -> Result<Vec<Row<WorkOrder>>> {
        let act = async || self.shown(Read::Plain).work_orders_by_id(ids).await;
        let rows = self.0.read(SIDE, "work orders by id", act).await?;
        rows.iter().for_each(|row| self.show_work_order(row, None));
        Ok(rows)
    }

    async fn users(&self) -> Result<Vec<User>> {
        self.0.read(SIDE, "users", || self.real().users()).await
    }

    async fn property_groups(&self) -> Result<Vec<PropertyGroup>> {
        self.0.read(SIDE, "property groups", || self.real().property_groups()).await
    }

    async fn reach(&self, user: &UserId, properties: &[PropertyId]) -> Result<Vec<Reach>> {
        self.0.read(SIDE, "reach", || self.real().reach(user, properties)).await
    }

    async fn create_work_order(&self, new: &NewWorkOrder, marker: &Marker) -> Result<WorkOrderId> {
        watch::create_work_order(&self.0, new, marker);
        let create = async || {
            self.0.account.on_platform(|_| ());
            let id = self.real().create_work_order(new, marker).await?;
            self.0.account.born(RecordKey::platform(Kind::WorkOrder, &id));
            self.keep_marker(&id);
            let altered = self.alter(&id);
            self.0.account.make(id.clone(), Made { from: marker.job(), altered });
            watch::no_two_made_alike(&self.0, marker);
            Ok(id)
        };
        let nowhere = WorkOrderId::new("4999");
        self.0.write(SIDE, "create a work order", marker.to_string(), nowhere, create).await
    }

    async fn find_by_marker(&self, marker: &Marker) -> Result<Vec<WorkOrderId>> {
        let find = async || {
            let mut found = self.shown(Read::LookUp).find_by_marker(marker).await?;
            found.retain(|id| !self.0.account.is_invisible(&RecordKey::platform(Kind::WorkOrder, id)));
            Ok(found)
        };
        self.0.read(SIDE, "find by marker", find).await
    }

    async fn close_work_order(&self, id: &WorkOrderId, status: ClosedStatus) -> Result<()> {
        watch::close_work_order(&self.0, id, status);
        let close = async || {
            self.0.account.on_platform(|_| ());
            self.real().close_work_order(id, status).await
        };
        self.0.write(SIDE, "close a work order", format!("{id} {status}"), (), close).await
    }
}
