//! Tenants in leases as residents. The list has a row for each tenant *and lease*, in no documented order, and cannot be
//! filtered by tenant, so that the rows of one resident are brought together here: the residents are dealt into as many
//! parts as keep one part small, and the list is read once for each part.

use std::collections::{BTreeMap, HashSet, hash_map::DefaultHasher};
use std::hash::{Hash, Hasher};

use async_stream::try_stream;
use chrono::{DateTime, Utc};
use futures::{StreamExt, TryStreamExt};
use latchel_sync_core::model::{
    Fingerprint, Freshness, InvalidRecord, PropertyId, Resident, ResidentId, ResidentRef, Row, Tenancy,
    UnitId,
};
use latchel_sync_core::{Error, ErrorKind, Pages, Result};
use latchel_sync_http::loose::id_in;
use latchel_sync_http::read_row;
use serde_json::{Value, json};

use crate::api::{Api, BLOCK, FEW};
use crate::census::{Census, Readings, Verdict, restless};
use crate::wire::{Email, LeaseTenant, Phone, full_name};

pub(crate) const LEASE_TENANTS: &str = "api/leases/tenants";

/// Number of residents that are handed on at once.
const ROWS_AT_ONCE: usize = 500;

pub(crate) fn all(api: &Api) -> Pages<'_, Resident> {
    all_in_parts_of(api, BLOCK)
}

/// All of them, with at most about `block` rows in memory.
fn all_in_parts_of(api: &Api, block: usize) -> Pages<'_, Resident> {
    try_stream! {
        let (mut part, mut parts) = (0, None);
        let mut readings = Readings::default();
        while part < parts.unwrap_or(1) {
            let census = Census::default();
            let mut stays = Stays::default();
            {
                let mut pages = api.counted(LEASE_TENANTS, &census).whole();
                while let Some(page) = pages.try_next().await? {
                    let parts = *parts.get_or_insert_with(|| census.total().div_ceil(block as u64).max(1));
                    page.iter().for_each(|row| stays.take(row, |key| part_of(key, parts) == part));
                    if stays.0.len() > MOST_AT_ONCE {
                        Err(too_long())?;
                    }
                }
            }
            // Without one of its leases, a resident would be moved out.
            match readings.judge(census) {
                Verdict::Whole => part += 1,
                Verdict::Torn => continue,
                Verdict::Restless => Err(restless(LEASE_TENANTS))?,
            }
            let rows = stays.into_rows();
            for chunk in rows.chunks(ROWS_AT_ONCE) {
                yield chunk.to_vec();
            }
        }
    }
    .boxed()
}

/// The most residents of one part, whatever DoorLoop says of the total by which the parts were made: a bound on memory of some
/// 80 MB.
const MOST_AT_ONCE: usize = 10 * BLOCK;

fn too_long() -> Error {
    let message = "the list has far more rows than DoorLoop says, and may have no end";
    Error::new(ErrorKind::Malformed, message).with("list", LEASE_TENANTS)
}

/// There is no filter by tenant, so that the property's rows are read.
pub(crate) async fn by_id(api: &Api, ids: &[ResidentRef]) -> Result<Vec<Row<Resident>>> {
    let properties: HashSet<&str> = ids.iter().map(|id| id.property.as_str()).collect();
    let wanted: HashSet<String> = ids.iter().map(ResidentRef::key).collect();
    let key = |row: &Row<Resident>| match row {
        Row::Record(resident) => resident.id.key(),
        Row::Hint { id, .. } | Row::NotSupported { id, .. } => id.clone(),
        Row::Invalid(invalid) => invalid.id.clone(),
    };
    let mut found = Vec::new();
    if properties.len() > FEW {
        let mut pages = all(api);
        while let Some(page) = pages.try_next().await? {
            found.extend(page.into_iter().filter(|row| wanted.contains(&key(row))));
        }
        return Ok(found);
    }
    for property in properties {
        let mut stays = Stays::default();
        for row in api.list(LEASE_TENANTS).query("filter_property", property.to_owned()).all().await? {
            stays.take(&row, |_| true);
        }
        found.extend(stays.into_rows().into_iter().filter(|row| wanted.contains(&key(row))));
    }
    Ok(found)
}

/// The part that a resident is dealt into.
fn part_of(key: &str, parts: u64) -> u64 {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    hasher.finish() % parts
}

/// Residents at properties, by key, with all that was seen of them.
#[derive(Default)]
struct Stays(BTreeMap<String, Result<Stay, InvalidRecord>>);

struct Stay {
    id: ResidentRef,
    contact: Contact,
    tenancies: Vec<Tenancy>,
    /// The last change of a row or of the tenant, where they tell it.
    updated_at: Option<DateTime<Utc>>,
    /// The date that a tenancy lacks which has none that counts: then it says nothing of who lives there.
    undated: Option<&'static str>,
}

/// Name, e-mail address and phone.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Contact {
    name: String,
    email: Option<String>,
    phone: Option<String>,
}

impl Stays {
    /// Takes in a row, if `is_wanted` says so of the resident's key, or of what stands for it.
    fn take(&mut self, row: &Value, is_wanted: impl FnOnce(&str) -> bool) {
        let key = key_of(row).unwrap_or_else(|| InvalidRecord::nameless("tenant in a lease", row));
        if !is_wanted(&key) {
            return;
        }
        match read_row::<LeaseTenant>(row) {
            Ok(wire) => {
                let stay = self.0.entry(key).or_insert_with(|| Ok(stay(&wire)));
                if let Ok(stay) = stay {
                    // The rows come in any order, and need not tell the same of one tenant.
                    let contact = contact(&wire);
                    if contact > stay.contact {
                        stay.contact = contact;
                    }
                    stay.updated_at = stay.updated_at.max(wire.updated_at());
                    match undated(&wire) {
                        Some(field) => stay.undated = Some(field),
                        None => stay.tenancies.extend(tenancies(&wire)),
                    }
                }
            }
            // A resident of whom one row cannot be read may live where that row says.
            Err(bad) => drop(self.0.insert(key.clone(), Err(bad.of(key)))),
        }
    }

