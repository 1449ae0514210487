use std::collections::{HashMap, HashSet};
use std::time::Duration;

use async_trait::async_trait;

use super::context::Context;
use super::create::{NewIntent, create_once, unconfirmed};
use super::drive::index;
use super::flow::{Applied, Flow};
use crate::ledger::{Action, Intent, Link, Memory, Origin, Pending, Phase};
use crate::model::{
    Freshness, Kind, LatchelProperty, LatchelPropertyId, NewProperty, Property, PropertyPatch, PropertyRef,
    RecordKey, Row, Side, Window,
};
use crate::rules::{Decision, PropertyAction, PropertyCase, Trace, decide_property};
use crate::{Pages, Result};

/// Properties, platform to Latchel (rules P1 to P7).
pub(super) struct Properties<'a>(pub &'a Context<'a>);

pub(super) struct Case {
    rule: PropertyCase,
    memory: Memory,
}

#[async_trait]
impl Flow for Properties<'_> {
    type Record = Property;
    type Case = Case;
    type Action = PropertyAction;

    fn context(&self) -> &Context<'_> {
        self.0
    }

    fn phase(&self) -> Phase {
        Phase::Properties
    }

    fn pages(&self, window: Window) -> Pages<'_, Property> {
        self.0.platform().properties(window)
    }

    async fn fetch(&self, ids: &[String]) -> Result<Vec<Row<Property>>> {
        let refs: Vec<_> = ids.iter().map(|id| PropertyRef::from_key(id)).collect();
        self.0.platform().properties_by_id(&refs).await
    }

    fn id(&self, record: &Property) -> String {
        record.id.key()
    }

    fn label(&self, record: &Property) -> String {
        record.name()
    }

    fn freshness<'r>(&self, record: &'r Property) -> Option<&'r Freshness> {
        Some(&record.freshness)
    }

    async fn gather(&self, records: Vec<(Property, Memory)>) -> Result<Vec<Case>> {
        let cx = self.0;
        let mut latchel = counterparts(cx, &records).await?;
        let found: Vec<_> = latchel.values().map(|property| property.id).collect();
        let owners = cx.recall(Kind::Property, Side::Latchel, found.iter().map(ToString::to_string)).await?;
        let owners: HashMap<_, _> =
            found.into_iter().zip(owners).filter_map(|(id, m)| Some((id, m.link?))).collect();

        let case = |(platform, memory): (Property, Memory)| {
            let latchel = latchel.remove(&platform.id);
            let owner = latchel.as_ref().and_then(|property| owners.get(&property.id));
            let claimed_by = owner
                .map(|link| PropertyRef::from_key(&link.platform_id))
                .filter(|reference| *reference != platform.id);
            let excluded_by = cx.excluded_by(&platform.id);
            Case { rule: PropertyCase { platform, latchel, excluded_by, claimed_by }, memory }
        };
        Ok(records.into_iter().map(case).collect())
    }

    fn record<'c>(&self, case: &'c Case) -> &'c Property {
        &case.rule.platform
    }

    fn memory<'c>(&self, case: &'c Case) -> &'c Memory {
        &case.memory
    }

    fn decide(&self, case: &Case, trace: &mut Trace) -> Decision<PropertyAction> {
        decide_property(&case.rule, self.0.policy(), trace)
    }

    async fn adopt(&self, case: &Case) -> Result<()> {
        let (PropertyCase { platform, latchel: Some(latchel), claimed_by: None, .. }, cx) =
            (&case.rule, self.0)
        else {
            return Ok(());
        };
        if case.memory.link.as_ref().is_some_and(|link| link.latchel_id == latchel.id.0) {
            return Ok(());
        }
        let link = |origin| cx.link(Kind::Property, &platform.id, latchel.id.0, origin);
        match &case.memory.intent {
            Some(intent) if !cx.is_dry() => {
                cx.settle_intent(intent.id, Some(&link(Origin::FromPlatform))).await
            }
            _ => cx.put_link(&link(Origin::Found)).await,
        }
    }

    async fn apply(
        &self,
        case: &Case,
        decision: Decision<PropertyAction>,
        _trace: &mut Trace,
    ) -> Result<Applied> {
        let cx = self.0;
        match &decision.action {
            Some(PropertyAction::Create(new)) if cx.is_dry() => {
                cx.put_link(&cx.link(Kind::Property, &new.reference, cx.planned_id(), Origin::FromPlatform))
                    .await?;
                Ok(Applied::new(decision, Action::Create))
            }
            Some(PropertyAction::Create(new)) => {
                let link = self.create(new, case).await?;
                Ok(Applied::new(decision, Action::Create).with_counterpart(link.latchel_id))
            }
            Some(PropertyAction::Update(id, patch)) => {
                if !cx.is_dry() {
                    self.update(*id, patch).await?;
                }
                let action = if patch.deactivate { Action::Deactivate } else { Action::Update };
                Ok(Applied::new(decision, action))
            }
            None => Ok(Applied::new(decision, Action::None)),
        }
    }

    fn deactivates(&self, action: &PropertyAction) -> bool {
        matches!(action, PropertyAction::Update(_, patch) if patch.deactivate)
    }

    fn creates(&self, action: &PropertyAction) -> bool {
        matches!(action, PropertyAction::Create(_))
    }

    fn counterpart(&self, case: &Case) -> Option<String> {
        case.rule.latchel.as_ref().map(|property| property.id.to_string())
    }

    fn unsettled<'c>(&self, case: &'c Case) -> Option<(&'c Intent, Duration)> {
        let intent = case.memory.intent.as_ref().filter(|_| case.rule.latchel.is_none())?;
        Some((intent, self.0.latchel().visibility_delay()))
    }

    /// A property that is excluded is worth a look once it no longer is (rule P5).
    async fn ready(&self, pending: &[Pending]) -> Result<Vec<bool>> {
        let excluded =
            |one: &Pending| self.0.excluded_by(&PropertyRef::from_key(&one.outcome.key.id)).is_some();
        Ok(pending.iter().map(|one| !excluded(one)).collect())
    }

    fn sides(&self, case: &Case) -> (Option<serde_json::Value>, Option<serde_json::Value>) {
        (serde_json::to_value(&case.rule.platform).ok(), serde_json::to_value(&case.rule.latchel).ok())
    }
}

