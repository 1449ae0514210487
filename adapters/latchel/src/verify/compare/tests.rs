use latchel_sync_core::guesses::{Agreement, CallReport};
use serde_json::{Map, Value, json};

use super::super::expected::{Answer, calls};
use super::super::fields::{Field, Form};
use super::super::openapi::type_of;
use super::against;

/// A document that has every call as it is sent.
fn agreeing() -> Value {
    let mut paths = Map::new();
    for call in calls().expect("calls") {
        let parameters = call
            .queries
            .iter()
            .flatten()
            .map(|(name, _)| json!({"name": name, "in": "query", "schema": {"type": "string"}}));
        let mut operation = json!({"parameters": parameters.collect::<Vec<_>>(), "responses": {"200": {"content":
            {"application/json": {"schema": answer(call.answer)}}}}});
        if !call.bodies.is_empty() {
            let mut members = Map::new();
            for (name, value) in call.bodies.iter().filter_map(Value::as_object).flatten() {
                let member =
                    members.entry(name).or_insert_with(|| json!({"type": "string", "nullable": true}));
                if !value.is_null() {
                    member["type"] = json!(type_of(value));
                }
            }
            operation["requestBody"]["content"]["application/json"]["schema"] =
                json!({"type": "object", "properties": members});
        }
        let item = paths.entry(format!("/{}", call.path)).or_insert_with(|| json!({}));
        item[call.method.to_lowercase()] = operation;
    }
    json!({"openapi": "3.0.3", "info": {"title": "An API", "version": "1"}, "servers": [{"url": "https://papi.latchel.com/v1"}],
        "security": [{"key": []}],
        "components": {"securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-API-Key"}}},
        "paths": paths})
}

fn answer(answer: Answer) -> Value {
    let record = |fields: &[Field]| {
        let of = |field: &Field| {
            let schema = match field.form {
                Form::Number | Form::Flag => json!({"type": "integer"}),
                Form::State => json!({"type": "object", "properties": {"name": {"type": "string"}}}),
                _ => json!({"type": "string"}),
            };
            (field.name.to_owned(), schema)
        };
        json!({"type": "object", "properties": fields.iter().map(of).collect::<Map<_, _>>()})
    };
    let data = |data: Value| json!({"type": "object", "properties": {"data": data}});
    match answer {
        Answer::Rows(fields) => {
            let mut list = data(json!({"type": "array", "items": record(fields)}));
            list["properties"]["links"] = json!({"properties": {"next": {"type": "string"}}});
            list
        }
        Answer::Record(fields) => data(record(fields)),
        Answer::Id(name) => data(json!({"type": "object", "properties": {name: {"type": "integer"}}})),
        Answer::Unread => json!({}),
    }
}

/// The report on one call, after the document was changed.
fn report(call: &str, change: impl FnOnce(&mut Value)) -> CallReport {
    let mut document = agreeing();
    change(&mut document);
    let report = against(&document).expect("a document");
    report.calls.into_iter().find(|one| one.call == call).expect("the call")
}

/// The differences of a call, in short.
fn differences(call: &str, change: impl FnOnce(&mut Value)) -> Vec<String> {
    let report = report(call, change);
    assert_eq!(report.differences.is_empty(), report.verdict == Agreement::Agrees, "{report:?}");
    let short = |one: &latchel_sync_core::guesses::Difference| {
        format!("{:?} {} {}: {}", one.verdict, one.part, one.name, one.detail)
    };
    report.differences.iter().map(short).collect()
}

/// Schema of a body.
fn body<'a>(document: &'a mut Value, path: &str, method: &str) -> &'a mut Value {
    &mut document["paths"][path][method]["requestBody"]["content"]["application/json"]["schema"]
}

/// Schema of an answer.
fn said<'a>(document: &'a mut Value, path: &str, method: &str) -> &'a mut Value {
    &mut document["paths"][path][method]["responses"]["200"]["content"]["application/json"]["schema"]
}

#[test]
fn a_document_that_has_everything_agrees() {
    let report = against(&agreeing()).expect("a document");
    let differing: Vec<_> = report.calls.iter().filter(|call| !call.differences.is_empty()).collect();
    assert!(report.agrees() && report.calls.len() == 14, "{differing:#?}");
    assert_eq!(report.document, "An API, version 1");
}

#[test]
fn what_is_no_document_is_refused() {
    for other in [
        json!(null),
        json!([]),
        json!({"openapi": "3.0.3"}),
        json!({"paths": {}}),
        json!({"openapi": "4.0", "paths": {}}),
    ] {
        assert!(against(&other).is_err(), "{other}");
    }
}