    fn into_rows(self) -> Vec<Row<Resident>> {
        self.0.into_values().map(|stay| stay.map_or_else(Row::Invalid, into_row)).collect()
    }
}

/// The key of the resident that a row is about, as far as its ids can be read.
fn key_of(row: &Value) -> Option<String> {
    let tenant = row.get("tenant").and_then(|tenant| id_in(tenant, "id"))?;
    Some(ResidentRef::new(ResidentId::new(tenant), PropertyId::new(id_in(row, "property")?)).key())
}

fn stay(wire: &LeaseTenant) -> Stay {
    Stay {
        id: ResidentRef::new(ResidentId::new(&wire.tenant.id), PropertyId::new(&wire.property)),
        contact: contact(wire),
        tenancies: Vec::new(),
        updated_at: None,
        undated: None,
    }
}

fn contact(wire: &LeaseTenant) -> Contact {
    let tenant = &wire.tenant;
    let full = tenant.full_name.as_deref().or(wire.name.as_deref());
    Contact {
        name: full_name(full, tenant.first_name.as_deref(), tenant.last_name.as_deref()),
        email: email(&tenant.emails),
        phone: phone(&tenant.phones),
    }
}

/// The date without which a tenancy would count as one of today, against its own status.
fn undated(wire: &LeaseTenant) -> Option<&'static str> {
    match wire.status.as_deref() {
        Some("PAST") if wire.move_out_at.is_none() => Some("moveOutAt"),
        Some("FUTURE") if wire.move_in_at.is_none() => Some("moveInAt"),
        _ => None,
    }
}

/// One for each unit of the lease; a lease without units is of the property itself.
fn tenancies(wire: &LeaseTenant) -> Vec<Tenancy> {
    let tenancy = |unit| Tenancy { unit, move_in: wire.move_in_at, move_out: wire.move_out_at };
    match wire.units.as_slice() {
        [] => vec![tenancy(None)],
        units => units.iter().map(|unit| tenancy(Some(UnitId::new(unit)))).collect(),
    }
}

fn into_row(stay: Stay) -> Row<Resident> {
    let Stay { id, contact: Contact { name, email, phone }, mut tenancies, updated_at, undated } = stay;
    if let Some(field) = undated.filter(|_| tenancies.is_empty()) {
        let problem = "the tenancy is not of today by its status, and has no date that says so".to_owned();
        return Row::Invalid(InvalidRecord { id: id.key(), field: field.to_owned(), problem });
    }
    // The rows come in any order.
    tenancies.sort();
    tenancies.dedup();
    let fingerprint = Fingerprint::of(&json!([name, email, phone, tenancies, updated_at]));
    let freshness = Freshness::Fingerprint { fingerprint, at_least: updated_at };
    Row::Record(Resident { id, name, email, phone, tenancies, freshness })
}

/// The primary address, or the first.
fn email(emails: &[Email]) -> Option<String> {
    let usable = emails.iter().filter(|email| email.address.is_some());
    usable
        .min_by_key(|email| email.kind.as_deref() != Some("Primary"))
        .and_then(|email| email.address.clone())
}

/// The primary phone: cell before home before work before any other.
fn phone(phones: &[Phone]) -> Option<String> {
    let rank = |phone: &&Phone| match phone.kind.as_deref() {
        Some("Mobile") => 0,
        Some("Home") => 1,
        Some("Work") => 2,
        Some("Fax") => 4,
        _ => 3,
    };
    let usable = phones.iter().filter(|phone| phone.number.is_some());
    usable.min_by_key(rank).and_then(|phone| phone.number.clone())
}

#[cfg(test)]
mod tests {
    use latchel_sync_core::registry::Settings;
    use wiremock::{Mock, MockServer, ResponseTemplate, matchers};

    use super::*;

    #[tokio::test]
    async fn more_rows_than_are_kept_at_once_are_read_in_parts_and_no_resident_is_split() {
        let row = |at: u32| {
            json!({"property": "p", "units": [], "moveInAt": if at < 40 { "2024-01-01" } else { "2025-01-01" },
                "status": "CURRENT", "tenant": {"id": format!("t{}", at % 40)}})
        };
        let body = json!({"total": 80, "data": (0..80).map(row).collect::<Vec<_>>()});
        let server = MockServer::start().await;
        let answer = ResponseTemplate::new(200).set_body_json(body);
        Mock::given(matchers::any()).respond_with(answer).expect(4).mount(&server).await;
        let known = latchel_sync_core::registry::platforms()[0].settings;
        let values = serde_json::Map::from_iter([("base_url".to_owned(), json!(server.uri()))]);
        let settings = Settings::new(known, values, [("token".to_owned(), "a token".into())].into());
        let api = Api::connect(&settings, &settings.read().unwrap()).unwrap();

        let pages: Vec<_> = all_in_parts_of(&api, 20).try_collect().await.unwrap();
        assert!(pages.iter().all(|page| !page.is_empty() && page.len() < 40), "none holds everybody");
        let rows = pages.concat();
        assert_eq!(rows.len(), 40);
        for row in rows {
            let Row::Record(resident) = row else { panic!("{row:?}") };
            assert_eq!(resident.tenancies.len(), 2);
        }
    }
}
