//! Portfolios as groups of properties (rule P5). Clients of others list them; that a list of properties can be narrowed to
//! one is in the vendor's own client. What a portfolio holds beside its name is not known.

use std::collections::BTreeSet;

use latchel_sync_core::model::{GroupId, PropertyGroup, PropertyId};
use latchel_sync_core::{Error, ErrorKind, Result};
use latchel_sync_http::loose::id_in;

use crate::api::{Api, row_id, string};
use crate::properties::PROPERTIES;

pub(crate) const PORTFOLIOS: &str = "api/portfolios";

/// The portfolios, each with its properties. A call for each of them, and only in an account that excludes groups.
pub(crate) async fn groups(api: &Api) -> Result<Vec<PropertyGroup>> {
    let mut groups = Vec::new();
    for row in api.list(PORTFOLIOS).all().await? {
        let Some(id) = row_id(&row) else { continue };
        let members = api.list(PROPERTIES).query("filter_group", &id).all().await?;
        let properties: BTreeSet<String> =
            members.iter().filter_map(|property| id_in(property, "id")).collect();
        let name = string(&row, "name").unwrap_or_else(|| id.clone());
        groups.push((GroupId::new(id), name, properties));
    }
    // A filter that is ignored would put every property into every portfolio, and exclude them all.
    if let [(_, _, first), others @ ..] = groups.as_slice()
        && !first.is_empty()
        && !others.is_empty()
        && others.iter().all(|(_, _, properties)| properties == first)
    {
        let message = "every portfolio has the same properties, as if the filter by group were ignored";
        return Err(Error::new(ErrorKind::Malformed, message).with("list", PROPERTIES));
    }
    let group = |(id, name, properties): (GroupId, String, BTreeSet<String>)| PropertyGroup {
        id,
        name,
        properties: properties.into_iter().map(PropertyId::new).collect(),
    };
    Ok(groups.into_iter().map(group).collect())
}
