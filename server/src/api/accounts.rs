use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use latchel_sync_core::ledger::Run;
use latchel_sync_core::model::SyncMethod;
use latchel_sync_ledger::desk::Pause;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::extract::{Body, Path};
use super::jobs::JobAnswer;
use super::problem::Problem;
use crate::access::{Operator, Pauser, Viewer};
use crate::accounts::Origin;
use crate::app::App;
use crate::views::{self, AccountView, AllAccounts, Credential, Day, Health, NextRun};
use crate::{actions, schema};

/// An account, at a glance.
#[derive(Serialize, ToSchema)]
#[schema(as = Account)]
pub(super) struct AccountAnswer {
    #[serde(flatten)]
    health: Health,
    /// Place of its configuration.
    source: Origin,
    /// The platform's name for people.
    platform: &'static str,
    /// Sync method at company level (rule M1): which platform work orders are imported.
    #[schema(value_type = schema::SyncMethod)]
    sync_method: SyncMethod,
    /// The zone of its local dates.
    time_zone: &'static str,
    /// The credentials of which somebody wrote down when they stop working.
    credentials: Vec<Credential>,
    /// Set while nothing is done by itself.
    #[schema(value_type = Option<schema::Pause>)]
    pause: Option<Pause>,
    /// Next automatic sync of each part; empty while the account is paused.
    next: Vec<NextRun>,
    /// The newest run.
    #[schema(value_type = Option<schema::Run>)]
    newest: Option<Run>,
    /// The last days, oldest first, in the account's local dates.
    days: Vec<Day>,
    /// Jobs that wait or are under way, and the one that ended last.
    jobs: Vec<JobAnswer>,
}

impl From<AccountView> for AccountAnswer {
    fn from(view: AccountView) -> Self {
        let AccountView {
            health,
            source,
            platform,
            sync_method,
            time_zone,
            credentials,
            pause,
            next,
            newest,
            days,
            guarded: _,
            jobs,
        } = view;
        let jobs = jobs.into_iter().map(JobAnswer::from).collect();
        Self {
            health,
            source,
            platform,
            sync_method,
            time_zone,
            credentials,
            pause,
            next,
            newest,
            days,
            jobs,
        }
    }
}

/// Every account, by name.
#[derive(Serialize, ToSchema)]
pub(super) struct Accounts {
    /// In the order of their names.
    accounts: Vec<AccountAnswer>,
}

/// Every account, at a glance.
#[utoipa::path(get, path = "/api/v1/accounts", operation_id = "listAccounts", tag = "accounts",
    responses((status = 200, description = "The accounts, by name.", body = Accounts)))]
pub(super) async fn list(_: Viewer, State(app): State<Arc<App>>) -> Result<Json<Accounts>, Problem> {
    let all = AllAccounts::read(&app).await?;
    let mut views: Vec<_> = app.accounts.now().synced.values().map(|one| all.view(one)).collect();
    views::put_days(&app, &mut views).await?;
    let accounts = views.into_iter().map(AccountAnswer::from).collect();
    Ok(Json(Accounts { accounts }))
}

/// One account, at a glance.
#[utoipa::path(get, path = "/api/v1/accounts/{account}", operation_id = "getAccount", tag = "accounts",
    params(("account" = String, Path, description = "The account's name.")),
    responses((status = 200, description = "The account.", body = AccountAnswer)))]
pub(super) async fn show(
    _: Viewer,
    State(app): State<Arc<App>>,
    Path(account): Path<String>,
) -> Result<Json<AccountAnswer>, Problem> {
    answer(&app, &account).await
}

/// Keeps the account from being synced by itself until somebody resumes it. What is under way goes on. A browser's extension may
/// ask for it where that was allowed when it was connected.
#[utoipa::path(post, path = "/api/v1/accounts/{account}/pause", operation_id = "pauseAccount", tag = "accounts",
    params(("account" = String, Path, description = "The account's name.")),
    responses((status = 200, description = "The account, as it is now.", body = AccountAnswer)))]
pub(super) async fn pause(
    Pauser(person): Pauser,
    State(app): State<Arc<App>>,
    Path(account): Path<String>,
) -> Result<Json<AccountAnswer>, Problem> {
    actions::pause(&app, &person.name, &account).await?;
    answer(&app, &account).await
}

/// Lets the account be synced by itself again. A browser's extension may ask for it where that was allowed when it was
/// connected.
#[utoipa::path(post, path = "/api/v1/accounts/{account}/resume", operation_id = "resumeAccount", tag = "accounts",
    params(("account" = String, Path, description = "The account's name.")),
    responses((status = 200, description = "The account, as it is now.", body = AccountAnswer)))]
pub(super) async fn resume(
    Pauser(person): Pauser,
    State(app): State<Arc<App>>,
    Path(account): Path<String>,
) -> Result<Json<AccountAnswer>, Problem> {
    actions::resume(&app, &person.name, &account).await?;
    answer(&app, &account).await
}

/// Start of the account's sync.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SyncStart {
    /// Latchel work orders created at or before it are left alone (rule L2), UTC.
    sync_start: DateTime<Utc>,
}

/// Moves the instant at or before which Latchel's work orders are left alone (rule L2).
#[utoipa::path(put, path = "/api/v1/accounts/{account}/sync-start", operation_id = "setSyncStart", tag = "accounts",
    params(("account" = String, Path, description = "The account's name.")), request_body = SyncStart,
    responses((status = 200, description = "The account, as it is now.", body = AccountAnswer)))]
pub(super) async fn set_sync_start(
    Operator(person): Operator,
    State(app): State<Arc<App>>,
    Path(account): Path<String>,
    Body(SyncStart { sync_start }): Body<SyncStart>,
) -> Result<Json<AccountAnswer>, Problem> {
    actions::set_sync_start(&app, &person.name, &account, sync_start).await?;
    answer(&app, &account).await
}

async fn answer(app: &App, account: &str) -> Result<Json<AccountAnswer>, Problem> {
    let view = views::account(app, account).await?.ok_or_else(|| Problem::account(account))?;
    Ok(Json(view.into()))
}