#[test]
fn paths_and_methods_are_told_apart() {
    let gone = report("POST /tenants", |document| {
        drop(document["paths"].as_object_mut().map(|all| all.remove("/tenants")))
    });
    assert_eq!(gone.verdict, Agreement::NotThere);
    let method = report("POST /tenants", |document| {
        drop(document["paths"]["/tenants"].as_object_mut().map(|all| all.remove("post")))
    });
    assert_eq!(
        (method.verdict, method.differences[0].detail.as_str()),
        (Agreement::NotThere, "the path has GET alone")
    );
    let put = differences("PATCH /jobs/{id}", |document| {
        let item = document["paths"]["/jobs/{id}"].as_object_mut().expect("a path");
        let patch = item.remove("patch").expect("a method");
        item.insert("put".to_owned(), patch);
    });
    assert_eq!(put, ["Differs method : it is PUT there"]);
    let renamed = differences("GET /jobs/{id}", |document| {
        let paths = document["paths"].as_object_mut().expect("paths");
        let item = paths.remove("/jobs/{id}").expect("a path");
        paths.insert("/jobs/{jobId}/".to_owned(), item);
    });
    assert_eq!(renamed, Vec::<String>::new());
}

#[test]
fn the_version_in_the_address_counts() {
    let other = |url: &str| {
        let url = url.to_owned();
        differences("GET /jobs/{id}", move |document| document["servers"] = json!([{"url": url}]))
    };
    assert_eq!(other("/v1"), Vec::<String>::new());
    assert_eq!(other("https://papi.latchel.com/v2"), ["Differs path : it is /v2/jobs/{id} there"]);
    let variable = differences("GET /jobs/{id}", |document| {
        document["servers"] =
            json!([{"url": "https://{host}/{version}", "variables": {"version": {"default": "v1"}}}]);
    });
    assert_eq!(variable, Vec::<String>::new());
    let address = differences("https://papi.latchel.com/v1", |document| {
        document["servers"] = json!([{"url": "https://elsewhere.example/v1"}])
    });
    assert_eq!(address, ["Differs address : the document has https://elsewhere.example/v1"]);
    let in_paths = report("GET /jobs", |document| {
        document["servers"] = json!([]);
        let paths = document["paths"].as_object_mut().expect("paths");
        *paths = std::mem::take(paths).into_iter().map(|(path, item)| (format!("/v1{path}"), item)).collect();
    });
    assert_eq!(in_paths.verdict, Agreement::Agrees);
}

#[test]
fn the_key_is_a_header_of_this_name() {
    let key = |scheme: Value| {
        differences("GET /jobs", |document| document["components"]["securitySchemes"]["key"] = scheme)
    };
    assert_eq!(
        key(json!({"type": "http", "scheme": "bearer"})),
        ["Differs header x-api-key: there it takes `Authorization: bearer`"]
    );
    assert_eq!(
        key(json!({"type": "apiKey", "in": "query", "name": "x-api-key"})),
        ["Differs header x-api-key: there it takes a key in the query `x-api-key`"]
    );
    let unsaid = differences("GET /jobs", |document| {
        document["security"] = Value::Null;
        document["components"] = Value::Null;
    });
    assert_eq!(unsaid, ["NotThere header x-api-key: the document says nothing of a key"]);
    let other = differences("GET /jobs", |document| {
        let header =
            json!({"name": "X-Company", "in": "header", "required": true, "schema": {"type": "string"}});
        document["paths"]["/jobs"]["parameters"] = json!([header]);
    });
    assert_eq!(other, ["Differs header X-Company: it is required there, and is not sent"]);
}

