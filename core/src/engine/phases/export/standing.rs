//! Activity on the platform of the properties that a write is about to depend on (rules L3, L15).

use std::collections::HashMap;

use crate::Result;
use crate::engine::context::Context;
use crate::engine::phases::export::{Case, distinct};
use crate::engine::phases::places::OnPlatform;
use crate::ledger::Obstacle;
use crate::model::{PropertyRef, Row, WorkOrder};
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
        let stands = place.and_then(|place| standing.get(&place).copied());
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
pub(in crate::engine) async fn of(
    cx: &Context<'_>,
    wanted: Vec<PropertyRef>,
) -> Result<HashMap<PropertyRef, Standing>> {
    let refuses = cx.platform().capabilities().refuses_at_inactive;
    let OnPlatform { rows, unanswered } = OnPlatform::look_up(cx, &wanted).await?;
    let asked = wanted.into_iter().filter(|property| !unanswered.contains(property));
    let mut standing: HashMap<PropertyRef, Standing> =
        asked.map(|property| (property, Standing::Gone)).collect();
    let mut units: HashMap<PropertyRef, Vec<Standing>> = HashMap::new();
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
            units.entry(whole).or_default().push(stands);
        }
        standing.insert(id, stands);
    }
    for (whole, stands) in units {
        let closed = stands.iter().all(|one| *one == Standing::Closed);
        let of_units = if closed { Standing::Closed } else { Standing::Open };
        // What has a row of its own stands as that says.
        standing.entry(whole).and_modify(|own| *own = if *own == Standing::Gone { of_units } else { *own });
    }
    Ok(standing)
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
    Ok(standing.get(own).copied().unwrap_or(Standing::NotAsked))
}

/// True of a close that was held back because the property was not active, which may have ended.
fn barred(case: &Case) -> bool {
    let verdict = case.rule.link.as_ref().and_then(|link| link.close.as_ref());
    verdict.is_some_and(|verdict| verdict.obstacle == Some(Obstacle::InactiveProperty))
}
