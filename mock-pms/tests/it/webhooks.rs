//! Webhooks of the systems, as a subscriber gets them.
#![expect(clippy::expect_used, reason = "helpers of tests fail like tests")]

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::routing::post;
use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use mock_pms::{Dialect, MockServer, Options, SentWebhook, Side, Subscription, WebhookFault};
use ring::hmac;
use ring::signature::{RSA_PSS_2048_8192_SHA256, RsaPublicKeyComponents};
use serde_json::{Value, json};

use crate::client::{JSON, example, send};

const KEY: &str = "8a2f6c1e-0d57-4f0b-9a55-1f6f2f1b7a10";
const SECRET: &str = "shown-beside-it";

/// A request, as it came.
#[derive(Debug, Clone)]
pub(crate) struct Got {
    headers: HeaderMap,
    text: String,
}

impl Got {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().expect("text")
    }

    pub(crate) fn body(&self) -> Value {
        serde_json::from_str(&self.text).expect("JSON")
    }
}

/// The mock, and somebody who listens to it.
pub(crate) struct Listening {
    pub(crate) mock: MockServer,
    url: String,
    got: Arc<Mutex<Vec<Got>>>,
}

impl Listening {
    /// Answers each webhook with this status.
    async fn with(status: StatusCode) -> Self {
        Self::on(Dialect::BUILDIUM, status).await
    }

    pub(crate) async fn on(platform: Dialect, status: StatusCode) -> Self {
        let got: Arc<Mutex<Vec<Got>>> = Arc::default();
        let take = async move |State(got): State<Arc<Mutex<Vec<Got>>>>, headers: HeaderMap, text: String| {
            got.lock().expect("no panic").push(Got { headers, text });
            status
        };
        let router = Router::new().route("/hook", post(take)).with_state(got.clone());
        let socket = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}/hook", socket.local_addr().expect("an address"));
        tokio::spawn(async move { axum::serve(socket, router).await });
        let mock = MockServer::start(example(), Options { platform, ..Options::unlimited() })
            .await
            .expect("the mock starts");
        Self { mock, url, got }
    }

    async fn to(side: Side, faults: &[WebhookFault]) -> Self {
        let listening = Self::with(StatusCode::OK).await;
        listening.subscribe(side, faults);
        listening
    }

    pub(crate) fn subscribe(&self, side: Side, faults: &[WebhookFault]) {
        let secret = if side == Side::Latchel { KEY } else { SECRET };
        let (url, secret) = (self.url.clone(), secret.to_owned());
        let one = Subscription { side, url, secret, faults: faults.to_vec() };
        self.mock.subscribe(vec![one]).expect("a subscription");
    }

    pub(crate) fn edit(&self, edits: Value) {
        let edits: Vec<mock_pms::Edit> = serde_json::from_value(edits).expect("edits");
        self.mock.edit(|world| world.apply(&edits)).expect("the edits fit");
    }

    /// Waits until so many were sent; returns those that came.
    pub(crate) async fn got(&self, count: usize) -> Vec<Got> {
        let sent = self.mock.webhooks_reach(count).await;
        assert_eq!(sent.len(), count);
        self.got.lock().expect("no panic").clone()
    }
}

/// The events of these, with the ids that they name.
fn events(got: &[Got]) -> Vec<String> {
    let of = |got: &Got| {
        let body = got.body();
        let id = body
            .as_object()
            .expect("an object")
            .iter()
            .find(|(name, _)| name.ends_with("Id") && *name != "AccountId");
        let (name, id) = id.expect("an id");
        format!("{} {name} {id}", body["EventName"].as_str().expect("a name"))
    };
    got.iter().map(of).collect()
}

fn job(set: Value) -> Value {
    json!([{"side": "latchel", "collection": "jobs", "id": 701, "set": set}])
}

