use latchel_sync_core::Result;
use latchel_sync_core::engine::{Banner, Explanation, banner};
use latchel_sync_core::ledger::Outcome;
use latchel_sync_core::model::{Kind, RecordKey};
use serde::Serialize;

use super::masked::masked;
use crate::app::App;

/// How many outcomes of a record's history are shown.
const HISTORY: u32 = 50;

/// A record on both sides, and why it stands as it does.
#[derive(Debug, Clone, Serialize)]
pub struct RecordView {
    /// The keys that the text may name.
    pub keys: Vec<RecordKey>,
    /// The banner on top of a work order (RULES.md, S), from the ledger alone; `None` if no run has seen it.
    pub banner: Option<Banner>,
    /// What both sides hold now, with contact data masked, and every condition that was checked; empty if it was not asked for.
    pub explanations: Vec<Explanation>,
    /// Why the two systems could not be asked.
    pub unreadable: Option<String>,
    /// What runs said of it, newest first.
    pub history: Vec<Outcome>,
}

/// Whether the two systems are asked, which takes calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// The ledger alone.
    Ledger,
    /// Both systems too.
    BothSides,
}

/// The record of `kind` that `text` names: an id of either side, or a work order's number. `None` if there is no such account.
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
    let engine = one.engine(app.ledger.clone());
    let found = app.ledger.find(account, kind, text).await?;
    let keys = engine.named(kind, text).await?;
    let banner = (!found.is_empty() && kind == Kind::WorkOrder).then(|| banner(&found, one.platform_title));
    let (explanations, unreadable) = match depth {
        Depth::Ledger => (Vec::new(), None),
        Depth::BothSides => match engine.explain(kind, text, app.clock.now()).await {
            Ok(explanations) => (explanations.into_iter().map(shown).collect(), None),
            Err(error) => (Vec::new(), Some(error.to_string())),
        },
    };
    let mut history = Vec::new();
    for memory in &found {
        history.extend(app.desk.history(account, &memory.key, HISTORY).await?);
    }
    history.sort_by_key(|outcome| std::cmp::Reverse((outcome.at, outcome.run.0)));
    history.truncate(HISTORY as usize);
    Ok(Some(RecordView { keys, banner, explanations, unreadable, history }))
}

fn shown(explanation: Explanation) -> Explanation {
    let platform = explanation.platform.map(masked);
    let latchel = explanation.latchel.map(masked);
    Explanation { platform, latchel, ..explanation }
}
