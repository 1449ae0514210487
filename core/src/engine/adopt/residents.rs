//! Residents at a pair's property.

use std::collections::{BTreeMap, HashSet};

use chrono::NaiveDate;

use super::aliases::{Aliases, EVIDENCE};
use super::listed::{is_free, listed, remembered};
use super::matching::{alone, candidates};
use super::properties::LatchelUnits;
use super::seen::Seen;
use super::{AdoptDecision, CHUNK, Proposal, SHOWN};
use crate::Result;
use crate::engine::Observer;
use crate::engine::context::Context;
use crate::engine::phases::taken_over;
use crate::model::{
    Kind, LatchelPropertyId, LatchelResident, Phase, PropertyRef, Resident, ResidentRef, Side, Window,
};
use crate::rules::{active, current_tenancy};

/// Free residents of one property, on both sides.
#[derive(Default)]
struct Household {
    platform: Vec<Occupant>,
    latchel: Vec<LatchelResident>,
}

/// A resident of the platform at today's place.
struct Occupant {
    resident: Resident,
    move_in: Option<NaiveDate>,
}

/// Reads the platform's list, and pairs the active residents who are free at the same property.
pub(super) async fn propose(
    cx: &Context<'_>,
    places: &LatchelUnits,
    observer: &dyn Observer,
    seen: &mut Seen,
) -> Result<Vec<Proposal>> {
    let whole = Window { from: chrono::DateTime::UNIX_EPOCH };
    observer.phase_started(Phase::Residents, whole);
    let platform = listed(cx.platform().residents(whole), Phase::Residents, observer).await?;
    platform.records.iter().for_each(|one| seen.resident(cx, one));
    let unread = platform.unread.iter().filter_map(|id| ResidentRef::from_key(id));
    let known: HashSet<ResidentRef> =
        platform.records.iter().map(|one| one.id.clone()).chain(unread).collect();
    let mut households: BTreeMap<LatchelPropertyId, Household> = BTreeMap::new();
    let of_platform =
        remembered(cx, (Kind::Resident, Side::Platform), platform.records, |one| one.id.key()).await?;
    let free: Vec<_> = of_platform.into_iter().filter(|(_, memory)| is_free(memory)).collect();
    for chunk in free.chunks(CHUNK) {
        let refs: Vec<_> = chunk.iter().map(|(one, _)| one.id.clone()).collect();
        let referring = taken_over::residents_by_ref(cx, &refs).await?;
        let referred: HashSet<_> = referring.into_iter().filter_map(|one| one.reference).collect();
        for (resident, _) in chunk.iter().filter(|(one, _)| !referred.contains(&one.id)) {
            let Some((unit, move_in)) = home(cx, resident) else { continue };
            if let Some(place) = places.of(&unit) {
                let occupant = Occupant { resident: resident.clone(), move_in };
                households.entry(place).or_default().platform.push(occupant);
            }
        }
    }

    let ids: Vec<_> = households.keys().copied().collect();
    for chunk in ids.chunks(CHUNK) {
        let there = cx.latchel().residents_at(chunk).await?;
        observer.read(Phase::Residents, there.len());
        let there =
            remembered(cx, (Kind::Resident, Side::Latchel), there, |(_, one)| one.id.to_string()).await?;
        let strange = |one: &LatchelResident| !one.reference.as_ref().is_some_and(|own| known.contains(own));
        for ((place, resident), memory) in there {
            if is_free(&memory) && strange(&resident) {
                households.entry(place).or_default().latchel.push(resident);
            }
        }
    }
    let aliases = Aliases::of(cx, Kind::Resident).await?;
    Ok(households.iter().flat_map(|(place, household)| household.pairs(*place, &aliases)).collect())
}

/// The rentable unit where the resident lives today, and the move-in day.
fn home(cx: &Context<'_>, resident: &Resident) -> Option<(PropertyRef, Option<NaiveDate>)> {
    let stay = current_tenancy(&resident.tenancies, cx.today)?;
    let lives_there = active(stay.move_in, stay.move_out, cx.today);
    lives_there.then(|| (PropertyRef::new(resident.id.property.clone(), stay.unit), stay.move_in))
}

