//! The tenants on leases as residents: a contact says nothing of where somebody lives.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use async_stream::try_stream;
use futures::{StreamExt, TryStreamExt};
use latchel_sync_core::model::{
    Freshness, InvalidRecord, PropertyId, Resident, ResidentId, ResidentRef, Row, Tenancy, Window,
};
use latchel_sync_core::{Pages, Result};
use latchel_sync_http::loose::number_in;
use latchel_sync_http::{Cut, RawPages, Unreadable, chunks, read_row};
use serde_json::Value;

use crate::api::{Api, CHUNK, Query, since};
use crate::config::{StatusWords, is_tenant};
use crate::properties::reference;
use crate::wire::{Contact, Lease};

const LEASES: &str = "leases";
const CONTACTS: &str = "contacts";

/// A contact and the building where they live.
type Pair = (i64, i64);

/// The tenants of changed leases, then changed contacts who are on any lease: neither moves the other's last update.
pub(crate) fn changed<'a>(api: &'a Api, words: &'a StatusWords, window: Window) -> Pages<'a, Resident> {
    try_stream! {
        let mut seen = BTreeSet::new();
        let mut leases = chunks(api.list(LEASES, vec![since(window)]).pages(), CHUNK, |page| of_leases(&page, words));
        while let Some(chunk) = leases.try_next().await? {
            let (pairs, bad): (Vec<_>, Vec<_>) = chunk.into_iter().partition(Result::is_ok);
            yield bad.into_iter().filter_map(Result::err).map(Row::Invalid).collect::<Vec<_>>();
            let pairs: BTreeSet<Pair> = pairs.into_iter().flatten().collect();
            seen.extend(pairs.iter().map(|(contact, _)| *contact));
            yield at(api, words, &pairs).await?;
        }
        // A contact that is not served would be missed without a word.
        let contacts = api.list(CONTACTS, vec![tenants(), since(window)]).whole();
        let mut contacts = chunks(contacts, CHUNK, |page| page.iter().filter_map(|row| number_in(row, "id")).collect());
        while let Some(chunk) = contacts.try_next().await? {
            let new: BTreeSet<i64> = chunk.into_iter().filter(|id| !seen.contains(id)).collect();
            if !new.is_empty() {
                // No list of leases can be narrowed to contacts.
                let leases = api.list(LEASES, Query::new()).whole();
                let stays = stays(api, leases, words, |(contact, _)| new.contains(&contact)).await?;
                yield residents(api, stays).await?;
            }
        }
    }
    .boxed()
}

pub(crate) async fn by_id(api: &Api, words: &StatusWords, ids: &[ResidentRef]) -> Result<Vec<Row<Resident>>> {
    let pair = |id: &ResidentRef| Ok((api.number(id.resident.as_str())?, api.number(id.property.as_str())?));
    at(api, words, &ids.iter().map(pair).collect::<Result<_>>()?).await
}

/// Contacts who are tenants by their own type.
fn tenants() -> (&'static str, String) {
    ("type", "TENANT".to_owned())
}

/// The tenants on a page of leases; a lease that tells of nobody and cannot be understood is told of itself.
fn of_leases(page: &[Value], words: &StatusWords) -> Vec<Result<Pair, InvalidRecord>> {
    let of_lease = |row: &Value| match read_row::<Lease>(row) {
        Ok(lease) => pairs(&lease, words).map(Ok).collect::<Vec<_>>(),
        Err(bad) => {
            // Those who can be told are found again, with this lease, when their building's are read.
            let told = told(row);
            if told.is_empty() {
                return vec![Err(bad.of_row("lease", None, row))];
            }
            told.into_iter().map(Ok).collect()
        }
    };
    page.iter().flat_map(of_lease).collect()
}

fn pairs(lease: &Lease, words: &StatusWords) -> impl Iterator<Item = Pair> {
    let counts = words.is_lease(lease.status.as_deref());
    let contacts = lease.contacts.iter().flatten();
    contacts
        .filter(move |contact| counts && is_tenant(contact.role.as_deref()))
        .map(|contact| (contact.id, lease.building_id))
}

/// Whom a lease that cannot be understood is about, as far as its ids can be.
fn told(row: &Value) -> Vec<Pair> {
    let Some(building) = number_in(row, "buildingID") else { return Vec::new() };
    let contacts = row.get("contacts").and_then(Value::as_array).into_iter().flatten();
    contacts.filter_map(|contact| Some((number_in(contact, "id")?, building))).collect()
}

/// The residents at these places.
async fn at(api: &Api, words: &StatusWords, pairs: &BTreeSet<Pair>) -> Result<Vec<Row<Resident>>> {
    let buildings: BTreeSet<i64> = pairs.iter().map(|(_, building)| *building).collect();
    if buildings.is_empty() {
        return Ok(Vec::new());
    }
    // Without one of their leases, residents would be moved out.
    let leases = api.of_buildings(LEASES, Query::new(), &buildings, Cut::Never);
    residents(api, stays(api, leases, words, |pair| pairs.contains(&pair)).await?).await
}

