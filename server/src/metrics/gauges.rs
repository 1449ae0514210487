use std::sync::Arc;

use chrono::{DateTime, Utc};
use latchel_sync_core::Result;
use latchel_sync_core::ledger::AccountState;
use metrics::gauge;
use metrics_exporter_prometheus::PrometheusBuilder;

use super::catalog::{FAILED, JOBS, LAG, PAUSED, PENDING, describe};
use crate::accounts::Account;
use crate::app::App;
use crate::views::Health;

/// Reads how things stand now, as text. It is read afresh each time, so that nothing is told of what is no longer there.
///
/// # Errors
///
/// If the ledger cannot be read.
pub(super) async fn read(app: &App) -> Result<String> {
    let now = app.clock.now();
    let paused: Vec<_> = app.desk.pauses().await?.into_iter().map(|pause| pause.account).collect();
    let states = app.ledger.account_states(None).await?;
    let none = AccountState::default();
    let health = |one: &Arc<Account>| {
        let state = states.get(one.name()).unwrap_or(&none);
        Health::of(&one.settings, &one.schedule, state, None, now)
    };
    let accounts: Vec<_> = app.accounts.now().synced.values().map(health).collect();
    let (waiting, under_way) = app.jobs.counts().await?;
    let recorder = PrometheusBuilder::new().build_recorder();
    metrics::with_local_recorder(&recorder, || {
        describe();
        for health in &accounts {
            tell(health, paused.contains(&health.account), now);
        }
        gauge!(JOBS, "state" => "waiting").set(count(waiting as u64));
        gauge!(JOBS, "state" => "under_way").set(count(under_way as u64));
    });
    Ok(recorder.handle().render())
}

fn tell(health: &Health, paused: bool, now: DateTime<Utc>) {
    let account = || health.account.clone();
    gauge!(PENDING, "account" => account()).set(count(health.pending));
    gauge!(FAILED, "account" => account()).set(count(health.failed));
    gauge!(PAUSED, "account" => account()).set(f64::from(u8::from(paused)));
    for phase in &health.phases {
        // A phase that never succeeded has no lag yet.
        let Some(last) = phase.last_success else { continue };
        gauge!(LAG, "account" => account(), "phase" => phase.phase.as_str())
            .set((now - last).as_seconds_f64());
    }
}

/// Numbers of records are far below what a float holds exactly.
fn count(number: u64) -> f64 {
    number as f64
}
