//! Where Latchel's properties are on the platform.

use std::collections::HashMap;

use super::context::Context;
use super::drive::index;
use crate::Result;
use crate::model::{Kind, LatchelProperty, LatchelPropertyId, PropertyRef, Side};

/// Latchel properties with their identity on the platform: by their own reference, else by their link.
pub(super) struct Places {
    properties: HashMap<LatchelPropertyId, LatchelProperty>,
    linked: HashMap<LatchelPropertyId, PropertyRef>,
}

impl Places {
    /// Looks these up; none of them costs no call.
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
