//! Work orders that could be linked by hand: those of both sides that are without a link, and which of them are likely one.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use futures::StreamExt;

use crate::Result;
use crate::engine::Engine;
use crate::engine::context::Context;
use crate::engine::phases::export::Export;
use crate::engine::phases::flow::{Flow, is_part};
use crate::engine::phases::import::Import;
use crate::engine::phases::index::distinct;
use crate::engine::phases::places::Places;
use crate::ledger::{bare, look_up};
use crate::model::{Job, JobId, Kind, Phase, PropertyRef, RecordKey, Row, Side, Window, WorkOrder};

/// Limit to the work orders of a side.
const AT_MOST: usize = 50;
/// Fewest letters of a word by which two titles are alike.
const WORD: usize = 4;

/// Wish for work orders without a link.
#[derive(Debug, Clone, Default)]
pub struct LinkWanted {
    /// Their number, their id, or a part of their title, in any case; empty to go by `of` alone.
    pub text: String,
    /// Work order that is to be linked; of the other side, those are found that may be the same.
    pub of: Option<RecordKey>,
    /// Work orders that are looked at beside those that the next run looks at.
    pub also: Vec<RecordKey>,
}

/// Work orders without a link.
#[derive(Debug, Clone, Default)]
pub struct Linkable {
    /// Those on the platform.
    pub platform: Vec<Candidate>,
    /// Those in Latchel.
    pub latchel: Vec<Candidate>,
    /// Pairs that are likely one work order, the likeliest first.
    pub likely: Vec<LikelyPair>,
}

/// A work order without a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Its id.
    pub id: String,
    /// Its number; empty if it has none.
    pub number: String,
    /// Its title.
    pub title: String,
    /// Its status, in the words of its system.
    pub status: String,
    /// The rentable unit where the work is done; `None` if the platform has none for it.
    pub property: Option<PropertyRef>,
}

/// Two work orders that are likely one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LikelyPair {
    /// The platform's.
    pub platform: Candidate,
    /// Latchel's.
    pub latchel: Candidate,
    /// Signs of it, in words.
    pub evidence: &'static str,
}

impl Engine {
    /// Finds work orders without a link, out of those that the next run looks at and those named in `wanted`. Nothing is
    /// written.
    ///
    /// # Errors
    ///
    /// If one of the two systems or the ledger cannot be read.
    pub async fn linkable(&self, wanted: &LinkWanted, now: DateTime<Utc>) -> Result<Linkable> {
        let cx = self.explaining(Kind::WorkOrder, now).await?;
        let text = bare(&wanted.text);
        let mut keys: BTreeSet<_> = wanted.of.iter().chain(&wanted.also).cloned().collect();
        if !text.is_empty() {
            let known = look_up(&*self.ledger, &self.account.name, Kind::WorkOrder, text).await?;
            keys.extend(known.into_iter().map(|memory| memory.key));
            keys.insert(RecordKey::platform(Kind::WorkOrder, text));
            keys.extend(text.parse().ok().map(|id| RecordKey::latchel(Kind::WorkOrder, JobId(id))));
        }
        let account = self.ledger.account(&self.account.name).await?;
        let added_at = account.map_or(now, |account| account.created_at);
        let to_latchel = self.window_now(&cx, Phase::WorkOrdersToLatchel, added_at).await?;
        let to_platform = self.window_now(&cx, Phase::WorkOrdersToPlatform, added_at).await?;
        let mut platform = listed(&Import(&cx), to_latchel, &keys).await?;
        let mut latchel = listed(&Export(&cx), to_platform, &keys).await?;
        // What names its counterpart by itself is linked by that.
        platform.retain(|one| one.marker.is_none());
        latchel.retain(|one| one.work_order.is_none());
        let platform = unlinked(&cx, Side::Platform, platform, |one| one.id.to_string()).await?;
        let latchel = unlinked(&cx, Side::Latchel, latchel, |one| one.id.to_string()).await?;
        let places = Places::look_up(&cx, &distinct(latchel.iter().filter_map(|one| one.property))).await?;
        let platform = platform.into_iter().map(on_platform).collect();
        let latchel = latchel.into_iter().map(|job| in_latchel(job, &places)).collect();
        Ok(chosen(platform, latchel, text, wanted.of.as_ref()))
    }
}