#[tokio::test]
async fn latchel_sends_the_record_with_what_changed_and_the_key_twice() {
    let listening = Listening::to(Side::Latchel, &[]).await;
    listening.edit(job(json!({"state": "Completed"})));
    let got = &listening.got(1).await[0];
    assert_eq!((got.header("x-api-key"), got.header("content-type")), (KEY, "application/json"));
    let body = got.body();
    let around: Vec<_> = ["object_type", "event", "secret", "platform"].map(|name| &body[name]).into();
    assert_eq!(around, ["Job", "updated", KEY, "LATCHEL"]);
    assert_eq!((&body["object"]["job_id"], &body["object"]["name"]), (&json!(701), &json!("No hot water")));
    let state = json!({"state_id": 17, "name": "Completed"});
    let now = "2026-03-02T20:00:00Z";
    assert_eq!(
        body["updated"],
        json!({"state_id": 17, "state": state, "state_updated_at": now, "updated_at": now})
    );

    listening.edit(json!([{"side": "latchel", "collection": "jobs", "create": {"source": "Tenant Call",
        "state": "Diagnosing Issue", "name": "Tap", "description": "It drips.", "property_id": 501}}]));
    let created = listening.got(2).await[1].body();
    assert_eq!((&created["event"], &created["object"]["job_id"]), (&json!("created"), &json!(702)));
    assert_eq!(created.get("updated"), None);
}

#[tokio::test]
async fn latchel_tells_nothing_of_how_to_reach_a_resident_and_nothing_of_what_is_deleted() {
    let listening = Listening::to(Side::Latchel, &[]).await;
    let of = |what: Value| json!([{"side": "latchel", "collection": "residents", "id": 601, "set": what}]);
    listening.edit(of(json!({"phone": "503-555-0199", "move_out_date": "2026-03-31"})));
    let body = listening.got(1).await[0].body();
    assert_eq!((&body["object_type"], &body["object"]["user_id"]), (&json!("Resident"), &json!(601)));
    for untold in ["email", "phone", "move_in_date", "move_out_date", "property_id", "ref_unit_id"] {
        assert_eq!(body["object"].get(untold), None, "{untold}");
    }
    assert_eq!(body["updated"], json!({"updated_at": "2026-03-02T20:00:00Z"}));
    listening.edit(json!([{"side": "latchel", "collection": "jobs", "delete": 701}]));
    listening.edit(of(json!({"name": "Ada B. Abara"})));
    assert_eq!(listening.got(2).await[1].body()["object_type"], "Resident");
}

#[tokio::test]
async fn buildium_signs_the_time_and_the_body() {
    let listening = Listening::to(Side::Platform, &[]).await;
    listening.edit(json!([{"collection": "work_orders", "id": 81, "set": {"title": "Tap"}}]));
    let got = &listening.got(1).await[0];
    assert_eq!(
        got.text,
        r#"{"AccountId":1,"EventDateTime":"2026-03-02T20:00:00Z","EventName":"WorkOrder.Updated","WorkOrderId":81}"#
    );
    assert_eq!(got.header("buildium-webhook-timestamp"), "1772481600");
    // By another implementation: HMAC-SHA256 of `1772481600.{body}`, in base64.
    let signature = "x2FvXQCTdHcelI2soNTSFEMRe1yxFReAjV4ByAqCYaw=";
    assert_eq!(got.header("buildium-webhook-signature"), signature);
}

#[tokio::test]
async fn buildium_tells_of_each_record_that_changed_and_of_what_is_deleted() {
    let listening = Listening::to(Side::Platform, &[]).await;
    listening.edit(json!([
        {"collection": "units", "id": 12, "set": {"number": "1-02"}},
        {"collection": "leases", "id": 31, "set": {"/move_outs/1": {"tenant_id": 21, "move_out": "2026-03-31"}}},
        {"collection": "work_orders", "delete": 82},
        {"collection": "users", "id": 42, "set": {"first_name": "Robyn"}},
        {"collection": "properties", "id": 2, "set": {"name": "7 Fir Lane"}, "touch": false},
    ]));
    assert_eq!(
        events(&listening.got(4).await),
        [
            "RentalUnit.Updated UnitId 12",
            "Lease.Updated LeaseId 31",
            "Lease.MoveOut.Created LeaseId 31",
            "WorkOrder.Deleted WorkOrderId 82",
        ]
    );
}

