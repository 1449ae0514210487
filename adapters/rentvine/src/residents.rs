//! The tenants on leases as residents: a contact says nothing of where somebody lives. Leases can be listed by their last
//! change and by nothing that would bring those of one property together, so that for residents who changed all leases are
//! read once.

use std::collections::{BTreeMap, BTreeSet};

use async_stream::try_stream;
use chrono::{DateTime, Utc};
use futures::{StreamExt, TryStreamExt};
use latchel_sync_core::model::{
    Freshness, InvalidRecord, PropertyId, Resident, ResidentId, ResidentRef, Row, Tenancy, UnitId, Window,
};
use latchel_sync_core::{Pages, Result};
use latchel_sync_http::loose::id_in;
use latchel_sync_http::{Unreadable, chunks, read_row};
use serde_json::{Value, json};

use crate::api::{Api, Query, since};
use crate::wire::{self, Lease, Stamps, Tenant, record};

pub(crate) const LEASES: &str = "leases/export";
const LEASE: &str = "leases";
pub(crate) const TENANTS: &str = "tenants/search";

/// Number of residents that are kept until their leases are read in one go.
const CHUNK: usize = 5_000;
/// Primary statuses of leases: nobody lives there yet, and nobody does any more.
const PENDING: &str = "1";
const CLOSED: &str = "3";

/// A contact and the property where they live.
type Pair = (String, String);

/// The tenants on changed leases, then changed contacts who are on any lease: neither need move the other's last change.
pub(crate) fn changed(api: &Api, window: Window) -> Pages<'_, Resident> {
    try_stream! {
        let (mut seen, mut waiting) = (BTreeSet::new(), BTreeSet::new());
        let leases = api.list(LEASES, vec![since(window)]).pages();
        let mut leases = chunks(leases, CHUNK, move |page: Vec<Value>| on_changed(api, &page, window));
        while let Some(chunk) = leases.try_next().await? {
            let (pairs, nameless): (Vec<_>, Vec<_>) = chunk.into_iter().partition(Result::is_ok);
            yield nameless.into_iter().filter_map(Result::err).map(Row::Invalid).collect::<Vec<_>>();
            // Each look-up reads all leases: the last one waits for the contacts, and is made for both.
            yield at(api, &std::mem::take(&mut waiting)).await?;
            waiting = pairs.into_iter().flatten().collect();
            seen.extend(waiting.iter().map(|(contact, _)| contact.clone()));
        }
        // A contact that is not served would be missed without a word.
        let contacts = api.list(TENANTS, Query::new()).whole();
        let mut contacts = chunks(contacts, CHUNK, move |page: Vec<Value>| changed_contacts(api, &page, window));
        loop {
            let chunk = contacts.try_next().await;
            if chunk.is_err() {
                // What is known of before a failure comes before it.
                yield at(api, &std::mem::take(&mut waiting)).await?;
            }
            let Some(chunk) = chunk? else { break };
            let new: BTreeMap<_, _> = chunk.into_iter().filter(|(id, _)| !seen.contains(id)).collect();
            if !new.is_empty() {
                let wanted = |pair: &Pair| new.contains_key(&pair.0) || waiting.contains(pair);
                let stays = stays(api, wanted).await?;
                waiting.clear();
                yield stays.into_iter().map(|(pair, stay)| {
                    let changed_at = new.get(&pair.0).copied().flatten();
                    stay.into_row(&pair, changed_at)
                }).collect::<Vec<_>>();
            }
        }
        yield at(api, &waiting).await?;
    }
    .boxed()
}

pub(crate) async fn by_id(api: &Api, ids: &[ResidentRef]) -> Result<Vec<Row<Resident>>> {
    let pair = |id: &ResidentRef| (id.resident.as_str().to_owned(), id.property.as_str().to_owned());
    at(api, &ids.iter().map(pair).collect()).await
}

/// The residents on the lease with this id, as far as it names them: on the lease itself, or in the list of those that
/// changed in `window`.
pub(crate) async fn on_lease_with(api: &Api, id: &str, window: Window) -> Result<Vec<ResidentRef>> {
    let Some(row) = api.find(&format!("{LEASE}/{id}")).await? else { return Ok(Vec::new()) };
    let named = residents_on(record(&row, "lease"));
    if !named.is_empty() {
        return Ok(named);
    }
    let mut pages = api.list(LEASES, vec![since(window)]).pages();
    while let Some(page) = pages.try_next().await? {
        let of_it = |row: &&Value| id_in(record(row, "lease"), "leaseID").is_some_and(|one| one == id);
        if let Some(row) = page.iter().find(of_it) {
            return Ok(residents_on(record(row, "lease")));
        }
    }
    Ok(Vec::new())
}

fn residents_on(lease: &Value) -> Vec<ResidentRef> {
    let resident =
        |(contact, property): Pair| ResidentRef::new(ResidentId::new(contact), PropertyId::new(property));
    on_lease(lease).into_iter().flatten().map(resident).collect()
}

/// Whom the changed leases of a page are about; what names nobody is told of itself.
fn on_changed(api: &Api, page: &[Value], window: Window) -> Vec<Result<Pair, InvalidRecord>> {
    let leases = page.iter().map(|row| record(row, "lease"));
    leases.filter(|lease| Stamps::of(lease, api.zone).may_lie_in(window)).flat_map(on_lease).collect()
}

