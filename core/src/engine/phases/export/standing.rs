//! Activity on the platform of the properties that a write is about to depend on (rules L3, L15).

use std::collections::HashMap;

use crate::Result;
use crate::engine::context::Context;
use crate::engine::phases::export::case::Case;
use crate::engine::phases::index::distinct;
use crate::engine::phases::places::OnPlatform;
use crate::model::{Obstacle, PropertyRef, Row, WorkOrder};
use crate::rules::{ExportAction, Standing, Trace, decide_export};

/// Looks up the properties of what is about to be created, and of what is about to be closed where the platform is known to
/// refuse that by the property: together, and none where nothing is to be written.
pub(in crate::engine) async fn look_up(cx: &Context<'_>, cases: &mut [Case]) -> Result<()> {
    let refuses = cx.platform().capabilities().refuses_at_inactive;
    let asks = |case: &Case| match decide_export(&case.rule, &mut Trace::off()).action {
        Some(ExportAction::Create(_)) => true,
        Some(ExportAction::Close(_)) => refuses,
        Some(ExportAction::Confirm | ExportAction::WriteNumberBack) => {
            refuses && case.rule.job.closed().is_some()
        }
        None => barred(case),
    };
    let asking: Vec<_> = cases.iter().map(|case| place(case).filter(|_| asks(case)).cloned()).collect();
    let standing = of(cx, distinct(asking.iter().flatten().cloned())).await?;
    for (case, place) in cases.iter_mut().zip(asking) {
        let is_new = case.rule.link.is_none();
        let stands =
            place.and_then(|place| if is_new { standing.of(&place) } else { standing.of_place(&place) });
        case.rule.standing = stands.unwrap_or(Standing::NotAsked);
    }
    Ok(())
}

/// The property that a write depends on: of a close that was held back, the one whose inactivity barred it.
fn place(case: &Case) -> Option<&PropertyRef> {
    let verdict = case.rule.link.as_ref().and_then(|link| link.close.as_ref());
    verdict.and_then(|verdict| verdict.inactive.as_ref()).or(case.rule.property.as_ref())
}

/// State of each of these properties, as far as the platform answers.
pub(in crate::engine) async fn of(cx: &Context<'_>, wanted: Vec<PropertyRef>) -> Result<Standings> {
    let refuses = cx.platform().capabilities().refuses_at_inactive;
    let OnPlatform { rows, unanswered } = OnPlatform::look_up(cx, &wanted).await?;
    let asked = wanted.into_iter().filter(|property| !unanswered.contains(property));
    let mut standing: HashMap<PropertyRef, Standing> =
        asked.map(|property| (property, Standing::Gone)).collect();
    let mut units: HashMap<PropertyRef, Standing> = HashMap::new();
    for row in rows {
        let (id, stands) = match row {
            Row::Record(property) if refuses && !property.is_active => (property.id, Standing::Closed),
            Row::Record(property) => (property.id, Standing::Open),
            // It is there, whatever is odd about it.
            Row::Invalid(invalid) => (PropertyRef::from_key(&invalid.id), Standing::Open),
            Row::Hint { id, .. } | Row::NotSupported { id, .. } => {
                (PropertyRef::from_key(&id), Standing::Open)
            }
        };
        // A work order may name a building without a unit, of which the platform shows the units.
        let whole = PropertyRef::new(id.property.clone(), None);
        if id != whole && standing.contains_key(&whole) {
            let of_units = units.entry(whole).or_insert(stands);
            *of_units = if stands == Standing::Closed { *of_units } else { stands };
        }
        standing.insert(id, stands);
    }
    Ok(Standings { own: standing, units })
}

/// States of properties on the platform.
pub(in crate::engine) struct Standings {
    own: HashMap<PropertyRef, Standing>,
    /// States of buildings by their units: closed where all of those are.
    units: HashMap<PropertyRef, Standing>,
}

impl Standings {
    /// State of a rentable unit: a building that got units is none any more.
    pub fn of(&self, property: &PropertyRef) -> Option<Standing> {
        self.own.get(property).copied()
    }

    /// State of the place of a work order, which may be a building without its unit.
    pub fn of_place(&self, property: &PropertyRef) -> Option<Standing> {
        match self.of(property)? {
            Standing::Gone => Some(self.units.get(property).copied().unwrap_or(Standing::Gone)),
            own => Some(own),
        }
    }
}

/// State of the property at which a platform work order stands, which may be another than that of its Latchel work order.
pub(in crate::engine) async fn at_own_property(
    cx: &Context<'_>,
    case: &Case,
    platform: &WorkOrder,
) -> Result<Standing> {
    let own = &platform.property;
    if !cx.platform().capabilities().refuses_at_inactive || place(case) == Some(own) {
        return Ok(case.rule.standing);
    }
    let standing = of(cx, vec![own.clone()]).await?;
    Ok(standing.of_place(own).unwrap_or(Standing::NotAsked))
}

/// True of a close that was held back because the property was not active, which may have ended.
fn barred(case: &Case) -> bool {
    let verdict = case.rule.link.as_ref().and_then(|link| link.close.as_ref());
    verdict.is_some_and(|verdict| verdict.obstacle == Some(Obstacle::InactiveProperty))
}
