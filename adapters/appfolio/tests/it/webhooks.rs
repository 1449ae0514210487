use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use latchel_sync_core::model::{Kind, RecordKey, Side};
use latchel_sync_core::registry::{Access, Settings, platforms, webhooks};
use latchel_sync_core::{ErrorKind, Headers, Result, Webhooks};
use ring::rand::SystemRandom;
use ring::rsa::{KeyPair, PublicKeyComponents};
use ring::signature::RSA_PSS_SHA256;
use serde_json::{Map, Value, json};
use wiremock::matchers::path;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::far::{Far, tenant, unit};

const CLIENT: &str = "0f0e-the-client-id";
const KEYS: &str = "/.well-known/jwks.json";

/// A key that was made for these tests.
fn one() -> KeyPair {
    KeyPair::from_pkcs8(include_bytes!("keys/one.pk8")).expect("a key")
}

fn other() -> KeyPair {
    KeyPair::from_pkcs8(include_bytes!("keys/other.pk8")).expect("a key")
}

fn encoded(bytes: impl AsRef<[u8]>) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

fn jwk(kid: &str, key: &KeyPair) -> Value {
    let public: PublicKeyComponents<Vec<u8>> = key.public().into();
    json!({"kty": "RSA", "use": "sig", "alg": "PS256", "kid": kid, "n": encoded(public.n), "e": encoded(public.e)})
}

/// AppFolio, and the keys that it publishes.
struct Sender {
    far: Far,
    keys: MockServer,
    reader: Arc<dyn Webhooks>,
}

impl Sender {
    async fn new() -> Self {
        let far = Far::new().await;
        let keys = MockServer::start().await;
        let adapter = webhooks(Side::Platform, "appfolio").expect("it is registered");
        let own = Map::from_iter([("jwks_url".to_owned(), json!(format!("{}{KEYS}", keys.uri())))]);
        let secret = |name: &str, value: &str| (name.to_owned(), value.to_owned().into());
        let secrets =
            [secret("client_id", CLIENT), secret("client_secret", "a secret"), secret("developer_id", "dev")];
        let values = Map::from_iter([("base_url".to_owned(), json!(far.server.uri()))]);
        let of_adapter =
            Settings::new(platforms()[0].settings, values, secrets.into()).with_access(Access::ReadOnly);
        let reader = (adapter.connect)(&Settings::new(adapter.settings, own, [].into()), &of_adapter)
            .expect("a reader");
        Self { far, keys, reader }
    }

    async fn publishing(keys: Value) -> Self {
        let sender = Self::new().await;
        sender.publish(keys).await;
        sender
    }

    async fn publish(&self, keys: Value) {
        self.keys.reset().await;
        let answer = ResponseTemplate::new(200).set_body_json(json!({"keys": keys}));
        Mock::given(path(KEYS)).respond_with(answer).mount(&self.keys).await;
    }

    /// Number of fetches of the keys since they were published.
    async fn fetches(&self) -> usize {
        self.keys.received_requests().await.expect("recording").len()
    }

    async fn read(&self, signature: &str, body: &str, now: DateTime<Utc>) -> Result<Vec<RecordKey>> {
        let headers: Headers = [("X-JWS-Signature", signature)].into_iter().collect();
        self.reader.read(&headers, body.as_bytes(), now).await
    }

    async fn reads(&self, body: &str) -> Vec<String> {
        let found = self.read(&signed("k1", &one(), body), body, now()).await.expect("it is read");
        assert!(found.iter().all(|key| key.side == Side::Platform));
        found.iter().map(ToString::to_string).collect()
    }

    async fn refuses(&self, signature: &str, body: &str) -> ErrorKind {
        let error = self.read(signature, body, now()).await.expect_err("it is refused");
        assert!(!format!("{error:?}").contains(CLIENT), "{error:?}");
        error.kind()
    }
}

fn now() -> DateTime<Utc> {
    "2026-03-02T08:00:00Z".parse().expect("an instant")
}

fn message(topic: &str, entity: &str) -> String {
    json!({"client_id": CLIENT, "id": "77", "topic": topic, "entity_id": entity,
        "update_timestamp": "2026-03-02T07:59:58Z", "message_sent_at": "2026-03-02T07:59:59Z"})
    .to_string()
}

