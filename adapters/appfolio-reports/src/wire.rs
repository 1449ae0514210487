//! Rows of reports. Ids are numbers in some and texts in others, and lists stand inside texts.

use chrono::NaiveDate;
use latchel_sync_core::model::Address;
use latchel_sync_http::loose;
use serde::Deserialize;

use crate::config::names;

/// The columns of one address, which begin with whose address it is.
macro_rules! address {
    ($record:ident) => {
        impl $record {
            pub fn address(&self) -> Address {
                // A star stands for several, as in the rows of more than one property.
                let part = |part: &Option<String>| part.clone().filter(|text| text.trim() != "*");
                Address {
                    line1: part(&self.street),
                    line2: part(&self.street2),
                    city: part(&self.city),
                    state: part(&self.state),
                    postal_code: part(&self.zip),
                }
            }
        }
    };
}

#[derive(Debug, Deserialize)]
pub(crate) struct Property {
    #[serde(rename = "property_id", deserialize_with = "loose::id")]
    pub id: String,
    #[serde(rename = "property_name", default, deserialize_with = "loose::text")]
    pub name: Option<String>,
    #[serde(rename = "property_integration_id", default, deserialize_with = "loose::spare_id")]
    pub integration_id: Option<String>,
    #[serde(rename = "property_street", default, deserialize_with = "loose::text")]
    street: Option<String>,
    #[serde(rename = "property_street2", default, deserialize_with = "loose::text")]
    street2: Option<String>,
    #[serde(rename = "property_city", default, deserialize_with = "loose::text")]
    city: Option<String>,
    #[serde(rename = "property_state", default, deserialize_with = "loose::text")]
    state: Option<String>,
    #[serde(rename = "property_zip", default, deserialize_with = "loose::text")]
    zip: Option<String>,
    #[serde(rename = "property_created_on", default, deserialize_with = "loose::text")]
    pub created_on: Option<String>,
    #[serde(default, deserialize_with = "loose::word")]
    pub visibility: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Unit {
    #[serde(rename = "unit_id", deserialize_with = "loose::id")]
    pub id: String,
    #[serde(rename = "unit_name", default, deserialize_with = "loose::text")]
    pub name: Option<String>,
    #[serde(rename = "unit_integration_id", default, deserialize_with = "loose::spare_id")]
    pub integration_id: Option<String>,
    #[serde(rename = "unit_street", default, deserialize_with = "loose::text")]
    pub street: Option<String>,
    #[serde(rename = "unit_street2", default, deserialize_with = "loose::text")]
    street2: Option<String>,
    #[serde(rename = "unit_city", default, deserialize_with = "loose::text")]
    city: Option<String>,
    #[serde(rename = "unit_state", default, deserialize_with = "loose::text")]
    state: Option<String>,
    #[serde(rename = "unit_zip", default, deserialize_with = "loose::text")]
    zip: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    pub created_on: Option<String>,
    #[serde(default, deserialize_with = "loose::word")]
    pub visibility: Option<String>,
}

address!(Property);
address!(Unit);

/// A row of the directory of tenants.
#[derive(Deserialize)]
pub(crate) struct Tenant {
    #[serde(rename = "selected_tenant_id", deserialize_with = "loose::id")]
    pub id: String,
    #[serde(rename = "property_id", deserialize_with = "loose::id")]
    pub property: String,
    #[serde(rename = "unit_id", default, deserialize_with = "loose::optional_id")]
    pub unit: Option<String>,
    #[serde(rename = "occupancy_id", default, deserialize_with = "loose::spare_id")]
    pub occupancy: Option<String>,
    #[serde(rename = "tenant_integration_id", default, deserialize_with = "loose::spare_id")]
    pub integration_id: Option<String>,
    #[serde(rename = "tenant", default, deserialize_with = "loose::text")]
    whole_name: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    first_name: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    last_name: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    company_name: Option<String>,
    #[serde(default, deserialize_with = "loose::list")]
    emails: Vec<String>,
    #[serde(default, deserialize_with = "loose::list")]
    phone_numbers: Vec<String>,
    #[serde(default, deserialize_with = "loose::day")]
    pub move_in: Option<NaiveDate>,
    #[serde(default, deserialize_with = "loose::day")]
    pub move_out: Option<NaiveDate>,
    #[serde(default, deserialize_with = "loose::word")]
    pub status: Option<String>,
    #[serde(rename = "primary_tenant", default, deserialize_with = "loose::spare_flag")]
    pub is_primary: Option<bool>,
}

impl Tenant {
    pub fn name(&self) -> String {
        let parts = [&self.first_name, &self.last_name].into_iter().flatten().map(|part| part.trim());
        let name = parts.collect::<Vec<_>>().join(" ");
        let others = [&self.whole_name, &self.company_name].into_iter().flatten();
        std::iter::once(name).chain(others.cloned()).find(|name| !name.is_empty()).unwrap_or_default()
    }

