//! Pages as bad systems give them: rows doubled, missing, shuffled, or beyond understanding.

use latchel_sync_core::model::{InvalidRecord, Phase, RecordKey, Row, Side};

use super::fault_injector::FaultInjector;

const PAGE: usize = 3;

/// The rows after a key, and the last one's key; `None` if there are no more. What is too new is not listed.
pub fn page_after<T: Clone>(
    injector: &FaultInjector,
    mut rows: Vec<Row<T>>,
    after: Option<&str>,
    id: fn(&T) -> String,
) -> Option<(Vec<Row<T>>, String)> {
    let key = |row: &Row<T>| row_id(row, id);
    rows.retain(|row| {
        let key = RecordKey::platform(latchel_sync_core::model::Kind::WorkOrder, key(row));
        !injector.account.is_invisible(&key)
    });
    rows.retain(|row| after.is_none_or(|after| *key(row) > *after));
    rows.sort_by_key(key);
    rows.truncate(PAGE);
    let last = key(rows.last()?);
    if injector.bad_page() && rows.len() > 1 {
        match injector.chance(|chance| chance.below(3)) {
            0 => {
                injector.account.tally.fault("row missing");
                rows.remove(injector.chance(|chance| chance.below(rows.len())));
            }
            1 => {
                injector.account.tally.fault("row doubled");
                rows.push(rows[0].clone());
            }
            _ => {
                injector.account.tally.fault("rows shuffled");
                rows.reverse();
            }
        }
    }
    Some((rows, last))
}

/// The rows as they arrive, of which one may be beyond understanding; they are what the run was shown.
pub fn garble<T>(
    injector: &FaultInjector,
    phase: Phase,
    mut rows: Vec<Row<T>>,
    id: fn(&T) -> String,
) -> Vec<Row<T>> {
    if injector.bad_page() && !rows.is_empty() && phase.source() == Side::Platform {
        injector.fault("row invalid");
        let which = injector.chance(|chance| chance.below(rows.len()));
        let id = row_id(&rows[which], id);
        rows[which] =
            Row::Invalid(InvalidRecord { id, field: "Id".to_owned(), problem: "it is a list".to_owned() });
    }
    let mut view = injector.view();
    let listed = view.listed.entry(phase).or_default();
    listed.extend(rows.iter().map(|row| row_id(row, id)));
    rows
}

fn row_id<T>(row: &Row<T>, id: fn(&T) -> String) -> String {
    match row {
        Row::Record(record) => id(record),
        Row::Hint { id, .. } | Row::NotSupported { id, .. } => id.clone(),
        Row::Invalid(invalid) => invalid.id.clone(),
    }
}
