//! The OpenAPI document: as it is committed, and as a judge of every answer of the API in these tests.

use std::path::PathBuf;
use std::sync::LazyLock;

use jsonschema::Validator;
use latchel_sync_server::api;
use serde_json::{Value, json};

#[test]
fn the_document_is_the_committed_one() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs/openapi.json");
    let document = format!("{}\n", api::document().to_pretty_json().expect("JSON"));
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    if document != committed {
        std::fs::write(&path, document).expect("docs/openapi.json");
        panic!(
            "docs/openapi.json was out of date and has been written anew: look at the difference and commit it"
        );
    }
}

#[test]
fn every_operation_and_every_field_says_what_it_is() {
    let document = serde_json::to_value(api::document()).expect("JSON");
    let mut silent = Vec::new();
    for (path, methods) in document["paths"].as_object().expect("paths") {
        for (method, operation) in methods.as_object().expect("methods") {
            if operation["summary"].as_str().unwrap_or_default().is_empty() {
                silent.push(format!("{method} {path}"));
            }
        }
    }
    for (name, schema) in document["components"]["schemas"].as_object().expect("schemas") {
        for (field, property) in properties(schema) {
            // What may be null is described beside the null.
            let choices = property["oneOf"].as_array().into_iter().flatten();
            let told = |schema: &Value| schema.get("description").or(schema.get("$ref")).is_some();
            if !std::iter::once(property).chain(choices).any(told) {
                silent.push(format!("{name}.{field}"));
            }
        }
    }
    assert_eq!(silent, Vec::<String>::new());
}

fn properties(schema: &Value) -> impl Iterator<Item = (&String, &Value)> {
    schema["properties"].as_object().into_iter().flatten()
}

/// Fails unless the document describes an answer to `method path` with this status and body, and no field beside.
pub fn judge(method: &str, path: &str, status: u16, body: &Value) {
    let document = &*CLOSED;
    let path = path.split('?').next().unwrap_or_default();
    let (_, operation) = document["paths"]
        .as_object()
        .expect("paths")
        .iter()
        .find(|(template, methods)| is_of(path, template) && methods.get(method.to_lowercase()).is_some())
        .unwrap_or_else(|| panic!("{method} {path} is not in the document"));
    let responses = &operation[method.to_lowercase()]["responses"];
    let response = responses.get(status.to_string()).unwrap_or(&responses["default"]);
    let mut schema = response["content"]["application/json"]["schema"].clone();
    schema["components"] = document["components"].clone();
    let validator = Validator::new(&schema).expect("a schema");
    let errors: Vec<_> =
        validator.iter_errors(body).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{method} {path} {status}: {errors:#?}\n{body:#}");
}

fn is_of(path: &str, template: &str) -> bool {
    let (path, template): (Vec<_>, Vec<_>) = (path.split('/').collect(), template.split('/').collect());
    let fits = |(part, wanted): (&&str, &&str)| part == wanted || wanted.starts_with('{');
    path.len() == template.len() && path.iter().zip(&template).all(fits)
}

/// The document, with objects that have no other fields than the described ones.
static CLOSED: LazyLock<Value> = LazyLock::new(|| {
    let mut document = serde_json::to_value(api::document()).expect("JSON");
    let parts = parts_of_others(&document);
    for (name, schema) in document["components"]["schemas"].as_object_mut().expect("schemas") {
        let is_object = schema.get("properties").is_some() || schema.get("allOf").is_some();
        if is_object && !parts.contains(name) {
            schema["unevaluatedProperties"] = json!(false);
        }
    }
    document
});

/// The schemas that others are made of.
fn parts_of_others(document: &Value) -> Vec<String> {
    let schemas = document["components"]["schemas"].as_object().expect("schemas").values();
    let parts = schemas.filter_map(|schema| schema["allOf"].as_array()).flatten();
    let name = |part: &Value| part["$ref"].as_str()?.rsplit('/').next().map(ToOwned::to_owned);
    parts.filter_map(name).collect()
}
