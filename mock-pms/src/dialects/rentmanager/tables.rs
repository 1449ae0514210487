//! The account's own tables of statuses, priorities and categories.

use serde_json::json;

use super::call::{Answer, Reply};
use super::names::Entry;
use super::problem::Problem;
use crate::dialects::endpoint::Request;

/// The fields with the id of an entry.
pub(super) const STATUS: &str = "ServiceManagerStatusID";
pub(super) const PRIORITY: &str = "ServiceManagerPriorityID";
pub(super) const CATEGORY: &str = "ServiceManagerCategoryID";

/// A whole table, which is never longer than a page.
pub(super) fn list<T>(request: &Request, key: &str, table: &[Entry<T>]) -> Answer {
    if let Some((name, _)) =
        request.query.iter().find(|(name, _)| !["pagenumber", "pagesize"].contains(&&**name))
    {
        return Err(Problem::invalid(name, "The mock does not imitate this parameter here."));
    }
    let is_first = request.parameter("pagenumber").is_none_or(|number| number == "1");
    let rows = table.iter().filter(|_| is_first).map(|(id, name, _)| json!({ key: id, "Name": name }));
    Ok(Reply::Page(rows.collect(), axum::http::HeaderMap::new()))
}