/// A detached signature, in the test's own words: RFC 7515, appendix F; with `b64` false RFC 7797.
fn detached(header: Value, key: &KeyPair, body: &str) -> String {
    let raw = header["b64"] == json!(false);
    let header = encoded(header.to_string());
    let payload = if raw { body.to_owned() } else { encoded(body) };
    let mut signature = vec![0; key.public().modulus_len()];
    let input = format!("{header}.{payload}");
    key.sign(&RSA_PSS_SHA256, &SystemRandom::new(), input.as_bytes(), &mut signature).expect("a signature");
    format!("{header}..{}", encoded(signature))
}

fn signed(kid: &str, key: &KeyPair, body: &str) -> String {
    detached(json!({"alg": "PS256", "kid": kid}), key, body)
}

#[tokio::test]
async fn a_signed_message_names_its_record() {
    let sender = Sender::publishing(json!([jwk("k1", &one())])).await;
    sender.far.list_for("units", &[("filters[Id]", "b1")], json!([unit("b1", "a1")])).await;
    sender.far.list_for("tenants", &[("filters[Id]", "f1")], json!([tenant("f1", "a1", json!("b1"))])).await;
    for (topics, entity, key) in [
        (["work_orders", "work_order_updates"], "9a", "work order 9a"),
        (["properties", "property_updates"], "a1", "property a1"),
        (["units", "unit_updates"], "b1", "property a1/b1"),
        (["tenants", "tenant_updates"], "f1", "resident f1@a1"),
    ] {
        for topic in topics {
            assert_eq!(sender.reads(&message(topic, entity)).await, [key], "{topic}");
        }
    }
    for topic in ["unit_turns", "vendors", "leases"] {
        assert_eq!(sender.reads(&message(topic, "9a")).await, [""; 0], "{topic}");
    }
    assert_eq!(sender.fetches().await, 1, "the keys are kept");
    assert!(sender.far.asked().await.iter().all(|one| one.starts_with("GET")));
}

#[tokio::test]
async fn the_payload_is_signed_as_the_header_says() {
    let sender = Sender::publishing(json!([jwk("k1", &one())])).await;
    let body = message("work_orders", "9a");
    let key = RecordKey::platform(Kind::WorkOrder, "9a");
    for header in [
        json!({"alg": "PS256"}),
        json!({"alg": "PS256", "kid": "k1", "b64": true, "crit": ["b64"]}),
        json!({"alg": "PS256", "kid": "k1", "b64": false, "crit": ["b64"]}),
    ] {
        let read = sender.read(&detached(header, &one(), &body), &body, now()).await;
        assert_eq!(read.expect("it is read"), std::slice::from_ref(&key));
    }
}

