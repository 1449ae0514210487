//! A fresh far side, and the questions that several checks ask of it.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use futures::TryStreamExt;
use latchel_sync_core::model::{
    Address, Freshness, Kind, Property, PropertyRef, Resident, ResidentRef, Row, Severity, User, Window,
    WorkOrder, WorkOrderId,
};
use latchel_sync_core::{Pages, Platform, Result};

use crate::far_side::{FarSide, Ground, Setup};
use crate::records::{
    Added, Handle, NewProperty, NewResident, NewUnit, NewUser, NewWorkOrder, PropertyChange, ResidentChange,
    Standing, Status, Stay, WorkOrderChange,
};
use crate::report::{Able, Stop};

/// A far side with one property, from long ago, where residents live and work orders are.
pub(crate) struct Bench {
    pub far: Box<dyn FarSide>,
    pub platform: Arc<dyn Platform>,
    /// Start of the check by the far side's clock, UTC.
    pub now: DateTime<Utc>,
    pub home: Added,
}

impl Bench {
    pub async fn fresh(setup: &dyn Setup) -> Result<Self, Stop> {
        Self::on(setup, Ground::default()).await
    }

    pub async fn on(setup: &dyn Setup, ground: Ground) -> Result<Self, Stop> {
        let far = setup.fresh(ground).await?;
        let (platform, now) = (far.platform(), far.now().await);
        far.set_clock(now - TimeDelta::days(400)).await?;
        let home = match far.add_property(&property_of("Home", &["1A"])).await {
            Ok(home) => home,
            // Not every platform has units.
            Err(_) => far.add_property(&property_of("Home", &[])).await?,
        };
        far.set_clock(now).await?;
        Ok(Self { far, platform, now, home })
    }

    /// Adds a record of this kind that is known by `label`, stamped with the clock.
    pub async fn add(&self, kind: Kind, label: &str) -> Able<Handle> {
        match kind {
            Kind::Property => Ok(self.far.add_property(&property_of(label, &[])).await?.property),
            Kind::Resident => self.far.add_resident(&self.resident(label)).await,
            Kind::WorkOrder => self.far.add_work_order(&self.work_order(label)).await,
        }
    }

    /// Adds a record as of another time; the clock is as before afterwards.
    pub async fn add_at(&self, kind: Kind, label: &str, at: DateTime<Utc>) -> Able<Handle> {
        let now = self.far.now().await;
        self.far.set_clock(at).await?;
        let added = self.add(kind, label).await?;
        self.far.set_clock(now).await?;
        Ok(added)
    }

    /// Changes something of a record that does not change its label.
    pub async fn touch(&self, kind: Kind, record: &Handle) -> Able<()> {
        match kind {
            Kind::Property => self.far.change_property(record, &PropertyChange::Hide).await,
            Kind::Resident => {
                let day = self.now.date_naive() + TimeDelta::days(40);
                self.far.change_resident(record, &ResidentChange::MoveOut(day)).await
            }
            Kind::WorkOrder => {
                // Not the description, by which it is known where work orders have no title.
                let change = WorkOrderChange::Status(Status::InProgress);
                self.far.change_work_order(record, &change).await
            }
        }
    }

    /// A resident to add, who lives in the home's unit.
    pub fn resident(&self, last_name: &str) -> NewResident {
        NewResident {
            first_name: "Kim".to_owned(),
            last_name: last_name.to_owned(),
            email: "kim@example.com".to_owned(),
            home_phone: "+1 503 555 0101".to_owned(),
            cell_phone: "+1 503 555 0102".to_owned(),
            stays: vec![self.stay_at_home()],
        }
    }

    pub fn stay_at_home(&self) -> Stay {
        Stay {
            property: self.home.property.clone(),
            unit: self.home.units.first().cloned(),
            move_in: self.today() - TimeDelta::days(100),
            move_out: None,
        }
    }

    /// Move-in and move-out of a stay, as far as the platform's tenancies have such dates.
    pub fn dates(&self, stay: &Stay) -> (Option<NaiveDate>, Option<NaiveDate>) {
        let able = self.platform.capabilities();
        (Some(stay.move_in).filter(|_| able.move_in), stay.move_out.filter(|_| able.move_out))
    }

    pub fn today(&self) -> NaiveDate {
        self.now.date_naive()
    }

    pub fn work_order(&self, title: &str) -> NewWorkOrder {
        NewWorkOrder {
            title: title.to_owned(),
            description: format!("{title}{DESCRIBED}"),
            property: self.home.property.clone(),
            unit: self.home.units.first().cloned(),
            requested_by: None,
            assigned_to: None,
            vendor: None,
            status: Status::New,
            severity: Severity::Normal,
            entry_allowed: None,
            access_instructions: None,
            scheduled_start: None,
        }
    }

