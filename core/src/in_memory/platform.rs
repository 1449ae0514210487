use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use futures::{Stream, StreamExt, TryStreamExt};

use super::{Call, Journal, locked};
use crate::model::{
    Alias, ClosedStatus, Fingerprint, Freshness, Kind, Marker, NewWorkOrder, Property, PropertyGroup,
    PropertyId, PropertyRef, Reach, Resident, ResidentRef, Row, Side, User, UserId, Window, WorkOrder,
    WorkOrderId, WorkOrderStatus,
};
use crate::{
    Capabilities, ChangeFilter, Error, ErrorKind, MarkerPlace, Pages, Platform, Probe, Result, calls,
};

/// Contents of the platform. A record is in a window by its stamp; one without a stamp is in every window.
#[derive(Debug, Clone, Default)]
pub struct PlatformWorld {
    /// The system's clock, UTC, with which it stamps what is created there.
    pub now: DateTime<Utc>,
    /// Rentable units.
    pub properties: BTreeMap<PropertyRef, Row<Property>>,
    /// Residents, for each property where they live.
    pub residents: BTreeMap<ResidentRef, Row<Resident>>,
    /// Work orders.
    pub work_orders: BTreeMap<WorkOrderId, Row<WorkOrder>>,
    /// Work orders for which lists hold only a hint.
    pub hinted: BTreeMap<WorkOrderId, Fingerprint>,
    /// Work orders that are hinted at once more behind the list, as where a second list tells of changes.
    pub hinted_again: BTreeMap<WorkOrderId, Fingerprint>,
    /// Users.
    pub users: Vec<User>,
    /// Groups of properties.
    pub groups: Vec<PropertyGroup>,
    /// The properties that no user can reach (rule L5).
    pub unreachable: Vec<PropertyId>,
    /// Other ids of records (rule A2).
    pub aliases: Vec<(Kind, Alias)>,
}

impl PlatformWorld {
    /// Changes a work order and stamps it with the clock.
    pub fn change_work_order(&mut self, id: &WorkOrderId, change: impl FnOnce(&mut WorkOrder)) {
        let updated_at = Some(self.now);
        if let Some(Row::Record(work_order)) = self.work_orders.get_mut(id) {
            change(work_order);
            work_order.freshness = Freshness::Stamped { created_at: None, updated_at };
        }
    }
}

/// A platform in memory.
#[derive(Debug)]
pub struct MemoryPlatform {
    world: Mutex<PlatformWorld>,
    journal: Arc<Journal>,
    capabilities: Capabilities,
    page: usize,
}

impl MemoryPlatform {
    /// A platform that can do everything, with pages of two rows.
    pub fn new(world: PlatformWorld, journal: Arc<Journal>) -> Self {
        let capabilities = Capabilities {
            create_work_order: true,
            assign_user: true,
            set_completed: true,
            set_cancelled: true,
            refuses_at_inactive: false,
            refuses_unassigned: false,
            lists_closed: true,
            knows_reach: true,
            property_groups: true,
            move_in: true,
            move_out: true,
            marker: MarkerPlace::ReferenceField,
            visibility_delay: Duration::ZERO,
            properties_since: ChangeFilter::Instant,
            residents_since: ChangeFilter::Instant,
            work_orders_since: ChangeFilter::Instant,
        };
        Self { world: Mutex::new(world), journal, capabilities, page: 2 }
    }

    /// The same platform with other capabilities.
    pub fn with_capabilities(self, capabilities: Capabilities) -> Self {
        Self { capabilities, ..self }
    }

    /// Reads or changes its contents, as its people would.
    pub fn edit<T>(&self, edit: impl FnOnce(&mut PlatformWorld) -> T) -> T {
        edit(&mut locked(&self.world))
    }

    fn read<T>(
        &self,
        method: &'static str,
        on: impl ToString,
        read: impl FnOnce(&PlatformWorld) -> T,
    ) -> Result<T> {
        let call = Call { side: Side::Platform, method, on: on.to_string() };
        self.shows_clock();
        self.journal.call(call, || Ok(read(&locked(&self.world))), None)
    }

    /// Reports its clock, as an answer over HTTP would.
    fn shows_clock(&self) {
        calls::clock("platform", locked(&self.world).now);
    }

    fn write<T>(
        &self,
        method: &'static str,
        on: impl ToString,
        pretended: T,
        write: impl FnOnce(&mut PlatformWorld) -> Result<T>,
    ) -> Result<T> {
        let call = Call { side: Side::Platform, method, on: on.to_string() };
        self.shows_clock();
        self.journal.call(call, || write(&mut locked(&self.world)), Some(pretended))
    }

