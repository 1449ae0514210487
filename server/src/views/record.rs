use latchel_sync_core::Result;
use latchel_sync_core::engine::{Banner, Choice, Explanation, banner};
use latchel_sync_core::ledger::{Outcome, look_up, records};
use latchel_sync_core::model::{Kind, RecordKey};
use serde::Serialize;

use crate::app::App;

/// Most outcomes of a record's history that are shown.
const HISTORY: u32 = 50;

/// A record on both sides, and why it stands as it does.
#[derive(Debug, Clone, Default, Serialize)]
pub struct RecordView {
    /// The keys that the text may name.
    pub keys: Vec<RecordKey>,
    /// The records that the text names, if they are several; then nothing else is told.
    pub several: Vec<Choice>,
    /// The banner on top of a work order (RULES.md, S), from the ledger alone; `None` if no run has seen it.
    pub banner: Option<Banner>,
    /// Content of both sides now, with contact data masked, and every question that was asked; empty if it was not asked for.
    pub explanations: Vec<Explanation>,
    /// Error that kept the two systems from being asked; `None` if there was none.
    pub unreadable: Option<String>,
    /// Outcomes that runs gave the record, newest first.
    pub history: Vec<Outcome>,
}

/// Depth of a look at a record: the ledger alone, or both systems too, which takes calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// The ledger alone.
    Ledger,
    /// Both systems too.
    BothSides,
}

/// The record of `kind` that `text` names: an id or number of either side, or a name. `None` if there is no such account.
///
/// # Errors
///
/// If the ledger cannot be read.
pub async fn record(
    app: &App,
    account: &str,
    kind: Kind,
    text: &str,
    depth: Depth,
) -> Result<Option<RecordView>> {
    let Some(one) = app.accounts.get(account) else { return Ok(None) };
    let engine = one.engine(app.ledger.clone())?;
    let now = app.clock.now();
    let found = look_up(&*app.ledger, account, kind, text).await?;
    let mut view = RecordView { keys: engine.named(kind, text).await?, ..RecordView::default() };
    let sides = records(found.clone());
    if sides.len() > 1 {
        view.several = sides.iter().map(|sides| Choice::remembered(sides)).collect();
        return Ok(Some(view));
    }
    if !found.is_empty() && kind == Kind::WorkOrder {
        let told = banner(&found, one.platform_title, now, one.settings.time_zone);
        view.banner = Some(told.naming(one.platform_title));
    }
    if depth == Depth::BothSides {
        let asked = async {
            let explained = engine.explain(kind, text, now).await?;
            match explained.is_empty() && found.is_empty() {
                true => match engine.search(kind, text, now).await?.as_slice() {
                    [one] => Ok((engine.explain(kind, &one.exactly(), now).await?, Vec::new())),
                    several => Ok((explained, several.to_vec())),
                },
                false => Ok((explained, Vec::new())),
            }
        };
        match asked.await {
            Ok((explanations, several)) => (view.explanations, view.several) = (explanations, several),
            Err(error) => view.unreadable = Some(latchel_sync_core::Error::to_string(&error)),
        }
    }
    for memory in &found {
        view.history.extend(app.desk.history(account, &memory.key, HISTORY).await?);
    }
    view.history.sort_by_key(|outcome| std::cmp::Reverse((outcome.at, outcome.run.0)));
    view.history.truncate(HISTORY as usize);
    Ok(Some(view))
}
