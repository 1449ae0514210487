//! A test that the calls that are compared are those that are sent.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use latchel_sync_core::mirror::{JobsAsked, LatchelSource};
use latchel_sync_core::model::*;
use latchel_sync_core::registry::Settings;
use serde_json::{Value, json};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use super::expected::calls;
use crate::api::{Api, KEY};
use crate::source::Source;

/// Names of what a call sends: parameters and fields.
type Names = BTreeMap<String, (BTreeSet<String>, BTreeSet<String>)>;

fn answer(request: &Request) -> ResponseTemplate {
    let row = json!({"property_id": 501, "user_id": 601, "job_id": 7, "state_id": 4, "state": {"name": "Completed"},
        "created_at": "2026-03-02T08:00:00Z", "updated_at": "2026-03-02T08:00:00Z"});
    let cancelled = json!({"state_id": 5, "state": {"name": "Cancelled"}, "job_id": 8,
        "created_at": "2026-03-02T08:00:00Z", "updated_at": "2026-03-02T08:00:00Z"});
    let is_list = request.url.query().is_some();
    ResponseTemplate::new(200)
        .set_body_json(json!({"data": if is_list { json!([row, cancelled]) } else { row }}))
}

async fn source(server: &MockServer) -> Source {
    Mock::given(any()).respond_with(answer).mount(server).await;
    let values = json!({"base_url": format!("{}/v1", server.uri()), "writes": "on", "calls_share": 1, "calls_per_span": 600,
        "other_host": false});
    let values = values.as_object().cloned().unwrap_or_default();
    let secrets = [("api_key".to_owned(), "the-key".to_owned().into())].into();
    Source::new(Api::connect(&Settings::new(&[], values, secrets)).expect("an adapter"))
}

/// Calls every function of a source, with everything that can be told to it.
async fn everything(source: &Source) -> latchel_sync_core::Result<()> {
    let day = NaiveDate::default();
    source.check().await?;
    source.properties(1).await?;
    source.residents(1).await?;
    source.jobs(JobsAsked::Created(day), 1).await?;
    source.jobs(JobsAsked::Updated(day), 1).await?;
    source.jobs(JobsAsked::Closed(day), 1).await?;
    source.property(LatchelPropertyId(501)).await?;
    source.resident(LatchelResidentId(601)).await?;
    source.job(JobId(7)).await?;
    source.state_changed_at(JobId(7)).await?;
    let reference = PropertyRef::new(PropertyId::new("11"), None);
    let address = Address::default();
    let new = NewProperty {
        reference,
        name: "Main Street".to_owned(),
        source_address: address.clone(),
        integration_data: String::new(),
        is_active: true,
    };
    source.create_property(&new).await?;
    let patch = PropertyPatch {
        name: Some(new.name),
        source_address: Some(address),
        integration_data: Some(String::new()),
        deactivate: true,
    };
    source.update_property(LatchelPropertyId(501), &patch).await?;
    let new = NewResident {
        reference: ResidentRef::new(ResidentId::new("31"), PropertyId::new("11")),
        name: "Ada Abara".to_owned(),
        email: None,
        phone: None,
        tenancy: Tenancy { unit: None, move_in: None, move_out: None },
        home: LatchelPropertyId(501),
        is_active: true,
    };
    source.create_resident(&new).await?;
    let home = Home { unit: None, property: LatchelPropertyId(501) };
    let patch =
        ResidentPatch { move_in: Some(None), move_out: Some(None), unit: Some(home), is_active: Some(true) };
    source.update_resident(LatchelResidentId(601), &patch).await?;
    let new = NewJob {
        work_order: WorkOrderId::new("81"),
        number: "81-1".to_owned(),
        name: String::new(),
        description: String::new(),
        property: LatchelPropertyId(501),
        resident: Some(LatchelResidentId(601)),
        severity: Severity::Normal,
        scheduled_start: Some(chrono::DateTime::default()),
        entry_allowed: Some(true),
        access_instructions: Some(String::new()),
        closed: Some(ClosedStatus::Cancelled),
    };
    source.refer_property(LatchelPropertyId(501), &PropertyRef::new(PropertyId::new("11"), None)).await?;
    source.refer_resident(LatchelResidentId(601), &ResidentId::new("31")).await?;
    source.create_job(&new).await?;
    source.write_number_back(JobId(7), "81-1", &WorkOrderId::new("81")).await
}

fn sent(requests: &[Request]) -> Names {
    let mut names = Names::new();
    for request in requests {
        assert!(request.headers.contains_key(KEY));
        let path = request.url.path().trim_start_matches("/v1");
        let is_id = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit()) && !part.is_empty();
        let path: Vec<_> = path.split('/').map(|part| if is_id(part) { "{id}" } else { part }).collect();
        let (query, body) = names.entry(format!("{} {}", request.method, path.join("/"))).or_default();
        query.extend(request.url.query_pairs().map(|(name, _)| name.into_owned()));
        let sent: Value = serde_json::from_slice(&request.body).unwrap_or_default();
        body.extend(sent.as_object().into_iter().flatten().map(|(name, _)| name.clone()));
    }
    names
}

#[tokio::test]
async fn what_is_compared_is_what_is_sent() {
    let server = MockServer::start().await;
    let source = source(&server).await;
    everything(&source).await.expect("every call is answered");
    let listed = calls().expect("calls").into_iter().map(|call| {
        let query = call.queries.iter().flatten().map(|(name, _)| (*name).to_owned()).collect();
        let body = call.bodies.iter().filter_map(Value::as_object).flatten().map(|(name, _)| name.clone());
        (call.to_string(), (query, body.collect()))
    });
    let requests = server.received_requests().await.expect("recording");
    assert_eq!(listed.collect::<Names>(), sent(&requests));
}