#[tokio::test]
async fn appfolio_signs_with_a_key_that_it_publishes() {
    let listening = Listening::on(Dialect::APPFOLIO, StatusCode::OK).await;
    let keys = format!("{}/.well-known/jwks.json", listening.mock.platform_url());
    let keys = send(Method::GET, &keys, &[], String::new()).await.good();
    let decoded = |text: &str| BASE64_URL_SAFE_NO_PAD.decode(text).expect("base64");
    let part = |name: &str| decoded(keys["keys"][0][name].as_str().expect("a part"));
    let key = RsaPublicKeyComponents { n: part("n"), e: part("e") };
    let is_signed = |got: &Got| {
        let (header, signature) =
            got.header("x-jws-signature").split_once("..").expect("a detached signature");
        let said: Value = serde_json::from_slice(&decoded(header)).expect("JSON");
        assert_eq!(said, json!({"alg": "PS256", "kid": keys["keys"][0]["kid"]}));
        let signed = format!("{header}.{}", BASE64_URL_SAFE_NO_PAD.encode(&got.text));
        key.verify(&RSA_PSS_2048_8192_SHA256, signed.as_bytes(), &decoded(signature)).is_ok()
    };
    listening.subscribe(Side::Platform, &[]);
    listening.edit(json!([
        {"collection": "work_orders", "id": 81, "set": {"title": "Tap"}},
        {"collection": "leases", "id": 31, "set": {"to_date": "2026-12-31"}},
        {"collection": "tasks", "id": 72, "set": {"title": "Alarms"}},
    ]));
    let got = listening.got(3).await;
    assert!(got.iter().all(is_signed), "{got:?}");
    let told: Vec<_> = got.iter().map(|one| one.body()["topic"].as_str().map(str::to_owned)).collect();
    assert_eq!(told, ["tenants", "tenants", "work_orders"].map(|topic| Some(topic.to_owned())));
    let body = got[2].body();
    let id = Dialect::APPFOLIO.work_order(body["entity_id"].as_str().expect("an id"));
    assert_eq!((id, &body["client_id"]), (Some(81), &json!("mock-client-id")));
    assert_ne!(got[0].body()["id"], got[1].body()["id"]);

    listening.subscribe(Side::Platform, &[WebhookFault::Forged]);
    listening.edit(json!([{"collection": "work_orders", "id": 81, "set": {"title": "Tap, again"}}]));
    assert!(!is_signed(&listening.got(4).await[3]));
}

