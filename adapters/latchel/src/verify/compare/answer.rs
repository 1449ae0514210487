//! Answers: they must have what is read, in a form that the readers take.

use super::super::expected::Answer;
use super::super::fields::{Field, Form, Need};
use super::super::openapi::{Document, Operation, Payload, Schema, Shape};
use super::{Findings, short, some};
use crate::api::{DATA, NEXT};

pub(super) fn compare(
    document: Document<'_>,
    operation: &Operation<'_>,
    expected: Answer,
    found: &mut Findings,
) {
    if matches!(expected, Answer::Unread) {
        return;
    }
    let schema = match operation.answer() {
        Payload::Json(schema) => schema,
        Payload::Unsaid => return found.not_there("answer", "", "the document does not describe it"),
        Payload::Other(what) => {
            return found.differs("answer", "", format!("JSON is read; there it is {}", short(&what)));
        }
        Payload::Nothing => return found.not_there("answer", "", "the call answers with nothing there"),
    };
    let shape = schema.shape(document);
    match expected {
        Answer::Unread => {}
        Answer::Rows(fields) => rows(document, &shape, fields, found),
        Answer::Record(fields) => each(document, &record(document, shape, found), fields, found),
        Answer::Id(name) => {
            let id = Field { name, form: Form::Number, need: Need::Expected };
            each(document, &record(document, shape, found), &[id], found);
        }
    }
}

fn rows(document: Document<'_>, shape: &Shape<'_>, fields: &[Field], found: &mut Findings) {
    let list = match shape.members.get(DATA) {
        Some(data) => data.shape(document),
        None if shape.types.contains("array") => {
            found.differs("answer", DATA, "the rows are the answer itself there");
            shape.clone()
        }
        None => return found.not_there("answer", DATA, has(shape)),
    };
    if !list.types.is_empty() && !list.types.contains("array") {
        return found.differs("answer", DATA, "it holds no list there");
    }
    let mut parts = NEXT.trim_start_matches('/').split('/');
    let (links, next) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let inner = shape.members.get(links).map(|links| links.shape(document));
    if !inner.is_some_and(|inner| inner.members.contains_key(next)) {
        let detail = format!("by it another page is told from the last one; {}", has(shape));
        found.not_there("answer", format!("{links}.{next}"), detail);
    }
    match &list.items {
        Some(items) => each(document, &items.shape(document), fields, found),
        None => found.not_there("answer", DATA, "the document does not describe its rows"),
    }
}

/// The record of an answer, which is in `data`; one that comes bare is understood too.
fn record<'a>(document: Document<'a>, shape: Shape<'a>, found: &mut Findings) -> Shape<'a> {
    match shape.members.get(DATA) {
        Some(data) => data.shape(document),
        None => {
            found.note("the record is the answer itself, and not in `data`; both are understood".to_owned());
            shape
        }
    }
}

fn each(document: Document<'_>, row: &Shape<'_>, fields: &[Field], found: &mut Findings) {
    if row.is_cut {
        found.note("a part of the answer's description could not be followed".to_owned());
    }
    if row.members.is_empty() {
        return found.not_there("answer", "", "the document does not describe the fields of a record");
    }
    for field in fields {
        let Field { name, form, need } = *field;
        match row.members.get(name).map(|schema| schema.shape(document)) {
            Some(shape) if shape.is_write_only => {
                found.not_there("answer", name, "it can only be written there")
            }
            Some(shape) => reading(document, name, form, &shape, found),
            None if need == Need::Spare => {
                found.note(format!("`{name}` is not there; it is read only where it comes"));
            }
            None => found.not_there("answer", name, ""),
        }
    }
}

/// Fit of a type with a reader.
enum Fit {
    AsIs,
    /// It is understood, in words.
    Tolerated(&'static str),
    No,
}

fn fit(form: Form, kind: &str) -> Fit {
    match (form, kind) {
        (Form::Number, "integer") | (Form::Flag, "integer") | (Form::State, "object") => Fit::AsIs,
        (Form::Reference | Form::Text | Form::Word | Form::Instant | Form::Day, "string") => Fit::AsIs,
        (Form::Number, "string") => Fit::Tolerated("it is text there; digits are read as a number"),
        (Form::Number, "number") => Fit::Tolerated("whole numbers are read"),
        (Form::Reference | Form::Text | Form::Word, "integer" | "number") => {
            Fit::Tolerated("a number is read as text")
        }
        (Form::Flag, "boolean") => Fit::Tolerated("true and false are read like 1 and 0"),
        (Form::Flag, "number" | "string") => {
            Fit::Tolerated("it is no flag there; 1 and 0 are read, also as text")
        }
        (Form::State, "string") => Fit::Tolerated("the name alone is understood"),
        _ => Fit::No,
    }
}

fn reading(document: Document<'_>, name: &str, form: Form, shape: &Shape<'_>, found: &mut Findings) {
    let mut refused = Vec::new();
    for kind in &shape.types {
        match fit(form, kind) {
            Fit::AsIs => {}
            Fit::Tolerated(how) => found.note(format!("`{name}`: {how}")),
            Fit::No => refused.push(short(kind)),
        }
    }
    if !refused.is_empty() {
        return found.differs(
            "answer",
            name,
            format!("read as {}; there it is {}", words(form), some(&refused)),
        );
    }
    if shape.types.is_empty() {
        let why = if shape.is_cut { "could not be followed" } else { "is not stated" };
        found.note(format!("the type of `{name}` in the answer {why}"));
    }
    if form == Form::Instant && shape.format == Some("date") {
        found.differs("answer", name, "read as an instant; there it is a day");
    }
    if form == Form::State && shape.types.contains("object") {
        match shape.members.get("name").map(|schema: &Schema<'_>| schema.shape(document)) {
            Some(inner) => reading(document, "state.name", Form::Word, &inner, found),
            None => found.not_there("answer", "state.name", ""),
        }
    }
}

fn words(form: Form) -> &'static str {
    match form {
        Form::Number => "a number",
        Form::Reference => "an id, text or number",
        Form::Text | Form::Word => "text",
        Form::Flag => "0 or 1",
        Form::Instant => "an instant as text",
        Form::Day => "a day as text",
        Form::State => "a record with a name",
    }
}

/// Members that are there instead, in words.
fn has(shape: &Shape<'_>) -> String {
    let names: Vec<String> = shape.members.keys().map(|name| format!("`{name}`")).collect();
    if names.is_empty() { "nothing is described".to_owned() } else { format!("there are {}", some(&names)) }
}
