//! Lists: filters in one string, pages by number, chosen fields, embedded parts. Their order is that of the ids, unless it
//! can be chosen.

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde_json::Value;

use super::call::{Answer, Reply};
use super::filters::Filters;
use super::names::without_nulls;
use super::order::Order;
use super::problem::Problem;
use super::quirks::{
    CAPPED_PAGES, DEAF_ORDER, EMBEDS_NEED_FIELDS, EMPTY_IS_204, EMPTY_IS_404, PARTIAL_IS_206,
};
use super::resource::Resource;
use crate::dialects::endpoint::Request;
use crate::world::{Id, World};

/// Longer pages are cut into pages of this size where no size is asked for.
const DEFAULT_SIZE: usize = 1_000;
/// The documents say 1,000; pages of this size were seen.
const MAX_SIZE: usize = 5_000;
/// Number of rows of a capped page.
const CAP: usize = 20;

impl Resource {
    /// The page of these records that was asked for. Filters see them as they are, whatever is laid over them.
    pub(super) fn page(
        &self,
        world: &World,
        request: &Request,
        records: impl Iterator<Item = (Id, Value)>,
    ) -> Answer {
        self.check(request, &["filters", "orderby", "fields", "embeds", "embed", "pagenumber", "pagesize"])?;
        let filters = Filters::read(self, request.parameter("filters").unwrap_or_default())?;
        let order = Order::read(self, request.parameter("orderby").unwrap_or_default())?;
        let chosen = self.chosen(request)?;
        let number = positive(request, "pagenumber", 1, usize::MAX)?;
        let cap = if request.has(&CAPPED_PAGES) { CAP } else { MAX_SIZE };
        let size = positive(request, "pagesize", DEFAULT_SIZE, MAX_SIZE)?.min(cap);
        let mut rows: Vec<_> = records.filter(|(_, record)| filters.hold(record)).collect();
        rows.sort_by_key(|(id, _)| *id);
        if !request.has(&DEAF_ORDER) {
            rows.sort_by(|(_, one), (_, other)| order.compare(one, other));
        }
        let total = rows.len();
        let page = rows.into_iter().skip((number - 1).saturating_mul(size)).take(size);
        let page: Vec<_> = page.map(|(id, record)| self.shown(world, id, record, &chosen)).collect();
        let headers = headers(request, (number, size), page.len(), total);
        if page.is_empty() {
            if request.has(&EMPTY_IS_404) && !filters.is_empty() {
                return Err(Problem::model(StatusCode::NOT_FOUND, "No records were found."));
            }
            let is_bare = request.has(&EMPTY_IS_204);
            return Ok(if is_bare { Reply::NoRows(headers) } else { Reply::Page(page, headers) });
        }
        let is_part = page.len() < total && request.has(&PARTIAL_IS_206);
        Ok(if is_part { Reply::Part(page, headers) } else { Reply::Page(page, headers) })
    }

    /// One record, which may have parts embedded as in a list.
    pub(super) fn one(&self, world: &World, request: &Request, record: Option<(Id, Value)>) -> Answer {
        self.check(request, &["fields", "embeds", "embed"])?;
        let chosen = self.chosen(request)?;
        let (id, record) = record.ok_or(Problem::Gone)?;
        Ok(Reply::One(self.shown(world, id, record, &chosen)))
    }

    fn check(&self, request: &Request, known: &[&str]) -> Result<(), Problem> {
        match request.query.iter().find(|(name, _)| !known.contains(&name.as_str())) {
            Some((name, _)) => Err(Problem::invalid(name, "is not a parameter of this request.")),
            None => Ok(()),
        }
    }

    /// The fields to show. `embed`, as the documents spell it, embeds nothing.
    fn chosen(&self, request: &Request) -> Result<Vec<&'static str>, Problem> {
        let list = |name: &str| -> Vec<&str> {
            let text = request.parameter(name).unwrap_or_default();
            text.split(',').map(str::trim).filter(|part| !part.is_empty()).collect()
        };
        let (fields, embeds) = (list("fields"), list("embeds"));
        if let Some(strange) = embeds.iter().find(|name| !self.embeds.contains(*name)) {
            return Err(Problem::invalid("embeds", format!("{strange} cannot be embedded.")));
        }
        let known = |name: &&&str| {
            self.holds(name).is_some() || self.embeds.contains(*name) || self.ignored.contains(*name)
        };
        if let Some(strange) = fields.iter().find(|name| !known(name)) {
            return Err(Problem::invalid("fields", format!("{strange} is not a field.")));
        }
        let own = self.fields.iter().map(|(name, _)| *name);
        let own = own.filter(|name| fields.is_empty() || *name == self.key || fields.contains(name));
        let is_field = |name: &str| !request.has(&EMBEDS_NEED_FIELDS) || fields.contains(&name);
        let parts = self.embeds.iter().filter(|name| embeds.contains(*name) && is_field(name));
        Ok(own.chain(parts.copied()).collect())
    }

    fn shown(&self, world: &World, id: Id, record: Value, chosen: &[&str]) -> Value {
        let Value::Object(members) = world.distort(self.kind, id, without_nulls(record)) else {
            return Value::Null;
        };
        // What a raw override adds is no field of the list, and shown all the same.
        let hidden = |name: &str| {
            (self.holds(name).is_some() || self.embeds.contains(&name)) && !chosen.contains(&name)
        };
        members.into_iter().filter(|(name, _)| !hidden(name)).collect::<serde_json::Map<_, _>>().into()
    }
}

fn positive(request: &Request, name: &str, default: usize, most: usize) -> Result<usize, Problem> {
    match request.parameter(name) {
        None => Ok(default),
        Some(text) => text
            .parse()
            .ok()
            .filter(|number| (1..=most).contains(number))
            .ok_or_else(|| Problem::invalid(name, format!("The value must be from 1 to {most}."))),
    }
}

/// The totals, and the links to other pages.
fn headers(request: &Request, (number, size): (usize, usize), shown: usize, total: usize) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert("x-total-results", HeaderValue::from(total));
    headers.insert("x-results", HeaderValue::from(shown));
    let last = total.div_ceil(size).max(1);
    let kept: String = request
        .query
        .iter()
        .filter(|(name, _)| !["pagenumber", "pagesize"].contains(&name.as_str()))
        .map(|(name, value)| format!("&{name}={}", value.replace(' ', "%20")))
        .collect();
    let link = |rel: &str, page: usize| format!("<?pagesize={size}&pagenumber={page}{kept}>; rel=\"{rel}\"");
    let mut links = vec![link("first", 1)];
    links.extend((number > 1).then(|| link("previous", number - 1)));
    links.extend((number < last).then(|| link("next", number + 1)));
    links.push(link("last", last));
    if let Ok(links) = HeaderValue::from_str(&links.join(", ")) {
        headers.insert(HeaderName::from_static("link"), links);
    }
    headers
}
