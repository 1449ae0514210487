use std::collections::HashMap;
use std::time::Duration;

use async_trait::async_trait;

use crate::engine::context::Context;
use crate::engine::phases::adoption;
use crate::engine::phases::counterparts::{Counterparts, links};
use crate::engine::phases::create::{NewIntent, answered, create_once, unconfirmed};
use crate::engine::phases::flow::{Applied, Displaced, Flow, Gone, Learned, is_part, latchel_obstacles};
use crate::engine::phases::index::index;
use crate::engine::phases::taken_over;
use crate::ledger::{Action, Intent, Pending, RecordMemory};
use crate::model::text::same_text;
use crate::model::{
    Freshness, Kind, LatchelProperty, LatchelPropertyId, Link, NewProperty, Origin, Part, Phase, Property,
    PropertyPatch, PropertyRef, RecordKey, Row, Side, Window,
};
use crate::rules::{
    Decision, GoneProperty, PropertyAction, PropertyCase, Trace, decide_gone_property, decide_property,
    property_differences,
};
use crate::{ChangeFilter, Held, Pages, Result};

/// Properties, platform to Latchel (rules P1 to P8).
pub(in crate::engine) struct Properties<'a>(pub &'a Context<'a>);

pub(in crate::engine) struct Case {
    rule: PropertyCase,
    memory: RecordMemory,
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

    fn is_called(&self, record: &Property, text: &str) -> bool {
        is_part(text, &record.name())
    }

