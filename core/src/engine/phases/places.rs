//! Places of Latchel's properties on the platform.

use std::collections::{HashMap, HashSet};

use crate::engine::context::Context;
use crate::engine::phases::index::index;
use crate::model::{Kind, LatchelProperty, LatchelPropertyId, Property, PropertyRef, Row, Side};
use crate::{ErrorKind, Result};

/// Latchel properties with their identity on the platform: by their own reference, else by their link.
pub(in crate::engine) struct Places {
    properties: HashMap<LatchelPropertyId, LatchelProperty>,
    linked: HashMap<LatchelPropertyId, PropertyRef>,
}

impl Places {
    /// Looks these up; an empty list costs no call.
    pub async fn look_up(cx: &Context<'_>, ids: &[LatchelPropertyId]) -> Result<Self> {
        let found = if ids.is_empty() { Vec::new() } else { cx.latchel().properties_by_id(ids).await? };
        let memories = cx.recall(Kind::Property, Side::Latchel, ids.iter().map(ToString::to_string)).await?;
        let linked = ids.iter().copied().zip(memories);
        Ok(Self {
            properties: index(found, |property| Some(property.id)),
            linked: linked
                .filter_map(|(id, memory)| Some((id, PropertyRef::from_key(&memory.link?.platform_id))))
                .collect(),
        })
    }

    /// The property as Latchel has it.
    pub fn latchel(&self, id: LatchelPropertyId) -> Option<&LatchelProperty> {
        self.properties.get(&id)
    }

    /// Its identity on the platform.
    pub fn on_platform(&self, id: LatchelPropertyId) -> Option<PropertyRef> {
        let own = self.properties.get(&id).and_then(|property| property.reference.clone());
        own.or_else(|| self.linked.get(&id).cloned())
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