#[test]
fn parameters_must_be_there_and_take_what_is_sent() {
    let with = |parameters: Value| {
        differences("GET /jobs", |document| document["paths"]["/jobs"]["get"]["parameters"] = parameters)
    };
    let date =
        |name: &str| json!({"name": name, "in": "query", "schema": {"type": "string", "format": "date"}});
    let page = json!({"name": "page", "in": "query", "schema": {"type": "integer"}});
    let states = json!({"name": "in_states", "in": "query", "explode": false, "schema": {"type": "array", "items": {"type": "integer"}}});
    let (created, updated) = (date("created_at_start_date"), date("updated_at_start_date"));
    assert_eq!(with(json!([page, states, created, updated])), Vec::<String>::new());
    let instant = json!({"name": "updated_at_start_date", "in": "query", "schema": {"type": "string", "format": "date-time"}});
    let company =
        json!({"name": "company_id", "in": "query", "required": true, "schema": {"type": "integer"}});
    let mut exploded = states.clone();
    exploded["explode"] = json!(true);
    assert_eq!(
        with(json!([page, exploded, instant, company])),
        [
            "NotThere query created_at_start_date: ",
            "Differs query updated_at_start_date: a text such as \"1970-01-01\" is sent; there it is a date-time",
            "Differs query in_states: several values are sent as one with commas; there the parameter is repeated",
            "Differs query company_id: it is required there, and is not sent",
        ]
    );
}

#[test]
fn a_body_must_fit_exactly() {
    let job = |change: fn(&mut Value)| {
        differences("POST /jobs", |document| change(body(document, "/jobs", "post")))
    };
    assert_eq!(
        job(|schema| schema["properties"]["is_urgent"] = json!({"type": "boolean"})),
        [
            "Differs body is_urgent: sent as integer (0); there it is boolean",
            "Differs body is_urgent: sent as integer (1); there it is boolean"
        ]
    );
    assert_eq!(
        job(|schema| schema["properties"]["severity"] =
            json!({"type": "string", "enum": ["normal", "urgent"]})),
        ["Differs body severity: \"emergency\" is sent, which is not among \"normal\", \"urgent\""]
    );
    assert_eq!(
        job(|schema| schema["required"] = json!(["pm_id", "tenant_id", "name"])),
        [
            "Differs body pm_id: it is required there, and is not sent",
            "Differs body tenant_id: it is required there, and is not always sent"
        ]
    );
    assert_eq!(
        job(|schema| drop(schema["properties"].as_object_mut().map(|all| all.remove("ref_job_id")))),
        ["NotThere body ref_job_id: "]
    );
    assert_eq!(
        job(|schema| schema["properties"]["order_number"] = json!({"type": "string", "readOnly": true})),
        ["Differs body order_number: it can only be read there"]
    );
    assert_eq!(
        job(|schema| *schema = json!({"properties": {"job": schema.clone()}})),
        ["Differs body : the fields stand in `job` there"]
    );
    assert_eq!(
        job(|schema| schema["properties"]["property_id"] = json!({"type": "number"})),
        Vec::<String>::new()
    );
    let null = differences("PATCH /tenants/{id}", |document| {
        body(document, "/tenants/{id}", "patch")["properties"]["move_out_date"] =
            json!({"type": "string", "format": "date"});
    });
    assert_eq!(null, ["Differs body move_out_date: null is sent too; there it is string and never null"]);
    let form = differences("POST /jobs", |document| {
        document["paths"]["/jobs"]["post"]["requestBody"]["content"] =
            json!({"multipart/form-data": {"schema": {}}});
    });
    assert_eq!(form, ["Differs body : JSON is sent; there it is multipart/form-data"]);
}

#[test]
fn an_answer_must_have_what_is_read() {
    let property = |change: fn(&mut Value)| {
        report("GET /properties/{id}", |document| {
            change(&mut said(document, "/properties/{id}", "get")["properties"]["data"]["properties"]);
        })
    };
    let detail = |report: &CallReport| {
        report.differences.iter().map(|one| format!("{}: {}", one.name, one.detail)).collect::<Vec<_>>()
    };
    let flag = property(|fields| fields["is_active"] = json!({"type": "boolean"}));
    assert_eq!(
        (flag.verdict, flag.notes),
        (Agreement::Agrees, vec!["`is_active`: true and false are read like 1 and 0".to_owned()])
    );
    let text = property(|fields| fields["property_id"] = json!({"type": "string"}));
    assert_eq!(text.verdict, Agreement::Agrees);
    assert!(text.notes[0].contains("digits"), "{text:?}");
    let object = property(|fields| fields["integration_data"] = json!({"type": "object"}));
    assert_eq!(detail(&object), ["integration_data: read as text; there it is object"]);
    let gone = property(|fields| {
        drop(fields.as_object_mut().map(|all| (all.remove("zip"), all.remove("portfolio_id"))))
    });
    assert_eq!((detail(&gone), gone.notes.len()), (vec!["zip: ".to_owned()], 1));
    let next = differences("GET /properties", |document| {
        let list = said(document, "/properties", "get")["properties"].as_object_mut().expect("members");
        let links = list.remove("links");
        list.insert("meta".to_owned(), links.unwrap_or_default());
    });
    assert_eq!(
        next,
        [
            "NotThere answer links.next: by it another page is told from the last one; there are `data`, `meta`"
        ]
    );
    let bare = differences("GET /properties", |document| {
        let list = said(document, "/properties", "get");
        *list = list["properties"]["data"].clone();
    });
    assert!(
        bare.contains(&"Differs answer data: the rows are the answer itself there".to_owned()),
        "{bare:?}"
    );
    let without_id = differences("POST /jobs", |document| {
        document["paths"]["/jobs"]["post"]["responses"] = json!({"204": {"description": "made"}});
    });
    assert_eq!(without_id, ["NotThere answer : the call answers with nothing there"]);
}

