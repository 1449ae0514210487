use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use latchel_sync_core::engine::{Banner, Choice};
use latchel_sync_core::model::Side;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::extract::Params;
use super::problem::Problem;
use crate::access::Viewer;
use crate::app::App;
use crate::schema;
use crate::views::{self, Named, WorkOrderBanner};

/// Parameters that name a work order as the address of its page does; exactly one of the last four.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct BannerParams {
    /// The account.
    account: String,
    /// The side of the page.
    #[param(value_type = schema::Side)]
    side: Side,
    /// Its id there.
    id: Option<String>,
    /// Its number there.
    number: Option<String>,
    /// The number before its `-`, which several may have.
    request: Option<String>,
    /// Latchel's word for it.
    slug: Option<String>,
}

impl BannerParams {
    fn named(&self) -> Option<Named<'_>> {
        let names = [
            self.id.as_deref().map(Named::Id),
            self.number.as_deref().map(Named::Number),
            self.request.as_deref().map(Named::Request),
            self.slug.as_deref().map(Named::Slug),
        ];
        let mut names = names.into_iter().flatten();
        names.next().filter(|_| names.next().is_none())
    }
}

/// The banner on top of a work order's page.
#[derive(Serialize, ToSchema)]
#[schema(as = PageBanner)]
pub(super) struct BannerAnswer {
    /// The banner; null if no run has seen the work order, or the name is that of several.
    #[schema(value_type = Option<schema::Banner>)]
    banner: Option<Banner>,
    /// The work orders that the name is of, if they are several.
    #[schema(value_type = Vec<schema::Choice>)]
    several: Vec<Choice>,
    /// Text by which the API and the pages know it; null if it has none yet, or the name is that of several.
    record: Option<String>,
    /// Address of its page in the other system; null if it is not known.
    elsewhere: Option<String>,
}

/// The banner on top of a work order's page, from the ledger alone: neither system is asked.
#[utoipa::path(get, path = "/api/v1/banner", operation_id = "getBanner", tag = "extension",
    params(BannerParams),
    responses((status = 200, description = "The banner.", body = BannerAnswer)))]
pub(super) async fn show(
    _: Viewer,
    State(app): State<Arc<App>>,
    Params(params): Params<BannerParams>,
) -> Result<Json<BannerAnswer>, Problem> {
    let one_name = || Problem::invalid("name the work order by one of id, number, request and slug");
    let named = params.named().ok_or_else(one_name)?;
    let found = views::work_order_banner(&app, &params.account, params.side, named).await?;
    let found = found.ok_or_else(|| Problem::account(&params.account))?;
    let WorkOrderBanner { banner, several, record, elsewhere } = found;
    Ok(Json(BannerAnswer { banner, several, record, elsewhere }))
}
