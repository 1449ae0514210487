use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use latchel_sync_core::{Finding, FindingLevel};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::extract::{Body, Path};
use super::problem::Problem;
use crate::access::{Operator, Viewer};
use crate::accounts::{Change, Changed, Kept};
use crate::actions;
use crate::app::App;

/// An account whose configuration is in the ledger.
#[derive(Serialize, ToSchema)]
#[schema(as = LedgerAccount)]
pub(super) struct KeptAnswer {
    /// Its name.
    name: String,
    /// False if it is not to be synced.
    enabled: bool,
    /// Its configuration, as in the file. A secret that is sealed is `{"sealed": true}`.
    #[schema(value_type = Object)]
    configuration: Value,
    /// Names of its secret settings, as `platform.client_secret`.
    secrets: Vec<String>,
    /// Mistake for which it is not synced, and what to do; null if there is none.
    problem: Option<String>,
    /// Instant of the last change, UTC.
    changed_at: DateTime<Utc>,
    /// User who made it.
    changed_by: String,
}

impl From<Kept> for KeptAnswer {
    fn from(kept: Kept) -> Self {
        let Kept { name, is_enabled, configuration, secrets, problem, changed_at, changed_by } = kept;
        Self { name, enabled: is_enabled, configuration, secrets, problem, changed_at, changed_by }
    }
}

/// Accounts whose configuration is in the ledger, by name.
#[derive(Serialize, ToSchema)]
#[schema(as = LedgerAccounts)]
pub(super) struct KeptAccounts {
    /// In the order of their names.
    accounts: Vec<KeptAnswer>,
}

/// A change that was made.
#[derive(Serialize, ToSchema)]
#[schema(as = LedgerAccountChanged)]
pub(super) struct ChangedAnswer {
    /// Findings of the test, if there was one.
    findings: Vec<FindingAnswer>,
}

/// Something that a test found out.
#[derive(Serialize, ToSchema)]
#[schema(as = Finding)]
struct FindingAnswer {
    /// `ok` or `warning`.
    level: &'static str,
    /// Subject of it.
    subject: String,
    /// What there is to say of it.
    detail: String,
    /// What to do; empty where there is nothing to do.
    remedy: String,
}

impl From<Finding> for FindingAnswer {
    fn from(Finding { level, subject, detail, remedy }: Finding) -> Self {
        let level = match level {
            FindingLevel::Ok => "ok",
            FindingLevel::Warning => "warning",
            FindingLevel::Error => "error",
        };
        Self { level, subject, detail, remedy }
    }
}

/// An account to add.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewLedgerAccount)]
pub(super) struct NewAccount {
    /// Its name, which it keeps.
    name: String,
    /// Its configuration, as one of the file's accounts. Secrets are texts here, and are sealed.
    #[schema(value_type = Object)]
    configuration: Map<String, Value>,
    /// False to neither test nor sync it yet.
    #[serde(default = "yes")]
    enabled: bool,
}

fn yes() -> bool {
    true
}

/// Settings that are to be others.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = LedgerAccountSettings)]
pub(super) struct NewSettings {
    /// Values by the names of the settings, as `platform.calls_per_second`; null leaves a setting out. If another place is named, the secrets that are sent
    /// there are given anew.
    #[schema(value_type = Object)]
    settings: BTreeMap<String, Value>,
}

/// A secret that is to be another.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewSecret)]
pub(super) struct NewSecret {
    /// Name of the setting, as `platform.client_secret`.
    setting: String,
    /// The new secret. It is sealed, and shown nowhere.
    #[schema(value_type = String)]
    secret: SecretString,
}

/// Accounts whose configuration is in the ledger.
#[utoipa::path(get, path = "/api/v1/ledger/accounts", operation_id = "listLedgerAccounts", tag = "accounts",
    responses((status = 200, description = "The accounts, by name.", body = KeptAccounts)))]
pub(super) async fn list(_: Viewer, State(app): State<Arc<App>>) -> Result<Json<KeptAccounts>, Problem> {
    let kept = actions::kept_accounts(&app, None).await?;
    Ok(Json(KeptAccounts { accounts: kept.into_iter().map(KeptAnswer::from).collect() }))
}

