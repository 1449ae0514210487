//! Properties by other ids, else by address and unit.

use std::collections::{HashMap, HashSet};

use super::aliases::{Aliases, EVIDENCE};
use super::listed::{is_free, listed, remembered};
use super::matching::{alone, candidates};
use super::seen::Seen;
use super::{AdoptDecision, Proposal, SHOWN};
use crate::Result;
use crate::engine::Observer;
use crate::engine::context::Context;
use crate::model::{
    Kind, LatchelProperty, LatchelPropertyId, Phase, Property, PropertyId, PropertyRef, Side, Window,
};
use crate::rules::{latchel_addresses, platform_address};

/// Latchel's property of each rentable unit: linked, referring to it, or proposed without a doubt.
#[derive(Default)]
pub(super) struct LatchelUnits {
    latchel: HashMap<PropertyRef, LatchelPropertyId>,
    units: HashMap<PropertyId, Vec<PropertyRef>>,
}

impl LatchelUnits {
    /// Latchel's property of a rentable unit.
    pub fn of(&self, unit: &PropertyRef) -> Option<LatchelPropertyId> {
        self.latchel.get(unit).copied()
    }

    /// Latchel's properties where a work order may be: at its unit, or where it names none, at any unit of its property.
    pub fn of_work(&self, at: &PropertyRef) -> Vec<LatchelPropertyId> {
        match (self.of(at), &at.unit) {
            (Some(one), _) => vec![one],
            (None, Some(_)) => Vec::new(),
            (None, None) => {
                let units = self.units.get(&at.property).into_iter().flatten();
                units.filter_map(|unit| self.of(unit)).collect()
            }
        }
    }

    /// The rentable units of each property of the platform.
    pub fn into_units(self) -> HashMap<PropertyId, Vec<PropertyRef>> {
        self.units
    }

    fn put(&mut self, unit: &PropertyRef, id: LatchelPropertyId) {
        self.latchel.insert(unit.clone(), id);
    }
}

/// Reads both lists, and pairs what is free: by the platform's other ids, else by address and unit.
pub(super) async fn propose(
    cx: &Context<'_>,
    observer: &dyn Observer,
    seen: &mut Seen,
) -> Result<(Vec<Proposal>, LatchelUnits)> {
    let whole = Window { from: chrono::DateTime::UNIX_EPOCH };
    observer.phase_started(Phase::Properties, whole);
    let platform = listed(cx.platform().properties(whole), Phase::Properties, observer).await?;
    platform.records.iter().for_each(|one| seen.property(one));
    let latchel = listed(cx.latchel().properties(), Phase::Properties, observer).await?;

    let of_latchel =
        remembered(cx, (Kind::Property, Side::Latchel), latchel.records, |one| one.id.to_string()).await?;
    let of_latchel = of_latchel.into_iter().filter(|(_, memory)| is_free(memory)).map(|(one, _)| one);
    let unread = platform.unread.iter().map(|id| PropertyRef::from_key(id));
    let known: HashSet<_> = platform.records.iter().map(|one| one.id.clone()).chain(unread).collect();
    let (referring, mut free): (Vec<_>, Vec<_>) =
        of_latchel.partition(|one| one.reference.as_ref().is_some_and(|own| known.contains(own)));
    let referring: HashMap<PropertyRef, LatchelPropertyId> =
        referring.into_iter().rev().filter_map(|one| Some((one.reference?, one.id))).collect();

    let mut places = LatchelUnits::default();
    for unit in &known {
        places.units.entry(unit.property.clone()).or_default().push(unit.clone());
    }
    let mut unpaired = Vec::new();
    let of_platform =
        remembered(cx, (Kind::Property, Side::Platform), platform.records, |one| one.id.key()).await?;
    for (property, memory) in of_platform {
        let linked = memory.link.as_deref().map(|link| LatchelPropertyId(link.latchel_id));
        match linked.or_else(|| referring.get(&property.id).copied()) {
            Some(id) => places.put(&property.id, id),
            None if is_free(&memory) => unpaired.push(property),
            None => {}
        }
    }
    let aliases = Aliases::of(cx, Kind::Property).await?;
    let mut pairs = by_alias(&aliases, &mut unpaired, &mut free, &mut places);
    pairs.extend(by_address(&unpaired, &free, &mut places));
    Ok((pairs, places))
}