/// Facts that the leases tell about one contact at one building.
#[derive(Default)]
struct Stay {
    /// None where every lease is over without a date.
    tenancies: Vec<Tenancy>,
    /// The contact as the lease shows it, which may be little more than the id.
    contact: Option<Contact>,
    unreadable: Option<Unreadable>,
}

async fn stays(
    api: &Api,
    mut leases: RawPages<'_>,
    words: &StatusWords,
    wanted: impl Fn(Pair) -> bool,
) -> Result<BTreeMap<Pair, Stay>> {
    let mut stays: BTreeMap<Pair, Stay> = BTreeMap::new();
    while let Some(page) = leases.try_next().await? {
        for row in &page {
            match read_row::<Lease>(row) {
                Ok(lease) => {
                    for pair in pairs(&lease, words).filter(|pair| wanted(*pair)) {
                        let stay = stays.entry(pair).or_default();
                        stay.tenancies.extend(tenancy(api, &lease));
                        // A lease may list a contact more than once and in any order.
                        let own = lease.contacts.iter().flatten().filter(|one| one.id == pair.0);
                        stay.contact = own.max_by_key(|one| one.said()).cloned();
                    }
                }
                Err(bad) => {
                    for pair in told(row).into_iter().filter(|pair| wanted(*pair)) {
                        stays.entry(pair).or_default().unreadable = Some(bad.clone());
                    }
                }
            }
        }
    }
    Ok(stays)
}

/// A lease's end is no move-out: many go on from month to month. A move-out that is only scheduled is one to come, and as
/// such the date by which the resident is to leave. Without a date, a lease that is no longer active would count as one of
/// today, and says nothing.
fn tenancy(api: &Api, lease: &Lease) -> Option<Tenancy> {
    let move_in = lease.move_in_date.or(lease.start_date);
    let move_out = lease.move_out_date.or(lease.schedule_move_out_date);
    let begins_later = api.clock().zip(move_in).is_some_and(|(now, move_in)| now.date_naive() <= move_in);
    let is_undated = lease.active == Some(false) && move_out.is_none() && !begins_later;
    (!is_undated).then(|| Tenancy {
        unit: reference(lease.building_id, lease.unit_id).unit,
        move_in,
        move_out,
    })
}

/// Residents with name and contact data, which a lease may leave to the contact.
async fn residents(api: &Api, stays: BTreeMap<Pair, Stay>) -> Result<Vec<Row<Resident>>> {
    let nameless = |stay: &Stay| stay.contact.as_ref().is_none_or(|contact| contact.name().is_none());
    let missing: BTreeSet<i64> =
        stays.iter().filter(|(_, stay)| nameless(stay)).map(|((contact, _), _)| *contact).collect();
    let contacts = contacts(api, &missing).await?;
    let row = |(pair, stay): (Pair, Stay)| {
        let key = resident_ref(pair).key();
        let invalid = |bad: Unreadable| Row::Invalid(bad.of(key.clone()));
        let contact = match (stay.unreadable, contacts.get(&pair.0)) {
            (Some(bad), _) => return invalid(bad),
            (None, Some(Err(bad))) => return invalid(bad.clone()),
            (None, Some(Ok(contact))) => contact.clone(),
            (None, None) => match stay.contact.filter(|contact| contact.name().is_some()) {
                Some(contact) => contact,
                None => {
                    let problem = format!("contact {} cannot be found", pair.0);
                    return invalid(Unreadable { field: "contacts".to_owned(), problem });
                }
            },
        };
        if stay.tenancies.is_empty() {
            let problem = "the lease is not active, and has no date that says since when".to_owned();
            return invalid(Unreadable { field: "moveOutDate".to_owned(), problem });
        }
        Row::Record(Resident {
            id: resident_ref(pair),
            name: contact.name().unwrap_or_default(),
            email: contact.email.clone(),
            phone: contact.phone(),
            tenancies: stay.tenancies,
            freshness: Freshness::Filtered,
        })
    };
    Ok(stays.into_iter().map(row).collect())
}

/// These contacts. One who is not a tenant by type is asked for alone.
async fn contacts(api: &Api, ids: &BTreeSet<i64>) -> Result<HashMap<i64, Result<Contact, Unreadable>>> {
    let mut rows: Vec<Value> = api.by_id(CONTACTS, vec![tenants()], ids).await?;
    let found: BTreeSet<i64> = rows.iter().filter_map(|row| number_in(row, "id")).collect();
    let others: BTreeSet<i64> = ids.difference(&found).copied().collect();
    rows.extend(api.by_id::<Value>(CONTACTS, Query::new(), &others).await?);
    Ok(rows.iter().filter_map(|row| Some((number_in(row, "id")?, read_row(row)))).collect())
}

fn resident_ref((contact, building): Pair) -> ResidentRef {
    ResidentRef::new(ResidentId::new(contact.to_string()), PropertyId::new(building.to_string()))
}
