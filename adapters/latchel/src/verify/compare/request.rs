//! Parameters and bodies: what is sent must fit exactly.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate};
use serde_json::Value;

use super::super::expected::Expected;
use super::super::openapi::{Document, Operation, Payload, Schema, Shape, type_of};
use super::{Findings, short, some};
use crate::api::KEY;

/// Headers that every client sends.
const USUAL: [&str; 4] = ["accept", "content-type", "user-agent", KEY];

pub(super) fn compare(
    document: Document<'_>,
    operation: &Operation<'_>,
    expected: &Expected,
    found: &mut Findings,
) {
    query(document, operation, expected, found);
    for header in operation.parameters("header").iter().filter(|one| one.is_required) {
        if !USUAL.iter().any(|usual| header.name.eq_ignore_ascii_case(usual)) {
            found.differs("header", short(header.name), "it is required there, and is not sent");
        }
    }
    if !expected.bodies.is_empty() {
        body(document, operation, &expected.bodies, found);
    }
}

fn query(document: Document<'_>, operation: &Operation<'_>, expected: &Expected, found: &mut Findings) {
    let known = operation.parameters("query");
    for (name, value) in expected.queries.iter().flatten() {
        let Some(parameter) = known.iter().find(|one| one.name == *name) else {
            let alike = known.iter().find(|one| one.name.trim_end_matches("[]") == *name);
            let detail = alike.map_or(String::new(), |one| format!("there is `{}`", short(one.name)));
            found.not_there("query", *name, detail);
            continue;
        };
        let shape = parameter.schema.shape(document);
        let is_list = value.contains(',');
        if let Some(problem) = parameter_problem(&shape, value, is_list, parameter.repeats) {
            found.differs("query", *name, problem);
        }
    }
    let forms = if expected.queries.is_empty() { &[Vec::new()][..] } else { &expected.queries };
    for parameter in known.iter().filter(|one| one.is_required) {
        let sent = forms.iter().filter(|form| form.iter().any(|(name, _)| *name == parameter.name)).count();
        if sent < forms.len() {
            let how = if sent == 0 { "is not sent" } else { "is not always sent" };
            found.differs("query", short(parameter.name), format!("it is required there, and {how}"));
        }
    }
}

/// Problem of a value in an address, where numbers and texts look alike.
fn parameter_problem(shape: &Shape<'_>, value: &str, is_list: bool, repeats: bool) -> Option<String> {
    let takes = |name: &str| shape.types.is_empty() || shape.types.contains(name);
    if takes("array") && shape.types.contains("array") {
        return (is_list && repeats).then(|| {
            "several values are sent as one with commas; there the parameter is repeated".to_owned()
        });
    }
    let is_number = value.parse::<i64>().is_ok();
    let fits = takes("string") || (is_number && (takes("integer") || takes("number")));
    if !fits {
        return Some(format!("a value such as {value} is sent; there it is {}", types(shape)));
    }
    format_problem(shape, value)
}

fn body(document: Document<'_>, operation: &Operation<'_>, bodies: &[Value], found: &mut Findings) {
    let schema = match operation.body() {
        Payload::Json(schema) => schema,
        Payload::Unsaid => return found.not_there("body", "", "the document does not describe it"),
        Payload::Other(what) => {
            return found.differs("body", "", format!("JSON is sent; there it is {}", short(&what)));
        }
        Payload::Nothing => return found.not_there("body", "", "the call takes none there"),
    };
    let sent = sent(bodies);
    let mut shape = schema.shape(document);
    if let Some((name, inner)) = wrapped(document, &shape, &sent) {
        found.differs("body", "", format!("the fields stand in `{}` there", short(name)));
        shape = inner;
    }
    if !shape.types.is_empty() && !shape.types.contains("object") {
        return found.differs("body", "", format!("an object is sent; there it is {}", types(&shape)));
    }
    if shape.is_cut {
        found.note("a part of the body's description could not be followed".to_owned());
    }
    for (name, values) in &sent {
        match shape.members.get(name) {
            None => found.not_there("body", *name, ""),
            Some(schema) => field(document, name, schema, values, found),
        }
    }
    for required in &shape.required {
        let is_given = |schema: &Schema<'_>| schema.shape(document).is_read_only;
        let missing = bodies.iter().filter(|body| body.get(required).is_none()).count();
        if missing > 0 && !shape.members.get(required).is_some_and(is_given) {
            let how = if missing == bodies.len() { "is not sent" } else { "is not always sent" };
            found.differs("body", short(required), format!("it is required there, and {how}"));
        }
    }
}

