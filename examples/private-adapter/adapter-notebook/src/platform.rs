//! The trait: the notebook's words and ours.

use std::sync::Mutex;

use async_trait::async_trait;
use futures::StreamExt;
use futures::stream;
use latchel_sync_core::model::{
    Address, ClosedStatus, Fingerprint, Freshness, Marker, NewWorkOrder, Property, PropertyGroup, PropertyId,
    PropertyRef, Reach, Resident, ResidentId, ResidentRef, Row, Severity, Tenancy, User, UserId, Window,
    WorkOrder, WorkOrderId, WorkOrderStatus,
};
use latchel_sync_core::registry::Settings;
use latchel_sync_core::{Capabilities, Error, ErrorKind, Finding, Pages, Platform, Probe, Result};
use serde::{Deserialize, Serialize};

use crate::notebook::{self, File, Home, Job, Person};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Config {
    file: String,
}

#[derive(Debug)]
pub(crate) struct Notebook {
    file: File,
    /// One write at a time: each of them reads the whole file and replaces it.
    writing: Mutex<()>,
}

impl Notebook {
    pub fn connect(settings: &Settings) -> Result<Self> {
        let Config { file } = settings.read()?;
        Ok(Self { file: File::new(file), writing: Mutex::default() })
    }

    /// The file is read when its rows are wanted, and then as a whole: they are one page.
    fn page<'a, T: Send + 'static>(
        &'a self,
        rows: impl FnOnce(&notebook::Pages) -> Vec<Row<T>> + Send + 'a,
    ) -> Pages<'a, T> {
        stream::once(async move { self.file.read().map(|pages| rows(&pages)) }).boxed()
    }

    fn change<T>(&self, change: impl FnOnce(&mut notebook::Pages) -> Result<T>) -> Result<T> {
        let _one_at_a_time = self.writing.lock();
        let mut pages = self.file.read()?;
        let changed = change(&mut pages)?;
        self.file.write(&pages)?;
        Ok(changed)
    }
}

#[async_trait]
impl Platform for Notebook {
    fn capabilities(&self) -> Capabilities {
        crate::CAPABILITIES
    }

    async fn check(&self) -> Result<Probe> {
        let finding = match self.file.read() {
            Ok(pages) => Finding::ok("notebook", format!("{} homes", pages.homes.len())),
            Err(error) => {
                Finding::error("notebook", error.to_string(), "Put the JSON file where `file` says.")
            }
        };
        Ok(Probe { findings: vec![finding], ..Probe::default() })
    }

    fn properties(&self, _window: Window) -> Pages<'_, Property> {
        self.page(|pages| pages.homes.iter().map(property).collect())
    }

    fn residents(&self, _window: Window) -> Pages<'_, Resident> {
        self.page(|pages| pages.people.iter().map(resident).collect())
    }

    fn work_orders(&self, _window: Window) -> Pages<'_, WorkOrder> {
        self.page(|pages| pages.jobs.iter().map(work_order).collect())
    }

    async fn properties_by_id(&self, ids: &[PropertyRef]) -> Result<Vec<Row<Property>>> {
        let pages = self.file.read()?;
        let wanted = |home: &&Home| ids.contains(&place(home.id));
        Ok(pages.homes.iter().filter(wanted).map(property).collect())
    }

    async fn residents_by_id(&self, ids: &[ResidentRef]) -> Result<Vec<Row<Resident>>> {
        let pages = self.file.read()?;
        let wanted = |person: &&Person| ids.contains(&lives(person.id, person.home));
        Ok(pages.people.iter().filter(wanted).map(resident).collect())
    }

    async fn work_orders_by_id(&self, ids: &[WorkOrderId]) -> Result<Vec<Row<WorkOrder>>> {
        let pages = self.file.read()?;
        let wanted = |job: &&Job| ids.contains(&WorkOrderId::new(job.id.to_string()));
        Ok(pages.jobs.iter().filter(wanted).map(work_order).collect())
    }

    async fn users(&self) -> Result<Vec<User>> {
        let user = |id: u32, name: String| User { id: UserId::new(id.to_string()), name, is_active: true };
        Ok(self.file.read()?.helpers.into_iter().map(|helper| user(helper.id, helper.name)).collect())
    }

    async fn property_groups(&self) -> Result<Vec<PropertyGroup>> {
        Ok(Vec::new())
    }

    async fn reach(&self, _user: &UserId, properties: &[PropertyId]) -> Result<Vec<Reach>> {
        Ok(vec![Reach::Unknown; properties.len()])
    }

    async fn create_work_order(&self, new: &NewWorkOrder, marker: &Marker) -> Result<WorkOrderId> {
        let home = number(new.property.property.as_str())?;
        let given_to = new.assigned_to.as_ref().map(|id| number(id.as_str())).transpose()?;
        let asked_by = new.requested_by.as_ref().map(|id| number(id.as_str())).transpose()?;
        self.change(|pages| {
            let id = pages.jobs.iter().map(|job| job.id).max().unwrap_or_default() + 1;
            pages.jobs.push(Job {
                id,
                home,
                what: new.title.clone(),
                details: new.description.clone(),
                asked_by,
                given_to,
                state: "open".to_owned(),
                urgent: new.severity != Severity::Normal,
                reference: Some(marker.to_string()),
            });
            Ok(WorkOrderId::new(id.to_string()))
        })
    }

    async fn find_by_marker(&self, marker: &Marker) -> Result<Vec<WorkOrderId>> {
        let pages = self.file.read()?;
        let carries = |job: &&Job| marker_of(job).as_ref() == Some(marker);
        Ok(pages.jobs.iter().filter(carries).map(|job| WorkOrderId::new(job.id.to_string())).collect())
    }

    async fn close_work_order(&self, id: &WorkOrderId, status: ClosedStatus) -> Result<()> {
        let wanted = number(id.as_str())?;
        self.change(|pages| {
            let Some(job) = pages.jobs.iter_mut().find(|job| job.id == wanted) else {
                return Err(Error::new(ErrorKind::NotFound, "the notebook has no such job").with("id", id));
            };
            job.state = match status {
                ClosedStatus::Completed => "done",
                ClosedStatus::Cancelled => "dropped",
            }
            .to_owned();
            Ok(())
        })
    }
}

