//! The mock Buildium's answers against the vendor's OpenAPI file, wherever that file is.
#![expect(clippy::expect_used, reason = "helpers of tests fail like tests")]

use std::path::Path;

use jsonschema::Validator;
use serde_json::{Value, json};

use crate::buildium::{get, server};

const SPEC: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/specs/buildium.openapi.json");

/// OpenAPI 3.0 says `nullable` where JSON Schema lists null.
fn nullable(schema: &mut Value) {
    match schema {
        Value::Object(map) => {
            map.values_mut().for_each(nullable);
            if map.remove("nullable") == Some(Value::Bool(true)) {
                let own = std::mem::take(map);
                map.insert("anyOf".to_owned(), json!([own, {"type": "null"}]));
            }
        }
        Value::Array(items) => items.iter_mut().for_each(nullable),
        _ => {}
    }
}

fn validator(spec: &Value, path: &str) -> Validator {
    let schema = &spec["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"];
    assert!(schema.is_object(), "{path} is in the file");
    let mut whole = json!({"allOf": [schema], "components": {"schemas": spec["components"]["schemas"]}});
    nullable(&mut whole);
    jsonschema::validator_for(&whole).expect("a schema")
}

#[tokio::test]
async fn every_list_answers_as_the_vendors_file_says() {
    if !Path::new(SPEC).exists() {
        eprintln!("skipped: {SPEC} is not there");
        return;
    }
    let spec = serde_json::from_str(&std::fs::read_to_string(SPEC).expect("the file")).expect("JSON");
    let server = server(mock_pms::Options::unlimited()).await;
    for path in [
        "/v1/rentals",
        "/v1/rentals/units",
        "/v1/leases/tenants",
        "/v1/leases",
        "/v1/users",
        "/v1/vendors",
        "/v1/propertygroups",
        "/v1/tasks",
        "/v1/workorders",
        "/v1/administration/account",
    ] {
        let (status, body) =
            get(&server, &format!("{path}{}", if path.ends_with("account") { "" } else { "?limit=1000" }))
                .await;
        assert_eq!(status, 200, "{path}");
        let problems: Vec<_> = validator(&spec, path)
            .iter_errors(&body)
            .take(5)
            .map(|problem| format!("{}: {problem}", problem.instance_path()))
            .collect();
        assert!(problems.is_empty(), "{path}: {problems:#?}");
    }
}
