use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::problem::Problem;

/// Answer of an endpoint; 200 if it is good.
pub(super) type Answer = Result<Reply, Problem>;

/// A good answer.
pub(super) enum Reply {
    /// A page of a list, and how many records match in all.
    Page(Vec<Value>, usize),
    /// One record.
    One(Value),
}

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        match self {
            Self::Page(data, total) => axum::Json(json!({ "total": total, "data": data })).into_response(),
            Self::One(record) => axum::Json(record).into_response(),
        }
    }
}