    /// True if a row is shown: one of a closed work order is not, where this platform lists open ones alone.
    fn is_shown(&self, row: &Row<WorkOrder>) -> bool {
        let is_closed = matches!(row, Row::Record(one) if one.status.closed().is_some());
        self.capabilities.lists_closed || !is_closed
    }

    /// Pages of those that are hinted at behind the list.
    fn hinted_again(&self) -> impl Stream<Item = Result<Vec<Row<WorkOrder>>>> + Send + '_ {
        let hints = self.edit(|world| world.hinted_again.clone());
        let row = |(id, fingerprint): (WorkOrderId, _)| Row::Hint { id: id.to_string(), fingerprint };
        futures::stream::iter(hints.into_iter().map(row)).chunks(self.page).map(Ok)
    }

    /// Refuses a write at a property that is not active, where this platform does (rule L15).
    fn takes_writes(&self, world: &PlatformWorld, property: &PropertyRef) -> Result<()> {
        // What is no unit itself stands for its units.
        let whole = property.unit.is_none() && !world.properties.contains_key(property);
        let is_it = |id: &PropertyRef| id == property || (whole && id.property == property.property);
        let mut of_it = world.properties.iter().filter(|(id, _)| is_it(id)).peekable();
        let inactive =
            of_it.peek().is_some() && of_it.all(|(_, row)| matches!(row, Row::Record(one) if !one.is_active));
        if self.capabilities.refuses_at_inactive && inactive {
            return Err(Error::new(ErrorKind::Refused, "the property is not active"));
        }
        Ok(())
    }

    /// The rows in the window, page by page, each page read when it is asked for.
    fn pages<K: Ord + Clone + Send + 'static, T: Clone + Send + 'static>(
        &self,
        method: &'static str,
        window: Window,
        rows: fn(&PlatformWorld) -> &BTreeMap<K, Row<T>>,
        freshness: fn(&T) -> &Freshness,
    ) -> Pages<'_, T> {
        futures::stream::try_unfold(None::<K>, move |after| async move {
            let page = self.read(method, "", |world| {
                let inside = |row: &Row<T>| match row {
                    Row::Record(record) => is_inside(freshness(record), window),
                    Row::Hint { .. } | Row::NotSupported { .. } | Row::Invalid(_) => true,
                };
                let later = |key: &K| after.as_ref().is_none_or(|after| key > after);
                let rows = rows(world).iter().filter(|(key, row)| later(key) && inside(row));
                rows.take(self.page).map(|(key, row)| (key.clone(), row.clone())).collect::<Vec<_>>()
            })?;
            let last = page.last().map(|(key, _)| key.clone());
            let rows: Vec<_> = page.into_iter().map(|(_, row)| row).collect();
            Ok(last.map(|last| (rows, Some(last))))
        })
        .boxed()
    }
}

fn is_inside(freshness: &Freshness, window: Window) -> bool {
    match freshness {
        Freshness::Stamped { created_at, updated_at } => {
            [created_at, updated_at].into_iter().flatten().any(|at| window.contains(*at))
        }
        Freshness::Filtered | Freshness::Fingerprint { .. } => true,
    }
}

fn by_key<K: Ord, T: Clone>(rows: &BTreeMap<K, Row<T>>, keys: &[K]) -> Vec<Row<T>> {
    keys.iter().filter_map(|key| rows.get(key).cloned()).collect()
}

#[async_trait]
impl Platform for MemoryPlatform {
    fn capabilities(&self) -> Capabilities {
        self.capabilities
    }

    async fn check(&self) -> Result<Probe> {
        self.read("check", "", |_| Probe::default())
    }