    /// The reference of the home's unit, as the adapter spells it.
    pub async fn home_ref(&self) -> Result<PropertyRef, Stop> {
        Ok(self.property("Home").await?.id)
    }

    /// The rentable unit of the property with this name, of which there is one.
    pub async fn property(&self, name: &str) -> Result<Property, Stop> {
        let mut all = records(rows(self.platform.properties(EVERYTHING)).await?);
        all.retain(|property| property.property_name == name);
        one(all, "properties", name)
    }

    /// The resident whose name contains this.
    pub async fn resident_named(&self, name: &str) -> Result<Resident, Stop> {
        let mut all = records(rows(self.platform.residents(EVERYTHING)).await?);
        all.retain(|resident| resident.name.contains(name));
        one(all, "residents", name)
    }

    /// Finds the work order with this title, and fetches it if the list only hints at it.
    pub async fn titled(&self, title: &str) -> Result<WorkOrder, Stop> {
        let mut all = records(self.work_orders(EVERYTHING).await?);
        all.retain(|work_order| heading(work_order) == title);
        one(all, "work orders", title)
    }

    /// The list of work orders, each once, with those that it only hints at fetched.
    pub async fn work_orders(&self, window: Window) -> Result<Vec<Row<WorkOrder>>, Stop> {
        let listed = rows(self.platform.work_orders(window)).await?;
        let known: BTreeSet<_> = listed.iter().filter_map(work_order_id).collect();
        let hinted: BTreeSet<_> = listed
            .iter()
            .filter_map(|row| match row {
                Row::Hint { id, .. } => Some(id.clone()),
                _ => None,
            })
            .collect();
        let missing: Vec<_> = hinted.difference(&known).map(WorkOrderId::new).collect();
        let mut all: Vec<_> = listed.into_iter().filter(|row| !matches!(row, Row::Hint { .. })).collect();
        if !missing.is_empty() {
            all.extend(self.platform.work_orders_by_id(&missing).await?);
        }
        Ok(all)
    }

    /// The user to whom new work orders are assigned.
    pub async fn latchel_user(&self) -> Result<User, Stop> {
        let users = self.platform.users().await?;
        let found = users.into_iter().find(|user| user.is_active && user.is_latchel());
        found.ok_or_else(|| Stop::failed("`users` has no active user whose name contains \"latchel\""))
    }

    /// Adds a user and finds it by name. Where there is no list of users, one is known by a work order that is theirs.
    pub async fn add_user(&self, last_name: &str) -> Result<(Handle, User), Stop> {
        let new = NewUser {
            first_name: "Pat".to_owned(),
            last_name: last_name.to_owned(),
            standing: Standing::Active,
        };
        let handle = self.far.add_user(&new).await?;
        let is_it = |user: &User| user.name.contains(last_name);
        let mut user = self.platform.users().await?.into_iter().find(is_it);
        if user.is_none() {
            let assigned_to = Some(handle.clone());
            let theirs = NewWorkOrder { assigned_to, ..self.work_order(&format!("Work of {last_name}")) };
            self.far.add_work_order(&theirs).await?;
            user = self.platform.users().await?.into_iter().find(is_it);
        }
        let user = user.ok_or_else(|| Stop::failed(format!("`users` lacks the active user {last_name}")))?;
        Ok((handle, user))
    }

    /// Reads the list of this kind.
    pub async fn list(&self, kind: Kind, window: Window) -> Result<Vec<Seen>, Stop> {
        Ok(match kind {
            Kind::Property => rows(self.platform.properties(window)).await?.iter().map(seen).collect(),
            Kind::Resident => rows(self.platform.residents(window)).await?.iter().map(seen).collect(),
            Kind::WorkOrder => self.work_orders(window).await?.iter().map(seen).collect(),
        })
    }

    /// Looks records up by their ids.
    pub async fn look_up(&self, kind: Kind, ids: &[String]) -> Result<Vec<Seen>, Stop> {
        Ok(match kind {
            Kind::Property => {
                let ids: Vec<_> = ids.iter().map(|id| PropertyRef::from_key(id)).collect();
                self.platform.properties_by_id(&ids).await?.iter().map(seen).collect()
            }
            Kind::Resident => {
                let ids: Vec<_> = ids.iter().filter_map(|id| ResidentRef::from_key(id)).collect();
                self.platform.residents_by_id(&ids).await?.iter().map(seen).collect()
            }
            Kind::WorkOrder => {
                let ids: Vec<_> = ids.iter().map(WorkOrderId::new).collect();
                self.platform.work_orders_by_id(&ids).await?.iter().map(seen).collect()
            }
        })
    }
}

/// Text behind the title in the description of a bench's work order.
const DESCRIBED: &str = ", described";