impl Household {
    /// Pairs: by the person's own id or another one, else the only ones on both sides who moved in on the same day, else by an
    /// equal name where names are known. Who is the only one without either may be a predecessor.
    fn pairs(&self, place: LatchelPropertyId, aliases: &Aliases) -> Vec<Proposal> {
        let (mut left, mut right): (Vec<_>, Vec<_>) =
            (self.platform.iter().collect(), self.latchel.iter().collect());
        let mut pairs = Vec::new();
        let mut take = |found: Vec<(usize, usize)>,
                        left: &mut Vec<&Occupant>,
                        right: &mut Vec<_>,
                        why: &str| {
            pairs.extend(
                found.iter().map(|(l, r)| proposal(&left[*l].resident, right[*r], why, AdoptDecision::Link)),
            );
            retain_unpaired(left, found.iter().map(|pair| pair.0));
            retain_unpaired(right, found.iter().map(|pair| pair.1));
        };
        let same_id = paired(
            left.iter().map(|one| Some(one.resident.id.resident.clone())).collect(),
            right.iter().map(|one| one.reference.clone().map(|own| own.resident)).collect(),
        );
        take(same_id, &mut left, &mut right, &format!("the same person's id at Latchel's property {place}"));
        let named = |one: &LatchelResident| aliases.named(&one.reference.as_ref()?.key()).cloned();
        let other_id = paired(
            left.iter().map(|one| Some(one.resident.id.key())).collect(),
            right.iter().map(|one| named(one)).collect(),
        );
        take(other_id, &mut left, &mut right, EVIDENCE);
        if let ([one], [other]) = (left.as_slice(), right.as_slice()) {
            let other_name = other.contact_known && name(&one.resident.name) != name(&other.name);
            if !other_name && one.move_in.is_some() && one.move_in == other.move_in {
                let why = format!(
                    "the only unlinked residents at Latchel's property {place} on both sides, with the same move-in day"
                );
                take(vec![(0, 0)], &mut left, &mut right, &why);
            }
        }
        let by_name = paired(
            left.iter().map(|one| name(&one.resident.name)).collect(),
            right.iter().map(|one| name(&one.name).filter(|_| one.contact_known)).collect(),
        );
        take(by_name, &mut left, &mut right, &format!("equal names at Latchel's property {place}"));

        let evidence = format!(
            "{} on the platform and {} in Latchel live at Latchel's property {place}, and nothing tells which is which",
            left.len(),
            right.len()
        );
        let open = left.iter().flat_map(|one| right.iter().take(SHOWN).map(move |other| (one, other)));
        let open =
            open.map(|(one, other)| proposal(&one.resident, other, &evidence, AdoptDecision::Undecided));
        let open: Vec<_> = open.collect();
        pairs.extend(open);
        pairs
    }
}

/// Indices of those that are alone with each other by their keys.
fn paired<K: std::hash::Hash + Eq>(left: Vec<Option<K>>, right: Vec<Option<K>>) -> Vec<(usize, usize)> {
    let right: Vec<Vec<K>> = right.into_iter().map(Vec::from_iter).collect();
    let found = alone(&candidates(&left, &right));
    found.into_iter().enumerate().filter_map(|(left, right)| Some((left, right?))).collect()
}

fn retain_unpaired<T>(all: &mut Vec<T>, paired: impl Iterator<Item = usize>) {
    let paired: HashSet<usize> = paired.collect();
    let mut index = 0..;
    all.retain(|_| index.next().is_some_and(|index| !paired.contains(&index)));
}

/// A name in the form in which it is compared; `None` if there is none.
fn name(name: &str) -> Option<String> {
    let words = name.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    (!words.is_empty()).then_some(words)
}

/// A proposal without names: people are told apart by their ids.
fn proposal(
    platform: &Resident,
    latchel: &LatchelResident,
    evidence: &str,
    decision: AdoptDecision,
) -> Proposal {
    Proposal {
        kind: Kind::Resident,
        platform_id: platform.id.key(),
        label: String::new(),
        latchel_id: latchel.id.0,
        latchel_reference: latchel.reference.as_ref().map(ResidentRef::key),
        evidence: evidence.to_owned(),
        decision,
    }
}
