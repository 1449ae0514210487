use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use crate::ledger::{Action, Counts, Intent, IntentId, Outcome, Pending, RecordMemory, may_be_a_name};
use crate::model::{Kind, Link, Reason, RecordKey, RunId, Side};
use crate::{Error, ErrorKind, Result};

/// Memories of one account's records.
#[derive(Debug, Default)]
pub(super) struct Book {
    links: BTreeMap<(Kind, String), Link>,
    /// The platform record that a Latchel record is linked to.
    owners: BTreeMap<(Kind, i64), String>,
    outcomes: BTreeMap<RecordKey, Outcome>,
    history: BTreeMap<(RunId, RecordKey), Outcome>,
    intents: BTreeMap<RecordKey, Intent>,
    pending: BTreeMap<RecordKey, Waiting>,
}

#[derive(Debug)]
struct Waiting {
    since: DateTime<Utc>,
    attempts: u32,
    dismissed: bool,
    says: Says,
}

/// The parts of an outcome by which it tells the same as another of the record.
type Says = (Reason, Option<String>, Option<String>);

fn says(outcome: &Outcome) -> Says {
    (outcome.reason, outcome.counterpart.clone(), outcome.detail.clone())
}

impl Book {
    pub fn recall(&self, key: &RecordKey) -> RecordMemory {
        let platform_id = match key.side {
            Side::Platform => Some(&key.id),
            Side::Latchel => key.id.parse().ok().and_then(|id: i64| self.owners.get(&(key.kind, id))),
        };
        RecordMemory {
            key: key.clone(),
            link: platform_id.and_then(|id| self.links.get(&(key.kind, id.clone())).cloned().map(Box::new)),
            outcome: self.outcomes.get(key).cloned().map(Box::new),
            intent: self.intents.get(key).cloned().map(Box::new),
            pending: self.pending.get(key).and_then(|waiting| self.pending_of(key, waiting)).map(Box::new),
        }
    }

    fn pending_of(&self, key: &RecordKey, waiting: &Waiting) -> Option<Pending> {
        let Waiting { since, attempts, dismissed, .. } = *waiting;
        Some(Pending { outcome: self.outcomes.get(key)?.clone(), since, attempts, dismissed })
    }

    pub fn record(&mut self, run: RunId, outcome: &Outcome) {
        let key = &outcome.key;
        let newest = self.outcomes.insert(key.clone(), outcome.clone());
        if outcome.action != Action::None || newest.is_none_or(|newest| says(&newest) != says(outcome)) {
            self.history.insert((run, key.clone()), outcome.clone());
        }
        if outcome.is_tried_again() {
            self.wait(outcome, 1);
        } else {
            self.pending.remove(key);
        }
    }

    fn wait(&mut self, outcome: &Outcome, tries: u32) {
        let says = says(outcome);
        let fresh = Waiting { since: outcome.at, attempts: 0, dismissed: false, says: says.clone() };
        let waiting = self.pending.entry(outcome.key.clone()).or_insert(fresh);
        waiting.attempts += tries;
        waiting.dismissed &= waiting.says == says;
        waiting.says = says;
    }

    pub fn put_link(&mut self, link: &Link) -> Result<()> {
        let (kind, id) = (link.kind, link.platform_id.clone());
        if self.owners.get(&(kind, link.latchel_id)).is_some_and(|owner| *owner != id) {
            let message = "the Latchel record is linked to another platform record already";
            return Err(Error::new(ErrorKind::Ledger, message)
                .with("Latchel id", link.latchel_id)
                .with("platform id", id));
        }
        if let Some(old) = self.links.insert((kind, id.clone()), link.clone()) {
            self.owners.remove(&(kind, old.latchel_id));
        }
        self.owners.insert((kind, link.latchel_id), id);
        let pair = [Side::Platform, Side::Latchel].map(|side| link.key(side));
        self.intents.retain(|source, _| !pair.contains(source));
        Ok(())
    }

    pub fn unlink(&mut self, kind: Kind, platform_id: &str) -> bool {
        let ended = self.links.remove(&(kind, platform_id.to_owned()));
        ended.is_some_and(|link| self.owners.remove(&(kind, link.latchel_id)).is_some())
    }

    pub fn open_intent(&mut self, intent: &Intent) {
        let unsettled = Outcome {
            key: intent.source.clone(),
            counterpart: None,
            label: intent.label.clone(),
            reason: Reason::CreateUnsettled,
            action: Action::None,
            detail: None,
            run: intent.run,
            at: intent.created_at,
            fingerprint: None,
            waits_for: None,
            tried: None,
            waits_until: None,
        };
        self.intents.insert(intent.source.clone(), intent.clone());
        self.wait(&unsettled, 0);
        self.outcomes.insert(intent.source.clone(), unsettled);
    }

    pub fn settle_intent(&mut self, intent: IntentId, link: Option<&Link>) -> Result<()> {
        if let Some(link) = link {
            self.put_link(link)?;
        }
        self.intents.retain(|_, open| open.id != intent);
        Ok(())
    }

