use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::Serialize;
use serde::de::DeserializeOwned;
use utoipa::ToSchema;

use super::problem::Problem;

/// Place at which a list goes on. Nobody should look into it, because its form may change.
#[derive(Debug, Serialize, ToSchema)]
#[serde(transparent)]
pub(super) struct Cursor(String);

impl Cursor {
    /// One that names the last row of a page.
    pub fn of(last: &impl Serialize) -> Option<Self> {
        let json = serde_json::to_vec(last).ok()?;
        Some(Self(BASE64_URL_SAFE_NO_PAD.encode(json)))
    }

    /// The row that `text` names.
    pub fn read<K: DeserializeOwned>(text: &str) -> Result<K, Problem> {
        let json = BASE64_URL_SAFE_NO_PAD.decode(text).ok();
        json.and_then(|json| serde_json::from_slice(&json).ok())
            .ok_or_else(|| Problem::invalid("after: this is not the `next` of a page of this list"))
    }
}