/// Every field that is sent, with its values.
fn sent(bodies: &[Value]) -> BTreeMap<&str, Vec<&Value>> {
    let mut sent: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
    for (name, value) in bodies.iter().filter_map(Value::as_object).flatten() {
        sent.entry(name).or_default().push(value);
    }
    sent
}

/// The member that holds the fields, where they do not stand in the body itself.
fn wrapped<'a>(
    document: Document<'a>,
    shape: &Shape<'a>,
    sent: &BTreeMap<&str, Vec<&Value>>,
) -> Option<(&'a str, Shape<'a>)> {
    if sent.keys().any(|name| shape.members.contains_key(name)) {
        return None;
    }
    shape.members.iter().take(20).find_map(|(name, schema)| {
        let inner = schema.shape(document);
        sent.keys().any(|sent| inner.members.contains_key(sent)).then_some((*name, inner))
    })
}

fn field(document: Document<'_>, name: &str, schema: &Schema<'_>, values: &[&Value], found: &mut Findings) {
    let shape = schema.shape(document);
    if shape.is_read_only {
        return found.differs("body", name, "it can only be read there");
    }
    if shape.types.is_empty() && shape.words.is_none() {
        let why = if shape.is_cut { "could not be followed" } else { "is not stated" };
        found.note(format!("the type of `{name}` in the body {why}"));
    }
    let problems: BTreeSet<String> = values.iter().filter_map(|value| problem(&shape, value)).collect();
    for problem in problems {
        found.differs("body", name, problem);
    }
}

/// Problem of a value that is sent.
fn problem(shape: &Shape<'_>, value: &Value) -> Option<String> {
    let kind = type_of(value);
    if value.is_null() {
        let is_barred = !shape.types.is_empty() && !shape.is_nullable;
        return is_barred.then(|| format!("null is sent too; there it is {} and never null", types(shape)));
    }
    let fits = shape.types.is_empty()
        || shape.types.contains(kind)
        || (kind == "integer" && shape.types.contains("number"));
    if !fits {
        return Some(format!("sent as {kind} ({value}); there it is {}", types(shape)));
    }
    if let Some(words) = shape.words.as_ref().filter(|words| !words.contains(&value)) {
        let words: Vec<String> = words.iter().map(|word| word.to_string()).collect();
        return Some(format!("{value} is sent, which is not among {}", some(&words)));
    }
    value.as_str().and_then(|text| format_problem(shape, text))
}

/// Problem of a text with the format that is asked for.
fn format_problem(shape: &Shape<'_>, text: &str) -> Option<String> {
    let format = shape.format.filter(|_| shape.types.contains("string"))?;
    let fits = match format {
        "date" => text.parse::<NaiveDate>().is_ok(),
        "date-time" => DateTime::parse_from_rfc3339(text).is_ok(),
        "uuid" => text.len() == 36,
        _ => true,
    };
    (!fits).then(|| format!("a text such as \"{text}\" is sent; there it is a {format}"))
}

fn types(shape: &Shape<'_>) -> String {
    let types: Vec<String> = shape.types.iter().map(|name| (*name).to_owned()).collect();
    if types.is_empty() { "something else".to_owned() } else { some(&types) }
}