#[tokio::test]
async fn rentvine_signs_the_time_and_the_body_of_records_as_its_lists_show_them() {
    let listening = Listening::on(Dialect::RENTVINE, StatusCode::OK).await;
    listening.subscribe(Side::Platform, &[]);
    listening.edit(json!([
        {"collection": "properties", "id": 1, "set": {"name": "Elm Yard"}},
        {"collection": "units", "id": 11, "set": {"number": "1-01"}},
        {"collection": "tenants", "id": 21, "set": {"first_name": "Eda"}},
        {"collection": "leases", "id": 31, "set": {"/move_outs/1": {"tenant_id": 21, "move_out": "2026-03-31"}}},
        {"collection": "tasks", "id": 72, "set": {"status": "closed"}},
        {"collection": "work_orders", "id": 81, "set": {"details": "It drips."}},
        {"collection": "work_orders", "delete": 83},
    ]));
    let got = listening.got(6).await;
    let told = |got: &Got| got.body()["event_type"].as_str().expect("an event").to_owned();
    assert_eq!(
        got.iter().map(told).collect::<Vec<_>>(),
        [
            "property.updated",
            "unit.updated",
            "lease.updated",
            "lease.updated",
            "work_order.updated",
            "work_order.updated"
        ]
    );
    let data: Vec<_> = got.iter().map(|one| one.body()["data"].clone()).collect();
    assert_eq!((&data[0]["propertyID"], &data[0]["name"]), (&json!("1"), &json!("Elm Yard")));
    assert_eq!(data[1]["unitID"], "11");
    assert_ne!(data[2]["leaseID"], data[3]["leaseID"], "a lease for each pair of dates");
    assert_eq!((&data[4]["workOrderID"], &data[4]["workOrderStatusID"]), (&json!("82"), &json!("1105")));
    assert_eq!(
        (&data[5]["workOrderID"], &data[5]["description"]),
        (&json!("81"), &json!("<p>It drips.</p>"))
    );
    for one in &got {
        assert_eq!(one.header("x-rentvine-timestamp"), "1772481600");
        let signed = BASE64_STANDARD.decode(one.header("x-rentvine-signature")).expect("base64");
        let key = hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes());
        assert!(hmac::verify(&key, format!("1772481600{}", one.text).as_bytes(), &signed).is_ok(), "{one:?}");
    }
    listening.subscribe(Side::Platform, &[WebhookFault::Forged]);
    listening.edit(json!([{"collection": "work_orders", "create": {"task_id": 71}}]));
    let forged = listening.got(7).await[6].clone();
    assert_eq!(told(&forged), "work_order.created");
    let signed = BASE64_STANDARD.decode(forged.header("x-rentvine-signature")).expect("base64");
    let key = hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes());
    assert!(hmac::verify(&key, format!("1772481600{}", forged.text).as_bytes(), &signed).is_err());
}

#[tokio::test]
async fn what_a_client_writes_is_told_too_and_what_is_refused_is_not() {
    let listening = Listening::to(Side::Platform, &[]).await;
    let key = [
        ("x-buildium-client-id", "mock-client-id"),
        ("x-buildium-client-secret", "mock-client-secret"),
        JSON,
    ];
    let url = format!("{}/v1/workorders", listening.mock.platform_url());
    let post = async |body: Value| send(Method::POST, &url, &key, body.to_string()).await;
    assert_eq!(post(json!({})).await.status, 400);
    let task =
        json!({"Title": "Tap", "Priority": "High", "Status": "New", "AssignedToUserId": 41, "PropertyId": 1});
    let made = post(json!({"EntryAllowed": "Yes", "VendorId": 51, "Task": task})).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let id = made.body["Id"].as_i64().expect("an id");
    let events = events(&listening.got(2).await);
    assert_eq!(events[1], format!("WorkOrder.Created WorkOrderId {id}"));
    assert!(events[0].starts_with("Task.Created TaskId "), "{events:?}");
}

#[tokio::test]
async fn on_purpose_they_come_twice_or_in_the_wrong_order_or_not_at_all() {
    let rename = |id: i64, name: &str| json!([{"collection": "properties", "id": id, "set": {"name": name}}]);
    let of = |id: i64| format!("Rental.Updated PropertyId {id}");
    let listening = Listening::to(Side::Platform, &[WebhookFault::Doubled, WebhookFault::Overtaken]).await;
    listening.edit(rename(1, "Oak Court"));
    listening.edit(rename(2, "Oak Lane"));
    assert_eq!(events(&listening.got(4).await), [of(2), of(2), of(1), of(1)]);

    listening.subscribe(Side::Platform, &[WebhookFault::Lost]);
    listening.edit(rename(1, "Ash Court"));
    listening.subscribe(Side::Platform, &[WebhookFault::Late { ms: 1 }]);
    listening.edit(rename(3, "Ash House"));
    assert_eq!(events(&listening.got(5).await[4..]), [of(3)]);

    listening.subscribe(Side::Platform, &[WebhookFault::Forged]);
    listening.edit(json!([{"collection": "work_orders", "id": 81, "set": {"title": "Tap"}}]));
    let forged = listening.got(6).await[5].clone();
    let signature = "x2FvXQCTdHcelI2soNTSFEMRe1yxFReAjV4ByAqCYaw=";
    assert_ne!(forged.header("buildium-webhook-signature"), signature);

    listening.subscribe(Side::Latchel, &[WebhookFault::Forged]);
    listening.edit(job(json!({"state": "Completed"})));
    let forged = listening.got(7).await[6].clone();
    assert_eq!(forged.header("x-api-key"), forged.body()["secret"]);
    assert!(!format!("{forged:?}").contains(KEY));
}

