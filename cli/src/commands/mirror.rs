//! The mirror of a Latchel that can only list: its state, and filling it in one go.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use indicatif::{ProgressBar, ProgressStyle};
use latchel_sync_core::LedgerAdmin;
use latchel_sync_core::engine::StopSignal;
use latchel_sync_core::mirror::{ListState, Mirror};
use latchel_sync_core::registry::ConnectedLatchel;
use serde::Serialize;

use super::sync::stop_on_interrupt;
use crate::args::{MirrorAction, Scope};
use crate::config::{Account, Config};
use crate::connect;
use crate::exit::{Exit, Failure};
use crate::render;

#[derive(Serialize)]
struct Mirrored {
    account: String,
    /// Absent where Latchel can be asked for anything.
    lists: Option<Vec<ListState>>,
}

/// Shows or fills the mirrors of the chosen accounts.
pub(crate) async fn run(
    config: &Config,
    scope: &Scope,
    action: &MirrorAction,
    now: DateTime<Utc>,
) -> Result<Exit, Failure> {
    let mut all = Vec::new();
    for account in config.chosen(scope.account.as_deref())? {
        let lists = match action {
            MirrorAction::Status => {
                connect::reading_ledger(config, async |ledger| lists(account, ledger, now).await).await?
            }
            MirrorAction::Fill => {
                connect::with_ledger(config, async |ledger| {
                    if let Some(mirror) = mirror(account, ledger.clone())? {
                        fill(&mirror, now).await?;
                    }
                    lists(account, ledger, now).await
                })
                .await?
            }
        };
        all.push(Mirrored { account: account.settings.name.clone(), lists });
    }
    let proven = all.iter().flat_map(|one| one.lists.iter().flatten()).all(|list| list.proven);
    if scope.json {
        render::json(&all)?;
    } else {
        all.iter().for_each(print);
    }
    Ok(if proven { Exit::Done } else { Exit::Partial })
}

/// The account's mirror; `None` where its Latchel needs none.
fn mirror(account: &Account, ledger: Arc<dyn LedgerAdmin>) -> Result<Option<Mirror>, Failure> {
    Ok(match connect::far_sides(account)?.1 {
        ConnectedLatchel::Whole(_) => None,
        ConnectedLatchel::Lists(source) => {
            Some(Mirror::new(source, ledger.clone(), ledger, account.settings.name.clone()))
        }
    })
}

async fn lists(
    account: &Account,
    ledger: Arc<dyn LedgerAdmin>,
    now: DateTime<Utc>,
) -> Result<Option<Vec<ListState>>, Failure> {
    Ok(match mirror(account, ledger)? {
        Some(mirror) => Some(mirror.lists(now).await?),
        None => None,
    })
}

/// Walks until everything is proven, with a line of progress; an interrupt ends it, and the next one goes on from there.
async fn fill(mirror: &Mirror, now: DateTime<Utc>) -> Result<(), Failure> {
    let stop = StopSignal::default();
    stop_on_interrupt(stop.clone())?;
    let bar = ProgressBar::no_length();
    bar.set_style(
        ProgressStyle::with_template("{spinner} {msg} {elapsed}").unwrap_or(ProgressStyle::default_spinner()),
    );
    let told = mirror
        .fill(now, &|at| {
            let of = at.of.map(|pages| format!(" of about {pages}")).unwrap_or_default();
            bar.set_message(format!("{}: walk {}, page {}{of}", at.list.as_str(), at.walk, at.page));
            bar.tick();
            !stop.is_set()
        })
        .await;
    bar.finish_and_clear();
    Ok(told?)
}

fn print(one: &Mirrored) {
    let Some(lists) = &one.lists else {
        say!("{}: Latchel can be asked for anything; no mirror is needed", one.account);
        return;
    };
    say!("{}:", one.account);
    for list in lists {
        let state = match (&list.walk, list.proven) {
            (_, true) => "complete".to_owned(),
            (None, _) => "not read yet".to_owned(),
            (Some(walk), false) => format!("walk {}, {} pages read", walk.number, walk.next_page - 1),
        };
        let left =
            list.calls_left.filter(|_| !list.proven).map(|calls| format!(", about {calls} calls to go"));
        say!("  {}: {} records, {state}{}", list.list.as_str(), list.records, left.unwrap_or_default());
    }
}
