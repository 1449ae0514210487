//! The suite that every platform adapter must hold, over a notebook that the test writes in itself.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use adapter_notebook as _;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use latchel_sync_conformance::records::{
    Added, Handle, NewProperty, NewResident, NewUser, NewWorkOrder, PropertyChange, ResidentChange, Standing,
    Status, WorkOrderChange,
};
use latchel_sync_conformance::{Able, Cannot, FarSide, Ground, Setup, run};
use latchel_sync_core::Platform;
use latchel_sync_core::model::{Kind, Severity};
use latchel_sync_core::registry::{self, PlatformAdapter, Settings};
use serde_json::{Map, Value, json};
use tempfile::TempDir;

#[tokio::test]
async fn the_notebook_holds_the_suite() {
    let report = run(&NotebookSetup).await;
    println!("{report}");
    report.assert();
    let made = report.lines.len() - report.not_checked().count();
    assert!(made >= 40, "only {made} checks were made");
}

/// Each row that is added writes the whole file.
const MOST_ROWS: usize = 400;

struct NotebookSetup;

#[async_trait]
impl Setup for NotebookSetup {
    fn subject(&self) -> String {
        "the notebook".to_owned()
    }

    fn adapter(&self) -> Option<&'static PlatformAdapter> {
        registry::platforms().into_iter().find(|adapter| adapter.name == "notebook")
    }

    async fn fresh(&self, _ground: Ground) -> Able<Box<dyn FarSide>> {
        let failed = |error: std::io::Error| Cannot::to(format!("be put into a folder: {error}"));
        let folder = TempDir::new().map_err(failed)?;
        let file = folder.path().join("notebook.json");
        let settings = Map::from_iter([("file".to_owned(), json!(file))]);
        let adapter = self.adapter().ok_or_else(|| Cannot::to("be found in the registry"))?;
        let platform = (adapter.connect)(&Settings::new(adapter.settings, settings, Default::default()))
            .map_err(|error| Cannot::to(format!("be opened: {error}")))?;
        let now = "2026-03-02T20:00:00Z".parse().map_err(|_| Cannot::to("tell the time"))?;
        let far = Notebook { _folder: folder, file, platform, now: Mutex::new(now) };
        far.write(
            &json!({"homes": [], "people": [], "helpers": [{"id": 1, "name": "Team Latchel"}], "jobs": []}),
        )?;
        Ok(Box::new(far))
    }
}

/// The notebook as its owner sees it: a file to write in.
struct Notebook {
    _folder: TempDir,
    file: PathBuf,
    platform: Arc<dyn Platform>,
    now: Mutex<DateTime<Utc>>,
}

impl Notebook {
    fn read(&self) -> Able<Value> {
        let text =
            std::fs::read_to_string(&self.file).map_err(|error| Cannot::to(format!("be read: {error}")))?;
        serde_json::from_str(&text).map_err(|error| Cannot::to(format!("be read: {error}")))
    }

    fn write(&self, pages: &Value) -> Able<()> {
        std::fs::write(&self.file, pages.to_string())
            .map_err(|error| Cannot::to(format!("be written: {error}")))
    }

    /// Adds a row with the next id.
    fn add(&self, list: &str, mut row: Value) -> Able<Handle> {
        let mut pages = self.read()?;
        let rows = pages[list].as_array_mut().ok_or_else(|| Cannot::to("find the list"))?;
        if rows.len() == MOST_ROWS {
            return Err(Cannot::to(format!(
                "hold more than {MOST_ROWS} rows in a test that should be quick"
            )));
        }
        let id = rows.iter().filter_map(|row| row["id"].as_u64()).max().unwrap_or_default() + 1;
        row["id"] = json!(id);
        rows.push(row);
        self.write(&pages)?;
        Ok(Handle(id.to_string()))
    }

    fn change(&self, list: &str, row: &Handle, change: impl FnOnce(&mut Value)) -> Able<()> {
        let (id, mut pages) = (number(row)?, self.read()?);
        let mut rows = pages[list].as_array_mut().into_iter().flatten();
        let found = rows.find(|one| one["id"] == id);
        change(found.ok_or_else(|| Cannot::to("change what is not there"))?);
        self.write(&pages)
    }
}

#[async_trait]
impl FarSide for Notebook {
    fn platform(&self) -> Arc<dyn Platform> {
        self.platform.clone()
    }

    fn secrets(&self) -> Vec<String> {
        Vec::new()
    }

