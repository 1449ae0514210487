//! Parts of the OpenAPI document beside those that the handlers give of themselves.

use std::sync::Arc;

use serde::{Serialize, Serializer};
use utoipa::OpenApi as _;
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::{ContentBuilder, OpenApi, Ref, RefOr, ResponseBuilder, Schema};

use super::problem::ProblemBody;

#[derive(utoipa::OpenApi)]
#[openapi(
    info(title = "latchel-sync", description = "What the dashboard shows and does, for programs. Each request needs a user: a *viewer* to look, an *operator* to change something. Instants are UTC, in RFC 3339."),
    components(schemas(ProblemBody)),
    tags(
        (name = "accounts", description = "The accounts, their health, and what is done for them by itself."),
        (name = "work", description = "Syncs and plans, asked for by hand, and how far they are."),
        (name = "records", description = "What came of each record, and why."),
        (name = "extension", description = "What a browser's extension needs: it is connected by a code, and then looks and syncs with a token of its own."),
        (name = "runs", description = "The runs, and what was new or changed in each."),
    )
)]
struct Start;

pub(super) fn start() -> OpenApi {
    Start::openapi()
}

/// Adds what holds for every operation: who may call it, and what an error looks like.
pub(super) fn finished(mut document: OpenApi) -> OpenApi {
    let components = document.components.get_or_insert_default();
    let cookie = SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::with_description(
        "latchel-sync",
        "The session of somebody who logged in with a browser; over TLS it is called `__Host-latchel-sync`.",
    )));
    components.add_security_scheme("token", SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)));
    components.add_security_scheme("session", cookie);
    if let Some(RefOr::T(Schema::Object(chosen))) = components.schemas.get_mut("Chosen") {
        // Either of both, which a struct cannot say.
        (chosen.min_properties, chosen.max_properties) = (Some(1), Some(1));
    }
    let nothing: [&str; 0] = [];
    document.security =
        Some(["token", "session"].map(|name| SecurityRequirement::new(name, nothing)).to_vec());
    for path in document.paths.paths.values_mut() {
        let operations = [&mut path.get, &mut path.put, &mut path.post, &mut path.delete];
        for operation in operations.into_iter().flatten() {
            let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
            let error = ResponseBuilder::new()
                .description("The request was refused, or could not be carried out.")
                .content("application/json", content);
            operation.responses.responses.insert("default".to_owned(), error.build().into());
        }
    }
    document
}

/// The document, which every request for it shares.
pub(super) struct Shared(pub Arc<OpenApi>);

impl Serialize for Shared {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}
