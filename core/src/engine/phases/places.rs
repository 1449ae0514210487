//! Places of Latchel's properties on the platform.

use std::collections::{HashMap, HashSet};

use crate::engine::context::Context;
use crate::engine::phases::index::index;
use crate::model::{
    Kind, LatchelProperty, LatchelPropertyId, Link, Origin, Property, PropertyRef, Row, Side,
};
use crate::{ErrorKind, Result};

/// Latchel properties with their identity on the platform: that of one which was taken over is its link (rule A2); another's is its own
/// reference, else its link.
pub(in crate::engine) struct Places {
    properties: HashMap<LatchelPropertyId, LatchelProperty>,
    linked: HashMap<LatchelPropertyId, Link>,
}

impl Places {
    /// Looks these up; an empty list costs no call.
    pub async fn look_up(cx: &Context<'_>, ids: &[LatchelPropertyId]) -> Result<Self> {
        let found = if ids.is_empty() { Vec::new() } else { cx.latchel().properties_by_id(ids).await? };
        let memories = cx.recall(Kind::Property, Side::Latchel, ids.iter().map(ToString::to_string)).await?;
        let linked = ids.iter().copied().zip(memories);
        let linked: HashMap<_, _> = linked.filter_map(|(id, memory)| Some((id, *memory.link?))).collect();
        Ok(Self { properties: index(found, |property| Some(property.id)), linked })
    }

    /// The property as Latchel has it.
    pub fn latchel(&self, id: LatchelPropertyId) -> Option<&LatchelProperty> {
        self.properties.get(&id)
    }

    /// Its identity on the platform.
    pub fn on_platform(&self, id: LatchelPropertyId) -> Option<PropertyRef> {
        let link = self.linked.get(&id);
        let linked = || link.map(|link| PropertyRef::from_key(&link.platform_id));
        if link.is_some_and(|link| link.origin == Origin::Adopted) {
            return linked();
        }
        let own = self.properties.get(&id).and_then(|property| property.reference.clone());
        own.or_else(linked)
    }

    /// True if the property carries another program's reference, so that those of its residents are of that kind as well.
    pub fn has_others_references(&self, id: LatchelPropertyId) -> bool {
        let own = self.properties.get(&id).and_then(|property| property.reference.as_ref());
        let link = self.linked.get(&id).filter(|link| link.origin == Origin::Adopted);
        link.zip(own).is_some_and(|(link, own)| link.platform_id != own.key())
    }

    /// True if nothing but its reference says what the property is on the platform.
    pub fn is_known_by_reference(&self, id: LatchelPropertyId) -> bool {
        !self.linked.contains_key(&id) && self.on_platform(id).is_some()
    }
}

/// Properties as the platform has them now.
pub(in crate::engine) struct OnPlatform {
    /// Rows of those that were asked for.
    pub rows: Vec<Row<Property>>,
    /// Properties about which it gave no answer, so that nothing can be said of them.
    pub unanswered: HashSet<PropertyRef>,
}

impl OnPlatform {
    /// Asks for all of them together; an empty list costs no call. An id that makes the call fail costs its own answer
    /// only, because Latchel may refer to an id that the platform cannot have.
    pub async fn look_up(cx: &Context<'_>, ids: &[PropertyRef]) -> Result<Self> {
        let mut found = Self { rows: Vec::new(), unanswered: HashSet::new() };
        if ids.is_empty() {
            return Ok(found);
        }
        match cx.platform().properties_by_id(ids).await {
            Ok(rows) => return Ok(Self { rows, ..found }),
            Err(error) if error.is_about_the_request() => {}
            Err(error) => return Err(error),
        }
        for id in ids {
            match cx.platform().properties_by_id(std::slice::from_ref(id)).await {
                Ok(rows) => found.rows.extend(rows),
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(error) if error.is_about_the_request() => drop(found.unanswered.insert(id.clone())),
                Err(error) => return Err(error),
            }
        }
        Ok(found)
    }
}
