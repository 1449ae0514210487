//! Records that Latchel may have already under other references (rules A1 and A3).

use std::hash::{DefaultHasher, Hash, Hasher};

use foldhash::HashMap;
use futures::TryStreamExt;

use crate::engine::context::Context;
use crate::engine::driver::prepare::may_be_about_one;
use crate::engine::patience::Patience;
use crate::engine::phases::index::distinct;
use crate::model::{
    AdoptionGuard, Kind, LatchelProperty, LatchelPropertyId, Origin, Property, PropertyRef, Reason, Row, Side,
};
use crate::rules::{latchel_addresses, platform_address};
use crate::{Held, Platform, Result};

/// Number of references that the platform is asked about: enough to tell *most* from *few*.
const SAMPLE: usize = 40;

/// Properties that Latchel has and that are linked with nothing, as they were before the run's first create.
#[derive(Debug, Default)]
pub(in crate::engine) struct Adoption {
    guard: Option<String>,
    taken_over: bool,
    /// By a digest of the address: a large account has many.
    by_address: HashMap<u64, LatchelPropertyId>,
}

impl Adoption {
    /// Reads Latchel's properties, and asks the platform about some of their references.
    pub async fn look_up(cx: &Context<'_>) -> Result<Self> {
        if cx.policy().adoption.guard == AdoptionGuard::Off {
            return Ok(Self::default());
        }
        let mut found = Self::default();
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
                if let Some(link) = memory.link {
                    found.taken_over |= link.origin == Origin::Adopted;
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
            let known = known_to_platform(cx.platform(), &sample).await?;
            let foreign: Vec<_> = sample.iter().filter(|one| !known.contains(one)).collect();
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

    /// Words for what keeps back a create at a property in Latchel that only its reference names: the reference may be another
    /// program's, and the id of another property here (rule A1).
    pub fn disbelief(&self) -> Option<&str> {
        let taken_over = "the account was taken over from another program, whose reference its property in Latchel may carry";
        self.guard().or(self.taken_over.then_some(taken_over))
    }

    /// Latchel's unlinked property that may be the same as this one.
    fn twin_of(&self, property: &Property) -> Option<LatchelPropertyId> {
        self.by_address.get(&digest(&platform_address(property)?)).copied()
    }
}

/// Obstacles to creating properties, in their order (rules A1, A3). A property in Latchel that was linked meanwhile, or
/// that refers to another record of the platform, is nobody's twin.
pub(in crate::engine) async fn of_properties(
    cx: &Context<'_>,
    properties: &[&Property],
) -> Result<Vec<Option<Held>>> {
    let adoption = cx.adoption().await?;
    if let Some(guard) = adoption.guard() {
        let held = Held { reason: Reason::HeldForAdoption, detail: guard.to_owned() };
        return Ok(vec![Some(held); properties.len()]);
    }
    let twins: Vec<_> = properties.iter().map(|property| adoption.twin_of(property)).collect();
    let ids = distinct(twins.iter().filter_map(|twin| *twin));
    if ids.is_empty() {
        return Ok(vec![None; properties.len()]);
    }
    let mut there = cx.latchel().properties_by_id(&ids).await?;
    let memories =
        cx.recall(Kind::Property, Side::Latchel, there.iter().map(|one| one.id.to_string())).await?;
    let mut linked = memories.into_iter().map(|memory| memory.link.is_some());
    there.retain(|_| !linked.next().unwrap_or(false));
    let refs: Vec<_> = there.iter().filter_map(|one| one.reference.clone()).collect();
    let known = if refs.is_empty() { Vec::new() } else { known_to_platform(cx.platform(), &refs).await? };
    let refers = |one: &LatchelProperty| one.reference.as_ref().is_some_and(|own| known.contains(own));
    there.retain(|one| !refers(one));
    Ok(twins
        .into_iter()
        .map(|twin| {
            let twin = there.iter().find(|one| Some(one.id) == twin)?.id;
            let detail = format!("Latchel's property {twin} has the same address and unit");
            Some(Held { reason: Reason::PossibleTwin, detail })
        })
        .collect())
}

/// Rentable units that the platform has, among those that the references name. A property without a unit that has units there is
/// none of them. One at which the platform fails counts as there: it is no sign of another program, and must not keep others from
/// being looked at (rule E2).
pub(in crate::engine) async fn known_to_platform(
    platform: &dyn Platform,
    refs: &[PropertyRef],
) -> Result<Vec<PropertyRef>> {
    let id = |row: Row<Property>| match row {
        Row::Record(property) => Some(property.id),
        Row::Invalid(invalid) => Some(PropertyRef::from_key(&invalid.id)),
        _ => None,
    };
    match platform.properties_by_id(refs).await {
        Ok(rows) => return Ok(rows.into_iter().filter_map(id).collect()),
        Err(error) if !may_be_about_one(&error) => return Err(error),
        Err(_) => {}
    }
    let (mut known, mut patience) = (Vec::new(), Patience::default());
    for one in refs {
        match platform.properties_by_id(std::slice::from_ref(one)).await {
            Ok(rows) => {
                patience.succeeded();
                known.extend(rows.into_iter().filter_map(id));
            }
            // A reference of another kind is not even an id here.
            Err(error) if error.is_about_the_request() => patience.succeeded(),
            Err(error) => {
                patience.failed(&error)?;
                known.push(one.clone());
            }
        }
    }
    Ok(known)
}

fn digest(address: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    address.hash(&mut hasher);
    hasher.finish()
}
