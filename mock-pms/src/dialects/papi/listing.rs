//! Lists: pages by number, whose link to the next one forgets what was asked for.

use serde_json::{Map, Value, json};

use super::call::{Answer, Call, Reply};
use super::order;
use super::problem::Problem;
use super::quirks::{ABSENT_NEXT, FORGETFUL_LINKS, LONGER_PAGES, META_TOTAL};
use crate::shared::quirk::UNSTABLE_ORDER;
use crate::world::{Id, Record, World};

/// Rows of a page.
const ROWS: usize = 10;

/// A list: its path, and the rows of a page.
pub(super) struct Listing {
    path: &'static str,
    size: usize,
}

impl Listing {
    pub(super) fn jobs() -> Self {
        Self { path: "/v1/jobs", size: ROWS }
    }

    /// A list of which no page size is known.
    pub(super) fn other(path: &'static str, call: &Call) -> Self {
        Self { path, size: if call.has(&LONGER_PAGES) { 15 } else { ROWS } }
    }

    /// The page that the call asks for, of the records that `keep` lets through.
    pub(super) fn page<T: Record>(
        &self,
        world: &World,
        call: &Call,
        keep: impl Fn(&T) -> bool,
        render: impl Fn(&World, &T) -> Value,
    ) -> Answer {
        let mut rows: Vec<&T> = T::table(world).iter().filter(|row| keep(row)).collect();
        let number = call.value("page").and_then(|page| page.parse().ok()).unwrap_or(1).max(1);
        let (total, pages) = (rows.len(), rows.len().div_ceil(self.size).max(1));
        // With the pages beside it, from which rows come and to which they go.
        let before = number.min(pages + 2).saturating_sub(2) * self.size;
        let local = if number == 1 { 0 } else { 1 };
        let page = if call.has(&UNSTABLE_ORDER) {
            let near = order::nth(&mut rows, before, 3 * self.size, |row| order::place(row.id()));
            let mut chance = order::chance(world, call.shuffle);
            order::page(near, self.size, local, &mut chance)
        } else {
            let near = order::nth(&mut rows, before, 3 * self.size, |row| row.id());
            near.chunks(self.size).nth(local).unwrap_or_default().to_vec()
        };
        let data: Vec<Value> = page.into_iter().map(|row| render(world, row)).collect();
        let mut answer = json!({ "data": data, "links": self.links(call, number, pages) });
        if call.has(&META_TOTAL) {
            answer["meta"] = json!({
                "current_page": number, "last_page": pages, "per_page": self.size, "total": total,
            });
        }
        Ok(Reply::Page(answer))
    }

    fn links(&self, call: &Call, number: usize, pages: usize) -> Value {
        let mut links = Map::new();
        let next = (number < pages).then(|| self.address(call, number + 1));
        if next.is_some() || !call.has(&ABSENT_NEXT) {
            links.insert("next".to_owned(), json!(next));
        }
        Value::Object(links)
    }

    fn address(&self, call: &Call, page: usize) -> String {
        let host = call.headers.get("host").and_then(|host| host.to_str().ok()).unwrap_or("papi.latchel.com");
        let mut query = form_urlencoded::Serializer::new(String::new());
        if !call.has(&FORGETFUL_LINKS) {
            query.extend_pairs(call.query.iter().filter(|(name, _)| name != "page"));
        }
        query.append_pair("page", &page.to_string());
        format!("http://{host}{}?{}", self.path, query.finish())
    }
}

/// The one page of rows that all fit into it.
pub(super) fn whole(rows: Vec<Value>) -> Answer {
    Ok(Reply::Page(json!({ "data": rows, "links": { "next": null } })))
}

/// The record that the path names.
pub(super) fn found<'w, T: Record>(world: &'w World, call: &Call, model: &str) -> Result<&'w T, Problem> {
    let id: Id = call.id(model)?;
    world.get(id).ok_or_else(|| Problem::no(model))
}
