//! Names of what a record refers to by ids, for a page that people read.

use std::collections::BTreeMap;

use futures::join;

use crate::engine::Engine;
use crate::ledger::RecordMemory;
use crate::model::{
    Kind, LatchelPropertyId, LatchelResidentId, PropertyRef, RecordKey, Resident, ResidentRef, Row, UserId,
};

/// Ids whose names are wanted; an id may stand there twice.
#[derive(Debug, Clone, Default)]
pub struct Nameless {
    /// Rentable units on the platform.
    pub units: Vec<PropertyRef>,
    /// Properties in Latchel.
    pub latchel_properties: Vec<LatchelPropertyId>,
    /// Residents on the platform.
    pub residents: Vec<ResidentRef>,
    /// Residents in Latchel.
    pub latchel_residents: Vec<LatchelResidentId>,
    /// Users of the platform.
    pub users: Vec<UserId>,
}

/// Names by id. Those of residents are what the two systems say at this moment: they are shown and not kept. It has no
/// `Debug`, so that they reach no log by way of one.
#[derive(Clone, Default)]
pub struct Names {
    /// Rentable units on the platform: the property's name, then the unit's.
    pub units: BTreeMap<PropertyRef, String>,
    /// Properties in Latchel.
    pub latchel_properties: BTreeMap<LatchelPropertyId, String>,
    /// Residents on the platform.
    pub residents: BTreeMap<ResidentRef, String>,
    /// Residents in Latchel.
    pub latchel_residents: BTreeMap<LatchelResidentId, String>,
    /// Users of the platform.
    pub users: BTreeMap<UserId, String>,
}

impl Engine {
    /// Names of these: of properties as the ledger knows them, of all else as the two systems tell them now. What cannot be
    /// read has no name.
    pub async fn names(&self, of: &Nameless) -> Names {
        let (places, residents, latchel_residents, users) = join!(
            self.names_of_places(of),
            self.names_of_residents(&of.residents),
            self.names_of_latchel_residents(&of.latchel_residents),
            self.names_of_users(&of.users),
        );
        let (units, latchel_properties) = places;
        Names { units, latchel_properties, residents, latchel_residents, users }
    }

    async fn names_of_places(
        &self,
        of: &Nameless,
    ) -> (BTreeMap<PropertyRef, String>, BTreeMap<LatchelPropertyId, String>) {
        let keys: Vec<_> = of.units.iter().map(|unit| RecordKey::platform(Kind::Property, unit)).collect();
        let known = self.ledger.recall(&self.account.name, &keys).await.unwrap_or_default();
        let label = |memory: &RecordMemory| {
            let label = memory.outcome.as_deref()?.label.clone();
            Some((PropertyRef::from_key(&memory.key.id), label)).filter(|(_, label)| !label.is_empty())
        };
        let mut units: BTreeMap<_, _> = known.iter().filter_map(label).collect();
        let unknown: Vec<_> = of.units.iter().filter(|unit| !units.contains_key(unit)).cloned().collect();
        if !unknown.is_empty() {
            for row in self.platform.properties_by_id(&unknown).await.unwrap_or_default() {
                if let Row::Record(one) = row {
                    units.insert(one.id.clone(), one.name());
                }
            }
        }
        let linked = |memory: &RecordMemory| {
            let link = memory.link.as_deref()?;
            let name = units.get(&PropertyRef::from_key(&memory.key.id))?;
            Some((LatchelPropertyId(link.latchel_id), name.clone()))
        };
        let mut properties: BTreeMap<_, _> = known.iter().filter_map(linked).collect();
        let unknown = of.latchel_properties.iter().filter(|id| !properties.contains_key(id));
        let unknown: Vec<_> = unknown.copied().collect();
        if !unknown.is_empty() {
            let found = self.latchel.properties_by_id(&unknown).await.unwrap_or_default();
            properties.extend(found.into_iter().map(|one| (one.id, one.name)));
        }
        (units, properties)
    }

    async fn names_of_residents(&self, ids: &[ResidentRef]) -> BTreeMap<ResidentRef, String> {
        let rows = match ids {
            [] => Vec::new(),
            ids => self.platform.residents_by_id(ids).await.unwrap_or_default(),
        };
        let name = |row: Row<Resident>| match row {
            Row::Record(one) => Some((one.id, one.name)),
            _ => None,
        };
        rows.into_iter().filter_map(name).collect()
    }

    async fn names_of_latchel_residents(
        &self,
        ids: &[LatchelResidentId],
    ) -> BTreeMap<LatchelResidentId, String> {
        let found = match ids {
            [] => Vec::new(),
            ids => self.latchel.residents_by_id(ids).await.unwrap_or_default(),
        };
        found.into_iter().filter(|one| one.contact_known).map(|one| (one.id, one.name)).collect()
    }

    async fn names_of_users(&self, ids: &[UserId]) -> BTreeMap<UserId, String> {
        let users = match ids {
            [] => Vec::new(),
            _ => self.platform.users().await.unwrap_or_default(),
        };
        users.into_iter().filter(|user| ids.contains(&user.id)).map(|user| (user.id, user.name)).collect()
    }
}
