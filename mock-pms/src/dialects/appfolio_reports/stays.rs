//! Tenants of occupancies, each of which is a lease here, and where they are in their stay.

use chrono::NaiveDate;

use super::asked::Visibility;
use crate::world::{Lease, LeaseStatus, LeaseTenant, Phone, PhoneKind, Property, Tenant, World};

/// Place of today in a stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stay {
    Future,
    Current,
    Past,
}

/// A tenant of an occupancy.
#[derive(Clone, Copy)]
pub(super) struct Occupant<'w> {
    pub(super) property: &'w Property,
    pub(super) lease: &'w Lease,
    pub(super) tenant: &'w Tenant,
    pub(super) move_in: NaiveDate,
    pub(super) move_out: Option<NaiveDate>,
    pub(super) stay: Stay,
}

impl<'w> Occupant<'w> {
    fn of(world: &'w World, lease: &'w Lease, part: &LeaseTenant) -> Option<Self> {
        let today = world.platform_today();
        let move_in = part.move_in.unwrap_or(lease.from_date);
        let move_out = lease.move_out_of(part.tenant_id).map(|leaving| leaving.move_out);
        let stay = match lease.status {
            Some(LeaseStatus::Past) => Stay::Past,
            _ if move_out.is_some_and(|day| day <= today) => Stay::Past,
            Some(LeaseStatus::Future) => Stay::Future,
            _ if today < move_in => Stay::Future,
            _ => Stay::Current,
        };
        let property = world.platform.properties.get(lease.property_id)?;
        let tenant = world.platform.tenants.get(part.tenant_id)?;
        Some(Self { property, lease, tenant, move_in, move_out, stay })
    }

    /// True if a directory of such visibility shows the tenant.
    pub(super) fn is_shown(&self, visibility: Visibility) -> bool {
        match self.stay {
            Stay::Current => visibility.shows(true),
            Stay::Past => visibility.shows(false),
            Stay::Future => visibility == Visibility::All,
        }
    }

    /// Word for the stay.
    pub(super) fn status(&self) -> &'static str {
        match self.stay {
            Stay::Future => "Future",
            Stay::Past => "Past",
            Stay::Current if self.move_out.is_some() => "Notice",
            Stay::Current => "Current",
        }
    }

    pub(super) fn unit_name(&self, world: &'w World) -> Option<&'w str> {
        let unit = world.platform.units.get(self.lease.unit_id?)?;
        Some(&unit.number)
    }
}

/// Everybody on a lease.
pub(super) fn occupants<'w>(world: &'w World, lease: &'w Lease) -> impl Iterator<Item = Occupant<'w>> {
    lease.tenants.iter().filter_map(move |part| Occupant::of(world, lease, part))
}

/// The last name comes first.
pub(super) fn name(tenant: &Tenant) -> String {
    format!("{}, {}", tenant.last_name, tenant.first_name)
}

/// All numbers in one text, each with its label.
pub(super) fn phones(phones: &[Phone]) -> Option<String> {
    let label = |phone: &Phone| match phone.kind {
        PhoneKind::Cell => "Mobile",
        PhoneKind::Home => "Home",
        PhoneKind::Office => "Work",
    };
    let each: Vec<_> = phones.iter().map(|phone| format!("{}: {}", label(phone), phone.number)).collect();
    (!each.is_empty()).then(|| each.join(", "))
}
