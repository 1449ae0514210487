//! Every call of the adapter, with what it sends and reads: made by the code that a sync runs.

use std::fmt;

use chrono::{DateTime, NaiveDate, Utc};
use latchel_sync_core::Result;
use latchel_sync_core::mirror::JobsAsked;
use latchel_sync_core::model::{
    Address, ClosedStatus, Home, LatchelPropertyId, LatchelResidentId, NewJob, NewProperty, NewResident,
    PropertyId, PropertyPatch, PropertyRef, ResidentId, ResidentPatch, ResidentRef, Severity, Tenancy,
    UnitId, WorkOrderId,
};
use serde_json::{Value, json};

use super::fields::{Field, JOB, PROPERTY, STATE_CHANGE, TENANT};
use crate::api::PAGE;
use crate::guesses::{self, Collection};
use crate::source::{filters, history};
use crate::states::States;

/// One call, in every form in which it is sent.
#[derive(Debug)]
pub(super) struct Expected {
    pub method: &'static str,
    /// Path below the version, with `{…}` for an id.
    pub path: String,
    pub purpose: &'static str,
    /// Parameters, once for each form.
    pub queries: Vec<Vec<(&'static str, String)>>,
    /// Bodies, once for each form; none for a call that reads.
    pub bodies: Vec<Value>,
    pub answer: Answer,
}

/// Part of an answer that is read.
#[derive(Debug, Clone, Copy)]
pub(super) enum Answer {
    /// A page of rows with these fields.
    Rows(&'static [Field]),
    /// One record with these fields.
    Record(&'static [Field]),
    /// The id of the new record, in this field.
    Id(&'static str),
    /// Nothing.
    Unread,
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} /{}", self.method, self.path)
    }
}

/// Every call.
///
/// # Errors
///
/// Those of a body that cannot be made.
pub(super) fn calls() -> Result<Vec<Expected>> {
    let states = States::default();
    for (id, name) in [(4, "Completed"), (5, "Cancelled")] {
        states.learn(&json!({"state_id": id, "state": {"name": name}}));
    }
    let (properties, tenants, jobs) = (Collection::Properties, Collection::Tenants, Collection::Jobs);
    let day = NaiveDate::default();
    let asked = [JobsAsked::Created(day), JobsAsked::Updated(day), JobsAsked::Closed(day)];
    let asked = asked.into_iter().map(|asked| filters(asked, &states)).collect::<Result<Vec<_>>>()?;
    // The test of a connection asks without filters.
    let asked = asked.into_iter().chain([Vec::new()]).collect();
    Ok(vec![
        list(properties.path(), "list properties", vec![Vec::new()], PROPERTY),
        one(properties, "read one property", PROPERTY),
        create(properties, "create a property", properties_created()),
        change(properties, "change a property, or set it inactive", properties_changed()),
        list(tenants.path(), "list residents", vec![Vec::new()], TENANT),
        one(tenants, "read one resident", TENANT),
        create(tenants, "create a resident", residents_created()),
        change(tenants, "change a resident, or set it inactive", residents_changed()),
        list(jobs.path(), "list work orders", asked, JOB),
        one(jobs, "read one work order", JOB),
        list(&history("{id}"), "read a work order's states", vec![Vec::new()], STATE_CHANGE),
        create(jobs, "create a work order", jobs_created(&states)?),
        change(jobs, "write a work order's number back", vec![number()]),
    ])
}

fn list(
    path: &str,
    purpose: &'static str,
    asked: Vec<Vec<(&'static str, String)>>,
    fields: &'static [Field],
) -> Expected {
    let paged = asked.into_iter().map(|mut query| {
        query.push((PAGE, "1".to_owned()));
        query
    });
    Expected {
        method: "GET",
        path: path.to_owned(),
        purpose,
        queries: paged.collect(),
        bodies: Vec::new(),
        answer: Answer::Rows(fields),
    }
}

fn one(collection: Collection, purpose: &'static str, fields: &'static [Field]) -> Expected {
    let answer = Answer::Record(fields);
    Expected {
        method: "GET",
        path: collection.one("{id}"),
        purpose,
        queries: Vec::new(),
        bodies: Vec::new(),
        answer,
    }
}

fn create(collection: Collection, purpose: &'static str, bodies: Vec<Value>) -> Expected {
    let answer = Answer::Id(collection.id());
    Expected {
        method: "POST",
        path: collection.path().to_owned(),
        purpose,
        queries: Vec::new(),
        bodies,
        answer,
    }
}

fn change(collection: Collection, purpose: &'static str, bodies: Vec<Value>) -> Expected {
    Expected {
        method: "PATCH",
        path: collection.one("{id}"),
        purpose,
        queries: Vec::new(),
        bodies,
        answer: Answer::Unread,
    }
}

fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}

/// An address in full, or with nothing but what Latchel requires (rule P6).
fn address(line2: Option<&str>) -> Address {
    Address {
        line1: text("1 Main Street"),
        line2: line2.map(str::to_owned),
        city: text("Boise"),
        state: text("ID"),
        postal_code: text("83702"),
    }
}

fn properties_created() -> Vec<Value> {
    let new = |unit: Option<&str>, line2, is_active| {
        let reference = PropertyRef::new(PropertyId::new("11"), unit.map(UnitId::new));
        let (name, integration_data) = ("Main Street".to_owned(), "{}".to_owned());
        guesses::new_property(&NewProperty {
            reference,
            name,
            source_address: address(line2),
            integration_data,
            is_active,
        })
    };
    vec![new(Some("21"), Some("Apt 2"), true), new(None, None, false)]
}

fn properties_changed() -> Vec<Value> {
    let none = PropertyPatch::default();
    [
        PropertyPatch { name: text("Main Street"), ..none.clone() },
        PropertyPatch { source_address: Some(address(Some("Apt 2"))), ..none.clone() },
        PropertyPatch { source_address: Some(address(None)), ..none.clone() },
        PropertyPatch { integration_data: text("{}"), ..none.clone() },
        PropertyPatch { deactivate: true, ..none },
    ]
    .iter()
    .map(guesses::property_patch)
    .chain(properties_referring())
    .collect()
}

/// References, which `adopt --write-references` writes.
fn properties_referring() -> [Value; 2] {
    let house = |unit: Option<&str>| PropertyRef::new(PropertyId::new("11"), unit.map(UnitId::new));
    [house(Some("21")), house(None)].map(|reference| guesses::property_reference(&reference))
}

fn residents_created() -> Vec<Value> {
    let new = |contact: Option<&str>, date: Option<NaiveDate>, is_active| {
        let reference = ResidentRef::new(ResidentId::new("31"), PropertyId::new("11"));
        let tenancy = Tenancy { unit: None, move_in: date, move_out: date };
        let contact = contact.map(str::to_owned);
        let new = NewResident {
            reference,
            name: "Ada Abara".to_owned(),
            email: contact.clone(),
            phone: contact,
            tenancy,
            home: LatchelPropertyId(501),
            is_active,
        };
        guesses::new_tenant(&new)
    };
    vec![new(Some("ada@example.com"), Some(NaiveDate::default()), true), new(None, None, false)]
}

fn residents_changed() -> Vec<Value> {
    let none = ResidentPatch::default();
    let patches = [None, Some(NaiveDate::default())].into_iter().flat_map(|date| {
        [
            ResidentPatch { move_in: Some(date), ..none.clone() },
            ResidentPatch { move_out: Some(date), ..none.clone() },
            ResidentPatch { is_active: Some(date.is_some()), ..none.clone() },
        ]
    });
    let mut bodies: Vec<_> = patches.map(|patch| guesses::tenant_patch(&patch)).collect();
    let home = Home { unit: None, property: LatchelPropertyId(501) };
    bodies.push(guesses::tenant_patch(&ResidentPatch { unit: Some(home), ..none }));
    bodies.push(guesses::tenant_reference(&ResidentId::new("31")));
    bodies
}

fn jobs_created(states: &States) -> Result<Vec<Value>> {
    let sparse = NewJob {
        work_order: WorkOrderId::new("81"),
        number: "81-1".to_owned(),
        name: "It drips.".to_owned(),
        description: "It drips.".to_owned(),
        property: LatchelPropertyId(501),
        resident: None,
        severity: Severity::Normal,
        scheduled_start: None,
        entry_allowed: None,
        access_instructions: None,
        closed: None,
    };
    let full = NewJob {
        resident: Some(LatchelResidentId(601)),
        severity: Severity::Urgent,
        scheduled_start: Some(DateTime::<Utc>::default()),
        entry_allowed: Some(true),
        access_instructions: text("The key is under the mat."),
        closed: Some(ClosedStatus::Completed),
        ..sparse.clone()
    };
    let refused = NewJob { severity: Severity::Emergency, entry_allowed: Some(false), ..sparse.clone() };
    [full, refused, sparse].iter().map(|new| guesses::new_job(new, states)).collect()
}

fn number() -> Value {
    guesses::number("81-1", &WorkOrderId::new("81"))
}