    async fn now(&self) -> DateTime<Utc> {
        *self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Nothing in a notebook is stamped.
    async fn set_clock(&self, now: DateTime<Utc>) -> Able<()> {
        *self.now.lock().unwrap_or_else(PoisonError::into_inner) = now;
        Ok(())
    }

    async fn add_property(&self, new: &NewProperty) -> Able<Added> {
        if !new.units.is_empty() {
            return Err(Cannot::to("have units"));
        }
        let part =
            |part: &Option<String>| part.clone().ok_or_else(|| Cannot::to("leave a part of an address out"));
        let address = &new.address;
        if address.line2.is_some() {
            return Err(Cannot::to("have a second line of an address"));
        }
        let (street, city) = (part(&address.line1)?, part(&address.city)?);
        let (state, zip) = (part(&address.state)?, part(&address.postal_code)?);
        let home = json!({"name": new.name, "street": street, "city": city, "state": state, "zip": zip, "sold": false});
        Ok(Added { property: self.add("homes", home)?, units: Vec::new() })
    }

    async fn change_property(&self, property: &Handle, change: &PropertyChange) -> Able<()> {
        self.change("homes", property, |home| match change {
            PropertyChange::Rename(name) => home["name"] = json!(name),
            PropertyChange::Hide => home["sold"] = json!(true),
            PropertyChange::Unhide => home["sold"] = json!(false),
        })
    }

    async fn add_resident(&self, new: &NewResident) -> Able<Handle> {
        let [stay] = &new.stays[..] else {
            return Err(Cannot::to("have somebody live in two homes"));
        };
        self.add(
            "people",
            json!({
                "name": format!("{} {}", new.first_name, new.last_name),
                "email": new.email,
                "phone": new.cell_phone,
                "home": number(&stay.property)?,
                "from": stay.move_in,
                "until": stay.move_out,
            }),
        )
    }

    async fn change_resident(&self, resident: &Handle, change: &ResidentChange) -> Able<()> {
        self.change("people", resident, |person| match change {
            ResidentChange::Rename(last) => {
                let first =
                    person["name"].as_str().and_then(|name| name.split(' ').next()).unwrap_or_default();
                person["name"] = json!(format!("{first} {last}"));
            }
            ResidentChange::MoveOut(day) => person["until"] = json!(day),
        })
    }

    async fn add_work_order(&self, new: &NewWorkOrder) -> Able<Handle> {
        self.add(
            "jobs",
            json!({
                "home": number(&new.property)?,
                "what": new.title,
                "details": new.description,
                "asked_by": new.requested_by.as_ref().map(number).transpose()?,
                "given_to": new.assigned_to.as_ref().map(number).transpose()?,
                "state": state(new.status),
                "urgent": new.severity != Severity::Normal,
                "reference": null,
            }),
        )
    }

    async fn change_work_order(&self, work_order: &Handle, change: &WorkOrderChange) -> Able<()> {
        match change {
            WorkOrderChange::Assign(user) => {
                let user = user.as_ref().map(number).transpose()?;
                self.change("jobs", work_order, |job| job["given_to"] = json!(user))
            }
            WorkOrderChange::Status(status) => {
                self.change("jobs", work_order, |job| job["state"] = json!(state(*status)))
            }
        }
    }

    async fn double_newest_work_order(&self) -> Able<()> {
        let newest = self.read()?["jobs"].as_array().and_then(|jobs| jobs.last().cloned());
        self.add("jobs", newest.ok_or_else(|| Cannot::to("double what is not there"))?).map(|_| ())
    }

    async fn remove(&self, kind: Kind, record: &Handle) -> Able<()> {
        let list = match kind {
            Kind::Property => "homes",
            Kind::Resident => "people",
            Kind::WorkOrder => "jobs",
        };
        let (id, mut pages) = (number(record)?, self.read()?);
        if let Some(rows) = pages[list].as_array_mut() {
            rows.retain(|row| row["id"] != id);
        }
        self.write(&pages)
    }

    async fn add_user(&self, new: &NewUser) -> Able<Handle> {
        match new.standing {
            Standing::Active => {
                self.add("helpers", json!({"name": format!("{} {}", new.first_name, new.last_name)}))
            }
            Standing::Inactive => Err(Cannot::to("keep a helper who has gone")),
        }
    }

    /// There are vendors, and a notebook does not name them.
    async fn add_vendor(&self, name: &str) -> Able<Handle> {
        Ok(Handle(name.to_owned()))
    }

    async fn snapshot(&self) -> Able<Value> {
        self.read()
    }

    fn follows_status(&self, pointer: &str) -> bool {
        pointer.ends_with("/state")
    }
}

fn state(status: Status) -> &'static str {
    match status {
        Status::New | Status::InProgress => "open",
        Status::Completed => "done",
        Status::Cancelled => "dropped",
    }
}

fn number(handle: &Handle) -> Able<u32> {
    handle.0.parse().map_err(|_| Cannot::to("read its own id"))
}
