//! The vendor's specification as a judge, where its file is at hand. Nothing of it is kept here.

use std::path::Path;
use std::sync::Once;

use axum::http::Method;
use serde_json::{Map, Value, json};

use crate::client::Reply;

/// Beside the workspace, not in it.
const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/specs/buildium.openapi.json");

/// The specification, its schemas in the words of JSON Schema.
pub(super) struct Spec {
    document: Value,
    schemas: Value,
}

impl Spec {
    /// The specification, or `None` and a word about that.
    pub(super) fn at_hand() -> Option<Self> {
        static TOLD: Once = Once::new();
        if !Path::new(FILE).exists() {
            TOLD.call_once(|| eprintln!("skipped: {FILE} is not there to check Buildium's answers against"));
            return None;
        }
        let text = std::fs::read_to_string(FILE).expect("the specification can be read");
        let document: Value = serde_json::from_str(&text).expect("the specification is JSON");
        let schemas = translated(&document["components"]["schemas"]);
        Some(Self { document, schemas })
    }

    /// Panics unless the answer is one that the specification has for the request.
    #[track_caller]
    pub(super) fn check_answer(&self, method: &Method, path: &str, reply: &Reply) {
        let faults = self.answer_faults(method, path, reply.status, &reply.body);
        assert!(faults.is_empty(), "{method} {path} answered {} {}: {faults:?}", reply.status, reply.body);
    }

    /// What the specification finds wrong with an answer.
    pub(super) fn answer_faults(
        &self,
        method: &Method,
        path: &str,
        status: u16,
        body: &Value,
    ) -> Vec<String> {
        let operation = self.operation(method, path);
        let response = &operation.unwrap_or(&Value::Null)["responses"][status.to_string()];
        match &response["content"]["application/json"]["schema"] {
            // Rate limits, long queries and unknown paths are in the guide, not in the specification.
            Value::Null if status >= 400 => {
                self.faults(&json!({ "$ref": "#/components/schemas/ApiErrorResponse" }), body)
            }
            Value::Null => vec![format!("{method} {path} must not answer {status}")],
            schema => self.faults(schema, body),
        }
    }

    /// Panics unless the body is one that the specification has for the request.
    #[track_caller]
    pub(super) fn check_request(&self, method: &Method, path: &str, body: &str) {
        let body: Value = serde_json::from_str(body).expect("JSON");
        let faults = self.request_faults(method, path, &body);
        assert!(faults.is_empty(), "{method} {path} was accepted with {body}: {faults:?}");
    }

    /// What the specification finds wrong with a request's body.
    pub(super) fn request_faults(&self, method: &Method, path: &str, body: &Value) -> Vec<String> {
        self.faults(self.body_schema(method, path), body)
    }

    /// The members that a request's body may have.
    pub(super) fn body_members(&self, method: &Method, path: &str) -> Vec<String> {
        let schema = self.body_schema(method, path);
        let target = schema["allOf"][0]["$ref"].as_str().expect("a named schema");
        let schema = self.document.pointer(target.trim_start_matches('#')).expect("a schema");
        schema["properties"].as_object().expect("members").keys().cloned().collect()
    }

    fn body_schema(&self, method: &Method, path: &str) -> &Value {
        let operation = self.operation(method, path).expect("an operation of the specification");
        &operation["requestBody"]["content"]["application/json"]["schema"]
    }

    fn faults(&self, schema: &Value, value: &Value) -> Vec<String> {
        let mut schema = translated(schema);
        // Only what the schema needs: the whole specification takes seconds to compile.
        schema["components"] = json!({ "schemas": self.reachable(&schema) });
        let validator = jsonschema::options()
            .with_draft(jsonschema::Draft::Draft202012)
            .should_validate_formats(true)
            .build(&schema)
            .expect("a good schema");
        validator.iter_errors(value).map(|e| format!("{}: {e}", e.instance_path())).collect()
    }

    fn reachable(&self, schema: &Value) -> Map<String, Value> {
        let mut found = Map::new();
        let mut names = references(schema);
        while let Some(name) = names.pop() {
            if !found.contains_key(&name) {
                let schema = self.schemas[&name].clone();
                names.extend(references(&schema));
                found.insert(name, schema);
            }
        }
        found
    }

    /// The operation that a request means: a path with a literal end wins over one with a parameter.
    fn operation(&self, method: &Method, path: &str) -> Option<&Value> {
        let path = path.split('?').next().unwrap_or_default();
        let paths = self.document["paths"].as_object().expect("paths");
        let fits = |known: &str| {
            known.split('/').count() == path.split('/').count()
                && known.split('/').zip(path.split('/')).all(|(k, p)| k == p || k.starts_with('{'))
        };
        let mut candidates: Vec<_> = paths.iter().filter(|(known, _)| fits(known)).collect();
        candidates.sort_by_key(|(known, _)| known.matches('{').count());
        let operation = &candidates.first()?.1[method.as_str().to_lowercase()];
        operation.is_object().then_some(operation)
    }
}

fn references(schema: &Value) -> Vec<String> {
    match schema {
        Value::Object(members) => members
            .iter()
            .flat_map(|(key, value)| match (key.as_str(), value.as_str()) {
                ("$ref", Some(target)) => vec![target.rsplit('/').next().unwrap_or_default().to_owned()],
                _ => references(value),
            })
            .collect(),
        Value::Array(rows) => rows.iter().flat_map(references).collect(),
        _ => Vec::new(),
    }
}

/// OpenAPI 3.0 says `nullable` where JSON Schema says that null is one of the types.
fn translated(schema: &Value) -> Value {
    match schema {
        Value::Object(members) => {
            let mut members: Map<String, Value> =
                members.iter().map(|(key, value)| (key.clone(), translated(value))).collect();
            match members.remove("nullable") {
                Some(Value::Bool(true)) => json!({ "anyOf": [members, { "type": "null" }] }),
                _ => Value::Object(members),
            }
        }
        Value::Array(rows) => rows.iter().map(translated).collect(),
        other => other.clone(),
    }
}
