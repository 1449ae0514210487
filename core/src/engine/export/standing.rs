//! Activity on the platform of the properties that a write is about to depend on (rules L3, L15).

use std::collections::HashMap;

use super::super::context::Context;
use super::super::places::OnPlatform;
use super::{Case, distinct};
use crate::Result;
use crate::ledger::Obstacle;
use crate::model::{PropertyRef, Row};
use crate::rules::{ExportAction, Standing, Trace, decide_export};

/// Looks up the properties of what is about to be created, and of what is about to be closed where the platform is known to
/// refuse that by the property: together, and none where nothing is to be written.
pub(super) async fn look_up(cx: &Context<'_>, cases: &mut [Case]) -> Result<()> {
    let refuses = cx.platform().capabilities().refuses_at_inactive;
    let asks = |case: &Case| match decide_export(&case.rule, &mut Trace::off()).action {
        Some(ExportAction::Create(_)) => true,
        Some(ExportAction::Close(_)) => refuses,
        Some(ExportAction::Confirm | ExportAction::WriteNumberBack) => {
            refuses && case.rule.job.closed().is_some()
        }
        None => barred(case),
    };
    let asking: Vec<bool> = cases.iter().map(asks).collect();
    let wanted = cases.iter().zip(&asking).filter(|(_, asks)| **asks);
    let wanted = distinct(wanted.filter_map(|(case, _)| case.rule.property.clone()));
    let OnPlatform { rows, unanswered } = OnPlatform::look_up(cx, &wanted).await?;
    let asked = wanted.into_iter().filter(|property| !unanswered.contains(property));
    let mut standing: HashMap<PropertyRef, Standing> =
        asked.map(|property| (property, Standing::Gone)).collect();
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
        standing.insert(id, stands);
    }
    for (case, _) in cases.iter_mut().zip(asking).filter(|(_, asks)| *asks) {
        let stands = case.rule.property.as_ref().and_then(|property| standing.get(property));
        case.rule.standing = stands.copied().unwrap_or(Standing::NotAsked);
    }
    Ok(())
}

/// True of a close that was held back because the property was not active, which may have ended.
fn barred(case: &Case) -> bool {
    let verdict = case.rule.link.as_ref().and_then(|link| link.close.as_ref());
    verdict.is_some_and(|verdict| verdict.obstacle == Some(Obstacle::InactiveProperty))
}
