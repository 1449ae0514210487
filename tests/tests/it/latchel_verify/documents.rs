//! The calls of the adapter against OpenAPI files.

use serde_json::{Value, json};

use super::mocked;
use crate::setup::Setup;

const FILE: &str = "latchel-papi.reconstructed.openapi.json";

/// The report on a document, written as JSON and as YAML.
async fn compared(setup: &Setup, code: i32, document: &Value) -> Value {
    let mut reports = Vec::new();
    for (name, text) in [("papi.json", document.to_string()), ("papi.yaml", yaml(document))] {
        std::fs::write(setup.folder.path().join(name), text).expect("it can be written");
        let printed = setup.run(code, &["adapters", "verify", "latchel", "--spec", name, "--json"]).await;
        reports.push(serde_json::from_str::<Value>(&printed).expect("JSON"));
    }
    assert_eq!(reports[0], reports[1]);
    reports.remove(0)
}

/// A document as YAML, in blocks, with keys as people write them.
fn yaml(document: &Value) -> String {
    fn write(value: &Value, indent: usize, into: &mut String) {
        let start = format!("\n{}", "  ".repeat(indent));
        match value {
            Value::Object(members) if !members.is_empty() => {
                for (name, value) in members {
                    let is_plain =
                        name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
                    let name = if is_plain { name.clone() } else { json!(name).to_string() };
                    into.push_str(&format!("{start}{name}:"));
                    write(value, indent + 1, into);
                }
            }
            Value::Array(values) if !values.is_empty() => {
                for value in values {
                    into.push_str(&format!("{start}-"));
                    write(value, indent + 1, into);
                }
            }
            other => into.push_str(&format!(" {other}")),
        }
    }
    let mut text = String::new();
    write(document, 0, &mut text);
    text.trim_start().to_owned() + "\n"
}

fn call<'a>(report: &'a Value, name: &str) -> &'a Value {
    report["calls"].as_array().expect("calls").iter().find(|one| one["call"] == name).expect("the call")
}

/// The differences of a call, in short.
fn differences(report: &Value, name: &str) -> Vec<String> {
    let differences = call(report, name)["differences"].as_array().expect("differences").iter();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    differences
        .map(|one| format!("{} {} {}", text(&one["verdict"]), text(&one["part"]), text(&one["name"])))
        .collect()
}

#[tokio::test]
async fn the_reconstructed_file_has_what_users_report_and_nothing_of_the_guesses() {
    let Some(document) = specs::document(FILE) else { return };
    let setup = mocked(&[]).await;
    let report = compared(&setup, 1, &document).await;
    let verdict = |name: &str| call(&report, name)["verdict"].as_str().unwrap_or_default().to_owned();
    for agreed in
        ["https://papi.latchel.com/v1", "GET /jobs", "GET /jobs/{id}", "GET /jobs/{id}/history/state"]
    {
        assert_eq!(verdict(agreed), "agrees", "{:#}", call(&report, agreed));
    }
    for guessed in [
        "GET /properties/{id}",
        "POST /properties",
        "PATCH /properties/{id}",
        "GET /tenants/{id}",
        "POST /tenants",
        "PATCH /tenants/{id}",
        "POST /jobs",
        "PATCH /jobs/{id}",
    ] {
        assert_eq!(verdict(guessed), "not_there", "{guessed}");
    }
    let tenants = differences(&report, "GET /tenants");
    assert_eq!(
        tenants,
        ["email", "phone", "property_id", "move_in_date", "move_out_date"]
            .map(|name| format!("not_there answer {name}"))
    );
    assert!(differences(&report, "GET /properties").contains(&"not_there answer address1".to_owned()));
}

