//! A vendor's OpenAPI file as a judge of requests and answers, wherever the file is at hand. Nothing of it is kept
//! here.
#![allow(clippy::expect_used, reason = "a file that cannot be read fails the test")]

use std::fmt;
use std::path::Path;

use serde_json::{Map, Value, json};

/// Beside the workspace, not in it.
const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/specs");

/// A specification, its schemas in the words of JSON Schema.
pub struct Spec {
    document: Value,
    schemas: Value,
}

impl fmt::Debug for Spec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Spec").field("info", &self.document["info"]["title"]).finish_non_exhaustive()
    }
}

/// A request, as far as it names an operation.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// Its method, in capitals.
    pub method: &'a str,
    /// Its path, with or without a query.
    pub path: &'a str,
}

/// The document in this file, or `None` and a word about that.
pub fn document(file: &str) -> Option<Value> {
    let path = Path::new(FOLDER).join(file);
    let Ok(text) = std::fs::read_to_string(&path) else {
        eprintln!("skipped: {} is not there to check against", path.display());
        return None;
    };
    Some(serde_json::from_str(&text).expect("the specification is JSON"))
}

impl Spec {
    /// The specification in this file, or `None` and a word about that.
    pub fn at_hand(file: &str) -> Option<Self> {
        let document = document(file)?;
        let schemas = translated(&document["components"]["schemas"]);
        Some(Self { document, schemas })
    }

    /// Faults of an answer. An error that the operation does not declare is held against `error`, a schema's name.
    pub fn answer_faults(&self, asked: &Asked<'_>, status: u16, body: &Value, error: &str) -> Vec<String> {
        let operation = self.operation(asked);
        let response = &operation.unwrap_or(&Value::Null)["responses"][status.to_string()];
        match &response["content"]["application/json"]["schema"] {
            Value::Null if status >= 400 => {
                self.faults(&json!({ "$ref": format!("#/components/schemas/{error}") }), body)
            }
            Value::Null => vec![format!("{} {} must not answer {status}", asked.method, asked.path)],
            schema => self.faults(schema, body),
        }
    }

    /// Faults of a request's body.
    pub fn body_faults(&self, asked: &Asked<'_>, body: &Value) -> Vec<String> {
        self.faults(self.body_schema(asked), body)
    }

    /// Faults of a request's path, method and query parameters.
    pub fn query_faults(&self, asked: &Asked<'_>, query: &[(String, String)]) -> Vec<String> {
        let Some(operation) = self.operation(asked) else {
            return vec![format!("there is no {} {}", asked.method, asked.path)];
        };
        let known: Vec<_> = operation["parameters"].as_array().into_iter().flatten().collect();
        let mut faults = Vec::new();
        for (name, value) in query {
            match known.iter().find(|one| one["in"] == "query" && one["name"] == **name) {
                Some(parameter) => faults.extend(self.parameter_faults(parameter, value)),
                None => faults.push(format!("{name}: there is no such parameter")),
            }
        }
        faults
    }

    fn parameter_faults(&self, parameter: &Value, value: &str) -> Vec<String> {
        let schema = match &parameter["schema"] {
            list if list["type"] == "array" => &list["items"],
            one => one,
        };
        let value = match schema["type"].as_str() {
            Some("integer" | "number" | "boolean") => serde_json::from_str(value).unwrap_or(json!(value)),
            _ => json!(value),
        };
        let name = parameter["name"].as_str().unwrap_or_default();
        self.faults(schema, &value).into_iter().map(|fault| format!("{name}{fault}")).collect()
    }

    /// The members that a request's body may have.
    pub fn body_members(&self, asked: &Asked<'_>) -> Vec<String> {
        let schema = self.body_schema(asked);
        let target = schema["allOf"][0]["$ref"].as_str().expect("a named schema");
        let schema = self.document.pointer(target.trim_start_matches('#')).expect("a schema");
        schema["properties"].as_object().expect("members").keys().cloned().collect()
    }

    fn body_schema(&self, asked: &Asked<'_>) -> &Value {
        let operation = self.operation(asked).expect("an operation of the specification");
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
    fn operation(&self, asked: &Asked<'_>) -> Option<&Value> {
        let path = asked.path.split('?').next().unwrap_or_default();
        let paths = self.document["paths"].as_object().expect("paths");
        let fits = |known: &str| {
            known.split('/').count() == path.split('/').count()
                && known.split('/').zip(path.split('/')).all(|(k, p)| k == p || k.starts_with('{'))
        };
        let parameters = |known: &str| known.matches('{').count();
        let fitting = || paths.iter().filter(|(known, _)| fits(known));
        let fewest = fitting().map(|(known, _)| parameters(known)).min()?;
        // One path may stand there twice, with other names for its parameters and other methods.
        let mut meant = fitting().filter(|(known, _)| parameters(known) == fewest);
        meant.find_map(|(_, methods)| methods.get(asked.method.to_lowercase()))
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