    fn freshness<'r>(&self, record: &'r Property) -> Option<&'r Freshness> {
        Some(&record.freshness)
    }

    async fn gather(&self, records: Vec<(Property, RecordMemory)>) -> Result<Vec<Case>> {
        let cx = self.0;
        let latchel = counterparts(cx, &records).await?;
        let owners = owners(cx, &records, &latchel).await?;

        let case = |((platform, memory), latchel): ((Property, RecordMemory), Option<LatchelProperty>)| {
            let owner = latchel.as_ref().and_then(|property| owners.get(&property.id));
            let claimed_by = owner
                .map(|link| PropertyRef::from_key(&link.platform_id))
                .filter(|reference| *reference != platform.id);
            let excluded_by = cx.excluded_by(&platform.id);
            let created = answered(&memory).map(LatchelPropertyId);
            Case { rule: PropertyCase { platform, latchel, created, excluded_by, claimed_by }, memory }
        };
        Ok(records.into_iter().zip(latchel).map(case).collect())
    }

    fn record<'c>(&self, case: &'c Case) -> &'c Property {
        &case.rule.platform
    }

    fn memory<'c>(&self, case: &'c Case) -> &'c RecordMemory {
        &case.memory
    }

    fn decide(&self, case: &Case, trace: &mut Trace) -> Decision<PropertyAction> {
        decide_property(&case.rule, self.0.policy(), trace)
    }

    fn learned(&self, case: &Case) -> Option<Learned> {
        let (PropertyCase { platform, latchel: Some(latchel), claimed_by: None, .. }, cx) =
            (&case.rule, self.0)
        else {
            return None;
        };
        if let Some(link) = case.memory.link.as_deref().filter(|link| link.latchel_id == latchel.id.0) {
            // The new record is there. If it differs from what was sent, it is decided as any other.
            let shown = Link { verified_at: Some(cx.now), ..link.clone() };
            return link.awaits_confirmation().then(|| Learned::link(shown));
        }
        let link = |origin| cx.link(Kind::Property, &platform.id, latchel.id.0, origin);
        Some(match &case.memory.intent {
            Some(intent) if !cx.is_dry() => Learned::created(intent.id, link(Origin::FromPlatform)),
            _ => Learned::link(link(Origin::Found)),
        })
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
                Ok(Applied::created(decision, link))
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

    async fn read_back(&self, created: &[(&Case, &Link)]) -> Result<Vec<Result<Link>>> {
        let ids: Vec<_> = created.iter().map(|(_, link)| LatchelPropertyId(link.latchel_id)).collect();
        let read = index(self.0.latchel().properties_by_id(&ids).await?, |one| Some(one.id));
        let is_shown = |(case, link): &(&Case, &Link)| {
            let shown = read.get(&LatchelPropertyId(link.latchel_id));
            match self.decide(case, &mut Trace::off()).action {
                Some(PropertyAction::Create(new)) if shown.is_some_and(|one| is_as_sent(one, &new)) => {
                    Ok((*link).clone())
                }
                _ => Err(unconfirmed("the new property")),
            }
        };
        Ok(created.iter().map(is_shown).collect())
    }

    /// A property that Latchel may have under another reference waits (rules A1, A3).
    async fn obstacles(&self, creates: &[&Case]) -> Result<Vec<Option<Held>>> {
        let cx = self.0;
        let mut obstacles = latchel_obstacles(self, creates).await?;
        if obstacles.iter().any(Option::is_none) {
            let properties: Vec<_> = creates.iter().map(|case| &case.rule.platform).collect();
            let adoption = Box::pin(adoption::of_properties(cx, &properties)).await?;
            for (obstacle, held) in
                obstacles.iter_mut().zip(adoption).filter(|(obstacle, _)| obstacle.is_none())
            {
                *obstacle = held;
            }
        }
        Ok(obstacles)
    }

    fn kind_of(&self, action: &PropertyAction) -> Action {
        match action {
            PropertyAction::Create(_) => Action::Create,
            PropertyAction::Update(_, patch) if patch.deactivate => Action::Deactivate,
            PropertyAction::Update(..) => Action::Update,
        }
    }

    fn deactivates(&self, action: &PropertyAction) -> bool {
        matches!(action, PropertyAction::Update(_, patch) if patch.deactivate)
    }

    fn lists_everything(&self) -> bool {
        self.0.platform().capabilities().properties_since == ChangeFilter::None
    }

    /// A property is listed by its units or as itself: where one begins, the other may have ended.
    fn displaces(&self, record: &Property) -> Option<Displaced> {
        let whole = PropertyRef::new(record.id.property.clone(), None).key();
        Some(match record.id.unit {
            Some(_) => Displaced::Id(whole),
            None => Displaced::Beginning(format!("{whole}/")),
        })
    }

    async fn gone(&self, linked: Vec<RecordMemory>, trace: &mut Trace) -> Result<Vec<Gone<PropertyAction>>> {
        let cx = self.0;
        let linked: Vec<_> = linked.into_iter().map(|memory| ((), memory)).collect();
        let ids: Vec<_> = links(&linked).map(LatchelPropertyId).collect();
        let mut found = Counterparts::none(linked.len());
        if !ids.is_empty() {
            found.linked(&linked, cx.latchel().properties_by_id(&ids).await?, |property| property.id.0);
        }
        let gone = |(((), memory), latchel): (((), RecordMemory), Option<LatchelProperty>)| {
            let id = PropertyRef::from_key(&memory.key.id);
            let held = latchel.as_ref().and_then(|latchel| serde_json::to_value(latchel).ok());
            let excluded_by = cx.excluded_by(&id);
            let adopted = memory.link.as_deref().is_some_and(|link| link.origin == Origin::Adopted);
            let case = GoneProperty { id, latchel, adopted, excluded_by };
            let decision = decide_gone_property(&case, cx.policy(), trace);
            Gone { memory, decision, counterpart: held }
        };
        Ok(linked.into_iter().zip(found).map(gone).collect())
    }

    async fn apply_gone(&self, gone: &Gone<PropertyAction>) -> Result<Applied> {
        if let (Some(PropertyAction::Update(id, patch)), false) = (&gone.decision.action, self.0.is_dry()) {
            self.update(*id, patch).await?;
        }
        Ok(Applied::new(gone.decision.clone(), Action::Deactivate))
    }

    fn creates(&self, action: &PropertyAction) -> bool {
        matches!(action, PropertyAction::Create(_))
    }

    fn counterpart(&self, case: &Case) -> Option<String> {
        case.rule.latchel.as_ref().map(|property| property.id.to_string())
    }

    fn unsettled<'c>(&self, case: &'c Case) -> Option<(&'c Intent, Duration)> {
        let intent = case.memory.intent.as_deref().filter(|_| case.rule.latchel.is_none())?;
        Some((intent, self.0.latchel().visibility_delay()))
    }

    /// A property that was excluded is worth a look once it no longer is (rule P5).
    async fn ready(&self, pending: &[Pending]) -> Result<Vec<bool>> {
        let excluded =
            |one: &Pending| self.0.excluded_by(&PropertyRef::from_key(&one.outcome.key.id)).is_some();
        Ok(pending.iter().map(|one| !excluded(one)).collect())
    }

    fn differing(&self, case: &Case) -> Vec<Part> {
        let latchel = case.rule.latchel.as_ref();
        latchel.map(|latchel| property_differences(&case.rule.platform, latchel)).unwrap_or_default()
    }

    fn changed(&self, action: &PropertyAction) -> Vec<Part> {
        match action {
            PropertyAction::Create(_) => Vec::new(),
            PropertyAction::Update(_, patch) => patch.parts(),
        }
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
            property: None,
            dates: None,
            open: case.memory.intent.as_deref(),
            linked: case.memory.link.as_deref(),
            visibility_delay: cx.latchel().visibility_delay(),
        };
        let link =
            |id: &LatchelPropertyId| cx.link(Kind::Property, &new.reference, id.0, Origin::FromPlatform);
        create_once(cx, create, cx.latchel().create_property(new), link).await
    }

    async fn update(&self, id: LatchelPropertyId, patch: &PropertyPatch) -> Result<()> {
        let latchel = self.0.latchel();
        self.0.renew_lease().await?;
        latchel.update_property(id, patch).await?;
        let read = latchel.properties_by_id(&[id]).await?;
        if read.iter().any(|property| shows(property, patch)) {
            Ok(())
        } else {
            Err(unconfirmed("the change"))
        }
    }
}

