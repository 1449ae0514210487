//! A report: its rows, as the account's quirks spell them, and its pages.

use axum::Json;
use axum::extract::Path;
use axum::http::{StatusCode, Uri};
use axum::routing::{MethodFilter, MethodRouter, post};
use serde_json::{Map, Value, json};

use super::asked::Asked;
use super::problem::Problem;
use super::quirks::{BARE_ARRAYS, MIXED_IDS, NO_INTEGRATION_IDS, RELATIVE_NEXT_PAGE, SHORT_PAGES};
use crate::dialects::endpoint::{self, Request};
use crate::shared::{Shared, query};
use crate::world::{Id, World};

/// Beginning of every path.
pub(super) const PREFIX: &str = "/api/v2/reports/";

/// Columns of a row, by name.
pub(super) type Columns = Map<String, Value>;

/// Spelling of the ids of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ids {
    Numbers,
    Texts,
}

/// A row, with the record that it shows.
pub(super) struct Row {
    /// Kind and id of the record, as a raw override names it.
    pub(super) record: (&'static str, Id),
    /// With ids as numbers.
    pub(super) columns: Columns,
}

/// A report of the system.
pub(super) struct Report {
    name: &'static str,
    /// Permission without which credentials may not read it.
    resource: &'static str,
    ids: Ids,
    rows: fn(&World, &Asked<'_>) -> Vec<Row>,
}

impl Report {
    pub(super) const fn new(
        name: &'static str,
        resource: &'static str,
        ids: Ids,
        rows: fn(&World, &Asked<'_>) -> Vec<Row>,
    ) -> Self {
        Self { name, resource, ids, rows }
    }

    pub(super) fn path(&self) -> String {
        format!("{PREFIX}{}.json", self.name)
    }

    pub(super) fn endpoint(&'static self) -> MethodRouter<Shared> {
        endpoint::read(MethodFilter::POST, self.resource, move |world: &World, request: &Request| {
            self.answer(world, request)
        })
    }

    fn answer(&self, world: &World, request: &Request) -> Result<Json<Value>, Problem> {
        let asked = Asked::of(request)?;
        let rows = (self.rows)(world, &asked).into_iter();
        let rows: Vec<Value> = rows.map(|row| self.shown(world, &asked, row)).collect();
        if request.has(&BARE_ARRAYS) || asked.wants_all_rows() {
            return Ok(Json(Value::Array(rows)));
        }
        let size = if request.has(&SHORT_PAGES) { 25 } else { 5_000 };
        let begin = asked.page.saturating_mul(size);
        let next = (rows.len() > begin.saturating_add(size)).then(|| self.next_page(&asked));
        let page: Vec<Value> = rows.into_iter().skip(begin).take(size).collect();
        Ok(Json(json!({ "results": page, "next_page_url": next })))
    }

    fn shown(&self, world: &World, asked: &Asked<'_>, mut row: Row) -> Value {
        if asked.request.has(&NO_INTEGRATION_IDS) {
            row.columns.retain(|name, _| !name.ends_with("_integration_id"));
        }
        if self.ids == Ids::Texts && asked.request.has(&MIXED_IDS) {
            row.columns.iter_mut().filter(|(name, _)| name.ends_with("_id")).for_each(|(_, id)| as_text(id));
        }
        asked.choose(&mut row.columns);
        let (kind, id) = row.record;
        world.distort(kind, id, Value::Object(row.columns))
    }

    fn next_page(&self, asked: &Asked<'_>) -> String {
        let path = format!("{}?{}", self.path(), asked.next_query());
        let host = asked.request.headers.get("host").and_then(|host| host.to_str().ok());
        match host.filter(|_| !asked.request.has(&RELATIVE_NEXT_PAGE)) {
            Some(host) => format!("http://{host}{path}"),
            None => path,
        }
    }
}

/// True for a page after the first, which counts for no limit.
pub(super) fn is_later_page(uri: &Uri) -> bool {
    query::pairs(uri.query().unwrap_or_default()).iter().any(|(name, _)| name == "page")
}

/// The endpoint of every other report.
pub(super) fn unknown(not_imitated: &'static [&'static str]) -> MethodRouter<Shared> {
    post(move |Path(file): Path<String>| async move {
        match file.strip_suffix(".json") {
            None => Problem::Absent,
            Some(name) if not_imitated.contains(&name) => {
                let message = format!("The mock does not imitate the report {name}.");
                Problem::new(StatusCode::NOT_IMPLEMENTED, message)
            }
            Some(_) => Problem::new(StatusCode::BAD_REQUEST, "Id is not a valid report."),
        }
    })
}

fn as_text(id: &mut Value) {
    if let Value::Number(number) = id {
        *id = Value::String(number.to_string());
    }
}
