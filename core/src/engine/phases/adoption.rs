//! Records that Latchel may have already under other references (rules A1 and A3).

use std::hash::{DefaultHasher, Hash, Hasher};

use foldhash::{HashMap, HashMapExt};
use futures::TryStreamExt;

use crate::engine::context::Context;
use crate::model::{AdoptionGuard, Kind, LatchelProperty, LatchelPropertyId, Property, PropertyRef, Reason, Row, Side};
use crate::rules::{latchel_addresses, platform_address};
use crate::{Held, Result};

/// Number of references that the platform is asked about: enough to tell *most* from *few*.
const SAMPLE: usize = 40;

/// Properties that Latchel has and that are linked with nothing, as they were before the run's first create.
#[derive(Debug, Default)]
pub(in crate::engine) struct Adoption {
    guard: Option<String>,
    /// By a digest of the address: a large account has many.
    by_address: HashMap<u64, LatchelPropertyId>,
}

impl Adoption {
    /// Reads Latchel's properties, and asks the platform about some of their references.
    pub async fn look_up(cx: &Context<'_>) -> Result<Self> {
        if cx.policy().adoption.guard == AdoptionGuard::Off {
            return Ok(Self::default());
        }
        let mut found = Self { guard: None, by_address: HashMap::new() };
        let (mut active, mut referring) = (0_u64, 0_u64);
        let mut sample: Vec<PropertyRef> = Vec::new();
        let mut pages = cx.latchel().properties();
        while let Some(page) = pages.try_next().await? {
            let records: Vec<LatchelProperty> = page
                .into_iter()
                .filter_map(|row| match row {
                    Row::Record(property) => Some(property),
                    _ => None,
                })
                .collect();
            let ids = records.iter().map(|one| one.id.to_string());
            let memories = cx.recall(Kind::Property, Side::Latchel, ids).await?;
            for (property, memory) in records.into_iter().zip(memories) {
                active += u64::from(property.is_active);
                if memory.link.is_some() {
                    continue;
                }
                for address in latchel_addresses(&property) {
                    let known = found.by_address.entry(digest(&address)).or_insert(property.id);
                    *known = (*known).min(property.id);
                }
                if let Some(reference) = property.reference.filter(|_| property.is_active) {
                    referring += 1;
                    if sample.len() < SAMPLE {
                        sample.push(reference);
                    }
                }
            }
        }
        // Asked only where they could be most of all.
        if referring * 2 > active && !sample.is_empty() {
            let known = known_to_platform(cx, &sample).await?;
            let foreign: Vec<_> = sample.iter().filter(|one| !known.contains(&one.property.as_str().to_owned())).collect();
            let share = foreign.len() as f64 / sample.len() as f64;
            if referring as f64 * share * 2.0 > active as f64 {
                let examples: Vec<_> = foreign.iter().take(3).map(|one| one.key()).collect();
                found.guard = Some(format!(
                    "of {active} active properties in Latchel about {:.0} carry references that the platform does not \
                     know, for example {}",
                    referring as f64 * share,
                    examples.join(", ")
                ));
            }
        }
        Ok(found)
    }

    /// Words for what keeps every create back, if most of Latchel's references are of another kind (rule A1).
    pub fn guard(&self) -> Option<&str> {
        self.guard.as_deref()
    }

    /// Obstacle to creating a property.
    pub fn holds(&self, property: &Property) -> Option<Held> {
        if let Some(guard) = &self.guard {
            return Some(Held { reason: Reason::HeldForAdoption, detail: guard.clone() });
        }
        let twin = self.by_address.get(&digest(&platform_address(property)?))?;
        let detail = format!("Latchel's property {twin} has the same address and unit");
        Some(Held { reason: Reason::PossibleTwin, detail })
    }
}

/// Ids of the properties among the references that the platform has.
async fn known_to_platform(cx: &Context<'_>, refs: &[PropertyRef]) -> Result<Vec<String>> {
    let id = |row: Row<Property>| match row {
        Row::Record(property) => Some(property.id.property.as_str().to_owned()),
        Row::Invalid(invalid) => Some(PropertyRef::from_key(&invalid.id).property.as_str().to_owned()),
        _ => None,
    };
    match cx.platform().properties_by_id(refs).await {
        Ok(rows) => Ok(rows.into_iter().filter_map(id).collect()),
        // References of another kind are not even ids here.
        Err(error) if error.is_about_the_request() => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

fn digest(address: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    address.hash(&mut hasher);
    hasher.finish()
}