#[test]
fn references_and_combinations_are_followed() {
    let combined = report("GET /properties/{id}", |document| {
        let record = said(document, "/properties/{id}", "get")["properties"]["data"].take();
        let mut fields = record["properties"].as_object().cloned().expect("members");
        let id = fields.remove("property_id").expect("an id");
        document["components"]["schemas"] = json!({
            "Id": {"type": "object", "properties": {"property_id": {"allOf": [{"$ref": "#/components/schemas/An%20id"}]}}},
            "An id": id,
            "Property": {"allOf": [{"$ref": "#/components/schemas/Id"}, {"oneOf": [{"properties": fields}, {"type": "null"}]}]},
        });
        said(document, "/properties/{id}", "get")["properties"]["data"] =
            json!({"$ref": "#/components/schemas/Property"});
    });
    assert_eq!((combined.verdict, combined.differences.len()), (Agreement::Agrees, 0), "{combined:?}");
}

#[test]
fn a_document_of_the_second_version_is_read_too() {
    let mut document = agreeing();
    document["swagger"] = json!("2.0");
    document["host"] = json!("papi.latchel.com");
    document["basePath"] = json!("/v1");
    document["schemes"] = json!(["https"]);
    document["securityDefinitions"] = document["components"]["securitySchemes"].take();
    let root = document.as_object_mut().expect("a document");
    for name in ["openapi", "servers", "components"] {
        root.remove(name);
    }
    for item in document["paths"].as_object_mut().expect("paths").values_mut() {
        for operation in item.as_object_mut().expect("methods").values_mut() {
            let answer = operation["responses"]["200"]["content"]["application/json"]["schema"].take();
            operation["responses"]["200"] = json!({"schema": answer});
            let parameters = operation["parameters"].as_array_mut().expect("parameters");
            for parameter in parameters.iter_mut() {
                *parameter = json!({"name": parameter["name"], "in": "query", "type": "string"});
            }
            let body = operation.as_object_mut().and_then(|operation| operation.remove("requestBody"));
            if let Some(body) = body {
                let schema = body["content"]["application/json"]["schema"]
                    .to_string()
                    .replace("\"nullable\"", "\"x-nullable\"");
                let schema: Value = serde_json::from_str(&schema).expect("a schema");
                operation["parameters"] = json!([{"name": "body", "in": "body", "schema": schema}]);
            }
        }
    }
    let report = against(&document).expect("a document");
    let differing: Vec<_> = report.calls.iter().filter(|call| !call.differences.is_empty()).collect();
    assert!(report.agrees(), "{differing:#?}");
}

#[test]
fn circles_and_towers_of_references_end() {
    let circle = report("GET /jobs/{id}", |document| {
        document["components"]["schemas"] = json!({
            "A": {"allOf": [{"$ref": "#/components/schemas/B"}, {"$ref": "#/components/schemas/B"}]},
            "B": {"allOf": [{"$ref": "#/components/schemas/A"}, {"$ref": "#/components/schemas/A"}]},
            "Self": {"$ref": "#/components/schemas/Self"},
        });
        document["paths"]["/self"] = json!({"$ref": "#/paths/~1self"});
        said(document, "/jobs/{id}", "get")["properties"]["data"] = json!({"$ref": "#/components/schemas/A"});
        said(document, "/jobs", "get")["properties"]["data"]["items"] =
            json!({"$ref": "#/components/schemas/Self"});
        document["paths"]["/jobs"]["post"]["requestBody"] =
            json!({"$ref": "https://elsewhere.example/body.yaml"});
    });
    assert_eq!(circle.verdict, Agreement::Differs);
    assert!(circle.notes.iter().any(|note| note.contains("could not be followed")), "{circle:?}");
}
