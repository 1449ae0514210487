//! The contract as a judge of requests and answers.

use axum::http::Method;
use serde_json::{Map, Value, json};

const TEXT: &str = include_str!("../../../../contracts/latchel.openapi.json");

/// The contract.
pub(super) struct Contract(Value);

impl Contract {
    pub(super) fn read() -> Self {
        Self(serde_json::from_str(TEXT).expect("the contract is JSON"))
    }

    pub(super) fn document(&self) -> &Value {
        &self.0
    }

    /// Faults of a value by one of the component schemas.
    pub(super) fn faults(&self, schema: &str, value: &Value) -> Vec<String> {
        assert!(self.0["components"]["schemas"][schema].is_object(), "no schema {schema}");
        self.faults_by(json!({ "$ref": format!("#/components/schemas/{schema}") }), value)
    }

    /// Panics unless the value is as the component schema has it.
    #[track_caller]
    pub(super) fn check(&self, schema: &str, value: &Value) {
        let faults = self.faults(schema, value);
        assert!(faults.is_empty(), "{value} is no {schema}: {faults:?}");
    }

    /// Panics unless the request is as the contract has it.
    #[track_caller]
    pub(super) fn check_request(&self, method: &Method, path: &str, body: &Value) {
        let schema = &self.operation(method, path)["requestBody"]["content"]["application/json"]["schema"];
        let faults = self.faults_by(schema.clone(), body);
        assert!(faults.is_empty(), "{method} {path} was accepted with {body}: {faults:?}");
    }

    /// Panics unless the answer is as the contract has it, down to the members that it has.
    #[track_caller]
    pub(super) fn check_answer(&self, method: &Method, path: &str, status: u16, body: &Value) {
        let operation = self.operation(method, path);
        let mut response = &operation["responses"][status.to_string()];
        if let Some(target) = response["$ref"].as_str() {
            response = self.0.pointer(target.trim_start_matches('#')).expect("a response");
        }
        let schema = &response["content"]["application/json"]["schema"];
        assert!(schema.is_object(), "{method} {path} must not answer {status}: {body}");
        let faults = self.faults_by(schema.clone(), body);
        assert!(faults.is_empty(), "{method} {path} answered {status} {body}: {faults:?}");
    }

    fn faults_by(&self, mut schema: Value, value: &Value) -> Vec<String> {
        schema["components"] = closed(&self.0["components"]);
        let validator = jsonschema::options()
            .with_draft(jsonschema::Draft::Draft202012)
            .should_validate_formats(true)
            .build(&schema)
            .expect("a good schema");
        validator.iter_errors(value).map(|e| format!("{}: {e}", e.instance_path())).collect()
    }

    fn operation(&self, method: &Method, path: &str) -> &Value {
        let path = path.split('?').next().unwrap_or_default();
        let paths = self.0["paths"].as_object().expect("paths");
        let known = paths.get(path).or_else(|| template(paths, path));
        let operation = &known.expect("a path of the contract")[method.as_str().to_lowercase()];
        assert!(operation.is_object(), "no {method} {path} in the contract");
        operation
    }
}

fn template<'a>(paths: &'a Map<String, Value>, path: &str) -> Option<&'a Value> {
    let (parent, _) = path.rsplit_once('/')?;
    let prefix = format!("{parent}/{{");
    paths.iter().find_map(|(known, item)| known.starts_with(&prefix).then_some(item))
}

/// A client must bear new members in answers; the mock must not have any that the contract lacks.
fn closed(components: &Value) -> Value {
    let mut components = components.clone();
    for schema in components["schemas"].as_object_mut().expect("schemas").values_mut() {
        if schema["type"] == "object" {
            schema["additionalProperties"] = json!(false);
        }
    }
    components
}

#[test]
fn the_contract_says_that_it_is_ours() {
    let description = Contract::read().0["info"]["description"].as_str().expect("text").to_owned();
    assert!(description.contains("our own contract, not Latchel's"), "{description}");
}

#[test]
fn every_reference_leads_somewhere() {
    fn walk(document: &Value, at: &Value) {
        match at {
            Value::Object(members) => {
                if let Some(target) = members.get("$ref").and_then(Value::as_str) {
                    assert!(document.pointer(target.trim_start_matches('#')).is_some(), "{target}");
                }
                members.values().for_each(|inner| walk(document, inner));
            }
            Value::Array(rows) => rows.iter().for_each(|inner| walk(document, inner)),
            _ => {}
        }
    }
    let contract = Contract::read();
    walk(contract.document(), contract.document());
}

#[test]
fn every_request_body_is_closed() {
    let contract = Contract::read();
    for name in ["Property", "Resident", "Job"] {
        for schema in [format!("New{name}"), format!("{name}Patch"), format!("{name}Lookup")] {
            let open = &contract.0["components"]["schemas"][&schema]["additionalProperties"];
            assert_eq!(open, &json!(false), "{schema}");
        }
    }
}
