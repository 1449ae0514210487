use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use latchel_sync_core::model::{Kind, PropertyId, Reason, RecordKey, RunId, Side, Status};
use latchel_sync_ledger::desk::Filter;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::cursor::Cursor;
use super::extract::{Body, PageParams, Paged, Path, given};
use super::problem::Problem;
use crate::access::{Operator, Viewer};
use crate::actions::{self, Wish};
use crate::app::App;
use crate::schema;
use crate::views::{self, Page, Query, ResultRow};

/// Filter of the results; a field that is left out does not narrow them.
#[derive(Debug, Default, Deserialize, IntoParams, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(super) struct ResultFilter {
    /// The kind of record.
    #[serde(deserialize_with = "given")]
    #[schema(value_type = Option<schema::Kind>, nullable = false)]
    #[param(value_type = Option<schema::Kind>)]
    kind: Option<Kind>,
    /// The side that it was read from, which is the direction.
    #[serde(deserialize_with = "given")]
    #[schema(value_type = Option<schema::Side>, nullable = false)]
    #[param(value_type = Option<schema::Side>)]
    side: Option<Side>,
    /// Status of the record.
    #[serde(deserialize_with = "given")]
    #[schema(value_type = Option<schema::Status>, nullable = false)]
    #[param(value_type = Option<schema::Status>)]
    status: Option<Status>,
    /// The reason.
    #[serde(deserialize_with = "given")]
    #[schema(value_type = Option<schema::Reason>, nullable = false)]
    #[param(value_type = Option<schema::Reason>)]
    reason: Option<Reason>,
    /// The run that its newest outcome is from.
    #[serde(deserialize_with = "given")]
    #[schema(nullable = false)]
    run: Option<Uuid>,
    /// It has stood so since this instant or longer, UTC.
    #[serde(deserialize_with = "given")]
    #[schema(nullable = false)]
    until: Option<DateTime<Utc>>,
    /// Id of the property that it, or whose unit it, waits for.
    #[serde(deserialize_with = "given")]
    #[schema(nullable = false)]
    waits_for: Option<String>,
    /// Part of its id, its counterpart's id, its label or its detail, in any case.
    #[serde(deserialize_with = "given")]
    #[schema(nullable = false)]
    text: Option<String>,
}

impl From<ResultFilter> for Filter {
    fn from(filter: ResultFilter) -> Self {
        let ResultFilter { kind, side, status, reason, run, until, waits_for, text } = filter;
        let waits_for = waits_for.map(PropertyId::new);
        Self { kind, side, status, reason, run: run.map(RunId), until, waits_for, text }
    }
}

/// A page of an account's records by what came of them.
#[derive(Serialize, ToSchema)]
pub(super) struct ResultsPage {
    /// The rows, in the order of the records.
    rows: Vec<ResultRow>,
    /// Cursor of the next page, for `after`; null if this is the last.
    next: Option<Cursor>,
}

/// The records of an account by what came of them.
#[utoipa::path(get, path = "/api/v1/accounts/{account}/results", operation_id = "listResults", tag = "records",
    params(("account" = String, Path, description = "The account's name."), ResultFilter, PageParams),
    responses((status = 200, description = "A page of them.", body = ResultsPage)))]
pub(super) async fn list(
    _: Viewer,
    State(app): State<Arc<App>>,
    Path(account): Path<String>,
    paged: Paged<RecordKey, ResultFilter>,
) -> Result<Json<ResultsPage>, Problem> {
    let Paged { after, limit, rest } = paged;
    known(&app, &account)?;
    let page = after.map_or(Page::First, Page::After);
    let query = Query { filter: rest.into(), page, limit };
    let view = views::results(&app, &account, &query).await?;
    Ok(Json(ResultsPage { rows: view.rows, next: view.next.as_ref().and_then(Cursor::of) }))
}

/// Choice of records: either `keys`, or all that `filter` lets through.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Chosen {
    /// These, up to 500.
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false, max_items = 500)]
    keys: Option<Vec<schema::RecordKey>>,
    /// All that wait and that it lets through; `{}` lets all of them through.
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false)]
    filter: Option<ResultFilter>,
}

/// Number of the chosen records that were waiting, and are now retried or dismissed.
#[derive(Serialize, ToSchema)]
pub(super) struct Settled {
    /// Number of those records.
    settled: usize,
}

/// Has records that wait or failed tried again in the next run, without their pause.
#[utoipa::path(post, path = "/api/v1/accounts/{account}/results/retry", operation_id = "retryResults", tag = "records",
    params(("account" = String, Path, description = "The account's name.")), request_body = Chosen,
    responses((status = 200, description = "How many they were.", body = Settled)))]
pub(super) async fn retry(
    Operator(person): Operator,
    State(app): State<Arc<App>>,
    Path(account): Path<String>,
    Body(chosen): Body<Chosen>,
) -> Result<Json<Settled>, Problem> {
    settle(&app, &person.name, &account, Wish::Retry, chosen).await
}

/// Has records that wait or failed left alone until something about them changes.
#[utoipa::path(post, path = "/api/v1/accounts/{account}/results/dismiss", operation_id = "dismissResults",
    tag = "records",
    params(("account" = String, Path, description = "The account's name.")), request_body = Chosen,
    responses((status = 200, description = "How many they were.", body = Settled)))]
pub(super) async fn dismiss(
    Operator(person): Operator,
    State(app): State<Arc<App>>,
    Path(account): Path<String>,
    Body(chosen): Body<Chosen>,
) -> Result<Json<Settled>, Problem> {
    settle(&app, &person.name, &account, Wish::Dismiss, chosen).await
}

/// The most records that are named one by one.
const KEYS_AT_MOST: usize = 500;

async fn settle(
    app: &App,
    by: &str,
    account: &str,
    wish: Wish,
    chosen: Chosen,
) -> Result<Json<Settled>, Problem> {
    let settled = match chosen {
        Chosen { keys: Some(keys), filter: None } if keys.len() > KEYS_AT_MOST => {
            return Err(Problem::invalid(format!("keys: {KEYS_AT_MOST} at the most")));
        }
        Chosen { keys: Some(keys), filter: None } => {
            let key = |schema::RecordKey { kind, side, id }| RecordKey { kind, side, id };
            let keys: Vec<_> = keys.into_iter().map(key).collect();
            actions::settle(app, by, account, wish, &keys).await?
        }
        Chosen { keys: None, filter: Some(filter) } => {
            actions::settle_all(app, by, account, wish, &filter.into()).await?
        }
        _ => return Err(Problem::invalid("name either keys or a filter")),
    };
    Ok(Json(Settled { settled }))
}

pub(super) fn known(app: &App, account: &str) -> Result<(), Problem> {
    match app.accounts.contains_key(account) {
        true => Ok(()),
        false => Err(Problem::account(account)),
    }
}
