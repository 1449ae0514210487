//! A lease as platforms show it that have one pair of dates for all who are on it.

use chrono::NaiveDate;

use super::{Id, Lease, LeaseStatus};

/// As much of a lease as has the same dates. The world keeps them by tenant, so that a lease whose tenants came or left
/// on other days is several on a platform that keeps them by lease.
pub struct LeasePart<'w> {
    /// Id of the part.
    pub id: Id,
    /// The whole lease.
    pub lease: &'w Lease,
    /// Day of moving in.
    pub move_in: Option<NaiveDate>,
    /// Day of moving out.
    pub move_out: Option<NaiveDate>,
    /// Tenants who have these dates.
    pub tenants: Vec<Id>,
}

impl Lease {
    /// Its parts, of which there is at least one; each has an id that is `apart` from the one before it.
    pub fn parts(&self, apart: Id) -> Vec<LeasePart<'_>> {
        let mut parts: Vec<LeasePart<'_>> = Vec::new();
        for tenant in &self.tenants {
            let move_out = self.move_out_of(tenant.tenant_id).map(|leaving| leaving.move_out);
            let dates = (tenant.move_in, move_out);
            match parts.iter_mut().find(|part| (part.move_in, part.move_out) == dates) {
                Some(part) => part.tenants.push(tenant.tenant_id),
                None => parts.push(LeasePart {
                    id: self.id + parts.len() as Id * apart,
                    lease: self,
                    move_in: tenant.move_in,
                    move_out,
                    tenants: vec![tenant.tenant_id],
                }),
            }
        }
        if parts.is_empty() {
            parts.push(LeasePart {
                id: self.id,
                lease: self,
                move_in: None,
                move_out: None,
                tenants: Vec::new(),
            });
        }
        parts
    }

    /// True if the tenant has moved out by `today`, or the platform holds that the lease is over. Past its end, a lease goes on from
    /// month to month.
    pub fn is_over_for(&self, tenant: Id, today: NaiveDate) -> bool {
        let left = || self.move_out_of(tenant).is_some_and(|leaving| leaving.move_out <= today);
        self.status == Some(LeaseStatus::Past) || left()
    }
}

impl LeasePart<'_> {
    /// True if everybody in it has moved out by `today`, or the platform holds that the lease is over.
    pub fn has_left(&self, today: NaiveDate) -> bool {
        self.lease.status == Some(LeaseStatus::Past) || self.move_out.is_some_and(|out| out <= today)
    }
}
