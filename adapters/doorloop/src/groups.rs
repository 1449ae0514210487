//! Portfolios as groups of properties (rule P5). Clients of others list them; that a list of properties can be narrowed to
//! one is in the vendor's own client. What a portfolio holds beside its name is not known.

use std::collections::BTreeSet;

use latchel_sync_core::model::{GroupId, PropertyGroup, PropertyId};
use latchel_sync_core::{Error, ErrorKind, Result};
use latchel_sync_http::loose::id_in;

use crate::api::{Api, row_id, string};
use crate::properties::PROPERTIES;

pub(crate) const PORTFOLIOS: &str = "api/portfolios";
/// An id of the right form that no portfolio has.
const NOBODYS: &str = "000000000000000000000000";

/// The portfolios, each with its properties. A call for each of them and one more, and only in an account that excludes groups.
///
/// # Errors
///
/// [`ErrorKind::Malformed`] if the filter by portfolio is ignored, by which every portfolio would have every property.
pub(crate) async fn groups(api: &Api) -> Result<Vec<PropertyGroup>> {
    let portfolios = api.list(PORTFOLIOS).all().await?;
    if !portfolios.is_empty() {
        prove_the_filter(api).await?;
    }
    let mut groups = Vec::new();
    for row in portfolios {
        let Some(id) = row_id(&row) else { continue };
        let members = members(api, &id).await?;
        let name = string(&row, "name").unwrap_or_else(|| id.clone());
        let properties = members.into_iter().map(PropertyId::new).collect();
        groups.push(PropertyGroup { id: GroupId::new(id), name, properties });
    }
    Ok(groups)
}

/// The properties of a portfolio, each once.
async fn members(api: &Api, portfolio: &str) -> Result<BTreeSet<String>> {
    let rows = api.list(PROPERTIES).query("filter_group", portfolio).all().await?;
    Ok(rows.iter().filter_map(|property| id_in(property, "id")).collect())
}

/// Asks for the properties of a portfolio that does not exist: a filter that is known finds none, or is refused.
async fn prove_the_filter(api: &Api) -> Result<()> {
    match members(api, NOBODYS).await {
        Ok(found) if !found.is_empty() => {
            let message =
                "a portfolio that does not exist has properties, as if the filter by portfolio were ignored";
            Err(Error::new(ErrorKind::Malformed, message).with("list", PROPERTIES))
        }
        Ok(_) => Ok(()),
        Err(error) if [ErrorKind::Refused, ErrorKind::NotFound].contains(&error.kind()) => Ok(()),
        Err(error) => Err(error),
    }
}