/// Adds an account to the ledger, after a test of both systems; nothing is added if it fails.
#[utoipa::path(post, path = "/api/v1/ledger/accounts", operation_id = "addLedgerAccount", tag = "accounts",
    request_body = NewAccount, responses((status = 200, description = "It was added.", body = ChangedAnswer)))]
pub(super) async fn add(
    Operator(person): Operator,
    State(app): State<Arc<App>>,
    Body(NewAccount { name, configuration, enabled }): Body<NewAccount>,
) -> Result<Json<ChangedAnswer>, Problem> {
    change(&app, &person.name, &name, Change::Add { configuration, enable: enabled }).await
}

/// Changes settings of an account of the ledger, after a test with them if it is synced.
#[utoipa::path(post, path = "/api/v1/ledger/accounts/{account}/set", operation_id = "setLedgerAccount", tag = "accounts",
    params(("account" = String, Path, description = "The account's name.")), request_body = NewSettings,
    responses((status = 200, description = "They were changed.", body = ChangedAnswer)))]
pub(super) async fn set(
    Operator(person): Operator,
    State(app): State<Arc<App>>,
    Path(account): Path<String>,
    Body(NewSettings { settings }): Body<NewSettings>,
) -> Result<Json<ChangedAnswer>, Problem> {
    change(&app, &person.name, &account, Change::Set(settings)).await
}

/// Gives an account of the ledger another secret, after a test with it if it is synced.
#[utoipa::path(post, path = "/api/v1/ledger/accounts/{account}/rotate", operation_id = "rotateLedgerAccount", tag = "accounts",
    params(("account" = String, Path, description = "The account's name.")), request_body = NewSecret,
    responses((status = 200, description = "It was changed.", body = ChangedAnswer)))]
pub(super) async fn rotate(
    Operator(person): Operator,
    State(app): State<Arc<App>>,
    Path(account): Path<String>,
    Body(NewSecret { setting, secret }): Body<NewSecret>,
) -> Result<Json<ChangedAnswer>, Problem> {
    change(&app, &person.name, &account, Change::Rotate { setting, secret }).await
}

/// Has an account of the ledger synced, after a test of both systems.
#[utoipa::path(post, path = "/api/v1/ledger/accounts/{account}/enable", operation_id = "enableLedgerAccount", tag = "accounts",
    params(("account" = String, Path, description = "The account's name.")),
    responses((status = 200, description = "It is synced.", body = ChangedAnswer)))]
pub(super) async fn enable(
    Operator(person): Operator,
    State(app): State<Arc<App>>,
    Path(account): Path<String>,
) -> Result<Json<ChangedAnswer>, Problem> {
    change(&app, &person.name, &account, Change::Enable).await
}

/// Stops syncing an account of the ledger; a run that is under way ends as it would.
#[utoipa::path(post, path = "/api/v1/ledger/accounts/{account}/disable", operation_id = "disableLedgerAccount", tag = "accounts",
    params(("account" = String, Path, description = "The account's name.")),
    responses((status = 200, description = "It is not synced.", body = ChangedAnswer)))]
pub(super) async fn disable(
    Operator(person): Operator,
    State(app): State<Arc<App>>,
    Path(account): Path<String>,
) -> Result<Json<ChangedAnswer>, Problem> {
    change(&app, &person.name, &account, Change::Disable).await
}

/// Removes an account from the ledger; what syncs know of its records stays.
#[utoipa::path(delete, path = "/api/v1/ledger/accounts/{account}", operation_id = "removeLedgerAccount", tag = "accounts",
    params(("account" = String, Path, description = "The account's name.")),
    responses((status = 200, description = "It was removed.", body = ChangedAnswer)))]
pub(super) async fn remove(
    Operator(person): Operator,
    State(app): State<Arc<App>>,
    Path(account): Path<String>,
) -> Result<Json<ChangedAnswer>, Problem> {
    change(&app, &person.name, &account, Change::Remove).await
}

async fn change(app: &App, by: &str, name: &str, change: Change) -> Result<Json<ChangedAnswer>, Problem> {
    match actions::change_account(app, by, name, change).await? {
        Changed::Made { findings } => {
            Ok(Json(ChangedAnswer { findings: findings.into_iter().map(FindingAnswer::from).collect() }))
        }
        Changed::Refused { findings } => Err(Problem::test(&findings)),
    }
}