    pub fn email(&self) -> Option<String> {
        first_email(&self.emails)
    }

    pub fn phone(&self) -> Option<String> {
        primary_phone(&self.phone_numbers)
    }
}

/// The first address of several.
pub(crate) fn first_email(lists: &[String]) -> Option<String> {
    lists.iter().flat_map(|list| names(list)).next().map(str::to_owned)
}

/// The primary phone: cell before home before work before any other. Each has a label before it, or none.
pub(crate) fn primary_phone(lists: &[String]) -> Option<String> {
    let labelled = |phone: &str| match phone.split_once(':') {
        Some((label, number)) => (label.trim().to_lowercase(), number.trim().to_owned()),
        None => (String::new(), phone.to_owned()),
    };
    let all = lists.iter().flat_map(|list| names(list)).map(labelled);
    let rank = |(label, _): &(String, String)| {
        let ranks = [("mobile", 0), ("cell", 0), ("home", 1), ("work", 2), ("fax", 4)];
        ranks.iter().find(|(word, _)| label.contains(word)).map_or(3, |(_, rank)| *rank)
    };
    all.filter(|(_, number)| !number.is_empty()).min_by_key(rank).map(|(_, number)| number)
}

/// A row of the tickler, which spells some of the same otherwise.
#[derive(Deserialize)]
pub(crate) struct Event {
    #[serde(deserialize_with = "loose::id")]
    pub tenant_id: String,
    #[serde(deserialize_with = "loose::id")]
    pub property_id: String,
    #[serde(default, deserialize_with = "loose::optional_id")]
    pub unit_id: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    pub tenant: Option<String>,
    #[serde(default, deserialize_with = "loose::list")]
    pub tenant_email: Vec<String>,
    #[serde(default, deserialize_with = "loose::list")]
    pub tenant_phone_number: Vec<String>,
    #[serde(default, deserialize_with = "loose::day")]
    pub move_in_date: Option<NaiveDate>,
    #[serde(default, deserialize_with = "loose::day")]
    pub move_out_date: Option<NaiveDate>,
}

/// Without contact data, which no log may hold.
impl std::fmt::Debug for Tenant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tenant")
            .field("id", &self.id)
            .field("property", &self.property)
            .finish_non_exhaustive()
    }
}

#[derive(Deserialize)]
pub(crate) struct WorkOrder {
    #[serde(rename = "work_order_id", deserialize_with = "loose::id")]
    pub id: String,
    #[serde(rename = "work_order_number", default, deserialize_with = "loose::text")]
    pub number: Option<String>,
    #[serde(rename = "property_id", default, deserialize_with = "loose::optional_id")]
    pub property: Option<String>,
    #[serde(rename = "unit_id", default, deserialize_with = "loose::optional_id")]
    pub unit: Option<String>,
    #[serde(rename = "occupancy_id", default, deserialize_with = "loose::spare_id")]
    pub occupancy: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    pub job_description: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    pub service_request_description: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    pub instructions: Option<String>,
    #[serde(deserialize_with = "loose::required_word")]
    pub status: String,
    #[serde(default, deserialize_with = "loose::text")]
    pub priority: Option<String>,
    /// Names, several in one text.
    #[serde(rename = "assigned_user", default, deserialize_with = "loose::ids")]
    pub assigned: Vec<String>,
    #[serde(default, deserialize_with = "loose::text")]
    pub requesting_tenant: Option<String>,
    #[serde(default, deserialize_with = "loose::spare_flag")]
    submitted_by_tenant: Option<bool>,
    #[serde(rename = "work_order_type", default, deserialize_with = "loose::text")]
    kind: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    pub created_at: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    pub scheduled_start: Option<String>,
}

impl WorkOrder {
    /// The occupancy of which a tenant asked for it. One has an occupancy also where nobody did.
    pub fn asked_by(&self) -> Option<&String> {
        let of_residents =
            self.kind.as_deref().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("resident"));
        let asked =
            self.requesting_tenant.is_some() || self.submitted_by_tenant == Some(true) || of_residents;
        self.occupancy.as_ref().filter(|_| asked)
    }
}

#[derive(Debug, Deserialize)]
pub(crate) struct Grouped {
    #[serde(rename = "property_id", deserialize_with = "loose::id")]
    pub property: String,
    #[serde(rename = "property_group_id", deserialize_with = "loose::id")]
    pub group: String,
    #[serde(rename = "property_group_name", default, deserialize_with = "loose::text")]
    pub name: Option<String>,
}