#[tokio::test]
async fn a_wrong_signature_is_refused() {
    let sender = Sender::publishing(json!([jwk("k1", &one())])).await;
    let body = message("work_orders", "9a");
    let right = signed("k1", &one(), &body);
    let (header, signature) = right.split_once("..").expect("detached");
    let unsigned = encoded(r#"{"alg":"none","kid":"k1"}"#);
    let by_secret = encoded(r#"{"alg":"HS256","kid":"k1"}"#);
    for wrong in [
        String::new(),
        "garbage".to_owned(),
        format!("{header}.{}.{signature}", encoded(&body)),
        format!("{header}.."),
        format!("{unsigned}.."),
        format!("{by_secret}..{signature}"),
        format!("{header}..{}", encoded(vec![0; 256])),
        signed("k1", &other(), &body),
        signed("k1", &one(), &message("work_orders", "9b")),
        detached(json!({"alg": "PS256", "kid": "k1", "crit": ["exp"], "exp": 1}), &one(), &body),
    ] {
        assert_eq!(sender.refuses(&wrong, &body).await, ErrorKind::Unauthorized, "{wrong}");
    }
    let nothing = sender.reader.read(&Headers::default(), body.as_bytes(), now()).await;
    assert_eq!(nothing.expect_err("refused").kind(), ErrorKind::Unauthorized);
}

#[tokio::test]
async fn a_message_for_another_customer_is_refused_although_appfolio_signed_it() {
    let sender = Sender::publishing(json!([jwk("k1", &one())])).await;
    let body = message("work_orders", "9a").replace(CLIENT, "another");
    assert_eq!(sender.refuses(&signed("k1", &one(), &body), &body).await, ErrorKind::Unauthorized);
}

#[tokio::test]
async fn a_signed_body_of_another_shape_is_malformed() {
    let sender = Sender::publishing(json!([jwk("k1", &one())])).await;
    for body in ["garbage", "{}", &message("work_orders", "../users"), &message("work_orders", "")] {
        assert_eq!(sender.refuses(&signed("k1", &one(), body), body).await, ErrorKind::Malformed, "{body}");
    }
}

#[tokio::test]
async fn a_new_key_is_looked_for_but_not_more_than_once_a_minute() {
    let sender = Sender::publishing(json!([jwk("k1", &one())])).await;
    let body = message("work_orders", "9a");
    let (by_one, by_other) = (signed("k1", &one(), &body), signed("k2", &other(), &body));
    sender.read(&by_one, &body, now()).await.expect("the first key is known");
    sender.publish(json!([jwk("k1", &one()), jwk("k2", &other())])).await;
    for seconds in [1, 30, 59] {
        let read = sender.read(&by_other, &body, now() + TimeDelta::seconds(seconds)).await;
        assert_eq!(read.expect_err("not yet known").kind(), ErrorKind::Unauthorized);
    }
    assert_eq!(sender.fetches().await, 0);
    sender.read(&by_other, &body, now() + TimeDelta::seconds(60)).await.expect("it is known now");
    sender.read(&by_one, &body, now() + TimeDelta::seconds(61)).await.expect("and so is the first");
    assert_eq!(sender.fetches().await, 1);
}

#[tokio::test]
async fn a_key_that_is_no_longer_published_is_believed_for_a_day_at_most() {
    let sender = Sender::publishing(json!([jwk("k1", &one())])).await;
    let body = message("work_orders", "9a");
    let by_one = signed("k1", &one(), &body);
    sender.read(&by_one, &body, now()).await.expect("it is known");
    sender.publish(json!([jwk("k2", &other())])).await;
    sender.read(&by_one, &body, now() + TimeDelta::hours(23)).await.expect("it is kept");
    let read = sender.read(&by_one, &body, now() + TimeDelta::hours(24)).await;
    assert_eq!(read.expect_err("it is withdrawn").kind(), ErrorKind::Unauthorized);
}

#[tokio::test]
async fn without_keys_a_message_may_come_again() {
    let sender = Sender::new().await;
    Mock::given(path(KEYS)).respond_with(ResponseTemplate::new(403)).mount(&sender.keys).await;
    let body = message("work_orders", "9a");
    let signature = signed("k1", &one(), &body);
    assert_eq!(sender.refuses(&signature, &body).await, ErrorKind::Forbidden);
    assert_eq!(sender.refuses(&signature, &body).await, ErrorKind::Unavailable);
    assert_eq!(sender.fetches().await, 1);
    sender.publish(json!([jwk("k1", &one())])).await;
    sender.read(&signature, &body, now() + TimeDelta::minutes(1)).await.expect("it is read");
}

#[test]
fn keys_that_anybody_on_the_way_could_replace_are_refused_by_their_setting() {
    let adapter = webhooks(Side::Platform, "appfolio").expect("it is registered");
    let secrets = ["client_id", "client_secret", "developer_id"].map(|name| (name.to_owned(), "x".into()));
    let of_adapter = Settings::new(platforms()[0].settings, Map::new(), secrets.into());
    for address in ["http://keys.example.com/jwks.json", "nowhere"] {
        let own = Settings::new(
            adapter.settings,
            Map::from_iter([("jwks_url".to_owned(), json!(address))]),
            [].into(),
        );
        let error = (adapter.connect)(&own, &of_adapter).expect_err("it is refused");
        assert_eq!((error.kind(), error.context("key")), (ErrorKind::Config, Some("jwks_url")), "{error}");
    }
    (adapter.connect)(&Settings::new(adapter.settings, Map::new(), [].into()), &of_adapter)
        .expect("the default is an address");
}
