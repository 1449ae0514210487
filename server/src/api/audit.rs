use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use latchel_sync_ledger::desk::AuditEntry;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::cursor::Cursor;
use super::extract::{Nothing, PageParams, Paged, Path};
use super::problem::Problem;
use super::results::known;
use crate::access::Viewer;
use crate::app::App;
use crate::schema;

/// A page of what people did.
#[derive(Serialize, ToSchema)]
pub(super) struct AuditPage {
    /// Newest first.
    #[schema(value_type = Vec<schema::AuditEntry>)]
    entries: Vec<AuditEntry>,
    /// Cursor of the next page, for `after`; null if there is none. The page may turn out to be empty.
    next: Option<Cursor>,
}

/// Actions of people on an account, newest first.
#[utoipa::path(get, path = "/api/v1/accounts/{account}/audit", operation_id = "listAudit", tag = "accounts",
    params(("account" = String, Path, description = "The account's name."), PageParams),
    responses((status = 200, description = "A page of it.", body = AuditPage)))]
pub(super) async fn list(
    _: Viewer,
    State(app): State<Arc<App>>,
    Path(account): Path<String>,
    Paged { after, limit, rest: Nothing {} }: Paged<Uuid, Nothing>,
) -> Result<Json<AuditPage>, Problem> {
    known(&app, &account)?;
    Ok(Json(AuditPage::of(app.desk.audit(Some(&account), after, limit).await?, limit)))
}

/// Actions of people, newest first: also those on no account, as log-ins, failed ones included, and users added.
#[utoipa::path(get, path = "/api/v1/audit", operation_id = "listAllAudit", tag = "accounts",
    params(PageParams),
    responses((status = 200, description = "A page of it.", body = AuditPage)))]
pub(super) async fn list_all(
    _: Viewer,
    State(app): State<Arc<App>>,
    Paged { after, limit, rest: Nothing {} }: Paged<Uuid, Nothing>,
) -> Result<Json<AuditPage>, Problem> {
    Ok(Json(AuditPage::of(app.desk.audit(None, after, limit).await?, limit)))
}

impl AuditPage {
    fn of(entries: Vec<AuditEntry>, limit: u32) -> Self {
        let is_full = entries.len() >= limit as usize;
        let next = entries.last().filter(|_| is_full).and_then(|last| Cursor::of(&last.id));
        Self { entries, next }
    }
}