#[tokio::test]
async fn the_answer_is_written_down_and_one_is_sent_again_to_the_byte() {
    let listening = Listening::with(StatusCode::SERVICE_UNAVAILABLE).await;
    listening.subscribe(Side::Latchel, &[]);
    listening.edit(job(json!({"state": "Completed"})));
    let sent = listening.mock.webhooks_reach(1).await;
    let [SentWebhook { number: 0, side: Side::Latchel, status: Some(503), .. }] = &sent[..] else {
        panic!("{sent:?}")
    };
    let again = listening.mock.send_again(0).await.expect("it was sent");
    assert_eq!((again.number, &again.body), (1, &sent[0].body));
    let got = listening.got(2).await;
    assert_eq!((&got[0].text, &got[0].headers), (&got[1].text, &got[1].headers));
    assert_eq!(listening.mock.send_again(2).await, None);
}

#[tokio::test]
async fn over_the_admin_api_one_subscribes_and_looks() {
    let listening = Listening::with(StatusCode::OK).await;
    let admin = format!("{}/_mock/webhooks", listening.mock.admin_url());
    let put = async |body: Value| send(Method::PUT, &admin, &[JSON], body.to_string()).await;
    let one =
        json!({"side": "latchel", "url": listening.url, "secret": KEY, "faults": [{"kind": "doubled"}]});
    assert_eq!(put(json!([one])).await.status, 204);
    listening.edit(job(json!({"state": "Completed"})));
    listening.got(2).await;
    let seen = send(Method::GET, &admin, &[], String::new()).await.good();
    assert_eq!(seen["subscriptions"], json!([one]));
    assert_eq!((&seen["sent"][1]["status"], &seen["sent"][1]["side"]), (&json!(200), &json!("latchel")));
    let again = send(Method::POST, &format!("{admin}/0/again"), &[], String::new()).await.good();
    assert_eq!(again["number"], 2);
    assert_eq!(send(Method::POST, &format!("{admin}/9/again"), &[], String::new()).await.status, 404);

    for (wrong, place) in [
        (json!({"side": "latchel", "url": "https://127.0.0.1/", "secret": ""}), "[1].url"),
        (json!({"side": "latchel", "url": "/webhooks", "secret": ""}), "[1].url"),
        (json!({"side": "latchel", "url": listening.url, "secret": "", "fault": {}}), "unknown field"),
    ] {
        let refused = put(json!([one, wrong])).await;
        let message = refused.body["error"].as_str().unwrap_or_default().to_owned();
        assert!(refused.status == 400 && message.contains(place), "{wrong}: {refused:?}");
    }
    let seen = send(Method::GET, &admin, &[], String::new()).await.good();
    assert_eq!(seen["subscriptions"], json!([one]), "what is wrong changes nothing");
}

#[tokio::test]
async fn a_system_whose_webhooks_are_not_imitated_says_so() {
    let options = Options { platform: Dialect::PROPERTYWARE, ..Options::unlimited() };
    let mock = MockServer::start(example(), options).await.expect("the mock starts");
    let (url, secret) = ("http://127.0.0.1:9/".to_owned(), String::new());
    let one = Subscription { side: Side::Platform, url, secret, faults: Vec::new() };
    let refused = mock.subscribe(vec![one]).expect_err("it sends none");
    assert_eq!(refused.to_string(), "[0].side: the mock propertyware sends no webhooks");
}