fn is_as_sent(property: &LatchelProperty, new: &NewProperty) -> bool {
    property.reference.as_ref() == Some(&new.reference)
        && same_text(&property.name, &new.name)
        && property.is_active == new.is_active
        && property.source_address.is_stored_as(&new.source_address)
}

fn shows(property: &LatchelProperty, patch: &PropertyPatch) -> bool {
    let integration_data = property.integration_data.as_deref().unwrap_or_default();
    patch.name.as_ref().is_none_or(|name| same_text(name, &property.name))
        && patch.source_address.as_ref().is_none_or(|address| address.is_stored_as(&property.source_address))
        && patch.integration_data.as_ref().is_none_or(|data| same_text(data, integration_data))
        && !(patch.deactivate && property.is_active)
}

/// Each property's counterpart: the linked one, else one that carries its reference.
async fn counterparts(
    cx: &Context<'_>,
    records: &[(Property, RecordMemory)],
) -> Result<Counterparts<LatchelProperty>> {
    let mut found = Counterparts::none(records.len());
    let ids: Vec<_> = links(records).map(LatchelPropertyId).collect();
    if !ids.is_empty() {
        found.linked(records, cx.latchel().properties_by_id(&ids).await?, |property| property.id.0);
    }
    let refs = found.missing(records, |property| property.id.clone());
    let by_ref = taken_over::properties_by_ref(cx, &refs).await?;
    let keys = (|one: &LatchelProperty| one.id.0, |one: &LatchelProperty| one.reference.clone());
    found.referred(records, |property| property.id.clone(), by_ref, keys);
    Ok(found)
}

/// Links of the Latchel properties that were found for records which are not linked to them.
async fn owners(
    cx: &Context<'_>,
    records: &[(Property, RecordMemory)],
    latchel: &Counterparts<LatchelProperty>,
) -> Result<HashMap<LatchelPropertyId, Link>> {
    let found =
        records.iter().zip(latchel.iter()).filter_map(|((_, memory), found)| Some((memory, found?.id)));
    let strange =
        found.filter(|(memory, id)| memory.link.as_deref().is_none_or(|link| link.latchel_id != id.0));
    let ids: Vec<_> = strange.map(|(_, id)| id).collect();
    let memories = cx.recall(Kind::Property, Side::Latchel, ids.iter().map(ToString::to_string)).await?;
    Ok(ids.into_iter().zip(memories).filter_map(|(id, memory)| Some((id, *memory.link?))).collect())
}
