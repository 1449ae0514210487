use std::sync::Arc;

use chrono_tz::Tz;
use latchel_sync_core::engine::AccountSettings;
use latchel_sync_core::model::{
    AdoptionPolicy, Exclusions, MassChangePolicy, MethodOverrides, Policy, PropertyPolicy, ResidentPolicy,
    SyncMethod, WindowPolicy, WorkOrderPolicy,
};
use latchel_sync_server::Expiries;
use serde::Deserialize;
use toml::{Spanned, Table};

use super::schedule::FileSchedule;
use super::webhooks::FileWebhooks;
use super::{Account, Source, zone};
use crate::exit::Failure;

/// The policy's keys stand here one by one, because serde cannot refuse unknown keys beside a flattened struct.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FileAccount {
    name: String,
    time_zone: Spanned<String>,
    sync_method: SyncMethod,
    latchel_user: Option<String>,
    #[serde(default)]
    sync_method_overrides: MethodOverrides,
    #[serde(default)]
    window: WindowPolicy,
    #[serde(default)]
    exclude: Exclusions,
    #[serde(default)]
    properties: PropertyPolicy,
    #[serde(default)]
    residents: ResidentPolicy,
    #[serde(default)]
    work_orders: WorkOrderPolicy,
    #[serde(default)]
    mass_change: MassChangePolicy,
    #[serde(default)]
    adoption: AdoptionPolicy,
    #[serde(default)]
    schedule: FileSchedule,
    platform: Table,
    latchel: Table,
    #[serde(default)]
    webhooks: FileWebhooks,
}

impl Source {
    /// An account's own settings, which stand at byte `start`.
    pub(super) fn account(
        self: &Arc<Self>,
        start: usize,
        mut account: FileAccount,
    ) -> Result<Account, Failure> {
        let time_zone: Tz = account.time_zone.get_ref().parse().map_err(|_| {
            let problem = format!("time_zone: {:?} is not a time zone", account.time_zone.get_ref());
            self.problem(account.time_zone.span().start, &problem)
                .hint(zone::hint(account.time_zone.get_ref()))
        })?;
        let policy = Policy {
            sync_method: account.sync_method,
            latchel_user: account.latchel_user,
            sync_method_overrides: account.sync_method_overrides,
            window: account.window,
            exclude: account.exclude,
            properties: account.properties,
            residents: account.residents,
            work_orders: account.work_orders,
            mass_change: account.mass_change,
            adoption: account.adoption,
        };
        let expiries = Expiries {
            platform: self.expiry(start, "platform", &mut account.platform)?,
            latchel: self.expiry(start, "latchel", &mut account.latchel)?,
        };
        let platform_pages = self.pages(start, "platform", &mut account.platform)?;
        let latchel_pages = self.pages(start, "latchel", &mut account.latchel)?;
        Ok(Account {
            settings: AccountSettings { name: account.name, time_zone, policy },
            schedule: account.schedule.into(),
            platform: account.platform,
            latchel: account.latchel,
            webhooks: account.webhooks.into(),
            expiries,
            platform_pages,
            latchel_pages,
            source: self.clone(),
            start,
        })
    }
}