/// The records of a list, and those of these keys that are of its side.
async fn listed<F: Flow>(flow: &F, window: Window, keys: &BTreeSet<RecordKey>) -> Result<Vec<F::Record>> {
    let mut found: BTreeMap<String, F::Record> = BTreeMap::new();
    let mut named: BTreeSet<String> =
        keys.iter().filter(|key| key.side == flow.phase().source()).map(|key| key.id.clone()).collect();
    let mut pages = flow.pages(window);
    while let Some(page) = pages.next().await {
        for row in page? {
            match row {
                Row::Record(record) => {
                    found.insert(flow.id(&record), record);
                }
                Row::Hint { id, .. } => {
                    named.insert(id);
                }
                Row::Invalid(_) | Row::NotSupported { .. } => {}
            }
        }
    }
    named.retain(|id| !found.contains_key(id));
    let named: Vec<_> = named.into_iter().collect();
    for row in fetched(flow, &named).await? {
        if let Row::Record(record) = row {
            found.insert(flow.id(&record), record);
        }
    }
    Ok(found.into_values().collect())
}

/// Records by id; an id that none can have costs its own answer alone.
async fn fetched<F: Flow>(flow: &F, ids: &[String]) -> Result<Vec<Row<F::Record>>> {
    match flow.fetch(ids).await {
        Err(error) if error.is_about_the_request() && ids.len() > 1 => {}
        Err(error) if error.is_about_the_request() => return Ok(Vec::new()),
        rows => return rows,
    }
    let mut rows = Vec::new();
    for id in ids {
        match flow.fetch(std::slice::from_ref(id)).await {
            Err(error) if error.is_about_the_request() => {}
            found => rows.extend(found?),
        }
    }
    Ok(rows)
}

async fn unlinked<T>(
    cx: &Context<'_>,
    side: Side,
    records: Vec<T>,
    id: impl Fn(&T) -> String,
) -> Result<Vec<T>> {
    let memories = cx.recall(Kind::WorkOrder, side, records.iter().map(id)).await?;
    let free = records.into_iter().zip(memories).filter(|(_, memory)| memory.link.is_none());
    Ok(free.map(|(record, _)| record).collect())
}

fn on_platform(one: WorkOrder) -> Candidate {
    Candidate {
        id: one.id.to_string(),
        number: one.number,
        title: if one.title.is_empty() { one.description } else { one.title },
        status: one.status.to_string(),
        property: Some(one.property),
    }
}

fn in_latchel(one: Job, places: &Places) -> Candidate {
    Candidate {
        id: one.id.to_string(),
        number: one.number.unwrap_or_default(),
        title: one.name,
        status: one.state.to_string(),
        property: one.property.and_then(|id| places.on_platform(id)),
    }
}

/// Those that were meant, and the pairs among them.
fn chosen(platform: Vec<Candidate>, latchel: Vec<Candidate>, text: &str, of: Option<&RecordKey>) -> Linkable {
    let is_of = |side, one: &Candidate| of.is_some_and(|key| key.side == side && key.id == one.id);
    let anchor = platform
        .iter()
        .find(|one| is_of(Side::Platform, one))
        .or_else(|| latchel.iter().find(|one| is_of(Side::Latchel, one)))
        .cloned();
    let is_meant = |side, one: &Candidate| {
        let by_text = !text.is_empty() && (one.id == text || one.number == text || is_part(text, &one.title));
        let of_other_side = of.is_none_or(|key| key.side != side);
        let by_anchor = || anchor.as_ref().is_some_and(|anchor| evidence(anchor, one).is_some());
        is_of(side, one) || by_text || text.is_empty() && of_other_side && by_anchor()
    };
    let keep = |side, all: Vec<Candidate>| {
        let mut meant: Vec<_> = all.into_iter().filter(|one| is_meant(side, one)).collect();
        // The one that is to be linked stands first.
        meant.sort_by_key(|one| !is_of(side, one));
        meant.truncate(AT_MOST);
        meant
    };
    let (platform, latchel) = (keep(Side::Platform, platform), keep(Side::Latchel, latchel));
    let likely = likely(&platform, &latchel);
    Linkable { platform, latchel, likely }
}

/// Pairs by their evidence, the strongest first. One work order is in one pair: of several that are as likely, nobody knows.
fn likely(platform: &[Candidate], latchel: &[Candidate]) -> Vec<LikelyPair> {
    let mut all: Vec<(Evidence, &Candidate, &Candidate)> = platform
        .iter()
        .flat_map(|one| latchel.iter().map(move |other| (one, other)))
        .filter_map(|(one, other)| Some((evidence(one, other)?, one, other)))
        .filter(|(evidence, ..)| *evidence != Evidence::Property)
        .collect();
    all.sort_by(|one, other| (one.0, &one.1.id, &one.2.id).cmp(&(other.0, &other.1.id, &other.2.id)));
    let mut best: HashMap<(Side, &str), (Evidence, usize)> = HashMap::new();
    for (evidence, one, other) in &all {
        for end in [(Side::Platform, &*one.id), (Side::Latchel, &*other.id)] {
            let (strongest, count) = best.entry(end).or_insert((*evidence, 0));
            *count += usize::from(*strongest == *evidence);
        }
    }
    let is_alone = |end, evidence| best.get(&end) == Some(&(evidence, 1));
    all.into_iter()
        .filter(|(evidence, one, other)| {
            is_alone((Side::Platform, &*one.id), *evidence)
                && is_alone((Side::Latchel, &*other.id), *evidence)
        })
        .map(|(evidence, one, other)| LikelyPair {
            platform: one.clone(),
            latchel: other.clone(),
            evidence: evidence.in_words(),
        })
        .collect()
}

