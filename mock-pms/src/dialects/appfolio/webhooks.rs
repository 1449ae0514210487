//! AppFolio's webhooks: a topic and an id, with a detached signature (RFC 7515, appendix F; PS256) by a key that is
//! published. Topics are spelled as newer clients have them.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::Json;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::rsa::{KeyPair, PublicKeyComponents};
use ring::signature::RSA_PSS_SHA256;
use serde_json::{Value, json};

use super::names::{self, Kind, instant};
use crate::webhooks::changes::Change;
use crate::webhooks::message::{Message, Proof};
use crate::world::{Id, Lease, Property, Record, Tenant, Unit, Vendor, WorkOrder, World};

/// The name of the key.
const KID: &str = "mock-2026";

/// A key that was made for the mock, and that nothing else uses.
#[expect(clippy::expect_used, reason = "the key is part of the program, and a test reads it")]
static KEY: LazyLock<KeyPair> =
    LazyLock::new(|| KeyPair::from_pkcs8(include_bytes!("webhook_key.pk8")).expect("a key"));

/// The public keys, as they are published.
pub(super) async fn keys() -> Json<Value> {
    let public: PublicKeyComponents<Vec<u8>> = KEY.public().into();
    let (n, e) = (encoded(public.n), encoded(public.e));
    Json(json!({"keys": [{"kty": "RSA", "use": "sig", "alg": "PS256", "kid": KID, "n": n, "e": e}]}))
}

pub(super) fn messages(change: &Change<'_>, proof: Proof<'_>) -> Vec<Message> {
    let id = change.id;
    let (topic, entities) = match change.collection {
        Property::COLLECTION => ("properties", vec![names::uuid(Kind::Property, id)]),
        Unit::COLLECTION => ("units", vec![names::uuid(Kind::Unit, id)]),
        Vendor::COLLECTION => ("vendors", vec![names::uuid(Kind::Vendor, id)]),
        WorkOrder::COLLECTION => ("work_orders", vec![names::uuid(Kind::WorkOrder, id)]),
        Tenant::COLLECTION => ("tenants", occupants(change.after, |_, tenant| tenant == id)),
        Lease::COLLECTION => ("tenants", occupants(change.after, |lease, _| lease == id)),
        _ => return Vec::new(),
    };
    entities.iter().map(|entity| signed(body(change.after, topic, entity), proof)).collect()
}

/// Tenants have an id for each occupancy.
fn occupants(world: &World, are_wanted: impl Fn(Id, Id) -> bool) -> Vec<String> {
    let of = |lease: &Lease| {
        let tenants = lease.tenants.iter().map(|one| one.tenant_id);
        let wanted = tenants.filter(|tenant| are_wanted(lease.id, *tenant));
        wanted.map(|tenant| names::tenant(tenant, lease.id)).collect::<Vec<_>>()
    };
    world.platform.leases.iter().flat_map(of).collect()
}

/// Each message has an id of its own, whatever it tells.
fn body(world: &World, topic: &str, entity: &str) -> Value {
    static SENT: AtomicU64 = AtomicU64::new(1);
    let id = SENT.fetch_add(1, Ordering::Relaxed).to_string();
    let now = instant(world.now());
    json!({"client_id": world.platform.account.client_id, "id": id, "topic": topic, "entity_id": entity,
        "update_timestamp": now, "message_sent_at": now})
}

fn signed(body: Value, proof: Proof<'_>) -> Message {
    let header = encoded(json!({"alg": "PS256", "kid": KID}).to_string());
    let payload = match proof {
        // AppFolio signs for all of its customers with the same keys.
        Proof::Secret(_) => encoded(body.to_string()),
        Proof::Forged => encoded("something else"),
    };
    let mut signature = vec![0; KEY.public().modulus_len()];
    let signing = KEY.sign(
        &RSA_PSS_SHA256,
        &SystemRandom::new(),
        format!("{header}.{payload}").as_bytes(),
        &mut signature,
    );
    if let Err(error) = signing {
        // What cannot be signed is not by whom it says.
        tracing::error!(%error, "the system has no randomness");
    }
    Message { headers: vec![("x-jws-signature", format!("{header}..{}", encoded(signature)))], body }
}

fn encoded(bytes: impl AsRef<[u8]>) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}