fn on_lease(lease: &Value) -> Vec<Result<Pair, InvalidRecord>> {
    let unreadable = |what: &str, field: &str, row: &Value| {
        Err(Unreadable::missing(&format!("lease.{field}"), row).of_row(what, None, row))
    };
    let Some(property) = property_of(lease) else {
        return vec![unreadable("lease", "propertyID", lease)];
    };
    let tenants = match lease.get("tenants") {
        None | Some(Value::Null) => return Vec::new(),
        Some(Value::Array(tenants)) => tenants,
        Some(_) => return vec![unreadable("lease", "tenants", lease)],
    };
    let pair = |tenant: &Value| match contact_of(tenant) {
        Some(contact) => Ok((contact, property.clone())),
        None => unreadable("tenant on a lease", "tenants.contactID", tenant),
    };
    tenants.iter().map(pair).collect()
}

fn property_of(lease: &Value) -> Option<String> {
    id_in(lease, "propertyID")
}

fn contact_of(tenant: &Value) -> Option<String> {
    id_in(tenant, "contactID")
}

/// The contacts of a page that say that they changed in the window, and when.
fn changed_contacts(api: &Api, page: &[Value], window: Window) -> Vec<(String, Option<DateTime<Utc>>)> {
    let contacts = page.iter().map(|row| record(row, "contact"));
    let changed = contacts.filter_map(|contact| {
        let stamps = Stamps::of(contact, api.zone);
        let changed_at = stamps.updated_at.max(stamps.created_at).filter(|at| window.contains(*at))?;
        Some((contact_of(contact)?, Some(changed_at)))
    });
    changed.collect()
}

/// The residents at these places.
async fn at(api: &Api, pairs: &BTreeSet<Pair>) -> Result<Vec<Row<Resident>>> {
    if pairs.is_empty() {
        return Ok(Vec::new());
    }
    let stays = stays(api, |pair| pairs.contains(pair)).await?;
    Ok(stays.into_iter().map(|(pair, stay)| stay.into_row(&pair, None)).collect())
}

/// Facts that the leases tell about one contact at one property.
#[derive(Default)]
struct Stay {
    tenancies: Vec<Tenancy>,
    /// The contact as the lease shows it.
    tenant: Option<Tenant>,
    stamps: Stamps,
    unreadable: Option<Unreadable>,
}

/// All leases of the residents who are wanted.
async fn stays(api: &Api, wanted: impl Fn(&Pair) -> bool) -> Result<BTreeMap<Pair, Stay>> {
    let mut stays: BTreeMap<Pair, Stay> = BTreeMap::new();
    // Without one of their leases, residents would be moved out.
    let mut pages = api.list(LEASES, Query::new()).whole();
    while let Some(page) = pages.try_next().await? {
        for row in &page {
            let lease = record(row, "lease");
            let Some(property) = property_of(lease) else { continue };
            for tenant in lease.get("tenants").and_then(Value::as_array).into_iter().flatten() {
                let pair = contact_of(tenant).map(|contact| (contact, property.clone()));
                if let Some(pair) = pair.filter(&wanted) {
                    let stay = stays.entry(pair).or_default();
                    stay.stamps = stay.stamps.or_later(Stamps::of(lease, api.zone));
                    stay.take(row, tenant);
                }
            }
        }
    }
    Ok(stays)
}

impl Stay {
    fn take(&mut self, row: &Value, tenant: &Value) {
        let lease = wire::read::<Lease>(row, "lease");
        let tenant = read_row::<Tenant>(tenant).map_err(|Unreadable { field, problem }| Unreadable {
            field: format!("lease.tenants.{field}"),
            problem,
        });
        match lease.and_then(|lease| Ok((lease, tenant?))) {
            Ok((lease, tenant)) => {
                self.tenancies.extend(tenancy(lease, &tenant));
                // A lease may list a tenant more than once and in any order, and need not tell the same each time.
                self.tenant = self.tenant.take().into_iter().chain([tenant]).max_by_key(Tenant::said);
            }
            // Somebody of whom one lease cannot be read may live where that lease says.
            Err(bad) => self.unreadable = Some(bad),
        }
    }

    /// The resident; `changed_at` is when the contact changed, if the leases did not.
    fn into_row(mut self, (contact, property): &Pair, changed_at: Option<DateTime<Utc>>) -> Row<Resident> {
        let id = ResidentRef::new(ResidentId::new(contact), PropertyId::new(property));
        if let Some(bad) = self.unreadable {
            return Row::Invalid(bad.of(id.key()));
        }
        if self.tenancies.is_empty() {
            let what = "a tenant who lives there no longer or not yet, without a date".to_owned();
            return Row::NotSupported { id: id.key(), what, fingerprint: None };
        }
        self.tenancies.sort();
        self.tenancies.dedup();
        let (name, email, phone) = self.tenant.map(|one| one.said()).unwrap_or_default();
        let name = name.unwrap_or_default();
        let updated_at = self.stamps.updated_at.max(changed_at);
        let content = || json!([name, email, phone, self.tenancies]);
        let freshness = Freshness::of_record(self.stamps.created_at, updated_at, content);
        Row::Record(Resident { id, name, email, phone, tenancies: self.tenancies, freshness })
    }
}

/// A lease's end is no move-out: many go on from month to month. A move-out that is only expected is one to come. Without a
/// date, a tenancy that is over or has not begun would count as one of today, and says nothing.
fn tenancy(lease: Lease, tenant: &Tenant) -> Option<Tenancy> {
    let status = lease.primary_status.as_deref();
    let is_closed = status == Some(CLOSED);
    let move_in = lease.move_in_date.or(lease.start_date);
    let move_out = lease.move_out_date.or(lease.expected_move_out_date);
    let move_out = move_out.or(lease.closed_date.filter(|_| is_closed));
    let has_left = is_closed || tenant.is_active == Some(false);
    let is_undated = (has_left && move_out.is_none()) || (status == Some(PENDING) && move_in.is_none());
    (!is_undated).then(|| Tenancy { unit: lease.unit.map(UnitId::new), move_in, move_out })
}