/// Sign that two are one, the strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Evidence {
    NumberAndProperty,
    TitleAndProperty,
    Number,
    /// Too little to propose the pair.
    Property,
}

impl Evidence {
    fn in_words(self) -> &'static str {
        match self {
            Self::NumberAndProperty => "the same number and property",
            Self::TitleAndProperty => "a like title, at the same property",
            Self::Number => "the same number",
            Self::Property => "the same property",
        }
    }
}

fn evidence(one: &Candidate, other: &Candidate) -> Option<Evidence> {
    let number = !one.number.is_empty() && one.number == other.number;
    let property = one.property.is_some() && one.property == other.property;
    match (number, property) {
        (true, true) => Some(Evidence::NumberAndProperty),
        (false, true) if are_alike(&one.title, &other.title) => Some(Evidence::TitleAndProperty),
        (true, false) => Some(Evidence::Number),
        (false, true) => Some(Evidence::Property),
        (false, false) => None,
    }
}

/// True of titles that are the same in any case, or that share a word of some length.
fn are_alike(one: &str, other: &str) -> bool {
    let words = |text: &str| -> BTreeSet<String> {
        let words = text.split(|letter: char| !letter.is_alphanumeric()).map(str::to_lowercase);
        words.filter(|word| word.chars().count() >= WORD).collect()
    };
    let same = !one.trim().is_empty() && one.trim().to_lowercase() == other.trim().to_lowercase();
    same || !words(one).is_disjoint(&words(other))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::PropertyId;

    fn one(id: &str, number: &str, title: &str, property: &str) -> Candidate {
        Candidate {
            id: id.to_owned(),
            number: number.to_owned(),
            title: title.to_owned(),
            status: String::new(),
            property: Some(PropertyRef::new(PropertyId::new(property), None)),
        }
    }

    fn pairs(found: &Linkable) -> Vec<String> {
        found
            .likely
            .iter()
            .map(|one| format!("{} {}: {}", one.platform.id, one.latchel.id, one.evidence))
            .collect()
    }

    fn ids(side: &[Candidate]) -> Vec<&str> {
        side.iter().map(|one| &*one.id).collect()
    }

    #[test]
    fn what_is_likely_one_is_paired_and_what_could_be_two_is_not() {
        let platform = vec![
            one("1", "90", "Tap drips", "12"),
            one("2", "91", "Roof", "13"),
            one("3", "92", "Door", "14"),
        ];
        let latchel = vec![
            one("700", "90", "Kitchen", "12"),
            one("701", "", "the ROOF leaks", "13"),
            one("702", "", "A door", "14"),
            one("703", "", "Door!", "14"),
        ];
        let found = chosen(platform, latchel, "o", None);
        let expected = ["2 701: a like title, at the same property"];
        assert_eq!(
            pairs(&found),
            expected,
            "what was not looked for is in no pair, and of two doors nobody knows"
        );
        assert_eq!((ids(&found.platform), ids(&found.latchel)), (vec!["2", "3"], vec!["701", "702", "703"]));
    }

    #[test]
    fn of_one_that_is_to_be_linked_the_other_side_is_searched_by_number_property_and_title() {
        let platform = || vec![one("1", "90", "Tap drips", "12"), one("2", "91", "Roof", "13")];
        let latchel =
            || vec![one("700", "", "Other", "12"), one("701", "90", "Far", "15"), one("702", "", "No", "16")];
        let of = RecordKey::platform(Kind::WorkOrder, "1");
        let found = chosen(platform(), latchel(), "", Some(&of));
        assert_eq!((ids(&found.platform), ids(&found.latchel)), (vec!["1"], vec!["700", "701"]));
        assert_eq!(pairs(&found), ["1 701: the same number"]);
        let found = chosen(platform(), latchel(), "no", Some(&of));
        assert_eq!((ids(&found.platform), ids(&found.latchel)), (vec!["1"], vec!["702"]));
        let found = chosen(platform(), latchel(), "", None);
        assert!(found.platform.is_empty() && found.latchel.is_empty());
    }
}