impl Properties<'_> {
    async fn create(&self, new: &NewProperty, case: &Case) -> Result<Link> {
        let cx = self.0;
        let create = NewIntent {
            source: RecordKey::platform(Kind::Property, &new.reference),
            label: self.label(&case.rule.platform),
            marker: None,
            open: case.memory.intent.as_ref(),
            linked: case.memory.link.as_ref(),
            visibility_delay: cx.latchel().visibility_delay(),
        };
        let confirm = async |id: LatchelPropertyId| {
            let read = cx.latchel().properties_by_id(&[id]).await?;
            let shown = read.iter().any(|one| {
                one.reference.as_ref() == Some(&new.reference)
                    && one.name == new.name
                    && one.is_active == new.is_active
                    && one.source_address == new.source_address
            });
            if !shown {
                return Err(unconfirmed("the new property"));
            }
            Ok(cx.link(Kind::Property, &new.reference, id.0, Origin::FromPlatform))
        };
        create_once(cx, create, cx.latchel().create_property(new), confirm).await
    }

    async fn update(&self, id: LatchelPropertyId, patch: &PropertyPatch) -> Result<()> {
        let latchel = self.0.latchel();
        self.0.hold().await?;
        latchel.update_property(id, patch).await?;
        let read = latchel.properties_by_id(&[id]).await?;
        if read.iter().any(|property| shows(property, patch)) {
            Ok(())
        } else {
            Err(unconfirmed("the change"))
        }
    }
}

fn shows(property: &LatchelProperty, patch: &PropertyPatch) -> bool {
    patch.name.as_ref().is_none_or(|name| *name == property.name)
        && patch.source_address.as_ref().is_none_or(|address| *address == property.source_address)
        && patch.integration_data.as_ref().is_none_or(|data| Some(data) == property.integration_data.as_ref())
        && !(patch.deactivate && property.is_active)
}

/// Each property's counterpart: the linked one, else one that carries its reference (the lowest id of several).
async fn counterparts(
    cx: &Context<'_>,
    records: &[(Property, Memory)],
) -> Result<HashMap<PropertyRef, LatchelProperty>> {
    let linked = |memory: &Memory| memory.link.as_ref().map(|link| LatchelPropertyId(link.latchel_id));
    let ids: Vec<_> = records.iter().filter_map(|(_, memory)| linked(memory)).collect();
    let by_id = if ids.is_empty() { Vec::new() } else { cx.latchel().properties_by_id(&ids).await? };
    let mut by_id = index(by_id, |property| Some(property.id));

    let mut found = HashMap::new();
    let mut unlinked = HashSet::new();
    for (property, memory) in records {
        match linked(memory).and_then(|id| by_id.remove(&id)) {
            Some(counterpart) => {
                found.insert(property.id.clone(), counterpart);
            }
            None => {
                unlinked.insert(property.id.clone());
            }
        }
    }
    let mut refs: Vec<_> = unlinked.into_iter().collect();
    refs.sort();
    if !refs.is_empty() {
        let mut by_ref = cx.latchel().properties_by_ref(&refs).await?;
        by_ref.sort_by_key(|property| property.id);
        found.extend(index(by_ref, |property| property.reference.clone()));
    }
    Ok(found)
}