/// Takes out those that are alone with each other by another id.
fn by_alias(
    aliases: &Aliases,
    platform: &mut Vec<Property>,
    latchel: &mut Vec<LatchelProperty>,
    places: &mut LatchelUnits,
) -> Vec<Proposal> {
    let own: Vec<_> = platform.iter().map(|one| Some(one.id.key())).collect();
    let named = |one: &LatchelProperty| aliases.named(&one.reference.as_ref()?.key()).cloned();
    let named: Vec<_> = latchel.iter().map(|one| Vec::from_iter(named(one))).collect();
    let found = alone(&candidates(&own, &named));
    let mut pairs = Vec::new();
    for (property, index) in platform.iter().zip(&found) {
        let Some(other) = index.map(|index| &latchel[index]) else { continue };
        places.put(&property.id, other.id);
        pairs.push(proposal(property, other, EVIDENCE, AdoptDecision::Link));
    }
    let paired: HashSet<_> = found.iter().flatten().map(|index| latchel[*index].id).collect();
    latchel.retain(|one| !paired.contains(&one.id));
    let mut found = found.into_iter();
    platform.retain(|_| found.next().flatten().is_none());
    pairs
}

fn by_address(
    platform: &[Property],
    latchel: &[LatchelProperty],
    places: &mut LatchelUnits,
) -> Vec<Proposal> {
    let addresses: Vec<_> = platform.iter().map(platform_address).collect();
    let forms: Vec<_> = latchel.iter().map(latchel_addresses).collect();
    // First by the form that says most, so that no unit takes the place of its building.
    let whole: Vec<_> = forms.iter().map(|forms| Vec::from_iter(forms.last().cloned())).collect();
    let first = alone(&candidates(&addresses, &whole));
    let taken: HashSet<usize> = first.iter().flatten().copied().collect();
    let mut left = candidates(&addresses, &forms);
    for (of, paired) in left.iter_mut().zip(&first) {
        of.retain(|index| paired.is_none() && !taken.contains(index));
        of.dedup();
    }
    let second = alone(&left);
    let also_taken: HashSet<usize> = second.iter().flatten().copied().collect();

    let mut pairs = Vec::new();
    for (index, property) in platform.iter().enumerate() {
        if let Some(found) = first[index].or(second[index]) {
            let found = &latchel[found];
            // The name tells more than the address: perhaps another unit.
            let sure = first[index].is_some() || names_agree(property, found);
            let evidence = match sure {
                true => "the only ones on both sides with this address and unit",
                false => {
                    "the only ones on both sides with this address, but the name in Latchel may tell another unit"
                }
            };
            if sure {
                places.put(&property.id, found.id);
            }
            pairs.push(proposal(property, found, evidence, AdoptDecision::link_if(sure)));
            continue;
        }
        left[index].retain(|one| !also_taken.contains(one));
        let (here, there) = (&left[index], left[index].len());
        let rivals = left.iter().filter(|of| !of.is_empty() && *of == here).count();
        let evidence = format!("{rivals} on the platform and {there} in Latchel have this address and unit");
        let shown = here.iter().take(SHOWN).map(|one| &latchel[*one]);
        pairs.extend(shown.map(|one| proposal(property, one, &evidence, AdoptDecision::Undecided)));
    }
    pairs
}

fn proposal(
    platform: &Property,
    latchel: &LatchelProperty,
    evidence: &str,
    decision: AdoptDecision,
) -> Proposal {
    let address = latchel.source_address.one_line();
    let inactive = if latchel.is_active { "" } else { ", inactive there" };
    Proposal {
        kind: Kind::Property,
        platform_id: platform.id.key(),
        label: platform.name(),
        latchel_id: latchel.id.0,
        latchel_reference: latchel.reference.as_ref().map(PropertyRef::key),
        evidence: format!("{evidence}; in Latchel: {} ({address}){inactive}", latchel.name),
        decision,
    }
}

/// True if what follows the last comma of Latchel's name is in the platform's name or is its city.
fn names_agree(platform: &Property, latchel: &LatchelProperty) -> bool {
    let Some((_, last)) = latchel.name.rsplit_once(',') else { return true };
    let last = last.trim().to_lowercase();
    let city = platform.address.city.as_deref().unwrap_or_default().to_lowercase();
    platform.name().to_lowercase().contains(&last) || last == city
}
