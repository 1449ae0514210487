//! Steps of a trial, each through the functions that a sync calls.

use chrono::TimeDelta;
use latchel_sync_core::guesses::Verdict;
use latchel_sync_core::mirror::LatchelSource;
use latchel_sync_core::model::{
    Address, ClosedStatus, JobId, JobState, LatchelPropertyId, LatchelResidentId, NewJob, NewProperty,
    NewResident, PropertyId, PropertyPatch, PropertyRef, ResidentId, ResidentPatch, ResidentRef, Severity,
    Tenancy, UnitId, WorkOrderId,
};
use serde_json::Value;

use super::trial::{Made, Trial, told, verdict};
use crate::guesses::{self, Collection};
use crate::wire;

const NO_PROPERTY: &str = "there is no property to try it at";
const UNKNOWN_STATE: &str = "no work order has shown the id of the state";

impl Trial<'_> {
    pub async fn property(&mut self) -> Option<Made> {
        self.say("making a property");
        let new = NewProperty {
            reference: PropertyRef::new(PropertyId::new(&*self.reference), Some(UnitId::new("unit-1"))),
            name: self.mark.clone(),
            source_address: Address {
                line1: Some("1 Test Street".to_owned()),
                line2: Some("Unit 1".to_owned()),
                city: Some("Boise".to_owned()),
                state: Some("ID".to_owned()),
                postal_code: Some("83702".to_owned()),
            },
            integration_data: format!("made by {}", self.mark),
            is_active: true,
        };
        let created = self.source.create_property(&new).await.map(|id| id.0);
        let body = guesses::new_property(&new);
        let about = about_change(Collection::Properties);
        let Some(mut made) = self.made::<wire::Property>(Collection::Properties, &body, created).await else {
            self.not_tried("properties.change", about, "nothing was made");
            return None;
        };
        self.say("changing its name");
        let patch =
            PropertyPatch { name: Some(format!("{} renamed", self.mark)), ..PropertyPatch::default() };
        let answer = self.source.update_property(LatchelPropertyId(made.id), &patch).await;
        let body = guesses::property_patch(&patch);
        let guess = ("properties.change", about);
        self.changed::<wire::Property>(Collection::Properties, &mut made, &body, answer, guess).await;
        Some(made)
    }

    pub async fn resident(&mut self, property: Option<&Made>) -> Option<Made> {
        let about = about_change(Collection::Tenants);
        let Some(property) = property else {
            self.not_tried("tenants.create", "POST /tenants", NO_PROPERTY);
            self.not_tried("tenants.change", about, NO_PROPERTY);
            return None;
        };
        self.say("making a resident");
        let new = NewResident {
            reference: ResidentRef::new(ResidentId::new(&*self.reference), PropertyId::new(&*self.reference)),
            name: self.mark.clone(),
            email: Some("latchel-sync-test@example.com".to_owned()),
            // A number that is reserved for examples.
            phone: Some("+12025550142".to_owned()),
            tenancy: Tenancy { unit: None, move_in: Some(self.today), move_out: None },
            home: LatchelPropertyId(property.id),
            is_active: true,
        };
        let created = self.source.create_resident(&new).await.map(|id| id.0);
        let body = guesses::new_tenant(&new);
        let Some(mut made) = self.made::<wire::Tenant>(Collection::Tenants, &body, created).await else {
            self.not_tried("tenants.change", about, "nothing was made");
            return None;
        };
        self.say("changing its move-out date");
        let out = Some(self.today + TimeDelta::days(30));
        let patch = ResidentPatch { move_out: Some(out), ..ResidentPatch::default() };
        let answer = self.source.update_resident(LatchelResidentId(made.id), &patch).await;
        let body = guesses::tenant_patch(&patch);
        let guess = ("tenants.change", about);
        self.changed::<wire::Tenant>(Collection::Tenants, &mut made, &body, answer, guess).await;
        Some(made)
    }

    /// A work order at the property, as far as it is not closed.
    fn new_job(&self, property: &Made, resident: Option<&Made>) -> NewJob {
        NewJob {
            work_order: WorkOrderId::new(&*self.reference),
            number: "TEST-1".to_owned(),
            name: self.mark.clone(),
            description: format!("{}: not a real work order, please leave it alone.", self.mark),
            property: LatchelPropertyId(property.id),
            resident: resident.map(|made| LatchelResidentId(made.id)),
            severity: Severity::Normal,
            scheduled_start: None,
            entry_allowed: Some(true),
            access_instructions: Some("None: this is a test.".to_owned()),
            closed: None,
        }
    }

    pub async fn job(&mut self, property: Option<&Made>, resident: Option<&Made>) -> Option<Made> {
        let about = about_change(Collection::Jobs);
        let Some(property) = property else {
            self.not_tried("jobs.create", "POST /jobs", NO_PROPERTY);
            self.not_tried("jobs.change", about, NO_PROPERTY);
            return None;
        };
        self.say("making a work order");
        let new = self.new_job(property, resident);
        let created = self.source.create_job(&new).await.map(|id| id.0);
        let body = guesses::new_job(&new, &self.source.states).unwrap_or_default();
        let Some(mut made) = self.made::<wire::Job>(Collection::Jobs, &body, created).await else {
            self.not_tried("jobs.change", about, "nothing was made");
            return None;
        };
        self.say("writing another number to it");
        let (number, reference) = ("TEST-2", WorkOrderId::new(format!("{}-2", self.reference)));
        let answer = self.source.write_number_back(JobId(made.id), number, &reference).await;
        let body = guesses::number(number, &reference);
        let guess = ("jobs.change", about);
        self.changed::<wire::Job>(Collection::Jobs, &mut made, &body, answer, guess).await;
        Some(made)
    }

    /// A work order that is closed from the beginning.
    pub async fn closed_import(&mut self, property: Option<&Made>) {
        let (guess, about) =
            ("jobs.closed_import", "POST /jobs with `state_id` makes a work order that is closed");
        let Some(property) = property else { return self.not_tried(guess, about, NO_PROPERTY) };
        if self.source.states.closed(ClosedStatus::Cancelled).is_none() {
            return self.not_tried(guess, about, UNKNOWN_STATE);
        }
        self.say("making a cancelled work order");
        let new = NewJob {
            work_order: WorkOrderId::new(format!("{}-3", self.reference)),
            closed: Some(ClosedStatus::Cancelled),
            ..self.new_job(property, None)
        };
        let id = match self.source.create_job(&new).await {
            Ok(id) => id,
            Err(error) => return self.note(guess, about, verdict(&error), told(&error)),
        };
        let state = match self.source.job(id).await {
            Ok(Some(job)) => job.state,
            Ok(None) => return self.not_tried(guess, about, "it was taken, and could not be read back"),
            Err(error) => return self.not_tried(guess, about, &told(&error)),
        };
        if state == JobState::Cancelled {
            return self.note(guess, about, Verdict::Holds, format!("job_id {id}"));
        }
        let after = if self.cancelled(id.0).await.is_ok() { "cancelled afterwards" } else { "still open" };
        self.note(guess, about, Verdict::DoesNotHold, format!("job_id {id} was {state}, {after}"));
    }

    pub async fn cancel(&mut self, job: Option<Made>) {
        let (guess, about) = ("jobs.cancel", "PATCH /jobs/{job_id} with `state_id` cancels a work order");
        let Some(job) = job else { return self.not_tried(guess, about, "there is no work order") };
        self.say("cancelling the work order");
        match self.cancelled(job.id).await {
            Ok(()) => self.note(guess, about, Verdict::Holds, ""),
            Err((verdict, why)) => self.note(guess, about, verdict, why),
        }
    }

    /// Cancels a work order; one that stays open is left to people.
    async fn cancelled(&mut self, id: i64) -> Result<(), (Verdict, String)> {
        let done = self.try_cancel(id).await;
        if done.is_err() {
            self.leave(format!("job_id {id}, \"{}\": cancel it", self.mark));
        }
        done
    }

    async fn try_cancel(&self, id: i64) -> Result<(), (Verdict, String)> {
        let body = guesses::closing(ClosedStatus::Cancelled, &self.source.states)
            .map_err(|_| (Verdict::NotTried, UNKNOWN_STATE.to_owned()))?;
        let answer = self.source.api.change(Collection::Jobs, id, &body).await;
        answer.map_err(|error| (verdict(&error), told(&error)))?;
        match self.source.job(JobId(id)).await {
            Ok(Some(job)) if job.state == JobState::Cancelled => Ok(()),
            Ok(Some(job)) => {
                Err((Verdict::DoesNotHold, format!("it was taken, and the state is {}", job.state)))
            }
            Ok(None) => Err((Verdict::NotTried, "it was taken, and could not be read back".to_owned())),
            Err(error) => Err((Verdict::NotTried, told(&error))),
        }
    }

    pub async fn deactivate_resident(&mut self, resident: Option<Made>) {
        let about = about_inactive(Collection::Tenants);
        let Some(mut made) = resident else {
            return self.not_tried("tenants.deactivate", about, "there is no resident");
        };
        self.say("setting the resident inactive");
        let patch = ResidentPatch { is_active: Some(false), ..ResidentPatch::default() };
        let answer = self.source.update_resident(LatchelResidentId(made.id), &patch).await;
        let body = guesses::tenant_patch(&patch);
        let guess = ("tenants.deactivate", about);
        if !self.changed::<wire::Tenant>(Collection::Tenants, &mut made, &body, answer, guess).await {
            self.leave(format!("user_id {}, \"{}\": set it inactive", made.id, self.mark));
        }
    }

    pub async fn deactivate_property(&mut self, property: Option<Made>) {
        let about = about_inactive(Collection::Properties);
        let Some(mut made) = property else {
            return self.not_tried("properties.deactivate", about, "there is no property");
        };
        self.say("setting the property inactive");
        let patch = PropertyPatch { deactivate: true, ..PropertyPatch::default() };
        let answer = self.source.update_property(LatchelPropertyId(made.id), &patch).await;
        let body: Value = guesses::property_patch(&patch);
        let guess = ("properties.deactivate", about);
        if !self.changed::<wire::Property>(Collection::Properties, &mut made, &body, answer, guess).await {
            self.leave(format!("property_id {}, \"{}\": set it inactive", made.id, self.mark));
        }
    }
}

fn path(collection: Collection) -> String {
    collection.one(format!("{{{}}}", collection.id()))
}

fn about_change(collection: Collection) -> String {
    format!("PATCH /{} changes the fields that it names", path(collection))
}

fn about_inactive(collection: Collection) -> String {
    format!("PATCH /{} with `is_active` 0 sets a record inactive", path(collection))
}