    fn properties(&self, window: Window) -> Pages<'_, Property> {
        self.pages("properties", window, |world| &world.properties, |record| &record.freshness)
    }

    fn residents(&self, window: Window) -> Pages<'_, Resident> {
        self.pages("residents", window, |world| &world.residents, |record| &record.freshness)
    }

    fn work_orders(&self, window: Window) -> Pages<'_, WorkOrder> {
        let hint = |row: Row<WorkOrder>| match &row {
            Row::Record(work_order) => {
                let fingerprint = self.edit(|world| world.hinted.get(&work_order.id).cloned());
                let hint = |fingerprint| Row::Hint { id: work_order.id.to_string(), fingerprint };
                fingerprint.map_or(row.clone(), hint)
            }
            _ => row,
        };
        self.pages("work_orders", window, |world| &world.work_orders, |record| &record.freshness)
            .map_ok(move |page| page.into_iter().filter(|row| self.is_shown(row)).map(hint).collect())
            .chain(self.hinted_again())
            .boxed()
    }

    async fn properties_by_id(&self, ids: &[PropertyRef]) -> Result<Vec<Row<Property>>> {
        self.read("properties_by_id", "", |world| {
            let asked = |id: &PropertyRef| {
                ids.contains(id) || ids.contains(&PropertyRef::new(id.property.clone(), None))
            };
            let found = world.properties.iter().filter(|(id, _)| asked(id));
            found.map(|(_, row)| row.clone()).collect()
        })
    }

    async fn residents_by_id(&self, ids: &[ResidentRef]) -> Result<Vec<Row<Resident>>> {
        self.read("residents_by_id", "", |world| by_key(&world.residents, ids))
    }

    async fn work_orders_by_id(&self, ids: &[WorkOrderId]) -> Result<Vec<Row<WorkOrder>>> {
        let on = ids.iter().map(WorkOrderId::as_str).collect::<Vec<_>>().join(" ");
        let mut rows = self.read("work_orders_by_id", on, |world| by_key(&world.work_orders, ids))?;
        rows.retain(|row| self.is_shown(row));
        Ok(rows)
    }

    async fn users(&self) -> Result<Vec<User>> {
        self.read("users", "", |world| world.users.clone())
    }

    async fn property_groups(&self) -> Result<Vec<PropertyGroup>> {
        self.read("property_groups", "", |world| world.groups.clone())
    }

    async fn reach(&self, _user: &UserId, properties: &[PropertyId]) -> Result<Vec<Reach>> {
        self.read("reach", "", |world| {
            let reach = |property| match world.unreachable.contains(property) {
                true => Reach::Unreachable,
                false => Reach::Reachable,
            };
            properties.iter().map(reach).collect()
        })
    }

    async fn aliases(&self, kind: Kind) -> Result<Vec<Alias>> {
        self.read("aliases", kind, |world| {
            let of_kind = world.aliases.iter().filter(|(of, _)| *of == kind);
            of_kind.map(|(_, alias)| alias.clone()).collect()
        })
    }

    async fn create_work_order(&self, new: &NewWorkOrder, marker: &Marker) -> Result<WorkOrderId> {
        self.write("create_work_order", marker, WorkOrderId::new("0"), |world| {
            self.takes_writes(world, &new.property)?;
            let made = world.work_orders.keys().filter_map(|id| id.as_str().parse::<u64>().ok());
            let id = WorkOrderId::new(made.max().map_or(5_000, |last| last + 1).to_string());
            let work_order = WorkOrder {
                id: id.clone(),
                number: format!("WO-{id}"),
                title: new.title.clone(),
                description: new.description.clone(),
                property: new.property.clone(),
                requested_by: new.requested_by.clone(),
                assigned_users: new.assigned_to.iter().cloned().collect(),
                status: WorkOrderStatus::Open("Assigned".to_owned()),
                severity: new.severity,
                scheduled_start: None,
                entry_allowed: new.entry_allowed,
                access_instructions: new.access_instructions.clone(),
                marker: Some(*marker),
                freshness: Freshness::Stamped { created_at: Some(world.now), updated_at: Some(world.now) },
            };
            world.work_orders.insert(id.clone(), Row::Record(work_order));
            Ok(id)
        })
    }

    async fn find_by_marker(&self, marker: &Marker) -> Result<Vec<WorkOrderId>> {
        self.read("find_by_marker", marker, |world| {
            let carries = |row: &Row<WorkOrder>| match row {
                Row::Record(work_order) => work_order.marker == Some(*marker),
                _ => false,
            };
            let found = world.work_orders.iter().filter(|(_, row)| carries(row));
            found.map(|(id, _)| id.clone()).collect()
        })
    }

    async fn close_work_order(&self, id: &WorkOrderId, status: ClosedStatus) -> Result<()> {
        self.write("close_work_order", id, (), |world| {
            match world.work_orders.get(id) {
                Some(Row::Record(one))
                    if self.capabilities.refuses_unassigned && one.assigned_users.is_empty() =>
                {
                    return Err(Error::new(ErrorKind::Refused, "the work order is assigned to nobody"));
                }
                Some(Row::Record(one)) => self.takes_writes(world, &one.property)?,
                Some(_) => {}
                None => {
                    return Err(Error::new(ErrorKind::NotFound, "there is no such work order").with("id", id));
                }
            }
            world.change_work_order(id, |work_order| work_order.status = WorkOrderStatus::Closed(status));
            Ok(())
        })
    }

    /// Only noted: word for people is no part of this world.
    async fn leave_word(&self, id: &WorkOrderId, _status: ClosedStatus) -> Result<()> {
        self.read("leave_word", id, |_| ())
    }
}
