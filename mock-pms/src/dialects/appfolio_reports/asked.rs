//! A request's parameters: filters, of which unknown ones are ignored, and the page.

use axum::http::StatusCode;
use chrono::NaiveDate;
use serde_json::Value;

use super::problem::Problem;
use super::quirks::{PROPERTY_VISIBILITY, TENANT_VISIBILITY};
use super::report::Columns;
use crate::dialects::endpoint::Request;
use crate::dialects::fields::plain_date;
use crate::world::Id;

/// A request's question.
pub(super) struct Asked<'r> {
    pub(super) request: &'r Request,
    /// Number of pages before this one.
    pub(super) page: usize,
    filters: Value,
}

/// Which of visible and hidden records are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Visibility {
    Active,
    Hidden,
    All,
}

impl Visibility {
    pub(super) fn shows(self, is_active: bool) -> bool {
        match self {
            Self::Active => is_active,
            Self::Hidden => !is_active,
            Self::All => true,
        }
    }
}

impl<'r> Asked<'r> {
    /// Reads the body, or on a later page the one that the first page had, which its link carries.
    pub(super) fn of(request: &'r Request) -> Result<Self, Problem> {
        let sent = Value::Object(request.object()?);
        let Some(page) = request.parameter("page") else {
            return Ok(Self { request, page: 0, filters: sent });
        };
        let filters = request.parameter("run").and_then(|run| serde_json::from_str(run).ok());
        let (page, filters) = page.parse().ok().zip(filters).ok_or(Problem::Absent)?;
        match sent.as_object().is_some_and(|sent| sent.is_empty()) {
            true => Ok(Self { request, page, filters }),
            false => Err(Problem::new(StatusCode::BAD_REQUEST, "A later page takes no parameters.")),
        }
    }

    /// Query of the next page.
    pub(super) fn next_query(&self) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("run", &self.filters.to_string());
        query.append_pair("page", &(self.page + 1).to_string()).finish()
    }

    /// True if it wants no pages.
    pub(super) fn wants_all_rows(&self) -> bool {
        self.filters["paginate_results"] == false
    }

    /// Leaves the columns that were asked for, if any were.
    pub(super) fn choose(&self, columns: &mut Columns) {
        if let Value::Array(wanted) = &self.filters["columns"] {
            columns.retain(|name, _| wanted.iter().any(|one| one == name));
        }
    }

    pub(super) fn properties(&self) -> Visibility {
        self.visibility("property_visibility", self.request.has(&PROPERTY_VISIBILITY))
    }

    pub(super) fn units(&self) -> Visibility {
        self.visibility("unit_visibility", self.request.has(&PROPERTY_VISIBILITY))
    }

    pub(super) fn tenants(&self) -> Visibility {
        self.visibility("tenant_visibility", self.request.has(&TENANT_VISIBILITY))
    }

    fn visibility(&self, filter: &str, counts: bool) -> Visibility {
        match self.filters[filter].as_str() {
            Some("hidden") if counts => Visibility::Hidden,
            Some("all") if counts => Visibility::All,
            _ => Visibility::Active,
        }
    }

    /// True if a filter of ids, by its JSON pointer, lets this one through. Ids may be numbers or texts, in a list or alone.
    pub(super) fn lets_through(&self, filter: &str, id: Option<Id>) -> bool {
        let number = |one: &Value| one.as_i64().or_else(|| one.as_str()?.parse().ok());
        let is_it = |one: &Value| id.is_some() && number(one) == id;
        match self.filters.pointer(filter) {
            Some(Value::Array(ids)) => ids.iter().any(is_it),
            Some(one @ (Value::Number(_) | Value::String(_))) => is_it(one),
            _ => true,
        }
    }

    /// The texts of a filter, if it is a list.
    pub(super) fn texts(&self, filter: &str) -> Option<Vec<&str>> {
        Some(self.filters[filter].as_array()?.iter().filter_map(Value::as_str).collect())
    }

    pub(super) fn text(&self, filter: &str) -> Option<&str> {
        self.filters[filter].as_str()
    }

    /// The day of a filter, as `2026-03-02` or `03/02/2026`.
    pub(super) fn day(&self, filter: &str) -> Option<NaiveDate> {
        let text = self.text(filter)?;
        plain_date(text).or_else(|| NaiveDate::parse_from_str(text, "%m/%d/%Y").ok())
    }
}
