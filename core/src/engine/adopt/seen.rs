//! Records of the platform that its lists have just shown. A pair of one of them is checked without asking for it again: by id, that
//! is one call and more for each record of a large account.

use std::collections::HashMap;

use crate::engine::context::Context;
use crate::model::{Marker, Property, PropertyId, PropertyRef, Resident, WorkOrder};
use crate::rules::current_tenancy;

/// Parts of the platform's records that a check needs, by id.
#[derive(Default)]
pub(super) struct Seen {
    /// Names of properties.
    pub properties: HashMap<String, String>,
    /// Places where residents live today.
    pub residents: HashMap<String, Option<PropertyRef>>,
    /// Rentable units of each property.
    pub units: HashMap<PropertyId, Vec<PropertyRef>>,
    /// Work orders.
    pub work_orders: HashMap<String, SeenWork>,
}

/// Parts of a work order that a check needs.
#[derive(Clone)]
pub(super) struct SeenWork {
    pub property: PropertyRef,
    pub marker: Option<Marker>,
    pub number: String,
    pub title: String,
}

impl Seen {
    /// Takes note of a property.
    pub fn property(&mut self, one: &Property) {
        self.properties.insert(one.id.key(), one.name());
    }

    /// Takes note of a resident.
    pub fn resident(&mut self, cx: &Context<'_>, one: &Resident) {
        self.residents.insert(one.id.key(), home(cx, one));
    }

    /// Takes note of a work order.
    pub fn work_order(&mut self, one: &WorkOrder) {
        self.work_orders.insert(one.id.to_string(), SeenWork::of(one));
    }
}

impl SeenWork {
    /// The parts of this work order.
    pub fn of(one: &WorkOrder) -> Self {
        let WorkOrder { property, marker, number, title, .. } = one;
        let (property, number, title) = (property.clone(), number.clone(), title.clone());
        Self { property, marker: *marker, number, title }
    }
}

/// The rentable unit where a resident lives today, or lived last.
pub(super) fn home(cx: &Context<'_>, resident: &Resident) -> Option<PropertyRef> {
    let stay = current_tenancy(&resident.tenancies, cx.today)?;
    Some(PropertyRef::new(resident.id.property.clone(), stay.unit))
}