/// Every record that there is.
pub(crate) const EVERYTHING: Window = Window { from: DateTime::UNIX_EPOCH };

/// A property with these units, at an address of its own.
pub(crate) fn property_of(name: &str, units: &[&str]) -> NewProperty {
    let units =
        units.iter().map(|unit| NewUnit { name: (*unit).to_owned(), address: address("1 Elm Street") });
    NewProperty { name: name.to_owned(), address: address("1 Elm Street"), units: units.collect() }
}

pub(crate) fn address(street: &str) -> Address {
    let text = |text: &str| Some(text.to_owned());
    Address {
        line1: text(street),
        line2: None,
        city: text("Portland"),
        state: text("OR"),
        postal_code: text("97201"),
    }
}

/// A work order's title, or where the platform has none, the first line of its description, without the text that
/// [`Bench::work_order`] puts behind the title.
pub(crate) fn heading(work_order: &WorkOrder) -> &str {
    let first = match work_order.title.as_str() {
        "" => work_order.description.lines().next().unwrap_or_default(),
        title => title,
    };
    first.strip_suffix(DESCRIBED).unwrap_or(first)
}

/// A row of any kind, as far as checks of every kind look at it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Seen {
    pub id: String,
    /// The property's name, the resident's, or the work order's title.
    pub label: String,
    pub outcome: Outcome,
    /// All of it, to compare.
    pub content: String,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Outcome {
    Record(Freshness),
    Invalid { field: String },
    Other,
}

/// A record that has a label.
pub(crate) trait Labelled {
    fn id(&self) -> String;
    fn label(&self) -> &str;
    fn freshness(&self) -> &Freshness;
    /// Its whole content, except the stamps or fingerprint of its changes.
    fn content(&self) -> String;
}

impl Labelled for Property {
    fn id(&self) -> String {
        self.id.key()
    }
    fn label(&self) -> &str {
        &self.property_name
    }
    fn freshness(&self) -> &Freshness {
        &self.freshness
    }
    fn content(&self) -> String {
        format!("{:?}", Self { freshness: Freshness::Filtered, ..self.clone() })
    }
}

impl Labelled for Resident {
    fn id(&self) -> String {
        self.id.key()
    }
    fn label(&self) -> &str {
        &self.name
    }
    fn freshness(&self) -> &Freshness {
        &self.freshness
    }
    fn content(&self) -> String {
        let mut tenancies = self.tenancies.clone();
        tenancies.sort();
        format!("{:?}", (&self.id, &self.name, &self.email, &self.phone, tenancies))
    }
}

impl Labelled for WorkOrder {
    fn id(&self) -> String {
        self.id.to_string()
    }
    fn label(&self) -> &str {
        heading(self)
    }
    fn freshness(&self) -> &Freshness {
        &self.freshness
    }
    fn content(&self) -> String {
        format!("{:?}", Self { freshness: Freshness::Filtered, ..self.clone() })
    }
}

fn seen<T: Labelled>(row: &Row<T>) -> Seen {
    let other =
        |id: &str, outcome| Seen { id: id.to_owned(), label: String::new(), outcome, content: String::new() };
    match row {
        Row::Record(record) => Seen {
            id: record.id(),
            label: record.label().to_owned(),
            outcome: Outcome::Record(record.freshness().clone()),
            content: record.content(),
        },
        Row::Invalid(invalid) => other(&invalid.id, Outcome::Invalid { field: invalid.field.clone() }),
        Row::Hint { id, .. } | Row::NotSupported { id, .. } => other(id, Outcome::Other),
    }
}

fn work_order_id(row: &Row<WorkOrder>) -> Option<String> {
    match row {
        Row::Record(work_order) => Some(work_order.id.to_string()),
        Row::NotSupported { id, .. } => Some(id.clone()),
        Row::Invalid(invalid) => Some(invalid.id.clone()),
        Row::Hint { .. } => None,
    }
}

/// Every row of a list.
pub(crate) async fn rows<T>(pages: Pages<'_, T>) -> Result<Vec<Row<T>>> {
    pages.try_concat().await
}

/// Every record among the rows, each once: a list may repeat one.
pub(crate) fn records<T: Labelled>(rows: Vec<Row<T>>) -> Vec<T> {
    let mut known = BTreeSet::new();
    let record = |row| match row {
        Row::Record(record) => Some(record),
        _ => None,
    };
    rows.into_iter().filter_map(record).filter(|record: &T| known.insert(record.id())).collect()
}

fn one<T>(mut found: Vec<T>, what: &str, name: &str) -> Result<T, Stop> {
    let count = found.len();
    match (found.pop(), count) {
        (Some(found), 1) => Ok(found),
        _ => Err(Stop::failed(format!("one of the {what} must be {name:?}, and {count} are"))),
    }
}
