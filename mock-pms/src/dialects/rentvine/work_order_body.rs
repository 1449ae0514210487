//! Body of a POST of a work order: ids and flags in any spelling, and only known fields.

use serde_json::{Map, Value};

use super::names::{PRIORITY, VENDORS};
use super::problem::Problem;
use super::{html, statuses};
use crate::dialects::endpoint::Request;
use crate::dialects::fields::Fields;
use crate::shared::quirk::Quirk;
use crate::world::{Id, Priority, Property, Tenant, Unit, User, UserKind, Vendor, World};

const FIELDS: [&str; 21] = [
    "propertyID",
    "unitID",
    "leaseID",
    "workOrderStatusID",
    "primaryWorkOrderStatusID",
    "priorityID",
    "description",
    "isOwnerApproved",
    "isVacant",
    "isSharedWithTenant",
    "isSharedWithOwner",
    "sourceTypeID",
    "vendorContactID",
    "assignedToUserID",
    "requestedByContactID",
    "estimatedAmount",
    "scheduledStartDate",
    "scheduledEndDate",
    "vendorInstructions",
    "vendorTradeID",
    "workOrderProjectID",
];
const ON_CREATE: [&str; 2] = ["sendVendorNotification", "sendEmail"];
const ON_UPDATE: [&str; 7] = [
    "sendVendorNotification",
    "sendEmail",
    "sendReview",
    "closingDescription",
    "actualStartDate",
    "actualEndDate",
    "dateClosed",
];
pub(super) const PRETENDED_WRITES: Quirk = Quirk::usual(
    "pretended-writes",
    "A write whose body is in an envelope is answered with 200, and nothing is done.",
    "It is a 400.",
);

/// No length is published; a text this long is a mistake all the same.
const LONGEST: usize = 60_000;

/// Purpose of a body: to create a work order, or to change one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    Create,
    Update,
}

/// Content of a body; fields that it leaves out stay as they are.
pub(super) struct Body {
    pub(super) property_id: Option<Id>,
    pub(super) unit_id: Option<Id>,
    pub(super) status: Option<&'static statuses::Status>,
    pub(super) priority: Option<Priority>,
    pub(super) description: Option<String>,
    pub(super) vendor_id: Option<Id>,
    pub(super) vendor_notes: Option<String>,
    pub(super) assigned_to: Option<Id>,
    pub(super) requested_by: Option<Id>,
}

impl Body {
    /// The body; `None` for one in an envelope, which is accepted and does nothing.
    pub(super) fn read(world: &World, request: &Request, purpose: Purpose) -> Result<Option<Self>, Problem> {
        let object = request.object().map_err(|fault| Problem::field("body", fault.to_string()))?;
        if request.has(&PRETENDED_WRITES) && object.get("workOrder").is_some_and(Value::is_object) {
            return Ok(None);
        }
        Self::of(world, &object, purpose).map(Some)
    }

    fn of(world: &World, object: &Map<String, Value>, purpose: Purpose) -> Result<Self, Problem> {
        let more = if purpose == Purpose::Create { &ON_CREATE[..] } else { &ON_UPDATE };
        let mut fields = Fields::new(object, "", &[&FIELDS[..], more].concat());
        if purpose == Purpose::Create {
            for name in ["propertyID", "priorityID", "description"] {
                fields.require(name);
            }
        }
        for name in ["isOwnerApproved", "isVacant", "isSharedWithTenant", "isSharedWithOwner"] {
            fields.loose_flag(name);
        }
        for name in ["sendVendorNotification", "sendEmail", "sendReview"] {
            fields.boolean(name);
        }
        for name in
            ["scheduledStartDate", "scheduledEndDate", "actualStartDate", "actualEndDate", "dateClosed"]
        {
            fields.date(name);
        }
        fields.text("closingDescription", LONGEST);
        for name in ["leaseID", "primaryWorkOrderStatusID", "vendorTradeID", "workOrderProjectID"] {
            fields.loose_id(name);
        }
        if fields.loose_id("sourceTypeID").is_some_and(|source| !(1..=6).contains(&source)) {
            fields.fault("sourceTypeID", "is invalid");
        }
        let priority = fields.loose_id("priorityID").and_then(|sent| {
            let found = PRIORITY.iter().find(|(id, _)| *id == sent).map(|(_, priority)| *priority);
            if found.is_none() {
                fields.fault("priorityID", "is invalid");
            }
            found
        });
        let body = Self {
            property_id: fields.loose_id("propertyID"),
            unit_id: fields.loose_id("unitID"),
            status: None,
            priority,
            description: fields.text("description", LONGEST).map(|text| html::to_text(&text)),
            vendor_id: fields.loose_id("vendorContactID").map(|id| id - VENDORS),
            vendor_notes: fields.text("vendorInstructions", LONGEST),
            assigned_to: fields.loose_id("assignedToUserID"),
            requested_by: fields.loose_id("requestedByContactID"),
        };
        body.check(world, &mut fields);
        let status = fields.loose_id("workOrderStatusID");
        Problem::of_fields(fields.finish())?;
        Ok(Self { status: status.map(statuses::known).transpose()?, ..body })
    }

    /// Faults for ids that lead nowhere.
    fn check(&self, world: &World, fields: &mut Fields<'_>) {
        let unit = self.unit_id.map(|id| world.get::<Unit>(id).map(|unit| unit.property_id));
        let of_property = |property| self.property_id.is_none_or(|id| property == Some(id));
        let works = |id| world.get::<User>(id).is_some_and(|one| one.active && one.kind == UserKind::Staff);
        let faults = [
            ("propertyID", self.property_id.is_some_and(|id| world.get::<Property>(id).is_none())),
            ("unitID", unit.is_some_and(|property| property.is_none() || !of_property(property))),
            ("vendorContactID", self.vendor_id.is_some_and(|id| world.get::<Vendor>(id).is_none())),
            ("assignedToUserID", self.assigned_to.is_some_and(|id| !works(id))),
            ("requestedByContactID", self.requested_by.is_some_and(|id| world.get::<Tenant>(id).is_none())),
        ];
        for (name, _) in faults.into_iter().filter(|(_, is_wrong)| *is_wrong) {
            fields.fault(name, "is invalid");
        }
    }
}