    pub fn run_outcomes(&self, run: RunId, after: Option<&RecordKey>, limit: u32) -> Vec<Outcome> {
        // By the names of kind and side, as a database sorts them.
        let order = |key: &RecordKey| (key.kind.as_str(), key.side.as_str(), key.id.clone());
        let of_run = self.history.iter().filter(|((of, _), _)| *of == run);
        let mut outcomes: Vec<_> = of_run.map(|(_, outcome)| outcome.clone()).collect();
        outcomes.sort_by_key(|outcome| order(&outcome.key));
        outcomes.retain(|outcome| after.is_none_or(|after| order(&outcome.key) > order(after)));
        outcomes.truncate(limit as usize);
        outcomes
    }

    pub fn all_pending(&self) -> Vec<Pending> {
        self.pending.iter().filter_map(|(key, waiting)| self.pending_of(key, waiting)).collect()
    }

    pub fn dismiss(&mut self, key: &RecordKey) -> bool {
        self.pending.get_mut(key).map(|waiting| waiting.dismissed = true).is_some()
    }

    pub fn retry(&mut self, key: &RecordKey) -> bool {
        let again = |waiting: &mut Waiting| (waiting.dismissed, waiting.attempts) = (false, 0);
        self.pending.get_mut(key).map(again).is_some()
    }

    pub fn links(&self, kind: Kind, after: Option<&str>) -> impl Iterator<Item = &Link> {
        let of_kind = self.links.values().filter(move |link| link.kind == kind);
        of_kind.filter(move |link| after.is_none_or(|after| *link.platform_id > *after))
    }

    pub fn find(&self, kind: Kind, text: &str) -> Vec<RecordMemory> {
        let part = |id: &str| {
            let parts = [format!("{text}/"), format!("{text}@")];
            kind != Kind::WorkOrder
                && (id.ends_with(&format!("/{text}")) || parts.iter().any(|part| id.starts_with(part)))
        };
        let names = |link: &&Link| {
            let numbers = [&link.platform_number, &link.latchel_number];
            link.platform_id == text
                || link.latchel_id.to_string() == text
                || numbers.into_iter().flatten().any(|number| number == text)
                || part(&link.platform_id)
        };
        let sides = match kind {
            Kind::WorkOrder => &[Side::Platform, Side::Latchel][..],
            Kind::Property | Kind::Resident => &[Side::Platform],
        };
        let linked = self.links(kind, None).filter(names);
        let mut keys: Vec<_> = linked.flat_map(|link| sides.iter().map(|side| link.key(*side))).collect();
        let newest = self.outcomes.values().filter(|outcome| outcome.key.kind == kind);
        keys.extend(newest.filter_map(|outcome| {
            let key = &outcome.key;
            let numbered = kind == Kind::WorkOrder
                && outcome
                    .label
                    .strip_prefix('#')
                    .and_then(|label| label.strip_prefix(text))
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with(' '));
            let named = key.id == text || outcome.counterpart.as_deref() == Some(text) || part(&key.id);
            (named || numbered).then(|| key.clone())
        }));
        if keys.is_empty() && kind == Kind::Property && may_be_a_name(text) {
            let part = text.to_lowercase();
            let of_kind = self.outcomes.values().filter(|outcome| outcome.key.kind == kind);
            let called = of_kind.filter(|outcome| outcome.label.to_lowercase().contains(&part));
            keys.extend(called.map(|outcome| outcome.key.clone()));
        }
        keys.sort();
        keys.dedup();
        keys.iter().take(50).map(|key| self.recall(key)).collect()
    }

    pub fn counts(&self, reasons: &[Reason]) -> Counts {
        let mut counts = Counts::new();
        let counted = self.outcomes.values().filter(|outcome| reasons.contains(&outcome.reason));
        counted.for_each(|outcome| *counts.entry(outcome.reason).or_default() += 1);
        counts
    }

    /// Checks the book, and returns each fault in a sentence.
    pub fn check(&self) -> Vec<String> {
        let untold = self.pending.keys().filter(|key| !self.outcomes.contains_key(*key));
        let forgotten = self.intents.keys().filter(|key| !self.pending.contains_key(*key));
        let elsewhere = self.links.values().flat_map(|link| {
            let counterpart = |side| match side {
                Side::Platform => link.latchel_id.to_string(),
                Side::Latchel => link.platform_id.clone(),
            };
            let named = |side| self.outcomes.get(&link.key(side))?.counterpart.clone();
            let sides = [Side::Platform, Side::Latchel];
            sides
                .into_iter()
                .filter(move |side| named(*side).is_some_and(|id| id != counterpart(*side)))
                .map(|side| format!("{} is linked to another record than its outcome says", link.key(side)))
        });
        let untold = untold.map(|key| format!("{key} is pending without an outcome"));
        let forgotten =
            forgotten.map(|key| format!("{key} has a create of unknown outcome and is not pending"));
        untold.chain(forgotten).chain(elsewhere).collect()
    }
}