fn property(home: &Home) -> Row<Property> {
    let text = |text: &String| Some(text.clone());
    Row::Record(Property {
        id: place(home.id),
        property_name: home.name.clone(),
        unit_name: None,
        address: Address {
            line1: text(&home.street),
            line2: None,
            city: text(&home.city),
            state: text(&home.state),
            postal_code: text(&home.zip),
        },
        is_active: !home.sold,
        freshness: by_content(home),
    })
}

fn resident(person: &Person) -> Row<Resident> {
    Row::Record(Resident {
        id: lives(person.id, person.home),
        name: person.name.clone(),
        email: person.email.clone(),
        phone: person.phone.clone(),
        tenancies: vec![Tenancy { unit: None, move_in: person.from, move_out: person.until }],
        freshness: by_content(person),
    })
}

fn work_order(job: &Job) -> Row<WorkOrder> {
    Row::Record(WorkOrder {
        id: WorkOrderId::new(job.id.to_string()),
        number: job.id.to_string(),
        title: job.what.clone(),
        description: job.details.clone(),
        property: place(job.home),
        requested_by: job.asked_by.map(|id| ResidentId::new(id.to_string())),
        assigned_users: job.given_to.map(|id| UserId::new(id.to_string())).into_iter().collect(),
        status: match job.state.as_str() {
            "done" => WorkOrderStatus::Closed(ClosedStatus::Completed),
            "dropped" => WorkOrderStatus::Closed(ClosedStatus::Cancelled),
            word => WorkOrderStatus::Open(word.to_owned()),
        },
        severity: if job.urgent { Severity::Urgent } else { Severity::Normal },
        scheduled_start: None,
        entry_allowed: None,
        access_instructions: None,
        marker: marker_of(job),
        freshness: by_content(job),
    })
}

fn marker_of(job: &Job) -> Option<Marker> {
    Marker::whole(job.reference.as_deref().unwrap_or_default())
}

fn place(home: u32) -> PropertyRef {
    PropertyRef::new(PropertyId::new(home.to_string()), None)
}

fn lives(person: u32, home: u32) -> ResidentRef {
    ResidentRef::new(ResidentId::new(person.to_string()), PropertyId::new(home.to_string()))
}

/// The notebook keeps no times: what changed is told by comparing with what was there before (rule W5).
fn by_content(row: &impl Serialize) -> Freshness {
    let content = serde_json::to_value(row).unwrap_or_default();
    Freshness::Fingerprint { fingerprint: Fingerprint::of(&content), at_least: None }
}

fn number(id: &str) -> Result<u32> {
    id.parse()
        .map_err(|_| Error::new(ErrorKind::Refused, "this is not a number of the notebook").with("id", id))
}