#[tokio::test]
async fn every_known_variant_of_the_file_is_told() {
    let Some(original) = specs::document(FILE) else { return };
    let setup = mocked(&[]).await;
    let schemas = "/components/schemas";
    let job = format!("{schemas}/Job/properties");
    let change = |at: &str, with: &dyn Fn(&mut Value)| {
        let mut document = original.clone();
        with(document.pointer_mut(at).expect("a place"));
        document
    };
    let remove = |at: &str, name: &'static str| {
        change(at, &|place| drop(place.as_object_mut().map(|members| members.remove(name))))
    };
    let patch = json!({"parameters": [], "responses": {"200": {"description": "ok"}}, "requestBody": {"content":
        {"application/json": {"schema": {"type": "object", "required": ["pm_id"],
        "properties": {"order_number": {"type": "string"}, "ref_job_id": {"type": "integer"}, "pm_id": {"type": "integer"}}}}}}});
    let variants = [
        (remove("/paths", "/jobs/{job_id}"), "GET /jobs/{id}", vec!["not_there path "]),
        (remove(&job, "ref_job_id"), "GET /jobs", vec!["not_there answer ref_job_id"]),
        (
            change(&job, &|fields| {
                let reference = fields["ref_job_id"].take();
                fields.as_object_mut().expect("fields").remove("ref_job_id");
                fields["reference_id"] = reference;
            }),
            "GET /jobs/{id}",
            vec!["not_there answer ref_job_id"],
        ),
        (
            change(&job, &|fields| fields["created_at"]["type"] = json!("integer")),
            "GET /jobs",
            vec!["differs answer created_at"],
        ),
        // Text where a number is: digits are read.
        (change(&job, &|fields| fields["job_id"]["type"] = json!("string")), "GET /jobs", vec![]),
        (
            change("/paths/~1jobs/get/parameters", &|all| {
                all.as_array_mut().expect("parameters").retain(|one| one["name"] != "in_states");
                all[0]["required"] = json!(true);
                all[1]["name"] = json!("updated_since");
            }),
            "GET /jobs",
            vec!["not_there query updated_at_start_date", "not_there query in_states"],
        ),
        (
            change("/paths/~1jobs~1{job_id}", &|item| item["put"] = patch.clone()),
            "PATCH /jobs/{id}",
            vec!["differs method ", "differs body ref_job_id", "differs body pm_id"],
        ),
        (
            change("/paths/~1jobs~1{job_id}", &|item| item["patch"] = patch.clone()),
            "PATCH /jobs/{id}",
            vec!["differs body ref_job_id", "differs body pm_id"],
        ),
        (
            change("/servers", &|all| all[0]["url"] = json!("https://papi.latchel.com/v1/")),
            "GET /jobs",
            vec![],
        ),
        (
            change("/servers", &|all| *all = json!([{"url": "https://papi.latchel.com/v2"}])),
            "GET /jobs",
            vec!["differs path "],
        ),
        (
            change("/components/securitySchemes/key", &|key| key["name"] = json!("Authorization")),
            "GET /jobs",
            vec!["differs header x-api-key"],
        ),
        (
            remove(&format!("{schemas}/Links/properties"), "next"),
            "GET /properties",
            vec!["not_there answer links.next"],
        ),
    ];
    for (document, name, wanted) in variants {
        let report = compared(&setup, 1, &document).await;
        let mut found = differences(&report, name);
        if name == "GET /properties" {
            found.retain(|one| one.contains("links"));
        }
        assert_eq!(found, wanted, "{:#}", call(&report, name));
    }
}

#[tokio::test]
async fn a_file_that_cannot_be_read_is_named_with_its_line() {
    let setup = mocked(&[]).await;
    let write =
        |name: &str, text: &str| std::fs::write(setup.folder.path().join(name), text).expect("it is written");
    write("broken.json", "{\n\"openapi\": \"3.0.3\",\n\"paths\" {}}");
    write("broken.yaml", "openapi: 3.0.3\npaths:\n  /jobs: [1, 2\n");
    write("other.yaml", "name: something else\n");
    std::fs::create_dir(setup.folder.path().join("folder")).expect("a folder");
    for (name, wanted) in [
        ("broken.json", "broken.json:3:"),
        ("broken.yaml", "broken.yaml:"),
        ("other.yaml", "other.yaml: this is no OpenAPI 3"),
        ("absent.yaml", "absent.yaml: "),
        ("folder", "folder: "),
        ("/dev/zero", "/dev/zero: longer than"),
    ] {
        let output = setup.output(&["adapters", "verify", "latchel", "--spec", name]).await;
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{name}: {said}");
        assert!(said.contains(wanted), "{name}: {said}");
    }
    for args in [
        &["adapters", "verify", "latchel", "--spec", "x.yaml", "--sandbox"][..],
        &["adapters", "verify", "latchel-gateway", "--spec", "other.yaml"],
        &["adapters", "verify", "nobody", "--spec", "other.yaml"],
        &["adapters", "verify", "latchel"],
    ] {
        assert_eq!(setup.output(args).await.status.code(), Some(3), "{args:?}");
    }
}
