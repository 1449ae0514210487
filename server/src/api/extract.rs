//! Extractors of what handlers need from a request; what is wrong is refused in the API's own shape.

use axum::Json;
use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use axum::http::Uri;
use axum::http::request::Parts;
use form_urlencoded::Serializer;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use utoipa::IntoParams;

use super::cursor::Cursor;
use super::problem::Problem;

/// A JSON body.
pub(super) struct Body<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let Json(body) = Json::from_request(request, state).await?;
        Ok(Self(body))
    }
}

/// The parts of the path.
pub(super) struct Path<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let axum::extract::Path(path) = axum::extract::Path::from_request_parts(parts, state).await?;
        Ok(Self(path))
    }
}

/// The query.
pub(super) struct Params<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Params<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        let Query(params) = Query::try_from_uri(&parts.uri)?;
        Ok(Self(params))
    }
}

/// The query of a list that comes page by page: where the page begins, how long it is, and what narrows the list.
pub(super) struct Paged<K, T> {
    pub after: Option<K>,
    pub limit: u32,
    pub rest: T,
}

/// Parameters of a page of a list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct PageParams {
    /// Place at which the page begins: the `next` of the page before.
    after: Option<String>,
    /// Most rows to return.
    #[serde(default)]
    #[param(value_type = u32, minimum = 1, maximum = 500, default = 100)]
    limit: Limit,
}

/// For a list that nothing narrows.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Nothing {}

impl<K: DeserializeOwned, T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Paged<K, T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        // Unknown parameters are refused, which serde cannot do beside a flattened struct.
        let query = parts.uri.query().unwrap_or_default();
        let pairs = form_urlencoded::parse(query.as_bytes());
        let (page, rest): (Vec<_>, Vec<_>) =
            pairs.partition(|(name, _)| matches!(&**name, "after" | "limit"));
        let PageParams { after, limit: Limit(limit) } = read(&page)?;
        let after = after.map(|after| Cursor::read(&after)).transpose()?;
        Ok(Self { after, limit, rest: read(&rest)? })
    }
}

fn read<T: DeserializeOwned>(pairs: &[(impl AsRef<str>, impl AsRef<str>)]) -> Result<T, Problem> {
    let query = Serializer::new(String::new()).extend_pairs(pairs).finish();
    let uri: Uri = format!("/?{query}").parse().map_err(|_| Problem::invalid("the query is too long"))?;
    let Query(params) = Query::try_from_uri(&uri)?;
    Ok(params)
}

/// A field that may be left out but is no null: a program whose value is missing by mistake does not get everything.
pub(super) fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// Most rows of a page, 1 to 500.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limit(pub u32);

impl Default for Limit {
    fn default() -> Self {
        Self(100)
    }
}

impl<'de> Deserialize<'de> for Limit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let limit = u32::deserialize(deserializer)?;
        match limit {
            1..=500 => Ok(Self(limit)),
            _ => Err(serde::de::Error::custom("a page has 1 to 500 rows")),
        }
    }
}
